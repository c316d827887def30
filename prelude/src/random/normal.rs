//! Normal draws: Box and Muller's transform, in PyTorch's two ways of applying it.

use std::f64::consts::PI;

use super::block;
use super::generator::Draws;
use super::real::{Real, WideReal};

/// From this many values on, PyTorch transforms blocks instead of single values, and the numbers are others.
const BLOCK: usize = 16;

impl Draws<'_> {
    /// Fills `out` with normal values of that mean and standard deviation. PyTorch: `torch.Tensor.normal_`.
    ///
    /// From 16 values on PyTorch draws in blocks, so that the first numbers differ from those of a shorter slice.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut few = [0f32; 3];
    /// Generator::with_seed(0).lock().normal(&mut few, 0., 1.);
    /// assert_eq!(few, [1.5409961, -0.2934289, -2.1787894]);
    ///
    /// let mut many = [0f32; 16];
    /// Generator::with_seed(0).lock().normal(&mut many, 0., 1.);
    /// assert_eq!(many[..2], [-1.1258398, -1.1523602]);
    /// ```
    pub fn normal<T: Real>(&mut self, out: &mut [T], mean: f64, std: f64) {
        if out.len() < BLOCK {
            self.normal_one_by_one(out, mean, std);
        } else {
            self.normal_blocks(out, mean, std);
        }
    }

    /// Fills `out` with normal values as PyTorch does where the memory is not in one piece, however many there are.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut column = [0f32; 16];
    /// Generator::with_seed(0).lock().normal_one_by_one(&mut column, 0., 1.);
    /// assert_eq!(column[..3], [1.5409961, -0.2934289, -2.1787894]);
    /// ```
    pub fn normal_one_by_one<T: Real>(&mut self, out: &mut [T], mean: f64, std: f64) {
        out.fill_with(|| T::from_f64(self.one_normal(mean, std)));
    }

    /// Draws one normal value in double precision. Every second one is the partner of the one before.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let generator = Generator::with_seed(0);
    /// let mut draws = generator.lock();
    /// assert_eq!(format!("{:.4}", draws.one_normal(0., 1.)), "1.5410");
    /// assert_eq!(format!("{:.4}", draws.one_normal(0., 1.)), "-0.2934");
    /// ```
    pub fn one_normal(&mut self, mean: f64, std: f64) -> f64 {
        let standard = self.next_normal().take().unwrap_or_else(|| {
            let u1 = f64::unit(self);
            let u2 = f64::unit(self);
            let radius = (-2.0 * (-u2).ln_1p()).sqrt();
            let theta = 2.0 * PI * u1;
            *self.next_normal() = Some(radius * theta.sin());
            radius * theta.cos()
        });
        standard.mul_add(std, mean)
    }

    fn normal_blocks<T: Real>(&mut self, out: &mut [T], mean: f64, std: f64) {
        let (mean, std) = (T::Wide::from_f64(mean), T::Wide::from_f64(std));
        let block = |draws: &mut Self, out: &mut [T]| {
            let mut values = [T::Wide::ZERO; BLOCK];
            values.fill_with(|| T::Wide::unit(draws));
            T::Wide::normal_16(&mut values, mean, std);
            for (out, value) in out.iter_mut().zip(values) {
                *out = T::from_wide(value);
            }
        };
        // PyTorch draws all uniform values before it transforms the first block; the values of a ragged end are drawn
        // and thrown away, and the last block is drawn anew.
        for chunk in out.chunks_exact_mut(BLOCK) {
            block(self, chunk);
        }
        let ragged = out.len() % BLOCK;
        if ragged != 0 {
            if T::DRAWS_RAGGED_END {
                for _ in 0..ragged {
                    T::Wide::unit(self);
                }
            }
            let last = out.len() - BLOCK;
            block(self, &mut out[last..]);
        }
    }
}

impl WideReal for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn unit(draws: &mut Draws<'_>) -> Self {
        (draws.next_u64() & ((1 << 53) - 1)) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    fn stretch(self, from: Self, to: Self) -> Self {
        self.mul_add(to - from, from)
    }

    fn normal_16(values: &mut [Self; 16], mean: Self, std: Self) {
        for at in 0..8 {
            let radius = (-2.0 * (1.0 - values[at]).ln()).sqrt();
            let theta = 2.0 * PI * values[at + 8];
            values[at] = (radius * theta.cos()).mul_add(std, mean);
            values[at + 8] = (radius * theta.sin()).mul_add(std, mean);
        }
    }
}

impl WideReal for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn unit(draws: &mut Draws<'_>) -> Self {
        (draws.next_u32() & ((1 << 24) - 1)) as f32 * (1.0 / (1u32 << 24) as f32)
    }

    fn stretch(self, from: Self, to: Self) -> Self {
        self.mul_add(to - from, from)
    }

    fn normal_16(values: &mut [Self; 16], mean: Self, std: Self) {
        block::normal_16(values, mean, std);
    }
}
