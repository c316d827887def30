//! Finding the operation whose derivative went wrong.

use super::node::{Gradients, Node};
use crate::dtype::DType;
use crate::error::{Error, Result, bail};
use crate::tensor::Tensor;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Set by [`set_detect_anomaly`], for all threads.
static EVERYWHERE: AtomicBool = AtomicBool::new(false);
/// Whether not-a-numbers are looked for, too, where it is set everywhere.
static CHECK_NAN: AtomicBool = AtomicBool::new(true);
/// How many threads are inside [`detect_anomaly`]: while none is, asking costs one load.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// What [`detect_anomaly`] says on this thread.
    static HERE: Cell<Option<bool>> = const { Cell::new(None) };
    /// The node whose derivative this thread computes: nodes that it records are made on behalf of that one.
    static RUNNING: RefCell<Option<Arc<Site>>> = const { RefCell::new(None) };
    /// Whether the derivatives that run are steps within that of one node, which is looked at as a whole.
    static WITHIN_ONE: Cell<bool> = const { Cell::new(false) };
}

/// Whether operations note where they were called and derivatives are checked. PyTorch: `torch.is_anomaly_enabled`.
///
/// ```
/// use wick::autograd::{detect_anomaly, is_anomaly_enabled};
/// assert!(!is_anomaly_enabled());
/// assert!(detect_anomaly(is_anomaly_enabled));
/// ```
pub fn is_anomaly_enabled() -> bool {
    mode().is_some()
}

/// Whether derivatives are searched for not-a-numbers (`torch.is_anomaly_check_nan_enabled`).
///
/// ```
/// use wick::autograd::{is_anomaly_check_nan_enabled, set_detect_anomaly, set_detect_anomaly_with};
/// set_detect_anomaly_with(true, false);
/// assert!(!is_anomaly_check_nan_enabled());
/// set_detect_anomaly(false);
/// assert!(is_anomaly_check_nan_enabled());
/// ```
pub fn is_anomaly_check_nan_enabled() -> bool {
    mode().unwrap_or_else(|| CHECK_NAN.load(Ordering::Relaxed))
}

/// `None` where anomalies do not matter; else whether not-a-numbers are looked for.
fn mode() -> Option<bool> {
    if INSIDE.load(Ordering::Relaxed) > 0
        && let Some(check_nan) = HERE.get()
    {
        return Some(check_nan);
    }
    EVERYWHERE
        .load(Ordering::Relaxed)
        .then(|| CHECK_NAN.load(Ordering::Relaxed))
}

/// Switches anomaly detection on or off (`torch.autograd.set_detect_anomaly`), in a notebook from this cell on.
///
/// While it is on, every recorded operation remembers where it was called, and a backward pass fails at the first
/// derivative that gives a not-a-number: the error names the operation and its line. It costs time: use it to search.
///
/// ```
/// use wick::autograd::set_detect_anomaly;
/// use wick::prelude::*;
/// set_detect_anomaly(true);
/// let x = tensor!([-1.]).requires_grad_(true);
/// let error = x.sqrt().sum().try_backward().unwrap_err();
/// set_detect_anomaly(false);
/// assert!(error.to_string().starts_with("Function 'SqrtBackward0' returned nan values in its 0th output."));
/// ```
pub fn set_detect_anomaly(enabled: bool) {
    set_detect_anomaly_with(enabled, true);
}

/// [`set_detect_anomaly`] with the choice to remember places for other errors only, not to look for not-a-numbers.
/// PyTorch: `torch.autograd.set_detect_anomaly(mode, check_nan)`.
///
/// ```
/// use wick::autograd::{set_detect_anomaly, set_detect_anomaly_with};
/// use wick::prelude::*;
/// set_detect_anomaly_with(true, false);
/// let x = tensor!([-1.]).requires_grad_(true);
/// x.sqrt().sum().backward();
/// set_detect_anomaly(false);
/// assert_eq!(x.grad().unwrap().to_string(), "tensor([nan])");
/// ```
pub fn set_detect_anomaly_with(enabled: bool, check_nan: bool) {
    CHECK_NAN.store(check_nan, Ordering::Relaxed);
    EVERYWHERE.store(enabled, Ordering::Relaxed);
}

/// Runs `f` with anomaly detection (`with torch.autograd.detect_anomaly():`).
///
/// ```
/// use wick::autograd::detect_anomaly;
/// use wick::prelude::*;
/// let x = tensor!([0.]).requires_grad_(true);
/// let error = detect_anomaly(|| (x.log() * 0).sum().try_backward()).unwrap_err();
/// let text = error.to_string();
/// assert!(text.starts_with("Function 'LogBackward0' returned nan values in its 0th output."));
/// ```
pub fn detect_anomaly<R>(f: impl FnOnce() -> R) -> R {
    let _guard = AnomalyGuard::new(true);
    f()
}

/// The mode inside [`detect_anomaly`], which ends when this is dropped.
struct AnomalyGuard {
    before: Option<bool>,
    _of_this_thread: PhantomData<*const ()>,
}

impl AnomalyGuard {
    fn new(check_nan: bool) -> AnomalyGuard {
        INSIDE.fetch_add(1, Ordering::Relaxed);
        AnomalyGuard {
            before: HERE.replace(Some(check_nan)),
            _of_this_thread: PhantomData,
        }
    }
}

impl Drop for AnomalyGuard {
    fn drop(&mut self) {
        // A thread that is ending has no mode left to restore.
        let _ = HERE.try_with(|mode| mode.set(self.before));
        INSIDE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Where an operation was called.
pub(crate) struct Site {
    place: Option<String>,
    /// The operation whose derivative made this one, if one did.
    on_behalf_of: Option<Arc<Site>>,
    name: String,
}

impl Site {
    /// The place that is being run, if anomalies matter.
    pub fn here(name: &str) -> Option<Arc<Site>> {
        is_anomaly_enabled().then(|| {
            let running = RUNNING.with_borrow(Clone::clone);
            Arc::new(Site {
                // A derivative runs where `backward` was called, which says nothing of it.
                place: if running.is_some() {
                    None
                } else {
                    wick_runtime::place::of_people()
                },
                on_behalf_of: running,
                name: name.to_string(),
            })
        })
    }

    fn tell(&self, text: &mut String) {
        let _ = match (&self.place, &self.on_behalf_of) {
            (Some(place), _) => write!(text, "\n{} was called at {place}", operation(&self.name)),
            (None, Some(site)) => {
                let _ = write!(text, "\n{} was recorded by {}", self.name, site.name);
                site.tell(text);
                Ok(())
            }
            (None, None) => write!(
                text,
                "\nThe line that called {} is not known: build with debug information (debug = \"line-tables-only\") \
                 to see it.",
                operation(&self.name)
            ),
        };
    }
}

/// What people call the operation whose derivative has this name.
pub(super) fn operation(name: &str) -> &str {
    match name.rfind("Backward") {
        Some(0) | None => name,
        Some(end) => &name[..end],
    }
}

/// Computes a node's derivative; where anomalies matter, an error says where the operation was called.
pub(super) fn watched(
    node: &Arc<Node>,
    compute: impl FnOnce() -> Result<Gradients>,
) -> Result<Gradients> {
    let Some(check_nan) = mode().filter(|_| !WITHIN_ONE.get()) else {
        return compute();
    };
    let results = {
        let _running = Running::enter(node.site.clone());
        compute()
    };
    results
        .and_then(|results| {
            if check_nan {
                find_nan(node, &results)?;
            }
            Ok(results)
        })
        .map_err(|error| {
            let mut text = error.message().to_string();
            match &node.site {
                Some(site) => site.tell(&mut text),
                None => text.push_str(
                    "\nNo forward pass information available. Enable detect anomaly during forward pass for more \
                     information.",
                ),
            }
            Error::new(error.kind(), text)
        })
}

/// Computes what belongs to the derivative of one node: only its result is looked at.
pub(super) fn within_one<R>(compute: impl FnOnce() -> R) -> R {
    struct Leave(bool);
    impl Drop for Leave {
        fn drop(&mut self) {
            let _ = WITHIN_ONE.try_with(|within| within.set(self.0));
        }
    }
    let _leave = Leave(WITHIN_ONE.replace(true));
    compute()
}

fn find_nan(node: &Node, results: &[Option<Tensor>]) -> Result<()> {
    for (i, result) in results.iter().enumerate() {
        let Some(result) = result else { continue };
        let searched = result.dtype().is_differentiable() && result.numel() > 0;
        if searched && crate::no_grad(|| is_any_nan(result))? {
            bail!(
                "Function '{}' returned nan values in its {i}th output.",
                node.name()
            );
        }
    }
    Ok(())
}

fn is_any_nan(tensor: &Tensor) -> Result<bool> {
    let nan = tensor.try_ne(tensor)?;
    Ok(nan.try_to_dtype(DType::I64)?.try_sum()?.item::<i64>() > 0)
}

/// Whose derivative runs, until this is dropped.
struct Running(Option<Arc<Site>>);

impl Running {
    fn enter(site: Option<Arc<Site>>) -> Running {
        Running(RUNNING.with(|running| running.replace(site)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = RUNNING.try_with(|running| running.replace(self.0.take()));
    }
}
