#!/usr/bin/env bash
# Does in a real Neovim what docs/howto/edit-in-an-editor.md shows, with the settings that docs/editors.md gives for it, and prints
# what comes out. The status is 1 where the page has something else.
#
#   scripts/editor_session.sh
#   NVIM=/path/to/nvim scripts/editor_session.sh    # Neovim 0.11 or later, where that on the path is older
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
cargo build --quiet --locked -p sqrt-cli
PATH="$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk '/^```lua$/ { inside = 1; next } /^```$/ { inside = 0 } inside' docs/editors.md > "$work/init.lua"
mkdir "$work/project"
cd "$work/project"
export SESSION_PAGE="$root/docs/howto/edit-in-an-editor.md"
export XDG_CONFIG_HOME="$work" XDG_DATA_HOME="$work" XDG_STATE_HOME="$work" XDG_CACHE_HOME="$work"
timeout 120 "${NVIM:-nvim}" --headless -n -i NONE -u "$work/init.lua" -c "luafile $root/editors/neovim/session.lua" < /dev/null
