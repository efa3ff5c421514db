//! The reference page of the promises, `docs/verifier.md`, made from their table.

use super::promises::Promise;

const INTRODUCTION: &str = "\
<!-- Made from the table of promises by `BLESS=1 cargo test -p sqrt-vm --test reference`; do not edit. -->

# What the verifier promises

A program runs only after the verifier, whether it was just compiled or comes from an image of any origin. These are all the
properties on which the VM relies. Each is checked when a program is loaded, in time linear in its size; a program that breaks
one is refused with the name of the promise and the place. Each has a program in the tests that breaks just it
(`vm/src/bytecode/verify/hostile.rs`).

In debug builds, and so in all tests and fuzzing, the interpreter checks again what a step relies on, where the last column says
so (`vm/src/exec/checked.rs`). What it finds broken is an internal error: the call is denied, and tests fail.

What is *not* promised: that a program means what its policy says. Automata, dispatch and explanations of an image may be
made by anyone; `sqrt_vm::automata::differences` makes automata and dispatch anew and compares.
";

/// The text of `docs/verifier.md`.
pub fn promise_reference() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut part = "";
    for promise in Promise::ALL {
        if promise.part() != part {
            part = promise.part();
            page.push_str(&format!(
                "\n## {part}\n\n| Promise | What | Who relies on it | Steps |\n|---|---|---|---|\n"
            ));
        }
        let steps = if promise.is_checked_at_steps() { "yes" } else { "" };
        let row = [&format!("`{}`", promise.name()), promise.text(), promise.relied_on_by(), steps];
        page.push_str(&format!("| {} |\n", row.join(" | ").replace(" |  |", " | |")));
    }
    page
}
