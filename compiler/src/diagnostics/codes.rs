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
        InvisibleCharacter "W0101" []
            "a character that does not show"
            "Strings are compared byte by byte, so one with a zero-width character looks like another one and is not. In comments only controls and
            characters that look like a line end and are none are told: what seems to be a rule after one is still the comment. Remove
            the character, or write it as an escape, which shows."
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
            `consumers`, each with an optional `.union` or `.intersect`. What is inside of a value has no name: `x.value` is the whole of it, and
            a condition judges all its leaves."
        ForeignSyntax "E0213" ["S1.3"]
            "an operator or form of another language"
            "The message names what SQRT writes instead: `and` for `&&`, `not … in` for `not in`, and so on."
        BadToolId "E0214" ["S1.3"]
            "a tool id that is no string"
            "A tool is named by a string (`tool \"send_email\"`) or, for many at once, by a regex (`tool r\"send_.*\"`)."
        TrailingDoc "W0201" ["S1.2"]
            "a doc comment at the end of a line"
            "`///` describes what follows. Behind a rule it would be taken for the description of the next one, in answers too. Move it to a line
            before the rule, or write `//`."
    }
    Names "Names and places" {
        DuplicateLet "E0301" ["S3.1"]
            "two lets of one name"
            "The lets of all files of a policy share one set of names. Rename or remove one of the two."
        UndefinedName "E0302" ["S3.1"]
            "a name that no let declares"
            "A name alone stands for a `let`, in any file of the policy and in any order. An argument is mentioned by what is asked about it:
            `x.value`, `x.tags`, `x.producers`, `x.consumers`."
        LetCycle "E0303" ["S3.1"]
            "lets that are defined by themselves"
            "Following the names from one let to the next leads back to it, so none of them has a meaning. The message names the round."
        WrongKind "E0304" ["S3.1"]
            "a condition where a set belongs, or the other way round"
            "A let is a condition or a set, by what stands to the right of its `=`; type domains are sets of one element. Conditions are combined with `and`,
            `or`, `not`; sets stand to the right of `in`, `overlaps` and so on."
        ContextFieldInRule "E0305" ["S3.3"]
            "`@tags`, `@producers` or `@consumers` in a check rule"
            "These mean the result's metadata in a result block and the session's in a session block. A check rule belongs to neither: write
            `@args.tags` (of all arguments), `x.tags` (of one), `@session.tags`, or `@result.tags` (what the result would inherit)."
        ResultValueInRule "E0306" ["S3.5"]
            "`@result.value` in a check rule"
            "Check rules are asked before the tool runs, so there is no result yet. Its metadata is known as far as it comes from the arguments
            (`@result.tags`); its value can be tested in a result block or in `session after`."
        ResultBeforeCall "E0307" ["S3.5"]
            "the result in `session before`"
            "`session before` runs before the tool, so there is no result. Move the statement to `session after`, or use `@args.tags`."
        LetNamedLikeArgument "W0301" ["S3.7"]
            "an argument of the same name as a let"
            "`x.tags` and `x.value` are always about the argument `x`, also where there is a `let x`. Rename the let if the argument is meant,
            and write the let alone (without `.tags`) if that is meant."
        PlaceWithoutAt "W0302" ["S1.4", "S2.2"]
            "an argument called `session`, `result` or `args`"
            "`session.tags` is the metadata of an argument called `session`; that of the session is `@session.tags`. So it is with `result` and
            `args`. If the tool has no such argument, a deny rule about it never fires. If it has, the warning can be ignored."
    }
    Values "Literals and values" {
        BadUnicodeEscape "E0401" ["S1.5"]
            "a malformed `\\u{…}`"
            "Between the braces stand one to six hexadecimal digits of a Unicode scalar value: `\\u{e9}`, `\\u{1f600}`."
        AmbiguousBackslash "E0402" ["S1.6"]
            "a doubled backslash before a letter or digit in a regex"
            "In a regex string `\\d` is a class and four backslashes are one literal backslash. A doubled backslash before a letter or digit
            could mean either, so one of the two has to be written."
        BadPattern "E0403" ["S4.3"]
            "a pattern that is not supported"
            "Regexes have the syntax of the Rust regex crates: no look-around and no back-references, so that matching takes linear time.
            A pattern has to match the whole string; `^` and `$` are not needed."
        NumberTooLarge "E0404" ["S2.1"]
            "a number beyond the 64-bit floats"
            "Integers from -2^63 to 2^64-1 are exact, other numbers are 64-bit floats. Use `inf` for a bound without limit, or leave the bound out."
        BadDate "E0405" ["S4.2"]
            "a date that cannot be read"
            "Dates are `YYYY-MM-DD` or `YYYYMMDD`, optionally with a time (`T12:30`, `T12:30:00.5`) and an offset (`Z`, `+02:00`)."
        InfiniteDate "E0406" ["S4.2"]
            "`inf` as a date"
            "A date is an instant. Leave out a bound of the range instead: `datetime d\"2025-01-01\"..`."
        UnknownEscape "W0401" ["S1.5", "S1.7"]
            "a backslash that escapes nothing"
            "The backslash and the character after it both stay. Write `\\\\` if a backslash is meant."
        DoubledBackslash "W0402" ["S1.6"]
            "a doubled backslash in a regex"
            "Backslashes need not be doubled in a regex string: `r\"a\\.b\"`. A doubled backslash before a character that is neither letter nor digit is read
            as one; four are the pattern for one literal backslash."
        ImpossibleRange "W0403" ["S4.2"]
            "a range that nothing is in"
            "The lower bound is above the upper one, an exclusive bound leaves nothing, or no whole number lies between."
        ConstantCondition "W0404" ["S4.7"]
            "a condition between literals"
            "It is always true or always false. A literal is compared with a value of the call: `x.value`."
        DateDenyDodged "W0405" ["S4.2"]
            "a deny that depends on a date"
            "What is no date is in no `datetime` range, so a caller avoids such a deny with a text that is no date. Deny also what is no date, or write an
            allow rule for the dates that are fine."
        StarInString "W0406" ["S4.2"]
            "a `*` in a plain string of a set"
            "A plain string is compared character by character: `{\"*@corp.com\"}` has one element, which is no address. Write `w\"*@corp.com\"` for
            a wildcard or `r\".*@corp\\.com\"` for a regex, and `str \"a*\"` if that very string is meant."
        SimulatedPattern "W0407" ["S4.3"]
            "a pattern that is slow to test"
            "Patterns become tables, so that a test looks at each byte of a text once. Where a table would be larger than the limits allow, or cannot
            tell (a word boundary `\\b` or `\\B` of Unicode), the pattern is simulated step by step: the answers are the same, but each takes longer, the longer the
            pattern. Long counted repetitions of classes, as in `.*1[01]{22}` or `\\w{200}`, are the usual cause."
    }
    Sets "Sets and metadata" {
        NotMetadata "E0501" ["S5.3", "S4.7"]
            "what no metadata set can have"
            "Tags, producers and consumers are strings. Numbers, bools and dates belong into sets that values are tested against (`x.value in {…}`)."
        StarStringInMetadata "E0502" ["S4.2", "S2.3"]
            "`str \"*\"` in a metadata set"
            "In metadata `\"*\"` is the universal set, so there is no plain string of that name. Write `\"*\"` for the universal set."
        PatternStored "E0503" ["S5.3"]
            "an update that would store a pattern"
            "Metadata sets hold strings; a pattern can be tested against, taken away (`-=`, `without`) or kept (`&=`), never stored."
        PatternCompared "E0504" ["S5.3"]
            "`==` or `superset of` against a pattern"
            "A pattern stands for all strings that it matches, which no metadata set holds one by one. Test with `overlaps` or `subset of`."
        MixedOperators "W0501" ["S5.1"]
            "`|` and `&` mixed without parentheses"
            "Unlike in most languages `|` binds tighter than `&`: `a & b | c` is `a & (b | c)`. Parentheses say what is meant."
        PatternOnConsumers "W0502" ["S5.4"]
            "a pattern in an update of consumers"
            "Consumers are universal unless something restricts them. What is left of a universal set by a pattern is no finite set, so the consumers
            become empty. List the consumers, or restrict them to a list first."
        WildcardForUniversal "W0503" ["S5.4", "S2.3"]
            "`w\"*\"` where `\"*\"` is meant"
            "`\"*\"` is the universal set. `w\"*\"` is a pattern, which cannot be stored or compared, and takes the safe side against the complement of a set."
    }
    Blocks "Tool blocks" {
        WrongTarget "E0601" ["S3.6"]
            "an update of something that the block cannot update"
            "A result block updates the result (`@tags`, `@result.tags`), a session block the session (`@tags`, `@session.tags`). Metadata of arguments
            comes with the call and is not updated."
        DuplicatePriority "E0602" ["S6.10"]
            "two priorities in one block"
            "A block has one priority. Remove one, or split the block in two."
        PriorityTooLarge "E0603" ["S6.10"]
            "a priority beyond 64 bits"
            "Priorities are integers from -2^63 to 2^63-1."
        GuardedLabelAllows "W0601" ["S4.4"]
            "a label added on suspicion that an allow rule asks for"
            "Adding tags or producers usually restricts, so its `when` is read as in a deny rule: one matching element of a list is enough. Where an allow rule
            asks for the label, one good element then earns the allow for all of them. Test with an allow-like update, or use two labels."
        ConsumersUnion "W0602" ["S2.2", "S5.2"]
            "`@consumers |=`, which restricts nothing"
            "Consumers are universal by default, and a union with the universal set is universal. To restrict the consumers write `@consumers &= {…}` or
            `@consumers = {…}`."
        StarInToolName "W0603" ["S4.3"]
            "a `*` in the name of a tool"
            "A tool id in plain quotes is the whole name of one tool, so `tool \"read_*\"` is not about `read_file`. For many tools write a regex,
            `tool r\"read_.*\"`, for all of them `tool r\".*\"`. A tool that has a `*` in its name is `tool r\"read_\\*\"`."
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
        ProgramTooLarge "E0705" []
            "a program with more entries than its ids can count"
            "A table of the compiled program would have more than four billion entries. Split the policy."
        Internal "E0706" []
            "a defect of the compiler"
            "The compiler made something that breaks its own rules and refused it. The policy is not at fault; please report it."
        TooManyElements "E0707" ["S1.3"]
            "a set literal beyond the limit"
            "One set may have so many elements, see the table of limits. A pattern says in one element what many strings have in common."
        TooManyBlocks "E0708" []
            "more tool blocks than the limit"
            "All files of a policy count together, see the table of limits. Blocks that say the same of many tools can be one with a regex as its tool id."
        TooManyClasses "E0709" []
            "more classes in patterns than the limit"
            "Classes such as `\\w` and `[a-z]` are counted in all different patterns of a policy together, see the table of limits: parsing them takes time. Use wildcards, or plain strings."
        TooManyExpressions "E0710" []
            "more conditions and set expressions than the limit"
            "All files of a policy count together, and a let counts once for each kind of place and each reading in which it is used, see the table of limits: every one of them takes memory. Many strings in one set are one expression."
    }
}
