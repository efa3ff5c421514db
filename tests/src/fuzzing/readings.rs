//! Readings of value conditions (S4.4 to S4.6) against the oracle: the same condition in every kind of place, on values whose
//! leaves decide, wherever they are: in lists, as keys and members of objects, far down, beside empty ones.

use crate::corpus::{Options, PolicyFile};
use crate::engine::Engine;
use crate::generate::Random;
use crate::implementations::USUAL;
use crate::oracle::Oracle;
use serde_json::{Value, json};
use sqrt_compiler::Passes;

/// Leaves, as JSON: near to what elements take, from both sides.
const LEAVES: &[&str] = &[
    r#""a""#,
    r#""b""#,
    r#""ab""#,
    r#""""#,
    r#""*""#,
    r#""a\nb""#,
    r#""é""#,
    r#""true""#,
    r#""5""#,
    r#""2024-02-29""#,
    r#""2024-02-30""#,
    r#""2024-02-29T24:00Z""#,
    "5",
    "5.0",
    "5.5",
    "-0.0",
    "0",
    "1e2",
    "9007199254740993",
    "9007199254740992.0",
    "18446744073709551615",
    "1709164800",
    "true",
    "false",
    "null",
];

/// Elements of sets; those with a pattern are read in both ways (S4.5).
const ELEMENTS: &[&str] = &[
    r#""a""#,
    r#""b""#,
    r#""""#,
    r#"str "*""#,
    r#""*""#,
    r#"r"a.*""#,
    r#"r"(?s)a.*""#,
    r#"r"(?-s)a.b""#,
    r#"r"[a-z]+""#,
    r#"r".*b""#,
    r#"w"a*""#,
    r#"w"?""#,
    r#"w"*""#,
    r#"str "a" length 1..1"#,
    r#"str matching r".*" length 2.."#,
    r#"str like w"*b" length ..3"#,
    "5",
    "5.0",
    "0",
    "9007199254740993",
    "int 0..10",
    "int ..7",
    "float 5<..6",
    "float 0..",
    "bool true",
    "bool false",
    r#"datetime d"2024-01-01"..d"2024-12-31""#,
    r#"datetime ..<d"2024-02-29""#,
    "int 100..100",
];

/// What a single value can be compared with.
const LITERALS: &[&str] =
    &[r#""a""#, r#""*""#, r#""a\nb""#, "5", "5.5", "true", r#"d"2024-02-29""#, r#"d"2024-03-01T00:00:00Z""#];

/// A condition, and calls.
pub(super) fn run(bytes: &[u8]) {
    let mut random = Random::of_bytes(bytes);
    let set = set(&mut random, 2);
    let condition = condition(&mut random, 2);
    let text = policy(&set, &condition);
    let calls: Vec<Value> = (0..1 + random.below(6)).map(|_| call(&mut random)).collect();
    let files = [PolicyFile { name: "fuzz.sqrt".to_owned(), bytes: text.clone().into_bytes() }];
    let options = Options::default();
    let mut oracle =
        Oracle::new(&[("fuzz.sqrt", &text)], &options).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let setups = [USUAL, crate::engine::Setup { passes: Passes::none(), every_rule: true, ..USUAL }];
    let mut engines = setups
        .map(|setup| Engine::new(&files, &options, setup).unwrap_or_else(|error| panic!("{error}\n{text}")));
    for call in calls {
        for tool in ["deny", "allow", "soft", "mark", "clear", "limit"] {
            let mut call = call.clone();
            call["tool"] = json!(tool);
            let line = call.to_string();
            let expected = oracle.answer(&line);
            for engine in &mut engines {
                let answer: Value = serde_json::from_str(&engine.answer(&line)).expect("answers are JSON");
                assert_eq!(answer.get("error"), None, "{line}\n{text}");
                assert_eq!(answer, expected, "{line}\n{text}");
            }
        }
    }
}

/// The condition in every place that has a reading of its own.
fn policy(set: &str, condition: &str) -> String {
    format!(
        "let s = {set};\nlet c = {condition};\n\
         tool \"deny\" {{ must deny when c; }}\n\
         tool \"allow\" {{ must allow when c; }}\n\
         tool \"soft\" {{ should allow when {condition}; should deny always; }}\n\
         tool \"mark\" {{ session before {{ when {condition} {{ @tags |= {{\"m\"}}; @consumers &= {{\"m\"}}; }} }} \
         result {{ when c {{ @tags = @tags | {{\"r\"}}; }} }} }}\n\
         tool \"clear\" {{ session before {{ @tags |= {{\"m\", \"n\"}}; when c {{ @tags -= {{\"m\"}}; }} when not c {{ @tags = {{\"n\"}}; }} }} }}\n\
         tool \"limit\" {{ result {{ when c {{ @consumers |= {{\"c\"}}; @producers -= {{\"p\"}}; }} }} session after {{ when @result.value in s \
         {{ @tags -= {{\"n\"}}; @producers |= {{\"p\"}}; }} }} }}\n"
    )
}

fn set(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.percent(40) {
        let elements: Vec<&str> = (0..random.below(4)).map(|_| random.pick(ELEMENTS)).collect();
        return format!("{{{}}}", elements.join(", "));
    }
    let operator = random.pick(&["|", "&", "-", "^", "-"]);
    format!("({} {operator} {})", set(random, depth - 1), set(random, depth - 1))
}

fn condition(random: &mut Random, depth: usize) -> String {
    let argument = random.pick(&["x", "x", "x", "y"]);
    match random.below(if depth == 0 { 5 } else { 9 }) {
        0 | 1 => format!("{argument}.value in s"),
        2 => format!("{argument}.value in {}", set(random, 1)),
        3 => format!("{argument}.value == {}", random.pick(LITERALS)),
        4 => random.pick(&["x.value == y.value", "\"a\" in x.tags", "x.value in y.tags"]).to_owned(),
        5 => format!("({} and {})", condition(random, depth - 1), condition(random, depth - 1)),
        6 => format!("({} or {})", condition(random, depth - 1), condition(random, depth - 1)),
        _ => format!("not ({})", condition(random, depth - 1)),
    }
}

fn call(random: &mut Random) -> Value {
    let mut call = json!({"tool": "", "args": {}, "arg_meta": {}, "result": value(random)});
    for name in ["x", "y"] {
        if random.percent(if name == "x" { 95 } else { 60 }) {
            call["args"][name] = value(random);
            if random.percent(30) {
                call["arg_meta"][name] = json!({"tags": random.some(&["a", "b", "*"], 30)});
            }
        }
    }
    call
}

/// A value of one leaf in many places, and another one somewhere.
fn value(random: &mut Random) -> Value {
    let (usual, odd) = (leaf(random), leaf(random));
    match random.below(6) {
        0 => usual,
        1 => deep(random, usual),
        2 => {
            // About as many leaves as the comparison of two values looks at (S4.6).
            let mut items = vec![usual; 62 + random.below(4)];
            if random.percent(50) {
                items.push(odd);
            }
            Value::Array(items)
        }
        3 => {
            let inner = deep(random, odd);
            beside(random, &usual, inner)
        }
        _ => {
            let mut value = odd;
            for _ in 0..random.below(6) {
                value = beside(random, &usual, value);
            }
            value
        }
    }
}

fn leaf(random: &mut Random) -> Value {
    serde_json::from_str(random.pick(LEAVES)).expect("leaves are JSON")
}

/// A value far down.
fn deep(random: &mut Random, mut value: Value) -> Value {
    let key = random.pick(&["a", "", "k"]);
    for _ in 0..random.below(80) {
        value = if random.percent(70) { json!([value]) } else { json!({key: value}) };
    }
    value
}

/// A list or an object that has the value, and maybe others.
fn beside(random: &mut Random, usual: &Value, value: Value) -> Value {
    let other = |random: &mut Random| match random.below(5) {
        0 => json!([]),
        1 => json!({}),
        2 => json!([[], {}]),
        _ => usual.clone(),
    };
    if random.percent(50) {
        let mut items: Vec<Value> = (0..random.below(3)).map(|_| other(random)).collect();
        items.insert(random.below(items.len() + 1), value);
        Value::Array(items)
    } else {
        let mut object = serde_json::Map::new();
        for key in random.some(&["a", "b", "a\nb", "", "5", "2024-02-29"], 25) {
            object.insert(key.to_owned(), other(random));
        }
        let key = usual.as_str().filter(|_| random.percent(60)).unwrap_or("k");
        object.insert(key.to_owned(), value);
        Value::Object(object)
    }
}
