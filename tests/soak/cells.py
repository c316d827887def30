"""Thousands of cells in one session: nothing grows but what variables hold, and the last cell is as fast as an early one."""

from __future__ import annotations

import statistics

from kernel_client import Session
from soak.measure import usage
from soak.report import Report

MORE_MEMORY = 1.10
SLOWER = 1.20


def cell(number: int) -> str:
    """The cell with this number: what people write, no two alike, with variables that replace those before them."""
    match number % 10:
        case 0:
            return f"let x = tensor!([{number}., 2., 3.]).requires_grad_(true);\nlet y = (&x * &x).sum();\ny.backward();\nx.grad()"
        case 1:
            return f"fn scaled(n: i64) -> i64 {{ n * {number} }}\nscaled(2)"
        case 2:
            return f"let words: Vec<String> = (0..50).map(|i| format!(\"{{i}}-{number}\")).collect();\nwords.len()"
        case 3:
            return f"println!(\"cell {number}: {{}}\", words.len());"
        case 4:
            return f"let a = Tensor::rand([64, 64]);\nlet b = a.matmul(&a.t()) + {number}.0;\nb.mean()"
        case 5:
            return f"let mut total = 0i64;\nfor i in 0..1000 {{ total += i ^ {number}; }}\ntotal"
        case 6:
            return f"let n: i32 = \"not a number {number}\".parse()?;"
        case 7:
            return f"panic!(\"on purpose {number}\")"
        case 8:
            return f"let wrong: i32 = \"{number}\";"
        case _:
            return f"use std::collections::HashMap;\nlet table: HashMap<i64, i64> = (0..100).map(|i| (i, i * {number})).collect();\ntable[&7]"


def run(report: Report, *, short: bool) -> None:
    count, warm = (300, 100) if short else (2000, 200)
    window = 50 if short else 100
    seconds: list[float] = []
    with Session() as session:
        first = None
        for number in range(count):
            ran = session.run(cell(number), timeout=120)
            expected = "error" if number % 10 in (6, 7, 8) else "ok"
            assert ran.status == expected, f"cell {number}: {ran}"
            seconds.append(ran.seconds)
            if number + 1 == warm:
                first = usage(session)
                report.note(f"after {warm} cells: {first}")
            elif (number + 1) % (count // 5) == 0:
                report.note(f"after {number + 1} cells: {usage(session)}, the last {window} took {statistics.median(seconds[-window:]) * 1000:.0f} ms each")
        last = usage(session)
    cells = count - warm
    for name in ("kernel_mb", "runtime_mb"):
        before, after = getattr(first, name), getattr(last, name)
        report.check(after <= before * MORE_MEMORY, f"{name.split('_')[0]}: {before:.1f} MB after {warm} cells, {after:.1f} MB after {count}: {(after / before - 1) * 100:+.1f} %")
    loaded = last.libraries - first.libraries
    each = (last.library_mb - first.library_mb) * 1024 / max(1, loaded)
    report.check(loaded <= 2 * cells and each <= 40, f"libraries: {loaded} more for {cells} cells, {each:.1f} kB each")
    for name in ("kernel_files", "runtime_files"):
        before, after = getattr(first, name), getattr(last, name)
        report.check(after <= before + 8, f"open files of the {name.split('_')[0]}: {before}, then {after}")
    report.check(last.processes <= first.processes + 4, f"processes: {first.processes}, then {last.processes}")
    early = statistics.median(seconds[warm // 2 : warm // 2 + window])
    late = statistics.median(seconds[-window:])
    say = f"latency: {early * 1000:.0f} ms (cells {warm // 2}-{warm // 2 + window}), {late * 1000:.0f} ms (the last {window}): {late / early:.2f} times"
    # A few seconds on a machine that others use too say nothing of how long cells take.
    if short:
        report.note(say)
    else:
        report.check(late <= early * SLOWER, say)
