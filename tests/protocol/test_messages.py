"""Every message of the protocol that a client sends, and what comes back."""

import time

import pytest

from kernel_client import Session


def reply_to(kernel: Session, request: str, kind: str, timeout: float = 10) -> dict:
    """The whole reply message to `request`."""
    deadline = time.monotonic() + timeout
    while True:
        message = kernel.client.get_shell_msg(timeout=max(0.0, deadline - time.monotonic()))
        if message["parent_header"].get("msg_id") == request:
            assert message["msg_type"] == kind
            return message


def iopub_until_idle(kernel: Session, request: str, timeout: float = 10) -> list[dict]:
    """All broadcast messages that belong to `request`."""
    deadline = time.monotonic() + timeout
    messages = []
    while True:
        message = kernel.client.get_iopub_msg(timeout=max(0.0, deadline - time.monotonic()))
        if message["parent_header"].get("msg_id") != request:
            continue
        messages.append(message)
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return messages


# ------------------------------------------------------------------------------------- kernel_info


def test_kernel_info(kernel):
    content = reply_to(kernel, kernel.client.kernel_info(), "kernel_info_reply")["content"]
    assert content["status"] == "ok"
    assert content["protocol_version"].startswith("5.")
    assert content["implementation"] == "wick"
    assert "Wick" in content["banner"]
    language = content["language_info"]
    assert language["name"] == "rust"
    assert language["file_extension"] == ".rs"
    assert language["mimetype"] in ("text/rust", "text/x-rust", "text/x-rustsrc")
    assert language["version"].startswith("1.")


@pytest.mark.parametrize("request_name", ["kernel_info", "comm_info", "history", "is_complete", "execute"])
def test_busy_and_idle_around_each_request(kernel, request_name):
    arguments = {"is_complete": ["1"], "execute": ["1"]}.get(request_name, [])
    request = getattr(kernel.client, request_name)(*arguments)
    messages = iopub_until_idle(kernel, request)
    states = [m["content"]["execution_state"] for m in messages if m["msg_type"] == "status"]
    assert states == ["busy", "idle"]
    assert messages[0]["msg_type"] == "status" and messages[-1]["msg_type"] == "status"


# ----------------------------------------------------------------------------------------- execute


def test_counts_start_at_one_and_go_up(kernel):
    assert [kernel.ok(code).count for code in ("1", "let a = 2;", "a")] == [1, 2, 3]


def test_a_failing_cell_counts(kernel):
    assert kernel.fails('panic!("x");').count == 1
    assert kernel.fails("let = 1;").count == 2
    assert kernel.ok("1").count == 3


def test_execute_input_repeats_the_code_and_its_count(kernel):
    request = kernel.client.execute("let a = 1;")
    inputs = [m["content"] for m in iopub_until_idle(kernel, request) if m["msg_type"] == "execute_input"]
    assert inputs == [{"code": "let a = 1;", "execution_count": 1}]


def test_result_carries_the_count_of_its_cell(kernel):
    kernel.ok("let a = 1;")
    request = kernel.client.execute("a")
    results = [m["content"] for m in iopub_until_idle(kernel, request) if m["msg_type"] == "execute_result"]
    assert [(r["execution_count"], r["data"]["text/plain"]) for r in results] == [(2, "1")]


def test_silent_shows_nothing_counts_nothing_but_runs(kernel):
    cell = kernel.run("let hidden = 7;\nhidden", silent=True)
    assert cell.status == "ok"
    assert cell.value is None
    shown = kernel.ok("hidden")
    assert (shown.value, shown.count) == ("7", 1)


def test_store_history_false_does_not_count(kernel):
    kernel.ok("1", store_history=True)
    kernel.ok("let extra = 1;", store_history=False)
    assert kernel.ok("extra").count == 2
    history = reply_to(kernel, kernel.client.history(hist_access_type="tail", n=10), "history_reply")["content"]["history"]
    assert [entry[2] for entry in history] == ["1", "extra"]


def test_stop_on_error_aborts_what_is_queued(kernel):
    bad = kernel.client.execute('std::thread::sleep(std::time::Duration::from_millis(500));\npanic!("stop");')
    queued = [kernel.client.execute(f"let q{n} = {n};") for n in range(2)]
    assert reply_to(kernel, bad, "execute_reply", 30)["content"]["status"] == "error"
    for request in queued:
        assert reply_to(kernel, request, "execute_reply")["content"]["status"] in ("aborted", "error")
    time.sleep(0.3)
    kernel.fails("q0")
    assert kernel.value("1") == "1"


def test_stop_on_error_false_goes_on(kernel):
    bad = kernel.client.execute('std::thread::sleep(std::time::Duration::from_millis(300));\npanic!("go on");', stop_on_error=False)
    queued = kernel.client.execute("let q = 1;")
    assert reply_to(kernel, bad, "execute_reply", 30)["content"]["status"] == "error"
    assert reply_to(kernel, queued, "execute_reply")["content"]["status"] == "ok"
    assert kernel.value("q") == "1"


def test_user_expressions(kernel):
    kernel.ok("let a = 20;")
    reply = kernel.ok("let b = 1;", user_expressions={"sum": "a + b", "wrong": "a + missing", "text": 'format!("{a}")'}).reply
    expressions = reply["user_expressions"]
    assert expressions["sum"]["status"] == "ok"
    assert expressions["sum"]["data"]["text/plain"] == "21"
    assert expressions["text"]["data"]["text/plain"] == '"20"'
    assert expressions["wrong"]["status"] == "error"
    assert "missing" in expressions["wrong"]["evalue"] + "".join(expressions["wrong"]["traceback"])


def test_cells_run_in_the_order_they_were_sent(kernel):
    kernel.ok("let mut order: Vec<i32> = vec![];")
    requests = [kernel.client.execute(f"order.push({n});") for n in range(6)]
    for request in requests:
        assert reply_to(kernel, request, "execute_reply", 30)["content"]["status"] == "ok"
    assert kernel.value("order") == "[0, 1, 2, 3, 4, 5]"


def test_a_very_long_cell(kernel):
    code = "let mut total = 0u64;\n" + "total += 1;\n" * 2000 + "total"
    assert kernel.value(code, timeout=120) == "2000"


def test_windows_line_ends_and_tabs(kernel):
    assert kernel.value("let a = 1;\r\nlet b = 2;\r\n\ta + b\r\n") == "3"


# ------------------------------------------------------------------------------------- is_complete


@pytest.mark.parametrize(
    "code, status",
    [
        ("let x = 1;", "complete"),
        ("fn f() {\n    1\n}", "complete"),
        (":dep itoa = \"1\"", "complete"),
        ("fn f() {", "incomplete"),
        ("vec![1,", "incomplete"),
        ("struct S {\n    a: i32,", "incomplete"),
        ('println!("', "incomplete"),
        ('r#"raw', "incomplete"),
        ("/* comment", "incomplete"),
        ("let x =", "incomplete"),
        ("x.map(|y|", "incomplete"),
        ("}", "invalid"),
        ("let let = 1;", "invalid"),
        ("fn 5() {}", "invalid"),
    ],
)
def test_is_complete(kernel, code, status):
    content = reply_to(kernel, kernel.client.is_complete(code), "is_complete_reply")["content"]
    assert content["status"] == status
    if status == "incomplete":
        assert content["indent"].strip() == ""


# --------------------------------------------------------------------------------- the small ones


def test_comm_info_is_empty(kernel):
    content = reply_to(kernel, kernel.client.comm_info(), "comm_info_reply")["content"]
    assert content == {"status": "ok", "comms": {}}


def test_history_of_the_session(kernel):
    for code in ("let a = 1;", "a + 1", "let b = 3;"):
        kernel.ok(code)
    ask = lambda **options: reply_to(kernel, kernel.client.history(raw=True, **options), "history_reply")["content"]["history"]  # noqa: E731
    assert [entry[2] for entry in ask(hist_access_type="tail", n=2)] == ["a + 1", "let b = 3;"]
    assert [entry[1] for entry in ask(hist_access_type="tail", n=10)] == [1, 2, 3]
    assert [entry[2] for entry in ask(hist_access_type="range", session=0, start=1, stop=3)] == ["let a = 1;", "a + 1"]
    assert [entry[2] for entry in ask(hist_access_type="search", pattern="let*", n=10)] == ["let a = 1;", "let b = 3;"]


def test_complete_and_inspect_answer_in_form(kernel):
    """Clients send these at any time; the answer has to be well formed even where there is nothing to offer."""
    content = reply_to(kernel, kernel.client.complete("let a = ve", 10), "complete_reply")["content"]
    assert content["status"] == "ok"
    assert isinstance(content["matches"], list)
    assert 0 <= content["cursor_start"] <= content["cursor_end"] <= 10
    content = reply_to(kernel, kernel.client.inspect("vec", 3), "inspect_reply")["content"]
    assert content["status"] == "ok" and "found" in content


def test_heartbeat(kernel):
    kernel.client.hb_channel.unpause()
    time.sleep(1.5)
    assert kernel.client.is_alive() and kernel.client.hb_channel.is_beating()


def test_heartbeat_beats_while_a_cell_runs(kernel):
    kernel.client.hb_channel.unpause()
    request = kernel.client.execute("let mut n = 0u64;\nlet start = std::time::Instant::now();\nwhile start.elapsed().as_secs() < 3 { n += 1; }")
    for _ in range(5):
        time.sleep(0.5)
        assert kernel.client.hb_channel.is_beating()
    assert reply_to(kernel, request, "execute_reply", 30)["content"]["status"] == "ok"


def test_ipc_transport(tmp_path):
    with Session(cwd=tmp_path, ipc=tmp_path / "k") as kernel:
        assert kernel.manager.transport == "ipc"
        assert kernel.value("40 + 2") == "42"
        assert kernel.printed('print!("over ipc");') == "over ipc"


def test_two_clients_see_the_same_kernel(kernel):
    other = kernel.manager.blocking_client()
    other.start_channels()
    try:
        other.wait_for_ready(timeout=20)
        kernel.ok("let shared = 5;")
        request = other.execute("let from_other = shared + 1;")
        reply = other.get_shell_msg(timeout=20)
        assert (reply["parent_header"]["msg_id"], reply["content"]["status"]) == (request, "ok")
        assert kernel.value("from_other") == "6"
    finally:
        other.stop_channels()
