"""What a session takes of the machine, by /proc."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from kernel_client import Session


LINKER_KB = 1.8
"""What the dynamic linker notes down of each library: measured with 500 copies of one cell's in a running session."""


@dataclass(frozen=True)
class Usage:
    """The kernel and the process that runs its cells, at one moment."""

    kernel_mb: float
    runtime_mb: float
    kernel_files: int
    runtime_files: int
    libraries: int
    library_mb: float
    processes: int

    def __str__(self) -> str:
        return (
            f"kernel {self.kernel_mb:.1f} MB and {self.kernel_files} files, runtime {self.runtime_mb:.1f} MB and {self.runtime_files} files, "
            f"{self.libraries} cell libraries with {self.library_mb:.1f} MB, {self.processes} processes"
        )


def usage(session: Session) -> Usage:
    """Measures `session`. Memory is what of a process lies in memory, as `ps` tells it; that of compiled cells, which stay
    loaded because closures and threads of theirs may live on, is counted apart."""
    kernel = psutil.Process(session.pid)
    runtime = running(kernel)
    library_kb, libraries = _libraries(runtime.pid)
    return Usage(
        kernel_mb=kernel.memory_info().rss / 1024**2,
        runtime_mb=runtime.memory_info().rss / 1024**2 - library_kb / 1024,
        kernel_files=kernel.num_fds(),
        runtime_files=runtime.num_fds(),
        libraries=libraries,
        library_mb=library_kb / 1024,
        processes=len(kernel.children(recursive=True)),
    )


def running(kernel: psutil.Process) -> psutil.Process:
    """The process that runs the cells: the one of the session that is no snapshot."""

    def named(child: psutil.Process) -> str:
        try:
            return child.name()
        except psutil.NoSuchProcess:
            # A snapshot that ended meanwhile.
            return ""

    candidates = [child for child in kernel.children(recursive=True) if named(child) == "wick"]
    assert len(candidates) == 1, f"which of {candidates} runs the cells?"
    return candidates[0]


def _libraries(pid: int) -> tuple[float, int]:
    """How much memory compiled cells take, and how many there are."""
    kilobytes, names, inside = 0.0, set(), False
    with open(f"/proc/{pid}/smaps") as lines:
        for line in lines:
            first = line.split(maxsplit=1)[0]
            if not first.endswith(":"):
                path = line.split(maxsplit=5)[5].strip() if line.count(" ") >= 5 and len(line.split(maxsplit=5)) > 5 else ""
                inside = path.endswith(".cell.so")
                if inside:
                    names.add(path)
            elif inside and first == "Rss:":
                kilobytes += int(line.split()[1])
    return kilobytes + LINKER_KB * len(names), len(names)
