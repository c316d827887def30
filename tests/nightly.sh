#!/usr/bin/env bash
# What takes too long for every run: crates that take minutes to build, a saved session as a program, the prelude in a
# stock evcxr kernel, the engine over evcxr (some ten minutes to build) with its lints and unit tests, the prelude's
# features and the crates beside it. Wants Wick installed (./install.sh) and the environment that tests/run.sh makes. The
# last line is "N passed, N failed".
#
#   tests/nightly.sh [ARGS]    ARGS go to pytest
#
# WICK_WITH_EVCXR a `wick` with the feature `evcxr` (default: is built here)
# WICK_PREFIX     where Wick is installed (default: ~/.local)
# WICK_EVCXR      the program evcxr_jupyter (default: on PATH; without it the tests of evcxr are skipped)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
logs="$target/test-logs"
mkdir -p "$logs"
passed=0 failed=0

say() { printf '\n== %s\n' "$*"; }
tally() { passed=$((passed + $1)) failed=$((failed + $2)); }

# lint NAME ARGS...: one test that is clippy's exit status.
lint() {
    say "$1"
    shift
    if cargo clippy --release --locked "$@" -- -D warnings; then tally 1 0; else tally 0 1; fi
}

# cargo_test NAME ARGS...: adds up the "test result:" lines; a build that fails counts as one failure.
cargo_test() {
    local name="$1" log="$logs/nightly-cargo.log" status counts
    shift
    say "$name"
    cargo test --release --locked --no-fail-fast "$@" 2>&1 | tee "$log" | grep -Ev '^test .* ok$|^running|^$'
    status=${PIPESTATUS[0]}
    counts="$(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")"
    # shellcheck disable=SC2086 # two numbers
    tally $counts
    if [ "$status" -ne 0 ] && [ "${counts#* }" -eq 0 ]; then tally 0 1; fi
}

# Apart from the other builds: there the crates that both need have other features.
with_evcxr=(-p wick-kernel --features evcxr --target-dir "$target/evcxr")
lint "Lints of the engine over evcxr" "${with_evcxr[@]}" --all-targets
cargo_test "Unit tests with the engine over evcxr" "${with_evcxr[@]}"
if [ -z "${WICK_WITH_EVCXR:-}" ]; then
    say "Build with the engine over evcxr"
    if cargo build --release --locked "${with_evcxr[@]}"; then
        export WICK_WITH_EVCXR="$target/evcxr/release/wick"
    else
        tally 0 1
    fi
fi
cargo_test "The prelude with the feature nalgebra" -p wick --features nalgebra --test interop --target-dir "$target/interop"
# Polars takes minutes: its crate is a workspace of its own.
for_polars=(--manifest-path interop/polars/Cargo.toml --target-dir "$target/interop")
lint "Lints of wick-polars" "${for_polars[@]}" --all-targets
cargo_test "Polars" "${for_polars[@]}"

say "Crates, saved projects and other kernels"
export WICK_NIGHTLY=1
export JUPYTER_PATH="${WICK_PREFIX:-$HOME/.local}/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}"
junit="$logs/nightly.xml"
rm -f "$junit"
"${WICK_TEST_VENV:-$target/test-venv}/bin/python" -m pytest --junitxml "$junit" tests/nightly --timeout 3600 "$@"
# shellcheck disable=SC2046 # two numbers
tally $(python3 tests/junit_counts.py "$junit")

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
