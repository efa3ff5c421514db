#!/usr/bin/env bash
# Builds docs/ as a book into target/book/, which a browser opens: target/book/index.html.
#
# mdBook is installed below target/tools/, of the version that is named here, unless it is on the path.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.5.4
mdbook=$(command -v mdbook || true)
if [ -z "$mdbook" ]; then
    mdbook="$PWD/target/tools/bin/mdbook"
    [ "$("$mdbook" --version 2>/dev/null || true)" = "mdbook v$version" ] ||
        cargo install mdbook --version "$version" --locked --quiet --no-default-features --features search --root target/tools
fi
told=$("$mdbook" build docs 2>&1) || { echo "$told" >&2; exit 1; }
# A page that is missing or a link to nowhere is only a warning to it.
if echo "$told" | grep -qiE "warn|error"; then
    echo "$told" >&2
    exit 1
fi
echo "the book is in target/book/"
