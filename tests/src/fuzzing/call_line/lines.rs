//! Random call lines, valid or with something wrong in one place.

use crate::generate::Random;

/// Numbers, those that are none or too large last.
const NUMBERS: &[&str] = &[
    "0",
    "5",
    "5.0",
    "-0",
    "-0.0",
    "5e0",
    "1e5",
    "1E+2",
    "1e-7",
    "0.1",
    "1e308",
    "1e-400",
    "5e-324",
    "2e-324",
    "1.7976931348623157e308",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "9007199254740993.0",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890e-20",
    "2.2250738585072011e-308",
    "1e309",
    "1e400",
    "-1e400",
    "1.7976931348623159e308",
    "00",
    "01",
    "-",
    "+1",
    ".5",
    "5.",
    "1e",
    "0x1",
    "NaN",
    "Infinity",
    "1_000",
];
/// How many of them are fine.
const FINE_NUMBERS: usize = 27;

/// Strings, those that are none last.
const STRINGS: &[&str] = &[
    "",
    "a",
    "b",
    "k",
    "pii",
    "*",
    "é",
    "😀",
    r"\u0041",
    r"\n",
    r"\\",
    r#"\""#,
    r"\/",
    r"\ud83d\ude00",
    r"\ud800",
    r"\ude00\ud83d",
    r"\ud800\u0041",
    r"\ud800\n",
    r"\u12",
    r"\x",
    r"\u0000",
    "\u{0}",
    "\n",
    "\u{7f}",
    "\u{2028}",
    "\u{feff}",
    "tool",
    r"to\u006fl",
];

/// How many of them are fine.
const FINE_STRINGS: usize = 14;

/// What may stand between, what may not last.
const SPACES: &[&str] = &["", "", "", "", " ", "\t", "\r\n", "  ", "\u{a0}", "\u{c}", "/**/"];
/// How many of them are fine.
const FINE_SPACES: usize = 8;

/// A line whose values are often nested as deep as is allowed, or deeper.
pub(super) fn line(random: &mut Random, depth: usize) -> Vec<u8> {
    let (spoiled, wild) = (random.percent(25), random.percent(10));
    let mut line = Maker { random, spoiled, wild, depth }.line().into_bytes();
    match random.below(40) {
        0 => line.splice(0..0, "\u{feff}".bytes()).for_each(drop),
        1 => line.extend_from_slice(random.pick(&["\n", "\r\n", "  ", "x", "{}", ",", "\0", "}"]).as_bytes()),
        2 => line.truncate(random.below(line.len() + 1)),
        3 if !line.is_empty() => {
            let at = random.below(line.len());
            line[at] = random.below(256) as u8;
        }
        _ => {}
    }
    line
}

struct Maker<'r> {
    random: &'r mut Random,
    /// Whether its members are not those that it should have.
    spoiled: bool,
    /// Whether its parts may be wrong anywhere.
    wild: bool,
    depth: usize,
}

impl Maker<'_> {
    fn line(&mut self) -> String {
        if self.random.percent(10) {
            let members =
                vec![("session".to_owned(), self.session()), ("branch".to_owned(), self.metadata())];
            return self.object(members);
        }
        let mut members = vec![("tool".to_owned(), self.string())];
        let names: Vec<String> = (0..self.random.below(4)).map(|_| self.key()).collect();
        if !names.is_empty() {
            let args = names.iter().map(|name| (name.clone(), self.value())).collect();
            members.push(("args".to_owned(), self.object(args)));
        }
        if self.random.percent(40) {
            let described = names.iter().take(2).map(|name| (name.clone(), self.metadata())).collect();
            members.push(("arg_meta".to_owned(), self.object(described)));
        }
        let random = &mut *self.random;
        let asked = random.some(&["session", "session_value", "control_meta", "result"], 30);
        for key in asked {
            let value = match key {
                "session" => self.session(),
                "control_meta" => self.metadata(),
                _ => self.value(),
            };
            members.push((key.to_owned(), value));
            if key == "result" && self.random.percent(50) {
                members.push(("result_meta".to_owned(), self.metadata()));
            }
            if key == "result" && self.random.percent(50) {
                let word = self.random.pick(&["\"merge\"", "\"replace\"", "\"ignore\"", "\"merg\\u0065\""]);
                members.push(("combine_meta".to_owned(), word.to_owned()));
            }
        }
        self.spoil(&mut members);
        self.object(members)
    }

    /// Changes the members in a way that is wrong mostly.
    fn spoil(&mut self, members: &mut Vec<(String, String)>) {
        if !self.spoiled {
            return;
        }
        let at = self.random.below(members.len());
        match self.random.below(8) {
            0 => members.push(members[at].clone()),
            1 => drop(members.remove(at)),
            2 => members[at].1 = self.value(),
            3 => members.push((self.key(), self.value())),
            4 => members.push(("branch".to_owned(), self.metadata())),
            5 => members.push(("result_meta".to_owned(), self.metadata())),
            6 => members.push(("combine_meta".to_owned(), self.value())),
            _ => {}
        }
    }

    fn session(&mut self) -> String {
        if self.random.percent(30) { "null".to_owned() } else { self.string() }
    }

    fn object(&mut self, mut members: Vec<(String, String)>) -> String {
        if self.random.percent(20) {
            members.reverse();
        }
        if !self.spoiled && !self.wild {
            let mut seen = std::collections::HashSet::new();
            members.retain(|(key, _)| seen.insert(key.clone()));
        }
        let members: Vec<String> = members
            .into_iter()
            .map(|(key, value)| format!("{}\"{key}\"{}:{}{value}", self.space(), self.space(), self.space()))
            .collect();
        format!("{{{}{}}}", members.join(","), self.space())
    }

    fn space(&mut self) -> &'static str {
        let most = if self.wild { SPACES.len() } else { FINE_SPACES };
        SPACES[self.random.below(most)]
    }

    fn key(&mut self) -> String {
        let most = if self.wild { STRINGS.len() } else { FINE_STRINGS };
        STRINGS[self.random.below(most)].to_owned()
    }

    fn string(&mut self) -> String {
        format!("\"{}\"", self.key())
    }

    fn value(&mut self) -> String {
        if self.random.percent(8) {
            let levels = self.depth.min(100) - 1 + self.random.below(if self.wild { 4 } else { 2 });
            let (open, close) = [("[", "]"), ("{\"k\":", "}")][self.random.below(2)];
            return format!("{}{}{}", open.repeat(levels), self.number(), close.repeat(levels));
        }
        let depth = self.depth.min(3);
        self.nested(depth)
    }

    fn nested(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 6 } else { 9 }) {
            0 => self.random.pick(&["null", "true", "false"]).to_owned(),
            1 | 2 => self.string(),
            3..6 => self.number(),
            6 | 7 => {
                let items: Vec<String> = (0..self.random.below(4)).map(|_| self.nested(depth - 1)).collect();
                format!("[{}{}]", items.join(","), self.space())
            }
            _ => {
                let members =
                    (0..self.random.below(4)).map(|_| (self.key(), self.nested(depth - 1))).collect();
                self.object(members)
            }
        }
    }

    fn number(&mut self) -> String {
        match self.random.below(4) {
            0 => {
                let digits = [14 + self.random.below(8), 1 + self.random.below(110)][self.random.below(2)];
                let mut text: String = (0..digits)
                    .map(|at| {
                        char::from(
                            b'0' + self.random.below(if at == 0 { 9 } else { 10 }) as u8 + u8::from(at == 0),
                        )
                    })
                    .collect();
                // The first digit is not 0.
                if self.random.percent(50) {
                    text.insert(self.random.below(text.len()) + 1, '.');
                    if text.ends_with('.') {
                        text.push('0');
                    }
                }
                if self.random.percent(50) {
                    text += &format!("e{}{}", self.random.pick(&["", "+", "-"]), self.random.below(330));
                }
                text
            }
            _ => {
                let most = if self.wild { NUMBERS.len() } else { FINE_NUMBERS };
                NUMBERS[self.random.below(most)].to_owned()
            }
        }
    }

    fn metadata(&mut self) -> String {
        let mut members = Vec::new();
        for name in self.random.some(&["tags", "producers", "consumers"], 60) {
            members.push((name.to_owned(), self.set()));
        }
        if self.wild && self.random.percent(10) {
            members.push((self.key(), self.set()));
        }
        self.object(members)
    }

    fn set(&mut self) -> String {
        let tags: Vec<String> = (0..self.random.below(4))
            .map(|_| if self.wild && self.random.percent(10) { self.number() } else { self.string() })
            .collect();
        let list = format!("[{}]", tags.join(","));
        match self.random.below(6) {
            0 | 1 => self.object(vec![("except".to_owned(), list)]),
            2 if self.wild => {
                self.object(vec![("except".to_owned(), list.clone()), ("except".to_owned(), list)])
            }
            3 if self.wild => {
                self.random.pick(&["{}", "null", "\"*\"", "5", "{\"except\": \"*\"}"]).to_owned()
            }
            _ => list,
        }
    }
}
