//! Random policies and calls for the suites that compare the engine with the oracle, and for fuzzing.
//!
//! Everything is drawn from small universes, so that rules fire, sets overlap and patterns match. Policies pass the
//! static checks by construction. The same seed gives the same case everywhere.

mod calls;
mod expressions;
mod literals;
mod policy;
mod random;
mod trees;

pub use calls::{line, single_line, value};
pub use policy::{Part, Source, Style, deny_rule, naming, policy, single_conditions};
pub use random::Random;
pub use trees::tree;

use crate::corpus::{Level, Mode, Options, PolicyFile};
use serde_json::json;
use std::fmt;

/// A policy with options and calls.
#[derive(Debug, Clone)]
pub struct Case {
    /// The files of the policy.
    pub sources: Vec<Source>,
    /// Whether the files begin with a byte order mark and have CRLF at the end of lines (S1.1).
    pub windows: bool,
    /// How it is configured.
    pub options: Options,
    /// Call lines, given to one engine in this order.
    pub calls: Vec<String>,
}

impl Case {
    /// The case of this seed.
    pub fn generate(seed: u64, style: Style, calls: usize) -> Case {
        let mut random = Random::new(seed);
        let sources = policy(&mut random, style);
        let options = options(&mut random);
        let calls = (0..calls).map(|_| line(&mut random)).collect();
        Case { sources, windows: random.percent(5), options, calls }
    }

    /// The case of this seed with tools that rest on one condition each, for a close look at conditions.
    pub fn of_single_conditions(seed: u64, style: Style, tools: usize, calls: usize) -> Case {
        let mut random = Random::new(seed);
        let sources = vec![single_conditions(&mut random, style, tools)];
        let calls = (0..calls).map(|_| single_line(&mut random, tools)).collect();
        Case { sources, windows: false, options: Options::default(), calls }
    }

    /// The case of this seed with a policy that names so many more tags, which sets of policy and calls have in runs.
    pub fn of_many_tags(seed: u64, style: Style, tags: usize, calls: usize) -> Case {
        let mut random = Random::new(seed);
        random.expect_numbered_tags(tags);
        let mut sources = policy(&mut random, style);
        sources[0].declarations.push(naming(&mut random, tags));
        let options = options(&mut random);
        let calls = (0..calls).map(|_| line(&mut random)).collect();
        Case { sources, windows: false, options, calls }
    }

    /// The case that these bytes choose. The first two tell how many of the rest choose the policy; the others choose the
    /// calls, so that a change of the policy leaves the calls as they are.
    pub fn of_bytes(bytes: &[u8], style: Style) -> Case {
        let (length, rest) = bytes.split_at(bytes.len().min(2));
        let length = length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
        let (policy, calls) = rest.split_at(length.min(rest.len()));
        Case::chosen(&mut Random::of_bytes(policy), &mut Random::of_bytes(calls), style)
    }

    /// The bytes that choose the case which this seed would choose.
    pub fn recorded(seed: u64, style: Style) -> Vec<u8> {
        let (mut policy, mut calls) = (Random::recording(seed), Random::recording(!seed));
        Case::chosen(&mut policy, &mut calls, style);
        let policy = policy.recorded();
        let length = u16::try_from(policy.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&length[..], &policy, &calls.recorded()].concat()
    }

    /// A small case of any kind; a fuzzer has many tries.
    fn chosen(first: &mut Random, second: &mut Random, style: Style) -> Case {
        let kind = first.below(8);
        if kind == 0 {
            let tools = first.below(4) + 1;
            let sources = vec![single_conditions(first, style, tools)];
            let calls = (0..second.below(12) + 1).map(|_| single_line(second, tools)).collect();
            return Case { sources, windows: false, options: Options::default(), calls };
        }
        let tags = if kind == 1 { [54, 55, 56, 119][first.below(4)] } else { 0 };
        for random in [&mut *first, &mut *second] {
            random.expect_numbered_tags(tags);
        }
        let mut sources = policy(first, style);
        if tags > 0 {
            sources[0].declarations.push(naming(first, tags));
        }
        let (options, windows) = (options(first), first.percent(5));
        let calls = (0..second.below(8) + 1).map(|_| line(second)).collect();
        Case { sources, windows, options, calls }
    }

    /// The policy's files.
    pub fn files(&self) -> Vec<PolicyFile> {
        let name = |index| if index == 0 { "policy.sqrt".to_owned() } else { format!("policy{index}.sqrt") };
        let file = |(index, source): (usize, &Source)| PolicyFile {
            name: name(index),
            bytes: match self.windows {
                true => format!("\u{feff}{}", source.to_string().replace('\n', "\r\n")).into_bytes(),
                false => source.to_string().into_bytes(),
            },
        };
        self.sources.iter().enumerate().map(file).collect()
    }

    /// A smaller case that still `fails`: parts of the policy and calls are left out as long as that is possible.
    pub fn minimise(&self, fails: &mut dyn FnMut(&Case) -> bool) -> Case {
        let mut case = self.clone();
        'again: loop {
            for smaller in case.smaller() {
                if fails(&smaller) {
                    case = smaller;
                    continue 'again;
                }
            }
            return case;
        }
    }

    fn smaller(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for index in 0..self.calls.len() {
            let mut case = self.clone();
            case.calls.remove(index);
            cases.push(case);
        }
        for index in 0..self.sources.len() {
            for source in self.sources[index].smaller() {
                let mut case = self.clone();
                case.sources[index] = source;
                cases.push(case);
            }
        }
        if self.windows {
            cases.push(Case { windows: false, ..self.clone() });
        }
        if self.options != Options::default() {
            cases.push(Case { options: Options::default(), ..self.clone() });
        }
        cases
    }
}

/// Shows a case so that it can be pasted into a file of the corpus.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, source) in self.files().iter().zip(&self.sources) {
            write!(f, "--- policy {}\n{source}", file.name)?;
        }
        if self.options != Options::default() {
            writeln!(f, "--- options\n// {:?}", self.options)?;
        }
        if self.windows {
            writeln!(f, "// with a byte order mark and CRLF")?;
        }
        writeln!(f, "--- calls")?;
        self.calls.iter().try_for_each(|call| writeln!(f, "{call}"))
    }
}

fn options(random: &mut Random) -> Options {
    let some = |random: &mut Random| random.percent(25);
    Options {
        default_allow: some(random).then(|| random.percent(50)),
        default_level: some(random).then(|| if random.percent(50) { Level::Hard } else { Level::Soft }),
        mode: some(random).then(|| [Mode::Standard, Mode::Strict, Mode::Custom][random.below(3)]),
        x_policy: some(random).then(|| x_policy(random)),
    }
}

fn x_policy(random: &mut Random) -> serde_json::Value {
    let mut presets = serde_json::Map::new();
    for key in ["default_allow", "enable_non_executable_memory", "enable_llm_blocked_tag"] {
        if random.percent(30) {
            presets.insert(key.to_owned(), json!(random.percent(50)));
        }
    }
    for key in ["default_allow_enforcement_level", "llm_blocked_tag_enforcement_level"] {
        if random.percent(30) {
            presets.insert(key.to_owned(), json!(random.pick(&["hard", "soft"])));
        }
    }
    let branching = random.percent(50);
    if branching {
        let mode = random.pick(&["allow", "deny"]);
        let mut lists = Vec::new();
        for _ in 0..3 {
            lists.push(random.some(&["a", "b", "c", "ab"], 30));
        }
        let branching = json!({"mode": mode, "tags": lists[0], "producers": lists[1], "consumers": lists[2]});
        presets.insert("branching_meta_policy".to_owned(), branching);
    }
    let custom = branching && random.percent(70);
    let mode = if custom { "custom" } else { random.pick(&["standard", "strict", "custom"]) };
    json!({"mode": mode, "presets": presets})
}
