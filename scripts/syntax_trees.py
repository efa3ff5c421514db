#!/usr/bin/env python3
"""Record the trees that the reference parser makes of valid programs.

    scripts/syntax_trees.py record     write tests/data/syntax_trees.jsonl from the valid programs of tests/data/syntax/
    scripts/syntax_trees.py text FILE  print the tree of one program (or JSON lines of programs, if FILE ends in .jsonl)

The text of a tree is that of `tests/src/tree_text.rs`: chains as nested pairs, no trace of parentheses, `(name x)` for a
bare name. That a parser accepts the right programs does not show that it reads them rightly; this does.
"""

import argparse
import json
import sys
from pathlib import Path

import syntax_labels

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "tests" / "data" / "syntax"
TREES = ROOT / "tests" / "data" / "syntax_trees.jsonl"


def quoted(kind, token):
    text = token[1:-1] if token.startswith('"') else token[2:-1]
    return f"({kind} {json.dumps(text, ensure_ascii=False)})"


def described(docs, text):
    lines = [str(token)[3:] for token in docs.children]
    lines = [line[1:] if line.startswith(" ") else line for line in lines]
    lines = [line[:-1] if line.endswith("\r") else line for line in lines]
    return f"(doc {json.dumps(chr(10).join(lines), ensure_ascii=False)} {text})" if lines else text


LITERALS = {
    "string_const": "s", "string_regex": "r", "string_wildcard": "w", "tool_id_string": "s", "tool_id_regex": "r",
    "str_exact": "s", "str_matching": "r", "str_like": "w", "literal_string": "s", "literal_datetime": "d",
}
PAIRS = {
    "pred_or": "or", "pred_and": "and", "set_overlaps": "overlaps", "set_subset_of": "subset",
    "set_superset_of": "superset", "set_equals": "equal", "set_with": "with", "set_without": "without",
    "value_in_set": "in", "value_equals": "is",
}
BINARY = {"set_binary_xor": "xor", "set_binary_minus": "minus", "set_binary_intersect": "intersect", "set_binary_union": "union"}
ASSIGN = {"aug_union": "|=", "aug_intersect": "&=", "aug_minus": "-=", "aug_xor": "^="}
PLACES = {
    "arg_meta_access": "arg", "result_meta_access": "result", "session_meta_access": "session", "context_meta_access": "context",
    "context_field": "context", "result_field": "result", "session_field": "session", "arg_field": "arg",
}
BOUNDS = {  # rule: (lower, upper)
    "range_exclusive_both": ("above", "below"), "range_exclusive_left": ("above", "to"),
    "range_exclusive_right": ("from", "below"), "range_inclusive": ("from", "to"),
    "range_to_exclusive": (None, "below"), "range_to": (None, "to"),
    "range_from_exclusive": ("above", None), "range_from": ("from", None),
    "datetime_range_inclusive": ("from", "to"), "datetime_range_exclusive": ("from", "below"),
    "datetime_range_exclusive_left": ("above", "to"), "datetime_range_exclusive_both": ("above", "below"),
    "datetime_to": (None, "to"), "datetime_to_exclusive": (None, "below"),
    "datetime_from": ("from", None), "datetime_from_exclusive": ("above", None),
}


def value(node):
    """A bound: a number node, or the token of a date."""
    if hasattr(node, "data"):
        return show(node)
    return quoted("d", str(node))


def bounded(node):
    kind = str(node.data)
    ends = [child for child in node.children if hasattr(child, "data") or child.type in ("DATETIME_STRING", "STRING")]
    if kind in ("exact_value", "datetime_exact", "datetime_string", "datetime_epoch"):
        return f"(exact {value(ends[0])})"
    lower, upper = BOUNDS[kind]
    ends = iter(ends)
    low = f"({lower} {value(next(ends))})" if lower else "-"
    high = f"({upper} {value(next(ends))})" if upper else "-"
    return f"(between {low} {high})"


def update(node):
    """A simple or an augmented update, in a block or a shorthand."""
    children = list(node.children)
    first = children[0]
    target = show(first) if hasattr(first, "data") else f"(context {first})"
    op = ASSIGN[str(children[1].data)] if str(node.data).endswith("_augmented") else "="
    return f"({op} {target} {show(children[-1])})"


def shorthand(node):
    parts = list(node.children)
    ident = show(parts.pop(0))
    priority = "-"
    if str(parts[0].data) == "shorthand_priority":
        priority = str(parts.pop(0).children[0])
    target, change, condition = "result", None, "-"
    for part in parts[0].children:
        kind = str(part.data)
        if kind.startswith("shorthand_update"):
            change = update(part)
        elif kind == "shorthand_condition":
            condition = show(part.children[0])
        else:
            target = {"shorthand_result": "result", "shorthand_session_before": "before", "shorthand_session_after": "after"}[kind]
    return f"(shorthand {ident} {priority} {target} {change} {condition})"


def rule(node):
    level, outcome, clause = node.children
    level = {"enforcement_must": "must", "enforcement_should": "should"}[str(level.data)]
    outcome = {"outcome_allow": "allow", "outcome_deny": "deny"}[str(outcome.data)]
    condition = "always" if str(clause.data) == "condition_always" else show(clause.children[0])
    return f"({level} {outcome} {condition})"


def show(node):
    kind, children = str(node.data), node.children
    if kind == "program":
        return "\n".join(show(child) for child in children)
    if kind.endswith("_declaration") or kind.endswith("_member") or kind.endswith("_stmt"):
        docs, inner = children
        return described(docs, show(inner))
    if kind == "let_decl":
        return f"(let {children[0]} {show(children[1])})"
    if kind == "tool_decl":
        return "(" + " ".join(["tool"] + [show(child) for child in children]) + ")"
    if kind == "tool_shorthand":
        return shorthand(node)
    if kind == "priority_decl":
        return f"(priority {children[0]})"
    if kind == "check_rule":
        return rule(node)
    if kind == "result_block":
        return "(" + " ".join(["result"] + [show(child) for child in children]) + ")"
    if kind == "session_block":
        timing = {"timing_before": "before", "timing_after": "after"}[str(children[0].data)]
        return "(" + " ".join([timing] + [show(child) for child in children[1:]]) + ")"
    if kind in ("result_conditional", "session_conditional"):
        return "(" + " ".join(["when"] + [show(child) for child in children]) + ")"
    if kind in ("result_update_inner", "session_update_inner"):
        return show(children[0])
    if "_update_" in kind:
        return update(node)
    if kind in LITERALS:
        return quoted(LITERALS[kind], str(children[0]))
    if kind in ("pred_ref", "set_ref"):
        return f"(name {children[0]})"
    if kind == "pred_not":
        return f"(not {show(children[0])})"
    if kind in PAIRS:
        return f"({PAIRS[kind]} {show(children[0])} {show(children[1])})"
    if kind in BINARY:
        return f"({BINARY[kind]} {show(children[0])} {show(children[-1])})"
    if kind in ("set_is_empty", "set_is_universal"):
        return f"({kind[7:]} {show(children[0])})"
    if kind in PLACES:
        return f"({PLACES[kind]} {' '.join(str(child) for child in children)})"
    if kind == "args_meta_access":
        how = str(children[1].data)[4:] if len(children) > 1 else "union"
        return f"(args {how} {children[0]})"
    if kind == "aggregation":
        return f"(args {str(children[0].data)[4:]} {children[1]})"
    if kind == "arg_value_access":
        return f"(value {children[0]})"
    if kind in ("result_value_access", "session_value_access"):
        return f"(value @{kind.split('_')[0]})"
    if kind == "empty_set":
        return "(set)"
    if kind == "non_empty_set":
        return "(" + " ".join(["set"] + [show(child) for child in children[0].children]) + ")"
    if kind in ("number_int", "number_float", "number_inf"):
        return f"(n {children[0]})"
    if kind == "literal_number":
        return show(children[0])
    if kind in ("bool_domain", "literal_bool"):
        return f"(bool {children[0]})"
    if kind in ("int_domain", "float_domain", "datetime_domain"):
        return f"({kind.split('_')[0]} {bounded(children[0])})"
    if kind == "str_domain":
        length = bounded(children[1].children[0]) if len(children) > 1 else "-"
        return f"(str {show(children[0])} {length})"
    raise ValueError(f"no text for {kind}")


def text(source):
    from sequrity.sqrt.parser import parse

    return show(parse(source.removeprefix("\ufeff")).tree)


def programs(path):
    if path.suffix != ".jsonl":
        return [path.read_text(encoding="utf-8")]
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line["source"] for line in map(json.loads, lines) if line["valid"]]


def lines_of(sources):
    for source in sources:
        tree = text(source)
        if "-inf" in source and "(name inf))" in tree:
            continue  # the reference may take `-inf` apart, where it is one word for us (S1.3 e)
        yield json.dumps({"source": source, "tree": tree}, ensure_ascii=False) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("record")
    verbs.add_parser("text").add_argument("file", type=Path)
    options = parser.parse_args()
    syntax_labels.enter_environment()
    if options.verb == "record":
        # Every third program is enough to have each production many times.
        sources = [source for path in sorted(LABELS.glob("*.jsonl")) for source in programs(path)][::3]
        lines = list(lines_of(sources))
        TREES.write_text("".join(lines), encoding="utf-8")
        print(f"{TREES.relative_to(ROOT)}: {len(lines)} trees")
    else:
        for line in lines_of(programs(options.file)):
            sys.stdout.write(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
