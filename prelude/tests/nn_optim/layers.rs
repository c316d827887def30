//! Layers, losses and initial values.

use wick::nn::init::{self, Fan, Nonlinearity};
use wick::prelude::*;

use super::{check, seeded};

/// Sums in another order than PyTorch's.
pub const TOLERANCE: f64 = 2e-5;

pub fn finish(
    name: &str,
    module: &(impl Module + std::fmt::Display),
    inputs: &[Tensor],
    y: Tensor,
) {
    y.sin().sum().backward();
    let mut found = vec![y];
    found.extend(inputs.iter().map(|x| x.grad().unwrap()));
    found.extend(module.parameters().iter().map(|p| p.grad().unwrap()));
    found.extend(module.buffers());
    check(name, &found, Some(module.to_string()), TOLERANCE);
}

pub fn layer<M: Forward + std::fmt::Display>(
    name: &str,
    shape: &[usize],
    make: impl FnOnce() -> M,
) {
    seeded(0, || {
        let module = make();
        let x = Tensor::randn(shape).requires_grad_(true);
        let y = module.forward(&x);
        finish(name, &module, &[x], y);
    });
}

macro_rules! pair {
    ($name:literal, $module:expr, $first:expr, $second:expr) => {
        seeded(0, || {
            let module = $module;
            let inputs = [Tensor::randn($first), Tensor::randn($second)];
            let inputs = inputs.map(|x| x.requires_grad_(true));
            let y = module.forward(&inputs[0], &inputs[1]);
            finish($name, &module, &inputs, y);
        })
    };
}

#[test]
fn convolutions() {
    layer("conv1d same", &[2, 3, 9], || {
        Conv1d::new(3, 4, 4).padding("same").dilation(2)
    });
    layer("conv1d reflect", &[2, 3, 9], || {
        Conv1d::new(3, 4, 3)
            .padding(2)
            .padding_mode("reflect")
            .stride(2)
    });
    layer("conv2d circular", &[2, 4, 7, 8], || {
        Conv2d::new(4, 6, (3, 5))
            .stride(2)
            .padding((1, 2))
            .padding_mode("circular")
            .groups(2)
            .bias(false)
    });
    layer("conv2d same replicate", &[2, 3, 5, 6], || {
        Conv2d::new(3, 4, (2, 3))
            .padding("same")
            .padding_mode("replicate")
    });
    layer("conv3d valid", &[1, 2, 4, 5, 6], || {
        Conv3d::new(2, 4, 3).padding("valid").groups(2)
    });
    layer("conv_transpose3d", &[2, 4, 3, 4, 3], || {
        nn::ConvTranspose3d::new(4, 6, (2, 3, 3))
            .stride((1, 2, 3))
            .padding((0, 1, 2))
            .output_padding((0, 1, 2))
            .groups(2)
            .dilation((2, 1, 1))
    });
}

#[test]
fn pools_of_volumes_and_norms() {
    layer("max_pool3d", &[2, 3, 4, 5, 6], || {
        nn::MaxPool3d::new((2, 2, 3))
            .stride((1, 2, 2))
            .padding((1, 1, 1))
            .ceil_mode(true)
    });
    layer("avg_pool3d", &[2, 3, 4, 5, 6], || {
        nn::AvgPool3d::new(2)
            .stride((1, 2, 2))
            .padding(1)
            .ceil_mode(true)
            .count_include_pad(false)
    });
    layer("adaptive_avg_pool3d", &[2, 3, 4, 5, 6], || {
        nn::AdaptiveAvgPool3d::new((2, 3, 4))
    });
    layer("adaptive_max_pool3d", &[2, 3, 4, 5, 6], || {
        nn::AdaptiveMaxPool3d::new((2, 3, 4))
    });
    layer("lp_pool1d", &[2, 3, 9], || {
        nn::LPPool1d::new(3., 3).stride(2)
    });
    layer("lp_pool2d", &[2, 3, 6, 6], || nn::LPPool2d::new(2., (2, 3)));
}

#[test]
fn normalizations() {
    layer("instance_norm1d", &[2, 3, 5], || nn::InstanceNorm1d::new(3));
    layer("instance_norm2d", &[2, 3, 4, 5], || {
        nn::InstanceNorm2d::new(3)
            .affine(true)
            .track_running_stats(true)
            .momentum(0.2)
    });
    layer("instance_norm2d eval", &[2, 3, 4, 5], || {
        let norm = nn::InstanceNorm2d::new(3)
            .affine(true)
            .track_running_stats(true);
        norm.eval();
        norm
    });
    layer("local_response_norm", &[2, 6, 3, 3], || {
        nn::LocalResponseNorm::new(4).alpha(0.1).beta(0.5).k(2.)
    });
    layer("layer_norm without bias", &[2, 5], || {
        LayerNorm::new(5).bias(false)
    });
    layer("group_norm", &[2, 4, 5], || GroupNorm::new(2, 4));
}

#[test]
fn two_inputs() {
    pair!("bilinear", nn::Bilinear::new(3, 4, 5), [2, 6, 3], [2, 6, 4]);
    pair!(
        "bilinear without bias",
        nn::Bilinear::new(3, 4, 5).bias(false),
        [6, 3],
        [6, 4]
    );
    pair!(
        "cosine_similarity",
        nn::CosineSimilarity::new().dim(0).eps(1e-6),
        [4, 3],
        [4, 3]
    );
    pair!(
        "pairwise_distance",
        nn::PairwiseDistance::new().p(3.).keepdim(true),
        [4, 3],
        [4, 3]
    );
}

#[test]
fn elements_that_change_places() {
    layer("pixel_unshuffle", &[2, 3, 4, 6], || {
        nn::PixelUnshuffle::new(2)
    });
    layer("channel_shuffle", &[2, 6, 2, 2], || {
        nn::ChannelShuffle::new(2)
    });
    layer("unfold", &[2, 3, 6, 7], || {
        nn::Unfold::new((2, 3))
            .dilation(2)
            .padding(1)
            .stride((2, 1))
    });
    layer("fold", &[2, 18, 15], || {
        nn::Fold::new((6, 7), (2, 3))
            .dilation(2)
            .padding(1)
            .stride((2, 1))
    });
    layer("zero_pad2d", &[2, 3, 4, 5], || {
        nn::ZeroPad2d::new((1, 2, 0, 1))
    });
    layer("constant_pad1d", &[2, 3, 4], || {
        nn::ConstantPad1d::new(2, 3.5)
    });
    layer("reflection_pad2d", &[2, 3, 4, 5], || {
        nn::ReflectionPad2d::new((1, 2, 0, 1))
    });
    layer("replication_pad3d", &[2, 3, 3, 4, 5], || {
        nn::ReplicationPad3d::new(1)
    });
    layer("circular_pad1d", &[2, 3, 4], || {
        nn::CircularPad1d::new((1, 2))
    });
}

fn loss(name: &str, loss: impl FnOnce(&Tensor) -> Tensor) {
    seeded(1, || {
        let x = Tensor::randn([3, 4]).requires_grad_(true);
        let y = loss(&x);
        y.sin().sum().backward();
        check(name, &[y, x.grad().unwrap()], None, TOLERANCE);
    });
}

#[test]
fn margins() {
    let target = tensor!([1, 0, 3]);
    let several = tensor!([[3, 0, -1, 1], [-1, 1, 2, 0], [1, 2, 0, 3]]);
    let some = tensor!([[1., 0., 0., 1.], [0., 1., 1., 0.], [1., 1., 1., 0.]]);
    let weight = || Some(tensor!([0.5, 1., 2., 1.5]));
    loss("multi_margin", |x| {
        nn::MultiMarginLoss::new().forward(x, &target)
    });
    loss("multi_margin squared", |x| {
        nn::MultiMarginLoss::new()
            .p(2)
            .margin(0.5)
            .weight(weight())
            .reduction(Reduction::None)
            .forward(x, &target)
    });
    loss("multilabel_margin", |x| {
        nn::MultiLabelMarginLoss::new().forward(x, &several)
    });
    loss("multilabel_margin sum", |x| {
        nn::MultiLabelMarginLoss::new()
            .reduction(Reduction::Sum)
            .forward(x, &several)
    });
    loss("multilabel_soft_margin", |x| {
        nn::MultiLabelSoftMarginLoss::new().forward(x, &some)
    });
    loss("multilabel_soft_margin weighted", |x| {
        nn::MultiLabelSoftMarginLoss::new()
            .weight(weight())
            .reduction(Reduction::None)
            .forward(x, &some)
    });
}

fn filled(name: &str, shape: &[usize], tolerance: f64, fill: impl FnOnce(&Tensor)) {
    seeded(2, || {
        let tensor = Tensor::empty(shape);
        fill(&tensor);
        check(
            &format!("init {name}"),
            &[tensor, Tensor::rand([2])],
            None,
            tolerance,
        );
    });
}

#[test]
fn initial_values() {
    filled("eye", &[3, 5], 0., |w| {
        init::eye_(w);
    });
    filled("dirac", &[6, 2, 3, 3], 0., |w| {
        init::dirac_(w, 2);
    });
    filled("trunc_normal", &[30], 0., |w| {
        init::trunc_normal_(w, 0., 1., -2., 2.);
    });
    filled("trunc_normal narrow", &[30], 0., |w| {
        init::trunc_normal_(w, 0., 1., 2., 2.5);
    });
    // Another way to the same factors as LAPACK's.
    filled("orthogonal", &[4, 6], 2e-6, |w| {
        init::orthogonal_(w, 2.);
    });
    filled("orthogonal tall", &[6, 2, 2], 2e-6, |w| {
        init::orthogonal_(w, 1.);
    });
    filled("sparse", &[5, 3], 0., |w| {
        init::sparse_(w, 0.3, 0.01);
    });
    filled("xavier_normal", &[4, 6], 0., |w| {
        init::xavier_normal_(w, 2.);
    });
    filled("kaiming_normal", &[4, 6, 3], 0., |w| {
        init::kaiming_normal_(w, Fan::Out, Nonlinearity::ReLU);
    });
}

#[test]
fn parameters_without_a_module() {
    let list = nn::ParameterList::new([Tensor::zeros([2, 3]), Tensor::zeros([4])]);
    check("parameter list", &[], Some(list.to_string()), 0.);
    let dict = nn::ParameterDict::new()
        .with("left", Tensor::zeros([2]))
        .with("right", Tensor::zeros([1]));
    check("parameter dict", &[], Some(dict.to_string()), 0.);
}
