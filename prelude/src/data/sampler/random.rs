//! Elements in random order.

use super::Sampler;
use crate::error::{Error, OrPanic, Result};
use crate::random::{Generator, default_generator};

/// How many numbers are drawn at a time where they are drawn with replacement.
const AT_A_TIME: usize = 32;

/// Elements in random order: `torch.utils.data.RandomSampler`.
///
/// Without a generator each round seeds one with a number that the default generator draws.
///
/// ```
/// use wick::data::{RandomSampler, Sampler};
/// use wick::random::Generator;
/// let sampler = RandomSampler::new(5).generator(&Generator::with_seed(0));
/// assert_eq!(sampler.iter().collect::<Vec<_>>(), [4, 0, 1, 3, 2]);
///
/// // With replacement an element may come again.
/// let sampler = RandomSampler::new(5).replacement(true).num_samples(8).generator(&Generator::with_seed(0));
/// assert_eq!(sampler.iter().collect::<Vec<_>>(), [4, 4, 3, 0, 3, 4, 2, 3]);
/// ```
#[derive(Debug, Clone)]
pub struct RandomSampler {
    len: usize,
    replacement: bool,
    num_samples: Option<usize>,
    generator: Option<Generator>,
}

impl RandomSampler {
    /// A sampler for a data set of `len` elements, each of which comes once.
    ///
    /// # Panics
    /// When there are none.
    #[track_caller]
    pub fn new(len: usize) -> Self {
        Self::try_new(len).or_panic()
    }

    /// Like [`RandomSampler::new`]. Fails for an empty data set.
    pub fn try_new(len: usize) -> Result<Self> {
        positive(len)?;
        Ok(Self {
            len,
            replacement: false,
            num_samples: None,
            generator: None,
        })
    }

    /// Whether every draw is from all elements again.
    pub fn replacement(mut self, replacement: bool) -> Self {
        self.replacement = replacement;
        self
    }

    /// How many elements a round has; as many as the data set unless told otherwise.
    ///
    /// # Panics
    /// When it is 0.
    #[track_caller]
    pub fn num_samples(mut self, num_samples: usize) -> Self {
        positive(num_samples).or_panic();
        self.num_samples = Some(num_samples);
        self
    }

    /// The generator to draw from, instead of the default one.
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }
}

pub(super) fn positive(num_samples: usize) -> Result<()> {
    if num_samples == 0 {
        return Err(Error::value(
            "num_samples should be a positive integer value, but got num_samples=0",
        ));
    }
    Ok(())
}

/// What `torch.empty((), dtype=torch.int64).random_()` draws.
pub(in crate::data) fn draw_seed(generator: &Generator) -> u64 {
    generator.lock().next_u64() & i64::MAX as u64
}

impl Sampler for RandomSampler {
    type Item = usize;

    fn iter(&self) -> Box<dyn Iterator<Item = usize>> {
        let (len, samples) = (self.len, self.len());
        let mut generator = self.generator.clone();
        let mut seeded = move || {
            let seed = || Generator::with_seed(draw_seed(&default_generator()));
            generator.get_or_insert_with(seed).clone()
        };
        let numbers = |drawn: Vec<i64>| drawn.into_iter().map(|index| index as usize);
        if self.replacement {
            let rounds = (0..samples.div_ceil(AT_A_TIME)).flat_map(move |round| {
                let count = AT_A_TIME.min(samples - round * AT_A_TIME);
                numbers(seeded().lock().integers(0, len as i64, count))
            });
            return Box::new(rounds);
        }
        // The last permutation is drawn even where none of it is needed, as PyTorch does.
        let rounds = (0..=samples / len).flat_map(move |round| {
            let count = len.min(samples - round * len);
            numbers(seeded().lock().permutation(len)).take(count)
        });
        Box::new(rounds)
    }

    fn len(&self) -> usize {
        self.num_samples.unwrap_or(self.len)
    }
}

/// The elements of a list in random order: `torch.utils.data.SubsetRandomSampler`.
///
/// ```
/// use wick::data::{Sampler, SubsetRandomSampler};
/// use wick::random::Generator;
/// let sampler = SubsetRandomSampler::new([3, 5, 7]).generator(&Generator::with_seed(0));
/// assert_eq!(sampler.iter().collect::<Vec<_>>(), [7, 3, 5]);
/// ```
#[derive(Debug, Clone)]
pub struct SubsetRandomSampler {
    indices: Vec<usize>,
    generator: Option<Generator>,
}

impl SubsetRandomSampler {
    /// A sampler of these elements, each of which comes once.
    pub fn new(indices: impl Into<Vec<usize>>) -> Self {
        Self {
            indices: indices.into(),
            generator: None,
        }
    }

    /// The generator to draw from, instead of the default one.
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }
}

impl Sampler for SubsetRandomSampler {
    type Item = usize;

    fn iter(&self) -> Box<dyn Iterator<Item = usize>> {
        let generator = self.generator.clone().unwrap_or_else(default_generator);
        let indices = self.indices.clone();
        let count = indices.len();
        let drawn = std::iter::once_with(move || generator.lock().permutation(count));
        Box::new(drawn.flatten().map(move |at| indices[at as usize]))
    }

    fn len(&self) -> usize {
        self.indices.len()
    }
}
