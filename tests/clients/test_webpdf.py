"""A notebook as PDF by nbconvert's webpdf, which prints it from a browser."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

from test_command_line_clients import saved


@pytest.fixture
def playwrights_chromium(tmp_path, monkeypatch):
    """Has Playwright take the system's Chromium for its own: nbconvert names none, and does not download one here."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: apt-get install chromium"
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    with sync_playwright() as playwright, pytest.raises(Error) as raised:
        playwright.chromium.launch()
    wanted = re.search(r"Executable doesn't exist at (\S+)", str(raised.value))
    assert wanted, raised.value
    place = Path(wanted[1])
    place.parent.mkdir(parents=True)
    place.symlink_to(program)


@pytest.mark.timeout(300)
def test_a_notebook_becomes_a_pdf(tmp_path, playwrights_chromium):
    source = saved(tmp_path / "seen.ipynb", "plot([1., 4., 9.])", "table(&[(1, 2)])", 'println!("the last line");')
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "webpdf", "--disable-chromium-sandbox", str(source)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "seen.pdf").read_bytes()
    assert made.startswith(b"%PDF-") and len(made) > 10_000
