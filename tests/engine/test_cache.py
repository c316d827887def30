"""Compiled cells are kept: the same cell again needs no rustc, and another one never gets its answer."""

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
