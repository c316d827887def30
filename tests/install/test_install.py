"""install.sh and `wick install`: what they make, and what they say where something is missing."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = ROOT / "install.sh"
PREFIX = Path(os.environ.get("WICK_PREFIX", Path.home() / ".local"))


def folder_of(tmp_path: Path, *tools: str) -> Path:
    """A folder for PATH in which only basic tools and `tools` exist."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("bash", "sh", "cut", "sort", "head", "dirname", "basename", "cat", "mkdir", "realpath", "printf", "env", *tools):
        found = shutil.which(tool)
        if found:
            # A script, not a link: rustup's tools and venv's python go by the name they are called by.
            (folder / tool).write_text(f'#!/bin/sh\nexec "{found}" "$@"\n')
            (folder / tool).chmod(0o755)
    return folder


def install(*arguments: str, path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    rustup = os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))
    env = {**os.environ, "PATH": str(path), "HOME": str(home), "RUSTUP_HOME": rustup}
    return subprocess.run([shutil.which("bash"), str(INSTALL), *arguments], env=env, capture_output=True, text=True, timeout=60)


def test_help():
    done = subprocess.run([INSTALL, "--help"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    for option in ("--prefix", "--user", "--cuda", "--no-run", "--no-rust-analyzer"):
        assert option in done.stdout


def test_unknown_option():
    done = subprocess.run([INSTALL, "--prefx", "x"], capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert "--prefx" in done.stderr


TOOLS = {"cargo": "cargo is missing", "rustc": "rustc is missing", "cc": "cc) is missing", "python3": "python3 is missing"}


@pytest.mark.parametrize("missing", TOOLS)
def test_each_missing_tool_has_its_line(tmp_path, missing):
    path = folder_of(tmp_path, *(tool for tool in TOOLS if tool != missing))
    done = install(path=path, home=tmp_path)
    assert done.returncode == 1
    complaints = [line for line in done.stderr.splitlines() if " missing" in line]
    assert len(complaints) == 1 and TOOLS[missing] in complaints[0], done.stderr


def test_all_that_is_missing_is_said_at_once(tmp_path):
    done = install(path=folder_of(tmp_path), home=tmp_path)
    assert done.returncode == 1
    for line in TOOLS.values():
        assert line in done.stderr
    assert "apt-get install -y gcc python3 python3-venv" in done.stderr


def test_an_old_compiler_is_named(tmp_path):
    path = folder_of(tmp_path, "cargo", "cc", "python3")
    (path / "rustc").write_text("#!/bin/sh\necho 'rustc 1.70.0 (90c541806 2023-05-31)'\n")
    (path / "rustc").chmod(0o755)
    done = install(path=path, home=tmp_path)
    assert done.returncode == 1
    assert "1.70.0" in done.stderr and "rustup update" in done.stderr


def test_a_rustup_without_a_toolchain_is_said(tmp_path):
    path = folder_of(tmp_path, "cargo", "cc", "python3")
    (path / "rustc").write_text("#!/bin/sh\necho 'error: no default toolchain' >&2\nexit 1\n")
    (path / "rustc").chmod(0o755)
    done = install(path=path, home=tmp_path)
    assert done.returncode == 1
    assert "rustup default stable" in done.stderr


def test_cuda_without_the_toolkit_is_said(tmp_path):
    done = install("--cuda", path=folder_of(tmp_path, *TOOLS), home=tmp_path)
    assert done.returncode == 1
    assert "nvcc" in done.stderr


def test_shell_scripts_are_sound():
    for script in (INSTALL, ROOT / "tests" / "run.sh", ROOT / "tests" / "nightly.sh", ROOT / ".ci" / "run"):
        subprocess.run(["bash", "-n", script], check=True, timeout=20)


def test_what_was_installed():
    wick = PREFIX / "bin" / "wick"
    assert os.access(wick, os.X_OK)
    spec = json.loads((PREFIX / "share" / "jupyter" / "kernels" / "wick" / "kernel.json").read_text())
    assert spec["display_name"] == "Rust (Wick)"
    assert spec["language"] == "rust"
    assert Path(spec["argv"][0]) == wick
    assert "{connection_file}" in " ".join(spec["argv"])
    assert list((PREFIX / "share" / "wick").rglob("libwick*.so"))


def test_the_installation_does_not_need_the_checkout(tmp_path):
    """Nothing that was installed refers to the folder it was built in."""
    spec = (PREFIX / "share" / "jupyter" / "kernels" / "wick" / "kernel.json").read_text()
    assert str(ROOT) not in spec
    (crates,) = (PREFIX / "share" / "wick" / "current").glob("crates.json")
    assert str(ROOT) + "/" not in crates.read_text()
    for file in (PREFIX / "share" / "wick").rglob("*"):
        assert file.resolve().is_relative_to(PREFIX.resolve())


def test_install_and_uninstall_elsewhere(tmp_path):
    """`wick install` from an installation that is there copies it; `wick uninstall` takes all of it away again."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    there = tmp_path / "there"
    for _ in range(2):  # the second time over the first
        subprocess.run(
            [target / "release" / "wick", "install", "--prefix", there, "--build-messages", target / "wick-build.json"],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    assert (there / "bin" / "wick").exists()
    subprocess.run([there / "bin" / "wick", "uninstall", "--prefix", there], check=True, capture_output=True, timeout=60)
    assert not [file for file in there.rglob("*") if file.is_file()]


def test_installs_where_cargo_has_downloaded_only_what_the_build_needed(tmp_path):
    """Not every crate of the lock file is there after a first build: cargo may fetch the rest."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    done = subprocess.run(
        [target / "release" / "wick", "install", "--prefix", tmp_path / "there", "--build-messages", target / "wick-build.json"],
        env={**os.environ, "CARGO_HOME": str(tmp_path / "cargo")}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "there" / "bin" / "wick").exists()


@pytest.mark.parametrize("command", ["install", "uninstall", "doctor", "kernel", "run", "cache", "analyzer"])
def test_every_command_has_help(command):
    done = subprocess.run([PREFIX / "bin" / "wick", command, "--help"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    assert re.search(r"Usage: wick " + command, done.stdout)


def test_install_without_build_messages_says_what_to_do(tmp_path):
    done = subprocess.run(
        [PREFIX / "bin" / "wick", "install", "--prefix", tmp_path / "x", "--build-messages", tmp_path / "none.json"],
        capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert done.returncode not in (0, 101)
    assert "none.json" in done.stderr


def test_doctor():
    done = subprocess.run([PREFIX / "bin" / "wick", "doctor"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rustc" in done.stdout
