//! What the generated code of a cell calls.
//!
//! A cell is compiled to a function that moves the earlier variables it names into locals, runs the user's text
//! in a closure, and moves back what the closure did not consume. These functions are generic where a type must
//! be known and nothing more, because every cell carries its own copies of them.

use std::alloc::Layout;
use std::any::Any;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::interrupt::Interrupted;
use crate::loaded::place;
use crate::protocol::{Failure, Outcome, Panic, Run, SlotId};
use crate::store::Store;
use crate::{CellError, panics};

/// The variables, and which of them the running cell may touch.
#[derive(Default)]
struct Session {
    store: Store,
    takes: Vec<SlotId>,
    keeps: Vec<SlotId>,
    outcome: Option<Outcome>,
}

static SESSION: LazyLock<Mutex<Session>> = LazyLock::new(Mutex::default);

fn session() -> MutexGuard<'static, Session> {
    // No code of a user runs under the lock, so a panic under it leaves nothing half done.
    SESSION.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Moves an earlier variable out of the store.
///
/// # Safety
/// The slot with this index must hold a `T`.
#[inline]
pub unsafe fn take<T>(index: usize) -> T {
    // SAFETY: the caller says that it is a `T`; the store will not read the bytes again until they are put back.
    unsafe { take_bytes(index).cast::<T>().read() }
}

/// Moves a variable back that the cell did not consume.
///
/// # Safety
/// It must have been taken from this index as a `T`.
#[inline]
pub unsafe fn put_back<T>(index: usize, value: T) {
    // SAFETY: the block was made for a `T`, and what it held was moved out by `take`.
    unsafe { put_back_bytes(index).cast::<T>().write(value) }
}

/// Keeps the variable with this index that the cell made. (The kernel reads its type from the symbol of this function, so
/// it is not inlined and the index is a part of it; where MIR has to be asked, the type stands there as that of a
/// local, because the value comes by reference.)
#[inline(never)]
pub fn keep<const INDEX: usize, T: 'static>(value: &mut ManuallyDrop<T>) {
    unsafe fn drop_value<T>(value: *mut u8) {
        // SAFETY: called once, with bytes that hold a `T`.
        unsafe { value.cast::<T>().drop_in_place() }
    }
    let drop = if std::mem::needs_drop::<T>() {
        Some(drop_value::<T> as unsafe fn(*mut u8))
    } else {
        None
    };
    // SAFETY: `value` is not dropped where it is, and generated code does not use it again.
    unsafe { keep_bytes(INDEX, (&raw mut *value).cast(), Layout::new::<T>(), drop) }
}

/// Runs the user's part of a cell and notes how it ended.
pub fn run(body: &mut dyn FnMut() -> Result<(), CellError>) {
    let outcome = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => Outcome::Ok,
        Ok(Err(error)) => Outcome::Failed(Failure {
            type_name: error.short_type_name(),
            message: error.message(),
            causes: error.causes(),
            place: place(error.location()),
        }),
        Err(payload) => panicked(payload),
    };
    session().outcome = Some(outcome);
}

/// Waits for an async cell, on a tokio runtime that starts when first needed and lives as long as the session.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio_runtime();
    runtime.block_on(future)
}

/// For finding out a type: never called.
#[inline(never)]
pub fn type_of<T: ?Sized>(_: &mut ManuallyDrop<&T>) {}

fn take_bytes(index: usize) -> *mut u8 {
    let mut session = session();
    let slot = session.takes[index];
    session.store.take(slot)
}

fn put_back_bytes(index: usize) -> *mut u8 {
    let mut session = session();
    let slot = session.takes[index];
    session.store.put_back(slot)
}

/// # Safety
/// As for [`Store::keep`].
unsafe fn keep_bytes(
    index: usize,
    value: *const u8,
    layout: Layout,
    drop: Option<unsafe fn(*mut u8)>,
) {
    let mut session = session();
    let slot = session.keeps[index];
    // SAFETY: the caller's.
    unsafe { session.store.keep(slot, value, layout, drop) }
}

pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Outcome {
    let panic = panics::last().unwrap_or_else(|| Panic {
        message: "panic".into(),
        frames: Vec::new(),
    });
    let interrupted = payload.is::<Interrupted>();
    // A payload may panic in its own destructor.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    if interrupted {
        Outcome::Interrupted {
            frames: panic.frames,
        }
    } else {
        Outcome::Panicked(panic)
    }
}

static TOKIO: Mutex<Option<Arc<tokio::runtime::Runtime>>> = Mutex::new(None);

fn tokio_runtime() -> Arc<tokio::runtime::Runtime> {
    let mut runtime = TOKIO.lock().unwrap_or_else(PoisonError::into_inner);
    let start = || {
        let built = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("tokio")
            .build();
        Arc::new(built.expect("tokio could not start its threads"))
    };
    runtime.get_or_insert_with(start).clone()
}

/// After a fork the runtime's threads are gone: the next async cell starts new ones. The old one is forgotten,
/// because dropping it would wait for them.
pub(crate) fn abandon_tokio() {
    if let Ok(mut runtime) = TOKIO.try_lock() {
        std::mem::forget(runtime.take());
    }
}

/// What a cell left behind.
pub(crate) struct Left {
    pub outcome: Outcome,
    pub kept: Vec<SlotId>,
    pub gone: Vec<SlotId>,
}

/// Runs the entry function of a loaded cell.
pub(crate) fn run_cell(entry: fn(), run: &Run) -> Left {
    {
        let mut session = session();
        session.takes.clone_from(&run.takes);
        session.keeps.clone_from(&run.keeps);
        session.outcome = None;
    }
    // The entry function itself does not panic: user code runs inside `run`. Dropping what the user's closure
    // captured may.
    let tokio = run.tokio.then(tokio_runtime);
    let entered = tokio.as_ref().map(|tokio| tokio.enter());
    let unwound = catch_unwind(AssertUnwindSafe(entry)).err().map(panicked);
    drop(entered);
    let mut session = session();
    let outcome = match (unwound, session.outcome.take()) {
        (Some(outcome), _) | (None, Some(outcome)) => outcome,
        (None, None) => Outcome::Ok,
    };
    let kept = run
        .keeps
        .iter()
        .copied()
        .filter(|slot| session.store.holds(*slot))
        .collect();
    let gone = session.store.forget_taken(&run.takes);
    Left {
        outcome,
        kept,
        gone,
    }
}

/// Drops variables; a destructor that panics does not keep the others from being dropped, and is told of.
pub(crate) fn drop_slots(slots: &[SlotId]) -> Option<String> {
    let mut message = None;
    for slot in slots {
        // Not under the lock: a destructor is user code.
        let removed = session().store.remove(*slot);
        if let Some(removed) = removed
            && let Err(payload) = catch_unwind(AssertUnwindSafe(|| removed.drop_value()))
        {
            message = Some(match panics::last() {
                _ if payload.is::<Interrupted>() => "dropping a value was interrupted".into(),
                panic => format!(
                    "a value panicked while it was dropped: {}",
                    panic.map_or_else(|| "panic".into(), |panic| panic.message)
                ),
            });
        }
    }
    message
}
