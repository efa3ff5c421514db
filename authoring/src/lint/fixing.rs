//! Fixes put into texts, until there are none left.
//!
//! Invariants: only fixes that are certain are put in, each whole or not at all; a policy without errors has none afterwards; the
//! rounds are bounded.

use super::finding::{Edit, Finding};
use super::{Options, Report, lint};
use sqrt_compiler::Source;
use std::collections::BTreeMap;
use std::fmt;

/// So many times a policy is looked at again, since one fix may make way for another.
const ROUNDS: usize = 32;

/// A policy with its fixes put in.
#[derive(Debug)]
pub struct Fixed {
    /// The texts of the files, in their order.
    pub texts: Vec<String>,
    /// How many fixes were put in.
    pub count: usize,
    /// What is still found.
    pub report: Report,
}

/// A fix that would have broken the policy: a defect of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenFix {
    /// The rules whose fixes were put in.
    pub rules: Vec<&'static str>,
}

impl fmt::Display for BrokenFix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.rules.join(", ");
        write!(f, "internal error: a fix of {rules} would break the policy, so it stays as it is")
    }
}

impl std::error::Error for BrokenFix {}

/// Looks through the files as one policy, and puts in the fixes that are certain.
///
/// # Errors
/// If the policy had errors afterwards and had none before.
pub fn fix(sources: &[Source<'_>], options: &Options) -> Result<Fixed, BrokenFix> {
    let mut report = lint(sources, options);
    let mut texts: Vec<String> = report.files.iter().map(|file| file.text.clone()).collect();
    let mut count = 0_usize;
    let broken = |report: &Report| report.findings.iter().any(|finding| finding.lint.is_error());
    if broken(&report) {
        return Ok(Fixed { texts, count, report });
    }
    for _ in 0..ROUNDS {
        let certain =
            report.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.certain));
        let chosen = choose(certain);
        if chosen.is_empty() {
            break;
        }
        count = count.saturating_add(chosen.len());
        let edits = chosen.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits);
        let edits: Vec<&Edit> = edits.collect();
        for (text, file) in texts.iter_mut().zip(&report.files) {
            *text = apply(text, edits.iter().copied().filter(|edit| edit.file == file.id));
        }
        let again: Vec<Source<'_>> = sources
            .iter()
            .zip(&texts)
            .map(|(source, text)| Source { name: source.name, bytes: text.as_bytes() })
            .collect();
        let next = lint(&again, options);
        if broken(&next) {
            return Err(BrokenFix { rules: chosen.iter().map(|finding| finding.lint.code()).collect() });
        }
        report = next;
    }
    Ok(Fixed { texts, count, report })
}

/// The findings whose fixes can be put in together: none of their edits touches one of an earlier finding.
fn choose<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<&'f Finding> {
    let mut taken: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    let mut chosen = Vec::new();
    for finding in findings {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let key = |edit: &Edit| (edit.file.0, edit.span.start);
        let is_free = |edit: &Edit| {
            let before = taken.range(..=key(edit)).next_back();
            let after = taken.range(key(edit)..).next();
            before.is_none_or(|(&(file, _), &end)| file != edit.file.0 || end < edit.span.start)
                && after.is_none_or(|(&(file, start), _)| file != edit.file.0 || edit.span.end < start)
        };
        if edits.clone().all(is_free) {
            taken.extend(edits.map(|edit| (key(edit), edit.span.end)));
            chosen.push(finding);
        }
    }
    chosen
}

/// A text with edits that do not overlap put in. A line that only an edit has emptied goes away.
pub fn apply<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0_usize;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let Some(kept) = text.get(at..start) else { continue };
        out.push_str(kept);
        out.push_str(&edit.text);
        at = end;
        if edit.text.is_empty() {
            at = end.saturating_add(emptied_line(&mut out, text.get(end..).unwrap_or_default()));
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Where nothing is left on a line but white space, takes that away; how many bytes of the rest go with it. Where only the end of
/// a line was taken away, the white space before it goes.
fn emptied_line(out: &mut String, rest: &str) -> usize {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r');
    let spaces = rest.len().saturating_sub(rest.trim_start_matches(blank).len());
    let (ends, line_end) = match rest.get(spaces..) {
        Some("") => (true, 0),
        Some(rest) => (rest.starts_with('\n'), 1),
        None => (false, 0),
    };
    if !ends {
        return 0;
    }
    let before = out.trim_end_matches(blank).len();
    let is_whole_line = out.get(..before).is_some_and(|text| text.is_empty() || text.ends_with('\n'));
    out.truncate(before);
    if is_whole_line { spaces.saturating_add(line_end) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqrt_compiler::syntax::token::{FileId, Span};

    fn edited(text: &str, edits: &[(u32, u32, &str)]) -> String {
        let edit = |&(start, end, text): &(u32, u32, &str)| Edit {
            file: FileId(0),
            span: Span { start, end },
            text: text.to_owned(),
        };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        apply(text, edits.iter())
    }

    #[test]
    fn edits_are_put_in_from_the_left() {
        assert_eq!(edited("abcdef", &[(4, 5, "X"), (1, 1, "-"), (2, 3, "")]), "a-bdXf");
        assert_eq!(edited("", &[(0, 0, "a")]), "a");
    }

    #[test]
    fn a_line_that_is_left_empty_goes_away() {
        assert_eq!(edited("a\n  bc;\nd\n", &[(4, 7, "")]), "a\nd\n");
        assert_eq!(edited("a\n  bc; // c\nd\n", &[(4, 7, "")]), "a\n   // c\nd\n");
        assert_eq!(edited("a; // c\nd\n", &[(3, 7, "")]), "a;\nd\n");
        assert_eq!(edited("// c", &[(0, 4, "")]), "");
    }
}
