//! The incomplete gamma and beta functions, with their derivatives in the first parameter.
//!
//! A draw `x` from a distribution function `F(x; a)` moves with `a` as `-(dF/da) / (dF/dx)` says. Both parts have a factor
//! in common that overflows or vanishes; here it is divided out before anything is computed, so that the quotient is
//! exact wherever it is a number.

use super::special::digamma;
use std::f64::consts::PI;
use std::ops::{Add, Div, Mul};

/// When a series or a fraction has nothing more to add.
const DONE: f64 = 1e-16;
/// More terms than any parameter needs that a sample can be drawn for.
const TERMS: usize = 1_000_000;
/// In place of 0 where a continued fraction divides.
const TINY: f64 = 1e-300;

/// A number and its derivative.
#[derive(Clone, Copy)]
struct Dual {
    value: f64,
    slope: f64,
}

const fn dual(value: f64, slope: f64) -> Dual {
    Dual { value, slope }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        dual(self.value + other.value, self.slope + other.slope)
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        dual(
            self.value * other.value,
            self.slope * other.value + self.value * other.slope,
        )
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        dual(value, (self.slope - value * other.slope) / other.value)
    }
}

impl Dual {
    fn or_tiny(self) -> Self {
        match self.value.abs() < TINY {
            true => dual(TINY, self.slope),
            false => self,
        }
    }
}

/// `b0 + a1 / (b1 + a2 / (b2 + …))`, of which `term` gives the pairs `(a, b)`, by the method of Lentz.
fn continued_fraction(first: Dual, mut term: impl FnMut(f64) -> (Dual, Dual)) -> Dual {
    let one = dual(1., 0.);
    let mut whole = first.or_tiny();
    let (mut c, mut d) = (whole, dual(0., 0.));
    for n in 1..TERMS {
        let (a, b) = term(n as f64);
        d = one / (a * d + b).or_tiny();
        c = (b + a / c).or_tiny();
        let change = c * d;
        whole = whole * change;
        if (change.value - 1.).abs() < DONE
            && change.slope.abs() <= DONE * whole.slope.abs().max(1.)
        {
            break;
        }
    }
    whole
}

/// Whether the series is the better way, and not the fraction.
fn by_series(a: f64, x: f64) -> bool {
    x < a + 1.
}

/// `Γ(a + 1) P(a, x) / (x^a e^-x)`, the sum over `n` of `x^n / ((a + 1) … (a + n))`.
fn gamma_series(a: f64, x: f64) -> Dual {
    let x = dual(x, 0.);
    let (mut term, mut sum) = (dual(1., 0.), dual(1., 0.));
    for n in 1..TERMS {
        term = term * (x / dual(a + n as f64, 1.));
        sum = sum + term;
        if term.value < sum.value * DONE && term.slope.abs() <= sum.slope.abs() * DONE {
            break;
        }
    }
    sum
}

/// `Γ(a) Q(a, x) / (x^a e^-x)`.
fn gamma_fraction(a: f64, x: f64) -> Dual {
    let b = |n: f64| dual(x + 2. * n + 1. - a, -1.);
    dual(1., 0.) / continued_fraction(b(0.), |n| (dual(n * (a - n), n), b(n)))
}

/// `x^a e^-x / Γ(a + 1)`. From where its parts are so large that their difference loses digits, by Stirling's series.
fn gamma_factor(a: f64, x: f64) -> f64 {
    if a < 15. {
        return (a * x.ln() - x - libm::lgamma(a + 1.)).exp();
    }
    let mu = (x - a) / a;
    let square = 1. / (a * a);
    let series = [1. / 12., -1. / 360., 1. / 1260., -1. / 1680., 1. / 1188.];
    let tail = series
        .iter()
        .rev()
        .fold(0., |sum, term| sum * square + term)
        / a;
    (a * (mu.ln_1p() - mu) - tail).exp() / (2. * PI * a).sqrt()
}

/// The regularized lower and upper incomplete gamma functions, where both are ordinary numbers.
fn gamma_parts(a: f64, x: f64) -> (f64, f64) {
    let factor = gamma_factor(a, x);
    match by_series(a, x) {
        true => {
            let lower = factor * gamma_series(a, x).value;
            (lower, 1. - lower)
        }
        false => {
            let upper = factor * a * gamma_fraction(a, x).value;
            (1. - upper, upper)
        }
    }
}

/// The lower one at the ends of its range, which the upper one complements.
fn gamma_at_an_end(a: f64, x: f64) -> Option<f64> {
    let nan = a.is_nan() || x.is_nan() || a < 0. || x < 0.;
    if nan || (a == 0. && x == 0.) || (a.is_infinite() && x.is_infinite()) {
        Some(f64::NAN)
    } else if a == 0. || x.is_infinite() {
        Some(1.)
    } else if x == 0. || a.is_infinite() {
        Some(0.)
    } else {
        None
    }
}

/// PyTorch: `torch.special.gammainc`.
pub(crate) fn gammainc(a: f64, x: f64) -> f64 {
    gamma_at_an_end(a, x).unwrap_or_else(|| gamma_parts(a, x).0)
}

/// PyTorch: `torch.special.gammaincc`.
pub(crate) fn gammaincc(a: f64, x: f64) -> f64 {
    gamma_at_an_end(a, x).map_or_else(|| gamma_parts(a, x).1, |lower| 1. - lower)
}

/// How a draw `x` from the gamma distribution of shape `a` moves with `a`. PyTorch: `torch._standard_gamma_grad`.
pub(crate) fn gamma_draw_slope(a: f64, x: f64) -> f64 {
    match by_series(a, x) {
        true => {
            let sum = gamma_series(a, x);
            -(x / a) * (sum.value * (x.ln() - digamma(a + 1.)) + sum.slope)
        }
        false => {
            let fraction = gamma_fraction(a, x);
            x * (fraction.value * (x.ln() - digamma(a)) + fraction.slope)
        }
    }
}

/// `a B(a, b) I_x(a, b) / (x^a (1 - x)^b)`, with the derivative in the parameter whose `slopes` entry is 1.
fn beta_fraction([a, b]: [f64; 2], x: f64, slopes: [f64; 2]) -> Dual {
    let (a, b, x) = (dual(a, slopes[0]), dual(b, slopes[1]), dual(x, 0.));
    let number = |n: f64| dual(n, 0.);
    let one = number(1.);
    let fraction = continued_fraction(one, |n| {
        let m = (n / 2.).floor();
        let a_2m = a + number(2. * m);
        let top = match n % 2. == 0. {
            true => number(m) * (b + number(-m)) * x / ((a_2m + number(-1.)) * a_2m),
            false => {
                number(-1.) * (a + number(m)) * (a + b + number(m)) * x / (a_2m * (a_2m + one))
            }
        };
        (top, one)
    });
    one / fraction
}

/// How a draw `x` from the beta distribution of `a` and `b` moves with `a`, divided by `1 - x`. PyTorch:
/// `torch._dirichlet_grad`, whose third argument is `a + b`.
pub(crate) fn beta_draw_slope(a: f64, b: f64, x: f64) -> f64 {
    let log = x.ln() - digamma(a) + digamma(a + b);
    if x < (a + 1.) / (a + b + 2.) {
        let fraction = beta_fraction([a, b], x, [1., 0.]);
        -(x / a) * (fraction.value * (log - 1. / a) + fraction.slope)
    } else {
        let fraction = beta_fraction([b, a], 1. - x, [0., 1.]);
        (x / b) * (fraction.value * log + fraction.slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against differences of the distribution function in 40 digits.
    #[test]
    fn slopes_of_gamma_draws_are_exact() {
        for (a, x, expected) in [
            (0.001, 1e-30, 6.850198085801107e-26),
            (0.05, 0.2, 6.223423958895846),
            (0.5, 0.01, 0.09354403370539151),
            (0.5, 6., 3.627189447602869),
            (1., 1., 1.173563027224727),
            (2.5, 2., 0.9534627029186165),
            (2.5, 12., 2.110481520182),
            (40., 35., 0.9386210202777746),
            (900., 950., 1.02746744380761),
            (1e5, 100_200., 1.001001002332872),
        ] {
            let found = gamma_draw_slope(a, x);
            assert!(
                (found / expected - 1.).abs() < 1e-9,
                "{a} {x}: {found} {expected}"
            );
        }
    }

    #[test]
    fn slopes_of_beta_draws_are_exact() {
        for (a, b, x, expected) in [
            (0.01, 0.3, 1e-20, 4.887453073396128e-17),
            (0.5, 0.5, 0.2, 1.008413037316935),
            (0.5, 3., 0.7, 0.8908553252832441),
            (2., 5., 0.1, 0.09041368786994114),
            (2., 5., 0.6, 0.2328895736574203),
            (30., 4., 0.9, 0.03016623633264384),
            (1000., 2000., 0.34, 0.0003367383762374177),
            (3., 0.02, 0.999, 0.3931917299169612),
        ] {
            let found = beta_draw_slope(a, b, x);
            assert!(
                (found / expected - 1.).abs() < 1e-9,
                "{a} {b} {x}: {found} {expected}"
            );
        }
    }
}
