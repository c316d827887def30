//! Everything a notebook wants, by one `use wick::prelude::*`.

pub use crate::autograd::{grad, no_grad};
pub use crate::models::{ResNet18Weights, resnet18};
pub use crate::nn::{
    AdaptiveAvgPool2d, AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Forward, Identity, Linear,
    MaxPool2d, Mode, Module, ModuleExt, ModuleList, ReLU, Sequential,
};
pub use crate::optim::{Adam, AdamW, Optimizer, RMSprop, SGD, lr_scheduler::LRScheduler};
pub use crate::random::manual_seed;
pub use crate::tensor::{
    ClassLossOptions, Conv2dOptions, Ellipsis, NewAxis, Pool2dOptions, Reduction, TensorOptions,
    step,
};
pub use crate::{DType, Device, NdArray, PI, Scalar, Shape, Tensor, cuda, tensor};
pub use crate::{models, nn, optim};
