//! Networks that are known by name: `torchvision.models`, and a small one.
//!
//! ```no_run
//! use wick::prelude::*;
//!
//! let mut model = models::resnet18(models::ResNet18Weights::Default);
//! for parameter in model.parameters() {
//!     parameter.requires_grad_(false);
//! }
//! model.fc = Linear::new(512, 10); // only the head is trained
//! let optimizer = optim::SGD::new(model.parameters(), 1e-2).momentum(0.9);
//! ```

mod pretrained;
mod resnet;
mod resnet9;

pub use pretrained::*;
pub use resnet::{BasicBlock, Bottleneck, ResNet};
pub use resnet9::{ResBlock, ResNet9, resnet9};

#[cfg(test)]
mod tests;
