//! Many images as one: `torchvision.utils.make_grid` and `save_image`.

use std::path::Path;

use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;
use crate::{DType, Error};

/// How [`make_grid`] lays images out: torchvision's arguments and defaults.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{GridOptions, make_grid};
/// let images = Tensor::stack(&[Tensor::zeros([1, 1, 2]), Tensor::ones([1, 1, 2]) * 4.], 0);
/// let grid = make_grid(&images, GridOptions { padding: 1, pad_value: 9., ..Default::default() });
/// assert_eq!(grid.i(0).to_string(), "tensor([[9., 9., 9., 9., 9., 9., 9.],\n        \
///                                    [9., 0., 0., 9., 4., 4., 9.],\n        \
///                                    [9., 9., 9., 9., 9., 9., 9.]])");
/// let options = GridOptions { padding: 0, normalize: true, value_range: Some((0., 8.)), ..Default::default() };
/// assert_eq!(make_grid(&images, options).i(0).to_vec2::<f32>(), [[0., 0., 0.5, 0.5]]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridOptions {
    /// Images in a row.
    pub nrow: usize,
    /// Pixels around each image.
    pub padding: usize,
    /// Whether the numbers are moved and stretched to 0…1.
    pub normalize: bool,
    /// What becomes 0 and 1; the smallest and the largest number where nothing is said.
    pub value_range: Option<(f64, f64)>,
    /// Whether each image is stretched by its own numbers, and not all by those of all.
    pub scale_each: bool,
    /// The number between the images.
    pub pad_value: f64,
}

impl Default for GridOptions {
    fn default() -> Self {
        Self {
            nrow: 8,
            padding: 2,
            normalize: false,
            value_range: None,
            scale_each: false,
            pad_value: 0.,
        }
    }
}

/// The images of a batch `[images, channels, height, width]` beside and below each other, as one image
/// `[channels, rows, columns]`. A single image, `[height, width]` or `[channels, height, width]`, is a batch of one; of
/// one channel it gets three. The dtype stays. See `torchvision/utils.py`. PyTorch: `torchvision.utils.make_grid`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{GridOptions, make_grid};
/// let digits = Tensor::rand([10, 1, 28, 28]);
/// let grid = make_grid(&digits, GridOptions { nrow: 5, ..Default::default() });
/// assert_eq!(grid.shape(), [3, 62, 152]);
/// grid.show();
/// ```
///
/// # Panics
/// When `images` has other dimensions, or no image, or `nrow` is 0.
#[track_caller]
pub fn make_grid(images: &Tensor, options: GridOptions) -> Tensor {
    try_make_grid(images, options).or_panic()
}

/// Like [`make_grid`]. Fails where that panics.
pub fn try_make_grid(images: &Tensor, options: GridOptions) -> Result<Tensor> {
    let images = images.detach();
    let images = match images.dim() {
        2 => images.try_unsqueeze(0)?.try_unsqueeze(0)?,
        3 => images.try_unsqueeze(0)?,
        4 => images,
        _ => bail!(
            "make_grid takes images [N, C, H, W], [C, H, W] or [H, W], but got the shape {}",
            images.shape().list()
        ),
    };
    let images = match images.size(1) {
        1 => images.try_repeat([1, 3, 1, 1])?,
        _ => images,
    };
    let images = match options.normalize {
        true => stretched(&images, &options)?,
        false => images,
    };
    let [count, channels, height, width] = images.dims()[..] else {
        unreachable!("a batch has four dimensions")
    };
    if count == 0 || options.nrow == 0 {
        bail!("make_grid takes at least one image, and at least one in a row");
    }
    if count == 1 {
        return images.try_squeeze_dim(0);
    }
    let columns = options.nrow.min(count);
    let rows = count.div_ceil(columns);
    let (tall, wide) = (height + options.padding, width + options.padding);
    let (below, beside) = (
        rows * tall + options.padding,
        columns * wide + options.padding,
    );
    let grid = images.new_full([channels, below, beside], options.pad_value);
    for image in 0..count {
        let (row, column) = (image / columns, image % columns);
        let (top, left) = (
            row * tall + options.padding,
            column * wide + options.padding,
        );
        grid.try_narrow(1, top as i64, height)?
            .try_narrow(2, left as i64, width)?
            .try_copy_(&images.try_select(0, image as i64)?)?;
    }
    Ok(grid)
}

/// The numbers of all images, or of each, from 0 to 1.
fn stretched(images: &Tensor, options: &GridOptions) -> Result<Tensor> {
    if !images.dtype().is_floating_point() {
        return Err(Error::runtime(format!(
            "make_grid stretches floats, but got {}: convert the images first, with .float()",
            images.dtype().scalar_type()
        )));
    }
    let stretch = |x: &Tensor| {
        let (low, high) = match options.value_range {
            Some(range) => range,
            None => (
                x.try_min()?.try_item::<f64>()?,
                x.try_max()?.try_item::<f64>()?,
            ),
        };
        x.try_clamp(low, high)?
            .try_sub(low)?
            .try_div((high - low).max(1e-5))
    };
    if !options.scale_each {
        return stretch(images);
    }
    let each = images.try_unbind(0)?;
    let each = each.iter().map(stretch).collect::<Result<Vec<_>>>()?;
    Tensor::try_stack(&each, 0)
}

/// Writes a batch of images with numbers from 0 to 1 into one picture, laid out by [`make_grid`]; the file's ending
/// says of which format. PyTorch: `torchvision.utils.save_image`.
///
/// ```no_run
/// use wick::prelude::*;
/// use wick::transforms::{GridOptions, save_image};
/// save_image(&Tensor::rand([16, 3, 32, 32]), "samples.png", GridOptions::default());
/// ```
///
/// # Panics
/// Where [`make_grid`] does, and when the file cannot be written.
#[track_caller]
pub fn save_image(images: &Tensor, path: impl AsRef<Path>, options: GridOptions) {
    try_save_image(images, path, options).or_panic()
}

/// Like [`save_image`]. Fails where that panics.
pub fn try_save_image(images: &Tensor, path: impl AsRef<Path>, options: GridOptions) -> Result<()> {
    let path = path.as_ref();
    let bytes = try_make_grid(images, options)?
        .try_mul(255)?
        .try_add(0.5)?
        .try_clamp(0, 255)?
        .try_to_dtype(DType::U8)?;
    let saved = bytes.try_to_image()?.save(path);
    saved.map_err(|error| Error::runtime(format!("cannot write {}: {error}", path.display())))
}
