#!/usr/bin/env python3
"""Bad contract files: each gives one line FILE:LINE: "WORD": what was expected, exit status 2, and no table.

The cases are the files of tests/bad/contracts: a row file, closed by comment lines "# expect: LINE WORD TEXT"
where LINE, WORD and TEXT must appear in the error. An expectation "# fine" must load instead.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.join(ROOT, "tools", "contracts.py")
CASES = os.path.join(ROOT, "tests", "bad", "contracts")


def generate(directory, path):
    """(exit status, error text, whether a table was written) for a folder that holds this one row file."""
    shutil.copy(os.path.join(ROOT, "contracts", "names.tsv"), directory)
    name = "slots.txt" if os.path.basename(path).startswith("slots") else "listobject.txt"
    shutil.copy(path, os.path.join(directory, name))
    out = os.path.join(directory, "table.inc")
    p = subprocess.run([sys.executable, TOOL, "generate", "--dir", directory, "--out", out], capture_output=True, text=True)
    return p.returncode, p.stderr.strip(), os.path.exists(out)


def judge(path):
    """What is wrong with the tool's answer to one case, or None."""
    text = open(path, encoding="utf-8").read()
    with tempfile.TemporaryDirectory() as directory:
        status, error, written = generate(directory, path)
    if re.search(r"^# fine$", text, re.M):
        return None if status == 0 and written else "status %d, %s" % (status, error)
    m = re.search(r"^# expect: (\d+) (\S+) (.+)$", text, re.M)
    if not m:
        return "no expectation"
    line, word, rest = m.groups()
    want = ['.txt:%s: "%s": ' % (line, word), rest]
    if status != 2 or written or "\n" in error or not all(w in error for w in want):
        return "status %d, table %s: %s" % (status, "written" if written else "not written", error)
    return None


def main():
    bad, cases = 0, sorted(os.listdir(CASES))
    for name in cases:
        problem = judge(os.path.join(CASES, name))
        if problem:
            bad += 1
            print("%s: %s" % (name, problem))
    print("%d cases, %d wrong" % (len(cases), bad))
    return 1 if bad or len(cases) < 25 else 0


if __name__ == "__main__":
    sys.exit(main())
