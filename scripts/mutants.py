#!/usr/bin/env python3
"""Mutation testing of the code that everything rests on: called by mutants.sh, which has cargo-mutants installed.

A mutant is the code with one small change. cargo-mutants lists them; to try each in a build of its own would take most of a
day, nearly all of it in the compiler. So all of them are compiled into one test binary, each behind a condition that is
decided at run time (mutants_placing.py), and what a mutant costs is running tests:

1. Mutants that the compiler refuses are found by its messages, and taken out, until the binary builds. They count as mutants
   that do not build.
2. Each test runs once on the code as it is, and notes which mutants it reaches.
3. For each mutant, the tests that reach it run, the short ones first, up to the first that fails or takes far longer than
   it should (measured in CPU time).
4. Mutants that cannot be placed in a common binary get a build each. They are few.

What came of a mutant is kept by the contents of its file and the mutant's name, as soon as it is known.
"""

import argparse
import collections
import glob
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from mutants_placing import Mutant, module, place

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
WORK = TARGET / "mutants"
TREE = WORK / "tree"
EQUIVALENT = ROOT / "tests" / "data" / "mutants" / "equivalent.txt"

# The areas, and the files that are theirs. This list is the only one.
AREAS = {
    "decision": "decision.rs direct/*.rs branching.rs engine.rs engine/*.rs prepare.rs needs.rs scratch.rs trace.rs policy.rs"
    " dispatch/mod.rs dispatch/affixes.rs dispatch/remembered.rs"
    " exec/mod.rs exec/memory.rs exec/outcomes.rs exec/reuse.rs exec/fault.rs",
    "metadata sets": "metadata/*.rs metadata/*/*.rs keyed.rs exec/sets.rs",
    "reading": "value/leaves.rs value/equality.rs value/arena.rs value/from.rs value/owned.rs value/mod.rs"
    " exec/questions.rs exec/ops.rs automata/element.rs",
    "verifier": "bytecode/verify/*.rs bytecode/verify/*/*.rs exec/checked.rs",
    "limits": "limits.rs limits/*.rs work.rs value/check.rs value/measure.rs"
    " json/line.rs json/object.rs json/quick.rs json/scan.rs json/text.rs json/value.rs json/state/*.rs",
}
# What only writes a page. In no area are, beside it: what is made when a policy is compiled (the tables of automata and of
# dispatch), what strings are tested against (patterns, dates), texts for people, and what hosts make calls with.
LEFT_OUT = ["bytecode/verify/reference.rs"]

# Tests that take longer than this (in seconds of CPU) are of the kind that tries everything there is, and are left out.
LONGEST_TEST = 15.0
# What a test may take: so much more than it takes on the code as it is.
TIMES_AS_LONG, EXTRA_SECONDS = 10, 4
# A mutant that never stops allocating must not take the machine with it.
MOST_MEMORY = 4 << 30


@dataclass(frozen=True)
class Test:
    """A test, the mutants it reaches, and what it takes on the code as it is, in seconds of CPU."""

    name: str
    reached: frozenset[int]
    seconds: float


class Outcomes:
    """What is known of mutants, in a file: a line of file hash, outcome, mutant and test for each, the last one being right."""

    def __init__(self, path: Path, hashes: dict[str, str]):
        self.path, self.hashes = path, hashes
        lines = path.read_text().splitlines() if path.exists() else []
        self.known = {(hash, name): (outcome, by) for hash, outcome, name, by in (line.split("\t") for line in lines)}

    def of(self, mutant: Mutant) -> tuple[str, str]:
        """The outcome, and the test that noticed: `open` if nothing is known of the file as it is."""
        return self.known.get((self.hashes[mutant.file], mutant.name), ("open", ""))

    def add(self, mutant: Mutant, outcome: str, by: str = "") -> None:
        hash = self.hashes[mutant.file]
        self.known[hash, mutant.name] = outcome, by
        with self.path.open("a") as file:
            file.write(f"{hash}\t{outcome}\t{mutant.name}\t{by}\n")


def environment(**more: str) -> dict[str, str]:
    """That of cargo and of the tests. The tests are the same in each run."""
    same = {
        "CARGO_TARGET_DIR": str(TARGET),
        "SQRT_RECORDING": str(WORK / "recording"),
        "PROPTEST_CASES": "32",
        "PROPTEST_MAX_SHRINK_ITERS": "0",
        "PROPTEST_RNG_SEED": "1",
        "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
        "RUST_BACKTRACE": "0",
        # To stop at the first failure is an option that only the harness of nightly has, or what claims to be one.
        "RUSTC_BOOTSTRAP": "1",
    }
    return {**os.environ, **same, **more}


def cargo(*arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    """Runs cargo in the tree. Our crate is optimised a little: its tests run for longer than it compiles."""
    settings = ["profile.dev.package.sqrt-vm.opt-level=1", "profile.dev.package.sqrt-vm.debug=0"]
    configured = [word for setting in settings for word in ("--config", setting)]
    # The variable that lets tests be stopped would have all dependencies built anew.
    plain = {name: value for name, value in environment().items() if name != "RUSTC_BOOTSTRAP"}
    done = subprocess.run(["cargo", *configured, *arguments], cwd=TREE, env=plain, capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(done.stderr)
    return done


LIBRARY = ["--package", "sqrt-vm", "--lib", "--features", "replay", "--message-format=json"]


def messages(done: subprocess.CompletedProcess) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def build(check: bool = True) -> Path | None:
    """Builds the unit tests of the tree. None if they do not build."""
    done = cargo("test", "--no-run", *LIBRARY, check=check)
    built = [message.get("executable") for message in messages(done) if message.get("reason") == "compiler-artifact"]
    return Path([path for path in built if path][-1]) if done.returncode == 0 else None


def copy_tree() -> dict[str, str]:
    """Copies the repository to a place that nobody else uses, always the same so that builds stay incremental.

    Returns the hashes of the files of the crate.
    """
    shutil.rmtree(TREE, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, TREE / name)
    sources = sorted(TREE.glob("vm/src/**/*.rs"))
    return {str(path.relative_to(TREE)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sources}


def files_of(area: str) -> list[str]:
    """The files of an area that are there."""
    found = [path for pattern in AREAS[area].split() for path in sorted(glob.glob(pattern, root_dir=TREE / "vm/src"))]
    return ["vm/src/" + path for path in found if path not in LEFT_OUT]


def list_mutants() -> dict[str, list[Mutant]]:
    """All mutants of each area."""
    every = [word for area in AREAS for path in files_of(area) for word in ("--file", path)]
    done = cargo("mutants", "--list", "--json", "--no-config", "--package", "sqrt-vm", *every)
    sources = {area: files_of(area) for area in AREAS}
    mutants = {area: [] for area in AREAS}
    for listed in json.loads(done.stdout):
        area = next(area for area, files in sources.items() if listed["file"] in files)
        mutants[area].append(Mutant.of_json(listed, (TREE / listed["file"]).read_text()))
    return mutants


def record() -> None:
    """Has a recording made for the tests that replay one, unless the last one is of the same code and cases."""
    digest = hashlib.sha256()
    for folder in ("vm", "compiler", "tests", "examples"):
        for path in sorted(path for path in (TREE / folder).rglob("*") if path.is_file()):
            digest.update(str(path).encode() + b"\0" + path.read_bytes())
    made_of = WORK / "recording.of"
    if not (WORK / "recording").exists() or not made_of.exists() or made_of.read_text() != digest.hexdigest():
        command = ["cargo", "run", "--quiet", "--package", "sqrt-tests", "--bin", "record", "--", WORK / "recording"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)}, check=True)
        made_of.write_text(digest.hexdigest())


def refused(done: subprocess.CompletedProcess, lines: dict) -> set[int]:
    """The mutants that the errors of the compiler are about."""

    def spans(message: dict, primary: bool):
        for span in message["spans"]:
            while span:
                if span.get("is_primary", True) or not primary:
                    yield span
                span = (span.get("expansion") or {}).get("span")

    found = set()
    errors = [message["message"] for message in messages(done) if message.get("reason") == "compiler-message"]
    for error in (error for error in errors if error["level"] == "error"):
        for primary in (True, False):
            hit = {
                at.number
                for span in spans(error, primary)
                for at in lines.get(span["file_name"], [])
                if at.first <= span["line_start"] <= at.last
            }
            if hit:
                found |= hit
                break
    if done.returncode != 0 and not found:
        sys.exit("an error that is of no mutant:\n" + "".join(error["rendered"] for error in errors) + done.stderr)
    return found


def build_common(numbered: dict[int, Mutant], outcomes: Outcomes) -> tuple[Path, set[int]]:
    """Builds the binary with all mutants that build; those that do not get their outcome. Returns also those with no place."""
    root = TREE / "vm/src/lib.rs"
    crate = root.read_text()
    sources = {mutant.file: (TREE / mutant.file).read_text() for mutant in numbered.values()}
    left = dict(numbered)
    while True:
        lines, unplaced = {}, set()
        for file, source in sources.items():
            text, lines[file], without = place(source, [(n, mutant) for n, mutant in left.items() if mutant.file == file])
            (TREE / file).write_text(text)
            unplaced |= without
        root.write_text(crate + module(max(numbered)))
        bad = refused(cargo("check", "--profile", "test", *LIBRARY, check=False), lines) - unplaced
        for number in bad:
            outcomes.add(left.pop(number), "unviable")
        if not bad:
            break
        print(f"{len(bad)} do not build", flush=True)
    binary = shutil.copyfile(build(), WORK / "common")
    binary.chmod(0o755)
    for file, source in sources.items():
        (TREE / file).write_text(source)
    root.write_text(crate)
    return binary, unplaced


def run(binary: Path, tests: list[str], seconds: float, **variables: str) -> tuple[str, str, float]:
    """Runs tests. Returns `passed`, `failed` or `timeout`, the tests that failed, and the seconds of CPU."""
    limit = int(seconds * TIMES_AS_LONG + EXTRA_SECONDS)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    command = [binary, "--exact", "--test-threads", "1", "-Z", "unstable-options", "--fail-fast", *tests]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            command,
            env=environment(**variables),
            cwd=TREE / "vm",
            capture_output=True,
            errors="replace",
            # Beside tests that work without end there are those that wait without end.
            timeout=60 + 5 * limit,
            preexec_fn=limited,
        )
    except subprocess.TimeoutExpired:
        return "timeout", "", limit
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode == 0:
        return "passed", "", took
    if done.returncode < 0 and took >= limit - 1:
        return "timeout", "", took
    return "failed", " ".join(re.findall(r"^test (\S+) .*\.\.\. FAILED", done.stdout, re.MULTILINE)) or "all of them", took


def try_tests(binary: Path) -> list[Test]:
    """Runs each test by itself on the code as it is. What fails now is no help later."""
    listed = subprocess.run([binary, "--list", "--format", "terse"], env=environment(), capture_output=True, text=True)
    names = re.findall(r"^(.*): test$", listed.stdout, re.MULTILINE)
    tests, reached, times = [], WORK / "reached", []
    for name in names:
        reached.write_text("")
        outcome, _, seconds = run(binary, [name], 60, MUTANT="0", MUTANT_REACHED=str(reached))
        times.append(f"{seconds:.2f}\t{name}\n")
        if outcome != "passed":
            sys.exit(f"without any mutant, {name} {outcome}")
        if seconds > LONGEST_TEST:
            print(f"{name} takes {seconds:.0f} s: left out", flush=True)
        else:
            tests.append(Test(name, frozenset(map(int, reached.read_text().split())), seconds))
    (WORK / "tests.tsv").write_text("".join(sorted(times, key=lambda line: float(line.split()[0]))))
    return sorted(tests, key=lambda test: test.seconds)


def try_mutant(binary: Path, tests: list[Test], number: int) -> tuple[str, str]:
    """Runs tests on a mutant, in portions that take longer and longer: short tests notice most mutants."""
    portion, seconds, most = [], 0.0, 0.2
    for at, test in enumerate(tests):
        portion.append(test.name)
        seconds += test.seconds
        if at + 1 < len(tests) and seconds + tests[at + 1].seconds <= most:
            continue
        outcome, by, _ = run(binary, portion, seconds, MUTANT=str(number))
        if outcome != "passed":
            return ("caught" if outcome == "failed" else "timeout"), by
        portion, seconds, most = [], 0.0, 2 * most
    return "missed", ""


def try_all(wanted: list[Mutant], outcomes: Outcomes) -> None:
    """Tries mutants, first those of the common binary."""
    began = time.monotonic()
    record()
    numbered = dict(enumerate(wanted, start=1))
    binary, unplaced = build_common(numbered, outcomes)
    tests = try_tests(binary)
    placed = [n for n in numbered if n not in unplaced and outcomes.of(numbered[n])[0] != "unviable"]
    took = f"{time.monotonic() - began:.0f} s for building and for {len(tests)} tests"
    print(f"{took}; {len(placed)} mutants in the common binary, {len(unplaced)} with a build each", flush=True)
    for count, number in enumerate(placed, start=1):
        outcome, by = try_mutant(binary, [test for test in tests if number in test.reached], number)
        outcomes.add(numbered[number], outcome, by)
        if outcome == "missed":
            print(f"{count}/{len(placed)} missed: {numbered[number].name}", flush=True)
    for number in sorted(unplaced):
        mutant = numbered[number]
        source = (TREE / mutant.file).read_text()
        (TREE / mutant.file).write_text(mutant.alone(source))
        alone = build(check=False)
        # One that never asks is of a function that cannot, or of none: any test may reach it.
        reaching = [test for test in tests if number in test.reached] or tests
        outcome, by = try_mutant(alone, reaching, 0) if alone else ("unviable", "")
        outcomes.add(mutant, outcome, by)
        (TREE / mutant.file).write_text(source)
        if outcome == "missed":
            print(f"missed: {mutant.name}", flush=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    took, cpu = time.monotonic() - began, used.ru_utime + used.ru_stime
    print(f"{len(wanted)} mutants took {took / 60:.0f} minutes, and {cpu / 60:.0f} of CPU", flush=True)


def told_apart(mutants: list[Mutant]) -> list[str]:
    """The mutants' words without their lines, which come and go; those of the same words in a file get numbers."""
    seen = collections.Counter()
    words = []
    for mutant in mutants:
        text = re.sub(r"^([^:]*):\d+:\d+", r"\1", mutant.name)
        seen[text] += 1
        words.append(text if seen[text] == 1 else f"{text} #{seen[text]}")
    return words


def sum_up(areas: dict[str, list[Mutant]], outcomes: Outcomes) -> None:
    """Says what is known of each area, and which mutants survived without being explained."""
    files = {mutant.file for mutants in areas.values() for mutant in mutants}
    explained = [line for line in EQUIVALENT.read_text().splitlines() if line.split(":")[0] in files]
    survived = []
    print("| area | mutants | viable | caught | of them by time | survivors | of them explained | caught of viable | of those not explained |")
    print("| --- |" + " ---: |" * 8)
    total = collections.Counter()
    for area, mutants in [*areas.items(), ("all", [])]:
        count = collections.Counter()
        for mutant, words in zip(mutants, told_apart(mutants)):
            outcome = outcomes.of(mutant)[0]
            count[outcome] += 1
            count["all"] += 1
            if outcome == "missed":
                count["explained"] += words in explained
                survived += [] if words in explained else [f"{words} ({mutant.name.split(': ')[0]})"]
            elif words in explained and outcome != "open":
                survived.append(f"explained, but {outcome}: {words}")
            if words in explained:
                explained.remove(words)
        total += count
        count = total if area == "all" else count
        caught = count["caught"] + count["timeout"]
        viable = caught + count["missed"]
        of_viable, of_others = (f"{100 * caught / n:.1f} %" if n else "-" for n in (viable, viable - count["explained"]))
        cells = [area, count["all"], viable, caught, count["timeout"], count["missed"], count["explained"], of_viable, of_others]
        print("| " + " | ".join(map(str, cells)) + " |")
    print(f"{total['unviable']} do not build, {total['open']} not tried")
    print("".join(line + "\n" for line in survived + [f"explained, but no mutant: {words}" for words in explained]), end="")


def main() -> None:
    parser = argparse.ArgumentParser(prog="mutants.sh", description="tries mutants that nothing is known of yet, and sums up")
    parser.add_argument("--shard", metavar="K/N", default="0/1", help="only the mutants number K, K+N, K+2N … (K from 0)")
    parser.add_argument("--again", action="store_true", help="try those again that were missed")
    parser.add_argument("--list", action="store_true", help="try nothing, only sum up what is known")
    parser.add_argument("files", metavar="FILE", nargs="*", help="only mutants of these files (vm/src/decision.rs)")
    options = parser.parse_args()
    shard = re.fullmatch(r"(\d+)/([1-9]\d*)", options.shard)
    if not shard:
        parser.error("--shard takes a number and a count")
    hashes = copy_tree()
    if unknown := [file for file in options.files if file not in hashes]:
        parser.error(f"no such file of the crate: {' '.join(unknown)}")
    areas, outcomes = list_mutants(), Outcomes(WORK / "outcomes.tsv", hashes)
    every = [mutant for mutants in areas.values() for mutant in mutants][int(shard[1]) :: int(shard[2])]
    open_ones = {"open", "missed"} if options.again else {"open"}
    wanted = [m for m in every if outcomes.of(m)[0] in open_ones and (not options.files or m.file in options.files)]
    if wanted and not options.list:
        print(f"{len(wanted)} of {len(every)} mutants are to be tried", flush=True)
        try_all(wanted, outcomes)
    sum_up({area: [m for m in mutants if not options.files or m.file in options.files] for area, mutants in areas.items()}, outcomes)


if __name__ == "__main__":
    main()
