"""Runs the parts and prints what was measured; the exit status is 1 if something did not hold."""

from __future__ import annotations

import argparse
import sys
import time

from soak import cells, kernels, messages
from soak.report import Report

PARTS = {"cells": cells.run, "messages": messages.run, "kernels": kernels.run}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/soak.sh")
    parser.add_argument("--short", action="store_true", help="fewer of everything")
    parser.add_argument("--only", choices=PARTS, help="one part")
    arguments = parser.parse_args()
    report = Report()
    for name in [arguments.only] if arguments.only else PARTS:
        started = time.monotonic()
        print(f"\n== {name}", flush=True)
        PARTS[name](report, short=arguments.short)
        print(f"   ({time.monotonic() - started:.0f} s)", flush=True)
    print(f"\n{report.held} held, {report.broken} did not")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
