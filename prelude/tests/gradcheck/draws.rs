//! What is drawn has no gradient to what it is drawn by, and what it takes the place of has none either.

use super::{check, positive, random};
use wick::prelude::*;
use wick::random::Generator;

/// Checks that `draw` of a tensor leaves the gradients of what stands around it right: the numbers are the same at every
/// call, and the tensor is multiplied by them, so that a gradient through them would show. They are rounded up, because
/// normal numbers do move with their mean, of which PyTorch's derivative knows nothing.
fn check_drawn(name: &str, input: Tensor, draw: fn(&Tensor) -> Tensor) {
    check(name, &[input], true, move |x| {
        let drawn = Generator::with_seed(7).scope(|| draw(&x[0]));
        drawn.ceil() * x[0].square()
    });
}

/// The same of one that refills a part of what is computed from its tensor.
fn check_refilled(name: &str, refill: fn(&Tensor) -> Tensor) {
    check(name, &[random(&[4])], true, move |x| {
        let y = &x[0] * 2;
        Generator::with_seed(7).scope(|| refill(&y.i(..2)));
        y.square()
    });
}

/// Every group of this file.
pub fn all_groups() {
    draws_by_a_tensor();
    refills();
}

#[test]
fn draws_by_a_tensor() {
    let share = || Tensor::linspace(0.1, 0.9, 4).to(DType::F64);
    check_drawn("bernoulli", share(), |p| p.bernoulli());
    check_drawn("poisson", positive(&[4]), |rates| rates.poisson());
    check_drawn("normal of means", random(&[4]), |mean| {
        Tensor::normal_each(mean, 0.5)
    });
    check_drawn("normal of deviations", positive(&[4]), |std| {
        Tensor::normal_each(1., std)
    });
    check_drawn("normal of both", positive(&[4]), |both| {
        Tensor::normal_each(both, both)
    });
}

#[test]
fn refills() {
    check_refilled("bernoulli_", |y| y.bernoulli_(0.5));
    check_refilled("bernoulli_ of a tensor", |y| {
        y.bernoulli_(Tensor::full([2], 0.5))
    });
    check_refilled("cauchy_", |y| y.cauchy_(0., 1.));
    check_refilled("exponential_", |y| y.exponential_(1.));
    check_refilled("geometric_", |y| y.geometric_(0.5));
    check_refilled("log_normal_", |y| y.log_normal_(0., 0.25));
    check_refilled("random_", |y| y.random_(..));
    check_refilled("random_ below", |y| y.random_(..10));
    check_refilled("random_ between", |y| y.random_(3..10));
}
