//! A softmax over many classes, most of which are rare.

use std::fmt;

use super::hooks::seen;
use super::{Forward, Linear, Mode, Module, Sequential};
use crate::error::{Error, OrPanic, Result, bail};
use crate::{DType, Tensor};

/// The negative logarithm of a softmax over classes of which the rare ones are looked at in clusters (Grave and others,
/// 2017). Features `[N, in_features]` and classes `[N]`, which have to be in the order of how often they come. PyTorch:
/// `torch.nn.AdaptiveLogSoftmaxWithLoss`.
///
/// ```
/// use wick::prelude::*;
/// let softmax = nn::AdaptiveLogSoftmaxWithLoss::new(16, 1000, &[10, 100]);
/// let x = Tensor::rand([4, 16]);
/// let found = softmax.forward(&x, &tensor!([3, 999, 12, 0]));
/// assert_eq!(found.output.shape(), [4]);
/// found.loss.backward();
/// assert_eq!(softmax.log_prob(&x).shape(), [4, 1000]);
/// assert_eq!(softmax.predict(&x).shape(), [4]);
///
/// // Clusters of half as many features each, and a head with a bias.
/// let softmax = nn::AdaptiveLogSoftmaxWithLoss::with(16, 1000, &[10, 100], 2., true);
/// assert!(softmax.head.bias.is_some());
/// assert_eq!(softmax.tail.len(), 2);
/// ```
#[derive(Module)]
pub struct AdaptiveLogSoftmaxWithLoss {
    /// The frequent classes and a number for each cluster.
    pub head: Linear,
    /// A cluster each: to fewer features, and from those to its classes.
    pub tail: Vec<Sequential>,
    /// Where each cluster begins, and the number of classes.
    #[module(skip)]
    cutoffs: Vec<usize>,
    mode: Mode,
}

/// The logarithms of the right classes' probabilities, `[N]`, and the loss, their mean with its sign changed. PyTorch's
/// `forward` of `torch.nn.AdaptiveLogSoftmaxWithLoss` returns it.
///
/// ```
/// use wick::prelude::*;
/// let softmax = nn::AdaptiveLogSoftmaxWithLoss::new(4, 20, &[5]);
/// let found: nn::ASMOutput = softmax.forward(&Tensor::rand([3, 4]), &tensor!([0, 7, 19]));
/// assert_eq!(found.loss.item::<f32>(), -found.output.mean().item::<f32>());
/// ```
#[derive(Clone)]
pub struct ASMOutput {
    /// The logarithms.
    pub output: Tensor,
    /// The loss.
    pub loss: Tensor,
}

/// As Python prints the named tuple.
impl fmt::Display for ASMOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_ASMoutput(output={}, loss={})", self.output, self.loss)
    }
}

super::debug_is_display!(ASMOutput);

impl AdaptiveLogSoftmaxWithLoss {
    /// Over so many classes, in clusters that begin at these; the head has no bias, and each cluster a fourth of the
    /// features of the one before it.
    ///
    /// # Panics
    /// When the clusters do not begin one after another within the classes.
    #[track_caller]
    pub fn new(in_features: usize, n_classes: usize, cutoffs: &[usize]) -> Self {
        Self::with(in_features, n_classes, cutoffs, 4., false)
    }

    /// A layer with another divisor of the features and, if wanted, a bias in the head. PyTorch's arguments `div_value`
    /// and `head_bias`.
    ///
    /// # Panics
    /// When the clusters do not begin one after another within the classes.
    #[track_caller]
    pub fn with(
        in_features: usize,
        n_classes: usize,
        cutoffs: &[usize],
        div_value: f64,
        head_bias: bool,
    ) -> Self {
        let cutoffs = checked(n_classes, cutoffs).or_panic();
        let clusters = cutoffs.len() - 1;
        let head = Linear::with(in_features, cutoffs[0] + clusters, head_bias);
        let cluster = |i: usize| {
            let hidden = (in_features as f64 / div_value.powi(i as i32 + 1)).floor() as usize;
            Sequential::new((
                Linear::with(in_features, hidden, false),
                Linear::with(hidden, cutoffs[i + 1] - cutoffs[i], false),
            ))
        };
        Self {
            head,
            tail: (0..clusters).map(cluster).collect(),
            cutoffs,
            mode: Mode::default(),
        }
    }

    /// What the right classes `[N]` of `[N, in_features]` are found to be worth, or the one of `[in_features]`.
    ///
    /// # Panics
    /// When shapes do not go together or there is no such class.
    #[track_caller]
    pub fn forward(&self, input: &Tensor, target: &Tensor) -> ASMOutput {
        let (output, loss) = seen!(self, [input, target], self.losses(input, target).or_panic());
        ASMOutput { output, loss }
    }

    fn losses(&self, input: &Tensor, target: &Tensor) -> Result<(Tensor, Tensor)> {
        match target.dim() {
            1 if input.dim() == 0 || input.size(0) != target.size(0) => {
                bail!("Input and target should have the same size in the batch dimension.")
            }
            1 if input.dim() != 2 => bail!(
                "1D target tensor expects 2D input tensors, but found inputs with size {}",
                input.shape()
            ),
            0 if input.dim() != 1 => bail!(
                "0D target tensor expects 1D input tensors, but found inputs with size {}",
                input.shape()
            ),
            0 => {
                let (output, loss) =
                    self.losses(&input.try_unsqueeze(0)?, &target.try_unsqueeze(0)?)?;
                return Ok((output.try_squeeze_dim(0)?, loss));
            }
            1 => {}
            _ => bail!("0D or 1D target tensor expected, multi-target not supported"),
        }
        let classes: Vec<i64> = target.try_to_dtype(DType::I64)?.try_to_vec()?;
        let of = |class: i64| {
            usize::try_from(class)
                .ok()
                .and_then(|class| self.cluster(class))
        };
        if classes.iter().any(|&class| of(class).is_none()) {
            let (least, most) = (classes.iter().min(), classes.iter().max());
            bail!(
                "Target values should be in [0, {}], but values in range [{}, {}] were found. ",
                self.classes() - 1,
                least.copied().unwrap_or_default(),
                most.copied().unwrap_or_default()
            );
        }
        let mut output = input.try_new_zeros(&[classes.len()])?;
        // What is looked up in the head: the class or its cluster.
        let mut places = classes.clone();
        for (i, tail) in self.tail.iter().enumerate() {
            let rows: Vec<usize> = (0..classes.len())
                .filter(|&row| of(classes[row]) == Some(i + 1))
                .collect();
            if rows.is_empty() {
                continue;
            }
            let start = self.cutoffs[i] as i64;
            let inner = rows.iter().map(|&row| classes[row] - start).collect();
            let inner = Tensor::try_from_vec::<i64>(inner, [rows.len(), 1])?;
            rows.iter()
                .for_each(|&row| places[row] = (self.cutoffs[0] + i) as i64);
            let index = rows.iter().map(|&row| row as i64).collect();
            let index = Tensor::try_from_vec::<i64>(index, [rows.len()])?.try_to(input.device())?;
            let found = tail.forward(&input.try_index_select(0, &index)?);
            let found = found
                .try_log_softmax(1)?
                .try_gather(1, &inner.try_to(input.device())?)?;
            output = output.try_index_copy(0, &index, &found.try_squeeze_dim(1)?)?;
        }
        let places = Tensor::try_from_vec(places, [classes.len(), 1])?.try_to(input.device())?;
        let head = self.head.forward(input).try_log_softmax(1)?;
        let output = output.try_add(head.try_gather(1, &places)?.try_squeeze_dim(1)?)?;
        let loss = output.try_neg()?.try_mean()?;
        Ok((output, loss))
    }

    /// The logarithms of the probabilities of all classes, `[N, n_classes]`, for `[N, in_features]`.
    #[track_caller]
    pub fn log_prob(&self, input: &Tensor) -> Tensor {
        self.all(input, &self.head.forward(input)).or_panic()
    }

    fn all(&self, input: &Tensor, head: &Tensor) -> Result<Tensor> {
        let head = head.try_log_softmax(1)?;
        let mut parts = vec![head.try_narrow(1, 0, self.cutoffs[0])?];
        for (i, tail) in self.tail.iter().enumerate() {
            let inner = tail.forward(input).try_log_softmax(1)?;
            let cluster = head.try_narrow(1, (self.cutoffs[0] + i) as i64, 1)?;
            parts.push(inner.try_add(cluster)?);
        }
        Tensor::try_cat(&parts, 1)
    }

    /// The most probable class of each row of `[N, in_features]`. Clusters are looked at only where one is the most
    /// probable.
    #[track_caller]
    pub fn predict(&self, input: &Tensor) -> Tensor {
        self.predicted(input).or_panic()
    }

    fn predicted(&self, input: &Tensor) -> Result<Tensor> {
        let head = self.head.forward(input);
        let first = head.try_argmax_dim(1, false)?;
        let rare = first.try_ge(self.cutoffs[0] as i64)?;
        if !rare.try_any()?.try_item::<bool>()? {
            return Ok(first);
        }
        let rows = rare.try_nonzero()?.try_squeeze_dim(1)?;
        let [input, head] = [input, &head].map(|x| x.try_index_select(0, &rows));
        let classes = self.all(&input?, &head?)?.try_argmax_dim(1, false)?;
        first.try_index_copy(0, &rows, &classes)
    }

    fn classes(&self) -> usize {
        self.cutoffs[self.cutoffs.len() - 1]
    }

    /// 0 for a frequent class, else the number of its cluster from 1 on.
    fn cluster(&self, class: usize) -> Option<usize> {
        self.cutoffs.iter().position(|&end| class < end)
    }
}

/// Where clusters begin, and where the last one ends.
fn checked(n_classes: usize, cutoffs: &[usize]) -> Result<Vec<usize>> {
    let Some(last) = cutoffs.last() else {
        return Err(Error::value(
            "cutoffs should be a sequence of length larger than 0",
        ));
    };
    let grow = cutoffs.windows(2).all(|pair| pair[0] < pair[1]);
    if !grow || cutoffs[0] == 0 || *last >= n_classes {
        return Err(Error::value(
            "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is \
             between 1 and n_classes-1",
        ));
    }
    Ok([cutoffs, &[n_classes]].concat())
}

super::debug_is_display!(AdaptiveLogSoftmaxWithLoss);
