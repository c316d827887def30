"""Messages that no good client sends: the kernel neither ends nor grows, and answers the next good one."""

from __future__ import annotations

import json
import os
import random
import socket
import struct
import time

import zmq
from jupyter_client.session import Session as Signer

from kernel_client import Session
from soak.measure import usage
from soak.report import Report

CHANNELS = {"shell": "DEALER", "control": "DEALER", "stdin": "DEALER", "iopub": "SUB", "hb": "REQ"}
KINDS = [
    "execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request", "comm_info_request",
    "comm_open", "comm_msg", "comm_close", "kernel_info_request", "connect_request", "input_reply", "debug_request", "", "nonsense",
]  # fmt: skip
WRONG = [None, True, -1, 1e308, 2**70, "", "\ud83d\ude00" * 10, [], {}, [[[]]], {"a": {"b": []}}]
# How many times the memory after the first thousand messages of a channel a session may have in the end, beside what
# the signatures of good messages take.
MORE_MEMORY = 1.10


class Mutator:
    """Makes messages from good ones, the same for the same seed."""

    def __init__(self, key: bytes, seed: int) -> None:
        self.random = random.Random(seed)
        self.signer = Signer(key=key)
        self.stranger = Signer(key=b"another key")
        self.recorded: list[list[bytes]] = []

    def good(self) -> list[bytes]:
        """A proper message, of a kind that runs no cell."""
        return self.signer.serialize(self.signer.msg("kernel_info_request", {}))

    def message(self) -> list[bytes]:
        """One of many ways to be wrong."""
        return self.random.choice(
            [self.cut, self.swapped, self.bad_json, self.bad_signature, self.unsigned, self.wrong_types, self.flipped, self.noise, self.replayed, self.huge]
        )()

    def cut(self) -> list[bytes]:
        frames = self.good()
        if self.random.random() < 0.5:
            return frames[: self.random.randrange(len(frames))] or [b""]
        place = self.random.randrange(len(frames))
        frames[place] = frames[place][: self.random.randrange(len(frames[place]) + 1)]
        return frames

    def swapped(self) -> list[bytes]:
        frames = self.good()
        one, other = self.random.randrange(len(frames)), self.random.randrange(len(frames))
        frames[one], frames[other] = frames[other], frames[one]
        return frames

    def bad_json(self) -> list[bytes]:
        parts = [b"{}"] * 4
        parts[self.random.randrange(4)] = self.random.choice([b"", b"{", b"[" * 5000, b"nul", b'{"a":', b"\xff\xfe", b'"\\ud800"', b"1e999", b"{}{}"])
        return [b"<IDS|MSG>", self.signer.sign(parts), *parts]

    def bad_signature(self) -> list[bytes]:
        return self.stranger.serialize(self.stranger.msg("shutdown_request", {"restart": False}))

    def unsigned(self) -> list[bytes]:
        frames = self.good()
        frames[1] = self.random.choice([b"", b"0" * 64, b"f" * 63, b"\x00" * 32, frames[1].upper()])
        return frames

    def wrong_types(self) -> list[bytes]:
        pick = self.random.choice
        content = {pick(["code", "silent", "cursor_pos", "comm_id", "data", "detail_level", "hist_access_type", "store_history", "n", "user_expressions"]): pick(WRONG) for _ in range(3)}
        if content.get("code"):
            content["code"] = pick(["", 5, None, ["x"]])
        message = self.signer.msg(pick(KINDS), content)
        if self.random.random() < 0.5:
            message["header"][pick(["msg_id", "msg_type", "session", "date", "username", "version"])] = pick(WRONG)
        if self.random.random() < 0.2:
            message["content"] = pick(WRONG)
        parts = [json.dumps(message[part], default=str).encode() for part in ("header", "parent_header", "metadata", "content")]
        return [b"<IDS|MSG>", self.signer.sign(parts), *parts]

    def flipped(self) -> list[bytes]:
        frames = [bytearray(frame) for frame in self.good()]
        for _ in range(self.random.randint(1, 8)):
            frame = self.random.choice(frames)
            if frame:
                frame[self.random.randrange(len(frame))] ^= 1 << self.random.randrange(8)
        return [bytes(frame) for frame in frames]

    def noise(self) -> list[bytes]:
        return [self.random.randbytes(self.random.randrange(200)) for _ in range(self.random.randint(1, 12))]

    def replayed(self) -> list[bytes]:
        if not self.recorded or len(self.recorded) < 20:
            self.recorded.append(self.good())
        return self.random.choice(self.recorded)

    def huge(self) -> list[bytes]:
        if self.random.random() < 0.9:
            return self.good() + [b"x" * self.random.randrange(10_000)] * self.random.randrange(20)
        return self.random.choice([[b"x" * 1_000_000], [b""] * 3000, self.good() + [b"y" * 1_000_000]])


def raw(mutator: Mutator, kind: str, port: int) -> None:
    """One connection that breaks the framing below the messages."""
    pick = mutator.random
    greeting = bytearray(b"\xff" + b"\0" * 8 + b"\x7f\x03\x00NULL" + b"\0" * 48)
    if pick.random() < 0.2:
        greeting[pick.randrange(64)] ^= 1 << pick.randrange(8)
    ready = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind.encode()
    if pick.random() < 0.3:
        ready = pick.choice([ready[: pick.randrange(len(ready))], pick.randbytes(40), ready + b"\x08Identity\xff\xff\xff\xff", b""])
    command = bytes([4, len(ready)]) + ready
    frame = pick.choice(
        [
            b"\x02" + struct.pack(">Q", pick.choice([2**63, 2**64 - 1, 2**40, 2**31, 5])),
            b"\x03" + struct.pack(">Q", 200_000_000) + b"x" * 100,
            b"\x01\x00" * pick.randrange(2000),
            b"\x00\xff" + b"short",
            b"\x04\x03\x09ab",
            bytes([pick.randrange(256), pick.randrange(256)]) + pick.randbytes(pick.randrange(300)),
        ]
    )
    sent = bytes(greeting) + command + frame
    if pick.random() < 0.2:
        sent = sent[: pick.randrange(len(sent))]
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(sent)
            if pick.random() < 0.3:
                # An end that is no end: reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass  # The kernel has hung up, as it should.


class Channel:
    """A client's end of one channel, which is made anew when the kernel hangs up."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        self.open()

    def open(self) -> None:
        # A DEALER says to the heartbeat what no REQ could, and to the iopub channel an XSUB.
        kind = {"iopub": zmq.XSUB}.get(self.name, zmq.DEALER)
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.linger = 0
        self.socket.sndtimeo = 5000
        self.socket.connect(f"tcp://127.0.0.1:{self.port}")

    def send(self, frames: list[bytes]) -> None:
        try:
            self.socket.send_multipart(frames)
        except zmq.Again:
            # Nobody takes it: cut off for good, as after a message that was too long.
            self.socket.close()
            self.open()
        self.drain()

    def drain(self) -> None:
        """Takes what came back, so that the kernel never waits for this client."""
        while self.socket.poll(0):
            self.socket.recv_multipart()


def answers(session: Session, report: Report, name: str) -> None:
    started = time.monotonic()
    value = session.value("kept + 1", timeout=120)
    beats = _beats(session)
    report.check(value == "42" and beats, f"{name}: the next good message was answered after {(time.monotonic() - started) * 1000:.0f} ms, and the heart beats")


def _beats(session: Session) -> bool:
    heart = zmq.Context.instance().socket(zmq.REQ)
    heart.linger = 0
    heart.connect(f"tcp://127.0.0.1:{session.client.get_connection_info()['hb_port']}")
    heart.send(b"ping")
    beats = bool(heart.poll(10_000)) and heart.recv() == b"ping"
    heart.close()
    return beats


def run(report: Report, *, short: bool) -> None:
    each = 600 if short else 20_000
    seed = int(os.environ.get("WICK_SEED", "5"))
    with Session() as session:
        session.ok("let kept = 41;")
        pid = session.pid
        info = session.client.get_connection_info()
        mutator = Mutator(info["key"], seed)
        # The first of each kind make what is made once: buffers, tasks, and the memory of signatures.
        for name, kind in CHANNELS.items():
            flood(mutator, name, kind, info[f"{name}_port"], each // 10)
        before = usage(session)
        for name, kind in CHANNELS.items():
            flood(mutator, name, kind, info[f"{name}_port"], each)
            answers(session, report, f"{name}: {each} messages")
        report.check(session.pid == pid and session.manager.is_alive(), "the kernel is the same process")
        after = usage(session)
        grown = after.kernel_mb - before.kernel_mb
        # A signature takes 32 bytes twice, and what a table has beside; there are 65,536 at most.
        allowed = before.kernel_mb * (MORE_MEMORY - 1) + 8
        report.check(grown <= allowed, f"memory of the kernel: {before.kernel_mb:.1f} MB, then {after.kernel_mb:.1f} MB after {each * len(CHANNELS)} messages")
        report.check(after.kernel_files <= before.kernel_files + 8, f"open files of the kernel: {before.kernel_files}, then {after.kernel_files}")
        report.note(session.printed(":security").splitlines()[2])


def flood(mutator: Mutator, name: str, kind: str, port: int, count: int) -> None:
    channel = Channel(name, port)
    for number in range(count):
        if number % 20 == 0:
            raw(mutator, kind, port)
        elif name == "iopub":
            channel.send([b"\x01" + mutator.random.randbytes(8)] if number % 3 else mutator.message())
        elif name == "hb":
            channel.send([b"", *mutator.message()] if number % 2 else mutator.message())
        else:
            channel.send(mutator.message())
    # What is still on its way belongs to this channel's part.
    end = time.monotonic() + 2
    while time.monotonic() < end and channel.socket.poll(200):
        channel.drain()
    channel.socket.close()
