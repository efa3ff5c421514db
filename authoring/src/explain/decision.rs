//! The questions of a decision in their order (S6.2 to S6.8), what each rule had to do with the outcome, and why.
//!
//! What fired and what decided is the engine's word; here it is put in the order of the language and told why. [`expected`] derives
//! the basis from what fired, so that tests can see that the two never part.

use std::cmp::Reverse;

use sqrt_vm::bytecode::settings::{Level, Settings};
use sqrt_vm::policy::{BlockInfo, RuleInfo};

use super::model::{ShownRule, Step, StepState};

/// A rule, and whether it fired.
#[derive(Debug, Clone)]
pub(super) struct Tested<'p> {
    pub(super) info: RuleInfo<'p>,
    pub(super) fired: bool,
    /// Its number among all rules of the call, in source order.
    pub(super) number: usize,
}

/// A block with its rules in source order.
#[derive(Debug, Clone)]
pub(super) struct Block<'p> {
    pub(super) info: BlockInfo<'p>,
    pub(super) rules: Vec<Tested<'p>>,
    /// The place of a preset among presets; blocks of a number all have 0.
    preset: Option<usize>,
}

/// The kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    MustDeny,
    MustAllow,
    Should,
}

/// The order of the questions; each has the place at which it is asked.
const QUESTIONS: [(&str, &str); 7] = [
    ("must_deny", "S6.2"),
    ("must_allow_unmet", "S6.3"),
    ("must_allow", "S6.4"),
    ("hard_default", "S6.5"),
    ("should", "S6.6"),
    ("allow_list", "S6.7"),
    ("default", "S6.8"),
];

/// The rules of a call in the order in which decisions ask about them.
pub(super) struct Rules<'p> {
    /// In descending priority, equal priorities in source order.
    blocks: Vec<Block<'p>>,
    hard_default: bool,
    default_allow: bool,
}

impl<'p> Block<'p> {
    pub(super) fn new(info: BlockInfo<'p>, rules: Vec<Tested<'p>>) -> Self {
        Block { info, rules, preset: None }
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Tested<'p>> {
        self.rules.iter().filter(move |rule| kind_of(rule.info) == kind)
    }

    /// Whether it reads "allow only when" (S6.3).
    fn requires(&self) -> bool {
        let has = |must| self.rules.iter().any(|rule| rule.info.is_must() == must && !rule.info.is_deny());
        has(true) && !has(false)
    }

    fn level(&self) -> (bool, Reverse<usize>, i64) {
        let preset = self.preset.unwrap_or(0);
        (self.preset.is_some(), Reverse(preset), self.info.priority().unwrap_or(0))
    }
}

fn kind_of(rule: RuleInfo<'_>) -> Kind {
    match (rule.is_must(), rule.is_deny()) {
        (true, true) => Kind::MustDeny,
        (true, false) => Kind::MustAllow,
        (false, _) => Kind::Should,
    }
}

/// The words of a rule's kind.
pub(crate) fn words(rule: RuleInfo<'_>) -> &'static str {
    match (rule.is_must(), rule.is_deny()) {
        (true, true) => "must deny",
        (true, false) => "must allow",
        (false, true) => "should deny",
        (false, false) => "should allow",
    }
}

impl<'p> Rules<'p> {
    /// The rules of the blocks, which are in source order.
    pub(super) fn new(mut blocks: Vec<Block<'p>>, settings: &Settings) -> Self {
        let presets = blocks.iter_mut().filter(|block| block.info.priority().is_none());
        presets.enumerate().for_each(|(rank, block)| block.preset = Some(rank));
        blocks.sort_by_key(|block| Reverse(block.level()));
        let hard_default = settings.default_level == Level::Hard;
        Rules { blocks, hard_default, default_allow: settings.default_allow }
    }

    /// The rule with a number.
    pub(super) fn rule(&self, number: usize) -> Option<&Tested<'p>> {
        self.blocks.iter().flat_map(|block| &block.rules).find(|rule| rule.number == number)
    }

    /// The number of the first rule that is the one.
    pub(super) fn find(&self, is_it: impl Fn(RuleInfo<'p>) -> bool) -> Option<usize> {
        let mut rules = self.blocks.iter().flat_map(|block| &block.rules);
        rules.find(|rule| is_it(rule.info)).map(|rule| rule.number)
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Tested<'p>> {
        self.blocks.iter().flat_map(move |block| block.of(kind))
    }

    /// The first `must allow` rule of the first block whose requirement is not met.
    fn unmet(&self) -> Option<&Tested<'p>> {
        let unmet =
            |block: &&Block<'p>| block.requires() && !block.of(Kind::MustAllow).any(|rule| rule.fired);
        self.blocks.iter().find(unmet).and_then(|block| block.of(Kind::MustAllow).next())
    }

    /// The rule by which each block of a level speaks.
    fn speakers<'l>(level: &'l [Block<'p>]) -> impl Iterator<Item = &'l Tested<'p>> {
        level.iter().filter_map(|block| block.of(Kind::Should).find(|rule| rule.fired))
    }

    fn levels(&self) -> impl Iterator<Item = &[Block<'p>]> {
        self.blocks.chunk_by(|left, right| left.level() == right.level())
    }

    /// The deciding rule among soft ones, and its level.
    fn soft(&self) -> Option<&Tested<'p>> {
        self.levels().find_map(|level| {
            let deny = Self::speakers(level).find(|rule| rule.info.is_deny());
            deny.or_else(|| Self::speakers(level).next())
        })
    }

    /// The basis and the deciding rule, by what fired.
    pub(super) fn expected(&self) -> (&'static str, Option<usize>) {
        let fired = |kind| self.of(kind).find(|rule| rule.fired).map(|rule| rule.number);
        if let Some(rule) = fired(Kind::MustDeny) {
            return ("must_deny", Some(rule));
        }
        if let Some(rule) = self.unmet() {
            return ("must_allow_unmet", Some(rule.number));
        }
        if let Some(rule) = fired(Kind::MustAllow) {
            return ("must_allow", Some(rule));
        }
        match self.soft().filter(|_| !self.hard_default) {
            Some(rule) if rule.info.is_deny() => ("should_deny", Some(rule.number)),
            Some(rule) => ("should_allow", Some(rule.number)),
            None if self.hard_default => ("default", None),
            None if self.allows() => ("allow_list", None),
            None => ("default", None),
        }
    }

    fn allows(&self) -> bool {
        self.blocks.iter().flat_map(|block| &block.rules).any(|rule| !rule.info.is_deny())
    }

    /// The place of the question that decided.
    fn decided_at(&self, basis: &str) -> usize {
        let question = match basis {
            "should_deny" | "should_allow" => "should",
            "default" if self.hard_default => "hard_default",
            basis => basis,
        };
        QUESTIONS.iter().position(|(name, _)| *name == question).unwrap_or(QUESTIONS.len())
    }

    /// The questions, with `shown` to tell a rule that had a part, for a decision with this basis and rule.
    pub(super) fn steps(
        &self,
        basis: &str,
        decides: Option<usize>,
        mut shown: impl FnMut(&Tested<'p>, bool, String) -> ShownRule,
    ) -> Vec<Step> {
        let decided = self.decided_at(basis);
        let mut steps = Vec::with_capacity(QUESTIONS.len());
        for (place, (name, spec)) in QUESTIONS.into_iter().enumerate() {
            let has_any = self.has_any(name);
            let state = match place.cmp(&decided) {
                _ if !has_any && place != decided => StepState::Nothing,
                std::cmp::Ordering::Less => StepState::Passed,
                std::cmp::Ordering::Equal => StepState::Decided,
                std::cmp::Ordering::Greater => StepState::NotReached,
            };
            let rules = self.asked(name).into_iter().map(|rule| {
                let is_deciding = state == StepState::Decided && decides == Some(rule.number);
                shown(rule, is_deciding, self.part(rule, state, basis, is_deciding))
            });
            let rules = rules.collect();
            steps.push(Step {
                spec,
                question: question(name),
                state,
                answer: self.answer(name, state, basis),
                rules,
            });
        }
        steps
    }

    fn has_any(&self, question: &str) -> bool {
        match question {
            "must_deny" => self.of(Kind::MustDeny).next().is_some(),
            "must_allow_unmet" => self.blocks.iter().any(Block::requires),
            "must_allow" => self.of(Kind::MustAllow).next().is_some(),
            "hard_default" => self.hard_default,
            "should" => self.of(Kind::Should).next().is_some(),
            "allow_list" => self.allows(),
            _ => true,
        }
    }

    /// The rules that a question asks about, in its order.
    fn asked(&self, question: &str) -> Vec<&Tested<'p>> {
        match question {
            "must_deny" => self.of(Kind::MustDeny).collect(),
            "must_allow_unmet" => {
                let requiring = self.blocks.iter().filter(|block| block.requires());
                requiring.flat_map(|block| block.of(Kind::MustAllow)).collect()
            }
            "must_allow" => self.of(Kind::MustAllow).collect(),
            "should" => self.of(Kind::Should).collect(),
            _ => Vec::new(),
        }
    }

    /// What part a rule had.
    fn part(&self, rule: &Tested<'_>, state: StepState, basis: &str, decides: bool) -> String {
        let text = match (state, kind_of(rule.info), rule.fired) {
            _ if decides && basis == "must_allow_unmet" => {
                "decides: it is the first of a block that needs one of its `must allow` rules to fire, and none did"
            }
            _ if decides => "decides",
            (StepState::NotReached, _, true) => "its condition holds, but the outcome was known before it",
            (StepState::NotReached, _, false) => "not asked: the outcome was known before it",
            (_, Kind::Should, _) => return self.soft_part(rule, state),
            (_, _, false) => "did not fire",
            (StepState::Decided, Kind::MustDeny | Kind::MustAllow, true) if basis != "must_allow_unmet" => {
                "fired too, after the one that decides"
            }
            (StepState::Decided, _, true) => "fired, but another block needs one of its own rules to fire",
            (_, _, true) => "fired",
        };
        text.to_owned()
    }

    /// What part a `should` rule had that was asked about and does not decide.
    fn soft_part(&self, rule: &Tested<'_>, state: StepState) -> String {
        let Some(block) =
            self.blocks.iter().find(|block| block.rules.iter().any(|own| own.number == rule.number))
        else {
            return String::new();
        };
        let deciding = self.soft().filter(|_| state == StepState::Decided);
        let Some(deciding) = deciding else { return "did not fire".to_owned() };
        let is_of = |block: &&Block<'_>| block.rules.iter().any(|own| own.number == deciding.number);
        let deciding_level = self.blocks.iter().find(is_of).map(Block::level);
        if deciding_level > Some(block.level()) {
            return "not asked: a higher priority had decided".to_owned();
        }
        let speaks = block.of(Kind::Should).find(|own| own.fired);
        match speaks {
            _ if !rule.fired && speaks.is_none_or(|speaks| speaks.number > rule.number) => {
                "did not fire".to_owned()
            }
            Some(speaks) if speaks.number != rule.number => {
                let (line, text) = (speaks.info.line(), words(speaks.info));
                format!("not asked: the `{text}` at line {line} had spoken for its block")
            }
            _ if rule.info.is_deny() == deciding.info.is_deny() => {
                "spoke for the same outcome, later in source order".to_owned()
            }
            _ => "spoke for its block, but at one priority a deny beats an allow".to_owned(),
        }
    }

    fn answer(&self, question: &str, state: StepState, basis: &str) -> String {
        let default = if self.default_allow { "allow" } else { "deny" };
        match (question, state) {
            (_, StepState::NotReached) => "not asked: the outcome was known".to_owned(),
            ("hard_default", StepState::Nothing) => {
                "the default is soft: `should` rules come before it".to_owned()
            }
            ("allow_list", StepState::Nothing) => "no block has an allow rule".to_owned(),
            (_, StepState::Nothing) => "there are none".to_owned(),
            ("must_allow_unmet", StepState::Passed) => "every block that needs one has one".to_owned(),
            (_, StepState::Passed) => "none fired".to_owned(),
            (_, StepState::Decided) => because(basis, default),
        }
    }

    /// Why the decision is as it is, in a sentence.
    pub(super) fn because(&self, basis: &str) -> String {
        because(basis, if self.default_allow { "allow" } else { "deny" })
    }
}

fn question(name: &str) -> String {
    match name {
        "must_deny" => "Does a `must deny` rule fire?",
        "must_allow_unmet" => {
            "Is there a block with `must allow` rules, and no softer way, of which none fires?"
        }
        "must_allow" => "Does a `must allow` rule fire?",
        "hard_default" => "Is the default hard?",
        "should" => "Which `should` rules speak, from the highest priority down?",
        "allow_list" => "Does a block have an allow rule?",
        _ => "What is the default?",
    }
    .to_owned()
}

fn because(basis: &str, default: &str) -> String {
    match basis {
        "must_deny" => "a `must deny` rule fired, and nothing outweighs that".to_owned(),
        "must_allow_unmet" => {
            "a block allows only when one of its `must allow` rules fires, and none did".to_owned()
        }
        "must_allow" => "a `must allow` rule fired, and no hard rule denies".to_owned(),
        "should_deny" => {
            "no hard rule decided, and a `should deny` rule spoke at the highest priority at which any did".to_owned()
        }
        "should_allow" => {
            "no hard rule decided, and a `should allow` rule spoke at the highest priority at which any did, without a deny beside it"
                .to_owned()
        }
        "allow_list" => {
            "no rule spoke, and a block has allow rules: what is not allowed there is denied".to_owned()
        }
        _ => format!("no rule decided, and the default is to {default}"),
    }
}
