#!/usr/bin/env bash
# Counts the instructions and the allocations of a call in the main cases, and fails when one costs more than 3 % more
# instructions than benches/counts.txt says, or allocates. Needs valgrind.
#
#   scripts/counts.sh            check
#   BLESS=1 scripts/counts.sh    write benches/counts.txt anew
#
# The file is of one compiler, and of one kind of machine. With another, the code that the file is of is counted as well, and
# the code as it is now is held against that.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v valgrind >/dev/null || { echo "scripts/counts.sh needs valgrind (apt-get install valgrind)" >&2; exit 1; }
counts() { cargo run --quiet --release --locked -p sqrt-benches --bin counts -- "$@"; }

status=0
counts || status=$?
[ "$status" = 3 ] || exit "$status"

base=$(git log -1 --format=%H -- benches/counts.txt 2>/dev/null || true)
if [ -z "$base" ] || git rev-parse --is-shallow-repository | grep -q true; then
    echo "The history that has the code of benches/counts.txt is not here, so nothing was compared." >&2
    echo "Fetch it, or count with the compiler of the file, or write the file anew: BLESS=1 scripts/counts.sh" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'git worktree remove --force "$work/base" 2>/dev/null; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/base" "$base"
echo "counting $base with this compiler …"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
(cd "$work/base" && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/counts-base" counts --write "$work/counts.txt")
counts --against "$work/counts.txt"
