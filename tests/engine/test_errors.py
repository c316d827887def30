"""Errors: what happened, on the user's own lines, and nothing of the code around them."""

import pytest

# Whatever the machinery around a cell is called, none of it may reach a reader.
GENERATED = ["wick_runtime", "__wick", "wick_cell", "extern crate", "/tmp/", "target/release", "thread 'main'", "RUST_BACKTRACE"]


def assert_only_the_users_code(text: str) -> None:
    for word in GENERATED:
        assert word not in text, f"{word!r} in:\n{text}"


# ------------------------------------------------------------------------------------------ panics


def test_panic(kernel):
    error = kernel.fails('let x = 1;\n\npanic!("the reason is {x}");')
    assert "panic" in error.ename.lower()
    assert "the reason is 1" in error.evalue
    assert 'panic!("the reason is {x}");' in error.traceback
    assert "3" in error.traceback  # the line
    assert_only_the_users_code(error.said)


def test_panic_traceback_is_coloured(kernel):
    error = kernel.fails('panic!("no");')
    assert "\x1b[" in "\n".join(error.reply["traceback"])


def test_error_is_published_and_replied_alike(kernel):
    error = kernel.fails('panic!("no");')
    published = [event.data for event in error.events if event.kind == "error"]
    assert [(p["ename"], p["evalue"], p["traceback"]) for p in published] == [
        (error.reply["ename"], error.reply["evalue"], error.reply["traceback"])
    ]


@pytest.mark.parametrize(
    "code, reason, line",
    [
        ("let v = vec![1];\nlet i = v.len() + 4;\nv[i]", "index out of bounds", "v[i]"),
        ("let none: Option<i32> = None;\nnone.unwrap()", "None", "none.unwrap()"),
        ("let zero = \"\".len() as i32;\n10 / zero", "divide by zero", "10 / zero"),
        ("let big = \"x\".len() as u8;\nlet n = 255 + big;", "overflow", "255 + big"),
        ('let r: Result<i32, String> = Err("bad".into());\nr.expect("a number")', "a number", "r.expect"),
        ("let a = 1;\nassert_eq!(a, 2, \"numbers\");", "numbers", "assert_eq!"),
        ("Tensor::ones([2, 3]).matmul(&Tensor::ones([2, 3]))", "2x3", "matmul"),
    ],
)
def test_panics_of_the_standard_library_point_at_the_users_line(kernel, code, reason, line):
    error = kernel.fails(code)
    assert reason in error.said
    assert line in error.traceback
    assert_only_the_users_code(error.said)


def test_panic_in_a_function_of_an_earlier_cell_shows_both_lines(kernel):
    kernel.ok("fn check(n: i32) {\n    if n > 1 {\n        panic!(\"{n} is too much\");\n    }\n}")
    error = kernel.fails("let a = 5;\ncheck(a);")
    assert "5 is too much" in error.evalue
    assert 'panic!("{n} is too much");' in error.traceback
    assert "check(a);" in error.traceback
    assert "[1]" in error.traceback


def test_panic_with_a_value_that_is_no_text(kernel):
    error = kernel.fails("std::panic::panic_any(5);")
    assert error.ename


def test_output_before_the_panic_arrives(kernel):
    error = kernel.fails('println!("before");\nprint!("and more");\npanic!("no");')
    assert error.stdout == "before\nand more"


def test_catch_unwind_is_silent_or_at_most_said(kernel):
    cell = kernel.ok("let r = std::panic::catch_unwind(|| { panic!(\"caught\") });\nr.is_err()")
    assert cell.value == "true"


# --------------------------------------------------------------------------------- the question mark


def test_question_mark_on_a_std_error(kernel):
    error = kernel.fails('let a = 1;\nlet n: i32 = "seven".parse()?;')
    assert "invalid digit found in string" in error.evalue
    assert 'let n: i32 = "seven".parse()?;' in error.traceback
    assert_only_the_users_code(error.said)


def test_question_mark_that_succeeds(kernel):
    kernel.ok('let n: i32 = "7".parse()?;\nlet text = std::str::from_utf8(b"ok")?;')
    assert kernel.printed('println!("{n} {text}");') == "7 ok\n"


def test_question_mark_on_different_error_types_in_one_cell(kernel):
    kernel.ok('let n = "7".parse::<i32>()?;\nlet f = "1.5".parse::<f64>()?;\nlet s = String::from_utf8(vec![104, 105])?;')
    error = kernel.fails('std::fs::read_to_string("/nowhere/at/all")?;')
    assert "No such file" in error.evalue


def test_question_mark_on_an_own_error(kernel):
    kernel.ok(
        "#[derive(Debug)]\nstruct TooCold(i32);\n"
        'impl std::fmt::Display for TooCold { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "{} degrees", self.0) } }\n'
        "impl std::error::Error for TooCold {}\nfn check(t: i32) -> Result<i32, TooCold> { if t < 0 { Err(TooCold(t)) } else { Ok(t) } }"
    )
    assert kernel.value("check(3)?") == "3"
    assert "-4 degrees" in kernel.fails("check(-4)?;").evalue


def test_question_mark_on_a_boxed_error(kernel):
    kernel.ok("fn boxed() -> Result<(), Box<dyn std::error::Error>> { Err(\"boxed reason\".into()) }")
    assert "boxed reason" in kernel.fails("boxed()?;").evalue


def test_question_mark_shows_what_caused_the_error(kernel):
    kernel.ok(
        "use std::{error::Error, fmt, num::ParseIntError};\n#[derive(Debug)]\nstruct BadLine(ParseIntError);\n"
        'impl fmt::Display for BadLine { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { f.write_str("line 3 is bad") } }\n'
        "impl Error for BadLine { fn source(&self) -> Option<&(dyn Error + 'static)> { Some(&self.0) } }"
    )
    error = kernel.fails('"x".parse::<i32>().map_err(BadLine)?;')
    assert "line 3 is bad" in error.evalue
    assert "invalid digit" in error.said


def test_question_mark_on_a_tensor_operation(kernel):
    error = kernel.fails("let t = Tensor::ones([2, 3]).try_matmul(&Tensor::ones([2, 3]))?;")
    assert "2x3" in error.said


# ----------------------------------------------------------------------------------- compile errors


def test_compile_error_shows_message_label_and_line(kernel):
    error = kernel.fails('let good = 1;\nlet bad: i32 = "text";')
    assert "E0308" in error.said and "mismatched types" in error.said
    assert "expected `i32`, found `&str`" in error.said
    assert 'let bad: i32 = "text";' in error.said
    assert_only_the_users_code(error.said)


def test_compile_error_has_the_users_line_number(kernel):
    error = kernel.fails('let a = 1;\nlet b = 2;\nlet c: u8 = "x";')
    line = next(line for line in error.said.splitlines() if 'let c: u8 = "x";' in line)
    assert line.lstrip().startswith("3"), error.said


def test_suggestion_is_shown(kernel):
    error = kernel.fails("let numbers = vec![1, 2];\nnumbers.pusj(3);")
    assert "pusj" in error.said and "push" in error.said
    assert_only_the_users_code(error.said)


def test_suggested_edit_is_on_the_users_line(kernel):
    error = kernel.fails("fn f(s: String) {}\nf(\"text\");")
    assert ".to_string()" in error.said or "to_owned" in error.said
    assert_only_the_users_code(error.said)


def test_all_errors_of_a_cell_are_shown(kernel):
    error = kernel.fails('let a: i32 = "one";\nlet b: bool = 2;\nmissing();')
    assert 'let a: i32 = "one";' in error.said
    assert "let b: bool = 2;" in error.said
    assert "missing" in error.said


def test_label_on_a_variable_of_an_earlier_cell_shows_no_generated_code(kernel):
    kernel.ok("let words = vec![String::from(\"a\")];")
    for code in ("words.push(String::new());", "let n: i32 = words;", "let a = words;\nlet b = words;", "words.iter().sum::<i32>()"):
        error = kernel.fails(code)
        assert code.splitlines()[-1].split(";")[0][:12] in error.said, error.said
        assert_only_the_users_code(error.said)


def test_error_inside_a_function_and_inside_a_macro_call(kernel):
    error = kernel.fails("fn f() -> i32 {\n    let s = \"x\";\n    s\n}")
    assert "E0308" in error.said
    assert any(line.lstrip().startswith("3") and line.rstrip().endswith("s") for line in error.said.splitlines()), error.said
    error = kernel.fails('println!("{}", nothing);')
    assert "nothing" in error.said
    assert_only_the_users_code(error.said)


@pytest.mark.parametrize("code", ["let x = (1;", "fn f( {", "let = 5;", "1 +", '"open', "let x = 5 let y = 6;", "}", "#[derive(]"])
def test_syntax_error(kernel, code):
    error = kernel.fails(code)
    assert error.traceback.strip()
    assert_only_the_users_code(error.said)
    assert kernel.value("1 + 1") == "2"


def test_borrow_checker_inside_a_cell(kernel):
    error = kernel.fails("let mut v = vec![1];\nlet first = &v[0];\nv.push(2);\nprintln!(\"{first}\");")
    assert "E0502" in error.said
    assert "v.push(2);" in error.said
    assert_only_the_users_code(error.said)


def test_use_after_move_inside_a_cell(kernel):
    error = kernel.fails("let a = String::new();\nlet b = a;\nlet c = a;")
    assert "E0382" in error.said and "let b = a;" in error.said
    assert_only_the_users_code(error.said)


def test_unused_things_at_cell_level_are_no_warnings(kernel):
    cell = kernel.ok("let unused = 1;\nlet mut never_changed = 2;\nfn never_called() {}\nstruct NeverMade { field: i32 }\nuse std::collections::HashMap;")
    assert cell.said == ""


def test_warnings_that_a_user_wants_are_shown(kernel):
    cell = kernel.ok("fn f() -> i32 {\n    return 1;\n    2\n}")
    assert "unreachable" in cell.said
    cell = kernel.ok("fn g() -> Result<(), String> { Ok(()) }\ng();")
    assert "unused" in cell.said and "Result" in cell.said
    assert_only_the_users_code(cell.said)


def test_a_long_cell_shows_only_the_lines_that_matter(kernel):
    code = "\n".join(f"let v{n} = {n};" for n in range(60)) + '\nlet bad: u8 = "x";'
    error = kernel.fails(code)
    assert 'let bad: u8 = "x";' in error.said
    assert "let v10 = 10;" not in error.said


def test_characters_wider_than_a_byte_do_not_shift_the_marks(kernel):
    error = kernel.fails('let größe = "äöü €"; let n: i32 = größe;')
    lines = error.said.splitlines()
    at = next(i for i, line in enumerate(lines) if "let n: i32 = größe;" in line)
    assert any(line.rstrip("- ^").find("^") == -1 for line in lines[at + 1 : at + 3])
    marks = next(line for line in lines[at + 1 :] if "^" in line)
    assert lines[at].rfind("größe") == marks.find("^"), "\n".join(lines)


def test_question_mark_on_what_is_no_error_shows_debug(kernel):
    cell = kernel.fails('let kept = 1;\nErr::<u8, _>((404, "not found"))?;')
    assert cell.evalue == '(404, "not found")' and "In[1]:2" in cell.traceback
    cell = kernel.fails("#[derive(Debug)] enum Refusal { TooLate { days: u8 } }\nfn ask() -> Result<(), Refusal> { Err(Refusal::TooLate { days: 3 }) }\nask()?")
    assert (cell.ename, cell.evalue) == ("Refusal", "TooLate { days: 3 }")


def test_an_error_in_a_use_is_shown_once_on_its_line(kernel):
    for code in ("let a = 1;\nuse nowhere::Thing;", "fn f() {}\nuse nowhere::Thing;", "let a = 1;\nuse std::{fmt::{NoSuch, Debug}, io};"):
        cell = kernel.fails(code)
        assert cell.traceback.count("error") == 1 and ":2:" in cell.traceback, cell.traceback


def test_a_name_that_is_known_to_be_gone_gets_no_guesses(kernel):
    kernel.ok("fn g() {}\nlet c = String::new();\ndrop(c);")
    cell = kernel.fails("c")
    assert "moved in [1]" in cell.traceback and "similar" not in cell.traceback


@pytest.mark.parametrize(
    "cell, line",
    [
        ("torch::rand([2, 3])", "there is no `torch` in front of names"),
        ("torch.tensor([1, 2])", "there is no `torch` in front of names"),
        ("np.zeros(3)", "arrays are the crate `ndarray`'s"),
        ("plt::plot([1, 2])", "write `plot(…)`"),
    ],
)
def test_pythons_modules_are_told_where_they_are(kernel, cell, line):
    assert line in kernel.fails(cell).said
