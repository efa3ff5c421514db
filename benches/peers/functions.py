#!/usr/bin/env python3
"""Instructions per call by function, from a callgrind file: `functions.py FILE CALLS`.

Self is what a function spends itself, with what is inlined into it; total includes what it calls.
"""

import collections
import re
import sys


def read(path):
    """Self and total cost and the number of calls, by function."""
    names = {}
    own, total, calls = collections.Counter(), collections.Counter(), collections.Counter()
    function = called = None
    pending = 0
    for line in open(path):
        if match := re.match(r"(c?)fn=\((\d+)\)(?: (.*))?", line):
            is_called, number, name = match.groups()
            name = names.setdefault(number, name)
            if is_called:
                called = name
            else:
                function = name
        elif match := re.match(r"calls=(\d+)", line):
            pending = int(match[1])
        elif match := re.match(r"(?:[+-]?\d+|\*) (\d+)$", line):
            cost = int(match[1])
            if pending:
                calls[called] += pending
                total[called] += cost
                pending = 0
            else:
                own[function] += cost
    return own, total, calls


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    own, total, calls = read(path)
    everything = sum(own.values())
    print(f"{everything / count:.0f} instructions per call")
    print(f"{'self':>9} {'share':>6} {'total':>9} {'calls':>7}  function")
    for name, cost in own.most_common():
        if cost / everything < 0.002:
            break
        print(
            f"{cost / count:9.0f} {cost / everything:6.1%} {total[name] / count:9.0f} {calls[name] / count:7.1f}  {name}"
        )


main()
