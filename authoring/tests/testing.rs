//! Running tests of policies: what passes, what fails and how that is told, and what is covered.

#![allow(clippy::unwrap_used, reason = "tests may panic")]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use std::time::Duration;

use sqrt_authoring::testing::coverage::{Coverage, Kind, html, lcov, text};
use sqrt_authoring::testing::report::{CaseReport, Counts, FileReport, Trouble, file_text, junit, summary};
use sqrt_authoring::testing::{Difference, Outcome, Runner, Subject, SubjectError, TestFile};
use sqrt_compiler::Source;
use sqrt_vm::limits::Limits;

const MAIL: &str = r#"let trusted = {r".*@corp\.com"};

tool "send_email" {
    /// Spam is never written to.
    must deny when to.value in {"spam@evil.com"};

    /// Secrets stay
    /// in the house.
    should deny when body.tags overlaps {"secret"} and not to.value in trusted;
    should allow always;

    result { @tags |= {"sent"}; }
    session after {
        when @result.tags overlaps {"secret"} { @tags |= {"told"}; }
    }
}

tool "read" -> session before @tags |= {"asked"};
"#;

struct Ran {
    report: FileReport,
    coverage: Coverage,
}

fn subject(file: &TestFile, policy: &str, document: Option<&str>) -> Result<Subject, SubjectError> {
    let source = Source { name: "mail.sqrt", bytes: policy.as_bytes() };
    Subject::new(file, &[source], document.map(str::as_bytes), Limits::default())
}

fn run_with(policy: &str, document: Option<&str>, tests: &str) -> Ran {
    let file = TestFile::read("mail_test.yaml", tests, &Limits::default())
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let subject = subject(&file, policy, document).unwrap_or_else(|error| panic!("{error:?}"));
    let mut runner = Runner::new(&file, &subject);
    let run = |case| {
        let outcome = runner.run(&case);
        CaseReport { case, outcome, took: Duration::from_millis(1500) }
    };
    let cases = file.cases().into_iter().map(run).collect();
    Ran {
        report: FileReport { name: "mail_test.yaml".into(), cases, trouble: None },
        coverage: runner.into_coverage(),
    }
}

/// Asserts that a test of the policy above with these members passes.
fn passes(test: &str) {
    let ran = run_with(MAIL, None, &format!("tests: [{{name: a, {test}}}]"));
    assert_eq!(ran.report.cases[0].outcome, Outcome::Passed, "{test}");
}

/// The differences of a test with these members that fails.
fn differences(test: &str) -> Vec<Difference> {
    let ran = run_with(MAIL, None, &format!("tests: [{{name: a, {test}}}]"));
    match &ran.report.cases[0].outcome {
        Outcome::Failed(failure) => failure.differences.clone(),
        outcome => panic!("{test}: {outcome:?}"),
    }
}

fn fails(test: &str, key: &str, expected: &str, actual: &str) {
    let found = differences(test);
    let [found] = found.as_slice() else { panic!("{test}: {found:#?}") };
    assert_eq!(
        (found.key.as_str(), found.expected.as_str(), found.actual.as_str()),
        (key, expected, actual),
        "{test}"
    );
}

const SPAM: &str = "call: {tool: send_email, args: {to: spam@evil.com}}";
const SECRET: &str = "call: {tool: send_email, args: {to: ann@corp.com, body: b}, arg_meta: {body: {tags: [secret]}}, result: ok}";

#[test]
fn what_is_expected_and_comes_passes() {
    for expect in [
        "deny",
        "{decision: deny, basis: must_deny}",
        "{rule: Spam is never written to.}",
        "{rule: never written}",
        "{rule: \"must  deny when to.value in {\\\"spam\"}",
        "{rule: {line: 5, column: 5, file: mail.sqrt, tool_id: send_email, description: Spam is never written to.}}",
        "{rule: {text: spam@evil}}",
        "{rule: {tool_id: send_email}}",
        "{result_meta: null, session_meta: {tags: []}}",
    ] {
        passes(&format!("{SPAM}, expect: {expect}"));
    }
    for expect in [
        "{decision: allow, basis: should_allow, rule: should allow always}",
        "{result_meta: {tags: [sent, secret], producers: [], consumers: ['*']}, session_meta: {tags: [told]}}",
        "{result_meta: {tags: {has: [secret], lacks: [told]}, consumers: {except: []}}}",
        "{result_meta: {consumers: {has: [anyone, '*']}}}",
    ] {
        passes(&format!("{SECRET}, expect: {expect}"));
    }
    passes(
        "call: {tool: send_email, args: {body: b}, arg_meta: {body: {tags: [secret]}}}, expect: {decision: deny, rule: Secrets stay in the house.}",
    );
    passes("call: {tool: other}, expect: {decision: allow, basis: default, rule: null}");
    passes("call: {branch: {tags: [a]}}, expect: allow");
    passes("call: {tool: 5}, expect: {error: invalid type}");
    passes("call: {tols: t}, expect: {error: true}");
}

#[test]
fn what_is_not_as_expected_is_told() {
    let rule = "Spam is never written to. (mail.sqrt:5:5)";
    for (expect, key, expected, actual) in [
        ("allow", "decision", "allow", "deny"),
        ("{basis: default}", "basis", "default", "must_deny"),
        ("{rule: null}", "rule", "none", rule),
        ("{rule: Secrets stay in the house}", "rule", "Secrets stay in the house. (mail.sqrt:9:5)", rule),
        ("{rule: should allow}", "rule", "should allow always; (mail.sqrt:10:5)", rule),
        (
            "{rule: Spam is never written too.}",
            "rule",
            "Spam is never written too. (no rule of the policy has this in its description or text; near is \"Spam is never written to.\")",
            rule,
        ),
        (
            "{rule: deny when}",
            "rule",
            "deny when (which of mail.sqrt:5:5, mail.sqrt:9:5? write more of one, or `tool_id` or `line` beside it)",
            rule,
        ),
        ("{rule: {line: 6}}", "rule", "line: 6 (no rule of the policy is like this)", rule),
        ("{rule: {line: 9, text: deny}}", "rule", "text: deny, line: 9", rule),
        ("{rule: {file: ail.sqrt}}", "rule", "file: ail.sqrt (no rule of the policy is like this)", rule),
        ("{result_meta: {tags: []}}", "result_meta", "metadata", "null: the call was denied"),
        ("{session_meta: {tags: [b, a]}}", "session_meta.tags", r#"["a", "b"]"#, "[]"),
        ("{error: true}", "error", "some", "none: the answer is deny"),
    ] {
        fails(&format!("{SPAM}, expect: {expect}"), key, expected, actual);
    }
    let told = r#"["secret", "sent"]"#;
    for (expect, key, expected, actual) in [
        ("{result_meta: null}", "result_meta", "null", "metadata"),
        ("{result_meta: {tags: ['*']}}", "result_meta.tags", r#"["*"]"#, told),
        ("{result_meta: {tags: {except: [a]}}}", "result_meta.tags", r#"{"except": ["a"]}"#, told),
        (
            "{result_meta: {tags: {has: [x, sent], lacks: [secret]}}}",
            "result_meta.tags",
            r#"with ["x"], without ["secret"]"#,
            told,
        ),
        ("{result_meta: {consumers: [a]}}", "result_meta.consumers", r#"["a"]"#, r#"["*"]"#),
    ] {
        fails(&format!("{SECRET}, expect: {expect}"), key, expected, actual);
    }
    fails(
        "call: {tool: other}, expect: {result_meta: {tags: []}}",
        "result_meta",
        "metadata",
        "null: the call has no `result`",
    );
    fails("call: {branch: {}}, expect: deny", "branch", "deny", "allow");
    fails(
        "call: {tool: 5}, expect: {error: nonsense}",
        "error",
        "nonsense",
        "invalid type: integer, expected a string as `tool` (column 10)",
    );
    let both = differences(&format!("{SPAM}, expect: {{decision: allow, basis: default}}"));
    assert_eq!(both.len(), 2);
}

#[test]
fn sessions_are_new_for_each_case_and_begin_as_the_test_says() {
    let policy = r#"tool "t" { session before { when "b" in @tags { @tags |= {"c"}; } } session before { when "a" in @tags { @tags |= {"b"}; } }
        session before { @tags |= {"a"}; } must allow when "c" in @session.tags and @session.value == "on"; }"#;
    let tests = r#"
tests:
  - name: counts
    session: {value: "on"}
    steps:
      - {call: {tool: t}, expect: deny, repeat: 2}
      - {call: {session: other, tool: t}, expect: {decision: deny, session_meta: {tags: [a]}}}
      - {call: {tool: t}, expect: allow}
  - name: begins
    session: {tags: $tags, value: $value, consumers: {except: [z, x]}}
    call: {tool: t}
    expect: {decision: deny, session_meta: {consumers: {except: [x, z]}}}
    cases:
      - {tags: [], value: "on"}
      - {tags: [b], value: "off"}
      - {tags: [c, b], value: "on", expect: allow}
  - name: stops at the first failure
    steps:
      - {call: {tool: t}}
      - {call: {tool: t}, expect: deny, repeat: 5}
  - {name: later, skip: not now, call: {tool: t}, expect: allow}
"#;
    let ran = run_with(policy, None, tests);
    let outcomes: Vec<_> = ran.report.cases.iter().map(|case| &case.outcome).collect();
    assert!(outcomes[..4].iter().all(|outcome| **outcome == Outcome::Passed), "{outcomes:#?}");
    assert_eq!(outcomes[5], &Outcome::Skipped("not now".to_owned()));
    assert_eq!(outcomes[4], &Outcome::Passed, "the value is not `on`");
    let failing =
        tests.replace("expect: deny, repeat: 5", "expect: {session_meta: {tags: {lacks: [c]}}}, repeat: 5");
    let ran = run_with(policy, None, &failing);
    let Outcome::Failed(failure) = &ran.report.cases[4].outcome else { panic!("{:?}", ran.report.cases[4]) };
    assert_eq!((failure.step, failure.repetition), (Some((2, 2)), Some((2, 5))));
    assert_eq!((failure.line, failure.column), (20, 35));
}

#[test]
fn settings_and_documents_are_part_of_the_policy() {
    let tests = "settings: {default_allow: false}\ntests: [{name: a, call: {tool: x}, expect: deny}]";
    assert_eq!(run_with("", None, tests).report.cases[0].outcome, Outcome::Passed);
    let document = r#"{"mode": "custom", "presets": {"branching_meta_policy": {"mode": "deny", "tags": ["x"]}}, "codes": {"code": "tool \"t\" { must deny when a.value in {1}; }", "language": "sqrt"}}"#;
    let tests = "x_policy: x.json\ntests:\n- {name: a, call: {branch: {tags: [x]}}, expect: deny}\n- {name: b, call: {tool: t, args: {a: 1}}, expect: {decision: deny, rule: {file: x-policy}}}\n\
        - {name: c, call: {tool: parse_with_ai, args: {a: 1}, arg_meta: {a: {tags: [__llm_blocked]}}}, expect: {rule: An argument has the tag}}\n";
    let ran = run_with("tool \"u\" { must deny always; }", Some(document), tests);
    assert!(ran.report.cases.iter().all(|case| case.outcome == Outcome::Passed), "{:#?}", ran.report.cases);
    // The document's code is covered, presets are nobody's to test.
    let files: Vec<_> = ran.coverage.files().iter().map(|(_, file)| file.name.clone()).collect();
    assert_eq!(files, ["mail.sqrt", "x-policy"]);
    assert!(!lcov(&ran.coverage).contains("x-policy"));
    let file = TestFile::read("a_test.yaml", tests, &Limits::default()).unwrap();
    assert!(matches!(subject(&file, "tool", None), Err(SubjectError::Errors(_))));
    assert!(matches!(subject(&file, "", Some("{")), Err(SubjectError::Document(_))));
}

/// What is covered, by kind, line and label.
fn covered(coverage: &Coverage) -> Vec<(Kind, u32, u64, u64)> {
    let points = coverage.files().into_iter().flat_map(|(file, _)| coverage.points(file));
    points.map(|point| (point.kind, point.line, point.yes, point.no)).collect()
}

#[test]
fn coverage_counts_rules_updates_and_sides() {
    let tests = format!("tests: [{{name: a, {SPAM}, expect: deny}}, {{name: b, {SECRET}, expect: allow}}]");
    let ran = run_with(MAIL, None, &tests);
    let (block, rule, update, condition) = (Kind::Block, Kind::Rule, Kind::Update, Kind::Condition);
    assert_eq!(
        covered(&ran.coverage),
        [
            (block, 3, 2, 0),
            (rule, 5, 1, 1),
            (condition, 5, 1, 1),
            (rule, 9, 0, 2),
            (condition, 9, 0, 2),
            (condition, 9, 1, 1),
            (condition, 9, 1, 0),
            (rule, 10, 2, 0),
            (update, 12, 1, 0),
            (condition, 14, 1, 0),
            (update, 14, 1, 0),
            (block, 18, 0, 0),
            (update, 18, 0, 0),
        ]
    );
    let tallies = ran.coverage.of_all();
    let counts = [tallies.rules, tallies.updates, tallies.sides].map(|tally| (tally.covered, tally.all));
    assert_eq!(counts, [(2, 3), (2, 3), (7, 10)]);
    assert_eq!(tallies.all().percent(), 68.7);
    let shown = text(&ran.coverage);
    assert_eq!(
        shown,
        "coverage       rules    updates      sides     all\n\
         mail.sqrt        2/3        2/3       7/10   68.7%\n\
         mail.sqrt:9:5  never fired: should deny: Secrets stay in the house.\n\
         mail.sqrt:9:22  never true: body.tags overlaps {\"secret\"} and not to.value in trusted\n\
         mail.sqrt:9:60  never false: to.value in trusted\n\
         mail.sqrt:14:14  never false: @result.tags overlaps {\"secret\"}\n\
         mail.sqrt:18:1  no call was about: tool read\n\
         mail.sqrt:18:31  never reached: @tags |= {\"asked\"}\n"
    );
}

#[test]
fn coverage_of_the_same_file_adds_up_in_any_order() {
    let one = || run_with(MAIL, None, &format!("tests: [{{name: a, {SPAM}, expect: deny}}]")).coverage;
    let other = || run_with(MAIL, None, &format!("tests: [{{name: b, {SECRET}, expect: allow}}]")).coverage;
    let both = run_with(
        MAIL,
        None,
        &format!("tests: [{{name: a, {SPAM}, expect: deny}}, {{name: b, {SECRET}, expect: allow}}]"),
    )
    .coverage;
    let merged = |first: Coverage, second: Coverage| {
        let mut all = Coverage::default();
        all.merge(first);
        all.merge(second);
        all
    };
    for all in [merged(one(), other()), merged(other(), one())] {
        assert_eq!((text(&all), lcov(&all), html(&all)), (text(&both), lcov(&both), html(&both)));
    }
}

#[test]
fn a_let_is_one_place_in_all_its_readings() {
    let policy = "let bad = x.value in {1};\ntool \"t\" { must deny when bad; should allow when not bad; session before { when bad { @tags |= {\"a\"}; } } }\n";
    let ran = run_with(policy, None, "tests: [{name: a, call: {tool: t, args: {x: 1}}, expect: deny}]");
    let lets: Vec<_> = covered(&ran.coverage)
        .into_iter()
        .filter(|(kind, line, ..)| (*kind, *line) == (Kind::Condition, 1))
        .collect();
    assert_eq!(lets.len(), 1, "{lets:?}");
}

#[test]
fn lcov_is_as_its_readers_expect() {
    let ran = run_with(MAIL, None, &format!("tests: [{{name: a, {SPAM}, expect: deny}}]"));
    let shown = lcov(&ran.coverage);
    let lines: Vec<&str> = shown.lines().collect();
    for line in [
        "SF:mail.sqrt",
        "FN:3,tool send_email (3:1)",
        "FNDA:1,tool send_email (3:1)",
        "FNDA:0,tool read (18:1)",
        "FNF:2",
        "FNH:1",
        "BRDA:5,0,0,1",
        "BRDA:5,0,1,0",
        "BRDA:9,0,0,0",
        "BRDA:9,0,1,1",
        "BRDA:9,2,0,-",
        "BRDA:9,2,1,-",
        "DA:5,1",
        "DA:9,0",
        "DA:10,1",
        "DA:18,0",
        "end_of_record",
    ] {
        assert!(lines.contains(&line), "{line} is not in\n{shown}");
    }
    let number =
        |key: &str| lines.iter().find_map(|line| line.strip_prefix(key)).unwrap().parse::<usize>().unwrap();
    let starting = |key: &str| lines.iter().filter(|line| line.starts_with(key)).count();
    assert_eq!((number("BRF:"), number("LF:")), (starting("BRDA:"), starting("DA:")));
    let hit = |key: &str| {
        lines
            .iter()
            .filter(|line| line.starts_with(key) && !line.ends_with(",0") && !line.ends_with(",-"))
            .count()
    };
    assert_eq!((number("BRH:"), number("LH:")), (hit("BRDA:"), hit("DA:")));
}

/// Asserts that every element is closed, in order, and gives the text without tags.
fn text_of_markup(markup: &str) -> String {
    let (mut open, mut text) = (Vec::new(), String::new());
    for part in markup.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap();
        text.push_str(after);
        let name = tag.split([' ', '/']).next().unwrap();
        if tag.starts_with(['!', '?']) || tag.ends_with('/') || ["meta", "br"].contains(&name) {
            continue;
        }
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed.to_owned()), "{tag}"),
            None => open.push(name.to_owned()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    text
}

/// Text that would be markup, and what a terminal would obey.
const EVIL: &str = "</pre><script>alert('x')</script>&\u{1b}[31m\u{202e}";

#[test]
fn the_page_is_whole_and_shows_the_text_and_nothing_else() {
    let policy = "tool \"t\" {\n\tmust deny when x.value in {\"</pre><script>\",\n    \"é&\\\"'\"} or y.value == 1;\n}\n";
    let ran = run_with(policy, None, "tests: [{name: a, call: {tool: t, args: {x: 1}}, expect: allow}]");
    let page = html(&ran.coverage);
    assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"), "{page}");
    let text = text_of_markup(&page);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    let shown: String = text.chars().filter(|c| !"✗◐".contains(*c)).collect();
    for (number, line) in (1..).zip(policy.lines()) {
        assert!(shown.contains(&format!("{number}{}\n", line.replace('\t', "    "))), "{line}: {shown}");
    }
    assert!(
        page.contains("title=\"never true (rule: fired 0×, did not fire 1×)\"")
            || page.contains("title=\"never fired (rule: fired 0×, did not fire 1×)\"")
    );
    assert!(page.contains("class=\"mark\""), "marks beside colours");
    let mut coverage = Coverage::default();
    coverage.merge(ran.coverage);
    assert_eq!(html(&coverage), page);
}

fn failing() -> FileReport {
    let tests = format!(
        "tests: [{{name: \"a {}\", {SPAM}, expect: allow}}, {{name: b, skip: '<later>', {SPAM}, expect: deny}}, {{name: c, {SPAM}, expect: deny}}]",
        "<&\\\"\\x1b>"
    );
    run_with(MAIL, None, &tests).report
}

#[test]
fn a_report_tells_what_why_and_where() {
    let report = failing();
    let shown = file_text(&report, true, false);
    assert_eq!(
        shown,
        "FAILED  mail_test.yaml  1 of 3 tests, 1 skipped\n  FAILED  a <&\"\\u{1b}>\n  skipped b  (<later>)\n  ok      c\n\
         \n  FAILED  a <&\"\\u{1b}>\n    at mail_test.yaml:1:92\n    {\"tool\": \"send_email\", \"args\": {\"to\": \"spam@evil.com\"}}\n    \
         - expected  + actual\n    - decision: allow\n    + decision: deny\n    deny (must_deny) by mail.sqrt:5:5\n      \
         5 | must deny when to.value in {\"spam@evil.com\"};\n    tool send_email  mail.sqrt:3\n    fired       must deny  :5\n    \
         true          to.value in {\"spam@evil.com\"}  :5\n    not fired   should deny  :9\n    false         and  :9\n    \
         false           body.tags overlaps {\"secret\"}  :9\n    not tested      not  :9\n    not tested        to.value in trusted  :9\n    \
         fired       should allow  :10\n\n"
    );
    let coloured = file_text(&report, true, true);
    assert!(coloured.contains("\u{1b}[31mFAILED\u{1b}[0m"));
    assert_eq!(summary(Counts::of([&report])), "1 test passed, 1 failed, 1 skipped\n");
}

/// A reader of XML finds every test in the report with its name and what came of it, and the counts are right.
#[test]
fn junit_is_read_by_a_reader_of_xml() {
    let evil = format!("{EVIL} ]]> <!-- \u{0} \u{fffe} \r\n\t 🙂");
    let trouble = Trouble { message: evil.clone(), details: format!("one\n{evil}\n") };
    let broken = FileReport { name: format!("{evil}_test.yaml"), cases: Vec::new(), trouble: Some(trouble) };
    let xml = junit(&[failing(), broken]);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let suites = document.root_element();
    assert_eq!((suites.tag_name().name(), suites.attribute("name")), ("testsuites", Some("sqrt test")));
    let cases: Vec<_> = suites.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let outcome = |node: &roxmltree::Node<'_, '_>| {
        node.children().find(|child| child.is_element()).map(|child| child.tag_name().name().to_owned())
    };
    let told: Vec<_> = cases.iter().map(|case| (case.attribute("name").unwrap(), outcome(case))).collect();
    assert_eq!(told[0], ("a <&\"\\u{1b}>", Some("failure".to_owned())));
    assert_eq!(told[1], ("b", Some("skipped".to_owned())));
    assert_eq!(told[2], ("c", None));
    assert_eq!(told[3].1, Some("error".to_owned()));
    let failure = cases[0].children().find(|child| child.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("message"), Some("decision: expected allow, got deny"));
    assert!(failure.text().unwrap().contains("{\"tool\": \"send_email\""), "{:?}", failure.text());
    let error = cases[3].children().find(|child| child.has_tag_name("error")).unwrap();
    assert!(error.attribute("message").unwrap().starts_with(EVIL.split('\u{1b}').next().unwrap()));
    let count =
        |node: &roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    for suite in suites.children().filter(|node| node.has_tag_name("testsuite")).chain([suites]) {
        let own: Vec<_> = suite.descendants().filter(|node| node.has_tag_name("testcase")).collect();
        let of = |kind: &str| own.iter().filter(|case| outcome(case).as_deref() == Some(kind)).count();
        let counted = ["tests", "failures", "errors", "skipped"].map(|name| count(&suite, name));
        assert_eq!(counted, [own.len(), of("failure"), of("error"), of("skipped")]);
    }
}

#[test]
fn junit_is_xml_with_everything_escaped() {
    let trouble = Trouble { message: EVIL.to_owned(), details: format!("one\n{EVIL}\u{ffff}\n") };
    let broken = FileReport { name: format!("{EVIL}_test.yaml"), cases: Vec::new(), trouble: Some(trouble) };
    let xml = junit(&[failing(), broken]);
    text_of_markup(&xml);
    assert!(
        !xml.contains("<script")
            && xml.chars().all(|c| c == '\n' || !c.is_control())
            && !xml.contains('\u{ffff}'),
        "{xml}"
    );
    for part in [
        "<testsuites name=\"sqrt test\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"4.500\">",
        "<testsuite name=\"mail_test.yaml\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"4.500\">",
        "<testcase classname=\"mail_test.yaml\" name=\"a &lt;&amp;&quot;\\u{1b}&gt;\" file=\"mail_test.yaml\" line=\"1\" time=\"1.500\">",
        "<failure message=\"decision: expected allow, got deny\">",
        "<skipped message=\"&lt;later&gt;\"/>",
        "name=\"c\" file=\"mail_test.yaml\" line=\"1\" time=\"1.500\"/>",
        "<error message=\"&lt;/pre&gt;&lt;script&gt;",
    ] {
        assert!(xml.contains(part), "{part} is not in\n{xml}");
    }
}
