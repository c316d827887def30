//! Layers and functions that are needed less often.

use wick::nn::functional as F;
use wick::prelude::*;

use super::layers::{TOLERANCE, finish, layer};
use super::{check, seeded};

/// Compares a function of tensors and its gradients.
fn call(name: &str, inputs: &[Tensor], text: Option<String>, f: impl FnOnce(&[Tensor]) -> Tensor) {
    let inputs: Vec<Tensor> = inputs
        .iter()
        .map(|x| x.detach().requires_grad_(true))
        .collect();
    let y = f(&inputs);
    y.sin().sum().backward();
    let mut found = vec![y];
    found.extend(inputs.iter().map(|x| x.grad().unwrap()));
    check(name, &found, text, TOLERANCE);
}

#[test]
fn sequences_without_places() {
    let targets = tensor!([[1, 2, 2, 3], [3, 1, 0, 0], [2, 2, 2, 2]]);
    let some = (tensor!([7, 5, 4]), tensor!([4, 2, 0]));
    let few = (tensor!([7, 2, 3]), tensor!([4, 2, 4]));
    let cases = [
        ("ctc", nn::CTCLoss::new(), &targets, &some),
        (
            "ctc sum",
            nn::CTCLoss::new().blank(4).reduction(Reduction::Sum),
            &tensor!([1, 2, 2, 3, 3, 1]),
            &some,
        ),
        (
            "ctc none",
            nn::CTCLoss::new()
                .reduction(Reduction::None)
                .zero_infinity(true),
            &targets,
            &few,
        ),
    ];
    for (name, loss, goal, (inputs, labels)) in cases {
        let x = seeded(3, || Tensor::randn([7, 3, 5]));
        call(name, &[x], Some(loss.to_string()), |x| {
            loss.forward(&x[0].log_softmax(-1), goal, inputs, labels)
        });
    }
    let x = seeded(3, || Tensor::randn([4, 3]));
    call("ctc alone", &[x], None, |x| {
        nn::CTCLoss::new().forward(&x[0], &tensor!([1, 2]), &tensor!(4), &tensor!(2))
    });
}

#[test]
#[should_panic(expected = "Expected input_lengths to have value at most 5, but got value 6")]
fn sequences_have_to_be_there() {
    let x = Tensor::zeros([5, 2, 4]);
    nn::CTCLoss::new().forward(
        &x,
        &tensor!([[1, 2], [2, 3]]),
        &tensor!([6, 5]),
        &tensor!([2, 2]),
    );
}

#[test]
fn bags_of_vectors() {
    let words = tensor!([1, 2, 4, 5, 4, 3, 2, 9]);
    let bag = |name: &str,
               make: fn() -> nn::EmbeddingBag,
               apply: &dyn Fn(&nn::EmbeddingBag) -> Tensor| {
        let module = seeded(0, make);
        let y = apply(&module);
        y.sin().sum().backward();
        let found = [y, module.weight.grad().unwrap()];
        check(name, &found, Some(module.to_string()), TOLERANCE);
    };
    let make = || nn::EmbeddingBag::new(10, 3);
    bag("bag mean", make, &|bag| bag.forward(&words.view([2, 4])));
    bag(
        "bag sum",
        || {
            nn::EmbeddingBag::new(10, 3)
                .mode(nn::BagMode::Sum)
                .include_last_offset(true)
        },
        &|bag| bag.forward_with(&words, &tensor!([0, 4, 4, 8])),
    );
    bag(
        "bag max",
        || nn::EmbeddingBag::new(10, 3).mode(nn::BagMode::Max),
        &|bag| bag.forward_with(&words, &tensor!([0, 3, 3])),
    );
    bag(
        "bag padded",
        || nn::EmbeddingBag::new(10, 3).padding_idx(4),
        &|bag| bag.forward_with(&words, &tensor!([0, 2, 3])),
    );
    bag(
        "bag weighted",
        || nn::EmbeddingBag::new(10, 3).mode(nn::BagMode::Sum),
        &|bag| {
            let weights = Tensor::arange(0., 8., 1.).view([4, 2]);
            bag.forward_weighted(&words.view([4, 2]), None, &weights)
        },
    );
}

#[test]
fn pooling_undone() {
    macro_rules! undone {
        ($pool:ident, $unpool:ident, $name:literal, $places:literal, $shape:expr, $size:expr) => {
            let x = seeded(0, || Tensor::randn($shape));
            let pool = nn::$pool::new(2).stride(2).padding(1);
            let unpool = nn::$unpool::new(2).stride(2).padding(1);
            let (y, places) = pool.forward_with_indices(&x);
            call($name, &[y], Some(unpool.to_string()), |y| {
                unpool.forward_sized(&y[0], &places, $size)
            });
            check($places, &[places], None, 0.);
        };
    }
    undone!(
        MaxPool1d,
        MaxUnpool1d,
        "unpool1d",
        "places1d",
        [2, 3, 9],
        [9]
    );
    undone!(
        MaxPool2d,
        MaxUnpool2d,
        "unpool2d",
        "places2d",
        [2, 3, 6, 7],
        [6, 7]
    );
    undone!(
        MaxPool3d,
        MaxUnpool3d,
        "unpool3d",
        "places3d",
        [1, 2, 5, 4, 6],
        [5, 4, 6]
    );
}

#[test]
#[should_panic(expected = "Found an invalid max index: 99 (output volumes are of size 4x4)")]
fn places_have_to_be_in_the_output() {
    nn::MaxUnpool2d::new(2).forward(&Tensor::rand([1, 1, 2, 2]), &tensor!([[[[0, 1], [2, 99]]]]));
}

#[test]
fn plain_layers() {
    layer("rrelu", &[4, 5], || nn::RReLU::new(0.1, 0.4));
    layer("rrelu eval", &[4, 5], || {
        let module = nn::RReLU::default();
        module.eval();
        module
    });
    layer("softmax2d", &[2, 3, 2, 2], nn::Softmax2d::new);
    layer("lp_pool3d", &[1, 2, 3, 4, 5], || {
        nn::LPPool3d::new(2, (1, 2, 2)).stride(2)
    });
    layer("upsampling nearest", &[1, 2, 3, 3], || {
        nn::UpsamplingNearest2d::scale_factor(2.)
    });
    layer("upsampling bilinear", &[1, 2, 3, 3], || {
        nn::UpsamplingBilinear2d::size(&[5, 4])
    });
    layer("feature alpha dropout", &[3, 4, 2, 2], || {
        nn::FeatureAlphaDropout::new(0.4)
    });
    seeded(0, || {
        let module = nn::TripletMarginWithDistanceLoss::new()
            .swap(true)
            .margin(0.5);
        let inputs = [(); 3].map(|()| Tensor::randn([4, 3]));
        let inputs = inputs.map(|x| x.requires_grad_(true));
        let y = module.forward(&inputs[0], &inputs[1], &inputs[2]);
        finish("triplet", &module, &inputs, y);
    });
}

#[test]
fn noise_and_grids() {
    seeded(4, || {
        let x = Tensor::randn([4, 5]);
        call("gumbel", &[x], None, |x| {
            F::gumbel_softmax(&x[0], 0.7, false, -1)
        });
        let x = Tensor::randn([4, 5]);
        call("gumbel hard", &[x], None, |x| {
            F::gumbel_softmax(&x[0], 0.7, true, 0)
        });
    });
    for (align, word) in [(false, "False"), (true, "True")] {
        seeded(5, || {
            let theta = Tensor::randn([2, 2, 3]);
            call(&format!("affine grid {word}"), &[theta], None, |theta| {
                F::affine_grid(&theta[0], &[2, 3, 4, 5], align)
            });
            let theta = Tensor::randn([2, 3, 4]);
            call(&format!("affine grid 3d {word}"), &[theta], None, |theta| {
                F::affine_grid(&theta[0], &[2, 3, 2, 4, 3], align)
            });
            for (padding, of) in [
                (F::GridPadding::Zeros, "zeros"),
                (F::GridPadding::Border, "border"),
                (F::GridPadding::Reflection, "reflection"),
            ] {
                let x = Tensor::randn([2, 3, 4, 5]);
                let grid = Tensor::randn([2, 3, 3, 2]);
                let name = format!("grid bilinear {of} {word}");
                call(&name, &[x, grid], None, |inputs| {
                    F::grid_sample(
                        &inputs[0],
                        &inputs[1],
                        F::GridMode::Bilinear,
                        padding,
                        align,
                    )
                });
                let x = Tensor::randn([2, 3, 4, 5]).requires_grad_(true);
                let grid = Tensor::randn([2, 3, 3, 2]);
                let y = F::grid_sample(&x, &grid, F::GridMode::Nearest, padding, align);
                y.sin().sum().backward();
                // PyTorch's gradient of the grid is zero there.
                let found = [y, x.grad().unwrap(), grid.zeros_like()];
                check(
                    &format!("grid nearest {of} {word}"),
                    &found,
                    None,
                    TOLERANCE,
                );
            }
        });
    }
}

#[test]
fn functions_that_change_their_input() {
    fn changed(module: impl Forward + std::fmt::Display) {
        let x = seeded(6, || Tensor::randn([3, 4, 2, 2]).requires_grad_(true));
        let input = &x * 1;
        let y = module.forward(&input);
        assert!(y.same_as(&input), "{module}");
        y.sin().sum().backward();
        let name = format!("inplace {}", module.kind());
        check(
            &name,
            &[y, x.grad().unwrap()],
            Some(module.to_string()),
            TOLERANCE,
        );
    }
    changed(ReLU6::new().inplace(true));
    changed(SELU::new().inplace(true));
    changed(SiLU::new().inplace(true));
    changed(Mish::new().inplace(true));
    changed(ELU::new(2.).inplace(true));
    changed(CELU::new(0.5).inplace(true));
    changed(Hardtanh::new(-2., 2.).inplace(true));
    changed(Threshold::new(0.1, 20.).inplace(true));
    changed(LeakyReLU::new(0.2).inplace(true));
    changed(Hardswish::new().inplace(true));
    changed(Hardsigmoid::new().inplace(true));
    assert_eq!(
        Dropout2d::new(0.2).inplace(true).to_string(),
        "Dropout2d(p=0.2, inplace=True)"
    );
    assert_eq!(
        nn::RReLU::default().inplace(true).to_string(),
        "RReLU(lower=0.125, upper=0.3333333333333333, inplace=True)"
    );
}

#[test]
fn defaults() {
    fn same(module: impl Module + std::fmt::Display) {
        let name = format!("default {}", module.kind());
        check(&name, &[], Some(module.to_string()), 0.);
    }
    same(ELU::default());
    same(CELU::default());
    same(Hardtanh::default());
    same(Softplus::default());
    same(Softshrink::default());
    same(Hardshrink::default());
    same(GLU::default());
    same(LeakyReLU::default());
    same(nn::RReLU::default());
    same(Dropout::default());
    same(Dropout3d::default());
    same(AlphaDropout::default());
}
