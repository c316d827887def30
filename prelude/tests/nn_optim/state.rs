//! What is said about weights that do not fit, and modules of other floats.

use wick::prelude::*;

#[test]
fn names_that_do_not_fit_come_in_the_modules_order() {
    let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    let state = [
        ("0.extra", vec![1]),
        ("x", vec![1]),
        ("0.weight", vec![3, 3]),
    ];
    let state = state.map(|(name, shape)| (name.to_owned(), Tensor::zeros(shape)));
    let error = net
        .load_state_dict(&state.into_iter().collect())
        .unwrap_err();
    // What PyTorch 2.15 says.
    let expected = "Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: \"0.bias\", \
                    \"1.weight\", \"1.bias\", \"1.running_mean\", \"1.running_var\". \n\tUnexpected key(s) in \
                    state_dict: \"x\", \"0.extra\". \n\tsize mismatch for 0.weight: copying a param with shape \
                    torch.Size([3, 3]) from checkpoint, the shape in current model is torch.Size([2, 3]).";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn other_floats_and_gradients_of_zeros() {
    let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    net.double();
    net.forward(&Tensor::rand([4, 3]).double()).sum().backward();
    net.zero_grad_in_place();
    let gradient = net.parameters()[0].grad().unwrap();
    assert_eq!(gradient.dtype(), DType::F64);
    assert!(!gradient.any().item::<bool>());
    net.zero_grad();
    assert!(net.parameters()[0].grad().is_none());
}
