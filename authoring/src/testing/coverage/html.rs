//! Coverage as a page that stands by itself: a table of the files, and their texts in colours.
//!
//! Nothing is loaded from elsewhere and there is no script. What a colour says, a mark says, too: `✗` before what no test has
//! shown, `◐` before what was shown in part.
//!
//! Invariant: everything of others passes through [`escape`].

use std::fmt::Write;

use sqrt_vm::visible::push_visible;

use super::text::missing;
use super::{Coverage, FileCoverage, Kind, Point, Tallies, Tally};

/// The page.
pub fn html(coverage: &Coverage) -> String {
    let mut out = String::from(HEAD);
    // Writing to a string cannot fail.
    let _ = write(&mut out, coverage);
    out.push_str("</body>\n</html>\n");
    out
}

fn write(out: &mut String, coverage: &Coverage) -> std::fmt::Result {
    let files = coverage.files();
    out.push_str("<h1>Coverage of policies</h1>\n<table>\n<thead><tr><th scope=\"col\">file</th><th scope=\"col\">rules that fired</th>\
        <th scope=\"col\">updates that ran</th><th scope=\"col\">sides of conditions</th><th scope=\"col\">all</th></tr></thead>\n<tbody>\n");
    for (number, file) in &files {
        let name = format!("<a href=\"#file-{number}\">{}</a>", escape(&file.name));
        row(out, &name, coverage.of_file(*number))?;
    }
    out.push_str("</tbody>\n");
    if files.len() > 1 {
        out.push_str("<tfoot>\n");
        row(out, "all", coverage.of_all())?;
        out.push_str("</tfoot>\n");
    }
    out.push_str("</table>\n");
    out.push_str(LEGEND);
    files.iter().try_for_each(|(number, file)| section(out, *number, file, &coverage.points(*number)))
}

fn row(out: &mut String, name: &str, tallies: Tallies) -> std::fmt::Result {
    let Tallies { rules, updates, sides } = tallies;
    let cell = |tally: Tally| match tally.all {
        0 => "<td class=\"none\">–</td>".to_owned(),
        all => format!("<td class=\"{}\">{} of {all}</td>", grade(tally), tally.covered),
    };
    let all = tallies.all();
    let (rules, updates, sides, percent) = (cell(rules), cell(updates), cell(sides), all.percent());
    writeln!(
        out,
        "<tr><th scope=\"row\">{name}</th>{rules}{updates}{sides}<td class=\"{}\">{percent:.1} % \
         <progress max=\"100\" value=\"{percent:.1}\"></progress></td></tr>",
        grade(all)
    )
}

fn grade(tally: Tally) -> &'static str {
    match tally.covered {
        covered if covered == tally.all => "full",
        0 => "miss",
        _ => "part",
    }
}

/// A file: what is missing, and its text, line by line.
fn section(out: &mut String, number: usize, file: &FileCoverage, points: &[&Point]) -> std::fmt::Result {
    writeln!(out, "<section id=\"file-{number}\">\n<h2>{}</h2>", escape(&file.name))?;
    let missed: Vec<_> = points.iter().filter_map(|point| Some((point, missing(point)?))).collect();
    if !missed.is_empty() {
        writeln!(out, "<details><summary>{} not shown by any test</summary>\n<ul>", missed.len())?;
        for (point, what) in missed {
            let (line, label) = (point.line, escape(&point.label));
            writeln!(
                out,
                "<li><a href=\"#file-{number}-line-{line}\">line {line}</a>: {what}: <code>{label}</code></li>"
            )?;
        }
        out.push_str("</ul></details>\n");
    }
    out.push_str("<pre>");
    Painter { out: &mut *out, points, next: 0, open: Vec::new(), number }.paint(&file.text)?;
    out.push_str("</pre>\n</section>\n");
    Ok(())
}

/// Writes a text with a span around each point.
struct Painter<'p> {
    out: &'p mut String,
    /// In the order of the text, what is around others first.
    points: &'p [&'p Point],
    next: usize,
    /// The points that the place is in, the outermost first.
    open: Vec<&'p Point>,
    number: usize,
}

impl Painter<'_> {
    fn paint(&mut self, text: &str) -> std::fmt::Result {
        let mut offset = 0_u32;
        for (line, text) in (1..).zip(text.split_inclusive('\n')) {
            self.begin_line(line)?;
            for (at, c) in text.char_indices() {
                let at = offset.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
                self.end_and_begin(at)?;
                match c {
                    '\n' | '\r' => {}
                    '\u{feff}' if at == 0 => {}
                    '\t' => self.out.push_str("    "),
                    c => push_escaped(self.out, c),
                }
            }
            offset = offset.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
            self.end_at(offset);
            // Spans do not cross the ends of lines.
            self.open.iter().for_each(|_| self.out.push_str("</span>"));
            self.out.push('\n');
        }
        Ok(())
    }

    fn begin_line(&mut self, line: u32) -> std::fmt::Result {
        let number = self.number;
        write!(self.out, "<span class=\"line\" id=\"file-{number}-line-{line}\">{line}</span>")?;
        for at in 0..self.open.len() {
            if let Some(point) = self.open.get(at).copied() {
                self.begin_span(point, false)?;
            }
        }
        Ok(())
    }

    fn end_at(&mut self, at: u32) {
        while self.open.last().is_some_and(|point| point.span.end <= at) {
            self.open.pop();
            self.out.push_str("</span>");
        }
    }

    fn end_and_begin(&mut self, at: u32) -> std::fmt::Result {
        self.end_at(at);
        while let Some(point) = self.points.get(self.next).copied().filter(|point| point.span.start <= at) {
            self.next += 1;
            // What is not wholly inside what it begins in would close what is around it.
            let fits = self.open.last().is_none_or(|around| point.span.end <= around.span.end);
            if fits && point.span.end > at {
                self.begin_span(point, true)?;
                self.open.push(point);
            }
        }
        Ok(())
    }

    fn begin_span(&mut self, point: &Point, first: bool) -> std::fmt::Result {
        let grade = point_grade(point);
        let title = title(point);
        write!(self.out, "<span class=\"{} {grade}\" title=\"{title}\">", class(point.kind))?;
        if first && grade != "full" && point.kind != Kind::Block {
            let mark = if grade == "miss" { '✗' } else { '◐' };
            write!(
                self.out,
                "<b class=\"mark\" aria-label=\"{}\">{mark}</b>",
                missing(point).unwrap_or_default()
            )?;
        }
        Ok(())
    }
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Block => "block",
        Kind::Rule => "rule",
        Kind::Update => "update",
        Kind::Condition => "condition",
    }
}

fn point_grade(point: &Point) -> &'static str {
    match (missing(point), point.kind, point.yes, point.no) {
        (None, ..) => "full",
        // It was reached, and one side of it was seen.
        (Some(_), Kind::Condition | Kind::Rule | Kind::Update, yes, no) if yes > 0 || no > 0 => "part",
        (Some(_), ..) => "miss",
    }
}

/// The counts, for who points at it.
fn title(point: &Point) -> String {
    let Point { yes, no, .. } = point;
    let counts = match point.kind {
        Kind::Block => format!("{yes} calls were about it"),
        Kind::Rule => format!("rule: fired {yes}×, did not fire {no}×"),
        Kind::Update => format!("update: ran {yes}×, left out {no}×"),
        Kind::Condition => format!("condition: true {yes}×, false {no}×"),
    };
    match missing(point) {
        Some(what) if point.kind != Kind::Block => format!("{what} ({counts})"),
        _ => counts,
    }
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    text.chars().for_each(|c| push_escaped(&mut out, c));
    out
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => push_visible(out, c),
    }
}

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Coverage of policies</title>
<style>
:root { color-scheme: light dark; --back: #ffffff; --text: #1f2328; --dim: #6a737d; --line: #d0d7de; --full: #d9f2df; --part: #fff0b8; --miss: #ffd7d5; --mark: #a40e26; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --dim: #8b949e; --line: #30363d; --full: #12351d; --part: #4a3c05; --miss: #5c1a1f; --mark: #ff9a93; }
}
body { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; font-family: ui-monospace, monospace; margin-top: 2.5rem; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .3rem .7rem; text-align: right; } td { white-space: nowrap; }
th[scope=row], thead th:first-child { text-align: left; } tbody th, tfoot th { font-weight: normal; font-family: ui-monospace, monospace; }
a { color: inherit; } progress { width: 6rem; vertical-align: middle; }
pre { border: 1px solid var(--line); border-radius: 6px; font: 13px/1.7 ui-monospace, monospace; overflow-x: auto; padding: .6rem 0; }
pre .line { color: var(--dim); display: inline-block; margin-right: 1rem; text-align: right; user-select: none; width: 3.5rem; }
pre .line:target { background: var(--part); color: inherit; }
.full { background: var(--full); } .part { background: var(--part); } .miss { background: var(--miss); }
pre .block { background: none; } pre .block.miss { background: var(--miss); }
pre .condition, pre .update, pre .rule { border-radius: 3px; } pre .condition:hover, pre .rule:hover, pre .update:hover { outline: 1px solid var(--dim); }
.mark { color: var(--mark); font-weight: normal; margin-right: .2em; user-select: none; }
.none { color: var(--dim); } .legend span { border-radius: 3px; padding: .1rem .4rem; }
@media print { pre { overflow: visible; white-space: pre-wrap; } }
</style>
</head>
<body>
"#;

const LEGEND: &str = "<p class=\"legend\"><span class=\"full\">shown by tests</span> <span class=\"part\"><b class=\"mark\">◐</b>shown in part: \
    one side of a condition only, or a rule or an update that was asked and never had its turn</span> <span class=\"miss\"><b class=\"mark\">✗</b>never \
    reached</span>. Point at something for its counts.</p>\n";
