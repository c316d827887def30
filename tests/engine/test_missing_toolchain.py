"""A machine on which the toolchain is not where it was: one clear line, and the kernel lives on."""

import os

from kernel_client import Session


def test_missing_toolchain_is_one_clear_line(tmp_path):
    with Session(cwd=tmp_path, env={"PATH": "/nowhere", "CARGO_HOME": "/nowhere", "RUSTUP_HOME": "/nowhere", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}) as kernel:
        error = kernel.fails("let n = 1 + 41;")
        assert "rust" in error.evalue.lower()
        assert "rustup" in error.said
        assert len(error.evalue.splitlines()) == 1
        # It lives on, and says the same again.
        assert "rustup" in kernel.fails("let n = 1;").said


def test_cells_need_no_linker(tmp_path):
    """Only rustc is there, but neither `ld` nor `cc`."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("rustc", "cargo", "rustup"):
        for folder in os.environ["PATH"].split(":"):
            if os.access(f"{folder}/{tool}", os.X_OK) and not (tools / tool).exists():
                (tools / tool).symlink_to(f"{folder}/{tool}")
    with Session(cwd=tmp_path, env={"PATH": str(tools), "XDG_CACHE_HOME": str(tmp_path)}) as kernel:
        kernel.ok("struct Point { x: i32 }\nimpl Point { fn twice(&self) -> i32 { self.x * 2 } }")
        assert kernel.value("Point { x: 21 }.twice()") == "42"
