//! Data sets and the loaders that make batches of them: `torch.utils.data`.
//!
//! ```
//! use wick::prelude::*;
//!
//! let x = Tensor::randn([100, 3]);
//! let y = Tensor::randint(0, 2, [100]);
//! let loader = DataLoader::new(TensorDataset::new((x, y))).batch_size(32).shuffle(true);
//! for (x, y) in &loader {
//!     assert_eq!(x.size(0), y.size(0));
//! }
//! assert_eq!(loader.len(), 4);
//! ```
//!
//! The order of a shuffled loader is PyTorch's: after the same `manual_seed` the same elements come in the same batches,
//! and as many random numbers are drawn. Workers are threads; each has a default generator of its own, seeded as
//! PyTorch seeds the one of a worker process, so random transforms draw the same numbers there too.

mod collate;
mod combine;
mod dataset;
mod epoch;
mod iterable;
mod loader;
mod sampler;
mod split;
mod tensors;
mod workers;

pub use collate::Collate;
pub use combine::{ConcatDataset, Subset};
pub use dataset::{Dataset, IterableDataset};
pub use epoch::Epoch;
pub use iterable::{IterableLoader, WorkerInfo, get_worker_info};
pub use loader::DataLoader;
pub use sampler::{
    BatchSampler, RandomSampler, Sampler, SequentialSampler, SubsetRandomSampler,
    WeightedRandomSampler,
};
pub use split::{
    Lengths, random_split, random_split_with, try_random_split, try_random_split_with,
};
pub use tensors::{TensorDataset, TensorTuple};

#[cfg(test)]
mod tests;
