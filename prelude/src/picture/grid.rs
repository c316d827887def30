//! How images of one size are laid out beside each other.

/// Pixels between images.
pub(super) const GAP: usize = 2;

/// Columns and rows of a grid, and how many pixels each pixel of an image becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub columns: usize,
    pub rows: usize,
    pub scale: usize,
}

/// What a small image is enlarged to at least: alone, and in a grid.
const ALONE: usize = 128;
const IN_GRID: usize = 64;

/// No enlarging beyond this width.
const WIDEST: usize = 960;

impl Layout {
    /// Eight in a row unless it is said, as `torchvision.utils.make_grid` has it.
    pub fn new(
        images: usize,
        width: usize,
        height: usize,
        columns: Option<usize>,
        scale: Option<usize>,
    ) -> Self {
        let columns = columns.unwrap_or(8).clamp(1, images.max(1));
        let rows = images.div_ceil(columns);
        let longer = width.max(height);
        let wanted = if images == 1 { ALONE } else { IN_GRID };
        let room = (WIDEST / (columns * width).max(1)).max(1);
        let scale = scale
            .unwrap_or_else(|| wanted.div_ceil(longer).min(room))
            .max(1);
        Self {
            columns,
            rows,
            scale,
        }
    }

    /// Width and height of the whole, in pixels.
    pub fn size(&self, width: usize, height: usize) -> (usize, usize) {
        let along = |count: usize, size: usize| count * size * self.scale + (count - 1) * GAP;
        (along(self.columns, width), along(self.rows, height))
    }

    /// Where an image begins.
    pub fn corner(&self, image: usize, width: usize, height: usize) -> (usize, usize) {
        let (column, row) = (image % self.columns, image / self.columns);
        (
            column * (width * self.scale + GAP),
            row * (height * self.scale + GAP),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_images_are_enlarged_and_large_ones_are_not() {
        assert_eq!(Layout::new(1, 28, 28, None, None).scale, 5);
        assert_eq!(Layout::new(1, 640, 480, None, None).scale, 1);
        let grid = Layout::new(10, 32, 32, None, None);
        assert_eq!((grid.columns, grid.rows, grid.scale), (8, 2, 2));
        assert_eq!(grid.size(32, 32), (8 * 64 + 14, 2 * 64 + 2));
        assert_eq!(grid.corner(9, 32, 32), (66, 66));
        assert_eq!(Layout::new(3, 32, 32, Some(8), Some(1)).columns, 3);
    }
}
