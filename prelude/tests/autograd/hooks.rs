//! Hooks: what they see, in which order, and that they can be taken away.

use super::error;
use std::sync::{Arc, Mutex};
use wick::prelude::*;

#[test]
fn hooks_run_in_pytorchs_order() {
    let said: Arc<Mutex<Vec<String>>> = Arc::default();
    let say = |what: &str| {
        let (said, what) = (said.clone(), what.to_string());
        move || said.lock().unwrap().push(what.clone())
    };
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 2;
    y.retain_grad();
    let node = y.grad_fn().unwrap();
    let (a, b, c, d, e, f) = (
        say("y first"),
        say("y second"),
        say("node before"),
        say("node after"),
        say("x"),
        say("x after"),
    );
    node.register_hook(move |_, _| {
        d();
        None
    });
    node.register_prehook(move |_| {
        c();
        None
    });
    y.register_hook(move |_| {
        a();
        None
    });
    y.register_hook(move |g| {
        b();
        Some(g * 10)
    });
    x.register_post_accumulate_grad_hook(move |x| {
        assert!(x.grad().is_some());
        f();
    });
    x.register_hook(move |_| {
        e();
        None
    });
    y.sum().backward();
    assert_eq!(
        *said.lock().unwrap(),
        [
            "y first",
            "y second",
            "node before",
            "node after",
            "x",
            "x after"
        ]
    );
    // What is retained is what the last hook made of it.
    assert_eq!(y.grad().unwrap().to_vec1::<f32>(), [10., 10.]);
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [20., 20.]);
}

#[test]
fn node_hooks_see_and_replace_gradients() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 3;
    let node = y.grad_fn().unwrap();
    node.register_prehook(|outputs| Some(vec![outputs[0].as_ref().map(|g| g + 1)]));
    node.register_hook(|inputs, outputs| {
        assert_eq!(outputs[0].as_ref().unwrap().to_vec1::<f32>(), [2., 2.]);
        Some(inputs.iter().map(|g| g.as_ref().map(|g| -g)).collect())
    });
    y.sum().backward();
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [-6., -6.]);
}

#[test]
fn removed_hooks_are_silent() {
    let x = tensor!([1.]).requires_grad_(true);
    let y = &x * 2;
    let handles = [
        x.register_hook(|_| panic!("removed")),
        y.register_hook(|_| panic!("removed")),
        x.register_post_accumulate_grad_hook(|_| panic!("removed")),
        y.grad_fn().unwrap().register_hook(|_, _| panic!("removed")),
    ];
    for handle in &handles {
        handle.remove();
        handle.remove();
    }
    y.sum().backward();
    assert_eq!(x.grad().unwrap().item::<f32>(), 2.);
}

#[test]
fn hooks_say_what_they_cannot_do() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    assert_eq!(
        error(x.detach().try_register_hook(|_| None)),
        "cannot register a hook on a tensor that doesn't require gradient"
    );
    assert_eq!(
        error((&x * 1).try_register_post_accumulate_grad_hook(|_| ())),
        "post accumulate grad hooks cannot be registered on non-leaf tensors"
    );
    let y = &x * 2;
    y.register_hook(|_| Some(Tensor::ones([3])));
    assert_eq!(
        error(y.sum().try_backward()),
        "hook has changed the size of value"
    );
    let y = &x * 2;
    y.register_hook(|g| Some(g.to(DType::F64)));
    assert_eq!(
        error(y.sum().try_backward()),
        "hook has changed the type of value (was torch.FloatTensor got torch.DoubleTensor)"
    );
}

#[test]
fn a_hook_on_an_input_of_grad_changes_what_grad_gives() {
    let x = tensor!([1., 2.]).requires_grad_(true);
    let y = &x * 2;
    y.register_hook(|g| Some(g * 5));
    assert_eq!(grad(&[&y.sum()], &[&y])[0].to_vec1::<f32>(), [5., 5.]);
}
