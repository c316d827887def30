//! Products of vectors and matrices.

use super::Tensor;
use super::arithmetic::in_dtype;
use super::ops::ops;
use super::view::renewed;
use crate::autograd::{Ctx, Saved, record};
use crate::device::Device;
use crate::error::{Result, bail};
use crate::kernels::matmul::batched;
use crate::shape::broadcast;

/// Two 2-d tensors.
fn mm(a: &Tensor, b: &Tensor, name: &'static str) -> Result<Tensor> {
    let (x, y) = (a.array(), b.array());
    let ([m, _], [_, n]) = (x.dims(), y.dims()) else {
        bail!("mm: expected matrices")
    };
    let lift = |array: &crate::kernels::Array| {
        let (dims, strides) = (array.dims(), array.layout.stride());
        let layout = candle_core::Layout::new(
            (1, dims[0], dims[1]).into(),
            vec![dims[0] * dims[1], strides[0], strides[1]],
            array.layout.start_offset(),
        );
        array.with_layout(layout)
    };
    let output = Tensor::from_array(batched(&lift(&x), &lift(&y))?.reshaped(&[*m, *n]));
    product(name, a, b, output)
}

/// Two 3-d tensors of as many matrices.
fn bmm(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let output = Tensor::from_array(batched(&a.array(), &b.array())?);
    product("BmmBackward0", a, b, output)
}

fn product(name: &'static str, a: &Tensor, b: &Tensor, output: Tensor) -> Result<Tensor> {
    record(name, &[a, b], output, |_| {
        let keep = |t: &Tensor, other: &Tensor| {
            Saved::input(&if other.requires_grad() {
                t.clone()
            } else {
                t.detach()
            })
        };
        let backward = |ctx: &Ctx, g: &Tensor| {
            Ok(vec![
                ctx.when(0, || g.try_matmul(&ctx.saved(1)?.try_mt()?))?,
                ctx.when(1, || ctx.saved(0)?.try_mt()?.try_matmul(g))?,
            ])
        };
        (vec![keep(a, b), keep(b, a)], backward)
    })
}

/// Matrix times vector.
fn mv(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let output = crate::autograd::no_grad(|| mm(a, &b.try_unsqueeze(1)?, "MvBackward0"))?;
    let output = Tensor::from_array(output.array().reshaped(&[a.dims()[0]]));
    record("MvBackward0", &[a, b], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            Ok(vec![
                ctx.when(0, || g.try_unsqueeze(1)?.try_mul(ctx.saved(1)?))?,
                ctx.when(1, || ctx.saved(0)?.try_t()?.try_matmul(g))?,
            ])
        };
        (vec![Saved::input(a), Saved::input(b)], backward)
    })
}

fn dot(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.dtype() == crate::DType::Bool {
        return Err(crate::Error::not_implemented("dot", a.dtype()));
    }
    let output = crate::autograd::no_grad(|| {
        mm(&a.try_unsqueeze(0)?, &b.try_unsqueeze(1)?, "DotBackward0")
    })?;
    let output = Tensor::from_array(output.array().reshaped(&[]));
    record("DotBackward0", &[a, b], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            Ok(vec![
                ctx.when(0, || g.try_mul(ctx.saved(1)?))?,
                ctx.when(1, || g.try_mul(ctx.saved(0)?))?,
            ])
        };
        (vec![Saved::input(a), Saved::input(b)], backward)
    })
}

fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let (sa, sb) = (a.shape(), b.shape());
    if sa.rank() == 0 || sb.rank() == 0 {
        bail!(
            "both arguments to matmul need to be at least 1D, but they are {}D and {}D",
            sa.rank(),
            sb.rank()
        );
    }
    match (&sa[..], &sb[..]) {
        (&[m], &[n]) => {
            if m != n {
                bail!(
                    "inconsistent tensor size, expected tensor [{m}] and src [{n}] to have the same number of elements, \
                     but got {m} and {n} elements respectively"
                );
            }
            dot_dtypes(a, b)?;
            dot(a, b)
        }
        (&[m, k], &[n]) => {
            if k != n {
                bail!("size mismatch, got input ({m}), mat ({m}x{k}), vec ({n})");
            }
            same_dtypes_of_mv(b, a, b)?;
            not_bool("addmv_impl_cpu", a)?;
            mv(a, b)
        }
        (&[k], &[k2, n]) => {
            check_inner("mm: ", 1, k, k2, n)?;
            same_dtype(a, b)?;
            let row = mm(&a.try_unsqueeze(0)?, b, "MmBackward0")?;
            super::rule::reshaped_as("SqueezeBackward4", &row, vec![n])
        }
        (&[m, k], &[k2, n]) => {
            check_inner("mm: ", m, k, k2, n)?;
            same_dtype(a, b)?;
            mm(a, b, "MmBackward0")
        }
        // One matrix (or vector) on the right: all rows of the left at once.
        (left, &[_] | &[_, _]) => {
            let k = left[left.len() - 1];
            let (n, columns) = (sb[0], if sb.rank() == 2 { sb[1] } else { 1 });
            let rows: usize = left[..left.len() - 1].iter().product();
            if sb.rank() == 1 && k != n {
                bail!("size mismatch, got input ({rows}), mat ({rows}x{k}), vec ({n})");
            }
            check_inner("mm: ", rows, k, n, columns)?;
            if sb.rank() == 2 {
                same_dtype(a, b)?;
            }
            let flat = matmul(&a.try_reshape([rows, k])?, b)?;
            let mut shape = left[..left.len() - 1].to_vec();
            shape.extend(sb.get(1));
            renewed(&flat, &shape)
        }
        _ => matmul_batches(a, b),
    }
}

/// Products are of one dtype.
fn same_dtype(a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() != b.dtype() {
        bail!(
            "expected m1 and m2 to have the same dtype, but got: {} != {}",
            a.dtype().c_name(),
            b.dtype().c_name()
        );
    }
    Ok(())
}

/// The same of two vectors.
fn dot_dtypes(a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() != b.dtype() {
        bail!(
            "dot : expected both vectors to have same dtype, but found {} and {}",
            a.dtype().scalar_type(),
            b.dtype().scalar_type()
        );
    }
    Ok(())
}

/// The same of what is added to, a matrix and a vector.
pub(super) fn same_dtypes_of_mv(x: &Tensor, a: &Tensor, b: &Tensor) -> Result<()> {
    if x.dtype() != a.dtype() || a.dtype() != b.dtype() {
        bail!(
            "addmv input tensors must have the same dtype, but got {}, {}, and {}",
            x.dtype().scalar_type(),
            a.dtype().scalar_type(),
            b.dtype().scalar_type()
        );
    }
    Ok(())
}

/// What batches of matrices are made of.
fn bmm_dtypes(a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() != b.dtype() {
        bail!(
            "expected scalar type {} but found {}",
            a.dtype().scalar_type(),
            b.dtype().scalar_type()
        );
    }
    not_bool("bmm", a)
}

/// Truth values are not multiplied by the kernel of this name.
fn not_bool(kernel: &str, x: &Tensor) -> Result<()> {
    if x.dtype() == crate::DType::Bool && x.numel() > 0 {
        return Err(crate::Error::not_implemented(kernel, x.dtype()));
    }
    Ok(())
}

/// `name` is what PyTorch's sentence begins with.
pub(super) fn check_inner(name: &str, m: usize, k: usize, k2: usize, n: usize) -> Result<()> {
    if k != k2 {
        bail!("{name}mat1 and mat2 shapes cannot be multiplied ({m}x{k} and {k2}x{n})");
    }
    Ok(())
}

fn matmul_batches(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let vector = a.dim() == 1;
    let a = if vector {
        a.try_unsqueeze(0)?
    } else {
        a.clone()
    };
    let (sa, sb) = (a.shape(), b.shape());
    let ([batch_a @ .., m, k], [batch_b @ .., k2, n]) = (&sa[..], &sb[..]) else {
        bail!("matmul: expected matrices")
    };
    let batch = broadcast(batch_a, batch_b)?;
    let (count, m, n) = (batch.numel(), *m, *n);
    if k != k2 && vector {
        bail!(
            "size mismatch, got input ({}), mat ({}x{k2}), vec ({k})",
            count * n,
            count * n
        );
    }
    if k != k2 {
        bail!(
            "Expected size for first two dimensions of batch2 tensor to be: [{count}, {k}] but got: [{count}, {k2}]."
        );
    }
    bmm_dtypes(&a, b)?;
    let flat = |t: &Tensor, tail: [usize; 2]| {
        let wide: Vec<usize> = batch.iter().copied().chain(tail).collect();
        t.try_expand(wide)?.try_reshape([count, tail[0], tail[1]])
    };
    let product = bmm(&flat(&a, [m, *k])?, &flat(b, [*k, n])?)?;
    let mut shape = batch.to_vec();
    if !vector {
        shape.push(m);
    }
    shape.push(n);
    renewed(&product, &shape)
}

fn batch_product(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (sa, sb) = (a.shape(), b.shape());
    let (&[n, _, k], &[n2, k2, _]) = (&sa[..], &sb[..]) else {
        bail!(
            "batch{} must be a 3D tensor",
            if sa.rank() == 3 { 2 } else { 1 }
        )
    };
    if n != n2 || k != k2 {
        bail!(
            "Expected size for first two dimensions of batch2 tensor to be: [{n}, {k}] but got: [{n2}, {k2}]."
        );
    }
    bmm_dtypes(a, b)?;
    bmm(a, b)
}

/// `input · weightᵀ + bias`.
fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let features = match weight.dims()[..] {
        [] => bail!(
            "both arguments to linear need to be at least 1D, but they are {}D and 0D",
            x.dim()
        ),
        // One feature without a dimension of its own.
        [_] if bias.is_none() => return x.try_matmul(weight),
        [_] => bail!("addmm: mat2 must be a matrix, got 1-D tensor"),
        [_, features] => features,
        _ => bail!(
            "t() expects a tensor with <= 2 dimensions, but self is {}D",
            weight.dim()
        ),
    };
    let shape = x.shape();
    let Some((&last, front)) = shape.split_last() else {
        bail!("linear: expected an input of at least one dimension")
    };
    let rows: usize = front.iter().product();
    let transposed = weight.try_t()?;
    let name = if bias.is_some() { "addmm: " } else { "mm: " };
    check_inner(name, rows, last, features, weight.dims()[0])?;
    if x.dtype() != weight.dtype() {
        bail!(
            "mat1 and mat2 must have the same dtype, but got {} and {}",
            x.dtype().scalar_type(),
            weight.dtype().scalar_type()
        );
    }
    // The rows as one matrix, and back, as PyTorch does it (aten/src/ATen/native/Linear.cpp).
    let wide: Vec<usize> = front.iter().copied().chain([weight.dims()[0]]).collect();
    match (shape.rank(), bias) {
        (2, Some(bias)) => addmm(bias, x, &transposed),
        (2, None) => mm(x, &transposed, "MmBackward0"),
        (1, None) => mm(&x.try_unsqueeze(0)?, &transposed, "MmBackward0")?.try_squeeze_dim(0),
        (rank, Some(bias)) if rank > 2 && !x.is_contiguous() => {
            let flat = x.try_reshape([rows, last])?;
            renewed(&mm(&flat, &transposed, "MmBackward0")?, &wide)?.try_add(bias)
        }
        (_, Some(bias)) => {
            let flat = x.try_reshape([rows, last])?;
            renewed(&addmm(bias, &flat, &transposed)?, &wide)
        }
        (_, None) => {
            let flat = x.try_reshape([rows, last])?;
            renewed(&mm(&flat, &transposed, "MmBackward0")?, &wide)
        }
    }
}

/// `bias + a · b`.
fn addmm(bias: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    // In main memory the sum is rounded once; a GPU multiplies 16 bits faster than 32.
    let dtype = a.dtype();
    let exact = match a.device() {
        Device::Cpu => dtype.opmath(),
        _ => dtype,
    };
    let output = crate::autograd::no_grad(|| {
        let [a, b, bias] = in_dtype(exact, [a, b, bias])?;
        mm(&a, &b, "MmBackward0")?
            .try_add(bias)?
            .try_to_dtype(dtype)
    })?;
    record("AddmmBackward0", &[bias, a, b], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            Ok(vec![
                Some(g.clone()),
                ctx.when(1, || g.try_matmul(&ctx.saved(1)?.try_t()?))?,
                ctx.when(2, || ctx.saved(0)?.try_t()?.try_matmul(g))?,
            ])
        };
        (vec![Saved::input(a), Saved::input(b)], backward)
    })
}

ops! {
    /// The product of vectors, matrices or batches of matrices (Python's `a @ b`), by PyTorch's rules for each.
    /// `[N, K]` by `[K, M]` to `[N, M]`; two vectors give a number; the leading dimensions of batches broadcast.
    /// PyTorch: `torch.matmul`. Sizes that do not fit are an error.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.]]);
    /// assert_eq!(a.matmul(&tensor!([1., 10.])).to_string(), "tensor([21., 43.])");
    /// ```
    matmul, try_matmul, [] (x, other: &Tensor) => matmul(x, other);
    /// The product of two matrices. `[N, K]` by `[K, M]` to `[N, M]`; other dimensions are an error.
    /// PyTorch: `torch.mm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.]]);
    /// assert_eq!(a.mm(&a).to_vec2::<f32>(), [[7., 10.], [15., 22.]]);
    /// ```
    mm, try_mm, [] (x, other: &Tensor) => {
        for (what, t) in [("self", x), ("mat2", other)] {
            if t.dim() != 2 {
                bail!("mm: {what} must be a matrix, got {}-D tensor", t.dim());
            }
        }
        matmul(x, other)
    };
    /// The products of two batches of matrices. `[B, N, K]` by `[B, K, M]` to `[B, N, M]`. PyTorch: `torch.bmm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[[1., 2.]], [[3., 4.]]]), tensor!([[[1.], [1.]], [[10.], [10.]]]));
    /// assert_eq!(a.bmm(&b).view([2]).to_vec1::<f32>(), [3., 70.]);
    /// ```
    bmm, try_bmm, [] (x, other: &Tensor) => batch_product(x, other);
    /// The sum of products of two vectors. `[N]` by `[N]` to a number; other shapes and two dtypes are an error.
    /// PyTorch: `torch.dot`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).dot(&tensor!([3., 4.])).item::<f64>(), 11.);
    /// ```
    dot, try_dot, [] (x, other: &Tensor) => {
        if x.dim() != 1 || other.dim() != 1 {
            bail!("1D tensors expected, but got {}D and {}D tensors", x.dim(), other.dim());
        }
        dot_dtypes(x, other)?;
        matmul(x, other)
    };
    /// All products of the elements of two vectors. `[N]` by `[M]` to `[N, M]`; other dimensions are an error.
    /// PyTorch: `torch.outer`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).outer(&tensor!([3., 4.])).to_vec2::<f32>(), [[3., 4.], [6., 8.]]);
    /// ```
    outer, try_outer, [] (x, other: &Tensor) => {
        for (what, t) in [("self", x), ("vec2", other)] {
            if t.dim() != 1 {
                bail!("outer: Expected 1-D argument {what}, but got {}-D", t.dim());
            }
        }
        x.try_unsqueeze(1)?.try_mul(other)
    };
    /// `self + a · b`. `a` is `[N, K]`, `b` is `[K, M]`, and this tensor broadcasts to `[N, M]`.
    /// PyTorch: `torch.addmm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.]]);
    /// assert_eq!(tensor!([1., 1.]).addmm(&a, &a).to_vec2::<f32>(), [[8., 11.], [16., 23.]]);
    /// ```
    addmm, try_addmm, [addmm_, try_addmm_] (x, a: &Tensor, b: &Tensor) => x.try_addmm_with(a, b, 1., 1.);
    /// `self · weightᵀ + bias`, for the last dimension of this tensor.
    /// `[*, in]` to `[*, out]`, with `weight` of `[out, in]` and `bias` of `[out]`. PyTorch: `F.linear`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (weight, bias) = (tensor!([[1., 2.]]), tensor!([0.5]));
    /// assert_eq!(tensor!([[3., 4.]]).linear(&weight, Some(&bias)).to_string(), "tensor([[11.5000]])");
    /// ```
    linear, try_linear, [] (x, weight: &Tensor, bias: Option<&Tensor>) => linear(x, weight, bias);
}
