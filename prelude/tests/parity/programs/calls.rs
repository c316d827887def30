//! Every call that a program may make.

use tinyjson::JsonValue;
use wick::prelude::*;
use wick::tensor::{Index, Rounding};
use wick::{Arg, Result, Scalar};

use super::values::Argument;

/// What a call gives, as tensors.
trait Made {
    fn tensors(self) -> Vec<Tensor>;
}

macro_rules! made {
    ($($t:ty: |$made:ident| $tensors:expr;)*) => {$(
        impl Made for $t {
            fn tensors(self) -> Vec<Tensor> {
                let $made = self;
                $tensors
            }
        }
    )*};
}
made! {
    Tensor: |tensor| vec![tensor];
    (Tensor, Tensor): |pair| vec![pair.0, pair.1];
    Vec<Tensor>: |tensors| tensors;
    f64: |number| vec![Tensor::scalar(number).to(DType::F64)];
    bool: |truth| vec![Tensor::scalar(truth)];
}

macro_rules! calls {
    (
        made { $($name:literal ($($arg:ident: $t:ty),*) => $call:expr;)* }
        in_place { $($name_:literal ($($arg_:ident: $t_:ty),*) => $call_:expr;)* }
    ) => {
        /// Makes a call with these arguments; `None` where it is not known. Calls in place make no variables.
        // The closure is what a `?` in a call returns from.
        #[allow(clippy::redundant_closure_call)]
        pub fn call(name: &str, args: &[JsonValue], variables: &[Tensor]) -> Option<Result<Vec<Tensor>>> {
            let mut args = args.iter().map(|arg| (arg, variables));
            Some(match name {
                $($name => {
                    $(let $arg: $t = next(&mut args);)*
                    (|| $call.map(Made::tensors))()
                })*
                $($name_ => {
                    $(let $arg_: $t_ = next(&mut args);)*
                    $call_.map(|_| Vec::new())
                })*
                _ => return None,
            })
        }
    };
}

fn next<'a, T: Argument>(args: &mut impl Iterator<Item = (&'a JsonValue, &'a [Tensor])>) -> T {
    let (value, variables) = args.next().expect("as many arguments as the call takes");
    T::read(value, variables)
}

calls! {
    made {
        "neg" (x: Tensor) => x.try_neg();
        "abs" (x: Tensor) => x.try_abs();
        "exp" (x: Tensor) => x.try_exp();
        "sin" (x: Tensor) => x.try_sin();
        "cos" (x: Tensor) => x.try_cos();
        "tanh" (x: Tensor) => x.try_tanh();
        "sigmoid" (x: Tensor) => x.try_sigmoid();
        "relu" (x: Tensor) => x.try_relu();
        "square" (x: Tensor) => x.try_square();
        "sqrt" (x: Tensor) => x.try_sqrt();
        "log" (x: Tensor) => x.try_log();
        "floor" (x: Tensor) => x.try_floor();
        "ceil" (x: Tensor) => x.try_ceil();
        "round" (x: Tensor) => x.try_round();
        "trunc" (x: Tensor) => x.try_trunc();
        "sign" (x: Tensor) => x.try_sign();
        "reciprocal" (x: Tensor) => x.try_reciprocal();
        "rsqrt" (x: Tensor) => x.try_rsqrt();
        "expm1" (x: Tensor) => x.try_expm1();
        "log1p" (x: Tensor) => x.try_log1p();
        "frac" (x: Tensor) => x.try_frac();
        "isnan" (x: Tensor) => x.try_isnan();
        "isfinite" (x: Tensor) => x.try_isfinite();
        "isinf" (x: Tensor) => x.try_isinf();
        "logical_not" (x: Tensor) => x.try_logical_not();
        "copy" (x: Tensor) => x.try_copy();
        "contiguous" (x: Tensor) => x.try_contiguous();
        "t" (x: Tensor) => x.try_t();
        "mt" (x: Tensor) => x.try_mt();
        "sum" (x: Tensor) => x.try_sum();
        "mean" (x: Tensor) => x.try_mean();
        "prod" (x: Tensor) => x.try_prod();
        "max" (x: Tensor) => x.try_max();
        "min" (x: Tensor) => x.try_min();
        "std" (x: Tensor) => x.try_std();
        "var" (x: Tensor) => x.try_var();
        "argmax" (x: Tensor) => x.try_argmax();
        "argmin" (x: Tensor) => x.try_argmin();
        "any" (x: Tensor) => x.try_any();
        "all" (x: Tensor) => x.try_all();
        "nonzero" (x: Tensor) => x.try_nonzero();
        "ravel" (x: Tensor) => x.try_ravel();
        "squeeze_all" (x: Tensor) => x.try_squeeze_all();
        "float" (x: Tensor) => x.try_to(DType::F32);
        "double" (x: Tensor) => x.try_to(DType::F64);
        "long" (x: Tensor) => x.try_to(DType::I64);
        "int" (x: Tensor) => x.try_int();
        "bool" (x: Tensor) => x.try_to(DType::Bool);
        "half" (x: Tensor) => x.try_half();
        "bfloat16" (x: Tensor) => x.try_bfloat16();
        "median" (x: Tensor) => x.try_median();
        "norm" (x: Tensor) => x.try_norm();
        "logsigmoid" (x: Tensor) => x.try_logsigmoid();
        "softplus" (x: Tensor) => x.try_softplus();
        "silu" (x: Tensor) => x.try_silu();
        "erf" (x: Tensor) => x.try_erf();
        "tan" (x: Tensor) => x.try_tan();
        "atan" (x: Tensor) => x.try_atan();
        "count_nonzero" (x: Tensor) => x.try_count_nonzero();
        "msort" (x: Tensor) => x.try_msort();
        "sgn" (x: Tensor) => x.try_sgn();
        "nansum" (x: Tensor) => x.try_nansum();
        "nanmean" (x: Tensor) => x.try_nanmean();
        "deg2rad" (x: Tensor) => x.try_deg2rad();
        "asin" (x: Tensor) => x.try_asin();
        "acos" (x: Tensor) => x.try_acos();
        "sinh" (x: Tensor) => x.try_sinh();
        "cosh" (x: Tensor) => x.try_cosh();
        "log2" (x: Tensor) => x.try_log2();
        "log10" (x: Tensor) => x.try_log10();
        "exp2" (x: Tensor) => x.try_exp2();
        "gelu" (x: Tensor) => x.try_gelu();
        "add" (x: Tensor, other: Arg) => x.try_add(other);
        "sub" (x: Tensor, other: Arg) => x.try_sub(other);
        "mul" (x: Tensor, other: Arg) => x.try_mul(other);
        "div" (x: Tensor, other: Arg) => x.try_div(other);
        "pow" (x: Tensor, other: Arg) => x.try_pow(other);
        "remainder" (x: Tensor, other: Arg) => x.try_remainder(other);
        "fmod" (x: Tensor, other: Arg) => x.try_fmod(other);
        "floor_divide" (x: Tensor, other: Arg) => x.try_floor_divide(other);
        "eq" (x: Tensor, other: Arg) => x.try_eq(other);
        "ne" (x: Tensor, other: Arg) => x.try_ne(other);
        "lt" (x: Tensor, other: Arg) => x.try_lt(other);
        "le" (x: Tensor, other: Arg) => x.try_le(other);
        "gt" (x: Tensor, other: Arg) => x.try_gt(other);
        "ge" (x: Tensor, other: Arg) => x.try_ge(other);
        "maximum" (x: Tensor, other: Arg) => x.try_maximum(other);
        "minimum" (x: Tensor, other: Arg) => x.try_minimum(other);
        "atan2" (x: Tensor, other: Arg) => x.try_atan2(other);
        "bitwise_and" (x: Tensor, other: Arg) => x.try_bitwise_and(other);
        "bitwise_or" (x: Tensor, other: Arg) => x.try_bitwise_or(other);
        "bitwise_xor" (x: Tensor, other: Arg) => x.try_bitwise_xor(other);
        "copysign" (x: Tensor, other: Arg) => x.try_copysign(other);
        "hypot" (x: Tensor, other: Arg) => x.try_hypot(other);
        "fmax" (x: Tensor, other: Arg) => x.try_fmax(other);
        "fmin" (x: Tensor, other: Arg) => x.try_fmin(other);
        "xlogy" (x: Tensor, other: Arg) => x.try_xlogy(other);
        "true_divide" (x: Tensor, other: Arg) => x.try_true_divide(other);
        "logical_and" (x: Tensor, other: Tensor) => x.try_logical_and(&other);
        "logical_or" (x: Tensor, other: Tensor) => x.try_logical_or(&other);
        "logical_xor" (x: Tensor, other: Tensor) => x.try_logical_xor(&other);
        "matmul" (x: Tensor, other: Tensor) => x.try_matmul(&other);
        "mm" (x: Tensor, other: Tensor) => x.try_mm(&other);
        "mv" (x: Tensor, other: Tensor) => x.try_mv(&other);
        "bmm" (x: Tensor, other: Tensor) => x.try_bmm(&other);
        "dot" (x: Tensor, other: Tensor) => x.try_dot(&other);
        "outer" (x: Tensor, other: Tensor) => x.try_outer(&other);
        "expand_as" (x: Tensor, other: Tensor) => x.try_expand_as(&other);
        "view_as" (x: Tensor, other: Tensor) => x.try_view_as(&other);
        "reshape_as" (x: Tensor, other: Tensor) => x.try_reshape_as(&other);
        "type_as" (x: Tensor, other: Tensor) => x.try_type_as(&other);
        "masked_select" (x: Tensor, other: Tensor) => x.try_masked_select(&other);
        "take" (x: Tensor, other: Tensor) => x.try_take(&other);
        "inner" (x: Tensor, other: Tensor) => x.try_inner(&other);
        "rsub" (x: Tensor, other: Scalar) => x.try_rsub(other);
        "rdiv" (x: Tensor, other: Scalar) => x.try_rdiv(other);
        "div_rounding" (x: Tensor, other: Arg, rounding: Rounding) => x.try_div_rounding(other, rounding);
        "add_scaled" (x: Tensor, other: Tensor, alpha: f64) => x.try_add_scaled(&other, alpha);
        "addcmul" (x: Tensor, a: Tensor, b: Tensor, value: f64) => x.try_addcmul(&a, &b, value);
        "addmm" (x: Tensor, a: Tensor, b: Tensor) => x.try_addmm(&a, &b);
        "lerp" (x: Tensor, end: Tensor, weight: Arg) => x.try_lerp(&end, weight);
        "where" (x: Tensor, a: Arg, b: Arg) => x.try_where_(a, b);
        "clamp" (x: Tensor, min: Arg, max: Arg) => x.try_clamp(min, max);
        "clamp_min" (x: Tensor, min: Arg) => x.try_clamp_min(min);
        "clamp_max" (x: Tensor, max: Arg) => x.try_clamp_max(max);
        "sum_dim" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_sum_dim(dims, keepdim);
        "mean_dim" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_mean_dim(dims, keepdim);
        "amax" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_amax(dims, keepdim);
        "amin" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_amin(dims, keepdim);
        "logsumexp" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_logsumexp(dims, keepdim);
        "all_dim" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_all_dim(dims, keepdim);
        "any_dim" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_any_dim(dims, keepdim);
        "nansum_dim" (x: Tensor, dims: Vec<i64>, keepdim: bool) => x.try_nansum_dim(dims, keepdim);
        "prod_dim" (x: Tensor, dim: i64, keepdim: bool) => x.try_prod_dim(dim, keepdim);
        "max_dim" (x: Tensor, dim: i64, keepdim: bool) => x.try_max_dim(dim, keepdim);
        "min_dim" (x: Tensor, dim: i64, keepdim: bool) => x.try_min_dim(dim, keepdim);
        "argmax_dim" (x: Tensor, dim: i64, keepdim: bool) => x.try_argmax_dim(dim, keepdim);
        "argmin_dim" (x: Tensor, dim: i64, keepdim: bool) => x.try_argmin_dim(dim, keepdim);
        "median_dim" (x: Tensor, dim: i64, keepdim: bool) => x.try_median_dim(dim, keepdim);
        "mode" (x: Tensor, dim: i64, keepdim: bool) => x.try_mode(dim, keepdim);
        "var_dim" (x: Tensor, dims: Vec<i64>, correction: f64, keepdim: bool) => x.try_var_dim(dims, correction, keepdim);
        "std_dim" (x: Tensor, dims: Vec<i64>, correction: f64, keepdim: bool) => x.try_std_dim(dims, correction, keepdim);
        "norm_dim" (x: Tensor, p: f64, dims: Vec<i64>, keepdim: bool) => x.try_norm_dim(p, dims, keepdim);
        "cumsum" (x: Tensor, dim: i64) => x.try_cumsum(dim);
        "cumprod" (x: Tensor, dim: i64) => x.try_cumprod(dim);
        "cummax" (x: Tensor, dim: i64) => x.try_cummax(dim);
        "cummin" (x: Tensor, dim: i64) => x.try_cummin(dim);
        "softmax" (x: Tensor, dim: i64) => x.try_softmax(dim);
        "log_softmax" (x: Tensor, dim: i64) => x.try_log_softmax(dim);
        "logcumsumexp" (x: Tensor, dim: i64) => x.try_logcumsumexp(dim);
        "unsqueeze" (x: Tensor, dim: i64) => x.try_unsqueeze(dim);
        "squeeze_dim" (x: Tensor, dim: i64) => x.try_squeeze_dim(dim);
        "unbind" (x: Tensor, dim: i64) => x.try_unbind(dim);
        "sort" (x: Tensor, dim: i64, descending: bool) => x.try_sort(dim, descending);
        "argsort" (x: Tensor, dim: i64, descending: bool) => x.try_argsort(dim, descending);
        "topk" (x: Tensor, k: usize, dim: i64, largest: bool) => x.try_topk(k, dim, largest);
        "diff" (x: Tensor, n: usize, dim: i64) => x.try_diff(n, dim);
        "view" (x: Tensor, dims: Vec<i64>) => x.try_view(dims);
        "reshape" (x: Tensor, dims: Vec<i64>) => x.try_reshape(dims);
        "permute" (x: Tensor, dims: Vec<i64>) => x.try_permute(dims);
        "expand" (x: Tensor, dims: Vec<i64>) => x.try_expand(dims);
        "flip" (x: Tensor, dims: Vec<i64>) => x.try_flip(dims);
        "tile" (x: Tensor, dims: Vec<i64>) => x.try_tile(dims);
        "repeat" (x: Tensor, dims: Vec<i64>) => x.try_repeat(dims);
        "transpose" (x: Tensor, a: i64, b: i64) => x.try_transpose(a, b);
        "movedim" (x: Tensor, a: i64, b: i64) => x.try_movedim(a, b);
        "flatten" (x: Tensor, a: i64, b: i64) => x.try_flatten(a, b);
        "select" (x: Tensor, dim: i64, index: i64) => x.try_select(dim, index);
        "narrow" (x: Tensor, dim: i64, start: i64, len: usize) => x.try_narrow(dim, start, len);
        "unflatten" (x: Tensor, dim: i64, sizes: Vec<i64>) => x.try_unflatten(dim, sizes);
        "diagonal" (x: Tensor, offset: i64) => x.try_diagonal(offset);
        "diag" (x: Tensor, offset: i64) => x.try_diag(offset);
        "tril" (x: Tensor, offset: i64) => x.try_tril(offset);
        "triu" (x: Tensor, offset: i64) => x.try_triu(offset);
        "unfold" (x: Tensor, dim: i64, size: usize, step: usize) => x.try_unfold(dim, size, step);
        "chunk" (x: Tensor, chunks: usize, dim: i64) => x.try_chunk(chunks, dim);
        "split" (x: Tensor, size: usize, dim: i64) => x.try_split(size, dim);
        "roll" (x: Tensor, shifts: Vec<i64>, dims: Vec<i64>) => x.try_roll(shifts, dims);
        "index" (x: Tensor, at: Vec<Index>) => x.try_i(at);
        "cat" (tensors: Vec<Tensor>, dim: i64) => Tensor::try_cat(&tensors, dim);
        "stack" (tensors: Vec<Tensor>, dim: i64) => Tensor::try_stack(&tensors, dim);
        "index_select" (x: Tensor, dim: i64, index: Tensor) => x.try_index_select(dim, &index);
        "gather" (x: Tensor, dim: i64, index: Tensor) => x.try_gather(dim, &index);
        "scatter" (x: Tensor, dim: i64, index: Tensor, source: Tensor) => x.try_scatter(dim, &index, &source);
        "scatter_add" (x: Tensor, dim: i64, index: Tensor, source: Tensor) => x.try_scatter_add(dim, &index, &source);
        "index_add" (x: Tensor, dim: i64, index: Tensor, source: Tensor) => x.try_index_add(dim, &index, &source);
        "index_fill" (x: Tensor, dim: i64, index: Tensor, value: Arg) => x.try_index_fill(dim, &index, value);
        "masked_fill" (x: Tensor, mask: Tensor, value: Arg) => x.try_masked_fill(&mask, value);
        "one_hot" (x: Tensor) => x.try_one_hot(None);
        "to" (x: Tensor, dtype: DType) => x.try_to(dtype);
        "item" (x: Tensor) => x.try_item::<f64>();
        "equal" (x: Tensor, other: Tensor) => x.try_equal(&other);
        "allclose" (x: Tensor, other: Tensor) => x.try_allclose(&other);
        "tensor" (data: Vec<f64>, shape: Vec<i64>, dtype: DType) => Tensor::try_from_vec(data, shape)?.try_to(dtype);
        "arange" (start: Scalar, end: Scalar, step: Scalar) => Tensor::try_arange(start, end, step);
        "zeros" (shape: Vec<i64>, dtype: DType) => Tensor::try_zeros_with(shape, dtype);
        "ones" (shape: Vec<i64>, dtype: DType) => Tensor::try_ones_with(shape, dtype);
        "full" (shape: Vec<i64>, value: Scalar) => Tensor::try_full(shape, value);
        "eye" (n: usize) => Tensor::try_eye(n);
        "linspace" (start: f64, end: f64, steps: usize) => Tensor::try_linspace(start, end, steps);
        "randn" (shape: Vec<i64>) => Tensor::try_randn(shape);
        "rand" (shape: Vec<i64>) => Tensor::try_rand(shape);
        "randint" (low: i64, high: i64, shape: Vec<i64>) => Tensor::try_randint(low, high, shape);
        "randperm" (n: usize) => Tensor::try_randperm(n);
        "zeros_like" (x: Tensor) => Ok::<_, wick::Error>(x.zeros_like());
        "ones_like" (x: Tensor) => Ok::<_, wick::Error>(x.ones_like());
        "full_like" (x: Tensor, value: Scalar) => Ok::<_, wick::Error>(x.full_like(value));
        "detach" (x: Tensor) => Ok::<_, wick::Error>(x.detach());
        "grad" (x: Tensor) => Ok::<_, wick::Error>(x.grad().expect("a gradient"));
    }
    in_place {
        "neg_" (x: Tensor) => x.try_neg_();
        "abs_" (x: Tensor) => x.try_abs_();
        "exp_" (x: Tensor) => x.try_exp_();
        "relu_" (x: Tensor) => x.try_relu_();
        "sqrt_" (x: Tensor) => x.try_sqrt_();
        "sigmoid_" (x: Tensor) => x.try_sigmoid_();
        "tanh_" (x: Tensor) => x.try_tanh_();
        "zero_" (x: Tensor) => x.try_zero_();
        "square_" (x: Tensor) => x.try_square_();
        "floor_" (x: Tensor) => x.try_floor_();
        "round_" (x: Tensor) => x.try_round_();
        "sin_" (x: Tensor) => x.try_sin_();
        "add_" (x: Tensor, other: Arg) => x.try_add_(other);
        "sub_" (x: Tensor, other: Arg) => x.try_sub_(other);
        "mul_" (x: Tensor, other: Arg) => x.try_mul_(other);
        "div_" (x: Tensor, other: Arg) => x.try_div_(other);
        "pow_" (x: Tensor, other: Arg) => x.try_pow_(other);
        "remainder_" (x: Tensor, other: Arg) => x.try_remainder_(other);
        "floor_divide_" (x: Tensor, other: Arg) => x.try_floor_divide_(other);
        "clamp_min_" (x: Tensor, other: Arg) => x.try_clamp_min_(other);
        "clamp_max_" (x: Tensor, other: Arg) => x.try_clamp_max_(other);
        "bitwise_and_" (x: Tensor, other: Arg) => x.try_bitwise_and_(other);
        "fill_" (x: Tensor, value: Scalar) => x.try_fill_(value);
        "copy_" (x: Tensor, source: Tensor) => x.try_copy_(&source);
        "clamp_" (x: Tensor, min: Arg, max: Arg) => x.try_clamp_(min, max);
        "masked_fill_" (x: Tensor, mask: Tensor, value: Arg) => x.try_masked_fill_(&mask, value);
        "index_add_" (x: Tensor, dim: i64, index: Tensor, source: Tensor) => x.try_index_add_(dim, &index, &source);
        "index_fill_" (x: Tensor, dim: i64, index: Tensor, value: Arg) => x.try_index_fill_(dim, &index, value);
        "scatter_" (x: Tensor, dim: i64, index: Tensor, source: Tensor) => x.try_scatter_(dim, &index, &source);
        "cumsum_" (x: Tensor, dim: i64) => x.try_cumsum_(dim);
        "addcmul_" (x: Tensor, a: Tensor, b: Tensor, value: f64) => x.try_addcmul_(&a, &b, value);
        "lerp_" (x: Tensor, end: Tensor, weight: Arg) => x.try_lerp_(&end, weight);
        "tril_" (x: Tensor, offset: i64) => x.try_tril_(offset);
        "set" (x: Tensor, at: Vec<Index>, value: Arg) => x.try_set(at, value);
        "index_put_" (x: Tensor, at: Vec<Index>, values: Tensor, accumulate: bool) => x.try_index_put_(at, &values, accumulate);
        "requires_grad_" (x: Tensor, wanted: bool) => x.try_requires_grad_(wanted);
        "retain_grad" (x: Tensor) => x.try_retain_grad();
        "detach_" (x: Tensor) => x.try_detach_();
        "zero_grad" (x: Tensor) => { x.set_grad(None); Ok::<_, wick::Error>(()) };
        "backward" (x: Tensor) => x.try_backward();
        "backward_with" (x: Tensor, gradient: Tensor) => x.try_backward_with(&gradient);
        "print" (x: Tensor) => Ok::<_, wick::Error>(x);
        "uniform_" (x: Tensor, from: f64, to: f64) => x.try_uniform_(from, to);
        "normal_" (x: Tensor, mean: f64, std: f64) => x.try_normal_(mean, std);
    }
}
