//! The names of the nodes that functions of modules make: those of PyTorch 2.15, as `print` shows them behind `grad_fn=`.

use wick::nn;
use wick::nn::functional as F;
use wick::prelude::*;

/// What functions of modules take.
struct Given {
    matrix: Tensor,
    images: Tensor,
    target: Tensor,
    signs: Tensor,
    shares: Tensor,
    classes: Tensor,
    labels: Tensor,
    kernels: Tensor,
    spread: Tensor,
}

impl Given {
    fn new() -> Self {
        let matrix = tensor!([
            [0.1, -0.3, 0.5, 0.9],
            [1.2, -1.1, 0.4, 0.2],
            [0.3, 0.8, -0.6, -0.7],
            [-0.2, 0.6, 0.7, 1.5]
        ]);
        Self {
            target: &matrix * 0.5 + 0.1,
            signs: (matrix.square() - 0.3).sign(),
            shares: matrix.abs() * 0.5 + 0.05,
            classes: tensor!([0, 1, 2, 3]),
            labels: tensor!([1, 2, -1, 0]).expand([4, 4]),
            images: waves(),
            kernels: Tensor::full([3, 4, 3, 3], 0.1),
            spread: Tensor::full([4, 3, 3, 3], 0.1),
            matrix: matrix.requires_grad_(true),
        }
    }
}

/// Images `[2, 4, 4, 4]` with no two elements alike.
pub fn waves() -> Tensor {
    let count = Tensor::arange(0., 128., 1.).view([2, 4, 4, 4]);
    let waves = (count.cos() * Tensor::linspace(-1., 1., 128).view([2, 4, 4, 4])).detach();
    waves.requires_grad_(true)
}

pub fn made_by(y: &Tensor) -> String {
    y.grad_fn()
        .map_or("nothing".to_owned(), |node| node.name().to_owned())
}

/// A function and the node that it is to have made.
pub type Case<'a, X> = (&'a str, fn(&X) -> Tensor);

#[test]
fn functions_of_modules_have_the_nodes_of_pytorch() {
    let cases: &[Case<Given>] = &[
        ("SmoothL1LossBackward0", |g| {
            F::smooth_l1_loss(&g.matrix, &g.target, Reduction::Mean, 1.)
        }),
        ("SmoothL1LossBackward0", |g| {
            F::smooth_l1_loss(&g.matrix, &g.target, Reduction::Sum, 1.)
        }),
        ("SmoothL1LossBackward0", |g| {
            F::smooth_l1_loss(&g.matrix, &g.target, Reduction::None, 1.)
        }),
        ("MeanBackward0", |g| {
            F::smooth_l1_loss(&g.matrix, &g.target, Reduction::Mean, 0.)
        }),
        ("HuberLossBackward0", |g| {
            F::huber_loss(&g.matrix, &g.target, Reduction::Mean, 1.)
        }),
        ("HuberLossBackward0", |g| {
            F::huber_loss(&g.matrix, &g.target, Reduction::None, 1.)
        }),
        ("SoftMarginLossBackward0", |g| {
            F::soft_margin_loss(&g.matrix, &g.signs, Reduction::Mean)
        }),
        ("SoftMarginLossBackward0", |g| {
            F::soft_margin_loss(&g.matrix, &g.signs, Reduction::None)
        }),
        ("MeanBackward0", |g| F::l1_loss(&g.matrix, &g.target)),
        ("AbsBackward0", |g| {
            g.matrix.l1_loss_with(&g.target, Reduction::None)
        }),
        ("MseLossBackward0", |g| F::mse_loss(&g.matrix, &g.target)),
        ("BinaryCrossEntropyWithLogitsBackward0", |g| {
            F::binary_cross_entropy_with_logits(&g.matrix, &g.shares)
        }),
        ("BinaryCrossEntropyBackward0", |g| {
            F::binary_cross_entropy(&g.matrix.sigmoid(), &g.shares)
        }),
        ("MeanBackward0", |g| {
            F::hinge_embedding_loss(&g.matrix, &g.signs, 1., Reduction::Mean)
        }),
        ("AddBackward0", |g| {
            F::hinge_embedding_loss(&g.matrix, &g.signs, 1., Reduction::None)
        }),
        ("DivBackward0", |g| {
            F::kl_div(&g.matrix, &g.shares, Reduction::BatchMean, false)
        }),
        ("SubBackward0", |g| {
            F::kl_div(&g.matrix, &g.shares, Reduction::None, false)
        }),
        ("SumBackward0", |g| {
            F::kl_div(&g.matrix, &g.shares, Reduction::Sum, true)
        }),
        ("MeanBackward0", |g| {
            F::poisson_nll_loss(&g.matrix, &g.shares, PoissonOptions::default())
        }),
        ("MeanBackward0", |g| {
            F::gaussian_nll_loss(
                &g.matrix,
                &g.target,
                &g.shares,
                false,
                1e-6,
                Reduction::Mean,
            )
        }),
        ("MeanBackward0", |g| {
            F::cosine_embedding_loss(
                &g.matrix,
                &g.target,
                &g.signs.select(1, 0),
                0.,
                Reduction::Mean,
            )
        }),
        ("MeanBackward0", |g| {
            F::margin_ranking_loss(&g.matrix, &g.target, &g.signs, 0., Reduction::Mean)
        }),
        ("MeanBackward0", |g| {
            F::triplet_margin_loss(&g.matrix, &g.target, &g.shares, TripletOptions::default())
        }),
        ("MultiMarginLossBackward0", |g| {
            F::multi_margin_loss(&g.matrix, &g.classes, 1, 1., None, Reduction::Mean)
        }),
        ("MultilabelMarginLossBackward0", |g| {
            F::multilabel_margin_loss(&g.matrix, &g.labels, Reduction::Mean)
        }),
        ("MeanBackward0", |g| {
            F::multilabel_soft_margin_loss(&g.matrix, &g.shares, None, Reduction::Mean)
        }),
        ("NllLossBackward0", |g| {
            F::cross_entropy(&g.matrix, &g.classes)
        }),
        ("AddBackward0", |g| {
            g.matrix.cross_entropy_with(
                &g.classes,
                &ClassLossOptions {
                    label_smoothing: 0.1,
                    ..Default::default()
                },
            )
        }),
        ("NllLossBackward0", |g| F::nll_loss(&g.matrix, &g.classes)),
        ("GluBackward0", |g| g.matrix.glu(-1)),
        ("CeluBackward0", |g| g.matrix.celu(1.)),
        ("EluBackward0", |g| g.matrix.elu(1.)),
        ("EluBackward0", |g| g.matrix.selu()),
        ("HardtanhBackward0", |g| g.matrix.relu6()),
        ("HardtanhBackward0", |g| g.matrix.hardtanh(-1., 1.)),
        ("HardsigmoidBackward0", |g| g.matrix.hardsigmoid()),
        ("HardswishBackward0", |g| g.matrix.hardswish()),
        ("HardshrinkBackward0", |g| g.matrix.hardshrink(0.5)),
        ("SoftshrinkBackward0", |g| g.matrix.softshrink(0.5)),
        ("DivBackward0", |g| g.matrix.softsign()),
        ("SubBackward0", |g| g.matrix.tanhshrink()),
        ("ThresholdBackward0", |g| g.matrix.threshold(0.1, 0.2)),
        ("LogSigmoidBackward0", |g| g.matrix.logsigmoid()),
        ("MishBackward0", |g| g.matrix.mish()),
        ("SiluBackward0", |g| g.matrix.silu()),
        ("GeluBackward0", |g| g.matrix.gelu()),
        ("GeluBackward0", |g| g.matrix.gelu_tanh()),
        ("LeakyReluBackward0", |g| g.matrix.leaky_relu(0.01)),
        ("PreluKernelBackward0", |g| g.matrix.prelu(&tensor!([0.2]))),
        ("RreluWithNoiseBackward0", |g| {
            g.matrix.rrelu(0.125, 1. / 3., false)
        }),
        ("SoftmaxBackward0", |g| F::softmin(&g.matrix, 1)),
        ("SoftmaxBackward0", |g| g.matrix.softmax(1)),
        ("LogSoftmaxBackward0", |g| g.matrix.log_softmax(1)),
        ("SoftplusBackward0", |g| F::softplus(&g.matrix, 1., 20.)),
        ("DivBackward0", |g| F::normalize(&g.matrix, 2., 1, 1e-12)),
        ("SumBackward1", |g| {
            F::cosine_similarity(&g.matrix, &g.target, 1, 1e-8)
        }),
        ("PdistBackward0", |g| F::pdist(&g.matrix, 2.)),
        ("NormBackward1", |g| {
            F::pairwise_distance(&g.matrix, &g.target, 2., 1e-6)
        }),
        ("MmBackward0", |g| g.matrix.linear(&g.target, None)),
        ("AddmmBackward0", |g| {
            g.matrix.linear(&g.target, Some(&g.target.select(1, 0)))
        }),
        ("ViewBackward0", |g| {
            F::bilinear(&g.matrix, &g.target, &Tensor::ones([2, 4, 4]), None)
        }),
        ("EmbeddingBackward0", |g| {
            F::embedding(&g.classes, &g.matrix, None)
        }),
        ("EmbeddingBagBackward0", |g| {
            F::embedding_bag(
                &g.classes.view([1, 4]),
                &g.matrix,
                None,
                &Default::default(),
            )
        }),
        ("NativeLayerNormBackward0", |g| {
            F::layer_norm(&g.matrix, [4], None, None, 1e-5)
        }),
        ("MulBackward0", |g| nn::RMSNorm::new(4).forward(&g.matrix)),
        ("ConvolutionBackward0", |g| {
            g.images.conv2d(&g.kernels, None, Conv2dOptions::default())
        }),
        ("ConvolutionBackward0", |g| {
            g.images
                .select(0, 0)
                .conv1d(&g.kernels.select(2, 0), None, Conv1dOptions::default())
        }),
        ("ConvolutionBackward0", |g| {
            g.images
                .conv_transpose2d(&g.spread, None, ConvTranspose2dOptions::default())
        }),
        ("ConvolutionBackward0", |g| {
            g.images.select(0, 0).conv_transpose1d(
                &g.spread.select(2, 0),
                None,
                ConvTranspose1dOptions::default(),
            )
        }),
        ("ConvolutionBackward0", |g| {
            g.images.unsqueeze(0).transpose(0, 1).conv3d(
                &g.kernels.unsqueeze(2).transpose(1, 2).narrow(1, 0, 1),
                None,
                Conv3dOptions::default(),
            )
        }),
        ("MaxPool2DWithIndicesBackward0", |g| {
            F::max_pool2d(&g.images, 2, 2, 0)
        }),
        ("SqueezeBackward1", |g| {
            nn::MaxPool1d::new(2).forward(&g.images.select(0, 0))
        }),
        ("AvgPool2DBackward0", |g| F::avg_pool2d(&g.images, 2, 2, 0)),
        ("AdaptiveAvgPool2DBackward0", |g| {
            g.images.adaptive_avg_pool2d([3, 3])
        }),
        ("MeanBackward1", |g| g.images.adaptive_avg_pool2d([1, 1])),
        ("AdaptiveMaxPool2DBackward0", |g| {
            g.images.adaptive_max_pool2d([3, 3])
        }),
        ("NativeBatchNormBackward0", |g| {
            F::batch_norm(&g.images, None, None, None, true, 0.1, 1e-5)
        }),
        ("NativeGroupNormBackward0", |g| {
            F::group_norm(&g.images, 2, None, None, 1e-5)
        }),
        ("ViewBackward0", |g| {
            nn::InstanceNorm2d::new(4).forward(&g.images)
        }),
        ("DivBackward0", |g| {
            nn::LocalResponseNorm::new(2).forward(&g.images)
        }),
        ("PixelShuffleBackward0", |g| g.images.pixel_shuffle(2)),
        ("PixelUnshuffleBackward0", |g| {
            F::pixel_unshuffle(&g.images, 2)
        }),
        ("ChannelShuffleBackward0", |g| {
            F::channel_shuffle(&g.images, 2)
        }),
        ("UpsampleNearest2DBackward0", |g| {
            nn::Upsample::scale_factor(2.).forward(&g.images)
        }),
        ("Im2ColBackward0", |g| nn::Unfold::new(2).forward(&g.images)),
        ("Col2ImBackward0", |g| {
            nn::Fold::new(4, 2).forward(&nn::Unfold::new(2).forward(&g.images))
        }),
        ("ConstantPadNdBackward0", |g| {
            g.images.pad(&[1, 1, 1, 1], Padding::Constant(0.))
        }),
        ("ReflectionPad2DBackward0", |g| {
            g.images.pad(&[1, 1, 1, 1], Padding::Reflect)
        }),
        ("ReplicationPad2DBackward0", |g| {
            g.images.pad(&[1, 1, 1, 1], Padding::Replicate)
        }),
        ("CopySlices", |g| {
            g.images.pad(&[1, 1, 1, 1], Padding::Circular)
        }),
        ("PowBackward0", |g| {
            nn::LPPool2d::new(2., 2).forward(&g.images)
        }),
        ("MulBackward0", |g| g.matrix.dropout(0.5, true)),
        ("MulBackward0", |g| {
            nn::Dropout2d::new(0.5).forward(&g.images)
        }),
        ("AddBackward0", |g| {
            nn::AlphaDropout::new(0.5).forward(&g.matrix)
        }),
        ("ViewBackward0", |g| g.images.flatten(1, -1)),
        ("ScaledDotProductFlashAttentionForCpuBackward0", |g| {
            g.images
                .scaled_dot_product_attention(&g.images, &g.images, None, 0., false, None)
        }),
        ("GridSampler2DBackward0", |g| {
            F::grid_sample(
                &g.images,
                &Tensor::zeros([2, 2, 2, 2]),
                Default::default(),
                Default::default(),
                false,
            )
        }),
        ("MkldnnRnnLayerBackward0", |g| {
            nn::LSTM::new(4, 3).forward(&g.matrix.view([4, 1, 4])).0
        }),
        ("StackBackward0", |g| {
            nn::GRU::new(4, 3).forward(&g.matrix.view([4, 1, 4])).0
        }),
        ("StackBackward0", |g| {
            nn::RNN::new(4, 3).forward(&g.matrix.view([4, 1, 4])).0
        }),
        ("MulBackward0", |g| {
            nn::LSTMCell::new(4, 3).forward(&g.matrix).0
        }),
        ("AddBackward0", |g| {
            nn::GRUCell::new(4, 3).forward(&g.matrix)
        }),
        ("TanhBackward0", |g| {
            nn::RNNCell::new(4, 3).forward(&g.matrix)
        }),
        ("ViewBackward0", |g| {
            nn::MultiheadAttention::new(4, 2)
                .forward(
                    &g.matrix.view([4, 1, 4]),
                    &g.matrix.view([4, 1, 4]),
                    &g.matrix.view([4, 1, 4]),
                )
                .0
        }),
        ("NativeLayerNormBackward0", |g| {
            nn::TransformerEncoderLayer::new(4, 2).forward(&g.matrix.view([4, 1, 4]))
        }),
        ("NativeBatchNormBackward0", |g| {
            BatchNorm1d::new(4).forward(&g.matrix)
        }),
        ("NativeBatchNormBackward0", |g| {
            let b = BatchNorm1d::new(4);
            b.eval();
            b.forward(&g.matrix)
        }),
        ("MeanBackward0", |g| {
            F::ctc_loss(
                &g.images.view([4, 4, 8]).log_softmax(2),
                &Tensor::ones_with([4, 2], DType::I64),
                &tensor!([4, 4, 4, 4]),
                &tensor!([2, 2, 2, 2]),
                0,
                Reduction::Mean,
                false,
            )
        }),
        ("CdistBackward0", |g| g.matrix.cdist(&g.target, 2.)),
        ("LogcumsumexpBackward0", |g| g.matrix.logcumsumexp(0)),
        ("RenormBackward0", |g| g.matrix.renorm(2., 0, 1.)),
        ("MvBackward0", |g| g.matrix.mv(&g.target.select(0, 0))),
        ("SqueezeBackward4", |g| {
            g.target.select(0, 0).matmul(&g.matrix)
        }),
        ("UnsafeViewBackward0", |g| {
            g.images.select(0, 0).matmul(&g.matrix)
        }),
        ("VdotBackward0", |g| {
            g.matrix.select(0, 0).vdot(&g.target.select(0, 0))
        }),
        ("VarMeanBackward0", |g| g.matrix.var_mean().0),
        ("LinalgVectorNormBackward0", |g| g.matrix.norm()),
        ("LinalgVectorNormBackward0", |g| linalg::norm(&g.matrix)),
        ("LinalgVectorNormBackward0", |g| {
            linalg::matrix_norm(&g.matrix, "fro")
        }),
        ("LinalgVectorNormBackward0", |g| {
            linalg::vector_norm(&g.matrix, 2.)
        }),
        ("LinalgSolveExBackward0", |g| {
            linalg::solve(&g.matrix, &g.target.select(0, 0))
        }),
        ("AmaxBackward0", |g| linalg::matrix_norm(&g.matrix, 1.)),
        ("MaxPool3DWithIndicesBackward0", |g| {
            nn::MaxPool3d::new(2).forward(&g.images)
        }),
        ("AvgPool3DBackward0", |g| {
            nn::AvgPool3d::new(2).forward(&g.images)
        }),
        ("AdaptiveAvgPool3DBackward0", |g| {
            nn::AdaptiveAvgPool3d::new(2).forward(&g.images)
        }),
        ("MeanBackward1", |g| {
            nn::AdaptiveAvgPool3d::new(1).forward(&g.images)
        }),
        ("AdaptiveMaxPool3DBackward0", |g| {
            nn::AdaptiveMaxPool3d::new(2).forward(&g.images)
        }),
        ("PowBackward0", |g| {
            nn::LPPool1d::new(2., 2).forward(&g.images.select(0, 0))
        }),
        ("MaxUnpool2DBackward0", |g| {
            let (y, i) = g
                .images
                .max_pool2d_with_indices(wick::tensor::Pool2dOptions::new(2));
            nn::MaxUnpool2d::new(2).forward(&y, &i)
        }),
        ("UpsampleLinear1DBackward0", |g| {
            nn::Upsample::scale_factor(2.)
                .mode(Interpolation::Linear)
                .forward(&g.images.select(0, 0))
        }),
        ("UpsampleBicubic2DBackward0", |g| {
            nn::Upsample::scale_factor(2.)
                .mode(Interpolation::Bicubic)
                .forward(&g.images)
        }),
        ("UpsampleNearestExact2DBackward0", |g| {
            nn::Upsample::scale_factor(2.)
                .mode(Interpolation::NearestExact)
                .forward(&g.images)
        }),
        ("UpsampleTrilinear3DBackward0", |g| {
            nn::Upsample::scale_factor(2.)
                .mode(Interpolation::Trilinear)
                .forward(&g.images.view([1, 2, 4, 4, 4]))
        }),
        ("AdaptiveAvgPool2DBackward0", |g| {
            nn::Upsample::scale_factor(0.5)
                .mode(Interpolation::Area)
                .forward(&g.images)
        }),
        ("AffineGridGeneratorBackward0", |g| {
            F::affine_grid(
                &g.matrix.narrow(0, 0, 2).view([1, 2, 4]).narrow(2, 0, 3),
                &[1, 1, 2, 2],
                false,
            )
        }),
        ("NativeBatchNormBackward0", |g| {
            BatchNorm2d::new(4).forward(&g.images)
        }),
        ("ViewBackward0", |g| {
            nn::InstanceNorm2d::new(4).affine(true).forward(&g.images)
        }),
        ("NativeGroupNormBackward0", |g| {
            GroupNorm::new(2, 4).forward(&g.images)
        }),
        ("UnsafeViewBackward0", |g| {
            Linear::new(4, 2).forward(&g.matrix.select(0, 0))
        }),
        ("UnsafeViewBackward0", |g| {
            Linear::new(4, 2).forward(&g.images.select(0, 0))
        }),
        ("MmBackward0", |g| {
            Linear::new(4, 2).bias(false).forward(&g.matrix)
        }),
        ("SqueezeBackward1", |g| {
            Conv2d::new(4, 2, 3).forward(&g.images.select(0, 0))
        }),
        ("NativeLayerNormBackward0", |g| {
            nn::TransformerDecoderLayer::new(4, 2)
                .forward(&g.matrix.view([4, 1, 4]), &g.matrix.view([4, 1, 4]))
        }),
        ("CatBackward0", |g| {
            nn::LSTM::new(4, 3)
                .bidirectional(true)
                .forward(&g.matrix.view([4, 1, 4]))
                .0
        }),
        ("TransposeBackward0", |g| {
            nn::LSTM::new(4, 3)
                .batch_first(true)
                .forward(&g.matrix.view([4, 1, 4]))
                .0
        }),
        ("TransposeBackward1", |g| {
            nn::GRU::new(4, 3)
                .batch_first(true)
                .forward(&g.matrix.view([4, 1, 4]))
                .0
        }),
    ];
    for (number, (expected, f)) in cases.iter().enumerate() {
        assert_eq!(made_by(&f(&Given::new())), *expected, "case {number}");
    }
}
