#!/usr/bin/env bash
# Times the same cells on every kernel that is there: wick, rust (evcxr_jupyter), python3 with torch.
#
#   tests/bench/run.sh [OPTIONS]      --help lists them
#
# The clients run in the tests' own Python environment, which is made when it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
venv="${WICK_BENCH_VENV:-$target/test-venv}"
if [ -z "${WICK_BENCH_VENV:-}" ]; then
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
fi
exec "$venv/bin/python" tests/bench/bench.py "$@"
