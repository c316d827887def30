"""Cells that ask: std::io::stdin, wick::input, wick::getpass."""

from __future__ import annotations

from queue import Empty

from kernel_client import Cell, Session


def run_answering(kernel: Session, code: str, answers: list[str], **options) -> tuple[Cell, list[dict]]:
    """Runs a cell and gives it these answers; returns it with the questions."""
    questions: list[dict] = []
    waiting = list(answers)
    request = kernel.client.execute(code, allow_stdin=True, **options)
    while True:
        try:
            message = kernel.client.get_stdin_msg(timeout=0.05)
        except Empty:
            message = None
        if message is not None:
            assert message["msg_type"] == "input_request"
            assert message["parent_header"]["msg_id"] == request
            questions.append(message["content"])
            kernel.client.input(waiting.pop(0))
        try:
            reply = kernel.client.get_shell_msg(timeout=0.05)
        except Empty:
            continue
        if reply["parent_header"].get("msg_id") == request:
            break
    text = []
    while True:
        message = kernel.client.get_iopub_msg(timeout=10)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "stream":
            text.append(message["content"]["text"])
        if message["content"].get("execution_state") == "idle":
            break
    assert not waiting, f"never asked for {waiting}"
    return Cell("".join(text), reply["content"]), questions


READ = "let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;\n"


def test_std_reads_a_line_of_the_person(kernel):
    cell, questions = run_answering(kernel, 'print!("Name: ");\n' + READ + 'println!("[{}]", line);', ["Ada"])
    assert cell.status == "ok"
    assert cell.code.replace("\n", "|") == "Name: [Ada|]|"
    assert [question["password"] for question in questions] == [False]


def test_std_reads_as_many_lines_as_it_wants(kernel):
    code = "let sum: i32 = std::io::stdin().lines().take(3).map(|line| line.unwrap().trim().parse::<i32>().unwrap()).sum();\nprintln!(\"{sum}\");"
    cell, questions = run_answering(kernel, code, ["1", "20", "300"])
    assert cell.code == "321\n" and len(questions) == 3


def test_the_end_of_input_is_heard(kernel):
    code = "let text = std::io::read_to_string(std::io::stdin())?;\nprintln!(\"{text:?}\");"
    cell, _ = run_answering(kernel, code, ["a", "b", "\x04"])
    assert cell.code == '"a\\nb\\n"\n'
    cell, _ = run_answering(kernel, READ + 'println!("{line:?}");', ["again"])
    assert cell.code == '"again\\n"\n'


def test_stdout_may_be_locked_while_the_cell_asks(kernel):
    code = "use std::io::Write;\nlet mut out = std::io::stdout().lock();\nwrite!(out, \"? \")?;\nout.flush()?;\n" + READ + "writeln!(out, \"{}\", line.trim())?;"
    cell, _ = run_answering(kernel, code, ["yes"])
    assert cell.code == "? yes\n"


def test_a_program_of_the_cell_may_ask(kernel):
    code = 'std::process::Command::new("sh").args(["-c", "read x; echo got $x"]).status()?;'
    cell, questions = run_answering(kernel, code, ["that"])
    assert cell.status == "ok" and len(questions) == 1
    assert cell.code == "got that\n"


def test_input_and_getpass(kernel):
    cell, questions = run_answering(
        kernel, 'let name = wick::input("Name: ")?;\nlet secret = wick::getpass("Password: ")?;\nprintln!("{name} {}", secret.len());', ["Ada", "hush"]
    )
    assert questions == [{"prompt": "Name: ", "password": False}, {"prompt": "Password: ", "password": True}]
    assert cell.code == "Ada 4\n"


def test_without_a_person_std_reads_the_end(kernel):
    cell = kernel.ok(READ + 'println!("{line:?}");', allow_stdin=False)
    assert cell.stdout == '""\n'
    assert "asks for input" in cell.stderr


def test_without_a_person_input_is_an_error(kernel):
    cell = kernel.fails('wick::input("Name: ")?;', allow_stdin=False)
    assert "does not take input" in cell.said


def test_an_interrupt_ends_the_waiting(kernel):
    kernel.ok("let kept = 7;")
    for code in (READ, 'wick::input("never: ")?;'):
        request = kernel.client.execute(code, allow_stdin=True)
        kernel.client.get_stdin_msg(timeout=20)
        kernel.manager.interrupt_kernel()
        reply = kernel.shell_reply(request, timeout=20)
        assert (reply["status"], reply["ename"]) == ("error", "Interrupted")
    assert kernel.value("kept") == "7"


def test_a_snapshot_that_took_over_can_ask(kernel):
    kernel.ok("let kept = 7;")
    kernel.fails("std::process::abort();")
    cell, _ = run_answering(kernel, READ + 'println!("{kept} {}", line.trim());', ["on"])
    assert cell.code == "7 on\n"
