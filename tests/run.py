#!/usr/bin/env python3
"""run.py test|rebase [--only PATTERN] [--list] [--jobs N] [-v]: every test of refsan, and one line that counts them.

test     runs them; the last line is "N passed, N failed, N skipped", the exit status 1 when one failed
rebase   writes what was seen into the kept expectations (tests/bad/*.case, tests/scores.json), for review with git diff
--only   a word that occurs in the test's name, or a shell pattern ("bad/*", "cases/*/3.12*"); may be repeated

REFSAN               the program to test (build/refsan)
REFSAN_TEST_PYTHONS  the Pythons to use, each of which must be there: "3.11 3.12"; else every CPython that is found
REFSAN_SHARED        the folder with micro/ and real/ (../shared); where it is absent their tests are skipped
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import bad, cases, check, check_cli, check_unchanged, cli, core, crash, examples, house, pythons, real, same, scores, truth, unit, userlib  # noqa: E402

GROUPS = (unit, house, bad, cli, check_cli, check_unchanged, check, same, crash, cases, userlib, examples, truth, real, scores)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("verb", choices=("test", "rebase"))
    parser.add_argument("--only", action="extend", nargs="+", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    found = pythons.find()
    print("pythons: " + ", ".join("%s (%s)" % (p.name, p.executable) for p in found.chosen), flush=True)
    context = core.Context(rebase=args.verb == "rebase", verbose=args.verbose, pythons=found.chosen, unknown=found.unknown)
    tests = [core.Test("pythons/" + m, core.failing("REFSAN_TEST_PYTHONS demands it and it was not found")) for m in found.missing]
    for group in GROUPS:
        tests += group.collect(context)
    tests = [t for t in tests if core.wanted(t.name, args.only) and (not context.rebase or t.rebases)]
    if args.list:
        print("\n".join(t.name for t in tests))
        return 0
    return core.run(tests, context, args.jobs)


if __name__ == "__main__":
    sys.exit(main())
