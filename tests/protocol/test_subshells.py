"""Subshells (Jupyter's enhancement proposal 91): lines of requests that are answered while the main shell's cell runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel_client import Session, wait_until
from test_messages import iopub_until_idle, reply_to

WAIT = 'println!("runs");\nwhile !std::path::Path::new("go").exists() { std::thread::sleep(std::time::Duration::from_millis(5)); }'


def control(kernel: Session, kind: str, **content) -> dict:
    message = kernel.client.session.msg(kind, content)
    kernel.client.control_channel.send(message)
    while True:
        reply = kernel.client.get_control_msg(timeout=10)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            assert reply["msg_type"] == kind.replace("_request", "_reply")
            return reply["content"]


def create(kernel: Session) -> str:
    return control(kernel, "create_subshell_request")["subshell_id"]


def send(kernel: Session, subshell: str | None, kind: str, **content) -> str:
    message = kernel.client.session.msg(kind, content)
    message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)
    return message["header"]["msg_id"]


def execute(kernel: Session, subshell: str | None, code: str, **options) -> str:
    options = {"silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True, **options}
    return send(kernel, subshell, "execute_request", code=code, **options)


def replies(kernel: Session, *requests: str, timeout: float = 60) -> list[dict]:
    """The replies to these requests, in their order, whichever comes first."""
    found: dict[str, dict] = {}
    deadline = time.monotonic() + timeout
    while len(found) < len(requests):
        message = kernel.client.get_shell_msg(timeout=max(0.0, deadline - time.monotonic()))
        if (parent := message["parent_header"].get("msg_id")) in requests:
            found[parent] = message["content"]
    return [found[request] for request in requests]


def published(kernel: Session, request: str, kind: str) -> dict:
    """The first broadcast of this kind that `request` caused."""
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") == request and message["msg_type"] == kind:
            return message["content"]


@contextmanager
def occupied(kernel: Session, folder: Path) -> Iterator[str]:
    """The main shell runs a cell while this lasts; gives its request."""
    request = kernel.client.execute(WAIT)
    assert published(kernel, request, "stream")["text"] == "runs\n"
    yield request
    (folder / "go").touch()


def test_it_is_said_that_there_are_subshells(kernel):
    info = reply_to(kernel, kernel.client.kernel_info(), "kernel_info_reply")["content"]
    assert info["supported_features"] == ["kernel subshells"]


def test_subshells_are_made_listed_and_deleted(kernel):
    one, other = create(kernel), create(kernel)
    assert one != other
    assert sorted(control(kernel, "list_subshell_request")["subshell_id"]) == sorted([one, other])
    assert control(kernel, "delete_subshell_request", subshell_id=one) == {"status": "ok"}
    assert control(kernel, "list_subshell_request")["subshell_id"] == [other]
    again = control(kernel, "delete_subshell_request", subshell_id=one)
    assert (again["status"], again["ename"]) == ("error", "NoSuchSubshell") and one in again["evalue"]


def test_a_subshell_that_is_not_there_is_told(kernel):
    (reply,) = replies(kernel, execute(kernel, "none", "1"))
    assert (reply["status"], reply["ename"]) == ("error", "NoSuchSubshell")
    assert kernel.value("2") == "2"


def test_no_id_and_null_mean_the_main_shell(kernel):
    (reply,) = replies(kernel, execute(kernel, None, "let x = 1;"))
    assert (reply["status"], reply["execution_count"]) == ("ok", 1)


def test_the_header_of_a_request_comes_back_whole(kernel):
    subshell = create(kernel)
    request = execute(kernel, subshell, '#[derive(Debug)]\nstruct Seen;\nprintln!("out");\nSeen')
    messages = iopub_until_idle(kernel, request, timeout=60)
    kinds = [it["msg_type"] for it in messages]
    assert kinds == ["status", "execute_input", "stream", "execute_result", "status"]
    assert {it["parent_header"]["subshell_id"] for it in messages} == {subshell}
    reply = reply_to(kernel, request, "execute_reply")
    assert reply["parent_header"]["subshell_id"] == subshell and reply["content"]["status"] == "ok"


def test_questions_are_answered_while_a_cell_runs(kernel, tmp_path):
    kernel.ok("struct Point { width: f32, height: f32 }\nlet corner = Point { width: 1., height: 2. };\nlet weights = Tensor::ones([2, 3]);")
    subshell = create(kernel)
    with occupied(kernel, tmp_path) as cell:
        asked = [
            send(kernel, subshell, "kernel_info_request"),
            send(kernel, subshell, "complete_request", code="corner.", cursor_pos=7),
            send(kernel, subshell, "complete_request", code="weights.matm", cursor_pos=12),
            send(kernel, subshell, "inspect_request", code="weights", cursor_pos=3, detail_level=0),
            send(kernel, subshell, "inspect_request", code="Tensor::matmul", cursor_pos=10, detail_level=0),
            send(kernel, subshell, "is_complete_request", code="fn f() {"),
            send(kernel, subshell, "history_request", hist_access_type="tail", n=1, output=False, raw=True),
            send(kernel, subshell, "comm_info_request"),
        ]
        info, members, methods, variable, method, complete, history, comms = replies(kernel, *asked)
    assert info["implementation"] == "wick"
    assert {"width", "height"} <= set(members["matches"])
    assert "matmul" in methods["matches"]
    # Its values belong to the cell now; its type does not change.
    assert variable["found"] and "let weights: Tensor" in variable["data"]["text/plain"]
    assert "fn matmul(&self" in method["data"]["text/plain"]
    assert complete["status"] == "incomplete"
    assert "let corner" in history["history"][0][2]
    assert comms["comms"] == {}
    (reply,) = replies(kernel, cell)
    assert reply["status"] == "ok"


def test_busy_and_idle_are_those_of_each_subshell(kernel, tmp_path):
    subshell = create(kernel)
    with occupied(kernel, tmp_path):
        request = send(kernel, subshell, "comm_info_request")
        states = [it["content"]["execution_state"] for it in iopub_until_idle(kernel, request) if it["msg_type"] == "status"]
    assert states == ["busy", "idle"]


def test_a_cell_of_a_subshell_comes_between_those_of_the_main_shell(kernel, tmp_path):
    subshell = create(kernel)
    with occupied(kernel, tmp_path) as first:
        later = kernel.client.execute("let last = between + 1;\nlast")
        between = execute(kernel, subshell, "let between = 41;")
        assert published(kernel, between, "status")["execution_state"] == "busy"
    counts = [it["execution_count"] for it in replies(kernel, first, between, later)]
    assert counts == [1, 2, 3]
    assert kernel.value("last") == "42"


def test_errors_stop_only_what_waits_in_the_same_line(kernel, tmp_path):
    one, other = create(kernel), create(kernel)
    with occupied(kernel, tmp_path) as cell:
        fails = execute(kernel, one, 'panic!("here");')
        stopped = execute(kernel, one, "1")
        goes_on = execute(kernel, other, "2")
        main = kernel.client.execute("3")
        asked = send(kernel, one, "kernel_info_request")
        assert published(kernel, fails, "status")["execution_state"] == "busy"
    statuses = [it["status"] for it in replies(kernel, cell, fails, stopped, goes_on, main, asked)]
    assert statuses == ["ok", "error", "aborted", "ok", "ok", "ok"]


def test_an_error_of_the_main_shell_stops_no_subshell(kernel, tmp_path):
    subshell = create(kernel)
    request = kernel.client.execute(WAIT + '\npanic!("here");')
    published(kernel, request, "stream")
    stopped = kernel.client.execute("1")
    goes_on = execute(kernel, subshell, "2")
    assert published(kernel, goes_on, "status")["execution_state"] == "busy"
    (tmp_path / "go").touch()
    statuses = [it["status"] for it in replies(kernel, request, stopped, goes_on)]
    assert statuses == ["error", "aborted", "ok"]


def test_an_interrupt_reaches_a_cell_of_a_subshell(kernel):
    subshell = create(kernel)
    kernel.ok("let kept = 7;")
    request = execute(kernel, subshell, 'println!("runs");\nloop { std::thread::sleep(std::time::Duration::from_millis(5)); }')
    published(kernel, request, "stream")
    kernel.manager.interrupt_kernel()
    (reply,) = replies(kernel, request)
    assert (reply["status"], reply["ename"]) == ("error", "Interrupted")
    assert kernel.value("kept") == "7"


def test_a_cell_of_a_subshell_asks(kernel):
    subshell = create(kernel)
    request = execute(kernel, subshell, 'let name = wick::input("Name: ")?;\nname', allow_stdin=True)
    question = kernel.client.get_stdin_msg(timeout=60)
    assert (question["parent_header"]["msg_id"], question["content"]["prompt"]) == (request, "Name: ")
    kernel.client.input("Ada")
    assert published(kernel, request, "execute_result")["data"]["text/plain"] == '"Ada"'


def test_a_deleted_subshell_runs_no_more_cells(kernel, tmp_path):
    subshell = create(kernel)
    with occupied(kernel, tmp_path):
        present = execute(kernel, subshell, "let present = 1;")
        waits = execute(kernel, subshell, "let never = 1;")
        assert published(kernel, present, "status")["execution_state"] == "busy"
        # Answered in its turn, so both have come by then.
        replies(kernel, send(kernel, create(kernel), "kernel_info_request"))
        assert control(kernel, "delete_subshell_request", subshell_id=subshell) == {"status": "ok"}
    assert [it["status"] for it in replies(kernel, present, waits)] == ["ok", "aborted"]
    assert kernel.fails("never").ename == "E0425"


# ------------------------------------------------------------------------------- comms beside a cell

COUNTED = (
    "use std::sync::atomic::{AtomicI64, Ordering};\nstatic SLIDER: AtomicI64 = AtomicI64::new(0);\n"
    'wick::comm::register_target("slider", |comm, message| {\n'
    '    println!("moved to {message}");\n'
    "    SLIDER.store(message.as_i64().unwrap_or(-1), Ordering::SeqCst);\n"
    '    comm.send(wick::comm::json!({"now": message}));\n});'
)
UNTIL_MOVED = 'println!("runs");\nwhile SLIDER.load(Ordering::SeqCst) < 3 { std::thread::sleep(std::time::Duration::from_millis(5)); }\nSLIDER.load(Ordering::SeqCst)'


def test_a_running_cell_sees_what_a_comm_brings(kernel):
    kernel.ok(COUNTED)
    subshell = create(kernel)
    cell = kernel.client.execute(UNTIL_MOVED)
    published(kernel, cell, "stream")
    sent = [send(kernel, subshell, "comm_open", comm_id="c1", target_name="slider", data=1)]
    sent += [send(kernel, subshell, "comm_msg", comm_id="c1", data=value) for value in (2, 3)]
    states, shown, answers = {it: [] for it in sent}, [], []
    while not all("idle" in it for it in states.values()) or len(answers) < 3:
        message = kernel.client.get_iopub_msg(timeout=60)
        parent = message["parent_header"].get("msg_id")
        if message["msg_type"] == "status" and parent in states:
            states[parent].append(message["content"]["execution_state"])
        elif message["msg_type"] == "stream":
            shown.append((parent, message["content"]["text"]))
        elif message["msg_type"] == "comm_msg":
            answers.append(message["content"])
    assert list(states.values()) == [["busy", "idle"]] * 3
    assert answers == [{"comm_id": "c1", "data": {"now": value}} for value in (1, 2, 3)]
    # What handlers print is shown by the cell that runs, in the order of the messages.
    assert "".join(text for _, text in shown) == "moved to 1\nmoved to 2\nmoved to 3\n"
    (reply,) = replies(kernel, cell)
    assert reply["status"] == "ok"
    assert control(kernel, "delete_subshell_request", subshell_id=subshell) == {"status": "ok"}
    assert kernel.value("SLIDER.load(Ordering::SeqCst)") == "3"


def test_a_handler_that_panics_beside_a_cell_harms_nobody(kernel, tmp_path):
    kernel.ok('let kept = 7;\nwick::comm::register_target("broken", |_, _| panic!("in the handler"));')
    subshell = create(kernel)
    with occupied(kernel, tmp_path) as cell:
        opened = send(kernel, subshell, "comm_open", comm_id="c1", target_name="broken", data={})
        told = ""
        while "in the handler" not in told:
            told += published(kernel, cell, "stream")["text"]
        # Its line goes on.
        replies(kernel, send(kernel, subshell, "comm_info_request"))
    assert "thread 'comm' panicked" in told and opened
    (reply,) = replies(kernel, cell)
    assert reply["status"] == "ok"
    assert kernel.value("kept") == "7"


def test_a_target_that_nobody_registered_closes_beside_a_cell(kernel, tmp_path):
    subshell = create(kernel)
    with occupied(kernel, tmp_path):
        send(kernel, subshell, "comm_open", comm_id="c1", target_name="nobody", data={})
        while kernel.client.get_iopub_msg(timeout=60)["msg_type"] != "comm_close":
            pass
        (info,) = replies(kernel, send(kernel, subshell, "comm_info_request"))
        assert info["comms"] == {}


def test_a_handler_that_ends_the_process_costs_no_variables(kernel, tmp_path):
    kernel.ok('let kept = 7;\nwick::comm::register_target("end", |_, _| std::process::abort());')
    subshell = create(kernel)
    with occupied(kernel, tmp_path) as cell:
        send(kernel, subshell, "comm_open", comm_id="c1", target_name="end", data={})
        (reply,) = replies(kernel, cell)
        assert reply["status"] == "error"
        # Nobody waits for the handler any more.
        replies(kernel, send(kernel, subshell, "comm_info_request"))
    assert kernel.value("kept") == "7"


def test_large_buffers_travel_beside_a_cell(kernel, tmp_path):
    kernel.ok(
        "use std::sync::atomic::{AtomicUsize, Ordering};\nstatic SIZE: AtomicUsize = AtomicUsize::new(0);\n"
        'wick::comm::register_target("bytes", |comm, _| SIZE.store(comm.buffers()[0].len(), Ordering::SeqCst));'
    )
    subshell = create(kernel)
    message = kernel.client.session.msg("comm_open", {"comm_id": "c1", "target_name": "bytes", "data": {}})
    message["header"]["subshell_id"] = subshell
    with occupied(kernel, tmp_path):
        kernel.client.session.send(kernel.client.shell_channel.socket, message, buffers=[bytes(8 << 20)])
        iopub_until_idle(kernel, message["header"]["msg_id"], timeout=60)
    wait_until(lambda: kernel.value("SIZE.load(Ordering::SeqCst)") == str(8 << 20), 10, "the size")


@pytest.mark.parametrize("kind", ["shutdown_request", "interrupt_request", "create_subshell_request", "list_subshell_request"])
def test_what_belongs_on_control_is_told_so(kernel, kind):
    (reply,) = replies(kernel, send(kernel, create(kernel), kind))
    assert (reply["status"], reply["ename"]) == ("error", "BadRequest")
    assert kernel.value("1") == "1"
