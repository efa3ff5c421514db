#!/usr/bin/env python3
"""Label SQRT programs with the reference parser, as data for our own parser's tests.

The reference is the Earley parser of the PyPI package `sequrity` (`sequrity.sqrt.parser.validate`). Its answers are
recorded in `tests/data/syntax/*.jsonl`, so that `cargo test` needs no Python. A line is one program:

    {"source": "let a = b;", "valid": true, "note": "let_decl"}

`valid` is what our parser has to say. Where that differs from the reference on purpose (S1.3), the line also has
`"reference"` (what the reference says) and `"difference"` (the letter of S1.3, such as "a").

    scripts/syntax_labels.py generate --seed 1 --count 8000     write a new set of programs
    scripts/syntax_labels.py relabel --check                    label the recorded programs again; fail on a difference
    scripts/syntax_labels.py relabel                            the same, and rewrite the files
    scripts/syntax_labels.py coverage                           fail if few recorded programs need some production

The script makes its own virtual environment in `.venv` (ignored by git) and installs the reference there.
"""

import argparse
import functools
import json
import os
import re
import subprocess
import sys
import venv
from collections import Counter
from pathlib import Path

REFERENCE = "sequrity==0.4.2"
ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data" / "syntax"


def enter_environment() -> None:
    """Restart this script inside `.venv`, made and filled first if need be, unless the reference is at hand."""
    from importlib.metadata import PackageNotFoundError, version

    name, wanted = REFERENCE.split("==")
    try:
        if version(name) == wanted:
            return
    except PackageNotFoundError:
        pass
    home = ROOT / ".venv"
    python = home / "bin" / "python"
    if Path(sys.executable) == python or os.environ.get("SQRT_LABELS_RESTARTED"):
        sys.exit(f"error: {REFERENCE} is not installed in {home}; remove that folder and try again")
    if not python.exists():
        venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", REFERENCE], check=True)
    os.environ["SQRT_LABELS_RESTARTED"] = "1"
    os.execv(python, [python, *sys.argv])


# --- Labels ---------------------------------------------------------------------------------------------------------

WORD = "[A-Za-z0-9_]"
BIDI_CONTROL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Comments and strings: what looks like the start of one may stand inside another.
PIECE = re.compile(r'//[^\n]*|/\*(?:.|\n)*?\*/|(?P<string>"(?:[^"\\]|\\.)*")')
LONE_CR = re.compile(r"\r(?!\n)")


def grammar_text() -> str:
    """The grammar that the reference ships."""
    from sequrity.sqrt import parser

    return (Path(parser.__file__).parent / "grammar.lark").read_text(encoding="utf-8")


def variant(text: str, words: bool, digits: bool, inf: bool) -> str:
    """The reference's grammar with some of our intended differences built in.

    `words`: a word ends only where its letters, digits and underscores end (S1.3 a). `digits`: digits are ASCII
    (S1.3 b). `inf`: `-inf` is one word, never a minus and a name (S1.3 e).
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    text = "\n".join(lines)
    before, after = (f"(?<!{WORD})", f"(?!{WORD})") if words else ("", "")
    digit = "[0-9]" if digits else r"\d"
    text = re.sub(r"^(INT|FLOAT|INF|IDENTIFIER|[A-Z]+_STRING):.*$", lambda m: f"@{m[1]}@", text, flags=re.M)
    if words:
        text = re.sub(r'"([a-z]+)"', rf"/{before}\1{after}/", text)
        text = re.sub(r'"(@|\.)([a-z]+)"', lambda m: f"/{re.escape(m[1])}{m[2]}{after}/", text)
    if inf:
        text = text.replace('"-"', rf"/-(?!inf(?!{WORD}))/")
    sign = f"(?:-|{before})" if words else "-?"
    terminals = {
        "INT": rf"/{sign}{digit}+{after}/",
        "FLOAT": rf"/{sign}{digit}+\.{digit}+{after}/",
        "INF": rf"/(?:[-+]|{before})inf{after}/",
        "IDENTIFIER": rf"/{before}[a-zA-Z_][a-zA-Z0-9_]*/",
    }
    for name, letter in (("REGEX_STRING", "r"), ("WILDCARD_STRING", "w"), ("DATETIME_STRING", "d")):
        terminals[name] = rf'/{before}{letter}"([^"\\]|\\.)*"/'
    for name, pattern in terminals.items():
        text = text.replace(f"@{name}@", f"{name}: {pattern}")
    return text


@functools.cache
def parser_of(words: bool = False, digits: bool = False, inf: bool = False):
    """An Earley parser like the reference's, for one variant of the grammar."""
    from lark import Lark

    return Lark(variant(grammar_text(), words, digits, inf), parser="earley", start="program")


def parses(source: str, **differences: bool) -> bool:
    """Whether the variant of the grammar with these differences accepts the program."""
    from lark.exceptions import LarkError

    try:
        parser_of(**differences).parse(source)
    except LarkError:
        return False
    return True


def hides_text(source: str) -> bool:
    """Whether the program holds what can hide a rule from its reader (S1.3 c)."""
    if BIDI_CONTROL.search(source):
        return True
    outside = PIECE.sub(lambda piece: '""' if piece["string"] else piece[0], source)
    return LONE_CR.search(outside) is not None


def intended_difference(text: str) -> str | None:
    """The first letter of S1.3 whose rule refuses a program that the reference accepts; none if we accept it, too."""
    if not parses(text, words=True, digits=True, inf=True):
        for letter, rule in (("a", "words"), ("b", "digits"), ("e", "inf")):
            if not parses(text, **{rule: True}):
                return letter
        return "a"
    return "c" if hides_text(text) else None


def label(source: str, note: str) -> dict:
    """The line that records one program."""
    from sequrity.sqrt.parser import validate

    reference = validate(source)
    text = source.removeprefix("\ufeff")
    well_formed = reference if text == source else validate(text)
    difference = intended_difference(text) if well_formed else None
    valid = well_formed and difference is None
    line = {"source": source, "valid": valid}
    if valid != reference:
        line["reference"] = reference
        line["difference"] = "d" if valid else difference
    line["note"] = note
    return line


# --- Files ----------------------------------------------------------------------------------------------------------


def read(path: Path) -> list[dict]:
    """The lines of one file of recorded programs."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, lines: list[dict]) -> None:
    """Write recorded programs in ASCII, so that no tool trips over what the programs hold."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8", newline="\n")


def recorded(folder: Path) -> set[str]:
    """The sources of all programs recorded in a folder."""
    return {line["source"] for path in sorted(folder.glob("*.jsonl")) for line in read(path)}


def summary(name: str, lines: list[dict]) -> str:
    """One line that says what a set of programs is made of."""
    labels = Counter(line["difference"] if "difference" in line else line["valid"] for line in lines)
    special = ", ".join(f"{letter} {n}" for letter, n in sorted((k, v) for k, v in labels.items() if isinstance(k, str)))
    return f"{name}: {len(lines)} programs, {labels[True]} valid, {labels[False]} invalid, differences: {special or 'none'}"


# --- Verbs ----------------------------------------------------------------------------------------------------------


def generate(options: argparse.Namespace) -> int:
    """Write a new set of labelled programs, one file for each way they were made."""
    import syntax_generator

    known = recorded(options.exclude) if options.exclude else set()
    for name, lines in syntax_generator.programs(options.seed, options.count, known, label):
        write(options.out / f"{name}.jsonl", lines)
        print(summary(name, lines))
    return 0


def relabel(options: argparse.Namespace) -> int:
    """Label the recorded programs again."""
    wrong = 0
    for path in sorted(options.data.glob("*.jsonl")):
        lines = read(path)
        fresh = [label(line["source"], line["note"]) for line in lines]
        for number, (old, new) in enumerate(zip(lines, fresh), start=1):
            if old != new:
                wrong += 1
                print(f"{path.name}:{number}: recorded {old}, now {new}", file=sys.stderr)
        if not options.check:
            write(path, fresh)
        print(summary(path.stem, fresh))
    if wrong:
        print(f"error: {wrong} recorded labels differ", file=sys.stderr)
    return 1 if wrong and options.check else 0


def coverage(options: argparse.Namespace) -> int:
    """Count the valid programs that need each production, and fail if a production has too few."""
    import syntax_generator

    lines = [line for path in sorted(options.data.glob("*.jsonl")) for line in read(path)]
    sources = [line["source"] for line in lines if line["valid"] and "difference" not in line]
    poor = 0
    for name, needed in syntax_generator.coverage(sources, options.enough):
        if needed < options.enough:
            poor += 1
            print(f"error: only {needed} recorded programs need `{name}`", file=sys.stderr)
    return 1 if poor else 0


def main() -> int:
    cli = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    verbs = cli.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("generate", help="write a new set of labelled programs")
    verb.add_argument("--seed", type=int, required=True, help="the same seed gives the same programs")
    verb.add_argument("--count", type=int, required=True, help="about how many programs to write")
    verb.add_argument("--out", type=Path, default=DATA, help="folder to write to (default: tests/data/syntax)")
    verb.add_argument("--exclude", type=Path, help="folder of programs not to write again, for a held-out set")
    verb.set_defaults(run=generate)
    verb = verbs.add_parser("relabel", help="label the recorded programs again")
    verb.add_argument("--check", action="store_true", help="change nothing; fail if a label differs")
    verb.add_argument("--data", type=Path, default=DATA, help="folder of recorded programs (default: tests/data/syntax)")
    verb.set_defaults(run=relabel)
    verb = verbs.add_parser("coverage", help="check that enough valid programs need each production of the grammar")
    verb.add_argument("--enough", type=int, default=20, help="how many programs are enough (default: 20)")
    verb.add_argument("--data", type=Path, default=DATA, help="folder of recorded programs (default: tests/data/syntax)")
    verb.set_defaults(run=coverage)
    options = cli.parse_args()
    return options.run(options)


if __name__ == "__main__":
    enter_environment()
    sys.exit(main())
