//! Everything a notebook wants, by one `use wick::prelude::*`.

pub use crate::autograd::{grad, no_grad};
pub use crate::data::{
    ConcatDataset, DataLoader, Dataset, IterableDataset, IterableLoader, Subset, TensorDataset,
    random_split,
};
pub use crate::distributions::Distribution;
pub use crate::graph::make_dot;
pub use crate::models::{ResNet18Weights, resnet18};
/// As every notebook of PyTorch imports it.
pub use crate::nn::functional as F;
pub use crate::nn::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AlphaDropout,
    AvgPool1d, AvgPool2d, BatchNorm1d, BatchNorm2d, BatchNorm3d, CELU, Conv1d, Conv2d, Conv3d,
    ConvTranspose1d, ConvTranspose2d, Dropout, Dropout1d, Dropout2d, Dropout3d, ELU, Embedding,
    Flatten, Forward, GELU, GLU, GroupNorm, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, Identity,
    LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, MaxPool1d, MaxPool2d, Mish, Mode, Module,
    ModuleDict, ModuleExt, ModuleList, PReLU, PixelShuffle, RMSNorm, ReLU, ReLU6, SELU, Sequential,
    SiLU, Sigmoid, Softmax, Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
    Unflatten, Upsample, hooked,
};
pub use crate::nn::{
    BCELoss, BCEWithLogitsLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, MarginRankingLoss, NLLLoss,
    PoissonNLLLoss, SmoothL1Loss, SoftMarginLoss, TripletMarginLoss,
};
pub use crate::optim::{Adam, AdamW, Optimizer, RMSprop, SGD, lr_scheduler::LRScheduler};
pub use crate::picture::heatmap;
pub use crate::plot::{LivePlot, Plot, Theme, bar, hist, live_plot, plot, scatter};
pub use crate::progress::{ProgressBar, progress, progress_bar};
pub use crate::random::manual_seed;
pub use crate::serialization::{Value, load, save};
pub use crate::summary::summary;
pub use crate::table::table;
pub use crate::tensor::{
    ClassLossOptions, Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvTranspose1dOptions,
    ConvTranspose2dOptions, Ellipsis, InterpolateOptions, Interpolation, MeshIndexing, NewAxis,
    Padding, PoissonOptions, Pool1dOptions, Pool2dOptions, QuantileInterpolation, Reduction,
    Rounding, ScatterReduce, TensorOptions, TripletOptions, step,
};
pub use crate::{Complex, DType, Device, NdArray, PI, Scalar, Shape, Tensor, cuda, tensor};
pub use crate::{
    distributions, fft, func, get_default_dtype, linalg, models, nn, optim, set_default_dtype,
};
pub use wick_runtime::display::{DisplayHandle, clear_output, display};
pub use wick_runtime::kinds::{Described, Html, Jpeg, Json, Latex, Markdown, Png, Svg, Text};
pub use wick_runtime::{Forms, MimeBundle, Rich};
