//! Walking several layouts of one shape together, in runs as long as they allow.

use candle_core::Layout;

/// The joint walk over `N` layouts of the same shape. Neighbouring dimensions that every layout walks evenly are
/// joined, so that most walks are a single run.
pub(crate) struct Walk<const N: usize> {
    dims: Vec<usize>,
    strides: Vec<[usize; N]>,
    start: [usize; N],
    len: usize,
}

/// Consecutive elements: where each layout starts, how far it steps, and for how many elements.
#[derive(Clone, Copy)]
pub(crate) struct Run<const N: usize> {
    pub at: [usize; N],
    pub step: [usize; N],
    pub len: usize,
}

impl<const N: usize> Walk<N> {
    pub fn new(layouts: [&Layout; N]) -> Self {
        let shape = layouts[0].dims();
        let len = shape.iter().product();
        let (mut dims, mut strides): (Vec<usize>, Vec<[usize; N]>) = (Vec::new(), Vec::new());
        for (i, &size) in shape.iter().enumerate() {
            if size == 1 {
                continue;
            }
            let stride = layouts.map(|layout| layout.stride()[i]);
            match (dims.last_mut(), strides.last_mut()) {
                (Some(last), Some(outer)) if (0..N).all(|n| outer[n] == stride[n] * size) => {
                    *last *= size;
                    *outer = stride;
                }
                _ => {
                    dims.push(size);
                    strides.push(stride);
                }
            }
        }
        if dims.is_empty() {
            dims.push(1);
            strides.push([1; N]);
        }
        Self {
            dims,
            strides,
            start: layouts.map(Layout::start_offset),
            len,
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Calls `f` for the runs that cover the elements `from..to`, counted in row-major order.
    pub fn runs(&self, from: usize, to: usize, f: &mut dyn FnMut(Run<N>)) {
        if from >= to {
            return;
        }
        let rank = self.dims.len();
        let inner = self.dims[rank - 1];
        let step = self.strides[rank - 1];
        // Position of `from` in every dimension.
        let mut index = vec![0; rank];
        let mut rest = from;
        for i in (0..rank).rev() {
            index[i] = rest % self.dims[i];
            rest /= self.dims[i];
        }
        let mut at = self.start;
        let shift = |at: &mut [usize; N], strides: &[usize; N], steps: usize| {
            at.iter_mut()
                .zip(strides)
                .for_each(|(at, stride)| *at += steps * stride);
        };
        let unshift = |at: &mut [usize; N], strides: &[usize; N], steps: usize| {
            at.iter_mut()
                .zip(strides)
                .for_each(|(at, stride)| *at -= steps * stride);
        };
        for (steps, strides) in index.iter().zip(&self.strides) {
            shift(&mut at, strides, *steps);
        }
        let mut left = to - from;
        let mut inside = index[rank - 1];
        loop {
            let len = (inner - inside).min(left);
            f(Run { at, step, len });
            left -= len;
            if left == 0 {
                return;
            }
            unshift(&mut at, &step, inside);
            inside = 0;
            for i in (0..rank - 1).rev() {
                index[i] += 1;
                shift(&mut at, &self.strides[i], 1);
                if index[i] < self.dims[i] {
                    break;
                }
                unshift(&mut at, &self.strides[i], index[i]);
                index[i] = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Shape;

    fn visited(walk: &Walk<1>, from: usize, to: usize) -> Vec<usize> {
        let mut out = Vec::new();
        walk.runs(from, to, &mut |run| {
            out.extend((0..run.len).map(|i| run.at[0] + i * run.step[0]))
        });
        out
    }

    #[test]
    fn a_transposed_layout_is_walked_in_row_major_order() {
        let layout = Layout::new(Shape::from((3, 2)), vec![1, 3], 0);
        let walk = Walk::new([&layout]);
        assert_eq!(visited(&walk, 0, 6), [0, 3, 1, 4, 2, 5]);
        assert_eq!(visited(&walk, 3, 6), [4, 2, 5]);
    }

    #[test]
    fn even_dimensions_are_one_run() {
        let layout = Layout::contiguous_with_offset((2, 1, 3), 5);
        let mut runs = 0;
        Walk::new([&layout]).runs(0, 6, &mut |run| {
            runs += 1;
            assert_eq!((run.at, run.step, run.len), ([5], [1], 6));
        });
        assert_eq!(runs, 1);
    }
}
