//! Modes, gradients and state dicts.

use crate::prelude::*;

fn net() -> Sequential {
    Sequential::new((
        Linear::new(2, 3),
        BatchNorm2d::new(3),
        Dropout::new(0.5),
        Linear::new(3, 1),
    ))
}

#[test]
fn eval_and_train_reach_every_module() {
    let net = net();
    assert!(net.is_training());
    net.eval();
    assert!(
        net.modules()
            .iter()
            .all(|module| !module.is_training() || module.named_modules().len() > 1)
    );
    assert!(!net.is_training());
    net.train();
    assert!(
        net.get::<BatchNorm2d>(1)
            .is_some_and(|norm| norm.is_training())
    );
}

#[test]
fn a_frozen_module_still_has_its_parameters() {
    let net = net();
    for parameter in net.parameters() {
        parameter.requires_grad_(false);
    }
    assert_eq!(net.parameters().len(), 6);
    assert!(
        net.parameters()
            .iter()
            .all(|parameter| !parameter.requires_grad())
    );
    net.requires_grad_(true);
    assert!(
        net.parameters()
            .iter()
            .all(|parameter| parameter.requires_grad())
    );
}

#[test]
fn zero_grad_forgets_gradients() {
    let layer = Linear::new(2, 1);
    layer.forward(&Tensor::ones([1, 2])).sum().backward();
    assert!(
        layer
            .parameters()
            .iter()
            .all(|parameter| parameter.grad().is_some())
    );
    layer.zero_grad();
    assert!(
        layer
            .parameters()
            .iter()
            .all(|parameter| parameter.grad().is_none())
    );
}

#[test]
fn a_state_dict_carries_values_over() {
    let (from, to) = (net(), net());
    from.get::<BatchNorm2d>(1)
        .unwrap()
        .running_mean
        .as_ref()
        .unwrap()
        .fill_(7);
    let keys = to.load_state_dict(&from.state_dict()).unwrap();
    assert_eq!(keys.to_string(), "<All keys matched successfully>");
    for ((name, left), (_, right)) in from.state_dict().iter().zip(to.state_dict().iter()) {
        assert!(left.equal(right), "{name}");
    }
    assert!(!to.state_dict().get("0.weight").unwrap().requires_grad());
    assert!(to.parameters()[0].requires_grad());
}

#[test]
fn keys_that_do_not_match_are_listed() {
    let net = net();
    let mut state = net.state_dict();
    state.remove("0.bias");
    state.insert("extra", Tensor::ones([1]));
    let error = net.load_state_dict(&state).unwrap_err().to_string();
    let expected = "Error(s) in loading state_dict for Sequential:\n\t\
                    Missing key(s) in state_dict: \"0.bias\". \n\t\
                    Unexpected key(s) in state_dict: \"extra\". ";
    assert_eq!(error, expected);
    let keys = net.load_state_dict_partial(&state).unwrap();
    assert_eq!(
        keys.to_string(),
        "_IncompatibleKeys(missing_keys=['0.bias'], unexpected_keys=['extra'])"
    );
}

#[test]
fn a_wrong_shape_is_an_error_and_changes_nothing() {
    let net = net();
    let mut state = net.state_dict();
    let before = net.parameters()[0].copy();
    state.insert("0.weight", Tensor::ones([3, 2]));
    state.insert("3.weight", Tensor::ones([1, 4]));
    let error = net.load_state_dict_partial(&state).unwrap_err().to_string();
    assert!(error.contains("size mismatch for 3.weight"), "{error}");
    assert!(net.parameters()[0].equal(&before));
}

#[test]
fn a_dtype_reaches_floats_only() {
    let net = net();
    let weight = net.parameters()[0].clone();
    net.to(DType::F64);
    assert_eq!(weight.dtype(), DType::F64);
    assert_eq!(
        net.state_dict()
            .get("1.num_batches_tracked")
            .unwrap()
            .dtype(),
        DType::I64
    );
    assert!(
        net.parameters()
            .iter()
            .all(|parameter| parameter.dtype() == DType::F64 && parameter.requires_grad())
    );
}
