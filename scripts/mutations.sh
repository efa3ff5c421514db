#!/usr/bin/env bash
# Changes compiled images on purpose: every byte of a small one to every value, and large ones at random. Each image is refused,
# or runs without a fault; one line says how many of each kind there were.
#
#   scripts/mutations.sh [N]     N changed large images (default: 20000)
#
# Optimised, with the checks of debug builds at every step of the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
export SQRT_MUTATIONS=${1:-20000}
exec cargo test --locked --profile checked -p sqrt-tests --test mutations -- --nocapture
