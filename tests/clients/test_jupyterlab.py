"""JupyterLab in a real Chromium: open the primer, run all of it, see its outputs; interrupt and restart."""

import os
import shutil
from pathlib import Path

import pytest

from lab import LabNotebook, chromium_page, lab_server
from test_command_line_clients import saved

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PRIMER = NOTEBOOKS / "pytorch_primer.ipynb"
DISPLAYS = NOTEBOOKS / "displays.ipynb"

# The width of outputs that do not fit where they are shown, and what they are.
CLIPPED = """
[...document.querySelectorAll('.jp-OutputArea-output')]
    .filter(it => it.scrollWidth > it.clientWidth + 1)
    .map(it => it.scrollWidth + ' in ' + it.clientWidth + ': ' + it.innerText.slice(0, 40))
"""

# The code cells of the walkthrough of displays at which a picture begins: each shows whole cells up to the next.
PARTS = (0, 4, 8, 11, 14, 17)


@pytest.fixture
def screenshot(tmp_path):
    """Where the picture of the primer goes: WICK_SCREENSHOT, to renew the README's."""
    return Path(os.environ.get("WICK_SCREENSHOT", tmp_path / "primer.png"))


@pytest.mark.timeout(400)
def test_the_primer_runs_in_jupyterlab(tmp_path, screenshot):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(PRIMER, folder)
    with lab_server(folder, tmp_path) as address, chromium_page() as page:
        lab = LabNotebook(page, address, PRIMER.name)
        lab.menu("Edit", "Clear Outputs of All Cells")
        lab.run_all(timeout=300)
        outputs = lab.outputs()
        assert len(outputs) == 29
        assert "torch.Size([2, 3]), torch.float32, device(type='cpu')" in outputs[4]
        assert outputs[12].strip() == "tensor([[ 7,  7],\n        [14, 14]])"
        assert outputs[-1].count("torch.Size") == 26
        # The code is coloured as Rust: `let` is a keyword.
        assert lab.code_cells().nth(2).locator(".cm-content span", has_text="let").count() > 0
        assert lab.save(folder / PRIMER.name)["metadata"]["kernelspec"]["name"] == "wick"
        lab.frame(11, 15)
        screenshot.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=screenshot)
    assert screenshot.stat().st_size > 20_000


@pytest.mark.timeout(300)
def test_interrupt_and_restart_in_jupyterlab(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    saved(folder / "busy.ipynb", "let kept = 41;", 'println!("busy");\nloop { std::hint::spin_loop(); }', "kept + 1")
    with lab_server(folder, tmp_path) as address, chromium_page() as page:
        lab = LabNotebook(page, address, "busy.ipynb")
        lab.menu("Run", "Run All Cells")
        page.wait_for_selector(".jp-OutputArea-output:has-text('busy')", timeout=60_000)
        lab.menu("Kernel", "Interrupt Kernel")
        page.wait_for_selector(".jp-OutputArea-output:has-text('nterrupt')", timeout=30_000)
        lab.code_cells().nth(2).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".jp-OutputArea-output:has-text('42')", timeout=30_000)
        lab.menu("Kernel", "Restart Kernel…")
        page.click(".jp-Dialog button:has-text('Restart')")
        lab.wait_until_idle()
        lab.code_cells().nth(2).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".jp-OutputArea-output:has-text('kept')", timeout=30_000)


# What an extension of JupyterLab does that has something to tell the notebook's cells.
OPEN_COMM = """
async () => {
    const comm = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.createComm('slider');
    await comm.subshellStarted;
    comm.open(7);
    return comm.subshellId;
}
"""


@pytest.mark.timeout(300)
def test_a_running_cell_sees_what_comes_on_a_comm_of_jupyterlab(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    saved(
        folder / "comm.ipynb",
        "use std::sync::atomic::{AtomicI64, Ordering};\nstatic SLIDER: AtomicI64 = AtomicI64::new(0);\n"
        'wick::comm::register_target("slider", |_, to| SLIDER.store(to.as_i64().unwrap(), Ordering::SeqCst));',
        'println!("waits");\nwhile SLIDER.load(Ordering::SeqCst) == 0 { std::hint::spin_loop(); }\nprintln!("moved to {}", SLIDER.load(Ordering::SeqCst));',
    )
    with lab_server(folder, tmp_path) as address, chromium_page() as page:
        lab = LabNotebook(page, address, "comm.ipynb")
        lab.menu("Run", "Run All Cells")
        page.wait_for_selector(".jp-OutputArea-output:has-text('waits')", timeout=60_000)
        assert page.evaluate(OPEN_COMM), "the comm has no subshell"
        page.wait_for_selector(".jp-OutputArea-output:has-text('moved to 7')", timeout=30_000)


@pytest.fixture
def pictures(tmp_path) -> Path:
    """Where pictures of what people see go: WICK_PICTURES=docs/lab renews those that are kept."""
    folder = Path(os.environ.get("WICK_PICTURES", tmp_path / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.timeout(300)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tab_shift_tab_and_a_question_in_jupyterlab(tmp_path, pictures, theme):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    saved(
        folder / "assist.ipynb",
        "let weights = Tensor::arange(0., 6., 1.).view([2, 3]);",
        ":vars",
        'let name = wick::input("Your name: ")?;\nprintln!("Hello, {name}!");',
        "weights",
    )
    with lab_server(folder, tmp_path, dark=theme == "dark") as address, chromium_page() as page:
        lab = LabNotebook(page, address, "assist.ipynb")
        for cell in range(2):
            lab.type_into(cell, "")
            page.keyboard.press("Control+Enter")
        page.wait_for_selector(".jp-OutputArea-output table:has-text('[2, 3]')", timeout=60_000)
        lab.type_into(2, "")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".jp-Stdin-input", timeout=60_000)
        page.screenshot(path=pictures / f"input-{theme}.png")
        page.keyboard.type("Ada")
        page.keyboard.press("Enter")
        page.wait_for_selector(".jp-OutputArea-output:has-text('Hello, Ada!')", timeout=30_000)
        lab.type_into(3, ".ma")
        lab.complete("matmul")
        page.screenshot(path=pictures / f"completion-{theme}.png")
        page.keyboard.type("tmul(", delay=50)
        page.wait_for_selector(".jp-Completer", state="hidden", timeout=30_000)
        page.keyboard.press("Shift+Tab")
        page.wait_for_selector(".jp-Tooltip:has-text('fn matmul(&self, other: &Tensor) -> Tensor')", timeout=30_000)
        page.wait_for_timeout(500)
        page.screenshot(path=pictures / f"inspection-{theme}.png")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_shown_fits_into_jupyterlab(tmp_path, pictures, theme):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(DISPLAYS, folder)
    with lab_server(folder, tmp_path, dark=theme == "dark") as address, chromium_page() as page:
        lab = LabNotebook(page, address, DISPLAYS.name)
        lab.run_all(timeout=300)
        page.wait_for_timeout(1000)
        assert page.evaluate(CLIPPED) == []
        ends = [*PARTS[1:], lab.code_cells().count()]
        for part, (first, end) in enumerate(zip(PARTS, ends)):
            lab.frame(first, end - 1)
            page.screenshot(path=pictures / f"displays-{theme}-{part}.png")
