//! Sizes of vectors and matrices.

use super::check::{floats, matrices, square};
use super::solve::try_inv;
use super::svd::try_svdvals;
use crate::error::{Error, Result, bail};
use crate::shape::{Dims, axis};
use crate::tensor::Tensor;

/// Which norm: a number, `"fro"` or `"nuc"`. PyTorch: `ord`, an argument of `torch.linalg.norm`.
///
/// ```
/// use wick::linalg::Order;
/// use wick::prelude::*;
/// assert_eq!(Order::from("nuc"), Order::Nuc);
/// assert_eq!(Order::from(2), Order::P(2.));
/// let a = tensor!([[3., 0.], [0., 4.]]);
/// assert_eq!(linalg::matrix_norm(&a, Order::Fro).item::<f32>(), 5.);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// The root of the sum of squares.
    Fro,
    /// The sum of the singular values.
    Nuc,
    /// The `p`-norm; also 0 and the infinities.
    P(f64),
    /// A name that is none of a norm.
    Unknown(String),
}

impl From<f64> for Order {
    fn from(p: f64) -> Self {
        Order::P(p)
    }
}

impl From<i32> for Order {
    fn from(p: i32) -> Self {
        Order::P(f64::from(p))
    }
}

impl From<&str> for Order {
    fn from(name: &str) -> Self {
        match name {
            "fro" => Order::Fro,
            "nuc" => Order::Nuc,
            "inf" => Order::P(f64::INFINITY),
            "-inf" => Order::P(f64::NEG_INFINITY),
            other => Order::Unknown(other.to_string()),
        }
    }
}

impl Order {
    /// As Python writes it.
    fn text(&self) -> String {
        match self {
            Order::Fro => "fro".into(),
            Order::Nuc => "nuc".into(),
            Order::P(p) => p.to_string(),
            Order::Unknown(name) => name.clone(),
        }
    }
}

/// Which dimensions, and whether they stay with size 1: PyTorch's arguments `dim` and `keepdim`.
///
/// ```
/// use wick::linalg::NormOptions;
/// use wick::prelude::*;
/// let rows = NormOptions::new().dim(1).keepdim(true);
/// let x = tensor!([[3., 4.], [6., 8.]]);
/// let lengths = linalg::vector_norm_with(&x, 2., rows);
/// assert_eq!(lengths.to_vec2::<f32>(), [[5.], [10.]]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct NormOptions {
    dims: Option<Dims>,
    keepdim: bool,
}

impl NormOptions {
    /// Over all of a tensor, or over the last two dimensions of matrices.
    pub fn new() -> Self {
        Self::default()
    }

    /// Over these dimensions.
    pub fn dim(mut self, dims: impl crate::Given<Dims>) -> Self {
        self.dims = Some(dims.into());
        self
    }

    /// With or without a 1 in place of each dimension.
    pub fn keepdim(mut self, keepdim: bool) -> Self {
        self.keepdim = keepdim;
        self
    }
}

functions! {
    /// The Euclidean length of all elements (`torch.linalg.norm` without an order).
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(linalg::norm(&tensor!([[3., 0.], [0., 4.]])).to_string(), "tensor(5.)");
    /// ```
    norm, try_norm (x: &Tensor) -> Tensor => vector(x, 2., &NormOptions::new());
    /// The norm of a vector or of matrices, by the number of dimensions (`torch.linalg.norm`).
    ///
    /// ```
    /// use wick::linalg::NormOptions;
    /// use wick::prelude::*;
    /// let a = tensor!([[3., 0.], [0., 4.]]);
    /// assert_eq!(linalg::norm_with(&a, "nuc", NormOptions::new()).to_string(), "tensor(7.)");
    /// assert_eq!(linalg::norm_with(&a, 1, NormOptions::new().dim(0)).to_string(), "tensor([3., 4.])");
    /// ```
    norm_with, try_norm_with (x: &Tensor, order: impl Into<Order>, options: NormOptions) -> Tensor
        => by_dimensions(x, &order.into(), options);
    /// The norm of all elements as one vector (`torch.linalg.vector_norm`). Any shape to a single number.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(wick::linalg::vector_norm(&tensor!([3., -4.]), 1.).item::<f32>(), 7.);
    /// ```
    vector_norm, try_vector_norm (x: &Tensor, order: f64) -> Tensor => vector(x, order, &NormOptions::new());
    /// [`vector_norm`] over some dimensions. PyTorch: `torch.linalg.vector_norm(x, ord, dim, keepdim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[3., 4.], [6., 8.]]);
    /// let lengths = linalg::vector_norm_with(&x, 2., linalg::NormOptions::new().dim(1));
    /// assert_eq!(lengths.to_string(), "tensor([ 5., 10.])");
    /// ```
    vector_norm_with, try_vector_norm_with (x: &Tensor, order: f64, options: NormOptions) -> Tensor
        => vector(x, order, &options);
    /// The norms of matrices (`torch.linalg.matrix_norm`): `"fro"`, `"nuc"`, the infinities, 1, 2, and the negative
    /// ones. `[…, M, N]` to `[…]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.]]);
    /// assert_eq!(wick::linalg::matrix_norm(&a, f64::INFINITY).item::<f32>(), 7.);
    /// ```
    matrix_norm, try_matrix_norm (a: &Tensor, order: impl Into<Order>) -> Tensor
        => matrix(a, &order.into(), &NormOptions::new());
    /// [`matrix_norm`] over two dimensions of choice. PyTorch: `torch.linalg.matrix_norm(x, ord, dim, keepdim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::ones([2, 3, 2]);
    /// let norms = linalg::matrix_norm_with(&a, "fro", linalg::NormOptions::new().dim([0, 2]));
    /// assert_eq!(norms.to_string(), "tensor([2., 2., 2.])");
    /// ```
    matrix_norm_with, try_matrix_norm_with (a: &Tensor, order: impl Into<Order>, options: NormOptions) -> Tensor
        => matrix(a, &order.into(), &options);
    /// How much larger a relative error of `A X = B` becomes at worst (`torch.linalg.cond`): the largest singular value
    /// over the smallest. `[…, M, N]` to `[…]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(linalg::cond(&tensor!([[4., 0.], [0., 2.]])).item::<f32>(), 2.);
    /// ```
    cond, try_cond (a: &Tensor) -> Tensor => condition(a, &Order::P(2.));
    /// [`cond`] in another norm: that of the matrix times that of its inverse. PyTorch: `torch.linalg.cond(a, p)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(linalg::cond_with(&tensor!([[4., 0.], [0., 2.]]), "fro").to_string(), "tensor(2.5000)");
    /// ```
    cond_with, try_cond_with (a: &Tensor, order: impl Into<Order>) -> Tensor => condition(a, &order.into());
}

fn by_dimensions(x: &Tensor, order: &Order, options: NormOptions) -> Result<Tensor> {
    let rank = x.dim();
    match &options.dims {
        Some(dims) if !matches!(dims.as_slice().len(), 1 | 2) => bail!(
            "linalg.norm: If dim is specified, it must be of length 1 or 2. Got {:?}",
            dims.as_slice()
        ),
        None if !matches!(rank, 1 | 2) => bail!(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {rank}D."
        ),
        _ => {}
    }
    let count = options
        .dims
        .as_ref()
        .map_or(rank, |dims| dims.as_slice().len());
    match order {
        Order::P(p) if count == 1 => vector(x, *p, &options),
        _ => matrix(x, order, &options),
    }
}

/// The tensor's own norm, whose derivative is 0 where the norm is.
fn vector(x: &Tensor, p: f64, options: &NormOptions) -> Result<Tensor> {
    let dims = options.dims.clone().unwrap_or_default();
    x.try_norm_dim(p, dims, options.keepdim)
}

fn matrix(a: &Tensor, order: &Order, options: &NormOptions) -> Result<Tensor> {
    const NAME: &str = "linalg.matrix_norm";
    matrices(a, NAME, "A")?;
    floats(a, NAME, true)?;
    let known = match order {
        Order::Fro | Order::Nuc => true,
        Order::P(p) => p.is_infinite() || [1., 2.].contains(&p.abs()),
        Order::Unknown(_) => false,
    };
    if !known {
        bail!("linalg.matrix_norm: Order {} not supported.", order.text());
    }
    let rank = a.dim();
    let (rows, columns) = match options.dims.as_ref().map(Dims::as_slice) {
        None => (rank - 2, rank - 1),
        Some(&[d0, d1]) => {
            let (rows, columns) = (axis(d0, rank)?, axis(d1, rank)?);
            if rows == columns {
                bail!("linalg.matrix_norm: dims must be different. Got ({d0}, {d1})");
            }
            (rows, columns)
        }
        Some(dims) => bail!("linalg.matrix_norm: dim must be a 2-tuple. Got {dims:?}"),
    };
    let keepdim = options.keepdim;
    match *order {
        Order::P(p) if p.abs() == 2. => singular(
            a,
            (rows, columns),
            keepdim,
            if p > 0. { "max" } else { "min" },
        ),
        Order::Nuc => singular(a, (rows, columns), keepdim, "sum"),
        Order::P(p) => {
            // 1 sums columns, the infinities rows; then the extreme of the sums.
            let (summed, other) = if p.is_infinite() {
                (columns, rows)
            } else {
                (rows, columns)
            };
            let sums = a.try_abs()?.try_sum_dim(summed, keepdim)?;
            let other = other - usize::from(!keepdim && other > summed);
            match p > 0. {
                true => sums.try_amax(other, keepdim),
                false => sums.try_amin(other, keepdim),
            }
        }
        _ => {
            let options = NormOptions::new().dim([rows, columns]).keepdim(keepdim);
            vector(a, 2., &options)
        }
    }
}

/// A norm that is made of the singular values.
fn singular(a: &Tensor, dims: (usize, usize), keepdim: bool, of: &str) -> Result<Tensor> {
    let (rows, columns) = dims;
    let rank = a.dim();
    let mut order: Vec<usize> = (0..rank).filter(|&d| d != rows && d != columns).collect();
    order.extend([rows, columns]);
    let values = try_svdvals(&a.try_permute(order)?)?;
    let norm = match of {
        "max" => values.try_amax(-1, false)?,
        "min" => values.try_amin(-1, false)?,
        _ => values.try_sum_dim(-1, false)?,
    };
    if !keepdim {
        return Ok(norm);
    }
    let (first, second) = (rows.min(columns) as i64, rows.max(columns) as i64);
    norm.try_unsqueeze(first)?.try_unsqueeze(second)
}

fn condition(a: &Tensor, order: &Order) -> Result<Tensor> {
    if a.dim() < 2 {
        bail!("linalg.cond: The input tensor must have at least 2 dimensions.");
    }
    if let Order::P(p) = order
        && p.abs() == 2.
    {
        let values = try_svdvals(a)?;
        let count = values.size(-1) as i64;
        if count == 0 {
            return values.try_sum_dim(-1, false);
        }
        let (largest, smallest) = (values.try_select(-1, 0)?, values.try_select(-1, count - 1)?);
        return match *p > 0. {
            true => largest.try_div(&smallest),
            false => smallest.try_div(&largest),
        };
    }
    match order {
        Order::Fro | Order::Nuc => {}
        Order::P(p) if p.is_infinite() || p.abs() == 1. => {}
        other => {
            return Err(Error::value(format!(
                "linalg.cond got an invalid norm type: {}",
                other.text()
            )));
        }
    }
    square(a, &format!("linalg.cond(ord={})", order.text()))?;
    let of_matrix = matrix(a, order, &NormOptions::new())?;
    match try_inv(a) {
        Ok(inverse) => of_matrix.try_mul(&matrix(&inverse, order, &NormOptions::new())?),
        // A singular matrix has an infinite condition.
        Err(error) if error.message().contains("singular") => {
            singular_condition(a, &of_matrix, order)
        }
        Err(error) => Err(error),
    }
}

/// The conditions of a batch in which some matrix is singular, one by one.
fn singular_condition(a: &Tensor, of_matrix: &Tensor, order: &Order) -> Result<Tensor> {
    if a.dim() == 2 {
        return of_matrix.try_mul(f64::INFINITY);
    }
    let each = a
        .try_unbind(0)?
        .iter()
        .map(|a| condition(a, order))
        .collect::<Result<Vec<_>>>()?;
    Tensor::try_stack(&each, 0)
}
