//! Forgetting what derivatives need, and computing it again when they need it.
//!
//! While a checkpointed function runs, the nodes it records keep a place in the checkpoint's list instead of numbers.
//! The first derivative that wants one of them has the function run again: the same operations save the same tensors in
//! the same order, so the n-th saved now is the n-th saved then. They are forgotten again as nodes let go of them, and
//! at the latest when the backward pass ends. The graph itself is the ordinary one, so `grad`, `create_graph` and hooks
//! know nothing of checkpoints. (PyTorch's way without `use_reentrant`.)

use super::functional::Outputs;
use super::grad_mode::set_grad_enabled;
use super::node::{Form, lock};
use crate::error::{OrPanic, Result, bail};
use crate::kernels::Array;
use crate::tensor::Tensor;
use std::cell::RefCell;
use std::sync::{Arc, Mutex};

/// The numbers of a saved tensor, now or when they are wanted.
pub(super) struct Kept(Held);

enum Held {
    /// They are here.
    Now { array: Array, version: u64 },
    /// They were computed again for the `place`-th saved tensor of a checkpoint.
    Again { shared: Arc<Mutex<(Array, u64)>> },
    /// They are to be computed again.
    Later { frame: Arc<Frame>, place: usize },
}

/// What a checkpoint's function is doing on this thread.
enum Running {
    /// It runs for the first time: what is saved is counted, not kept.
    First(Arc<Frame>),
    /// It runs again: what is saved is collected.
    Again(Vec<Arc<Mutex<(Array, u64)>>>),
}

thread_local! {
    /// The checkpoints that this thread is in, innermost last.
    static RUNNING: RefCell<Vec<Running>> = const { RefCell::new(Vec::new()) };
    /// Checkpoints that were computed again during the backward pass of this thread.
    static RECOMPUTED: RefCell<Vec<Arc<Frame>>> = const { RefCell::new(Vec::new()) };
}

impl Kept {
    pub fn now(array: Array) -> Kept {
        let version = array.storage.version();
        Kept(Held::Now { array, version })
    }

    /// Keeps the numbers, or, inside a checkpoint, only their place.
    pub fn here_or_later(array: Array) -> Kept {
        RUNNING.with_borrow_mut(|running| match running.last_mut() {
            None => Kept::now(array),
            Some(Running::First(frame)) => {
                let mut forms = lock(&frame.forms);
                forms.push(Form::of_array(&array));
                Kept(Held::Later {
                    frame: frame.clone(),
                    place: forms.len() - 1,
                })
            }
            Some(Running::Again(collected)) => {
                let version = array.storage.version();
                let shared = Arc::new(Mutex::new((array, version)));
                collected.push(shared.clone());
                Kept(Held::Again { shared })
            }
        })
    }

    /// The numbers, and the version they had when they were saved.
    pub fn get(&self) -> Result<(Array, u64)> {
        match &self.0 {
            Held::Now { array, version } => Ok((array.clone(), *version)),
            Held::Again { shared } => Ok(lock(shared).clone()),
            Held::Later { frame, place } => frame.get(*place),
        }
    }

    /// Replaces the numbers if they are `wanted`; says whether they were. Numbers that are not here yet will be right.
    pub fn replace_if(
        &mut self,
        wanted: impl Fn(&Array) -> bool,
        replace: impl Fn(&Array) -> Result<Array>,
    ) -> Result<bool> {
        match &mut self.0 {
            Held::Now { array, version } if wanted(array) => {
                *array = replace(array)?;
                *version = array.storage.version();
                Ok(true)
            }
            Held::Again { shared } => {
                let mut kept = lock(shared);
                let (array, version) = &mut *kept;
                if !wanted(array) {
                    return Ok(false);
                }
                *array = replace(array)?;
                *version = array.storage.version();
                Ok(true)
            }
            Held::Now { .. } | Held::Later { .. } => Ok(false),
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Held::Later { frame, place } = &self.0 {
            let forgotten = lock(&frame.recomputed)
                .as_mut()
                .and_then(|kept| kept.get_mut(*place).and_then(Option::take));
            drop(forgotten);
        }
    }
}

/// A form as PyTorch's message writes it.
fn form_text(form: &Form) -> String {
    format!(
        "{{'shape': {}, 'dtype': {}, 'device': device(type='{}')}}",
        form.shape, form.dtype, form.device
    )
}

type Checkpointed = Box<dyn Fn(&[Tensor]) + Send + Sync>;
type Recomputed = Vec<Option<Arc<Mutex<(Array, u64)>>>>;

/// One call of a checkpointed function.
struct Frame {
    function: Checkpointed,
    inputs: Vec<Tensor>,
    rng_state: Option<Vec<u8>>,
    check: bool,
    /// What was saved the first time looked like, to notice a function that does something else the second time.
    forms: Mutex<Vec<Form>>,
    recomputed: Mutex<Option<Recomputed>>,
}

impl Frame {
    fn get(self: &Arc<Frame>, place: usize) -> Result<(Array, u64)> {
        let known = |frame: &Frame| {
            let recomputed = lock(&frame.recomputed);
            let kept = recomputed.as_ref()?.get(place)?.as_ref()?;
            Some(lock(kept).clone())
        };
        if let Some(numbers) = known(self) {
            return Ok(numbers);
        }
        self.compute_again()?;
        match known(self) {
            Some(numbers) => Ok(numbers),
            None => bail!(
                "torch.utils.checkpoint: the function saved fewer tensors during recomputation than during the forward \
                 pass"
            ),
        }
    }

    fn compute_again(self: &Arc<Frame>) -> Result<()> {
        let collected = {
            let _recording = set_grad_enabled(true);
            let entered = Entered::new(Running::Again(Vec::new()));
            let run = || (self.function)(&self.inputs);
            match &self.rng_state {
                Some(state) => crate::random::fork_rng(|| {
                    // A state that `get_rng_state` gave is one.
                    let _ = crate::random::set_rng_state(state);
                    run();
                }),
                None => run(),
            }
            entered.leave()
        };
        let Some(Running::Again(collected)) = collected else {
            bail!("torch.utils.checkpoint: the checkpoint was left before its function ended")
        };
        if self.check {
            self.compare(&collected)?;
        }
        *lock(&self.recomputed) = Some(collected.into_iter().map(Some).collect());
        RECOMPUTED.with_borrow_mut(|frames| frames.push(self.clone()));
        Ok(())
    }

    fn compare(&self, collected: &[Arc<Mutex<(Array, u64)>>]) -> Result<()> {
        let forms = lock(&self.forms).clone();
        if forms.len() != collected.len() {
            bail!(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and \
                 recomputation.\nNumber of tensors saved during forward: {}\nNumber of tensors saved during \
                 recomputation: {}.",
                forms.len(),
                collected.len()
            );
        }
        for (place, (then, now)) in forms.iter().zip(collected).enumerate() {
            let now = Form::of_array(&lock(now).0);
            if *then != now {
                bail!(
                    "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than \
                     during the forward pass.\ntensor at position {place}:\nsaved metadata: {}\nrecomputed metadata: {}",
                    form_text(then),
                    form_text(&now)
                );
            }
        }
        Ok(())
    }
}

/// This thread is in a checkpoint until this is dropped, also by a panic.
struct Entered {
    depth: usize,
}

impl Entered {
    fn new(running: Running) -> Entered {
        let depth = RUNNING.with_borrow_mut(|stack| {
            stack.push(running);
            stack.len()
        });
        Entered { depth }
    }

    fn leave(self) -> Option<Running> {
        RUNNING.with_borrow_mut(|stack| stack.pop())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let left = RUNNING.try_with(|stack| {
            let mut stack = stack.borrow_mut();
            let at = stack.len().min(self.depth - 1);
            stack.split_off(at)
        });
        drop(left);
    }
}

/// Forgets what was computed again; called when a backward pass ends.
pub(super) fn forget_recomputed() {
    let frames = RECOMPUTED.try_with(|frames| std::mem::take(&mut *frames.borrow_mut()));
    for frame in frames.into_iter().flatten() {
        let forgotten = lock(&frame.recomputed).take();
        drop(forgotten);
    }
}

/// The choices of [`checkpoint_with`]: the keyword arguments of `torch.utils.checkpoint.checkpoint`.
///
/// ```
/// use wick::autograd::{CheckpointOptions, checkpoint_with};
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// // Nothing is drawn, so no state of the generator has to be kept.
/// let options = CheckpointOptions { preserve_rng_state: false, ..Default::default() };
/// checkpoint_with(|x| x[0].square().sum(), &[&x], options)?[0].backward();
/// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [2., 4.]);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CheckpointOptions {
    /// Draw the same random numbers the second time, so that dropout leaves out the same elements.
    pub preserve_rng_state: bool,
    /// Compare the number, shapes and dtypes of the saved tensors (`determinism_check='default'`).
    pub determinism_check: bool,
}

impl Default for CheckpointOptions {
    fn default() -> Self {
        CheckpointOptions {
            preserve_rng_state: true,
            determinism_check: true,
        }
    }
}

/// Runs `f` without keeping what its derivatives need; they are computed again, by running `f` again, when a backward
/// pass gets there (`torch.utils.checkpoint.checkpoint`). Less memory for more time.
///
/// The function stays with the graph, so it owns what it uses: put a model into an [`Arc`] that it holds too. It must
/// do the same each time it is run. Random numbers are the same both times.
///
/// ```
/// use wick::autograd::checkpoint;
/// use wick::prelude::*;
/// use std::sync::Arc;
/// let layers = Arc::new(Linear::new(3, 3));
/// let x = Tensor::ones([2, 3]);
/// let again = layers.clone();
/// let y = checkpoint(move |x| again.forward(x).tanh(), &x);
/// y.sum().backward();
/// assert!(layers.weight.grad().is_some());
/// ```
#[track_caller]
pub fn checkpoint(f: impl Fn(&Tensor) -> Tensor + Send + Sync + 'static, x: &Tensor) -> Tensor {
    let mut outputs = run(
        Box::new(move |inputs| vec![f(&inputs[0])]),
        &[x],
        CheckpointOptions::default(),
    )
    .or_panic();
    outputs.swap_remove(0)
}

/// [`checkpoint`] for a function of several tensors, with one result or several, and with choices. PyTorch:
/// `torch.utils.checkpoint.checkpoint`.
///
/// ```
/// use wick::autograd::{CheckpointOptions, checkpoint_with};
/// use wick::prelude::*;
/// let a = tensor!([1., 2.]).requires_grad_(true);
/// let b = tensor!([3., 4.]).requires_grad_(true);
/// let f = |x: &[Tensor]| (&x[0] * &x[1], &x[0] + &x[1]);
/// let results = checkpoint_with(f, &[&a, &b], CheckpointOptions::default())?;
/// results[0].sum().backward();
/// assert_eq!(a.grad().unwrap().to_vec1::<f32>(), [3., 4.]);
/// # Ok::<(), wick::Error>(())
/// ```
pub fn checkpoint_with<O: Into<Outputs>>(
    f: impl Fn(&[Tensor]) -> O + Send + Sync + 'static,
    inputs: &[&Tensor],
    options: CheckpointOptions,
) -> Result<Vec<Tensor>> {
    run(Box::new(move |inputs| f(inputs).into().0), inputs, options)
}

type Function = Box<dyn Fn(&[Tensor]) -> Vec<Tensor> + Send + Sync>;

fn run(function: Function, inputs: &[&Tensor], options: CheckpointOptions) -> Result<Vec<Tensor>> {
    let function = Arc::new(function);
    let again = function.clone();
    let inputs: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
    let frame = Arc::new(Frame {
        function: Box::new(move |inputs| drop(again(inputs))),
        inputs: inputs.clone(),
        rng_state: options
            .preserve_rng_state
            .then(crate::random::get_rng_state),
        check: options.determinism_check,
        forms: Mutex::default(),
        recomputed: Mutex::default(),
    });
    let _entered = Entered::new(Running::First(frame));
    Ok(function(&inputs))
}
