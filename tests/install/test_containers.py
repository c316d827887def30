"""The images that people build elsewhere: their Dockerfiles are sound, and both have the same steps."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILES = [ROOT / "Dockerfile", ROOT / ".binder" / "Dockerfile"]


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda it: str(it.relative_to(ROOT)))
def test_a_dockerfile_has_no_findings(dockerfile):
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint, "hadolint is missing: tests/requirements.txt has it"
    # DL3008 wants exact versions of Debian's packages, which Debian takes away when it fixes them.
    found = subprocess.run([hadolint, "--no-color", "--ignore", "DL3008", dockerfile], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


def steps(dockerfile: Path) -> list[str]:
    """What is run, with the values of variables."""
    text = dockerfile.read_text().replace("\\\n", " ")
    text = text.replace("${NB_USER}", "jovyan").replace("${NB_UID}", "1000").replace('"', "")
    return [re.sub(r"\s+", " ", line) for line in text.splitlines() if line.startswith(("FROM ", "RUN "))]


def test_both_images_have_the_same_steps():
    first, second = map(steps, DOCKERFILES)
    assert first == second and len(first) == 4


def test_what_an_image_needs_is_copied_into_it():
    ignored = (ROOT / ".dockerignore").read_text().split() if (ROOT / ".dockerignore").exists() else []
    for needed in ("install.sh", "Cargo.lock", "kernel", "prelude", "notebooks", "requirements.txt", "vendor", "clients"):
        assert (ROOT / needed).exists() and needed not in ignored
