"""The engine over evcxr's evaluation context: the kernel `Rust (evcxr engine)` of a build with the feature `evcxr`."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel_client import Session, alive, wait_until

sys.path.append(str(Path(__file__).parents[1] / "protocol"))
from test_input import run_answering  # noqa: E402

BINARY = os.environ.get("WICK_WITH_EVCXR")


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[Session]:
    if BINARY is None:
        pytest.skip("no build with the feature `evcxr`: tests/nightly.sh makes one")
    folder = tmp_path_factory.mktemp("evcxr")
    spec = folder / "kernels" / "wick-evcxr"
    spec.mkdir(parents=True)
    argv = [BINARY, "kernel", "--engine", "evcxr", "--connection-file", "{connection_file}"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "Rust (evcxr engine)", "language": "rust", "interrupt_mode": "message"})
    )
    before = os.environ.get("JUPYTER_PATH", "")
    os.environ["JUPYTER_PATH"] = f"{folder}:{before}"
    try:
        with Session(kernel_name="wick-evcxr", cwd=folder) as session:
            # The first cell waits for evcxr, which compiles one of its own.
            session.ok("1 + 1", timeout=300)
            yield session
            left = session.processes()
        wait_until(lambda: not alive(left), 10, f"the end of {left}")
    finally:
        os.environ["JUPYTER_PATH"] = before


def test_the_banner_says_what_it_is(engine):
    request = engine.client.kernel_info()
    assert "evcxr's engine, without the tensor library" in engine.shell_reply(request)["banner"]


def test_what_a_cell_makes_lasts(engine):
    engine.ok("let numbers = vec![1, 2, 3];\nfn twice(n: i32) -> i32 { n * 2 }", timeout=120)
    assert engine.value("numbers.iter().map(|n| twice(*n)).collect::<Vec<_>>()", timeout=120) == "[2, 4, 6]"
    listed = engine.value(":vars")
    assert "numbers: Vec<i32>" in listed and "wick" not in listed


def test_both_streams_come(engine):
    cell = engine.ok('println!("out");\neprintln!("err");', timeout=120)
    assert (cell.stdout, cell.stderr) == ("out\n", "err\n")


def test_displays_come_in_their_types(engine):
    shown = engine.ok('println!("EVCXR_BEGIN_CONTENT text/html\\n<b>1</b>\\nEVCXR_END_CONTENT");', timeout=120)
    assert shown.displays == [{"text/html": "<b>1</b>"}]
    engine.ok(
        "struct Shown;\nimpl Shown {\n    fn evcxr_display(&self) {\n"
        '        println!("EVCXR_BEGIN_CONTENT application/json\\n[1]\\nEVCXR_END_CONTENT");\n    }\n}',
        timeout=120,
    )
    assert engine.ok("Shown", timeout=120).displays == [{"application/json": [1]}]


def test_an_error_shows_the_persons_line(engine):
    cell = engine.fails('let a = 1;\nlet b: i32 = "ä";', timeout=120)
    assert cell.ename == "E0308" and "mismatched types" in cell.evalue
    assert f"In[{cell.count}]:2:14" in cell.traceback
    assert '2 | let b: i32 = "ä";' in cell.traceback
    assert engine.fails("let c = ;", timeout=120).ename in ("SyntaxError", "CompileError", "Error")


def test_commands_of_the_other_engine_are_told_apart(engine):
    cell = engine.fails(":undo")
    assert ":help" in cell.evalue and 'the kernel "Rust (Wick)"' in cell.evalue


def test_a_panic_fails_the_cell_and_keeps_variables(engine):
    engine.ok("let kept = 7;", timeout=120)
    cell = engine.fails('let lost = 1;\nif kept == 7 { panic!("boom"); }', timeout=120)
    assert (cell.ename, cell.evalue) == ("panic", "boom")
    assert engine.value("kept", timeout=120) == "7"
    assert engine.fails("lost", timeout=120).ename == "E0425"


def test_a_question_mark_that_returns_fails_the_cell(engine):
    cell = engine.fails('"x".parse::<i32>()?;\nprintln!("never");', timeout=120)
    assert "invalid digit" in cell.evalue and cell.stdout == ""
    assert engine.value('"4".parse::<i32>()? + 1', timeout=120) == "5"


def test_a_cell_asks(engine):
    ran, questions = run_answering(
        engine,
        'println!("EVCXR_INPUT_REQUEST:Your name?");\nlet mut name = String::new();\n'
        'std::io::stdin().read_line(&mut name).unwrap();\nprintln!("hello {}", name.trim());',
        ["Ada"],
    )
    assert [it["prompt"] for it in questions] == ["Your name?"] and ran.code == "hello Ada\n"


def test_members_are_completed(engine):
    engine.ok('let text = String::from("a");', timeout=120)
    request = engine.client.complete("text.push_", 10)
    found = engine.shell_reply(request, timeout=120)
    assert any(match.startswith("push_str") for match in found["matches"]), found
    assert (found["cursor_start"], found["cursor_end"]) == (5, 10)


def test_a_name_is_looked_up(engine):
    request = engine.client.inspect("std::mem::swap", 12)
    found = engine.shell_reply(request, timeout=120)
    assert found["found"] and "swap" in found["data"]["text/plain"]


def test_a_comm_is_closed(engine):
    message = engine.client.session.msg("comm_open", {"comm_id": "c1", "target_name": "any", "data": {}})
    engine.client.shell_channel.send(message)
    while True:
        published = engine.client.get_iopub_msg(timeout=10)
        if published["msg_type"] == "comm_close":
            break
    assert published["content"]["comm_id"] == "c1"


def test_an_interrupt_ends_the_cell_and_says_what_it_cost(engine):
    engine.ok("let gone = 1;\nfn here() -> i32 { 5 }", timeout=120)

    def interrupt(event):
        if event.text == "begun\n":
            engine.manager.interrupt_kernel()

    cell = engine.run('println!("begun");\nloop { std::thread::sleep(std::time::Duration::from_millis(1)); }', timeout=120, on_event=interrupt)
    assert (cell.status, cell.ename) == ("error", "Interrupted") and "variables are gone" in cell.evalue
    assert engine.value("here()", timeout=120) == "5"
    assert engine.fails("gone", timeout=120).ename == "E0425"


def test_the_end_of_the_process_is_told(engine):
    cell = engine.fails("std::process::abort();", timeout=120)
    assert cell.ename == "ProcessEnded" and "SIGABRT" in cell.evalue
    assert engine.value("2 + 2", timeout=120) == "4"
