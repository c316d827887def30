"""The walkthrough of displays runs, and everything it shows has a text beside it."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

DISPLAYS = Path(__file__).parents[2] / "notebooks" / "displays.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory) -> nbformat.NotebookNode:
    notebook = nbformat.read(DISPLAYS, 4)
    folder = tmp_path_factory.mktemp("displays")
    return NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()


def bundles(notebook: nbformat.NotebookNode) -> list[dict]:
    return [
        output.data
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type in ("display_data", "execute_result")
    ]


def test_every_cell_shows_something_with_a_text(executed):
    for cell in executed.cells:
        if cell.cell_type == "code":
            shown = [output for output in cell.outputs if "data" in output]
            assert shown, cell.source
            assert all(output.data.get("text/plain") for output in shown), cell.source


def test_all_forms_occur(executed):
    seen = {mime for bundle in bundles(executed) for mime in bundle}
    assert seen >= {"text/html", "text/markdown", "text/latex", "application/json", "image/png", "image/svg+xml"}


def test_bars_leave_one_line_of_text_behind(executed):
    lines = [bundle["text/plain"] for bundle in bundles(executed) if "100%|" in bundle["text/plain"]]
    assert len(lines) == 2
    assert lines[0].startswith("epochs: 100%|") and "loss 0.333" in lines[0]
    assert all("\n" not in line for line in lines)
    # The picture of the bar is gone with the loop.
    assert all("text/html" not in bundle for bundle in bundles(executed) if "100%|" in bundle["text/plain"])


def test_what_the_notebook_holds_is_what_comes(executed):
    """Its outputs are committed, so that a reader without a kernel sees them; bars tell times, which differ."""
    held = [cell for cell in nbformat.read(DISPLAYS, 4).cells if cell.cell_type == "code"]
    came = [cell for cell in executed.cells if cell.cell_type == "code"]
    for held, came in zip(held, came, strict=True):
        forms = [[sorted(output.data) for output in cell.outputs if "data" in output] for cell in (held, came)]
        assert forms[0] == forms[1], held.source
        if "progress(" not in held.source:
            texts = [[output.data["text/plain"] for output in cell.outputs if "data" in output] for cell in (held, came)]
            assert texts[0] == texts[1], held.source
