"""`#[link(name = "…")]` in cells: C libraries of the system, and of one's own."""

import subprocess
from pathlib import Path

import pytest

from kernel_client import Session

ZLIB = (
    '#[link(name = "z")]\n'
    'unsafe extern "C" {\n    fn crc32(crc: std::ffi::c_ulong, bytes: *const u8, length: u32) -> std::ffi::c_ulong;\n}\n'
)
CALL = 'unsafe { crc32(0, b"123456789".as_ptr(), 9) }'
CRC = str(0xCBF43926)


def test_a_library_of_the_system_for_this_cell_and_later_ones(kernel):
    assert kernel.value(ZLIB + CALL) == CRC
    kernel.ok("fn checked(text: &str) -> u64 { unsafe { crc32(0, text.as_ptr(), text.len() as u32) as u64 } }")
    assert kernel.value('checked("123456789")') == CRC
    kernel.ok("fn unrelated() {}")
    assert kernel.value(CALL) == CRC


def test_a_library_that_only_a_function_of_the_cell_names(kernel):
    assert kernel.value("{\n" + ZLIB + CALL + "\n}") == CRC


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a library of one's own, as an archive and as a shared library without a name in it."""
    (tmp_path / "own.c").write_text("int twice(int n) { return 2 * n; }\nint thrice(int n) { return 3 * n; }\n")
    for folder in ["static", "shared"]:
        (tmp_path / folder).mkdir()
    for command in [
        "cc -fPIC -c own.c -o own.o",
        "ar rcs static/libown.a own.o",
        "cc -shared own.o -o shared/libown.so",
    ]:
        subprocess.run(command.split(), cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(("folder", "kind"), [("static", ', kind = "static"'), ("shared", "")])
def test_a_library_of_ones_own(own: Path, folder: str, kind: str):
    with Session(cwd=own, env={"LIBRARY_PATH": str(own / folder)}) as kernel:
        kernel.ok(f'#[link(name = "own"{kind})]\nunsafe extern "C" {{ fn twice(n: i32) -> i32; fn thrice(n: i32) -> i32; }}')
        assert kernel.value("unsafe { twice(21) }") == "42"
        assert kernel.value("unsafe { thrice(14) }") == "42"


def test_a_library_that_is_not_there_is_named_and_costs_nothing(kernel):
    kernel.ok("let kept = 5;")
    error = kernel.fails('#[link(name = "nowhere")]\nunsafe extern "C" { fn far() -> i32; }\nunsafe { far() }')
    assert error.ename == "LinkError"
    assert "`nowhere`" in error.evalue and "LIBRARY_PATH" in error.evalue
    assert kernel.value("kept") == "5"
    assert kernel.value(ZLIB + CALL) == CRC
