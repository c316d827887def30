//! Diagonals and triangles of matrices.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::error::{OrPanic, Result, bail};
use crate::shape::axis;
use candle_core::Layout;

fn two_axes(rank: usize, dim1: i64, dim2: i64) -> Result<(usize, usize)> {
    let (a, b) = (axis(dim1, rank)?, axis(dim2, rank)?);
    if a == b {
        bail!("diagonal dimensions cannot be identical {dim1}, {dim2}");
    }
    Ok((a, b))
}

fn diagonal(x: &Tensor, offset: i64, dim1: i64, dim2: i64) -> Result<Tensor> {
    let shape = x.shape();
    let (a, b) = two_axes(shape.rank(), dim1, dim2)?;
    let (down, right) = ((-offset).max(0) as usize, offset.max(0) as usize);
    let len = shape[a]
        .saturating_sub(down)
        .min(shape[b].saturating_sub(right));
    super::parts::part(x, "DiagonalBackward0", |layout| {
        let (shape, strides) = (layout.dims(), layout.stride());
        let start = if len == 0 {
            0
        } else {
            down * strides[a] + right * strides[b]
        };
        let kept = (0..shape.len()).filter(|&d| d != a && d != b);
        let (mut dims, mut steps): (Vec<usize>, Vec<usize>) =
            kept.map(|d| (shape[d], strides[d])).unzip();
        dims.push(len);
        steps.push(strides[a] + strides[b]);
        Layout::new(dims.into(), steps, layout.start_offset() + start)
    })
}

fn diag_embed(x: &Tensor, offset: i64, dim1: i64, dim2: i64) -> Result<Tensor> {
    let shape = x.shape();
    let rank = shape.rank() + 1;
    if shape.rank() == 0 {
        bail!("diag_embed: expected at least one dimension");
    }
    let (a, b) = two_axes(rank, dim1, dim2)?;
    let len = shape[shape.rank() - 1];
    let size = len + offset.unsigned_abs() as usize;
    let mut dims = shape[..shape.rank() - 1].to_vec();
    for at in [a.min(b), a.max(b)] {
        dims.insert(at, size);
    }
    composed(
        "DiagEmbedBackward0",
        &[x],
        Keep::Nothing,
        || {
            let zeros = x.try_new_zeros(&dims)?;
            diagonal(&zeros, offset, dim1, dim2)?.try_copy_(&x.detach())?;
            Ok(zeros)
        },
        move |_, g| {
            Ok(vec![Some(
                diagonal(g, offset, dim1, dim2)?.try_contiguous()?,
            )])
        },
    )
}

fn diag(x: &Tensor, offset: i64) -> Result<Tensor> {
    match x.dim() {
        1 => diag_embed(x, offset, 0, 1),
        2 => {
            let shape = x.shape();
            composed(
                "DiagonalBackward0_copy",
                &[x],
                Keep::Nothing,
                || diagonal(x, offset, 0, 1)?.try_copy(),
                move |_, g| {
                    Ok(vec![Some(
                        g.try_new_zeros(&shape)?
                            .try_diagonal_scatter(g, offset, 0, 1)?,
                    )])
                },
            )
        }
        rank => bail!("diag(): Supports 1D or 2D tensors. Got {rank}D"),
    }
}

/// Where `column - row` is at most (`lower`) or at least `offset`.
fn triangle(rows: usize, columns: usize, offset: i64, lower: bool) -> Result<Tensor> {
    let across = Tensor::try_arange(0, columns, 1)?;
    let down = Tensor::try_arange(0, rows, 1)?
        .try_add(offset)?
        .try_unsqueeze(1)?;
    if lower {
        across.try_le(down)
    } else {
        across.try_ge(down)
    }
}

fn triangular(x: &Tensor, offset: i64, lower: bool) -> Result<Tensor> {
    let (name, node) = if lower {
        ("tril", "TrilBackward0")
    } else {
        ("triu", "TriuBackward0")
    };
    let &[.., rows, columns] = &x.dims()[..] else {
        bail!("{name}: input tensor must have at least 2 dimensions")
    };
    let mask = triangle(rows, columns, offset, lower)?.try_to_device(x.device())?;
    let nothing = x.detach().try_new_zeros(&[])?;
    composed(
        node,
        &[x],
        Keep::Nothing,
        || mask.try_where_(x, &nothing),
        move |_, g| Ok(vec![Some(triangular(g, offset, lower)?)]),
    )
}

/// The rows and columns of a triangle's elements, in two rows.
fn triangle_indices(rows: usize, columns: usize, offset: i64, lower: bool) -> Result<Tensor> {
    triangle(rows, columns, offset, lower)?
        .try_nonzero()?
        .try_t()?
        .try_contiguous()
}

ops! {
    /// The diagonal of the first two dimensions, as a view. A positive offset lies above. It is the last dimension of
    /// the result. PyTorch: `torch.diagonal`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// assert_eq!(x.diagonal(0).to_string(), "tensor([1, 4])");
    /// x.diagonal(0).fill_(0);
    /// assert_eq!(x.to_string(), "tensor([[0, 2],\n        [3, 0]])");
    /// ```
    diagonal, try_diagonal, [] (x, offset: i64) => diagonal(x, offset, 0, 1);
    /// The diagonal of two dimensions, as the last dimension of a view. PyTorch: `torch.diagonal` with `dim1` and
    /// `dim2`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::arange(0, 8, 1).view([2, 2, 2]);
    /// assert_eq!(x.diagonal_dims(0, 1, 2).to_string(), "tensor([[0, 3],\n        [4, 7]])");
    /// ```
    diagonal_dims, try_diagonal_dims, [] (x, offset: i64, dim1: i64, dim2: i64) => diagonal(x, offset, dim1, dim2);
    /// The diagonal of a matrix (a copy), or a matrix with a vector on its diagonal. A positive offset lies above.
    /// PyTorch: `torch.diag`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// assert_eq!(x.diag(0).to_string(), "tensor([1, 4])");
    /// assert_eq!(x.diag(0).diag(0).to_string(), "tensor([[1, 0],\n        [0, 4]])");
    /// ```
    diag, try_diag, [] (x, offset: i64) => diag(x, offset);
    /// Matrices with the last dimension on their diagonals, in two dimensions of the result. PyTorch's defaults are
    /// `(0, -2, -1)`. PyTorch: `torch.diag_embed`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2.], [3., 4.]]).diag_embed(0, -2, -1);
    /// assert_eq!(x.shape(), [2, 2, 2]);
    /// assert_eq!(x.i(1).to_string(), "tensor([[3., 0.],\n        [0., 4.]])");
    /// ```
    diag_embed, try_diag_embed, [] (x, offset: i64, dim1: i64, dim2: i64) => diag_embed(x, offset, dim1, dim2);
    /// A matrix with all elements on its diagonal. PyTorch: `torch.diagflat`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2]).diagflat(0).to_string(), "tensor([[1, 0],\n        [0, 2]])");
    /// ```
    diagflat, try_diagflat, [] (x, offset: i64) => diag_embed(&x.try_reshape(-1)?, offset, 0, 1);
    /// The lower triangle of matrices, up to the diagonal `offset`; 0 elsewhere. `[…, N, M]` to the same. PyTorch:
    /// `torch.tril`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let seen = Tensor::ones([3, 3]).tril(0);
    /// assert_eq!(seen.to_string(), "tensor([[1., 0., 0.],\n        [1., 1., 0.],\n        [1., 1., 1.]])");
    /// ```
    tril, try_tril, [tril_, try_tril_] (x, offset: i64) => triangular(x, offset, true);
    /// The upper triangle of matrices, from the diagonal `offset` on; 0 elsewhere. `[…, N, M]` to the same. PyTorch:
    /// `torch.triu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let later = Tensor::full([2, 2], f64::NEG_INFINITY).triu(1);
    /// assert_eq!(later.to_string(), "tensor([[0., -inf],\n        [0., 0.]])");
    /// ```
    triu, try_triu, [triu_, try_triu_] (x, offset: i64) => triangular(x, offset, false);
}

impl Tensor {
    /// The rows and the columns of the elements on and below a diagonal, in two rows (`i64`). PyTorch:
    /// `torch.tril_indices`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::tril_indices(2, 2, 0).to_string(), "tensor([[0, 1, 1],\n        [0, 0, 1]])");
    /// ```
    #[track_caller]
    pub fn tril_indices(rows: usize, columns: usize, offset: i64) -> Tensor {
        triangle_indices(rows, columns, offset, true).or_panic()
    }

    /// The rows and the columns of the elements on and above a diagonal, in two rows (`i64`). PyTorch:
    /// `torch.triu_indices`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pairs = Tensor::triu_indices(3, 3, 1);
    /// assert_eq!(pairs.to_string(), "tensor([[0, 0, 1],\n        [1, 2, 2]])");
    /// ```
    #[track_caller]
    pub fn triu_indices(rows: usize, columns: usize, offset: i64) -> Tensor {
        triangle_indices(rows, columns, offset, false).or_panic()
    }
}
