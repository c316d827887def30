//! The incomplete gamma and beta functions, with their derivatives in the first parameter.
//!
//! A draw `x` from a distribution function `F(x; a)` moves with `a` as `-(dF/da) / (dF/dx)` says. Both parts have a factor
//! in common that overflows or vanishes; here it is divided out before anything is computed, so that the quotient is
//! exact wherever it is a number.

use super::special::digamma;
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

/// The regularized lower and upper incomplete gamma functions, where both are ordinary numbers.
fn gamma_parts(a: f64, x: f64) -> (f64, f64) {
    let common = a * x.ln() - x;
    match by_series(a, x) {
        true => {
            let lower = (common - libm::lgamma(a + 1.)).exp() * gamma_series(a, x).value;
            (lower, 1. - lower)
        }
        false => {
            let upper = (common - libm::lgamma(a)).exp() * gamma_fraction(a, x).value;
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

    /// The slopes by differences of the distribution function.
    #[test]
    fn slopes_of_draws_are_those_of_the_function() {
        for a in [0.05, 0.7, 1., 3.5, 40., 900.] {
            for share in [0.2, 0.9, 1.1, 2.] {
                let x = a * share;
                let step = 1e-5 * a;
                let by_a = (gammainc(a + step, x) - gammainc(a - step, x)) / (2. * step);
                let density = ((a - 1.) * x.ln() - x - libm::lgamma(a)).exp();
                // Far out the function itself is flat, and its differences are noise.
                if by_a.abs() < 1e-6 {
                    continue;
                }
                let expected = -by_a / density;
                let found = gamma_draw_slope(a, x);
                assert!(
                    (found - expected).abs() < 2e-5 * expected.abs(),
                    "{a} {x}: {found} {expected}"
                );
            }
        }
    }

    /// A beta value with `b = 1` is `u^(1 / a)`, and with `a = 1` it is `1 - u^(1 / b)`.
    #[test]
    fn slopes_of_beta_draws_are_right_where_they_are_known() {
        for a in [0.1, 1., 2.5, 60.] {
            for x in [0.001f64, 0.3, 0.8, 0.999] {
                let expected = -x * x.ln() / a / (1. - x);
                let found = beta_draw_slope(a, 1., x);
                assert!(
                    (found / expected - 1.).abs() < 1e-10,
                    "{a} {x}: {found} {expected}"
                );
            }
        }
    }
}
