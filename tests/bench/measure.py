"""What is measured. Whatever is compared is interleaved: kernel after kernel, then the next round, so that a busy
moment of the machine meets all of them."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import ExitStack, closing
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

    starts: int = 7
    rounds: int = 12
    grown: int = 300
    looks: tuple[int, ...] = (10, 100, 300)
    window: int = 8
    primers: int = 3
    idle: float = 10.0
    dependencies: bool = True

    @classmethod
    def short(cls) -> "Plan":
        """Enough to see that all of it works."""
        return cls(starts=1, rounds=1, grown=6, looks=(3, 6), window=2, primers=1, idle=1.0, dependencies=False)


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

    def starting(self) -> None:
        """Start to ready, start to the first tensor, memory"""
        for turn in range(self.plan.starts):
            for name in self.found:
                # evcxr's first tensor comes after its candle: minutes the first time, and then some seconds.
                with closing_kernel(Kernel(name, self.caches.fresh_wick(f"start{turn}"))) as kernel:
                    self.note("start to ready", name, kernel.ready)
                    if name != EVCXR:
                        kernel.run(FIRST_TENSOR[name])
                        self.note("start to first tensor", name, time.perf_counter() - kernel.started)
                        if turn == 0:
                            time.sleep(self.plan.idle)
                            self.memory[name] = kernel.memory()

    def new_cells(self) -> None:
        """New cells by kind, and the same cells again in a new session"""
        kinds = [kind for kind in KINDS if self.plan.dependencies or kind.name != "crate user"]
        sent: dict[str, list[tuple[str, str]]] = {name: [] for name in self.found}
        with ExitStack() as stack:
            kernels = {name: stack.enter_context(closing_kernel(Kernel(name, self.caches.environment))) for name in self.found}
            for name, kernel in kernels.items():
                self.prepare(kernel)
            for turn in range(self.plan.rounds + 1):
                for kind in kinds:
                    for name, kernel in kernels.items():
                        cell = kind.cell(name, next(self.numbers))
                        took = kernel.run(cell)
                        # In the first round each process meets each kind of thing for the first time.
                        if turn > 0 or self.plan.rounds == 1:
                            self.note(f"new cell: {kind.name}", name, took)
                            if kind.tensors:
                                self.note("new tensor cell", name, took)
                        sent[name].append((kind.name, cell))
        if WICK in sent:
            with closing_kernel(Kernel(WICK, self.caches.environment)) as kernel:
                self.prepare(kernel)
                for kind, cell in sent[WICK]:
                    self.note("cell compiled before", WICK, kernel.run(cell))

    def prepare(self, kernel: Kernel) -> None:
        for cell in SETUP[kernel.name]:
            kernel.run(cell)
        kernel.run(FIRST_TENSOR[kernel.name])
        if self.plan.dependencies:
            kernel.run(DEPENDENCY[kernel.name])

    def growing(self) -> None:
        """Cells of a long session"""
        kinds = [kind for kind in KINDS if kind.name != "crate user"]
        probe = next(kind for kind in KINDS if kind.name == "one op")
        found = [name for name in self.found if name != EVCXR]
        with ExitStack() as stack:
            kernels = {name: stack.enter_context(closing_kernel(Kernel(name, self.caches.environment))) for name in found}
            for kernel in kernels.values():
                for cell in SETUP[kernel.name]:
                    kernel.run(cell)
                kernel.run(FIRST_TENSOR[kernel.name])
            for number in range(1, self.plan.grown + 1):
                for name, kernel in kernels.items():
                    look = next((look for look in self.plan.looks if look - self.plan.window < number <= look), None)
                    if look is None:
                        kernel.run(kinds[number % len(kinds)].cell(name, next(self.numbers)))
                    else:
                        # Near the places where one looks, cells of one kind and cells that define something.
                        kind = probe if number % 2 else next(kind for kind in KINDS if kind.name == "struct with impl")
                        took = kernel.run(kind.cell(name, next(self.numbers)))
                        self.note(f"cell {look}: {kind.name}", name, took)

    def primer(self) -> None:
        """The primer by nbconvert"""
        for turn in range(self.plan.primers):
            for what in ("first time", "second time"):
                for name, notebook in self.notebooks.items():
                    environment = self.caches.fresh_wick(f"primer{turn}")
                    environment["JUPYTER_PATH"] = os.environ["JUPYTER_PATH"]
                    arguments = ["--to", "notebook", "--execute", "--stdout", f"--ExecutePreprocessor.kernel_name={name}"]
                    started = time.perf_counter()
                    subprocess.run(
                        [sys.executable, "-m", "nbconvert", "--log-level", "ERROR", *arguments, str(notebook)],
                        env=environment,
                        check=True,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                    self.note(f"primer, {what}", name, time.perf_counter() - started)


class closing_kernel(closing):
    """Ends a kernel when its block is left."""

    def __exit__(self, *_: object) -> None:
        self.thing.end()

    def __enter__(self) -> Kernel:
        return self.thing


def say(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)
