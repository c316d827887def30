//! What PyTorch refuses is refused here too, in its words, and nothing is changed by it.

use wick::prelude::*;

fn sentence(result: wick::Result<Tensor>) -> String {
    result.unwrap_err().message().to_string()
}

const SHARED: &str = "unsupported operation: some elements of the input tensor and the written-to tensor refer to a \
                      single memory location. Please clone() the tensor before performing the operation.";

#[test]
fn an_operand_may_not_change_while_it_is_read() {
    let x = Tensor::arange(0., 6., 1.);
    let (index, ahead) = (tensor!([0, 1]), x.i(1..3));
    let first = x.i(..2);
    for refused in [
        x.i(1..).try_add_(x.i(..5)),
        x.try_sub_(x.i(0)),
        first.try_copy_(&ahead),
        first.try_lerp_(&ahead, 0.5),
        first.try_addcmul_(&ahead, &index, 1.),
        first.try_clamp_min_(&ahead),
        first.try_eq_(&ahead),
        first.try_scatter_(0, &index, &ahead),
        first.try_scatter_reduce_(0, &index, &ahead, ScatterReduce::Sum, true),
        first.try_index_add_(0, &index, &ahead),
        first.try_index_copy_(0, &index, &ahead),
        first.try_put_(&index, &ahead, false),
        first.try_index_put_(&index, &ahead, true),
        x.i(..4).view([2, 2]).try_add_(x.i(..4).view([2, 2]).t()),
    ] {
        assert_eq!(sentence(refused), SHARED);
    }
    assert_eq!(x.to_string(), "tensor([0., 1., 2., 3., 4., 5.])");
    // An index is read as well.
    let places = Tensor::arange(0, 3, 1);
    assert_eq!(sentence(places.try_index_fill_(0, &places, 5)), SHARED);
    assert_eq!(sentence(places.try_scatter_value_(0, &places, 5)), SHARED);
}

#[test]
fn an_operand_may_be_the_whole_tensor_or_lie_beside_it() {
    let x = Tensor::arange(0., 6., 1.);
    x.add_(&x);
    x.i(..).mul_(x.i(..));
    assert_eq!(
        x.to_string(),
        "tensor([  0.,   4.,  16.,  36.,  64., 100.])"
    );
    x.i(..3).sub_(x.i(3..));
    x.i(step(.., 2)).add_(x.i(step(1.., 2)));
    // Only the numbers of the result count, not those that it is computed through.
    let row = tensor!([[3., 4.], [6., 8.]]);
    row.i(0).div_(row.i(0).norm());
    assert_eq!(row.i(0).to_string(), "tensor([0.6000, 0.8000])");
    row.i(1)
        .masked_fill_(&tensor!([true, false]), row.i((1, 1)));
    assert_eq!(row.i(1).to_string(), "tensor([8., 8.])");
}

#[test]
fn what_shows_a_number_twice_may_only_be_filled() {
    let x = tensor!([1., 2.]);
    let twice = x.expand([2, 2]);
    twice.fill_(3);
    twice.set(.., 4);
    assert_eq!(x.to_string(), "tensor([4., 4.])");
    twice.zero_();
    assert_eq!(x.to_string(), "tensor([0., 0.])");
    assert!(
        sentence(twice.try_add_(1)).starts_with("unsupported operation: more than one element")
    );
}

#[test]
fn integers_and_bools_are_refused_by_the_names_of_pytorchs_kernels() {
    let (long, yes) = (tensor!([1, 2]), tensor!([true, false]));
    let lossy = "result type Float can't be cast to the desired output type";
    for (refused, told) in [
        (
            long.try_uniform_(0., 1.),
            "\"check_uniform_bounds\" not implemented for 'Long'",
        ),
        (
            long.try_uniform_(1., 0.),
            "\"check_uniform_bounds\" not implemented for 'Long'",
        ),
        (
            yes.try_addcmul(&yes, &yes, 1.),
            "\"addcmul_cpu_out\" not implemented for 'Bool'",
        ),
        (yes.try_pow(&yes), "\"pow\" not implemented for 'Bool'"),
        (yes.try_dot(&yes), "\"dot\" not implemented for 'Bool'"),
        (long.try_dropout(0.5, true), &format!("{lossy} Long")),
        (long.try_clamp_(0.5, 1), &format!("{lossy} long int")),
        (
            long.try_clamp_min_(tensor!([0.5, 1.])),
            &format!("{lossy} Long"),
        ),
        (long.try_bitwise_and_(1.5), &format!("{lossy} Long")),
        (
            tensor!([1., 2.]).try_float_power_(2),
            "the base given to float_power_ has dtype Float but the operation's result requires dtype Double",
        ),
    ] {
        assert_eq!(sentence(refused), told);
    }
    assert_eq!(long.to_string(), "tensor([1, 2])");
}

#[test]
fn more_than_a_matrix_is_not_transposed() {
    let told = "expects a tensor with <= 2 dimensions, but self is 3D";
    assert_eq!(
        sentence(Tensor::zeros([2, 2, 2]).try_t()),
        format!("t() {told}")
    );
    assert_eq!(
        sentence(Tensor::zeros([2, 2, 2]).try_t_()),
        format!("t_() {told}")
    );
}

#[test]
fn numbers_that_the_dtype_does_not_have_are_refused() {
    let (bytes, halves) = (
        tensor!([1, 2]).to(DType::U8),
        Tensor::ones_with(2, DType::F16),
    );
    let told = |kind: &str| format!("value cannot be converted to type {kind} without overflow");
    for (refused, kind) in [
        (bytes.try_fill_(300), "uint8_t"),
        (bytes.try_fill_(-0.25), "uint8_t"),
        (
            bytes.try_masked_fill_(&tensor!([true, false]), 256),
            "uint8_t",
        ),
        (bytes.try_index_fill_(0, &tensor!([0]), 300), "uint8_t"),
        (halves.try_fill_(1e10), "c10::Half"),
        (Tensor::try_full(2, 1e300), "float"),
        (Tensor::try_full_with(2, f64::NAN, DType::I32), "int"),
        (Tensor::try_full_with(2, 1e20, DType::I64), "int64_t"),
        (Tensor::ones(2).try_clamp_max(1e300), "float"),
    ] {
        assert_eq!(sentence(refused), told(kind));
    }
    assert!(bytes.try_set(0, 300).is_err());
    assert_eq!(bytes.to_string(), "tensor([1, 2], dtype=torch.uint8)");
    // Negative ones wrap around, and arithmetic keeps what is left.
    assert_eq!(bytes.copy().fill_(-1).to_vec::<u8>(), [255, 255]);
    assert_eq!((&bytes + 300).to_vec::<u8>(), [45, 46]);
    assert_eq!(bytes.clamp(-1, 300).to_vec::<u8>(), [1, 2]);
    assert!(
        Tensor::full_with(2, f64::INFINITY, DType::F16)
            .isinf()
            .all()
            .item::<bool>()
    );
}

#[test]
fn truth_values_are_not_subtracted() {
    let yes = tensor!([true]);
    let invert =
        "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.";
    let one =
        format!("Subtraction, the `-` operator, with a bool tensor is not supported. {invert}");
    assert_eq!(sentence(yes.try_sub(1)), one);
    assert_eq!(sentence(yes.try_rsub(1)), one);
    assert!(sentence(yes.try_sub(&yes)).contains("with two bool tensors"));
}
