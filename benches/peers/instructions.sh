#!/usr/bin/env bash
# Instructions per call by callgrind, exact and the same on every run. Needs valgrind and a build with `cargo build --release`.
#
#   ./instructions.sh [WORD…]                             of every competitor in the cases whose names have these words
#   ./instructions.sh --functions CASE COMPETITOR INPUT   of one of them, by function
set -euo pipefail
cd "$(dirname "$0")"
once="${CARGO_TARGET_DIR:-target}/release/once"
[ -x "$once" ] || { echo "no $once: run cargo build --release" >&2; exit 1; }
calls=1000
profile=$(mktemp)
trap 'rm -f "$profile"' EXIT

# Counts inside the measured loop only; the calls before it have made caches warm.
count() {
    valgrind --tool=callgrind --callgrind-out-file="$profile" --collect-atstart=no --toggle-collect='*Runner*::run' \
        "$once" run "$@" "$calls" 2>&1 </dev/null | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

if [ "${1:-}" = "--functions" ]; then
    shift
    count "$@" >/dev/null
    exec python3 functions.py "$profile" "$calls"
fi
"$once" list "$@" | while IFS=$'\t' read -r case competitor input; do
    printf '%9d  %-28s %-26s %s\n' $(($(count "$case" "$competitor" "$input") / calls)) "$case" "$competitor" "$input"
done
