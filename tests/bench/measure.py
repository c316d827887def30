"""What is measured. Whatever is compared is interleaved: kernel after kernel, then the next round, so that a busy
moment of the machine meets all of them."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from cells import DEPENDENCY, FIRST_TENSOR, KINDS, PYTHON, SETUP, WICK, EVCXR
from kernels import Caches, Kernel

# Seconds by measure and kernel.
Times = dict[str, dict[str, list[float]]]


@dataclass
class Plan:
    """How much is measured."""

    starts: int = 5
    rounds: int = 8
    looks: tuple[int, ...] = (10, 100, 300)
    # evcxr takes more than a second for each cell, and is looked at no later than here.
    last_look_of_evcxr: int = 100
    # How many cells of each kind are timed from there on.
    window: int = 7
    primers: int = 3
    # The primer takes the other kernels minutes, and nobody compares their runs with each other.
    primers_of_others: int = 1
    idle: float = 5.0
    dependencies: bool = True

    @classmethod
    def short(cls) -> "Plan":
        """Enough to see that all of it works."""
        return cls(starts=1, rounds=1, looks=(3, 12), window=1, primers=1, idle=1.0, dependencies=False)


@dataclass
class Bench:
    """A run of the benchmark."""

    found: list[str]
    caches: Caches
    plan: Plan
    notebooks: dict[str, Path]
    times: Times = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    memory: dict[str, int] = field(default_factory=dict)
    # Numbers that no cell has had; different ones in each run.
    numbers: count = field(default_factory=lambda: count(time.time_ns() // 10**9 % 7000 + 1000))

    def note(self, what: str, kernel: str, seconds: float) -> None:
        self.times[what][kernel].append(seconds)

    def run(self) -> None:
        for step in (self.starting, self.new_cells, self.growing, self.primer):
            say(step.__doc__.splitlines()[0])
            step()

    @contextmanager
    def tolerating(self, name: str, out: list[str]) -> Iterator[None]:
        """Another kernel that fails is left out of the rest of a step; what was measured until then counts."""
        try:
            yield
        except Exception as error:
            if name == WICK:
                raise
            say(f"{name} is left out from here: {error}")
            out.append(name)

    def starting(self) -> None:
        """Start to ready, start to the first tensor, memory"""
        out: list[str] = []
        for turn in range(self.plan.starts):
            for name in (name for name in self.found if name not in out):
                with self.tolerating(name, out), closing_kernel(Kernel(name, self.caches.fresh_wick(f"start{turn}"))) as kernel:
                    self.note("start to ready", name, kernel.ready)
                    if name == EVCXR:
                        for cell in SETUP[name]:
                            kernel.run(cell)
                    kernel.run(FIRST_TENSOR[name])
                    # The first time, evcxr has built its candle for minutes.
                    if name != EVCXR or turn > 0:
                        self.note("start to first tensor", name, time.perf_counter() - kernel.started)
                    if turn == 0:
                        time.sleep(self.plan.idle)
                        self.memory[name] = kernel.memory()

    def new_cells(self) -> None:
        """New cells by kind, and the same cells again in a new session"""
        kinds = [kind for kind in KINDS if self.plan.dependencies or kind.name != "crate user"]
        sent: dict[str, list[tuple[str, str]]] = {name: [] for name in self.found}
        with ExitStack() as stack:
            kernels, out = self.prepared(stack, self.found)
            for turn in range(self.plan.rounds + 1):
                for kind in kinds:
                    for name in (name for name in kernels if name not in out):
                        with self.tolerating(name, out):
                            cell = kind.cell(name, next(self.numbers))
                            took = kernels[name].run(cell)
                            # In the first round each process meets each kind of thing for the first time.
                            if turn > 0 or self.plan.rounds == 1:
                                self.note(f"new cell: {kind.name}", name, took)
                                if kind.tensors:
                                    self.note("new tensor cell", name, took)
                            sent[name].append((kind.name, cell))
        if WICK in sent:
            with closing_kernel(Kernel(WICK, self.caches.environment)) as kernel:
                self.prepare(kernel, self.plan.dependencies)
                for kind, cell in sent[WICK]:
                    self.note("cell compiled before", WICK, kernel.run(cell))

    def prepared(self, stack: ExitStack, names: list[str], dependencies: bool | None = None) -> tuple[dict[str, Kernel], list[str]]:
        """Kernels that have their crates and a tensor, and the names of those that did not come that far."""
        kernels: dict[str, Kernel] = {}
        out: list[str] = []
        for name in names:
            with self.tolerating(name, out):
                kernels[name] = stack.enter_context(closing_kernel(Kernel(name, self.caches.environment)))
                self.prepare(kernels[name], self.plan.dependencies if dependencies is None else dependencies)
        return kernels, out

    def prepare(self, kernel: Kernel, dependencies: bool) -> None:
        for cell in SETUP[kernel.name]:
            kernel.run(cell)
        kernel.run(FIRST_TENSOR[kernel.name])
        if dependencies:
            kernel.run(DEPENDENCY[kernel.name])

    def growing(self) -> None:
        """Cells of a long session"""
        others = [name for name in self.found if name != EVCXR]
        self.grow(others, self.plan.looks)
        # Apart from the others, which would have a second's rest after each of their cells.
        if EVCXR in self.found:
            self.grow([EVCXR], tuple(look for look in self.plan.looks if look <= self.plan.last_look_of_evcxr))

    def grow(self, names: list[str], looks: tuple[int, ...]) -> None:
        kinds = [kind for kind in KINDS if kind.name != "crate user"]
        timed = self.plan.window * len(kinds)
        with ExitStack() as stack:
            kernels, out = self.prepared(stack, names, dependencies=False)
            for number in range(1, looks[-1] + timed):
                look = next((look for look in looks if look <= number < look + timed), None)
                # A session grows by cells of all kinds, and is looked at by all of them.
                kind = kinds[number % len(kinds)]
                for name in (name for name in kernels if name not in out):
                    with self.tolerating(name, out):
                        took = kernels[name].run(kind.cell(name, next(self.numbers)))
                        if look is not None:
                            self.note(f"cell {look}: {kind.name}", name, took)

    def primer(self) -> None:
        """The primer by nbconvert"""
        out: list[str] = []
        for turn in range(self.plan.primers):
            for what in ("first time", "second time"):
                for name, notebook in self.notebooks.items():
                    if name in out or name != WICK and turn >= self.plan.primers_of_others:
                        continue
                    environment = self.caches.fresh_wick(f"primer{turn}")
                    environment["JUPYTER_PATH"] = os.environ["JUPYTER_PATH"]
                    arguments = ["--to", "notebook", "--execute", "--stdout", f"--ExecutePreprocessor.kernel_name={name}"]
                    command = [sys.executable, "-m", "nbconvert", "--log-level", "ERROR", *arguments, str(notebook)]
                    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                    with self.tolerating(name, out):
                        started = time.perf_counter()
                        subprocess.run(command, env=environment, check=True, timeout=900, **silent)
                        self.note(f"primer, {what}", name, time.perf_counter() - started)


class closing_kernel(closing):
    """Ends a kernel when its block is left."""

    def __exit__(self, *_: object) -> None:
        self.thing.end()

    def __enter__(self) -> Kernel:
        return self.thing


def say(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)
