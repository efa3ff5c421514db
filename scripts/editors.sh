#!/usr/bin/env bash
# Checks what is in editors/: the extension for Visual Studio Code (types, colours, packaging), and the tree-sitter grammar (every
# recorded program, the cases of its corpus, its queries, and that its parser is the one that the grammar gives).
#
#   scripts/editors.sh            # both
#   scripts/editors.sh vscode     # one of them
#   scripts/editors.sh tree-sitter-sqrt
#   scripts/editors.sh zed        # that the extension for Zed compiles; not part of the first, as it takes long to build
#
# Needs Rust with a C compiler, and Node with npm; cargo and npm fetch the rest from their registries.
set -euo pipefail
cd "$(dirname "$0")/.."

vscode() {
    cd editors/vscode
    # Nothing that a package would run when it is installed is needed.
    npm ci --ignore-scripts --no-audit --no-fund
    npm test
    npm run package
    # What is packaged is what an editor loads, and no more.
    python3 - dist/sqrt.vsix <<'PYTHON'
import json, sys, zipfile

with zipfile.ZipFile(sys.argv[1]) as package:
    names = {name.removeprefix("extension/") for name in package.namelist() if name.startswith("extension/")}
    manifest = json.loads(package.read("extension/package.json"))
wanted = {manifest["main"].removeprefix("./"), "package.json", "readme.md", "changelog.md", "LICENSE.md"}
wanted |= {grammar["path"].removeprefix("./") for grammar in manifest["contributes"]["grammars"]}
wanted |= {language["configuration"].removeprefix("./") for language in manifest["contributes"]["languages"]}
if names != wanted:
    sys.exit(f"the package has {sorted(names - wanted)} too much and {sorted(wanted - names)} too little")
print(f"{len(names)} files packaged")
PYTHON
}

tree_sitter() {
    cargo test --locked --manifest-path editors/tree-sitter-sqrt/Cargo.toml
}

case ${1:-both} in
    both) (vscode); tree_sitter ;;
    vscode) (vscode) ;;
    tree-sitter-sqrt) tree_sitter ;;
    zed) cargo check --locked --manifest-path editors/zed/Cargo.toml ;;
    *) echo "scripts/editors.sh: no part of editors/ is called $1" >&2; exit 2 ;;
esac
