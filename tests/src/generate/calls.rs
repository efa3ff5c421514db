//! Random call lines (S9).

use super::literals::{self, ARGUMENTS, TAGS, TOOLS};
use super::random::Random;

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A JSON value, nested at most `depth` deep.
pub fn value(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 13 } else { 16 }) {
        0 => "null".to_owned(),
        1 => random.pick(&["true", "false"]).to_owned(),
        2..5 => literals::value_number(random).to_owned(),
        5 | 6 => string(&literals::value_date(random)),
        7..13 => string(literals::string(random)),
        13 | 14 => {
            let long = depth == 2 && random.percent(10);
            let count = if long { 60 + random.below(10) } else { random.below(4) };
            let elements: Vec<_> = (0..count).map(|_| value(random, depth - 1)).collect();
            format!("[{}]", elements.join(", "))
        }
        _ => {
            let keys = random.some(&["a", "b", "k", "pii", "a\nb", "5"], 25);
            let entries: Vec<_> =
                keys.iter().map(|key| format!("{}: {}", string(key), value(random, depth - 1))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn set(random: &mut Random) -> String {
    let share = random.below(50);
    let mut tags: Vec<_> = random.some(TAGS, share).into_iter().map(string).collect();
    // Tags that the policy does not name, now and then very many.
    let most = [0, 0, 0, 0, 0, 0, 3, 3, 3, 100][random.below(10)];
    let unknown = random.below(most + 1);
    tags.extend((0..unknown).map(|_| format!("\"u{}\"", random.below(200))));
    tags.extend(literals::numbered_tags(random).iter().map(|tag| string(tag)));
    let list = format!("[{}]", tags.join(", "));
    match random.below(20) {
        0 | 1 => "[\"*\"]".to_owned(),
        2..5 => format!("{{\"except\": {list}}}"),
        5 => "[]".to_owned(),
        6 => random.pick(&["[\"a\", \"*\"]", "{\"except\": [\"*\"]}", "[\"b\", \"a\", \"b\"]"]).to_owned(),
        _ => list,
    }
}

/// `{"tags": …, "producers": …, "consumers": …}` with some parts missing.
fn metadata(random: &mut Random) -> String {
    let parts = random.some(&["tags", "producers", "consumers"], 60);
    let entries: Vec<_> = parts.iter().map(|part| format!("\"{part}\": {}", set(random))).collect();
    format!("{{{}}}", entries.join(", "))
}

/// One line: a call mostly, sometimes a branch question, sometimes nothing valid.
pub fn line(random: &mut Random) -> String {
    if random.percent(5) {
        return branch(random);
    }
    let mut entries = Vec::new();
    if random.percent(40) {
        entries.push(format!("\"session\": {}", random.pick(&["\"s1\"", "\"s2\"", "null", "\"\""])));
    }
    let tool = if random.percent(5) { literals::string(random) } else { random.pick(TOOLS) };
    entries.push(format!("\"tool\": {}", string(tool)));
    let names = random.some(ARGUMENTS, 75);
    if !names.is_empty() || random.percent(30) {
        let values: Vec<_> = names.iter().map(|name| format!("\"{name}\": {}", value(random, 2))).collect();
        entries.push(format!("\"args\": {{{}}}", values.join(", ")));
    }
    let described = random.some(&names, 60);
    if !described.is_empty() {
        let parts: Vec<_> =
            described.iter().map(|name| format!("\"{name}\": {}", metadata(random))).collect();
        entries.push(format!("\"arg_meta\": {{{}}}", parts.join(", ")));
    }
    if random.percent(20) {
        entries.push(format!("\"session_value\": {}", value(random, 1)));
    }
    if random.percent(25) {
        entries.push(format!("\"control_meta\": {}", metadata(random)));
    }
    if random.percent(60) {
        entries.push(format!("\"result\": {}", value(random, 2)));
        if random.percent(40) {
            entries.push(format!("\"result_meta\": {}", metadata(random)));
        }
        if random.percent(40) {
            entries.push(format!("\"combine_meta\": \"{}\"", random.pick(&["merge", "replace", "ignore"])));
        }
    }
    if random.percent(2) {
        entries.push(
            random
                .pick(&["\"tool\": \"t\"", "\"extra\": 1", "\"args\": 1e999", "\"result_meta\": {}"])
                .to_owned(),
        );
    }
    format!("{{{}}}", entries.join(", "))
}

/// A call of one of the tools of [`single_conditions`](super::single_conditions), with the arguments that it may ask
/// about.
pub fn single_line(random: &mut Random, tools: usize) -> String {
    let mut values = Vec::new();
    for name in random.some(ARGUMENTS, 90) {
        let value = match random.below(20) {
            0 => format!("[{}]", vec![string(literals::any_string(random)); 63 + random.below(3)].join(", ")),
            1..5 => value(random, 1),
            5..10 => format!(
                "[{}, {}]",
                string(literals::any_string(random)),
                string(literals::any_string(random))
            ),
            _ => string(literals::any_string(random)),
        };
        values.push((name, value));
    }
    let args: Vec<_> = values.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    let described: Vec<_> =
        values.iter().map(|(name, _)| format!("\"{name}\": {}", metadata(random))).collect();
    let (tool, args, described) = (random.below(tools), args.join(", "), described.join(", "));
    format!("{{\"tool\": \"t{tool}\", \"args\": {{{args}}}, \"arg_meta\": {{{described}}}}}")
}

fn branch(random: &mut Random) -> String {
    let session = random.pick(&["", "\"session\": \"s1\", ", "\"session\": null, "]);
    format!("{{{session}\"branch\": {}}}", metadata(random))
}
