//! What the text between the quotes of a literal stands for (S1.5, S1.6).

/// Decodes `"…"` and `d"…"` (S1.5). A malformed `\u{…}` is an error; any other unknown `\c` stays as it is.
pub(super) fn plain(raw: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '\\' {
            text.push(c);
            continue;
        }
        let escaped = rest.chars().next().ok_or("a backslash at the end")?;
        rest = &rest[escaped.len_utf8()..];
        match escaped {
            '"' | '\\' => text.push(escaped),
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '0' => text.push('\0'),
            'u' => {
                let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                let (digits, after) = inside.ok_or("malformed `\\u{…}`")?;
                let number = u32::from_str_radix(digits, 16).map_err(|_| "malformed `\\u{…}`")?;
                text.push(char::from_u32(number).ok_or("malformed `\\u{…}`")?);
                rest = after;
            }
            _ => text.extend(['\\', escaped]),
        }
    }
    Ok(text)
}

/// Decodes `r"…"` into the text of the regex (S1.6).
pub(super) fn regex(raw: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\\"") {
            text.push('"');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\\\\\\\") {
            text.push_str("\\\\");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\\\") {
            match after.chars().next() {
                Some(next) if next.is_alphanumeric() => {
                    return Err(format!("a doubled backslash before `{next}`"));
                }
                Some(_) => text.push('\\'),
                None => text.push_str("\\\\"),
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('\\') {
            let escaped = after.chars().next().ok_or("a backslash at the end")?;
            text.extend(['\\', escaped]);
            rest = &after[escaped.len_utf8()..];
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(text)
}
