//! A data set in random parts.

use std::sync::Arc;

use super::{Dataset, Subset};
use crate::error::{Error, OrPanic, Result};
use crate::random::{Generator, default_generator};

/// How large the parts of a split are: lengths, or fractions that add up to 1. PyTorch: `lengths` of
/// `torch.utils.data.random_split`.
///
/// ```
/// use wick::data::Lengths;
/// use wick::prelude::*;
///
/// let sizes = |lengths: Lengths| -> Vec<usize> {
///     random_split(vec![0; 10], lengths).iter().map(|part| part.len()).collect()
/// };
/// assert_eq!(sizes([8, 2].into()), [8, 2]);
/// assert_eq!(sizes([0.5, 0.25, 0.25].into()), [6, 2, 2]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Lengths {
    /// As many elements each.
    Counts(Vec<usize>),
    /// Such parts of all elements.
    Fractions(Vec<f64>),
}

macro_rules! lengths {
    ($($integer:ty),*) => {$(
        impl<const N: usize> From<[$integer; N]> for Lengths {
            fn from(counts: [$integer; N]) -> Self {
                // A negative length is one that no data set has.
                let count = |count| usize::try_from(count).unwrap_or(usize::MAX);
                Self::Counts(counts.into_iter().map(count).collect())
            }
        }
    )*};
}
lengths!(usize, i32, i64);

impl From<Vec<usize>> for Lengths {
    fn from(counts: Vec<usize>) -> Self {
        Self::Counts(counts)
    }
}

impl<const N: usize> From<[f64; N]> for Lengths {
    fn from(fractions: [f64; N]) -> Self {
        Self::Fractions(fractions.into())
    }
}

impl From<Vec<f64>> for Lengths {
    fn from(fractions: Vec<f64>) -> Self {
        Self::Fractions(fractions)
    }
}

/// A data set in random parts of these lengths, or fractions: `torch.utils.data.random_split`.
///
/// ```
/// use wick::prelude::*;
///
/// manual_seed(0);
/// let parts = random_split((0..10).collect::<Vec<i64>>(), [0.7, 0.3]);
/// assert_eq!(parts[0].indices(), [4, 1, 7, 5, 3, 9, 0]);
/// assert_eq!(parts[1].len(), 3);
/// ```
///
/// # Panics
/// When the lengths do not add up to the data set's.
#[track_caller]
pub fn random_split<D: Dataset>(dataset: D, lengths: impl Into<Lengths>) -> Vec<Subset<D>> {
    try_random_split(dataset, lengths).or_panic()
}

/// Like [`random_split`]. Fails when the lengths do not add up to the data set's.
pub fn try_random_split<D: Dataset>(
    dataset: D,
    lengths: impl Into<Lengths>,
) -> Result<Vec<Subset<D>>> {
    try_random_split_with(dataset, lengths, &default_generator())
}

/// [`random_split`] by another generator: `generator` of `torch.utils.data.random_split`.
///
/// # Panics
/// When the lengths do not add up to the data set's.
///
/// ```
/// use wick::data::random_split_with;
/// use wick::prelude::*;
/// use wick::random::Generator;
///
/// let parts = random_split_with((0..6).collect::<Vec<i64>>(), [4, 2], &Generator::with_seed(1));
/// assert_eq!((parts[0].indices(), parts[1].indices()), (&[1, 5, 2, 0][..], &[3, 4][..]));
/// ```
#[track_caller]
pub fn random_split_with<D: Dataset>(
    dataset: D,
    lengths: impl Into<Lengths>,
    generator: &Generator,
) -> Vec<Subset<D>> {
    try_random_split_with(dataset, lengths, generator).or_panic()
}

/// Like [`random_split_with`]. Fails when the lengths do not add up to the data set's.
pub fn try_random_split_with<D: Dataset>(
    dataset: D,
    lengths: impl Into<Lengths>,
    generator: &Generator,
) -> Result<Vec<Subset<D>>> {
    let parts = parts(dataset.len(), lengths.into(), generator)?;
    let dataset = Arc::new(dataset);
    let subset = |indices| Subset::shared(dataset.clone(), indices);
    Ok(parts.into_iter().map(subset).collect())
}

fn parts(len: usize, lengths: Lengths, generator: &Generator) -> Result<Vec<Vec<usize>>> {
    let counts = counts(len, lengths)?;
    let sum = counts
        .iter()
        .try_fold(0usize, |sum, &count| sum.checked_add(count));
    if sum != Some(len) {
        return Err(Error::value(
            "Sum of input lengths does not equal the length of the input dataset!",
        ));
    }
    let order = generator.lock().permutation(len);
    let mut order = order.into_iter().map(|index| index as usize);
    let part = |count| order.by_ref().take(count).collect();
    Ok(counts.into_iter().map(part).collect())
}

fn counts(len: usize, lengths: Lengths) -> Result<Vec<usize>> {
    let fractions = match lengths {
        Lengths::Counts(counts) if counts != [1] => return Ok(counts),
        // One part that is everything: PyTorch takes the 1 for a fraction.
        Lengths::Counts(_) => vec![1.0],
        Lengths::Fractions(fractions) => fractions,
    };
    let sum: f64 = fractions.iter().sum();
    if !(is_close_to_1(sum) && sum <= 1.0) {
        return Err(Error::value(
            "Sum of input lengths does not equal the length of the input dataset!",
        ));
    }
    if let Some(wrong) = fractions
        .iter()
        .position(|part| !(0.0..=1.0).contains(part))
    {
        return Err(Error::value(format!(
            "Fraction at index {wrong} is not between 0 and 1"
        )));
    }
    let floor = |fraction: &f64| (len as f64 * fraction).floor() as usize;
    let mut counts: Vec<usize> = fractions.iter().map(floor).collect();
    let rest = len.saturating_sub(counts.iter().sum());
    let parts = counts.len();
    for index in 0..rest {
        counts[index % parts] += 1;
    }
    for index in (0..parts).filter(|&index| counts[index] == 0) {
        eprintln!(
            "UserWarning: Length of split at index {index} is 0. This might result in an empty dataset."
        );
    }
    Ok(counts)
}

/// Python's `math.isclose(sum, 1)`.
fn is_close_to_1(sum: f64) -> bool {
    (sum - 1.0).abs() <= 1e-9 * sum.abs().max(1.0)
}
