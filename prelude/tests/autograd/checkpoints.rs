//! Functions whose intermediate results are computed again.

use super::error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wick::autograd::*;
use wick::prelude::*;

#[test]
fn a_checkpoint_gives_the_same_gradients_and_runs_twice() {
    let calls = Arc::new(AtomicUsize::new(0));
    let w = Tensor::randn([3, 3]).requires_grad_(true);
    let x = Tensor::randn([2, 3]).requires_grad_(true);
    let f = |x: &Tensor, w: &Tensor| x.matmul(w).tanh().exp().matmul(w).sin();
    let plain = grad(&[&f(&x, &w).sum()], &[&x, &w]);
    let (counted, inner) = (calls.clone(), w.clone());
    let y = checkpoint(
        move |x| {
            counted.fetch_add(1, Ordering::Relaxed);
            f(x, &inner)
        },
        &x,
    );
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(y.grad_fn().unwrap().name(), "SinBackward0");
    y.sum().backward();
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    assert_eq!(x.grad().unwrap().to_vec::<f32>(), plain[0].to_vec::<f32>());
    assert_eq!(w.grad().unwrap().to_vec::<f32>(), plain[1].to_vec::<f32>());
}

#[test]
fn checkpoints_can_be_nested_and_differentiated_twice() {
    let x = tensor!([0.3, -0.7]).to(DType::F64).requires_grad_(true);
    let f = |x: &[Tensor]| {
        checkpoint(
            |x| {
                let y = checkpoint(|x| x.sin().exp(), &x.square());
                y.tanh() * x
            },
            &x[0],
        )
    };
    assert!(gradcheck(f, &[&x], Default::default()));
    assert!(gradgradcheck(f, &[&x], None, Default::default()));
}

#[test]
fn in_place_operations_inside_a_checkpoint_are_right_again() {
    let x = tensor!([0.3, -0.7]).to(DType::F64).requires_grad_(true);
    let f = |x: &[Tensor]| {
        checkpoint_with(
            |x| {
                let y = &x[0] * 2;
                y.sin_();
                y.mul_(&x[0]);
                [y.exp(), y.cos()]
            },
            &[&x[0]],
            CheckpointOptions::default(),
        )
        .unwrap()
    };
    assert!(gradcheck(f, &[&x], Default::default()));
}

#[test]
fn what_is_kept_is_little() {
    // A tensor that the function made lives only as long as the function runs.
    let made: Arc<std::sync::Mutex<Vec<Tensor>>> = Arc::default();
    let probe = made.clone();
    let x = Tensor::ones([4]).requires_grad_(true);
    let y = checkpoint(
        move |x| {
            let inside = x * 2;
            probe.lock().unwrap().push(inside.detach());
            inside.exp()
        },
        &x,
    );
    let alone = |tensor: &Tensor| tensor.to_candle().is_ok();
    assert!(alone(&made.lock().unwrap()[0]));
    y.sum().backward_options(None, true, false);
    y.sum().backward_options(None, true, false);
    // Once forwards, and once for each of the two backward passes.
    assert_eq!(made.lock().unwrap().len(), 3);
}

#[test]
fn a_function_that_does_something_else_again_is_noticed() {
    let calls = Arc::new(AtomicUsize::new(0));
    let again = calls.clone();
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = checkpoint(
        move |x| match again.fetch_add(1, Ordering::Relaxed) {
            0 => (x * 1).exp(),
            _ => (x * 1).exp().exp(),
        },
        &x,
    );
    assert!(
        error(y.sum().try_backward()).starts_with(
            "torch.utils.checkpoint: A different number of tensors was saved during the original forward and \
             recomputation.\nNumber of tensors saved during forward: "
        )
    );
    let calls = Arc::new(AtomicUsize::new(0));
    let y = checkpoint(
        move |x| match calls.fetch_add(1, Ordering::Relaxed) {
            0 => (x * 1).exp(),
            _ => Tensor::cat(&[x, x], 0).exp(),
        },
        &x,
    );
    let text = error(y.sum().try_backward());
    assert!(text.starts_with("torch.utils.checkpoint: "), "{text}");
}
