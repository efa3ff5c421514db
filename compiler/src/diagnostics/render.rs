//! Diagnostics as text for people: the source line, an underline, the way out.
//!
//! Nothing in a source text can upset the terminal or the reader: tabs become spaces, control and bidirectional
//! characters are shown as `\u{…}`, long lines are cut around the place, and a place that spans lines is shown by its
//! first. The time for one diagnostic depends neither on the length of the file nor on that of the line.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use sqrt_vm::visible::{push_visible, visible};

use super::{Diagnostic, Label, Severity, SourceMap};

/// How the text is decorated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// No escape sequences.
    #[default]
    Plain,
    /// ANSI colours.
    Colour,
}

/// How many characters are shown before and after the start of a place in a long line.
const BEFORE: usize = 50;
const AFTER: usize = 90;

/// Lines up to this many bytes are shown whole.
const WHOLE_LINE: usize = 140;

/// Two places of one file are shown in one piece if they are at most this many lines apart.
const TOGETHER: u32 = 8;

/// What is shown of a problem, whoever found it: a [`Diagnostic`] of the compiler, or a finding with a code of another table.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'d> {
    /// How serious it is.
    pub severity: Severity,
    /// The stable code.
    pub code: &'d str,
    /// What is wrong.
    pub message: &'d str,
    /// The way out.
    pub help: Option<&'d str>,
    /// Where it is wrong.
    pub primary: &'d Label,
    /// Other places that matter.
    pub secondary: &'d [Label],
}

impl<'d> From<&'d Diagnostic> for Shown<'d> {
    fn from(diagnostic: &'d Diagnostic) -> Self {
        let Diagnostic { code, message, help, primary, secondary } = diagnostic;
        let (severity, code) = (code.severity(), code.as_str());
        Self { severity, code, message, help: help.as_deref(), primary, secondary }
    }
}

/// One problem as text, with a line feed at the end.
pub fn render<'d>(problem: impl Into<Shown<'d>>, sources: &SourceMap<'_>, style: Style) -> String {
    let problem = problem.into();
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(problem.message)).id(problem.code);
    let mut group = Group::with_title(title);
    let pieces = pieces(problem, sources);
    for (number, piece) in pieces.iter().enumerate() {
        group = piece.add_to(group, number, sources);
    }
    if let Some(help) = problem.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    let mut text = renderer.term_width(2 * WHOLE_LINE).render(&[group]);
    for (number, piece) in pieces.iter().enumerate() {
        text = piece.put_heading(text, number, sources);
    }
    text.push('\n');
    text
}

/// What stands for the path of a piece until its heading is put in: the library would count columns in the excerpt,
/// where tabs, escapes and cuts shift them. Private use characters never come from a source text, see [`visible`].
fn placeholder(number: usize) -> String {
    format!("\u{e000}{number}\u{e000}")
}

/// Labels that are shown under one heading: of one file, on lines close to each other.
struct Piece<'d> {
    labels: Vec<(&'d Label, AnnotationKind)>,
    first_line: u32,
    last_line: u32,
    /// Whether a line is too long to be shown whole; then the piece has one label.
    is_cut: bool,
}

/// The labels of a problem, the primary first, in pieces.
fn pieces<'d>(problem: Shown<'d>, sources: &SourceMap<'_>) -> Vec<Piece<'d>> {
    let mut pieces: Vec<Piece<'d>> = Vec::new();
    let secondary = problem.secondary.iter().map(|label| (label, AnnotationKind::Context));
    for (label, kind) in std::iter::once((problem.primary, AnnotationKind::Primary)).chain(secondary) {
        let line = sources.positions(label).0.line;
        let is_cut = sources.index(label.file).is_none_or(|index| index.line(line).len() > WHOLE_LINE);
        let file = label.file;
        let fits = |piece: &&mut Piece<'d>| {
            !is_cut
                && !piece.is_cut
                && piece.labels.first().is_some_and(|(first, _)| first.file == file)
                && piece.last_line.max(line).saturating_sub(piece.first_line.min(line)) <= TOGETHER
        };
        match pieces.iter_mut().find(fits) {
            Some(piece) => {
                piece.labels.push((label, kind));
                piece.first_line = piece.first_line.min(line);
                piece.last_line = piece.last_line.max(line);
            }
            None => {
                pieces.push(Piece { labels: vec![(label, kind)], first_line: line, last_line: line, is_cut });
            }
        }
    }
    pieces
}

impl Piece<'_> {
    fn add_to<'r>(&self, group: Group<'r>, number: usize, sources: &SourceMap<'_>) -> Group<'r> {
        let Some((first, _)) = self.labels.first() else { return group };
        let Some(index) = sources.index(first.file) else { return group };
        let mut excerpt = Excerpt::default();
        for line in self.first_line..=self.last_line {
            let start = index.line_start(line);
            let marks = self.labels.iter().flat_map(|(label, _)| [label.span.start, label.span.end]);
            let centre =
                if self.is_cut { Some(first.span.start.saturating_sub(start) as usize) } else { None };
            excerpt.push_line(index.line(line), start, centre, marks);
        }
        let annotations = self.labels.iter().map(|(label, kind)| {
            let (start, end) = (excerpt.place(label.span.start), excerpt.place(label.span.end));
            let text = Some(label.text.as_str())
                .filter(|text| !text.is_empty())
                .map(|text| visible(text).into_owned());
            let line_end = excerpt.line_end(start);
            kind.span(start..end.clamp(start, line_end)).label(text)
        });
        let annotations: Vec<_> = annotations.collect();
        let snippet = Snippet::source(excerpt.text).path(placeholder(number));
        group.element(snippet.line_start(self.first_line as usize).annotations(annotations))
    }

    /// Replaces the placeholder, and the line and column that the library has put behind it, by the true heading.
    fn put_heading(&self, text: String, number: usize, sources: &SourceMap<'_>) -> String {
        let Some((before, after)) = text.split_once(&placeholder(number)) else { return text };
        let Some((first, _)) = self.labels.first() else { return text };
        let position = sources.positions(first).0;
        let after = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
        let name = visible(sources.name(first.file));
        format!("{before}{name}:{}:{}{after}", position.line, position.column)
    }
}

/// Source lines made safe, with the places that are marked in them.
#[derive(Default)]
struct Excerpt {
    text: String,
    /// Byte offsets in the source and where they are in `text`.
    places: Vec<(u32, usize)>,
}

impl Excerpt {
    /// Adds a line that starts at byte `start` of the source; only the part around `centre` if that is given.
    fn push_line(
        &mut self,
        line: &str,
        start: u32,
        centre: Option<usize>,
        marks: impl Iterator<Item = u32> + Clone,
    ) {
        let (from, to) = centre.map_or((0, line.len()), |centre| window(line, centre));
        if from > 0 {
            self.text.push('…');
        }
        let shown = line.get(from..to).unwrap_or("");
        for (at, c) in shown.char_indices() {
            let offset = start.saturating_add(u32::try_from(from.saturating_add(at)).unwrap_or(u32::MAX));
            self.mark(offset, marks.clone());
            match c {
                '\t' => self.text.push_str("    "),
                '\u{feff}' if offset == 0 => {} // the byte order mark is no column
                _ => push_visible(&mut self.text, c),
            }
        }
        self.mark(start.saturating_add(u32::try_from(to).unwrap_or(u32::MAX)), marks);
        if to < line.len() {
            self.text.push('…');
        }
        self.text.push('\n');
    }

    fn mark(&mut self, offset: u32, mut marks: impl Iterator<Item = u32>) {
        if marks.any(|mark| mark == offset) {
            self.places.push((offset, self.text.len()));
        }
    }

    /// Where a byte of the source is in the text; the end if it is not shown.
    fn place(&self, offset: u32) -> usize {
        let found = self.places.iter().find(|(source, _)| *source == offset);
        found.map_or(self.text.len().saturating_sub(1), |&(_, place)| place)
    }

    fn line_end(&self, place: usize) -> usize {
        let rest = self.text.get(place..).unwrap_or("");
        place.saturating_add(rest.find('\n').unwrap_or(rest.len()))
    }
}

/// The part of a long line around a place, as byte offsets at character boundaries.
fn window(line: &str, centre: usize) -> (usize, usize) {
    let centre = (0..=centre.min(line.len())).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
    let before = line.get(..centre).unwrap_or("").char_indices().rev().take(BEFORE).last();
    let from = before.map_or(centre, |(at, _)| at);
    let after = line.get(centre..).unwrap_or("").char_indices().nth(AFTER);
    (from, after.map_or(line.len(), |(at, _)| centre.saturating_add(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;
    use crate::syntax::token::{FileId, Span};

    const FILE: FileId = FileId(3);

    /// Renders one diagnostic about the text between `«` and `»`, with a second place between `‹` and `›`.
    fn check(marked: &str, expected: &str) {
        let (text, primary, secondary) = unmark(marked);
        let mut diagnostic = Diagnostic::new(Code::Unexpected, FILE, primary, "it is wrong").help("mend it");
        if let Some(span) = secondary {
            diagnostic = diagnostic.also(FILE, span, "see here");
        }
        let mut sources = SourceMap::new();
        sources.add(FILE, "dir/a.sqrt", &text);
        assert_eq!(render(&diagnostic, &sources, Style::Plain), expected.trim_start());
    }

    fn unmark(marked: &str) -> (String, Span, Option<Span>) {
        let mut text = String::new();
        let mut places = [None; 4];
        for c in marked.chars() {
            match "«»‹›".chars().position(|mark| mark == c) {
                Some(mark) => places[mark] = Some(u32::try_from(text.len()).unwrap()),
                None => text.push(c),
            }
        }
        let span = |from: usize| Some(Span { start: places[from]?, end: places[from + 1]? });
        (text, span(0).unwrap(), span(2))
    }

    #[test]
    fn one_place() {
        check(
            "let a = b;\nlet c = «d»;\n",
            "
error[E0202]: it is wrong
 --> dir/a.sqrt:2:9
  |
2 | let c = d;
  |         ^
  |
  = help: mend it
",
        );
    }

    #[test]
    fn two_places_near_and_far() {
        check(
            "‹let› a = b;\n\nlet c = «d»;\n",
            "
error[E0202]: it is wrong
 --> dir/a.sqrt:3:9
  |
1 | let a = b;
  | --- see here
2 |
3 | let c = d;
  |         ^
  |
  = help: mend it
",
        );
        check(
            &format!("‹let› a = b;\n{}let c = «d»;\n", "\n".repeat(20)),
            "
error[E0202]: it is wrong
  --> dir/a.sqrt:22:9
   |
22 | let c = d;
   |         ^
   |
  ::: dir/a.sqrt:1:1
   |
 1 | let a = b;
   | --- see here
   |
   = help: mend it
",
        );
    }

    #[test]
    fn what_is_hidden_is_shown_and_columns_are_those_of_the_source() {
        check(
            "\u{feff}\tlet «a\u{202e}»\u{1b}[31m = b;\r\n",
            r"
error[E0202]: it is wrong
 --> dir/a.sqrt:1:6
  |
1 |     let a\u{202e}\u{1b}[31m = b;
  |         ^^^^^^^^^
  |
  = help: mend it
",
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{}«here»{}", "x".repeat(5_000), "y".repeat(5_000));
        let shown = format!("1 | …{}here{}…\n", "x".repeat(50), "y".repeat(86));
        let underline = format!("  | {}^^^^\n", " ".repeat(51));
        let heading = "error[E0202]: it is wrong\n --> dir/a.sqrt:1:5001\n  |\n";
        check(&text, &format!("{heading}{shown}{underline}  |\n  = help: mend it\n"));
    }

    #[test]
    fn a_place_at_the_end_and_one_over_several_lines() {
        check(
            "let a = b«»",
            "
error[E0202]: it is wrong
 --> dir/a.sqrt:1:10
  |
1 | let a = b
  |          ^
  |
  = help: mend it
",
        );
        check(
            "let «a = b;\nlet» c = d;",
            "
error[E0202]: it is wrong
 --> dir/a.sqrt:1:5
  |
1 | let a = b;
  |     ^^^^^^
  |
  = help: mend it
",
        );
    }

    #[test]
    fn colours_are_escape_sequences_and_plain_text_has_none() {
        let diagnostic = Diagnostic::new(Code::Unexpected, FILE, Span { start: 0, end: 1 }, "it is wrong");
        let mut sources = SourceMap::new();
        sources.add(FILE, "a\u{1b}[31m", "\u{1b}[31mx\u{9b}");
        assert!(render(&diagnostic, &sources, Style::Colour).contains('\u{1b}'));
        let plain = render(&diagnostic, &sources, Style::Plain);
        assert!(!plain.chars().any(|c| c.is_control() && c != '\n'), "{plain:?}");
    }
}
