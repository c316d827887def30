#!/usr/bin/env bash
# Throws made-up inputs at all that reads what others wrote: cells, commands, messages, streams, files of weights.
#
#   tests/fuzz.sh                             every target of fuzz/, 30 seconds each, two at a time
#   tests/fuzz.sh --seconds 600 cell pth      these two, ten minutes each
#   tests/fuzz.sh --as-built                  without building all of Wick once more for it
#
# Built for it, Wick tells which of its branches an input took, so that inputs go ever deeper; reads and writes out of bounds
# are found (AddressSanitizer) and sums that overflow. Building that takes some seven minutes. As it is built for an installation, it
# gets what the seeds and the dictionaries become at random, which finds what is broken on the surface.
#
# A target that finds something fails, and its input is kept: make it a test beside the code that it broke, and add it to
# fuzz/seeds. Needs the stable toolchain and a C++ compiler; what was learned of good inputs is kept from run to run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

all=(cell command connection message pth safetensors stream zmtp)
seconds=30 at_once=2 instrumented=yes targets=()
while [ $# -gt 0 ]; do
    case "$1" in
        --seconds) seconds="${2:?--seconds takes a number}"; shift 2 ;;
        --at-once) at_once="${2:?--at-once takes a number}"; shift 2 ;;
        --as-built) instrumented=no; shift ;;
        -*) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
        *)
            [[ " ${all[*]} " == *" $1 "* ]] || { echo "there is no target $1; there are ${all[*]}"; exit 2; }
            targets+=("$1"); shift ;;
    esac
done
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
command -v c++ >/dev/null || { echo "a C++ compiler is missing: sudo apt-get install g++"; exit 1; }

target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
if [ "$instrumented" = yes ]; then
    # A folder of its own: a library that is linked dynamically has the same file name in every build, and cargo would take this
    # one for the ordinary one.
    target="$target/instrumented"
    build=(cargo --config tests/instrumented.toml build -p wick-fuzz)
else
    # With the features that an installation has, so that its libraries serve.
    build=(cargo build -p wick-fuzz -p wick-kernel -p wick)
    export WICK_INSTRUMENT=targets
fi
work="$target/fuzz"
mkdir -p "$work"

started=$SECONDS
if ! RUSTC_WRAPPER="$PWD/tests/instrumented_rustc.sh" CARGO_TARGET_DIR="$target" \
    "${build[@]}" --release --locked --bins >"$work/build.log" 2>&1; then
    cat "$work/build.log"
    exit 1
fi
echo "built in $((SECONDS - started)) s"

# run TARGET: one line, and the status.
run() {
    local name="$1" log="$work/$1.log" seeds=("fuzz/seeds/$1") dictionary=() status=0
    [ "$name" != pth ] || seeds+=(prelude/src/serialization/testdata prelude/src/hub/testdata)
    [ ! -f "fuzz/dictionaries/$name.txt" ] || dictionary=("-dict=fuzz/dictionaries/$name.txt")
    mkdir -p "$work/corpus/$name" "$work/found"
    "$target/release/$name" -max_total_time="$seconds" -max_len=8192 -timeout=25 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="$work/found/$name-" "${dictionary[@]}" \
        "$work/corpus/$name" "${seeds[@]}" >"$log" 2>&1 || status=$?
    local runs edges
    runs="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)"
    edges="$(sed -n 's/^#[0-9]*.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)"
    printf '%-12s %10s inputs, %6s edges: %s\n' "$name" "${runs:-?}" "${edges:-?}" \
        "$([ "$status" -eq 0 ] && echo ok || echo FOUND)"
    if [ "$status" -ne 0 ]; then
        grep -E -A 12 'panicked at|ERROR: |SUMMARY: |Test unit written' "$log" | head -n 60
    fi
    return "$status"
}

found=0 running=()
settle() { wait "${running[0]}" || found=$((found + 1)); running=("${running[@]:1}"); }
for name in "${targets[@]}"; do
    [ "${#running[@]}" -lt "$at_once" ] || settle
    run "$name" &
    running+=($!)
done
while [ "${#running[@]}" -gt 0 ]; do settle; done
[ "$found" -eq 0 ] || { echo "$found of ${#targets[@]} targets found something; the inputs are in $work/found"; exit 1; }
