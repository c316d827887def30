"""Kernels as the benchmark sees them: which there are, starting one, timing its cells."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import KernelManager

from cells import EVCXR, PYTHON, WICK


def python_with_torch(named: str | None) -> str | None:
    """The Python whose ipykernel is measured: the named one, this one, or the first on PATH, if it has torch."""
    for python in [named] if named else [sys.executable, shutil.which("python3")]:
        if python and subprocess.run([python, "-c", "import torch, ipykernel"], capture_output=True).returncode == 0:
            return python
    return None


def find(specs: Path, evcxr: str | None, python: str | None) -> list[str]:
    """Names of the kernels that are there; kernelspecs for those given by path are written below `specs`."""
    found = []
    if (python := python_with_torch(python)) is not None:
        _write_spec(specs, PYTHON, [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "python")
        found.append(PYTHON)
    if (evcxr := evcxr or shutil.which("evcxr_jupyter")) is not None:
        _write_spec(specs, EVCXR, [evcxr, "--control_file", "{connection_file}"], "rust")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(specs), os.environ.get("JUPYTER_PATH")]))
    for name in (WICK, EVCXR):
        try:
            KernelSpecManager().get_kernel_spec(name)
            found.append(name)
        except NoSuchKernel:
            pass
    return sorted(found, key=[WICK, EVCXR, PYTHON].index)


def _write_spec(specs: Path, name: str, argv: list[str], language: str) -> None:
    folder = specs / "kernels" / name
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": language}))


@dataclass
class Caches:
    """Caches of a run's own: nothing that was there before helps, nothing is left behind."""

    folder: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        torch_home = os.environ.get("TORCH_HOME", str(self.folder / "torch"))
        self.environment = {
            **os.environ,
            "WICK_CACHE": str(self.folder / "wick"),
            # evcxr compiles candle once a run, not once a session.
            "EVCXR_TMPDIR": str(self.folder / "evcxr"),
            "TORCH_HOME": torch_home,
            "IPYTHONDIR": str(self.folder / "ipython"),
        }
        (self.folder / "evcxr").mkdir(exist_ok=True)

    def fresh_wick(self, name: str) -> dict[str, str]:
        """The same with an empty cache of cells."""
        return {**self.environment, "WICK_CACHE": str(self.folder / name)}


class Kernel:
    """A running kernel."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self.started = time.perf_counter()
        # A manager that looks at JUPYTER_PATH alone: ipykernel's own spec would hide the one written here.
        specs = KernelSpecManager(ensure_native_kernel=False)
        self.manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.manager.start_kernel(env=environment, **silent)
        self.client: BlockingKernelClient = self.manager.blocking_client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=120)
        except Exception:
            self.end()
            raise
        self.ready = time.perf_counter() - self.started

    def run(self, code: str, timeout: float = 1200) -> float:
        """Seconds from sending a cell until its reply and all of its output are there."""
        started = time.perf_counter()
        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=lambda _: None, stdin_hook=None)
        took = time.perf_counter() - started
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"{self.name}: {code!r}: {reply['content'].get('evalue')}")
        return took

    def memory(self) -> int:
        """Bytes that the kernel and everything it has started take: memory that processes share counts once."""
        process = psutil.Process(self.manager.provisioner.process.pid)
        total = 0
        for one in [process, *process.children(recursive=True)]:
            try:
                total += one.memory_full_info().pss
            except psutil.NoSuchProcess:
                pass
        return total

    def end(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
