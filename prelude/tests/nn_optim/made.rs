//! Tensors of modules that are made of others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wick::nn::utils::parametrize::{
    Parametrization, is_parametrized, register_parametrization, remove_parametrizations,
    set_parametrized,
};
use wick::nn::utils::{
    parametrizations, remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm,
};
use wick::optim::Optimizer;
use wick::prelude::*;

use super::{check, seeded};

const TOLERANCE: f64 = 5e-6;

/// Three steps of training with a tensor that is made, and what is left when it is not made any more.
fn made<M: Module + std::fmt::Display>(
    name: &str,
    make: impl FnOnce() -> M,
    forward: impl Fn(&M, &Tensor) -> Tensor,
    own: impl Fn(&M) -> Tensor,
    apply: impl FnOnce(&M),
    remove: impl FnOnce(&M),
    shape: &[usize],
) {
    seeded(8, || {
        let module = make();
        apply(&module);
        let names = |module: &M| module.state_dict().keys().map(str::to_owned).collect();
        let mut keys: Vec<String> = names(&module);
        let mut text = format!("{module} {}", keys.join(" "));
        if name.ends_with("eval") {
            module.eval();
        }
        let optimizer = wick::optim::SGD::new(module.parameters(), 0.1);
        let mut found = Vec::new();
        for _ in 0..3 {
            let y = forward(&module, &Tensor::randn(shape));
            optimizer.zero_grad();
            y.sin().sum().backward();
            found.push(y);
            optimizer.step();
        }
        found.extend(module.parameters().iter().filter_map(Tensor::grad));
        found.extend(module.buffers().iter().map(|buffer| buffer.detach().copy()));
        module.eval();
        forward(&module, &Tensor::randn(shape));
        let weight = own(&module);
        let node = weight
            .grad_fn()
            .map_or("leaf".to_owned(), |node| node.name().to_string());
        found.push(weight.detach().copy());
        remove(&module);
        assert!(own(&module).is_leaf() && own(&module).requires_grad());
        keys = names(&module);
        keys.sort();
        text += &format!(" {node} {module} {}", keys.join(" "));
        found.push(own(&module));
        // Inverses and exponentials of batches magnify the last digits.
        let tolerance = match name.starts_with("orthogonal") {
            true => 4. * TOLERANCE,
            false => TOLERANCE,
        };
        check(&format!("made {name}"), &found, Some(text), tolerance);
    });
}

/// What a call says when it fails.
fn refused<T>(f: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).err().unwrap();
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

macro_rules! of_weight {
    ($name:expr, $make:expr, $shape:expr, $apply:expr, $remove:expr) => {
        made(
            &$name,
            || $make,
            |m, x| m.forward(x),
            |m| m.weight.clone(),
            $apply,
            $remove,
            &$shape,
        )
    };
}

macro_rules! forms {
    ($name:literal, $make:expr, $shape:expr, [$($dim:expr),+]) => {
        for dim in [None, $(Some($dim)),+] {
            let shown = dim.map_or("None".to_owned(), |dim: i64| dim.to_string());
            of_weight!(
                format!("weight_norm {} {shown}", $name),
                $make,
                $shape,
                |m| { weight_norm(m, "weight", dim); },
                |m| { remove_weight_norm(m, "weight"); }
            );
        }
        of_weight!(
            format!("weight_norm new {}", $name),
            $make,
            $shape,
            |m| { parametrizations::weight_norm(m, "weight", Some(0)); },
            |m| { remove_parametrizations(m, "weight", true); }
        );
        of_weight!(
            format!("spectral_norm {}", $name),
            $make,
            $shape,
            |m| { spectral_norm(m, "weight", 1, 1e-12, None); },
            |m| { remove_spectral_norm(m, "weight"); }
        );
        of_weight!(
            format!("spectral_norm new {}", $name),
            $make,
            $shape,
            |m| { parametrizations::spectral_norm(m, "weight", 1, 1e-12, None); },
            |m| { remove_parametrizations(m, "weight", true); }
        );
    };
}

#[test]
fn lengths_directions_and_singular_values() {
    forms!("linear", Linear::new(3, 4), [2, 3], [0, 1]);
    forms!("conv", Conv2d::new(2, 3, 2), [1, 2, 3, 3], [0, 1, 2]);
    forms!(
        "transposed",
        nn::ConvTranspose1d::new(3, 2, 2),
        [1, 3, 4],
        [0, 1, 2]
    );
}

macro_rules! orthogonal {
    ($name:literal, $make:expr, $shape:expr) => {
        for (shown, map, based) in [
            ("None", None, true),
            ("matrix_exp", Some("matrix_exp"), true),
            ("cayley", Some("cayley"), true),
            ("householder", Some("householder"), true),
            ("free", Some("householder"), false),
        ] {
            of_weight!(
                format!("orthogonal {} {shown}", $name),
                $make,
                $shape,
                |m| {
                    parametrizations::orthogonal(m, "weight", map, based);
                },
                |m| {
                    remove_parametrizations(m, "weight", true);
                }
            );
        }
    };
}

#[test]
fn orthonormal_columns_and_rows() {
    orthogonal!("tall", Linear::new(3, 4), [2, 3]);
    orthogonal!("wide", Linear::new(4, 3), [2, 4]);
    orthogonal!("square", Linear::new(3, 3), [2, 3]);
    of_weight!(
        "orthogonal batch",
        Conv1d::new(3, 4, 2),
        [2, 3, 5],
        |m| {
            parametrizations::orthogonal(m, "weight", None, true);
        },
        |m| {
            remove_parametrizations(m, "weight", true);
        }
    );
    seeded(21, || {
        let fc = Linear::new(3, 3);
        parametrizations::orthogonal(&fc, "weight", Some("cayley"), true);
        let value = Tensor::arange(0., 9., 1.).view([3, 3]) + Tensor::eye(3);
        set_parametrized(&fc, "weight", &wick::linalg::qr(&value).0);
        let mut found = vec![fc.weight.detach()];
        found.extend(fc.buffers());
        found.push(
            fc.get_parameter("parametrizations.weight.original")
                .unwrap(),
        );
        check("orthogonal set", &found, None, TOLERANCE);
    });
    assert_eq!(
        refused(|| {
            parametrizations::orthogonal(&Linear::new(2, 3), "weight", Some("qr"), true);
        }),
        "orthogonal_map has to be one of \"matrix_exp\", \"cayley\", \"householder\". Got: qr"
    );
    assert_eq!(
        refused(|| {
            parametrizations::orthogonal(&Linear::new(2, 3), "bias", None, true);
        }),
        "Expected a matrix or batch of matrices. Got a tensor of 1 dimensions."
    );
    assert_eq!(
        refused(|| {
            parametrizations::orthogonal(&Linear::new(2, 3), "weight", Some("cayley"), false);
        }),
        "It is not possible to assign to the matrix exponential or the Cayley parametrizations when \
         use_trivialization=False."
    );
}

#[test]
fn a_block_makes_them_once() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use wick::nn::utils::parametrize::cached;
    static MADE: AtomicUsize = AtomicUsize::new(0);
    struct Counted;
    impl Parametrization for Counted {
        fn forward(&self, originals: &[Tensor], _: bool) -> wick::Result<Tensor> {
            MADE.fetch_add(1, Ordering::Relaxed);
            originals[0].try_mul(2)
        }
    }
    let fc = Linear::new(2, 2);
    register_parametrization(&fc, "weight", Counted);
    let calls = |count: usize| {
        let before = MADE.load(Ordering::Relaxed);
        (0..count).for_each(|_| drop(fc.forward(&Tensor::ones([1, 2]))));
        MADE.load(Ordering::Relaxed) - before
    };
    assert_eq!(calls(3), 3);
    assert_eq!(cached(|| calls(2) + cached(|| calls(2)) + calls(1)), 1);
    assert_eq!((cached(|| calls(2)), calls(2)), (1, 2));
    // A panic ends the block too.
    let _ = catch_unwind(AssertUnwindSafe(|| cached(|| panic!("no more"))));
    assert_eq!(calls(2), 2);
}

#[test]
fn choices_and_other_tensors() {
    of_weight!(
        "spectral_norm eval",
        Linear::new(3, 4),
        [2, 3],
        |m| {
            spectral_norm(m, "weight", 3, 1e-3, Some(1));
        },
        |m| {
            remove_spectral_norm(m, "weight");
        }
    );
    of_weight!(
        "spectral_norm new all",
        Conv2d::new(2, 3, 2),
        [1, 2, 3, 3],
        |m| {
            parametrizations::spectral_norm(m, "weight", 2, 1e-12, Some(-1));
        },
        |m| {
            remove_parametrizations(m, "weight", true);
        }
    );
    made(
        "spectral_norm new bias",
        || Linear::new(3, 4),
        |m, x| m.forward(x),
        |m| m.bias.clone().unwrap(),
        |m| {
            parametrizations::spectral_norm(m, "bias", 1, 1e-12, None);
        },
        |m| {
            remove_parametrizations(m, "bias", true);
        },
        &[2, 3],
    );
    made(
        "weight_norm lstm",
        || nn::LSTM::new(3, 2),
        |m, x| m.forward(x).0,
        |m| {
            m.get_parameter("weight_hh_l0").unwrap_or_else(|| {
                let mut members = nn::Members::default();
                m.members(&mut members);
                members.tensor("weight_hh_l0").unwrap()
            })
        },
        |m| {
            weight_norm(m, "weight_hh_l0", Some(0));
        },
        |m| {
            remove_weight_norm(m, "weight_hh_l0");
        },
        &[4, 1, 3],
    );
}

struct Symmetric;

impl Parametrization for Symmetric {
    fn forward(&self, originals: &[Tensor], _: bool) -> wick::Result<Tensor> {
        let x = &originals[0];
        Ok(x.triu(0) + x.triu(1).t())
    }

    fn right_inverse(&self, value: &Tensor) -> wick::Result<Option<Vec<Tensor>>> {
        Ok(Some(vec![value.triu(0)]))
    }
}

struct Halved;

impl Parametrization for Halved {
    fn forward(&self, originals: &[Tensor], _: bool) -> wick::Result<Tensor> {
        Ok(&originals[0] / 2)
    }
}

struct First;

impl Parametrization for First {
    fn forward(&self, originals: &[Tensor], _: bool) -> wick::Result<Tensor> {
        originals[0].try_narrow(0, 0, 1)
    }
}

#[test]
fn parametrizations_of_ones_own() {
    of_weight!(
        "symmetric",
        Linear::new(3, 3),
        [2, 3],
        |m| {
            register_parametrization(m, "weight", Symmetric);
            register_parametrization(m, "weight", Halved);
        },
        |m| {
            remove_parametrizations(m, "weight", true);
        }
    );
    let fc = Linear::new(3, 3);
    let before = fc.weight.detach().copy();
    register_parametrization(&fc, "weight", Symmetric);
    assert!(is_parametrized(&fc, Some("weight")) && is_parametrized(&fc, None));
    assert!(!is_parametrized(&fc, Some("bias")));
    let value = tensor!([[1., 2., 3.], [2., 4., 5.], [3., 5., 6.]]);
    set_parametrized(&fc, "weight", &value);
    assert_eq!(fc.weight.detach().to_vec2::<f32>(), value.to_vec2::<f32>());
    remove_parametrizations(&fc, "weight", false);
    assert_eq!(
        fc.weight.detach().to_vec2::<f32>(),
        value.triu(0).to_vec2::<f32>()
    );
    assert!(!is_parametrized(&fc, None));
    assert_ne!(before.to_vec2::<f32>(), value.to_vec2::<f32>());
}

#[test]
fn states_of_both_forms_go_together() {
    let (old, new) = (Linear::new(3, 2), Linear::new(3, 2));
    weight_norm(&old, "weight", Some(0));
    parametrizations::weight_norm(&new, "weight", Some(0));
    let net = Sequential::new((new, ReLU::new()));
    let state: nn::StateDict = old
        .state_dict()
        .into_iter()
        .map(|(name, tensor)| (format!("0.{name}"), tensor))
        .collect();
    net.load_state_dict(&state).unwrap();
    let x = Tensor::rand([4, 3]);
    let (expected, found) = (old.forward(&x).relu(), net.forward(&x));
    assert_eq!(
        found.detach().to_vec2::<f32>(),
        expected.detach().to_vec2::<f32>()
    );
    net.double();
    assert_eq!(net.forward(&x.double()).dtype(), DType::F64);
    let missing = net
        .load_state_dict(&nn::StateDict::default())
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("\"0.bias\", \"0.parametrizations.weight.original0\""),
        "{missing}"
    );
}

#[test]
fn what_was_recorded_before_a_call_stays_right() {
    let fc = Linear::new(2, 2).bias(false);
    parametrizations::spectral_norm(&fc, "weight", 1, 1e-12, None);
    let (a, b) = (tensor!([[1., 2.]]), tensor!([[-3., 0.5]]));
    let original = fc
        .get_parameter("parametrizations.weight.original")
        .unwrap();
    let loss = |x: &Tensor| fc.forward(x).square().sum();
    fc.eval();
    loss(&a).backward();
    let first = original.grad().unwrap().copy();
    original.zero_grad();
    loss(&b).backward();
    let second = original.grad().unwrap().copy();
    original.zero_grad();
    // Both calls before both backward passes.
    let (one, two) = (loss(&a), loss(&b));
    (one + two).backward();
    let both = original.grad().unwrap();
    assert!((both - (first + second)).abs().max().item::<f32>() < 1e-5);
}

#[test]
fn what_makes_no_sense_is_refused_in_pytorchs_words() {
    let fc = || Linear::new(3, 2);
    let shown = "Linear(in_features=3, out_features=2, bias=True)";
    let cases = [
        (
            refused(|| {
                let fc = fc();
                weight_norm(&fc, "weight", Some(0));
                weight_norm(&fc, "weight", Some(0));
            }),
            "Cannot register two weight_norm hooks on the same parameter weight".to_owned(),
        ),
        (
            refused(|| { weight_norm(&fc(), "foo", Some(0)); }),
            "'Linear' object has no attribute 'foo'".to_owned(),
        ),
        (
            refused(|| { remove_weight_norm(&fc(), "weight"); }),
            format!("weight_norm of 'weight' not found in {shown}"),
        ),
        (
            refused(|| { remove_spectral_norm(&fc(), "weight"); }),
            format!("spectral_norm of 'weight' not found in {shown}"),
        ),
        (
            refused(|| { spectral_norm(&fc(), "weight", 0, 1e-12, None); }),
            "Expected n_power_iterations to be positive, but got n_power_iterations=0".to_owned(),
        ),
        (
            refused(|| { parametrizations::weight_norm(&fc(), "foo", Some(0)); }),
            format!(
                "Module '{shown}' does not have a parameter, a buffer, or a parametrized element with name 'foo'"
            ),
        ),
        (
            refused(|| { parametrizations::spectral_norm(&fc(), "foo", 1, 1e-12, None); }),
            format!("Module '{shown}' has no parameter or buffer with name 'foo'"),
        ),
        (
            refused(|| { parametrizations::spectral_norm(&fc(), "weight", 1, 1e-12, Some(4)); }),
            "Dimension out of range (expected to be in range of [-2, 1] but got 4)".to_owned(),
        ),
        (
            refused(|| { remove_parametrizations(&fc(), "weight", true); }),
            format!("Module {shown} does not have a parametrization on weight"),
        ),
        (
            refused(|| {
                let fc = fc();
                parametrizations::weight_norm(&fc, "weight", Some(0));
                remove_parametrizations(&fc, "weight", false);
            }),
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence \
             of tensors."
                .to_owned(),
        ),
        (
            refused(|| { register_parametrization(&Linear::new(3, 3), "weight", First); }),
            "Registering a parametrization may not change the shape of the tensor, unless `unsafe` flag is \
             enabled.\nunparametrized shape: torch.Size([3, 3])\nparametrized shape: torch.Size([1, 3])"
                .to_owned(),
        ),
        (
            refused(|| {
                let fc = fc();
                register_parametrization(&fc, "weight", Halved);
                set_parametrized(&fc, "weight", &Tensor::zeros([2, 3]));
            }),
            "parametrization Halved does not implement right_inverse.".to_owned(),
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}
