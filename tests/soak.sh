#!/usr/bin/env bash
# Long and hard use of the installed kernel: thousands of cells, hostile messages, many kernels.
#
#   tests/soak.sh            everything, as the README has the numbers (about half an hour)
#   tests/soak.sh --short    the same with fewer of each (some minutes); tests/run.sh calls it
#   tests/soak.sh --only cells|messages|kernels [--short]
#
# The kernel is the one that Jupyter finds as `wick`; WICK_PREFIX says where it is installed, if not in the user's own
# folders. The Python environment is the tests' own; it is made when it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
venv="${WICK_TEST_VENV:-$target/test-venv}"
if ! "$venv/bin/python" -c 'import jupyter_client, psutil' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
fi
if [ -n "${WICK_PREFIX:-}" ]; then export JUPYTER_PATH="$WICK_PREFIX/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}"; fi
# Every cell is compiled, none is found in a cache of earlier runs, and nothing is left of it.
WICK_CACHE="$(mktemp -d /tmp/wick-soak.XXXXXX)"
export WICK_CACHE
trap 'rm -rf "$WICK_CACHE"' EXIT
PYTHONPATH=tests "$venv/bin/python" -m soak "$@"
