//! The error every fallible operation returns, worded the way PyTorch words it.

use std::fmt;

/// What a `try_` operation returns.
///
/// ```
/// use wick::prelude::*;
/// fn halved(x: &Tensor) -> wick::Result<(Tensor, Tensor)> {
///     let halves = x.try_reshape([2, -1])?;
///     Ok((halves.try_select(0, 0)?, halves.try_select(0, 1)?))
/// }
/// assert!(halved(&tensor!([1., 2., 3., 4.])).is_ok());
/// assert_eq!(
///     halved(&tensor!([1., 2., 3.])).unwrap_err().to_string(),
///     "shape '[2, -1]' is invalid for input of size 3"
/// );
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which of Python's exceptions PyTorch would have raised.
///
/// ```
/// use wick::ErrorKind;
/// use wick::prelude::*;
/// let x = Tensor::zeros([2, 3]);
/// assert_eq!(x.try_reshape([7]).unwrap_err().kind(), ErrorKind::Runtime);
/// assert_eq!(x.try_sum_dim(5, false).unwrap_err().kind(), ErrorKind::Index);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Shapes, devices or states that do not go together.
    Runtime,
    /// An index or dimension that is out of range.
    Index,
    /// An argument whose value makes no sense.
    Value,
    /// An argument whose dtype makes no sense.
    Type,
}

/// Why an operation could not be done. Its text is PyTorch's text wherever PyTorch has one.
///
/// ```
/// use wick::prelude::*;
/// use wick::{Error, ErrorKind};
/// let error = Tensor::zeros([2, 3]).try_reshape([7]).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Runtime);
/// assert_eq!(error.message(), "shape '[7]' is invalid for input of size 6");
/// // One's own functions can fail in the same way.
/// let own = Error::value("the rate must be positive");
/// assert_eq!(own.to_string(), "the rate must be positive");
/// ```
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

impl Error {
    /// An error of the given kind.
    ///
    /// ```
    /// use wick::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Index, "there is no class 10");
    /// assert_eq!(error.kind(), ErrorKind::Index);
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// An error about shapes, devices or states that do not go together: Python's `RuntimeError`.
    ///
    /// ```
    /// use wick::{Error, ErrorKind};
    /// assert_eq!(Error::runtime("the model has no weights").kind(), ErrorKind::Runtime);
    /// ```
    pub fn runtime(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Runtime, message)
    }

    /// An error about an index or dimension that is out of range: Python's `IndexError`.
    ///
    /// ```
    /// use wick::{Error, ErrorKind};
    /// assert_eq!(Error::index("there is no class 10").kind(), ErrorKind::Index);
    /// ```
    pub fn index(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Index, message)
    }

    /// An error about an argument whose value makes no sense: Python's `ValueError`.
    ///
    /// ```
    /// use wick::{Error, ErrorKind};
    /// assert_eq!(Error::value("the rate must be positive").kind(), ErrorKind::Value);
    /// ```
    pub fn value(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, message)
    }

    /// An error about an argument whose dtype makes no sense: Python's `TypeError`.
    ///
    /// ```
    /// use wick::{Error, ErrorKind};
    /// assert_eq!(Error::dtype("classes must be i64").kind(), ErrorKind::Type);
    /// ```
    pub fn dtype(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Type, message)
    }

    /// An operation that the kernel of this name, which is PyTorch's, does not do for a dtype.
    pub(crate) fn not_implemented(kernel: impl fmt::Display, dtype: crate::DType) -> Self {
        let name = dtype.scalar_type();
        Self::runtime(format!("\"{kernel}\" not implemented for '{name}'"))
    }

    /// Which exception this is in PyTorch.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let error = tensor!([1., 2.]).try_select(0, 5).unwrap_err();
    /// assert_eq!(error.kind(), wick::ErrorKind::Index);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The sentence that says what happened.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let error = Tensor::zeros([2, 3]).try_add(Tensor::zeros([2])).unwrap_err();
    /// assert!(error.message().starts_with("The size of tensor a (3) must match the size of tensor b (2)"));
    /// ```
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The same text as `Display`: this is what `unwrap` and a failing `?` show.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Self::runtime(error.to_string())
    }
}

/// Turns the result of a `try_` twin into the value of its panicking twin.
pub(crate) trait OrPanic<T> {
    /// The value, or a panic with the error's own text at the caller's line.
    #[track_caller]
    fn or_panic(self) -> T;
}

impl<T> OrPanic<T> for Result<T> {
    #[track_caller]
    #[inline]
    fn or_panic(self) -> T {
        match self {
            Ok(value) => value,
            Err(error) => raise(error),
        }
    }
}

/// Takes the error, so that cells need no code to drop it.
#[cold]
#[inline(never)]
#[track_caller]
fn raise(error: Error) -> ! {
    panic!("{error}")
}

/// Returns early with a runtime error: `bail!("…{}", x)`.
macro_rules! bail {
    ($($arg:tt)*) => { return Err($crate::Error::runtime(format!($($arg)*))) };
}
/// Returns early with an index error.
macro_rules! bail_index {
    ($($arg:tt)*) => { return Err($crate::Error::index(format!($($arg)*))) };
}
pub(crate) use {bail, bail_index};
