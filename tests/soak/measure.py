"""What a session takes of the machine, by /proc."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from kernel_client import Session


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
    """Measures `session`. Memory is what a process has written itself and does not share with a file; that of compiled
    cells, which stay loaded because closures and threads of theirs may live on, is counted apart."""
    kernel = psutil.Process(session.pid)
    runtime = running(kernel)
    library_kb, libraries = _libraries(runtime.pid)
    return Usage(
        kernel_mb=_anonymous_kb(kernel.pid) / 1024,
        runtime_mb=(_anonymous_kb(runtime.pid) - library_kb) / 1024,
        kernel_files=kernel.num_fds(),
        runtime_files=runtime.num_fds(),
        libraries=libraries,
        library_mb=library_kb / 1024,
        processes=len(kernel.children(recursive=True)),
    )


def running(kernel: psutil.Process) -> psutil.Process:
    """The process that runs the cells: the one of the session that is no snapshot."""
    candidates = [child for child in kernel.children(recursive=True) if child.name() == "wick"]
    assert len(candidates) == 1, f"which of {candidates} runs the cells?"
    return candidates[0]


def _anonymous_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1])
    raise ValueError("no such line")


def _libraries(pid: int) -> tuple[int, int]:
    """How much memory compiled cells have of their own, and how many there are."""
    kilobytes, names, inside = 0, set(), False
    with open(f"/proc/{pid}/smaps") as lines:
        for line in lines:
            first = line.split(maxsplit=1)[0]
            if not first.endswith(":"):
                path = line.split(maxsplit=5)[5].strip() if line.count(" ") >= 5 and len(line.split(maxsplit=5)) > 5 else ""
                inside = path.endswith(".cell.so")
                if inside:
                    names.add(path)
            elif inside and first == "Anonymous:":
                kilobytes += int(line.split()[1])
    return kilobytes, len(names)
