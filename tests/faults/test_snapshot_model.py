"""The snapshots' state machine (kernel/runtime/README.md) against a model of it: long random sequences of cells, crashes,
kills, `:undo`, checkpoints and restores, where the model knows what the variable has to be after each step."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass, field
from typing import Callable

import psutil
import pytest

from kernel_client import Session

STEPS = 80


@dataclass
class Moment:
    value: int
    name: str | None = None
    alive: bool = True


@dataclass
class Model:
    """The moments of a session, the present last."""

    moments: list[Moment] = field(default_factory=lambda: [Moment(0)])

    @property
    def value(self) -> int:
        return self.moments[-1].value

    def cell(self, value: int | None = None) -> None:
        """A cell has run, and has set the variable."""
        self.moments.append(Moment(self.value if value is None else value))

    def back_to(self, index: int) -> None:
        del self.moments[index + 1 :]

    def crash(self) -> None:
        """The process is gone: the newest moment that is left is the present."""
        while not self.moments[-1].alive:
            self.moments.pop()

    def name(self, name: str) -> None:
        for moment in self.moments:
            if moment.name == name:
                moment.name = None
        self.moments[-1].name = name

    def named(self, name: str) -> int | None:
        return next((index for index, moment in enumerate(self.moments) if moment.name == name), None)


class Machine:
    """A session and its model, and what can be done to both."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.model, self.random = session, Model(), random.Random(seed)
        self.did: list[str] = []

    def processes(self, parked: bool) -> list[psutil.Process]:
        def fits(process: psutil.Process) -> bool:
            try:
                is_runtime = process.cmdline()[1:2] == ["runtime"]
                return is_runtime and (process.name() == "wick-snapshot") == parked
            except psutil.NoSuchProcess:  # or a zombie
                return False

        found = filter(fits, self.session.processes())
        return sorted(found, key=lambda process: (process.create_time(), process.pid))

    def settle(self) -> None:
        """Cells do not wait for their snapshots. Whoever looks at the processes, or ends one, does: `:undo` settles them
        before it says that there are not as many."""
        assert "undo" in self.session.fails(":undo 1000").said
        # A snapshot is one once it has taken its name.
        assert eventually(lambda: len(self.processes(parked=False)) == 1)

    def set(self) -> None:
        value = self.random.randrange(6)
        self.session.ok(f"n = {value};")
        self.model.cell(value)

    def panic(self) -> None:
        self.session.fails('n = 77; panic!("no")')
        self.model.cell(77)

    def error(self) -> None:
        self.session.fails("n = ;")

    def abort(self) -> None:
        assert "SIGABRT" in self.session.fails("n = 88; std::process::abort()").said
        self.model.crash()

    def exit(self) -> None:
        assert "exit status 3" in self.session.fails("n = 99; std::process::exit(3)").said
        self.model.crash()

    def kill(self) -> None:
        """The runtime is killed between two cells."""
        self.settle()
        [runtime] = self.processes(parked=False)
        runtime.send_signal(signal.SIGKILL)
        self.model.crash()

    def kill_newest_snapshot(self) -> None:
        self.settle()
        parked = self.processes(parked=True)
        # Somebody must be left to go on.
        if len(parked) > 2 and self.model.moments[-1].alive:
            parked[-1].send_signal(signal.SIGKILL)
            self.model.moments[-1].alive = False

    def undo(self) -> None:
        steps = self.random.randint(1, 3)
        target = len(self.model.moments) - 1 - steps
        # A snapshot that was killed is not there to go back to.
        if target >= 1 and all(moment.alive for moment in self.model.moments[target:]):
            self.session.ok(f":undo {steps}")
            self.model.back_to(target)

    def checkpoint(self) -> None:
        name = self.random.choice("ab")
        if self.model.moments[-1].alive:
            self.session.ok(f":checkpoint {name}")
            self.model.name(name)

    def restore(self) -> None:
        name = self.random.choice("ab")
        target = self.model.named(name)
        if target is None:
            said = self.session.fails(f":restore {name}").said
            assert "there is no checkpoint" in said or "there are no checkpoints" in said
        elif all(moment.alive for moment in self.model.moments[target:]):
            self.session.ok(f":restore {name}")
            self.model.back_to(target)

    def step(self) -> None:
        frequent = [self.set, self.set, self.undo]
        action = self.random.choice(
            frequent
            + [self.panic, self.error, self.abort, self.exit, self.kill]
            + [self.kill_newest_snapshot, self.checkpoint, self.restore]
        )
        self.did.append(action.__name__)
        action()
        assert self.session.value("n") == str(self.model.value), self.did
        self.model.cell()


def zombies(session: Session, leader: int) -> set[int]:
    """The parents of processes that have ended without anybody's notice, but for the leader of the session's group, which
    the group lasts by."""
    ended = [it for it in session.processes() if it.status() == psutil.STATUS_ZOMBIE]
    return {it.ppid() for it in ended if it.pid != leader}


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_sequence_leaves_the_session_as_the_model_says(tmp_path, seed):
    with Session(cwd=tmp_path) as session:
        session.ok("let mut n = 0;")
        machine = Machine(session, seed)
        for _ in range(STEPS):
            machine.step()
        session.ok("n = 1;")
        machine.settle()
        # The kernel has taken notice of all that ended. (A snapshot killed from outside waits for the runtime to do so.)
        [runtime] = machine.processes(parked=False)
        leader = os.getpgid(runtime.pid)
        assert eventually(lambda: zombies(session, leader) <= {runtime.pid})
        # One process runs, and no more are parked than can be undone or have a name.
        assert len(machine.processes(parked=False)) == 1
        assert len(machine.processes(parked=True)) <= 32 + 2 + 1
