//! What transforms draw, as torchvision draws it from the default generator.

use crate::random::default_generator;

/// Whether something of that probability happens: `torch.rand(1) < p`.
pub(super) fn happens(p: f64) -> bool {
    f64::from(draw()) < p
}

/// `torch.rand(1)`
pub(super) fn draw() -> f32 {
    let mut drawn = [0f32];
    default_generator().lock().rand(&mut drawn);
    drawn[0]
}

/// `torch.randint(0, end, (1,))`
pub(super) fn draw_below(end: usize) -> usize {
    default_generator().lock().integers(0, end as i64, 1)[0] as usize
}

/// `torch.randint(from, to, (1,))`
pub(super) fn draw_integer(from: i64, to: i64) -> i64 {
    default_generator().lock().integers(from, to, 1)[0]
}

/// `torch.rand((2,))`, then `torch.randint(2, (2,))`
pub(super) fn draw_two() -> ([f32; 2], [bool; 2]) {
    let mut drawn = [0f32; 2];
    default_generator().lock().rand(&mut drawn);
    let signs = default_generator().lock().integers(0, 2, 2);
    (drawn, [signs[0] != 0, signs[1] != 0])
}

/// `torch._sample_dirichlet(torch.tensor(concentrations))`
pub(super) fn draw_shares(concentrations: &[f32]) -> Vec<f32> {
    default_generator().lock().dirichlet(concentrations)
}

/// `torch.empty(1).uniform_(from, to)`
pub(super) fn draw_between(from: f64, to: f64) -> f64 {
    let mut drawn = [0f32];
    default_generator().lock().uniform(&mut drawn, from, to);
    drawn[0].into()
}

/// A ratio that is as likely to be twice as half: uniform in its logarithm.
pub(super) fn draw_log_between((from, to): (f64, f64)) -> f64 {
    let log = |ratio: f64| f64::from((ratio as f32).ln());
    f64::from((draw_between(log(from), log(to)) as f32).exp())
}

/// `torch.randperm(n)`
pub(super) fn draw_order(n: usize) -> Vec<usize> {
    let order = default_generator().lock().permutation(n);
    order.into_iter().map(|place| place as usize).collect()
}

/// `torch.empty(n).normal_()`
pub(super) fn draw_normal(n: usize) -> Vec<f32> {
    let mut drawn = vec![0f32; n];
    default_generator().lock().normal(&mut drawn, 0.0, 1.0);
    drawn
}
