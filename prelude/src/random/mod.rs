//! PyTorch's CPU random numbers, bit for bit: the same seed gives the same numbers in both.
//!
//! A [`Generator`] is a handle on a Mersenne twister; the process has a default one, which [`manual_seed`] seeds. The
//! draws are methods of [`Draws`], which [`Generator::lock`] hands out for as long as one tensor is being filled:
//!
//! ```
//! use wick::random::Generator;
//!
//! let generator = Generator::with_seed(0);
//! let mut values = [0f32; 3];
//! generator.lock().uniform(&mut values, 0.0, 1.0);
//! assert_eq!(values, [0.49625659, 0.7682218, 0.08847743]);
//! assert_eq!(generator.lock().permutation(3), [0, 2, 1]);
//! ```

mod binomial;
mod block;
mod distributions;
mod gamma;
mod generator;
mod mt19937;
mod multinomial;
mod normal;
mod real;
mod vector_math;

pub use generator::{
    Draws, Generator, InvalidState, Seed, default_generator, fork_rng, get_rng_state, initial_seed,
    manual_seed, seed, set_rng_state, set_thread_generator,
};
pub use multinomial::InvalidWeights;
pub use real::Real;
