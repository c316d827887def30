//! Draws of categories by weight.

use std::cmp::Ordering;
use std::fmt;

use super::generator::Draws;
use super::real::{Real, WideReal};

/// Why categories could not be drawn, in PyTorch's words.
///
/// ```
/// use wick::random::{Generator, InvalidWeights};
/// let drawn = Generator::with_seed(0).lock().multinomial(&[1f32, -1.], 2, 1, false);
/// assert_eq!(drawn, Err(InvalidWeights::Entry));
/// assert_eq!(
///     InvalidWeights::TooFew.to_string(),
///     "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidWeights {
    /// A weight is negative, infinite or nan.
    Entry,
    /// No weight is positive.
    Sum,
    /// More distinct categories were asked for than there are.
    TooFew,
}

impl fmt::Display for InvalidWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entry => "probability tensor contains either `inf`, `nan` or element < 0",
            Self::Sum => "invalid multinomial distribution (sum of probabilities <= 0)",
            Self::TooFew => {
                "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
            }
        })
    }
}

impl std::error::Error for InvalidWeights {}

impl Draws<'_> {
    /// Draws `samples` categories for each row of `weights`, which has rows of `categories`. PyTorch:
    /// `torch.multinomial`.
    ///
    /// The weights of a row need not add up to 1. The numbers of the categories come row by row, `samples` of each.
    /// Without `replacement` every category comes at most once in a row.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let generator = Generator::with_seed(0);
    /// let mut draws = generator.lock();
    /// assert_eq!(draws.multinomial(&[0f32, 1., 3.], 3, 5, true).unwrap(), [2, 2, 2, 2, 2]);
    /// drop(draws);
    ///
    /// // Two rows, two categories of each: the first has no weight in the first row.
    /// let drawn = Generator::with_seed(0).lock().multinomial(&[0f32, 1., 3., 1., 1., 1.], 3, 2, false).unwrap();
    /// assert_eq!(drawn, [2, 1, 1, 2]);
    /// ```
    ///
    /// # Errors
    /// When the weights are no weights, or there are too few categories to draw without replacement.
    pub fn multinomial<T: Real>(
        &mut self,
        weights: &[T],
        categories: usize,
        samples: usize,
        replacement: bool,
    ) -> Result<Vec<i64>, InvalidWeights> {
        self.multinomial_of(weights, categories, samples, replacement, false)
    }

    /// The same for weights that lie in memory column by column (`by_columns`) although they are given row by row:
    /// where nothing is put back, PyTorch draws in the order of the memory.
    pub(crate) fn multinomial_of<T: Real>(
        &mut self,
        weights: &[T],
        categories: usize,
        samples: usize,
        replacement: bool,
        by_columns: bool,
    ) -> Result<Vec<i64>, InvalidWeights> {
        if !replacement && samples > categories {
            return Err(InvalidWeights::TooFew);
        }
        for row in weights.chunks(categories.max(1)) {
            let mut sum = 0.0;
            for weight in row {
                let weight = weight.to_f64();
                if !(weight >= 0.0 && weight.is_finite()) {
                    return Err(InvalidWeights::Entry);
                }
                sum += weight;
            }
            if sum <= 0.0 {
                return Err(InvalidWeights::Sum);
            }
        }
        if replacement && samples != 1 {
            Ok(weights
                .chunks(categories)
                .flat_map(|row| self.with_replacement(row, samples))
                .collect())
        } else {
            Ok(self.without_replacement(weights, categories, samples, by_columns))
        }
    }

    /// The `samples` largest of weight / exponential draw, by Gumbel's trick; the draws of all rows come first. Equal
    /// scores, which only the half types have, come in the order of their categories, where PyTorch fixes none.
    fn without_replacement<T: Real>(
        &mut self,
        weights: &[T],
        categories: usize,
        samples: usize,
        by_columns: bool,
    ) -> Vec<i64> {
        let mut scores = weights.to_vec();
        self.exponential(&mut scores, 1.0);
        if by_columns {
            let rows = scores.len() / categories.max(1);
            let of = |at: usize| scores[at % categories * rows + at / categories];
            scores = (0..scores.len()).map(of).collect();
        }
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score = T::from_wide(weight.to_wide() / score.to_wide());
        }
        let mut drawn = Vec::new();
        for row in scores.chunks(categories.max(1)) {
            let mut order: Vec<usize> = (0..row.len()).collect();
            order.sort_by(|&a, &b| {
                row[b]
                    .to_wide()
                    .partial_cmp(&row[a].to_wide())
                    .unwrap_or(Ordering::Equal)
            });
            drawn.extend(order[..samples].iter().map(|&category| category as i64));
        }
        drawn
    }

    /// Looks uniform values up in the cumulative weights of one row.
    fn with_replacement<T: Real>(&mut self, row: &[T], samples: usize) -> Vec<i64> {
        let mut sum = T::Wide::ZERO;
        let mut cumulative: Vec<T::Wide> = Vec::with_capacity(row.len());
        for weight in row {
            sum = sum + weight.to_wide();
            cumulative.push(sum);
        }
        for entry in &mut cumulative {
            *entry = *entry / sum;
        }
        if let Some(last) = cumulative.last_mut() {
            *last = T::Wide::ONE;
        }
        (0..samples)
            .map(|_| {
                let point = f64::unit(self);
                cumulative.partition_point(|entry| entry.to_f64() < point) as i64
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Generator;
    use super::*;

    #[test]
    fn a_category_without_weight_is_never_drawn() {
        let generator = Generator::with_seed(0);
        let drawn = generator
            .lock()
            .multinomial(&[0f32, 1.0, 3.0], 3, 1000, true)
            .unwrap();
        let heavy = drawn.iter().filter(|&&category| category == 2).count();
        assert!(!drawn.contains(&0));
        assert!((700..800).contains(&heavy), "{heavy} of 1000");
    }

    #[test]
    fn without_replacement_every_category_comes_once() {
        let generator = Generator::with_seed(0);
        let mut drawn = generator
            .lock()
            .multinomial(&[1f64; 5], 5, 5, false)
            .unwrap();
        drawn.sort_unstable();
        assert_eq!(drawn, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        let draw = |weights: &[f32], samples| {
            Generator::new()
                .lock()
                .multinomial(weights, 2, samples, false)
        };
        assert_eq!(draw(&[1.0, -1.0], 1), Err(InvalidWeights::Entry));
        assert_eq!(draw(&[1.0, f32::NAN], 1), Err(InvalidWeights::Entry));
        assert_eq!(draw(&[0.0, 0.0], 1), Err(InvalidWeights::Sum));
        assert_eq!(draw(&[1.0, 1.0], 3), Err(InvalidWeights::TooFew));
    }
}
