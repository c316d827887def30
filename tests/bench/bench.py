"""Measures every kernel it finds on the same cells. `--help` says how much, and where the results go."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import report
from cells import PYTHON, WICK
from kernels import Caches, find, python_with_torch
from measure import Bench, Plan, say

ROOT = Path(__file__).resolve().parents[2]
PRIMERS = {WICK: ROOT / "notebooks/pytorch_primer.ipynb", PYTHON: ROOT / "tests/bench/primer_python.ipynb"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", description=__doc__)
    parser.add_argument("--short", action="store_true", help="one round of little: whether it works, not how fast it is")
    parser.add_argument("--rounds", type=int, help="how often each kind of new cell is run")
    parser.add_argument("--only", help="kernels to measure, with commas: wick,rust,python3")
    parser.add_argument("--evcxr", help="the evcxr_jupyter to measure (default: the one on PATH, or the kernel `rust`)")
    parser.add_argument("--python", help="the Python to measure, with ipykernel and torch")
    parser.add_argument("--out", type=Path, help="the folder for results.json, results.svg and results.md")
    parser.add_argument("--readme", action="store_true", help="put table and picture into README.md and docs/")
    parser.add_argument("--from-json", type=Path, help="measure nothing: make table and picture from these results")
    options = parser.parse_args()
    if options.from_json:
        results = json.loads(options.from_json.read_text())
    else:
        results = measured(options)
    print(report.table(results))
    if options.out:
        report.write(results, options.out)
        say(f"wrote results.json, results.svg and results.md to {options.out}")
    if options.readme:
        report.put_into(ROOT / "README.md", results)
        (ROOT / "docs/bench.svg").write_text(report.picture(results))
        (ROOT / "docs/bench.json").write_text(json.dumps(results, indent=1) + "\n")


def measured(options: argparse.Namespace) -> dict:
    plan = Plan.short() if options.short else Plan()
    if options.rounds:
        plan.rounds = options.rounds
    with tempfile.TemporaryDirectory(prefix="wick-bench.", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        found = find(folder / "specs", options.evcxr, options.python)
        if options.only:
            found = [name for name in found if name in options.only.split(",")]
        if WICK not in found:
            sys.exit("the kernel `wick` is not installed: run ./install.sh")
        say(f"kernels: {', '.join(found)}")
        caches = Caches(folder)
        if PYTHON in found:
            make_weights(python_with_torch(options.python), Path(caches.environment["TORCH_HOME"]))
        notebooks = {name: path for name, path in PRIMERS.items() if name in found}
        bench = Bench(found, caches, plan, notebooks)
        bench.run()
        return report.summary(bench.times, bench.memory)


def make_weights(python: str, torch_home: Path) -> None:
    """Weights for the primer's pretrained model, so that nobody waits for the network: any will do."""
    file = torch_home / "hub/checkpoints/resnet18-f37072fd.pth"
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    code = "import sys, torch, torchvision; torch.save(torchvision.models.resnet18().state_dict(), sys.argv[1])"
    subprocess.run([python, "-c", code, str(file)], check=True)


if __name__ == "__main__":
    main()
