//! `gradcheck` and `gradgradcheck` themselves: that they find what is wrong, in PyTorch's words.

use super::error;
use wick::autograd::*;
use wick::prelude::*;

/// Twice its input, with a derivative of the given factor and noise.
struct Twice {
    factor: f64,
    noise: f64,
}

impl Function for Twice {
    type Output = Tensor;

    fn forward(&self, _: &mut FunctionCtx, inputs: &[Tensor]) -> Tensor {
        &inputs[0] * 2
    }

    fn backward(&self, _: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
        let noise = Tensor::rand_with([1], DType::F64) * self.noise;
        vec![Some(&gradients[0] * self.factor + noise)]
    }
}

/// A square whose derivative cannot be differentiated.
struct Square;

impl Function for Square {
    type Output = Tensor;

    fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> Tensor {
        ctx.save_for_backward(&[&inputs[0]]);
        inputs[0].square()
    }

    fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
        vec![Some(&gradients[0] * 2 * ctx.saved_tensors()[0].detach())]
    }
}

fn doubles() -> Tensor {
    tensor!([1., 2.]).to(DType::F64).requires_grad_(true)
}

#[test]
fn a_wrong_derivative_is_shown_next_to_the_right_one() {
    let wrong = |x: &[Tensor]| {
        Twice {
            factor: 3.,
            noise: 0.,
        }
        .apply(&[&x[0]])
    };
    assert_eq!(
        error(try_gradcheck(wrong, &[&doubles()], Default::default())),
        "Jacobian mismatch for output 0 with respect to input 0,\n\
         numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 2.0000]], dtype=torch.float64)\n\
         analytical:tensor([[3., 0.],\n        [0., 3.]], dtype=torch.float64)\n"
    );
    let quiet = GradcheckOptions {
        raise_exception: false,
        ..Default::default()
    };
    assert!(!gradcheck(wrong, &[&doubles()], quiet));
    assert!(gradcheck(|x| &x[0] * 2, &[&doubles()], Default::default()));
}

#[test]
fn a_wrong_second_derivative_is_found() {
    let f = |x: &[Tensor]| Square.apply(&[&x[0]]);
    let x = doubles();
    assert!(gradcheck(f, &[&x], Default::default()));
    let text = error(try_gradgradcheck(f, &[&x], None, Default::default()));
    assert!(
        text.starts_with(
            "Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor([["
        ),
        "{text}"
    );
    assert!(text.contains("analytical:tensor([[0., 0.],\n        [0., 0.]], dtype=torch.float64)"));
}

#[test]
fn a_derivative_that_differs_each_time_is_found() {
    let f = |x: &[Tensor]| {
        Twice {
            factor: 2.,
            noise: 1e-6,
        }
        .apply(&[&x[0]])
    };
    // Not from the generator that all tests share: one may begin it anew between two draws.
    let generator = wick::random::Generator::with_seed(1);
    let check = |options| generator.scope(|| try_gradcheck(f, &[&doubles()], options));
    assert!(
        error(check(Default::default())).starts_with(
            "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives \
             different values, although analytical gradient matches numerical gradient.The tolerance for nondeterminism \
             was 0.0."
        )
    );
    let tolerant = GradcheckOptions {
        nondet_tol: 1e-5,
        ..Default::default()
    };
    assert!(check(tolerant).is_ok());
}

#[test]
fn what_cannot_be_checked_is_refused() {
    let x = doubles();
    assert_eq!(
        error(try_gradcheck(
            |x| &x[0] * 2,
            &[&x.detach()],
            Default::default()
        )),
        "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
    );
    assert_eq!(
        error(try_gradcheck(
            |x| x[0].detach() * 2,
            &[&x],
            Default::default()
        )),
        "Numerical gradient for function expected to be zero"
    );
    assert!(gradcheck(|x| x[0].argmax(), &[&x], Default::default()));
    let wide = Tensor::ones_with([1], DType::F64)
        .expand([3])
        .requires_grad_(true);
    assert!(
        error(try_gradcheck(|x| &x[0] * 2, &[&wide], Default::default()))
            .starts_with("The 0th input has a dimension with stride 0.")
    );
}
