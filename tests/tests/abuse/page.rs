//! The page `docs/abuse.md`, written from the table.

use crate::elsewhere::ELSEWHERE;
use crate::table::{FAMILIES, Memory};
use std::collections::BTreeSet;
use std::fs;

const INTRODUCTION: &str = "# Abuse cases

<!-- Generated from the table of cases; `BLESS=1 cargo test -p sqrt-tests --test abuse` rewrites it. -->

What somebody could try who writes policies, images, calls, results or the texts of sessions, and what comes of it. Each case is a test
(`cargo test -p sqrt-tests --test abuse NAME` runs one; `-- --measure` after it shows what it took): a process of its own does what the
case says, once on a stack of 512 KiB and once on the usual one, and asserts the outcome; the process that started it asserts that no
more memory was taken than the bound says, and that it ended. `N × input` is so many times the bytes that are fed in, which count themselves.
Usual runs of the tests scale the largest inputs down, and leave out the usual stack; `SQRT_ABUSE=full cargo test --profile checked -p
sqrt-tests --test abuse` runs all of them as large as they are described here, optimised and with all debug checks.
";

/// The page as it should be.
fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for family in FAMILIES {
        page += &format!(
            "\n## {}\n\n| case | what is attempted | what happens | memory at most |\n| --- | --- | --- | --- |\n",
            family.title
        );
        for case in family.cases {
            let [attempt, outcome] = [case.attempt, case.outcome].map(|text| text.replace('|', "\\|"));
            page += &format!("| {} | {attempt} | {outcome} | {} |\n", case.name, shown(case.memory));
        }
    }
    page += "\n## Tested elsewhere\n\n| what is attempted | what happens | tests |\n| --- | --- | --- |\n";
    for row in ELSEWHERE {
        let names = row.tests.iter().map(|(file, test)| match *test {
            "" => format!("[{file}](../{file})"),
            test => format!("`{test}` in [{file}](../{file})"),
        });
        page +=
            &format!("| {} | {} | {} |\n", row.attempt, row.outcome, names.collect::<Vec<_>>().join(", "));
    }
    page
}

fn shown(memory: Memory) -> String {
    match memory {
        Memory { times: 0, mib } => format!("{mib} MiB"),
        Memory { times, mib } => format!("{times} × input + {mib} MiB"),
    }
}

/// What is wrong with the page and the table.
pub(crate) fn problems() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/abuse.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, page()).expect("the page can be written");
    }
    let mut problems = Vec::new();
    if fs::read_to_string(path).unwrap_or_default() != page() {
        problems.push("docs/abuse.md is stale; run BLESS=1 cargo test -p sqrt-tests --test abuse".to_owned());
    }
    let mut names = BTreeSet::new();
    for case in FAMILIES.iter().flat_map(|family| family.cases) {
        if !names.insert(case.name) {
            problems.push(format!("two cases are called {}", case.name));
        }
    }
    problems
}
