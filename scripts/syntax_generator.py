"""Make SQRT programs to label: valid ones over every production of the reference's grammar, near misses, and word games.

Productions are those of the reference's own grammar as `lark` compiles it, so no production can be forgotten here. Four
sets come out: `surprises` (written by hand, `syntax_surprises.py`), `words` (short sequences of few tokens, where a
parser has to guess well), `grammar` (derivations, each around the production that was used least so far) and `mutants`
(a derivation with one edit, mostly inside the production it was made for).
"""

import functools
import itertools
import random
import re
from collections import Counter, defaultdict

import syntax_surprises

# --- Spelling of terminals ------------------------------------------------------------------------------------------

KEYWORDS = """let tool priority result session before after when must hard should soft allow deny always or and not in
overlaps subset of superset is empty universal with without union intersect minus xor from args bool int float str
datetime matching like length true false inf tags producers consumers value""".split()
NAMES = ["a", "b", "x", "y", "to", "body", "_", "__", "r", "w", "d", "A1", "isAdmin", "true1", "nota", "int5", "inf_"]
STRINGS = ["", "a", "pii", "*", "a b", 'say \\"x\\"', "\\\\", "\\n", "//", "/* x */", "/// d", ";", "}", "é", "日本", "\n",
           "\\u{e9}", "\\q", "'", "x\ty", "{", "@tags"]
REGEXES = ["", ".*", "^read_.*", "a\\.b", "a\\\\.b", 'a\\"b', "(a|b)+", "[", "//", "\\d"]
WILDCARDS = ["", "*", "a*?", "\\*", "public:*", "//", '\\"']
DATES = ["2024-01-01", "2024-06-30T12:00:00Z", "", "soon", "20240101"]
INTEGERS = ["0", "5", "-5", "-0", "007", "100", "-42", "99999999999999999999"]
FLOATS = ["1.5", "-0.25", "00.0", "3.14159", "-12.50"]
SPELLINGS = {
    "STRING": ('"', STRINGS), "REGEX_STRING": ('r"', REGEXES), "WILDCARD_STRING": ('w"', WILDCARDS),
    "DATETIME_STRING": ('d"', DATES), "INT": ("", INTEGERS), "FLOAT": ("", FLOATS), "INF": ("", ["inf", "-inf", "+inf"]),
    "BOOL": ("", ["true", "false"]), "META_FIELD": ("", ["tags", "producers", "consumers"]),
    "DOC_COMMENT": ("", ["/// doc", "///", "//// x", "///* y", "/// let a = b;", "///\tdoc \"x\""]),
}
# What can stand between any two tokens.
COMMENTS = ["/* c */", "/**/", "/***/", "/*/*/", "// c\n", "//\n", "/*\n*/", "// /* c\n", "/* // */", "/* /// */"]
BLANKS = [" ", "  ", "\n", "\t", "\r\n", "\f", "\n\n    "]
# Pieces of text to put where they do not belong.
STRAY = [";", ",", "(", ")", "{", "}", "[", "]", "@", ".", "..", "=", "==", "|", "|=", "&", "-", "-=", "^", "->", "<", "<..", "..<",
         "<..<", "+", "*", "!", "#", "'", "\\", "/", ":", "?", "$", "%", "~", "`", "&&", "||", "!=", ">", "5", "1.5", "inf", '"a"',
         'r"a"', 'w"a"', 'd"a"', ".value", "@result", "@args", "@session"]
STRANGE = ["\v", "\u00a0", "\u0085", "\u2028", "\u200b", "\ufeff", "\0", "\r", "é", "\u0663", "\u202e", "\u2066"]

WORD = re.compile(r"\w")


def glues(left: str, right: str) -> bool:
    """Whether two tokens need something between them to stay two tokens."""
    if not left or not right:
        return False
    if left.startswith("//"):
        return True
    if WORD.match(left[-1]) and WORD.match(right[0]):
        return True
    return left == "-" and right == "inf"


# --- The grammar ----------------------------------------------------------------------------------------------------


class Grammar:
    """The productions of the reference's grammar, how small each can get, and how often each was used."""

    def __init__(self):
        from sequrity.sqrt import parser

        compiled = parser._get_parser()
        self.texts = {t.name: t.pattern.value for t in compiled.terminals if t.pattern.type == "str"}
        self.productions = [Production(rule) for rule in compiled.rules]
        self.of = defaultdict(list)
        self.uses = defaultdict(list)
        for production in self.productions:
            self.of[production.origin].append(production)
            for place, symbol in enumerate(production.symbols):
                self.uses[symbol].append((production, place))
        self.size = self.sizes()
        self.distance = self.distances()
        self.hits = Counter()

    def sizes(self) -> dict[str, int]:
        """The number of tokens of the smallest derivation of each nonterminal."""
        size = {name: 10**6 for name in self.of}
        changed = True
        while changed:
            changed = False
            for p in self.productions:
                total = sum(size.get(symbol, 1) for symbol in p.symbols)
                if total < size[p.origin]:
                    size[p.origin], changed = total, True
        return size

    def distances(self) -> dict[str, int]:
        """How many steps each nonterminal is away from the start."""
        distance, queue = {"program": 0}, ["program"]
        for name in queue:
            for symbol in itertools.chain(*(p.symbols for p in self.of[name])):
                if symbol in self.of and symbol not in distance:
                    distance[symbol] = distance[name] + 1
                    queue.append(symbol)
        return distance


class Production:
    """One production; its name is what the notes of the programs show."""

    def __init__(self, rule):
        self.origin = rule.origin.name
        self.symbols = [symbol.name for symbol in rule.expansion]
        parts = " ".join(self.symbols) or "nothing"
        self.name = f"{self.origin}: {rule.alias or parts}"


class Generator:
    """Derives programs. All chance comes from one seeded source."""

    def __init__(self, grammar: Grammar, chance: random.Random):
        self.grammar = grammar
        self.chance = chance

    def spell(self, terminal: str) -> str:
        """A way to write a terminal."""
        if terminal == "IDENTIFIER":
            return self.chance.choice(KEYWORDS if self.chance.random() < 0.4 else NAMES[:6] * 3 + NAMES)
        if terminal in self.grammar.texts:
            return self.grammar.texts[terminal]
        prefix, spellings = SPELLINGS[terminal]
        return prefix + self.chance.choice(spellings) + ('"' if prefix else "")

    def expand(self, symbol: str, fuel: int) -> list[str]:
        """The tokens of a random derivation; with no fuel left, of a smallest one."""
        grammar = self.grammar
        if symbol not in grammar.of:
            return [self.spell(symbol)]
        choices = grammar.of[symbol]
        if fuel <= 0:
            def smallest(p):
                return sum(grammar.size.get(s, 1) for s in p.symbols)
            least = min(map(smallest, choices))
            choices = [p for p in choices if smallest(p) == least]
        weights = [1 / (1 + grammar.hits[p.name]) ** 0.5 for p in choices]
        production = self.chance.choices(choices, weights)[0]
        # A production without a choice costs no fuel, so that operator levels do not eat it all.
        rest = fuel - (1 if len(production.symbols) > 1 else 0)
        return self.apply(production, rest)

    def apply(self, production: Production, fuel: int) -> list[str]:
        """The tokens of one production."""
        self.grammar.hits[production.name] += 1
        tokens = []
        for symbol in production.symbols:
            tokens += self.expand(symbol, self.chance.randint(0, max(fuel, 0)))
        return tokens

    def around(self, target: Production, fuel: int) -> tuple[list[str], range]:
        """A whole program that uses a production, and the place of that use among its tokens."""
        tokens = self.apply(target, fuel)
        span, symbol = range(len(tokens)), target.origin
        distance = self.grammar.distance
        while symbol != "program":
            uses = self.grammar.uses[symbol]
            if self.chance.random() < 0.6:
                near = [use for use in uses if distance[use[0].origin] < distance[symbol]]
                uses = near or uses
            production, place = self.chance.choice(uses)
            self.grammar.hits[production.name] += 1
            room = self.chance.choice([0, 0, 0, 1, 2])
            left = [t for s in production.symbols[:place] for t in self.expand(s, room)]
            right = [t for s in production.symbols[place + 1 :] for t in self.expand(s, room)]
            span = range(span.start + len(left), span.stop + len(left))
            tokens, symbol = left + tokens + right, production.origin
        return tokens, span

    def gaps(self, tokens: list[str]) -> list[str]:
        """What stands before each token and after the last: nothing, blanks or comments, in one of three styles."""
        style = self.chance.choices(["plain", "tight", "wild"], [50, 25, 25])[0]
        gaps = []
        for left, right in itertools.pairwise(["", *tokens, ""]):
            gap = ""
            if style == "plain" and left and right and not (right in ";,)" or left == "("):
                gap = " "
            if style == "plain" and (right.startswith(".") or left in ("@", ".") or left.startswith("@")):
                gap = ""
            if style == "wild" and self.chance.random() < 0.6:
                gap = self.chance.choice(BLANKS + [" "] * 6)
                if self.chance.random() < 0.2:
                    gap += self.chance.choice(COMMENTS)
            if left.startswith("//"):
                gap = "\n" + gap
            if not gap and glues(left, right):
                gap = " "
            gaps.append(gap)
        return gaps


def join(tokens: list[str], gaps: list[str]) -> str:
    """The text of a program."""
    return "".join(itertools.chain(*zip(gaps, tokens))) + gaps[len(tokens)]


# --- Near misses ----------------------------------------------------------------------------------------------------


class Mutator:
    """Edits a program in one place. Each method is one kind of edit; its result is the new text and what was done."""

    def __init__(self, generator: Generator):
        self.generator = generator
        self.chance = generator.chance
        self.kinds = [
            (self.delete, 10), (self.duplicate, 6), (self.swap, 8), (self.replace, 12), (self.insert, 8), (self.character, 8),
            (self.split, 8), (self.glue, 5), (self.comment, 10), (self.separator, 8), (self.keyword, 10), (self.cut, 5),
            (self.strange, 5), (self.mark, 1), (self.regap, 3), (self.infinity, 2),
        ]

    def mutate(self, tokens: list[str], span: range) -> tuple[str, str]:
        """One edit at a random place, mostly inside the span."""
        if not tokens:
            return self.chance.choice(STRAY), "insert a token"
        inside = len(span) > 0 and self.chance.random() < 0.75
        place = self.chance.choice(span) if inside else self.chance.randrange(len(tokens))
        edits, weights = zip(*self.kinds)
        edit = self.chance.choices(edits, weights)[0]
        return edit(list(tokens), self.generator.gaps(tokens), place)

    def other(self) -> str:
        """Some token or other."""
        kind = self.chance.random()
        if kind < 0.4:
            return self.chance.choice(KEYWORDS)
        if kind < 0.6:
            return self.generator.spell(self.chance.choice([*SPELLINGS, "IDENTIFIER"]))
        return self.chance.choice(STRAY)

    def again(self, tokens: list[str]) -> str:
        """The text of tokens with fresh gaps."""
        return join(tokens, self.generator.gaps(tokens))

    def delete(self, tokens, _, place):
        gone = tokens.pop(place)
        return self.again(tokens), f"delete `{gone}`"

    def duplicate(self, tokens, _, place):
        tokens.insert(place, tokens[place])
        return self.again(tokens), f"duplicate `{tokens[place]}`"

    def swap(self, tokens, _, place):
        other = (place + 1) % len(tokens)
        tokens[place], tokens[other] = tokens[other], tokens[place]
        return self.again(tokens), f"swap `{tokens[other]}` and `{tokens[place]}`"

    def replace(self, tokens, _, place):
        old, tokens[place] = tokens[place], self.other()
        return self.again(tokens), f"`{tokens[place]}` in place of `{old}`"

    def insert(self, tokens, _, place):
        tokens.insert(place, self.other())
        return self.again(tokens), f"insert `{tokens[place]}`"

    def character(self, tokens, gaps, place):
        old = tokens[place]
        at = self.chance.randrange(len(old))
        letter = self.chance.choice("aZ_5.-+=<>|&^@{}()[];,\"\\/ \nrw")
        tokens[place] = self.chance.choice([old[:at] + old[at + 1 :], old[:at] + letter + old[at:], old[:at] + letter + old[at + 1 :],
                                            old[:at] + old[at:].swapcase()])
        return join(tokens, gaps), f"`{tokens[place]}` in place of `{old}`"

    def split(self, tokens, gaps, place):
        long = [i for i, token in enumerate(tokens) if len(token) > 1]
        if not long:
            return self.insert(tokens, gaps, place)
        place = min(long, key=lambda i: abs(i - place))
        old = tokens[place]
        at = self.chance.randrange(1, len(old))
        tokens[place] = old[:at] + self.chance.choice([" ", " ", " ", "\n", "/**/"]) + old[at:]
        return join(tokens, gaps), f"split `{old}`"

    def glue(self, tokens, gaps, place):
        words = [i for i in range(1, len(tokens)) if glues(tokens[i - 1], tokens[i])]
        if words and self.chance.random() < 0.7:
            place = min(words, key=lambda i: abs(i - place))
        gaps[place] = ""
        return join(tokens, gaps), f"nothing before `{tokens[place]}`"

    def regap(self, tokens, gaps, place):
        gaps[place] = self.chance.choice(BLANKS + COMMENTS)
        return join(tokens, gaps), f"blanks before `{tokens[place]}`"

    def comment(self, tokens, gaps, place):
        text = self.chance.choice(["/// doc\n", "/// doc\n", "/// doc\n", "//// doc\n", "// c\n", "/* c */", "/* c", "/*/", "// c", "/", "*/", "/* /* */ */"])
        gaps[place] = gaps[place] + text
        return join(tokens, gaps), f"{text!r} before `{tokens[place]}`"

    def separator(self, tokens, gaps, place):
        marks = [i for i, token in enumerate(tokens) if token in (";", ",", "{", "}", "(", ")", "[", "]", "=", "==", ".", "->")]
        if not marks:
            return self.insert(tokens, gaps, place)
        place = min(marks, key=lambda i: abs(i - place))
        old = tokens[place]
        tokens[place] = self.chance.choice([";", ",", ":", ".", ";;", ",,", "", "{", "}", "(", ")", "=", "==", "->", "=>", "\n"])
        return join(tokens, gaps), f"{tokens[place]!r} in place of `{old}`"

    def keyword(self, tokens, gaps, place):
        words = [i for i, token in enumerate(tokens) if re.fullmatch("[a-z_A-Z]+", token)]
        if not words:
            return self.replace(tokens, gaps, place)
        place = min(words, key=lambda i: abs(i - place))
        old, tokens[place] = tokens[place], self.chance.choice(KEYWORDS + ["a", "x"])
        return join(tokens, gaps), f"`{tokens[place]}` in place of `{old}`"

    def cut(self, tokens, gaps, place):
        text = join(tokens, gaps)
        if self.chance.random() < 0.5:
            return join(tokens[:place], gaps), f"cut before `{tokens[place]}`"
        return text[: self.chance.randrange(len(text))], "cut anywhere"

    def strange(self, tokens, gaps, place):
        strange = self.chance.choice(STRANGE)
        digits = [i for i, token in enumerate(tokens) if re.fullmatch(r"-?[0-9.]+", token)]
        if digits and self.chance.random() < 0.5:
            place = self.chance.choice(digits)
            tokens[place] = re.sub("[0-9]$", self.chance.choice("\u0663\uff15\u0967"), tokens[place])
            return join(tokens, gaps), "a digit that is not ASCII"
        if self.chance.random() < 0.5:
            gaps[place] = strange
            return join(tokens, gaps), f"{strange!r} as white space"
        gaps[place] += f"/* {strange} */" if self.chance.random() < 0.5 else f"// {strange}\n"
        return join(tokens, gaps), f"{strange!r} in a comment"

    def infinity(self, tokens, gaps, place):
        sets = [i for i in range(1, len(tokens)) if tokens[i - 1] in NAMES + ["}", ")", "tags"] and tokens[i] != "="]
        if not sets:
            return self.insert(tokens, gaps, place)
        place = min(sets, key=lambda i: abs(i - place))
        tokens.insert(place, self.chance.choice(["-inf", " -inf", "- inf", "-inf.tags", "-inf_", "minus inf", "+inf", "-5", "- 5"]))
        return join(tokens, gaps[:place] + [" "] + gaps[place:]), f"insert `{tokens[place]}`"

    def mark(self, tokens, gaps, _):
        return "\ufeff" + join(tokens, gaps), "byte order mark"


# --- Word games -----------------------------------------------------------------------------------------------------

# (note, frame, tokens, longest sequence to try in full, number of longer ones, their greatest length)
GAMES = [
    ("names and logic", "let a = %s;", ["not", "or", "and", "x"], 3, 90, 9),
    ("names and logic", 'tool "t" { must deny when %s; }', ["not", "or", "(", ")", "x", "x.tags is empty", "not.value in in"], 1, 90, 8),
    ("names and sets", "let a = %s;", ["not", "or", "union", "a", "(", ")", "x.tags", "with 5", "- b"], 1, 110, 8),
    ("kinds of let", "let a = %s;", ["(", ")", "a", "and", "&", "x.tags", "== a", "int 5", "true", "inf", "{}", '"s"', "in"], 1, 130, 7),
    ("set and condition", 'tool "t" -> @tags = %s;', ["when", "union", "not", "or", "a"], 1, 90, 7),
    ("condition and body", 'tool "t" { result { when %s } }', ["when", "{}", "== {}", "x.tags", "not", "{ @tags = a; }", "x.value in a", "or"], 1, 90, 6),
    ("statements", 'tool "t" { session after { %s } }', ["when", ".tags", "= a;", "|= a;", "{}", "@", "x", "when.tags == a"], 1, 90, 6),
    ("aggregation", "let a = %s;", ["union", "intersect", "of", "tags", "from", "args", ".tags", "@args.tags", ".union"], 1, 90, 8),
    ("comparison", "let a = %s;", ["x", ".value", ".tags", "==", "in", "is", "empty", "subset", "of", "@result", "true", "{5}", '"s"'], 1, 130, 5),
    ("range", "let a = int%s;", ["1", "-2", "1.5", "inf", "-inf", "+inf", "..", "<..", "..<", "<..<", ".", "<", "-"], 1, 170, 4),
    ("length", 'let a = a with str "x"%s;', ["length", "3", "..", "..<", "<..", "inf", "- inf", "with 5", "or"], 1, 70, 5),
    ("range in a set", "let a = x.value in a with int%s;", ["5", "..", "inf", "-inf", "or", "b", "- b", "-", "with 5", ".tags"], 1, 90, 6),
    ("date", "let a = datetime%s;", ['d"x"', '"x"', "..", "<..", "..<", "<..<", "5", "inf", "-", "or", "b"], 1, 90, 4),
    ("shorthand head", 'tool "t"%s a;', ["[", "]", "5", "-5", "->", "result", "session", "before", "after", "@tags =", "@tags |=", "@"], 1, 130, 7),
    ("members", 'tool "t" { %s }', ["/// d\n", "priority 5;", "result {}", "session after {}", ";", "must", "allow", "always;", "when a;"], 1, 90, 5),
    ("doc comments", "%s", ["/// d\n", "let a = b;", 'tool "t" -> @tags = a;', 'tool "t" {', "}", "result {", "@tags = a;", "when a {"], 1, 110, 8),
    ("elements", "let a = {%s};", ["5", '"s"', 'r"x"', ",", "int 5..", "str", "length 5", "bool", "true", "inf", "-", "{}", "x.tags", 'd"x"', "datetime"], 1, 130, 5),
    ("declarations", "%s", ["let", "a", "=", ";", "tool", '"t"', "{", "}", "->", "@tags", "// c\n", "/* c */"], 1, 110, 8),
]


def games(chance: random.Random, wanted: int, label):
    """About `wanted` short sequences of few tokens, about as many valid as invalid ones, as pairs of a program and a note."""
    share = wanted / sum(game[4] for game in GAMES)
    for note, frame, tokens, longest, weight, greatest in GAMES:
        for length in range(1, longest + 1):
            for sequence in itertools.product(tokens, repeat=length):
                yield frame % spaced(frame, sequence, chance), note
        missing = {True: int(weight * share / 2), False: int(weight * share / 2)}
        found, tried = [], set()
        for _ in range(int(weight * share * 8)):
            if not any(missing.values()):
                break
            if found and chance.random() < 0.7:
                # Next to a valid sequence there are others, and the best near misses.
                sequence = edited(chance.choice(found), tokens, chance)
            else:
                sequence = chance.choices(tokens, k=chance.randint(longest + 1, greatest))
            source = frame % spaced(frame, sequence, chance)
            if source in tried:
                continue
            tried.add(source)
            valid = label(source, note)["valid"]
            if valid and len(sequence) <= greatest:
                found.append(sequence)
            if missing[valid] > 0:
                missing[valid] -= 1
                yield source, note


def edited(sequence: list[str], tokens: list[str], chance: random.Random) -> list[str]:
    """A sequence with one or two more tokens, one less, or another one."""
    place = chance.randrange(len(sequence) + 1)
    fresh = chance.choices(tokens, k=chance.choice([0, 1, 1, 1, 2]))
    return sequence[:place] + fresh + sequence[place + chance.choice([0, 0, 1]) :] or fresh


def spaced(frame: str, sequence, chance: random.Random) -> str:
    """The tokens of a sequence, now and then with nothing between two of them."""
    text = ""
    for token in sequence:
        before = text or frame[: frame.index("%s")]
        gap = "" if chance.random() < 0.2 and not glues(before[-1:], token) else " "
        text += "" if before.endswith((" ", "\n")) else gap
        text += token
    return text


# --- The sets -------------------------------------------------------------------------------------------------------


def programs(seed: int, count: int, known: set[str], label):
    """The sets of labelled programs, by name; about `count` programs in all, none of them in `known`."""
    chance = random.Random(seed)
    grammar = Grammar()
    generator = Generator(grammar, chance)
    label = functools.cache(label)
    seen = set(known)
    total = 0

    def fresh(pairs, wanted=lambda line: True):
        nonlocal total
        for source, note in pairs:
            if source in seen or len(source) > 1500:
                continue
            seen.add(source)
            line = label(source, note)
            if wanted(line):
                total += 1
                yield line

    yield "surprises", list(fresh(syntax_surprises.programs()))
    yield "words", list(fresh(games(chance, count // 6, label)))

    rest = count - total
    derived = []

    def derivations():
        while len(derived) < rest * 0.5:
            target = min(grammar.productions, key=lambda p: (grammar.hits[p.name] // 4, chance.random()))
            tokens, span = generator.around(target, chance.choice([0, 0, 1, 1, 2, 3, 4, 8]))
            derived.append((tokens, span, target.name))
            yield join(tokens, generator.gaps(tokens)), target.name

    yield "grammar", list(fresh(derivations()))

    mutator = Mutator(generator)
    invalid = 0

    def mutants():
        while total < count:
            tokens, span, name = chance.choice(derived)
            source, edit = mutator.mutate(tokens, span)
            yield source, f"{name} / {edit}"

    def near_miss(line):
        # Edits that leave the program valid are worth having too, one in four.
        nonlocal invalid
        invalid += not line["valid"]
        return not line["valid"] or chance.random() < 0.5

    yield "mutants", list(fresh(mutants(), near_miss))


# --- Coverage -------------------------------------------------------------------------------------------------------


def coverage(sources: list[str], enough: int):
    """For each production, how many of these valid programs need it, counted up to `enough`.

    A program needs a production if the reference's grammar without it no longer accepts the program.
    """
    from lark import Lark
    from lark.exceptions import LarkError
    from sequrity.sqrt import parser

    reference = parser._get_parser()
    nodes = {source: {str(node.data) for node in parser.parse(source).tree.iter_subtrees()} for source in sources}
    for rule in reference.rules:
        production = Production(rule)
        pieces = [t.pattern.value for t in reference.terminals if t.name in production.symbols and t.pattern.type == "str"]
        inlined = production.origin.startswith("__") or rule.options.expand1 and not rule.alias
        shown = set() if inlined else {str(rule.alias or production.origin)}
        candidates = [source for source in sources if shown <= nodes[source] and all(piece in source for piece in pieces)]
        shorter = Lark(reference.source_grammar, parser="earley", start="program")
        predictions = shorter.parser.parser.predictions
        for rules in predictions.values():
            rules[:] = [r for r in rules if r != rule]
        needed = 0
        for source in candidates:
            try:
                shorter.parse(source)
            except LarkError:
                needed += 1
            if needed == enough:
                break
        yield production.name, needed
