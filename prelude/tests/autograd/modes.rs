//! `no_grad`, `enable_grad`, `inference_mode`, `detach_`.

use super::error;
use wick::autograd::*;
use wick::prelude::*;

#[test]
fn modes_nest_and_come_back() {
    assert!(is_grad_enabled() && !is_inference_mode_enabled());
    no_grad(|| {
        assert!(!is_grad_enabled());
        enable_grad(|| assert!(is_grad_enabled()));
        assert!(!is_grad_enabled());
        let guard = set_grad_enabled(true);
        assert!(is_grad_enabled());
        drop(guard);
        assert!(!is_grad_enabled());
    });
    inference_mode(|| {
        assert!(is_inference_mode_enabled() && !is_grad_enabled());
        let guard = inference_mode_guard(false);
        assert!(!is_inference_mode_enabled() && is_grad_enabled());
        drop(guard);
        assert!(is_inference_mode_enabled());
    });
    assert!(is_grad_enabled() && !is_inference_mode_enabled());
    let panicked = std::panic::catch_unwind(|| no_grad(|| panic!("inside")));
    assert!(panicked.is_err() && is_grad_enabled());
}

#[test]
fn inference_tensors_stay_away_from_autograd() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = inference_mode(|| Tensor::ones([2]) * 2);
    assert!(y.is_inference() && !y.requires_grad());
    assert!(y.detach().is_inference() && y.view([2, 1]).is_inference());
    assert!(!y.copy().is_inference());
    assert_eq!(
        error(y.try_requires_grad_(true)),
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
    );
    assert_eq!(
        error(y.try_add_(1)),
        "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal \
         tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
    );
    inference_mode(|| y.add_(1));
    assert_eq!(y.to_vec1::<f32>(), [3., 3.]);
    // Addition saves nothing; multiplication would have to save it.
    assert!((&y + &x).requires_grad());
    let saved = std::panic::catch_unwind(|| &y * &x);
    let text = *saved.unwrap_err().downcast::<&str>().unwrap();
    assert!(
        text.starts_with("Inference tensors cannot be saved for backward. Please do not use"),
        "{text}"
    );
}

#[test]
fn normal_tensors_stay_normal_in_inference_mode() {
    let z = Tensor::ones([2]);
    let (view, sum) = inference_mode(|| (z.view([2, 1]), &z + 1));
    assert!(!view.is_inference() && sum.is_inference());
    let w = Tensor::ones([2]).requires_grad_(true);
    inference_mode(|| w.add_(1));
    assert!(w.is_leaf() && w.to_vec1::<f32>() == [2., 2.]);
    assert_eq!(
        error(view.try_add_(w.view([2, 1]))),
        "A view was created in inference mode and is being modified inplace in normal mode. Given that this use case is \
         ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace \
         either both inside the inference_mode block (if you don't want the inplace to be tracked) or both outside (if \
         you want the inplace to be tracked)."
    );
    let made = inference_mode(|| Tensor::ones([2]).requires_grad_(true));
    assert!(made.requires_grad());
    let sum = (&w * 2).sum();
    inference_mode(|| sum.backward());
    assert!(w.grad().unwrap().is_inference());
}

#[test]
fn views_of_no_grad_cannot_be_written_to_on_the_tape() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 2;
    let view = no_grad(|| y.view([2, 1]));
    assert_eq!(
        error(view.try_mul_(2)),
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use \
         case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the \
         inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if \
         you want the inplace to be tracked)."
    );
}

#[test]
fn views_of_no_grad_say_that_gradients_are_wanted_and_get_none() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let view = no_grad(|| x.view([2, 1]));
    assert!(view.requires_grad() && view.is_leaf() && view.grad_fn().is_none());
    let y = &view * 2;
    assert!(y.grad_fn().is_some());
    y.sum().backward();
    assert!(view.grad().is_none() && x.grad().is_none());
    // Unless it is asked to collect its own.
    view.requires_grad_(true);
    (&view * 2).sum().backward();
    assert_eq!(view.grad().unwrap().to_vec2::<f32>(), [[2.], [2.]]);

    // A view tells what its base is now.
    let plain = Tensor::zeros([2]);
    let view = plain.view([2, 1]);
    assert!(!view.requires_grad());
    plain.requires_grad_(true);
    assert!(view.requires_grad() && view.grad_fn().is_none());
}

#[test]
fn views_without_a_way_back_are_lost_when_their_base_is_written_to() {
    let several = "This view is the output of a function that returns multiple views. Such functions do not allow the \
                   output views to be modified inplace. You should replace the inplace operation by an out-of-place one.";
    let written = "and its base or another view of its base has been modified inplace";
    let both_in = |block: &str| {
        format!(
            "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving \
             both the view and the inplace either both inside the {block} block (if you don't want the inplace to be \
             tracked) or both outside (if you want the inplace to be tracked)."
        )
    };
    let no_grad_mode = format!(
        "A view was created in no_grad mode {written} with grad mode enabled. {}",
        both_in("no_grad")
    );
    let tracked = || tensor!([1., 2.]).requires_grad_(true) * 2;

    let x = tracked();
    let parts = x.unbind(0);
    let reshaped = x.chunk(2, 0)[1].view([1, 1]);
    x.add_(1);
    assert_eq!(
        error(parts[1].try_mul(2)),
        format!("Output 1 of Unbind is a view {written}. {several}")
    );
    assert_eq!(
        error(Tensor::try_cat(&[&reshaped], 0)),
        format!("Output 0 of View is a view {written}. {several}")
    );
    assert_eq!(
        error(grad_with(
            &[&x.sum()],
            &[&parts[0]],
            &[None],
            GradOptions::default()
        )),
        format!("Output 0 of Unbind is a view {written}. {several}")
    );
    // It can still be looked at.
    assert_eq!(parts[1].to_string(), "tensor(5., grad_fn=<Invalid>)");
    assert_eq!(parts[1].detach().item::<f32>(), 5.);
    assert_eq!(no_grad(|| &parts[1] * 2).item::<f32>(), 10.);

    // Their way back is lost for writing, too, whatever their base wants by now.
    let x = tensor!([1., 2.]).requires_grad_(true);
    let parts = x.unbind(0);
    x.requires_grad_(false);
    assert_eq!(
        error(parts[1].try_add_(1)),
        format!("Output 1 of Unbind is a view and is being modified inplace. {several}")
    );

    // Nobody wanted gradients when the parts were made.
    let x = Tensor::ones([2]);
    let parts = x.split(1, 0);
    x.mul_(tracked());
    assert_eq!(
        error(parts[0].try_sum()),
        format!("A view was created in no_grad mode {written} with grad mode enabled. {several}")
    );

    let w = tensor!([1., 2.]).requires_grad_(true);
    let view = no_grad(|| w.select(0, 0));
    no_grad(|| w.mul_(2));
    assert_eq!(error(view.try_mul(2)), no_grad_mode);
    assert_eq!(error(view.try_grad_fn()), no_grad_mode);
    assert_eq!(view.to_string(), "tensor(2., grad_fn=<Invalid>)");

    let x = tracked();
    let view = inference_mode(|| x.view([2, 1]));
    x.mul_(2);
    assert_eq!(
        error(view.try_mul(2)),
        format!(
            "A view was created in inference mode {written} in normal mode. {}",
            both_in("inference_mode")
        )
    );
}

#[test]
fn a_tensor_can_be_cut_off_in_place() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 2;
    assert!(!y.detach_().requires_grad() && y.is_leaf());
    assert!(!x.detach_().requires_grad());
    let z = tensor!([1., 2.]).requires_grad_(true) * 2;
    assert!(
        error(z.view([2, 1]).try_detach_())
            .starts_with("Can't detach views in-place. Use detach() instead.")
    );
    assert_eq!(
        error(z.try_requires_grad_(false)),
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph \
         that doesn't require differentiation use var_no_grad = var.detach()."
    );
}
