//! `set_default_dtype`, against torch 2.15. One test: the default is the process's.

use wick::prelude::*;
use wick::random::Generator;

fn drawn() -> Tensor {
    Generator::with_seed(0).scope(|| Tensor::rand([3]))
}

#[test]
fn floats_get_the_default_dtype_where_nothing_says_which() {
    let single = tensor!([1.5]);
    set_default_dtype(DType::F64);
    let texts = [
        (tensor!([1.5]), "tensor([1.5000])"),
        (single.clone(), "tensor([1.5000], dtype=torch.float32)"),
        (
            tensor!([0.1]).float(),
            "tensor([0.1000], dtype=torch.float32)",
        ),
        (tensor!([Complex::new(1., 2.)]), "tensor([1.+2.j])"),
        (
            single.to(DType::C64),
            "tensor([1.5000+0.j], dtype=torch.complex64)",
        ),
        (Tensor::empty([0, 2]), "tensor([], size=(0, 2))"),
        (tensor!([1, 2]), "tensor([1, 2])"),
        (Tensor::arange(0, 3, 1), "tensor([0, 1, 2])"),
        (
            Tensor::arange(0., 1., 0.3),
            "tensor([0.0000, 0.3000, 0.6000, 0.9000])",
        ),
        (
            Tensor::linspace(0., 1., 3),
            "tensor([0.0000, 0.5000, 1.0000])",
        ),
        (
            Tensor::logspace(0., 1., 3, 10.),
            "tensor([ 1.0000,  3.1623, 10.0000])",
        ),
        (Tensor::eye(2), "tensor([[1., 0.],\n        [0., 1.]])"),
        (Tensor::zeros([2]), "tensor([0., 0.])"),
        (Tensor::full([2], 1.5), "tensor([1.5000, 1.5000])"),
        (tensor!([1, 2]) * 1.5, "tensor([1.5000, 3.0000])"),
        (tensor!([1, 2]) / 3, "tensor([0.3333, 0.6667])"),
        (tensor!([4]).sqrt(), "tensor([2.])"),
        (drawn(), "tensor([0.9701, 0.7078, 0.4594])"),
    ];
    for (tensor, text) in texts {
        assert_eq!(tensor.to_string(), text);
    }
    assert_eq!(tensor!([0.1]).item::<f64>(), 0.1);
    assert_eq!(tensor!([Complex::new(0.1, 0.)]).real().item::<f64>(), 0.1);
    assert_eq!(fft::fft(&tensor!([1, 2])).dtype(), DType::C128);
    assert_eq!(Linear::new(2, 2).weight.dtype(), DType::F64);
    let loss = Linear::new(2, 1)
        .forward(&Tensor::ones([4, 2]))
        .square()
        .mean();
    loss.backward();
    assert_eq!(loss.dtype(), DType::F64);

    set_default_dtype(DType::F16);
    assert_eq!(tensor!([1.5, 0.1]).to_string(), "tensor([1.5000, 0.1000])");
    assert_eq!(
        Tensor::arange(0., 1., 0.3).to_string(),
        "tensor([0.0000, 0.3000, 0.6001, 0.8999])"
    );
    assert_eq!(
        (tensor!([1, 2]) / 3).to_string(),
        "tensor([0.3333, 0.6665])"
    );

    let error = wick::try_set_default_dtype(DType::I64)
        .unwrap_err()
        .to_string();
    assert!(error.contains("only floating-point types are supported as the default type"));
    assert_eq!(get_default_dtype(), DType::F16);
    set_default_dtype(DType::F32);
    assert_eq!(tensor!([1.5]).to_string(), single.to_string());
}
