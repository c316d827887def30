"""What nests ten thousand deep costs neither the kernel nor the variables."""

import json

import pytest

from kernel_client import Session
from protocol.test_bad_input import DELIMITER, RawShell, header

DEEP = 10_000

CELLS = {
    "parentheses": "(" * DEEP + "1" + ")" * DEEP,
    "arrays": "[" * DEEP + "1" + "]" * DEEP,
    "blocks": "{" * DEEP + "1" + "}" * DEEP,
    "references": "let r = " + "&" * DEEP + "1;",
    "negations": "!" * DEEP + "true",
    "modules": "mod m {" * DEEP + "}" * DEEP,
    "functions": "fn f() {" * DEEP + "}" * DEEP,
    "types": "let v: " + "Vec<" * DEEP + "u8" + ">" * DEEP + " = todo!();",
    "a sum": "1" + "+1" * DEEP,
    "a chain of calls": "kept" + ".clone()" * DEEP,
    "closures": "|x|" * DEEP + "1",
    "patterns": "let " + "(" * DEEP + "x" + ")" * DEEP + " = 1;",
    "macros": "println!(" + "(" * DEEP + ")" * DEEP + ")",
    "an attribute": "#[a(" + "(" * DEEP + ")" * DEEP + ")] fn f() {}",
    "uses": "use " + "a::{" * 1000 + "b" + "}" * 1000 + ";",
    "never closed": "(" * DEEP,
    "a command": ":type " + "(" * DEEP + "1" + ")" * DEEP,
}


@pytest.fixture(scope="module")
def session():
    with Session() as session:
        session.ok("let kept = 7;")
        yield session


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_nests_deeply(session, name):
    code = CELLS[name]
    pid = session.pid
    # What clients ask while it is typed.
    for request in (session.client.is_complete(code), session.client.complete(code), session.client.inspect(code, DEEP)):
        session.shell_reply(request, timeout=60)
    cell = session.run(code, timeout=120)
    assert cell.status == "error"
    # No account of the compiler's own functions.
    assert cell.evalue and len(cell.traceback.splitlines()) < 60, cell
    if cell.ename == "NestedTooDeeply":
        assert "nests too deeply" in cell.evalue and "RUST_MIN_STACK" in cell.evalue
    assert session.value("kept") == "7"
    assert session.pid == pid


@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
@pytest.mark.parametrize("part", [2, 3, 4, 5], ids=["header", "parent", "metadata", "content"])
def test_a_message_that_nests_deeply(session, channel, part):
    deep = b'{"a":' * DEEP + b"1" + b"}" * DEEP
    with RawShell(session, channel) as raw:
        frames = raw.signed("kernel_info_request", {})
        at = frames.index(DELIMITER) + part
        raw.send([*frames[:at], deep, *frames[at + 1 :]])
        for nested in (b"[" * DEEP + b"]" * DEEP, b"[" * DEEP):
            # Signed as it is sent, so that it is looked at.
            sent = raw.signed_bytes([header("comm_open"), b"{}", b"{}", b'{"comm_id":"x","target_name":"t","data":' + nested + b"}"])
            raw.send(sent)
    assert session.value("kept") == "7"


def test_a_display_that_nests_deeply(session):
    cell = session.ok(
        f'let deep = "[".repeat({DEEP}) + &"]".repeat({DEEP});\n'
        'println!("EVCXR_BEGIN_CONTENT application/json\\n{deep}\\nEVCXR_END_CONTENT");'
    )
    json.dumps(cell.displays)
    cell = session.ok("let mut v = serde_json::json!(1);\nfor _ in 0..500 { v = serde_json::json!([v]); }\ndisplay(Json(&v));")
    # It carries the token of the session, which is nothing to show.
    assert "wick;" not in cell.said, cell
    assert [set(display) for display in cell.displays] == [{"text/plain"}]
    assert session.value("kept") == "7"
