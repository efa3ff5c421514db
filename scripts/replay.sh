#!/usr/bin/env bash
# Measures `sqrt replay` beside `sqrt eval` on the same million small calls, in turns, and prints seconds and calls a second: the
# best of some rounds.
#
#   scripts/replay.sh             a million calls of 20,000 sessions, five rounds
#   CALLS=100000 scripts/replay.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release --locked -p sqrt-cli
sqrt=${CARGO_TARGET_DIR:-target}/release/sqrt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$work" "${CALLS:-1000000}" <<'PYTHON'
import random, sys
work, calls = sys.argv[1], int(sys.argv[2])
random.seed(1)
policy = 'tool "send_email" {\n    must deny when body.tags overlaps {"internal_use", "confidential"} and not to.value in {%s};\n}\n'
trusted = r'str matching r".*@trustedcorp\.com"'
for name, allowed in [("old", trusted), ("new", trusted + ', "bob@corp.com"')]:
    with open(f"{work}/{name}.sqrt", "w") as file:
        file.write(policy % allowed)
with open(f"{work}/calls.jsonl", "w") as file:
    for _ in range(calls):
        to = random.choice(["alice@trustedcorp.com", "someone@example.org", "bob@corp.com"])
        file.write('{"session": "s%d", "tool": "send_email", "args": {"to": "%s", "subject": "Quarterly numbers", "body": "Hello!"}, '
                   '"arg_meta": {"body": {"tags": ["internal_use", "draft", "q3_report"]}}}\n' % (random.randrange(20000), to))
PYTHON
python3 - "$sqrt" "$work" "${CALLS:-1000000}" <<'PYTHON'
import subprocess, sys, time
sqrt, work, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
old, new, file = f"{work}/old.sqrt", f"{work}/new.sqrt", f"{work}/calls.jsonl"
runs = {
    "eval": ["eval", old, "--calls", file],
    "replay, one thread": ["replay", old, "--calls", file, "--threads", "1"],
    "replay": ["replay", old, "--calls", file],
    "replay, two policies": ["replay", old, "--against", new, "--calls", file],
}
best = dict.fromkeys(runs, float("inf"))
for _ in range(5):
    for name, args in runs.items():
        start = time.monotonic()
        done = subprocess.run([sqrt, *args], stdout=subprocess.DEVNULL)
        best[name] = min(best[name], time.monotonic() - start)
        # A run that fails is quick. Bob gets mail under the new policy only, so that two policies differ.
        if done.returncode != (1 if "--against" in args else 0):
            sys.exit(f"{name}: status {done.returncode}")
for name, seconds in best.items():
    print(f"{name:22} {seconds:6.2f} s  {calls / seconds / 1e6:5.2f} M/s  {best['eval'] / seconds:5.2f} x eval")
PYTHON
