//! Explanations of large policies and calls: what is cut says how much is missing, and nothing takes long.

use super::common::{Folder, run};

#[test]
fn what_is_long_is_cut_and_counted() {
    let folder = Folder::new();
    let tests: Vec<String> = (0..3000).map(|n| format!("a.value in {{{n}}}")).collect();
    let policy = folder.file("p.sqrt", format!("tool \"t\" {{ should deny when {}; }}", tests.join(" or ")));
    let tags: Vec<String> = (0..500).map(|n| format!("tag{n}")).collect();
    let args: serde_json::Map<String, serde_json::Value> =
        (0..80).map(|n| (format!("x{n}"), n.into())).collect();
    let mut call = serde_json::json!({"tool": "t", "args": args});
    call["args"]["a"] = "x".repeat(100_000).into();
    call["arg_meta"] = serde_json::json!({"a": {"tags": tags}});
    let calls = folder.file("c.jsonl", call.to_string());
    let base = ["explain", &policy, "--calls", &calls, "--show-values"];
    let short = run(base);
    assert_eq!(short.status, 0, "{}", short.stderr);
    for cut in ["… 488 more}", "more characters)", "… 2601 conditions left out", "… 31 more arguments"]
    {
        assert!(short.stdout.contains(cut), "{cut}: {}", short.stdout);
    }
    assert!(short.stdout.len() < 200_000, "{}", short.stdout.len());
    let full = run(base.into_iter().chain(["--full"]));
    assert!(
        full.stdout.contains("a.value in {2999}")
            && full.stdout.contains("tag499")
            && full.stdout.contains(&"x".repeat(100_000))
    );
    for format in ["json", "html"] {
        let cut = run(base.into_iter().chain(["--format", format]));
        assert!(cut.status == 0 && cut.stdout.len() < 500_000, "{format}: {}", cut.stdout.len());
    }
}

/// A chain of lets that is exponentially long when it is written out: each let is told once.
#[test]
fn a_let_is_told_once() {
    let folder = Folder::new();
    let mut text = String::from("let l0 = a.value in {1} or b.value in {2};\n");
    for n in 1..60 {
        text.push_str(&format!("let l{n} = not l{} and not l{};\n", n - 1, n - 1));
    }
    text.push_str("tool \"t\" { must deny when l59; must deny when not l59; }\n");
    let policy = folder.file("p.sqrt", text);
    let calls = folder.file("c.jsonl", r#"{"tool": "t", "args": {"a": 1}}"#);
    let run = run(["explain", &policy, "--calls", &calls, "--full"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("told above") && run.stdout.len() < 100_000, "{}", run.stdout.len());
}
