"""Many kernels: ten at once, and hundreds one after the other, of which nothing is left."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from kernel_client import Session, alive, wait_until
from soak.report import Report

AT_ONCE = 10


def run(report: Report, *, short: bool) -> None:
    at_once(report, cells=3 if short else 20)
    start_and_stop(report, 15 if short else 200)


def at_once(report: Report, cells: int) -> None:
    """Ten kernels share a machine and a cache; each answers with its own variables."""

    def one(number: int) -> bool:
        with Session() as session:
            session.ok(f"let mine = {number};", timeout=300)
            for cell in range(cells):
                # Half of the cells are the same in all kernels: who compiles first, compiles for all.
                step = cell if cell % 2 else cell * 100 + number
                session.ok(f"let mine = mine + {step} - {step};", timeout=300)
            return session.value("mine", timeout=300) == str(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        right = sum(pool.map(one, range(AT_ONCE)))
    report.check(right == AT_ONCE, f"{right} of {AT_ONCE} kernels at once ran {cells + 2} cells each, with their own variables")


def start_and_stop(report: Report, times: int) -> None:
    """Starts a kernel, runs a cell, and ends it, over TCP and `ipc` in turns, by request and by SIGKILL in turns."""
    leaked: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        run_files = Path(folder)
        ours = psutil.Process()
        before_files = _temporary_files()
        before_fds = None
        for number in range(times):
            ipc = run_files / "kernel" if number % 2 else None
            session = Session(ipc=ipc)
            processes = session.processes()
            assert session.value("1 + 1") == "2"
            processes += [it for it in session.processes() if it not in processes]
            if number % 4 < 2:
                session.manager.shutdown_kernel()
            session.close()
            try:
                wait_until(lambda: not alive(processes), 30, f"the end of {alive(processes)}")
            except AssertionError as error:
                leaked.append(str(error))
            if number == 3:
                before_fds = ours.num_fds()
        # What a killed kernel had begun, the next one that starts removes.
        with Session() as session:
            session.ok("let last = 1;")
            session.manager.shutdown_kernel()
        sockets = [path.name for path in run_files.iterdir()]
        files = sorted(_temporary_files() - before_files)
        fds = ours.num_fds() - (before_fds or 0)
    report.check(not leaked, f"{times} starts and stops left {len(leaked)} processes {' '.join(leaked[:3])}".rstrip())
    report.check(not sockets, f"{times} starts and stops left {len(sockets)} sockets {' '.join(sockets[:3])}".rstrip())
    report.check(not files, f"{times} starts and stops left {len(files)} files {' '.join(files[:3])}".rstrip())
    report.note(f"the client itself has {fds} more open files than after its first four kernels")


def _temporary_files() -> set[str]:
    """What lies where temporary files of the kernel may lie: the cache's own folders for work, and the system's."""
    cache = Path(os.environ["WICK_CACHE"])
    work = {str(path) for path in cache.glob("cells/.work-*")}
    return work | {str(path) for path in Path(tempfile.gettempdir()).glob("wick-sockets-*")}
