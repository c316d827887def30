"""Interrupting, restarting, shutting down, and dying: nothing is lost that need not be, nothing is left behind."""

import os
import signal
import subprocess
import time

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from kernel_client import Session, alive, wait_until


def interrupt_when_it_prints(kernel: Session):
    """Sends an interrupt as soon as the cell has said that it is running."""
    sent = []

    def on_event(event):
        if event.kind == "stdout" and not sent:
            sent.append(time.monotonic())
            kernel.manager.interrupt_kernel()

    return on_event


@pytest.mark.parametrize(
    "endless",
    [
        "std::thread::sleep(std::time::Duration::from_secs(600));",
        "let mut n = 0u64;\nloop { n = std::hint::black_box(n.wrapping_add(1)); }",
        "let t = Tensor::ones([64, 64]);\nloop { let _ = t.matmul(&t); }",
        'std::process::Command::new("sleep").arg("600").status()?;',
        "async { tokio::time::sleep(std::time::Duration::from_secs(600)).await }.await;",
    ],
    ids=["sleep", "busy loop", "tensor loop", "child process", "async sleep"],
)
def test_interrupt_keeps_the_variables(kernel, endless):
    kernel.ok("let kept = vec![1, 2];\nlet t = tensor!([1.]).requires_grad_(true);")
    cell = kernel.run(f'println!("running");\n{endless}', timeout=30, on_event=interrupt_when_it_prints(kernel))
    assert cell.status == "error"
    assert "interrupt" in (cell.ename + cell.evalue).lower()
    assert kernel.value("kept") == "[1, 2]"
    assert kernel.value("t.requires_grad()") == "true"


def test_interrupt_while_idle_does_nothing(kernel):
    kernel.ok("let kept = 1;")
    kernel.manager.interrupt_kernel()
    time.sleep(0.3)
    assert kernel.value("kept") == "1"


def test_interrupt_aborts_what_is_queued(kernel):
    first = kernel.client.execute("std::thread::sleep(std::time::Duration::from_secs(600));")
    time.sleep(1.5)
    kernel.manager.interrupt_kernel()
    assert kernel.shell_reply(first, timeout=20)["status"] == "error"
    assert kernel.value("1") == "1"


def test_shutdown_ends_every_process(tmp_path):
    with Session(cwd=tmp_path) as kernel:
        kernel.ok("let a = 1;")
        started = kernel.processes()
        kernel.client.shutdown()
        wait_until(lambda: not alive(started), 5, f"the end of {started}")


def test_shutdown_while_a_cell_runs(tmp_path):
    with Session(cwd=tmp_path) as kernel:
        kernel.client.execute("loop { std::hint::spin_loop(); }")
        time.sleep(1.5)
        started = kernel.processes()
        kernel.manager.shutdown_kernel()
        wait_until(lambda: not alive(started), 5, f"the end of {started}")


def test_restart_gives_an_empty_session(kernel):
    kernel.ok("let a = 1;\nfn f() {}")
    before = kernel.processes()
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=30)
    wait_until(lambda: not alive(before), 5, f"the end of {before}")
    fresh = kernel.fails("a")
    assert fresh.count == 1
    assert kernel.value("2 + 2") == "4"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_kernel_dies_so_does_its_session(tmp_path, how):
    with Session(cwd=tmp_path) as kernel:
        kernel.ok('let child = std::process::Command::new("sleep").arg("600").spawn()?;')
        kernel.client.execute("loop { std::hint::spin_loop(); }")
        time.sleep(1.5)
        started = kernel.processes()
        assert len(started) >= 3, started
        os.kill(kernel.pid, how)
        wait_until(lambda: not alive(started), 5, f"the end of {started}")


def test_a_cell_that_ends_its_process_does_not_end_the_kernel(kernel):
    kernel.ok("let kept = vec![1];")
    error = kernel.fails("std::process::exit(3);")
    assert "3" in error.said
    assert kernel.value("1 + 1") == "2"
    assert kernel.value("kept") == "[1]"


@pytest.mark.parametrize(
    "disaster, name",
    [
        ("std::process::abort();", "SIGABRT"),
        ("unsafe { std::ptr::null_mut::<i32>().write_volatile(1); }", "SIGSEGV"),
        ("fn deep(n: u64) -> u64 { let a = std::hint::black_box([n; 100]); deep(n + 1) + a[3] }\ndeep(0)", ""),
    ],
    ids=["abort", "null pointer", "stack overflow"],
)
def test_a_cell_that_crashes_keeps_the_variables(kernel, disaster, name):
    kernel.ok("let kept = vec![1];\nlet t = tensor!([1., 2.]);")
    error = kernel.fails(disaster)
    assert name in error.said
    assert kernel.value("kept") == "[1]"
    assert kernel.value("t + 1.") == "tensor([2., 3.])"


def test_stray_connection_file_is_one_clear_line(tmp_path):
    command = KernelSpecManager().get_kernel_spec("wick").argv[0]
    for content in (None, "", "not json", "{}", '{"transport": "tcp"}'):
        file = tmp_path / "connection.json"
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(content)
        done = subprocess.run([command, "kernel", "--connection-file", str(file)], capture_output=True, text=True, timeout=20)
        assert done.returncode not in (0, 101)
        assert "connection" in done.stderr
        assert "panicked" not in done.stderr
        assert len(done.stderr.strip().splitlines()) <= 3, done.stderr
