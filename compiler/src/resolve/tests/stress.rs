//! Deep and large policies: little native stack, linear time.

use super::resolved;

/// Runs with the stack that a host may give a thread.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(512 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn the_deepest_nesting_fits_a_small_stack() {
    on_a_small_stack(|| {
        let depth = 64;
        let (open, close) = ("(not (x.value in {\"a\"} and ".repeat(depth), "))".repeat(depth));
        let sets = format!("{}@tags{}", "({\"a\"} ^ ({\"b\"} with \"c\" & ".repeat(120), "))".repeat(120));
        let policy = format!(
            "tool \"t\" {{ must deny when {open}y.tags is empty{close}; result {{ @tags = {sets}; }} }}\nlet S = {sets};"
        );
        let (policy, diagnostics) = resolved(&[("file", &policy, None)]);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert!(policy.to_string().len() > 1000);
    });
}

#[test]
fn long_chains_of_lets_cost_linear_time_and_no_native_stack() {
    on_a_small_stack(|| {
        const LENGTH: usize = 20_000;
        let mut policy = String::from("let p0 = x.value in {\"a\"};\nlet s0 = {\"a\"};\n");
        for at in 1..LENGTH {
            let before = at - 1;
            policy +=
                &format!("let p{at} = p{before} and not p{before};\nlet s{at} = s{before} | s{before};\n");
        }
        policy += &format!("tool \"t\" {{ must deny when p{0} and x.value in s{0}; }}", LENGTH - 1);
        let (policy, diagnostics) = resolved(&[("file", &policy, None)]);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        // One instance for each let and parity, one set let for each let.
        assert_eq!((policy.let_instances.len(), policy.set_lets.len()), (2 * LENGTH - 1, LENGTH));
    });
}

#[test]
fn a_round_of_many_lets_is_one_diagnostic() {
    on_a_small_stack(|| {
        let lets: String = (0..20_000).map(|at| format!("let p{at} = p{};\n", (at + 1) % 20_000)).collect();
        let (_, diagnostics) = resolved(&[("file", &lets, None)]);
        assert_eq!(diagnostics.len(), 1);
        assert!(diagnostics[0].message.contains("`p7` → 19992 more → `p0`"), "{}", diagnostics[0].message);
    });
}

#[test]
fn errors_beyond_the_limit_are_counted_and_warnings_are_not() {
    let rules = |condition: &str| {
        format!("tool \"t\" {{\n{}}}", format!("must deny when {condition};\n").repeat(10_001))
    };
    let (_, diagnostics) = resolved(&[("file", &rules("Nope"), None)]);
    assert_eq!(diagnostics.len(), 10_001);
    assert!(diagnostics.iter().any(|d| d.code.as_str() == "E0703" && d.is_error()));
    let (_, diagnostics) = resolved(&[("file", &rules("1 == 1"), None)]);
    assert_eq!(diagnostics.len(), 10_000);
    assert!(!diagnostics.iter().any(crate::diagnostics::Diagnostic::is_error));
}
