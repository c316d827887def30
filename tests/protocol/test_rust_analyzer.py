"""Completion and inspection with rust-analyzer: what only types tell, and that nobody ever waits for it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kernel_client import Session, alive, wait_until
from test_assistance import complete, inspect, offered
from test_messages import reply_to

WICK = Path(os.environ.get("WICK_PREFIX", "~/.local")).expanduser() / "bin" / "wick"

pytestmark = pytest.mark.timeout(1000)


@pytest.fixture(scope="module")
def analyzer() -> Iterator[str]:
    """The program that the kernel will find; tests/run.sh sees to it that there is one."""
    os.environ["WICK_RUST_ANALYZER"] = ""
    # What is right is asked here, on a machine that may do other things; how fast has a test of its own.
    os.environ["WICK_RUST_ANALYZER_PATIENCE"] = "5000"
    shown = subprocess.run([WICK, "analyzer"], capture_output=True, text=True)
    assert shown.returncode == 0, f"no rust-analyzer: {shown.stdout}{shown.stderr}"
    yield shown.stdout
    os.environ["WICK_RUST_ANALYZER"] = "off"
    del os.environ["WICK_RUST_ANALYZER_PATIENCE"]


def servers(kernel: Session) -> list[psutil.Process]:
    def is_one(process: psutil.Process) -> bool:
        try:
            return process.name() == "rust-analyzer"
        except psutil.NoSuchProcess:
            # It ended since it was listed.
            return False

    return [process for process in kernel.processes() if is_one(process)]


def offered_at_mark(kernel: Session, code: str) -> list[str]:
    """The same as `offered` for code with closures in it: the cursor is at `¦`."""
    text, at = code.replace("¦", ""), code.index("¦")
    return reply_to(kernel, kernel.client.complete(text, at), "complete_reply")["content"]["matches"]


def soon(condition: Callable[[], bool], what: str) -> None:
    """What is asked about for the first time may come too late for its answer, on a machine that does other things."""
    wait_until(condition, 90, what)


def warm(kernel: Session) -> None:
    """Asks until the answer is one that the index does not have."""
    wait_until(lambda: "is_char_boundary" in offered(kernel, '"".is_char_b|'), 600, "rust-analyzer gets warm")


@pytest.fixture(scope="module")
def session(analyzer, tmp_path_factory):
    with Session(cwd=tmp_path_factory.mktemp("analyzer")) as kernel:
        kernel.ok(":dep either = \"1\"", timeout=300)
        kernel.ok("use std::collections::BTreeMap;\nlet weights = Tensor::ones([2, 3]);\nlet mut ages = BTreeMap::from([(\"Ada\", 36u8)]);")
        kernel.ok(
            "#[derive(Clone, Debug)]\nstruct Point { across: f64, up: f64 }\n"
            "/// How far it is.\nfn distance(point: &Point) -> f64 { point.across.hypot(point.up) }\n"
            "let corners = vec![Point { across: 1., up: 2. }];"
        )
        warm(kernel)
        yield kernel


@pytest.mark.parametrize(
    "code, wanted",
    [
        ("weights.mat¦", "matmul"),
        ("Tensor::ze¦", "zeros"),
        ("weights.shape().to_v¦", "to_vec"),
        ("ages.ent¦", "entry"),
        ("corners[0].ac¦", "across"),
        ("corners.iter().map(|it| it.u¦", "up"),
        ("corners.iter().max_¦", "max_by"),
        ("for corner in &corners {\n    corner.clo¦\n}", "clone"),
        ("use either::Ei¦", "Either"),
        ("either::Either::<u8, u8>::Left(1).is_l¦", "is_left"),
        ("std::thread::sp¦", "spawn"),
        ("let net = Sequential::new((Linear::new(2, 3), ReLU::new()));\nnet.forw¦", "forward"),
        ("struct Net { width: usize }\nlet net = Net { width: 2 };\nnet.wi¦", "width"),
        ("anyhow::Con¦", "Context"),
    ],
)  # fmt: skip
def test_what_only_types_tell(session, code, wanted):
    soon(lambda: wanted in offered_at_mark(session, code), f"{wanted} for {code}")


def test_nothing_is_offered_that_the_type_does_not_have(session):
    assert offered(session, "weights.acr|") == []
    assert "across" not in offered(session, "corners.a|")
    assert "matmul" not in offered(session, "ages.m|")


def test_commands_and_paths_stay_the_indexs(session):
    assert "vars" in offered(session, ":va|")
    assert "return" in offered(session, "retu|")


def described(kernel: Session, code: str, name: str) -> dict:
    """What is said of a candidate, nothing where it is not offered."""
    items = complete(kernel, code)["metadata"]["_jupyter_types_experimental"]
    return next((it for it in items if it["text"] == name), {})


def test_candidates_have_their_types(session):
    soon(lambda: described(session, "ages.ke|", "keys") != {}, "keys of a map")
    keys = described(session, "ages.ke|", "keys")
    assert keys["type"] == "function" and keys["signature"].startswith("fn keys(&self) -> Keys<")
    soon(lambda: described(session, "corners[0].|", "up") != {}, "a field of an element")
    up = described(session, "corners[0].|", "up")
    assert (up["type"], up["signature"]) == ("property", "f64")


def test_inspection_tells_signature_and_docs(session):
    soon(lambda: "fn entry(" in inspect(session, "ages.ent|ry(1)").get("text/plain", ""), "what entry is")
    data = inspect(session, "ages.ent|ry(1)")
    assert "```" not in data["text/plain"]
    assert "```rust" in data["text/markdown"] and "in-place manipulation" in data["text/markdown"]
    soon(lambda: "How far it is." in inspect(session, "dist|ance")["text/markdown"], "docs of a cell's function")
    assert "fn distance(point: &Point) -> f64" in inspect(session, "distance(|")["text/plain"]
    # Of a variable there is more to tell than its type.
    assert "[1., 1., 1.]" in inspect(session, "wei|ghts")["text/plain"]


def test_a_warm_answer_takes_less_than_300_ms(session):
    def is_fast() -> bool:
        started = time.perf_counter()
        return "entry" in offered(session, "ages.e|") and time.perf_counter() - started < 0.3

    soon(is_fast, "an answer within 300 ms")


def test_a_new_cell_is_part_of_what_it_knows(session):
    session.ok("struct Later { height: u8 }\nimpl Later { fn twice(&self) -> u8 { self.height * 2 } }\nlet later = vec![Later { height: 3 }];")
    soon(lambda: "height" in offered(session, "later[0].he|"), "a field of a new type")
    soon(lambda: "twice" in offered(session, "later.first().unwrap().tw|"), "a method of a new type")


def test_nobody_waits_for_it(analyzer, kernel):
    kernel.ok("let weights = Tensor::ones([2, 3]);")
    assert servers(kernel) == [], "started before anybody asked"
    assert "matmul" in offered(kernel, "weights.matm|")
    # Now it is on its way, and cells and questions go on.
    assert kernel.value("1 + 1") == "2"
    times = []
    for _ in range(10):
        started = time.perf_counter()
        assert "matmul" in offered(kernel, "weights.matm|")
        times.append(time.perf_counter() - started)
    assert min(times) < 0.05, times


def test_it_ends_with_the_kernel_however_that_ends(analyzer, tmp_path):
    with Session(cwd=tmp_path) as kernel:
        offered(kernel, "Tens|")
        wait_until(lambda: servers(kernel) != [], 60, "rust-analyzer starts")
        left = kernel.processes()
        os.kill(kernel.pid, 9)
        wait_until(lambda: not alive(left), 10, f"the end of {left}")


def test_one_that_dies_is_replaced(analyzer, kernel):
    warm(kernel)
    (server,) = servers(kernel)
    server.kill()
    assert "Tensor" in offered(kernel, "Tens|")
    warm(kernel)
    assert servers(kernel) != [server]


def test_without_it_the_index_answers(tmp_path):
    for program in ("off", "/no/such/program"):
        with Session(cwd=tmp_path, env={"WICK_RUST_ANALYZER": program}) as kernel:
            for _ in range(2):
                assert "matmul" in offered(kernel, "Tensor::ones([1]).matm|")
                time.sleep(0.5)
            assert servers(kernel) == [], program
