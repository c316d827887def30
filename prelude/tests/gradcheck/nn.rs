//! The derivatives of layers, losses and attention.

use super::{check, positive, random};
use wick::nn::functional as F;
use wick::prelude::*;
use wick::random::Generator;

/// Numbers that are nowhere near the bends of piecewise functions.
fn off_the_bends(shape: &[usize]) -> Tensor {
    let x = random(shape) * 2.;
    let near = |x: &Tensor, bend: f64| (x - bend).abs().lt(0.01);
    let mut x = x;
    for bend in [-3., -1., -0.5, 0., 0.5, 1., 3., 6.] {
        x = near(&x, bend).where_(&x + 0.05, &x);
    }
    x
}

/// Every group of this file.
pub fn all_groups() {
    activations();
    convolutions_of_other_dimensions();
    pools_with_all_options();
    pools_of_volumes();
    windows_and_channels();
    images_in_another_size();
    normalizations_and_tables();
    attention();
    robust_losses_and_those_of_distributions();
    losses_of_pairs_and_triples();
    sequences_bags_and_grids();
    modules_with_hooks();
}

#[test]
fn sequences_bags_and_grids() {
    manual_seed(29);
    check("ctc_loss", &[random(&[5, 2, 4])], false, |x| {
        let log_probs = x[0].log_softmax(-1);
        let (targets, lengths) = (
            tensor!([[1, 2], [3, 3]]),
            [tensor!([5, 4]), tensor!([2, 2])],
        );
        let [inputs, labels] = &lengths;
        F::ctc_loss(
            &log_probs,
            &targets,
            inputs,
            labels,
            0,
            Reduction::Sum,
            false,
        )
    });
    check("embedding_bag", &[random(&[6, 3])], true, |x| {
        let options = F::BagOptions::default();
        let words = tensor!([0, 5, 2, 2, 1]);
        F::embedding_bag(&words, &x[0], Some(&tensor!([0, 3])), &options)
    });
    check(
        "embedding_bag by frequency",
        &[random(&[6, 3])],
        true,
        |x| {
            // A gradient that is divided is no derivative: here each row is asked for once.
            let options = F::BagOptions {
                scale_grad_by_freq: true,
                ..F::BagOptions::default()
            };
            F::embedding_bag(&tensor!([0, 5, 2]), &x[0], Some(&tensor!([0, 2])), &options)
        },
    );
    for p in [1.5, 2., 3.] {
        check("pdist", &[random(&[4, 3])], true, move |x| {
            F::pdist(&x[0], p)
        });
    }
    for dim in [-1, 0, 1] {
        let lengths = match dim {
            -1 => random(&[]),
            0 => random(&[4, 1]),
            _ => random(&[1, 3]),
        };
        let inputs = [random(&[4, 3]), lengths];
        check("weight_norm", &inputs, true, move |x| {
            x[0].weight_norm(&x[1], dim)
        });
    }
    // The windows have to begin at the same places each time, whatever other tests draw meanwhile.
    let begun =
        |f: fn(&Tensor) -> Tensor| move |x: &[Tensor]| Generator::with_seed(31).scope(|| f(&x[0]));
    let planes =
        begun(|x| F::fractional_max_pool2d(x, 2.into(), F::FractionalSize::Places([3, 2])));
    check(
        "fractional_max_pool2d",
        &[random(&[1, 2, 5, 4])],
        true,
        planes,
    );
    let volumes =
        begun(|x| F::fractional_max_pool3d(x, 2.into(), F::FractionalSize::Share([0.5; 3])));
    check(
        "fractional_max_pool3d",
        &[random(&[1, 4, 5, 4])],
        true,
        volumes,
    );
    // Over more channels than one PyTorch's is no derivative.
    check("cross_map_lrn2d", &[random(&[2, 1, 2, 2])], false, |x| {
        nn::CrossMapLRN2d::new(3).alpha(0.5).forward(&x[0])
    });
    let places = random(&[1, 2, 3, 2]) * 0.3;
    check("grid_sample", &[random(&[1, 2, 4, 5]), places], true, |x| {
        let (mode, padding) = (F::GridMode::Bilinear, F::GridPadding::Zeros);
        F::grid_sample(&x[0], &x[1], mode, padding, false)
    });
    let places = random(&[1, 2, 1, 3, 3]) * 0.3;
    check(
        "grid_sample of volumes",
        &[random(&[1, 2, 3, 4, 3]), places],
        true,
        |x| {
            let (mode, padding) = (F::GridMode::Bilinear, F::GridPadding::Zeros);
            F::grid_sample(&x[0], &x[1], mode, padding, false)
        },
    );
}

#[test]
fn modules_with_hooks() {
    manual_seed(30);
    let tanh = Tanh::new();
    tanh.register_full_backward_hook(|_, _| ());
    check("hooks", &[random(&[3])], true, move |x| tanh.forward(&x[0]));
}

#[test]
fn activations() {
    manual_seed(21);
    type Named = (&'static str, fn(&Tensor) -> Tensor);
    let functions: [Named; 14] = [
        ("relu6", |x| x.relu6()),
        ("hardtanh", |x| x.hardtanh(-1., 1.)),
        ("selu", |x| x.selu()),
        ("celu", |x| x.celu(1.5)),
        ("softplus", |x| x.softplus_with(2., 20.)),
        ("mish", |x| x.mish()),
        ("hardsigmoid", |x| x.hardsigmoid()),
        ("hardswish", |x| x.hardswish()),
        ("softsign", |x| x.softsign()),
        ("tanhshrink", |x| x.tanhshrink()),
        ("softshrink", |x| x.softshrink(0.5)),
        ("hardshrink", |x| x.hardshrink(0.5)),
        ("threshold", |x| x.threshold(0.5, 2.)),
        ("glu", |x| x.glu(-1)),
    ];
    for (name, function) in functions {
        check(name, &[off_the_bends(&[3, 4])], true, move |x| {
            function(&x[0])
        });
    }
    let in_place: [Named; 7] = [
        ("elu_", |x| F::elu_(x, 1.5)),
        ("selu_", F::selu_),
        ("celu_", |x| F::celu_(x, 1.5)),
        ("leaky_relu_", |x| F::leaky_relu_(x, 0.2)),
        ("threshold_", |x| F::threshold_(x, 0.5, 2.)),
        ("rrelu_", |x| F::rrelu_(x, 0.1, 0.3, false)),
        ("rrelu", |x| F::rrelu(x, 0.1, 0.3, false)),
    ];
    for (name, function) in in_place {
        check(name, &[off_the_bends(&[3, 4])], true, move |x| {
            function(&(&x[0] * 1))
        });
    }
    check("rrelu in training", &[off_the_bends(&[3, 4])], true, |x| {
        Generator::with_seed(31).scope(|| F::rrelu(&x[0], 0.1, 0.3, true))
    });
    check("softmin", &[random(&[2, 3])], true, |x| x[0].softmin(1));
    check(
        "prelu",
        &[off_the_bends(&[2, 3, 2]), random(&[3])],
        true,
        |x| x[0].prelu(&x[1]),
    );
    check(
        "prelu of one",
        &[off_the_bends(&[4]), random(&[1])],
        true,
        |x| x[0].prelu(&x[1]),
    );
}

#[test]
fn convolutions_of_other_dimensions() {
    manual_seed(22);
    let options = Conv1dOptions {
        stride: [2],
        padding: [1],
        dilation: [1],
        groups: 2,
    };
    let inputs = [random(&[2, 4, 6]), random(&[2, 2, 3]), random(&[2])];
    check("conv1d", &inputs, true, move |x| {
        x[0].conv1d(&x[1], Some(&x[2]), options)
    });
    let options = Conv3dOptions {
        stride: [2, 1, 1],
        padding: [1, 0, 1],
        dilation: [1, 2, 1],
        groups: 2,
    };
    let inputs = [
        random(&[1, 2, 3, 4, 3]),
        random(&[2, 1, 2, 2, 2]),
        random(&[2]),
    ];
    check("conv3d", &inputs, true, move |x| {
        x[0].conv3d(&x[1], Some(&x[2]), options)
    });
    let options = ConvTranspose2dOptions {
        stride: [2, 1],
        padding: [1, 0],
        output_padding: [1, 0],
        dilation: [1, 2],
        groups: 2,
    };
    let inputs = [random(&[2, 4, 3, 2]), random(&[4, 1, 3, 2]), random(&[2])];
    check("conv_transpose2d", &inputs, true, move |x| {
        x[0].conv_transpose2d(&x[1], Some(&x[2]), options)
    });
    // More padding at the end than the forward convolution would ever reach.
    let options = ConvTranspose1dOptions {
        dilation: [3],
        output_padding: [2],
        ..Default::default()
    };
    let inputs = [random(&[1, 2, 3]), random(&[2, 1, 2])];
    check("conv_transpose1d", &inputs, true, move |x| {
        x[0].conv_transpose1d(&x[1], None, options)
    });
}

#[test]
fn pools_with_all_options() {
    manual_seed(23);
    let dilated = Pool2dOptions {
        kernel: [2, 2],
        stride: [2, 1],
        padding: [1, 1],
        dilation: [2, 1],
        ceil_mode: true,
        ..Pool2dOptions::new(2)
    };
    check("max pool", &[random(&[1, 2, 5, 4])], true, move |x| {
        x[0].max_pool2d(dilated)
    });
    let inside = Pool2dOptions {
        padding: [1, 1],
        ceil_mode: true,
        count_include_pad: false,
        ..Pool2dOptions::new(3)
    };
    check("avg pool", &[random(&[1, 2, 5, 4])], true, move |x| {
        x[0].avg_pool2d(inside)
    });
    let rows = Pool1dOptions::new(3).stride(2).padding(1);
    check("max pool of rows", &[random(&[2, 2, 7])], true, move |x| {
        x[0].max_pool1d(rows)
    });
    check("avg pool of rows", &[random(&[2, 2, 7])], true, move |x| {
        x[0].avg_pool1d(rows)
    });
    check("adaptive max", &[random(&[2, 5, 4])], true, |x| {
        x[0].adaptive_max_pool2d([2, 3])
    });
    check("adaptive of rows", &[random(&[2, 5])], true, |x| {
        x[0].adaptive_avg_pool1d(3) * x[0].adaptive_max_pool1d(3)
    });
}

#[test]
fn pools_of_volumes() {
    manual_seed(33);
    let volumes = || [random(&[1, 2, 4, 4, 4])];
    let window = || wick::tensor::Pool3dOptions::new(2);
    check("max pool of volumes", &volumes(), true, move |x| {
        x[0].max_pool3d(window())
    });
    check(
        "max pool of volumes with places",
        &volumes(),
        true,
        move |x| x[0].max_pool3d_with_indices(window()).0,
    );
    check("avg pool of volumes", &volumes(), true, move |x| {
        x[0].avg_pool3d(window())
    });
    check("adaptive avg pool of volumes", &volumes(), true, |x| {
        x[0].adaptive_avg_pool3d([2, 3, 1])
    });
    check("adaptive max pool of volumes", &volumes(), true, |x| {
        x[0].adaptive_max_pool3d([2, 3, 1])
    });
}

#[test]
fn windows_and_channels() {
    manual_seed(34);
    check("unfold", &[random(&[1, 2, 4, 5])], true, |x| {
        F::unfold(&x[0], (2, 3), 1, 1, 2)
    });
    check("fold", &[random(&[1, 8, 9])], true, |x| {
        F::fold(&x[0], (4, 4), 2, 1, 0, 1)
    });
    let theta = [random(&[1, 2, 3])];
    check("affine_grid", &theta, true, |x| {
        F::affine_grid(&x[0], &[1, 1, 2, 3], false)
    });
    let (plane, volume) = (tensor!([[[[5, 0]]]]), tensor!([[[[[7, 2]]]]]));
    check("max_unpool2d", &[random(&[1, 1, 1, 2])], true, move |x| {
        F::max_unpool2d(
            &x[0],
            &plane,
            wick::tensor::Pool2dOptions::new(2),
            Some([2, 4]),
        )
    });
    check(
        "max_unpool3d",
        &[random(&[1, 1, 1, 1, 2])],
        true,
        move |x| {
            F::max_unpool3d(
                &x[0],
                &volume,
                wick::tensor::Pool3dOptions::new(2),
                Some([2, 2, 4]),
            )
        },
    );
    check("pixel_unshuffle", &[random(&[1, 2, 4, 4])], true, |x| {
        F::pixel_unshuffle(&x[0], 2)
    });
    check("channel_shuffle", &[random(&[1, 4, 2, 2])], true, |x| {
        F::channel_shuffle(&x[0], 2)
    });
}

#[test]
fn images_in_another_size() {
    manual_seed(24);
    for mode in [
        Interpolation::Nearest,
        Interpolation::Bilinear,
        Interpolation::Bicubic,
        Interpolation::Area,
    ] {
        let options = InterpolateOptions {
            size: vec![5, 2],
            mode,
            ..Default::default()
        };
        check(mode.name(), &[random(&[1, 2, 3, 4])], true, move |x| {
            x[0].interpolate(&options).square()
        });
    }
    for (size, mode) in [
        (vec![5], Interpolation::Nearest),
        (vec![5], Interpolation::NearestExact),
        (vec![5], Interpolation::Linear),
        (vec![5, 2], Interpolation::NearestExact),
        (vec![3, 1, 4], Interpolation::Nearest),
        (vec![3, 1, 4], Interpolation::NearestExact),
        (vec![3, 1, 4], Interpolation::Trilinear),
        (vec![3, 1, 4], Interpolation::Area),
    ] {
        let shape = [&[1, 2], &[3, 2, 2][..size.len()]].concat();
        let options = InterpolateOptions {
            size,
            mode,
            ..Default::default()
        };
        check(mode.name(), &[random(&shape)], true, move |x| {
            x[0].interpolate(&options).square()
        });
    }
    for mode in [Interpolation::Bilinear, Interpolation::Bicubic] {
        let options = InterpolateOptions {
            size: vec![2, 3],
            mode,
            antialias: true,
            ..Default::default()
        };
        check("antialiased", &[random(&[1, 2, 4, 5])], true, move |x| {
            x[0].interpolate(&options).square()
        });
    }
    check("pixel_shuffle", &[random(&[1, 4, 2, 3])], true, |x| {
        x[0].pixel_shuffle(2).square()
    });
}

#[test]
fn normalizations_and_tables() {
    manual_seed(25);
    let inputs = [random(&[2, 4, 3]), random(&[4]), random(&[4])];
    check("group_norm", &inputs, true, |x| {
        F::group_norm(&x[0], 2, Some(&x[1]), Some(&x[2]), 1e-5)
    });
    check("instance_norm", &inputs, true, |x| {
        F::instance_norm(&x[0], Some(&x[1]), Some(&x[2]), 1e-5)
    });
    check("rms_norm", &[random(&[2, 3]), random(&[3])], true, |x| {
        F::rms_norm(&x[0], &[3].into(), Some(&x[1]), None)
    });
    check("normalize", &[random(&[2, 3])], true, |x| {
        F::normalize(&x[0], 2., 1, 1e-12)
    });
    check("normalize by 3", &[positive(&[2, 3])], true, |x| {
        F::normalize(&x[0], 3., 1, 1e-12)
    });
    check("embedding", &[random(&[4, 2])], true, |x| {
        F::embedding(&tensor!([[1, 3], [1, 0]]), &x[0], None).square()
    });
    // The gradient of a padding row is zero on purpose, so it is looked at apart.
    let weight = random(&[3, 2]).requires_grad_(true);
    F::embedding(&tensor!([0, 2, 2]), &weight, Some(-1))
        .sum()
        .backward();
    let expected = [1., 1., 0., 0., 0., 0.];
    assert_eq!(weight.grad().unwrap().to_vec::<f64>(), expected);
}

#[test]
fn attention() {
    manual_seed(26);
    let inputs = || [random(&[2, 3, 4]), random(&[2, 3, 4]), random(&[2, 3, 2])];
    check("attention", &inputs(), true, |x| {
        x[0].scaled_dot_product_attention(&x[1], &x[2], None, 0., false, None)
    });
    check("causal attention", &inputs(), true, |x| {
        x[0].scaled_dot_product_attention(&x[1], &x[2], None, 0., true, Some(0.3))
    });
    check("attention of the blind", &inputs(), true, |x| {
        let mask = tensor!([
            [true, false, true],
            [false, false, false],
            [true, true, true]
        ]);
        x[0].scaled_dot_product_attention(&x[1], &x[2], Some(&mask), 0., false, None)
    });
    let heads = [2, 1, 3, 4];
    check(
        "attention of heads",
        &[random(&heads), random(&heads), random(&heads)],
        true,
        |x| x[0].scaled_dot_product_attention(&x[1], &x[2], None, 0., true, None),
    );
    let [q, k, v] = inputs();
    check("added mask", &[q, k, v, random(&[3, 3])], true, |x| {
        x[0].scaled_dot_product_attention(&x[1], &x[2], Some(&x[3]), 0., false, None)
    });
}

#[test]
fn robust_losses_and_those_of_distributions() {
    manual_seed(27);
    let pair = || [random(&[3, 2]) * 2., random(&[3, 2])];
    for reduction in [Reduction::Mean, Reduction::Sum, Reduction::None] {
        check("smooth_l1", &pair(), true, move |x| {
            x[0].smooth_l1_loss(&x[1], reduction, 0.7)
        });
        check("huber", &pair(), true, move |x| {
            x[0].huber_loss(&x[1], reduction, 0.7)
        });
        check(
            "kl_div",
            &[random(&[3, 2]), positive(&[3, 2])],
            true,
            move |x| x[0].kl_div(&x[1], reduction, false),
        );
    }
    check("kl_div of logarithms", &pair(), true, |x| {
        x[0].kl_div(&x[1], Reduction::BatchMean, true)
    });
    let inputs = [
        random(&[3, 2]),
        positive(&[3, 2]),
        positive(&[2]),
        positive(&[3, 2]),
    ];
    check("weighted logits", &inputs, true, |x| {
        x[0].binary_cross_entropy_with_logits_weighted(
            &x[1],
            Some(&x[3]),
            Reduction::Mean,
            Some(&x[2]),
        )
    });
    let share = || Tensor::rand_with([3, 2], DType::F64) * 0.8 + 0.1;
    check(
        "weighted probabilities",
        &[share(), share(), positive(&[3, 2])],
        true,
        |x| x[0].binary_cross_entropy_with(&x[1], Some(&x[2]), Reduction::Sum),
    );
    check("poisson", &[random(&[4]), positive(&[4]) * 3.], true, |x| {
        let options = PoissonOptions {
            full: true,
            ..Default::default()
        };
        x[0].poisson_nll_loss(&x[1], options)
    });
    check(
        "poisson of rates",
        &[positive(&[4]), positive(&[4])],
        true,
        |x| {
            let options = PoissonOptions {
                log_input: false,
                ..Default::default()
            };
            x[0].poisson_nll_loss(&x[1], options)
        },
    );
    check(
        "gaussian",
        &[random(&[3, 2]), random(&[3, 2]), positive(&[3])],
        true,
        |x| x[0].gaussian_nll_loss(&x[1], &x[2], true, 1e-6, Reduction::Mean),
    );
    let options = ClassLossOptions {
        weight: Some(tensor!([0.5, 2., 1.]).double()),
        ignore_index: 1,
        label_smoothing: 0.2,
        ..Default::default()
    };
    check(
        "smoothed cross entropy",
        &[random(&[4, 3])],
        true,
        move |x| x[0].cross_entropy_with(&tensor!([0, 2, 1, 2]), &options),
    );
}

#[test]
fn losses_of_pairs_and_triples() {
    manual_seed(28);
    let target = || tensor!([1, -1, -1]);
    check(
        "cosine",
        &[random(&[3, 4]), random(&[3, 4])],
        true,
        move |x| x[0].cosine_embedding_loss(&x[1], &target(), -0.9, Reduction::Mean),
    );
    check("hinge", &[random(&[3])], true, move |x| {
        x[0].hinge_embedding_loss(&target(), 1., Reduction::Mean)
    });
    check("ranking", &[random(&[3]), random(&[3])], true, move |x| {
        x[0].margin_ranking_loss(&x[1], &target(), 0.5, Reduction::Sum)
    });
    check("soft margin", &[random(&[3])], true, move |x| {
        x[0].soft_margin_loss(&target(), Reduction::Mean)
    });
    check("margins of classes", &[random(&[3, 4])], true, |x| {
        let target = tensor!([0, 3, 1]);
        F::multi_margin_loss(&x[0], &target, 2, 1., None, Reduction::Mean)
    });
    check(
        "margins of several classes",
        &[random(&[2, 3])],
        true,
        |x| {
            let target = tensor!([[0, 2, -1], [1, -1, 0]]);
            F::multilabel_margin_loss(&x[0], &target, Reduction::Mean)
        },
    );
    for (p, swap) in [(2., false), (2., true), (3., false), (1., false)] {
        let inputs = [random(&[3, 4]), random(&[3, 4]), random(&[3, 4])];
        check("triplet", &inputs, true, move |x| {
            let options = TripletOptions {
                margin: 5.,
                p,
                swap,
                ..Default::default()
            };
            x[0].triplet_margin_loss(&x[1], &x[2], options)
        });
    }
    check(
        "cosine similarity",
        &[random(&[3, 4]), random(&[3, 4])],
        true,
        |x| x[0].cosine_similarity(&x[1], 1, 1e-8),
    );
}
