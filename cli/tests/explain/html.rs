//! Whether a page is what a browser takes it for: tags that are closed in order, quoted attributes, escaped text, nothing from
//! elsewhere and no script.

/// Elements without content.
const VOID: &[&str] = &["meta", "br"];

/// What pages are made of.
const KNOWN: &[&str] = &[
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "section",
    "footer",
    "h1",
    "h2",
    "h3",
    "p",
    "div",
    "span",
    "code",
    "strong",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ul",
    "li",
    "details",
    "summary",
    "br",
];

#[track_caller]
pub(crate) fn assert_well_formed(page: &str) {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").unwrap_or_else(|| panic!("no document type"));
    let mut open: Vec<&str> = Vec::new();
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        if open.last() != Some(&"style") {
            assert_escaped(text);
        }
        let end = rest[at..].find('>').unwrap_or_else(|| panic!("a tag that does not end")) + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(
                open.pop(),
                Some(closed),
                "closed in another order before {:?}",
                &rest[..rest.len().min(80)]
            );
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(KNOWN.contains(&name), "an element `{name}`");
        for attribute in ["src=", "href=", " on", "url("] {
            assert!(!attributes.contains(attribute), "{tag}");
        }
        let bare: String = attributes.split('"').step_by(2).collect();
        assert!(
            attributes.matches('"').count() % 2 == 0
                && bare.chars().all(|c| c.is_ascii_lowercase() || " =-".contains(c)),
            "{tag}"
        );
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} are open at the end");
    assert!(
        !page.contains("http:") && !page.contains("https:") && !page.contains("@import"),
        "something from elsewhere"
    );
}

#[track_caller]
fn assert_escaped(text: &str) {
    let mut rest = text;
    assert!(!text.contains(['>', '\'']), "{text}");
    while let Some(at) = rest.find('&') {
        rest = &rest[at..];
        let known =
            ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].iter().any(|entity| rest.starts_with(entity));
        assert!(known, "{text}");
        rest = &rest[1..];
    }
}
