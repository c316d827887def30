//! The error every fallible operation returns, worded the way PyTorch words it.

use std::fmt;

/// What a `try_` operation returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which of Python's exceptions PyTorch would have raised.
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
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

impl Error {
    /// An error of the given kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// Shapes, devices or states that do not go together.
    pub fn runtime(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Runtime, message)
    }

    /// An index or dimension that is out of range.
    pub fn index(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Index, message)
    }

    /// An argument whose value makes no sense.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, message)
    }

    /// An argument whose dtype makes no sense.
    pub fn dtype(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Type, message)
    }

    /// An operation that the kernel of this name, which is PyTorch's, does not do for a dtype.
    pub(crate) fn not_implemented(kernel: impl fmt::Display, dtype: crate::DType) -> Self {
        let name = dtype.scalar_type();
        Self::runtime(format!("\"{kernel}\" not implemented for '{name}'"))
    }

    /// Which exception this is in PyTorch.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The sentence that says what happened.
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
