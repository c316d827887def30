//! How often a trial succeeds.

use super::generator::Draws;
use super::real::WideReal;

/// `ln k!` less Stirling's approximation of it, for `k` from 0 to 9.
const TAIL: [f64; 10] = [
    0.081_061_466_795_327_8,
    0.041_340_695_955_409_3,
    0.027_677_925_684_998_3,
    0.020_790_672_103_765_1,
    0.016_644_691_189_821_2,
    0.013_876_128_823_070_7,
    0.011_896_709_945_891_8,
    0.010_411_265_261_972_1,
    0.009_255_462_182_712_73,
    0.008_330_563_433_362_87,
];

/// The same for any whole number.
fn stirling_tail(k: f64) -> f64 {
    if k <= 9.0 {
        return TAIL[k as usize];
    }
    let square = (k + 1.0) * (k + 1.0);
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / (k + 1.0)
}

impl Draws<'_> {
    /// How many of `count` trials succeed, each with the probability `p`. PyTorch: `torch.binomial`.
    ///
    /// ```
    /// use wick::random::Generator;
    /// let generator = Generator::with_seed(0);
    /// let mut draws = generator.lock();
    /// assert_eq!([0; 5].map(|_| draws.binomial(10., 0.3)), [6.0, 3.0, 3.0, 2.0, 4.0]);
    /// ```
    pub fn binomial(&mut self, count: f64, p: f64) -> f64 {
        if count <= 0.0 || p <= 0.0 {
            return 0.0;
        }
        if p >= 1.0 {
            return count;
        }
        if p <= 0.5 {
            return self.successes(count, p);
        }
        match p.is_nan() {
            true => f64::NAN,
            false => count - self.successes(count, 1.0 - p),
        }
    }

    /// For a probability of at most one half.
    fn successes(&mut self, count: f64, p: f64) -> f64 {
        match count * p >= 10.0 {
            true => self.binomial_by_rejection(count, p),
            false => self.binomial_by_gaps(count, p),
        }
    }

    /// Goes from success to success.
    fn binomial_by_gaps(&mut self, count: f64, p: f64) -> f64 {
        let failing = (-p).ln_1p();
        let (mut trials, mut successes) = (0.0, 0.0);
        loop {
            trials += (f64::unit(self).ln() / failing).ceil();
            // Not `>=`, and a count that is no number ends at once.
            if trials.partial_cmp(&count).is_none_or(|order| order.is_gt()) {
                return successes;
            }
            successes += 1.0;
        }
    }

    /// Hörmann's BTRS (The generation of binomial random variates, 1993), with the constants of PyTorch's `btrs`.
    fn binomial_by_rejection(&mut self, count: f64, p: f64) -> f64 {
        let deviation = (count * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * deviation;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let c = count * p + 0.5;
        let v_r = 0.92 - 4.2 / b;
        let r = p / (1.0 - p);
        let alpha = (2.83 + 5.1 / b) * deviation;
        let m = ((count + 1.0) * p).floor();
        loop {
            let u = f64::unit(self) - 0.5;
            let v = f64::unit(self);
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + c).floor();
            if k < 0.0 || k > count {
                continue;
            }
            if us >= 0.07 && v <= v_r {
                return k;
            }
            let v = (v * alpha / (a / (us * us) + b)).ln();
            let bound = (m + 0.5) * ((m + 1.0) / (r * (count - m + 1.0))).ln()
                + (count + 1.0) * ((count - m + 1.0) / (count - k + 1.0)).ln()
                + (k + 0.5) * (r * (count - k + 1.0) / (k + 1.0)).ln()
                + stirling_tail(m)
                + stirling_tail(count - m)
                - stirling_tail(k)
                - stirling_tail(count - k);
            if v <= bound {
                return k;
            }
        }
    }
}
