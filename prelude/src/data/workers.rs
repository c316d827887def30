//! Threads that make batches.
//!
//! They begin with an epoch and end with it, so that between cells there are none that a snapshot of the process would
//! lack. Each is the only thread of a rayon pool of its own: parallel kernels that it calls do not wait for the threads
//! of a pool that went away with an earlier process.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use wick_runtime::interrupt::{self, Interrupted};

use super::epoch::AnyBatch;
use super::iterable::WorkerInfo;
use super::sampler::Sampler;
use crate::error::{OrPanic, Result};
use crate::random::{Generator, set_thread_generator};

/// Makes the batch of some elements.
pub(super) type Fetch = Arc<dyn Fn(Vec<usize>) -> Result<AnyBatch> + Send + Sync>;

/// How often a loop that waits for a batch looks whether it was interrupted.
const LOOK: Duration = Duration::from_millis(50);
/// How long the end of an epoch waits for workers that are still at an element.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an epoch is to do.
pub(super) struct Plan {
    pub fetch: Fetch,
    pub batches: Arc<dyn Sampler<Item = Vec<usize>>>,
    pub num_workers: usize,
    pub prefetch_factor: usize,
    pub base_seed: u64,
}

/// What came out of one piece of work: a batch, the end, or why there is none.
pub(super) enum Outcome {
    Batch(AnyBatch),
    End,
    Failed(String),
    Panicked(Box<dyn Any + Send>),
}

impl Outcome {
    /// The batch, or a panic of the thread that wanted it.
    #[track_caller]
    pub fn take(self, worker: usize) -> Option<AnyBatch> {
        match self {
            Self::Batch(batch) => Some(batch),
            Self::End => None,
            Self::Failed(message) => {
                panic!("Caught error in DataLoader worker {worker}: {message}")
            }
            Self::Panicked(payload) if payload.is::<Interrupted>() => resume_unwind(payload),
            Self::Panicked(payload) => {
                panic!(
                    "Caught panic in DataLoader worker {worker}: {}",
                    text(&*payload)
                )
            }
        }
    }
}

fn text(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("it does not say why")
}

/// The batches, each made when it is asked for, by the thread that asks.
pub(super) fn here(plan: Plan) -> impl Iterator<Item = AnyBatch> {
    let fetch = plan.fetch;
    plan.batches.iter().map(move |indices| {
        interrupt::check();
        fetch(indices).or_panic()
    })
}

/// Workers that make the batches of an epoch. The batch of number `i` is made by worker `i % workers`.
pub(super) struct Pool {
    /// The elements of each batch.
    round: Box<dyn Iterator<Item = Vec<usize>>>,
    orders: Vec<Sender<(usize, Vec<usize>)>>,
    crew: Crew<(usize, Outcome)>,
    /// What came before its turn.
    early: BTreeMap<usize, Outcome>,
    sent: usize,
    taken: usize,
}

impl Pool {
    pub fn new(plan: Plan) -> Self {
        let (results, crew) = Crew::new();
        let workers = plan.num_workers;
        let mut orders = Vec::with_capacity(workers);
        for id in 0..workers {
            let (order, ordered) = mpsc::channel::<(usize, Vec<usize>)>();
            orders.push(order);
            let (fetch, results) = (plan.fetch.clone(), results.clone());
            let info = WorkerInfo::new(id, workers, plan.base_seed);
            crew.spawn(info, move |stop| {
                for (number, indices) in ordered {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let outcome = attempt(|| fetch(indices).map(Some));
                    if results.send((number, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(results);
        let mut pool = Self {
            round: plan.batches.iter(),
            orders,
            crew,
            early: BTreeMap::new(),
            sent: 0,
            taken: 0,
        };
        for _ in 0..workers * plan.prefetch_factor {
            pool.order();
        }
        pool
    }

    /// Has the next batch made, if there is one.
    fn order(&mut self) {
        if let Some(indices) = self.round.next() {
            let worker = self.sent % self.orders.len();
            // A worker that is gone is noticed when its batch does not come.
            let _ = self.orders[worker].send((self.sent, indices));
            self.sent += 1;
        }
    }
}

impl Iterator for Pool {
    type Item = AnyBatch;

    #[track_caller]
    fn next(&mut self) -> Option<AnyBatch> {
        if self.taken == self.sent {
            return None;
        }
        let worker = self.taken % self.orders.len();
        let outcome = loop {
            if let Some(outcome) = self.early.remove(&self.taken) {
                break outcome;
            }
            let Some((number, outcome)) = self.crew.wait() else {
                panic!("DataLoader worker {worker} is gone before it made its batch");
            };
            self.early.insert(number, outcome);
        };
        self.taken += 1;
        self.order();
        outcome.take(worker)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.orders.clear();
        self.crew.dismiss();
    }
}

/// Threads that send what they made, and are told when nobody wants it any more.
pub(super) struct Crew<T> {
    results: Receiver<T>,
    stop: Arc<AtomicBool>,
}

impl<T: Send + 'static> Crew<T> {
    pub fn new() -> (Sender<T>, Self) {
        let (sender, results) = mpsc::channel();
        let stop = Arc::default();
        (sender, Self { results, stop })
    }

    /// Starts a worker.
    pub fn spawn(&self, info: WorkerInfo, work: impl FnOnce(&AtomicBool) + Send + 'static) {
        let stop = self.stop.clone();
        let name = format!("wick-data-{}", info.id);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .thread_name(move |_| name.clone())
            .build();
        let pool =
            pool.unwrap_or_else(|error| panic!("a DataLoader worker cannot be started: {error}"));
        // The pool's thread ends when this is done.
        pool.spawn(move || {
            set_thread_generator(Generator::with_seed(info.seed));
            WORKER.set(Some(info));
            work(&stop);
        });
    }

    /// The next result, in whatever order they come; `None` if all workers are gone.
    pub fn wait(&self) -> Option<T> {
        loop {
            interrupt::check();
            match self.results.recv_timeout(LOOK) {
                Ok(result) => return Some(result),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Has the workers end, and waits until they have.
    pub fn dismiss(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        while let Some(left) = PATIENCE.checked_sub(begun.elapsed()) {
            if let Err(RecvTimeoutError::Disconnected) = self.results.recv_timeout(left) {
                break;
            }
        }
    }
}

thread_local! {
    /// What this thread is, if it is a worker.
    pub(super) static WORKER: RefCell<Option<WorkerInfo>> = const { RefCell::new(None) };
}

/// What `work` gave, or how it failed.
pub(super) fn attempt(work: impl FnOnce() -> Result<Option<AnyBatch>>) -> Outcome {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(Some(batch))) => Outcome::Batch(batch),
        Ok(Ok(None)) => Outcome::End,
        Ok(Err(error)) => Outcome::Failed(error.to_string()),
        Err(payload) => Outcome::Panicked(payload),
    }
}

/// Makes batches, and hands them over until nobody wants more.
pub(super) type Stream = Box<dyn FnOnce(&mut dyn FnMut(Outcome) -> bool) + Send>;

/// Workers that go through an iterable data set each. Their batches come in turn, until all have reached the end.
pub(super) struct Streams {
    crew: Crew<(usize, Outcome)>,
    /// Lets a worker make one more batch.
    permits: Vec<Sender<()>>,
    ready: Vec<VecDeque<Outcome>>,
    /// The workers that have not reached their end, the next one first.
    turns: VecDeque<usize>,
}

impl Streams {
    pub fn new(
        workers: usize,
        prefetch_factor: usize,
        base_seed: u64,
        open: &dyn Fn() -> Stream,
    ) -> Self {
        let (results, crew) = Crew::new();
        let mut permits = Vec::with_capacity(workers);
        for id in 0..workers {
            let (permit, permitted) = mpsc::channel();
            for _ in 0..prefetch_factor {
                // The receiver is right here.
                let _ = permit.send(());
            }
            permits.push(permit);
            let (work, results) = (open(), results.clone());
            crew.spawn(WorkerInfo::new(id, workers, base_seed), move |_| {
                let mut deliver =
                    |outcome| results.send((id, outcome)).is_ok() && permitted.recv().is_ok();
                if permitted.recv().is_ok() {
                    work(&mut deliver);
                }
            });
        }
        Self {
            crew,
            permits,
            ready: (0..workers).map(|_| VecDeque::new()).collect(),
            turns: (0..workers).collect(),
        }
    }
}

impl Iterator for Streams {
    type Item = AnyBatch;

    #[track_caller]
    fn next(&mut self) -> Option<AnyBatch> {
        while let Some(&worker) = self.turns.front() {
            let Some(outcome) = self.ready[worker].pop_front() else {
                let Some((from, outcome)) = self.crew.wait() else {
                    panic!("DataLoader worker {worker} is gone before it reached its end");
                };
                self.ready[from].push_back(outcome);
                continue;
            };
            self.turns.pop_front();
            if let Some(batch) = outcome.take(worker) {
                self.turns.push_back(worker);
                // A worker that is through wants no more.
                let _ = self.permits[worker].send(());
                return Some(batch);
            }
        }
        None
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        self.permits.clear();
        self.crew.dismiss();
    }
}
