"""What a broken or hostile client sends is dropped; the next good message is answered."""

import json
import uuid

import pytest
import zmq
from jupyter_client.session import Session as Signer

from kernel_client import Session

DELIMITER = b"<IDS|MSG>"


class RawShell:
    """A socket to the kernel's shell channel that sends whatever it is given."""

    def __init__(self, kernel: Session, channel: str = "shell") -> None:
        info = kernel.client.get_connection_info()
        self.key = info["key"]
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(f"tcp://{info['ip']}:{info[channel + '_port']}")

    def __enter__(self) -> "RawShell":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def signed(self, kind: str, content: object, key: bytes | None = None) -> list[bytes]:
        """The frames of a well-formed message, signed with `key`."""
        signer = Signer(key=self.key if key is None else key)
        return signer.serialize(signer.msg(kind, content))

    def signed_bytes(self, parts: list[bytes]) -> list[bytes]:
        """The frames of a message of just these parts, with a right signature."""
        return [DELIMITER, Signer(key=self.key).sign(parts), *parts]

    def send(self, frames: list[bytes]) -> None:
        self.socket.send_multipart(frames)

    def answered(self, seconds: float) -> bool:
        return bool(self.socket.poll(int(seconds * 1000)))


def header(kind: str = "execute_request") -> bytes:
    return json.dumps({"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "u", "version": "5.3", "date": "2026-01-01T00:00:00Z"}).encode()


def test_a_good_raw_message_is_answered(kernel):
    """Shows that silence in the tests below means refusal."""
    with RawShell(kernel) as raw:
        raw.send(raw.signed("kernel_info_request", {}))
        assert raw.answered(5)


@pytest.mark.parametrize("channel", ["shell", "control"])
@pytest.mark.parametrize("key", [b"", b"wrong"])
def test_a_wrong_signature_is_not_obeyed(kernel, channel, key):
    kernel.ok("let kept = 1;")
    with RawShell(kernel, channel) as raw:
        kind = "execute_request" if channel == "shell" else "shutdown_request"
        raw.send(raw.signed(kind, {"code": "drop(kept);", "silent": False, "restart": False}, key=key))
        assert not raw.answered(1)
    assert kernel.value("kept") == "1"


def test_a_changed_message_is_not_obeyed(kernel):
    with RawShell(kernel) as raw:
        frames = raw.signed("execute_request", {"code": "let planted = 1;", "silent": True})
        frames[-1] = frames[-1].replace(b"planted", b"planteD")
        raw.send(frames)
        assert not raw.answered(1)
    kernel.fails("planteD")


def test_a_replayed_message_is_not_obeyed_twice(kernel):
    kernel.ok("let mut count = 0;")
    with RawShell(kernel) as raw:
        frames = raw.signed("execute_request", {"code": "count += 1;", "silent": True, "store_history": False, "user_expressions": {}, "allow_stdin": False})
        raw.send(frames)
        assert raw.answered(10)
        raw.send(frames)
        raw.answered(1)
    assert kernel.value("count") == "1"


@pytest.mark.parametrize(
    "frames",
    [
        [b""],
        [b"hello"],
        [DELIMITER],
        [DELIMITER, b""],
        [DELIMITER, b"sig", b"{}", b"{}", b"{}"],
        [DELIMITER, b"sig", b"not json", b"{}", b"{}", b"{}"],
        [b"x"] * 50,
        [DELIMITER] * 7,
        [b"\xff" * 10_000],
        [DELIMITER, b"0" * 64, header(), b"{}", b"{}", b"{}"],
    ],
    ids=["empty", "text", "delimiter", "no header", "too short", "no json", "no delimiter", "only delimiters", "bytes", "zero signature"],
)
@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
def test_malformed_frames_do_no_harm(kernel, frames, channel):
    with RawShell(kernel, channel) as raw:
        raw.send(frames)
        assert not raw.answered(0.3)
    assert kernel.value("1 + 1") == "2"


@pytest.mark.parametrize(
    "kind, content",
    [
        ("execute_request", {}),
        ("execute_request", {"code": 5}),
        ("execute_request", {"code": None, "silent": "maybe"}),
        ("execute_request", b"[]"),
        ("is_complete_request", {}),
        ("history_request", {"hist_access_type": "sideways"}),
        ("complete_request", {"code": "é", "cursor_pos": 99999}),
        ("complete_request", {"code": "é", "cursor_pos": -1}),
        ("inspect_request", {"code": "", "cursor_pos": 0, "detail_level": 7}),
        ("comm_open", {"comm_id": "x", "target_name": "unknown", "data": {}}),
        ("comm_msg", {"comm_id": "never opened", "data": {}}),
        ("no_such_request", {"a": 1}),
        ("", {}),
    ],
)
def test_signed_nonsense_does_no_harm(kernel, kind, content):
    kernel.ok("let kept = 1;")
    with RawShell(kernel) as raw:
        raw.send(raw.signed(kind, content))
        raw.answered(0.5)
    assert kernel.value("kept") == "1"


def test_a_huge_message(kernel):
    with RawShell(kernel) as raw:
        raw.send(raw.signed("execute_request", {"code": "// " + "x" * 20_000_000, "silent": True, "store_history": False}))
        raw.answered(10)
    assert kernel.value("1 + 1", timeout=60) == "2"
