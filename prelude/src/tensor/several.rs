//! Functions of several tensors: stacked, broadcast together, combined.

use super::Tensor;
use super::rule::{Keep, composed};
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail};
use crate::shape::{Shape, broadcast};

/// Which of two tensors counts the rows of a grid (`indexing=` of `torch.meshgrid`).
///
/// ```
/// use wick::prelude::*;
/// let (a, b) = (tensor!([1, 2]), tensor!([5, 6, 7]));
/// assert_eq!(Tensor::meshgrid(&[&a, &b], MeshIndexing::Ij)[0].dims(), [2, 3]);
/// assert_eq!(Tensor::meshgrid(&[&a, &b], MeshIndexing::Xy)[0].dims(), [3, 2]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeshIndexing {
    /// The first: `result[i, j]` goes with `first[i]` and `second[j]`.
    Ij,
    /// The second: the first one goes from left to right, as in a plot.
    Xy,
}

/// Functions of a list of tensors, each with its `try_` twin.
macro_rules! of_several {
    ($(
        $(#[$doc:meta])*
        $name:ident, $try_name:ident ($tensors:ident $(, $arg:ident : $ty:ty)*) -> $out:ty => $body:expr;
    )*) => {
        impl Tensor {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name<T: AsRef<Tensor>>(tensors: &[T] $(, $arg: $ty)*) -> $out {
                Self::$try_name(tensors $(, $arg)*).or_panic()
            }

            #[doc = concat!("[`Tensor::", stringify!($name), "`] that returns what is wrong instead of panicking.")]
            pub fn $try_name<T: AsRef<Tensor>>(tensors: &[T] $(, $arg: $ty)*) -> Result<$out> {
                let $tensors: Vec<&Tensor> = tensors.iter().map(AsRef::as_ref).collect();
                $body
            }
        )*}
    };
}

fn joined(
    name: &str,
    tensors: &[&Tensor],
    lift: fn(&Tensor) -> Result<Tensor>,
    dim: Option<i64>,
) -> Result<Tensor> {
    if tensors.is_empty() {
        bail!("{name} expects a non-empty TensorList");
    }
    let lifted = tensors
        .iter()
        .map(|t| lift(t))
        .collect::<Result<Vec<_>>>()?;
    // Side by side means along the only dimension of vectors.
    let dim = dim.unwrap_or(i64::from(lifted[0].dim() > 1));
    Tensor::try_cat(&lifted, dim)
}

fn together(tensors: &[&Tensor]) -> Result<Shape> {
    tensors
        .iter()
        .try_fold(Shape::default(), |shape, t| broadcast(&shape, &t.shape()))
}

fn grid(tensors: &[&Tensor], indexing: MeshIndexing) -> Result<Vec<Tensor>> {
    if tensors.is_empty() {
        bail!("meshgrid expects a non-empty TensorList");
    }
    for t in tensors {
        if t.dim() > 1 {
            bail!("torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {t}");
        }
        if t.dtype() != tensors[0].dtype() {
            bail!("meshgrid expects all tensors to have the same dtype");
        }
    }
    let swap = indexing == MeshIndexing::Xy && tensors.len() >= 2;
    let mut tensors = tensors.to_vec();
    if swap {
        tensors.swap(0, 1);
    }
    let sizes: Vec<usize> = tensors.iter().map(|t| t.numel()).collect();
    let mut grids = Vec::new();
    for (i, t) in tensors.iter().enumerate() {
        let mut shape = vec![1; sizes.len()];
        shape[i] = sizes[i];
        grids.push(t.try_view(shape)?.try_expand(&sizes)?);
    }
    if swap {
        grids.swap(0, 1);
    }
    Ok(grids)
}

fn all_pairs(tensors: &[&Tensor]) -> Result<Tensor> {
    for t in tensors {
        if t.dim() != 1 {
            bail!("Expect a 1D vector, but got shape {}", t.shape().list());
        }
    }
    if let [only] = tensors {
        return Ok((*only).clone());
    }
    let columns = grid(tensors, MeshIndexing::Ij)?
        .iter()
        .map(|t| t.try_flatten(0, -1))
        .collect::<Result<Vec<_>>>()?;
    Tensor::try_stack(&columns, 1)
}

fn blocks(tensors: &[&Tensor]) -> Result<Tensor> {
    if tensors.is_empty() {
        return Tensor::try_zeros([1, 0]);
    }
    let mut matrices = Vec::new();
    for (i, t) in tensors.iter().enumerate() {
        if t.dim() > 2 {
            bail!(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {} dimensions",
                t.dim()
            );
        }
        matrices.push(t.try_atleast_2d()?);
    }
    let dtype = matrices
        .iter()
        .fold(matrices[0].dtype(), |dtype, t| dtype.promote(t.dtype()));
    let width: usize = matrices.iter().map(|t| t.dims()[1]).sum();
    let sizes: Vec<[usize; 2]> = matrices
        .iter()
        .map(|t| [t.dims()[0], t.dims()[1]])
        .collect();
    let shapes: Vec<Shape> = tensors.iter().map(|t| t.shape()).collect();
    composed(
        "BlockDiagBackward0",
        tensors,
        Keep::Nothing,
        || {
            let (mut left, mut rows) = (0, Vec::new());
            for t in &matrices {
                let columns = t.dims()[1];
                let right = width - left - columns;
                rows.push(super::pad::padded(
                    &t.try_to_dtype(dtype)?,
                    &[left as i64, right as i64],
                    0.,
                )?);
                left += columns;
            }
            Tensor::try_cat(&rows, 0)
        },
        move |ctx, g| {
            let (mut top, mut left, mut parts) = (0, 0, Vec::new());
            for (i, (&[rows, columns], shape)) in sizes.iter().zip(&shapes).enumerate() {
                let part = || {
                    g.try_narrow(0, top, rows)?
                        .try_narrow(1, left, columns)?
                        .try_reshape(shape)
                };
                parts.push(ctx.when(i, part)?);
                (top, left) = (top + rows as i64, left + columns as i64);
            }
            Ok(parts)
        },
    )
}

of_several! {
    /// Side by side: along the second dimension, vectors along their only one. The other sizes must be equal.
    /// PyTorch: `torch.hstack`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1], [2]]), tensor!([[3, 4], [5, 6]]));
    /// assert_eq!(Tensor::hstack(&[a, b]).to_string(), "tensor([[1, 3, 4],\n        [2, 5, 6]])");
    /// assert_eq!(Tensor::hstack(&[tensor!([1, 2]), tensor!([3])]).to_string(), "tensor([1, 2, 3])");
    /// ```
    hstack, try_hstack (tensors) -> Tensor => joined("hstack", &tensors, Tensor::try_atleast_1d, None);
    /// Below each other: along the first dimension, vectors as rows. The other sizes must be equal.
    /// PyTorch: `torch.vstack`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rows = [tensor!([1, 2]), tensor!([3, 4])];
    /// assert_eq!(Tensor::vstack(&rows).to_string(), "tensor([[1, 2],\n        [3, 4]])");
    /// ```
    vstack, try_vstack (tensors) -> Tensor => joined("vstack", &tensors, Tensor::try_atleast_2d, Some(0));
    /// Below each other, like [`Tensor::vstack`]. PyTorch: `torch.row_stack`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rows = [tensor!([1, 2]), tensor!([3, 4])];
    /// assert_eq!(Tensor::row_stack(&rows).to_string(), "tensor([[1, 2],\n        [3, 4]])");
    /// ```
    row_stack, try_row_stack (tensors) -> Tensor => joined("vstack", &tensors, Tensor::try_atleast_2d, Some(0));
    /// Behind each other: along the third dimension. Vectors `[N]` count as `[1, N, 1]`, matrices `[M, N]` as
    /// `[M, N, 1]`. PyTorch: `torch.dstack`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([1, 2]), tensor!([3, 4]));
    /// assert_eq!(Tensor::dstack(&[a, b]).to_string(), "tensor([[[1, 3],\n         [2, 4]]])");
    /// ```
    dstack, try_dstack (tensors) -> Tensor => joined("dstack", &tensors, Tensor::try_atleast_3d, Some(2));
    /// Side by side, vectors as columns. The tensors must have equally many rows. PyTorch: `torch.column_stack`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, y) = (tensor!([1, 2]), tensor!([3, 4]));
    /// assert_eq!(Tensor::column_stack(&[x, y]).to_string(), "tensor([[1, 3],\n        [2, 4]])");
    /// ```
    column_stack, try_column_stack (tensors) -> Tensor => joined(
        "column_stack",
        &tensors,
        |t| if t.dim() <= 1 { t.try_reshape([t.numel(), 1]) } else { Ok(t.clone()) },
        Some(1),
    );
    /// One after the other along one dimension, like [`Tensor::cat`]. PyTorch: `torch.concat`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([1, 2]), tensor!([3]));
    /// assert_eq!(Tensor::concat(&[a, b], 0).to_string(), "tensor([1, 2, 3])");
    /// ```
    concat, try_concat (tensors, dim: i64) -> Tensor => Tensor::try_cat(&tensors, dim);
    /// One after the other along one dimension, like [`Tensor::cat`]. PyTorch: `torch.concatenate`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1, 2]]), tensor!([[3]]));
    /// assert_eq!(Tensor::concatenate(&[a, b], 1).to_string(), "tensor([[1, 2, 3]])");
    /// ```
    concatenate, try_concatenate (tensors, dim: i64) -> Tensor => Tensor::try_cat(&tensors, dim);
    /// All expanded to the shape they broadcast to, without copies. Shapes that do not broadcast are an error.
    /// PyTorch: `torch.broadcast_tensors`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let both = Tensor::broadcast_tensors(&[tensor!([[1], [2]]), tensor!([3, 4])]);
    /// assert_eq!(both[0].to_string(), "tensor([[1, 1],\n        [2, 2]])");
    /// assert_eq!(both[1].to_string(), "tensor([[3, 4],\n        [3, 4]])");
    /// ```
    broadcast_tensors, try_broadcast_tensors (tensors) -> Vec<Tensor> => {
        let shape = together(&tensors)?;
        tensors.iter().map(|t| if t.shape() == shape { Ok((*t).clone()) } else { t.try_expand(&shape) }).collect()
    };
    /// The coordinates of a grid, one tensor for each vector. Vectors `[M]` and `[N]` give two tensors `[M, N]`, or
    /// `[N, M]` with [`MeshIndexing::Xy`]; all must have one dtype. PyTorch: `torch.meshgrid`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, y) = (tensor!([0., 1., 2.]), tensor!([10., 20.]));
    /// let grid = Tensor::meshgrid(&[x, y], MeshIndexing::Xy);
    /// // A function of two numbers, at all points of the grid.
    /// assert_eq!((&grid[0] + &grid[1]).to_string(), "tensor([[10., 11., 12.],\n        [20., 21., 22.]])");
    /// ```
    meshgrid, try_meshgrid (tensors, indexing: MeshIndexing) -> Vec<Tensor> => grid(&tensors, indexing);
    /// All combinations of one element of each vector, as rows. Vectors `[M]` and `[N]` give `[M * N, 2]`.
    /// PyTorch: `torch.cartesian_prod`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rows = Tensor::cartesian_prod(&[tensor!([1, 2]), tensor!([8, 9])]);
    /// assert_eq!(rows.to_vec2::<i64>(), [[1, 8], [1, 9], [2, 8], [2, 9]]);
    /// ```
    cartesian_prod, try_cartesian_prod (tensors) -> Tensor => all_pairs(&tensors);
    /// A matrix with the given ones along its diagonal and 0 elsewhere. Numbers and vectors count as matrices of one
    /// row; more than two dimensions are an error. PyTorch: `torch.block_diag`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let blocks = [tensor!([[1, 2], [3, 4]]), tensor!([[5]])];
    /// assert_eq!(Tensor::block_diag(&blocks).to_vec2::<i64>(), [[1, 2, 0], [3, 4, 0], [0, 0, 5]]);
    /// ```
    block_diag, try_block_diag (tensors) -> Tensor => blocks(&tensors);
}

fn combinations(x: &Tensor, r: usize, with_replacement: bool) -> Result<Tensor> {
    if x.dim() != 1 {
        bail!("Expect a 1D vector, but got shape {}", x.shape().list());
    }
    let n = x.numel();
    if r == 0 {
        return x.try_new_zeros(&[0]);
    }
    // Rows of indices in lexicographic order.
    let mut places: Vec<i64> = Vec::new();
    let mut row: Vec<usize> = if with_replacement {
        vec![0; r]
    } else {
        (0..r).collect()
    };
    let mut more = n > 0 && (with_replacement || r <= n);
    while more {
        places.extend(row.iter().map(|&i| i as i64));
        let most = |i: usize| if with_replacement { n - 1 } else { n - r + i };
        let Some(at) = (0..r).rev().find(|&i| row[i] < most(i)) else {
            more = false;
            continue;
        };
        row[at] += 1;
        for i in at + 1..r {
            row[i] = if with_replacement {
                row[at]
            } else {
                row[i - 1] + 1
            };
        }
    }
    let count = places.len() / r;
    let places = Tensor::try_from_vec(places, [count, r])?.try_to_device(x.device())?;
    x.try_i(&places)
}

fn vander(x: &Tensor, columns: Option<usize>, increasing: bool) -> Result<Tensor> {
    if x.dim() != 1 {
        bail!("x must be a one-dimensional tensor.");
    }
    let columns = columns.unwrap_or(x.numel());
    let x = super::rule::summable(x)?;
    let one = x.detach().try_ones_like()?.try_unsqueeze(-1)?;
    if columns == 0 {
        return x.try_new_zeros(&[x.numel(), 0]);
    }
    let rest = x
        .try_unsqueeze(-1)?
        .try_expand([x.numel(), columns - 1])?
        .try_cumprod(1)?;
    let powers = Tensor::try_cat(&[one, rest], 1)?;
    if increasing {
        Ok(powers)
    } else {
        powers.try_flip(1)
    }
}

super::ops::ops! {
    /// All ways to choose `r` elements of a vector, as rows. PyTorch's defaults are 2 and `false`.
    /// PyTorch: `torch.combinations`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 2, 3]);
    /// assert_eq!(a.combinations(2, false).to_string(), "tensor([[1, 2],\n        [1, 3],\n        [2, 3]])");
    /// assert_eq!(a.combinations(2, true).dims(), [6, 2]);
    /// ```
    combinations, try_combinations, [] (x, r: usize, with_replacement: bool) => combinations(x, r, with_replacement);
    /// The powers of a vector's elements as rows, from the highest (or, `increasing`, from 0 on). `None` makes as many
    /// columns as elements. PyTorch: `torch.vander`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1, 2, 3]);
    /// assert_eq!(x.vander(None, false).to_string(), "tensor([[1, 1, 1],\n        [4, 2, 1],\n        [9, 3, 1]])");
    /// assert_eq!(x.vander(Some(2), true).to_string(), "tensor([[1, 1],\n        [1, 2],\n        [1, 3]])");
    /// ```
    vander, try_vander, [] (x, columns: Option<usize>, increasing: bool) => vander(x, columns, increasing);
}

impl Tensor {
    /// The shape that shapes broadcast to (`torch.broadcast_shapes`). Sizes must be equal from the last dimension on,
    /// or 1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::broadcast_shapes(&[&[3, 1][..], &[4][..]]), [3, 4]);
    /// ```
    #[track_caller]
    pub fn broadcast_shapes<S: AsRef<[usize]>>(shapes: &[S]) -> Shape {
        let shape = shapes.iter().try_fold(Shape::default(), |shape, other| {
            broadcast(&shape, other.as_ref())
        });
        shape.or_panic()
    }

    /// The dtype of an operation on both (`torch.result_type`). A plain number counts less than a tensor: it changes
    /// only the kind, not the width.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 2]);
    /// assert_eq!(a.result_type(1.5), DType::F32);
    /// assert_eq!(a.double().result_type(tensor!([1.5])), DType::F64);
    /// ```
    pub fn result_type(&self, other: impl crate::Given<crate::Arg>) -> DType {
        super::arithmetic::joint_dtype(self, &other.into())
    }
}
