//! Every derivative against finite differences in `f64`, and the derivative of every derivative.

use std::cell::RefCell;
use std::collections::BTreeSet;
use wick::autograd::{
    GradFn, GradOptions, GradcheckOptions, Outputs, grad_with, try_gradcheck, try_gradgradcheck,
};
use wick::prelude::*;

#[path = "gradcheck/complete.rs"]
mod complete;
#[path = "gradcheck/complex.rs"]
mod complex;
#[path = "gradcheck/draws.rs"]
mod draws;
#[path = "gradcheck/linalg.rs"]
mod linalg;
#[path = "gradcheck/nn.rs"]
mod nn;
#[path = "gradcheck/surface.rs"]
mod surface;

thread_local! {
    /// The names of the nodes that cases left, where only those are wanted.
    static NAMES: RefCell<Option<BTreeSet<String>>> = const { RefCell::new(None) };
}

/// Checks the gradients of `f`, and with `twice` also those of its gradients.
fn check<O: Into<Outputs>>(
    name: &str,
    inputs: &[Tensor],
    twice: bool,
    f: impl Fn(&[Tensor]) -> O + 'static,
) {
    check_all(name, inputs, twice, &|x| f(x).into().0);
}

fn check_all(name: &str, inputs: &[Tensor], twice: bool, f: &dyn Fn(&[Tensor]) -> Vec<Tensor>) {
    let leaves: Vec<Tensor> = inputs
        .iter()
        .map(|t| t.copy().requires_grad_(true))
        .collect();
    let outputs = f(&leaves);
    assert!(outputs[0].grad_fn().is_some(), "{name} left the tape");
    if NAMES.with_borrow(Option::is_some) {
        return note_names(&outputs, &leaves, twice);
    }
    let leaves: Vec<&Tensor> = leaves.iter().collect();
    let options = GradcheckOptions::default();
    if let Err(error) = try_gradcheck(f, &leaves, options) {
        panic!("{name}: {error}");
    }
    if twice && let Err(error) = try_gradgradcheck(f, &leaves, None, options) {
        panic!("{name}, second derivative: {error}");
    }
}

/// Notes which operations a case and its derivatives are made of.
fn note_names(outputs: &[Tensor], leaves: &[Tensor], twice: bool) {
    for output in outputs.iter().filter(|output| output.requires_grad()) {
        walk(output.grad_fn());
        if twice {
            let options = GradOptions {
                create_graph: true,
                allow_unused: Some(true),
                ..Default::default()
            };
            let ones = Tensor::ones_like(&output.detach()).requires_grad_(true);
            let leaves: Vec<&Tensor> = leaves.iter().collect();
            let found = grad_with(&[output], &leaves, &[Some(&ones)], options).unwrap();
            for gradient in found.into_iter().flatten() {
                walk(gradient.grad_fn());
            }
        }
    }
}

fn walk(from: Option<GradFn>) {
    let mut stack: Vec<GradFn> = from.into_iter().collect();
    let mut seen: Vec<GradFn> = Vec::new();
    while let Some(node) = stack.pop() {
        if seen.contains(&node) {
            continue;
        }
        NAMES.with_borrow_mut(|names| {
            names
                .get_or_insert_default()
                .insert(node.name().to_string())
        });
        stack.extend(node.next_functions().into_iter().flatten());
        seen.push(node);
    }
}

fn random(shape: &[usize]) -> Tensor {
    Tensor::randn_with(shape, DType::F64)
}

/// Away from 0, where logarithms and roots are at home.
fn positive(shape: &[usize]) -> Tensor {
    Tensor::rand_with(shape, DType::F64) + 0.5
}

macro_rules! unary {
    ($($name:ident($generator:expr)),* $(,)?) => {
        #[test]
        fn functions_of_one_element() {
            manual_seed(1);
            $(check(stringify!($name), &[$generator(&[2, 3])], true, |x| x[0].$name());)*
        }
    };
}
unary!(
    sin(random),
    cos(random),
    tan(random),
    sinh(random),
    cosh(random),
    tanh(random),
    exp(random),
    expm1(random),
    log(positive),
    log2(positive),
    log10(positive),
    log1p(positive),
    sqrt(positive),
    rsqrt(positive),
    reciprocal(positive),
    sigmoid(random),
    logsigmoid(random),
    softplus(random),
    silu(random),
    gelu(random),
    gelu_tanh(random),
    erf(random),
    neg(random),
    abs(random),
    square(random),
    relu(random),
    atan(random),
    copy(random),
    sum(random),
    mean(random),
    max(random),
    min(random),
    var(random),
    std(random),
    prod(random),
    norm(random),
    t(random),
);

#[test]
fn functions_of_small_numbers() {
    manual_seed(2);
    let small = |shape: &[usize]| Tensor::rand_with(shape, DType::F64) * 1.6 - 0.8;
    check("asin", &[small(&[3])], true, |x| x[0].asin());
    check("acos", &[small(&[3])], true, |x| x[0].acos());
    check("clamp", &[random(&[3, 3])], true, |x| x[0].clamp(-0.5, 0.5));
    check("leaky_relu", &[random(&[3, 3])], true, |x| {
        x[0].leaky_relu(0.1)
    });
    check("elu", &[random(&[3, 3])], true, |x| x[0].elu(1.));
    // Flat wherever they have a derivative.
    let between = || [tensor!([-1.4, -0.3, 0.2, 1.7]).to(DType::F64)];
    check("floor", &between(), true, |x| x[0].floor());
    check("ceil", &between(), true, |x| x[0].ceil());
    check("round", &between(), true, |x| x[0].round());
    check("trunc", &between(), true, |x| x[0].trunc());
}

#[test]
fn arithmetic() {
    manual_seed(3);
    for (a, b) in [
        (&[2, 3][..], &[2, 3][..]),
        (&[2, 3], &[3]),
        (&[2, 1, 3], &[2, 1]),
        (&[], &[2]),
        (&[1], &[2, 2]),
    ] {
        check("add", &[random(a), random(b)], true, |x| &x[0] + &x[1]);
        check("sub", &[random(a), random(b)], true, |x| &x[0] - &x[1]);
        check("mul", &[random(a), random(b)], true, |x| &x[0] * &x[1]);
        check("div", &[random(a), positive(b)], true, |x| &x[0] / &x[1]);
        check("pow", &[positive(a), random(b)], true, |x| x[0].pow(&x[1]));
        check("rpow", &[random(b)], true, |x| x[0].rpow(2.5));
        check("maximum", &[random(a), random(b)], true, |x| {
            x[0].maximum(&x[1])
        });
        check("minimum", &[random(a), random(b)], true, |x| {
            x[0].minimum(&x[1])
        });
        check("atan2", &[positive(a), positive(b)], true, |x| {
            x[0].atan2(&x[1])
        });
    }
    check("scalars", &[positive(&[3])], true, |x| {
        1. - (2. / &x[0]) * 3 + x[0].pow(3)
    });
    check(
        "addcmul",
        &[random(&[3]), random(&[3]), random(&[3])],
        true,
        |x| x[0].addcmul(&x[1], &x[2], 0.5),
    );
    check(
        "addcdiv",
        &[random(&[3]), random(&[3]), positive(&[3])],
        true,
        |x| x[0].addcdiv(&x[1], &x[2], 0.5),
    );
    check("lerp", &[random(&[3]), random(&[3])], true, |x| {
        x[0].lerp(&x[1], 0.3)
    });
    check("remainder", &[random(&[4])], true, |x| x[0].remainder(0.7));
    check("one twice", &[random(&[2, 2])], true, |x| &x[0] * &x[0]);
}

#[test]
fn reductions() {
    manual_seed(4);
    for dim in [0, 1, -1] {
        for keepdim in [false, true] {
            let x = || [random(&[2, 3, 2])];
            check("sum_dim", &x(), true, move |x| x[0].sum_dim(dim, keepdim));
            check("mean_dim", &x(), true, move |x| x[0].mean_dim(dim, keepdim));
            check("amax", &x(), true, move |x| x[0].amax(dim, keepdim));
            check("amin", &x(), true, move |x| x[0].amin(dim, keepdim));
            check("max_dim", &x(), true, move |x| x[0].max_dim(dim, keepdim).0);
            check("min_dim", &x(), true, move |x| x[0].min_dim(dim, keepdim).0);
            check("var_dim", &x(), true, move |x| {
                x[0].var_dim(dim, 1., keepdim)
            });
            check("std_dim", &x(), true, move |x| {
                x[0].std_dim(dim, 0., keepdim)
            });
            check("prod_dim", &x(), false, move |x| {
                x[0].prod_dim(dim, keepdim)
            });
            check("logsumexp", &x(), true, move |x| {
                x[0].logsumexp(dim, keepdim)
            });
        }
        check("softmax", &[random(&[2, 3, 2])], true, move |x| {
            x[0].softmax(dim)
        });
        check("log_softmax", &[random(&[2, 3, 2])], true, move |x| {
            x[0].log_softmax(dim)
        });
        check("cumsum", &[random(&[2, 3, 2])], true, move |x| {
            x[0].cumsum(dim)
        });
    }
    check("sum over two", &[random(&[2, 3, 2])], true, |x| {
        x[0].sum_dim([0, 2], false)
    });
    check("var over two", &[random(&[2, 3, 2])], true, |x| {
        x[0].var_dim([0, 2], 1., true)
    });
    check(
        "prod with zeros",
        &[tensor!([2., 0., 3.]).to(DType::F64)],
        false,
        |x| x[0].prod(),
    );
}

#[test]
fn shapes() {
    manual_seed(5);
    let x = || [random(&[2, 3, 4])];
    check("view", &x(), true, |x| x[0].view([-1, 6]).square());
    check("permute", &x(), true, |x| x[0].permute([2, 0, 1]).square());
    check("reshape of a permuted one", &x(), true, |x| {
        x[0].permute([2, 0, 1]).reshape(-1).square()
    });
    check("transpose", &x(), true, |x| x[0].transpose(0, 2).square());
    check("expand", &[random(&[1, 3])], true, |x| {
        x[0].expand([4, 3]).square()
    });
    check("squeeze", &[random(&[1, 3, 1])], true, |x| {
        x[0].squeeze(0).squeeze_all().square()
    });
    check("unsqueeze", &x(), true, |x| x[0].unsqueeze(-1).square());
    check("flatten", &x(), true, |x| x[0].flatten(1, -1).square());
    check("narrow", &x(), true, |x| x[0].narrow(2, 1, 2).square());
    check("select", &x(), true, |x| x[0].select(1, -1).square());
    check("steps", &x(), true, |x| {
        x[0].i((.., .., step(0..4, 2))).square()
    });
    check("part of a permuted one", &x(), true, |x| {
        x[0].permute([2, 0, 1]).i((1..3, 0)).square()
    });
    check("diagonal", &[random(&[3, 4])], true, |x| {
        x[0].diagonal(1).square()
    });
    check("split", &x(), true, |x| {
        Tensor::cat(&x[0].split(2, 1)[1..], 1).square()
    });
    check("unbind", &x(), true, |x| {
        &x[0].unbind(0)[0] * &x[0].unbind(0)[1]
    });
    check("flip", &x(), true, |x| x[0].flip([0, 2]).square());
    check("repeat", &[random(&[2, 2])], true, |x| {
        x[0].repeat([2, 1, 3]).square()
    });
    check("as_strided", &[random(&[6])], true, |x| {
        x[0].as_strided([3, 3], &[1, 1], 1).square()
    });
    check("cat", &[random(&[2, 2]), random(&[2, 3])], true, |x| {
        Tensor::cat(x, 1).square()
    });
    check("stack", &[random(&[2, 2]), random(&[2, 2])], true, |x| {
        Tensor::stack(x, 1).square()
    });
    check("movedim", &x(), true, |x| x[0].movedim(0, 2).square());
}

#[test]
fn picking_and_placing() {
    manual_seed(6);
    let index = tensor!([2, 0, 2]);
    check("index_select", &[random(&[3, 2])], true, move |x| {
        x[0].index_select(0, &index).square()
    });
    let index = tensor!([[0, 1], [1, 1], [0, 0]]);
    check("gather", &[random(&[3, 2])], true, move |x| {
        x[0].gather(1, &index).square()
    });
    let index = tensor!([[0, 1], [1, 0]]);
    let again = index.copy();
    check(
        "scatter",
        &[random(&[3, 2]), random(&[2, 2])],
        true,
        move |x| x[0].scatter(0, &index, &x[1]).square(),
    );
    check(
        "scatter_add",
        &[random(&[3, 2]), random(&[2, 2])],
        true,
        move |x| x[0].scatter_add(0, &again, &x[1]).square(),
    );
    let index = tensor!([1, 1]);
    check(
        "index_add",
        &[random(&[3, 2]), random(&[2, 2])],
        true,
        move |x| x[0].index_add(0, &index, &x[1]).square(),
    );
    let index = tensor!([1, 0]);
    check(
        "index_copy",
        &[random(&[3, 2]), random(&[2, 2])],
        true,
        move |x| x[0].index_copy(0, &index, &x[1]).square(),
    );
    check("advanced", &[random(&[3, 2, 3])], true, |x| {
        x[0].i(([0, 2, 0], .., [1, 1, 2])).square()
    });
    check("mask", &[random(&[3, 2])], true, |x| {
        x[0].i(tensor!([true, false, true])).square()
    });
    check("where", &[random(&[3]), random(&[3])], true, |x| {
        x[0].detach().gt(0).where_(x[0].square(), &x[1] * 3)
    });
    check("masked_fill", &[random(&[3])], true, |x| {
        x[0].masked_fill(&tensor!([true, false, true]), 2).square()
    });
    check("embedding", &[random(&[4, 2])], true, |x| {
        x[0].embedding(&tensor!([[1, 3], [1, 1]])).square()
    });
}

#[test]
fn products() {
    manual_seed(7);
    let shapes: [(&[usize], &[usize]); 8] = [
        (&[2, 3], &[3, 2]),
        (&[3], &[3]),
        (&[2, 3], &[3]),
        (&[3], &[3, 2]),
        (&[2, 2, 3], &[3, 2]),
        (&[2, 2, 3], &[2, 3, 2]),
        (&[2, 1, 2, 3], &[2, 3, 2]),
        (&[3], &[2, 3, 2]),
    ];
    for (a, b) in shapes {
        check(
            &format!("matmul {a:?} {b:?}"),
            &[random(a), random(b)],
            true,
            |x| x[0].matmul(&x[1]),
        );
    }
    let x = [random(&[2, 3]), random(&[4, 3]), random(&[4])];
    check("linear", &x, true, |x| x[0].linear(&x[1], Some(&x[2])));
    check(
        "linear in batches",
        &[random(&[2, 2, 3]), random(&[4, 3])],
        true,
        |x| x[0].linear(&x[1], None),
    );
}

#[test]
fn convolutions_and_pools() {
    manual_seed(8);
    let cases = [
        ([1, 1], [1, 1], [1, 1], 1),
        ([2, 1], [0, 1], [1, 2], 1),
        ([1, 2], [1, 0], [1, 1], 2),
    ];
    for (stride, padding, dilation, groups) in cases {
        let inputs = [
            random(&[2, 2, 4, 5]),
            random(&[2, 2 / groups, 2, 3]),
            random(&[2]),
        ];
        check("conv2d", &inputs, true, move |x| {
            x[0].conv2d(
                &x[1],
                Some(&x[2]),
                Conv2dOptions {
                    stride,
                    padding,
                    dilation,
                    groups,
                },
            )
        });
    }
    let pointwise = Conv2dOptions::default();
    check(
        "conv2d 1x1",
        &[random(&[2, 3, 2, 2]), random(&[2, 3, 1, 1])],
        true,
        move |x| x[0].conv2d(&x[1], None, pointwise),
    );
    let pool = Pool2dOptions::new(2).stride(1).padding(1);
    check("max_pool2d", &[random(&[1, 2, 3, 4])], true, move |x| {
        x[0].max_pool2d(pool).square()
    });
    check("avg_pool2d", &[random(&[1, 2, 3, 4])], true, move |x| {
        x[0].avg_pool2d(pool).square()
    });
    check("adaptive_avg_pool2d", &[random(&[1, 2, 5, 4])], true, |x| {
        x[0].adaptive_avg_pool2d([2, 3]).square()
    });
    check(
        "adaptive_avg_pool2d to 1",
        &[random(&[1, 2, 3, 4])],
        true,
        |x| x[0].adaptive_avg_pool2d([1, 1]).square(),
    );
}

#[test]
fn normalizations() {
    manual_seed(9);
    let inputs = || [random(&[3, 2, 2, 2]), positive(&[2]), random(&[2])];
    check("batch_norm", &inputs(), true, |x| {
        x[0].batch_norm(None, None, Some(&x[1]), Some(&x[2]), true, 0.1, 1e-5)
    });
    check("batch_norm without scale", &inputs()[..1], true, |x| {
        x[0].batch_norm(None, None, None, None, true, 0.1, 1e-5)
    });
    let (mean, var) = (random(&[2]), positive(&[2]));
    check("batch_norm in eval", &inputs(), true, move |x| {
        x[0].batch_norm(
            Some(&mean),
            Some(&var),
            Some(&x[1]),
            Some(&x[2]),
            false,
            0.1,
            1e-5,
        )
    });
    let inputs = [random(&[3, 4]), positive(&[4]), random(&[4])];
    check("layer_norm", &inputs, true, |x| {
        x[0].layer_norm(4, Some(&x[1]), Some(&x[2]), 1e-5)
    });
}

#[test]
fn losses() {
    manual_seed(10);
    let classes = tensor!([0, 2, 1]);
    let (again, third) = (classes.copy(), classes.copy());
    check("cross_entropy", &[random(&[3, 4])], true, move |x| {
        x[0].cross_entropy(&classes)
    });
    check("nll_loss", &[random(&[3, 4])], true, move |x| {
        x[0].log_softmax(1).nll_loss(&again)
    });
    let pixels = tensor!([[[0, 1], [2, 0]]]);
    check(
        "nll_loss of pixels",
        &[random(&[1, 3, 2, 2])],
        true,
        move |x| x[0].log_softmax(1).nll_loss(&pixels),
    );
    let options = ClassLossOptions {
        label_smoothing: 0.1,
        ignore_index: 2,
        ..Default::default()
    };
    check("smoothed", &[random(&[3, 4])], true, move |x| {
        x[0].cross_entropy_with(&third, &options)
    });
    check("mse_loss", &[random(&[3, 2]), random(&[3, 2])], true, |x| {
        x[0].mse_loss(&x[1])
    });
    check("l1_loss", &[random(&[3, 2]), random(&[3, 2])], true, |x| {
        x[0].l1_loss(&x[1])
    });
    check(
        "bce with logits",
        &[random(&[4]), positive(&[4])],
        true,
        |x| x[0].binary_cross_entropy_with_logits(&x[1]),
    );
    let share = |shape: &[usize]| Tensor::rand_with(shape, DType::F64) * 0.8 + 0.1;
    check("bce", &[share(&[4]), share(&[4])], true, |x| {
        x[0].binary_cross_entropy(&x[1])
    });
}

#[test]
fn in_place_operations_and_views() {
    manual_seed(11);
    check("in place", &[random(&[3]), random(&[3])], true, |x| {
        let y = &x[0] * 2;
        y.mul_(&x[1]);
        y.sin_();
        y
    });
    check(
        "through a view",
        &[random(&[3, 3]), random(&[2])],
        true,
        |x| {
            let y = &x[0] * 2;
            let part = y.i((1, 0..2));
            part.mul_(&x[1]);
            &y * &y + part.sum()
        },
    );
    check(
        "through a view of a view",
        &[random(&[3, 3]), random(&[3])],
        true,
        |x| {
            let y = x[0].copy();
            let column = y.t().i(1);
            column.copy_(&x[1]);
            column.exp_();
            y.square()
        },
    );
    check("assignment", &[random(&[3, 3]), random(&[2])], true, |x| {
        let y = x[0].copy();
        y.set(([0, 2], 1), &x[1]);
        y.square()
    });
    check("fill_", &[random(&[3])], true, |x| {
        let y = &x[0] * 2;
        y.i(0).fill_(1.5);
        y.set(1, 0.5);
        y.square() + x[0].filled(3.) * &x[0]
    });
    check("uniform_ and normal_", &[random(&[3])], true, |x| {
        let y = &x[0] * 2;
        y.i(0).uniform_(0.5, 0.5);
        y.i(1).normal_(2., 0.);
        y.square()
    });
    check("shapes changed in place", &[random(&[2, 3])], true, |x| {
        let y = &x[0] * 2;
        y.unsqueeze_(0).squeeze_dim_(0).unsqueeze_(2).squeeze_all_();
        y.unsqueeze_(0).unsqueeze_(0).squeeze_([0, 1]);
        y.t_().transpose_(0, 1);
        y.square()
    });
    check("all of it", &[random(&[3])], true, |x| {
        x[0].i(wick::tensor::Ellipsis).square()
    });
    check("one by one", &[random(&[3, 2])], true, |x| {
        let (rows, parts) = (x[0].unbind(0), x[0].split_sizes(&[1, 2], 0));
        &rows[0] * &rows[2] + parts[1].square().sum()
    });
    check("zero_", &[random(&[3])], true, |x| {
        let y = &x[0] * 2;
        y.i(0).zero_();
        y.square()
    });
}
