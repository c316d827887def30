//! Results that lie in memory in the order in which their operands do, as PyTorch's do.

use super::Array;
use crate::error::Result;
use candle_core::Layout;

/// The dimensions from the outermost to the innermost one as these layouts of one shape lie in memory; none if that is
/// the order that they are numbered in.
///
/// Where one layout says nothing about two dimensions, the next one decides (`TensorIteratorBase::reorder_dimensions` in
/// PyTorch's TensorIterator.cpp).
pub(crate) fn memory_order(layouts: &[&Layout]) -> Option<Vec<usize>> {
    if layouts.iter().all(|layout| layout.is_contiguous()) {
        return None;
    }
    let dims = layouts.first()?.dims();
    // The innermost first, as they are compared.
    let mut order: Vec<usize> = (0..dims.len()).rev().collect();
    let inside_out = |inner: usize, outer: usize| {
        for layout in layouts {
            let (x, y) = (layout.stride()[inner], layout.stride()[outer]);
            if x == 0 || y == 0 {
                continue;
            }
            if x != y {
                return Some(x > y);
            }
            if dims[inner] > dims[outer] {
                return Some(true);
            }
        }
        None
    };
    for i in 1..order.len() {
        let mut moving = i;
        for place in (0..i).rev() {
            match inside_out(order[place], order[moving]) {
                Some(true) => {
                    order.swap(place, moving);
                    moving = place;
                }
                Some(false) => break,
                None => {}
            }
        }
    }
    order.reverse();
    (!order.is_sorted()).then_some(order)
}

/// The order that takes back what this one does.
pub(crate) fn inverse(order: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        inverse[from] = to;
    }
    inverse
}

/// Runs a kernel that goes from element to element and gives contiguous numbers, so that its result lies as its operands
/// do. They have one shape.
pub(crate) fn as_operands_lie<const N: usize>(
    operands: [&Array; N],
    kernel: impl FnOnce([&Array; N]) -> Result<Array>,
) -> Result<Array> {
    let Some(order) = memory_order(&operands.map(|array| &*array.layout)) else {
        return kernel(operands);
    };
    let permuted = operands.map(|array| array.permuted(&order));
    Ok(kernel(permuted.each_ref())?.permuted(&inverse(&order)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(layouts: &[(&[usize], &[usize])]) -> Option<Vec<usize>> {
        let layouts: Vec<Layout> = layouts
            .iter()
            .map(|(dims, strides)| Layout::new((*dims).into(), strides.to_vec(), 0))
            .collect();
        memory_order(&layouts.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_order_is_that_of_the_strides() {
        assert_eq!(order(&[(&[2, 3], &[3, 1])]), None);
        assert_eq!(order(&[(&[3, 2], &[1, 3])]), Some(vec![1, 0]));
        assert_eq!(order(&[(&[4, 2, 3], &[1, 12, 4])]), Some(vec![1, 2, 0]));
        // What is broadcast says nothing, and the next operand is asked.
        assert_eq!(
            order(&[(&[3, 2], &[0, 1]), (&[3, 2], &[1, 3])]),
            Some(vec![1, 0])
        );
        assert_eq!(order(&[(&[3, 2], &[0, 0])]), None);
        // The first operand has the say.
        assert_eq!(order(&[(&[3, 2], &[2, 1]), (&[3, 2], &[1, 3])]), None);
    }
}
