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

pub use pretrained::{
    ResNeXt50_32X4DWeights, ResNet18Weights, ResNet34Weights, ResNet50Weights, ResNet101Weights,
    ResNet152Weights, WideResNet50_2Weights, resnet18, resnet34, resnet50, resnet101, resnet152,
    resnext50_32x4d, try_resnet18, try_resnet34, try_resnet50, try_resnet101, try_resnet152,
    try_resnext50_32x4d, try_wide_resnet50_2, wide_resnet50_2,
};
pub use resnet::{BasicBlock, Bottleneck, ResNet};
pub use resnet9::{ResBlock, ResNet9, resnet9};

#[cfg(test)]
mod tests;
