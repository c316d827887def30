//! What the recurrent layers share: their weights, and how a sequence goes through them.

use crate::autograd::named;
use crate::error::{Result, bail};
use crate::nn::draws::Redraw;
use crate::nn::members::Members;
use crate::nn::utils::rnn::PackedSequence;
use crate::nn::{Mode, init, python};
use crate::{DType, Device, Error, Tensor};

/// What a step of a recurrent network computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Tanh,
    ReLU,
    Lstm,
    Gru,
}

/// The hidden state, and the cell state where there is one.
pub(super) type State = (Tensor, Option<Tensor>);

impl Step {
    /// How many results of `hidden_size` one product with a weight has.
    pub fn gates(self) -> usize {
        match self {
            Self::Tanh | Self::ReLU => 1,
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }

    /// The name of the layer in errors.
    fn name(self) -> &'static str {
        match self {
            Self::Tanh | Self::ReLU => "RNN",
            Self::Lstm => "LSTM",
            Self::Gru => "GRU",
        }
    }

    /// The state after a step, from that before it and what the weights make of the input.
    pub fn advance(
        self,
        from_input: &Tensor,
        (h, c): &State,
        weight: &Tensor,
        bias: Option<&Tensor>,
        projection: Option<&Tensor>,
    ) -> Result<State> {
        let from_state = h.try_linear(weight, bias)?;
        match (self, c) {
            (Self::Tanh, _) => Ok((from_input.try_add(from_state)?.try_tanh()?, None)),
            (Self::ReLU, _) => Ok((from_input.try_add(from_state)?.try_relu()?, None)),
            (Self::Gru, _) => {
                let (x, s) = (from_input.try_chunk(3, -1)?, from_state.try_chunk(3, -1)?);
                let reset = x[0].try_add(&s[0])?.try_sigmoid()?;
                let update = x[1].try_add(&s[1])?.try_sigmoid()?;
                let new = x[2].try_add(s[2].try_mul(reset)?)?.try_tanh()?;
                Ok((h.try_sub(&new)?.try_mul(update)?.try_add(new)?, None))
            }
            (Self::Lstm, None) => bail!("an LSTM has a cell state"),
            (Self::Lstm, Some(c)) => {
                let gates = from_input.try_add(from_state)?.try_chunk(4, -1)?;
                let [input, forget, output] =
                    [&gates[0], &gates[1], &gates[3]].map(Tensor::try_sigmoid);
                let new = input?.try_mul(gates[2].try_tanh()?)?;
                let c = forget?.try_mul(c)?.try_add(new)?;
                let h = output?.try_mul(c.try_tanh()?)?;
                let h = match projection {
                    Some(projection) => h.try_linear(projection, None)?,
                    None => h,
                };
                Ok((h, Some(c)))
            }
        }
    }
}

/// The choices of a recurrent layer.
#[derive(Clone, Copy)]
pub(super) struct Config {
    pub step: Step,
    pub input_size: usize,
    pub hidden_size: usize,
    pub num_layers: usize,
    pub bias: bool,
    pub batch_first: bool,
    pub dropout: f64,
    pub bidirectional: bool,
    pub proj_size: usize,
}

impl Config {
    pub fn new(step: Step, input_size: usize, hidden_size: usize) -> Self {
        Self {
            step,
            input_size,
            hidden_size,
            num_layers: 1,
            bias: true,
            batch_first: false,
            dropout: 0.0,
            bidirectional: false,
            proj_size: 0,
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = if !(0.0..=1.0).contains(&self.dropout) {
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        } else if self.input_size == 0 {
            "input_size must be greater than zero"
        } else if self.hidden_size == 0 {
            "hidden_size must be greater than zero"
        } else if self.num_layers == 0 {
            "num_layers must be greater than zero"
        } else if self.proj_size > 0 && self.proj_size >= self.hidden_size {
            "proj_size has to be smaller than hidden_size"
        } else {
            return Ok(());
        };
        Err(Error::value(wrong))
    }

    fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// The size of an output in one direction.
    fn output_size(&self) -> usize {
        match self.proj_size {
            0 => self.hidden_size,
            size => size,
        }
    }

    /// The names and shapes of the weights of one direction of one layer.
    fn weights(&self, layer: usize, direction: usize) -> Vec<(String, Vec<usize>)> {
        let rows = self.step.gates() * self.hidden_size;
        let inputs = match layer {
            0 => self.input_size,
            _ => self.output_size() * self.directions(),
        };
        let mut weights = vec![
            ("weight_ih", vec![rows, inputs]),
            ("weight_hh", vec![rows, self.output_size()]),
        ];
        if self.bias {
            weights.extend([("bias_ih", vec![rows]), ("bias_hh", vec![rows])]);
        }
        if self.proj_size > 0 {
            weights.push(("weight_hr", vec![self.proj_size, self.hidden_size]));
        }
        let suffix = if direction == 1 { "_reverse" } else { "" };
        let named = |(name, shape)| (format!("{name}_l{layer}{suffix}"), shape);
        weights.into_iter().map(named).collect()
    }

    fn draw(&self) -> Vec<(String, Tensor)> {
        let bound = 1.0 / (self.hidden_size as f64).sqrt();
        let places = (0..self.num_layers).flat_map(|l| (0..self.directions()).map(move |d| (l, d)));
        places
            .flat_map(|(layer, direction)| self.weights(layer, direction))
            .map(|(name, shape)| {
                let weight = Tensor::empty(shape);
                init::uniform_(&weight, -bound, bound);
                (name, weight.into_parameter())
            })
            .collect()
    }
}

/// A sequence as its steps, each of which has no more rows than the one before it.
struct Steps {
    rows: Vec<usize>,
    inputs: Vec<Tensor>,
}

/// The weights of all layers and directions, and how they are used.
pub(super) struct Core {
    pub config: Config,
    weights: Vec<(String, Tensor)>,
    redraw: Redraw,
    pub mode: Mode,
}

impl Core {
    pub fn new(config: Config) -> Result<Self> {
        config.check()?;
        let (weights, redraw) = Redraw::around(|| config.draw());
        Ok(Self {
            config,
            weights,
            redraw,
            mode: Mode::default(),
        })
    }

    /// The layer with another choice. Weights are drawn anew where there are others.
    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Result<Self> {
        let before = self.config;
        change(&mut self.config);
        self.config.check()?;
        let now = self.config;
        let same = now.num_layers == before.num_layers
            && now.bias == before.bias
            && now.bidirectional == before.bidirectional
            && now.proj_size == before.proj_size;
        if same {
            return Ok(self);
        }
        self.redraw.undo();
        Self::new(now)
    }

    pub fn join<'a>(&'a self, members: &mut Members<'a>) {
        for (name, weight) in &self.weights {
            members.parameter(name, weight);
        }
        members.mode(&self.mode);
    }

    /// The weight of that name, such as `weight_ih_l0`.
    pub fn weight(&self, name: &str) -> Option<&Tensor> {
        let found = self.weights.iter().find(|(key, _)| key == name);
        found.map(|(_, weight)| weight)
    }

    pub fn text(&self) -> String {
        let config = &self.config;
        let mut text = format!("{}, {}", config.input_size, config.hidden_size);
        if config.proj_size != 0 {
            python::keyword(&mut text, "proj_size", config.proj_size);
        }
        if config.num_layers != 1 {
            python::keyword(&mut text, "num_layers", config.num_layers);
        }
        if !config.bias {
            python::keyword(&mut text, "bias", python::bool(false));
        }
        if config.batch_first {
            python::keyword(&mut text, "batch_first", python::bool(true));
        }
        if config.dropout != 0.0 {
            python::keyword(&mut text, "dropout", python::float(config.dropout));
        }
        if config.bidirectional {
            python::keyword(&mut text, "bidirectional", python::bool(true));
        }
        text
    }

    /// The outputs of a sequence and the states at its end, in the form in which the sequence came.
    pub fn run(&self, x: &Tensor, state: Option<State>) -> Result<(Tensor, State)> {
        let config = &self.config;
        let batched = x.dim() == 3;
        if !batched && x.dim() != 2 {
            let tensor = if config.step.name() == "RNN" {
                " tensor"
            } else {
                ""
            };
            return Err(Error::value(format!(
                "{}: Expected input to be 2D or 3D, got {}D{tensor} instead",
                config.step.name(),
                x.dim()
            )));
        }
        if let Some(state) = &state {
            check_batching(config.step, batched, state)?;
        }
        let time_first = match (batched, config.batch_first) {
            (false, _) => x.try_unsqueeze(1)?,
            (true, true) => x.try_transpose(0, 1)?,
            (true, false) => x.clone(),
        };
        self.check_input(x)?;
        let (length, batch) = (time_first.try_size(0)?, time_first.try_size(1)?);
        if length == 0 {
            bail!("Expected sequence length to be larger than 0 in RNN");
        }
        let state = match state {
            Some((h, c)) if !batched => {
                let c = c.map(|c| c.try_unsqueeze(1)).transpose()?;
                Some((h.try_unsqueeze(1)?, c))
            }
            state => state,
        };
        let steps = Steps {
            rows: vec![batch; length],
            inputs: time_first.try_unbind(0)?,
        };
        let (outputs, (h, c)) = self.layers(steps, self.initial(x, state, batch)?)?;
        let y = self.as_pytorch_made(Tensor::try_stack(&outputs, 0)?)?;
        if !batched {
            let c = c.map(|c| c.try_squeeze_dim(1)).transpose()?;
            return Ok((y.try_squeeze_dim(1)?, (h.try_squeeze_dim(1)?, c)));
        }
        let y = match config.batch_first {
            true if self.is_onednn(&y) => y.try_transpose(0, 1)?,
            // In place, in PyTorch.
            true => named("TransposeBackward1", &y.try_transpose(0, 1)?)?,
            false => y,
        };
        Ok((y, (h, c)))
    }

    /// Whether PyTorch makes outputs of this dtype by one operation: oneDNN's, of an LSTM on the CPU.
    fn is_onednn(&self, y: &Tensor) -> bool {
        matches!(self.config.step, Step::Lstm)
            && self.config.proj_size == 0
            && y.device() == Device::Cpu
            && matches!(y.dtype(), DType::F32 | DType::BF16 | DType::F16)
    }

    /// The outputs under the name of the operation that PyTorch makes them by.
    fn as_pytorch_made(&self, y: Tensor) -> Result<Tensor> {
        match (self.config.bidirectional, self.is_onednn(&y)) {
            (true, _) => named("CatBackward0", &y),
            (false, true) => named("MkldnnRnnLayerBackward0", &y),
            (false, false) => Ok(y),
        }
    }

    /// The same for sequences of different lengths.
    pub fn run_packed(
        &self,
        packed: &PackedSequence,
        state: Option<State>,
    ) -> Result<(PackedSequence, State)> {
        let data = packed.data();
        if data.dim() != 2 {
            bail!("input must have 2 dimensions, got {}", data.dim());
        }
        self.check_input(data)?;
        let rows = packed.batch_sizes().to_vec();
        let state = match state {
            Some((h, c)) => {
                let c = c.map(|c| packed.sort(&c)).transpose()?;
                Some((packed.sort(&h)?, c))
            }
            None => None,
        };
        let initial = self.initial(data, state, rows[0])?;
        let inputs = data.try_split_sizes(&rows, 0)?;
        let (outputs, (h, c)) = self.layers(Steps { rows, inputs }, initial)?;
        let c = c.map(|c| packed.unsort(&c)).transpose()?;
        let y = packed.with_data(Tensor::try_cat(&outputs, 0)?);
        Ok((y, (packed.unsort(&h)?, c)))
    }

    fn check_input(&self, x: &Tensor) -> Result<()> {
        let dtype = self.weights[0].1.dtype();
        if x.dtype() != dtype {
            return Err(Error::value(format!(
                "RNN input dtype ({0}) does not match weight dtype ({dtype}). Convert input: input.to({dtype}), or convert \
                 model: model.to({0})",
                x.dtype()
            )));
        }
        let (expected, size) = (self.config.input_size, x.try_size(-1)?);
        if size != expected {
            bail!("input.size(-1) must be equal to input_size. Expected {expected}, got {size}");
        }
        Ok(())
    }

    /// The states before the first step: those given, or zeros.
    fn initial(&self, x: &Tensor, state: Option<State>, batch: usize) -> Result<State> {
        let config = &self.config;
        let count = config.num_layers * config.directions();
        let shapes = [config.output_size(), config.hidden_size].map(|size| [count, batch, size]);
        let lstm = config.step == Step::Lstm;
        let Some((h, c)) = state else {
            let h = x.try_new_zeros(&shapes[0])?;
            let c = lstm.then(|| x.try_new_zeros(&shapes[1])).transpose()?;
            return Ok((h, c));
        };
        let names = match lstm {
            true => ["hidden[0]", "hidden[1]"],
            false => ["hidden", "hidden"],
        };
        for (tensor, (shape, name)) in [Some(&h), c.as_ref()]
            .into_iter()
            .flatten()
            .zip(shapes.iter().zip(names))
        {
            if tensor.shape() != *shape {
                bail!(
                    "Expected {name} size {}, got {}",
                    python::tuple(shape),
                    tensor.shape().list()
                );
            }
        }
        Ok((h, c))
    }

    /// All layers, one after the other.
    fn layers(&self, mut steps: Steps, (h, c): State) -> Result<(Vec<Tensor>, State)> {
        let config = &self.config;
        let (mut last_h, mut last_c) = (Vec::new(), Vec::new());
        for layer in 0..config.num_layers {
            let mut both = Vec::new();
            for direction in 0..config.directions() {
                let index = (layer * config.directions() + direction) as i64;
                let c = c.as_ref().map(|c| c.try_select(0, index)).transpose()?;
                let start = (h.try_select(0, index)?, c);
                let (outputs, (h, c)) = self.direction(&steps, start, layer, direction)?;
                both.push(outputs);
                last_h.push(h);
                last_c.extend(c);
            }
            let mut both = both.into_iter();
            let (outputs, reverse) = (both.next().unwrap_or_default(), both.next());
            steps.inputs = match reverse {
                Some(reverse) => {
                    let pairs = outputs.iter().zip(&reverse);
                    let joined = pairs.map(|(there, back)| Tensor::try_cat(&[there, back], -1));
                    joined.collect::<Result<_>>()?
                }
                None => outputs,
            };
            let between = layer + 1 < config.num_layers;
            if between && config.dropout > 0.0 && self.mode.is_training() {
                let whole = Tensor::try_cat(&steps.inputs, 0)?.try_dropout(config.dropout, true)?;
                steps.inputs = whole.try_split_sizes(&steps.rows, 0)?;
            }
        }
        let c = match last_c.is_empty() {
            true => None,
            false => Some(Tensor::try_stack(&last_c, 0)?),
        };
        Ok((steps.inputs, (Tensor::try_stack(&last_h, 0)?, c)))
    }

    /// One layer in one direction. Sequences of a packed batch end at different steps: going forward, their rows are
    /// put aside as they end; going back, they come in as they begin.
    fn direction(
        &self,
        steps: &Steps,
        start: State,
        layer: usize,
        direction: usize,
    ) -> Result<(Vec<Tensor>, State)> {
        let config = &self.config;
        let suffix = if direction == 1 { "_reverse" } else { "" };
        let weight = |name: &str| self.weight(&format!("{name}_l{layer}{suffix}"));
        let (Some(input), Some(hidden)) = (weight("weight_ih"), weight("weight_hh")) else {
            bail!("layer {layer} has no weights");
        };
        let (bias_ih, bias_hh, projection) =
            (weight("bias_ih"), weight("bias_hh"), weight("weight_hr"));
        let length = steps.inputs.len();
        let order: Vec<usize> = match direction {
            0 => (0..length).collect(),
            _ => (0..length).rev().collect(),
        };
        let mut outputs: Vec<Option<Tensor>> = vec![None; length];
        let mut ended: Vec<State> = Vec::new();
        let mut rows = steps.rows[order[0]];
        let mut state = part(&start, 0, rows)?;
        for t in order {
            wick_runtime::interrupt::check();
            let now = steps.rows[t];
            if now < rows {
                ended.push(part(&state, now, rows - now)?);
                state = part(&state, 0, now)?;
            } else if now > rows {
                state = joined(&[state, part(&start, rows, now - rows)?])?;
            }
            rows = now;
            let from_input = steps.inputs[t].try_linear(input, bias_ih)?;
            state = config
                .step
                .advance(&from_input, &state, hidden, bias_hh, projection)?;
            outputs[t] = Some(state.0.clone());
        }
        ended.push(state);
        ended.reverse();
        Ok((outputs.into_iter().flatten().collect(), joined(&ended)?))
    }
}

/// PyTorch's sentences for states that have a batch where the input has none, or the other way round.
fn check_batching(step: Step, batched: bool, (h, c): &State) -> Result<()> {
    let expected = if batched { 3 } else { 2 };
    let (kind, input) = match batched {
        true => ("batched", "3-D"),
        false => ("unbatched", "2-D"),
    };
    match c {
        Some(c) if h.dim() != expected || c.dim() != expected => bail!(
            "For {kind} {input} input, hx and cx should also be {input} but got ({}-D, {}-D) tensors",
            h.dim(),
            c.dim()
        ),
        None if h.dim() != expected => bail!(
            "For {kind} {input} input, hx should also be {input} but got {}-D tensor",
            h.dim()
        ),
        _ if step == Step::Lstm && c.is_none() => bail!("an LSTM has a cell state"),
        _ => Ok(()),
    }
}

/// Some rows of a state.
fn part((h, c): &State, start: usize, count: usize) -> Result<State> {
    if start == 0 && count == h.try_size(0)? {
        return Ok((h.clone(), c.clone()));
    }
    let rows = |tensor: &Tensor| tensor.try_narrow(0, start as i64, count);
    Ok((rows(h)?, c.as_ref().map(rows).transpose()?))
}

/// The rows of several states.
fn joined(states: &[State]) -> Result<State> {
    if let [one] = states {
        return Ok(one.clone());
    }
    let (h, c): (Vec<_>, Vec<_>) = states.iter().cloned().unzip();
    let c: Vec<Tensor> = c.into_iter().flatten().collect();
    let c = match c.is_empty() {
        true => None,
        false => Some(Tensor::try_cat(&c, 0)?),
    };
    Ok((Tensor::try_cat(&h, 0)?, c))
}
