#!/usr/bin/env bash
# Builds Wick, registers it with Jupyter, and runs the primer notebook once to show that it works.
# Running it again brings an installation up to date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'HELP'
Usage: ./install.sh [OPTIONS]

Builds Wick, installs the Jupyter kernel "Rust (Wick)", makes a Python environment with
JupyterLab in .venv, and executes notebooks/pytorch_primer.ipynb once.

Options:
  --user          install under ~/.local (the default)
  --prefix DIR    install under DIR instead
  --cuda          build for an NVIDIA GPU (needs the CUDA toolkit: nvcc)
  --evcxr         build the second engine too, and install the kernel "Rust (evcxr engine)"
                  (some ten minutes more)
  --no-run        do not execute the primer at the end
  --no-rust-analyzer
                  leave rust-analyzer alone; without this, it is got from rustup or, in the
                  background, built from crates.io where this machine has none
  --help          show this text
HELP
}

say() { printf '\033[1m%s\033[0m\n' "$*"; }
die() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

prefix="" cuda="" evcxr="" run=yes analyzer=yes
while [ $# -gt 0 ]; do
    case "$1" in
        --user) prefix="" ;;
        --prefix) [ $# -ge 2 ] || die "--prefix needs a folder"; prefix="$2"; shift ;;
        --prefix=*) prefix="${1#--prefix=}" ;;
        --cuda) cuda=yes ;;
        --evcxr) evcxr=yes ;;
        --no-run) run="" ;;
        --no-rust-analyzer) analyzer="" ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; die "unknown option: $1" ;;
    esac
    shift
done

# ---------------------------------------------------------------------------- what is needed

rust_needed="1.91"
missing=() apt=()

# need WHAT HOW-TO-GET-IT [APT-PACKAGE]: records something that is missing.
need() {
    missing+=("$1: $2")
    if [ -n "${3:-}" ]; then apt+=("$3"); fi
}

# at_least A B: is version A the same as B or newer?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

check_tools() {
    local rustc_version
    command -v cargo >/dev/null ||
        need "cargo is missing" "install Rust from https://rustup.rs, then open a new terminal"
    if ! command -v rustc >/dev/null; then
        need "rustc is missing" "it comes with Rust from https://rustup.rs"
    elif ! rustc_version="$(rustc --version 2>/dev/null)"; then
        need "rustc does not run" "choose a toolchain with: rustup default stable"
    else
        rustc_version="$(cut -d ' ' -f 2 <<<"$rustc_version")"
        at_least "$rustc_version" "$rust_needed" ||
            need "rustc $rustc_version is too old" "Wick needs $rust_needed or newer; run: rustup update stable"
    fi
    command -v cc >/dev/null || need "a C linker (cc) is missing" "rustc links with it" gcc
    if ! command -v python3 >/dev/null; then
        need "python3 is missing" "Jupyter runs on it" "python3 python3-venv"
    elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
        need "$(python3 --version) is too old" "Jupyter needs Python 3.10 or newer"
    elif ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
        need "python3's venv module is missing" "JupyterLab goes into a virtual environment" python3-venv
    fi
    if [ -n "$cuda" ] && ! command -v nvcc >/dev/null; then
        need "nvcc is missing" "--cuda needs NVIDIA's CUDA toolkit, with its bin folder on PATH"
    fi

    [ ${#missing[@]} -eq 0 ] && return
    printf 'install.sh: %s\n' "${missing[@]}" >&2
    if [ ${#apt[@]} -gt 0 ]; then
        printf 'install.sh: on Debian or Ubuntu: sudo apt-get install -y %s\n' "${apt[*]}" >&2
    fi
    exit 1
}

# ---------------------------------------------------------------------------- the four steps

target="${CARGO_TARGET_DIR:-target}"

build() {
    local features=()
    [ -z "$cuda" ] || features+=(--features wick/cuda)
    [ -z "$evcxr" ] || features+=(--features wick-kernel/evcxr)
    say "1/4 Building Wick (some minutes the first time)"
    mkdir -p "$target"
    cargo build --release --locked "${features[@]}" --message-format=json-render-diagnostics \
        >"$target/wick-build.json"
}

install_kernel() {
    local where=(--user)
    [ -z "$prefix" ] || where=(--prefix "$prefix")
    say "2/4 Installing the kernel under ${prefix:-$HOME/.local}"
    "$target/release/wick" install "${where[@]}" --build-messages "$target/wick-build.json"
}

# Completion is better with it, but nothing waits for it: a failure is told by `wick doctor`.
get_rust_analyzer() {
    [ -z "$analyzer" ] || "${prefix:-$HOME/.local}/bin/wick" analyzer install --background || true
}

make_venv() {
    say "3/4 Preparing JupyterLab in .venv"
    # A half-made or moved environment has no working pip: make it anew.
    .venv/bin/python -m pip --version >/dev/null 2>&1 || python3 -m venv --clear .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
}

run_primer() {
    local executed="$target/pytorch_primer.executed"
    if [ -z "$run" ]; then
        say "4/4 Not running the primer (--no-run)"
        return
    fi
    say "4/4 Running notebooks/pytorch_primer.ipynb"
    jupyter nbconvert --log-level WARN --to notebook --execute notebooks/pytorch_primer.ipynb \
        --output-dir "$(dirname "$executed")" --output "$(basename "$executed").ipynb"
    jupyter nbconvert --log-level WARN --to html "$executed.ipynb"
    # The others are only compiled, so that they answer at once when they are opened.
    local notebook
    for notebook in notebooks/*.ipynb; do
        [ "$notebook" = notebooks/pytorch_primer.ipynb ] ||
            "${prefix:-$HOME/.local}/bin/wick" run --warm --allow-errors "$notebook" 2>/dev/null || true
    done
    echo "The executed primer: $(realpath "$executed.html")"
    echo "    and as notebook: $(realpath "$executed.ipynb")"
}

# Jupyter as it will be started later, pointed at the kernel wherever that was installed.
jupyter() { JUPYTER_PATH="${prefix:-$HOME/.local}/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}" .venv/bin/jupyter "$@"; }

how_to_start() {
    local start=".venv/bin/jupyter lab notebooks/pytorch_primer.ipynb"
    [ -z "$prefix" ] || start="JUPYTER_PATH=$prefix/share/jupyter $start"
    say "Wick is ready. Start with:"
    echo "    $start"
}

# A terminal opened before Rust was installed does not know its folder yet.
if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH="$HOME/.cargo/bin:$PATH"
fi
check_tools
if [ -n "$prefix" ]; then
    mkdir -p "$prefix" || die "cannot create $prefix"
    prefix="$(realpath "$prefix")"
fi
build
install_kernel
get_rust_analyzer
make_venv
run_primer
how_to_start
