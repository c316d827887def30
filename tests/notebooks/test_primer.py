"""The primer, as it is committed and as it runs now, shows what PyTorch shows."""

import statistics
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from expected import OUTPUTS

PRIMER = Path(__file__).parents[2] / "notebooks" / "pytorch_primer.ipynb"
# The cell that loads pretrained weights: how the download went depends on the network.
PRETRAINED = 25
# What the cells of the source are about, each a word that has to be in the notebook's text, in this order.
TOPICS = [
    "# 1. Tensors", "## 1.1", "## 1.2", "## 1.3", "# 2. Autograd", "## 2.1", r"f(x_1, x_2) = \sin(x_1) + \cos(x_2)",
    r"\frac{\partial f}{\partial x_1} = \cos(x_1)", r"\frac{\partial f}{\partial x_2} = -\sin(x_2)", "## 2.2", "Jacobian",
    r"\begin{bmatrix}", r"A \vec{x} = \vec{y}", r"L = \sum_i^m y_i", r"J^\intercal", "A = J =", "## 2.3", "leaves", "## 2.4", "frozen",
    "# 3. Modules", "## 3.1", "batch norm", "stackoverflow.com",
]  # fmt: skip


def text_of(cell: nbformat.NotebookNode) -> str:
    """What a cell shows on stdout and as its value."""
    return "".join(
        output.text if output.output_type == "stream" and output.name == "stdout" else output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def committed() -> nbformat.NotebookNode:
    return nbformat.read(PRIMER, 4)


@pytest.fixture(scope="module")
def executed(committed, tmp_path_factory) -> nbformat.NotebookNode:
    """The primer after a fresh run, each cell with the time it took."""
    copy = nbformat.from_dict(committed)
    for cell in code_cells(copy):
        cell.outputs, cell.execution_count = [], None
    folder = tmp_path_factory.mktemp("primer")
    return NotebookClient(copy, timeout=120, resources={"metadata": {"path": folder}}, record_timing=True).execute()


@pytest.mark.parametrize("number", [n for n in range(len(OUTPUTS)) if n != PRETRAINED])
def test_fresh_output(executed, number):
    assert text_of(code_cells(executed)[number]).rstrip("\n") == OUTPUTS[number].rstrip("\n")


@pytest.mark.parametrize("number", [n for n in range(len(OUTPUTS)) if n != PRETRAINED])
def test_committed_output(committed, number):
    assert text_of(code_cells(committed)[number]).rstrip("\n") == OUTPUTS[number].rstrip("\n")


def test_every_cell_of_the_source_is_there(committed):
    assert len(code_cells(committed)) == 29


def test_every_topic_of_the_source_is_there_in_order(committed):
    text = "\n".join(cell.source for cell in committed.cells if cell.cell_type == "markdown")
    at = 0
    for topic in TOPICS:
        found = text.find(topic, at)
        assert found >= 0, topic
        at = found


def test_nothing_is_written_to_stderr_but_about_the_download(executed):
    for number, cell in enumerate(code_cells(executed)):
        if number != PRETRAINED:
            assert not [output for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"], cell


def test_committed_cells_are_numbered_from_one(committed):
    assert [cell.execution_count for cell in code_cells(committed)] == list(range(1, 30))


def test_pretrained_weights_or_one_clear_line(executed):
    cell = code_cells(executed)[PRETRAINED]
    assert not [output for output in cell.outputs if output.output_type == "error"]
    said = "".join(output.get("text", "") for output in cell.outputs).strip()
    assert len(said.splitlines()) <= 2, said


def test_cells_answer_at_once(executed):
    """The median is stated for two idle cores; a loaded machine gets some room."""

    def seconds(cell: nbformat.NotebookNode) -> float:
        times = {key: datetime.fromisoformat(value.replace("Z", "+00:00")) for key, value in cell.metadata.execution.items()}
        return (times["shell.execute_reply"] - times["iopub.execute_input"]).total_seconds()

    taken = [seconds(cell) for cell in code_cells(executed)]
    assert statistics.median(taken) < 0.5, taken
