"""What came out, as JSON, as a table, and as a picture."""

import json
import os
import platform
import re
import statistics
from pathlib import Path
from typing import Any

from cells import EVCXR, KERNELS, PYTHON, WICK

LABELS = {WICK: "Wick", EVCXR: "evcxr + candle", PYTHON: "IPython + torch"}
COLOURS = {WICK: "#c2410c", EVCXR: "#94a3b8", PYTHON: "#3b82f6"}

# The rows of the README's table.
README_ROWS = [
    "start to ready",
    "start to first tensor",
    "new tensor cell",
    "new cell: no tensor",
    "new cell: one op",
    "new cell: three statements",
    "new cell: struct with impl",
    "new cell: closure",
    "new cell: model",
    "new cell: crate user",
    "cell compiled before",
    "primer, first time",
    "primer, second time",
]


def summary(times: dict[str, dict[str, list[float]]], memory: dict[str, int]) -> dict[str, Any]:
    """Minimum, median and 95th percentile of everything, and medians against Wick's."""
    rows: dict[str, Any] = {}
    for what, by_kernel in times.items():
        row = {}
        for kernel, seconds in by_kernel.items():
            ordered = sorted(seconds)
            row[kernel] = {
                "min": ordered[0],
                "median": statistics.median(ordered),
                "p95": ordered[max(0, -(-len(ordered) * 95 // 100) - 1)],
                "samples": seconds,
            }
        if WICK in row:
            for kernel in row:
                row[kernel]["against wick"] = row[kernel]["median"] / row[WICK]["median"]
        rows[what] = row
    machine = {"cpu": _cpu(), "cores": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()}
    return {"machine": machine, "seconds": rows, "idle memory": memory}


def _cpu() -> str:
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)
    except (OSError, AttributeError):
        return platform.processor()


def table(results: dict[str, Any]) -> str:
    """Everything, for a terminal."""
    lines = [f"{'':28} {'kernel':16} {'min':>10} {'median':>10} {'p95':>10}   against Wick"]
    for what, row in results["seconds"].items():
        for kernel in filter(row.get, KERNELS):
            it = row[kernel]
            numbers = " ".join(f"{it[key] * 1000:7.0f} ms" for key in ("min", "median", "p95"))
            ratio = f"{it['against wick']:.2f} x" if "against wick" in it else ""
            lines.append(f"{what:28} {LABELS[kernel]:16} {numbers}   {ratio}")
    for kernel, size in results["idle memory"].items():
        lines.append(f"{'idle memory':28} {LABELS[kernel]:16} {size / 1e6:7.0f} MB")
    return "\n".join(lines)


def markdown(results: dict[str, Any]) -> str:
    """The README's table: medians, and how many times as long the others take."""
    lines = ["| | " + " | ".join(LABELS[kernel] for kernel in KERNELS) + " |", "| --- |" + " ---: |" * len(KERNELS)]

    def add(what: str, values: dict[str, float], show: Any) -> None:
        cells = []
        for kernel in KERNELS:
            value = values.get(kernel)
            if value is None:
                cells.append("–")
            elif kernel == WICK or WICK not in values:
                cells.append(show(value))
            else:
                cells.append(f"{show(value)} ({value / values[WICK]:.1f} ×)")
        lines.append(f"| {what} | " + " | ".join(cells) + " |")

    for what in README_ROWS:
        if row := results["seconds"].get(what):
            add(what, {kernel: it["median"] for kernel, it in row.items()}, seconds)
    # Of the kinds of cells in a long session, one that defines nothing and one that does.
    grown = [what for what in results["seconds"] if re.match(r"cell \d+: (one op|struct with impl)$", what)]
    for what in sorted(grown, key=lambda what: (what.split(": ")[1], int(what.split()[1][:-1]))):
        add(what, {kernel: it["median"] for kernel, it in results["seconds"][what].items()}, seconds)
    add("memory of an idle session", results["idle memory"], lambda size: f"{size / 1e6:.0f} MB")
    return "\n".join(lines)


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 0.9995 else f"{value * 1000:.0f} ms"


def picture(results: dict[str, Any]) -> str:
    """The medians as bars on a logarithmic scale, an SVG."""
    rows = [(what, results["seconds"][what]) for what in README_ROWS if what in results["seconds"]]
    left, width, bar, gap = 190, 520, 11, 12
    heights = [len(row) * bar + gap for _, row in rows]
    top, height = 40, 40 + sum(heights) + 30
    low, high = 0.001, max([it["median"] for _, row in rows for it in row.values()] + [1.0]) * 1.5

    def x(value: float) -> float:
        from math import log

        return left + width * log(max(value, low) / low) / log(high / low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 80} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{left + width + 80}" height="{height}" fill="white"/>',
    ]
    at = left
    for kernel in KERNELS:
        out.append(f'<rect x="{at}" y="12" width="11" height="11" fill="{COLOURS[kernel]}"/>')
        out.append(f'<text x="{at + 16}" y="22">{LABELS[kernel]}</text>')
        at += 130
    tick = low
    while tick <= high:
        out.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{top - 8}" y2="{height - 26}" stroke="#e2e8f0"/>')
        out.append(f'<text x="{x(tick):.1f}" y="{height - 12}" text-anchor="middle" fill="#64748b">{seconds(tick)}</text>')
        tick *= 10
    y = top
    for (what, row), size in zip(rows, heights):
        out.append(f'<text x="{left - 8}" y="{y + (size - gap) / 2 + 4:.1f}" text-anchor="end">{what}</text>')
        for kernel in filter(row.get, KERNELS):
            value = row[kernel]["median"]
            out.append(f'<rect x="{left}" y="{y}" width="{x(value) - left:.1f}" height="{bar - 2}" fill="{COLOURS[kernel]}"/>')
            out.append(f'<text x="{x(value) + 4:.1f}" y="{y + 8}" font-size="9" fill="#334155">{seconds(value)}</text>')
            y += bar
        y += gap
    out.append("</svg>\n")
    return "\n".join(out)


def write(results: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (folder / "results.svg").write_text(picture(results))
    (folder / "results.md").write_text(markdown(results) + "\n")


START, END = "<!-- bench: made by tests/bench/run.sh --readme -->", "<!-- /bench -->"


def put_into(readme: Path, results: dict[str, Any]) -> None:
    """Replaces the table between the two marks."""
    text = readme.read_text()
    before, rest = text.split(START)
    after = rest.split(END, 1)[1]
    readme.write_text(f"{before}{START}\n{markdown(results)}\n{END}{after}")
