//! Tables with limits, a softmax over clusters, pools of random windows, norms over channels, distances.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wick::nn::functional as F;
use wick::prelude::*;

use super::{check, seeded};

const TOLERANCE: f64 = 5e-6;

fn node(x: &Tensor) -> String {
    x.grad_fn().unwrap().name().to_string()
}

fn words() -> Tensor {
    tensor!([[0, 2, 2], [4, 4, 4]])
}

#[test]
fn tables_with_limits() {
    let table = |name: &str, make: fn() -> Embedding| {
        seeded(9, || {
            let module = make();
            let y = module.forward(&words());
            let text = format!("{module} {}", node(&y));
            y.sin().sum().backward();
            let found = [y, module.weight.clone(), module.weight.grad().unwrap()];
            check(&format!("table {name}"), &found, Some(text), TOLERANCE);
        });
    };
    table("embedding", || {
        Embedding::new(5, 3)
            .padding_idx(2)
            .max_norm(1.)
            .norm_type(3.)
            .scale_grad_by_freq(true)
    });
    table("embedding short", || Embedding::new(5, 3).max_norm(0.5));
    table("embedding frequent", || {
        Embedding::new(5, 3).scale_grad_by_freq(true)
    });
    table("embedding padded", || Embedding::new(5, 3).padding_idx(-1));
    let bag = |name: &str, make: fn() -> nn::EmbeddingBag| {
        seeded(9, || {
            let module = make();
            let y = module.forward(&words());
            y.sin().sum().backward();
            let found = [y, module.weight.clone(), module.weight.grad().unwrap()];
            check(
                &format!("table bag limits {name}"),
                &found,
                Some(module.to_string()),
                TOLERANCE,
            );
        });
    };
    bag("sum", || {
        nn::EmbeddingBag::new(5, 3)
            .max_norm(1.)
            .norm_type(1.)
            .scale_grad_by_freq(true)
            .mode(nn::BagMode::Sum)
    });
    bag("mean", || {
        nn::EmbeddingBag::new(5, 3)
            .max_norm(1.)
            .scale_grad_by_freq(true)
            .padding_idx(0)
    });
    bag("max", || {
        nn::EmbeddingBag::new(5, 3)
            .max_norm(1.)
            .mode(nn::BagMode::Max)
    });
}

#[test]
fn a_softmax_over_clusters() {
    type Make = fn() -> nn::AdaptiveLogSoftmaxWithLoss;
    let cases: [(&str, Make); 2] = [
        ("", || nn::AdaptiveLogSoftmaxWithLoss::new(6, 10, &[3, 7])),
        (" all", || {
            nn::AdaptiveLogSoftmaxWithLoss::with(6, 12, &[2, 5, 8], 2., true)
        }),
    ];
    for (name, make) in cases {
        seeded(10, || {
            let module = make();
            let x = Tensor::randn([5, 6]).requires_grad_(true);
            let nn::ASMOutput { output, loss } = module.forward(&x, &tensor!([0, 9, 1, 4, 6]));
            let keys: Vec<String> = module.state_dict().keys().map(str::to_owned).collect();
            let text = format!("{module} {} {}", keys.join(" "), node(&output));
            (output.sin().sum() + loss.cos()).backward();
            let one = module.forward(&x.i(0).detach(), &tensor!(8));
            let mut found = vec![
                output,
                loss,
                one.output,
                one.loss,
                module.log_prob(&x),
                module.predict(&(3 * &x)),
                x.grad().unwrap(),
            ];
            found.extend(module.parameters().iter().map(|p| p.grad().unwrap()));
            check(&format!("adaptive{name}"), &found, Some(text), TOLERANCE);
        });
    }
}

#[test]
fn what_a_softmax_over_clusters_refuses() {
    fn refused<T>(f: impl FnOnce() -> T) -> String {
        let panic = catch_unwind(AssertUnwindSafe(f)).err().unwrap();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    }
    let sequence = "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each \
                    value is between 1 and n_classes-1";
    let make = |cutoffs: &[usize]| nn::AdaptiveLogSoftmaxWithLoss::new(6, 10, cutoffs);
    assert_eq!(
        refused(|| make(&[])),
        "cutoffs should be a sequence of length larger than 0"
    );
    for cutoffs in [&[3, 3][..], &[10], &[9, 3], &[0, 3]] {
        assert_eq!(refused(|| make(cutoffs)), sequence);
    }
    let module = make(&[3, 7]);
    let asked = |shape: &[usize], target: Tensor| {
        refused(|| module.forward(&Tensor::zeros(shape), &target))
    };
    assert_eq!(
        asked(&[4, 6], tensor!([0, 5, 10, 3])),
        "Target values should be in [0, 9], but values in range [0, 10] were found. "
    );
    assert_eq!(
        asked(&[4, 6], tensor!([0, -1, 1, 3])),
        "Target values should be in [0, 9], but values in range [-1, 3] were found. "
    );
    assert_eq!(
        asked(&[4, 6], tensor!([0, 5, 3])),
        "Input and target should have the same size in the batch dimension."
    );
    assert_eq!(
        asked(&[4, 6], tensor!(0)),
        "0D target tensor expects 1D input tensors, but found inputs with size torch.Size([4, 6])"
    );
}

#[test]
fn windows_that_begin_at_random_places() {
    macro_rules! pool {
        ($name:literal, $shape:expr, $module:expr) => {
            seeded(11, || {
                let module = $module;
                let x = Tensor::randn($shape).requires_grad_(true);
                let (y, places) = module.forward_with_indices(&x);
                let text = format!("{module} {}", node(&y));
                y.sin().sum().backward();
                let found = [y, places, x.grad().unwrap(), Tensor::rand([2])];
                check(concat!("fractional ", $name), &found, Some(text), TOLERANCE);
            });
        };
    }
    pool!(
        "2d",
        [2, 3, 8, 9],
        nn::FractionalMaxPool2d::output_size(3, (4, 5))
    );
    pool!(
        "2d ratio",
        [3, 9, 10],
        nn::FractionalMaxPool2d::output_ratio((2, 3), (0.5, 0.7))
    );
    pool!(
        "3d",
        [2, 2, 5, 7, 8],
        nn::FractionalMaxPool3d::output_size((2, 3, 2), (2, 3, 4))
    );
    pool!(
        "3d ratio",
        [1, 2, 6, 5, 7],
        nn::FractionalMaxPool3d::output_ratio(2, 0.5)
    );
}

#[test]
#[should_panic(
    expected = "fractional_max_pool2d(): pool height 3 too large relative to input height 8"
)]
fn windows_have_to_fit() {
    nn::FractionalMaxPool2d::output_size(3, 7).forward(&Tensor::rand([1, 8, 8]));
}

#[test]
#[should_panic(expected = "output_ratio must be between 0 and 1 (got 2.0)")]
fn shares_are_parts() {
    nn::FractionalMaxPool2d::output_ratio(3, 2.);
}

#[test]
fn norms_over_channels() {
    let cases: [(&str, &[usize], nn::CrossMapLRN2d); 4] = [
        ("3", &[2, 6, 2, 3], nn::CrossMapLRN2d::new(3)),
        (
            "4",
            &[2, 7, 2, 2],
            nn::CrossMapLRN2d::new(4).alpha(0.5).beta(0.6).k(2.),
        ),
        (
            "5",
            &[1, 9, 2, 2],
            nn::CrossMapLRN2d::new(5).alpha(0.3).beta(1.5).k(0.5),
        ),
        ("wide", &[1, 2, 2, 2], nn::CrossMapLRN2d::new(7).alpha(0.3)),
    ];
    for (name, shape, module) in cases {
        seeded(12, || {
            let x = Tensor::randn(shape).requires_grad_(true);
            let y = module.forward(&x);
            let text = format!("{module} {}", node(&y));
            y.sin().sum().backward();
            let found = [y, x.grad().unwrap()];
            check(&format!("cross map {name}"), &found, Some(text), TOLERANCE);
        });
    }
}

#[test]
fn one_process_alone_is_in_step() {
    for shape in [&[4, 3][..], &[2, 3, 4], &[2, 3, 2, 2], &[2, 3, 1, 2, 2]] {
        seeded(13, || {
            let module = nn::SyncBatchNorm::new(3).momentum(0.2);
            let x = Tensor::randn(shape).requires_grad_(true);
            let y = module.forward(&x);
            y.sin().sum().backward();
            module.eval();
            let mut found = vec![y, x.grad().unwrap()];
            found.extend(module.parameters().iter().map(|p| p.grad().unwrap()));
            found.extend(module.buffers());
            found.push(module.forward(&x));
            let name = format!("sync {}", shape.len());
            check(&name, &found, Some(module.to_string()), TOLERANCE);
        });
    }
    let net = Sequential::new((
        BatchNorm1d::new(2).affine(false),
        Sequential::new((BatchNorm2d::new(3).momentum(None), ReLU::new())),
        BatchNorm3d::new(4).eps(0.1),
    ));
    net.eval();
    let weight = net.get_parameter("1.0.weight").unwrap();
    let net = nn::SyncBatchNorm::convert_sync_batchnorm(net);
    assert!(!net.is_training() && net.get_parameter("1.0.weight").unwrap().same_as(&weight));
    check("sync converted", &[], Some(net.to_string()), 0.);
}

#[test]
#[should_panic(expected = "expected at least 2D input (got 1D input)")]
fn a_batch_has_channels() {
    nn::SyncBatchNorm::new(3).forward(&Tensor::rand([3]));
}

#[test]
fn distances_within_one_set_of_rows() {
    for (p, shown) in [
        (0., "0.0"),
        (0.5, "0.5"),
        (1., "1.0"),
        (1.5, "1.5"),
        (2., "2.0"),
        (3.5, "3.5"),
        (f64::INFINITY, "inf"),
    ] {
        seeded(14, || {
            let x = Tensor::randn([4, 3]);
            x.i((3, 0)).copy_(&x.i((1, 0)));
            let x = x.requires_grad_(true);
            let y = F::pdist(&x, p);
            let text = node(&y);
            y.sin().sum().backward();
            let found = [y, x.grad().unwrap()];
            check(&format!("pdist {shown}"), &found, Some(text), TOLERANCE);
        });
    }
    let refused = |x: Tensor, p| x.try_pdist(p).unwrap_err().to_string();
    assert_eq!(
        refused(Tensor::rand([3]), 2.),
        "pdist only supports 2D tensors, got: 1D"
    );
    assert_eq!(
        refused(Tensor::rand([3, 2]), -1.),
        "pdist only supports non-negative p values"
    );
    assert_eq!(
        refused(tensor!([[1, 2]]), 2.),
        "pdist only supports floating-point dtypes"
    );
    assert_eq!(Tensor::zeros([1, 3]).pdist(2.).to_string(), "tensor([])");
    assert_eq!(
        Tensor::zeros([3, 0]).pdist(2.).to_string(),
        "tensor([0., 0., 0.])"
    );
}

#[test]
fn what_tables_refuse() {
    let weight = Tensor::rand([5, 3]);
    let refused = |input: Tensor| {
        let options = F::EmbeddingOptions {
            max_norm: Some(1.),
            ..Default::default()
        };
        let look = || F::embedding_with(&input, &weight, &options);
        let panic = catch_unwind(AssertUnwindSafe(look)).err().unwrap();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    assert_eq!(
        refused(tensor!([1.])),
        "Expected tensor for argument #2 'indices' to have one of the following scalar types: Long, Int; but got \
         torch.FloatTensor instead (while checking arguments for embedding_renorm_)"
    );
    assert_eq!(
        refused(tensor!([9])),
        "select(): index 9 out of range for tensor of size [5, 3] at dimension 0"
    );
    let options = F::BagOptions {
        mode: nn::BagMode::Max,
        scale_grad_by_freq: true,
        ..Default::default()
    };
    let look = || F::embedding_bag(&words(), &weight, None, &options);
    let panic = catch_unwind(AssertUnwindSafe(look)).err().unwrap();
    assert_eq!(
        panic.downcast_ref::<String>().unwrap(),
        "max mode does not support scaling the gradient by the frequency"
    );
}
