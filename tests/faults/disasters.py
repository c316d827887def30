"""What can go wrong in a cell.

A disaster is survived when the variables of earlier cells are what they were, the reply says what happened, the next
cell is answered, and nothing is left over.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Disaster:
    name: str
    rust: str
    """The cell."""
    says: tuple[str, ...] = ()
    """Words of the error, in any order."""
    line: int | None = None
    """The line that the error points at, where it can be known."""
    interrupt: float | None = None
    """Seconds after which the cell is interrupted."""
    fails: bool = True
    """Whether the cell ends with an error."""


DISASTERS = [
    Disaster("panic", 'let a = 1;\npanic!("boom");', ("boom",), line=2),
    Disaster(
        "panic in a thread",
        'std::thread::spawn(|| panic!("boom")).join().unwrap();',
        ("boom",),
    ),
    Disaster(
        "panic while dropping",
        'struct Bomb;\nimpl Drop for Bomb { fn drop(&mut self) { panic!("in drop") } }\n{ let _bomb = Bomb; }',
        ("in drop",),
        line=2,
    ),
    Disaster(
        "double panic",
        'struct Bomb;\nimpl Drop for Bomb { fn drop(&mut self) { panic!("second") } }\n{ let _bomb = Bomb; if true { panic!("first") } }',
        ("SIGABRT",),
    ),
    Disaster("question mark", '"x".parse::<i32>()?;', ("ParseIntError",), line=1),
    Disaster("compile error", 'let n: i32 = "x";', ("mismatched types",), line=1),
    Disaster("process::exit", "std::process::exit(3)", ("exit status 3",)),
    Disaster("abort", "std::process::abort()", ("SIGABRT",)),
    Disaster("SIGSEGV", "unsafe { *(8 as *mut u8) = 1 }", ("SIGSEGV",)),
    Disaster(
        "SIGBUS",
        'let file = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).open("empty")?;\n'
        "use std::os::fd::AsRawFd;\n"
        "unsafe { let p = libc::mmap(std::ptr::null_mut(), 4096, 3, libc::MAP_SHARED, file.as_raw_fd(), 0); *(p as *mut u8) = 1; }",
        ("SIGBUS",),
    ),
    Disaster("SIGFPE", "unsafe { libc::raise(libc::SIGFPE); }", ("SIGFPE",)),
    Disaster("SIGILL", 'unsafe { std::arch::asm!("ud2") }', ("SIGILL",)),
    Disaster("SIGSEGV inside a C call", "unsafe { libc::strlen(8 as *const _); }", ("SIGSEGV",)),
    Disaster(
        "stack overflow",
        "#[allow(unconditional_recursion)]\nfn deep(n: &mut [u8; 4096]) -> usize { let mut m = *n; deep(&mut m) + m[0] as usize }\ndeep(&mut [1; 4096])",
        ("stack",),
    ),
    Disaster(
        "stack overflow of a worker thread",
        "#[allow(unconditional_recursion)]\nfn sink(n: &mut [u8; 4096]) -> usize { let mut m = *n; sink(&mut m) + m[0] as usize }\nstd::thread::spawn(|| sink(&mut [1; 4096])).join()",
        ("stack",),
    ),
    Disaster(
        "endless allocation",
        "let mut all: Vec<Vec<u8>> = Vec::new();\nloop { all.push(vec![1; 64 << 20]); }",
        ("memory",),
    ),
    Disaster("interrupt of a busy loop", "loop { std::hint::spin_loop(); }", ("interrupt",), interrupt=0.5),
    Disaster(
        "interrupt of a sleep",
        "std::thread::sleep(std::time::Duration::from_secs(100));",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a blocked lock",
        "{ let m = std::sync::Mutex::new(1);\nlet _a = m.lock().unwrap();\nlet _b = m.lock().unwrap(); }",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a read from a pipe",
        "use std::io::Read;\nlet (mut r, _w) = std::io::pipe()?;\nr.read(&mut [0; 4])?;",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a long tensor operation",
        "let big = Tensor::rand([6000, 6000]);\nfor _ in 0..1000 { let _ = big.matmul(&big); }",
        ("interrupt",),
        interrupt=1.0,
    ),
    Disaster(
        "interrupt of a training loop",
        "let net = Linear::new(10, 10);\nlet sgd = SGD::new(net.parameters(), 0.1);\nloop { sgd.zero_grad(); net.forward(&Tensor::rand([4, 10])).sum().backward(); sgd.step(); }",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a child process",
        'std::process::Command::new("sleep").arg("100").status()?;',
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster("closing the streams", "unsafe { libc::close(0); libc::close(1); libc::close(2); }", fails=False),
    Disaster(
        "bytes that are not UTF-8",
        r'use std::io::Write;' "\n" r'std::io::stdout().write_all(b"\xff\xfe\x80 \n")?;',
        fails=False,
    ),
    Disaster(
        "a gigabyte on stdout",
        'let line = "x".repeat(1 << 20);\nfor _ in 0..1024 { println!("{line}"); }',
        fails=False,
    ),
    Disaster("fork in a cell", "if unsafe { libc::fork() } == 0 { unsafe { libc::_exit(0) } }", fails=False),
    Disaster(
        "a fork that goes on",
        "unsafe { libc::fork() };",
        fails=False,
    ),
    Disaster(
        "changing the process",
        'std::env::set_current_dir("/")?;\nunsafe { std::env::set_var("PATH", ""); libc::signal(libc::SIGSEGV, libc::SIG_IGN); libc::signal(libc::SIGINT, libc::SIG_IGN);\n'
        "libc::setrlimit(libc::RLIMIT_NOFILE, &libc::rlimit { rlim_cur: 64, rlim_max: 64 }); }",
        fails=False,
    ),
    Disaster(
        "ten thousand threads",
        "let threads: Vec<_> = (0..10_000).map(|_| std::thread::Builder::new().stack_size(65536).spawn(|| std::thread::sleep(std::time::Duration::from_millis(300)))).collect();\n"
        "for thread in threads { thread?.join().unwrap(); }",
        fails=False,
    ),
]
