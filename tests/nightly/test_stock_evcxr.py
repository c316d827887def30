"""The prelude in a stock evcxr kernel: the primer's cells run there too."""

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest

from kernel_client import Session

ROOT = Path(__file__).parents[2]
EVCXR = os.environ.get("WICK_EVCXR") or shutil.which("evcxr_jupyter")


@pytest.fixture
def evcxr(tmp_path, monkeypatch):
    if EVCXR is None:
        pytest.skip("evcxr_jupyter is missing: set WICK_EVCXR")
    spec = tmp_path / "specs" / "kernels" / "stock-evcxr"
    spec.mkdir(parents=True)
    argv = [EVCXR, "--control_file", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "evcxr", "language": "rust"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "specs"))
    with Session(kernel_name="stock-evcxr", cwd=tmp_path) as session:
        yield session


def test_the_primers_cells_run_in_it(evcxr):
    evcxr.ok(f':dep wick = {{ path = "{ROOT / "prelude"}" }}', timeout=3000)
    # Of the prelude's dependencies, Wick's own kernel knows this one by itself.
    evcxr.ok(':dep ndarray = "0.17"', timeout=300)
    evcxr.ok("use wick::prelude::*;", timeout=300)
    primer = nbformat.read(ROOT / "notebooks" / "pytorch_primer.ipynb", 4)
    cells = [cell.source for cell in primer.cells if cell.cell_type == "code"]
    failed = [(cell, ran.said) for cell in cells for ran in [evcxr.run(cell, timeout=300)] if ran.status != "ok" or "error" in ran.stderr]
    assert failed == [], failed
