//! Rows of a table.

use crate::autograd::{Ctx, no_grad, record};
use crate::error::{Error, OrPanic, Result};
use crate::{DType, Tensor};

/// The choices of [`embedding_with`], which are PyTorch's keyword arguments of `F.embedding`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let options = F::EmbeddingOptions { padding_idx: Some(0), ..Default::default() };
/// let weight = Tensor::ones([3, 2]).requires_grad_(true);
/// F::embedding_with(&tensor!([0, 2]), &weight, &options).sum().backward();
/// // The row that stands for padding has no gradient.
/// assert_eq!(weight.grad().unwrap().to_string(), "tensor([[0., 0.],\n        [0., 0.],\n        [1., 1.]])");
/// ```
#[derive(Clone, Debug)]
pub struct EmbeddingOptions {
    /// The row that gets no gradient; a negative index counts from the end.
    pub padding_idx: Option<i64>,
    /// The norm to which rows that are asked for are shortened, in the table itself.
    pub max_norm: Option<f64>,
    /// Which norm that is.
    pub norm_type: f64,
    /// Whether the gradient of a row is divided by how often it was asked for.
    pub scale_grad_by_freq: bool,
}

/// Nothing is shortened or divided; the norm is the Euclidean one.
impl Default for EmbeddingOptions {
    fn default() -> Self {
        Self {
            padding_idx: None,
            max_norm: None,
            norm_type: 2.,
            scale_grad_by_freq: false,
        }
    }
}

functions! {
    /// Row `i` of `weight` for each index `i`; the row `padding_idx` gets no gradient. Integers of any shape and a
    /// weight `[num, dim]` to `[…, dim]`. PyTorch: `F.embedding`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let weight = tensor!([[0., 0.], [1., 10.], [2., 20.]]);
    /// assert_eq!(
    ///     F::embedding(&tensor!([2, 1, 2]), &weight, None).to_string(),
    ///     "tensor([[ 2., 20.],\n        [ 1., 10.],\n        [ 2., 20.]])"
    /// );
    /// ```
    ///
    /// # Panics
    /// When an index is not in the table.
    embedding(input: &Tensor, weight: &Tensor, padding_idx: Option<i64>) => {
        let options = EmbeddingOptions { padding_idx, ..EmbeddingOptions::default() };
        looked_up(input, weight, &options).or_panic()
    };
    /// [`embedding`] with all of PyTorch's choices. PyTorch: `F.embedding`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let weight = tensor!([[3., 4.], [0.3, 0.4]]).requires_grad_(true);
    /// let options = F::EmbeddingOptions { max_norm: Some(1.), ..Default::default() };
    /// F::embedding_with(&tensor!([0, 1]), &weight, &options);
    /// assert_eq!(weight.to_string(), "tensor([[0.6000, 0.8000],\n        [0.3000, 0.4000]], requires_grad=True)");
    /// ```
    embedding_with(input: &Tensor, weight: &Tensor, options: &EmbeddingOptions)
        => looked_up(input, weight, options).or_panic();
}

fn looked_up(input: &Tensor, weight: &Tensor, options: &EmbeddingOptions) -> Result<Tensor> {
    let padding = match options.padding_idx {
        None => None,
        Some(padding) => {
            let rows = weight.try_size(0)? as i64;
            if padding >= rows || padding < -rows {
                return Err(Error::value("Padding_idx must be within num_embeddings"));
            }
            Some(padding.rem_euclid(rows))
        }
    };
    if let Some(max_norm) = options.max_norm {
        shorten(weight, input, max_norm, options.norm_type)?;
    }
    if padding.is_none() && !options.scale_grad_by_freq {
        return weight.try_embedding(input);
    }
    let y = no_grad(|| weight.try_embedding(input))?;
    let (shape, flat) = (weight.shape(), input.detach().try_reshape(-1)?);
    let by_frequency = options.scale_grad_by_freq;
    record("EmbeddingBackward0", &[weight], y, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            let mut rows = g.try_reshape([flat.numel(), shape[1]])?;
            if by_frequency {
                rows = rows.try_div(frequencies(&flat, shape[0], rows.dtype())?)?;
            }
            if let Some(padding) = padding {
                let is_padding = flat.try_eq(padding)?.try_unsqueeze(1)?;
                rows = is_padding.try_where_(0, &rows)?;
            }
            let sums = g.try_new_zeros(&shape)?.try_index_add(0, &flat, &rows)?;
            Ok(vec![Some(sums)])
        };
        (Vec::new(), backward)
    })
}

/// How often each of these indices is among them, `[n, 1]`.
fn frequencies(flat: &Tensor, rows: usize, dtype: DType) -> Result<Tensor> {
    let flat = flat.try_to_dtype(DType::I64)?;
    let ones = flat.try_ones_like()?.try_to_dtype(dtype)?;
    let counts = ones
        .try_new_zeros(&[rows])?
        .try_index_add(0, &flat, &ones)?;
    counts.try_index_select(0, &flat)?.try_unsqueeze(1)
}

/// Rows whose gradients are divided by how often they are among `flat`.
pub(super) fn divided_by_frequency(rows: &Tensor, flat: &Tensor, count: usize) -> Result<Tensor> {
    let flat = flat.detach();
    let output = no_grad(|| rows.try_view(rows.shape()))?;
    record("ViewBackward0", &[rows], output, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_div(frequencies(
                &flat,
                count,
                g.dtype(),
            )?)?)])
        };
        (Vec::new(), backward)
    })
}

/// Shortens those of a table's rows that are asked for and have a larger norm, in place: `torch.embedding_renorm_`.
pub(super) fn shorten(
    weight: &Tensor,
    index: &Tensor,
    max_norm: f64,
    norm_type: f64,
) -> Result<()> {
    if !matches!(index.dtype(), DType::I64 | DType::I32) {
        return Err(Error::runtime(format!(
            "Expected tensor for argument #2 'indices' to have one of the following scalar types: Long, Int; but got \
             torch.{}Tensor instead (while checking arguments for embedding_renorm_)",
            index.dtype().scalar_type()
        )));
    }
    no_grad(|| {
        let mut asked: Vec<i64> = index.try_to_dtype(DType::I64)?.try_to_vec()?;
        asked.sort_unstable();
        asked.dedup();
        let rows = weight.try_size(0)? as i64;
        if let Some(wrong) = asked.iter().find(|row| !(-rows..rows).contains(row)) {
            return Err(Error::index(format!(
                "select(): index {wrong} out of range for tensor of size {} at dimension 0",
                weight.shape().list()
            )));
        }
        let asked = Tensor::try_from_vec(asked.clone(), [asked.len()])?.try_to(weight.device())?;
        let table = weight.detach();
        let found = table.try_index_select(0, &asked)?;
        let norms = found
            .try_norm_dim(norm_type, 1, true)?
            .try_to_dtype(DType::F64)?;
        let scales = norms.try_add(1e-7)?.try_reciprocal()?.try_mul(max_norm)?;
        let scales = norms.try_gt(max_norm)?.try_where_(&scales, 1.)?;
        let shortened = found.try_mul(scales.try_to_dtype(found.dtype())?)?;
        table.try_index_copy_(0, &asked, &shortened)?;
        Ok(())
    })
}
