//! What layers draw from the default random generator. It is one for the process, so this is one test.

use wick::prelude::*;
use wick::random::{get_rng_state, manual_seed};

fn state_after(draw: impl FnOnce()) -> Vec<u8> {
    manual_seed(0);
    draw();
    get_rng_state()
}

/// A layer has drawn what PyTorch would have drawn for the same options, and nothing for a bias that is not there.
#[test]
fn options_give_back_what_was_drawn_for_them() {
    let numbers = |counts: &'static [usize]| {
        move || counts.iter().for_each(|&count| drop(Tensor::rand(count)))
    };
    /// A layer, and how many numbers each of its parameters takes.
    type Case = (fn(), &'static [usize]);
    let cases: [Case; 8] = [
        (|| drop(Linear::new(7, 5)), &[35, 5]),
        (|| drop(Linear::new(7, 5).bias(false)), &[35]),
        (|| drop(Linear::new(7, 5).bias(false).bias(true)), &[35, 5]),
        (|| drop(Conv2d::new(3, 4, 3).stride(2).bias(false)), &[108]),
        (|| drop(Conv2d::new(4, 4, 3).groups(2)), &[72, 4]),
        (|| drop(Conv2d::new(4, 4, 3).groups(2).bias(false)), &[72]),
        (|| drop(Conv2d::new(4, 4, 3).bias(false).groups(2)), &[72]),
        (
            || drop(Conv2d::new(4, 4, 3).bias(false).bias(true).groups(2)),
            &[72, 4],
        ),
    ];
    for (index, (layer, counts)) in cases.into_iter().enumerate() {
        assert!(
            state_after(layer) == state_after(numbers(counts)),
            "case {index}"
        );
    }

    // Numbers that somebody else drew since are not taken back.
    let late = state_after(|| {
        let layer = Linear::new(7, 5);
        drop(Tensor::rand(1));
        drop(layer.bias(false));
    });
    assert!(late == state_after(numbers(&[35, 5, 1])));
}
