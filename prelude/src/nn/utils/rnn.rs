//! Sequences of different lengths in one tensor: `torch.nn.utils.rnn`.
//!
//! ```
//! use wick::nn::utils::rnn::{pack_padded_sequence, pad_packed_sequence, pad_sequence};
//! use wick::prelude::*;
//!
//! let words = [Tensor::rand([4, 8]), Tensor::rand([2, 8])];
//! let padded = pad_sequence(&words, true, 0.);
//! assert_eq!(padded.shape(), [2, 4, 8]);
//!
//! let packed = pack_padded_sequence(&padded, &[4, 2], true, true);
//! let (y, _) = nn::GRU::new(8, 16).batch_first(true).forward_packed(&packed, None);
//! let (y, lengths) = pad_packed_sequence(&y, true, 0., None);
//! assert_eq!(y.shape(), [2, 4, 16]);
//! assert_eq!(lengths.to_vec1::<i64>(), [4, 2]);
//! ```

use std::fmt;

use crate::error::{OrPanic, Result, bail};
use crate::{Error, Tensor};

/// The steps of several sequences one after another: first all first steps, then all second ones, and so on, the
/// longest sequence first. What [`pack_padded_sequence`] makes and recurrent layers read with `forward_packed`.
/// PyTorch: `torch.nn.utils.rnn.PackedSequence`.
///
/// ```
/// use wick::nn::utils::rnn::pack_sequence;
/// use wick::prelude::*;
/// let packed = pack_sequence(&[tensor!([4., 5.]), tensor!([1., 2., 3.])], false);
/// assert_eq!(packed.data().to_string(), "tensor([1., 4., 2., 5., 3.])");
/// // Both have a first and a second step, one has a third.
/// assert_eq!(packed.batch_sizes(), [2, 2, 1]);
/// // The longest, the second one, comes first.
/// assert_eq!(packed.sorted_indices().unwrap().to_string(), "tensor([1, 0])");
/// assert_eq!(packed.unsorted_indices().unwrap().to_string(), "tensor([1, 0])");
/// ```
#[derive(Clone)]
pub struct PackedSequence {
    data: Tensor,
    batch_sizes: Vec<usize>,
    /// For each place in the packed batch the sequence's place in the batch that was given, and the other way round;
    /// `None` if they are the same.
    order: Option<(Tensor, Tensor)>,
}

impl PackedSequence {
    /// The elements, `[sum of lengths, …]`.
    pub fn data(&self) -> &Tensor {
        &self.data
    }

    /// How many sequences have a first step, a second one, and so on.
    pub fn batch_sizes(&self) -> &[usize] {
        &self.batch_sizes
    }

    /// Where each packed sequence was in the batch, an `i64` tensor `[N]`; `None` if it had to be sorted already.
    pub fn sorted_indices(&self) -> Option<&Tensor> {
        self.order.as_ref().map(|(sorted, _)| sorted)
    }

    /// Where each sequence of the batch is among the packed ones, an `i64` tensor `[N]`; `None` if it had to be sorted
    /// already.
    pub fn unsorted_indices(&self) -> Option<&Tensor> {
        self.order.as_ref().map(|(_, unsorted)| unsorted)
    }

    /// The same sequences with other elements, as many as before.
    pub(crate) fn with_data(&self, data: Tensor) -> Self {
        Self {
            data,
            ..self.clone()
        }
    }

    /// States `[…, N, …]` in the order of the packed sequences.
    pub(crate) fn sort(&self, state: &Tensor) -> Result<Tensor> {
        match &self.order {
            Some((sorted, _)) => state.try_index_select(1, sorted),
            None => Ok(state.clone()),
        }
    }

    /// States `[…, N, …]` in the order of the batch that was given.
    pub(crate) fn unsort(&self, state: &Tensor) -> Result<Tensor> {
        match &self.order {
            Some((_, unsorted)) => state.try_index_select(1, unsorted),
            None => Ok(state.clone()),
        }
    }
}

impl fmt::Display for PackedSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |tensor: Option<&Tensor>| tensor.map_or("None".to_owned(), Tensor::to_string);
        write!(
            f,
            "PackedSequence(data={}, batch_sizes={}, sorted_indices={}, unsorted_indices={})",
            self.data,
            indices(self.batch_sizes.iter().map(|&size| size as i64)).map_err(|_| fmt::Error)?,
            shown(self.sorted_indices()),
            shown(self.unsorted_indices())
        )
    }
}

impl fmt::Debug for PackedSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn indices(numbers: impl Iterator<Item = i64>) -> Result<Tensor> {
    let numbers: Vec<i64> = numbers.collect();
    let count = numbers.len();
    Tensor::try_from_vec(numbers, [count])
}

/// Leaves the padding out of sequences `[L, N, …]` (or `[N, L, …]` with `batch_first`) of these lengths. With
/// `enforce_sorted` (PyTorch's default) the longest has to be the first and so on; without, they are sorted. PyTorch:
/// `torch.nn.utils.rnn.pack_padded_sequence`.
///
/// ```
/// use wick::nn::utils::rnn::pack_padded_sequence;
/// use wick::prelude::*;
/// let padded = tensor!([[1., 2., 3.], [4., 5., 0.]]);
/// let packed = pack_padded_sequence(&padded, &[3, 2], true, true);
/// assert_eq!(packed.data().to_string(), "tensor([1., 4., 2., 5., 3.])");
/// ```
///
/// # Panics
/// When there are not as many lengths as sequences, one is not positive, or they are not sorted and should be.
#[track_caller]
pub fn pack_padded_sequence(
    input: &Tensor,
    lengths: &[usize],
    batch_first: bool,
    enforce_sorted: bool,
) -> PackedSequence {
    pack(input, lengths, batch_first, enforce_sorted).or_panic()
}

fn pack(
    input: &Tensor,
    lengths: &[usize],
    batch_first: bool,
    enforce_sorted: bool,
) -> Result<PackedSequence> {
    let input = match batch_first {
        true => input.try_transpose(0, 1)?,
        false => input.clone(),
    };
    let (longest, batch) = (input.try_size(0)?, input.try_size(1)?);
    if lengths.len() != batch {
        bail!(
            "Expected `len(lengths)` to be equal to batch_size, but got {} (batch_size={batch})",
            lengths.len()
        );
    }
    if lengths.contains(&0) {
        bail!(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        );
    }
    let mut places: Vec<usize> = (0..batch).collect();
    if enforce_sorted {
        if !lengths.is_sorted_by(|a, b| a >= b) {
            bail!(
                "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass \
                 `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do \
                 not need ONNX exportability."
            );
        }
    } else {
        places.sort_by_key(|&place| std::cmp::Reverse(lengths[place]));
    }
    let most = places.first().map_or(0, |&place| lengths[place]);
    if most > longest {
        bail!("Expected sequences to be at most {longest} long, but got a length of {most}");
    }
    let batch_sizes: Vec<usize> = (0..most)
        .map(|step| lengths.iter().filter(|&&length| length > step).count())
        .collect();
    let rows = (0..most).flat_map(|step| {
        let there = places.iter().take(batch_sizes[step]);
        there.map(move |place| (step * batch + place) as i64)
    });
    let rows = indices(rows)?.try_to_device(input.device())?;
    let data = input.try_flatten(0, 1)?.try_index_select(0, &rows)?;
    let order = match enforce_sorted {
        true => None,
        false => {
            let mut back = vec![0; batch];
            for (packed, &place) in places.iter().enumerate() {
                back[place] = packed as i64;
            }
            let sorted = indices(places.iter().map(|&place| place as i64))?;
            let unsorted = indices(back.into_iter())?;
            let device = input.device();
            Some((
                sorted.try_to_device(device)?,
                unsorted.try_to_device(device)?,
            ))
        }
    };
    Ok(PackedSequence {
        data,
        batch_sizes,
        order,
    })
}

/// Sequences `[L, N, …]` (or `[N, L, …]` with `batch_first`) with padding at their ends, and their lengths, an `i64`
/// tensor `[N]`. They are as long as the longest one, or as `total_length`. PyTorch:
/// `torch.nn.utils.rnn.pad_packed_sequence`.
///
/// ```
/// use wick::nn::utils::rnn::{pack_sequence, pad_packed_sequence};
/// use wick::prelude::*;
/// let packed = pack_sequence(&[tensor!([1., 2., 3.]), tensor!([4., 5.])], true);
/// let (padded, lengths) = pad_packed_sequence(&packed, true, -1., None);
/// assert_eq!(padded.to_string(), "tensor([[ 1.,  2.,  3.],\n        [ 4.,  5., -1.]])");
/// assert_eq!(lengths.to_string(), "tensor([3, 2])");
/// ```
///
/// # Panics
/// When `total_length` is less than the longest sequence.
#[track_caller]
pub fn pad_packed_sequence(
    sequence: &PackedSequence,
    batch_first: bool,
    padding_value: f64,
    total_length: Option<usize>,
) -> (Tensor, Tensor) {
    pad_packed(sequence, batch_first, padding_value, total_length).or_panic()
}

fn pad_packed(
    sequence: &PackedSequence,
    batch_first: bool,
    padding_value: f64,
    total_length: Option<usize>,
) -> Result<(Tensor, Tensor)> {
    let sizes = &sequence.batch_sizes;
    let (longest, batch) = (sizes.len(), sizes.first().copied().unwrap_or(0));
    let total = total_length.unwrap_or(longest);
    if total < longest {
        return Err(Error::value(format!(
            "Expected total_length to be at least the length of the longest sequence in input, but got \
             total_length={total} and max sequence length being {longest}"
        )));
    }
    let data = &sequence.data;
    // The padding is one row more, which every place without an element takes.
    let mut row = data.dims();
    let padding = row[0] as i64;
    row[0] = 1;
    let filler = data.try_new_zeros(&row)?.try_fill_(padding_value)?;
    let whole = Tensor::try_cat(&[data, &filler], 0)?;
    let mut rows = vec![padding; total * batch];
    let mut next = 0;
    for (step, &size) in sizes.iter().enumerate() {
        for place in &mut rows[step * batch..step * batch + size] {
            *place = next;
            next += 1;
        }
    }
    let rows = indices(rows.into_iter())?.try_to_device(data.device())?;
    let mut shape = vec![total, batch];
    shape.extend(&row[1..]);
    let mut padded = whole.try_index_select(0, &rows)?.try_reshape(shape)?;
    let lengths = (0..batch).map(|place| sizes.iter().filter(|&&size| size > place).count() as i64);
    let mut lengths = indices(lengths)?;
    if let Some((_, unsorted)) = &sequence.order {
        padded = padded.try_index_select(1, unsorted)?;
        lengths = lengths.try_index_select(0, &unsorted.cpu())?;
    }
    if batch_first {
        padded = padded.try_transpose(0, 1)?;
    }
    Ok((padded, lengths))
}

/// Sequences `[L, …]` of different lengths in one tensor `[L, N, …]` (or `[N, L, …]` with `batch_first`), with
/// `padding_value` after their ends. PyTorch: `torch.nn.utils.rnn.pad_sequence`.
///
/// ```
/// use wick::nn::utils::rnn::pad_sequence;
/// use wick::prelude::*;
/// let sentences = [tensor!([7, 8, 9]), tensor!([5, 6])];
/// assert_eq!(pad_sequence(&sentences, true, 0.).to_string(), "tensor([[7, 8, 9],\n        [5, 6, 0]])");
/// assert_eq!(pad_sequence(&sentences, false, 0.).shape(), [3, 2]);
/// ```
///
/// # Panics
/// When there is no sequence, or they differ in more than their length.
#[track_caller]
pub fn pad_sequence(sequences: &[Tensor], batch_first: bool, padding_value: f64) -> Tensor {
    pad(sequences, batch_first, padding_value).or_panic()
}

fn pad(sequences: &[Tensor], batch_first: bool, padding_value: f64) -> Result<Tensor> {
    let Some(first) = sequences.first() else {
        bail!("received an empty list of sequences");
    };
    let lengths = sequences.iter().map(|sequence| sequence.try_size(0));
    let longest = lengths.collect::<Result<Vec<_>>>()?.into_iter().max();
    let longest = longest.unwrap_or(0);
    let same = |sequence: &Tensor| sequence.dims()[1..] == first.dims()[1..];
    if let Some(other) = sequences.iter().find(|sequence| !same(sequence)) {
        bail!(
            "The size of tensor a ({}) must match the size of tensor b ({}) in all dimensions but the first",
            first.shape().list(),
            other.shape().list()
        );
    }
    let padded = sequences.iter().map(|sequence| {
        let missing = longest - sequence.try_size(0)?;
        if missing == 0 {
            return Ok(sequence.clone());
        }
        let mut shape = sequence.dims();
        shape[0] = missing;
        let filler = sequence.try_new_zeros(&shape)?.try_fill_(padding_value)?;
        Tensor::try_cat(&[sequence, &filler], 0)
    });
    Tensor::try_stack(
        &padded.collect::<Result<Vec<_>>>()?,
        i64::from(!batch_first),
    )
}

/// [`pad_sequence`] undone: the sequences `[L, …]` without their padding. PyTorch: `torch.nn.utils.rnn.unpad_sequence`.
///
/// ```
/// use wick::nn::utils::rnn::unpad_sequence;
/// use wick::prelude::*;
/// let sentences = unpad_sequence(&tensor!([[7, 8, 9], [5, 6, 0]]), &[3, 2], true);
/// assert_eq!(sentences[1].to_string(), "tensor([5, 6])");
/// ```
///
/// # Panics
/// When there are not as many lengths as sequences.
#[track_caller]
pub fn unpad_sequence(padded: &Tensor, lengths: &[usize], batch_first: bool) -> Vec<Tensor> {
    let batch = i64::from(!batch_first);
    assert_eq!(
        padded.size(batch),
        lengths.len(),
        "Expected as many lengths as sequences"
    );
    let sequences = padded.unbind(batch).into_iter().zip(lengths);
    sequences
        .map(|(sequence, &length)| sequence.narrow(0, 0, length))
        .collect()
}

/// Packs sequences `[L, …]` of different lengths. With `enforce_sorted` (PyTorch's default) the longest has to be the
/// first and so on. PyTorch: `torch.nn.utils.rnn.pack_sequence`.
///
/// ```
/// use wick::nn::utils::rnn::pack_sequence;
/// use wick::prelude::*;
/// let packed = pack_sequence(&[tensor!([1., 2., 3.]), tensor!([4., 5.])], true);
/// assert_eq!(
///     packed.to_string(),
///     "PackedSequence(data=tensor([1., 4., 2., 5., 3.]), batch_sizes=tensor([2, 2, 1]), sorted_indices=None, \
///      unsorted_indices=None)"
/// );
/// ```
///
/// # Panics
/// As [`pad_sequence`] and [`pack_padded_sequence`].
#[track_caller]
pub fn pack_sequence(sequences: &[Tensor], enforce_sorted: bool) -> PackedSequence {
    let lengths: Vec<usize> = sequences.iter().map(|sequence| sequence.size(0)).collect();
    pack_padded_sequence(
        &pad_sequence(sequences, false, 0.0),
        &lengths,
        false,
        enforce_sorted,
    )
}

/// The sequences `[L, …]` that were packed, in their first order. PyTorch: `torch.nn.utils.rnn.unpack_sequence`.
///
/// ```
/// use wick::nn::utils::rnn::{pack_sequence, unpack_sequence};
/// use wick::prelude::*;
/// let packed = pack_sequence(&[tensor!([4., 5.]), tensor!([1., 2., 3.])], false);
/// assert_eq!(unpack_sequence(&packed)[1].to_string(), "tensor([1., 2., 3.])");
/// ```
pub fn unpack_sequence(packed: &PackedSequence) -> Vec<Tensor> {
    let (padded, lengths) = pad_packed_sequence(packed, true, 0.0, None);
    let lengths: Vec<usize> = lengths
        .to_vec1::<i64>()
        .into_iter()
        .map(|n| n as usize)
        .collect();
    unpad_sequence(&padded, &lengths, true)
}
