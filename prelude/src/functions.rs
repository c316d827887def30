//! The one place where a function that is no method is declared.

/// Functions and their `try_` twins.
macro_rules! functions {
    ($(
        $(#[$doc:meta])*
        $name:ident, $try_name:ident ($($arg:ident : $ty:ty),* $(,)?) -> $out:ty => $body:expr;
    )*) => {$(
        $(#[$doc])*
        #[track_caller]
        pub fn $name($($arg: $ty),*) -> $out {
            $crate::error::OrPanic::or_panic($try_name($($arg),*))
        }

        #[doc = concat!("[`", stringify!($name), "`] that returns what is wrong instead of panicking.")]
        pub fn $try_name($($arg: $ty),*) -> $crate::Result<$out> {
            $body
        }
    )*};
}
