#!/usr/bin/env bash
# Takes over the advisories on crates of our Cargo.lock from a clone of https://github.com/rustsec/advisory-db.
#
#   git clone https://github.com/rustsec/advisory-db /tmp/advisory-db && tests/advisories/refresh.sh /tmp/advisory-db
#
# All advisories there ever were on a crate are kept, so that another version of it is judged as well. A new crate in
# Cargo.lock has none until this was run.
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
database="$1"
cd "$(dirname "${BASH_SOURCE[0]}")"
rm -rf crates names.txt
sed -n 's/^name = "\(.*\)"$/\1/p' ../../Cargo.lock | sort -u >names.txt
while read -r name; do
    files="$(git -C "$database" ls-tree -r --name-only HEAD "crates/$name/")"
    for file in $files; do
        mkdir -p "crates/$name"
        git -C "$database" show "HEAD:$file" >"$file"
    done
done <names.txt
git -C "$database" show -s --format=%cI HEAD >date.txt
git -C "$database" show HEAD:LICENSE.txt >LICENSE.txt
echo "$(find crates -name '*.md' | wc -l) advisories on $(find crates -mindepth 1 -type d | wc -l) crates, of $(cat date.txt)"
