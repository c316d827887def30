//! Results lie in memory as their operands do: strides, and the order in which numbers are drawn. All numbers here are
//! PyTorch's.

use wick::prelude::*;

#[test]
fn functions_of_elements_keep_the_order_of_their_operands() {
    let x = Tensor::arange(0., 24., 1.).view([2, 3, 4]);
    let turned = x.permute([2, 0, 1]);
    let rows = Tensor::ones([4, 2, 3]);
    for (result, strides) in [
        (&turned + 1, [1, 12, 4]),
        (&turned + turned.i(..1), [1, 12, 4]),
        (&turned * &rows, [1, 12, 4]),
        (&rows * &turned, [6, 3, 1]),
        (turned.i(step(.., 2)).exp(), [1, 6, 2]),
        (x.i((.., .., step(.., 2))).exp(), [6, 2, 1]),
        (turned.i(step(.., 2)).copy(), [1, 6, 2]),
        (turned.i(step(.., 2)).zeros_like(), [1, 6, 2]),
        (x.i(..1).expand([2, 3, 4]) + 0, [12, 4, 1]),
        (
            x.i((.., ..1)).permute([2, 0, 1]).expand([4, 2, 3]) + 1,
            [3, 12, 1],
        ),
        (turned.to(DType::F64), [1, 12, 4]),
        (turned.gt(turned.i((.., ..1))), [1, 12, 4]),
        (turned.gt(3).where_(1., 0.), [1, 12, 4]),
        (rows.gt(3).where_(&turned, 0.), [6, 3, 1]),
        (turned.clamp_min(Tensor::ones(3)), [1, 12, 4]),
        (turned.lerp(&turned, 0.5), [1, 12, 4]),
        (turned.masked_fill(&turned.gt(3), 1), [6, 3, 1]),
        (turned.softmax(0), [6, 3, 1]),
        (turned.contiguous(), [6, 3, 1]),
    ] {
        assert_eq!(result.stride(), strides);
    }
    let message = "view size is not compatible with input tensor's size and stride";
    assert!(
        (&turned + 1)
            .try_view(-1)
            .unwrap_err()
            .message()
            .starts_with(message)
    );
    assert_eq!(
        (&turned + 1).reshape(-1).i(..3).to_vec::<f32>(),
        [1., 5., 9.]
    );
}

#[test]
fn what_is_like_a_transposed_tensor_is_drawn_in_its_order() {
    let t = Tensor::zeros([2, 3]).t();
    manual_seed(0);
    let text = "tensor([[0.4963, 0.1320],\n        [0.7682, 0.3074],\n        [0.0885, 0.6341]])";
    assert_eq!(t.rand_like().to_string(), text);
    manual_seed(0);
    let apart = Tensor::zeros([2, 6]).i((.., step(.., 2))).t();
    assert_eq!(apart.rand_like().to_string(), text);
    // Normal numbers are drawn one by one where the memory is not in rows.
    manual_seed(0);
    let normal = Tensor::zeros([4, 5]).t().randn_like();
    assert_eq!(
        normal.i(0).to_string(),
        "tensor([ 1.5410, -1.3986, -0.5966,  0.1227])"
    );
    manual_seed(0);
    assert_eq!(
        t.randint_like(0, 10).to_string(),
        "tensor([[4., 0.],\n        [9., 3.],\n        [3., 9.]])"
    );
    manual_seed(0);
    let dropped = (Tensor::ones([2, 3]).t() * 2).relu().dropout(0.5, true);
    assert_eq!(
        dropped.to_string(),
        "tensor([[0., 0.],\n        [0., 0.],\n        [4., 0.]])"
    );
    manual_seed(0);
    assert_eq!(
        (t + 0.5).bernoulli().to_string(),
        "tensor([[1., 0.],\n        [1., 1.],\n        [1., 0.]])"
    );
}
