//! Parts of networks: `torch.nn`.
//!
//! A model is a struct that holds its parts, `#[derive(Module)]` that finds them, and a [`Forward`] that says how the
//! data go through them:
//!
//! ```
//! use wick::prelude::*;
//!
//! #[derive(Module)]
//! struct Residual {
//!     conv: Conv2d,
//!     norm: BatchNorm2d,
//!     shortcut: Option<Conv2d>,
//! }
//!
//! impl Residual {
//!     fn new(inputs: usize, outputs: usize) -> Self {
//!         Self {
//!             conv: Conv2d::new(inputs, outputs, 3).padding(1).bias(false),
//!             norm: BatchNorm2d::new(outputs),
//!             shortcut: (inputs != outputs).then(|| Conv2d::new(inputs, outputs, 1)),
//!         }
//!     }
//! }
//!
//! impl Forward for Residual {
//!     fn forward(&self, x: &Tensor) -> Tensor {
//!         let y = self.norm.forward(&self.conv.forward(x));
//!         match &self.shortcut {
//!             Some(shortcut) => y + shortcut.forward(x),
//!             None => y + x,
//!         }
//!     }
//! }
//!
//! let net = Residual::new(3, 8);
//! println!("{net}");
//! assert_eq!(net.forward(&Tensor::rand([1, 3, 8, 8])).shape(), [1, 8, 8, 8]);
//! assert_eq!(net.parameters().len(), 5);
//! ```

mod activation;
mod adaptive;
mod attention;
mod batch_norm;
mod conv;
mod conv_transpose;
mod cross_map;
mod distance;
mod draws;
mod dropout;
mod embedding;
mod embedding_bag;
pub mod field;
mod fractional;
pub mod functional;
pub mod hooks;
pub mod init;
mod instance_norm;
mod layers;
mod lazy;
mod linear;
mod loss;
mod members;
mod mode;
mod module;
mod module_dict;
mod module_list;
mod nonlinear;
mod norm;
mod padding;
mod pair;
mod parameter;
mod parameter_list;
mod pool;
pub(crate) mod python;
mod rearrange;
mod recurrent;
mod repr;
mod sequence_loss;
mod sequential;
mod shape;
mod state_dict;
mod transformer;
mod unpool;
pub mod utils;
mod vision;

use crate::shown::debug_is_display;

pub use activation::{GELU, LeakyReLU, LogSoftmax, RReLU, ReLU, Sigmoid, Softmax, Softmax2d, Tanh};
pub use adaptive::{ASMOutput, AdaptiveLogSoftmaxWithLoss};
pub use attention::{AttentionOptions, MultiheadAttention, NonDynamicallyQuantizableLinear};
pub use batch_norm::{BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm};
pub use conv::{Conv1d, Conv2d, Conv3d, ConvPadding};
pub use conv_transpose::{ConvTranspose1d, ConvTranspose2d, ConvTranspose3d};
pub use cross_map::{CrossMapLRN2d, LocalResponseNorm};
pub use distance::{Bilinear, CosineSimilarity, PairwiseDistance};
pub use dropout::{AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout};
pub use embedding::Embedding;
pub use embedding_bag::EmbeddingBag;
pub use fractional::{FractionalMaxPool2d, FractionalMaxPool3d, Share};
pub use functional::BagMode;
pub use instance_norm::{InstanceNorm1d, InstanceNorm2d, InstanceNorm3d};
pub use layers::{IntoLayers, Layer};
pub use lazy::{
    Deferred, Lazy, LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d, LazyConv1d, LazyConv2d,
    LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d, LazyInstanceNorm1d,
    LazyInstanceNorm2d, LazyInstanceNorm3d, LazyLinear,
};
pub use linear::Linear;
pub use loss::{
    BCELoss, BCEWithLogitsLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, MarginRankingLoss,
    MultiLabelMarginLoss, MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss, PoissonNLLLoss,
    SmoothL1Loss, SoftMarginLoss, TripletMarginLoss,
};
pub(crate) use members::evaluating;
pub use members::{Member, Members};
pub use mode::Mode;
pub use module::{Forward, Module, ModuleExt};
pub use module_dict::ModuleDict;
pub use module_list::ModuleList;
pub use nonlinear::{
    CELU, ELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LogSigmoid, Mish, PReLU, ReLU6,
    SELU, SiLU, Softmin, Softplus, Softshrink, Softsign, Tanhshrink, Threshold,
};
pub use norm::{GroupNorm, LayerNorm, RMSNorm};
pub use padding::{
    CircularPad1d, CircularPad2d, CircularPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d,
    ReflectionPad1d, ReflectionPad2d, ReflectionPad3d, ReplicationPad1d, ReplicationPad2d,
    ReplicationPad3d, Sides, ZeroPad1d, ZeroPad2d, ZeroPad3d,
};
pub use pair::{Pair, Size};
pub use parameter::parameter;
pub use parameter_list::{ParameterDict, ParameterList};
pub use pool::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d,
    AdaptiveMaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d,
};
pub use rearrange::{ChannelShuffle, Fold, LPPool1d, LPPool2d, LPPool3d, PixelUnshuffle, Unfold};
pub use recurrent::{GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell};
pub use repr::fmt_module;
pub use sequence_loss::{CTCLoss, TripletMarginWithDistanceLoss};
pub use sequential::Sequential;
pub use shape::{Flatten, Identity, Unflatten};
pub use state_dict::{IncompatibleKeys, StateDict};
pub use transformer::{
    Activation, DecoderMasks, EncoderMasks, Transformer, TransformerDecoder,
    TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer, TransformerMasks,
};
pub use unpool::{MaxUnpool1d, MaxUnpool2d, MaxUnpool3d};
pub use vision::{PixelShuffle, Upsample, UpsamplingBilinear2d, UpsamplingNearest2d};
pub use wick_derive::{Module, hooked};

#[cfg(test)]
mod tests;
