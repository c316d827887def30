//! The names of the nodes that derivatives make when they are differentiated again: those of PyTorch 2.15.

use super::nodes::{Case, made_by, waves};
use wick::autograd::{GradOptions, grad_with};
use wick::nn::functional as F;
use wick::prelude::*;

/// The gradient of `y` at `x`, which can be differentiated again.
fn slope(y: &Tensor, x: &Tensor) -> Tensor {
    let options = GradOptions {
        create_graph: true,
        ..Default::default()
    };
    let mut found = grad_with(&[y], &[x], &[None], options).unwrap();
    found.remove(0).unwrap()
}

#[test]
fn derivatives_have_the_nodes_of_pytorch() {
    let cases: &[Case<Tensor>] = &[
        ("MulBackward0", |x| x.exp()),
        ("DivBackward0", |x| x.log()),
        ("MulBackward0", |x| x.sin()),
        ("MulBackward0", |x| x.cos()),
        ("MulBackward0", |x| x.tan()),
        ("TanhBackwardBackward0", |x| x.tanh()),
        ("SigmoidBackwardBackward0", |x| x.sigmoid()),
        ("DivBackward0", |x| x.sqrt()),
        ("MulBackward0", |x| x.rsqrt()),
        ("MulBackward0", |x| x.reciprocal()),
        ("MulBackward0", |x| x.square()),
        ("MulBackward0", |x| x.pow(3)),
        ("MulBackward0", |x| x.pow(0.5)),
        ("MulBackward0", |x| x.abs()),
        ("ThresholdBackwardBackward0", |x| x.relu()),
        ("DivBackward0", |x| x.log1p()),
        ("MulBackward0", |x| x.expm1()),
        ("DivBackward0", |x| x.log2()),
        ("MulBackward0", |x| x.erf()),
        ("MulBackward0", |x| x.asin()),
        ("MulBackward0", |x| x.acos()),
        ("DivBackward0", |x| x.atan()),
        ("MulBackward0", |x| x.sinh()),
        ("MulBackward0", |x| x.cosh()),
        ("SoftmaxBackwardDataBackward0", |x| x.softmax(0)),
        ("LogSoftmaxBackwardDataBackward0", |x| x.log_softmax(0)),
        ("GeluBackwardBackward0", |x| x.gelu()),
        ("MulBackward0", |x| x.silu()),
        ("SoftplusBackwardBackward0", |x| F::softplus(x, 1., 20.)),
        ("EluBackwardBackward0", |x| x.elu(1.)),
        ("LeakyReluBackwardBackward0", |x| x.leaky_relu(0.01)),
        ("AddBackward0", |x| x * x),
        ("MulBackward0", |x| 1 / x),
        ("AddBackward0", |x| x / (x + 1)),
        ("MulBackward0", |x| x.prod()),
        ("MulBackward0", |x| x.norm()),
        ("MulBackward0", |x| x.std()),
        ("MulBackward0", |x| x.var()),
        ("MulBackward0", |x| x.logsumexp(0, false)),
        ("DivBackward0", |x| x.cumprod(0)),
        ("AddBackward0", |x| x.view([2, 2]).matmul(&x.view([2, 2]))),
        ("AddBackward0", |x| x.outer(x)),
        ("AddBackward0", |x| x.dot(x)),
        ("MseLossBackwardBackward0", |x| {
            F::mse_loss(x, &Tensor::zeros([4]))
        }),
        ("BinaryCrossEntropyBackwardBackward0", |x| {
            F::binary_cross_entropy(x, &Tensor::zeros([4]))
        }),
        ("ViewBackward0", |x| {
            F::cross_entropy(&x.view([2, 2]), &tensor!([0, 1]))
        }),
        ("NativeLayerNormBackwardBackward0", |x| {
            F::layer_norm(x, [4], None, None, 1e-5)
        }),
        ("AddBackward0", |x| x.atan2(&(x + 1))),
        ("AddBackward0", |x| x.logaddexp(&(x + 1))),
        ("SmoothL1LossBackwardBackward0", |x| {
            F::smooth_l1_loss(x, &Tensor::zeros([4]), Reduction::Mean, 1.)
        }),
        ("MulBackward0", |x| F::l1_loss(x, &Tensor::zeros([4]))),
        ("AddBackward0", |x| x.view([2, 2]).mm(&x.view([2, 2]))),
        ("UnsafeViewBackward0", |x| x.view([2, 2]).det()),
        ("ViewBackward0", |x| x.view([2, 2]).inverse()),
        ("AddBackward0", |x| x.hypot(&(x + 1))),
        ("AddBackward0", |x| x.xlogy(x)),
        ("HardtanhBackwardBackward0", |x| x.hardtanh(-1., 1.)),
        ("LogSigmoidBackwardBackward0", |x| x.logsigmoid()),
        ("MulBackward0", |x| x.mish()),
        ("EluBackwardBackward0", |x| x.selu()),
        ("AddBackward0", |x| x.pow(x)),
        ("AddBackward0", |x| {
            x.view([1, 2, 2]).bmm(&x.view([1, 2, 2]))
        }),
        ("AddBackward0", |x| Tensor::einsum("i,j->ij", &[x, x])),
        ("ViewBackward0", |x| x.view([2, 2]).std_dim(0, 1., false)),
        ("AddBackward0", |x| {
            x.view([2, 2]).linear(&x.view([2, 2]), None)
        }),
        ("HuberLossBackwardBackward0", |x| {
            F::huber_loss(x, &Tensor::zeros([4]), Reduction::Mean, 1.)
        }),
        ("ViewBackward0", |x| {
            F::nll_loss(&x.view([2, 2]), &tensor!([0, 1]))
        }),
        ("DivBackward0", |x| x.log10()),
    ];
    for (number, (expected, f)) in cases.iter().enumerate() {
        let x = tensor!([0.1, 0.3, 0.5, 0.9]).requires_grad_(true);
        let g = slope(&f(&x).sum(), &x);
        assert_eq!(made_by(&g), *expected, "case {number}");
    }
}

#[test]
fn derivatives_of_layers_have_the_nodes_of_pytorch() {
    let cases: &[Case<Tensor>] = &[
        ("ConvolutionBackwardBackward0", |x| {
            x.conv2d(
                &(Tensor::ones([3, 4, 3, 3]) * 0.1),
                None,
                Conv2dOptions::default(),
            )
        }),
        ("MaxPool2DWithIndicesBackwardBackward0", |x| {
            F::max_pool2d(x, 2, 2, 0)
        }),
        ("AvgPool2DBackwardBackward0", |x| F::avg_pool2d(x, 2, 2, 0)),
        ("AdaptiveAvgPool2DBackwardBackward0", |x| {
            x.adaptive_avg_pool2d([3, 3])
        }),
        ("NativeBatchNormBackwardBackward0", |x| {
            F::batch_norm(x, None, None, None, true, 0.1, 1e-5)
        }),
        ("ViewBackward0", |x| F::group_norm(x, 2, None, None, 1e-5)),
        ("NativeLayerNormBackwardBackward0", |x| {
            F::layer_norm(x, [4], None, None, 1e-5)
        }),
        ("GluBackwardBackward0", |x| x.glu(-1)),
        ("HardswishBackwardBackward0", |x| x.hardswish()),
        ("HardshrinkBackwardBackward0", |x| x.hardshrink(0.5)),
        ("SoftshrinkBackwardBackward0", |x| x.softshrink(0.5)),
        ("EluBackwardBackward0", |x| x.celu(1.)),
        ("HardtanhBackwardBackward0", |x| x.relu6()),
        ("ThresholdBackwardBackward0", |x| x.threshold(0.1, 0.2)),
        ("AddBackward0", |x| x.softsign()),
        ("AddBackward0", |x| x.tanhshrink()),
        ("SoftmaxBackwardDataBackward0", |x| x.softmax(1)),
        ("LogSoftmaxBackwardDataBackward0", |x| x.log_softmax(1)),
        ("ReflectionPad2DBackwardBackward0", |x| {
            x.pad(&[1, 1, 1, 1], Padding::Reflect)
        }),
        ("ConstantPadNdBackward0", |x| {
            x.pad(&[1, 1, 1, 1], Padding::Constant(0.))
        }),
        ("ReplicationPad2DBackwardBackward0", |x| {
            x.pad(&[1, 1, 1, 1], Padding::Replicate)
        }),
        ("PixelUnshuffleBackward0", |x| x.pixel_shuffle(2)),
        ("AddBackward0", |x| x.i(0).cdist(&x.i(1), 2.)),
        ("ConvolutionBackwardBackward0", |x| {
            x.conv_transpose2d(
                &Tensor::ones([4, 3, 2, 2]),
                None,
                ConvTranspose2dOptions::default(),
            )
        }),
        ("LogSoftmaxBackwardDataBackward0", |x| {
            F::cross_entropy(x, &Tensor::zeros_with([2, 4, 4], DType::I64))
        }),
        ("NllLoss2DBackwardBackward0", |x| {
            F::nll_loss(x, &Tensor::zeros_with([2, 4, 4], DType::I64))
        }),
        ("SoftMarginLossBackwardBackward0", |x| {
            F::soft_margin_loss(x, &Tensor::ones([2, 4, 4, 4]), Reduction::Mean)
        }),
        ("PreluKernelBackwardBackward0", |x| x.prelu(&tensor!([0.2]))),
        ("MulBackward0", |x| x.mish()),
        ("MulBackward0", |x| x.silu()),
        ("MulBackward0", |x| x.var_dim([2, 3], 1., false)),
        ("FlipBackward0", |x| x.cumsum(1)),
        ("ScatterBackward0", |x| x.topk(2, -1, true).0),
        ("ScatterBackward0", |x| x.median_dim(-1, false).0),
        ("ScatterBackward0", |x| x.kthvalue(2, -1, false).0),
        ("TrilBackward0", |x| x.tril(0)),
        ("PutBackward0", |x| x.take(&tensor!([0, 5]))),
        ("IndexAddBackward0", |x| x.index_select(1, &tensor!([0, 2]))),
        ("WhereBackward0", |x| x.clamp_min(0.)),
        ("MulBackward0", |x| x.norm_p(1.)),
        ("RreluWithNoiseBackwardBackward0", |x| {
            x.rrelu(0.125, 1. / 3., false)
        }),
        ("MulBackward0", |x| (x * 0.4 + 0.5).logit(None)),
        ("MulBackward0", |x| x.std_dim([2, 3], 1., false)),
        ("AddBackward0", |x| x.addcmul(x, x, 1.)),
        ("AddBackward0", |x| x.frac()),
        ("AddBackward0", |x| x.fmod(0.7)),
        ("AddBackward0", |x| x.remainder(0.7)),
        ("MulBackward0", |x| (x * 0.5).atanh()),
        ("MulBackward0", |x| x.asinh()),
        ("MulBackward0", |x| (x + 3).acosh()),
        ("MulBackward0", |x| (x + 3).lgamma()),
        ("MulBackward0", |x| (x + 3).digamma()),
        ("MulBackward0", |x| (x * 0.5).erfinv()),
        ("MulBackward0", |x| x.i0()),
    ];
    for (number, (expected, f)) in cases.iter().enumerate() {
        let x = waves();
        let y = f(&x);
        let g = slope(&(&y * &y).sum(), &x);
        assert_eq!(made_by(&g), *expected, "case {number}");
    }
}
