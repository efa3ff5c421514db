//! `docs/instructions.md` is what the instruction table says.

use std::path::Path;

#[test]
fn instruction_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/instructions.md");
    let made = sqrt_vm::bytecode::instruction_reference();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).expect("docs/instructions.md can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/instructions.md is stale: run `BLESS=1 cargo test -p sqrt-vm --test reference`"
    );
}
