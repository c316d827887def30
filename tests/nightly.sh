#!/usr/bin/env bash
# What takes too long for every run: crates that take minutes to build, a saved session as a program, the prelude in a
# stock evcxr kernel, the engine over evcxr (some ten minutes to build), the prelude's features. Wants Wick installed (./install.sh) and the environment that tests/run.sh makes.
#
#   tests/nightly.sh [ARGS]    ARGS go to pytest
#
# WICK_WITH_EVCXR a `wick` with the feature `evcxr` (default: is built here)#
# WICK_PREFIX     where Wick is installed (default: ~/.local)
# WICK_EVCXR      the program evcxr_jupyter (default: on PATH; without it the tests of evcxr are skipped)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
if [ -z "${WICK_WITH_EVCXR:-}" ]; then
    # Apart from the other build: there the crates that both need have other features.
    cargo build --release --locked -p wick-kernel --features evcxr --target-dir "$target/evcxr"
    WICK_WITH_EVCXR="$target/evcxr/release/wick"
fi
# What the prelude has with features that are off by themselves.
cargo test --release --locked -p wick --features nalgebra --test interop --target-dir "$target/interop"
export WICK_WITH_EVCXR WICK_NIGHTLY=1
export JUPYTER_PATH="${WICK_PREFIX:-$HOME/.local}/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}"
exec "${WICK_TEST_VENV:-$target/test-venv}/bin/python" -m pytest tests/nightly --timeout 3600 "$@"
