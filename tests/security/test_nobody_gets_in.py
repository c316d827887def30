"""Who can reach a session, and what of it: nobody without the key, and nothing beyond this machine."""

import contextlib
import json
import stat
from pathlib import Path

import psutil
import pytest

from kernel_client import Session, wait_until
from protocol.test_bad_input import RawShell


def security(kernel: Session) -> dict[str, str]:
    """What `:security` tells, by the first word of each line."""
    lines = kernel.printed(":security").splitlines()
    return {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for line in lines}


def test_what_is_refused_is_counted(kernel):
    assert security(kernel)["refused"] == "0 with a wrong signature, 0 without one, 0 replayed, 0 malformed"
    with RawShell(kernel) as shell, RawShell(kernel, "control") as control:
        shell.send(shell.signed("execute_request", {"code": "1"}, key=b"wrong"))
        control.send(control.signed("shutdown_request", {"restart": False}, key=b"wrong"))
        shell.send(shell.signed("kernel_info_request", {}, key=b""))
        good = shell.signed("kernel_info_request", {})
        shell.send(good)
        assert shell.answered(10)
        # What was heard on one channel is no good on another.
        control.send(good)
        shell.send([b"<IDS|MSG>", b"x"])
        expected = "2 with a wrong signature, 1 without one, 1 replayed, 1 malformed"
        wait_until(lambda: security(kernel)["refused"] == expected, 10, expected)


def test_nothing_listens_beyond_this_machine(kernel):
    kernel.ok("let t = Tensor::ones([2]);")
    listening = []
    for process in kernel.processes():
        # A compiler that has done its work may end while it is looked at.
        with contextlib.suppress(psutil.NoSuchProcess):
            connections = process.net_connections(kind="all")
            listening += [it.laddr for it in connections if it.status == psutil.CONN_LISTEN]
    info = kernel.client.get_connection_info()
    ports = {info[f"{channel}_port"] for channel in ("shell", "control", "stdin", "iopub", "hb")}
    assert {it.port for it in listening} == ports
    assert {it.ip for it in listening} == {"127.0.0.1"}
    assert "only programs on this machine" in security(kernel)["listens"]


def test_sockets_in_a_folder_that_is_open_to_others_lie_elsewhere(tmp_path):
    tmp_path.chmod(0o777)
    with Session(ipc=tmp_path / "kernel") as session:
        paths = list(tmp_path.glob("kernel-*"))
        assert len(paths) == 5
        for path in paths:
            real = path.resolve()
            assert stat.S_IMODE(real.parent.stat().st_mode) == 0o700
        assert session.value("1 + 1") == "2"
        session.manager.shutdown_kernel()
    assert not list(tmp_path.glob("kernel-*"))


def test_a_cache_that_others_could_write_to_is_closed(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "cells").mkdir()
    (tmp_path / "cells").chmod(0o777)
    with Session(env={"WICK_CACHE": str(tmp_path)}) as session:
        session.ok("let x = 1;")
    assert stat.S_IMODE((tmp_path / "cells").stat().st_mode) == 0o700
    # What is around it is not ours to close.
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_programs_that_a_cell_starts_inherit_nothing(kernel):
    listed = kernel.printed('let out = std::process::Command::new("ls").args(["-l", "/proc/self/fd"]).output()?;\nprintln!("{}", String::from_utf8_lossy(&out.stdout));')
    descriptors = {line.split(" -> ")[0].split()[-1] for line in listed.splitlines() if " -> " in line}
    # Its three streams, and the folder that it lists.
    assert descriptors == {"0", "1", "2", "3"}, listed
    assert "socket:" not in listed, listed


def test_the_process_that_runs_cells_does_not_hold_the_clients_sockets(kernel):
    kernel.ok("let x = 1;")
    ports = set(kernel.client.get_connection_info().values())
    for process in kernel.processes()[1:]:
        with contextlib.suppress(psutil.NoSuchProcess):
            assert not [it for it in process.net_connections(kind="inet") if it.laddr.port in ports], process


@pytest.mark.parametrize("name", ["rust-toolchain.toml", "rust-toolchain", ".cargo/config.toml"])
def test_opening_a_notebook_runs_nothing_that_lies_beside_it(tmp_path, name):
    notebook = tmp_path / "notebook"
    tools = notebook / "evil" / "bin"
    tools.mkdir(parents=True)
    ran = tmp_path / "ran"
    for tool in ("rustc", "cargo", "rustdoc"):
        (tools / tool).write_text(f'#!/bin/sh\necho "$0 $@" >> {ran}\nexit 1\n')
        (tools / tool).chmod(0o755)
    settings = {
        "rust-toolchain.toml": f'[toolchain]\npath = "{notebook}/evil"\n',
        "rust-toolchain": f'[toolchain]\npath = "{notebook}/evil"\n',
        ".cargo/config.toml": f'[build]\nrustc-wrapper = "{tools}/rustc"\n[target.x86_64-unknown-linux-gnu]\nrunner = "{tools}/rustc"\nlinker = "{tools}/rustc"\n',
    }
    path = notebook / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(settings[name])
    (notebook / "n.ipynb").write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with Session(cwd=notebook) as session:
        # What a client asks for when a notebook is opened, and a cell: compiled by the compiler that Wick goes with.
        session.client.kernel_info()
        assert session.value("1 + 1") == "2"
    assert not ran.exists(), Path(ran).read_text()


def test_text_cannot_pass_for_a_display(kernel):
    kernel.ok("let token = \"0\".repeat(32);")
    forged = 'print!("\\x1b]wick;{token};{}\\x07{}", payload.len(), payload);'
    payload = 'let payload = r#"{"Display":{"data":{"text/html":"<script>"},"metadata":{},"display_id":null,"update":false}}"#;'
    cell = kernel.ok(f"{payload}\n{forged}")
    assert not cell.displays
    assert "<script>" in cell.stdout


def test_the_token_of_frames_is_not_on_show(kernel):
    kernel.ok("let x = 1;")
    for process in kernel.processes():
        command = " ".join(process.cmdline())
        variables = process.environ()
        looks_like_a_token = [value for value in [*command.split(), *variables.values()] if len(value) == 32 and set(value) <= set("0123456789abcdef")]
        assert not [value for value in looks_like_a_token if value != variables.get("JOURNAL_STREAM")], process
