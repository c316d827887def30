//! Operations by the other names that PyTorch knows them by.

use super::Tensor;
use super::logic::answered;
use super::ops::ops;
use crate::dtype::DType;
use crate::kernels::pointwise::Compare;
use crate::scalar::Arg;

ops! {
    /// [`Tensor::abs`] by its other name. PyTorch: `torch.absolute`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-4., 9.]).absolute().to_string(), "tensor([4., 9.])");
    /// ```
    absolute, try_absolute, [absolute_, try_absolute_] (x) => x.try_abs();
    /// [`Tensor::neg`] by its other name. PyTorch: `torch.negative`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-4., 9.]).negative().to_string(), "tensor([ 4., -9.])");
    /// ```
    negative, try_negative, [negative_, try_negative_] (x) => x.try_neg();
    /// [`Tensor::sub`] by its other name. PyTorch: `torch.subtract`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4, 9]).subtract(1).to_string(), "tensor([3, 8])");
    /// ```
    subtract, try_subtract, [subtract_, try_subtract_] (x, other: impl crate::Given<Arg>) => x.try_sub(other.into());
    /// [`Tensor::mul`] by its other name. PyTorch: `torch.multiply`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4, 9]).multiply(2).to_string(), "tensor([ 8, 18])");
    /// ```
    multiply, try_multiply, [multiply_, try_multiply_] (x, other: impl crate::Given<Arg>) => x.try_mul(other.into());
    /// [`Tensor::div`] by its other name. PyTorch: `torch.divide`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4, 9]).divide(2).to_string(), "tensor([2.0000, 4.5000])");
    /// ```
    divide, try_divide, [divide_, try_divide_] (x, other: impl crate::Given<Arg>) => x.try_div(other.into());
    /// [`Tensor::div`] by its other name. PyTorch: `torch.true_divide`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4, 9]).true_divide(2).to_string(), "tensor([2.0000, 4.5000])");
    /// ```
    true_divide, try_true_divide, [true_divide_, try_true_divide_] (x, other: impl crate::Given<Arg>) => x.try_div(other.into());
    /// [`Tensor::clamp`] by its other name. PyTorch: `torch.clip`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-4, 1, 9]).clip(0, 5).to_string(), "tensor([0, 1, 5])");
    /// ```
    clip, try_clip, [clip_, try_clip_] (x, min: impl crate::Given<Arg>, max: impl crate::Given<Arg>) => x.try_clamp(min.into(), max.into());
    /// [`Tensor::trunc`] by its other name. PyTorch: `torch.fix`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.9, 2.1]).fix().to_string(), "tensor([1., 2.])");
    /// ```
    fix, try_fix, [fix_, try_fix_] (x) => x.try_trunc();
    /// [`Tensor::asin`] by its other name. PyTorch: `torch.arcsin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.5, 1.]).arcsin().to_string(), "tensor([0.5236, 1.5708])");
    /// ```
    arcsin, try_arcsin, [arcsin_, try_arcsin_] (x) => x.try_asin();
    /// [`Tensor::acos`] by its other name. PyTorch: `torch.arccos`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.5, 1.]).arccos().to_string(), "tensor([1.0472, 0.0000])");
    /// ```
    arccos, try_arccos, [arccos_, try_arccos_] (x) => x.try_acos();
    /// [`Tensor::atan`] by its other name. PyTorch: `torch.arctan`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).arctan().to_string(), "tensor([0.0000, 0.7854])");
    /// ```
    arctan, try_arctan, [arctan_, try_arctan_] (x) => x.try_atan();
    /// [`Tensor::atan2`] by its other name. PyTorch: `torch.arctan2`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (y, x) = (tensor!([1., -1.]), tensor!([1., -1.]));
    /// assert_eq!(y.arctan2(&x).to_string(), "tensor([ 0.7854, -2.3562])");
    /// ```
    arctan2, try_arctan2, [arctan2_, try_arctan2_] (x, other: impl crate::Given<Arg>) => x.try_atan2(other.into());
    /// [`Tensor::asinh`] by its other name. PyTorch: `torch.arcsinh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).arcsinh().to_string(), "tensor([0.0000, 0.8814])");
    /// ```
    arcsinh, try_arcsinh, [arcsinh_, try_arcsinh_] (x) => x.try_asinh();
    /// [`Tensor::acosh`] by its other name. PyTorch: `torch.arccosh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).arccosh().to_string(), "tensor([0.0000, 1.3170])");
    /// ```
    arccosh, try_arccosh, [arccosh_, try_arccosh_] (x) => x.try_acosh();
    /// [`Tensor::atanh`] by its other name. PyTorch: `torch.arctanh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 0.5]).arctanh().to_string(), "tensor([0.0000, 0.5493])");
    /// ```
    arctanh, try_arctanh, [arctanh_, try_arctanh_] (x) => x.try_atanh();
    /// [`Tensor::gt`] by its other name. PyTorch: `torch.greater`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).greater(2).to_string(), "tensor([False, False,  True])");
    /// ```
    greater, try_greater, [greater_, try_greater_ => answered(Compare::Gt, x, other.into())] (x, other: impl crate::Given<Arg>) => x.try_gt(other.into());
    /// [`Tensor::ge`] by its other name. PyTorch: `torch.greater_equal`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).greater_equal(2).to_string(), "tensor([False,  True,  True])");
    /// ```
    greater_equal, try_greater_equal, [greater_equal_, try_greater_equal_ => answered(Compare::Ge, x, other.into())] (x, other: impl crate::Given<Arg>) => x.try_ge(other.into());
    /// [`Tensor::lt`] by its other name. PyTorch: `torch.less`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).less(2).to_string(), "tensor([ True, False, False])");
    /// ```
    less, try_less, [less_, try_less_ => answered(Compare::Lt, x, other.into())] (x, other: impl crate::Given<Arg>) => x.try_lt(other.into());
    /// [`Tensor::le`] by its other name. PyTorch: `torch.less_equal`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).less_equal(2).to_string(), "tensor([ True,  True, False])");
    /// ```
    less_equal, try_less_equal, [less_equal_, try_less_equal_ => answered(Compare::Le, x, other.into())] (x, other: impl crate::Given<Arg>) => x.try_le(other.into());
    /// [`Tensor::ne`] by its other name. PyTorch: `torch.not_equal`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).not_equal(2).to_string(), "tensor([ True, False,  True])");
    /// ```
    not_equal, try_not_equal, [not_equal_, try_not_equal_ => answered(Compare::Ne, x, other.into())] (x, other: impl crate::Given<Arg>) => x.try_ne(other.into());
    /// [`Tensor::outer`] by its other name. PyTorch: `torch.ger`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = tensor!([1., 2.]).ger(&tensor!([1., 10.]));
    /// assert_eq!(y.to_string(), "tensor([[ 1., 10.],\n        [ 2., 20.]])");
    /// ```
    ger, try_ger, [] (x, other: &Tensor) => x.try_outer(other);

    /// [`Tensor::trapezoid`] by its other name. PyTorch: `torch.trapz`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 3.]).trapz(1., -1).to_string(), "tensor(4.)");
    /// ```
    trapz, try_trapz, [] (x, dx: f64, dim: i64) => x.try_trapezoid(dx, dim);
    /// [`Tensor::sigmoid`] by its other name. PyTorch: `torch.special.expit`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).expit().to_string(), "tensor([0.5000, 0.7311])");
    /// ```
    expit, try_expit, [] (x) => x.try_sigmoid();
    /// [`Tensor::lgamma`] by its other name. PyTorch: `torch.special.gammaln`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 5.]).gammaln().to_string(), "tensor([0.0000, 3.1781])");
    /// ```
    gammaln, try_gammaln, [] (x) => x.try_lgamma();
    /// [`Tensor::digamma`] by its other name. PyTorch: `torch.special.psi`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).psi().to_string(), "tensor([-0.5772,  0.4228])");
    /// ```
    psi, try_psi, [] (x) => x.try_digamma();
    /// [`Tensor::mvlgamma`] by its other name. PyTorch: `torch.special.multigammaln`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([2., 3.]).multigammaln(2).to_string(), "tensor([0.4516, 1.5502])");
    /// ```
    multigammaln, try_multigammaln, [] (x, p: i64) => x.try_mvlgamma(p);

    /// The tensor as `f16`. PyTorch: `Tensor.half`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.1]).half().to_string(), "tensor([0.1000], dtype=torch.float16)");
    /// ```
    half, try_half, [] (x) => x.try_to_dtype(DType::F16);
    /// The tensor as `bf16`, of which about three digits are left. PyTorch: `Tensor.bfloat16`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.2345678]).bfloat16().to_string(), "tensor([1.2344], dtype=torch.bfloat16)");
    /// ```
    bfloat16, try_bfloat16, [] (x) => x.try_to_dtype(DType::BF16);
    /// The tensor as `i32`, floats cut off towards 0. PyTorch: `Tensor.int`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.9, -1.9]).int().to_string(), "tensor([ 1, -1], dtype=torch.int32)");
    /// ```
    int, try_int, [] (x) => x.try_to_dtype(DType::I32);
    /// The tensor as `i16`, floats cut off towards 0. PyTorch: `Tensor.short`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.9, -1.9]).short().to_string(), "tensor([ 1, -1], dtype=torch.int16)");
    /// ```
    short, try_short, [] (x) => x.try_to_dtype(DType::I16);
    /// The tensor as `i8`; larger integers wrap around. PyTorch: `Tensor.char`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 300]).char().to_string(), "tensor([ 1, 44], dtype=torch.int8)");
    /// ```
    char, try_char, [] (x) => x.try_to_dtype(DType::I8);
    /// The tensor as `u8`; larger integers wrap around. PyTorch: `Tensor.byte`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 300]).byte().to_string(), "tensor([ 1, 44], dtype=torch.uint8)");
    /// ```
    byte, try_byte, [] (x) => x.try_to_dtype(DType::U8);
    /// The tensor as complex numbers of two `f32`. PyTorch: `Tensor.cfloat`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).cfloat().to_string(), "tensor([1.+0.j, 2.+0.j])");
    /// ```
    cfloat, try_cfloat, [] (x) => x.try_to_dtype(DType::C64);
    /// The tensor as complex numbers of two `f64`. PyTorch: `Tensor.cdouble`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).cdouble().to_string(), "tensor([1.+0.j, 2.+0.j], dtype=torch.complex128)");
    /// ```
    cdouble, try_cdouble, [] (x) => x.try_to_dtype(DType::C128);
    /// The tensor as the dtype of another one, on its device. PyTorch: `Tensor.type_as`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.9, 2.]).type_as(&tensor!([7])).to_string(), "tensor([1, 2])");
    /// ```
    type_as, try_type_as, [] (x, other: &Tensor) => x.try_to((other.dtype(), other.device()));
}
