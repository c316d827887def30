//! The initial weight and bias of a layer, and how an option takes some of them back.
//!
//! PyTorch knows all options of a layer before it draws the layer's first number. Here they follow the constructor:
//! `Linear::new(8, 4).bias(false)` has drawn a bias by the time it learns that there is none. So that later layers get
//! PyTorch's numbers all the same, a layer remembers where the random generator stood, and the option puts it back
//! there, provided that nobody else has drawn anything since.

use super::init::{self, Fan, Nonlinearity};
use crate::Tensor;
use crate::random::{get_rng_state, set_rng_state};

/// Where the default generator stood while a layer was made.
pub(super) struct Draws {
    start: Vec<u8>,
    before_bias: Vec<u8>,
    end: Vec<u8>,
    /// How many numbers a bias has.
    outputs: usize,
}

impl Draws {
    /// A weight of that shape and, if wanted, a bias, as linear and convolutional layers begin with.
    pub fn weight_and_bias(shape: &[usize], bias: bool) -> (Tensor, Option<Tensor>, Self) {
        Self::weight_and_bias_of(shape, shape[0], bias)
    }

    /// The same for a bias of as many numbers as there are `outputs`.
    pub fn weight_and_bias_of(
        shape: &[usize],
        outputs: usize,
        bias: bool,
    ) -> (Tensor, Option<Tensor>, Self) {
        let start = get_rng_state();
        let weight = Tensor::empty(shape);
        init::kaiming_uniform_(&weight, Fan::In, Nonlinearity::LeakyReLU(5f64.sqrt()));
        let before_bias = get_rng_state();
        let bias = bias.then(|| draw_bias(&weight, outputs));
        let end = get_rng_state();
        (
            weight.into_parameter(),
            bias,
            Self {
                start,
                before_bias,
                end,
                outputs,
            },
        )
    }

    /// Gives back what was drawn for the bias.
    pub fn undo_bias(&mut self) {
        if put_back(&self.end, &self.before_bias) {
            self.end = self.before_bias.clone();
        }
    }

    /// Draws the bias of the layer with this weight after all.
    pub fn draw_bias(&mut self, weight: &Tensor) -> Tensor {
        let undisturbed = get_rng_state() == self.end;
        let bias = draw_bias(weight, self.outputs);
        if undisturbed {
            self.end = get_rng_state();
        }
        bias
    }

    /// Gives back everything.
    pub fn undo(self) {
        put_back(&self.end, &self.start);
    }
}

/// The bias of a layer with this weight.
fn draw_bias(weight: &Tensor, outputs: usize) -> Tensor {
    let fan_in: usize = weight.shape()[1..].iter().product();
    let bias = Tensor::empty([outputs]);
    let bound = if fan_in > 0 {
        1.0 / (fan_in as f64).sqrt()
    } else {
        0.0
    };
    init::uniform_(&bias, -bound, bound);
    bias.into_parameter()
}

/// Puts the generator from `end` to `earlier`, if it still stands at `end`.
fn put_back(end: &[u8], earlier: &[u8]) -> bool {
    // A state that was taken from the generator is a valid one.
    get_rng_state() == end && set_rng_state(earlier).is_ok()
}

/// Where the default generator stood before and after a module was made, so that an option that changes the draws can
/// make the module anew.
#[derive(Clone)]
pub(super) struct Redraw {
    start: Vec<u8>,
    end: Vec<u8>,
}

impl Redraw {
    /// What `make` makes, and where the generator stood.
    pub fn around<T>(make: impl FnOnce() -> T) -> (T, Self) {
        let start = get_rng_state();
        let made = make();
        let end = get_rng_state();
        (made, Self { start, end })
    }

    /// Gives back what was drawn, provided that nobody else has drawn anything since.
    pub fn undo(&self) {
        put_back(&self.end, &self.start);
    }
}
