//! Special functions that neither `std` nor `libm` has, in `f64`.
//!
//! Series and continued fractions stand here instead of tables of coefficients: each formula can be looked up in the
//! NIST Digital Library of Mathematical Functions (the numbers of its sections are given).

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

/// The derivative of `ln Γ` (DLMF 5.5.2, 5.5.4, 5.11.2).
pub(crate) fn digamma(mut x: f64) -> f64 {
    if x == 0. {
        return f64::INFINITY.copysign(-x);
    }
    let mut sum = 0.;
    if x < 0. {
        if x == x.trunc() {
            return f64::NAN;
        }
        // Only the fraction counts for the tangent; the whole part would cost digits.
        sum -= PI / (PI * x.fract()).tan();
        x = 1. - x;
    }
    while x < 10. {
        sum -= 1. / x;
        x += 1.;
    }
    let y = 1. / (x * x);
    let tail = y
        * (1. / 12.
            - y * (1. / 120.
                - y * (1. / 252.
                    - y * (1. / 240. - y * (1. / 132. - y * (691. / 32760. - y / 12.))))));
    sum + x.ln() - 0.5 / x - tail
}

/// Hurwitz's zeta function, `Σ (q + k)^-s`, by the Euler–Maclaurin sum (DLMF 25.11.5).
pub(crate) fn zeta(s: f64, q: f64) -> f64 {
    /// `B₂ₖ / (2k)!`
    const BERNOULLI: [f64; 8] = [
        1. / 12.,
        -1. / 720.,
        1. / 30240.,
        -1. / 1209600.,
        1. / 47900160.,
        -691. / 1307674368000.,
        1. / 74724249600.,
        -3617. / 10670622842880000.,
    ];
    if s == 1. {
        return f64::INFINITY;
    }
    if s < 1. || s.is_nan() || q.is_nan() {
        return f64::NAN;
    }
    if q <= 0. {
        return if q == q.floor() {
            f64::INFINITY
        } else if s == s.floor() {
            // The sum starts left of 0, where only whole powers are real.
            let steps = (-q).ceil() as usize;
            let left: f64 = (0..steps).map(|k| (q + k as f64).powf(-s)).sum();
            left + zeta(s, q + steps as f64)
        } else {
            f64::NAN
        };
    }
    let (mut sum, mut a) = (0., q);
    while a < 12. {
        sum += a.powf(-s);
        a += 1.;
    }
    sum += a.powf(1. - s) / (s - 1.) + 0.5 * a.powf(-s);
    let mut factor = s * a.powf(-s - 1.);
    for (k, coefficient) in BERNOULLI.iter().enumerate() {
        sum += coefficient * factor;
        let k = 2. * k as f64 + 1.;
        factor *= (s + k) * (s + k + 1.) / (a * a);
    }
    sum
}

/// The `n`-th derivative of [`digamma`] (DLMF 5.15.1).
pub(crate) fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    if x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    let factorial: f64 = (1..=n).map(f64::from).product();
    let sign = if n.is_multiple_of(2) { -1. } else { 1. };
    sign * factorial * zeta(f64::from(n) + 1., x)
}

/// What `erfc` is `q` of, for `q` in (0, 1]: a guess that is right to three digits (Winitzki), then Halley's steps.
fn erfc_inverse(q: f64) -> f64 {
    let l = (q * (2. - q)).ln();
    let t = 2. / (PI * 0.147) + 0.5 * l;
    let mut x = ((t * t - l / 0.147).sqrt() - t).max(0.).sqrt();
    for _ in 0..4 {
        let u = (q - libm::erfc(x)) / (FRAC_2_SQRT_PI * (-x * x).exp());
        x -= u / (1. + x * u);
    }
    x
}

/// What `erf` is `y` of.
pub(crate) fn erfinv(y: f64) -> f64 {
    if y.abs() >= 1. || y.is_nan() {
        return match y.abs() == 1. {
            true => f64::INFINITY.copysign(y),
            false => f64::NAN,
        };
    }
    if y.abs() > 0.5 {
        return erfc_inverse(1. - y.abs()).copysign(y);
    }
    let mut x = y / FRAC_2_SQRT_PI;
    for _ in 0..5 {
        let u = (libm::erf(x) - y) / (FRAC_2_SQRT_PI * (-x * x).exp());
        x -= u / (1. + x * u);
    }
    x
}

/// The normal number that a share `p` of all lies below.
pub(crate) fn ndtri(p: f64) -> f64 {
    if p == 0. {
        f64::NEG_INFINITY
    } else if p == 1. {
        f64::INFINITY
    } else if !(0. ..=1.).contains(&p) {
        f64::NAN
    } else if p < 0.5 {
        -erfc_inverse(2. * p) / FRAC_1_SQRT_2
    } else {
        erfinv(2. * p - 1.) / FRAC_1_SQRT_2
    }
}

/// `exp(x²) · erfc(x)`, which does not underflow (DLMF 7.9.1).
pub(crate) fn erfcx(x: f64) -> f64 {
    if x < 2. || x.is_nan() {
        return (x * x).exp() * libm::erfc(x);
    }
    let mut tail = x;
    for k in (1..=120).rev() {
        tail = x + 0.5 * f64::from(k) / tail;
    }
    0.5 * FRAC_2_SQRT_PI / tail
}

/// The logarithm of the share of normal numbers below `x`.
pub(crate) fn log_ndtr(x: f64) -> f64 {
    let t = x * FRAC_1_SQRT_2;
    if x < -1. {
        (erfcx(-t) / 2.).ln() - t * t
    } else {
        (-libm::erfc(t) / 2.).ln_1p()
    }
}

/// `exp(-|x|)` times the modified Bessel function of order 0 or 1 (DLMF 10.25.2, 10.40.1).
fn bessel_e(order: i32, x: f64) -> f64 {
    let x = x.abs();
    let nu = f64::from(order);
    if x <= 30. {
        let quarter = x * x / 4.;
        let mut term = (x / 2.).powi(order);
        let (mut sum, mut k) = (term, 1.);
        while term > sum * 1e-17 {
            term *= quarter / (k * (k + nu));
            sum += term;
            k += 1.;
        }
        return sum * (-x).exp();
    }
    if x.is_infinite() {
        return 0.;
    }
    let (mut sum, mut term) = (1., 1f64);
    for k in 1..40 {
        let odd = f64::from(2 * k - 1);
        term *= -(4. * nu * nu - odd * odd) / (8. * f64::from(k) * x);
        sum += term;
        if term.abs() < 1e-17 {
            break;
        }
    }
    sum / (2. * PI * x).sqrt()
}

/// [`i0`] times `exp(-|x|)`.
pub(crate) fn i0e(x: f64) -> f64 {
    if x.is_nan() { x } else { bessel_e(0, x) }
}

/// [`i1`] times `exp(-|x|)`.
pub(crate) fn i1e(x: f64) -> f64 {
    if x.is_nan() || x == 0. {
        return x;
    }
    bessel_e(1, x).copysign(x)
}

/// The modified Bessel function of order 0.
pub(crate) fn i0(x: f64) -> f64 {
    x.abs().exp() * i0e(x)
}

/// The modified Bessel function of order 1.
pub(crate) fn i1(x: f64) -> f64 {
    x.abs().exp() * i1e(x)
}

/// The logarithm of `exp(a) + exp(b)`.
pub(crate) fn logaddexp(a: f64, b: f64) -> f64 {
    if a.is_infinite() && a == b {
        return a;
    }
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference numbers from mpmath with 30 digits.
    #[test]
    fn special_functions_have_fifteen_digits() {
        for (computed, expected) in [
            (digamma(0.1), -10.423754940411076),
            (digamma(-1.5), 0.7031566406452432),
            (zeta(3., 1.), 1.2020569031595942),
            (polygamma(1, 0.25), 17.19732915450711),
            (polygamma(2, 1.), -2.4041138063191885),
            (erfinv(0.3), 0.2724627147267543),
            (erfinv(-0.9), -1.1630871536766743),
            (ndtri(1e-10), -6.361340902404057),
            (erfcx(10.), 0.05614099274382259),
            (log_ndtr(-20.), -203.91715537109727),
            (i0(1.), 1.2660658777520084),
            (i0e(50.), 0.05656162664745419),
            (i1(2.), 1.590636854637329),
            (i1e(50.), 0.0559931238928954),
        ] {
            let error: f64 = computed - expected;
            assert!(
                error.abs() <= 4e-15 * expected.abs(),
                "{computed} instead of {expected}"
            );
        }
    }
}
