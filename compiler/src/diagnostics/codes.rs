//! The table of diagnostic codes: each code, its severity, title, spec rules and explanation stand here and nowhere else.
//!
//! `docs/diagnostics.md` is generated from it (`BLESS=1 cargo test -p sqrt-compiler` rewrites the file). A code is never
//! reused for something else; the first digit pair after the letter is its group. To add one: add a row to its group
//! (the next free number), a builder in the file of its stage, and a test with an example.

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The policy is usable, but perhaps not what its author means.
    Warning,
    /// The policy is not usable.
    Error,
}

impl Severity {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($(
        $group:ident $group_title:literal {
            $( $name:ident $code:literal [$($rule:literal),* $(,)?] $title:literal $explanation:literal )*
        }
    )*) => {
        /// The stable code of a diagnostic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(
                #[doc = concat!($code, ": ", $title)]
                $name,
            )*)*
        }

        /// What codes are about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Group {
            $( #[doc = $group_title] $group, )*
        }

        impl Group {
            /// The heading of the group.
            pub fn title(self) -> &'static str {
                match self { $(Self::$group => $group_title,)* }
            }
        }

        impl Code {
            /// All codes in the order of the table.
            pub const ALL: &'static [Code] = &[$($(Code::$name,)*)*];

            /// The code as users see it: `E0101`.
            pub fn as_str(self) -> &'static str {
                match self { $($(Self::$name => $code,)*)* }
            }

            /// A short description that does not depend on the place.
            pub fn title(self) -> &'static str {
                match self { $($(Self::$name => $title,)*)* }
            }

            /// Why it is reported and what to do.
            pub fn explanation(self) -> &'static str {
                match self { $($(Self::$name => $explanation,)*)* }
            }

            /// The rules of the language definition that it rests on.
            pub fn rules(self) -> &'static [&'static str] {
                match self { $($(Self::$name => &[$($rule),*],)*)* }
            }

            /// What it is about.
            pub fn group(self) -> Group {
                match self { $($(Self::$name => Group::$group,)*)* }
            }
        }
    };
}

impl Code {
    /// Error or warning: the letter of the code says it.
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('E') { Severity::Error } else { Severity::Warning }
    }
}

codes! {
    Text "Text and tokens" {
        InvalidUtf8 "E0101" ["S1.1"]
            "the text is not UTF-8"
            "A policy is UTF-8 text. The message names the first byte that is not. Save the file as UTF-8."
        UnknownCharacter "E0102" ["S1.3"]
            "a character that no part of a policy begins with"
            "Outside of strings and comments a policy is made of ASCII words, numbers, strings and punctuation. Typographic quotes and
            other look-alikes of ASCII characters are a frequent cause; so are operators of other languages, such as `&&` or `!=`."
        OpenString "E0103" ["S1.3", "S1.5"]
            "a string without its closing quote"
            "A string ends at the next `\"` that no backslash stands before. It may span lines, so a forgotten quote is noticed late:
            look at the place where the string begins. A backslash cannot stand right before a line end."
        OpenComment "E0104" ["S1.2"]
            "a comment without its `*/`"
            "`/* … */` comments do not nest: the first `*/` ends the comment. Close the comment where it should end."
        LoneCarriageReturn "E0105" ["S1.3"]
            "a carriage return that ends no line"
            "A carriage return without a line feed looks like a line end in some editors but ends no line here, so a comment could hide the
            rule after it. Use LF or CRLF line ends; in a string write `\\r`."
        BidiControl "E0106" ["S1.3"]
            "a bidirectional control character"
            "These invisible characters change the order in which text is shown, so that a reader sees another policy than the engine.
            They are refused everywhere, in strings and comments too. In a string write `\\u{…}`."
        BadNumber "E0107" ["S1.3"]
            "a number that is not written as the language writes numbers"
            "Numbers are ASCII digits with an optional `-` and fraction: `5`, `-5`, `1.5`; `inf`, `-inf` and `+inf` are numbers too. There is no
            exponent, no `+`, no separator, and digits stand on both sides of the point."
        GluedWords "E0108" ["S1.3"]
            "a word and what follows it need a space between them"
            "Words are read as far as letters, digits and `_` go: `int5` is one word, not `int 5`. Put a space between."
        InfinityOperator "E0109" ["S1.3"]
            "`-inf` and `+inf` are one word"
            "`a -inf` is a name followed by a number. Put a space after the minus (`a - inf`) if you mean the difference from a set named `inf`."
    }
    Grammar "Grammar" {
        ExpectedDeclaration "E0201" ["S1.3"]
            "something else where a declaration should begin"
            "At the top of a policy stand `let NAME = …;`, `tool \"…\" { … }` and `tool \"…\" -> @… ;`, and nothing else."
        Unexpected "E0202" ["S1.3"]
            "something else than the grammar asks for"
            "The message says what could stand at this place."
        MissingSemicolon "E0203" ["S1.3"]
            "a missing `;`"
            "Every `let`, rule, priority, update and shorthand ends with `;`. Blocks (`{ … }`) do not."
        UnclosedDelimiter "E0204" ["S1.3"]
            "a `{`, `(` or `[` without its partner"
            "The file or the surrounding block ends before the delimiter is closed; both places are named."
        ExpectedCondition "E0205" ["S1.3", "S4", "S5"]
            "no condition where one should stand"
            "A condition compares a value (`x.value in {…}`, `x.value == \"…\"`) or a metadata set (`x.tags overlaps {…}`, `subset of`, `superset of`,
            `==`, `is empty`, `is universal`), or is the name of a `let`, combined with `and`, `or`, `not` and parentheses."
        ExpectedSet "E0206" ["S1.3", "S5.1"]
            "no set expression where one should stand"
            "A set is written `{…}`, as a metadata set (`x.tags`, `@session.tags`, `@args.tags`) or as the name of a `let`, combined with `|`, `&`, `-`, `^`
            (or `union`, `intersect`, `minus`, `xor`), `with` and `without`."
        ExpectedElement "E0207" ["S1.3", "S4.2"]
            "no element where one should stand"
            "Elements of a set are strings, patterns (`r\"…\"`, `w\"…\"`), numbers and type domains (`int 1..5`, `str like w\"…\"`, `bool true`,
            `datetime d\"…\"`)."
        BadLeftSide "E0208" ["S1.3", "S4.1", "S5.2"]
            "a comparison with a left side that it cannot have"
            "To the left of `overlaps`, `subset of`, `superset of`, `is` and `==` stands one metadata set, not a name, a literal or an expression;
            to the left of `in` stands one value (`x.value`) or literal."
        MixedKinds "E0209" ["S1.3", "S3.1"]
            "a set or domain where a condition should stand, or the other way round"
            "Conditions are combined with `and`, `or` and `not`; sets with `|`, `&`, `-`, `^`, `with` and `without`. A name alone can be either."
        MisplacedDoc "E0210" ["S1.2"]
            "a doc comment where no description belongs"
            "`///` comments describe a declaration, a member of a tool block, or a statement of a result or session block, and stand right before
            it. Anywhere else write `//`."
        BadTarget "E0211" ["S1.3", "S3.6", "S7.4"]
            "an update of something that is no metadata set"
            "Updates change `@tags`, `@producers` or `@consumers` (also written `@result.tags`, `@session.tags` in the block concerned)."
        UnknownField "E0212" ["S1.3", "S2.2"]
            "a field that does not exist"
            "Arguments, the result and the session have `tags`, `producers`, `consumers` and `value`. `@args` has `tags`, `producers` and
            `consumers`, each with an optional `.union` or `.intersect`."
        ForeignSyntax "E0213" ["S1.3"]
            "an operator or form of another language"
            "The message names what SQRT writes instead: `and` for `&&`, `not … in` for `not in`, and so on."
        BadToolId "E0214" ["S1.3"]
            "a tool id that is no string"
            "A tool is named by a string (`tool \"send_email\"`) or, for many at once, by a regex (`tool r\"send_.*\"`)."
    }
    Limits "Limits" {
        SourceTooLong "E0701" ["S1.3"]
            "a source text beyond the limit"
            "See the table of limits. Split the policy into several files."
        NestingTooDeep "E0702" ["S1.3"]
            "nesting beyond the limit"
            "Parentheses and `not` count. Name parts of the condition with `let`, and drop parentheses that change nothing: chains of one operator do
            not nest."
        TooManyDiagnostics "E0703" []
            "more problems than are reported"
            "Only the first problems of a file are listed, see the table of limits. Mend these and check again."
        TooManySteps "E0704" ["S1.3"]
            "more parser steps than the limit"
            "See the table of limits. No text within the limit of bytes comes near it."
    }
}
