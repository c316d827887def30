//! Einstein's sums: products and sums of tensors, described by letters.

use super::Tensor;
use crate::error::{OrPanic, Result, bail};
use crate::shape::broadcast;

/// A letter of an equation, or one of the dimensions that an ellipsis stands for, counted from the back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Ellipsis(usize),
    Letter(u8),
}

/// The labels of one term; `None` stands where the ellipsis does.
fn term(text: &str, start: usize) -> Result<Vec<Option<u8>>> {
    let bytes = text.as_bytes();
    let (mut labels, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b' ' => {}
            b'.' if bytes[at..].starts_with(b"...") => {
                if labels.contains(&None) {
                    bail!(
                        "einsum(): found '.' for operand {start} for which an ellipsis was already found"
                    );
                }
                labels.push(None);
                at += 2;
            }
            b'.' => {
                bail!("einsum(): found '.' for operand {start} that is not part of any ellipsis")
            }
            letter if letter.is_ascii_alphabetic() => labels.push(Some(letter)),
            _ => bail!(
                "einsum(): invalid subscript given at index {} in the equation string, subscripts must be in [a-zA-Z]",
                start + at
            ),
        }
        at += 1;
    }
    Ok(labels)
}

/// The labels of an operand's dimensions.
fn operand_labels(labels: &[Option<u8>], rank: usize, number: usize) -> Result<Vec<Label>> {
    let letters = labels.iter().flatten().count();
    let hidden = if labels.contains(&None) {
        rank.checked_sub(letters)
    } else {
        (rank == letters).then_some(0)
    };
    let Some(hidden) = hidden else {
        bail!(
            "einsum(): the number of subscripts in the equation ({letters}) {} the number of dimensions ({rank}) for \
             operand {number}{}",
            if labels.contains(&None) {
                "is more than"
            } else {
                "does not match"
            },
            if labels.contains(&None) {
                ""
            } else {
                " and no ellipsis was given"
            }
        );
    };
    Ok(labels
        .iter()
        .flat_map(|label| match label {
            Some(letter) => vec![Label::Letter(*letter)],
            None => (0..hidden).rev().map(Label::Ellipsis).collect(),
        })
        .collect())
}

/// An operand in which each label stands once: repeated ones are diagonals.
fn without_repeats(x: &Tensor, labels: Vec<Label>, number: usize) -> Result<(Tensor, Vec<Label>)> {
    let (mut x, mut labels) = (x.clone(), labels);
    while let Some((first, second)) = (0..labels.len()).find_map(|i| {
        (i + 1..labels.len())
            .find(|&j| labels[j] == labels[i])
            .map(|j| (i, j))
    }) {
        let (m, n) = (x.dims()[first], x.dims()[second]);
        if m != n {
            let letter = match labels[first] {
                Label::Letter(letter) => char::from(letter),
                Label::Ellipsis(_) => '.',
            };
            bail!(
                "einsum(): subscript {letter} is repeated for operand {number} but the sizes don't match, {n} != {m}"
            );
        }
        // The diagonal comes last.
        x = x.try_diagonal_dims(0, first as i64, second as i64)?;
        let label = labels.remove(first);
        labels.remove(second - 1);
        labels.push(label);
    }
    Ok((x, labels))
}

/// The product of two tensors of one rank, summed over some dimensions, by one batch of matrix products.
fn contracted(a: &Tensor, b: &Tensor, summed: &[usize]) -> Result<Tensor> {
    let (sa, sb) = (a.shape(), b.shape());
    let rank = sa.rank();
    if summed.is_empty() {
        return a.try_mul(b);
    }
    let (mut both, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
    for d in (0..rank).filter(|d| !summed.contains(d)) {
        match (sa[d] == 1, sb[d] == 1) {
            (false, true) => left.push(d),
            (true, false) => right.push(d),
            _ => both.push(d),
        }
    }
    let size = |dims: &[usize], shape: &[usize]| dims.iter().map(|&d| shape[d]).product::<usize>();
    let (batch, m, k, n) = (
        size(&both, &sa),
        size(&left, &sa),
        size(summed, &sa),
        size(&right, &sb),
    );
    let order = |parts: [&[usize]; 4]| -> Vec<usize> { parts.concat() };
    let a = a
        .try_permute(order([&both, &left, summed, &right]))?
        .try_reshape([batch, m, k])?;
    let b = b
        .try_permute(order([&both, summed, &right, &left]))?
        .try_reshape([batch, k, n])?;
    let product = a.try_bmm(&b)?;
    let kept = order([&both, &left, &right, summed]);
    let shape: Vec<usize> = kept
        .iter()
        .map(|&d| {
            if summed.contains(&d) {
                1
            } else {
                sa[d].max(sb[d]).min(if sa[d] == 0 || sb[d] == 0 {
                    0
                } else {
                    usize::MAX
                })
            }
        })
        .collect();
    let mut back = vec![0; rank];
    kept.iter()
        .enumerate()
        .for_each(|(to, &from)| back[from] = to);
    product.try_reshape(shape)?.try_permute(back)
}

fn einsum(equation: &str, operands: &[&Tensor]) -> Result<Tensor> {
    let (inputs, output) = match equation.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (equation, None),
    };
    if operands.is_empty() {
        bail!("einsum(): must provide at least one operand");
    }
    let terms: Vec<&str> = inputs.split(',').collect();
    if terms.len() > operands.len() {
        bail!("einsum(): fewer operands were provided than specified in the equation");
    }
    if terms.len() < operands.len() {
        bail!("einsum(): more operands were provided than specified in the equation");
    }
    let (mut tensors, mut start) = (Vec::new(), 0);
    for (i, (text, operand)) in terms.iter().zip(operands).enumerate() {
        let labels = operand_labels(&term(text, start)?, operand.dim(), i)?;
        tensors.push(without_repeats(operand, labels, i)?);
        start += text.len() + 1;
    }
    // How often a label comes in all terms, in the order PyTorch writes an output that is not given.
    let mut seen: Vec<Label> = tensors
        .iter()
        .flat_map(|(_, labels)| labels.iter().copied())
        .collect();
    seen.sort_by_key(|&label| match label {
        Label::Ellipsis(place) => (0, usize::MAX - place),
        Label::Letter(letter) => (1, usize::from(letter)),
    });
    seen.dedup();
    let ellipsis = seen
        .iter()
        .copied()
        .filter(|label| matches!(label, Label::Ellipsis(_)));
    let mut labels: Vec<Label> = match output {
        None => {
            let once = |label: &Label| match label {
                Label::Ellipsis(_) => true,
                Label::Letter(letter) => inputs.bytes().filter(|b| b == letter).count() == 1,
            };
            seen.iter().copied().filter(once).collect()
        }
        Some(text) => {
            let mut labels = Vec::new();
            for label in term(text, inputs.len() + 2)? {
                let Some(letter) = label else {
                    labels.extend(ellipsis.clone());
                    continue;
                };
                if labels.contains(&Label::Letter(letter)) {
                    bail!(
                        "einsum(): output subscript {} appears more than once in the output",
                        char::from(letter)
                    );
                }
                if !seen.contains(&Label::Letter(letter)) {
                    bail!(
                        "einsum(): output subscript {} does not appear in the equation for any input operand",
                        char::from(letter)
                    );
                }
                labels.push(Label::Letter(letter));
            }
            labels
        }
    };
    let kept = labels.len();
    labels.extend(
        seen.iter()
            .filter(|label| !labels.contains(label))
            .copied()
            .collect::<Vec<_>>(),
    );

    // Every operand with all labels in one order, those it lacks with size 1.
    let mut sizes = vec![1; labels.len()];
    let mut aligned = Vec::new();
    for (number, (tensor, own)) in tensors.iter().enumerate() {
        let order: Vec<usize> = labels
            .iter()
            .filter_map(|label| own.iter().position(|l| l == label))
            .collect();
        let mut tensor = tensor.try_permute(order)?;
        for (d, label) in labels.iter().enumerate() {
            if !own.contains(label) {
                tensor = tensor.try_unsqueeze(d as i64)?;
            }
            let size = tensor.dims()[d];
            match broadcast(&[sizes[d]], &[size]) {
                Ok(shape) => sizes[d] = shape[0],
                Err(_) => bail!(
                    "einsum(): subscript {} has size {size} for operand {number} which does not broadcast with previously \
                     seen size {}",
                    match label {
                        Label::Letter(letter) => char::from(*letter).to_string(),
                        Label::Ellipsis(_) => "...".to_string(),
                    },
                    sizes[d]
                ),
            }
        }
        aligned.push(tensor);
    }

    // From left to right; a label is summed with the last operand that has it, or before the first product.
    let last = |d: usize| {
        (0..tensors.len())
            .rev()
            .find(|&i| aligned[i].dims()[d] != 1)
            .unwrap_or(0)
    };
    let last: Vec<usize> = (0..labels.len()).map(last).collect();
    let mut result = aligned[0].clone();
    for (i, next) in aligned.iter().enumerate().skip(1) {
        let (mut both, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
        for d in (kept..labels.len()).filter(|&d| last[d].max(1) == i) {
            match (result.dims()[d] == 1, next.dims()[d] == 1) {
                (false, true) => left.push(d),
                (true, false) => right.push(d),
                (false, false) => both.push(d),
                (true, true) => {}
            }
        }
        if !left.is_empty() {
            result = result.try_sum_dim(left, true)?;
        }
        let next = if right.is_empty() {
            next.clone()
        } else {
            next.try_sum_dim(right, true)?
        };
        result = contracted(&result, &next, &both)?;
    }
    let trailing: Vec<usize> = (kept..labels.len()).collect();
    if trailing.is_empty() {
        return Ok(result);
    }
    if tensors.len() == 1 {
        return result.try_sum_dim(trailing, false);
    }
    // The products have summed them all.
    let shape = result.dims()[..kept].to_vec();
    result.try_view(shape)
}

impl Tensor {
    /// Products of tensors, summed over the letters that the output lacks: `torch.einsum`.
    ///
    /// A letter names a dimension; `...` stands for all that have none; a letter twice in a term is a diagonal. Without
    /// `->`, the output has the letters that come once, in alphabetical order.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1., 2.]]), tensor!([[3., 4.], [5., 6.]]));
    /// assert_eq!(Tensor::einsum("ij,kj->ik", &[&a, &b]).to_vec2::<f32>(), [[11., 17.]]);
    /// ```
    #[track_caller]
    pub fn einsum<T: AsRef<Tensor>>(equation: &str, operands: &[T]) -> Tensor {
        Self::try_einsum(equation, operands).or_panic()
    }

    /// Like [`Tensor::einsum`]. Fails if the equation does not go with the operands.
    pub fn try_einsum<T: AsRef<Tensor>>(equation: &str, operands: &[T]) -> Result<Tensor> {
        einsum(
            equation,
            &operands.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        )
    }
}
