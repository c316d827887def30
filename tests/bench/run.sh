#!/usr/bin/env bash
# Times the same cells on every kernel that is installed: wick, rust (evcxr_jupyter), python3 with torch.
#
#   tests/bench/run.sh [ROUNDS]
#
# The Python environment is the tests' own; it is made when it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
venv="$target/test-venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
exec "$venv/bin/python" tests/bench/bench.py "$@"
