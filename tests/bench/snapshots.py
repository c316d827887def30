#!/usr/bin/env python3
"""What snapshots cost: time after each cell, and memory once a cell writes to what a snapshot shares.

Two sessions of the installed kernel, one with snapshots and one without, take turns with the same cells on the same
amount of data. Prints medians in milliseconds, their difference, and the memory of all processes of the session.

    tests/bench/snapshots.py [GIGABYTES ...]      default: 0 0.1 1 4
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from kernel_client import Session  # noqa: E402

ROUNDS = 40


def memory(session: Session) -> float:
    """Gigabytes of all processes of a session; pages that several share count once."""
    total = 0
    for process in session.processes():
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            pass
    return total / 1e9


def seconds(session: Session, code: str) -> float:
    began = time.perf_counter()
    session.ok(code, timeout=120)
    return time.perf_counter() - began


def measure(gigabytes: float) -> None:
    with Session() as plain, Session() as safe:
        for session in (plain, safe):
            session.ok(f"let mut data = vec![1u8; {int(gigabytes * 1e9)}];\nlet mut n = 0;", timeout=120)
        plain.ok(":snapshot off")
        for name, code in {
            "a cell of nothing": "n += 1;",
            "a cell of 100 ms": "n += 1; std::thread::sleep(std::time::Duration::from_millis(100));",
        }.items():
            times: dict[Session, list[float]] = {plain: [], safe: []}
            for _ in range(ROUNDS):
                for session in (plain, safe):
                    times[session].append(seconds(session, code))
            off, on = (statistics.median(times[it][2:]) * 1e3 for it in (plain, safe))
            mean = (statistics.mean(times[safe][2:]) - statistics.mean(times[plain][2:])) * 1e3
            print(
                f"{gigabytes:4} GB  {name}: {off:7.1f} ms without, {on:7.1f} ms with; "
                f"{on - off:+6.1f} ms in the median, {mean:+6.1f} ms on average",
                flush=True,
            )
        before = memory(safe)
        safe.ok("data.fill(2);", timeout=120)
        after = memory(safe)
        safe.ok("data.fill(3);", timeout=120)
        print(
            f"{gigabytes:4} GB  memory: {before:.2f} GB; {after:.2f} GB once a cell has written to all of it; "
            f"{memory(safe):.2f} GB after a second such cell",
            flush=True,
        )


if __name__ == "__main__":
    for size in map(float, sys.argv[1:] or ["0", "0.1", "1", "4"]):
        measure(size)
