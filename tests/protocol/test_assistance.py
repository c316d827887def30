"""Completion and inspection: what is offered, how fast, and in which forms."""

import time

import pytest

from kernel_client import Session
from test_messages import reply_to


def complete(kernel: Session, code: str) -> dict:
    """The reply for a cursor at `|`."""
    at = code.index("|")
    text = code[:at] + code[at + 1 :]
    return reply_to(kernel, kernel.client.complete(text, len(text[:at])), "complete_reply")["content"]


def offered(kernel: Session, code: str) -> list[str]:
    return complete(kernel, code)["matches"]


def inspect(kernel: Session, code: str) -> dict:
    at = code.index("|")
    text = code[:at] + code[at + 1 :]
    content = reply_to(kernel, kernel.client.inspect(text, at), "inspect_reply")["content"]
    return content["data"] if content["found"] else {}


@pytest.fixture
def session(kernel):
    kernel.ok("let weights = Tensor::ones([2, 3]);\nlet count = 5u8;")
    kernel.ok(
        "struct Point { across: f64, up: f64 }\n"
        "impl Point {\n    fn length(&self) -> f64 { self.across.hypot(self.up) }\n    fn origin() -> Point { Point { across: 0., up: 0. } }\n}\n"
        "enum Shape { Circle, Square }\nfn area_of(shape: &Shape) -> f64 { 1. }\nlet corner = Point::origin();"
    )
    return kernel


@pytest.mark.parametrize(
    "code, wanted",
    [
        ("wei|", "weights"),
        ("Tens|", "Tensor"),
        ("tens|", "tensor!"),
        ("weights.mat|", "matmul"),
        ("weights.t().relu().sum_|", "sum_dim"),
        ("Tensor::ze|", "zeros"),
        ("corner.ac|", "across"),
        ("corner.len|", "length"),
        ("Point::or|", "origin"),
        ("Shape::Ci|", "Circle"),
        ("area|", "area_of"),
        ("nn::Lin|", "Linear"),
        ("retu|", "return"),
        (":va|", "vars"),
        ("let local = Tensor::ones([2]);\nlocal.backw|", "backward"),
        ("let local = 5;\nloc|", "local"),
        ("let point = Point { across: 1., up: 2. };\npoint.u|", "up"),
        ("let layer = Linear::new(3, 4);\nlayer.forw|", "forward"),
    ],
)
def test_what_is_offered(session, code, wanted):
    assert wanted in offered(session, code)


def test_a_field_is_not_offered_where_a_name_is_wanted(session):
    assert "across" not in offered(session, "acr|")
    assert offered(session, "weights.acr|") == []


def test_candidates_have_types_and_signatures(session):
    content = complete(session, "let y = weights.matm|")
    described = {it["text"]: it for it in content["metadata"]["_jupyter_types_experimental"]}
    assert described["matmul"]["type"] == "function"
    assert described["matmul"]["signature"] == "fn matmul(&self, other: &Tensor) -> Tensor"
    assert (content["cursor_start"], content["cursor_end"]) == (16, 20)
    described = {it["text"]: it for it in complete(session, "cou|")["metadata"]["_jupyter_types_experimental"]}
    assert (described["count"]["type"], described["count"]["signature"]) == ("instance", "u8")


def test_paths_of_files_inside_strings(session, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "cat.png").touch()
    (tmp_path / "index.csv").touch()
    assert offered(session, 'load("i|")') == ["images/", "index.csv"]
    assert offered(session, 'load("images/c|")') == ["cat.png"]
    assert offered(session, ":load in|") == ["index.csv"]


def test_completion_answers_within_50_ms(session):
    complete(session, "weights.ma|")
    times = []
    for _ in range(5):
        started = time.perf_counter()
        complete(session, "weights.ma|")
        times.append(time.perf_counter() - started)
    assert min(times) < 0.05, times


def test_inspecting_a_variable_glances_at_its_value(session):
    data = inspect(session, "wei|ghts")
    for form in ("text/plain", "text/markdown"):
        for word in ("Tensor", "[2, 3]", "float32", "cpu", "24 bytes", "[1., 1., 1.]"):
            assert word in data[form], data[form]
    assert "```rust" in data["text/markdown"]


def test_inspecting_a_method_tells_its_signature_and_docs(session):
    for code in ("weights.mat|mul", "weights.matmul(|", "Tensor::matm|ul"):
        data = inspect(session, code)
        assert "fn matmul(&self, other: &Tensor) -> Tensor" in data["text/plain"], code
        assert "product" in data["text/markdown"]


def test_inspecting_what_cells_define(session):
    assert "across: f64" in inspect(session, "Poi|nt")["text/plain"]
    assert "fn length(&self) -> f64" in inspect(session, "corner.len|gth")["text/plain"]
    assert "f64" in inspect(session, "corner.acr|oss")["text/plain"]
    assert inspect(session, "nothing_of_the_kind|") == {}


def test_inspection_changes_nothing(session):
    session.ok('struct Loud(u8);\nimpl Drop for Loud { fn drop(&mut self) { println!("dropped"); } }\nlet loud = Loud(1);')
    assert "Loud" in inspect(session, "lou|d")["text/plain"]
    assert session.ok("let other = 1;").output == ""
    assert session.ok("loud.0").value == "1"


def test_doc_opens_the_pager(session):
    reply = session.ok(":doc Tensor::matmul").reply
    (page,) = reply["payload"]
    assert page["source"] == "page" and "matmul" in page["data"]["text/plain"]
    assert "Did you mean" in session.fails(":doc matmull").said


def test_a_question_mark_opens_the_pager(session):
    for code in ("weights?", "Tensor::matmul?", "?area_of"):
        (page,) = session.ok(code).reply["payload"]
        assert page["source"] == "page" and page["data"]["text/plain"], code
