//! Updates of a set to itself after an operator change it in its place, and no others do.

#![allow(clippy::expect_used, reason = "tests may panic")]

use sqrt_compiler::{Options, Passes, Source, compile};
use sqrt_vm::bytecode::instruction::Op;

/// The names of the instructions of a block's updates, the disassembler's, without what ends them.
fn instructions(phase: &str, update: &str, passes: Passes) -> Vec<&'static str> {
    let text = format!("tool \"t\" {{ {phase} {{ {update} }} }}");
    let source = Source { name: "test.sqrt", bytes: text.as_bytes() };
    let options = Options { passes, no_explanations: true, ..Options::default() };
    let program = compile(&[source], &options).program.expect("the policy is valid");
    let code = program.program().code.iter().filter(|op| !matches!(op, Op::End {}));
    code.map(|op| op.opcode().mnemonic()).collect()
}

#[test]
fn sets_change_in_place() {
    let cases: &[(&str, &[&str])] = &[
        ("@tags |= {\"a\"};", &["change_P_by"]),
        ("@tags = @tags - {\"a\", \"b\"};", &["change_P_by"]),
        ("@consumers &= {\"a\"};", &["change_P_by"]),
        ("@tags = @tags ^ {\"a\"};", &["change_P_by"]),
        ("@tags |= @args.tags;", &["load_args_union", "change_P"]),
        ("@tags = @tags - @args.tags - x.tags;", &["load_args_union", "load_arg_set", "union", "change_P"]),
        (
            "@tags = @tags & @args.tags & x.tags;",
            &["load_args_union", "load_arg_set", "intersect", "change_P"],
        ),
        ("@tags |= @tags;", &["load_P_set", "change_P"]),
        // Another set, or one that is not at the beginning.
        ("@tags = @producers | {\"a\"};", &["load_P_set", "load_set", "union", "store_P"]),
        ("@tags = {\"a\"} - @tags;", &["load_set", "load_P_set", "minus", "store_P"]),
    ];
    for phase in ["result", "session after"] {
        for (update, expected) in cases {
            let place = if phase == "result" { "result" } else { "session" };
            let expected: Vec<String> = expected.iter().map(|name| name.replace('P', place)).collect();
            assert_eq!(instructions(phase, update, Passes::default()), expected, "{phase}: {update}");
            let plain = instructions(phase, update, Passes::none());
            assert!(plain.iter().any(|name| name.starts_with("store")), "{phase}: {update}: {plain:?}");
            assert!(!plain.iter().any(|name| name.starts_with("change")), "{phase}: {update}: {plain:?}");
        }
        // What patterns take part in is stored as S5.4 says.
        let names = instructions(phase, "@tags &= {r\"a.*\"};", Passes::default());
        assert!(names.iter().any(|name| name.starts_with("store")), "{names:?}");
    }
}
