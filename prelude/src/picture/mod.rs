//! Tensors to look at: images, batches of them in a grid, matrices in colours.
//!
//! [`Tensor::show`] picks what fits; [`Tensor::picture`] and [`heatmap`] can be told more.

mod grid;
mod heatmap;
mod image;
mod planes;

pub use heatmap::{Heatmap, heatmap};
pub use image::Picture;

use crate::Tensor;
use crate::plot::{Histogram, plot};
use wick_runtime::display::{DisplayHandle, display};

impl Tensor {
    /// Shows the tensor as what it probably is, here and now: `(C, H, W)` with 1, 3 or 4 channels as an image,
    /// `(N, C, H, W)` as a grid of images, a matrix as a heat map (as an image where it is `uint8`), a vector as a line;
    /// anything else as text. Images have values from 0 to 1, or from 0 to 255 where they are integers.
    ///
    /// [`Tensor::picture`] takes options; [`Tensor::hist`] shows how the values are spread.
    ///
    /// ```
    /// use wick::prelude::*;
    /// Tensor::rand([8, 3, 32, 32]).show();
    /// Tensor::rand([5, 5]).show();
    /// ```
    pub fn show(&self) -> DisplayHandle {
        match self.dims()[..] {
            _ if self.numel() == 0 => display(self),
            [_] if self.numel() > 1 => display(plot(self)),
            [_, _] if self.dtype() != crate::DType::U8 => display(heatmap(self)),
            [_, _] => display(self.picture()),
            [_, _, _] | [_, _, _, _] => match self.picture().try_render() {
                Ok(rendered) => display(rendered),
                Err(_) => display(self),
            },
            _ => display(self),
        }
    }

    /// The tensor as an image, or as a grid of images: `(H, W)`, `(C, H, W)`, `(N, C, H, W)`, also with the channels
    /// last. As the last line of a cell it is shown.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let batch = Tensor::randn([8, 3, 32, 32]);
    /// let grid = batch.picture().denormalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]).columns(4);
    /// assert_eq!(grid.try_render().unwrap().columns(), 4);
    /// ```
    pub fn picture(&self) -> Picture {
        Picture::new(self)
    }

    /// How this tensor's values are spread, whatever its shape.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let spread = Tensor::randn([100, 100]).hist().bins(30);
    /// assert_eq!(spread.counts().len(), 30);
    /// ```
    #[track_caller]
    pub fn hist(&self) -> Histogram {
        Histogram::new(self.to_vec())
    }
}
