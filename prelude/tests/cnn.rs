//! A training run from data to losses prints what PyTorch prints.

#[path = "../examples/cnn.rs"]
#[allow(dead_code)]
mod cnn;

/// What `python cnn.py` printed with PyTorch 2.15.
const PYTORCH: &str = include_str!("../examples/cnn.txt");

#[test]
fn every_loss_of_a_training_run_is_pytorchs() {
    let mut expected = PYTORCH.lines();
    let mut steps = 0;
    cnn::train(|line| {
        assert_eq!(Some(line.as_str()), expected.next());
        steps += 1;
    });
    assert_eq!((steps, expected.next()), (100, None));
}
