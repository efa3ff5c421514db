#!/usr/bin/env bash
# Mutation testing of the code that everything rests on: see README.md beside this file, and mutants.py for how it works.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The version counts: another one makes other mutants. That of the tables of docs/assurance.md.
version=27.1.0
target=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$target/mutants"
target=$(cd "$target" && pwd)
export CARGO_TARGET_DIR=$target PATH=$target/mutants/tools/bin:$PATH
if [ "$(cargo mutants --version 2>/dev/null || true)" != "cargo-mutants $version" ]; then
    cargo install --quiet --locked --version "=$version" --root "$target/mutants/tools" cargo-mutants
fi
exec python3 scripts/mutants.py "$@"
