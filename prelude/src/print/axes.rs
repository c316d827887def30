//! Which elements of a tensor are shown: all of them, or the edges of every axis that is too long.

/// The shown indices of one axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Indices shown, in order.
    pub indices: Vec<usize>,
    /// Where `...` stands: before this entry of `indices`.
    pub gap: Option<usize>,
}

/// The shown part of a tensor, axis by axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axes(pub Vec<Axis>);

impl Axes {
    /// Everything, unless there are more than `threshold` elements: then only `edge_items` at both ends of each axis
    /// that has more than twice as many.
    pub fn new(shape: &[usize], threshold: usize, edge_items: usize) -> Self {
        let summarised = shape.iter().product::<usize>() > threshold;
        Self(
            shape
                .iter()
                .map(|&size| {
                    if summarised && size > 2 * edge_items {
                        let indices = (0..edge_items).chain(size - edge_items..size).collect();
                        Axis {
                            indices,
                            gap: Some(edge_items),
                        }
                    } else {
                        Axis {
                            indices: (0..size).collect(),
                            gap: None,
                        }
                    }
                })
                .collect(),
        )
    }

    /// Row-major positions of the shown elements in a tensor of `shape`, in reading order.
    pub fn positions(&self, shape: &[usize]) -> Vec<usize> {
        let mut positions = vec![0];
        for (axis, &size) in self.0.iter().zip(shape) {
            positions = positions
                .iter()
                .flat_map(|&outer| axis.indices.iter().map(move |&index| outer * size + index))
                .collect();
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_tensor_is_shown_whole() {
        let axes = Axes::new(&[2, 3], 1000, 3);
        assert_eq!(axes.positions(&[2, 3]), [0, 1, 2, 3, 4, 5]);
        assert!(axes.0.iter().all(|axis| axis.gap.is_none()));
    }

    #[test]
    fn a_large_tensor_shows_the_edges_of_its_long_axes() {
        let axes = Axes::new(&[2, 10], 5, 1);
        assert_eq!(axes.positions(&[2, 10]), [0, 9, 10, 19]);
        assert_eq!(axes.0[0].gap, None);
        assert_eq!(axes.0[1].gap, Some(1));
    }

    #[test]
    fn a_scalar_is_one_position() {
        assert_eq!(Axes::new(&[], 1000, 3).positions(&[]), [0]);
    }
}
