//! The derivatives of special functions, of ordering, placing, padding and of products with letters.

use super::{check, positive, random};
use wick::prelude::*;

fn share(shape: &[usize]) -> Tensor {
    Tensor::rand_with(shape, DType::F64) * 0.8 + 0.1
}

/// Every group of this file.
pub fn all_groups() {
    special_functions();
    pairs();
    ordering_and_running();
    lengths_and_statistics();
    products_of_tensors();
    other_places();
    other_shapes();
    numbers_or_tensors();
    flat_functions();
    pads_of_every_dimension();
}

macro_rules! checked {
    ($($name:literal, [$($input:expr),+], |$x:ident| $f:expr;)*) => {$(
        check($name, &[$($input),+], true, |$x| $f);
    )*};
}

#[test]
fn special_functions() {
    manual_seed(21);
    checked! {
        "exp2", [random(&[3])], |x| x[0].exp2();
        "asinh", [random(&[3])], |x| x[0].asinh();
        "acosh", [positive(&[3]) + 1.], |x| x[0].acosh();
        "atanh", [share(&[3])], |x| x[0].atanh();
        "erfc", [random(&[3])], |x| x[0].erfc();
        "erfinv", [share(&[3])], |x| x[0].erfinv();
        "erfcx", [random(&[3])], |x| x[0].erfcx();
        "lgamma", [positive(&[3])], |x| x[0].lgamma();
        "digamma", [positive(&[3])], |x| x[0].digamma();
        "polygamma", [positive(&[3])], |x| x[0].polygamma(1);
        "mvlgamma", [positive(&[3]) + 2.], |x| x[0].mvlgamma(3);
        "i0", [random(&[3])], |x| x[0].i0();
        "i0e", [random(&[3])], |x| x[0].i0e();
        "i1", [random(&[3])], |x| x[0].i1();
        "i1e", [random(&[3])], |x| x[0].i1e();
        "sinc", [random(&[3])], |x| x[0].sinc();
        "logit", [share(&[3])], |x| x[0].logit(None);
        "logit with eps", [share(&[3])], |x| x[0].logit(Some(0.05));
        "entr", [positive(&[3])], |x| x[0].entr();
        "ndtr", [random(&[3])], |x| x[0].ndtr();
        "ndtri", [share(&[3])], |x| x[0].ndtri();
        "log_ndtr", [random(&[3])], |x| x[0].log_ndtr();
        "xlogy", [random(&[3]), positive(&[3])], |x| x[0].xlogy(&x[1]);
        "xlog1py", [random(&[3]), positive(&[3])], |x| x[0].xlog1py(&x[1]);
        "igamma", [positive(&[3])], |x| Tensor::full([3], 1.7).to(DType::F64).igamma(&x[0]);
        "igammac", [positive(&[3])], |x| Tensor::full([3], 1.7).to(DType::F64).igammac(&x[0]);
        "frac", [random(&[3])], |x| x[0].frac().square();
        "deg2rad", [random(&[3])], |x| x[0].deg2rad().square();
        "rad2deg", [random(&[3])], |x| x[0].rad2deg().square();
        "nan_to_num", [random(&[3])], |x| x[0].nan_to_num().square();
    }
}

#[test]
fn pairs() {
    manual_seed(22);
    checked! {
        "fmod", [random(&[2, 3]), positive(&[3])], |x| x[0].fmod(&x[1]).square();
        "copysign", [random(&[3]), random(&[3])], |x| x[0].copysign(&x[1]).square();
        "hypot", [positive(&[3]), random(&[2, 3])], |x| x[0].hypot(&x[1]);
        "fmax", [random(&[3]), random(&[2, 3])], |x| x[0].fmax(&x[1]).square();
        "fmin", [random(&[3]), random(&[2, 3])], |x| x[0].fmin(&x[1]).square();
        "logaddexp", [random(&[3]), random(&[2, 3])], |x| x[0].logaddexp(&x[1]);
        "logaddexp2", [random(&[3]), random(&[2, 3])], |x| x[0].logaddexp2(&x[1]);
        "ldexp", [random(&[3]), random(&[3])], |x| x[0].ldexp(&x[1]);
        "float_power", [positive(&[3]), random(&[3])], |x| x[0].float_power(&x[1]);
        "lerp by a tensor", [random(&[3]), random(&[3]), share(&[3])], |x| x[0].lerp(&x[1], &x[2]);
        "clamp by tensors", [random(&[4]), random(&[4]) - 1., random(&[4]) + 1.], |x| x[0].clamp(&x[1], &x[2]).square();
        "clamp_min", [random(&[4])], |x| x[0].clamp_min(0.1).square();
        "clamp_max", [random(&[4])], |x| x[0].clamp_max(0.1).square();
    }
}

#[test]
fn ordering_and_running() {
    manual_seed(23);
    checked! {
        "sort", [random(&[2, 3])], |x| x[0].sort(0, true).0.square();
        "msort", [random(&[3, 2])], |x| x[0].msort().square();
        "topk", [random(&[2, 4])], |x| x[0].topk(2, -1, true).0.square();
        "kthvalue", [random(&[2, 4])], |x| x[0].kthvalue(2, 1, false).0.square();
        "median", [random(&[5])], |x| x[0].median().square();
        "median_dim", [random(&[2, 3])], |x| x[0].median_dim(1, true).0.square();
        "nanmedian", [random(&[2, 3])], |x| x[0].nanmedian().square();
        "nanmedian_dim", [random(&[2, 3])], |x| x[0].nanmedian_dim(0, false).0.square();
        "mode", [random(&[2, 3])], |x| x[0].mode(1, false).0.square();
        "quantile", [random(&[2, 3])], |x| x[0].quantile(0.3).square();
        "quantile_dim", [random(&[2, 3])], |x| x[0].quantile_dim(0.7, 1, true).square();
        "quantile_with", [random(&[2, 3])], |x| x[0].quantile_with(0.7, Some(0), false, QuantileInterpolation::Midpoint).square();
        "nanquantile", [random(&[2, 3])], |x| x[0].nanquantile(0.3).square();
        "nanquantile_dim", [random(&[2, 3])], |x| x[0].nanquantile_dim(0.3, 0, false).square();
        "cummax", [random(&[2, 3])], |x| x[0].cummax(1).0.square();
        "cummin", [random(&[2, 3])], |x| x[0].cummin(1).0.square();
        "cumprod", [positive(&[2, 3])], |x| x[0].cumprod(1);
        "logcumsumexp", [random(&[2, 3])], |x| x[0].logcumsumexp(0);
        "diff", [random(&[2, 4])], |x| x[0].diff(2, 1).square();
        "trapezoid", [random(&[2, 4])], |x| x[0].trapezoid(0.5, 1).square();
        "trapezoid_at", [random(&[2, 4]), random(&[4])], |x| x[0].trapezoid_at(&x[1], 1).square();
        "cumulative_trapezoid", [random(&[4])], |x| x[0].cumulative_trapezoid(1., 0).square();
    }
    let zeros = tensor!([[2., 0., 3., 0.5], [0., 1.5, 0., 2.]]).to(DType::F64);
    check("cumprod with zeros", &[zeros], false, |x| x[0].cumprod(1));
}

#[test]
fn lengths_and_statistics() {
    manual_seed(24);
    checked! {
        "nansum", [random(&[2, 3])], |x| x[0].nansum().square();
        "nansum_dim", [random(&[2, 3])], |x| x[0].nansum_dim(1, true).square();
        "nanmean", [random(&[2, 3])], |x| x[0].nanmean().square();
        "nanmean_dim", [random(&[2, 3])], |x| x[0].nanmean_dim(0, false).square();
        "std_mean", [random(&[4])], |x| { let (a, b) = x[0].std_mean(); a * b };
        "std_mean_dim", [random(&[2, 3])], |x| { let (a, b) = x[0].std_mean_dim(1, 1., false); a * b };
        "var_mean", [random(&[4])], |x| { let (a, b) = x[0].var_mean(); a * b };
        "var_mean_dim", [random(&[2, 3])], |x| { let (a, b) = x[0].var_mean_dim(1, 0., true); a * b };
        "aminmax", [random(&[4])], |x| { let (a, b) = x[0].aminmax(); a * b };
        "aminmax_dim", [random(&[2, 3])], |x| { let (a, b) = x[0].aminmax_dim(1, false); a * b };
        "norm_p 1", [random(&[2, 3])], |x| x[0].norm_p(1.).square();
        "norm_p 3", [random(&[2, 3])], |x| x[0].norm_p(3.);
        "norm_p inf", [random(&[2, 3])], |x| x[0].norm_p(f64::INFINITY).square();
        "norm_dim", [random(&[2, 3])], |x| x[0].norm_dim(2., 1, true);
        "dist", [random(&[2, 3]), random(&[3])], |x| x[0].dist(&x[1], 2.);
        "renorm", [random(&[3, 4])], |x| x[0].renorm(2., 0, 1.);
        "cdist", [random(&[3, 2]), random(&[2, 2])], |x| x[0].cdist(&x[1], 2.);
        "cdist 1", [random(&[3, 2]), random(&[2, 2])], |x| x[0].cdist(&x[1], 1.).square();
        "cdist 3", [random(&[3, 2]), random(&[2, 2])], |x| x[0].cdist(&x[1], 3.);
    }
}

#[test]
fn products_of_tensors() {
    manual_seed(25);
    checked! {
        "einsum", [random(&[2, 3]), random(&[3, 2])], |x| Tensor::einsum("ij,jk->ik", x);
        "einsum of three", [random(&[2, 3]), random(&[3, 2]), random(&[2, 2])], |x| Tensor::einsum("ij,jk,kl->il", x);
        "einsum of a diagonal", [random(&[3, 3])], |x| Tensor::einsum("ii->i", x).square();
        "einsum with dots", [random(&[2, 2, 3]), random(&[3, 2])], |x| Tensor::einsum("...ij,jk->...ik", x);
        "tensordot", [random(&[2, 3]), random(&[3, 2])], |x| x[0].tensordot(&x[1], 1);
        "tensordot_dims", [random(&[2, 3]), random(&[2, 3])], |x| x[0].tensordot_dims(&x[1], [0, 1], [0, 1]);
        "inner", [random(&[2, 3]), random(&[2, 3])], |x| x[0].inner(&x[1]);
        "cross", [random(&[2, 3]), random(&[1, 3])], |x| x[0].cross(&x[1], 1);
        "kron", [random(&[2, 2]), random(&[1, 2])], |x| x[0].kron(&x[1]);
        "trace", [random(&[3, 2])], |x| x[0].trace().square();
        "outer", [random(&[2]), random(&[3])], |x| x[0].outer(&x[1]);
        "mv", [random(&[2, 3]), random(&[3])], |x| x[0].mv(&x[1]);
        "vdot", [random(&[3]), random(&[3])], |x| x[0].vdot(&x[1]);
        "addmm", [random(&[2]), random(&[2, 3]), random(&[3, 2])], |x| x[0].addmm(&x[1], &x[2]);
        "addmm_with", [random(&[2, 2]), random(&[2, 3]), random(&[3, 2])], |x| x[0].addmm_with(&x[1], &x[2], 0.5, 2.);
        "addmv", [random(&[2]), random(&[2, 3]), random(&[3])], |x| x[0].addmv_with(&x[1], &x[2], 0.5, 2.);
        "addr", [random(&[2, 3]), random(&[2]), random(&[3])], |x| x[0].addr_with(&x[1], &x[2], 0.5, 2.);
        "baddbmm", [random(&[2, 2, 2]), random(&[2, 2, 3]), random(&[2, 3, 2])], |x| x[0].baddbmm_with(&x[1], &x[2], 0.5, 2.);
        "addbmm", [random(&[2, 2]), random(&[2, 2, 3]), random(&[2, 3, 2])], |x| x[0].addbmm_with(&x[1], &x[2], 0.5, 2.);
    }
}

#[test]
fn other_places() {
    manual_seed(26);
    let index = tensor!([0, 5, 5]);
    check("take", &[random(&[2, 3])], true, move |x| {
        x[0].take(&index).square()
    });
    for accumulate in [false, true] {
        let index = tensor!([0, 4]);
        check("put", &[random(&[2, 3]), random(&[2])], true, move |x| {
            x[0].put(&index, &x[1], accumulate).square()
        });
    }
    let index = tensor!([[0], [2]]);
    check("take_along_dim", &[random(&[2, 3])], true, move |x| {
        x[0].take_along_dim(&index, 1).square()
    });
    let index = tensor!([0, 2]);
    check(
        "index_fill",
        &[random(&[3, 2]), random(&[])],
        true,
        move |x| x[0].index_fill(0, &index, &x[1]).square(),
    );
    let index = tensor!([[0, 2], [1, 1]]);
    check("scatter_value", &[random(&[2, 3])], true, move |x| {
        x[0].scatter_value(1, &index, 2.).square()
    });
    for reduce in [
        ScatterReduce::Sum,
        ScatterReduce::Prod,
        ScatterReduce::Mean,
        ScatterReduce::Amax,
        ScatterReduce::Amin,
    ] {
        for own in [true, false] {
            let index = tensor!([[0, 2, 2], [1, 1, 1]]);
            let inputs = [positive(&[2, 3]), positive(&[2, 3])];
            check("scatter_reduce", &inputs, false, move |x| {
                x[0].scatter_reduce(1, &index, &x[1], reduce, own).square()
            });
        }
    }
    let mask = tensor!([[true, false, true], [false, true, false]]);
    let again = mask.clone();
    check(
        "masked_scatter",
        &[random(&[2, 3]), random(&[4])],
        true,
        move |x| x[0].masked_scatter(&mask, &x[1]).square(),
    );
    check(
        "masked_fill by a tensor",
        &[random(&[2, 3]), random(&[])],
        true,
        move |x| x[0].masked_fill(&again, &x[1]).square(),
    );
    checked! {
        "masked_select", [random(&[3])], |x| x[0].masked_select(&tensor!([true, false, true])).square();
        "select_scatter", [random(&[2, 3]), random(&[3])], |x| x[0].select_scatter(&x[1], 0, 1).square();
        "slice_scatter", [random(&[2, 3]), random(&[2, 2])], |x| x[0].slice_scatter(&x[1], 1, 0, 3, 2).square();
        "diagonal_scatter", [random(&[2, 3]), random(&[2])], |x| x[0].diagonal_scatter(&x[1], 0, 0, 1).square();
        "index_add_scaled", [random(&[3, 2]), random(&[2, 2])], |x| x[0].index_add_scaled(0, &tensor!([1, 1]), &x[1], 2.).square();
    }
}

#[test]
fn other_shapes() {
    manual_seed(27);
    checked! {
        "roll", [random(&[2, 3])], |x| x[0].roll([1, -1], [0, 1]).square();
        "roll of all", [random(&[2, 3])], |x| x[0].roll(2, ()).square();
        "rot90", [random(&[2, 3])], |x| x[0].rot90(1, [0, 1]).square();
        "fliplr", [random(&[2, 3])], |x| x[0].fliplr().square();
        "tile", [random(&[2, 3])], |x| x[0].tile(2).square();
        "repeat_interleave", [random(&[2, 3])], |x| x[0].repeat_interleave(2, Some(1)).square();
        "repeat_interleave by a tensor", [random(&[2, 3])], |x| x[0].repeat_interleave(tensor!([0, 2, 1]), Some(1)).square();
        "movedim_all", [random(&[2, 3, 2])], |x| x[0].movedim_all([0, 1], [1, 2]).square();
        "unflatten", [random(&[2, 4])], |x| x[0].unflatten(1, [2, -1]).square();
        "tensor_split", [random(&[5])], |x| x[0].tensor_split(2, 0)[1].square();
        "narrow_copy", [random(&[4])], |x| x[0].narrow_copy(0, 1, 2).square();
        "unfold", [random(&[5])], |x| x[0].unfold(0, 3, 1).square();
        "diag of a vector", [random(&[3])], |x| x[0].diag(1).square();
        "diag of a matrix", [random(&[3, 2])], |x| x[0].diag(0).square();
        "diag_embed", [random(&[2, 3])], |x| x[0].diag_embed(1, 0, 2).square();
        "diagflat", [random(&[2, 2])], |x| x[0].diagflat(0).square();
        "diagonal_dims", [random(&[2, 3, 2])], |x| x[0].diagonal_dims(0, 1, 2).square();
        "tril", [random(&[3, 3])], |x| x[0].tril(0).square();
        "triu", [random(&[3, 3])], |x| x[0].triu(1).square();
        "vstack", [random(&[2, 2]), random(&[2])], |x| Tensor::vstack(x).square();
        "column_stack", [random(&[2]), random(&[2])], |x| Tensor::column_stack(x).square();
        "block_diag", [random(&[2, 2]), random(&[2])], |x| Tensor::block_diag(x).square();
        "cartesian_prod", [random(&[2]), random(&[2])], |x| Tensor::cartesian_prod(x).square();
        "combinations", [random(&[3])], |x| x[0].combinations(2, false).square();
        "vander", [positive(&[3])], |x| x[0].vander(None, false);
        "pad", [random(&[2, 3])], |x| x[0].pad(&[1, -1, 0, 2], Padding::Constant(1.)).square();
        "pad in a mirror", [random(&[2, 3])], |x| x[0].pad(&[1, 2], Padding::Reflect).square();
        "pad with the edge", [random(&[1, 2, 3])], |x| x[0].pad(&[1, 2, 0, 1], Padding::Replicate).square();
        "pad in a circle", [random(&[2, 3])], |x| x[0].pad(&[1, 2], Padding::Circular).square();
    }
}

/// The other argument is a tensor where the cases above have a number, or the other way around.
#[test]
fn numbers_or_tensors() {
    manual_seed(28);
    checked! {
        "fmod by a number", [random(&[4])], |x| x[0].fmod(0.7).square();
        "remainder by a tensor", [random(&[4]), positive(&[4])], |x| x[0].remainder(&x[1]).square();
        "copysign of a number", [random(&[4])], |x| x[0].copysign(-2.).square();
        "xlogy with a number", [random(&[3])], |x| x[0].xlogy(2.).square();
        "xlog1py with a number", [random(&[3])], |x| x[0].xlog1py(2.).square();
        "clamp_min by a tensor", [random(&[4]), random(&[4])], |x| x[0].clamp_min(&x[1]).square();
        "clamp_max by a tensor", [random(&[4]), random(&[4])], |x| x[0].clamp_max(&x[1]).square();
        "index_fill with a number", [random(&[3, 2])], |x| x[0].index_fill(0, &tensor!([0, 2]), 2.).square();
        "index_reduce", [positive(&[2, 3]), positive(&[2, 3])], |x| x[0].index_reduce(1, &tensor!([0, 2, 2]), &x[1], ScatterReduce::Prod, true);
        "frexp", [random(&[4])], |x| x[0].frexp().0.square();
        "squeeze of two", [random(&[1, 3, 1])], |x| x[0].squeeze([0, 2]).square();
    }
}

/// Constant between their steps; the gradients of what they are added to must come through.
#[test]
fn flat_functions() {
    manual_seed(29);
    checked! {
        "sign", [random(&[4])], |x| x[0].sign() + x[0].square();
        "sgn", [random(&[4])], |x| x[0].sgn() + x[0].square();
        "round_decimals", [random(&[4])], |x| x[0].round_decimals(1) + x[0].square();
        "rounded quotient", [random(&[4]), positive(&[4])], |x| x[0].div_rounding(&x[1], Rounding::Floor) + &x[0] * &x[1];
        "one number for a part", [random(&[4]), random(&[])], |x| { let y = &x[0] * 2; y.set(1..3, &x[1]); y.square() };
        "one number for the whole", [random(&[4]), random(&[])], |x| { let y = &x[0] * 2; y.set(.., &x[1]); y.square() };
        "numbers for a mask", [random(&[4])], |x| { let y = &x[0] * 2; y.set(tensor!([true, false, true, false]), 3.); y.square() };
        "values for a mask", [random(&[4]), random(&[2])], |x| {
            let y = &x[0] * 2;
            y.set(tensor!([true, false, true, false]), &x[1]);
            y.square()
        };
        "values for rows of columns", [random(&[2, 3]), random(&[2])], |x| {
            let y = &x[0] * 2;
            y.set((tensor!([0, 1]), tensor!([2, 0])), &x[1]);
            y.square()
        };
        "eq_ a number", [random(&[4])], |x| { let y = &x[0] * 2; y.eq_(0.); y + x[0].square() };
        "eq_ a tensor", [random(&[4])], |x| { let y = &x[0] * 2; y.eq_(Tensor::zeros(4)); y + x[0].square() };
        "ne_ a number", [random(&[4])], |x| { let y = &x[0] * 2; y.ne_(0.); y + x[0].square() };
        "ne_ a tensor", [random(&[4])], |x| { let y = &x[0] * 2; y.ne_(Tensor::zeros(4)); y + x[0].square() };
        "lt_ a number", [random(&[4])], |x| { let y = &x[0] * 2; y.lt_(0.); y + x[0].square() };
        "lt_ a tensor", [random(&[4])], |x| { let y = &x[0] * 2; y.lt_(Tensor::zeros(4)); y + x[0].square() };
        "le_ a number", [random(&[4])], |x| { let y = &x[0] * 2; y.le_(0.); y + x[0].square() };
        "le_ a tensor", [random(&[4])], |x| { let y = &x[0] * 2; y.le_(Tensor::zeros(4)); y + x[0].square() };
        "gt_ a number", [random(&[4])], |x| { let y = &x[0] * 2; y.gt_(0.); y + x[0].square() };
        "gt_ a tensor", [random(&[4])], |x| { let y = &x[0] * 2; y.gt_(Tensor::zeros(4)); y + x[0].square() };
        "ge_ a number", [random(&[4])], |x| { let y = &x[0] * 2; y.ge_(0.); y + x[0].square() };
        "ge_ a tensor", [random(&[4])], |x| { let y = &x[0] * 2; y.ge_(Tensor::zeros(4)); y + x[0].square() };
        "fill_", [random(&[4])], |x| { let y = &x[0] * 2; y.fill_(3.); y + x[0].square() };
    }
}

#[test]
fn pads_of_every_dimension() {
    manual_seed(30);
    for (shape, padding) in [
        (&[2, 3][..], &[1, 2][..]),
        (&[1, 2, 3], &[1, 2, 0, 1]),
        (&[1, 2, 2, 3], &[1, 2, 0, 1, 1, 0]),
    ] {
        for mode in [Padding::Reflect, Padding::Replicate] {
            check("pad from within", &[random(shape)], true, move |x| {
                x[0].pad(padding, mode).square()
            });
        }
    }
}

#[test]
fn the_norm_is_flat_at_zero() {
    let x = Tensor::zeros([3]).requires_grad_(true);
    x.norm().backward();
    assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [0., 0., 0.]);
}
