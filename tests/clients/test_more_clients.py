"""papermill with parameters, nbval, jupytext, jupyter_kernel_gateway, VS Code's way, `wick run -p`, `wick new`."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path

import nbformat
import papermill
import pytest
import websocket
from wick_papermill import RustTranslator

from test_command_line_clients import jupyter, notebook, saved, texts

WICK = Path(os.environ["WICK_PREFIX"]) / "bin" / "wick"


def with_parameters(path: Path) -> Path:
    made = notebook('let epochs: i32 = 1;\nlet rate = 0.5; // learning rate\nlet name = "none";', '(epochs, rate, name)')
    made.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(made, path)
    return path


# --------------------------------------------------------------------------------------- papermill


def test_papermill_sets_parameters(tmp_path):
    source = with_parameters(tmp_path / "in.ipynb")
    values = {"epochs": 3, "rate": 1e-05, "name": 'a "name"\n'}
    papermill.execute_notebook(str(source), str(tmp_path / "out.ipynb"), parameters=values, progress_bar=False, cwd=str(tmp_path))
    made = nbformat.read(tmp_path / "out.ipynb", 4)
    assert made.cells[1].metadata["tags"] == ["injected-parameters"]
    assert texts(made)[-1] == '(3, 1e-5, "a \\"name\\"\\n")'


def test_papermill_finds_the_translator_by_its_entry_point(tmp_path):
    source = with_parameters(tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", source, tmp_path / "out.ipynb", "-p", "epochs", "7", "--no-progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert texts(nbformat.read(tmp_path / "out.ipynb", 4))[-1] == '(7, 0.5, "none")'


def test_papermill_tells_what_a_notebook_takes(tmp_path):
    found = papermill.inspect_notebook(str(with_parameters(tmp_path / "in.ipynb")))
    assert {name: (it["inferred_type_name"], it["default"], it["help"]) for name, it in found.items()} == {
        "epochs": ("i32", "1", ""),
        "rate": ("None", "0.5", "learning rate"),
        "name": ("None", '"none"', ""),
    }


@pytest.mark.parametrize(
    "value, rust",
    [
        (3, "3"),
        (3_000_000_000, "3000000000i64"),
        (True, "true"),
        (2.0, "2.0"),
        (float("-inf"), "f64::NEG_INFINITY"),
        (None, "None::<f64>"),
        ([1, 2.5], "vec![1.0, 2.5]"),
        ({"a": [1]}, 'std::collections::BTreeMap::from([("a", vec![1])])'),
        ("é\\", '"é\\\\"'),
    ],
)
def test_values_become_rust(value, rust):
    assert RustTranslator.translate(value) == rust


# ---------------------------------------------------------------------------------------- wick run


def test_wick_run_sets_parameters(tmp_path):
    source = with_parameters(tmp_path / "in.ipynb")
    command = [WICK, "run", source, "-p", "epochs=3", "-p", "rate=2", "-p", "name=two words", "--output", tmp_path / "out.ipynb"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert texts(nbformat.read(tmp_path / "out.ipynb", 4))[-1] == '(3, 2.0, "two words")'
    assert re.search(r"\[3/3\] +[\d.]+ s  \(epochs, rate, name\)", done.stderr), done.stderr


def test_wick_run_says_what_is_no_parameter(tmp_path):
    done = subprocess.run([WICK, "run", with_parameters(tmp_path / "in.ipynb"), "-p", "epochs"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "name=value" in done.stderr


def test_wick_run_tells_of_a_parameter_that_nobody_declares(tmp_path):
    source = with_parameters(tmp_path / "in.ipynb")
    command = [WICK, "run", source, "-p", "epoch=3", "--output", tmp_path / "out.ipynb"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "no cell tagged `parameters` declares `epoch`" in done.stderr


def test_wick_new_starts_a_notebook_that_runs(tmp_path):
    new = subprocess.run([WICK, "new", "first"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert new.returncode == 0, new.stderr
    made = nbformat.read(tmp_path / "first.ipynb", 4)
    nbformat.validate(made)
    assert subprocess.run([WICK, "run", "first.ipynb"], cwd=tmp_path, timeout=120).returncode == 0
    again = subprocess.run([WICK, "new", "first"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert again.returncode == 1 and "exists already" in again.stderr


def test_wick_doctor_names_every_part():
    done = subprocess.run([WICK, "doctor"], capture_output=True, text=True, timeout=60)
    for part in ("rustc", "prelude", "cc", "kernelspec", "jupyter", "cargo", "rust-analyzer", "disk", "cuda"):
        assert part in done.stdout.lower(), done.stdout


# ------------------------------------------------------------------------------- nbval and jupytext


def test_nbval_compares_outputs(tmp_path):
    source = saved(tmp_path / "good.ipynb", "let a = tensor!([1, 2]);", "&a + 1")
    assert jupyter("nbconvert", "--execute", "--inplace", "--to", "notebook", source, cwd=tmp_path).returncode == 0
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval", source]
    good = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert good.returncode == 0, good.stdout
    source.write_text(source.read_text().replace("tensor([2, 3])", "tensor([2, 4])"))
    bad = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert bad.returncode == 1 and "1 failed" in bad.stdout, bad.stdout


def test_jupytext_round_trip(tmp_path):
    cells = ["let a = tensor!([1, 2]);", ":vars", "%%bash\necho hi", "&a + 1"]
    source = saved(tmp_path / "note.ipynb", *cells)
    for arguments in (["--to", "rs:percent", source], ["--to", "ipynb", "--output", tmp_path / "back.ipynb", tmp_path / "note.rs"]):
        done = subprocess.run([sys.executable, "-m", "jupytext", *map(str, arguments)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    script = (tmp_path / "note.rs").read_text()
    assert "// %%" in script and "let a = tensor!([1, 2]);" in script
    back = nbformat.read(tmp_path / "back.ipynb", 4)
    assert [cell.source for cell in back.cells] == cells
    assert back.metadata["kernelspec"]["name"] == "wick"


# ----------------------------------------------------------------------------------------- gateway


def answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5).status == 200
    except OSError:
        return False


@pytest.fixture
def gateway(tmp_path):
    log = open(tmp_path / "gateway.log", "w")  # noqa: SIM115 - closed below
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kernel_gateway", "--KernelGatewayApp.ip=127.0.0.1", f"--KernelGatewayApp.port={port}"]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert server.poll() is None and time.monotonic() < deadline, (tmp_path / "gateway.log").read_text()
            time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def message(kind: str, content: dict, channel: str = "shell") -> dict:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": "gateway-test", "date": "2026-01-01T00:00:00Z", "version": "5.3"}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel, "buffers": []}


def test_kernel_gateway_over_websockets(gateway):
    start = urllib.request.Request(f"http://{gateway}/api/kernels", data=json.dumps({"name": "wick"}).encode(), method="POST")
    kernel = json.load(urllib.request.urlopen(start, timeout=60))["id"]
    channels = websocket.create_connection(f"ws://{gateway}/api/kernels/{kernel}/channels", timeout=60)
    try:
        cell = message("execute_request", {"code": "tensor!([1, 2]).sum()", "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False})
        channels.send(json.dumps(cell))
        results, replied = [], False
        while not (results and replied):
            seen = json.loads(channels.recv())
            if seen["parent_header"].get("msg_id") != cell["header"]["msg_id"]:
                continue
            if seen["msg_type"] == "execute_result":
                results.append(seen["content"]["data"]["text/plain"])
            replied |= seen["msg_type"] == "execute_reply"
        assert results == ["tensor(3)"]
    finally:
        channels.close()
        urllib.request.urlopen(urllib.request.Request(f"http://{gateway}/api/kernels/{kernel}", method="DELETE"), timeout=20)
