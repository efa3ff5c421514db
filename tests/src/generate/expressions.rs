//! Random predicates and set expressions that pass the static checks.

use super::literals;
use super::random::Random;

/// What the place of an expression may mention, as bits (S3.3, S3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope(u8);

impl Scope {
    const RESULT_META: u8 = 1;
    const CONTEXT: u8 = 2;
    const RESULT_VALUE: u8 = 4;

    /// What every place may mention.
    pub(super) const NEUTRAL: Scope = Scope(0);
    /// A check rule.
    pub(super) const RULE: Scope = Scope(Self::RESULT_META);
    /// A `session before` block.
    pub(super) const BEFORE: Scope = Scope(Self::CONTEXT);
    /// A result block or a `session after` block.
    pub(super) const AFTER: Scope = Scope(Self::RESULT_META | Self::CONTEXT | Self::RESULT_VALUE);

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    /// Whether what was written for `other` may be used here.
    fn admits(self, other: Scope) -> bool {
        other.0 & !self.0 == 0
    }
}

/// A let that expressions may use.
#[derive(Debug, Clone)]
pub(super) struct Let {
    name: String,
    kind: Kind,
    scope: Scope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Predicate,
    /// A set of strings and patterns, over metadata or not; whether it holds a pattern (S5.3).
    Strings {
        holds_pattern: bool,
    },
    /// A set with numbers, dates and the like, for value conditions only.
    Elements,
}

/// Writes expressions, using the lets written so far.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) random: &'a mut Random,
    pub(super) lets: Vec<Let>,
    /// Whether `x.value == y.value` may be written (S6.12 has an exception for it).
    pub(super) compares_values: bool,
    /// Whether every operand stands in parentheses, not only where that is needed.
    pub(super) all_parentheses: bool,
}

/// A set expression with what matters for its use.
struct Set {
    text: String,
    /// How tightly its outermost operator binds: 0 `^` to 3 `|`, 4 `with`, 5 nothing.
    level: usize,
    holds_pattern: bool,
}

const FIELDS: &[&str] = &["tags", "tags", "tags", "producers", "consumers", "consumers"];
/// Symbol and word of each operator, loosest first (S5.1).
const OPERATORS: [(&str, &str); 4] = [("^", "xor"), ("-", "minus"), ("&", "intersect"), ("|", "union")];

impl Writer<'_> {
    /// `let NAME = …;`, which later expressions may use.
    pub(super) fn let_declaration(&mut self, name: &str) -> String {
        let scopes = [Scope::NEUTRAL, Scope::NEUTRAL, Scope::RULE, Scope::BEFORE, Scope::AFTER];
        let scope = scopes[self.random.below(5)];
        let (kind, value) = match self.random.below(10) {
            0..4 => (Kind::Predicate, self.predicate(scope, 2)),
            4..7 => {
                let set = self.strings(scope, 2);
                (Kind::Strings { holds_pattern: set.holds_pattern }, set.text)
            }
            7..9 => (Kind::Elements, self.elements(scope, 2)),
            _ => (Kind::Elements, self.domain()),
        };
        // A bare name would take the kind of what it names, which is the same.
        self.lets.push(Let { name: name.to_owned(), kind, scope });
        format!("let {name} = {value};")
    }

    fn pick_let(&mut self, scope: Scope, fits: impl Fn(Kind) -> bool) -> Option<Let> {
        let fitting: Vec<_> =
            self.lets.iter().filter(|l| scope.admits(l.scope) && fits(l.kind)).cloned().collect();
        if fitting.is_empty() { None } else { Some(fitting[self.random.below(fitting.len())].clone()) }
    }

    /// A predicate.
    pub(super) fn predicate(&mut self, scope: Scope, depth: usize) -> String {
        self.operand_predicate(scope, depth).0
    }

    fn operand_predicate(&mut self, scope: Scope, depth: usize) -> (String, usize) {
        if depth > 0 && self.random.percent(50) {
            return self.connective(scope, depth);
        }
        let text = match self.random.below(20) {
            0..3 => match self.pick_let(scope, |kind| kind == Kind::Predicate) {
                Some(found) => found.name,
                None => self.value_condition(scope),
            },
            _ => self.condition(scope),
        };
        (text, 3)
    }

    /// A comparison.
    pub(super) fn condition(&mut self, scope: Scope) -> String {
        if self.random.percent(55) { self.value_condition(scope) } else { self.set_condition(scope) }
    }

    /// `not`, `and` or `or`, with its level: 2, 1 or 0; other predicates have level 3.
    fn connective(&mut self, scope: Scope, depth: usize) -> (String, usize) {
        let first = self.operand_predicate(scope, depth - 1);
        let (level, word) = match self.random.below(5) {
            0 | 1 => return (format!("not {}", self.enclosed(first, 2)), 2),
            2 | 3 => (1, "and"),
            _ => (0, "or"),
        };
        let second = self.operand_predicate(scope, depth - 1);
        (format!("{} {word} {}", self.enclosed(first, level), self.enclosed(second, level + 1)), level)
    }

    /// An operand in parentheses, if it binds less tightly than `least` or all operands stand in parentheses.
    fn enclosed(&self, (text, level): (String, usize), least: usize) -> String {
        if level < least || self.all_parentheses { format!("({text})") } else { text }
    }

    fn value(&mut self, scope: Scope) -> String {
        match self.random.below(12) {
            0 => "@session.value".to_owned(),
            1 | 2 if scope.has(Scope::RESULT_VALUE) => "@result.value".to_owned(),
            _ => format!("{}.value", self.random.pick_early(literals::ARGUMENTS)),
        }
    }

    fn literal(&mut self) -> String {
        match self.random.below(6) {
            0 => self.random.pick(&["true", "false"]).to_owned(),
            1 => literals::number(self.random).to_owned(),
            2 => format!("d{}", literals::quoted(&literals::date(self.random))),
            3 if self.random.percent(10) => self.random.pick(&["inf", "-inf"]).to_owned(),
            _ => literals::quoted(literals::string(self.random)),
        }
    }

    fn value_condition(&mut self, scope: Scope) -> String {
        let value = self.value(scope);
        match self.random.below(14) {
            0 => format!("{value} == {}", self.literal()),
            1 => format!("{} == {value}", self.literal()),
            2 if self.compares_values => format!("{value} == {}", self.value(scope)),
            3 if self.random.percent(30) => format!("{} == {}", self.literal(), self.literal()),
            4 => {
                let tag = literals::tag(self.random);
                let tag = if self.random.percent(10) { "\"*\"".to_owned() } else { tag };
                format!("{tag} in {}", self.strings(scope, 2).text)
            }
            5 if self.random.percent(50) => format!("{} in {}", self.literal(), self.plain_elements()),
            _ => format!("{value} in {}", self.elements(scope, 2)),
        }
    }

    fn set_condition(&mut self, scope: Scope) -> String {
        let left = self.metadata(scope);
        match self.random.below(10) {
            0..4 => format!("{left} overlaps {}", self.strings(scope, 2).text),
            4..6 => format!("{left} subset of {}", self.strings(scope, 2).text),
            6 => format!("{left} superset of {}", self.storable(scope, 2)),
            7 => format!("{left} == {}", self.storable(scope, 2)),
            8 => format!("{left} is empty"),
            _ => format!("{left} is universal"),
        }
    }

    fn metadata(&mut self, scope: Scope) -> String {
        let field = self.random.pick(FIELDS);
        match self.random.below(14) {
            0 | 1 => format!("@session.{field}"),
            2 if scope.has(Scope::RESULT_META) => format!("@result.{field}"),
            3 | 4 if scope.has(Scope::CONTEXT) => format!("@{field}"),
            5 => format!("@args.{field}"),
            6 => format!("@args.{field}.intersect"),
            7 => format!("{} of {field} from args", self.random.pick(&["union", "intersect"])),
            _ => format!("{}.{field}", self.random.pick_early(literals::ARGUMENTS)),
        }
    }

    /// A set expression of strings, which may be stored and compared with `==` (S5.3).
    pub(super) fn storable(&mut self, scope: Scope, depth: usize) -> String {
        for _ in 0..8 {
            let set = self.strings(scope, depth);
            if !set.holds_pattern {
                return set.text;
            }
        }
        "{\"a\"}".to_owned()
    }

    /// The right side of an update with an operator: it may hold a pattern where that only takes away or keeps.
    pub(super) fn operand(&mut self, scope: Scope, operator: &str) -> String {
        match operator {
            "&=" | "-=" => self.strings(scope, 2).text,
            _ => self.storable(scope, 2),
        }
    }

    /// A set expression over metadata, strings and patterns.
    fn strings(&mut self, scope: Scope, depth: usize) -> Set {
        if depth == 0 || self.random.percent(35) {
            return self.strings_atom(scope);
        }
        let left = self.strings(scope, depth - 1);
        if self.random.percent(25) {
            let adds = self.random.percent(50);
            let (element, is_pattern) = self.string_element();
            let word = if adds { "with" } else { "without" };
            let holds_pattern = left.holds_pattern || (adds && is_pattern);
            return Set {
                text: format!("{} {word} {element}", self.within(left, 4)),
                level: 4,
                holds_pattern,
            };
        }
        let right = self.strings(scope, depth - 1);
        let level = self.random.below(4);
        let holds_pattern = match level {
            1 => left.holds_pattern,
            2 => left.holds_pattern && right.holds_pattern,
            _ => left.holds_pattern || right.holds_pattern,
        };
        let (left, right) = (self.within(left, level), self.within(right, level + 1));
        Set { text: self.joined(level, &left, &right), level, holds_pattern }
    }

    fn joined(&mut self, level: usize, left: &str, right: &str) -> String {
        let (symbol, word) = OPERATORS[level];
        let operator = if self.random.percent(50) { symbol } else { word };
        format!("{left} {operator} {right}")
    }

    fn strings_atom(&mut self, scope: Scope) -> Set {
        match self.random.below(10) {
            0..4 => Set { text: self.metadata(scope), level: 5, holds_pattern: false },
            4 => match self.pick_let(scope, |kind| matches!(kind, Kind::Strings { .. })) {
                Some(found) => {
                    let holds_pattern = found.kind == Kind::Strings { holds_pattern: true };
                    Set { text: found.name, level: 5, holds_pattern }
                }
                None => Set { text: "{}".to_owned(), level: 5, holds_pattern: false },
            },
            _ => {
                let elements: Vec<_> = (0..self.random.below(4)).map(|_| self.string_element()).collect();
                let holds_pattern = elements.iter().any(|(_, is_pattern)| *is_pattern);
                let mut texts: Vec<_> = elements.into_iter().map(|(text, _)| text).collect();
                texts.extend(literals::numbered_tags(self.random).iter().map(|tag| literals::quoted(tag)));
                Set { text: format!("{{{}}}", texts.join(", ")), level: 5, holds_pattern }
            }
        }
    }

    /// An element of a metadata set, and whether it is a pattern.
    fn string_element(&mut self) -> (String, bool) {
        match self.random.below(20) {
            0 => ("\"*\"".to_owned(), false),
            1 => (format!("str {}", literals::tag(self.random)), false),
            2..6 => (literals::pattern(self.random), true),
            6 => (self.text_domain(), true),
            _ => (literals::tag(self.random), false),
        }
    }

    /// A `str` domain that is a pattern (S5.3).
    fn text_domain(&mut self) -> String {
        let text = match self.random.below(3) {
            0 => format!("str matching {}", literals::regex_literal(self.random)),
            1 => format!("str like {}", literals::wildcard_literal(self.random)),
            _ => {
                let text = literals::tag(self.random);
                return format!("str {text} length {}", literals::length(self.random));
            }
        };
        if self.random.percent(40) {
            format!("{text} length {}", literals::length(self.random))
        } else {
            text
        }
    }

    /// A set expression for a value condition, where everything goes.
    fn elements(&mut self, scope: Scope, depth: usize) -> String {
        self.element_set(scope, depth).0
    }

    fn element_set(&mut self, scope: Scope, depth: usize) -> (String, usize) {
        if depth == 0 || self.random.percent(60) {
            return (self.element_atom(scope), 5);
        }
        let left = self.element_set(scope, depth - 1);
        if self.random.percent(25) {
            let word = self.random.pick(&["with", "without"]);
            return (format!("{} {word} {}", self.enclosed(left, 4), self.element()), 4);
        }
        let right = self.element_set(scope, depth - 1);
        let level = self.random.below(4);
        let (left, right) = (self.enclosed(left, level), self.enclosed(right, level + 1));
        (self.joined(level, &left, &right), level)
    }

    fn element_atom(&mut self, scope: Scope) -> String {
        match self.random.below(12) {
            0 => self.metadata(scope),
            1 | 2 => {
                let found = self.pick_let(scope, |kind| kind != Kind::Predicate);
                found.map_or_else(|| "{}".to_owned(), |found| found.name)
            }
            _ => self.plain_elements(),
        }
    }

    fn plain_elements(&mut self) -> String {
        let elements: Vec<_> = (0..self.random.below(5) + 1).map(|_| self.element()).collect();
        format!("{{{}}}", elements.join(", "))
    }

    /// An element of a set in a value condition.
    fn element(&mut self) -> String {
        match self.random.below(16) {
            0 if self.random.percent(40) => "\"*\"".to_owned(),
            0..6 => literals::string_literal(self.random),
            6..9 => literals::pattern(self.random),
            9..11 => literals::number(self.random).to_owned(),
            11 if self.random.percent(20) => self.random.pick(&["inf", "-inf"]).to_owned(),
            _ => self.domain(),
        }
    }

    /// A type domain.
    fn domain(&mut self) -> String {
        match self.random.below(8) {
            0 => format!("bool {}", self.random.pick(&["true", "false"])),
            1 | 2 => format!("int {}", literals::number_range(self.random)),
            3 => format!("float {}", literals::number_range(self.random)),
            4 => literals::date_domain(self.random),
            5 => format!("str {}", literals::string_literal(self.random)),
            _ => self.text_domain(),
        }
    }

    /// The text of a set as an operand where `level` is the least that needs no parentheses.
    fn within(&self, set: Set, level: usize) -> String {
        self.enclosed((set.text, set.level), level)
    }
}
