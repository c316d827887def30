//! Draws of categories by weight.

use std::cmp::Ordering;
use std::fmt;

use super::generator::Draws;
use super::real::{Real, WideReal};

/// Why categories could not be drawn, in PyTorch's words.
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
    /// `samples` categories for each row of `weights`, which has rows of `categories`: `torch.multinomial`.
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
            Ok(self.without_replacement(weights, categories, samples))
        }
    }

    /// The `samples` largest of weight / exponential draw, by Gumbel's trick; the draws of all rows come first.
    fn without_replacement<T: Real>(
        &mut self,
        weights: &[T],
        categories: usize,
        samples: usize,
    ) -> Vec<i64> {
        let mut scores = weights.to_vec();
        self.exponential(&mut scores, 1.0);
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
        let mut cumulative: Vec<T> = Vec::with_capacity(row.len());
        for weight in row {
            // Each partial sum is rounded to the dtype, as it would be in a tensor of it.
            sum = T::from_wide(sum + weight.to_wide()).to_wide();
            cumulative.push(T::from_wide(sum));
        }
        for entry in &mut cumulative {
            *entry = T::from_wide(entry.to_wide() / sum);
        }
        if let Some(last) = cumulative.last_mut() {
            *last = T::from_f64(1.0);
        }
        (0..samples)
            .map(|_| {
                let point = f64::unit(self);
                cumulative.partition_point(|entry| entry.to_f64() < point) as i64
            })
            .collect()
    }
}
