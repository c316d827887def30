"""A JupyterLab server and a real Chromium that looks at it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

TOKEN = "wick-test"

# From the top of one code cell to the bottom of another.
HEIGHT = """
([first, last]) => {
    const cells = document.querySelectorAll('.jp-CodeCell');
    return cells[last].getBoundingClientRect().bottom - cells[first].getBoundingClientRect().top;
}
"""

# What JupyterLab has above and below the notebook, in pixels.
AROUND = 124


@contextlib.contextmanager
def lab_server(folder: Path, scratch: Path, *, dark: bool = False) -> Iterator[str]:
    """Serves `folder` in JupyterLab and gives the address of its main page."""
    settings = scratch / "settings" / "@jupyterlab"
    (settings / "notebook-extension").mkdir(parents=True)
    # Cells that are scrolled away stay in the page, so that a test can look at all of them.
    (settings / "notebook-extension" / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    (settings / "apputils-extension").mkdir()
    (settings / "apputils-extension" / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    if dark:
        (settings / "apputils-extension" / "themes.jupyterlab-settings").write_text('{"theme": "JupyterLab Dark"}')
    log = open(scratch / "lab.log", "w")  # noqa: SIM115 - closed below, with the process that writes to it
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
            f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
        ],
        env={**os.environ, "JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces")},
        stdout=log,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield _address(server, Path(log.name))
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _address(server: subprocess.Popen, log: Path) -> str:
    """Waits until the server answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/lab", log.read_text())
        if found:
            address = f"http://127.0.0.1:{found[1]}"
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5):
                return address
        assert server.poll() is None, f"JupyterLab ended: {log.read_text()}"
        time.sleep(0.2)
    raise TimeoutError(f"JupyterLab did not start: {log.read_text()}")


@contextlib.contextmanager
def chromium_page(width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page of the system's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        try:
            yield browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
        finally:
            browser.close()


class LabNotebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_selector('.jp-KernelName:has-text("Rust (Wick)")', timeout=60_000)
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Waits until the kernel is there and has nothing to do."""
        self.page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=60_000)

    def menu(self, *path: str) -> None:
        """Chooses an entry of the menu bar."""
        self.page.click(f'.lm-MenuBar-itemLabel:text-is("{path[0]}")')
        for entry in path[1:]:
            self.page.click(f'.lm-Menu-itemLabel:text-is("{entry}")')

    def type_into(self, cell: int, text: str) -> None:
        """Puts the cursor at the end of a code cell and types."""
        self.code_cells().nth(cell).locator(".cm-content").click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def frame(self, first: int, last: int) -> None:
        """Makes the page as high as these code cells and what is between them, and scrolls there: for a picture."""
        height = self.page.evaluate(HEIGHT, [first, last])
        self.page.set_viewport_size({"width": self.page.viewport_size["width"], "height": math.ceil(height) + AROUND})
        self.code_cells().nth(first).evaluate("it => it.scrollIntoView({block: 'start'})")
        self.page.wait_for_timeout(1000)

    def complete(self, candidate: str) -> None:
        """Presses Tab until a list with `candidate` stays open: JupyterLab closes it where the page still moves under it."""
        item = self.page.locator(".jp-Completer-item", has_text=candidate).first
        deadline = time.monotonic() + 60
        while not item.is_visible():
            assert time.monotonic() < deadline, f"no list with {candidate}"
            self.page.keyboard.press("Tab")
            item.wait_for(timeout=30_000)
            self.page.wait_for_timeout(500)

    def code_cells(self) -> Locator:
        return self.page.locator(".jp-CodeCell")

    def prompts(self) -> list[str]:
        return [text.strip() for text in self.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()]

    def run_all(self, timeout: float) -> None:
        """Runs every cell and waits until each has its number."""
        self.menu("Run", "Run All Cells")
        deadline = time.monotonic() + timeout
        while not all(re.fullmatch(r"\[\d+\]:", prompt) for prompt in self.prompts()):
            assert time.monotonic() < deadline, f"still running: {self.prompts()}"
            assert not self.errors(), self.errors()
            time.sleep(0.25)

    def errors(self) -> list[str]:
        return self.page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"] pre:has-text("error")').all_inner_texts()

    def outputs(self) -> list[str]:
        """The text under each code cell."""
        cells = self.code_cells()
        return ["\n".join(cells.nth(n).locator(".jp-OutputArea-output").all_inner_texts()) for n in range(cells.count())]

    def save(self, file: Path) -> dict:
        """Saves the notebook, and gives what then lies on disk."""
        before = file.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + 20
        while True:
            # While the server writes it, the file is empty or breaks off.
            with contextlib.suppress(json.JSONDecodeError):
                if file.stat().st_mtime_ns != before:
                    return json.loads(file.read_text())
            assert time.monotonic() < deadline, "the notebook was not saved"
            time.sleep(0.1)
