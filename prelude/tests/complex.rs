//! Complex tensors: what reference calls do not reach. Numbers, texts and sentences are PyTorch 2.15's.

use std::f64::consts::{FRAC_PI_2, LN_2, PI};

use wick::prelude::*;
use wick::serialization::{load_file, npy, try_save_file};

fn error<T>(result: wick::Result<T>) -> String {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.to_string(),
    }
}

fn c() -> Tensor {
    tensor!([Complex::new(1., 2.), Complex::new(3., -4.)])
}

fn near(found: Complex<f64>, expected: (f64, f64)) {
    let apart = (found - Complex::new(expected.0, expected.1)).norm();
    assert!(apart < 1e-9, "{found} is not {expected:?}");
}

#[test]
fn they_are_made_like_any_tensor() {
    let text = |t: Tensor| t.to_string();
    assert_eq!(
        text(Tensor::full([2], Complex::new(1., 1.))),
        "tensor([1.+1.j, 1.+1.j])"
    );
    assert_eq!(
        text(Tensor::zeros_with([2], DType::C64)),
        "tensor([0.+0.j, 0.+0.j])"
    );
    assert_eq!(
        text(Tensor::ones_with(1, DType::C128)),
        "tensor([1.+0.j], dtype=torch.complex128)"
    );
    assert_eq!(
        text(Tensor::eye_with(2, DType::C64)),
        "tensor([[1.+0.j, 0.+0.j],\n        [0.+0.j, 1.+0.j]])"
    );
    assert_eq!(
        text(Tensor::arange(0, 3, 1) * Complex::new(0., 1.)),
        "tensor([0.+0.j, 0.+1.j, 0.+2.j])"
    );
    assert_eq!(
        text(Complex::new(0., 1.) - tensor!([1., 2.])),
        "tensor([-1.+1.j, -2.+1.j])"
    );
    assert_eq!(c().dtype(), DType::C64);
    assert_eq!(
        Tensor::scalar(Complex::new(1., 2.)).item::<Complex<f64>>(),
        Complex::new(1., 2.)
    );
    let doubles = Tensor::from_vec(vec![Complex::new(1f64, 2.); 3], [3]);
    assert_eq!(doubles.dtype(), DType::C128);
    assert_eq!(
        c().to_vec::<Complex<f32>>(),
        [Complex::new(1., 2.), Complex::new(3., -4.)]
    );
    assert!(c().is_complex() && !c().is_floating_point());
}

#[test]
fn random_ones_are_pytorchs() {
    manual_seed(0);
    assert_eq!(
        Tensor::randn_with([2, 3], DType::C64).to_string(),
        "tensor([[ 1.0896-0.2075j, -1.5406+0.4019j, -0.7669-0.9890j],\n        \
         [ 0.2852+0.5926j, -0.5086-0.2852j, -0.4219+0.1287j]])"
    );
    assert_eq!(
        Tensor::randn_with([9], DType::C128).to_string(),
        "tensor([ 0.1633-0.4381j,  0.3677-0.6738j, -0.0649+0.3934j, -0.0067-0.8610j,\n        \
         -0.8948-0.7916j, -1.2349+0.7361j,  0.4624+0.1048j, -0.8104+1.3243j,\n        \
         -0.2191+0.1698j], dtype=torch.complex128)"
    );
    assert_eq!(
        Tensor::rand_with([2], DType::C64).to_string(),
        "tensor([0.8579+0.6870j, 0.0051+0.1757j])"
    );
}

#[test]
fn conversions_go_both_ways() {
    assert_eq!(c().to(DType::F32).to_vec1::<f32>(), [1., 3.]);
    assert_eq!(c().to(DType::I64).to_vec1::<i64>(), [1, 3]);
    assert_eq!(c().to(DType::Bool).to_vec1::<bool>(), [true, true]);
    assert_eq!(
        tensor!([1.5]).to(DType::C128).to_string(),
        "tensor([1.5000+0.j], dtype=torch.complex128)"
    );
    assert_eq!(tensor!(Complex::new(2., 0.)).item::<f64>(), 2.);
    assert_eq!(
        error(tensor!(Complex::new(1., 1.)).try_item::<f64>()),
        "value cannot be converted to type double without overflow"
    );
    assert_eq!(
        error(Tensor::zeros([2]).try_add_(c())),
        "result type ComplexFloat can't be cast to the desired output type Float"
    );
    assert_eq!(
        error(Tensor::zeros([2]).try_fill_(Complex::new(0., 1.))),
        "value cannot be converted to type float without overflow"
    );
    // A 0-d tensor does not decide how wide the parts are.
    assert_eq!((tensor!(2.).to(DType::F64) * c()).dtype(), DType::C64);
    assert_eq!((tensor!([2.]).to(DType::F64) * c()).dtype(), DType::C128);
    assert!(error(c().to_candle()).contains("candle has no complex numbers"));
}

#[test]
fn parts_are_views() {
    let z = c();
    z.real().fill_(7.);
    z.imag().i(0).fill_(-1.);
    assert_eq!(z.to_string(), "tensor([7.-1.j, 7.-4.j])");
    assert!(z.shares_storage(&z.view_as_real()));
    assert!(z.real().is_view());
    let version = z.version();
    z.view_as_real().add_(1);
    assert_eq!(z.version(), version + 1);
    // A result may be written into what it was computed from.
    z.copy_(&z.view_as_real().flip(1).view_as_complex());
    assert_eq!(z.to_string(), "tensor([ 0.+8.j, -3.+8.j])");
    z.real().copy_(&z.imag());
    assert_eq!(z.to_string(), "tensor([8.+8.j, 8.+8.j])");
}

#[test]
fn what_derivatives_need_is_guarded_through_views_of_parts() {
    let x = c().requires_grad_(true);
    let y = &x * 1;
    let z = y.square();
    y.real().add_(1);
    let message = error(z.sum().abs().try_backward());
    assert!(
        message.contains("modified by an inplace operation"),
        "{message}"
    );
}

#[test]
fn gradients_begin_at_real_numbers() {
    let x = c().requires_grad_(true);
    assert_eq!(
        error(x.sum().try_backward()),
        "grad can be implicitly created only for real scalar outputs but got torch.complex64"
    );
    let loss = x.abs().sum();
    assert_eq!(
        error(loss.try_backward_with(&tensor!(Complex::new(0., 1.)))),
        "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: \
         grad_output[0] has a dtype of torch.complex64 and output[0] has a dtype of torch.float32."
    );
    (&x * x.conj()).real().sum().backward();
    assert_eq!(x.grad().unwrap().to_string(), "tensor([2.+4.j, 6.-8.j])");
    // A step against the gradient makes the loss smaller.
    let real = tensor!([1., 2.]).requires_grad_(true);
    (&real * Complex::new(0., 1.)).abs().sum().backward();
    assert_eq!(real.grad().unwrap().to_string(), "tensor([1., 1.])");
}

#[test]
fn optimizers_move_both_parts() {
    let x = c().requires_grad_(true);
    let optimizer = Adam::new([x.clone()], 0.1);
    for _ in 0..2 {
        optimizer.zero_grad();
        x.abs().square().sum().backward();
        optimizer.step();
    }
    assert_eq!(
        x.detach().to_string(),
        "tensor([0.8004+1.8002j, 2.8001-3.8001j])"
    );
}

#[test]
fn files_hold_them() {
    let folder = tempfile::tempdir().unwrap();
    let (pt, safe, array) = (
        folder.path().join("c.pt"),
        folder.path().join("c.safetensors"),
        folder.path().join("c.npy"),
    );
    save(c().to(DType::C128), &pt);
    assert!(load(&pt).tensor().unwrap().equal(&c().to(DType::C128)));
    let mut dict = wick::nn::StateDict::default();
    dict.insert("c", c().t());
    try_save_file(&dict, &safe).unwrap();
    assert!(load_file(&safe).get("c").unwrap().equal(&c()));
    for dtype in [DType::C64, DType::C128] {
        npy::save(&array, &c().to(dtype));
        assert_eq!(npy::load(&array).to_string(), c().to(dtype).to_string());
    }
}

#[test]
fn eigenvalues_of_any_square_matrix() {
    let sorted = |values: &Tensor| {
        let mut values = values.to_vec::<Complex<f64>>();
        values.sort_by(|a, b| (a.re, a.im).partial_cmp(&(b.re, b.im)).unwrap());
        values
    };
    let a = tensor!([[1., 2., 0.], [-3., 1., 4.], [0.5, -1., 2.]]).to(DType::F64);
    let (values, vectors) = linalg::eig(&a);
    let found = sorted(&values);
    near(found[0], (1., -3.162277660168381));
    near(found[1], (1., 3.162277660168381));
    near(found[2], (2., 0.));
    let turned = a.to(DType::C128).matmul(&vectors);
    assert!(turned.allclose_with(&(&vectors * &values), 1e-9, 1e-9));
    assert!(
        vectors
            .abs()
            .square()
            .sum_dim(0, false)
            .allclose(&Tensor::ones_with(3, DType::F64))
    );

    let b = tensor!([
        [Complex::new(1., 1.), Complex::new(2., 0.)],
        [Complex::new(0., 0.5), Complex::new(-1., 0.)]
    ]);
    let found = sorted(&linalg::eigvals(&b.to(DType::C128)));
    near(found[0], (-1.2012495445013462, -0.33246649672205514));
    near(found[1], (1.201249544501346, 1.3324664967220547));
    // Symmetric matrices of a batch have what `eigh` finds.
    let s = Tensor::randn_with([2, 4, 4], DType::F64);
    let s = &s + s.mt();
    let (expected, found) = (linalg::eigvalsh(&s), linalg::eigvals(&s));
    assert!(found.real().sort(-1, false).0.allclose(&expected));

    assert_eq!(
        error(linalg::try_eig(&Tensor::ones([2, 3]))),
        "linalg.eig: A must be batches of square matrices, but they are 2 by 3 matrices"
    );
    assert_eq!(
        error(linalg::try_eig(&Tensor::full([2, 2], f64::NAN))),
        "torch.linalg.eig: input tensor should not contain infs or NaNs."
    );
    let x = b.requires_grad_(true);
    let message = error(linalg::eig(&x).1.sum().real().try_backward());
    assert!(
        message.contains("up to multiplication by e^{i phi}"),
        "{message}"
    );
    assert_eq!(
        error(linalg::try_inv(&Tensor::zeros_with([2, 2], DType::C64))),
        "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is \
         singular."
    );
}

#[test]
fn transforms_of_every_length_go_there_and_back() {
    manual_seed(3);
    for n in [1, 2, 3, 7, 8, 30, 97, 1000, 4096] {
        let x = Tensor::randn_with([3, n], DType::F64);
        let back = fft::irfft_with(&fft::rfft(&x), Some(n), -1, fft::Norm::Backward);
        assert!(back.allclose_with(&x, 1e-9, 1e-9), "{n}");
        let z = fft::ifft_with(
            &fft::fft_with(&x.t(), None, 0, fft::Norm::Ortho),
            None,
            0,
            fft::Norm::Ortho,
        );
        assert!(z.allclose_with(&x.t().to(DType::C128), 1e-9, 1e-9), "{n}");
    }
}

/// What an operation gives, and the gradients of its operands for one of `1+1j`, `2+1j`, ….
type Known = (Vec<Complex<f64>>, Vec<Vec<Complex<f64>>>);

fn with_gradients(operands: &[&Tensor], operation: impl Fn(&[Tensor]) -> Tensor) -> Known {
    let leaves: Vec<Tensor> = operands
        .iter()
        .map(|x| x.detach().copy().requires_grad_(true))
        .collect();
    let y = operation(&leaves);
    let count = y.numel() as i64;
    let g = Tensor::arange(1, count + 1, 1).to(DType::C128) + Complex::new(0., 1.);
    y.backward_with(&g);
    let gradients = leaves.iter().map(|x| x.grad().unwrap().to_vec());
    (y.to_vec(), gradients.collect())
}

fn all_near(found: &[Complex<f64>], expected: [(f64, f64); 4]) {
    assert_eq!(found.len(), 4);
    for (&found, expected) in found.iter().zip(expected) {
        near(found, expected);
    }
}

fn numbers(parts: [(f64, f64); 4]) -> Tensor {
    Tensor::from_vec(parts.map(|(x, y)| Complex::new(x, y)).to_vec(), [4])
}

#[test]
fn powers_of_two_and_inverse_hyperbolic_functions() {
    let z = numbers([(1., 2.), (-0.5, 0.3), (3., -1.), (-2., 0.)]);
    let check = |f: fn(&Tensor) -> Tensor, values, slopes| {
        let (y, gradients) = with_gradients(&[&z], |x| f(&x[0]));
        all_near(&y, values);
        all_near(&gradients[0], slopes);
    };
    check(
        Tensor::exp2,
        [
            (0.366913949487, 1.96605548082),
            (0.691873869016, 0.145981332274),
            (6.15391121091, -5.11169021051),
            (0.25, 0.),
        ],
        [
            (1.61709118295, -1.10844044376),
            (1.0603273921, 0.277197323852),
            (9.25354495847, 14.8950271772),
            (LN_2, 0.17328679514),
        ],
    );
    check(
        Tensor::asinh,
        [
            (1.46935174437, 1.06344002358),
            (-0.49790294283, 0.269555641425),
            (1.86416154416, -0.307603649531),
            (-1.44363547518, 0.),
        ],
        [
            (-0.153645038156, 0.650850826035),
            (1.92782364659, 0.675679672955),
            (0.961139232921, 0.026677743206),
            (1.788854382, 0.4472135955),
        ],
    );
    check(
        Tensor::acosh,
        [
            (1.52857091948, 1.1437177404),
            (0.334299817775, 2.06383556738),
            (1.82419870219, -0.337701109266),
            (1.31695789692, PI),
        ],
        [
            (-0.227544930281, 0.549342056734),
            (-1.40472086695, 1.9058766756),
            (1.0409143169, -0.0339068423538),
            (-2.30940107676, -0.57735026919),
        ],
    );
    check(
        Tensor::atanh,
        [
            (0.17328679514, 1.1780972451),
            (-0.482240147685, 0.36890753006),
            (0.305943857906, -1.46146185386),
            (-0.549306144334, FRAC_PI_2),
        ],
        [
            (0.25, 0.),
            (1.73453996983, 1.80995475113),
            (-0.317647058824, 0.129411764706),
            (-1.33333333333, -0.333333333333),
        ],
    );
}

#[test]
fn sums_of_exponentials_and_products_with_powers_of_two() {
    let z = numbers([(1., 2.), (-0.5, 0.3), (3., -1.), (-2., 0.)]);
    let w = numbers([(0.5, -1.), (0., 1.), (2., 0.), (1., 1.)]);
    let (y, gradients) = with_gradients(&[&z, &w], |x| x[0].ldexp(&x[1]));
    all_near(
        &y,
        [
            (2.8951234926, 1.27210847123),
            (-0.576307833576, -0.0887089677476),
            (12., -4.),
            (-3.07695560546, -2.55584510525),
        ],
    );
    all_near(
        &gradients[0],
        [
            (0.18424038422, 1.99149578981),
            (2.17743907904, -0.508683651263),
            (12., 4.),
            (7.43183376354, -3.57321240778),
        ],
    );
    all_near(
        &gradients[1],
        [
            (2.88850508647, 1.12498828607),
            (-0.86042067084, -0.276489408209),
            (22.1807097779, 16.6355323334),
            (-10.3027092392, 4.95352421199),
        ],
    );
    let (y, gradients) = with_gradients(&[&z, &w], |x| x[0].logaddexp(&x[1]));
    all_near(
        &y,
        [
            (0.104993014324, 1.78895914785),
            (0.415514529237, 0.739165235857),
            (3.21357008344, -0.747288621781),
            (1.02737612438, 0.959225678243),
        ],
    );
    all_near(
        &gradients[0],
        [
            (2.90572049902, 1.88038843779),
            (0.554442092987, 0.702735266105),
            (2.14417648424, 1.38788625361),
            (0.0715917997528, 0.186462416397),
        ],
    );
    all_near(
        &gradients[1],
        [
            (-1.90572049902, -0.880388437793),
            (1.44555790701, 0.297264733895),
            (0.855823515757, -0.387886253608),
            (3.92840820025, 0.813537583603),
        ],
    );
    // Where both are infinite, so is the sum.
    let all = |x: f64| Tensor::from_vec(vec![Complex::new(x, 0.)], 1);
    let far = all(f64::NEG_INFINITY).logaddexp(all(f64::NEG_INFINITY));
    assert_eq!(
        far.to_string(),
        "tensor([-inf+0.j], dtype=torch.complex128)"
    );
    assert_eq!(
        error(z.try_logaddexp2(&w)),
        "\"logaddexp2_cpu\" not implemented for 'ComplexDouble'"
    );
}

#[test]
fn spreads_come_with_their_means() {
    let z = numbers([(1., 2.), (-0.5, 0.3), (3., -1.), (-2., 0.)]);
    let gradient = |both: fn(&Tensor) -> (Tensor, Tensor)| -> Vec<Complex<f64>> {
        let x = z.copy().requires_grad_(true);
        let (spread, mean) = both(&x);
        assert_eq!((spread.dtype(), mean.dtype()), (DType::F64, DType::C128));
        (spread * 2 + (mean * Complex::new(1., 1.)).real()).backward();
        x.grad().unwrap().to_vec()
    };
    all_near(
        &gradient(Tensor::std_mean),
        [
            (0.418450456102, 0.201447222353),
            (0.0141693614575, -0.256738018244),
            (0.957491915628, -0.607114966936),
            (-0.390111733187, -0.337594237173),
        ],
    );
    all_near(
        &gradient(Tensor::var_mean),
        [
            (1.08333333333, 1.98333333333),
            (-0.916666666667, -0.283333333333),
            (3.75, -2.01666666667),
            (-2.91666666667, -0.683333333333),
        ],
    );
    assert_eq!(
        error(tensor!([1, 2]).try_std_mean()),
        "std_mean only support floating point and complex dtypes"
    );
}
