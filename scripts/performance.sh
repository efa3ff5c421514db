#!/usr/bin/env bash
# Measures everything that docs/performance.md has figures of, and puts them there and into README.md. Takes about half an
# hour, most of it building other engines, and says little on a machine that does other things at the same time.
#
#   scripts/performance.sh                 everything
#   scripts/performance.sh W1              only cases whose names have these words; the figures of others stay
#   QUICK=1 scripts/performance.sh         a look
#   scripts/performance.sh --documents     measure nothing, only make the tables from benches/results.json again
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target/performance}"
results=$PWD/benches/results.json
peers() { cargo run --quiet --release --manifest-path benches/peers/Cargo.toml --bin "$@"; }

if [ "${1:-}" != "--documents" ]; then
    cargo build --release --locked -p sqrt-cli
    SQRT="$CARGO_TARGET_DIR/release/sqrt" peers compare -- --save "$results" ${QUICK:+--quick} "$@"
    peers allocations -- --save "$results" "$@"
fi
peers documents -- "$results" docs/performance.md README.md
