//! Images in another size.

use super::Tensor;
use super::filter::Filter;
use super::ops::ops;
use crate::autograd::composite;
use crate::error::{Result, bail};

/// How the elements between elements are found: `mode` of `F.interpolate`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([[[1., 3.]]]);
/// let wider = |mode| x.interpolate(&InterpolateOptions { size: vec![4], mode, ..Default::default() });
/// assert_eq!(wider(Interpolation::Nearest).to_string(), "tensor([[[1., 1., 3., 3.]]])");
/// assert_eq!(wider(Interpolation::Linear).to_string(), "tensor([[[1.0000, 1.5000, 2.5000, 3.0000]]])");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// The nearest element, as OpenCV chooses it.
    #[default]
    Nearest,
    /// The nearest element, as scikit-image and PIL choose it.
    NearestExact,
    /// On the straight line between two elements of rows `[N, C, L]`.
    Linear,
    /// On straight lines in both dimensions of images `[N, C, H, W]`.
    Bilinear,
    /// On straight lines in all three dimensions of volumes `[N, C, D, H, W]`.
    Trilinear,
    /// On cubic curves in both dimensions of images `[N, C, H, W]`.
    Bicubic,
    /// The mean of the elements that come together.
    Area,
}

impl Interpolation {
    /// PyTorch's name of the mode.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Interpolation::NearestExact.name(), "nearest-exact");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::NearestExact => "nearest-exact",
            Self::Linear => "linear",
            Self::Bilinear => "bilinear",
            Self::Trilinear => "trilinear",
            Self::Bicubic => "bicubic",
            Self::Area => "area",
        }
    }
}

/// The choices of [`Tensor::interpolate`]: one of `size` and `scale_factor`, and how. The fields are named as the
/// arguments of `F.interpolate`.
///
/// ```
/// use wick::prelude::*;
/// let mut options = InterpolateOptions { size: vec![5], mode: Interpolation::Linear, ..Default::default() };
/// options.align_corners = true;
/// let y = tensor!([[[1., 2., 4.]]]).interpolate(&options);
/// assert_eq!(y.to_string(), "tensor([[[1.0000, 1.5000, 2.0000, 3.0000, 4.0000]]])");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InterpolateOptions {
    /// The sizes of the last dimensions, or one for all.
    pub size: Vec<usize>,
    /// By what the sizes are multiplied, or one factor for all.
    pub scale_factor: Vec<f64>,
    /// How elements between elements are found.
    pub mode: Interpolation,
    /// Whether corners stay where they are, instead of borders.
    pub align_corners: bool,
    /// Whether the factor that elements are looked up by is that of the sizes, which are whole, and not `scale_factor`.
    pub recompute_scale_factor: bool,
    /// Whether all elements that an output element covers count where an image gets smaller. Bilinear and bicubic alone.
    pub antialias: bool,
}

/// One dimension: its new size, and how far one step there goes here.
#[derive(Clone, Copy)]
struct Axis {
    input: usize,
    output: usize,
    /// Input elements for each output element, unless corners are aligned.
    scale: f64,
    align_corners: bool,
}

impl Axis {
    /// Where output element `i` lies in the input, for the modes that go between elements.
    fn source(self, i: usize) -> f64 {
        match self.align_corners {
            true => self.step() * i as f64,
            false => self.step() * (i as f64 + 0.5) - 0.5,
        }
    }

    /// How far neighbouring output elements lie apart in the input.
    fn step(self) -> f64 {
        match self.align_corners {
            true => (self.input - 1) as f64 / (self.output.max(2) - 1) as f64,
            false => self.scale,
        }
    }

    fn nearest(self, exact: bool) -> Vec<i64> {
        let shift = if exact { 0.5 } else { 0.0 };
        (0..self.output)
            .map(|i| (((i as f64 + shift) * self.scale) as usize).min(self.input - 1) as i64)
            .collect()
    }

    /// For each output element the elements it is made of, and how much of each.
    fn taps(self, cubic: bool) -> Vec<(Vec<i64>, Vec<f64>)> {
        let last = self.input as i64 - 1;
        let sources = (0..self.output).map(|i| {
            let source = self.source(i);
            if cubic { source } else { source.max(0.0) }
        });
        let weights: Vec<(i64, Vec<f64>)> = sources
            .map(|source| {
                let (floor, t) = (source.floor(), source - source.floor());
                if cubic {
                    (floor as i64 - 1, keys(t).to_vec())
                } else {
                    (floor as i64, vec![1.0 - t, t])
                }
            })
            .collect();
        let count = if cubic { 4 } else { 2 };
        (0..count)
            .map(|tap| {
                let places = weights
                    .iter()
                    .map(|(at, _)| (at + tap as i64).clamp(0, last));
                (
                    places.collect(),
                    weights.iter().map(|(_, w)| w[tap]).collect(),
                )
            })
            .collect()
    }
}

/// The weights of four neighbours by Keys' cubic convolution with a = -0.75, as in `UpSample.h`.
fn keys(t: f64) -> [f64; 4] {
    const A: f64 = -0.75;
    let near = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f64| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]
}

/// The sums along one dimension of all that each output element covers, by how much it does.
fn mixed(x: &Tensor, dim: i64, axis: Axis, filter: Filter) -> Result<Tensor> {
    let mut weights = vec![0.0; axis.output * axis.input];
    let taps = filter.taps(axis.input, axis.output, axis.step());
    for (row, tap) in weights.chunks_mut(axis.input).zip(taps) {
        row[tap.start..tap.start + tap.weights.len()].copy_from_slice(&tap.weights);
    }
    let weights = Tensor::try_from_vec(weights, [axis.output, axis.input])?
        .try_to_dtype(x.dtype())?
        .try_to_device(x.device())?;
    x.try_transpose(dim, -1)?
        .try_matmul(&weights.try_t()?)?
        .try_transpose(dim, -1)
}

/// The sum of weighted elements along one dimension.
fn along(x: &Tensor, dim: usize, taps: Vec<(Vec<i64>, Vec<f64>)>) -> Result<Tensor> {
    let mut shape = vec![1; x.dim()];
    let mut sum: Option<Tensor> = None;
    for (places, weights) in taps {
        let count = places.len();
        shape[dim] = count;
        let places = Tensor::try_from_vec(places, [count])?.try_to_device(x.device())?;
        let weights = Tensor::try_from_vec(weights, shape.clone())?
            .try_to_dtype(x.dtype())?
            .try_to_device(x.device())?;
        let term = x.try_index_select(dim as i64, &places)?.try_mul(weights)?;
        sum = Some(match sum {
            Some(sum) => sum.try_add(term)?,
            None => term,
        });
    }
    Ok(sum.unwrap_or_else(|| x.clone()))
}

/// The sizes of the last dimensions, and of one step there.
fn axes(x: &Tensor, options: &InterpolateOptions) -> Result<Vec<Axis>> {
    let shape = x.shape();
    let spatial = shape.rank().saturating_sub(2);
    let spread = |len: usize, what: &str| -> Result<()> {
        if len != 1 && len != spatial {
            bail!(
                "Input and {what} must have the same number of spatial dimensions, but got input with spatial dimensions \
                 of {:?} and {what} of {len} values. Please provide input tensor in (N, C, d1, d2, ...,dK) format and \
                 {what} in (o1, o2, ...,oK) format.",
                &shape[2.min(shape.rank())..]
            );
        }
        Ok(())
    };
    let (size, factor) = (&options.size, &options.scale_factor);
    match (size.is_empty(), factor.is_empty()) {
        (true, true) => {
            return Err(crate::Error::value(
                "either size or scale_factor should be defined",
            ));
        }
        (false, false) => {
            return Err(crate::Error::value(
                "only one of size or scale_factor should be defined",
            ));
        }
        (false, true) => spread(size.len(), "output size")?,
        (true, false) => spread(factor.len(), "scale_factor")?,
    }
    (0..spatial)
        .map(|d| {
            let input = shape[d + 2];
            let (output, scale) = if size.is_empty() {
                let factor = factor[d.min(factor.len() - 1)];
                let output = (input as f64 * factor).floor() as usize;
                match options.recompute_scale_factor {
                    true => (output, input as f64 / output as f64),
                    false => (output, 1.0 / factor),
                }
            } else {
                let output = size[d.min(size.len() - 1)];
                (output, input as f64 / output as f64)
            };
            if output == 0 || input == 0 {
                bail!("Input and output sizes should be greater than 0, but got input {input} and output {output}");
            }
            Ok(Axis {
                input,
                output,
                scale,
                align_corners: options.align_corners,
            })
        })
        .collect()
}

fn interpolate(x: &Tensor, options: &InterpolateOptions) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let (rank, mode) = (x.dim(), options.mode);
    // How many dimensions it needs; the others take any of those that there are.
    let needed = match mode {
        Interpolation::Linear => Some(3),
        Interpolation::Bilinear => Some(4),
        Interpolation::Trilinear => Some(5),
        _ => None,
    };
    if let Some(needed) = needed
        && needed != rank
        && (3..=5).contains(&rank)
    {
        bail!(
            "Got {rank}D input, but {} mode needs {needed}D input",
            mode.name()
        );
    }
    if !(3..=5).contains(&rank) || mode == Interpolation::Bicubic && rank != 4 {
        bail!(
            "Input Error: Only 3D, 4D and 5D input Tensors supported (got {rank}D) for the modes: nearest | linear | \
             bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {})",
            mode.name()
        );
    }
    let between = matches!(
        mode,
        Interpolation::Linear
            | Interpolation::Bilinear
            | Interpolation::Trilinear
            | Interpolation::Bicubic
    );
    if options.align_corners && !between {
        return Err(crate::Error::value(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
        ));
    }
    let smooth = matches!(mode, Interpolation::Bilinear | Interpolation::Bicubic);
    if options.antialias && !(smooth && rank == 4) {
        return Err(crate::Error::value(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input",
        ));
    }
    if options.recompute_scale_factor && !options.size.is_empty() {
        return Err(crate::Error::value(
            "recompute_scale_factor is not meaningful with an explicit size.",
        ));
    }
    let axes = axes(x, options)?;
    if options.antialias {
        let (filter, name) = match mode {
            Interpolation::Bicubic => (Filter::Cubic, "UpsampleBicubic2DAaBackward0"),
            _ => (Filter::Triangle, "UpsampleBilinear2DAaBackward0"),
        };
        return composite(name, &[x], move |of| {
            // The rows of pixels first.
            let narrow = mixed(&of[0], 3, axes[1], filter)?;
            mixed(&narrow, 2, axes[0], filter)?.try_contiguous()
        });
    }
    if mode == Interpolation::Area {
        return match axes[..] {
            [row] => x.try_adaptive_avg_pool1d(row.output),
            [rows, columns] => x.try_adaptive_avg_pool2d([rows.output, columns.output]),
            [frames, rows, columns] => {
                x.try_adaptive_avg_pool3d([frames.output, rows.output, columns.output])
            }
            _ => Ok(x.clone()),
        };
    }
    composite(node(mode, axes.len()), &[x], move |of| {
        let mut y = of[0].clone();
        for (d, axis) in axes.iter().enumerate() {
            let dim = d + 2;
            y = match mode {
                Interpolation::Nearest | Interpolation::NearestExact => {
                    let places = axis.nearest(mode == Interpolation::NearestExact);
                    let places =
                        Tensor::try_from_vec(places, [axis.output])?.try_to_device(y.device())?;
                    y.try_index_select(dim as i64, &places)?
                }
                _ => along(&y, dim, axis.taps(mode == Interpolation::Bicubic))?,
            };
        }
        Ok(y)
    })
}

/// The name of the node in so many dimensions.
fn node(mode: Interpolation, dimensions: usize) -> &'static str {
    match (mode, dimensions) {
        (Interpolation::Nearest, 1) => "UpsampleNearest1DBackward0",
        (Interpolation::Nearest, 2) => "UpsampleNearest2DBackward0",
        (Interpolation::Nearest, _) => "UpsampleNearest3DBackward0",
        (Interpolation::NearestExact, 1) => "UpsampleNearestExact1DBackward0",
        (Interpolation::NearestExact, 2) => "UpsampleNearestExact2DBackward0",
        (Interpolation::NearestExact, _) => "UpsampleNearestExact3DBackward0",
        (Interpolation::Bicubic, _) => "UpsampleBicubic2DBackward0",
        (Interpolation::Bilinear, _) => "UpsampleBilinear2DBackward0",
        (Interpolation::Trilinear, _) => "UpsampleTrilinear3DBackward0",
        // Areas are means.
        (Interpolation::Linear | Interpolation::Area, _) => "UpsampleLinear1DBackward0",
    }
}

ops! {
    /// Rows `[N, C, L]`, images `[N, C, H, W]` or volumes in another size. Fails if both or none of `size` and
    /// `scale_factor` are given. PyTorch: `F.interpolate`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let options = InterpolateOptions { scale_factor: vec![2.], ..Default::default() };
    /// let y = tensor!([[[1., 2.]]]).interpolate(&options);
    /// assert_eq!(y.to_vec::<f32>(), [1., 1., 2., 2.]);
    /// ```
    interpolate, try_interpolate, [] (x, options: &InterpolateOptions) => interpolate(x, options);
    /// Channels `[…, C r², H, W]` laid out as images `r` times as high and wide. Gives `[…, C, H r, W r]`. PyTorch:
    /// `F.pixel_shuffle`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2., 3., 4.]).view([1, 4, 1, 1]);
    /// assert_eq!(x.pixel_shuffle(2).i((0, 0)).to_string(), "tensor([[1., 2.],\n        [3., 4.]])");
    /// ```
    pixel_shuffle, try_pixel_shuffle, [] (x, factor: usize) => {
        let shape = x.shape();
        let Some((&[channels, rows, columns], lead)) = shape.split_last_chunk::<3>().map(|(lead, last)| (last, lead)) else {
            bail!("pixel_shuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)", shape.rank());
        };
        if factor == 0 || !channels.is_multiple_of(factor * factor) {
            bail!(
                "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but \
                 input.size(-3)={channels} is not divisible by {}",
                factor * factor
            );
        }
        let out = channels / (factor * factor);
        let batch: usize = lead.iter().product();
        let mut whole = lead.to_vec();
        whole.extend([out, rows * factor, columns * factor]);
        composite("PixelShuffleBackward0", &[x], move |of| {
            of[0].try_reshape([batch, out, factor, factor, rows, columns])?
                .try_permute([0, 1, 4, 2, 5, 3])?
                .try_reshape(whole.clone())
        })
    };
}
