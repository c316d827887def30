//! Gamma values, and shares of a whole that are made of them.

use super::generator::Draws;
use super::real::{Real, WideReal};

impl Draws<'_> {
    /// A gamma value of shape `alpha` and scale 1, by the method of Marsaglia and Tsang (2000): PyTorch's `sample_gamma`,
    /// whose constants are those of `f32` and whose shape is rounded to `T` at each step. PyTorch:
    /// `torch.distributions.Gamma`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let generator = Generator::with_seed(0);
    /// let mut draws = generator.lock();
    /// let drawn = [0.5f32, 1., 4.].map(|alpha| draws.gamma(alpha));
    /// assert_eq!(format!("{drawn:.4?}"), "[0.0008, 0.1190, 3.9824]");
    /// ```
    pub fn gamma<T: Real>(&mut self, alpha: T) -> f64 {
        let rounded = |value: f64| T::from_f64(value).to_f64();
        let mut alpha = alpha.to_f64();
        let mut scale = 1.0;
        if alpha < 1.0 {
            if alpha == 0.0 {
                return 0.0;
            }
            scale *= (1.0 - f64::unit(self)).powf(rounded(1.0 / alpha));
            alpha = rounded(alpha + 1.0);
        }
        let d = rounded(alpha - f64::from(1f32 / 3.0));
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let (x, y) = loop {
                let x = self.one_normal(0.0, 1.0);
                let y = 1.0 + c * x;
                if y > 0.0 {
                    break (x, y);
                }
            };
            let v = y * y * y;
            let u = 1.0 - f64::unit(self);
            let xx = x * x;
            if u < 1.0 - f64::from(0.0331f32) * xx * xx
                || u.ln() < 0.5 * xx + d * (1.0 - v + v.ln())
            {
                return scale * d * v;
            }
        }
    }

    /// Shares of a whole that add up to 1, one for each concentration. PyTorch: `torch.distributions.Dirichlet`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let shares = Generator::with_seed(0).lock().dirichlet(&[1., 2., 3.]);
    /// assert_eq!(format!("{shares:.4?}"), "[0.5282, 0.2411, 0.2307]");
    /// ```
    pub fn dirichlet(&mut self, concentrations: &[f32]) -> Vec<f32> {
        let gammas: Vec<f64> = concentrations
            .iter()
            .map(|&alpha| self.gamma(f64::from(alpha)).max(f64::MIN_POSITIVE))
            .collect();
        let sum: f64 = gammas.iter().sum();
        let share =
            |gamma: f64| ((gamma / sum) as f32).clamp(f32::MIN_POSITIVE, 1.0 - f32::EPSILON / 2.0);
        gammas.into_iter().map(share).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Generator;

    /// After `torch.manual_seed(0)`, by `torch._sample_dirichlet`.
    #[test]
    fn shares_are_those_of_pytorch() {
        let generator = Generator::with_seed(0);
        let drawn = generator.lock().dirichlet(&[1.0, 1.0, 1.0]);
        assert_eq!(drawn, [0.834_900_14, 0.131_686_2, 0.033_413_66]);
        let drawn = generator.lock().dirichlet(&[0.3, 2.5]);
        assert_eq!(drawn, [0.018_091_718, 0.981_908_26]);
    }
}
