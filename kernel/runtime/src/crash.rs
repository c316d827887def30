//! What a dying process leaves behind for the one that takes its place: how it died, and in which line.
//!
//! The account is written by a signal handler into memory that all snapshots share. Finding the line takes more than
//! a handler should do: it allocates, and may wait for a lock that the dying thread holds. The process is lost either
//! way, so it is tried, with an alarm set; what is certain (the signal, whether the stack was full) is written first.

use std::cell::Cell;
use std::cell::UnsafeCell;
use std::os::unix::thread::JoinHandleExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use crate::panics;
use crate::protocol::{Crash, Place};

/// Ends a cell that does not listen to an interrupt.
const STOP: libc::c_int = libc::SIGQUIT;

const SIGNALS: [libc::c_int; 6] = [
    STOP,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGABRT,
];

/// How long finding the line may take.
const PATIENCE: libc::c_uint = 2;

/// The handler's own stack has to hold a reader of debug information.
const HANDLER_STACK: usize = 512 << 10;

/// Around the end of a stack: the guard page, and the frame that a function did not get any more.
const NEAR: usize = 64 << 10;

/// The memory that is shared.
#[repr(C)]
struct Account {
    signal: AtomicI32,
    stack_overflow: AtomicBool,
    /// Of `frames`, once they are there.
    length: AtomicUsize,
    frames: UnsafeCell<[u8; 60 << 10]>,
}

/// Points into shared memory that is never unmapped.
struct Shared(*const Account);

// SAFETY: `frames` is written only by the one thread that set `signal`, and read by another process after this one
// has died; the rest is atomic.
unsafe impl Sync for Shared {}
// SAFETY: as above; the pointer itself belongs to no thread.
unsafe impl Send for Shared {}

static ACCOUNT: OnceLock<Shared> = OnceLock::new();

/// The process whose end is told: children that a cell forks keep quiet.
static TELLER: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// The lowest address of this thread's stack; 0 where it is not known.
    static STACK_END: Cell<usize> = const { Cell::new(0) };
}

unsafe extern "C" {
    /// glibc's `atexit` that is told the status.
    fn on_exit(
        function: extern "C" fn(libc::c_int, *mut libc::c_void),
        argument: *mut libc::c_void,
    ) -> libc::c_int;
}

/// Makes the shared memory; once, in the first process of a session.
pub(crate) fn prepare() {
    // SAFETY: asks for new memory at no particular place; zeroes are a valid `Account`. `exiting` has the type that
    // `on_exit` wants.
    unsafe {
        let memory = libc::mmap(
            std::ptr::null_mut(),
            size_of::<Account>(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if memory != libc::MAP_FAILED {
            let _ = ACCOUNT.set(Shared(memory.cast_const().cast()));
            on_exit(exiting, std::ptr::null_mut());
        }
    }
}

/// Gives this thread a stack for the handler, so that it can report that the thread's own is full.
pub(crate) fn watch_this_thread() {
    // SAFETY: new memory that stays this thread's; `attributes` is filled before it is read, and freed.
    unsafe {
        let stack = libc::mmap(
            std::ptr::null_mut(),
            HANDLER_STACK,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        );
        if stack == libc::MAP_FAILED {
            return;
        }
        let alternate = libc::stack_t {
            ss_sp: stack,
            ss_flags: 0,
            ss_size: HANDLER_STACK,
        };
        libc::sigaltstack(&alternate, std::ptr::null_mut());
        let mut attributes = std::mem::zeroed::<libc::pthread_attr_t>();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) == 0 {
            let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
            if libc::pthread_attr_getstack(&attributes, &mut lowest, &mut size) == 0 {
                STACK_END.set(lowest.addr());
            }
            libc::pthread_attr_destroy(&mut attributes);
        }
    }
}

/// Listens for fatal signals; before every cell, since cells may set handlers of their own.
pub(crate) fn listen() {
    let Some(account) = ACCOUNT.get() else { return };
    TELLER.store(std::process::id(), Ordering::SeqCst);
    // SAFETY: the memory stays mapped.
    unsafe { &*account.0 }.signal.store(0, Ordering::SeqCst);
    // SAFETY: `dying` has the type that `SA_SIGINFO` promises.
    unsafe {
        let mut action = std::mem::zeroed::<libc::sigaction>();
        action.sa_sigaction = dying as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
        for signal in SIGNALS {
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

/// Ends this process, with an account of where `thread` is.
pub(crate) fn end(thread: &JoinHandle<()>) {
    // SAFETY: the thread was not joined, so its id is still its own.
    unsafe { libc::pthread_kill(thread.as_pthread_t(), STOP) };
}

/// The account of the process that died before this one; it is told once.
pub(crate) fn account() -> Option<Crash> {
    // SAFETY: the memory stays mapped.
    let account = unsafe { &*ACCOUNT.get()?.0 };
    let signal = account.signal.swap(0, Ordering::SeqCst);
    if signal == 0 {
        return None;
    }
    let length = account.length.swap(0, Ordering::SeqCst);
    // SAFETY: its writer is dead, and wrote `length` last.
    let frames = unsafe { &*account.frames.get() };
    Some(Crash {
        stack_overflow: account.stack_overflow.swap(false, Ordering::SeqCst),
        frames: serde_json::from_slice(&frames[..length]).unwrap_or_default(),
    })
}

extern "C" fn dying(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the system hands a valid `siginfo_t` to the handler.
    let address = unsafe { (*info).si_addr() }.addr();
    // SAFETY: with `SA_SIGINFO` the system hands a valid context over.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    let end = match STACK_END.try_with(Cell::get).unwrap_or(0) {
        // A thread that a cell started. Memory that is missing where its stack grows to is the end of the stack.
        0 => stack_pointer(context),
        end => end,
    };
    let near_end = end.saturating_sub(NEAR)..end.saturating_add(NEAR);
    let stack_overflow = signal == libc::SIGSEGV && end != 0 && near_end.contains(&address);
    // SAFETY: plain system calls.
    unsafe {
        libc::signal(libc::SIGALRM, libc::SIG_DFL);
        libc::alarm(PATIENCE);
    }
    write(signal, stack_overflow, instruction(context));
    // SAFETY: plain system calls; the signal ends the process, so that its status says which it was.
    unsafe {
        let mut signals = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, signal);
        libc::signal(signal, libc::SIG_DFL);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &signals, std::ptr::null_mut());
        libc::raise(signal);
    }
}

/// `process::exit` in a cell. The status is the kernel's to see; the line is not.
extern "C" fn exiting(_status: libc::c_int, _argument: *mut libc::c_void) {
    write(-1, false, None);
}

/// The instruction that a signal came at.
fn instruction(context: &libc::ucontext_t) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    let address = context.uc_mcontext.gregs[libc::REG_RIP as usize];
    #[cfg(target_arch = "aarch64")]
    let address = context.uc_mcontext.pc;
    usize::try_from(address).ok()
}

/// How far the stack of the thread that a signal came to had grown; 0 if that is not known.
fn stack_pointer(context: &libc::ucontext_t) -> usize {
    #[cfg(target_arch = "x86_64")]
    let address = context.uc_mcontext.gregs[libc::REG_RSP as usize];
    #[cfg(target_arch = "aarch64")]
    let address = context.uc_mcontext.sp;
    usize::try_from(address).unwrap_or(0)
}

fn write(signal: libc::c_int, stack_overflow: bool, interrupted: Option<usize>) {
    let Some(account) = ACCOUNT.get() else { return };
    if TELLER.load(Ordering::SeqCst) != std::process::id() {
        return;
    }
    // SAFETY: the memory stays mapped.
    let account = unsafe { &*account.0 };
    let first = account
        .signal
        .compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok();
    if !first {
        return;
    }
    account
        .stack_overflow
        .store(stack_overflow, Ordering::SeqCst);
    let frames: Vec<Place> = panics::stack(interrupted);
    let Ok(bytes) = serde_json::to_vec(&frames) else {
        return;
    };
    // SAFETY: this thread set `signal`, so nobody else writes; readers wait for `length`.
    let room = unsafe { &mut *account.frames.get() };
    if bytes.len() <= room.len() {
        room[..bytes.len()].copy_from_slice(&bytes);
        account.length.store(bytes.len(), Ordering::SeqCst);
    }
}
