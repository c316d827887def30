//! Elements by weight.

use super::Sampler;
use super::random::positive;
use crate::error::{Error, OrPanic, Result};
use crate::random::{Generator, default_generator};

/// Elements with probabilities in proportion to weights: `torch.utils.data.WeightedRandomSampler`.
///
/// ```
/// use wick::data::{Sampler, WeightedRandomSampler};
/// let sampler = WeightedRandomSampler::new([0.0, 1.0, 0.0], 4, true);
/// assert_eq!(sampler.iter().collect::<Vec<_>>(), [1, 1, 1, 1]);
///
/// let generator = wick::random::Generator::with_seed(0);
/// let sampler = WeightedRandomSampler::new([1., 2., 3.], 6, true).generator(&generator);
/// assert_eq!(sampler.iter().collect::<Vec<_>>(), [2, 2, 1, 2, 2, 2]);
/// ```
#[derive(Debug, Clone)]
pub struct WeightedRandomSampler {
    weights: Vec<f64>,
    num_samples: usize,
    replacement: bool,
    generator: Option<Generator>,
}

impl WeightedRandomSampler {
    /// `num_samples` draws of a data set that has as many elements as there are weights.
    ///
    /// # Panics
    /// When `num_samples` is 0, or larger than the data set without `replacement`, or the weights are none.
    #[track_caller]
    pub fn new(weights: impl Into<Vec<f64>>, num_samples: usize, replacement: bool) -> Self {
        Self::try_new(weights, num_samples, replacement).or_panic()
    }

    /// Like [`WeightedRandomSampler::new`]. Fails where that panics.
    pub fn try_new(
        weights: impl Into<Vec<f64>>,
        num_samples: usize,
        replacement: bool,
    ) -> Result<Self> {
        positive(num_samples)?;
        let sampler = Self {
            weights: weights.into(),
            num_samples,
            replacement,
            generator: None,
        };
        // A draw from a generator of its own says now what would go wrong later.
        sampler.draw(&Generator::new())?;
        Ok(sampler)
    }

    /// The generator to draw from, instead of the default one.
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }

    fn draw(&self, generator: &Generator) -> Result<Vec<i64>> {
        let drawn = generator.lock().multinomial(
            &self.weights,
            self.weights.len(),
            self.num_samples,
            self.replacement,
        );
        drawn.map_err(|error| Error::runtime(error.to_string()))
    }
}

impl Sampler for WeightedRandomSampler {
    type Item = usize;

    #[track_caller]
    fn iter(&self) -> Box<dyn Iterator<Item = usize>> {
        let generator = self.generator.clone().unwrap_or_else(default_generator);
        let sampler = self.clone();
        let drawn = std::iter::once_with(move || sampler.draw(&generator).or_panic());
        Box::new(drawn.flatten().map(|index| index as usize))
    }

    fn len(&self) -> usize {
        self.num_samples
    }
}
