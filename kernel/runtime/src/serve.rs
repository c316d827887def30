//! The loop of the runtime process.
//!
//! Two threads: the main one talks to the kernel, forks snapshots and hears interrupts, the other one runs the
//! cells. The main thread always listens, so that the process ends at once when the kernel is gone.

use std::ffi::CString;
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::loaded::Library;
use crate::protocol::{
    self, ENTRY, Finished, Outcome, Promotion, Request, Response, Run, RunTiming, Snapshotted,
};
use crate::snapshot::{Parked, Side};
use crate::{
    cell, comm, crash, display, files, input, interrupt, loaded, output, panics, snapshot, wire,
};

/// Deep recursion is a lesson of many a notebook. The memory is only taken when it is used.
const CELL_STACK: usize = 256 << 20;

/// Serves the kernel at the other end of socket `fd` until it is gone. Called by the kernel's executable after
/// it has loaded this library.
///
/// # Safety
/// `fd` must be an open socket that nothing else in the process uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wick_runtime_main(fd: RawFd) -> i32 {
    // SAFETY: the caller's. Programs that a cell starts must not hold the socket open.
    let socket = unsafe {
        libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC);
        UnixStream::from_raw_fd(fd)
    };
    if let Err(error) = serve(&socket) {
        if matches!(error.raw_os_error(), Some(libc::EBADF | libc::ENOTSOCK)) {
            leave_it_to_a_snapshot();
        }
        // Not `eprintln!`, which panics when the kernel's end of the pipe is closed, and then nobody ends the session.
        let _ = writeln!(io::stderr(), "wick: the runtime stopped: {error}");
    }
    end_of_session()
}

/// A cell has closed the connection, the kernel is still there. A snapshot that has noticed ends this process and tells so;
/// where the cell left its pipe open, it notices by this end.
fn leave_it_to_a_snapshot() -> ! {
    std::thread::sleep(snapshot::ENDING * 4);
    end_process(1)
}

/// Ends this process without running anything of it. Its newest snapshot, if it has one, takes over.
fn end_process(status: i32) -> ! {
    // SAFETY: takes no pointers, and nothing of the process is used afterwards.
    unsafe { libc::_exit(status) }
}

/// The kernel is gone: everything the session started goes with it, at once. Destructors, other threads and
/// children do not hold it up.
fn end_of_session() -> ! {
    // SAFETY: the kernel gave the session a process group of its own, which holds nothing else.
    unsafe { libc::kill(0, libc::SIGKILL) };
    end_process(1)
}

/// A process that dies leaves its account and a snapshot, not a copy of all memory in the notebook's folder, which would
/// take its time and show the variables to others. A cell may set the limit again: it is the soft one.
fn leave_no_core_files() {
    // SAFETY: plain system calls on a valid `rlimit`.
    unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        if libc::getrlimit(libc::RLIMIT_CORE, &raw mut limit) == 0 {
            limit.rlim_cur = 0;
            libc::setrlimit(libc::RLIMIT_CORE, &raw const limit);
        }
    }
}

fn serve(socket: &UnixStream) -> io::Result<()> {
    files::remember_limit();
    output::remember_streams()?;
    panics::install_hook();
    crash::prepare();
    leave_no_core_files();
    snapshot::runs_cells();
    output::start_flushing();
    input::prepare()?;
    let mut worker = Worker::start()?;
    // The oldest first; a promoted process has those from before it.
    let mut parked: Vec<Parked> = Vec::new();
    while let Some(request) = wire::receive::<Request>(socket)? {
        if matches!(
            request,
            Request::Load(_) | Request::Run(_) | Request::Drop(_) | Request::Comm(_)
        ) {
            wire::send(socket, &Response::Received)?;
        }
        match request {
            Request::Hello { token } => {
                display::set_token(token);
                wire::send(
                    socket,
                    &Response::Ready {
                        pid: std::process::id(),
                    },
                )?;
            }
            Request::MemoryLimit(bytes) => limit_memory(bytes),
            Request::Snapshot(id) => {
                let before = snapshot::processor_time();
                let response = match snapshot::take(id, socket) {
                    Ok(Side::Runs(snapshot)) => {
                        let pid = snapshot.pid();
                        parked.push(snapshot);
                        let cost = snapshot::processor_time().saturating_sub(before);
                        let micros = cost.as_micros() as u64;
                        Response::Snapshotted(Ok(Snapshotted { id, pid, micros }))
                    }
                    // Without room for a snapshot the session goes on all the same.
                    Err(why) => Response::Snapshotted(Err(why)),
                    Ok(Side::Promoted { cut_off }) => {
                        std::mem::replace(&mut worker, Worker::after_fork()?).abandon();
                        Response::Promoted(Promotion {
                            pid: std::process::id(),
                            snapshot: id,
                            crash: crash::account(),
                            cut_off,
                        })
                    }
                };
                wire::send(socket, &response)?;
            }
            Request::Discard(ids) => {
                let unwanted = parked.extract_if(.., |snapshot| ids.contains(&snapshot.id()));
                unwanted.for_each(Parked::discard);
            }
            Request::GoBack(id) => {
                let Some(index) = parked.iter().position(|snapshot| snapshot.id() == id) else {
                    wire::send(socket, &Response::NoSuchSnapshot)?;
                    continue;
                };
                parked.drain(index + 1..).for_each(Parked::discard);
                end_process(0);
            }
            Request::Load(libraries) => {
                let loaded = libraries
                    .iter()
                    .try_for_each(|library| Library::open(library, true).map(|_| ()));
                wire::send(socket, &Response::Loaded(loaded))?;
            }
            Request::Run(run) => {
                crash::listen();
                match worker.run(socket, Job::Run(run))? {
                    Done::Ran(finished) => wire::send(socket, &Response::Finished(finished))?,
                    _ => unreachable!("the worker answers a run with how it ended"),
                }
            }
            Request::Drop(drop) => {
                if let Done::Dropped(message) = worker.run(socket, Job::Drop(drop))? {
                    wire::send(socket, &Response::Dropped(message))?;
                }
            }
            Request::Comm(message) => {
                if let Done::Commed(outcome) = worker.run(socket, Job::Comm(message))? {
                    wire::send(socket, &Response::Commed(outcome))?;
                }
            }
            Request::Aside(message) => comm::receive_aside(message),
            // It came after the cell had ended.
            Request::Interrupt(_) | Request::Stop(_) | Request::Input(_) => {}
        }
    }
    Ok(())
}

/// Limits what the process may allocate, its cells' stack aside. Where there is no more, Rust ends the process.
fn limit_memory(bytes: Option<u64>) {
    let most = bytes.map_or(libc::RLIM_INFINITY, |bytes| {
        bytes.saturating_add(CELL_STACK as u64)
    });
    // SAFETY: reads and writes a local structure.
    unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        if libc::getrlimit(libc::RLIMIT_DATA, &mut limit) == 0 {
            limit.rlim_cur = most.min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_DATA, &limit);
        }
    }
}

/// What the worker does.
enum Job {
    Run(Run),
    Drop(protocol::Drop),
    Comm(protocol::Comm),
}

impl Job {
    fn run(&self) -> u64 {
        match self {
            Self::Run(run) => run.run,
            Self::Drop(drop) => drop.run,
            Self::Comm(comm) => comm.run,
        }
    }
}

/// What the worker did.
enum Done {
    Ran(Finished),
    Dropped(Option<String>),
    Commed(Outcome),
}

/// The thread that runs cells.
struct Worker {
    jobs: Sender<Job>,
    done: Receiver<Done>,
    /// Readable when something is in `done`.
    bell: UnixStream,
    thread: JoinHandle<()>,
}

impl Worker {
    fn start() -> io::Result<Self> {
        let (jobs, todo) = channel::<Job>();
        let (finished, done) = channel();
        let (bell, ring) = UnixStream::pair()?;
        let work = move || {
            panics::this_thread_runs_cells();
            crash::watch_this_thread();
            join_pool_of_our_own();
            let process = std::process::id();
            for job in todo {
                let done = match job {
                    Job::Run(run) => Done::Ran(run_cell(&run)),
                    Job::Drop(drop) => Done::Dropped(drop_values(&drop)),
                    Job::Comm(comm) => Done::Commed(receive(comm)),
                };
                if std::process::id() != process {
                    // The other side of a `fork()` in a cell: its copy of the session ends with the cell.
                    end_process(0);
                }
                if finished.send(done).is_err() || (&ring).write_all(&[0]).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("main".into())
            .stack_size(CELL_STACK)
            .spawn(work)?;
        Ok(Self {
            jobs,
            done,
            bell,
            thread,
        })
    }

    /// A fork has one thread: everything that lives in others is started anew.
    fn after_fork() -> io::Result<Self> {
        output::start_flushing();
        input::prepare()?;
        cell::abandon_tokio();
        Self::start()
    }

    /// What is left of it after a fork, where its thread is not. Its channels are forgotten: the thread may have held
    /// their locks when the process was copied, and dropping them would wait for those for ever.
    fn abandon(self) {
        let Self {
            jobs,
            done,
            bell,
            thread,
        } = self;
        drop(bell);
        std::mem::forget((jobs, done, thread));
    }

    /// Waits for a job, listening to the kernel meanwhile.
    fn run(&self, socket: &UnixStream, job: Job) -> io::Result<Done> {
        let gone = || io::Error::other("the thread that runs cells has ended");
        let present = job.run();
        interrupt::forget();
        self.jobs.send(job).map_err(|_| gone())?;
        loop {
            match wait(socket.as_raw_fd(), self.bell.as_raw_fd())? {
                Woken::Kernel => match wire::receive::<Request>(socket)? {
                    Some(Request::Interrupt(run)) if run == present => {
                        interrupt::ask();
                        input::interrupted();
                    }
                    Some(Request::Input(answer)) => input::answer(answer),
                    Some(Request::Aside(message)) => comm::receive_aside(message),
                    Some(Request::Stop(run)) if run == present => crash::end(&self.thread),
                    // They were meant for one that has ended meanwhile.
                    Some(Request::Interrupt(_) | Request::Stop(_)) => {}
                    Some(_) => {
                        return Err(io::Error::other(
                            "the kernel sent a request while a cell was running",
                        ));
                    }
                    None => end_of_session(),
                },
                Woken::Worker => {
                    io::Read::read_exact(&mut &self.bell, &mut [0])?;
                    let done = self.done.recv().map_err(|_| gone())?;
                    make_room_for_files();
                    return Ok(done);
                }
            }
        }
    }
}

enum Woken {
    Kernel,
    Worker,
}

/// Where a cell has left no room for files, no later one could be loaded, not even one that puts it right: the session goes
/// back to before it.
fn make_room_for_files() {
    if let Err(error) = files::make_room() {
        let _ = writeln!(io::stderr(), "wick: {error}");
        end_process(1);
    }
}

/// Waits until one of the two can be read; the kernel comes first.
fn wait(kernel: RawFd, worker: RawFd) -> io::Result<Woken> {
    let entry = |fd| libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    };
    let mut entries = [entry(kernel), entry(worker)];
    loop {
        // SAFETY: `entries` are two valid `pollfd`s.
        let ready = unsafe { libc::poll(entries.as_mut_ptr(), 2, -1) };
        if ready < 0 {
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => continue,
                // What it says to a limit below two.
                Some(libc::EINVAL) => {
                    make_room_for_files();
                    continue;
                }
                _ => return Err(error),
            }
        }
        if entries[0].revents != 0 {
            return Ok(Woken::Kernel);
        }
        if entries[1].revents != 0 {
            return Ok(Woken::Worker);
        }
    }
}

/// Parallel work of cells (candle's included) goes to a pool that belongs to this thread. The global pool could
/// not be replaced after a fork.
fn join_pool_of_our_own() {
    if let Ok(pool) = rayon::ThreadPoolBuilder::new().use_current_thread().build() {
        std::mem::forget(pool);
    }
}

fn run_cell(run: &Run) -> Finished {
    let started = Instant::now();
    let entry = load(run);
    let load = started.elapsed().as_micros() as u64;
    let started = Instant::now();
    output::set_running(true);
    // What threads have shown between cells is no part of this one.
    crate::display::take_showing();
    let left = match entry {
        Ok(entry) => cell::run_cell(entry, run),
        Err(reason) => cell::Left {
            outcome: Outcome::NotLoaded(reason),
            kept: Vec::new(),
            gone: Vec::new(),
        },
    };
    crate::settle::settle_all();
    output::set_running(false);
    output::end_of_cell(run.run);
    output::restore_streams();
    let timing = RunTiming {
        load,
        run: started.elapsed().as_micros() as u64,
        display: crate::display::take_showing(),
    };
    Finished {
        outcome: ended(left.outcome),
        kept: left.kept,
        gone: left.gone,
        timing,
    }
}

/// Handles a comm's message as a cell runs.
fn receive(comm: protocol::Comm) -> Outcome {
    output::set_running(true);
    let outcome = comm::receive(comm.message);
    output::set_running(false);
    output::end_of_cell(comm.run);
    output::restore_streams();
    ended(outcome)
}

/// A cell whose input was ended by an interrupt was interrupted, whatever it made of that.
fn ended(outcome: Outcome) -> Outcome {
    match outcome {
        _ if !input::end_of_cell() => outcome,
        Outcome::Interrupted { .. } => outcome,
        _ => Outcome::Interrupted { frames: Vec::new() },
    }
}

fn drop_values(drop: &protocol::Drop) -> Option<String> {
    output::set_running(true);
    let message = cell::drop_slots(&drop.slots);
    output::set_running(false);
    output::end_of_cell(drop.run);
    output::restore_streams();
    message
}

fn load(run: &Run) -> Result<fn(), String> {
    let library = Library::open(&run.library, false)?;
    let name = CString::new(ENTRY).expect("a name without NUL");
    let address = library
        .symbol(&name)
        .ok_or("the compiled cell has no entry point")?;
    loaded::runs_as(address, run.cell);
    // SAFETY: the kernel generates this function with this signature, compiled by the rustc that compiled us.
    Ok(unsafe { std::mem::transmute::<*mut std::ffi::c_void, fn()>(address) })
}
