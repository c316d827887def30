"""What can go wrong in a cell, in the languages of the kernels that are compared.

Each disaster is a cell (or something done to a session from outside) that is survived when the variables of earlier
cells are what they were, the reply says what happened, the next cell is answered at once, and nothing is left over.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Disaster:
    name: str
    rust: str
    """The cell for Wick and for evcxr."""
    python: str | None = None
    """The cell for IPython, where it can happen there."""
    says: tuple[str, ...] = ()
    """Words of Wick's error, in any order."""
    line: int | None = None
    """The line that Wick's error points at, where it can be known."""
    interrupt: float | None = None
    """Seconds after which the cell is interrupted."""
    fails: bool = True
    """Whether the cell ends with an error."""
    tensors: bool = False
    """Whether it is about tensors, which evcxr does not bring."""


DISASTERS = [
    Disaster("panic", 'let a = 1;\npanic!("boom");', 'raise RuntimeError("boom")', ("boom",), line=2),
    Disaster(
        "panic in a thread",
        'std::thread::spawn(|| panic!("boom")).join().unwrap();',
        'import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()',
        ("boom",),
    ),
    Disaster(
        "panic while dropping",
        'struct Bomb;\nimpl Drop for Bomb { fn drop(&mut self) { panic!("in drop") } }\n{ let _bomb = Bomb; }',
        None,
        ("in drop",),
        line=2,
    ),
    Disaster(
        "double panic",
        'struct Bomb;\nimpl Drop for Bomb { fn drop(&mut self) { panic!("second") } }\n{ let _bomb = Bomb; if true { panic!("first") } }',
        None,
        ("SIGABRT",),
    ),
    Disaster("question mark", '"x".parse::<i32>()?;', 'int("x")', ("ParseIntError",), line=1),
    Disaster("compile error", 'let n: i32 = "x";', "1 +", ("mismatched types",), line=1),
    Disaster("process::exit", "std::process::exit(3)", "import os\nos._exit(3)", ("exit status 3",)),
    Disaster("abort", "std::process::abort()", "import os\nos.abort()", ("SIGABRT",)),
    Disaster("SIGSEGV", "unsafe { *(8 as *mut u8) = 1 }", "import ctypes\nctypes.string_at(8)", ("SIGSEGV",)),
    Disaster(
        "SIGBUS",
        'let file = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).open("empty")?;\n'
        "use std::os::fd::AsRawFd;\n"
        "unsafe { let p = libc::mmap(std::ptr::null_mut(), 4096, 3, libc::MAP_SHARED, file.as_raw_fd(), 0); *(p as *mut u8) = 1; }",
        "import mmap\nf = open('empty', 'w+b')\nf.truncate(4096)\nm = mmap.mmap(f.fileno(), 4096)\nf.truncate(0)\nm[0] = 1",
        ("SIGBUS",),
    ),
    Disaster("SIGFPE", 'unsafe { std::arch::asm!("xor edx, edx", "xor ecx, ecx", "div ecx", out("eax") _, out("edx") _, out("ecx") _) }', "import signal\nsignal.raise_signal(signal.SIGFPE)", ("SIGFPE",)),
    Disaster("SIGILL", 'unsafe { std::arch::asm!("ud2") }', "import signal\nsignal.raise_signal(signal.SIGILL)", ("SIGILL",)),
    Disaster("SIGSEGV inside a C call", "unsafe { libc::strlen(8 as *const _); }", "import ctypes\nctypes.memset(8, 0, 9)", ("SIGSEGV",)),
    Disaster(
        "SIGBUS inside a C call",
        'let file = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).open("empty")?;\n'
        "use std::os::fd::AsRawFd;\n"
        "unsafe { let p = libc::mmap(std::ptr::null_mut(), 4096, 3, libc::MAP_SHARED, file.as_raw_fd(), 0); libc::memset(p, 1, 64); }",
        "import ctypes, mmap\nf = open('empty', 'w+b')\nf.truncate(4096)\nm = mmap.mmap(f.fileno(), 4096)\nat = ctypes.addressof(ctypes.c_char.from_buffer(m))\nf.truncate(0)\nctypes.memset(at, 1, 64)",
        ("SIGBUS",),
    ),
    Disaster(
        "SIGFPE inside a C call",
        'unsafe extern "C" { fn div(of: i32, by: i32) -> i64; }\nunsafe { div(1, 0) }',
        "import ctypes\nctypes.CDLL(None).div(1, 0)",
        ("SIGFPE",),
    ),
    Disaster(
        "SIGILL inside a C call",
        'unsafe extern "C" fn compare(_: *const libc::c_void, _: *const libc::c_void) -> i32 { unsafe { std::arch::asm!("ud2") }; 0 }\n'
        "unsafe { libc::qsort([2, 1].as_mut_ptr().cast(), 2, 4, Some(compare)) }",
        None,
        ("SIGILL",),
    ),
    Disaster("exit in a thread", "std::thread::spawn(|| std::process::exit(3)).join().unwrap();", "import os, threading\nt = threading.Thread(target=os._exit, args=(3,))\nt.start()\nt.join()", ("exit status 3",)),
    Disaster("abort of C", "unsafe { libc::abort() }", "import ctypes\nctypes.CDLL(None).abort()", ("SIGABRT",)),
    Disaster("a signal to all of its group", "unsafe { libc::kill(0, libc::SIGTERM); }", "import os, signal\nos.kill(0, signal.SIGTERM)", ("SIGTERM",)),
    Disaster("SIGKILL to all of its group", "unsafe { libc::kill(0, libc::SIGKILL); }", "import os, signal\nos.kill(0, signal.SIGKILL)", ("SIGKILL",)),
    Disaster(
        "stack overflow",
        "#[allow(unconditional_recursion)]\nfn deep(n: &mut [u8; 4096]) -> usize { let mut m = *n; deep(&mut m) + m[0] as usize }\ndeep(&mut [1; 4096])",
        "import sys\nsys.setrecursionlimit(10 ** 9)\ndef deep(n): return deep(n + 1) + 1\ndeep(0)",
        ("stack",),
    ),
    Disaster(
        "stack overflow of a worker thread",
        "#[allow(unconditional_recursion)]\nfn sink(n: &mut [u8; 4096]) -> usize { let mut m = *n; sink(&mut m) + m[0] as usize }\nstd::thread::spawn(|| sink(&mut [1; 4096])).join()",
        "import sys, threading\nsys.setrecursionlimit(10 ** 9)\ndef deep(n): return deep(n + 1) + 1\nt = threading.Thread(target=deep, args=(0,))\nt.start()\nt.join()",
        ("stack",),
    ),
    Disaster(
        "stack overflow inside of rayon",
        "#[allow(unconditional_recursion)]\nfn sink(n: &mut [u8; 4096]) -> usize { let mut m = *n; sink(&mut m) + m[0] as usize }\n"
        "use rayon::prelude::*;\n(0..8).into_par_iter().map(|i| sink(&mut [i as u8; 4096])).sum::<usize>()",
        None,
        ("stack",),
        tensors=True,
    ),
    Disaster(
        "endless allocation",
        "let mut all: Vec<Vec<u8>> = Vec::new();\nloop { all.push(vec![1; 64 << 20]); }",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\na = []\nwhile True: a.append(bytearray(64 << 20))",
        ("memory",),
    ),
    Disaster("interrupt of a busy loop", "loop { std::hint::spin_loop(); }", "while True: pass", ("interrupt",), interrupt=0.5),
    Disaster(
        "interrupt of a sleep",
        "std::thread::sleep(std::time::Duration::from_secs(100));",
        "import time\ntime.sleep(100)",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a blocked lock",
        "{ let m = std::sync::Mutex::new(1);\nlet _a = m.lock().unwrap();\nlet _b = m.lock().unwrap(); }",
        "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a read from a pipe",
        "use std::io::Read;\nlet (mut r, _w) = std::io::pipe()?;\nr.read(&mut [0; 4])?;",
        "import os\nr, w = os.pipe()\nos.read(r, 4)",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a read from stdin",
        "let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;",
        "input()",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster(
        "interrupt of a question beside a progress bar",
        'for _ in progress(0..10) { wick::input("more? "); }',
        None,
        ("interrupt",),
        interrupt=0.5,
        tensors=True,
    ),
    Disaster(
        "interrupt of a long tensor operation",
        "let big = Tensor::rand([6000, 6000]);\nfor _ in 0..1000 { let _ = big.matmul(&big); }",
        "import torch\nbig = torch.rand(6000, 6000)\nfor _ in range(1000): big @ big",
        ("interrupt",),
        interrupt=1.0,
        tensors=True,
    ),
    Disaster(
        "interrupt of a training loop",
        "let net = Linear::new(10, 10);\nlet sgd = SGD::new(net.parameters(), 0.1);\nloop { sgd.zero_grad(); net.forward(&Tensor::rand([4, 10])).sum().backward(); sgd.step(); }",
        "import torch\nnet = torch.nn.Linear(10, 10)\nsgd = torch.optim.SGD(net.parameters(), 0.1)\nwhile True:\n    sgd.zero_grad()\n    net(torch.rand(4, 10)).sum().backward()\n    sgd.step()",
        ("interrupt",),
        interrupt=0.5,
        tensors=True,
    ),
    Disaster(
        "interrupt of a child process",
        'std::process::Command::new("sleep").arg("100").status()?;',
        "import subprocess\nsubprocess.run(['sleep', '100'])",
        ("interrupt",),
        interrupt=0.5,
    ),
    Disaster("closing the streams", "unsafe { libc::close(0); libc::close(1); libc::close(2); }", "import os\nos.close(0)\nos.close(1)\nos.close(2)", fails=False),
    Disaster(
        "bytes that are not UTF-8",
        r'use std::io::Write;' "\n" r'std::io::stdout().write_all(b"\xff\xfe\x80 \n")?;',
        r"import os" "\n" r"os.write(1, b'\xff\xfe\x80 \n')",
        fails=False,
    ),
    Disaster(
        "a gigabyte on stdout",
        'let line = "x".repeat(1 << 20);\nfor _ in 0..1024 { println!("{line}"); }',
        "line = 'x' * (1 << 20)\nfor _ in range(1024): print(line)",
        fails=False,
    ),
    Disaster("fork in a cell", "if unsafe { libc::fork() } == 0 { unsafe { libc::_exit(0) } }", "import os\nif os.fork() == 0: os._exit(0)", fails=False),
    Disaster(
        "a fork that goes on",
        "unsafe { libc::fork() };",
        "import os\nos.fork()",
        fails=False,
    ),
    Disaster(
        "changing the process",
        'std::env::set_current_dir("/")?;\nunsafe { std::env::set_var("PATH", ""); libc::signal(libc::SIGSEGV, libc::SIG_IGN); libc::signal(libc::SIGINT, libc::SIG_IGN);\n'
        "libc::setrlimit(libc::RLIMIT_NOFILE, &libc::rlimit { rlim_cur: 64, rlim_max: 64 }); }",
        "import os, resource, signal\nos.chdir('/')\nos.environ['PATH'] = ''\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
        fails=False,
    ),
    Disaster(
        "becoming another program",
        'use std::os::unix::process::CommandExt;\nstd::process::Command::new("sleep").arg("100").exec();',
        "import os\nos.execvp('sleep', ['sleep', '100'])",
        ("exec",),
    ),
    Disaster(
        "closing every file",
        "for fd in 0..1000 { unsafe { libc::close(fd); } }",
        "import os\nos.closerange(0, 1000)",
        ("closed files",),
    ),
    Disaster(
        "no file may be opened",
        "let limit = libc::rlimit { rlim_cur: 0, rlim_max: 1024 };\nunsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit); }",
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 1024))",
        fails=False,
    ),
    Disaster(
        "as many open files as there can be",
        "unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &libc::rlimit { rlim_cur: 256, rlim_max: 1024 }); }\n"
        'let files: Vec<_> = (0..).map_while(|_| std::fs::File::open("/dev/null").ok()).collect();\nfiles.len()',
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))\nfiles = []\ntry:\n    while True: files.append(open('/dev/null'))\nexcept OSError: pass",
        fails=False,
    ),
    Disaster(
        "ten thousand threads",
        "let threads: Vec<_> = (0..10_000).map(|_| std::thread::Builder::new().stack_size(65536).spawn(|| std::thread::sleep(std::time::Duration::from_millis(300)))).collect();\n"
        "for thread in threads { thread?.join().unwrap(); }",
        "import threading, time\nts = [threading.Thread(target=time.sleep, args=(0.3,)) for _ in range(10000)]\nfor t in ts: t.start()\nfor t in ts: t.join()",
        fails=False,
    ),
]
