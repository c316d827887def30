//! A tensor as an image.

use super::grid::Layout;
use super::planes::Planes;
use crate::error::bail;
use crate::{Result, Tensor};
use image::{DynamicImage, RgbaImage};
use wick_runtime::display::DisplayHandle;
use wick_runtime::{Forms, MimeBundle, Rich};

/// More images than this are not shown at once, unless it is asked for.
const MOST: usize = 64;

/// A tensor that is to be seen as an image, and how. Made by [`Tensor::picture`].
///
/// ```
/// use wick::prelude::*;
/// let batch = Tensor::randn([10, 1, 8, 8]);
/// let grid = batch.picture().normalize().most(6).columns(3).scale(4);
/// let rendered = grid.try_render().unwrap();
/// assert_eq!(rendered.columns(), 3);
/// grid.show();
/// ```
#[derive(Clone, Debug)]
pub struct Picture {
    tensor: Tensor,
    values: Values,
    columns: Option<usize>,
    scale: Option<usize>,
    most: usize,
}

/// Which numbers are black and white.
#[derive(Clone, Debug)]
enum Values {
    Between(f64, f64),
    Stretched,
    Denormalized(Vec<f64>, Vec<f64>),
}

impl Picture {
    pub(super) fn new(tensor: &Tensor) -> Self {
        Self {
            tensor: tensor.clone(),
            values: Values::Between(0.0, 1.0),
            columns: None,
            scale: None,
            most: MOST,
        }
    }

    /// Stretches the values, so that the least is black and the greatest white. PyTorch: `torchvision.utils.make_grid`
    /// with `normalize=True`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let logits = tensor!([[-3., 1., 5.]]);
    /// let rendered = logits.picture().normalize().scale(1).try_render().unwrap();
    /// assert_eq!(rendered.image().to_luma8().as_raw(), &[0, 128, 255]);
    /// ```
    pub fn normalize(mut self) -> Self {
        self.values = Values::Stretched;
        self
    }

    /// Undoes `transforms.Normalize(mean, std)` before showing; one number for each channel, or one for all.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // What a model was given, in its own colours again.
    /// let given = tensor!([[[-1., 0., 1.]]]);
    /// let rendered = given.picture().denormalize([0.5], [0.5]).scale(1).try_render().unwrap();
    /// assert_eq!(rendered.image().to_luma8().as_raw(), &[0, 128, 255]);
    /// ```
    pub fn denormalize(mut self, mean: impl Into<Vec<f64>>, std: impl Into<Vec<f64>>) -> Self {
        self.values = Values::Denormalized(mean.into(), std.into());
        self
    }

    /// Sets the values that are black and white. 0 and 1 unless it is said; bytes count from 0 to 1 here too.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let heights = tensor!([[0., 50., 100.]]);
    /// let rendered = heights.picture().range(0., 100.).scale(1).try_render().unwrap();
    /// assert_eq!(rendered.image().to_luma8().as_raw(), &[0, 128, 255]);
    /// ```
    pub fn range(mut self, black: f64, white: f64) -> Self {
        self.values = Values::Between(black, white);
        self
    }

    /// Sets how many images stand in a row. Default 8.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rendered = Tensor::rand([6, 3, 8, 8]).picture().columns(3).try_render().unwrap();
    /// assert_eq!(rendered.columns(), 3); // and two rows
    /// ```
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = Some(columns.max(1));
        self
    }

    /// How many pixels wide each pixel is. Small images are enlarged unless it is said.
    pub fn scale(mut self, scale: usize) -> Self {
        self.scale = Some(scale.clamp(1, 256));
        self
    }

    /// Sets how many images of a batch are shown. Default 64.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::wick_runtime::Rich;
    /// let forms = Tensor::rand([100, 3, 8, 8]).picture().most(16).mime_bundle().unwrap();
    /// assert_eq!(forms["text/plain"], "<the first 16 of 100 images 8x8, RGB>");
    /// ```
    pub fn most(mut self, images: usize) -> Self {
        self.most = images.max(1);
        self
    }

    /// The pixels, for a file or for the functions of the `image` crate.
    ///
    /// # Errors
    /// Where the tensor's shape is none of an image, or mean and std do not fit its channels.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rendered = Tensor::rand([3, 20, 30]).picture().scale(2).try_render().unwrap();
    /// assert_eq!((rendered.image().width(), rendered.image().height()), (60, 40));
    /// assert!(Tensor::rand([7, 5, 5, 5, 5]).picture().try_render().is_err());
    /// ```
    pub fn try_render(&self) -> Result<Rendered> {
        let planes = Planes::of(&self.tensor.dims())?;
        let images = planes.images.min(self.most);
        let mut numbers = planes.numbers(&self.tensor, images)?;
        let note = self.to_unit(&mut numbers, planes.channels)?;
        let layout = Layout::new(
            images,
            planes.width,
            planes.height,
            self.columns,
            self.scale,
        );
        let (width, height) = layout.size(planes.width, planes.height);
        if width * height > 1 << 27 {
            bail!(
                "a picture of {width} x {height} pixels is too large to show; take a part of it, or a smaller scale"
            );
        }
        let pixels = compose(&numbers, &planes, &layout, images);
        Ok(Rendered {
            text: self.text(&planes, images, note.as_deref()),
            columns: layout.columns,
            pixels: match RgbaImage::from_raw(width as u32, height as u32, pixels) {
                // What has no holes needs no alpha.
                Some(image) if images == 1 && planes.channels < 4 => {
                    DynamicImage::from(DynamicImage::from(image).to_rgb8())
                }
                Some(image) => DynamicImage::from(image),
                None => bail!("a picture of {width} x {height} pixels is too large"),
            },
        })
    }

    /// Shows it here, in the middle of a cell.
    pub fn show(&self) -> DisplayHandle {
        wick_runtime::display::display(self)
    }

    /// Brings the numbers between 0 and 1, and says so where some were cut off.
    fn to_unit(&self, numbers: &mut [f32], channels: usize) -> Result<Option<String>> {
        if let Values::Denormalized(mean, std) = &self.values {
            for (name, list) in [("mean", mean), ("std", std)] {
                if list.len() != 1 && list.len() != channels {
                    bail!(
                        "{name} has {} numbers, and the image {channels} channels",
                        list.len()
                    );
                }
            }
            for (at, number) in numbers.iter_mut().enumerate() {
                let of = |list: &[f64]| list[at % channels % list.len()] as f32;
                *number = *number * of(std) + of(mean);
            }
        }
        let finite = || numbers.iter().copied().filter(|number| number.is_finite());
        let least = finite().fold(f32::INFINITY, f32::min);
        let greatest = finite().fold(f32::NEG_INFINITY, f32::max);
        let (black, white) = match self.values {
            Values::Between(black, white) => (black as f32, white as f32),
            Values::Stretched if least < greatest => (least, greatest),
            Values::Stretched | Values::Denormalized(..) => (0.0, 1.0),
        };
        for number in numbers.iter_mut() {
            *number = (*number - black) / (white - black);
        }
        // What rounding leaves over is not worth a word.
        let room = (white - black).abs() * 1e-3;
        let is_cut = least < black.min(white) - room || greatest > black.max(white) + room;
        Ok(is_cut.then(|| {
            let hint = if matches!(self.values, Values::Between(..)) {
                "; .picture().normalize() or .denormalize(mean, std) brings them there"
            } else {
                ""
            };
            format!("values from {least:.3} to {greatest:.3} cut to {black} to {white}{hint}")
        }))
    }

    fn text(&self, planes: &Planes, shown: usize, note: Option<&str>) -> String {
        let Planes {
            images,
            channels,
            height,
            width,
            ..
        } = planes;
        let kind = match channels {
            1 => "grey",
            3 => "RGB",
            _ => "RGBA",
        };
        let mut text = match images {
            1 => format!("<image {width}x{height}, {kind}"),
            _ if shown < *images => {
                format!("<the first {shown} of {images} images {width}x{height}, {kind}")
            }
            _ => format!("<{images} images {width}x{height}, {kind}"),
        };
        if let Some(note) = note {
            text.push_str("; ");
            text.push_str(note);
        }
        text + ">"
    }
}

/// The pixels of all images in their places, as RGBA.
fn compose(numbers: &[f32], planes: &Planes, layout: &Layout, images: usize) -> Vec<u8> {
    let Planes {
        channels,
        height,
        width,
        ..
    } = *planes;
    let (all_width, all_height) = layout.size(width, height);
    let mut pixels = vec![0; all_width * all_height * 4];
    // What is no number is black.
    let byte = |number: f32| (number.clamp(0.0, 1.0) * 255.0).round() as u8;
    for image in 0..images {
        let (left, top) = layout.corner(image, width, height);
        for y in 0..height * layout.scale {
            let row = ((top + y) * all_width + left) * 4;
            for x in 0..width * layout.scale {
                let from =
                    ((image * height + y / layout.scale) * width + x / layout.scale) * channels;
                let pixel = &numbers[from..from + channels];
                let rgba = match pixel {
                    [grey] => [byte(*grey), byte(*grey), byte(*grey), 255],
                    [r, g, b] => [byte(*r), byte(*g), byte(*b), 255],
                    _ => [
                        byte(pixel[0]),
                        byte(pixel[1]),
                        byte(pixel[2]),
                        byte(pixel[3]),
                    ],
                };
                pixels[row + x * 4..row + x * 4 + 4].copy_from_slice(&rgba);
            }
        }
    }
    pixels
}

/// The pixels of a [`Picture`].
#[derive(Clone, Debug)]
pub struct Rendered {
    pixels: DynamicImage,
    columns: usize,
    text: String,
}

impl Rendered {
    /// The pixels, for the functions of the `image` crate.
    pub fn image(&self) -> &DynamicImage {
        &self.pixels
    }

    /// How many images stand in a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Writes a file; its name's ending says whether as PNG or as JPEG.
    ///
    /// # Errors
    /// Where it cannot be written, or for another ending.
    pub fn save(&self, path: impl AsRef<std::path::Path>) -> Result<()> {
        self.pixels
            .save(path)
            .map_err(|error| crate::Error::runtime(error.to_string()))
    }
}

impl Rich for Rendered {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let mut forms = self.pixels.mime_bundle()?;
        forms.insert("text/plain".into(), self.text.clone().into());
        Some(forms)
    }
}

impl Rich for Picture {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        match self.try_render() {
            Ok(rendered) => rendered.mime_bundle(),
            Err(error) => Forms::text(format!("<no picture: {error}>")).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    fn text(picture: Picture) -> String {
        picture.mime_bundle().unwrap()["text/plain"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn pixels_are_where_they_belong() {
        let image = tensor!([[[0., 1.]], [[0., 0.5]], [[1., 0.]]]);
        let rendered = image.picture().scale(1).try_render().unwrap();
        let pixels = rendered.image().to_rgb8();
        assert_eq!((pixels.width(), pixels.height()), (2, 1));
        assert_eq!(pixels.get_pixel(0, 0).0, [0, 0, 255]);
        assert_eq!(pixels.get_pixel(1, 0).0, [255, 128, 0]);
    }

    #[test]
    fn a_batch_is_a_grid_with_gaps() {
        let batch = Tensor::ones([3, 1, 2, 2]);
        let rendered = batch.picture().scale(1).columns(2).try_render().unwrap();
        let pixels = rendered.image().to_rgba8();
        assert_eq!((pixels.width(), pixels.height()), (6, 6));
        assert_eq!(pixels.get_pixel(2, 0).0[3], 0);
        assert_eq!(pixels.get_pixel(4, 0).0, [255; 4]);
        assert_eq!(pixels.get_pixel(4, 4).0[3], 0);
    }

    #[test]
    fn values_outside_are_told_and_can_be_brought_inside() {
        let image = tensor!([[[-1., 3.]]]);
        assert!(text(image.picture()).contains("values from -1.000 to 3.000 cut to 0 to 1"));
        assert_eq!(text(image.picture().normalize()), "<image 2x1, grey>");
        let pixels = image
            .picture()
            .denormalize([0.5], [0.5])
            .scale(1)
            .try_render()
            .unwrap();
        assert_eq!(pixels.image().to_luma8().into_raw(), [0, 255]);
        assert!(
            text(image.picture().denormalize([0.5, 0.1], [1.0])).contains("mean has 2 numbers")
        );
    }

    #[test]
    fn a_large_batch_shows_its_beginning() {
        assert!(
            text(Tensor::zeros([100, 8, 8]).picture())
                .starts_with("<the first 64 of 100 images 8x8, grey")
        );
    }
}
