//! The elements that a text shows.

/// Elements of a tensor, in the order in which the printer asked for them.
///
/// ```
/// use wick::print::Elements;
/// let elements = Elements::Complex(vec![1., 0.], vec![0., -1.]);
/// assert_eq!(elements.len(), 2);
/// assert!(!elements.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Elements {
    /// Floating-point elements of any width; each is exactly representable as `f64`.
    Float(Vec<f64>),
    /// Integers of any width and sign that fit `i64`.
    Int(Vec<i64>),
    /// Booleans.
    Bool(Vec<bool>),
    /// The real and the imaginary parts of complex elements.
    Complex(Vec<f64>, Vec<f64>),
}

impl Elements {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Complex(real, _) => real.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Python's `True` and `False`.
pub(super) fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
