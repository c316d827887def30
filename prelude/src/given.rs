//! What an argument may be given as.

/// What stands for a `T` where one is asked for: `[2, 3]` for [`Dims`](crate::Dims), `2.5` or a tensor for an
/// [`Arg`](crate::Arg).
///
/// It is `Into` once more, with implementations in this crate alone. For `impl Into<T>` rustc reads the implementations
/// of `From` in all crates that a cell can reach, which takes a fifth of its time for a small cell.
///
/// ```
/// use wick::prelude::*;
/// use wick::{Dims, Given};
///
/// fn square(side: impl Given<Dims>) -> Tensor {
///     Tensor::zeros(side).square()
/// }
/// assert_eq!(square([2, 3]).shape(), [2, 3]);
/// assert_eq!(square(4).shape(), [4]);
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` does not stand for a `{T}`")]
pub trait Given<T> {
    /// The value itself. It has the name of what it is there for: [`Into::into`].
    ///
    /// ```
    /// use wick::{Dims, Given};
    /// let dims: Dims = Given::into([0, -1]);
    /// assert_eq!(dims.as_slice(), [0, -1]);
    /// ```
    #[allow(clippy::wrong_self_convention)]
    fn into(self) -> T;
}

/// Lets `$from` stand for a `$to`, and makes it [`From`] too. Compiled here, and not in every cell, where it has no
/// parameters.
macro_rules! given {
    ([$($generics:tt)*] $from:ty => $to:ty, |$it:ident| $value:expr) => {
        impl<$($generics)*> $crate::given::Given<$to> for $from {
            #[inline(never)]
            fn into(self) -> $to {
                let $it = self;
                $value
            }
        }
        impl<$($generics)*> From<$from> for $to {
            fn from(value: $from) -> Self {
                $crate::given::Given::into(value)
            }
        }
    };
}
pub(crate) use given;

impl<T> Given<T> for T {
    fn into(self) -> T {
        self
    }
}
