//! The tape: leaves, accumulation, views, in-place operations, second derivatives, messages.

use wick::autograd::{GradOptions, grad_with};
use wick::prelude::*;

#[path = "autograd/anomalies.rs"]
mod anomalies;
#[path = "autograd/checkpoints.rs"]
mod checkpoints;
#[path = "autograd/checks.rs"]
mod checks;
#[path = "autograd/custom.rs"]
mod custom;
#[path = "autograd/derivatives.rs"]
mod derivatives;
#[path = "autograd/hooks.rs"]
mod hooks;
#[path = "autograd/modes.rs"]
mod modes;

/// What an operation says when it fails.
fn error<T>(result: wick::Result<T>) -> String {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn gradients_accumulate_in_leaves() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    for _ in 0..2 {
        (&x * &x).sum().backward();
    }
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [4., 8.]);
    x.zero_grad();
    assert!(x.grad().is_none());
}

#[test]
fn a_result_keeps_its_gradient_on_request() {
    let a = Tensor::rand([3, 4]).requires_grad_(true);
    let x = Tensor::rand([4, 1]).requires_grad_(true);
    let y = a.matmul(&x);
    y.retain_grad();
    y.sum().backward();
    let g = y.grad().unwrap();
    assert_eq!(g.to_vec2::<f32>(), [[1.], [1.], [1.]]);
    assert!(a.t().matmul(&g).eq(x.grad().unwrap()).all().item::<bool>());
}

#[test]
fn nodes_have_pytorchs_names() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    assert_eq!(
        format!("{}", &x + 1),
        "tensor([2., 3.], grad_fn=<AddBackward0>)"
    );
    assert_eq!(x.sin().sum().grad_fn().unwrap().name(), "SumBackward0");
    let chain = x.exp().grad_fn().unwrap();
    assert_eq!(
        chain.next_functions()[0].as_ref().unwrap().name(),
        "AccumulateGrad"
    );
}

#[test]
fn an_in_place_operation_through_a_view_is_on_the_tape() {
    let x = tensor!([1., 2., 3.]).requires_grad_(true);
    let y = &x * 2;
    let view = y.i(0..2);
    view.mul_(tensor!([10., 100.]));
    assert_eq!(y.grad_fn().unwrap().name(), "CopySlices");
    assert_eq!(view.grad_fn().unwrap().name(), "AsStridedBackward0");
    (&y * &y).sum().backward();
    // y = [20 x0, 200 x1, 2 x2]
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [800., 160000., 24.]);
}

#[test]
fn what_an_in_place_operation_overwrites_is_kept_for_its_own_derivative() {
    let x = tensor!([3.]).requires_grad_(true);
    let w = tensor!([5.]).requires_grad_(true);
    let y = &x * 1;
    y.mul_(&w);
    y.sum().backward();
    assert_eq!(
        (
            x.grad().unwrap().item::<f32>(),
            w.grad().unwrap().item::<f32>()
        ),
        (5., 3.)
    );
}

#[test]
fn a_value_that_was_overwritten_is_an_error_and_not_a_wrong_gradient() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = x.exp();
    y.add_(1);
    let error = y.sum().try_backward().unwrap_err().to_string();
    assert!(
        error.starts_with(
            "one of the variables needed for gradient computation has been modified by an inplace operation: \
             [torch.FloatTensor [2]], which is output 0 of Exp, is at version 1; expected version 0 instead."
        ),
        "{error}"
    );
}

#[test]
fn leaves_may_not_be_changed_while_recording() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    assert_eq!(
        x.try_add_(1).unwrap_err().to_string(),
        "a leaf Variable that requires grad is being used in an in-place operation."
    );
    assert_eq!(
        x.i(0).try_add_(1).unwrap_err().to_string(),
        "a view of a leaf Variable that requires grad is being used in an in-place operation."
    );
    no_grad(|| x.add_(1));
    assert_eq!(x.to_vec1::<f32>(), [2., 3.]);
}

#[test]
fn a_graph_is_walked_once_unless_it_is_retained() {
    let x = tensor!([2.]).requires_grad_(true);
    let y = x.exp().sum();
    y.backward_options(None, true, false);
    y.backward();
    let error = y.try_backward().unwrap_err().to_string();
    assert!(
        error.starts_with("Trying to backward through the graph a second time"),
        "{error}"
    );
    // Addition saves nothing, so its graph can be walked again, as in PyTorch.
    let z = (&x + 1).sum();
    z.backward();
    z.backward();
}

#[test]
fn derivatives_can_be_differentiated() {
    let x = tensor!([1., 2., 3.]).requires_grad_(true);
    let y = x.pow(3).sum();
    let options = GradOptions {
        create_graph: true,
        ..Default::default()
    };
    let first = grad_with(&[&y], &[&x], &[None], options).unwrap()[0]
        .clone()
        .unwrap();
    assert_eq!(first.to_vec1::<f32>(), [3., 12., 27.]);
    let second = grad(&[&first.sum()], &[&x]);
    assert_eq!(second[0].to_vec1::<f32>(), [6., 12., 18.]);
    assert!(x.grad().is_none());
}

#[test]
fn gradients_of_results_do_not_touch_leaves() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 3;
    let z = (&y * &y).sum();
    let g = grad(&[&z], &[&y]);
    assert_eq!(g[0].to_vec1::<f32>(), [6., 12.]);
    assert!(x.grad().is_none());
}

#[test]
fn leaves_that_share_a_gradient_do_not_share_its_numbers() {
    let a = tensor!([1.]).requires_grad_(true);
    let b = tensor!([1.]).requires_grad_(true);
    (&a + &b).sum().backward();
    a.grad().unwrap().zero_();
    assert_eq!(b.grad().unwrap().item::<f32>(), 1.);
}

#[test]
fn deep_graphs_do_not_overflow_the_stack() {
    let run = || {
        let x = tensor!([1.]).requires_grad_(true);
        let mut y = &x + 0;
        for _ in 0..100_000 {
            y = 0 + y;
        }
        y.sum().backward();
        assert_eq!(x.grad().unwrap().item::<f32>(), 1.);
        let mut z = &x * 1;
        for _ in 0..100_000 {
            z = z.sin();
        }
        drop(z);
    };
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn hooks_see_and_replace_gradients() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 2;
    y.register_hook(|g| Some(g * 10));
    x.register_hook(|g| Some(g + 1));
    y.sum().backward();
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [21., 21.]);
}

#[test]
fn nothing_is_recorded_in_no_grad() {
    let x = tensor!([1.]).requires_grad_(true);
    assert!(!no_grad(|| &x * 2).requires_grad());
    assert!((&x * 2).requires_grad());
    assert!(!x.detach().requires_grad() && x.detach().shares_storage(&x));
}

#[test]
fn messages_say_what_backward_needs() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    assert_eq!(
        (&x * 2).try_backward().unwrap_err().to_string(),
        "grad can be implicitly created only for scalar outputs"
    );
    assert_eq!(
        tensor!([1.]).try_backward().unwrap_err().to_string(),
        "element 0 of tensors does not require grad and does not have a grad_fn"
    );
    assert_eq!(
        tensor!([1])
            .try_requires_grad_(true)
            .unwrap_err()
            .to_string(),
        "only Tensors of floating point dtype can require gradients"
    );
}
