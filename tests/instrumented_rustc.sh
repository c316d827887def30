#!/bin/sh
# What cargo calls in place of rustc where tests/fuzz.sh and tests/sanitize.sh build: our own crates, and those that read
# files and sockets for us, get AddressSanitizer and the counters that libFuzzer reads. All others are compiled as ever, so
# that they are those of the ordinary build.
#
# The runtimes of both are part of the stable toolchain; only the flags that ask for them are not, which is what
# RUSTC_BOOTSTRAP is for. cargo tells these builds from the ordinary ones by their profile: tests/instrumented.toml.
#
# With WICK_INSTRUMENT=targets only the programs in fuzz/ get the counters, and nothing gets AddressSanitizer: libFuzzer does
# not run without any counters.
case "${CARGO_PKG_NAME:-} $*" in
    *" --crate-name build_script_"* | *" --crate-type proc-macro "*) exec "$@" ;;
    "wick-fuzz "*) ;;
    "wick "* | "wick-kernel "* | "wick-runtime "* | "zip "* | "zeromq "*) [ "${WICK_INSTRUMENT:-all}" = all ] || exec "$@" ;;
    *) exec "$@" ;;
esac
[ "${WICK_INSTRUMENT:-all}" != all ] || set -- "$@" -Zsanitizer=address
RUSTC_BOOTSTRAP=1 exec "$@" \
    -Cforce-frame-pointers \
    -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0
