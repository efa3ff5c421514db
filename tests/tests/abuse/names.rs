//! Names of tools that are nearly those that a policy is about.

use crate::kit::Came::{Allow, Deny};
use crate::kit::{Host, codes, compiled, quoted, size};
use crate::table::{Case, Family, Run, mib};

pub(crate) const FAMILY: Family = Family {
    title: "Names of tools",
    cases: &[
        Case {
            name: "nearly-the-tool",
            attempt: "another case, zero-width characters, look-alikes, white space, prefixes, suffixes, paths, NUL, line ends",
            outcome: "names are compared whole and byte by byte: none of them is the tool",
            memory: mib(32),
            run: Run::Engine(nearly_the_tool),
        },
        Case {
            name: "patterns-of-tools",
            attempt: "names around what a pattern of tools matches, and a `*` in a plain name",
            outcome: "a pattern has to match the whole name, across line ends; the plain name gets a warning (W0603)",
            memory: mib(32),
            run: Run::Engine(patterns_of_tools),
        },
        Case {
            name: "ever-new-tools",
            attempt: "500,000 calls to tools of names never seen before, and names of 4 MiB",
            outcome: "decided; what is remembered of names is bounded",
            memory: mib(64),
            run: Run::Engine(ever_new_tools),
        },
    ],
};

fn nearly_the_tool() -> usize {
    let mut host = Host::new("tool \"send_email\" { must deny always; } tool \"\" { must deny always; }");
    let mut came = |name: &str| host.decide(format!(r#"{{"tool": {}}}"#, quoted(name)));
    assert_eq!((came("send_email"), came("")), (Deny, Deny));
    for name in [
        "Send_Email",
        "SEND_EMAIL",
        "send_email ",
        " send_email",
        "send_email\0",
        "send_email\n",
        "send_email\u{200b}",
        "send\u{200b}_email",
        "\u{feff}send_email",
        "s\u{435}nd_email",
        "send_ema\u{131}l",
        "send-email",
        "ns/send_email",
        "send_email/..",
        "send_email\u{0}x",
        "resend_email",
        "send_emails",
        "send_emai",
        "\u{ff53}end_email",
    ] {
        assert_eq!(came(name), Allow, "{name:?}");
    }
    assert_eq!(host.decide(r#"{"tool": "s\u0065nd_email"}"#), Deny);
    1_000
}

fn patterns_of_tools() -> usize {
    let text = "tool r\"send.*\" { must deny always; } tool r\"read|write\" { must deny always; } tool \"list_*\" { must deny always; }";
    assert!(codes(&compiled(text)).contains("W0603"));
    let mut host = Host::new(text);
    for (name, came) in [
        ("send", Deny),
        ("send\nemail", Deny),
        ("send\u{2028}", Deny),
        ("resend", Allow),
        ("\nsend", Allow),
        ("Send", Allow),
        ("read", Deny),
        ("reader", Allow),
        ("rewrite", Allow),
        ("read|write", Allow),
        ("list_*", Deny),
        ("list_files", Allow),
    ] {
        assert_eq!(host.decide(format!(r#"{{"tool": {}}}"#, quoted(name))), came, "{name:?}");
    }
    1_000
}

fn ever_new_tools() -> usize {
    let count = size(500_000, 5_000);
    let mut host = Host::new(
        "tool r\"send_.*\" { must deny always; } tool r\".*[0-9]7\" { must deny always; } tool r\"[01]*1[01]{20}\" { must deny always; }",
    );
    for number in 0..count {
        let came = host.decide(format!(r#"{{"tool": "tool_{number:06}"}}"#));
        assert_eq!(came, if number % 10 == 7 { Deny } else { Allow }, "{number}");
    }
    let long = "x".repeat(size(4 << 20, 1 << 16));
    for (name, came) in
        [(format!("send_{long}"), Deny), (format!("{long}send_"), Allow), (format!("{long}07"), Deny)]
    {
        assert_eq!(host.decide(format!(r#"{{"tool": "{name}"}}"#)), came);
    }
    count * 22
}
