//! Tensors out of nothing: dtypes, sizes, options, messages.

use wick::prelude::*;

#[test]
fn literals_have_pytorchs_dtypes() {
    assert_eq!(tensor!([[1, 2], [3, 4]]).dtype(), DType::I64);
    assert_eq!(tensor!([1., 2.]).dtype(), DType::F32);
    assert_eq!(tensor!([true]).dtype(), DType::Bool);
    assert_eq!(tensor!(3).shape(), [0usize; 0]);
    let (x, row) = (2.5, vec![1.5f32, 2.5]);
    assert_eq!(tensor!([x, -x]).to_vec1::<f64>(), [2.5, -2.5]);
    assert_eq!(tensor!([row.clone(), row]).shape(), [2, 2]);
    let ragged = Tensor::try_new(&vec![vec![1, 2], vec![3]]).unwrap_err();
    assert_eq!(
        ragged.to_string(),
        "expected sequence of length 2 at dim 1 (got 1)"
    );
}

#[test]
fn ranges_count_like_pytorch() {
    assert_eq!(Tensor::arange(0, 5, 2).to_vec1::<i64>(), [0, 2, 4]);
    assert_eq!(Tensor::arange(5, 0, -2).to_vec1::<i64>(), [5, 3, 1]);
    assert_eq!(
        Tensor::arange(0., 3., 0.5).to_vec1::<f32>(),
        [0., 0.5, 1., 1.5, 2., 2.5]
    );
    assert_eq!(Tensor::arange(0, PI, 0.01).numel(), 315);
    assert_eq!(Tensor::arange_with(0, 3, 1, DType::F64).dtype(), DType::F64);
    assert_eq!(
        Tensor::linspace(-1., 1., 5).to_vec1::<f32>(),
        [-1., -0.5, 0., 0.5, 1.]
    );
    assert_eq!(Tensor::linspace(3., 4., 1).to_vec1::<f32>(), [3.]);
    assert_eq!(
        Tensor::try_arange(0, 1, 0).unwrap_err().to_string(),
        "step must be nonzero"
    );
    assert_eq!(
        Tensor::try_arange(1, 0, 1).unwrap_err().to_string(),
        "upper bound and lower bound inconsistent with step sign"
    );
}

#[test]
fn options_decide_dtype_and_gradients() {
    let t = Tensor::zeros_with(
        (2, 3),
        TensorOptions::new().dtype(DType::F64).requires_grad(true),
    );
    assert_eq!(
        (t.dtype(), t.requires_grad(), t.dims()),
        (DType::F64, true, vec![2, 3])
    );
    assert_eq!(Tensor::full([2], 7).dtype(), DType::I64);
    assert_eq!(Tensor::full([2], 7.).dtype(), DType::F32);
    assert_eq!(Tensor::eye(2).to_vec2::<f32>(), [[1., 0.], [0., 1.]]);
    assert_eq!(t.detach().ones_like_with(DType::Bool).dtype(), DType::Bool);
    assert_eq!(
        Tensor::try_ones([-1, 2]).unwrap_err().to_string(),
        "Trying to create tensor with negative dimension -1: [-1, 2]"
    );
}

#[test]
fn a_seed_gives_pytorchs_numbers() {
    manual_seed(0);
    assert_eq!(
        Tensor::rand(3).to_string(),
        "tensor([0.4963, 0.7682, 0.0885])"
    );
    manual_seed(0);
    assert_eq!(
        Tensor::randn(3).to_string(),
        "tensor([ 1.5410, -0.2934, -2.1788])"
    );
    manual_seed(0);
    let first = Tensor::randint(0, 10, [4]);
    manual_seed(0);
    assert!(first.equal(&Tensor::randint(0, 10, [4])));
    assert_eq!(
        Tensor::try_randint(3, 3, [1]).unwrap_err().to_string(),
        "random_ expects 'from' to be less than 'to', but got from=3 >= to=3"
    );
}

#[test]
fn elements_come_out_as_what_is_asked_for() {
    let t = tensor!([[1.5, -2.5], [0., 4.]]);
    assert_eq!(t.to_vec2::<f64>(), [[1.5, -2.5], [0., 4.]]);
    assert_eq!(t.to(DType::I64).to_vec::<i64>(), [1, -2, 0, 4]);
    assert_eq!(t.to_vec::<bool>(), [true, true, false, true]);
    assert_eq!(
        t.try_item::<f32>().unwrap_err().to_string(),
        "a Tensor with 4 elements cannot be converted to Scalar"
    );
    assert_eq!(
        [&t, &t].into_iter().sum::<Tensor>().i((0, 0)).item::<f32>(),
        3.
    );
}

#[test]
fn the_devices_show_themselves_as_in_python() {
    assert_eq!(
        format!("{:?} {:?}", Device::Cpu, Device::Cuda(0)),
        "device(type='cpu') device(type='cuda', index=0)"
    );
    if let Err(error) = Device::try_cuda(0) {
        assert!(
            error.to_string().contains("--cuda") || error.to_string().contains("NVIDIA"),
            "{error}"
        );
        assert_eq!(Device::best(), Device::Cpu);
        assert!(!cuda::is_available());
    }
}
