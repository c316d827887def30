//! The cells of a PyTorch primer, in Rust: what each is to show.

use wick::prelude::*;
use wick::random::{Generator, set_thread_generator};

#[test]
fn tensors_are_created_where_they_are_asked_for() {
    let np_arr = NdArray::from(ndarray::array![[1i64, 2], [3, 4]]);
    let tensor_a = Tensor::from_numpy(&np_arr).to(Device::best());
    let tensor_b = tensor_a.ones_like();
    let tensor_c = tensor_b.rand_like_with(DType::F32);
    assert_eq!(
        (tensor_b.dtype(), tensor_c.dtype()),
        (DType::I64, DType::F32)
    );
    assert_eq!(tensor_a.device(), tensor_c.device());

    let shape = (2, 3);
    let tensors = (
        Tensor::rand(shape),
        Tensor::ones(shape),
        Tensor::zeros(shape),
    );
    assert_eq!(
        format!(
            "{:?}",
            (tensors.0.device(), tensors.1.device(), tensors.2.device())
        ),
        "(device(type='cpu'), device(type='cpu'), device(type='cpu'))"
    );
    let a = &tensors.0;
    assert_eq!(
        format!("{:?}", (a.shape(), a.dtype(), a.device())),
        "(torch.Size([2, 3]), torch.float32, device(type='cpu'))"
    );
}

#[test]
fn shapes_change_as_in_python() {
    // Other tests draw at the same time.
    set_thread_generator(Generator::with_seed(0));
    let tensor_a = Tensor::rand((2, 3));
    let text = "tensor([[0.4963, 0.7682, 0.0885],\n        [0.1320, 0.3074, 0.6341]])";
    assert_eq!(format!("{tensor_a}"), text);
    assert_eq!(format!("{tensor_a:?}"), text);
    let flat = "0.4963, 0.7682, 0.0885, 0.1320, 0.3074, 0.6341";
    assert_eq!(
        tensor_a.view([-1, 6]).to_string(),
        format!("tensor([[{flat}]])")
    );
    let transposed =
        "tensor([[0.4963, 0.1320],\n        [0.7682, 0.3074],\n        [0.0885, 0.6341]])";
    assert_eq!(tensor_a.permute([1, 0]).to_string(), transposed);
    assert_eq!(tensor_a.t().to_string(), transposed);
    let row = format!("[{flat}]");
    assert_eq!(
        tensor_a.view([-1, 6]).expand([3, 6]).to_string(),
        format!("tensor([{row},\n        {row},\n        {row}])")
    );
    assert_eq!(
        tensor_a.view([-1, 6]).squeeze(0).to_string(),
        format!("tensor([{flat}])")
    );
    assert_eq!(tensor_a.view(6).unsqueeze(-1).shape(), [6, 1]);
}

#[test]
fn adding_to_a_part_changes_the_whole() {
    let tensor_d = tensor!([1, 2, 3]).expand([2, 3]).copy();
    let tensor_e = tensor!([2, 1]);
    tensor_d.i((.., 0..2)).add_(&tensor_e);
    assert_eq!(
        tensor_d.to_string(),
        "tensor([[3, 3, 3],\n        [3, 3, 3]])"
    );
}

#[test]
fn integers_multiply_and_add() {
    let tensor_a = tensor!([[1, 1], [2, 2]]);
    let tensor_b = tensor!([[3, 3], [4, 4]]);
    assert_eq!(
        tensor_a.matmul(&tensor_b).to_string(),
        "tensor([[ 7,  7],\n        [14, 14]])"
    );
    assert_eq!(
        (&tensor_a * &tensor_b).to_string(),
        "tensor([[3, 3],\n        [8, 8]])"
    );
    assert_eq!(
        (&tensor_a + &tensor_b).to_string(),
        "tensor([[4, 4],\n        [6, 6]])"
    );
    assert_eq!(
        (&tensor_a - &tensor_b).to_string(),
        "tensor([[-2, -2],\n        [-2, -2]])"
    );
}

#[test]
fn arrays_and_tensors_share_memory() {
    let tensor_a = Tensor::ones(5);
    let np_a = tensor_a.numpy::<f32>();
    tensor_a.add_(1);
    assert_eq!(
        format!("{np_a:?}"),
        "array([2., 2., 2., 2., 2.], dtype=float32)"
    );
    let mut np_b = NdArray::<f64>::ones(5);
    let tensor_b = Tensor::from_numpy(&np_b);
    np_b += 1.;
    assert_eq!(format!("{np_b:?}"), "array([2., 2., 2., 2., 2.])");
    assert_eq!(
        tensor_b.to_string(),
        "tensor([2., 2., 2., 2., 2.], dtype=torch.float64)"
    );
}

#[test]
fn derivatives_of_sine_and_cosine() {
    let x1 = Tensor::arange(0, PI, 0.01).requires_grad_(true);
    let x2 = Tensor::arange(PI, 2. * PI, 0.01).requires_grad_(true);
    let f = x1.sin() + x2.cos();
    let external_grad = f.ones_like();
    f.backward_with(&external_grad);
    let (g1, g2) = (x1.grad().unwrap(), x2.grad().unwrap());
    assert_eq!(g1.eq(x1.cos()).all().to_string(), "tensor(True)");
    assert_eq!(g2.eq(-1 * x2.sin()).all().to_string(), "tensor(True)");
}

#[test]
fn the_jacobian_of_a_linear_map_is_its_matrix() {
    let a = Tensor::rand((3, 4)).requires_grad_(true);
    let x = Tensor::rand((4, 1)).requires_grad_(true);
    let y = a.matmul(&x);
    y.retain_grad();
    y.sum().backward();
    let g = y.grad().unwrap();
    assert_eq!(
        g.to_string(),
        "tensor([[1.],\n        [1.],\n        [1.]])"
    );
    assert!(a.t().matmul(&g).eq(x.grad().unwrap()).all().item::<bool>());
}
