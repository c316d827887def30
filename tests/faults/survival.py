"""Runs a disaster in a fresh session and says what was survived."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from disasters import Disaster
from kernel_client import Cell, Event, Session

SETUP = (
    "let kept = vec![1, 2, 3];\n"
    "let w = tensor!([1., 2., 3.]).requires_grad_(true);\n"
    "(&w * &w).sum().backward();\n"
    "let optimizer = SGD::new([w.clone()], 0.1).momentum(0.9);\n"
    "optimizer.step();"
)

PROBE = "(&kept, &w, w.grad())"

STEP = "optimizer.step();\nw"
"""Changes the variables in a way that depends on what the probe does not show: the optimizer's momentum."""

STARTED = "the cell has started"


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


def expected() -> tuple[Any, Any]:
    """What the probe and the step show in a session without a disaster."""
    with Session() as session:
        session.ok(SETUP)
        return session.value(PROBE), session.value(STEP)


def survive(disaster: Disaster, folder: Path, shown: tuple[Any, Any]) -> Survival:
    """Lets a disaster happen to a fresh session."""
    with Session(cwd=folder, env={"WICK_MEMORY": "2G"}) as session:
        session.ok(SETUP)
        session.value(PROBE)
        return happen(disaster, session, shown)


def happen(disaster: Disaster, session: Session, shown: tuple[Any, Any]) -> Survival:
    """Lets a disaster happen to a session that has run the setup."""
    survival = Survival()
    before = {process.pid for process in session.processes()}
    interrupted = False

    def interrupt(event: Event) -> None:
        nonlocal interrupted
        if disaster.interrupt is not None and STARTED in event.text and not interrupted:
            interrupted = True
            time.sleep(disaster.interrupt)
            session.manager.interrupt_kernel()

    code = disaster.rust
    if disaster.interrupt is not None:
        code = f'println!("{STARTED}");\n{code}'
    try:
        survival.cell = session.run(code, timeout=60, on_event=interrupt)
        probed = session.run(PROBE, timeout=20)
        stepped = session.run(STEP, timeout=20)
        survival.kept = (probed.value, stepped.value) == shown
        survival.left = left_behind(session, before)
    except Exception as error:  # a kernel may end in any way
        survival.trouble = repr(error)[:200]
    return survival


def left_behind(session: Session, before: set[int]) -> list[str]:
    """The processes of a session that were not there before. Parked snapshots belong to it, and so does the one that
    took over; a process that has ended and that nobody waited for is none."""

    def strangers() -> list[str]:
        found = []
        for process in session.processes():
            try:
                if process.pid not in before and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(f"{process.name()} {process.pid}")
            except psutil.NoSuchProcess:
                pass
        return [name for name in found if not name.startswith("wick")]

    deadline = time.monotonic() + 2
    while strangers() and time.monotonic() < deadline:
        time.sleep(0.05)
    return strangers()
