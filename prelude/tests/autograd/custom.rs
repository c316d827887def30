//! Operations with a derivative of their own.

use super::error;
use std::sync::atomic::{AtomicUsize, Ordering};
use wick::autograd::*;
use wick::prelude::*;

struct Cube;

impl Function for Cube {
    type Output = Tensor;

    fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> Tensor {
        ctx.save_for_backward(&[&inputs[0]]);
        inputs[0].pow(3)
    }

    fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
        vec![Some(&gradients[0] * 3 * ctx.saved_tensors()[0].square())]
    }
}

#[test]
fn a_custom_function_can_be_differentiated_twice() {
    let x = tensor!([0.5, -2.]).to(DType::F64).requires_grad_(true);
    let f = |x: &[Tensor]| Cube.apply(&[&x[0]]);
    assert!(gradcheck(f, &[&x], Default::default()));
    assert!(gradgradcheck(f, &[&x], None, Default::default()));
    assert_eq!(
        Cube.apply(&[&x]).to_string(),
        "tensor([ 0.1250, -8.0000], dtype=torch.float64, grad_fn=<CubeBackward>)"
    );
    assert!(!Cube.apply(&[&x.detach()]).requires_grad());
}

/// The exponential, saved as an output, and the argument doubled.
struct ExpAndTwice<'a>(&'a AtomicUsize);

impl Function for ExpAndTwice<'static> {
    type Output = (Tensor, Tensor);

    fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> (Tensor, Tensor) {
        let exp = inputs[0].exp();
        ctx.save_for_backward(&[&exp]);
        (exp, &inputs[0] * 2)
    }

    fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        vec![Some(
            &gradients[0] * &ctx.saved_tensors()[0] + &gradients[1] * 2,
        )]
    }
}

#[test]
fn two_outputs_share_a_node() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let x = tensor!([0.5, -2.]).to(DType::F64).requires_grad_(true);
    let f = |x: &[Tensor]| ExpAndTwice(&CALLS).apply(&[&x[0]]);
    assert!(gradcheck(f, &[&x], Default::default()));
    assert!(gradgradcheck(f, &[&x], None, Default::default()));
    let (exp, twice) = ExpAndTwice(&CALLS).apply(&[&x]);
    assert_eq!(exp.grad_fn(), twice.grad_fn());
    assert_eq!(exp.grad_fn().unwrap().name(), "ExpAndTwiceBackward");
    assert_eq!((exp.output_nr(), twice.output_nr()), (0, 1));
    let before = CALLS.load(Ordering::Relaxed);
    (&exp + &twice).sum().backward();
    assert_eq!(CALLS.load(Ordering::Relaxed), before + 1);
}

struct Largest;

impl Function for Largest {
    type Output = [Tensor; 2];

    fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> [Tensor; 2] {
        let (scaled, mask) = (&inputs[0] * 2, &inputs[0] * 3);
        ctx.mark_non_differentiable(&[&mask]);
        [scaled, mask]
    }

    fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
        assert_eq!(ctx.needs_input_grad(), [true, false]);
        assert_eq!(gradients[1].to_vec1::<f32>(), [0., 0.]);
        vec![Some(&gradients[0] * 2), None]
    }
}

#[test]
fn outputs_without_a_gradient_are_no_part_of_the_graph() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let [scaled, mask] = Largest.apply(&[&x, &tensor!([1.])]);
    assert!(scaled.requires_grad() && !mask.requires_grad());
    scaled.sum().backward();
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [2., 2.]);
}

struct Wrong(usize);

impl Function for Wrong {
    type Output = Tensor;

    fn forward(&self, _: &mut FunctionCtx, inputs: &[Tensor]) -> Tensor {
        inputs[0].clone()
    }

    fn backward(&self, _: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
        match self.0 {
            0 => vec![Some(gradients[0].clone()), Some(gradients[0].clone())],
            1 => vec![Some(Tensor::ones([5]))],
            _ => vec![Some(&gradients[0] * 3), None],
        }
    }
}

#[test]
fn mistakes_are_told_in_pytorchs_words() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    assert_eq!(
        error(Wrong(0).apply(&[&x]).sum().try_backward()),
        "function WrongBackward returned an incorrect number of gradients (expected 1, got 2)"
    );
    assert_eq!(
        error(Wrong(1).apply(&[&x]).sum().try_backward()),
        "Function WrongBackward returned an invalid gradient at index 0 - got [5] but expected shape compatible with [2]"
    );
    // Superfluous nothings are forgiven, and an input that is returned becomes an output.
    let y = Wrong(2).apply(&[&x]);
    assert!(x.is_leaf() && y.shares_storage(&x));
    y.sum().backward();
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [3., 3.]);
}

#[test]
fn saved_tensors_are_watched() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 1;
    let z = Cube.apply(&[&y]);
    y.add_(1);
    assert!(error(z.sum().try_backward()).contains("modified by an inplace operation"));
}
