//! Derivatives of functions of complex numbers, along both axes.

use super::{check, random};
use wick::fft::{IstftOptions, Norm, StftOptions};
use wick::prelude::*;

/// Runs every group, for [`super::complete`].
pub(super) fn all_groups() {
    functions_of_one_number();
    functions_of_several();
    parts_and_what_is_made_of_them();
    what_moves_numbers();
    writing_through_views_of_parts();
    fourier_transforms();
    linear_algebra();
}

fn complex(shape: &[usize]) -> Tensor {
    Tensor::randn_with(shape, DType::C128)
}

macro_rules! each {
    ($($what:literal, [$($input:expr),*], |$x:ident| $f:expr;)*) => {
        $(check($what, &[$($input),*], true, |$x| $f);)*
    };
}

#[test]
fn functions_of_one_number() {
    manual_seed(41);
    macro_rules! unary {
        ($($name:ident),*) => { $(check(stringify!($name), &[complex(&[2, 3])], true, |x| x[0].$name());)* };
    }
    unary!(
        exp, log, log2, log10, log1p, expm1, sqrt, rsqrt, reciprocal, square, sin, cos, tan, sinh,
        cosh, tanh, asin, acos, atan, sigmoid, neg, abs, angle, sgn, conj, sum, mean, prod, norm,
        copy
    );
    each! {
        "pow by a number", [complex(&[3])], |x| x[0].pow(3) + x[0].pow(0.5) + x[0].pow(Complex::new(0.5, 1.));
        "cumsum", [complex(&[2, 3])], |x| x[0].cumsum(1) * &x[0];
        "cumprod", [complex(&[3])], |x| x[0].cumprod(0);
        "var", [complex(&[4])], |x| x[0].var();
        "sum of some", [complex(&[2, 3])], |x| x[0].sum_dim(0, false).square();
    }
}

#[test]
fn functions_of_several() {
    manual_seed(42);
    each! {
        "mul", [complex(&[2, 3]), complex(&[3])], |x| &x[0] * &x[1];
        "div", [complex(&[2, 3]), complex(&[3])], |x| &x[0] / &x[1];
        "add and sub", [complex(&[3]), complex(&[3])], |x| (&x[0] + &x[1]) * (&x[0] - &x[1]);
        "pow", [complex(&[3]), complex(&[3])], |x| x[0].pow(&x[1]);
        "real times complex", [random(&[2, 3]), complex(&[3])], |x| &x[0] * &x[1];
        "complex over real", [complex(&[3]), random(&[3])], |x| &x[0] / &x[1];
        "number on the left", [complex(&[3])], |x| Complex::new(1., 2.) / &x[0] - Complex::new(0., 1.) * &x[0];
        "matmul", [complex(&[2, 3]), complex(&[3, 2])], |x| x[0].matmul(&x[1]);
        "bmm", [complex(&[2, 2, 3]), complex(&[2, 3, 2])], |x| x[0].matmul(&x[1]);
        "mv", [complex(&[2, 3]), complex(&[3])], |x| x[0].matmul(&x[1]);
        "dot", [complex(&[3]), complex(&[3])], |x| x[0].dot(&x[1]);
        "vdot", [complex(&[3]), complex(&[3])], |x| x[0].vdot(&x[1]);
        "addcmul", [complex(&[3]), complex(&[3]), complex(&[3])], |x| x[0].addcmul(&x[1], &x[2], 0.5);
        "where", [complex(&[3]), random(&[3])], |x| tensor!([true, false, true]).where_(&x[0], &x[1]);
    }
}

#[test]
fn parts_and_what_is_made_of_them() {
    manual_seed(43);
    each! {
        "real", [complex(&[3])], |x| x[0].real().square();
        "imag", [complex(&[3])], |x| x[0].imag() * x[0].real();
        "view_as_real", [complex(&[3])], |x| x[0].view_as_real().square();
        "view_as_complex", [random(&[3, 2])], |x| x[0].view_as_complex().square();
        "complex", [random(&[2, 3]), random(&[3])], |x| Tensor::complex(&x[0], &x[1]).square();
        "polar", [random(&[3]), random(&[3])], |x| Tensor::polar(&x[0], &x[1]);
        "to complex", [random(&[3])], |x| x[0].to(DType::C128).exp();
        "adjoint", [complex(&[2, 3])], |x| x[0].adjoint().matmul(&x[0]);
    }
}

#[test]
fn what_moves_numbers() {
    manual_seed(44);
    each! {
        "cat", [complex(&[2]), complex(&[3])], |x| Tensor::cat(&[&x[0], &x[1]], 0).square();
        "stack", [complex(&[2]), random(&[2])], |x| Tensor::stack(&[&x[0], &x[1]], 0).square();
        "index", [complex(&[3])], |x| x[0].i(tensor!([0, 0, 2])).square();
        "gather", [complex(&[2, 3])], |x| x[0].gather(1, &tensor!([[0, 2], [1, 1]])).square();
        "views", [complex(&[2, 3])], |x| x[0].t().reshape([2, 3]).i((0, 1..)).expand([2, 2]).square();
        "masked_fill", [complex(&[3])], |x| x[0].masked_fill(&tensor!([true, false, false]), 2).square();
        "index_add", [complex(&[3]), complex(&[2])], |x| x[0].index_add(0, &tensor!([1, 1]), &x[1]).square();
        "tril and flip", [complex(&[2, 2])], |x| x[0].tril(0).flip(0).square();
    }
}

#[test]
fn writing_through_views_of_parts() {
    manual_seed(45);
    each! {
        "into the real part", [complex(&[3]), random(&[3])], |x| {
            let z = &x[0] * 2;
            z.real().mul_(&x[1]);
            z.square()
        };
        "as a complex number into pairs", [random(&[3, 2]), complex(&[3])], |x| {
            let pairs = &x[0] * 2;
            pairs.view_as_complex().mul_(&x[1]);
            pairs.square()
        };
        "in place", [complex(&[3])], |x| {
            let z = &x[0] * Complex::new(0., 1.);
            z.i(0).fill_(Complex::new(1., 1.));
            z.square()
        };
    }
}

#[test]
fn fourier_transforms() {
    manual_seed(46);
    each! {
        "fft", [complex(&[2, 5])], |x| fft::fft(&x[0]);
        "fft of real numbers", [random(&[2, 5])], |x| fft::fft(&x[0]);
        "ifft", [complex(&[4])], |x| fft::ifft_with(&x[0], Some(6), -1, Norm::Ortho).square();
        "rfft", [random(&[2, 6])], |x| fft::rfft(&x[0]).square();
        "rfft of an odd count", [random(&[5, 2])], |x| fft::rfft_with(&x[0], None, 0, Norm::Forward);
        "irfft", [complex(&[2, 4])], |x| fft::irfft(&x[0]);
        "irfft to an odd count", [complex(&[4])], |x| fft::irfft_with(&x[0], Some(7), -1, Norm::Ortho).square();
        "irfft to one and two", [complex(&[2])], |x| fft::irfft_with(&x[0], Some(1), -1, Norm::Ortho) + fft::irfft(&x[0]);
        "hfft", [complex(&[3])], |x| fft::hfft(&x[0]);
        "ihfft", [random(&[5])], |x| fft::ihfft(&x[0]);
        "fft2", [complex(&[2, 3])], |x| fft::fft2(&x[0]);
        "rfftn", [random(&[2, 3, 4])], |x| fft::rfftn(&x[0]);
        "irfftn", [complex(&[2, 3])], |x| fft::irfftn(&x[0]).square();
        "fftshift", [complex(&[5])], |x| fft::fftshift(&x[0]).square();
        "stft", [random(&[9])], |x| x[0].stft(4, &StftOptions::new().window(&Tensor::hann_window_with(4, true, DType::F64)));
        "istft", [complex(&[3, 4])], |x| x[0].istft(4, &IstftOptions::new());
    }
}

#[test]
fn linear_algebra() {
    manual_seed(47);
    each! {
        "inv", [complex(&[3, 3])], |x| linalg::inv(&x[0]);
        "solve", [complex(&[2, 3, 3]), complex(&[3, 2])], |x| linalg::solve(&x[0], &x[1]);
        "eigvals", [random(&[3, 3])], |x| linalg::eigvals(&x[0]);
        "eigvals of complex matrices", [complex(&[2, 3, 3])], |x| linalg::eigvals(&x[0]).square();
        "eig", [random(&[3, 3])], |x| { let (values, vectors) = linalg::eig(&x[0]); (values, vectors.abs()) };
        "eig of complex matrices", [complex(&[3, 3])], |x| {
            let (values, vectors) = linalg::eig(&x[0]);
            vectors.abs().matmul(&values.abs())
        };
    }
}
