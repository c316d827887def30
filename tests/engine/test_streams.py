"""stdout and stderr: as it is written, in order, from whoever writes."""

import time


def test_println_and_eprintln(kernel):
    cell = kernel.ok('println!("out");\neprintln!("err");')
    assert (cell.stdout, cell.stderr) == ("out\n", "err\n")


def test_print_without_a_newline(kernel):
    assert kernel.printed('print!("no newline");') == "no newline"
    assert kernel.ok('eprint!("no newline");').stderr == "no newline"


def test_output_streams_while_the_cell_runs(kernel):
    kernel.ok("use std::{thread::sleep, time::Duration};")
    cell = kernel.ok('print!("first");\nsleep(Duration::from_millis(800));\nprint!("second");')
    first, second = [event for event in cell.events if event.kind == "stdout"]
    assert (first.text, second.text) == ("first", "second")
    assert second.at - first.at > 0.5


def test_many_small_writes_are_complete_and_in_order(kernel):
    text = kernel.printed('for n in 0..20_000 { println!("{n}"); }')
    assert text.split() == [str(n) for n in range(20_000)]


def test_output_and_displays_keep_their_order(kernel):
    kernel.ok("struct Html(u32);\nimpl Html { fn evcxr_display(&self) { println!(\"EVCXR_BEGIN_CONTENT text/html\\n<i>{}</i>\\nEVCXR_END_CONTENT\", self.0); } }")
    cell = kernel.ok('println!("a");\nHtml(1).evcxr_display();\nprintln!("b");\nHtml(2).evcxr_display();\nprintln!("c");\n5')
    seen = [(event.data.get("text/html") or event.text).strip() for event in cell.events]
    assert seen == ["a", "<i>1</i>", "b", "<i>2</i>", "c", "5"]


def test_result_comes_after_what_was_printed(kernel):
    cell = kernel.ok('print!("printed");\n1')
    assert [event.kind for event in cell.events] == ["stdout", "result"]


def test_a_child_process_writes_to_the_notebook(kernel):
    cell = kernel.ok('std::process::Command::new("sh").args(["-c", "echo from a child; echo to stderr >&2"]).status()?;')
    assert cell.stdout == "from a child\n"
    assert cell.stderr == "to stderr\n"


def test_rust_and_a_child_process_in_order(kernel):
    cell = kernel.ok('println!("one");\nstd::process::Command::new("echo").arg("two").status()?;\nprint!("three");')
    assert cell.stdout == "one\ntwo\nthree"


def test_c_code_writes_to_file_descriptors_one_and_two(kernel):
    kernel.ok(
        'unsafe extern "C" {\n    fn write(fd: i32, text: *const u8, count: usize) -> isize;\n'
        "    fn puts(text: *const std::ffi::c_char) -> i32;\n    fn printf(format: *const std::ffi::c_char, ...) -> i32;\n}"
    )
    cell = kernel.ok("unsafe { write(1, b\"one\\n\".as_ptr(), 4); write(2, b\"two\\n\".as_ptr(), 4); }")
    assert (cell.stdout, cell.stderr) == ("one\n", "two\n")
    # C's own buffer is flushed at the latest when the cell ends.
    assert kernel.printed('unsafe { puts(c"from C".as_ptr()); printf(c"%d without newline".as_ptr(), 5i32); }') == "from C\n5 without newline"


def test_what_is_not_utf8_does_no_harm(kernel):
    cell = kernel.ok('use std::io::Write;\nstd::io::stdout().write_all(b"a\\xff\\xfeb\\n")?;')
    assert cell.stdout.startswith("a") and cell.stdout.endswith("b\n")
    assert kernel.printed('println!("fine");') == "fine\n"


def test_a_character_cut_in_two_arrives_whole(kernel):
    cell = kernel.ok(
        'use std::io::Write;\nlet euro = "€".as_bytes();\nlet mut out = std::io::stdout();\nout.write_all(&euro[..1])?;\nout.flush()?;\n'
        "std::thread::sleep(std::time::Duration::from_millis(200));\nout.write_all(&euro[1..])?;\nout.flush()?;"
    )
    assert cell.stdout == "€"


def test_the_users_own_output_cannot_forge_a_display(kernel):
    cell = kernel.ok('println!("\\u{1b}WICK text/html <script>");')
    assert all(event.kind == "stdout" for event in cell.events)


def test_reading_stdin_does_not_hang(kernel):
    started = time.monotonic()
    kernel.run("let mut line = String::new();\nlet n = std::io::stdin().read_line(&mut line)?;\nn", timeout=20, allow_stdin=False)
    assert time.monotonic() - started < 20
    assert kernel.value("1") == "1"
