#!/usr/bin/env python3
"""The disasters in Wick, IPython and evcxr, as a table in Markdown: which kernel still has the variables afterwards.

    tests/faults/side_by_side.py [KERNEL ...]      all of wick, python3, rust that are installed

Run it with a Python that has jupyter_client, ipykernel and torch; evcxr takes part where its kernel `rust` is installed.
It takes some minutes: most disasters take the other kernels along, and a kernel that is gone is waited for.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from disasters import DISASTERS, Disaster  # noqa: E402
from kernel_client import Session  # noqa: E402
from survival import EVCXR, IPYTHON, WICK, Language, expected, survive  # noqa: E402


def outcome(language: Language, disaster: Disaster, shown: tuple) -> str:
    """One cell of the table."""
    if language.cell(disaster) is None:
        return "–"
    with tempfile.TemporaryDirectory() as folder:
        try:
            survival = survive(language, disaster, Path(folder), shown)
        except RuntimeError:  # it did not start in time; that is no part of the disaster
            survival = survive(language, disaster, Path(folder), shown)
    if not survival.kept:
        return "lost"
    return "kept" if survival.survived else "kept, but left " + ", ".join(survival.left or [survival.trouble])


def column(language: Language) -> list[str] | None:
    """The outcomes in one kernel; None where it is not installed."""
    try:
        shown = expected(language)
    except Exception as error:
        print(f"{language.kernel} does not take part: {error!r}"[:300], file=sys.stderr)
        return None
    outcomes = []
    for disaster in DISASTERS:
        outcomes.append(outcome(language, disaster, shown))
        print(f"{language.kernel}: {disaster.name}: {outcomes[-1]}", file=sys.stderr, flush=True)
    return outcomes


def title(language: Language) -> str:
    """The kernel's name and version."""
    with Session(kernel_name=language.kernel) as session:
        info = session.client.kernel_info(reply=True, timeout=60)["content"]
    name = {"wick": "Wick", "python3": "IPython", "rust": "evcxr"}[language.kernel]
    number = info.get("implementation_version", "")
    if language is IPYTHON:
        try:
            number = "ipykernel " + version("ipykernel")
        except PackageNotFoundError:
            pass
    return f"{name} ({number})" if number else name


def main() -> None:
    columns = {}
    wanted = sys.argv[1:]
    for language in (WICK, IPYTHON, EVCXR):
        if wanted and language.kernel not in wanted:
            continue
        outcomes = column(language)
        if outcomes is not None:
            columns[title(language)] = outcomes
    print("| disaster | " + " | ".join(columns) + " |")
    print("| --- |" + " --- |" * len(columns))
    for index, disaster in enumerate(DISASTERS):
        print(f"| {disaster.name} | " + " | ".join(outcomes[index] for outcomes in columns.values()) + " |")

    def kept(outcomes: list[str]) -> str:
        happened = [outcome for outcome in outcomes if outcome != "–"]
        return f"**{happened.count('kept')} of {len(happened)}**"

    print("| **kept** | " + " | ".join(map(kept, columns.values())) + " |")


if __name__ == "__main__":
    main()
