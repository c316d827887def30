//! The draws other than normal ones: uniform, integers, permutations, and what is made of a uniform value.

use std::f64::consts::PI;

use super::generator::Draws;
use super::real::{Real, WideReal};

/// Below this many values PyTorch reduces 32 random bits to a range, and 64 from there on.
const WIDE_RANGE: u64 = 1 << 28;

impl Draws<'_> {
    /// Fills `out` with uniform values in `[from, to)`. PyTorch: `torch.Tensor.uniform_`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut values = [0f32; 3];
    /// Generator::with_seed(0).lock().uniform(&mut values, -1.0, 1.0);
    /// assert_eq!(values, [-0.0074868202, 0.5364436, -0.82304513]);
    /// ```
    pub fn uniform<T: Real>(&mut self, out: &mut [T], from: f64, to: f64) {
        let (low, high) = (T::Wide::from_f64(from), T::Wide::from_f64(to));
        let (lowest, excluded) = (T::from_f64(from), T::from_f64(to));
        out.fill_with(|| {
            let value = T::from_wide(T::Wide::unit(self).stretch(low, high));
            // Rounding can reach the end that does not belong to the range.
            if value == excluded { lowest } else { value }
        });
    }

    /// Fills `out` with uniform values in `[0, 1)`. PyTorch: `torch.rand`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut values = [0f32; 3];
    /// Generator::with_seed(0).lock().rand(&mut values);
    /// assert_eq!(values, [0.49625659, 0.7682218, 0.08847743]);
    /// ```
    pub fn rand<T: Real>(&mut self, out: &mut [T]) {
        self.uniform(out, 0.0, 1.0);
    }

    /// `count` integers in `[low, high)`. PyTorch: `torch.randint`.
    ///
    /// # Panics
    /// When the range is empty, with PyTorch's sentence.
    ///
    /// ```
    /// use wick::random::Generator;
    /// assert_eq!(Generator::with_seed(0).lock().integers(0, 10, 5), [4, 9, 3, 0, 3]);
    /// ```
    pub fn integers(&mut self, low: i64, high: i64, count: usize) -> Vec<i64> {
        assert!(
            low < high,
            "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        );
        self.integers_through(low, high - 1, count)
    }

    /// `count` integers from `first` to `last`, both included.
    pub(crate) fn integers_through(&mut self, first: i64, last: i64, count: usize) -> Vec<i64> {
        let most = last.wrapping_sub(first) as u64;
        let offset = |draw: u64| {
            let from_first = most.checked_add(1).map_or(draw, |range| draw % range);
            first.wrapping_add(from_first as i64)
        };
        if most >= WIDE_RANGE - 1 {
            (0..count).map(|_| offset(self.next_u64())).collect()
        } else {
            (0..count)
                .map(|_| offset(u64::from(self.next_u32())))
                .collect()
        }
    }

    /// `count` integers from 0 to `last`, of 64 random bits each or of 32: `torch.Tensor.random_()`.
    pub(crate) fn integers_to(&mut self, last: u64, wide: bool, count: usize) -> Vec<i64> {
        let mut draw = || match wide {
            true => self.next_u64(),
            false => u64::from(self.next_u32()),
        };
        (0..count).map(|_| (draw() % (last + 1)) as i64).collect()
    }

    /// A permutation of `0..n`, each equally likely. PyTorch: `torch.randperm`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// assert_eq!(Generator::with_seed(0).lock().permutation(5), [4, 0, 1, 3, 2]);
    /// ```
    pub fn permutation(&mut self, n: usize) -> Vec<i64> {
        let mut order: Vec<i64> = (0..n as i64).collect();
        if n < u32::MAX as usize / 20 {
            for at in 0..n.saturating_sub(1) {
                let other = at + self.next_u32() as usize % (n - at);
                order.swap(at, other);
            }
        } else {
            for at in 0..n {
                let other = (self.next_u64() % (at as u64 + 1)) as usize;
                order.swap(at, other);
            }
        }
        order
    }

    /// Whether an event of probability `p` happens, `count` times. PyTorch: `torch.Tensor.bernoulli_`; dropout's mask
    /// is drawn so.
    ///
    /// # Panics
    /// When `p` is no probability, with PyTorch's sentence.
    ///
    /// ```
    /// use wick::random::Generator;
    /// assert_eq!(Generator::with_seed(0).lock().bernoulli(0.5, 5), [false, false, true, false, false]);
    /// ```
    pub fn bernoulli(&mut self, p: f64, count: usize) -> Vec<bool> {
        assert!(
            (0.0..=1.0).contains(&p),
            "bernoulli_ expects p to be in [0, 1], but got p={p}"
        );
        (0..count).map(|_| f64::unit(self) < p).collect()
    }

    /// Whether the events of the given probabilities happen, one draw for each. PyTorch: `torch.bernoulli`.
    ///
    /// # Panics
    /// When one of them is no probability, with PyTorch's sentence.
    ///
    /// ```
    /// use wick::random::Generator;
    /// assert_eq!(Generator::with_seed(0).lock().bernoulli_each(&[0.5f32; 5]), [true, false, true, true, true]);
    /// ```
    pub fn bernoulli_each<T: Real>(&mut self, probabilities: &[T]) -> Vec<bool> {
        let happens = |&p: &T| {
            let p = p.to_wide();
            assert!(
                p >= T::Wide::ZERO && p <= T::Wide::ONE,
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false."
            );
            T::Wide::unit(self) < p
        };
        probabilities.iter().map(happens).collect()
    }

    /// Fills `out` with exponential values of rate `lambda`. PyTorch: `torch.Tensor.exponential_`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut values = [0f64; 3];
    /// Generator::with_seed(0).lock().exponential(&mut values, 1.0);
    /// let shown: Vec<String> = values.iter().map(|value| format!("{value:.4}")).collect();
    /// assert_eq!(shown, ["3.5083", "1.2304", "0.6150"]);
    /// ```
    pub fn exponential<T: Real>(&mut self, out: &mut [T], lambda: f64) {
        out.fill_with(|| T::from_f64(-1.0 / lambda * (-f64::unit(self)).ln_1p()));
    }

    /// Fills `out` with Cauchy values around `median`, `sigma` wide. PyTorch: `torch.Tensor.cauchy_`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut values = [0f64; 3];
    /// Generator::with_seed(0).lock().cauchy(&mut values, 0.0, 1.0);
    /// let shown: Vec<String> = values.iter().map(|value| format!("{value:.4}")).collect();
    /// assert_eq!(shown, ["10.5977", "0.7648", "-0.1283"]);
    /// ```
    pub fn cauchy<T: Real>(&mut self, out: &mut [T], median: f64, sigma: f64) {
        out.fill_with(|| T::from_f64(sigma.mul_add((PI * (f64::unit(self) - 0.5)).tan(), median)));
    }

    /// Fills `out` with values whose logarithm is normal, of this mean and deviation. PyTorch:
    /// `torch.Tensor.log_normal_`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut values = [0f64; 3];
    /// Generator::with_seed(0).lock().log_normal(&mut values, 1.0, 2.0);
    /// let shown: Vec<String> = values.iter().map(|value| format!("{value:.4}")).collect();
    /// assert_eq!(shown, ["59.2634", "1.5116", "0.0348"]);
    /// ```
    pub fn log_normal<T: Real>(&mut self, out: &mut [T], mean: f64, std: f64) {
        out.fill_with(|| T::from_f64(self.one_normal(mean, std).exp()));
    }

    /// Fills `out` with the number of trials up to the first success, from 1 up. PyTorch: `torch.Tensor.geometric_`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let mut trials = [0f32; 5];
    /// Generator::with_seed(0).lock().geometric(&mut trials, 0.3);
    /// assert_eq!(trials, [1., 1., 3., 1., 2.]);
    /// ```
    pub fn geometric<T: Real>(&mut self, out: &mut [T], p: f64) {
        out.fill_with(|| T::from_f64((f64::unit(self).ln() / (-p).ln_1p()).ceil()));
    }

    /// How often something happens that happens at the rate `rate`, which is not negative. PyTorch: `torch.poisson`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let generator = Generator::with_seed(0);
    /// let mut draws = generator.lock();
    /// assert_eq!([0; 5].map(|_| draws.poisson(3.0)), [6, 3, 2, 3, 4]);
    /// ```
    pub fn poisson(&mut self, rate: f64) -> i64 {
        if rate == 0.0 {
            return 0;
        }
        if rate >= 10.0 {
            return self.poisson_by_rejection(rate);
        }
        let enough = (-rate).exp();
        let (mut count, mut product) = (0, f64::unit(self));
        while product > enough {
            product *= f64::unit(self);
            count += 1;
        }
        count
    }

    /// Hörmann's PTRS (The transformed rejection method for generating Poisson random variables, 1993), with the
    /// constants of PyTorch's `sample_poisson`.
    fn poisson_by_rejection(&mut self, rate: f64) -> i64 {
        let b = 0.931 + 2.53 * rate.sqrt();
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let v_r = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = f64::unit(self) - 0.5;
            let v = f64::unit(self);
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + rate + 0.43).floor();
            if us >= 0.07 && v <= v_r {
                return k as i64;
            }
            if k < 0.0 || (us < 0.013 && v > us) {
                continue;
            }
            let left = v.ln() + inverse_alpha.ln() - (a / (us * us) + b).ln();
            if left <= -rate + k * rate.ln() - libm::lgamma(k + 1.0) {
                return k as i64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Generator;

    #[test]
    fn integers_cover_the_whole_of_i64() {
        let drawn = Generator::with_seed(0)
            .lock()
            .integers(i64::MIN, i64::MAX, 100);
        assert!(drawn.iter().any(|&value| value < 0) && drawn.iter().any(|&value| value > 0));
    }

    #[test]
    #[should_panic(
        expected = "random_ expects 'from' to be less than 'to', but got from=3 >= to=3"
    )]
    fn an_empty_range_is_refused() {
        Generator::with_seed(0).lock().integers(3, 3, 1);
    }

    #[test]
    fn a_permutation_has_every_number_once() {
        let mut order = Generator::with_seed(9).lock().permutation(100);
        order.sort_unstable();
        assert!(order.into_iter().eq(0..100));
        assert!(Generator::with_seed(9).lock().permutation(0).is_empty());
    }
}
