"""Runs a disaster in a session of any kernel and says what was survived."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from disasters import Disaster
from kernel_client import Cell, Event, Session

STARTED = "the cell has started"


@dataclass(frozen=True)
class Language:
    """How a kernel is spoken to."""

    kernel: str
    setup: tuple[str, ...]
    """Cells that make variables."""
    probe: str
    """Shows them."""
    step: str
    """Changes them in a way that depends on what the probe does not show, such as an optimizer's momentum."""
    announce: str
    """Prints `STARTED`."""

    def cell(self, disaster: Disaster) -> str | None:
        """The disaster in this language; None where it cannot happen."""
        if self.kernel == "python3":
            return disaster.python
        return None if self.kernel == "rust" and disaster.tensors else disaster.rust


WICK = Language(
    kernel="wick",
    setup=(
        "let kept = vec![1, 2, 3];\n"
        "let w = tensor!([1., 2., 3.]).requires_grad_(true);\n"
        "(&w * &w).sum().backward();\n"
        "let optimizer = SGD::new([w.clone()], 0.1).momentum(0.9);\n"
        "optimizer.step();",
    ),
    probe="(&kept, &w, w.grad())",
    step="optimizer.step();\nw",
    announce=f'println!("{STARTED}");\n',
)

IPYTHON = Language(
    kernel="python3",
    setup=(
        "import torch\n"
        "kept = [1, 2, 3]\n"
        "w = torch.tensor([1., 2., 3.], requires_grad=True)\n"
        "(w * w).sum().backward()\n"
        "optimizer = torch.optim.SGD([w], 0.1, momentum=0.9)\n"
        "optimizer.step()",
    ),
    probe="kept, w, w.grad",
    step="optimizer.step()\nw",
    announce=f'print("{STARTED}", flush=True)\n',
)

EVCXR = Language(
    kernel="rust",
    setup=(':dep libc = "0.2"', "let kept = vec![1, 2, 3];"),
    probe="kept",
    step="kept.len()",
    announce=f'println!("{STARTED}");\n',
)


@dataclass
class Survival:
    """What a disaster left."""

    cell: Cell | None = None
    kept: bool = False
    """Whether the variables are what they were."""
    left: list[str] = field(default_factory=list)
    """Processes that the cell left behind."""
    trouble: str = ""

    @property
    def survived(self) -> bool:
        return self.kept and not self.left and not self.trouble


def expected(language: Language) -> tuple[Any, Any]:
    """What the probe and the step show in a session without a disaster."""
    with Session(kernel_name=language.kernel) as session:
        for cell in language.setup:
            session.ok(cell, timeout=300)
        return session.value(language.probe), session.value(language.step)


def survive(language: Language, disaster: Disaster, folder: Path, shown: tuple[Any, Any]) -> Survival:
    """Lets a disaster happen to a fresh session."""
    with Session(kernel_name=language.kernel, cwd=folder, env={"WICK_MEMORY": "2G"}) as session:
        for cell in language.setup:
            session.ok(cell, timeout=300)
        session.value(language.probe)
        return happen(language, disaster, session, shown)


def happen(language: Language, disaster: Disaster, session: Session, shown: tuple[Any, Any]) -> Survival:
    """Lets a disaster happen to a session that has run the language's setup."""
    survival = Survival()
    before = {process.pid for process in session.processes()}
    code = language.cell(disaster)
    assert code is not None

    interrupted = False

    def interrupt(event: Event) -> None:
        nonlocal interrupted
        if disaster.interrupt is not None and STARTED in event.text and not interrupted:
            interrupted = True
            time.sleep(disaster.interrupt)
            session.manager.interrupt_kernel()

    if disaster.interrupt is not None:
        code = language.announce + code
    try:
        survival.cell = session.run(code, timeout=60, on_event=interrupt)
        probed = session.run(language.probe, timeout=20)
        stepped = session.run(language.step, timeout=20)
        survival.kept = (probed.value, stepped.value) == shown
        survival.left = left_behind(session, before)
    except Exception as error:  # a kernel may end in any way
        survival.trouble = repr(error)[:200]
    return survival


def left_behind(session: Session, before: set[int]) -> list[str]:
    """The processes of a session that were not there before. Parked snapshots belong to it, and so does the one that
    took over; so do the compilers that the kernel starts ahead of the next cell. A process that has ended and that nobody
    waited for is none."""
    kernel = session.pid

    def strangers() -> list[str]:
        found = []
        for process in session.processes():
            try:
                if process.pid in before or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if (process.name(), process.ppid()) != ("rustc", kernel):
                    found.append(f"{process.name()} {process.pid}")
            except psutil.NoSuchProcess:
                pass
        return [name for name in found if not name.startswith("wick")]

    deadline = time.monotonic() + 2
    while strangers() and time.monotonic() < deadline:
        time.sleep(0.05)
    return strangers()
