//! What is said about conditions and schemas is true: for random schemas, sets and values that satisfy the schema, a condition of
//! which it is said that it never holds does not hold when the engine evaluates it, and one that always holds does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "tests may panic")]

use sqrt_authoring::tools::{ToolSet, fit};
use sqrt_compiler::{Options, Source, analyse, compile};
use sqrt_vm::call::Call;
use sqrt_vm::decision::Outcome;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Arena;

/// Pseudo-random choices, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % bound as u64).unwrap()
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn number(&mut self) -> i64 {
        i64::try_from(self.below(9)).unwrap() - 2
    }
}

/// A schema and values that satisfy it, as JSON.
struct Sample {
    schema: String,
    values: Vec<String>,
}

const WORDS: [&str; 8] = ["a", "b", "ab", "abc", "", "2024-01-05", "x@corp.com", "a\\nb"];

/// Patterns with texts in which they are found, as JSON writes both.
const PATTERNS: [(&str, &[&str]); 6] = [
    ("^[a-c]+$", &["a", "ab", "cab"]),
    ("^\\\\d{4}$", &["2024", "0000"]),
    ("@", &["x@corp.com", "@", "a\\n@"]),
    ("^a", &["a", "ab", "a\\nb", "axyz"]),
    ("^.{2}$", &["ab", "éé", "a@"]),
    ("^(?:ab|\\\\s)$", &["ab", " "]),
];

fn scalar(random: &mut Random) -> Sample {
    let kind = random.below(11);
    scalar_of(kind, random)
}

fn scalar_of(kind: usize, random: &mut Random) -> Sample {
    match kind {
        0 => {
            let (least, more) = (random.number(), random.below(5));
            let most = least + i64::try_from(more).unwrap();
            let values = (least..=most).flat_map(|n| [n.to_string(), format!("{n}.0")]).collect();
            Sample {
                schema: format!(r#"{{"type": "integer", "minimum": {least}, "maximum": {most}}}"#),
                values,
            }
        }
        1 => {
            let least = random.number();
            let values =
                vec![format!("{least}"), format!("{least}.5"), format!("{}", least + 3), "1e9".to_owned()];
            let values = values.into_iter().filter(|v| v.parse::<f64>().unwrap() >= least as f64).collect();
            Sample { schema: format!(r#"{{"type": "number", "minimum": {least}}}"#), values }
        }
        2 => {
            let most = random.number();
            Sample {
                schema: format!(r#"{{"type": "number", "exclusiveMaximum": {most}}}"#),
                values: vec![
                    format!("{}.25", most - 1).replace("--", ""),
                    format!("{}", most - 1),
                    "-1e5".to_owned(),
                ]
                .into_iter()
                .filter(|value| value.parse::<f64>().unwrap() < most as f64)
                .collect(),
            }
        }
        3 => {
            let (first, second) = (random.pick(&WORDS), random.pick(&WORDS));
            let values = vec![format!("\"{first}\""), format!("\"{second}\"")];
            Sample { schema: format!(r#"{{"enum": [{}]}}"#, values.join(", ")), values }
        }
        4 => {
            let most = random.below(4);
            let values =
                WORDS.iter().map(|word| word.replace("\\n", "\n")).filter(|w| w.chars().count() <= most);
            Sample {
                values: values.map(|word| format!("\"{}\"", word.replace('\n', "\\n"))).collect(),
                schema: format!(r#"{{"type": "string", "maxLength": {most}}}"#),
            }
        }
        5 => {
            let (pattern, texts) = PATTERNS[random.below(PATTERNS.len())];
            Sample {
                schema: format!(r#"{{"type": "string", "pattern": "{pattern}"}}"#),
                values: texts.iter().map(|text| format!("\"{text}\"")).collect(),
            }
        }
        6 => Sample {
            schema: r#"{"type": "boolean"}"#.to_owned(),
            values: vec!["true".into(), "false".into()],
        },
        7 => {
            let value = ["1", "true", "null", "\"a\"", "2.5", "\"a\\nb\"", "\"a\\nb\""][random.below(7)];
            Sample { schema: format!(r#"{{"const": {value}}}"#), values: vec![value.to_owned()] }
        }
        8 => {
            let of = random.below(4) + 1;
            let values = (0..4).map(|n| (n * of).to_string()).collect();
            Sample { schema: format!(r#"{{"type": "integer", "multipleOf": {of}, "minimum": 0}}"#), values }
        }
        9 => Sample {
            schema: r#"{"type": ["string", "null"], "enum": ["a", null]}"#.to_owned(),
            values: vec!["\"a\"".into(), "null".into()],
        },
        _ => Sample {
            schema: "{\"type\": \"string\"}".to_owned(),
            values: WORDS.map(|w| format!("\"{w}\"")).to_vec(),
        },
    }
}

fn sample(random: &mut Random, levels: usize) -> Sample {
    if levels == 0 {
        return scalar(random);
    }
    match random.below(8) {
        0 => {
            let item = sample(random, levels - 1);
            let least = random.below(2);
            let mut values: Vec<String> = item.values.iter().map(|value| format!("[{value}]")).collect();
            values.push(format!("[{}]", item.values.join(", ")));
            values.retain(|value| value != "[]");
            if least == 0 {
                values.push("[]".to_owned());
            }
            Sample {
                schema: format!(r#"{{"type": "array", "items": {}, "minItems": {least}}}"#, item.schema),
                values,
            }
        }
        1 => {
            let member = sample(random, levels - 1);
            let required = random.below(2) == 0;
            let list = if required { "\"a\"" } else { "" };
            let mut values: Vec<String> =
                member.values.iter().map(|value| format!(r#"{{"a": {value}}}"#)).collect();
            values.extend((!required).then(|| "{}".to_owned()));
            let schema = format!(
                r#"{{"type": "object", "properties": {{"a": {}}}, "required": [{list}], "additionalProperties": false}}"#,
                member.schema
            );
            Sample { schema, values }
        }
        2 => {
            let (a, b) = (sample(random, levels - 1), sample(random, levels - 1));
            let values = a.values.into_iter().chain(b.values).collect();
            Sample { schema: format!(r#"{{"anyOf": [{}, {}]}}"#, a.schema, b.schema), values }
        }
        3 => {
            let inner = sample(random, levels - 1);
            Sample {
                schema: format!(r#"{{"allOf": [{}], "description": "x"}}"#, inner.schema),
                values: inner.values,
            }
        }
        4 => {
            let inner = sample(random, levels - 1);
            let mut values = inner.values;
            values.push("null".to_owned());
            Sample { schema: format!(r#"{{"anyOf": [{}, {{"type": "null"}}]}}"#, inner.schema), values }
        }
        _ => scalar(random),
    }
}

fn element(random: &mut Random) -> String {
    let n = random.number();
    let m = n + i64::try_from(random.below(4)).unwrap();
    let kind = random.below(14);
    element_of(kind, n, m, random)
}

fn element_of(kind: usize, n: i64, m: i64, random: &mut Random) -> String {
    match kind {
        0 => format!("int {n}..{m}"),
        1 => format!("float {n}<.."),
        2 => format!("float ..<{n}.5"),
        3 => n.to_string(),
        4 => format!("bool {}", n % 2 == 0),
        5 | 6 => format!("\"{}\"", random.pick(&WORDS)),
        7 => format!(
            "r\"{}\"",
            random.pick(&[r"[a-c]+", r"\d+", ".*", r".*@corp\.com", "(?s).*", "[^@]*", "a.*"])
        ),
        8 => format!("w\"{}\"", random.pick(&["a*", "*@*", "??", "*"])),
        9 => format!("str like w\"*\" length {}..", random.below(4)),
        10 => format!("str matching r\"[a-z]*\" length ..{}", random.below(4)),
        11 => "datetime d\"2024-01-01\"..".to_owned(),
        12 => "datetime ..d\"1970-01-01T00:00:03Z\"".to_owned(),
        _ => "\"*\"".to_owned(),
    }
}

fn set(random: &mut Random, levels: usize) -> String {
    if levels == 0 || random.below(3) > 0 {
        let elements: Vec<String> = (0..random.below(4) + 1).map(|_| element(random)).collect();
        return format!("{{{}}}", elements.join(", "));
    }
    let operator = random.pick(&["|", "&", "-", "^"]);
    format!("({} {operator} {})", set(random, levels - 1), set(random, levels - 1))
}

/// The forms of a rule with the condition `x.value in S`: whether it is negated, and what the decision is if the rule fires.
const RULES: [(&str, bool, Outcome); 4] = [
    ("must deny when x.value in ", false, Outcome::Deny),
    ("must allow when x.value in ", false, Outcome::Allow),
    ("must deny when not x.value in ", true, Outcome::Deny),
    ("must allow when not x.value in ", true, Outcome::Allow),
];

struct Engine(Policy);

impl Engine {
    fn new(text: &str) -> Engine {
        let compiled = compile(&[Source { name: "p", bytes: text.as_bytes() }], &Options::default());
        Engine(Policy::new(compiled.program.expect("it compiles"), Limits::default()).unwrap())
    }

    /// What is decided about a call with this value of `x`, or without one.
    fn decides(&self, value: Option<&str>) -> Outcome {
        let arena = Arena::new();
        let mut builder = Call::builder("t");
        if let Some(value) = value {
            builder.arg("x", arena.parse(value, &Limits::default()).unwrap());
        }
        let (mut session, mut scratch) = (Session::new(&self.0), Scratch::new(&self.0));
        self.0.check(&mut session, &builder.call(), &mut scratch).decision().outcome()
    }
}

#[test]
fn what_never_and_always_holds_does_so_when_it_is_evaluated() {
    let mut random = Random(0x5eed_1234_dead_beef);
    let (mut never, mut always, mut elements, mut dodged) = (0, 0, 0, 0);
    for round in 0..1000 {
        // Every fourth is about strings and patterns alone, where line ends matter (S4.5).
        let on_patterns = round % 4 == 0;
        let Sample { schema, values } = match on_patterns {
            true => scalar_of([5, 7][random.below(2)], &mut random),
            false => sample(&mut random, 2),
        };
        let required = random.below(3) > 0;
        let list = if required { "\"x\"" } else { "" };
        let tools = format!(
            r#"[{{"name": "t", "input_schema": {{"type": "object", "properties": {{"x": {schema}}}, "required": [{list}]}}}}]"#
        );
        let tools = ToolSet::parse(tools.as_bytes(), &Limits::default()).unwrap();
        let set = match on_patterns {
            true => format!("{{{}}}", element_of(7 + random.below(2), 0, 0, &mut random)),
            false => set(&mut random, 2),
        };
        let (form, negated, fires) = RULES[random.below(RULES.len())];
        let text = format!("tool \"t\" {{ {form}{set}; }}");
        let analysed = analyse(&[Source { name: "p", bytes: text.as_bytes() }], &Options::default());
        let policy = analysed.policy.expect("it compiles");
        let engine = Engine::new(&text);
        let absent = (!required).then_some(None);
        let calls: Vec<Option<&str>> =
            values.iter().map(|value| Some(value.as_str())).chain(absent).collect();
        let holds = |call: Option<&str>| (engine.decides(call) == fires) != negated;
        for problem in fit::check(&policy, &tools) {
            let context = format!("round {round}: {problem:?}\n{schema}\n{text}");
            match problem {
                fit::Problem::Decided { always: is_always, .. } => {
                    *(if is_always { &mut always } else { &mut never }) += 1;
                    for &call in &calls {
                        assert_eq!(holds(call), is_always, "{call:?}, {context}");
                    }
                }
                fit::Problem::ImpossibleElement { at, .. } => {
                    elements += 1;
                    let element = &text[at.span.start as usize..at.span.end as usize];
                    let engine =
                        Engine::new(&format!("tool \"t\" {{ must deny when x.value in {{{element}}}; }}"));
                    for &call in &calls {
                        assert_eq!(engine.decides(call), Outcome::Allow, "{call:?}, {context}");
                    }
                }
                fit::Problem::DodgedByAbsence { .. } => {
                    dodged += 1;
                    assert!(!required && engine.decides(None) == Outcome::Allow, "{context}");
                }
                other => panic!("{other:?}, {context}"),
            }
        }
    }
    // The test says something only if much is said.
    assert!(
        never > 80 && always > 50 && elements > 40 && dodged > 10,
        "{never} {always} {elements} {dodged}"
    );
}
