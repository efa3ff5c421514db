//! From text to a tree, on the events of a YAML parser.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as Marked, Tag};
use sqrt_compiler::syntax::token::Span;
use sqrt_vm::visible::quote;

use super::{Key, Kind, MAX_DEPTH, Node, scalar};
use crate::testing::problem::Problem;

/// The tree of a text, with the problem that ended reading, or with those that did not; a text without a document gives
/// nothing.
pub(crate) fn read(text: &str) -> Result<(Option<Node>, Vec<Problem>), Problem> {
    let mut reader = Reader {
        places: Places::new(text),
        open: Vec::new(),
        root: None,
        documents: 0,
        line: 0,
        problems: Vec::new(),
    };
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            Problem::new(reader.places.at(*error.marker()), format!("this is no YAML: {}", error.info()))
                .help("text with `: `, ` #`, or a mark such as `{`, `[`, `*` or `@` at its start stands in quotes")
        })?;
        reader.event(event, span)?;
    }
    Ok((reader.root, reader.problems))
}

struct Reader<'t> {
    places: Places<'t>,
    /// The lists and mappings that are being read, the outermost first.
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    /// The line of the last scalar.
    line: usize,
    problems: Vec<Problem>,
}

/// A list or a mapping that is being read.
struct Open {
    start: Marker,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    Map { members: Vec<(Key, Node)>, known: HashMap<String, Span>, key: Option<Key> },
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: Marked) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Problem::new(self.places.span(span), "a second document begins here")
                        .help("a test file is one document: put it into a file of its own"));
                }
                Ok(())
            }
            Event::Alias(_) => Err(self.no_anchors(span)),
            Event::Scalar(text, style, anchor, tag) => {
                self.check_properties(anchor, tag.as_deref(), span)?;
                self.scalar(&text, style, span);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_properties(anchor, tag.as_deref(), span)?;
                self.begin(Items::List(Vec::new()), span)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_properties(anchor, tag.as_deref(), span)?;
                self.begin(Items::Map { members: Vec::new(), known: HashMap::new(), key: None }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end(span);
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn no_anchors(&self, span: Marked) -> Problem {
        Problem::new(self.places.span(span), "anchors and aliases are not part of test files")
            .help("give what is used more than once a name in `fixtures`, and write `$name`; text that begins with `*` or `&` stands in quotes")
    }

    fn check_properties(&self, anchor: usize, tag: Option<&Tag>, span: Marked) -> Result<(), Problem> {
        match tag {
            _ if anchor != 0 => Err(self.no_anchors(span)),
            Some(tag) => Err(Problem::new(
                self.places.span(span),
                format!("the tag {} is not part of test files", quote(&tag.to_string())),
            )
            .help("text that begins with `!` stands in quotes")),
            None => Ok(()),
        }
    }

    fn begin(&mut self, items: Items, span: Marked) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::new(
                self.places.span(span),
                format!("this is nested deeper than {MAX_DEPTH} levels"),
            ));
        }
        if let Some(Open { items: Items::Map { key: None, .. }, .. }) = self.open.last() {
            return Err(Problem::new(self.places.span(span), "a list or a mapping cannot be a key")
                .help("text that begins with `{` or `[` stands in quotes"));
        }
        self.open.push(Open { start: span.start, items });
        Ok(())
    }

    fn end(&mut self, end: Marked) {
        let Some(Open { start, items }) = self.open.pop() else { return };
        // Of a block, the end event comes where the next thing begins.
        let block = end.is_empty();
        let kind = match items {
            Items::List(items) => Kind::List(items),
            Items::Map { members, .. } => Kind::Map(members),
        };
        let last = match &kind {
            Kind::List(items) => items.last().map(|node| node.span.end),
            Kind::Map(members) => members.last().map(|(_, node)| node.span.end),
            _ => None,
        };
        let Span { start, end: closed } = self.places.span(Marked::new(start, end.end));
        let end = if block { last.unwrap_or(start) } else { closed };
        self.add(Node { kind, span: Span { start, end: end.max(start) } });
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Marked) {
        let line = span.start.line();
        let span = self.places.span(span);
        let begins_line = std::mem::replace(&mut self.line, line) != line;
        if begins_line && let Some(tab) = self.places.tab_before(span) {
            let problem = Problem::new(tab, "a line is indented by a tab, which YAML does not allow");
            self.problems.push(problem.help("indent by spaces"));
        }
        if let Some(Open { items: Items::Map { key: key @ None, known, .. }, .. }) = self.open.last_mut() {
            // Of a key its text counts, whatever a value would mean.
            if style == ScalarStyle::Plain && matches!(text, "" | "~") {
                self.problems.push(Problem::new(span, "a key is missing here"));
            } else if let Some(first) = known.insert(text.to_owned(), span) {
                let problem = Problem::new(span, format!("the key {} is there twice", quote(text)));
                self.problems.push(problem.also(first, "the first one"));
            }
            *key = Some(Key { text: text.to_owned(), span });
            return;
        }
        let kind = match style {
            ScalarStyle::Plain => scalar::plain(text).unwrap_or_else(|taken_for| {
                let problem = Problem::new(
                    span,
                    format!("{} is text to some readers of YAML and {taken_for} to others", quote(text)),
                );
                self.problems.push(
                    problem.help("put it in quotes if it is text, or write what is meant as JSON does"),
                );
                Kind::Text(text.to_owned())
            }),
            _ => Kind::Text(text.to_owned()),
        };
        self.add(Node { kind, span });
    }

    /// Adds a value to what is being read.
    fn add(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.items) {
            Some(Items::List(items)) => items.push(node),
            Some(Items::Map { members, key, .. }) => {
                if let Some(key) = key.take() {
                    members.push((key, node));
                }
            }
            None => self.root = Some(node),
        }
    }
}

/// From the parser's places, which count characters, to bytes.
struct Places<'t> {
    text: &'t str,
    /// The byte at which each run of [`STRIDE`] characters begins.
    starts: Vec<u32>,
}

const STRIDE: usize = 64;

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Places<'t> {
        // The parser is not given the mark.
        let skipped = if text.starts_with('\u{feff}') { 1 } else { 0 };
        let starts = text.char_indices().skip(skipped).step_by(STRIDE).map(|(at, _)| offset(at)).collect();
        Places { text, starts }
    }

    fn byte(&self, mark: Marker) -> u32 {
        let end = offset(self.text.len());
        let Some(&start) = self.starts.get(mark.index() / STRIDE) else { return end };
        let rest = self.text.get(start as usize..).unwrap_or_default();
        rest.char_indices().nth(mark.index() % STRIDE).map_or(end, |(at, _)| start.saturating_add(offset(at)))
    }

    /// A tab in the white space that begins the line of a place, if nothing but that and marks of lists stand before it.
    fn tab_before(&self, span: Span) -> Option<Span> {
        let before = self.text.get(..span.start as usize)?;
        let blank = before.get(before.rfind('\n').map_or(0, |at| at.saturating_add(1))..)?;
        let tab = blank.find('\t').filter(|_| blank.trim_start_matches([' ', '\t', '-']).is_empty())?;
        let at = offset(before.len().saturating_sub(blank.len()).saturating_add(tab));
        Some(Span { start: at, end: at.saturating_add(1) })
    }

    fn at(&self, mark: Marker) -> Span {
        let at = self.byte(mark);
        Span { start: at, end: at }
    }

    fn span(&self, span: Marked) -> Span {
        let start = self.byte(span.start);
        Span { start, end: self.byte(span.end).max(start) }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
