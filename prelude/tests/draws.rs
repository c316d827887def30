//! What is drawn from the default random generator. It is one for the process, so each test has it to itself.

use std::sync::{Mutex, MutexGuard, PoisonError};
use wick::autograd::checkpoint;
use wick::nn::functional as F;
use wick::prelude::*;
use wick::random::{get_rng_state, manual_seed};

/// Nobody else draws while this is held.
fn alone() -> MutexGuard<'static, ()> {
    static DEFAULT_GENERATOR: Mutex<()> = Mutex::new(());
    DEFAULT_GENERATOR
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

fn state_after(draw: impl FnOnce()) -> Vec<u8> {
    manual_seed(0);
    draw();
    get_rng_state()
}

/// A layer has drawn what PyTorch would have drawn for the same options, and nothing for a bias that is not there.
#[test]
fn options_give_back_what_was_drawn_for_them() {
    let _alone = alone();
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
}

/// The numbers themselves, drawn again by hand.
#[test]
fn layers_draw_pytorchs_numbers() {
    let _alone = alone();
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

/// Memory that is not in one piece is filled from its beginning to its end, and normal numbers are drawn singly for it.
#[test]
fn views_are_filled_in_the_order_of_their_memory() {
    let _alone = alone();
    manual_seed(0);
    let table = Tensor::zeros([20, 2]);
    table.i((.., 0)).normal_(0., 1.);
    let column = table.t().to_vec2::<f32>().swap_remove(0);
    assert_eq!(
        [column[0], column[1], column[2], column[19]],
        [1.540_996_1, -0.293_428_9, -2.178_789_4, -1.509_107_7]
    );
    assert_eq!(
        Tensor::zeros([2, 3]).t().uniform_(0., 1.).to_vec2::<f32>(),
        [
            [0.526_295_8, 0.033_152_64],
            [0.243_658_24, 0.138_716_88],
            [0.584_592_34, 0.242_235]
        ]
    );
    assert_eq!(
        Tensor::zeros([2, 3]).t().bernoulli_(0.5).to_vec2::<f32>(),
        [[0., 0.], [1., 0.], [0., 0.]]
    );
    assert_eq!(
        Tensor::rand(2).to_vec1::<f32>(),
        [0.153_456_93, 0.241_708_22]
    );
}

#[test]
fn dropout_under_a_checkpoint_leaves_out_the_same_elements_again() {
    let _alone = alone();
    let x = Tensor::ones([1000]).requires_grad_(true);
    let y = checkpoint(|x| F::dropout(x, 0.5, true).square().square(), &x);
    // The generator goes on in between, and from where it was afterwards.
    let between = Tensor::rand([3]);
    let state = get_rng_state();
    y.sum().backward();
    assert_eq!(get_rng_state(), state);
    assert!(between.numel() == 3);
    let kept = y.detach().ne(0).to(DType::F32) * 64;
    assert_eq!(x.grad().unwrap().to_vec::<f32>(), kept.to_vec::<f32>());
}
