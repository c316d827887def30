"""A notebook session as the tests see it: start the installed kernel, run cells, look at what came back.

Everything goes through jupyter_client's own manager and blocking client, the same code that nbclient
and JupyterLab's server run on.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, Callable

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

KERNEL_NAME = "wick"
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def plain(text: str) -> str:
    """`text` without colours."""
    return ANSI.sub("", text)


@dataclass(frozen=True)
class Event:
    """One thing a cell sent to the notebook, in the order it arrived."""

    kind: str  # "stdout", "stderr", "result", "display", "update", "clear", "error"
    text: str
    data: dict[str, Any]
    at: float  # seconds after the request


@dataclass
class Cell:
    """What came back from one execute request."""

    code: str
    reply: dict[str, Any]
    events: list[Event] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def status(self) -> str:
        return self.reply["status"]

    @property
    def count(self) -> int | None:
        return self.reply.get("execution_count")

    def _text(self, *kinds: str) -> str:
        return "".join(event.text for event in self.events if event.kind in kinds)

    @property
    def stdout(self) -> str:
        return self._text("stdout")

    @property
    def stderr(self) -> str:
        return self._text("stderr")

    @property
    def output(self) -> str:
        """Both streams together, in order."""
        return self._text("stdout", "stderr")

    @property
    def value(self) -> str | None:
        """The text of the trailing expression, None where nothing was shown."""
        texts = [event.text for event in self.events if event.kind == "result"]
        assert len(texts) <= 1, f"more than one result: {texts}"
        return texts[0] if texts else None

    @property
    def displays(self) -> list[dict[str, Any]]:
        """The MIME bundles of everything shown, results included."""
        return [event.data for event in self.events if event.kind in ("display", "result")]

    @property
    def ename(self) -> str:
        return self.reply.get("ename", "")

    @property
    def evalue(self) -> str:
        return plain(self.reply.get("evalue", ""))

    @property
    def traceback(self) -> str:
        """The traceback as text, without colours."""
        return plain("\n".join(self.reply.get("traceback", [])))

    @property
    def said(self) -> str:
        """All the text that a person would see, in order."""
        return plain("\n".join(event.text for event in self.events))

    def __str__(self) -> str:
        return f"{self.code!r} -> {self.status}\n{self.said}"


class Session:
    """One running kernel and a client connected to it. Use it in a `with`."""

    def __init__(
        self,
        *,
        kernel_name: str = KERNEL_NAME,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        ipc: Path | None = None,
    ) -> None:
        """Starts `kernel_name` in the folder `cwd`; over sockets whose names begin with `ipc`, if given, instead of TCP."""
        transport = {} if ipc is None else {"transport": "ipc", "ip": str(ipc)}
        self.manager = KernelManager(kernel_name=kernel_name, **transport)
        options: dict[str, Any] = {"env": {**os.environ, **(env or {})}}
        if cwd is not None:
            options["cwd"] = str(cwd)
        self.started = time.monotonic()
        # Whatever a kernel writes outside its protocol would only confuse pytest's own output.
        self.manager.start_kernel(**options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.blocking_client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=30)
        except Exception:
            self.close()
            raise
        self.ready_seconds = time.monotonic() - self.started

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ cells

    def run(
        self, code: str, *, timeout: float = 60, on_event: Callable[[Event], None] | None = None, **options: Any
    ) -> Cell:
        """Runs `code` and collects everything until the kernel is idle again.

        `on_event` is called with each event as it arrives, so that a test can act while the cell runs.
        """
        client = self.client
        started = time.monotonic()
        request = client.execute(code, **options)
        events: list[Event] = []
        states: list[str] = []
        while "idle" not in states:
            left = started + timeout - time.monotonic()
            try:
                message = client.get_iopub_msg(timeout=min(1.0, max(0.0, left)))
            except Empty:
                if not self.manager.is_alive():
                    raise ConnectionError(f"the kernel ended with cell {code!r}; so far: {events}") from None
                if left <= 0:
                    raise TimeoutError(f"no end after {timeout} s of cell {code!r}; so far: {events}") from None
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "status":
                states.append(message["content"]["execution_state"])
                continue
            event = _event(message, time.monotonic() - started)
            if event is not None:
                events.append(event)
                if on_event is not None:
                    on_event(event)
        reply = self.shell_reply(request, timeout=10)
        return Cell(code, reply, events, states, time.monotonic() - started)

    def ok(self, code: str, **options: Any) -> Cell:
        """Runs a cell that has to succeed."""
        cell = self.run(code, **options)
        assert cell.status == "ok", str(cell)
        return cell

    def fails(self, code: str, **options: Any) -> Cell:
        """Runs a cell that has to fail."""
        cell = self.run(code, **options)
        assert cell.status == "error", str(cell)
        return cell

    def value(self, code: str, **options: Any) -> str | None:
        """What the trailing expression of a cell is shown as."""
        return self.ok(code, **options).value

    def printed(self, code: str, **options: Any) -> str:
        """What a cell writes to stdout."""
        return self.ok(code, **options).stdout

    def shell_reply(self, request: str, timeout: float = 10) -> dict[str, Any]:
        """The content of the reply to `request` on the shell channel."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.client.get_shell_msg(timeout=max(0.0, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    # -------------------------------------------------------------- processes

    @property
    def pid(self) -> int:
        """The process id of the kernel itself."""
        return self.manager.provisioner.process.pid

    def processes(self) -> list[psutil.Process]:
        """The kernel and everything it has started."""
        kernel = psutil.Process(self.pid)
        return [kernel, *kernel.children(recursive=True)]

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


def _event(message: dict[str, Any], at: float) -> Event | None:
    content = message["content"]
    match message["msg_type"]:
        case "stream":
            return Event(content["name"], content["text"], {}, at)
        case "execute_result":
            return Event("result", content["data"].get("text/plain", ""), content["data"], at)
        case "display_data":
            return Event("display", content["data"].get("text/plain", ""), content["data"], at)
        case "update_display_data":
            return Event("update", content["data"].get("text/plain", ""), content["data"], at)
        case "clear_output":
            return Event("clear", "", content, at)
        case "error":
            return Event("error", "\n".join(content["traceback"]), content, at)
        case _:
            return None


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits for `condition`, and fails saying `what` did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those of `processes` that still run; a zombie does not."""

    def running(process: psutil.Process) -> bool:
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return [process for process in processes if running(process)]
