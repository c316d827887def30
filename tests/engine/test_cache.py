"""Compiled cells are kept: the same cell again needs no rustc, and another one never gets its answer."""

import json
import os
import subprocess
from pathlib import Path

import nbformat

from kernel_client import Session

CELLS = [
    "let salted = 91;",
    "fn g(n: i32) -> i32 { n + salted_offset() }\nfn salted_offset() -> i32 { 4 }",
    'let v: Vec<String> = (0..5).map(|n| format!("{n}")).collect();\nv.join("-")',
]


def test_a_cell_that_was_compiled_before_skips_rustc(tmp_path):
    """Restart & Run All: the same cells in the same order, in a new kernel."""
    with Session(cwd=tmp_path) as kernel:
        kernel.ok(":timing")
        for code in CELLS:
            assert "compiled before" not in kernel.ok(code).stdout
    with Session(cwd=tmp_path) as kernel:
        kernel.ok(":timing")
        for code in CELLS:
            assert "compiled before" in kernel.ok(code).stdout


def test_what_an_attempt_taught_is_kept_too(tmp_path):
    """A cell that moves or borrows takes two attempts, of which the first is rejected: no rustc for that either."""
    cells = [
        "let moved = vec![71, 2];",
        "let there = moved;\nthere.len()",
        'let text = String::from("salt 71");\nlet part = &text[..4];\npart.len()',
        "let mut calls = 71;\nlet mut count = || { calls += 1; calls };\ncount()",
    ]
    for again in (False, True):
        with Session(cwd=tmp_path) as kernel:
            kernel.ok(":timing")
            for code in cells:
                told = [line for line in kernel.ok(code).stdout.splitlines() if "rustc" in line]
                assert told and all("compiled before" in line for line in told) == again, told


def test_the_same_cell_again_in_a_session_skips_rustc(kernel):
    kernel.ok(":timing")
    kernel.ok("let base = 40;")
    kernel.ok("base + 2")
    assert "compiled before" in kernel.ok("base + 2").stdout


def test_the_cache_never_gives_an_old_answer(tmp_path):
    for value, shown in (("1", "1"), ("2u8", "2"), ('"three"', '"three"')):
        with Session(cwd=tmp_path) as kernel:
            kernel.ok(f"let x = {value};")
            assert kernel.value("x") == shown
            kernel.ok(f"fn f() -> String {{ format!(\"{{:?}}\", {value}) }}")
            assert kernel.value("f().len() > 0 && f() == format!(\"{x:?}\")") == "true"


def test_an_item_costs_no_compiled_cell_that_does_not_use_it(kernel):
    kernel.ok(":timing")
    kernel.ok("let base = 2.5;")
    kernel.ok("base * 17.0")
    kernel.ok("struct Unrelated;\nimpl Unrelated { fn area(&self) -> f64 { 1.0 } }")
    again = kernel.ok("base * 17.0")
    assert "compiled before" in again.stdout and again.value == "42.5"


def test_a_method_that_an_item_adds_is_found_by_cells_that_do_not_name_it(kernel):
    kernel.ok("let side = 3.0_f64;")
    kernel.ok("trait Square { fn squared(self) -> f64; }\nimpl Square for f64 { fn squared(self) -> f64 { self * self } }")
    assert kernel.value("side.squared()") == "9.0"
    kernel.ok("macro_rules! twice { ($e:expr) => { doubled($e) } }\nfn doubled(x: f64) -> f64 { x * 2.0 }")
    assert kernel.value("twice!(side)") == "6.0"


def wick(*arguments: object, cwd: Path, **environment: str) -> str:
    """What the installed command prints on stdout."""
    command = [str(Path(os.environ["WICK_PREFIX"]) / "bin" / "wick"), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def a_notebook(path: Path) -> Path:
    cells = [nbformat.v4.new_code_cell(cell) for cell in ("let warmed = tensor!([1, 2]);", "warmed.sum()")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_warming_compiles_and_writes_nothing(tmp_path):
    notebook = a_notebook(tmp_path / "n.ipynb")
    before, cache = notebook.read_text(), str(tmp_path / "cache")
    wick("run", "--warm", notebook, cwd=tmp_path, WICK_CACHE=cache)
    assert notebook.read_text() == before
    listed = wick("cache", cwd=tmp_path, WICK_CACHE=cache)
    assert "2 compiled" in listed and "let warmed = tensor!([1, 2]);" in listed
    with Session(cwd=tmp_path, env={"WICK_CACHE": cache}) as kernel:
        kernel.ok(":timing")
        assert "compiled before" in kernel.ok("let warmed = tensor!([1, 2]);").stdout
    assert "removed" in wick("cache", "clear", cwd=tmp_path, WICK_CACHE=cache)
    assert "compiled" not in wick("cache", cwd=tmp_path, WICK_CACHE=cache)


def test_a_trace_tells_where_the_time_goes(tmp_path):
    notebook, trace = a_notebook(tmp_path / "n.ipynb"), tmp_path / "trace.json"
    wick("run", notebook, cwd=tmp_path, WICK_CACHE=str(tmp_path / "cache"), WICK_TRACE=str(trace))
    names = {event["name"] for event in json.loads(trace.read_text())}
    assert {"cell", "split", "generate", "compile", "rustc", "link", "run"} <= names
