//! A residual network of nine layers for small images.

use crate::nn::{
    BatchNorm2d, Conv2d, Forward, Linear, MaxPool2d, Module, ReLU, Sequential, hooked,
};
use crate::tensor::Tensor;

/// The momentum of all batch norms here.
const MOMENTUM: f64 = 0.9;

/// Two convolutions whose result is added to what came in. `[N, inputs, H, W]` to `[N, outputs, H / stride, W /
/// stride]`.
///
/// With stride 1 there is nothing that would fit what came in to another number of channels, so `inputs` and `outputs`
/// are then the same.
///
/// ```
/// use wick::prelude::*;
/// use wick::models::ResBlock;
/// let x = Tensor::rand([1, 4, 8, 8]);
/// assert_eq!(ResBlock::new(4, 4, 1).forward(&x).shape(), [1, 4, 8, 8]);
/// assert_eq!(ResBlock::new(4, 6, 2).forward(&x).shape(), [1, 6, 4, 4]);
/// ```
#[derive(Module)]
pub struct ResBlock {
    /// The convolution that makes the image smaller if the stride is not 1.
    pub conv1: Sequential,
    /// The convolution that keeps the size.
    pub conv2: Sequential,
    /// Makes what came in smaller too, where that is needed.
    pub downsample: Option<Sequential>,
    /// Applied to the sum.
    pub relu: ReLU,
}

impl ResBlock {
    /// A block from `inputs` to `outputs` channels; there is no `downsample` with stride 1.
    pub fn new(inputs: usize, outputs: usize, stride: usize) -> Self {
        let conv = |inputs, stride| {
            Sequential::new((
                Conv2d::new(inputs, outputs, 3)
                    .stride(stride)
                    .padding(1)
                    .bias(false),
                BatchNorm2d::new(outputs).momentum(MOMENTUM),
                ReLU::new(),
            ))
        };
        Self {
            conv1: conv(inputs, stride),
            conv2: conv(outputs, 1),
            downsample: (stride != 1).then(|| {
                Sequential::new((
                    Conv2d::new(inputs, outputs, 1).stride(stride).bias(false),
                    BatchNorm2d::new(outputs).momentum(MOMENTUM),
                ))
            }),
            relu: ReLU::new(),
        }
    }
}

#[hooked]
#[hooked]
impl Forward for ResBlock {
    fn forward(&self, x: &Tensor) -> Tensor {
        let residual = match &self.downsample {
            Some(downsample) => downsample.forward(x),
            None => x.clone(),
        };
        let y = self.conv2.forward(&self.conv1.forward(x));
        self.relu.forward(&(y + residual))
    }
}

/// Nine layers, for images of 32 by 32 pixels in ten classes. `[N, 3, 32, 32]` to `[N, 10]`. Made by [`resnet9`].
///
/// ```
/// use wick::prelude::*;
/// let model = models::resnet9();
/// let scores = no_grad(|| model.forward(&Tensor::rand([2, 3, 32, 32])));
/// assert_eq!(scores.shape(), [2, 10]);
/// ```
#[derive(Module)]
pub struct ResNet9 {
    /// To 128 channels of 16 by 16.
    pub conv_stack_1: Sequential,
    /// Keeps the size.
    pub res_block_2: ResBlock,
    /// To 256 channels of 4 by 4.
    pub conv_stack_3: Sequential,
    /// Keeps the size.
    pub res_block_4: ResBlock,
    /// To 2 by 2.
    pub max_pool_5: MaxPool2d,
    /// To the ten classes.
    pub fc: Linear,
}

/// A new [`ResNet9`], with initial values drawn from the default generator.
///
/// ```
/// use wick::prelude::*;
/// let model = models::resnet9();
/// let numbers: usize = model.parameters().iter().map(|parameter| parameter.numel()).sum();
/// assert_eq!(numbers, 2_447_946);
/// ```
pub fn resnet9() -> ResNet9 {
    let conv = |inputs, outputs| Conv2d::new(inputs, outputs, 3).padding(1).bias(false);
    let norm = |channels| BatchNorm2d::new(channels).momentum(MOMENTUM);
    let relu = || ReLU::new().inplace(true);
    let pool = || MaxPool2d::new(2).stride(2);
    ResNet9 {
        conv_stack_1: Sequential::new((
            conv(3, 64),
            norm(64),
            relu(),
            conv(64, 128),
            norm(128),
            relu(),
            pool(),
        )),
        res_block_2: ResBlock::new(128, 128, 1),
        conv_stack_3: Sequential::new((
            conv(128, 256),
            norm(256),
            relu(),
            pool(),
            conv(256, 256),
            norm(256),
            relu(),
            pool(),
        )),
        res_block_4: ResBlock::new(256, 256, 1),
        max_pool_5: pool(),
        fc: Linear::new(1024, 10),
    }
}

/// From `[N, 3, 32, 32]` to `[N, 10]`.
#[hooked]
#[hooked]
impl Forward for ResNet9 {
    fn forward(&self, x: &Tensor) -> Tensor {
        let x = self.conv_stack_1.forward(x);
        let x = self.res_block_2.forward(&x);
        let x = self.conv_stack_3.forward(&x);
        let x = self.res_block_4.forward(&x);
        let x = self.max_pool_5.forward(&x);
        self.fc.forward(&x.view([-1, 1024]))
    }
}
