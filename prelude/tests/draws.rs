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
    let cases: [Case; 12] = [
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
        (|| drop(Conv1d::new(4, 6, 3).groups(2)), &[36, 6]),
        (|| drop(Conv3d::new(2, 4, 2).bias(false)), &[64]),
        // The weight is [in, out / groups, …], the bias [out].
        (|| drop(ConvTranspose2d::new(4, 6, 3).groups(2)), &[108, 6]),
        (|| drop(ConvTranspose1d::new(4, 6, 3).bias(false)), &[72]),
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
    values_are_pytorchs();
}

/// The numbers themselves, drawn again by hand.
fn values_are_pytorchs() {
    // A convolution draws its weight, then its bias, both within 1/√fan_in.
    manual_seed(5);
    let up = ConvTranspose2d::new(4, 6, 3).groups(2);
    manual_seed(5);
    let bound = 1. / (3f64 * 9.).sqrt();
    let weight = Tensor::empty([4, 3, 3, 3]).uniform_(-bound, bound);
    let bias = Tensor::empty([6]).uniform_(-bound, bound);
    assert!(up.weight.equal(&weight));
    assert!(up.bias.as_ref().unwrap().equal(&bias));

    manual_seed(7);
    let embedding = Embedding::new(4, 8).padding_idx(-1);
    manual_seed(7);
    let rows = Tensor::empty([4, 8]).normal_(0., 1.);
    assert!(embedding.weight.i(0..3).equal(&rows.i(0..3)));
    assert!(embedding.weight.i(3).equal(&Tensor::zeros([8])));

    // One draw for each channel of each example.
    manual_seed(1);
    let dropped = Dropout2d::new(0.5).forward(&Tensor::ones([4, 8, 3, 3]));
    manual_seed(1);
    let kept = Tensor::zeros([4, 8, 1, 1]).bernoulli_(0.5) * 2;
    assert!(dropped.equal(&kept.expand([4, 8, 3, 3])));
}
