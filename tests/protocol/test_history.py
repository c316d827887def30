"""History: in this session and across sessions."""

import pytest

from kernel_client import Session
from test_messages import reply_to


def history(kernel: Session, **query) -> list:
    request = kernel.client.history(**query)
    return [list(it) for it in reply_to(kernel, request, "history_reply")["content"]["history"]]


@pytest.fixture
def state(tmp_path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def test_later_sessions_see_earlier_ones(tmp_path, state):
    with Session(cwd=tmp_path, env=state) as first:
        first.ok("let a = 1;")
        first.ok("a + 1")
        # Cells do not wait for the disk; who asks does.
        assert history(first, hist_access_type="tail", n=1)[0][2] == "a + 1"
    with Session(cwd=tmp_path, env=state) as second:
        second.ok("let b = 2;")
        inputs = [it[2] for it in history(second, hist_access_type="tail", n=3)]
        assert inputs == ["let a = 1;", "a + 1", "let b = 2;"]
        earlier = history(second, hist_access_type="range", session=-1, start=1, stop=9, output=True)
        assert [it[1:] for it in earlier] == [[1, ["let a = 1;", None]], [2, ["a + 1", "2"]]]
        now = history(second, hist_access_type="range", session=0, start=1, stop=9)
        assert [it[1:] for it in now] == [[1, "let b = 2;"]]
        assert now[0][0] == earlier[0][0] + 1
        found = history(second, hist_access_type="search", pattern="let*", n=5)
        assert [it[2] for it in found] == ["let a = 1;", "let b = 2;"]
    assert (tmp_path / "state/wick/history.sqlite").stat().st_mode & 0o777 == 0o600


def test_search_keeps_the_latest_of_equal_cells(tmp_path, state):
    with Session(cwd=tmp_path, env=state) as kernel:
        for code in ("1 + 1", "2 + 2", "1 + 1"):
            kernel.ok(code)
        unique = history(kernel, hist_access_type="search", pattern="*+*", unique=True)
        assert [it[1:] for it in unique] == [[2, "2 + 2"], [3, "1 + 1"]]


def test_two_sessions_write_at_once(tmp_path, state):
    with Session(cwd=tmp_path, env=state) as one, Session(cwd=tmp_path, env=state) as other:
        for number in range(5):
            one.ok(f"let one = {number};")
            other.ok(f"let other = {number};")
        # Cells do not wait for the disk; a kernel that is asked has written its own.
        history(other, hist_access_type="tail", n=1)
        inputs = {it[2] for it in history(one, hist_access_type="tail", n=20)}
    assert len(inputs) == 10


def test_without_a_place_to_write_the_session_remembers(tmp_path):
    with Session(cwd=tmp_path, env={"XDG_STATE_HOME": "/proc/nowhere"}) as kernel:
        kernel.ok("let a = 1;")
        assert [it[2] for it in history(kernel, hist_access_type="tail", n=3)] == ["let a = 1;"]
