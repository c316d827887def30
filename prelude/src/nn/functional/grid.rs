//! Images seen through a grid of places: spatial transformers (Jaderberg and others, 2015).

use crate::autograd::composite;
use crate::error::{OrPanic, Result, bail};
use crate::tensor::To;
use crate::{Tensor, no_grad};

/// How [`grid_sample`] finds values between elements: PyTorch's argument `mode`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// // At 0.4 and 1.6 pixels from the first.
/// let (image, grid) = (tensor!([[[[0., 10., 20.]]]]), tensor!([[[[-0.4, 0.], [0.4, 0.]]]]));
/// let see = |mode| F::grid_sample(&image, &grid, mode, F::GridPadding::Zeros, false).ravel().to_string();
/// assert_eq!(see(F::GridMode::Bilinear), "tensor([ 4.0000, 16.0000])");
/// assert_eq!(see(F::GridMode::Nearest), "tensor([ 0., 20.])");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GridMode {
    /// Means of the neighbours, weighted by how near they are: `'bilinear'`.
    #[default]
    Bilinear,
    /// The nearest element: `'nearest'`.
    Nearest,
}

/// What [`grid_sample`] finds outside of an image: PyTorch's argument `padding_mode`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// // A place that is one pixel to the right of the last.
/// let (image, grid) = (tensor!([[[[1., 2.]]]]), tensor!([[[[1.5, 0.]]]]));
/// let see = |padding| F::grid_sample(&image, &grid, F::GridMode::Nearest, padding, false).item::<f32>();
/// assert_eq!(see(F::GridPadding::Zeros), 0.);
/// assert_eq!(see(F::GridPadding::Border), 2.);
/// assert_eq!(see(F::GridPadding::Reflection), 2.);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GridPadding {
    /// Zeros: `'zeros'`.
    #[default]
    Zeros,
    /// What is at the border: `'border'`.
    Border,
    /// The image in a mirror at its border: `'reflection'`.
    Reflection,
}

functions! {
    /// The places at which images of that `size` `[N, C, H, W]` are seen after affine maps `theta` `[N, 2, 3]`. The
    /// result is `[N, H, W, 2]`, for [`grid_sample`]; for volumes `[N, C, D, H, W]` the maps are `[N, 3, 4]`, the
    /// places `[N, D, H, W, 3]`. PyTorch: `F.affine_grid`.
    ///
    /// Places run from -1 to 1 between the middles of the corners' elements (`align_corners`) or between the borders
    /// (PyTorch's default).
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let identity = tensor!([[[1., 0., 0.], [0., 1., 0.]]]);
    /// assert_eq!(
    ///     F::affine_grid(&identity, &[1, 1, 2, 2], false).i((0, 0)).to_string(),
    ///     "tensor([[-0.5000, -0.5000],\n        [ 0.5000, -0.5000]])"
    /// );
    /// assert_eq!(
    ///     F::affine_grid(&identity, &[1, 1, 2, 2], true).i((0, 0)).to_string(),
    ///     "tensor([[-1., -1.],\n        [ 1., -1.]])"
    /// );
    /// ```
    ///
    /// # Panics
    /// When the maps do not go with the size.
    affine_grid(theta: &Tensor, size: &[usize], align_corners: bool) => {
        let size = size.to_vec();
        composite("AffineGridGeneratorBackward0", &[theta], move |of| places(&of[0], &size, align_corners)).or_panic()
    };
    /// What images `[N, C, H, W]` have at the places of a grid `[N, H', W', 2]`, whose last dimension is x and y from
    /// -1 to 1. The result is `[N, C, H', W']`; volumes `[N, C, D, H, W]` take grids `[N, D', H', W', 3]`. PyTorch's default is not to align corners. PyTorch: `F.grid_sample`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let mirrored = F::affine_grid(&tensor!([[[-1., 0., 0.], [0., 1., 0.]]]), &[1, 1, 1, 2], false);
    /// let image = tensor!([[[[1., 2.]]]]);
    /// let y = F::grid_sample(&image, &mirrored, F::GridMode::Bilinear, F::GridPadding::Zeros, false);
    /// assert_eq!(y.to_vec::<f32>(), [2., 1.]);
    /// ```
    ///
    /// # Panics
    /// When the shapes do not go together.
    grid_sample(x: &Tensor, grid: &Tensor, mode: GridMode, padding: GridPadding, align_corners: bool)
        => {
            let node = match x.dim() {
                5 => "GridSampler3DBackward0",
                _ => "GridSampler2DBackward0",
            };
            composite(node, &[x, grid], move |of| sampled(&of[0], &of[1], mode, padding, align_corners)).or_panic()
        };
}

fn places(theta: &Tensor, size: &[usize], align_corners: bool) -> Result<Tensor> {
    let (batch, sides) = match size {
        [batch, _, sides @ ..] if matches!(sides.len(), 2 | 3) => (*batch, sides),
        _ => bail!(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size {size:?}."
        ),
    };
    let n = sides.len();
    if theta.dims().len() != 3 || theta.dims()[1..] != [n, n + 1] {
        bail!(
            "Expected a batch of {n}D affine matrices of shape Nx{n}x{} for size {size:?}. Got {}.",
            n + 1,
            theta.shape()
        );
    }
    let base = no_grad(|| {
        let mut columns = Vec::new();
        // The last side is x.
        for (axis, &count) in sides.iter().enumerate().rev() {
            let steps = if count <= 1 {
                Tensor::zeros([count])
            } else {
                Tensor::try_linspace(-1., 1., count)?
            };
            let steps = match align_corners {
                true => steps,
                false => steps.try_mul((count as f64 - 1.) / count.max(1) as f64)?,
            };
            let mut shape = vec![1; n];
            shape[axis] = count;
            columns.push(steps.try_view(shape)?.try_expand(sides)?);
        }
        columns.push(Tensor::ones(sides));
        let columns: Vec<&Tensor> = columns.iter().collect();
        let count = sides.iter().product();
        let base = Tensor::try_stack(&columns, -1)?.try_reshape([1, count, n + 1])?;
        base.try_to(To::Both(theta.dtype(), theta.device()))?
            .try_expand([batch, count, n + 1])
    })?;
    let mut shape = vec![batch];
    shape.extend(sides);
    shape.push(n);
    base.try_bmm(&theta.try_transpose(1, 2)?)?.try_view(shape)
}

/// Where on an axis of so many elements a place from -1 to 1 is, and what padding makes of it.
fn unnormalized(place: &Tensor, count: usize, padding: GridPadding, align: bool) -> Result<Tensor> {
    let size = count as f64;
    let at = if align {
        place.try_add(1)?.try_div(2)?.try_mul(size - 1.)?
    } else {
        place.try_add(1)?.try_mul(size)?.try_sub(1)?.try_div(2)?
    };
    match padding {
        GridPadding::Zeros => Ok(at),
        GridPadding::Border => at.try_clamp(0., size - 1.),
        GridPadding::Reflection => {
            let (low, span) = if align { (0., size - 1.) } else { (-0.5, size) };
            if span == 0. {
                return at.try_zeros_like();
            }
            let distance = at.try_sub(low)?.try_abs()?;
            let flips = no_grad(|| distance.detach().try_div(span)?.try_floor())?;
            let extra = distance.try_sub(flips.try_mul(span)?)?;
            let odd = flips.try_remainder(2)?.try_ne(0)?;
            let mirrored = odd.try_where_(extra.try_rsub(span)?, &extra)?;
            mirrored.try_add(low)?.try_clamp(0., size - 1.)
        }
    }
}

fn sampled(
    x: &Tensor,
    grid: &Tensor,
    mode: GridMode,
    padding: GridPadding,
    align_corners: bool,
) -> Result<Tensor> {
    let (shape, places) = (x.dims(), grid.dims());
    if shape.first() != places.first() {
        bail!(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes {} and grid with \
             sizes {}",
            x.shape().list(),
            grid.shape().list()
        );
    }
    let sides = shape.get(2..).unwrap_or_default();
    let n = sides.len();
    if !matches!(n, 2 | 3) || places.len() != n + 2 {
        bail!(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes {} and \
             grid with sizes {}",
            x.shape().list(),
            grid.shape().list()
        );
    }
    if places[n + 1] != n {
        bail!(
            "grid_sampler(): expected grid to have size {n} in last dimension, but got grid with sizes {}",
            grid.shape().list()
        );
    }
    let (batch, channels, wanted) = (shape[0], shape[1], &places[1..=n]);
    let (inputs, outputs): (usize, usize) = (sides.iter().product(), wanted.iter().product());
    // The last dimension of the grid begins with x, which is the last side.
    let at = (0..n)
        .map(|side| {
            let along = grid.try_select(-1, (n - 1 - side) as i64)?;
            unnormalized(&along, sides[side], padding, align_corners)
        })
        .collect::<Result<Vec<_>>>()?;
    let flat = x.try_reshape([batch, channels, inputs])?;
    let mut shape = vec![batch, channels];
    shape.extend(wanted);
    // The elements at whole places; outside there are zeros.
    let element = |at: &[Tensor]| -> Result<Tensor> {
        let (inside, index) = no_grad(|| -> Result<_> {
            let (mut inside, mut index): (Option<Tensor>, Option<Tensor>) = (None, None);
            for (at, &side) in at.iter().zip(sides) {
                let within = at.try_ge(0)?.try_logical_and(&at.try_lt(side)?)?;
                let place = at.try_clamp(0, side - 1)?;
                inside = Some(match inside {
                    Some(inside) => inside.try_logical_and(&within)?,
                    None => within,
                });
                index = Some(match index {
                    Some(index) => index.try_mul(side)?.try_add(place)?,
                    None => place,
                });
            }
            let (Some(inside), Some(index)) = (inside, index) else {
                bail!("grid_sampler(): no sides")
            };
            let index = index.try_to_dtype(crate::DType::I64)?;
            let index = index.try_reshape([batch, 1, outputs])?;
            Ok((inside, index.try_expand([batch, channels, outputs])?))
        })?;
        let found = flat.try_gather(-1, &index)?.try_reshape(&shape)?;
        found.try_mul(inside.try_to_dtype(x.dtype())?.try_unsqueeze(1)?)
    };
    if mode == GridMode::Nearest {
        let nearest = at
            .iter()
            .map(|at| no_grad(|| at.detach().try_round()))
            .collect::<Result<Vec<_>>>()?;
        return element(&nearest);
    }
    let before = at
        .iter()
        .map(|at| no_grad(|| at.detach().try_floor()))
        .collect::<Result<Vec<_>>>()?;
    // The corners around each place, each by how near it is on every side; the bits say on which sides it comes after.
    let mut sum: Option<Tensor> = None;
    for corner in 0..1usize << n {
        let (mut places, mut weight) = (Vec::with_capacity(n), None::<Tensor>);
        for (side, (at, before)) in at.iter().zip(&before).enumerate() {
            let after = before.try_add(1)?;
            let (place, near) = match corner >> (n - 1 - side) & 1 {
                0 => (before.clone(), after.try_sub(at)?),
                _ => (after, at.try_sub(before)?),
            };
            places.push(place);
            weight = Some(match weight {
                Some(weight) => weight.try_mul(near)?,
                None => near,
            });
        }
        let mut term = element(&places)?;
        if let Some(weight) = weight {
            term = term.try_mul(weight.try_unsqueeze(1)?)?;
        }
        sum = Some(match sum {
            Some(sum) => sum.try_add(term)?,
            None => term,
        });
    }
    sum.map_or_else(|| x.try_copy(), Ok)
}
