#!/usr/bin/env bash
# Every test, from a clean checkout, installing what they need. The last line is "N passed, N failed".
#
#   tests/run.sh                  everything
#   tests/run.sh rust             only cargo's part: format, lints, documentation, tests
#   tests/run.sh kernel [ARGS]    only the tests of the installed kernel; ARGS go to pytest
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

part="${1:-all}"
[ $# -eq 0 ] || shift
case "$part" in
    all | rust | kernel) ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac

target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
logs="$target/test-logs"
mkdir -p "$logs"
passed=0 failed=0

say() { printf '\n== %s\n' "$*"; }
tally() { passed=$((passed + $1)) failed=$((failed + $2)); }

# check NAME COMMAND...: one test that is the command's exit status.
check() {
    local name="$1"
    shift
    say "$name"
    if "$@" >"$logs/check.log" 2>&1; then
        tally 1 0
        echo "ok"
    else
        tally 0 1
        tail -n 200 "$logs/check.log"
        echo "FAILED: $*"
    fi
}

# ---------------------------------------------------------------------------- cargo's part

# cargo_test NAME ARGS...: adds up the "test result:" lines; a build that fails counts as one failure.
cargo_test() {
    local name="$1" log="$logs/cargo-test.log" counts
    shift
    say "$name"
    cargo test --release --locked --no-fail-fast "$@" 2>&1 | tee "$log" | grep -Ev '^test .* ok$|^running|^$'
    local status=${PIPESTATUS[0]}
    counts="$(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")"
    # shellcheck disable=SC2086 # two numbers
    tally $counts
    if [ "$status" -ne 0 ] && [ "${counts#* }" -eq 0 ]; then tally 0 1; fi
}

rust_part() {
    check "C++ compiler" need_package c++ g++ "libFuzzer"
    check "Format" cargo fmt --all --check
    check "Lints" cargo clippy --release --locked --workspace --all-targets -- -D warnings
    check "Documentation" env RUSTDOCFLAGS="-D warnings" \
        cargo doc --release --locked --workspace --no-deps
    cargo_test "Unit, parity and documentation tests" --workspace
}

# ---------------------------------------------------------------------------- the installed kernel

scratch="" analyzer=""
cleanup() {
    [ -z "$analyzer" ] || kill "$analyzer" 2>/dev/null
    [ -z "$scratch" ] || rm -rf "$scratch"
}
trap cleanup EXIT

# need_package PROGRAM PACKAGE WHAT_FOR: installs what is missing.
need_package() {
    ! command -v "$1" >/dev/null || return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "$1 is missing; $3 needs it: sudo apt-get install -y $2"
        return 1
    fi
    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2"
}

make_venv() {
    local venv="$target/test-venv"
    "$venv/bin/python" -m pip --version || python3 -m venv --clear "$venv" || return
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt ./clients/papermill
}

# pytest ARGS...: adds up its tests.
pytest() {
    local junit="$logs/pytest.xml"
    rm -f "$junit"
    "$target/test-venv/bin/python" -m pytest --junitxml "$junit" "$@"
    # shellcheck disable=SC2046 # two numbers
    tally $(python3 tests/junit_counts.py "$junit")
}

kernel_part() {
    # Nothing of the user's own Jupyter, caches or kernels takes part.
    scratch="$(mktemp -d /tmp/wick-test.XXXXXX)"
    export JUPYTER_PATH="$scratch/prefix/share/jupyter"
    export JUPYTER_DATA_DIR="$scratch/jupyter-data" JUPYTER_CONFIG_DIR="$scratch/jupyter-config"
    export JUPYTER_RUNTIME_DIR="$scratch/run" IPYTHONDIR="$scratch/ipython"
    export XDG_CACHE_HOME="$scratch/cache" XDG_STATE_HOME="$scratch/state" XDG_CONFIG_HOME="$scratch/config" WICK_PREFIX="$scratch/prefix"
    export PIP_CACHE_DIR="${PIP_CACHE_DIR:-$HOME/.cache/pip}"

    check "Chromium" need_package chromium chromium "the JupyterLab test"
    check "Python environment" make_venv
    check "Advisories and licences" env PYTHON="$target/test-venv/bin/python" tests/deny.sh
    grep "^advisory database" "$logs/check.log"
    check "Install into an empty prefix and run the primer" ./install.sh --prefix "$WICK_PREFIX" --no-rust-analyzer
    [ -x "$WICK_PREFIX/bin/wick" ] || return
    check "Made-up input, 30 seconds of each kind" tests/fuzz.sh --as-built
    grep -E " (inputs|built)" "$logs/check.log"
    # Where it has to be built, that takes some ten minutes; so it is kept, and its tests come last.
    [ ! -d "$target/rust-analyzer" ] || cp -r "$target/rust-analyzer" "$WICK_PREFIX/share/wick/"
    nice "$WICK_PREFIX/bin/wick" analyzer install >"$logs/rust-analyzer.log" 2>&1 &
    analyzer=$!

    say "The installed kernel"
    pytest --ignore tests/protocol/test_rust_analyzer.py tests "$@"
    if [ $# -eq 0 ]; then
        check "rust-analyzer" wait "$analyzer"
        analyzer=""
        [ ! -d "$WICK_PREFIX/share/wick/rust-analyzer/bin" ] || cp -r "$WICK_PREFIX/share/wick/rust-analyzer" "$target/"
        say "Completion with rust-analyzer"
        pytest tests/protocol/test_rust_analyzer.py
    fi

    check "Long and hard use, in short" env WICK_TEST_VENV="$target/test-venv" tests/soak.sh --short
    grep -E "^(ok|BROKEN|   )" "$logs/check.log"

    # That it works; its times say nothing on a machine that does other things.
    check "Benchmark, short" tests/bench/run.sh --short --out "$logs/bench"
}

[ "$part" = kernel ] || rust_part
[ "$part" = rust ] || kernel_part "$@"

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
