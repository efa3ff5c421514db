//! Random source texts together with the trees that they stand for, every construct of the grammar among them.
//!
//! A text and its tree (in the form of [`tree_text`](crate::tree_text)) are made side by side, so that nothing is parsed to
//! know what is expected. Between tokens stand random white space and comments, around operands parentheses that are not
//! needed. Such policies are well-formed; they need not mean anything.

use super::random::Random;

/// A text, in tokens, and its tree.
#[derive(Debug, Clone, Default)]
struct Piece {
    tokens: Vec<String>,
    tree: String,
    /// How tightly its outermost operator binds.
    level: usize,
}

/// The level of what needs no parentheses anywhere.
const ATOM: usize = 9;

const ARGUMENTS: &[&str] =
    &["x", "y", "from", "result", "union", "in", "when", "value", "tags", "not", "_", "x1"];
const NAMES: &[&str] =
    &["a", "b", "c", "when", "from", "to", "value", "tags", "_", "int5", "priority", "deny"];
const FIELDS: &[&str] = &["tags", "producers", "consumers"];
const STRINGS: &[&str] = &["a", "", "é", "*", "//", "/* ", "a b", "a\nb", r#"\""#, r"\\", r"\n", "}", "///"];
const REGEXES: &[&str] = &["a.*", "", r"\d", r#"\""#, r"a\\.b", "(", "[ab]{2}"];
const DATES: &[&str] = &["2025-01-31", "", "2025-01-31T10:00:00Z", "no date"];
const NUMBERS: &[&str] =
    &["0", "5", "-5", "1.5", "-0.0", "007", "99999999999999999999", "inf", "-inf", "+inf"];
const WHOLE: &[&str] = &["0", "1", "-1", "007", "-9223372036854775809"];

/// A text and the tree that it stands for.
pub fn tree(random: &mut Random) -> (String, String) {
    let mut writer = Writer { random };
    let declarations: Vec<_> = (0..writer.random.below(4) + 1).map(|_| writer.declaration()).collect();
    let tokens: Vec<_> = declarations.iter().flat_map(|declaration| declaration.tokens.clone()).collect();
    let trees: Vec<_> = declarations.into_iter().map(|declaration| declaration.tree).collect();
    (writer.text(&tokens), trees.join("\n"))
}

fn piece(tokens: &[&str], tree: String) -> Piece {
    Piece { tokens: tokens.iter().map(|&token| token.to_owned()).collect(), tree, level: ATOM }
}

/// Words and pieces in a row; the tree is `(HEAD tree tree …)` with those of the pieces.
fn row(head: &str, parts: &[Part<'_>]) -> Piece {
    let mut whole = Piece { tokens: Vec::new(), tree: format!("({head}"), level: ATOM };
    for part in parts {
        match part {
            Part::Word(word) => whole.tokens.push((*word).to_owned()),
            Part::Piece(piece) => {
                whole.tokens.extend_from_slice(&piece.tokens);
                whole.tree = whole.tree + " " + &piece.tree;
            }
        }
    }
    whole.tree += ")";
    whole
}

enum Part<'a> {
    Word(&'a str),
    Piece(&'a Piece),
}

use Part::{Piece as P, Word as W};

struct Writer<'a> {
    random: &'a mut Random,
}

impl Writer<'_> {
    // --- text ---

    /// The tokens with something between them.
    fn text(&mut self, tokens: &[String]) -> String {
        let mut text = self.random.pick(&["", "", "", "\u{feff}"]).to_owned();
        for token in tokens {
            text += self.gap(&text, token);
            text += token;
        }
        text + self.random.pick(&["", "\n", " // end", "/* end */"])
    }

    fn gap(&mut self, before: &str, token: &str) -> &'static str {
        const GAPS: &[&str] =
            &[" ", "\n", "\r\n", "\t", "\x0c", "  ", "/**/", "/* c */", "// c\n", " //\n", "/*/ //*/"];
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (last, first) = (before.chars().last().unwrap_or(' '), token.chars().next().unwrap_or(' '));
        let glued = is_word(last) && (is_word(first) || first == '"') || last == '-' && is_word(first);
        if self.random.percent(40) && !glued { "" } else { self.random.pick(GAPS) }
    }

    /// What it is, perhaps behind a doc comment.
    fn described(&mut self, of: Piece) -> Piece {
        const DOCS: &[(&str, &str)] = &[
            ("/// é\n", "é"),
            ("///\n", ""),
            ("///  x \r\n", " x "),
            ("///\"\n", "\""),
            ("/// /* x\n", "/* x"),
        ];
        if !self.random.percent(15) {
            return of;
        }
        let docs: Vec<_> =
            (0..self.random.below(2) + 1).map(|_| DOCS[self.random.below(DOCS.len())]).collect();
        let text: Vec<_> = docs.iter().map(|(_, text)| *text).collect();
        let tokens = docs.iter().map(|(token, _)| (*token).to_owned()).chain(of.tokens).collect();
        let text = serde_json::Value::from(text.join("\n"));
        Piece { tokens, tree: format!("(doc {text} {})", of.tree), level: ATOM }
    }

    // --- declarations ---

    fn declaration(&mut self) -> Piece {
        let declaration = match self.random.below(6) {
            0..3 => self.let_declaration(),
            3 => self.shorthand(),
            _ => self.tool(),
        };
        self.described(declaration)
    }

    fn let_declaration(&mut self) -> Piece {
        let value = match self.random.below(8) {
            0..4 => self.predicate(4),
            4..7 => self.set(4),
            _ => self.domain(),
        };
        let name = self.random.pick(NAMES);
        row(&format!("let {name}"), &[W("let"), W(name), W("="), P(&value), W(";")])
    }

    fn tool_id(&mut self) -> Piece {
        if self.random.percent(50) { self.quoted("s", STRINGS) } else { self.quoted("r", REGEXES) }
    }

    fn shorthand(&mut self) -> Piece {
        let id = self.tool_id();
        let priority = if self.random.percent(30) {
            let number = self.random.pick(WHOLE);
            piece(&["[", number, "]"], number.to_owned())
        } else {
            piece(&[], "-".to_owned())
        };
        let targets: &[(&[&str], &str)] = &[
            (&[], "result"),
            (&["result"], "result"),
            (&["session"], "after"),
            (&["session", "after"], "after"),
            (&["session", "before"], "before"),
        ];
        let (words, tree) = targets[self.random.below(targets.len())];
        let target = piece(words, tree.to_owned());
        let update = self.update(true);
        let condition = if self.random.percent(60) {
            let predicate = self.predicate(3);
            Piece { tokens: [&["when".to_owned()][..], &predicate.tokens].concat(), ..predicate }
        } else {
            piece(&[], "-".to_owned())
        };
        row(
            "shorthand",
            &[W("tool"), P(&id), P(&priority), W("->"), P(&target), P(&update), P(&condition), W(";")],
        )
    }

    fn tool(&mut self) -> Piece {
        let id = self.tool_id();
        let members: Vec<_> = (0..self.random.below(4))
            .map(|_| {
                let member = self.member();
                self.described(member)
            })
            .collect();
        let mut parts = vec![W("tool"), P(&id), W("{")];
        parts.extend(members.iter().map(P));
        parts.push(W("}"));
        row("tool", &parts)
    }

    fn member(&mut self) -> Piece {
        match self.random.below(8) {
            0 => {
                let number = self.random.pick(WHOLE);
                piece(&["priority", number, ";"], format!("(priority {number})"))
            }
            1..5 => {
                let (level, tree) =
                    [("must", "must"), ("hard", "must"), ("should", "should"), ("soft", "should")]
                        [self.random.below(4)];
                let outcome = self.random.pick(&["allow", "deny"]);
                if self.random.percent(20) {
                    return piece(&[level, outcome, "always", ";"], format!("({tree} {outcome} always)"));
                }
                let condition = self.predicate(4);
                row(&format!("{tree} {outcome}"), &[W(level), W(outcome), W("when"), P(&condition), W(";")])
            }
            kind => {
                let statements: Vec<_> = (0..self.random.below(3)).map(|_| self.statement()).collect();
                let (words, tree): (&[&str], _) = match kind {
                    5 => (&["result"], "result"),
                    6 => (&["session", "before"], "before"),
                    _ => (&["session", "after"], "after"),
                };
                let mut parts: Vec<_> = words.iter().map(|word| W(word)).collect();
                parts.push(W("{"));
                parts.extend(statements.iter().map(P));
                parts.push(W("}"));
                row(tree, &parts)
            }
        }
    }

    fn statement(&mut self) -> Piece {
        let statement = if self.random.percent(60) {
            let mut update = self.update(false);
            update.tokens.push(";".to_owned());
            update
        } else {
            let condition = self.predicate(2);
            let updates: Vec<_> = (0..self.random.below(3)).map(|_| self.update(false)).collect();
            let mut parts = vec![W("when"), P(&condition), W("{")];
            parts.extend(updates.iter().flat_map(|update| [P(update), W(";")]));
            parts.push(W("}"));
            row("when", &parts)
        };
        self.described(statement)
    }

    fn update(&mut self, in_shorthand: bool) -> Piece {
        let field = self.random.pick(FIELDS);
        let target = match self.random.below(if in_shorthand { 1 } else { 4 }) {
            0 => piece(&["@", field], format!("(context {field})")),
            1 => piece(&["@result", ".", field], format!("(result {field})")),
            2 => piece(&["@session", ".", field], format!("(session {field})")),
            _ => self.argument(field),
        };
        let operator = self.random.pick(&["=", "|=", "&=", "-=", "^="]);
        let value = self.set(3);
        row(operator, &[P(&target), W(operator), P(&value)])
    }

    // --- predicates ---

    fn enclosed(&mut self, of: Piece, least: usize) -> Piece {
        let extra = if self.random.percent(12) { self.random.below(3) + 1 } else { 0 };
        let count = extra.max(usize::from(of.level < least));
        if count == 0 {
            return of;
        }
        let (open, close) = (vec!["(".to_owned(); count], vec![")".to_owned(); count]);
        Piece { tokens: [open, of.tokens, close].concat(), tree: of.tree, level: ATOM }
    }

    fn predicate(&mut self, depth: usize) -> Piece {
        let predicate = self.open_predicate(depth);
        self.enclosed(predicate, 0)
    }

    fn open_predicate(&mut self, depth: usize) -> Piece {
        if depth == 0 || self.random.percent(35) {
            return self.condition(depth.min(2));
        }
        let first = self.open_predicate(depth - 1);
        let (level, word) = match self.random.below(5) {
            0 | 1 => {
                let operand = self.enclosed(first, 2);
                return Piece { level: 2, ..row("not", &[W("not"), P(&operand)]) };
            }
            2 | 3 => (1, "and"),
            _ => (0, "or"),
        };
        let second = self.open_predicate(depth - 1);
        let (first, second) = (self.enclosed(first, level), self.enclosed(second, level + 1));
        Piece { level, ..row(word, &[P(&first), W(word), P(&second)]) }
    }

    fn condition(&mut self, depth: usize) -> Piece {
        match self.random.below(10) {
            0 | 1 => self.name(),
            2 | 3 => {
                let (value, set) = (self.value(), self.set(depth));
                row("in", &[P(&value), W("in"), P(&set)])
            }
            4 | 5 => {
                let (left, right) = (self.value(), self.value());
                row("is", &[P(&left), W("=="), P(&right)])
            }
            6 => {
                let (set, word) = (self.metadata(), self.random.pick(&["empty", "universal"]));
                row(word, &[P(&set), W("is"), W(word)])
            }
            _ => {
                let comparisons: &[(&str, &[&str])] = &[
                    ("overlaps", &["overlaps"]),
                    ("subset", &["subset", "of"]),
                    ("superset", &["superset", "of"]),
                    ("equal", &["=="]),
                ];
                let (head, words) = comparisons[self.random.below(4)];
                let (left, right) = (self.metadata(), self.set(depth));
                let mut parts = vec![P(&left)];
                parts.extend(words.iter().map(|word| W(word)));
                parts.push(P(&right));
                row(head, &parts)
            }
        }
    }

    fn name(&mut self) -> Piece {
        let name = self.random.pick(NAMES);
        piece(&[name], format!("(name {name})"))
    }

    fn value(&mut self) -> Piece {
        match self.random.below(7) {
            0 | 1 => {
                let name = self.random.pick(ARGUMENTS);
                piece(&[name, ".value"], format!("(value {name})"))
            }
            2 => {
                let place = self.random.pick(&["@result", "@session"]);
                piece(&[place, ".value"], format!("(value {place})"))
            }
            3 => self.quoted("s", STRINGS),
            4 => self.quoted("d", DATES),
            5 => self.number(),
            _ => {
                let value = self.random.pick(&["true", "false"]);
                piece(&[value], format!("(bool {value})"))
            }
        }
    }

    // --- sets ---

    fn set(&mut self, depth: usize) -> Piece {
        let set = self.open_set(depth);
        self.enclosed(set, 0)
    }

    fn open_set(&mut self, depth: usize) -> Piece {
        const OPERATORS: [(&str, &str); 4] =
            [("xor", "^"), ("minus", "-"), ("intersect", "&"), ("union", "|")];
        if depth == 0 || self.random.percent(35) {
            return self.set_atom();
        }
        let first = self.open_set(depth - 1);
        let level = self.random.below(5);
        let Some((word, symbol)) = OPERATORS.get(level) else {
            let (base, word) = (self.enclosed(first, 4), self.random.pick(&["with", "without"]));
            let element = self.element();
            return Piece { level: 4, ..row(word, &[P(&base), W(word), P(&element)]) };
        };
        let second = self.open_set(depth - 1);
        let (first, second) = (self.enclosed(first, level), self.enclosed(second, level + 1));
        let operator = if self.random.percent(50) { word } else { symbol };
        Piece { level, ..row(word, &[P(&first), W(operator), P(&second)]) }
    }

    fn set_atom(&mut self) -> Piece {
        match self.random.below(4) {
            0 => self.name(),
            1 => self.metadata(),
            _ => {
                let elements: Vec<_> = (0..self.random.below(4)).map(|_| self.element()).collect();
                let mut parts = vec![W("{")];
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        parts.push(W(","));
                    }
                    parts.push(P(element));
                }
                parts.push(W("}"));
                row("set", &parts)
            }
        }
    }

    fn argument(&mut self, field: &str) -> Piece {
        let name = self.random.pick(ARGUMENTS);
        piece(&[name, ".", field], format!("(arg {name} {field})"))
    }

    fn metadata(&mut self) -> Piece {
        let field = self.random.pick(FIELDS);
        match self.random.below(8) {
            0 => piece(&["@", field], format!("(context {field})")),
            1 => piece(&["@result", ".", field], format!("(result {field})")),
            2 => piece(&["@session", ".", field], format!("(session {field})")),
            3 => piece(&["@args", ".", field], format!("(args union {field})")),
            4 => {
                let word = self.random.pick(&["union", "intersect"]);
                piece(&["@args", ".", field, ".", word], format!("(args {word} {field})"))
            }
            5 => {
                let word = self.random.pick(&["union", "intersect"]);
                piece(&[word, "of", field, "from", "args"], format!("(args {word} {field})"))
            }
            _ => self.argument(field),
        }
    }

    // --- elements ---

    fn quoted(&mut self, kind: &str, texts: &[&str]) -> Piece {
        let text = self.random.pick(texts);
        let prefix = if kind == "s" { "" } else { kind };
        piece(&[&format!("{prefix}\"{text}\"")], format!("({kind} {})", serde_json::Value::from(text)))
    }

    fn number(&mut self) -> Piece {
        let number = self.random.pick(NUMBERS);
        piece(&[number], format!("(n {number})"))
    }

    fn element(&mut self) -> Piece {
        match self.random.below(6) {
            0 | 1 => self.quoted("s", STRINGS),
            2 => self.quoted("r", REGEXES),
            3 => self.quoted("w", STRINGS),
            4 => self.number(),
            _ => self.domain(),
        }
    }

    fn domain(&mut self) -> Piece {
        match self.random.below(6) {
            0 => {
                let value = self.random.pick(&["true", "false"]);
                piece(&["bool", value], format!("(bool {value})"))
            }
            1 | 2 => {
                let (word, range) = (self.random.pick(&["int", "float"]), self.range(Writer::number));
                row(word, &[W(word), P(&range)])
            }
            3 => {
                let date = match self.random.below(4) {
                    0 => {
                        let number = self.number();
                        row("exact", &[P(&number)])
                    }
                    1 => {
                        // A plain string is a date here.
                        let text = self.random.pick(DATES);
                        let tree = format!("(exact (d {}))", serde_json::Value::from(text));
                        piece(&[&format!("\"{text}\"")], tree)
                    }
                    _ => self.range(|writer| writer.quoted("d", DATES)),
                };
                row("datetime", &[W("datetime"), P(&date)])
            }
            _ => {
                let (words, pattern): (&[&str], _) = match self.random.below(3) {
                    0 => (&["str"], self.quoted("s", STRINGS)),
                    1 => (&["str", "matching"], self.quoted("r", REGEXES)),
                    _ => (&["str", "like"], self.quoted("w", STRINGS)),
                };
                let mut parts: Vec<_> = words.iter().map(|word| W(word)).collect();
                parts.push(P(&pattern));
                let length = if self.random.percent(40) {
                    parts.push(W("length"));
                    self.range(Writer::number)
                } else {
                    piece(&[], "-".to_owned())
                };
                parts.push(P(&length));
                row("str", &parts)
            }
        }
    }

    fn range(&mut self, mut bound: impl FnMut(&mut Self) -> Piece) -> Piece {
        let (first, second, nothing) = (bound(self), bound(self), piece(&[], "-".to_owned()));
        let (lower, upper, operator) = match self.random.below(9) {
            0..3 => return row("exact", &[P(&first)]),
            3 => (row("from", &[P(&first)]), row("to", &[P(&second)]), ".."),
            4 => (row("above", &[P(&first)]), row("to", &[P(&second)]), "<.."),
            5 => (row("from", &[P(&first)]), row("below", &[P(&second)]), "..<"),
            6 => (row("above", &[P(&first)]), row("below", &[P(&second)]), "<..<"),
            7 => (row(self.random.pick(&["from", "above"]), &[P(&first)]), nothing, ".."),
            _ => (nothing, row(self.random.pick(&["to", "below"]), &[P(&second)]), ".."),
        };
        let operator = match (&*lower.tree, &*upper.tree) {
            (lower, "-") if lower.starts_with("(above") => "<..",
            ("-", upper) if upper.starts_with("(below") => "..<",
            _ => operator,
        };
        row("between", &[P(&lower), W(operator), P(&upper)])
    }
}
