//! The words and operators of the language, each with what it means in a sentence and the rules that it rests on.

/// What a word or an operator means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: &'static str,
    pub(super) meaning: &'static str,
    pub(super) rules: &'static [&'static str],
}

macro_rules! words {
    ($($text:literal [$($rule:literal),*] $meaning:literal)*) => {
        &[$(Word { text: $text, meaning: $meaning, rules: &[$($rule),*] }),*]
    };
}

/// All of them.
pub(super) const WORDS: &[Word] = words! {
    "let" ["S3.1"] "Names a condition or a set, for all files of the policy; the order of lets does not matter."
    "tool" ["S4.3"] "A block about the tool of this name or, with a regex, about all tools whose whole name it matches. All blocks about a tool count."
    "must" ["S6.2", "S6.3", "S6.4"] "A binding rule: no `should` rule and no priority overrides it, and a `must deny` beats every allow."
    "hard" ["S6.10"] "The same as `must`."
    "should" ["S6.6"] "A rule that gives way to `must` rules and to `should` rules of a higher priority; in one block the first that fires speaks."
    "soft" ["S6.10"] "The same as `should`."
    "allow" ["S6.3", "S6.7"] "The rule allows the call if it fires. A tool with an allow rule is an allow list: what no rule decides is denied."
    "deny" ["S6.2", "S6.6"] "The rule denies the call if it fires."
    "when" ["S4.4", "S7.1"] "The rule fires, or the updates are made, if this condition holds."
    "always" ["S6.6"] "The rule fires for every call of the tool."
    "priority" ["S6.10", "S7.1"] "The priority of the block, 0 without it. It orders the `should` rules of different blocks, the highest first, and their updates, the highest last."
    "result" ["S3.6", "S7.3"] "Updates the metadata of the result, after a call that was allowed and executed."
    "session" ["S3.6", "S7.3"] "Updates the metadata of the session, before the call is checked (`before`) or after it was executed (`after`)."
    "before" ["S6.1"] "These updates run before the check, and stay if the call is then denied."
    "after" ["S7.3"] "These updates run after a call that was allowed and executed; they see the final metadata of its result."
    "not" ["S4.4"] "Holds if the condition does not. It turns the reading of conditions on values around."
    "and" ["S4.4"] "Holds if both sides hold; it binds tighter than `or`."
    "or" ["S4.4"] "Holds if either side holds; it binds looser than `and`."
    "in" ["S4.1", "S4.7"] "Whether a value is in a set; lists and objects are judged by their leaves."
    "overlaps" ["S5.2"] "Whether the two sets have an element in common."
    "subset" ["S5.2"] "`A subset of B`: whether every element of A is in B."
    "superset" ["S5.2"] "`A superset of B`: whether every element of B is in A."
    "of" ["S5.2", "S3.4"] "Belongs to the word before it: `subset of`, `superset of`, `union of … from args`."
    "is" ["S5.2"] "`is empty` or `is universal`: whether the set has no element, or all."
    "empty" ["S5.2"] "Whether the set has no element."
    "universal" ["S2.3", "S5.2"] "Whether the set has all elements, as consumers have where nothing restricts them."
    "union" ["S5.1"] "`A union B`, also `A | B`: what is in either. It binds tighter than `&`."
    "intersect" ["S5.1"] "`A intersect B`, also `A & B`: what is in both."
    "minus" ["S5.1"] "`A minus B`, also `A - B`: what is in A and not in B."
    "xor" ["S5.1"] "`A xor B`, also `A ^ B`: what is in exactly one."
    "with" ["S5.1"] "`A with e`: the set with one element more; it binds tightest."
    "without" ["S5.1"] "`A without e`: the set without this element; it binds tightest."
    "from" ["S3.4"] "`union of F from args`: over all arguments of the call."
    "args" ["S3.4"] "All arguments of the call together."
    "int" ["S4.2"] "Whole numbers in a range, however they are written: `5`, `5.0`, `5e0`."
    "float" ["S4.2"] "Numbers in a range."
    "str" ["S4.2"] "A string: this one, or with `matching` a regex, with `like` a wildcard pattern, with `length` a range of lengths."
    "matching" ["S4.3"] "Strings that the regex matches as a whole."
    "like" ["S1.7", "S4.3"] "Strings that the wildcard pattern matches as a whole: `*` is any run of characters, `?` any one."
    "length" ["S4.2"] "Only strings whose number of Unicode scalar values is in this range."
    "bool" ["S4.2", "S2.1"] "A truth value, which is never a number."
    "true" ["S2.1"] "The truth value true."
    "false" ["S2.1"] "The truth value false."
    "datetime" ["S4.2"] "Dates, compared as instants. A value is a date if it is a string in ISO 8601 form, or a number of seconds since the epoch."
    "inf" ["S4.2"] "A bound without limit."
    "|" ["S5.1"] "Union: what is in either set. It binds tighter than `&`."
    "&" ["S5.1"] "Intersection: what is in both sets. It binds looser than `|`."
    "-" ["S5.1"] "Difference: what is in the left set and not in the right one."
    "^" ["S5.1"] "What is in exactly one of the sets; it binds loosest."
    "=" ["S7.2"] "Replaces the set; after the name of a `let`, gives what it stands for."
    "==" ["S4.6", "S5.2"] "Whether two values, or two metadata sets, are equal."
    "|=" ["S7.2"] "Adds these elements: `F |= E` is `F = F | (E)`."
    "&=" ["S7.2"] "Keeps these elements only: `F &= E` is `F = F & (E)`."
    "-=" ["S7.2"] "Takes these elements away: `F -= E` is `F = F - (E)`."
    "^=" ["S7.2"] "`F ^= E` is `F = F ^ (E)`: what is in exactly one of the two."
    "->" ["S7.4"] "A shorthand: a block with one update of the result, or of the session."
    ".." ["S4.2"] "A range with both ends."
    "<.." ["S4.2"] "A range without its lower end."
    "..<" ["S4.2"] "A range without its upper end."
    "<..<" ["S4.2"] "A range without its ends."
};

/// The entry of a word or an operator.
pub(super) fn word(text: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.text == text)
}

/// Whether a text is a word of the language that stands for itself wherever no name may stand.
pub(super) fn is_keyword(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && word(text).is_some()
}
