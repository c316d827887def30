//! Several vectors of a table as one.

use super::table::{divided_by_frequency, shorten};
use crate::autograd::composite;
use crate::error::{Error, OrPanic, Result, bail};
use crate::{DType, Tensor};

/// What becomes of the vectors of a bag: PyTorch's argument `mode`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let (weight, bag) = (tensor!([[1., 8.], [3., 2.]]), tensor!([[0, 1]]));
/// let take = |mode| {
///     let options = F::BagOptions { mode, ..Default::default() };
///     F::embedding_bag(&bag, &weight, None, &options).to_string()
/// };
/// assert_eq!(take(F::BagMode::Sum), "tensor([[ 4., 10.]])");
/// assert_eq!(take(F::BagMode::Mean), "tensor([[2., 5.]])");
/// assert_eq!(take(F::BagMode::Max), "tensor([[3., 8.]])");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BagMode {
    /// Their sum: `'sum'`.
    Sum,
    /// Their mean: `'mean'`.
    #[default]
    Mean,
    /// The largest of each dimension: `'max'`.
    Max,
}

impl BagMode {
    pub(in crate::nn) fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Max => "max",
        }
    }
}

/// The choices of [`embedding_bag`], which are PyTorch's keyword arguments of `F.embedding_bag`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let (weight, words) = (tensor!([[1., 8.], [3., 2.]]), tensor!([[0, 1]]));
/// let options = F::BagOptions {
///     mode: F::BagMode::Sum,
///     per_sample_weights: Some(tensor!([[10., 1.]])),
///     ..Default::default()
/// };
/// assert_eq!(F::embedding_bag(&words, &weight, None, &options).to_string(), "tensor([[13., 82.]])");
/// ```
#[derive(Clone, Debug)]
pub struct BagOptions {
    /// What becomes of the vectors of a bag.
    pub mode: BagMode,
    /// How much each vector counts, in the shape of the input; only for sums.
    pub per_sample_weights: Option<Tensor>,
    /// Whether the last offset is where the last bag ends.
    pub include_last_offset: bool,
    /// The row that counts as nothing.
    pub padding_idx: Option<i64>,
    /// The norm to which rows that are asked for are shortened, in the table itself.
    pub max_norm: Option<f64>,
    /// Which norm that is.
    pub norm_type: f64,
    /// Whether the gradient of a row is divided by how often it was asked for; not for the largest numbers.
    pub scale_grad_by_freq: bool,
}

/// Means; nothing is shortened or divided, and the norm is the Euclidean one.
impl Default for BagOptions {
    fn default() -> Self {
        Self {
            mode: BagMode::default(),
            per_sample_weights: None,
            include_last_offset: false,
            padding_idx: None,
            max_norm: None,
            norm_type: 2.,
            scale_grad_by_freq: false,
        }
    }
}

functions! {
    /// The vectors of `weight` `[num, dim]` in bags, each of which becomes one vector: the mean, unless the options say
    /// otherwise. Each row of an input `[N, L]` is a bag; in an input `[L]` each begins at one of the `offsets` `[N]`.
    /// The result is `[N, dim]`. PyTorch: `F.embedding_bag`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let weight = tensor!([[0., 0.], [1., 10.], [2., 20.]]);
    /// // The bags are 1 2 2 and 0.
    /// let (words, offsets) = (tensor!([1, 2, 2, 0]), tensor!([0, 3]));
    /// let y = F::embedding_bag(&words, &weight, Some(&offsets), &F::BagOptions::default());
    /// assert_eq!(y.to_string(), "tensor([[ 1.6667, 16.6667],\n        [ 0.0000,  0.0000]])");
    /// ```
    ///
    /// # Panics
    /// When the offsets do not begin with 0 or go beyond the input, or an index is not in the table.
    embedding_bag(input: &Tensor, weight: &Tensor, offsets: Option<&Tensor>, options: &BagOptions)
        => bags(input, weight, offsets, options).or_panic();
}

fn bags(
    input: &Tensor,
    weight: &Tensor,
    offsets: Option<&Tensor>,
    options: &BagOptions,
) -> Result<Tensor> {
    if let Some(weights) = &options.per_sample_weights {
        if options.mode != BagMode::Sum {
            return Err(Error::runtime(format!(
                "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got \
                 mode='{}'). Please open a feature request on GitHub.",
                options.mode.name()
            )));
        }
        if weights.shape() != input.shape() {
            return Err(Error::value(format!(
                "embedding_bag: If per_sample_weights ({}) is not None, then it must have the same shape as the input ({})",
                weights.shape(),
                input.shape()
            )));
        }
    }
    if options.mode == BagMode::Max && options.scale_grad_by_freq {
        return Err(Error::value(
            "max mode does not support scaling the gradient by the frequency",
        ));
    }
    let starts = starts(input, offsets, options)?;
    if let Some(max_norm) = options.max_norm {
        shorten(weight, input, max_norm, options.norm_type)?;
    }
    let (input, options) = (input.clone(), options.clone());
    let weights = options.per_sample_weights.clone();
    let inputs: Vec<&Tensor> = [weight].into_iter().chain(&weights).collect();
    composite("EmbeddingBagBackward0", &inputs, move |of| {
        gathered(&input, &of[0], of.get(1), &starts, &options)
    })
}

/// Each bag's vectors as one. `weights` are those of the samples.
fn gathered(
    input: &Tensor,
    weight: &Tensor,
    weights: Option<&Tensor>,
    starts: &[usize],
    options: &BagOptions,
) -> Result<Tensor> {
    let bags = starts.len() - 1;
    let flat = input.try_reshape([input.numel()])?;
    let total = flat.numel();
    let mut owner = vec![0i64; total];
    for (bag, ends) in starts.windows(2).enumerate() {
        owner[ends[0]..ends[1]].fill(bag as i64);
    }
    let owner = Tensor::from_vec(owner, [total]).try_to(flat.device())?;
    let dim = weight.try_size(1)?;
    // What is padding belongs to no bag.
    let (flat, owner, weights) = {
        let weights = match weights {
            Some(weights) => Some(weights.try_reshape([total])?),
            None => None,
        };
        match options.padding_idx {
            Some(padding) => {
                let padding = padding.rem_euclid(weight.try_size(0)?.max(1) as i64);
                let kept = flat.try_ne(padding)?;
                let weights = match weights {
                    Some(weights) => Some(weights.try_masked_select(&kept)?),
                    None => None,
                };
                (
                    flat.try_masked_select(&kept)?,
                    owner.try_masked_select(&kept)?,
                    weights,
                )
            }
            None => (flat, owner, weights),
        }
    };
    let flat = flat.try_to_dtype(DType::I64)?;
    let mut vectors = weight.try_index_select(0, &flat)?;
    if options.scale_grad_by_freq {
        vectors = divided_by_frequency(&vectors, &flat, weight.try_size(0)?)?;
    }
    if let Some(weights) = weights {
        vectors = vectors.try_mul(weights.try_unsqueeze(1)?)?;
    }
    if options.mode == BagMode::Max {
        return largest(&vectors, &owner, [bags, dim]);
    }
    let sums = vectors
        .try_new_zeros(&[bags, dim])?
        .try_index_add(0, &owner, &vectors)?;
    if options.mode == BagMode::Sum {
        return Ok(sums);
    }
    let ones = vectors
        .detach()
        .try_new_zeros(&[owner.numel()])?
        .try_add(1)?;
    let counts = ones
        .try_new_zeros(&[bags])?
        .try_index_add(0, &owner, &ones)?;
    sums.try_div(counts.try_clamp_min(1)?.try_unsqueeze(1)?)
}

/// Where each bag begins, and where the last one ends.
fn starts(input: &Tensor, offsets: Option<&Tensor>, options: &BagOptions) -> Result<Vec<usize>> {
    match (input.dim(), offsets) {
        (2, None) => {
            let [rows, length] = [0, 1].map(|dim| input.size(dim));
            Ok((0..=rows).map(|row| row * length).collect())
        }
        (2, Some(_)) => Err(Error::value(
            "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. \
             However, found offsets of type <class 'torch.Tensor'>",
        )),
        (1, None) => Err(Error::value("offsets has to be a 1D Tensor but got None")),
        (1, Some(offsets)) => {
            if offsets.dim() != 1 {
                return Err(Error::value("offsets has to be a 1D Tensor"));
            }
            let length = input.numel() as i64;
            let mut starts = offsets.detach().try_to_dtype(DType::I64)?.to_vec::<i64>();
            if let Some(first) = starts.first().filter(|first| **first != 0) {
                bail!(
                    "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. \
                     However, got {first}"
                );
            }
            if let Some(last) = starts.last().filter(|last| **last > length) {
                bail!(
                    "offsets[-1] can not be greater than input's length {length} but got offsets[-1] of {last}"
                );
            }
            if !options.include_last_offset {
                starts.push(length);
            }
            if starts.is_empty() {
                bail!("include_last_offset: number of offsets should be at least 1");
            }
            if starts.windows(2).any(|ends| ends[0] > ends[1]) {
                bail!("offsets have to grow, but got {starts:?}");
            }
            Ok(starts.into_iter().map(|start| start as usize).collect())
        }
        (rank, _) => Err(Error::value(format!(
            "input has to be 1D or 2D Tensor, but got Tensor of dimension {rank}"
        ))),
    }
}

/// The largest numbers of each bag, of equal ones the first; an empty bag has zeros.
fn largest(vectors: &Tensor, owner: &Tensor, [bags, dim]: [usize; 2]) -> Result<Tensor> {
    let mut rows = Vec::with_capacity(bags);
    let owners = owner.to_vec::<i64>();
    let mut start = 0;
    for bag in 0..bags as i64 {
        let count = owners[start..]
            .iter()
            .take_while(|&&owner| owner == bag)
            .count();
        rows.push(match count {
            0 => vectors.try_new_zeros(&[dim])?,
            _ => {
                vectors
                    .try_narrow(0, start as i64, count)?
                    .try_max_dim(0, false)?
                    .0
            }
        });
        start += count;
    }
    if rows.is_empty() {
        return vectors.try_new_zeros(&[0, dim]);
    }
    Tensor::try_stack(&rows.iter().collect::<Vec<_>>(), 0)
}
