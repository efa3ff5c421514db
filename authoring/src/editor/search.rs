//! Finding lets and tool blocks by a part of their name, in many files.

use super::document::Document;
use super::symbols::{Symbol, symbols};

/// How well a name fits what is asked for; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Start,
    Part,
    /// Its characters are all there in this order, with others between them.
    Scattered,
}

/// The lets, tool blocks and shorthands whose name has the characters of `query` in their order, whatever their case: the best
/// first, of equals in the order of the files and their text, and at most so many. Each has the number of its file.
pub fn search(documents: &[&Document], query: &str, most: usize) -> Vec<(usize, Symbol)> {
    let query = query.trim().to_lowercase();
    let mut found: Vec<(Fit, usize, Symbol)> = Vec::new();
    for (file, document) in documents.iter().enumerate() {
        let fitting = symbols(document).into_iter().filter_map(|mut symbol| {
            symbol.children.clear();
            Some((fit(&symbol.name, &query)?, file, symbol))
        });
        found.extend(fitting);
    }
    found.sort_by_key(|(fit, ..)| *fit);
    found.into_iter().take(most).map(|(_, file, symbol)| (file, symbol)).collect()
}

fn fit(name: &str, query: &str) -> Option<Fit> {
    let name = name.to_lowercase();
    // A tool's name is its literal, and nobody asks for the quotes.
    let bare = name.strip_prefix('r').filter(|rest| rest.starts_with('"')).unwrap_or(&name);
    let bare = bare.trim_matches('"');
    if bare == query || name == query {
        return Some(Fit::Whole);
    }
    if bare.starts_with(query) || name.starts_with(query) {
        return Some(Fit::Start);
    }
    if name.contains(query) {
        return Some(Fit::Part);
    }
    let mut rest = name.chars();
    query.chars().all(|wanted| rest.any(|c| c == wanted)).then_some(Fit::Scattered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqrt_compiler::limits::Limits;

    #[test]
    fn the_best_comes_first() {
        let text = "let smails = {\"a\"};\nlet mail = {\"a\"};\ntool \"mail_send\" { must deny always; }\ntool r\"m_a_i_l\" -> @tags |= {\"x\"};\n";
        let document = Document::new("a", text, &Limits::default());
        let names = |query: &str, most: usize| -> Vec<String> {
            search(&[&document], query, most).into_iter().map(|(_, symbol)| symbol.name).collect()
        };
        assert_eq!(names("Mail", 9), ["mail", "\"mail_send\"", "smails", "r\"m_a_i_l\" -> result"]);
        assert_eq!(names("mail", 2), ["mail", "\"mail_send\""]);
        assert_eq!(names("\"mail_send\"", 9), ["\"mail_send\""]);
        assert_eq!(names("", 9).len(), 4);
        assert_eq!(names("liam", 9), Vec::<String>::new());
    }
}
