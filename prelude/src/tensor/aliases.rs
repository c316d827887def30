//! Operations by the other names that PyTorch knows them by.

use super::Tensor;
use super::ops::ops;
use crate::dtype::DType;
use crate::scalar::Arg;

ops! {
    /// [`Tensor::abs`].
    absolute, try_absolute, [absolute_, try_absolute_] (x) => x.try_abs();
    /// [`Tensor::neg`].
    negative, try_negative, [negative_, try_negative_] (x) => x.try_neg();
    /// [`Tensor::sub`].
    subtract, try_subtract, [subtract_, try_subtract_] (x, other: impl crate::Given<Arg>) => x.try_sub(other.into());
    /// [`Tensor::mul`].
    multiply, try_multiply, [multiply_, try_multiply_] (x, other: impl crate::Given<Arg>) => x.try_mul(other.into());
    /// [`Tensor::div`].
    divide, try_divide, [divide_, try_divide_] (x, other: impl crate::Given<Arg>) => x.try_div(other.into());
    /// [`Tensor::div`].
    true_divide, try_true_divide, [true_divide_, try_true_divide_] (x, other: impl crate::Given<Arg>) => x.try_div(other.into());
    /// [`Tensor::clamp`].
    clip, try_clip, [clip_, try_clip_] (x, min: impl crate::Given<Arg>, max: impl crate::Given<Arg>) => x.try_clamp(min.into(), max.into());
    /// [`Tensor::trunc`].
    fix, try_fix, [fix_, try_fix_] (x) => x.try_trunc();
    /// [`Tensor::asin`].
    arcsin, try_arcsin, [arcsin_, try_arcsin_] (x) => x.try_asin();
    /// [`Tensor::acos`].
    arccos, try_arccos, [arccos_, try_arccos_] (x) => x.try_acos();
    /// [`Tensor::atan`].
    arctan, try_arctan, [arctan_, try_arctan_] (x) => x.try_atan();
    /// [`Tensor::atan2`].
    arctan2, try_arctan2, [arctan2_, try_arctan2_] (x, other: impl crate::Given<Arg>) => x.try_atan2(other.into());
    /// [`Tensor::asinh`].
    arcsinh, try_arcsinh, [arcsinh_, try_arcsinh_] (x) => x.try_asinh();
    /// [`Tensor::acosh`].
    arccosh, try_arccosh, [arccosh_, try_arccosh_] (x) => x.try_acosh();
    /// [`Tensor::atanh`].
    arctanh, try_arctanh, [arctanh_, try_arctanh_] (x) => x.try_atanh();
    /// [`Tensor::gt`].
    greater, try_greater, [greater_, try_greater_] (x, other: impl crate::Given<Arg>) => x.try_gt(other.into());
    /// [`Tensor::ge`].
    greater_equal, try_greater_equal, [greater_equal_, try_greater_equal_] (x, other: impl crate::Given<Arg>) => x.try_ge(other.into());
    /// [`Tensor::lt`].
    less, try_less, [less_, try_less_] (x, other: impl crate::Given<Arg>) => x.try_lt(other.into());
    /// [`Tensor::le`].
    less_equal, try_less_equal, [less_equal_, try_less_equal_] (x, other: impl crate::Given<Arg>) => x.try_le(other.into());
    /// [`Tensor::ne`].
    not_equal, try_not_equal, [not_equal_, try_not_equal_] (x, other: impl crate::Given<Arg>) => x.try_ne(other.into());
    /// [`Tensor::outer`].
    ger, try_ger, [] (x, other: &Tensor) => x.try_outer(other);

    /// [`Tensor::trapezoid`].
    trapz, try_trapz, [] (x, dx: f64, dim: i64) => x.try_trapezoid(dx, dim);
    /// [`Tensor::sigmoid`], as `torch.special` calls it.
    expit, try_expit, [] (x) => x.try_sigmoid();
    /// [`Tensor::lgamma`], as `torch.special` calls it.
    gammaln, try_gammaln, [] (x) => x.try_lgamma();
    /// [`Tensor::digamma`], as `torch.special` calls it.
    psi, try_psi, [] (x) => x.try_digamma();
    /// [`Tensor::mvlgamma`], as `torch.special` calls it.
    multigammaln, try_multigammaln, [] (x, p: i64) => x.try_mvlgamma(p);

    /// The tensor as `f16`.
    half, try_half, [] (x) => x.try_to_dtype(DType::F16);
    /// The tensor as `bf16`.
    bfloat16, try_bfloat16, [] (x) => x.try_to_dtype(DType::BF16);
    /// The tensor as `i32`.
    int, try_int, [] (x) => x.try_to_dtype(DType::I32);
    /// The tensor as `i16`.
    short, try_short, [] (x) => x.try_to_dtype(DType::I16);
    /// The tensor as `i8`.
    char, try_char, [] (x) => x.try_to_dtype(DType::I8);
    /// The tensor as `u8`.
    byte, try_byte, [] (x) => x.try_to_dtype(DType::U8);
    /// The tensor as complex numbers of two `f32`.
    cfloat, try_cfloat, [] (x) => x.try_to_dtype(DType::C64);
    /// The tensor as complex numbers of two `f64`.
    cdouble, try_cdouble, [] (x) => x.try_to_dtype(DType::C128);
    /// The tensor as the dtype of another one, on its device.
    type_as, try_type_as, [] (x, other: &Tensor) => x.try_to((other.dtype(), other.device()));
}
