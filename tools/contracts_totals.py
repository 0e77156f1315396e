#!/usr/bin/env python3
"""Counts what contracts/measured.tsv says: writes the totals into docs/contracts.md and the rows behind them into docs/contracts-lists.md.

usage: contracts_totals.py [--check]     --check: exit 1 where writing would change a byte

A row counts where an object is among its arguments or its result, once in each version that has it.
"""
import argparse
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
import contracts
import contracts_page
import measure_contracts

VERSIONS = [(3, minor) for minor in range(contracts.OLDEST[1], contracts.NEWEST_KNOWN[1] + 1)]
MARKS = re.compile(r"(<!-- totals: tools/contracts_totals.py -->\n).*?(<!-- end of totals -->)", re.S)
HEAD = """# The rows behind the totals

Written by tools/contracts_totals.py from contracts/ and contracts/measured.tsv; [contracts.md](contracts.md) says what was done and has
the sums. One line for each row with an object among arguments or result: the versions that have it, those in which it was confirmed on
success, and those in which it was confirmed on failure ("-" where the row knows no failure).

| row | in | success | failure |
|---|---|---|---|
"""


def percent(part, whole):
    return "{:,} ({:.0f} %)".format(part, 100 * part / whole if whole else 0)


def counted(rows):
    return [r for r in rows if r.kind != "slot" and measure_contracts.has_object(r)]


def marks_of(marks, row):
    return marks.get((row.name, row.digest()), [set(), set()])


def totals(rows, marks, there, words):
    """One line of the table: there(row) tells whether the row is in the denominator, words is the version's mark."""
    rows = [r for r in rows if there(r)]
    success = sum(words in marks_of(marks, r)[0] for r in rows)
    failing = [r for r in rows if measure_contracts.can_fail(r)]
    failure = sum(words in marks_of(marks, r)[1] for r in failing)
    return "| {:,} | {} | {:,} | {} | {:.0f} % |".format(len(rows), percent(success, len(rows)), len(failing), percent(failure, len(failing)),
                                                   100 * failure / len(rows))


def table(rows, marks):
    lines = ["| | rows | confirmed on success | can fail | confirmed on failure | of all rows |", "|---|---|---|---|---|---|"]
    own = [r for r in rows if not r.library]
    for version in VERSIONS:
        lines.append("| CPython 3.%d " % version[1] + totals(own, marks, lambda r: r.covers(version), "3.%d" % version[1]))
    numpy = [r for r in rows if r.library == "numpy" and r.kind == "entry"]
    for release in ((1, 24), (2, 4)):
        lines.append("| numpy %d.%d " % release + totals(numpy, marks, lambda r: measure_contracts.released(r, release), "%d.%d" % release))
    return "\n".join(lines) + "\n"


def span(versions):
    return contracts_page.compact(",".join(sorted(versions, key=lambda w: [int(n) for n in w.split(".")]))) if versions else ""


def lists(rows, marks):
    lines = []
    for row in rows:
        if row.library and row.kind != "entry":
            continue
        there = {"3.%d" % v[1] for v in VERSIONS if row.covers(v)} if not row.library else {"1.24", "2.4"} & {
            "%d.%d" % v for v in ((1, 24), (2, 4)) if measure_contracts.released(row, v)}
        if there:
            success, failure = marks_of(marks, row)
            lines.append("| %s | %s | %s | %s |" % (row.name, ("numpy " if row.library else "") + span(there), span(success),
                                                     span(failure) if measure_contracts.can_fail(row) else "-"))
    return HEAD + "\n".join(lines) + "\n"


def texts():
    """path -> what it shall hold"""
    directory = os.path.join(ROOT, "contracts")
    rows, marks = counted(contracts.load(directory)), measure_contracts.read_marks(os.path.join(directory, "measured.tsv"))
    sums, behind = (os.path.join(ROOT, "docs", name) for name in ("contracts.md", "contracts-lists.md"))
    with open(sums, encoding="utf-8") as f:
        page = f.read()
    return {sums: MARKS.sub(lambda m: m.group(1) + table(rows, marks) + m.group(2), page), behind: lists(rows, marks)}


def write():
    for path, words in texts().items():
        with open(path, "w", encoding="utf-8") as f:
            f.write(words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    if not args.check:
        write()
        return 0
    stale = 0
    for path, words in texts().items():
        with open(path, encoding="utf-8") as f:
            if f.read() != words:
                stale = 1
                print("%s is stale: run tools/contracts_totals.py" % os.path.relpath(path, ROOT), file=sys.stderr)
    return stale


if __name__ == "__main__":
    sys.exit(main())
