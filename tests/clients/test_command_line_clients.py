"""nbclient, nbconvert, papermill and jupyter console drive the kernel as people do."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pexpect
import psutil
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from kernel_client import alive, wait_until

GOOD = ["let a = tensor!([[1, 2], [3, 4]]);", "a", 'println!("hello");', "a.sum()"]
BAD = ["let a = 1;", 'panic!("this cell fails");', 'println!("never reached");']


def notebook(*cells: str) -> nbformat.NotebookNode:
    metadata = {"kernelspec": {"name": "wick", "display_name": "Rust (Wick)", "language": "rust"}}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=metadata)


def saved(path: Path, *cells: str) -> Path:
    nbformat.write(notebook(*cells), path)
    return path


def jupyter(*arguments: object, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Runs one of Jupyter's programs from the environment that the tests run in."""
    command = [sys.executable, "-m", "jupyter", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=timeout)


def texts(result: nbformat.NotebookNode) -> list[str]:
    """What each cell shows, as text."""
    return ["".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs) for cell in result.cells]


def test_nbclient(tmp_path):
    result = NotebookClient(notebook(*GOOD), timeout=60, resources={"metadata": {"path": tmp_path}}).execute()
    assert texts(result) == ["", "tensor([[1, 2],\n        [3, 4]])", "hello\n", "tensor(10)"]
    assert [cell.execution_count for cell in result.cells] == [1, 2, 3, 4]


def test_nbclient_stops_at_an_error(tmp_path):
    with pytest.raises(CellExecutionError) as raised:
        NotebookClient(notebook(*BAD), timeout=60, resources={"metadata": {"path": tmp_path}}).execute()
    assert "this cell fails" in str(raised.value)


@pytest.mark.parametrize("form, ending", [("notebook", "ipynb"), ("html", "html")])
def test_nbconvert(tmp_path, form, ending):
    source = saved(tmp_path / "good.ipynb", *GOOD)
    done = jupyter("nbconvert", "--execute", "--to", form, source, "--output", "made", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / f"made.{ending}").read_text()
    assert "hello" in made and "tensor(10)" in made


def test_nbconvert_fails_where_a_cell_does(tmp_path):
    source = saved(tmp_path / "bad.ipynb", *BAD)
    done = jupyter("nbconvert", "--execute", "--to", "notebook", source, "--output", "made", cwd=tmp_path)
    assert done.returncode != 0
    assert "this cell fails" in done.stderr
    assert not (tmp_path / "made.ipynb").exists()


def test_nbconvert_allow_errors_goes_on(tmp_path):
    source = saved(tmp_path / "bad.ipynb", *BAD)
    done = jupyter("nbconvert", "--execute", "--allow-errors", "--to", "notebook", source, "--output", "made", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(tmp_path / "made.ipynb", 4).cells
    assert cells[1].outputs[-1].output_type == "error"
    assert cells[2].outputs[0].text == "never reached\n"


def test_papermill(tmp_path):
    source = saved(tmp_path / "good.ipynb", *GOOD)
    papermill.execute_notebook(str(source), str(tmp_path / "made.ipynb"), progress_bar=False, cwd=str(tmp_path))
    assert texts(nbformat.read(tmp_path / "made.ipynb", 4))[-1] == "tensor(10)"


def test_papermill_reports_an_error(tmp_path):
    source = saved(tmp_path / "bad.ipynb", *BAD)
    with pytest.raises(papermill.PapermillExecutionError, match="this cell fails"):
        papermill.execute_notebook(str(source), str(tmp_path / "made.ipynb"), progress_bar=False, cwd=str(tmp_path))


def test_nbconvert_leaves_no_process(tmp_path):
    source = saved(tmp_path / "good.ipynb", *GOOD, "std::process::id()")
    done = jupyter("nbconvert", "--execute", "--to", "notebook", source, "--output", "made", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pid = int(texts(nbformat.read(tmp_path / "made.ipynb", 4))[-1])
    wait_until(lambda: not psutil.pid_exists(pid), 5, "the end of the process that held the variables")


def test_a_client_that_is_killed_leaves_no_process(tmp_path):
    source = saved(tmp_path / "slow.ipynb", 'std::fs::write("running", "")?;', "std::thread::sleep(std::time::Duration::from_secs(600));")
    client = subprocess.Popen([sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "notebook", source, "--output", "made"], cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        wait_until((tmp_path / "running").exists, 60, "the first cell")
        started = psutil.Process(client.pid).children(recursive=True)
        assert started
    finally:
        client.kill()
        client.wait()
    wait_until(lambda: not alive(started), 10, f"the end of {started}")


def test_jupyter_console(tmp_path):
    command = [sys.executable, "-m", "jupyter", "console", "--kernel", "wick", "--simple-prompt"]
    console = pexpect.spawn(command[0], command[1:], cwd=str(tmp_path), encoding="utf-8", timeout=40, env={**os.environ, "TERM": "dumb"})
    try:
        console.expect(r"In \[1\]:")
        console.sendline("let a = tensor!([1, 2]);")
        console.expect(r"In \[2\]:")
        console.sendline("&a + 1")
        console.expect(r"tensor\(\[2, 3\]\)")
        console.expect(r"In \[3\]:")
        console.sendline('panic!("seen in the console");')
        console.expect("seen in the console")
        console.expect(r"In \[4\]:")
        console.sendline("exit")
        console.expect(pexpect.EOF)
    finally:
        console.close(force=True)


def test_wick_run_executes_a_notebook(tmp_path):
    wick = Path(os.environ["WICK_PREFIX"]) / "bin" / "wick"
    source = saved(tmp_path / "good.ipynb", *GOOD)
    done = subprocess.run([wick, "run", source, "--output", tmp_path / "made.ipynb"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert texts(nbformat.read(tmp_path / "made.ipynb", 4))[-1] == "tensor(10)"


@pytest.mark.parametrize("content", [None, "", "not json", "{}", '{"cells": 5}'])
def test_wick_run_says_what_is_wrong_with_a_notebook(tmp_path, content):
    wick = Path(os.environ["WICK_PREFIX"]) / "bin" / "wick"
    source = tmp_path / "broken.ipynb"
    if content is not None:
        source.write_text(content)
    done = subprocess.run([wick, "run", source], capture_output=True, text=True, timeout=60)
    assert done.returncode not in (0, 101)
    assert "broken.ipynb" in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3, done.stderr


def test_wick_run_fails_where_a_cell_does(tmp_path):
    wick = Path(os.environ["WICK_PREFIX"]) / "bin" / "wick"
    source = saved(tmp_path / "bad.ipynb", *BAD)
    done = subprocess.run([wick, "run", source], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "this cell fails" in done.stdout + done.stderr
