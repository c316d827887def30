//! `linalg` against numbers and sentences of PyTorch 2.15.

use wick::linalg::*;
use wick::prelude::*;

fn error<T>(result: wick::Result<T>) -> String {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.to_string(),
    }
}

/// Equal in the digits that PyTorch prints.
#[track_caller]
fn same(found: &Tensor, expected: Tensor) {
    assert_eq!(found.shape(), expected.shape(), "{found}\n{expected}");
    let expected = expected.to(found.dtype());
    let tolerance = expected.abs() * 1e-4 + 1e-4;
    let near = (found - &expected).abs().le(&tolerance);
    let equal = near.logical_or(&found.eq(&expected));
    assert!(equal.all().item::<bool>(), "{found}\n{expected}");
}

/// Equal but for the signs of columns.
#[track_caller]
fn same_columns(found: &Tensor, expected: Tensor) {
    let signs = (found * &expected).sum_dim(-2, true).sign();
    same(&(found * signs), expected);
}

fn a() -> Tensor {
    tensor!([[4., 2.], [1., 3.]])
}

fn m() -> Tensor {
    tensor!([[1., 2.], [3., 4.], [5., 6.]])
}

fn singular() -> Tensor {
    tensor!([[1., 2.], [2., 4.]])
}

fn zero() -> Tensor {
    Tensor::zeros([2, 2])
}

fn batch() -> Tensor {
    Tensor::stack(&[a(), zero()], 0)
}

#[test]
fn inverses_and_determinants() {
    same(&inv(&a()), tensor!([[0.3, -0.2], [-0.1, 0.4]]));
    same(&a().inverse(), tensor!([[0.3, -0.2], [-0.1, 0.4]]));
    assert_eq!(inv(&Tensor::ones([0, 0])).shape(), [0, 0]);
    same(&det(&batch()), tensor!([10., 0.]));
    assert_eq!(det(&Tensor::ones([0, 0])).item::<f32>(), 1.);
    let (sign, logarithm) = slogdet(&singular());
    assert_eq!(sign.item::<f32>(), 0.);
    assert_eq!(logarithm.item::<f32>(), f32::NEG_INFINITY);
    let (sign, logarithm) = a().slogdet();
    same(&sign, tensor!(1.));
    same(&logarithm, tensor!(std::f32::consts::LN_10));
    assert_eq!(logdet(&singular()).item::<f32>(), f32::NEG_INFINITY);
    assert!(
        logdet(&tensor!([[0., 1.], [1., 0.]]))
            .isnan()
            .item::<bool>()
    );
}

#[test]
fn singular_matrices_are_named() {
    let words = "the inversion could not be completed because the input matrix is singular.";
    assert_eq!(
        error(try_inv(&singular())),
        format!("linalg.inv: The diagonal element 2 is zero, {words}")
    );
    assert_eq!(
        error(try_inv(&zero())),
        format!("linalg.inv: The diagonal element 1 is zero, {words}")
    );
    assert_eq!(
        error(try_inv(&batch())),
        format!("linalg.inv: (Batch element 1): The diagonal element 1 is zero, {words}")
    );
    assert_eq!(
        error(try_solve(&singular(), &Tensor::ones([2, 1]))),
        "torch.linalg.solve: The solver failed because the input matrix is singular."
    );
    assert_eq!(
        error(try_solve(&batch(), &Tensor::ones([2, 2, 1]))),
        "torch.linalg.solve: (Batch element 1): The solver failed because the input matrix is singular."
    );
    assert_eq!(
        error(try_lu_factor(&batch())),
        "torch.linalg.lu_factor: (Batch element 1): U[1,1] is zero and using it on lu_solve would result in a division by \
         zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or \
         linalg.lu_factor_ex(A, pivot)"
    );
    let words = "is not positive-definite).";
    assert_eq!(
        error(try_cholesky(&tensor!([[1., 2.], [2., 1.]]))),
        format!(
            "linalg.cholesky: The factorization could not be completed because the input is not positive-definite (the \
             leading minor of order 2 {words}"
        )
    );
    let both = Tensor::stack(&[Tensor::eye(2), zero()], 0);
    assert_eq!(
        error(try_cholesky(&both)),
        format!(
            "linalg.cholesky: (Batch element 1): The factorization could not be completed because the input is not \
             positive-definite (the leading minor of order 1 {words}"
        )
    );
    assert_eq!(
        error(try_svd(&(a() * f64::NAN))),
        "linalg.svd: The algorithm failed to converge because the input matrix contained non-finite values."
    );
}

#[test]
fn what_is_no_square_matrix_of_floats_is_refused() {
    let rectangular = Tensor::ones([2, 3]);
    let squares: [(&str, wick::Result<Tensor>); 4] = [
        ("inv", try_inv(&rectangular)),
        ("det", try_det(&rectangular)),
        ("cholesky", try_cholesky(&rectangular)),
        ("matrix_exp", try_matrix_exp(&rectangular)),
    ];
    for (name, result) in squares {
        assert_eq!(
            error(result),
            format!(
                "linalg.{name}: A must be batches of square matrices, but they are 2 by 3 matrices"
            )
        );
    }
    assert_eq!(
        error(try_inv(&Tensor::ones([3]))),
        "linalg.inv: The input tensor A must have at least 2 dimensions."
    );
    let integers = tensor!([[1, 0], [0, 1]]);
    assert_eq!(
        error(try_inv(&integers)),
        "linalg.inv: Expected a floating point or complex tensor as input. Got Long"
    );
    assert_eq!(
        error(try_inv(&a().to(DType::F16))),
        "linalg.inv: Low precision dtypes not supported. Got Half"
    );
    assert_eq!(
        error(try_svd(&a().to(DType::F16))),
        "\"linalg_svd_cpu\" not implemented for 'Half'"
    );
    assert_eq!(
        error(try_eigh(&integers)),
        "\"linalg_eigh_cpu\" not implemented for 'Long'"
    );
}

#[test]
fn equations() {
    same(&solve(&a(), &tensor!([1., 1.])), tensor!([0.1, 0.3]));
    same(
        &solve_right(&a(), &Tensor::ones([1, 2])),
        tensor!([[0.2, 0.2]]),
    );
    let two = Tensor::stack(&[a(), a()], 0);
    assert_eq!(solve(&two, &Tensor::ones([2, 2])).shape(), [2, 2]);
    assert_eq!(
        error(try_solve(&a(), &Tensor::ones([3, 1]))),
        "linalg.solve: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x1)"
    );
    assert_eq!(
        error(try_solve(&a(), &Tensor::ones([2, 1]).to(DType::F64))),
        "linalg.solve: Expected A and B to have the same dtype, but found A of type Float and B of type Double instead"
    );
    let ones = Tensor::ones([2, 1]);
    same(
        &solve_triangular(&a(), &ones, true),
        tensor!([[0.0833], [0.3333]]),
    );
    let unit = TriangularOptions {
        upper: false,
        unitriangular: true,
        ..Default::default()
    };
    same(
        &solve_triangular_with(&a(), &ones, unit),
        tensor!([[1.], [0.]]),
    );
    let right = TriangularOptions {
        left: false,
        ..Default::default()
    };
    same(
        &solve_triangular_with(&a(), &Tensor::ones([1, 2]), right),
        tensor!([[0.25, 0.1667]]),
    );
    assert_eq!(
        error(try_solve_triangular(&a(), &Tensor::ones([2]), true)),
        "linalg.solve_triangular: The input tensor B must have at least 2 dimensions."
    );
    let (factors, pivots) = lu_factor(&a());
    same(&lu_solve(&factors, &pivots, &ones), tensor!([[0.1], [0.3]]));
}

#[test]
fn cholesky_factors() {
    let p = a().matmul(&a().t());
    same(
        &cholesky_upper(&p),
        tensor!([[4.4721, 2.2361], [0., 2.2361]]),
    );
    let l = p.cholesky(false);
    same(&l, tensor!([[4.4721, 0.], [2.2361, 2.2361]]));
    same(
        &cholesky_solve(&Tensor::ones([2, 1]), &l, false),
        tensor!([[0.], [0.1]]),
    );
    same(
        &cholesky_inverse(&l, false),
        tensor!([[0.1, -0.1], [-0.1, 0.2]]),
    );
    assert_eq!(
        error(try_cholesky_solve(&Tensor::ones([3, 1]), &l, false)),
        "Incompatible matrix sizes for cholesky_solve: each A matrix is 2 by 2 but each b matrix is 3 by 1"
    );
}

#[test]
fn factorizations_have_lapacks_signs() {
    let (q, r) = qr(&m());
    same(
        &q,
        tensor!([[-0.1690, 0.8971], [-0.5071, 0.2760], [-0.8452, -0.3450]]),
    );
    same(&r, tensor!([[-5.9161, -7.4374], [0., 0.8281]]));
    let (q, r) = qr_with(&m(), QrMode::Complete);
    same(&q.i((.., 2)), tensor!([0.4082, -0.8165, 0.4082]));
    assert_eq!((q.shape(), r.shape()), ([3, 3].into(), [3, 2].into()));
    let (q, r) = qr_with(&m(), "r".parse().unwrap());
    assert_eq!((q.shape(), r.shape()), ([0].into(), [2, 2].into()));
    let (_, r) = qr(&a());
    same(&r, tensor!([[-4.1231, -2.6679], [0., 2.4254]]));
    assert_eq!(
        error("x".parse::<QrMode>()),
        "qr received unrecognized mode 'x' but expected one of 'reduced' (default), 'r', or 'complete'"
    );
    let (p, l, u) = lu(&m());
    same(&p, tensor!([[0., 1., 0.], [0., 0., 1.], [1., 0., 0.]]));
    same(&l, tensor!([[1., 0.], [0.2, 1.], [0.6, 0.5]]));
    same(&u, tensor!([[5., 6.], [0., 0.8]]));
    let (packed, pivots) = lu_factor(&m());
    same(&packed, tensor!([[5., 6.], [0.2, 0.8], [0.6, 0.5]]));
    assert_eq!(pivots.to_vec1::<i32>(), [3, 3]);
}

#[test]
fn transposed_matrices_can_meet_one_matrix_for_all() {
    let x = Tensor::arange(0., 12., 1.).view([2, 2, 3]);
    let wide = Tensor::arange(0., 4., 1.).view([2, 2]).expand([2, 2, 2]);
    let expected = x.mt().contiguous().matmul(&wide.contiguous());
    assert!(x.mt().matmul(&wide).eq(&expected).all().item::<bool>());
}

#[test]
fn large_factorizations_give_back_what_was_factored() {
    manual_seed(4);
    let x = Tensor::randn_with([3, 70, 70], DType::F64);
    let worst = |found: Tensor| (found - &x).abs().max().item::<f64>();
    let (p, l, u) = lu(&x);
    assert!(worst(p.matmul(&l).matmul(&u)) < 1e-12);
    assert!(l.abs().max().item::<f64>() <= 1.);
    let (factors, pivots) = lu_factor(&x);
    let eye = Tensor::eye_with(70, DType::F64).expand([3, 70, 70]);
    let off = |found: Tensor| (x.matmul(&found) - &eye).abs().max().item::<f64>();
    let (by_factors, inverse) = (off(lu_solve(&factors, &pivots, &eye)), off(inv(&x)));
    assert!(
        by_factors < 1e-9 && inverse < 1e-9,
        "{by_factors:e} {inverse:e}"
    );
    let (q, r) = qr(&x);
    assert!(worst(q.matmul(&r)) < 1e-12);
    let (u, s, vh) = svd(&x);
    assert!(worst((u * s.unsqueeze(1)).matmul(&vh)) < 1e-11);
    let symmetric = &x + x.mt();
    let (values, vectors) = eigh(&symmetric);
    let again = (&vectors * values.unsqueeze(1)).matmul(&vectors.mt());
    assert!((again - symmetric).abs().max().item::<f64>() < 1e-11);
    // A column without a pivot in the middle of a large matrix.
    let hole = Tensor::randn_with([64, 64], DType::F64);
    no_grad(|| hole.i((.., 10)).zero_());
    let (p, l, u) = lu(&hole);
    assert!((p.matmul(&l).matmul(&u) - &hole).abs().max().item::<f64>() < 1e-12);
    assert!(error(try_inv(&hole)).contains("is zero, the inversion could not be completed"));
}

#[test]
fn singular_values_and_eigenvalues() {
    let (u, s, vh) = svd(&m());
    same(&s, tensor!([9.5255, 0.5143]));
    same_columns(
        &u,
        tensor!([
            [-0.2298, 0.8835, 0.4082],
            [-0.5247, 0.2408, -0.8165],
            [-0.8196, -0.4019, 0.4082]
        ]),
    );
    same_columns(
        &vh.t(),
        tensor!([[-0.6196, -0.7849], [-0.7849, 0.6196]]).t(),
    );
    let (u, _, _) = svd_with(&m(), false);
    assert_eq!(u.shape(), [3, 2]);
    let (u, s, v) = m().svd();
    same(&(u * s).matmul(&v.t()), m());
    same(&svdvals(&m()), tensor!([9.5255, 0.5143]));
    let (values, vectors) = eigh(&tensor!([[2., 100.], [1., 3.]]));
    same(&values, tensor!([1.3820, 3.6180]));
    same_columns(&vectors, tensor!([[-0.8507, 0.5257], [0.5257, 0.8507]]));
    let upper = "U".parse().unwrap();
    same(
        &eigvalsh_with(&tensor!([[2., 1.], [5., 3.]]), upper),
        tensor!([1.3820, 3.6180]),
    );
    assert_eq!(
        error("x".parse::<Uplo>()),
        "Expected UPLO argument to be 'L' or 'U', but got x"
    );
}

#[test]
fn least_squares_ranks_and_pseudoinverses() {
    let b = tensor!([[1.], [2.], [2.]]);
    let found = lstsq(&m(), &b);
    same(&found.solution, tensor!([[-0.6667], [0.9167]]));
    assert_eq!(found.residuals.shape(), [0]);
    assert_eq!(found.rank.item::<i64>(), 2);
    same(
        &lstsq(&m(), &tensor!([1., 2., 2.])).solution,
        tensor!([-0.6667, 0.9167]),
    );
    let found = lstsq_with(&m(), &b, None, "gelsd".parse().unwrap());
    same(&found.residuals, tensor!([0.1667]));
    same(&found.singular_values, tensor!([9.5255, 0.5143]));
    same(
        &lstsq(&m().t(), &tensor!([[1.], [2.]])).solution,
        tensor!([[0.8333], [0.3333], [-0.1667]]),
    );
    let flat = Tensor::ones([3, 2]);
    let found = lstsq(&flat, &b);
    same(&found.solution, tensor!([[0.8333], [0.8333]]));
    assert_eq!(found.rank.item::<i64>(), 1);
    assert_eq!(
        error(try_lstsq_with(&flat, &b, None, LstsqDriver::Gels)),
        "torch.linalg.lstsq: The least squares solution could not be computed because the input matrix does not have \
         full rank (error code: 2)."
    );
    assert_eq!(
        error(try_lstsq(&m(), &Tensor::ones([2, 1]))),
        "torch.linalg.lstsq: input.size(-2) should match other.size(-2)"
    );
    assert_eq!(
        error("x".parse::<LstsqDriver>()),
        "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
    );
    same(
        &pinv(&m()),
        tensor!([[-1.3333, -0.3333, 0.6667], [1.0833, 0.3333, -0.4167]]),
    );
    let half = RankOptions {
        rtol: Some(0.5),
        ..Default::default()
    };
    same(
        &pinv_with(&m(), half),
        tensor!([[0.0150, 0.0341, 0.0533], [0.0189, 0.0432, 0.0675]]),
    );
    let hermitian = RankOptions {
        hermitian: true,
        ..Default::default()
    };
    same(
        &pinv_with(&tensor!([[2., 1.], [1., 3.]]), hermitian),
        tensor!([[0.6, -0.2], [-0.2, 0.4]]),
    );
    assert_eq!(matrix_rank(&batch()).to_vec1::<i64>(), [2, 0]);
    assert_eq!(matrix_rank(&singular()).item::<i64>(), 1);
    assert_eq!(matrix_rank_with(&m(), half).item::<i64>(), 1);
    let absolute = RankOptions {
        atol: Some(1.),
        ..Default::default()
    };
    assert_eq!(matrix_rank_with(&m(), absolute).item::<i64>(), 1);
    assert_eq!(
        error(try_pinv(&Tensor::ones([3]))),
        "linalg.pinv(Float{[3]}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types"
    );
}

#[test]
fn norms_of_every_order() {
    let inf = f64::INFINITY;
    let of_matrices = [
        (Order::from("fro"), 9.5394),
        (Order::from("nuc"), 10.0398),
        (Order::from(inf), 11.),
        (Order::from(-inf), 3.),
        (Order::from(1), 12.),
        (Order::from(-1), 9.),
        (Order::from(2), 9.5255),
        (Order::from(-2), 0.5143),
    ];
    for (order, expected) in of_matrices {
        same(&matrix_norm(&m(), order), tensor!(expected).to(DType::F32));
    }
    let of_vectors = [
        (0., 6.),
        (1., 21.),
        (2., 9.5394),
        (3., 7.6117),
        (0.5, 117.3284),
        (inf, 6.),
        (-inf, 1.),
        (-1., 0.4082),
    ];
    for (p, expected) in of_vectors {
        same(&vector_norm(&m(), p), tensor!(expected).to(DType::F32));
    }
    let rows = NormOptions::new().dim(1).keepdim(true);
    same(
        &vector_norm_with(&m(), 2., rows),
        tensor!([[2.2361], [5.], [7.8102]]),
    );
    same(
        &norm_with(&m(), 1, NormOptions::new().dim(1)),
        tensor!([3., 7., 11.]),
    );
    same(&norm(&Tensor::ones([2, 2, 2])), tensor!(2.8284));
    assert_eq!(
        error(try_matrix_norm(&m(), 3)),
        "linalg.matrix_norm: Order 3 not supported."
    );
    assert_eq!(
        error(try_matrix_norm(&m(), "x")),
        "linalg.matrix_norm: Order x not supported."
    );
    assert_eq!(
        error(try_vector_norm(&Tensor::ones([0]), inf)),
        "linalg.vector_norm cannot compute the inf norm on an empty tensor because the operation does not have an \
         identity"
    );
    assert_eq!(
        error(try_norm_with(
            &Tensor::ones([2, 2, 2]),
            2,
            NormOptions::new()
        )),
        "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got 3D."
    );
    let same_dim = NormOptions::new().dim([0, 0]);
    assert_eq!(
        error(try_matrix_norm_with(&m(), "fro", same_dim)),
        "linalg.matrix_norm: dims must be different. Got (0, 0)"
    );
}

#[test]
fn conditions_of_every_order() {
    let inf = f64::INFINITY;
    let orders = [
        (Order::from("fro"), 3.),
        (Order::from("nuc"), 5.),
        (Order::from(inf), 3.),
        (Order::from(-inf), 2.),
        (Order::from(1), 3.),
        (Order::from(-1), 2.),
        (Order::from(2), 2.6180),
        (Order::from(-2), 0.3820),
    ];
    for (order, expected) in orders {
        same(&cond_with(&a(), order), tensor!(expected).to(DType::F32));
    }
    same(&cond(&m()), tensor!(18.5213));
    assert_eq!(cond_with(&singular(), 1).item::<f32>(), f32::INFINITY);
    assert_eq!(
        error(try_cond_with(&a(), 3)),
        "linalg.cond got an invalid norm type: 3"
    );
    assert_eq!(
        error(try_cond_with(&m(), 1)),
        "linalg.cond(ord=1): A must be batches of square matrices, but they are 3 by 2 matrices"
    );
}

#[test]
fn powers_chains_and_traces() {
    same(&matrix_power(&a(), 3), tensor!([[86., 78.], [39., 47.]]));
    same(&matrix_power(&a(), 0), Tensor::eye(2));
    same(
        &matrix_power(&a(), -2),
        tensor!([[0.11, -0.14], [-0.07, 0.18]]),
    );
    same(
        &matrix_exp(&a()),
        tensor!([[101.4051, 94.0161], [47.0080, 54.3971]]),
    );
    same(
        &multi_dot(&[&a(), &a(), &Tensor::ones([2])]),
        tensor!([32., 18.]),
    );
    assert_eq!(
        error(try_multi_dot(&[&a()])),
        "multi_dot(): expected at least 2 tensors but got 1"
    );
    assert_eq!(
        error(try_multi_dot(&[&a(), &Tensor::ones([3, 2])])),
        "multi_dot(): tensors 0 and 1 with shapes [2, 2] and [3, 2] cannot be multiplied"
    );
    assert_eq!(
        error(try_multi_dot(&[&a().to(DType::F64), &a()])),
        "multi_dot(): all tensors must have be the same dtype but tensor 0 is double and tensor 1 float"
    );
    assert_eq!(m().trace().item::<f32>(), 5.);
    assert_eq!(
        error(batch().try_trace()),
        "trace: expected a matrix, but got tensor with dim 3"
    );
}

#[test]
fn nodes_have_pytorchs_names() {
    let x = a().requires_grad_(true);
    let name = |t: &Tensor| t.grad_fn().unwrap().name().to_string();
    assert_eq!(name(&inv(&x)), "LinalgInvExBackward0");
    assert_eq!(name(&det(&x)), "LinalgDetBackward0");
    assert_eq!(name(&cholesky(&x)), "LinalgCholeskyExBackward0");
    assert_eq!(name(&pinv(&x)), "LinalgPinvBackward0");
    assert_eq!(name(&matrix_exp(&x)), "LinalgMatrixExpBackward0");
    assert_eq!(name(&logdet(&x)), "WhereBackward0");
    let (q, r) = qr(&x);
    assert_eq!(name(&q), "LinalgQrBackward0");
    assert_eq!(q.grad_fn(), r.grad_fn());
    let (u, s, vh) = svd(&x);
    assert!(u.grad_fn() == s.grad_fn() && s.grad_fn() == vh.grad_fn());
    let (_, r) = qr_with(&x, QrMode::R);
    assert_eq!(
        error(r.sum().try_backward()),
        "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, \
         mode='reduced') if you are going to differentiate through linalg.qr."
    );
    let tall = m().requires_grad_(true);
    assert_eq!(
        error(qr_with(&tall, QrMode::Complete).0.sum().try_backward()),
        "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
    );
}
