//! Functions of several tensors: stacked, broadcast together, combined.

use super::Tensor;
use super::rule::{Keep, composed};
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail};
use crate::shape::{Shape, broadcast};

/// Which of two tensors counts the rows of a grid (`indexing=` of `torch.meshgrid`).
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
    /// Side by side: along the second dimension, vectors along their only one.
    hstack, try_hstack (tensors) -> Tensor => joined("hstack", &tensors, Tensor::try_atleast_1d, None);
    /// Below each other: along the first dimension, vectors as rows.
    vstack, try_vstack (tensors) -> Tensor => joined("vstack", &tensors, Tensor::try_atleast_2d, Some(0));
    /// Below each other, like [`Tensor::vstack`].
    row_stack, try_row_stack (tensors) -> Tensor => joined("vstack", &tensors, Tensor::try_atleast_2d, Some(0));
    /// Behind each other: along the third dimension.
    dstack, try_dstack (tensors) -> Tensor => joined("dstack", &tensors, Tensor::try_atleast_3d, Some(2));
    /// Side by side, vectors as columns.
    column_stack, try_column_stack (tensors) -> Tensor => joined(
        "column_stack",
        &tensors,
        |t| if t.dim() <= 1 { t.try_reshape([t.numel(), 1]) } else { Ok(t.clone()) },
        Some(1),
    );
    /// One after the other along one dimension, like [`Tensor::cat`].
    concat, try_concat (tensors, dim: i64) -> Tensor => Tensor::try_cat(&tensors, dim);
    /// One after the other along one dimension, like [`Tensor::cat`].
    concatenate, try_concatenate (tensors, dim: i64) -> Tensor => Tensor::try_cat(&tensors, dim);
    /// All expanded to the shape they broadcast to.
    broadcast_tensors, try_broadcast_tensors (tensors) -> Vec<Tensor> => {
        let shape = together(&tensors)?;
        tensors.iter().map(|t| if t.shape() == shape { Ok((*t).clone()) } else { t.try_expand(&shape) }).collect()
    };
    /// The coordinates of a grid, one tensor for each vector.
    meshgrid, try_meshgrid (tensors, indexing: MeshIndexing) -> Vec<Tensor> => grid(&tensors, indexing);
    /// All combinations of one element of each vector, as rows.
    cartesian_prod, try_cartesian_prod (tensors) -> Tensor => all_pairs(&tensors);
    /// A matrix with the given ones along its diagonal and 0 elsewhere.
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
    /// All ways to choose `r` elements of a vector, as rows.
    combinations, try_combinations, [] (x, r: usize, with_replacement: bool) => combinations(x, r, with_replacement);
    /// The powers of a vector's elements as rows, from the highest (or, `increasing`, from 0 on).
    vander, try_vander, [] (x, columns: Option<usize>, increasing: bool) => vander(x, columns, increasing);
}

impl Tensor {
    /// The shape that shapes broadcast to (`torch.broadcast_shapes`).
    #[track_caller]
    pub fn broadcast_shapes<S: AsRef<[usize]>>(shapes: &[S]) -> Shape {
        let shape = shapes.iter().try_fold(Shape::default(), |shape, other| {
            broadcast(&shape, other.as_ref())
        });
        shape.or_panic()
    }

    /// The dtype of an operation on both (`torch.result_type`).
    pub fn result_type(&self, other: impl crate::Given<crate::Arg>) -> DType {
        super::arithmetic::joint_dtype(self, &other.into())
    }
}
