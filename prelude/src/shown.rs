//! What a cell shows of a value.

/// `{:?}` is the same text as `{}`, which is Python's: a cell shows it of its last expression, and a struct that holds the
/// value and has `#[derive(Debug)]` reads well too. The parameters of a type stand in brackets in front of it.
macro_rules! debug_is_display {
    ([$($generics:tt)*] $shown:ty) => {
        impl<$($generics)*> std::fmt::Debug for $shown {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
    ($($shown:ty),* $(,)?) => {$(
        $crate::shown::debug_is_display!([] $shown);
    )*};
}
pub(crate) use debug_is_display;
