"""Times the same cells on all kernels found, round by round in turn, and prints a table with ratios.

Every round has constants of its own, so that no cache answers for a compiler; the last column runs the cells of the
first round again, where a cache should.
"""

import statistics
import sys
import time

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

RUST = [
    "let a = Tensor::ones([2, {n}]);",
    "a.view([-1, {n}])",
    "&a * {n}.5",
    "let b = a.sum();\nlet c = &b + {n};\nc",
    "struct P{n} {{ x: i32 }}\nimpl P{n} {{ fn twice(&self) -> i32 {{ self.x * 2 }} }}\nP{n} {{ x: {n} }}.twice()",
    "let f = |x: i32| x + {n};",
    "f({n})",
]
PYTHON = [
    "a = torch.ones(2, {n})",
    "a.view(-1, {n})",
    "a * {n}.5",
    "b = a.sum()\nc = b + {n}\nc",
    "class P{n}:\n    def __init__(self, x): self.x = x\n    def twice(self): return self.x * 2\nP{n}({n}).twice()",
    "f = lambda x: x + {n}",
    "f({n})",
]
# Kernel name, what it needs first, its first tensor, its cells. evcxr has no tensors of its own.
KERNELS = {
    "wick": ("", "tensor!([1, 2])", RUST),
    "python3": ("import torch", "torch.tensor([1, 2])", PYTHON),
    "rust": ("", None, RUST[4:]),
}


class Kernel:
    def __init__(self, name):
        started = time.perf_counter()
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.ready = time.perf_counter() - started
        self.started = started

    def run(self, code):
        """Seconds until the cell was answered."""
        started = time.perf_counter()
        reply = self.client.execute_interactive(code, timeout=300, output_hook=lambda _: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"{code!r}: {reply['content'].get('evalue')}")
        return time.perf_counter() - started

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def measure(name, rounds, base):
    setup, first_tensor, cells = KERNELS[name]
    kernel = Kernel(name)
    try:
        if setup:
            kernel.run(setup)
        first = None
        if first_tensor:
            kernel.run(first_tensor)
            first = time.perf_counter() - kernel.started
        new = [kernel.run(cell.format(n=base + round)) for round in range(rounds) for cell in cells]
        again = [kernel.run(cell.format(n=base)) for cell in cells]
    finally:
        kernel.end()
    return {"ready": [kernel.ready], "first tensor": [first] if first else [], "new cell": new, "cell again": again}


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    found = [name for name in KERNELS if name in KernelSpecManager().find_kernel_specs()]
    if "wick" not in found:
        sys.exit("the kernel `wick` is not installed: run ./install.sh")
    if "python3" in found:
        try:
            import torch  # noqa: F401
        except ImportError:
            found.remove("python3")
    results = {name: {} for name in found}
    base = time.time_ns() // 1_000_000 % 900_000 + 10
    for turn in range(3):
        for name in found:
            for what, seconds in measure(name, rounds, base + turn * rounds).items():
                results[name].setdefault(what, []).extend(seconds)
    print(f"{'':14} {'kernel':8} {'min':>9} {'median':>9} {'p95':>9}   against wick")
    for what in ("ready", "first tensor", "new cell", "cell again"):
        ours = statistics.median(results["wick"][what])
        for name in found:
            seconds = sorted(results[name][what])
            if not seconds:
                continue
            median, p95 = statistics.median(seconds), seconds[int(len(seconds) * 0.95) - (len(seconds) > 1)]
            row = [seconds[0], median, p95]
            print(f"{what:14} {name:8} " + " ".join(f"{s * 1000:6.0f} ms" for s in row) + f"   {median / ours:.2f} x")


if __name__ == "__main__":
    main()
