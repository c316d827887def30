//! The one place where an operation is declared.
//!
//! `ops!` takes a line per operation and makes its method, its `try_` twin, and, where names for them are given, the
//! in-place method and its `try_` twin:
//!
//! ```text
//! ops! {
//!     /// What it does.
//!     pow, try_pow, [pow_, try_pow_] (x, exponent: impl crate::Given<Arg>) => arithmetic(Op::Pow, x, exponent.into());
//! }
//! ```
//!
//! Where the in-place method goes on the tape in another way, its own work follows its names: `[elu_, try_elu_ => …]`.
//!
//! Arguments that are generic are turned into plain types on that line, so that the work itself is compiled once, in
//! this crate, and not in every cell that calls it.

macro_rules! ops {
    ($(
        $(#[$doc:meta])*
        $name:ident, $try_name:ident, $twins:tt $arguments:tt $(-> $out:ty)? => $body:expr;
    )*) => {
        impl $crate::Tensor {$(
            $crate::tensor::ops::ops! { @op [$(#[$doc])*] $name $try_name $arguments [$($out)?] $body }
            $crate::tensor::ops::ops! { @twins $name $twins $arguments $body }
        )*}
    };

    (@op [$($doc:tt)*] $name:ident $try_name:ident ($x:ident $(, $arg:ident : $ty:ty)* $(,)?) [$($out:ty)?] $body:expr) => {
        $($doc)*
        // As many as PyTorch's function has.
        #[allow(clippy::too_many_arguments)]
        #[track_caller]
        pub fn $name(&self $(, $arg: $ty)*) -> $crate::tensor::ops::out!($($out)?) {
            $crate::error::OrPanic::or_panic(self.$try_name($($arg),*))
        }

        #[doc = concat!("[`Tensor::", stringify!($name), "`] that returns what is wrong instead of panicking.")]
        #[allow(clippy::too_many_arguments)]
        pub fn $try_name(&self $(, $arg: $ty)*) -> $crate::Result<$crate::tensor::ops::out!($($out)?)> {
            let $x = self;
            $body
        }
    };

    (@twins $name:ident [] $arguments:tt $body:expr) => {};
    (@twins $name:ident [$in_place:ident, $try_in_place:ident] $arguments:tt $body:expr) => {
        $crate::tensor::ops::ops! { @twins $name [$in_place, $try_in_place => $body] $arguments $body }
    };
    (@twins $name:ident [$in_place:ident, $try_in_place:ident => $work:expr]
        ($x:ident $(, $arg:ident : $ty:ty)* $(,)?) $body:expr) => {
        #[doc = concat!("[`Tensor::", stringify!($name), "`] whose result replaces this tensor's numbers.")]
        #[track_caller]
        pub fn $in_place(&self $(, $arg: $ty)*) -> $crate::Tensor {
            $crate::error::OrPanic::or_panic(self.$try_in_place($($arg),*))
        }

        #[doc = concat!("[`Tensor::", stringify!($in_place), "`] that returns what is wrong instead of panicking.")]
        pub fn $try_in_place(&self $(, $arg: $ty)*) -> $crate::Result<$crate::Tensor> {
            $crate::autograd::in_place(self, |$x| $work)?;
            Ok(self.clone())
        }
    };
}

/// What an operation gives: a tensor unless something else is named.
macro_rules! out {
    () => {
        $crate::Tensor
    };
    ($out:ty) => {
        $out
    };
}

pub(crate) use {ops, out};
