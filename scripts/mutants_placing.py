"""Puts many mutants into one copy of the code, each behind a condition, so that one build serves all of them.

A mutant of cargo-mutants is a span of the source and a text that replaces it. The function around the span gets, at the
beginning of its body, `if crate::mutant::is(NUMBER) { return { BODY }; }` for each of its mutants, where BODY is the body with
the mutant in it. Which one is active is said at run time, by the variable MUTANT; 0, or nothing, is the code as it is.

Not placed are mutants outside of function bodies, of `const` functions (which cannot ask) and of functions that return `impl
Trait` (whose returned expressions must have one type). Those take a build of their own.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A mutant as cargo-mutants lists it, with offsets in place of lines and columns."""

    name: str
    """What cargo-mutants calls it: file, line, column, change and function. No other mutant is called the same."""
    file: str
    start: int
    end: int
    replacement: str
    whole_body: bool
    function: tuple[int, int] | None
    """Where the function around it begins and ends."""
    returns: str

    @staticmethod
    def of_json(listed: dict, source: str) -> "Mutant":
        """A mutant as the JSON list of cargo-mutants has it; columns count characters from 1."""
        starts = [0]
        for line in source.split("\n"):
            starts.append(starts[-1] + len(line) + 1)

        def offset(place: dict) -> int:
            return starts[place["line"] - 1] + place["column"] - 1

        def span(of: dict) -> tuple[int, int]:
            return offset(of["span"]["start"]), offset(of["span"]["end"])

        function = listed.get("function")
        return Mutant(
            listed["name"],
            listed["file"],
            *span(listed),
            listed["replacement"],
            listed["genre"] == "FnValue",
            span(function) if function else None,
            (function or {}).get("return_type") or "",
        )

    def alone(self, source: str) -> str:
        """The source with this mutant in it, and nothing else."""
        return source[: self.start] + " " + self.replacement + " " + source[self.end :]


SKIPPED = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | r(\#*)".*?"\1 | "(?:\\.|[^"\\])*" | '(?:\\[^']+|[^'\\])' """, re.VERBOSE | re.DOTALL
)


def masked(source: str) -> str:
    """The source with blanks for comments, strings and characters, so that its brackets are those of the code."""
    return SKIPPED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)


def body(code: str, function: tuple[int, int]) -> tuple[int, int] | None:
    """What is between the braces of a function of masked code. None if the function is `const` or has no body."""
    start, end = function
    head = re.compile(r"\bfn\b").search(code, start, end)
    if head is None or re.search(r"\bconst\s+$", code[start : head.start()]):
        return None
    depth = 0
    for at in range(head.end(), end):
        if code[at] in "([":
            depth += 1
        elif code[at] in ")]":
            depth -= 1
        elif code[at] == "{" and depth == 0:
            return at + 1, code.rindex("}", at, end)
    return None


@dataclass(frozen=True)
class Lines:
    """The lines of a written file that a mutant is on."""

    first: int
    last: int
    number: int


def place(source: str, mutants: list[tuple[int, Mutant]]) -> tuple[str, list[Lines], set[int]]:
    """The source of a file with its numbered mutants, where each of them is, and the numbers of those with no place.

    Of those with no place, the ones inside of a body that can ask do so all the same and change nothing: that tells which
    tests reach them.
    """
    code = masked(source)
    inserted: dict[int, list[tuple[int, str]]] = {}
    unplaced = set()
    for number, mutant in mutants:
        inside = body(code, mutant.function) if mutant.function else None
        if inside is None or not (inside[0] <= mutant.start and mutant.end <= inside[1]):
            unplaced.add(number)
        elif re.search(r"\bimpl\b", mutant.returns):
            unplaced.add(number)
            inserted.setdefault(inside[0], []).append((number, f"crate::mutant::is({number});\n"))
        else:
            changed = source[inside[0] : mutant.start] + " " + mutant.replacement + " " + source[mutant.end : inside[1]]
            text = f"if crate::mutant::is({number}) {{ return {{\n{changed}\n}}; }}\n"
            inserted.setdefault(inside[0], []).append((number, text))

    written, lines, line, copied = [], [], 1, 0
    for at in sorted(inserted):
        kept = source[copied:at] + "\n"
        written.append(kept)
        line += kept.count("\n")
        copied = at
        for number, text in inserted[at]:
            written.append(text)
            lines.append(Lines(line, line + text.count("\n") - 1, number))
            line += text.count("\n")
    written.append(source[copied:])
    return "".join(written), lines, unplaced


# What the mutants ask, in a module of its own. With MUTANT_REACHED, the numbers that were asked for go to that file: a test
# that never asks for a mutant cannot notice it.
MODULE = """
pub(crate) mod mutant {
    use std::io::Write;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    use std::{env, fs};
    static ACTIVE: LazyLock<usize> =
        LazyLock::new(|| env::var("MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(0));
    static REACHED: LazyLock<Option<fs::File>> = LazyLock::new(|| {
        let path = env::var_os("MUTANT_REACHED")?;
        Some(fs::OpenOptions::new().create(true).append(true).open(path).expect("MUTANT_REACHED can be written"))
    });
    static SEEN: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
    #[inline]
    pub(crate) fn is(number: usize) -> bool {
        if let Some(mut file) = REACHED.as_ref() {
            if !SEEN[number].swap(true, Relaxed) {
                file.write_all(format!("{number}\\n").as_bytes()).expect("MUTANT_REACHED can be written");
            }
        }
        *ACTIVE == number
    }
}
"""


def module(count: int) -> str:
    """The module that the mutants ask, for numbers up to `count`."""
    return MODULE.replace("COUNT", str(count + 1))
