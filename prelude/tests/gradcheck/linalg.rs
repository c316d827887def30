//! The derivatives of `linalg`.

use super::{check, random};
use wick::linalg::*;
use wick::prelude::*;

/// Every group of this file.
pub fn all_groups() {
    inverses_and_equations();
    determinants();
    factorizations();
    pseudoinverses_and_least_squares();
    norms();
    powers_and_products();
}

/// Matrices that are far from singular.
fn regular(shape: &[usize]) -> Tensor {
    let n = shape[shape.len() - 1];
    random(shape) * 0.5 + Tensor::eye_with(n, DType::F64) * 2
}

/// A symmetric positive-definite matrix of any square one.
fn positive_definite(x: &Tensor) -> Tensor {
    x.matmul(&x.mt()) + Tensor::eye_with(x.size(-1), DType::F64) * 0.5
}

fn symmetric(x: &Tensor) -> Tensor {
    x + x.mt()
}

#[test]
fn inverses_and_equations() {
    manual_seed(31);
    for batch in [&[][..], &[2]] {
        let with = |tail: &[usize]| [batch, tail].concat();
        check("inv", &[regular(&with(&[3, 3]))], true, |x| inv(&x[0]));
        let inputs = [regular(&with(&[3, 3])), random(&with(&[3, 2]))];
        check("solve", &inputs, true, |x| solve(&x[0], &x[1]));
        let inputs = [regular(&with(&[3, 3])), random(&with(&[2, 3]))];
        check("solve_right", &inputs, true, |x| solve_right(&x[0], &x[1]));
    }
    let inputs = [regular(&[2, 3, 3]), random(&[3, 1])];
    check("solve, one for all", &inputs, true, |x| solve(&x[0], &x[1]));
    let inputs = [regular(&[3, 3]), random(&[3])];
    check("solve for a vector", &inputs, true, |x| solve(&x[0], &x[1]));
    for upper in [false, true] {
        for left in [false, true] {
            for unitriangular in [false, true] {
                let options = TriangularOptions {
                    upper,
                    left,
                    unitriangular,
                };
                let inputs = [regular(&[3, 3]), random(&[2, 3, 3])];
                check("solve_triangular", &inputs, true, move |x| {
                    solve_triangular_with(&x[0], &x[1], options)
                });
            }
        }
        let inputs = [random(&[3, 2]), regular(&[3, 3])];
        check("cholesky_solve", &inputs, true, move |x| {
            // Only one triangle is read.
            let mask = tensor!([[1., 0., 0.], [1., 1., 0.], [1., 1., 1.]]).to(DType::F64);
            let l = &x[1] * mask;
            let factor = if upper { l.mt() } else { l };
            cholesky_solve(&x[0], &factor, upper)
        });
    }
    check("tensorinv", &[regular(&[4, 4])], true, |x| {
        tensorinv(&x[0].view([2, 2, 4]), 2)
    });
}

#[test]
fn determinants() {
    manual_seed(32);
    check("det", &[random(&[2, 3, 3])], true, |x| det(&x[0]));
    check("slogdet", &[regular(&[2, 3, 3])], true, |x| slogdet(&x[0]));
    check("logdet", &[regular(&[3, 3])], true, |x| {
        logdet(&positive_definite(&x[0]))
    });
    // Of a singular matrix the first derivative is the adjugate.
    let singular = tensor!([[1., 2., 3.], [2., 4., 6.], [1., 0., 1.]]).to(DType::F64);
    check("det of a singular matrix", &[singular], false, |x| {
        det(&x[0])
    });
}

#[test]
fn factorizations() {
    manual_seed(33);
    check("cholesky", &[regular(&[2, 3, 3])], true, |x| {
        cholesky(&positive_definite(&x[0]))
    });
    check("cholesky_upper", &[regular(&[3, 3])], true, |x| {
        cholesky_upper(&positive_definite(&x[0]))
    });
    for shape in [&[3, 3][..], &[4, 2], &[2, 4], &[2, 3, 2]] {
        check("qr", &[random(shape)], true, |x| qr(&x[0]));
        check("lu", &[random(shape)], true, |x| {
            let (_, l, u) = lu(&x[0]);
            (l, u)
        });
        check("lu_factor", &[random(shape)], true, |x| lu_factor(&x[0]).0);
        check("svdvals", &[random(shape)], true, |x| svdvals(&x[0]));
        // What does not depend on the signs of the vectors.
        check("svd", &[random(shape)], true, |x| {
            let (u, s, vh) = svd_with(&x[0], false);
            (u.square(), s, vh.square())
        });
    }
    check("svd, full", &[random(&[3, 2])], true, |x| {
        let (u, s, vh) = svd(&x[0]);
        (u.narrow(-1, 0, 2).square(), s, vh.square())
    });
    check("complete qr", &[random(&[2, 3])], true, |x| {
        qr_with(&x[0], QrMode::Complete)
    });
    check(
        "lu_solve",
        &[regular(&[3, 3]), random(&[3, 2])],
        true,
        |x| {
            let (factors, pivots) = lu_factor(&x[0]);
            lu_solve(&factors, &pivots, &x[1])
        },
    );
    for shape in [&[3, 3][..], &[2, 3, 3]] {
        check("eigh", &[random(shape)], true, |x| {
            let (values, vectors) = eigh(&symmetric(&x[0]));
            (values, vectors.square())
        });
        check("eigvalsh", &[random(shape)], true, |x| {
            eigvalsh_with(&symmetric(&x[0]), Uplo::U)
        });
    }
}

#[test]
fn pseudoinverses_and_least_squares() {
    manual_seed(34);
    for shape in [&[3, 2][..], &[2, 3], &[3, 3], &[2, 3, 2]] {
        check("pinv", &[random(shape)], true, |x| pinv(&x[0]));
        let b: Vec<usize> = [&shape[..shape.len() - 1], &[2]].concat();
        check("lstsq", &[random(shape), random(&b)], true, |x| {
            lstsq(&x[0], &x[1]).solution
        });
    }
    // The rank stays 1 wherever the two factors go.
    check(
        "pinv of rank 1",
        &[random(&[3, 1]), random(&[1, 2])],
        true,
        |x| pinv(&x[0].matmul(&x[1])),
    );
}

#[test]
fn norms() {
    manual_seed(35);
    let inf = f64::INFINITY;
    for p in [0.5, 1., 1.5, 2., 3., -1., inf, -inf] {
        check("vector_norm", &[random(&[2, 3])], true, move |x| {
            vector_norm(&x[0], p)
        });
        check("vector_norm over one", &[random(&[2, 3])], true, move |x| {
            vector_norm_with(&x[0], p, NormOptions::new().dim(1).keepdim(true))
        });
    }
    for order in ["fro", "nuc", "inf", "-inf"] {
        check("matrix_norm", &[random(&[2, 3, 2])], true, move |x| {
            matrix_norm(&x[0], order)
        });
    }
    for order in [1, -1, 2, -2] {
        check("matrix_norm", &[random(&[2, 3, 2])], true, move |x| {
            matrix_norm_with(&x[0], order, NormOptions::new().dim([0, 1]))
        });
        check("cond", &[regular(&[3, 3])], true, move |x| {
            cond_with(&x[0], order)
        });
    }
    check("cond", &[random(&[3, 2])], true, |x| cond(&x[0]));
}

#[test]
fn powers_and_products() {
    manual_seed(36);
    for n in [0, 1, 2, 5, -3] {
        check("matrix_power", &[regular(&[3, 3])], true, move |x| {
            matrix_power(&x[0], n) + x[0].sum() * 0.
        });
    }
    check("matrix_exp", &[random(&[2, 3, 3])], true, |x| {
        matrix_exp(&x[0])
    });
    check("a larger matrix_exp", &[random(&[2, 2]) * 4], false, |x| {
        matrix_exp(&x[0])
    });
    let inputs = [random(&[3]), random(&[3, 2]), random(&[2, 4]), random(&[4])];
    check("multi_dot", &inputs, true, |x| {
        multi_dot(&x.iter().collect::<Vec<_>>())
    });
}
