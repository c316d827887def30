//! Deep residual networks (He et al., 2015), with torchvision's names, options and order of initial values.

use super::pretrained::ResNetOptions;
use crate::autograd::no_grad;
use crate::nn::functional::Conv2dOptions;
use crate::nn::init::{Fan, Nonlinearity, kaiming_normal_};
use crate::nn::{
    AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Forward, Linear, MaxPool2d, Module, ModuleExt, ReLU,
    Sequential, hooked,
};
use crate::tensor::Tensor;

/// A residual network, from images of three channels to classes. PyTorch: `torchvision.models.ResNet`.
///
/// Functions such as [`resnet18`](super::resnet18) and [`resnet50_with`](super::resnet50_with) make one. Its forward
/// pass takes `[N, 3, H, W]` to `[N, classes]`, with 1000 classes unless it is said. The layers are fields, so that a
/// new head can be put in place of `fc`.
///
/// ```
/// use wick::prelude::*;
/// let mut model = models::resnet18(None);
/// assert_eq!(model.conv1.weight.shape(), [64, 3, 7, 7]);
/// model.fc = Linear::new(512, 10);
/// model.eval();
/// let scores = no_grad(|| model.forward(&Tensor::rand([1, 3, 32, 32])));
/// assert_eq!(scores.shape(), [1, 10]);
/// ```
#[derive(Module)]
pub struct ResNet {
    /// From the image's three channels to 64.
    pub conv1: Conv2d,
    /// Normalizes what `conv1` gives.
    pub bn1: BatchNorm2d,
    /// Applied to that.
    pub relu: ReLU,
    /// Halves the size.
    pub maxpool: MaxPool2d,
    /// Blocks of the full size.
    pub layer1: Sequential,
    /// Blocks of half the size.
    pub layer2: Sequential,
    /// Blocks of a quarter of the size.
    pub layer3: Sequential,
    /// Blocks of an eighth of the size.
    pub layer4: Sequential,
    /// To one pixel.
    pub avgpool: AdaptiveAvgPool2d,
    /// To the classes.
    pub fc: Linear,
}

/// How many classes ImageNet has.
pub(super) const CLASSES: usize = 1000;

/// What the networks differ in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Architecture {
    pub block: Block,
    /// How many blocks each of the four layers has.
    pub layers: [usize; 4],
    /// Into how many groups the 3×3 convolutions of bottlenecks are split.
    pub groups: usize,
    /// How many channels a group has where a layer has 64.
    pub width_per_group: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Basic,
    Bottleneck,
}

impl Block {
    /// How many times more channels leave a block than its layer's number says.
    fn expansion(self) -> usize {
        match self {
            Self::Basic => 1,
            Self::Bottleneck => 4,
        }
    }
}

impl ResNet {
    pub(super) fn new(architecture: Architecture, options: ResNetOptions) -> Self {
        // The order of these lines is the order in which random numbers are drawn.
        let conv1 = conv(3, 64, 7, 2, 1);
        let mut inputs = 64;
        let mut layer = |index: usize, channels, stride| {
            architecture.layer(&mut inputs, channels, architecture.layers[index], stride)
        };
        let layer1 = layer(0, 64, 1);
        let layer2 = layer(1, 128, 2);
        let layer3 = layer(2, 256, 2);
        let layer4 = layer(3, 512, 2);
        let model = Self {
            conv1,
            bn1: BatchNorm2d::new(64),
            relu: ReLU::new().inplace(true),
            maxpool: MaxPool2d::new(3).stride(2).padding(1),
            layer1,
            layer2,
            layer3,
            layer4,
            avgpool: AdaptiveAvgPool2d::new((1, 1)),
            fc: Linear::new(
                512 * architecture.block.expansion(),
                options.num_classes.unwrap_or(CLASSES),
            ),
        };
        for module in model.modules() {
            if let Some(conv) = module.downcast_ref::<Conv2d>() {
                kaiming_normal_(&conv.weight, Fan::Out, Nonlinearity::ReLU);
            }
        }
        if options.zero_init_residual {
            for module in model.modules() {
                let last = match (
                    module.downcast_ref::<BasicBlock>(),
                    module.downcast_ref::<Bottleneck>(),
                ) {
                    (Some(block), _) => &block.bn2,
                    (_, Some(block)) => &block.bn3,
                    _ => continue,
                };
                if let Some(weight) = &last.weight {
                    no_grad(|| weight.fill_(0));
                }
            }
        }
        model
    }
}

impl Architecture {
    fn layer(
        &self,
        inputs: &mut usize,
        channels: usize,
        blocks: usize,
        stride: usize,
    ) -> Sequential {
        let outputs = channels * self.block.expansion();
        let mut layer = Sequential::default();
        for index in 0..blocks {
            let stride = if index == 0 { stride } else { 1 };
            let downsample = (stride != 1 || *inputs != outputs).then(|| {
                Sequential::new((
                    conv(*inputs, outputs, 1, stride, 1),
                    BatchNorm2d::new(outputs),
                ))
            });
            match self.block {
                Block::Basic => layer.push(BasicBlock::new(*inputs, channels, stride, downsample)),
                Block::Bottleneck => {
                    layer.push(Bottleneck::new(self, *inputs, channels, stride, downsample))
                }
            };
            *inputs = outputs;
        }
        layer
    }
}

/// From `[N, 3, H, W]` to `[N, classes]`.
#[hooked]
#[hooked]
impl Forward for ResNet {
    fn forward(&self, x: &Tensor) -> Tensor {
        let x = self.relu.forward(&self.bn1.forward(&self.conv1.forward(x)));
        let mut x = self.maxpool.forward(&x);
        for layer in [&self.layer1, &self.layer2, &self.layer3, &self.layer4] {
            x = layer.forward(&x);
        }
        self.fc.forward(&self.avgpool.forward(&x).flatten(1, -1))
    }
}

/// Two 3×3 convolutions whose result is added to what came in: the block of ResNet-18 and ResNet-34. PyTorch:
/// `torchvision.models.resnet.BasicBlock`.
///
/// `[N, C, H, W]` to `[N, C', H', W']`; the first block of a layer halves the size, except in the first layer.
///
/// ```no_run
/// use wick::prelude::*;
/// use wick::models::BasicBlock;
/// let model = models::resnet18(None);
/// let blocks = model.modules().into_iter().filter(|module| module.downcast_ref::<BasicBlock>().is_some());
/// assert_eq!(blocks.count(), 8); // two in each of the four layers
/// ```
#[derive(Module)]
pub struct BasicBlock {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    relu: ReLU,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    downsample: Option<Sequential>,
}

impl BasicBlock {
    fn new(inputs: usize, channels: usize, stride: usize, downsample: Option<Sequential>) -> Self {
        Self {
            conv1: conv(inputs, channels, 3, stride, 1),
            bn1: BatchNorm2d::new(channels),
            relu: ReLU::new().inplace(true),
            conv2: conv(channels, channels, 3, 1, 1),
            bn2: BatchNorm2d::new(channels),
            downsample,
        }
    }
}

#[hooked]
#[hooked]
impl Forward for BasicBlock {
    fn forward(&self, x: &Tensor) -> Tensor {
        let y = self.relu.forward(&self.bn1.forward(&self.conv1.forward(x)));
        let y = self.bn2.forward(&self.conv2.forward(&y));
        self.relu.forward(&(y + shortcut(&self.downsample, x)))
    }
}

/// A 1×1 convolution to few channels, a 3×3 one there, and a 1×1 one to many: the block from ResNet-50 on. PyTorch:
/// `torchvision.models.resnet.Bottleneck`.
///
/// What came in is added to the result. A block of a layer of `C` channels gives `4 C` of them.
///
/// ```no_run
/// use wick::prelude::*;
/// use wick::models::Bottleneck;
/// let model = models::resnet50(None);
/// let blocks = model.modules().into_iter().filter(|module| module.downcast_ref::<Bottleneck>().is_some());
/// assert_eq!(blocks.count(), 16); // 3, 4, 6 and 3
/// ```
#[derive(Module)]
pub struct Bottleneck {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    conv3: Conv2d,
    bn3: BatchNorm2d,
    relu: ReLU,
    downsample: Option<Sequential>,
}

impl Bottleneck {
    fn new(
        architecture: &Architecture,
        inputs: usize,
        channels: usize,
        stride: usize,
        downsample: Option<Sequential>,
    ) -> Self {
        let width = channels * architecture.width_per_group / 64 * architecture.groups;
        let outputs = channels * Block::Bottleneck.expansion();
        Self {
            conv1: conv(inputs, width, 1, 1, 1),
            bn1: BatchNorm2d::new(width),
            conv2: conv(width, width, 3, stride, architecture.groups),
            bn2: BatchNorm2d::new(width),
            conv3: conv(width, outputs, 1, 1, 1),
            bn3: BatchNorm2d::new(outputs),
            relu: ReLU::new().inplace(true),
            downsample,
        }
    }
}

#[hooked]
#[hooked]
impl Forward for Bottleneck {
    fn forward(&self, x: &Tensor) -> Tensor {
        let y = self.relu.forward(&self.bn1.forward(&self.conv1.forward(x)));
        let y = self
            .relu
            .forward(&self.bn2.forward(&self.conv2.forward(&y)));
        let y = self.bn3.forward(&self.conv3.forward(&y));
        self.relu.forward(&(y + shortcut(&self.downsample, x)))
    }
}

/// A convolution that changes the size by `stride` alone, without a bias, as all of them are here.
fn conv(inputs: usize, outputs: usize, size: usize, stride: usize, groups: usize) -> Conv2d {
    let padding = size / 2;
    let options = Conv2dOptions {
        stride: [stride; 2],
        padding: [padding; 2],
        groups,
        ..Default::default()
    };
    Conv2d::with(inputs, outputs, size.into(), options, false)
}

fn shortcut(downsample: &Option<Sequential>, x: &Tensor) -> Tensor {
    match downsample {
        Some(downsample) => downsample.forward(x),
        None => x.clone(),
    }
}
