# How tests/fuzz.sh and tests/sanitize.sh build: both with the same flags, so that what they share is built once.
#
# AddressSanitizer and the counters that libFuzzer reads are asked of rustc as cargo-fuzz does. Their runtimes are part of
# the stable toolchain; only the flags that ask for them are not, which is what RUSTC_BOOTSTRAP is for.

instrumented="$(realpath -m "${CARGO_TARGET_DIR:-target}")/instrumented"
triple="$(rustc -vV | sed -n 's/^host: //p')"
flags=(
    -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0
    -Zsanitizer=address
    --cfg fuzzing
    -Cforce-frame-pointers
)
export RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}" CARGO_TARGET_DIR="$instrumented"
# A sum that overflows is a find. Speed comes second: half of what a run takes is the build.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=line-tables-only CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
export CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=true
