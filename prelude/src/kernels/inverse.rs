//! Square roots and inverse trigonometric and hyperbolic functions of complex numbers, after Kahan's "Branch Cuts for
//! Complex Elementary Functions" (1987): exact where the formulas with logarithms cancel, and on the right side of every
//! cut, which the sign of a 0 tells.

use num_complex::{Complex, Complex64};

fn one_minus(z: Complex64) -> Complex64 {
    Complex::new(1. - z.re, -z.im)
}

fn one_plus(z: Complex64) -> Complex64 {
    Complex::new(1. + z.re, z.im)
}

/// `i z`
fn turned(z: Complex64) -> Complex64 {
    Complex::new(-z.im, z.re)
}

/// `-i z`
fn turned_back(z: Complex64) -> Complex64 {
    Complex::new(z.im, -z.re)
}

/// The square root. Not from its angle, in which a small part is lost.
pub(super) fn sqrt(z: Complex64) -> Complex64 {
    if z.im.is_infinite() {
        return Complex::new(f64::INFINITY, z.im);
    }
    let large = (z.re.abs() / 2. + z.norm() / 2.).sqrt();
    if large == 0. {
        return Complex::new(0., z.im);
    }
    let small = z.im.abs() / (2. * large);
    match z.re.is_sign_negative() {
        true => Complex::new(small, large.copysign(z.im)),
        false => Complex::new(large, small.copysign(z.im)),
    }
}

pub(super) fn asin(z: Complex64) -> Complex64 {
    let (less, more) = (sqrt(one_minus(z)), sqrt(one_plus(z)));
    Complex::new(
        z.re.atan2((less * more).re),
        libm::asinh((less.conj() * more).im),
    )
}

pub(super) fn acos(z: Complex64) -> Complex64 {
    let (less, more) = (sqrt(one_minus(z)), sqrt(one_plus(z)));
    Complex::new(
        2. * less.re.atan2(more.re),
        libm::asinh((more.conj() * less).im),
    )
}

pub(super) fn atan(z: Complex64) -> Complex64 {
    turned_back(atanh(turned(z)))
}

pub(crate) fn asinh(z: Complex64) -> Complex64 {
    turned_back(asin(turned(z)))
}

pub(crate) fn acosh(z: Complex64) -> Complex64 {
    let (less, more) = (sqrt(Complex::new(z.re - 1., z.im)), sqrt(one_plus(z)));
    Complex::new(
        libm::asinh((less.conj() * more).re),
        2. * less.im.atan2(more.re),
    )
}

pub(crate) fn atanh(z: Complex64) -> Complex64 {
    // The half of the plane in which nothing cancels.
    let (x, y) = (z.re.abs(), z.im);
    let apart = (1. - x) * (1. - x) + y * y;
    let real = (4. * x / apart).ln_1p() / 4.;
    let angle = (2. * y).atan2((1. - x) * (1. + x) - y * y) / 2.;
    Complex::new(real.copysign(z.re), angle)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, PI};

    use super::*;

    /// Some numbers, on cuts too.
    const NUMBERS: [[f64; 2]; 6] = [
        [1.0, 2.0],
        [-0.5, 0.3],
        [-2.0, 0.0],
        [2.0, -0.0],
        [1e-09, 1e-10],
        [-10000.0, 2000.0],
    ];

    #[test]
    fn the_numbers_of_glibc() {
        type Function = fn(Complex64) -> Complex64;
        let cases: [(Function, [[f64; 2]; 6]); 6] = [
            (
                asin,
                [
                    [0.4270785863924761, 1.5285709194809982],
                    [-0.4930392405856184, 0.3342998177749379],
                    [-FRAC_PI_2, 1.3169578969248166],
                    [FRAC_PI_2, -1.3169578969248166],
                    [1e-09, 1e-10],
                    [-1.3734007660204597, 9.923097906893833],
                ],
            ),
            (
                acos,
                [
                    [1.1437177404024204, -1.5285709194809982],
                    [2.063835567380515, -0.3342998177749379],
                    [PI, -1.3169578969248166],
                    [0.0, 1.3169578969248166],
                    [1.5707963257948965, -1e-10],
                    [2.9441970928153562, -9.923097906893833],
                ],
            ),
            (
                atan,
                [
                    [1.3389725222944935, 0.40235947810852507],
                    [-0.49371165990052035, 0.24094826646478956],
                    [-1.1071487177940904, 0.0],
                    [1.1071487177940904, -0.0],
                    [1e-09, 1e-10],
                    [-1.5707001729490035, 1.9230769055340617e-5],
                ],
            ),
            (
                asinh,
                [
                    [1.4693517443681852, 1.063440023577752],
                    [-0.4979029428302877, 0.26955564142495025],
                    [-1.4436354751788103, 0.0],
                    [1.4436354751788103, -0.0],
                    [1e-09, 1e-10],
                    [-9.923097911331704, 0.19739555892532454],
                ],
            ),
            (
                acosh,
                [
                    [1.5285709194809982, 1.1437177404024204],
                    [0.3342998177749379, 2.063835567380515],
                    [1.3169578969248166, PI],
                    [1.3169578969248166, -0.0],
                    [1e-10, 1.5707963257948965],
                    [9.923097906893833, 2.9441970928153562],
                ],
            ),
            (
                atanh,
                [
                    [0.17328679513998632, 1.1780972450961724],
                    [-0.48224014768538503, 0.3689075300602324],
                    [-0.5493061443340549, FRAC_PI_2],
                    [0.5493061443340549, -FRAC_PI_2],
                    [9.999999999999999e-10, 1e-10],
                    [-9.615384641461842e-05, 1.5707770960254903],
                ],
            ),
        ];
        for (i, (f, expected)) in cases.into_iter().enumerate() {
            for ([x, y], [re, im]) in NUMBERS.into_iter().zip(expected) {
                let w = f(Complex::new(x, y));
                let near = |a: f64, b: f64| (a - b).abs() <= 4e-15 * b.abs();
                assert!(near(w.re, re) && near(w.im, im), "{i}: {x} {y}: {w}");
            }
        }
    }
}
