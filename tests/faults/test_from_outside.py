"""What happens to a session from outside, and to the machine around it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kernel_client import Session, alive, wait_until

KEEP = "let kept = vec![1, 2, 3];"


def runtime_of(session: Session) -> psutil.Process:
    """The process that holds the variables."""
    living = alive(session.processes())
    [runtime] = [process for process in living if process.name() == "wick" and process.pid != session.pid]
    return runtime


def test_killing_the_runtime_between_cells(kernel):
    kernel.ok(KEEP)
    for _ in range(2):
        kernel.ok("let later = 5;")
        time.sleep(0.1)
        runtime_of(kernel).kill()
        cell = kernel.ok("(&kept, later)")
        assert cell.value == "([1, 2, 3], 5)"
        assert "SIGKILL" in cell.said and "threads" in cell.said


def test_killing_the_runtime_while_a_cell_runs(kernel):
    kernel.ok(KEEP)

    def end(event):
        if "go" in event.text:
            runtime_of(kernel).kill()

    cell = kernel.run('println!("go"); std::thread::sleep(std::time::Duration::from_secs(60));', on_event=end)
    assert cell.status == "error" and "SIGKILL" in cell.said
    assert kernel.value("kept") == "[1, 2, 3]"


def test_a_hundred_interrupts_in_a_row(kernel):
    kernel.ok(KEEP)

    def storm(event):
        if "go" in event.text:
            for _ in range(100):
                kernel.manager.interrupt_kernel()

    cell = kernel.run('println!("go"); loop { std::hint::spin_loop() }', on_event=storm)
    assert cell.ename == "Interrupted"
    assert kernel.value("kept") == "[1, 2, 3]"


def at_go(kernel):
    """Interrupts when a cell says that it has come to where it wants to be interrupted."""

    def hear(event):
        if "go" in event.text:
            kernel.manager.interrupt_kernel()

    return hear


def test_an_interrupt_is_over_with_the_cell_it_was_for(kernel):
    kernel.ok(KEEP)

    def busy(milliseconds):
        return f"{{ let began = std::time::Instant::now(); while began.elapsed().as_millis() < {milliseconds} {{}} }}"

    # It does not listen, but ends before it would be stopped: then the next one would be.
    kernel.run('println!("go"); ' + busy(400), on_event=at_go(kernel))
    assert kernel.value(busy(2500) + "\n7") == "7"
    assert kernel.value("kept") == "[1, 2, 3]"


def test_a_destructor_that_does_not_end_can_be_interrupted(kernel):
    kernel.ok(KEEP)
    kernel.ok("struct Slow;\nimpl Drop for Slow { fn drop(&mut self) { println!(\"go\"); loop { std::thread::yield_now() } } }")
    kernel.ok("let slow = Slow;")
    cell = kernel.run("let slow = 1;", on_event=at_go(kernel))
    assert cell.ename == "Interrupted"
    assert kernel.value("kept") == "[1, 2, 3]"


def test_a_restart_while_a_cell_runs(kernel):
    kernel.ok(KEEP)
    kernel.client.execute("loop { std::hint::spin_loop() }")
    time.sleep(0.5)
    before = kernel.processes()
    kernel.manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=20)
    wait_until(lambda: not alive(before), 5, "the end of the old session")
    assert kernel.value("1 + 1") == "2"
    assert kernel.run("kept").status == "error"


def test_the_kernel_killed(tmp_path):
    with Session(cwd=tmp_path) as session:
        session.ok(KEEP)
        session.ok('let child = std::process::Command::new("sleep").arg("100").spawn()?;')
        processes = session.processes()
        os.kill(session.pid, signal.SIGKILL)
        wait_until(lambda: not alive(processes), 2, f"the end of {processes}")


def test_the_client_killed(tmp_path):
    """A script that started a kernel is killed: the kernel notices that its parent is gone."""
    script = (
        "import sys, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from kernel_client import Session\n"
        "session = Session()\n"
        f"session.ok({KEEP!r})\n"
        "print(*[process.pid for process in session.processes()], flush=True)\n"
        "time.sleep(100)\n"
    )
    client = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert client.stdout is not None
    processes = [psutil.Process(int(pid)) for pid in client.stdout.readline().split()]
    assert processes
    client.kill()
    client.wait()
    wait_until(lambda: not alive(processes), 2, f"the end of {processes}")


def prelude_with_a_toolchain_at(toolchain: Path, folder: Path) -> Path:
    """The installed prelude, but it knows its compiler by another path."""
    installed = (Path(os.environ["WICK_PREFIX"]) / "share/wick/current").resolve()
    folder.mkdir()
    for entry in installed.iterdir():
        if entry.name != "manifest.json":
            (folder / entry.name).symlink_to(entry)
    manifest = json.loads((installed / "manifest.json").read_text())
    toolchain.symlink_to(manifest["sysroot"])
    (folder / "manifest.json").write_text(json.dumps(manifest | {"sysroot": str(toolchain)}))
    return folder


def test_the_toolchain_vanishing_between_two_cells(tmp_path):
    toolchain = tmp_path / "toolchain"
    prelude = prelude_with_a_toolchain_at(toolchain, tmp_path / "prelude")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("rustc", "cargo", "rustup", "cc"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    with Session(cwd=tmp_path, env={"PATH": str(tools), "WICK_PRELUDE": str(prelude)}) as session:
        session.ok(KEEP)
        there = toolchain.readlink()
        toolchain.unlink()
        (tools / "rustc").unlink()
        # Compilers that were started ahead may still answer some cells.
        cells = (session.run(f"let never_compiled_before_{n} = {12345 + n};") for n in range(8))
        cell = next(cell for cell in cells if cell.status == "error")
        assert "rust" in cell.said.lower(), cell
        toolchain.symlink_to(there)
        assert session.value("kept.len() + 54321") == "54324"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_under_the_cache(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", disk], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this machine does not mount")
    try:
        with Session(cwd=tmp_path, env={"XDG_CACHE_HOME": str(disk)}) as session:
            session.ok(KEEP)
            for n in range(60):
                if session.run(f'let text{n} = format!("{{}} {{:?}}", {n}, vec![{n}; 3]);').status == "error":
                    break
            free = shutil.disk_usage(disk).free
            filled = disk / "filler"
            filled.write_bytes(b"x" * max(0, free - 4096))
            cell = session.run('let last = format!("{}", kept.len() * 1717);')
            if cell.status == "error":
                assert "No space left on device" in cell.said and "WICK_CACHE" in cell.said, cell
            subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)
            assert session.value("kept") == "[1, 2, 3]"
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_damaged_cache(tmp_path):
    cache = tmp_path / "cache"
    code = "let answer = kept.iter().sum::<i32>() * 7;\nanswer"
    with Session(cwd=tmp_path, env={"XDG_CACHE_HOME": str(cache)}) as session:
        session.ok(KEEP)
        assert session.value(code) == "42"
    for file in cache.rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    with Session(cwd=tmp_path, env={"XDG_CACHE_HOME": str(cache)}) as session:
        session.ok(KEEP)
        assert session.value(code) == "42"


def test_a_cache_that_cannot_be_written(tmp_path):
    """Root may write anywhere, so the folder is a file here."""
    cache = tmp_path / "cache"
    cache.write_text("no folder")
    with Session(cwd=tmp_path, env={"XDG_CACHE_HOME": str(cache)}) as session:
        cell = session.run(KEEP)
        assert cell.status == "ok" or "cache" in cell.said, cell


def test_two_kernels_started_in_the_same_second_on_one_cache(tmp_path):
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    sessions = [Session(cwd=tmp_path, env=env) for _ in range(2)]
    try:
        for session in sessions:
            session.client.execute("let shared = 6 * 7;")
        for session in sessions:
            assert session.value("shared") == "42"
    finally:
        for session in sessions:
            session.close()
