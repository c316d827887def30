//! Pictures of the `image` crate: shown as PNG, which loses nothing.

use std::io::Cursor;
use std::ops::Deref;

use image::{DynamicImage, EncodableLayout, ImageBuffer, ImageFormat, Pixel, PixelWithColorType};

use crate::{Forms, MimeBundle, Rich};

impl Rich for DynamicImage {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let mut bytes = Cursor::new(Vec::new());
        // PNG knows no floats.
        let as_floats = matches!(self, Self::ImageRgb32F(_) | Self::ImageRgba32F(_));
        let written = if as_floats {
            Self::from(self.to_rgba16()).write_to(&mut bytes, ImageFormat::Png)
        } else {
            self.write_to(&mut bytes, ImageFormat::Png)
        };
        let kind = format!("{:?}", self.color()).to_uppercase();
        forms(
            self.width(),
            self.height(),
            &kind,
            written,
            &bytes.into_inner(),
        )
        .into()
    }
}

impl<P, C> Rich for ImageBuffer<P, C>
where
    P: Pixel + PixelWithColorType,
    [P::Subpixel]: EncodableLayout,
    C: Deref<Target = [P::Subpixel]>,
{
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let mut bytes = Cursor::new(Vec::new());
        let written = self.write_to(&mut bytes, ImageFormat::Png);
        let kind = format!("{:?}", P::COLOR_TYPE).to_uppercase();
        forms(
            self.width(),
            self.height(),
            &kind,
            written,
            &bytes.into_inner(),
        )
        .into()
    }
}

fn forms(
    width: u32,
    height: u32,
    kind: &str,
    written: image::ImageResult<()>,
    png: &[u8],
) -> Forms {
    match written {
        Ok(()) => Forms::text(format!("<image {width}x{height}, {kind}>")).png(png),
        Err(error) => Forms::text(format!(
            "<image {width}x{height}, {kind}, that cannot be shown: {error}>"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, RgbImage};

    #[test]
    fn a_picture_is_a_png_with_its_size_as_text() {
        let picture = RgbImage::new(3, 2);
        for forms in [
            picture.mime_bundle(),
            DynamicImage::from(picture).mime_bundle(),
        ] {
            let forms = forms.unwrap();
            assert_eq!(forms["text/plain"], "<image 3x2, RGB8>");
            assert!(
                forms["image/png"]
                    .as_str()
                    .unwrap()
                    .starts_with("iVBORw0KGgo")
            );
        }
        let floats = DynamicImage::new_rgb32f(2, 2).mime_bundle().unwrap();
        assert!(floats.contains_key("image/png"));
        assert_eq!(
            ImageBuffer::<Luma<u8>, _>::new(1, 1).mime_bundle().unwrap()["text/plain"],
            "<image 1x1, L8>"
        );
    }
}
