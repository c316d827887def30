//! Data sets of images that everybody knows, read and fetched as torchvision does: `torchvision.datasets`.
//!
//! ```no_run
//! use wick::datasets::MNIST;
//! use wick::prelude::*;
//! use wick::transforms::{Compose, Normalize, ToTensor};
//!
//! let transform = Compose::new((ToTensor, Normalize::new((0.1307,), (0.3081,))));
//! // root, train, download
//! let train = MNIST::new("data", true, true).transform(transform);
//! let loader = DataLoader::new(train).batch_size(64).shuffle(true);
//! for (x, y) in &loader {
//!     assert_eq!((x.size(0), x.size(-1)), (y.size(0), 28));
//! }
//! ```
//!
//! The files lie where torchvision has them below the same root, so what one has fetched the other finds. Every file is
//! compared with its MD5 sum; a download that broke off goes on where it stopped.
//!
//! A server of your own is asked instead of the usual ones, and CIFAR is read in its version for C programs, too:
//!
//! ```no_run
//! use wick::datasets::{CIFAR10, MNIST};
//!
//! let digits = MNIST::from_servers("data", true, true, &["https://mirror.example/mnist/".to_string()])?;
//! let photographs = CIFAR10::from_server("data", true, true, "https://mirror.example/cifar/")?;
//! let binary = CIFAR10::from_binary("data/cifar-10-batches-bin", true)?;
//! # Ok::<(), wick::Error>(())
//! ```

mod cifar;
mod files;
mod folder;
mod idx;
mod mnist;
mod vision;

pub use cifar::{CIFAR10, CIFAR100};
pub use folder::ImageFolder;
pub use mnist::{FashionMNIST, KMNIST, MNIST};
pub use vision::AsIs;

#[cfg(test)]
mod tests;
