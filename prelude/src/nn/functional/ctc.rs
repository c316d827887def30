//! The loss of sequences whose place in the input is not known.

use crate::autograd::{Ctx, record};
use crate::error::{Error, OrPanic, Result, bail};
use crate::tensor::{Reduction, To};
use crate::{DType, Tensor, no_grad};

functions! {
    /// How unlikely the `targets` are under the logarithms of probabilities `log_probs` `[T, N, C]` or `[T, C]`,
    /// whatever steps they belong to (Graves and others, 2006). The targets are `[N, S]` or, one after the other,
    /// `[sum]`; the lengths `[N]` are integers. PyTorch's default `blank` is 0. With `zero_infinity`, sequences that
    /// are too short for their targets cost nothing. PyTorch: `F.ctc_loss`.
    ///
    /// Reduced to a mean, each loss is divided by the length of its target first.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// // Two steps of a blank and two labels, all equally likely: "1" is 1 1, 1 and a blank, or a blank and 1.
    /// let log_probs = Tensor::zeros([2, 1, 3]).log_softmax(2);
    /// let (targets, steps, labels) = (tensor!([[1]]), tensor!([2]), tensor!([1]));
    /// let loss = F::ctc_loss(&log_probs, &targets, &steps, &labels, 0, Reduction::Sum, false);
    /// assert_eq!((-loss).exp().to_string(), "tensor(0.3333)");
    /// ```
    ///
    /// # Panics
    /// When the shapes and lengths do not go together.
    ctc_loss(
        log_probs: &Tensor, targets: &Tensor, input_lengths: &Tensor, target_lengths: &Tensor, blank: i64,
        reduction: Reduction, zero_infinity: bool
    ) => reduced(log_probs, targets, [input_lengths, target_lengths], blank, reduction, zero_infinity).or_panic();
}

fn reduced(
    log_probs: &Tensor,
    targets: &Tensor,
    lengths: [&Tensor; 2],
    blank: i64,
    reduction: Reduction,
    zero_infinity: bool,
) -> Result<Tensor> {
    let batched = log_probs.dim() == 3;
    if !batched && log_probs.dim() != 2 {
        bail!(
            "log_probs must have 2 or 3 dimensions, but got {}",
            log_probs.dim()
        );
    }
    let whole = if batched {
        log_probs.clone()
    } else {
        log_probs.try_unsqueeze(1)?
    };
    let sequences = Sequences::new(&whole, targets, lengths, blank)?;
    let mut losses = sequences.losses(&whole, zero_infinity)?;
    if zero_infinity {
        let infinite = losses.detach().try_eq(f64::INFINITY)?;
        losses = losses.try_masked_fill(&infinite, 0)?;
    }
    match reduction {
        Reduction::Mean | Reduction::BatchMean => {
            let lengths: Vec<f64> = sequences
                .lengths
                .iter()
                .map(|[_, s]| (*s).max(1) as f64)
                .collect();
            let lengths = Tensor::from_vec(lengths, [sequences.lengths.len()]);
            let lengths = lengths.try_to(To::Both(losses.dtype(), losses.device()))?;
            losses.try_div(lengths)?.try_mean()
        }
        Reduction::Sum => losses.try_sum(),
        Reduction::None if batched => Ok(losses),
        Reduction::None => losses.try_squeeze_dim(0),
    }
}

/// What PyTorch says at the end of these sentences.
const CHECKING: &str = "(while checking arguments for ctc_loss_allocate_outputs)";

fn whole_numbers(tensor: &Tensor) -> Result<Vec<i64>> {
    let numbers = tensor.detach().try_to_dtype(DType::I64)?;
    Ok(numbers.ravel().to_vec())
}

/// `log(exp(a) + exp(b))`.
fn add(a: f64, b: f64) -> f64 {
    let largest = a.max(b);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    ((a - largest).exp() + (b - largest).exp()).ln() + largest
}

/// What is to be found in a batch.
struct Sequences {
    /// The number of steps and of labels of each sequence.
    lengths: Vec<[usize; 2]>,
    /// The labels of each, with blanks before, between and after them.
    labels: Vec<Vec<usize>>,
    steps: usize,
    classes: usize,
}

impl Sequences {
    fn new(
        log_probs: &Tensor,
        targets: &Tensor,
        lengths: [&Tensor; 2],
        blank: i64,
    ) -> Result<Self> {
        let [steps, batch, classes] = [0, 1, 2].map(|dim| log_probs.size(dim));
        let Some(blank) = usize::try_from(blank).ok().filter(|blank| *blank < classes) else {
            bail!("blank must be in label range");
        };
        let [input, target] = [whole_numbers(lengths[0])?, whole_numbers(lengths[1])?];
        for (name, lengths) in [("input_lengths", &input), ("target_lengths", &target)] {
            if lengths.len() != batch {
                bail!("{name} must be of size batch_size");
            }
            if let Some(length) = lengths.iter().find(|length| **length < 0) {
                bail!(
                    "Expected {name} to have value at least 0, but got value {length} {CHECKING}"
                );
            }
        }
        // Each row of a matrix, or the next part of a vector.
        let row = (targets.dim() > 1).then(|| targets.size(1));
        let (least, sum) = (
            target.iter().copied().max().unwrap_or(0),
            target.iter().sum::<i64>(),
        );
        let labels = whole_numbers(targets)?;
        match row {
            Some(size) if (size as i64) < least => bail!(
                "Expected tensor to have size at least {least} at dimension 1, but got size {size} for argument #2 \
                 'targets' {CHECKING}"
            ),
            None if labels.len() as i64 != sum => bail!(
                "Expected tensor to have size {sum} at dimension 0, but got size {} for argument #2 'targets' {CHECKING}",
                labels.len()
            ),
            _ => {}
        }
        if let Some(length) = input.iter().find(|length| **length > steps as i64) {
            bail!(
                "Expected input_lengths to have value at most {steps}, but got value {length} {CHECKING}"
            );
        }
        let mut next = 0;
        let mut with_blanks = Vec::with_capacity(batch);
        for (n, length) in target.iter().enumerate() {
            let start = row.map_or(next, |size| n * size);
            next += *length as usize;
            let mut sequence = vec![blank];
            for label in &labels[start..start + *length as usize] {
                let known = usize::try_from(*label)
                    .ok()
                    .filter(|label| *label < classes);
                let Some(known) = known else {
                    return Err(Error::index(format!(
                        "target {label} is out of bounds: there are {classes} classes"
                    )));
                };
                sequence.extend([known, blank]);
            }
            with_blanks.push(sequence);
        }
        let lengths = input.iter().zip(&target);
        Ok(Self {
            lengths: lengths.map(|(t, s)| [*t as usize, *s as usize]).collect(),
            labels: with_blanks,
            steps,
            classes,
        })
    }

    /// The loss of each sequence, `[N]`.
    fn losses(&self, log_probs: &Tensor, zero_infinity: bool) -> Result<Tensor> {
        wick_runtime::interrupt::check();
        let values: Vec<f64> = log_probs.detach().double().ravel().to_vec();
        let losses: Vec<f64> = (0..self.labels.len())
            .map(|n| match self.forward(&values, n).last() {
                Some(last) => -last
                    .iter()
                    .rev()
                    .take(2)
                    .copied()
                    .fold(f64::NEG_INFINITY, add),
                None if self.lengths[n][1] == 0 => 0.,
                None => f64::INFINITY,
            })
            .collect();
        let place = To::Both(log_probs.dtype(), log_probs.device());
        let output = Tensor::from_vec(losses.clone(), [losses.len()]).try_to(place)?;
        record("CtcLossBackward0", &[log_probs], output, |_| {
            let found = self.gradients(&values, &losses, zero_infinity);
            let found = Tensor::from_vec(found, log_probs.dims());
            let source = log_probs.clone();
            (Vec::new(), move |_: &Ctx, g: &Tensor| {
                let gradient = no_grad(|| found.try_to(place)?.try_mul(g.try_unsqueeze(-1)?))?;
                let known_once = record("NotImplemented", &[g, &source], gradient, |_| {
                    (Vec::new(), |_: &Ctx, _: &Tensor| {
                        bail!("the derivative for '_ctc_loss_backward' is not implemented.")
                    })
                })?;
                Ok(vec![Some(known_once)])
            })
        })
    }

    fn log_prob(&self, values: &[f64], step: usize, n: usize, class: usize) -> f64 {
        values[(step * self.labels.len() + n) * self.classes + class]
    }

    /// The logarithms of the probabilities of all beginnings: after each step, up to each label.
    fn forward(&self, values: &[f64], n: usize) -> Vec<Vec<f64>> {
        let labels = &self.labels[n];
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(self.lengths[n][0]);
        for step in 0..self.lengths[n][0] {
            let row = (0..labels.len()).map(|s| {
                let before = match rows.last() {
                    None if s < 2 => 0.,
                    None => f64::NEG_INFINITY,
                    Some(last) => from(last, labels, s, |s, by| s.checked_sub(by)),
                };
                before + self.log_prob(values, step, n, labels[s])
            });
            let row = row.collect();
            rows.push(row);
        }
        rows
    }

    /// Those of all endings: from each step and each label on, the last step first.
    fn backward(&self, values: &[f64], n: usize) -> Vec<Vec<f64>> {
        let labels = &self.labels[n];
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(self.lengths[n][0]);
        for step in (0..self.lengths[n][0]).rev() {
            let row = (0..labels.len()).map(|s| {
                let after = match rows.last() {
                    None if s + 2 >= labels.len() => 0.,
                    None => f64::NEG_INFINITY,
                    Some(next) => from(next, labels, s, |s, by| {
                        Some(s + by).filter(|s| *s < labels.len())
                    }),
                };
                after + self.log_prob(values, step, n, labels[s])
            });
            let row = row.collect();
            rows.push(row);
        }
        rows
    }

    /// PyTorch's gradients of the losses, `[T, N, C]`, which take the probabilities of a step to sum to one.
    fn gradients(&self, values: &[f64], losses: &[f64], zero_infinity: bool) -> Vec<f64> {
        let batch = self.labels.len();
        let mut gradients = vec![0.; self.steps * batch * self.classes];
        for (n, loss) in losses.iter().enumerate() {
            if zero_infinity && *loss == f64::INFINITY {
                continue;
            }
            let beginnings = self.forward(values, n);
            let endings = self.backward(values, n);
            for (step, (begin, end)) in beginnings.iter().zip(endings.iter().rev()).enumerate() {
                let mut through = vec![f64::NEG_INFINITY; self.classes];
                for ((label, begin), end) in self.labels[n].iter().zip(begin).zip(end) {
                    through[*label] = add(through[*label], begin + end);
                }
                for (class, through) in through.into_iter().enumerate() {
                    let log_prob = self.log_prob(values, step, n, class);
                    gradients[(step * batch + n) * self.classes + class] =
                        log_prob.exp() - (through + loss - log_prob).exp();
                }
            }
        }
        gradients
    }
}

/// The ways to the label `s` from its neighbours in another step: itself, the next one, and the one after a blank unless
/// both are the same.
fn from(
    row: &[f64],
    labels: &[usize],
    s: usize,
    neighbour: impl Fn(usize, usize) -> Option<usize>,
) -> f64 {
    let one = neighbour(s, 1).map_or(f64::NEG_INFINITY, |s| row[s]);
    let two = neighbour(s, 2).filter(|other| labels[*other] != labels[s]);
    // Both being blanks, blanks are never skipped to.
    let two = two.map_or(f64::NEG_INFINITY, |s| row[s]);
    add(add(row[s], one), two)
}
