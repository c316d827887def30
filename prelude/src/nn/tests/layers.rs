//! What layers compute and print, compared with PyTorch's formulas.

use crate::nn::functional as F;
use crate::prelude::*;

fn close(found: &Tensor, expected: &Tensor) {
    let (a, b) = (found.detach().double(), expected.detach().double());
    assert_eq!(a.shape(), b.shape());
    assert!(
        a.allclose_with(&b, 1e-5, 1e-6),
        "{found}\nexpected: {expected}"
    );
}

#[test]
fn new_layers_say_what_they_were_made_with() {
    let printed = [
        Conv1d::new(16, 33, 3).stride(2).to_string(),
        Conv3d::new(16, 33, (3, 5, 2))
            .padding((4, 2, 0))
            .to_string(),
        ConvTranspose1d::new(16, 33, 3).bias(false).to_string(),
        ConvTranspose2d::new(16, 16, 3)
            .stride(2)
            .padding(1)
            .output_padding(1)
            .to_string(),
        BatchNorm1d::new(4).to_string(),
        LayerNorm::new([5, 10]).to_string(),
        GroupNorm::new(3, 6).to_string(),
        RMSNorm::new([2, 3]).to_string(),
        Embedding::new(10, 3).to_string(),
        MaxPool1d::new(3).stride(2).to_string(),
        AvgPool1d::new(3).to_string(),
        AdaptiveMaxPool2d::new((5, 7)).to_string(),
        AdaptiveAvgPool1d::new(5).to_string(),
        MaxPool2d::new(2).dilation(3).ceil_mode(true).to_string(),
        Upsample::size(&[4, 4]).to_string(),
        PixelShuffle::new(3).to_string(),
        Dropout2d::new(0.2).to_string(),
        AlphaDropout::new(0.5).to_string(),
        ELU::new(1.).to_string(),
        Hardtanh::new(-1., 1.).to_string(),
        Softplus::new(1., 20.).to_string(),
        Softshrink::new(0.5).to_string(),
        Threshold::new(0.1, 20.).to_string(),
        GLU::new(-1).to_string(),
        PReLU::new().to_string(),
        SiLU::new().to_string(),
        GELU::new().approximate_tanh(true).to_string(),
        ModuleDict::new().with("act", ReLU::new()).to_string(),
    ];
    let expected = [
        "Conv1d(16, 33, kernel_size=(3,), stride=(2,))",
        "Conv3d(16, 33, kernel_size=(3, 5, 2), stride=(1, 1, 1), padding=(4, 2, 0))",
        "ConvTranspose1d(16, 33, kernel_size=(3,), stride=(1,), bias=False)",
        "ConvTranspose2d(16, 16, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))",
        "BatchNorm1d(4, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
        "LayerNorm((5, 10), eps=1e-05, elementwise_affine=True, bias=True)",
        "GroupNorm(3, 6, eps=1e-05, affine=True, bias=True)",
        "RMSNorm((2, 3), eps=None, elementwise_affine=True)",
        "Embedding(10, 3)",
        "MaxPool1d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)",
        "AvgPool1d(kernel_size=(3,), stride=(3,), padding=(0,))",
        "AdaptiveMaxPool2d(output_size=(5, 7))",
        "AdaptiveAvgPool1d(output_size=5)",
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=3, ceil_mode=True)",
        "Upsample(size=(4, 4), mode='nearest')",
        "PixelShuffle(upscale_factor=3)",
        "Dropout2d(p=0.2, inplace=False)",
        "AlphaDropout(p=0.5, inplace=False)",
        "ELU(alpha=1.0)",
        "Hardtanh(min_val=-1.0, max_val=1.0)",
        "Softplus(beta=1.0, threshold=20.0)",
        "Softshrink(0.5)",
        "Threshold(threshold=0.1, value=20.0)",
        "GLU(dim=-1)",
        "PReLU(num_parameters=1)",
        "SiLU()",
        "GELU(approximate='tanh')",
        "ModuleDict(\n  (act): ReLU()\n)",
    ];
    assert_eq!(printed, expected);
}

#[test]
fn activations_have_pytorchs_values() {
    let x = tensor!([-4., -1., -0.2, 0., 0.3, 2., 7.]);
    close(&x.relu6(), &tensor!([0., 0., 0., 0., 0.3, 2., 6.]));
    close(
        &x.hardswish(),
        &tensor!([0., -1. / 3., -0.2 * 2.8 / 6., 0., 0.165, 5. / 3., 7.]),
    );
    close(
        &x.hardsigmoid(),
        &tensor!([0., 1. / 3., 2.8 / 6., 0.5, 0.55, 5. / 6., 1.]),
    );
    close(
        &x.softshrink(0.5),
        &tensor!([-3.5, -0.5, 0., 0., 0., 1.5, 6.5]),
    );
    close(&x.hardshrink(0.5), &tensor!([-4., -1., 0., 0., 0., 2., 7.]));
    close(
        &x.threshold(0.1, -9.),
        &tensor!([-9., -9., -9., -9., 0.3, 2., 7.]),
    );
    close(
        &x.softsign(),
        &tensor!([-0.8, -0.5, -1. / 6., 0., 0.3 / 1.3, 2. / 3., 0.875]),
    );
    close(&x.mish(), &(&x * x.softplus().tanh()));
    let selu = x.gt(0).where_(
        &x * 1.0507009873554805,
        (x.exp() - 1) * (1.0507009873554805 * 1.6732632423543772),
    );
    close(&x.selu(), &selu);
    close(&x.celu(2.), &x.gt(0).where_(&x, 2. * ((&x / 2.).exp() - 1)));
    // So far on the right the line is taken, and the curve would not overflow.
    close(&tensor!([1000.]).softplus_with(2., 20.), &tensor!([1000.]));
    close(&tensor!([[1., 2., 0., 0.]]).glu(1), &tensor!([[0.5, 1.]]));
    let y = tensor!([[1., -1.], [-2., 2.]]).prelu(&tensor!([0.5, 0.1]));
    close(&y, &tensor!([[1., -0.1], [-1., 2.]]));
    let error = tensor!([1., 2., 3.]).try_glu(0).unwrap_err().to_string();
    assert_eq!(
        error,
        "Halving dimension must be even, but dimension 0 is size 3"
    );
}

#[test]
fn a_convolution_in_one_or_three_dimensions_is_its_definition() {
    let x = tensor!([[[1., 2., 3., 4., 5.]]]);
    let weight = tensor!([[[1., 0., -1.]]]);
    let y = F::conv1d(
        &x,
        &weight,
        None,
        Conv1dOptions {
            padding: [1],
            ..Default::default()
        },
    );
    close(&y, &tensor!([[[-2., -2., -2., -2., 4.]]]));
    let y = F::conv1d(
        &x,
        &weight,
        None,
        Conv1dOptions {
            stride: [2],
            ..Default::default()
        },
    );
    close(&y, &tensor!([[[-2., -2.]]]));

    manual_seed(0);
    let (x, weight) = (
        Tensor::randn([2, 2, 4, 5, 4]),
        Tensor::randn([3, 2, 2, 3, 2]),
    );
    let y = F::conv3d(
        &x,
        &weight,
        Some(&tensor!([1., 2., 3.])),
        Default::default(),
    );
    assert_eq!(y.shape(), [2, 3, 3, 3, 3]);
    for (n, f, d, h, w) in [(0, 0, 0, 0, 0), (1, 2, 2, 1, 2), (0, 1, 1, 2, 0)] {
        let window = x.i((n, .., d..d + 2, h..h + 3, w..w + 2));
        let expected = (window * weight.i(f)).sum().item::<f64>() + (f + 1) as f64;
        assert!((y.i((n, f, d, h, w)).item::<f64>() - expected).abs() < 1e-4);
    }
    let error = wrong(|| x.try_conv3d(&Tensor::ones([1, 2, 9, 1, 1]), None, Default::default()));
    assert!(
        error.contains("Kernel size can't be greater than actual input size"),
        "{error}"
    );
}

fn wrong(call: impl FnOnce() -> crate::Result<Tensor>) -> String {
    call().unwrap_err().to_string()
}

#[test]
fn a_transposed_convolution_undoes_the_sizes_of_a_convolution() {
    let x = tensor!([[[[1., 2.], [3., 4.]]]]);
    let options = ConvTranspose2dOptions {
        stride: [2, 2],
        ..Default::default()
    };
    let y = x.conv_transpose2d(&Tensor::ones([1, 1, 2, 2]), Some(&tensor!([0.5])), options);
    let expected = tensor!([[[
        [1.5, 1.5, 2.5, 2.5],
        [1.5, 1.5, 2.5, 2.5],
        [3.5, 3.5, 4.5, 4.5],
        [3.5, 3.5, 4.5, 4.5]
    ]]]);
    close(&y, &expected);
    // Overlapping pieces add up.
    let y = tensor!([[[1., 2., 3.]]]).conv_transpose1d(
        &tensor!([[[1., 10.]]]),
        None,
        Default::default(),
    );
    close(&y, &tensor!([[[1., 12., 23., 30.]]]));
    // What is appended has no input of its own, of a kernel of one point neither.
    let options = ConvTranspose1dOptions {
        output_padding: [1],
        dilation: [2],
        ..Default::default()
    };
    let y = tensor!([[[1., 2., 3.]]]).conv_transpose1d(
        &tensor!([[[2.]]]),
        Some(&tensor!([0.5])),
        options,
    );
    close(&y, &tensor!([[[2.5, 4.5, 6.5, 0.5]]]));
    let error = wrong(|| {
        let options = ConvTranspose2dOptions {
            output_padding: [1, 1],
            ..Default::default()
        };
        x.try_conv_transpose2d(&Tensor::ones([1, 1, 2, 2]), None, options)
    });
    assert!(
        error.ends_with(
            "but got output_padding_height: 1 output_padding_width: 1 stride_height: 1 stride_width: 1 \
             dilation_height: 1 dilation_width: 1"
        ),
        "{error}"
    );
}

#[test]
fn pools_count_windows_as_pytorch_does() {
    let x = Tensor::arange(0., 6., 1.).reshape([1, 1, 6]);
    let pooled = |pool: MaxPool1d| pool.forward(&x).to_vec::<f32>();
    assert_eq!(pooled(MaxPool1d::new(4).stride(3)), [3.]);
    assert_eq!(
        pooled(MaxPool1d::new(4).stride(3).ceil_mode(true)),
        [3., 5.]
    );
    assert_eq!(
        pooled(MaxPool1d::new(2).stride(1).dilation(3)),
        [3., 4., 5.]
    );
    // A window that would begin in the padding behind the image is left out.
    assert_eq!(
        pooled(MaxPool1d::new(2).stride(5).padding(1).ceil_mode(true)),
        [0., 5.]
    );
    let mean = |pool: AvgPool1d| pool.forward(&x).to_vec::<f32>();
    assert_eq!(mean(AvgPool1d::new(4).padding(1)), [0.75, 3.]);
    assert_eq!(
        mean(AvgPool1d::new(4).padding(1).count_include_pad(false)),
        [1., 4.]
    );
    assert_eq!(mean(AvgPool1d::new(4).stride(3).ceil_mode(true)), [1.5, 4.]);
    let image = Tensor::ones([1, 1, 2, 2]);
    assert_eq!(
        AvgPool2d::new(2)
            .divisor_override(2)
            .forward(&image)
            .item::<f32>(),
        2.
    );
    assert_eq!(
        AdaptiveMaxPool1d::new(2).forward(&x).to_vec::<f32>(),
        [2., 5.]
    );
}

#[test]
fn images_grow_as_in_pytorch() {
    let x = tensor!([[[[1., 2.], [3., 4.]]]]);
    let up = |up: Upsample| up.forward(&x);
    let nearest = tensor!([[[
        [1., 1., 2., 2.],
        [1., 1., 2., 2.],
        [3., 3., 4., 4.],
        [3., 3., 4., 4.]
    ]]]);
    close(&up(Upsample::scale_factor(2.)), &nearest);
    let bilinear = tensor!([[[
        [1., 1.25, 1.75, 2.],
        [1.5, 1.75, 2.25, 2.5],
        [2.5, 2.75, 3.25, 3.5],
        [3., 3.25, 3.75, 4.]
    ]]]);
    close(
        &up(Upsample::scale_factor(2.).mode(Interpolation::Bilinear)),
        &bilinear,
    );
    let aligned = tensor!([[[[1., 1.5, 2.], [2., 2.5, 3.], [3., 3.5, 4.]]]]);
    close(
        &up(Upsample::size(&[3])
            .mode(Interpolation::Bilinear)
            .align_corners(true)),
        &aligned,
    );
    // The first row of the example in PyTorch's documentation of `nn.Upsample` for 'bicubic'.
    let cubic = up(Upsample::scale_factor(2.).mode(Interpolation::Bicubic));
    assert!(
        (cubic.i((0, 0, 0, 0)).item::<f64>() - 0.683_593_75).abs() < 1e-6,
        "{cubic}"
    );
    let error = wrong(|| x.try_interpolate(&Default::default()));
    assert_eq!(error, "either size or scale_factor should be defined");
    let shuffled = Tensor::arange(0., 4., 1.)
        .reshape([1, 4, 1, 1])
        .pixel_shuffle(2);
    close(&shuffled, &tensor!([[[[0., 1.], [2., 3.]]]]));
}

/// Numbers and sentences of PyTorch 2.15.
#[test]
fn images_change_their_size_in_all_of_pytorchs_ways() {
    let x = Tensor::arange(0., 16., 1.).view([1, 1, 4, 4]);
    let change = |options: InterpolateOptions| x.try_interpolate(&options);
    let is = |options, expected: &[f32]| {
        close(
            &change(options).unwrap().flatten(0, -1),
            &Tensor::from_vec(expected.to_vec(), [expected.len()]),
        );
    };
    let smooth = |mode| InterpolateOptions {
        size: vec![2, 3],
        mode,
        antialias: true,
        ..Default::default()
    };
    is(
        smooth(Interpolation::Bilinear),
        &[
            3.157_143, 4.357_143, 5.557_143, 9.442_857, 10.642_857, 11.842_857,
        ],
    );
    is(
        smooth(Interpolation::Bicubic),
        &[
            2.537_037, 3.847_108, 5.157_178, 9.842_822, 11.152_893, 12.462_963,
        ],
    );
    let by_factor = |recompute_scale_factor, antialias| InterpolateOptions {
        scale_factor: vec![0.6],
        mode: Interpolation::Bilinear,
        recompute_scale_factor,
        antialias,
        ..Default::default()
    };
    is(
        by_factor(false, false),
        &[1.666_667, 3.333_333, 8.333_333, 10.],
    );
    is(by_factor(true, false), &[2.5, 4.5, 10.5, 12.5]);
    is(
        by_factor(false, true),
        &[2.142_857, 3.714_286, 8.428_571, 10.],
    );
    let volume = Tensor::arange(0., 8., 1.).view([1, 1, 2, 2, 2]);
    let wider = InterpolateOptions {
        size: vec![3, 2, 4],
        mode: Interpolation::Trilinear,
        ..Default::default()
    };
    let y = volume.interpolate(&wider);
    close(&y.i((0, 0, 1, 0)), &tensor!([2., 2.25, 2.75, 3.]));

    let error = |options| change(options).unwrap_err().to_string();
    assert_eq!(
        error(smooth(Interpolation::Nearest)),
        "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
    );
    assert_eq!(
        error(smooth(Interpolation::Trilinear)),
        "Got 4D input, but trilinear mode needs 5D input"
    );
    let recomputed = InterpolateOptions {
        size: vec![2],
        recompute_scale_factor: true,
        ..Default::default()
    };
    assert_eq!(
        error(recomputed),
        "recompute_scale_factor is not meaningful with an explicit size."
    );
    let up = Upsample::scale_factors(&[2., 3.]).mode(Interpolation::Bilinear);
    assert_eq!(
        up.to_string(),
        "Upsample(scale_factor=(2.0, 3.0), mode='bilinear')"
    );
    assert_eq!(up.forward(&x).shape(), [1, 1, 8, 12]);
}

/// Numbers and sentences of PyTorch 2.15.
#[test]
fn grids_sample_volumes_too() {
    use super::super::functional::{GridMode, GridPadding, grid_sample};
    let x = Tensor::arange(0., 8., 1.).view([1, 1, 2, 2, 2]);
    let grid = tensor!([
        [0., 0., 0.],
        [-1., 1., 0.5],
        [0.3, -0.2, 0.7],
        [1.4, 0., 0.]
    ])
    .view([1, 1, 2, 2, 3]);
    let is = |mode, padding, align, expected: [f32; 4]| {
        let y = grid_sample(&x, &grid, mode, padding, align).flatten(0, -1);
        close(&y, &Tensor::from_vec(expected.to_vec(), [4]));
    };
    is(
        GridMode::Bilinear,
        GridPadding::Zeros,
        false,
        [3.5, 1.5, 4.32, 0.4],
    );
    is(
        GridMode::Nearest,
        GridPadding::Zeros,
        false,
        [0., 0., 5., 0.],
    );
    is(
        GridMode::Bilinear,
        GridPadding::Border,
        false,
        [3.5, 6., 5.4, 4.],
    );
    is(
        GridMode::Bilinear,
        GridPadding::Reflection,
        true,
        [3.5, 5., 4.85, 3.8],
    );
}

#[test]
fn norms_have_mean_0_and_variance_1() {
    manual_seed(3);
    let x = Tensor::randn([4, 6, 5]) * 3 + 2;
    let y = GroupNorm::new(2, 6).forward(&x).reshape([8, 15]);
    close(&y.mean_dim(1, false), &Tensor::zeros([8]));
    assert!(
        y.var_dim(1, 0., false)
            .allclose_with(&Tensor::ones([8]), 1e-4, 1e-4)
    );
    close(
        &LayerNorm::new(5).forward(&x),
        &F::instance_norm(&x, None, None, 1e-5),
    );
    let weight = LayerNorm::new([6, 5]).bias(false);
    assert_eq!(weight.parameters().len(), 1);
    let mean_square = x.square().mean_dim(-1, true);
    close(
        &RMSNorm::new(5).eps(0.1).forward(&x),
        &(&x / (mean_square + 0.1).sqrt()),
    );
    let flat = x.mean_dim(2, false);
    let norm = BatchNorm1d::new(6);
    close(&norm.forward(&flat).mean_dim(0, false), &Tensor::zeros([6]));
    close(
        norm.running_mean.as_ref().unwrap(),
        &(flat.mean_dim(0, false) * 0.1),
    );
    assert_eq!(
        BatchNorm3d::new(2)
            .forward(&Tensor::randn([2, 2, 2, 2, 2]))
            .dim(),
        5
    );
}

#[test]
#[should_panic(expected = "expected 2D or 3D input (got 4D input)")]
fn a_batch_norm_of_rows_takes_no_images() {
    BatchNorm1d::new(2).forward(&Tensor::ones([1, 2, 3, 3]));
}

#[test]
#[should_panic(expected = "num_channels must be divisible by num_groups")]
fn groups_are_even() {
    GroupNorm::new(4, 6);
}

#[test]
fn dropout_of_channels_drops_whole_ones() {
    let drop = Dropout2d::new(0.5);
    let y = drop.forward(&Tensor::ones([4, 8, 3, 3])).reshape([32, 9]);
    for channel in y.to_vec2::<f32>() {
        assert!(channel.iter().all(|&v| v == channel[0]) && [0., 2.].contains(&channel[0]));
    }
    drop.eval();
    assert!(
        drop.forward(&Tensor::ones([2, 2, 2]))
            .equal(&Tensor::ones([2, 2, 2]))
    );

    let x = Tensor::randn([10000]);
    let y = AlphaDropout::new(0.3).forward(&x);
    assert!(y.mean().item::<f64>().abs() < 0.05 && (y.std().item::<f64>() - 1.).abs() < 0.05);
}

#[test]
fn tables_of_vectors() {
    assert_eq!(
        F::one_hot(&tensor!([0, 2]), -1).to_vec2::<i64>(),
        [[1, 0, 0], [0, 0, 1]]
    );
    let table = Embedding::from_pretrained(&tensor!([[1., 2.], [3., 4.]]), true);
    assert!(!table.weight.requires_grad());
    close(&table.forward(&tensor!([1])), &tensor!([[3., 4.]]));
    close(
        &F::cosine_similarity(&tensor!([[1., 0.]]), &tensor!([[1., 1.]]), 1, 1e-8),
        &tensor!([0.5f32.sqrt()]),
    );
}

#[test]
fn normalizations_refuse_what_is_alone_in_pytorchs_words() {
    let said = |f: &dyn Fn() -> Tensor| {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_err();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    assert_eq!(
        said(&|| GroupNorm::new(2, 2).forward(&Tensor::ones([1, 2]))),
        "Expected more than 1 value per channel when training, got input size [1, 2]"
    );
    assert_eq!(
        said(&|| crate::nn::InstanceNorm1d::new(2).forward(&Tensor::ones([1, 2, 1]))),
        "Expected more than 1 spatial element when training, got input size torch.Size([1, 2, 1])"
    );
    assert_eq!(
        said(&|| crate::nn::InstanceNorm1d::new(2)
            .affine(true)
            .forward(&Tensor::ones([1, 3, 4]))),
        "expected input's size at dim=1 to match num_features (2), but got: 3."
    );
    assert_eq!(
        said(&|| Conv1d::new(2, 4, 3)
            .groups(2)
            .forward(&Tensor::ones([3, 5]))),
        "Given groups=2, weight of size [4, 1, 3], expected input[1, 3, 5] to have 2 channels, but got 3 channels instead"
    );
}

#[test]
fn weights_of_losses_are_part_of_their_state() {
    let loss = CrossEntropyLoss::new().weight(tensor!([1., 2.]));
    assert_eq!(loss.state_dict().keys().collect::<Vec<_>>(), ["weight"]);
    let loss = BCEWithLogitsLoss::new().pos_weight(Some(tensor!([3.])));
    assert_eq!(loss.state_dict().keys().collect::<Vec<_>>(), ["pos_weight"]);
    assert!(MSELoss::new().state_dict().keys().next().is_none());
}

#[test]
fn windows_may_hang_over_images_that_are_too_small() {
    // With `ceil_mode` a window that begins inside counts, whatever it reaches.
    let options = Pool2dOptions {
        kernel: [3, 2],
        stride: [3, 2],
        dilation: [2, 2],
        ceil_mode: true,
        ..Pool2dOptions::new(3)
    };
    assert_eq!(
        Tensor::ones([1, 3, 8]).max_pool2d(options).shape(),
        [1, 1, 4]
    );
    let error = wrong(|| {
        let ceil_mode = false;
        Tensor::ones([1, 3, 8]).try_max_pool2d(Pool2dOptions {
            ceil_mode,
            ..options
        })
    });
    assert_eq!(
        error,
        "Given input size: (1x3x8). Calculated output size: (1x0x3). Output size is too small"
    );
    let error = wrong(|| Tensor::ones([1, 8]).try_max_pool1d(Pool1dOptions::new(1).padding(1)));
    assert_eq!(
        error,
        "max_pool1d() padding should be at most half of kernel size, but got padding=1 and kernel_size=1"
    );
}

#[test]
fn padding_refuses_what_is_empty_and_wraps_what_is_left() {
    let error = wrong(|| Tensor::zeros([2, 0, 3]).try_pad(&[1, 1], Padding::Replicate));
    assert_eq!(
        error,
        "Expected 2D or 3D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but \
         got: [2, 0, 3]"
    );
    assert_eq!(
        Tensor::zeros([0, 2, 3])
            .pad(&[1, 1], Padding::Reflect)
            .shape(),
        [0, 2, 5]
    );
    let error = wrong(|| Tensor::zeros([1, 2, 3, 4]).try_pad(&[0, 0, -2, -1], Padding::Reflect));
    assert_eq!(
        error,
        "Calculated output H: 0 W: 4 must be >= 1 in every dimension (input H: 3, W: 4)"
    );
    let row = tensor!([[1., 2., 3., 4.]]).pad(&[-1, 1], Padding::Circular);
    assert_eq!(row.to_vec2::<f32>(), [[2., 3., 4., 2.]]);
}
