#!/usr/bin/env bash
# The unit tests that come near unsafe code, under AddressSanitizer: reads and writes outside of what was allocated, uses
# of what was freed, and memory that is never freed.
#
#   tests/sanitize.sh             the runtime and the prelude's tensors, views, storages, files
#   tests/sanitize.sh --all       every unit test of both
#
# Miri would see more, but runs neither C nor the assembler in the matrix products; and it is no part of the stable
# toolchain. AddressSanitizer is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# Apart from the ordinary build, as in tests/fuzz.sh.
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")/instrumented"
export RUSTC_WRAPPER="$PWD/tests/instrumented_rustc.sh" CARGO_TARGET_DIR="$target"

export LSAN_OPTIONS="suppressions=$PWD/tests/leaks_meant.txt:print_suppressions=0"

# Of the prelude: what makes tensors from memory of others, or shares it.
near_unsafe=(tensor:: storage:: kernels:: random:: serialization:: state:: interop:: autograd:: numpy:: data::)
[ "${1:-}" != --all ] || near_unsafe=()

build=(cargo --config tests/instrumented.toml test --release --locked)
"${build[@]}" -p wick-runtime --lib
"${build[@]}" -p wick --lib -- "${near_unsafe[@]}"
