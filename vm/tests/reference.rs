//! Pages that are made from tables are what the tables say.

use std::path::Path;

fn is_current(page: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    if std::env::var_os("BLESS").is_some() {
        assert!(std::fs::write(&path, made).is_ok(), "docs/{page} can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "docs/{page} is stale: run `BLESS=1 cargo test -p sqrt-vm --test reference`");
}

#[test]
fn instruction_page_is_current() {
    is_current("instructions.md", &sqrt_vm::bytecode::instruction_reference());
}

#[test]
fn promise_page_is_current() {
    is_current("verifier.md", &sqrt_vm::bytecode::promise_reference());
}
