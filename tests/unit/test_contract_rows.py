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
sys.path.insert(0, os.path.join(ROOT, "tools"))
import contracts

CASES = os.path.join(ROOT, "tests", "bad", "contracts")


def prepare(directory, path):
    """A contract folder that holds this one row file."""
    os.symlink(os.path.join(ROOT, "contracts", "names.tsv"), os.path.join(directory, "names.tsv"))
    name = "slots.txt" if os.path.basename(path).startswith("slots") else "listobject.txt"
    shutil.copy(path, os.path.join(directory, name))


def error_of(path):
    """What loading the case says, or "" where it loads."""
    with tempfile.TemporaryDirectory() as directory:
        prepare(directory, path)
        try:
            contracts.load(directory)
        except contracts.BadRow as e:
            return str(e)
    return ""


def judge(path):
    """What is wrong with the answer to one case, or None."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    error = error_of(path)
    if re.search(r"^# fine$", text, re.M):
        return error or None
    m = re.search(r"^# expect: (\d+) (\S+) (.+)$", text, re.M)
    if not m:
        return "no expectation"
    line, word, rest = m.groups()
    want = ['.txt:%s: "%s": ' % (line, word), rest]
    return None if "\n" not in error and all(w in error for w in want) else error or "loaded"


def command_refuses(path):
    """What is wrong with the command's answer to a bad row: one line, exit status 2, no table written."""
    with tempfile.TemporaryDirectory() as directory:
        prepare(directory, path)
        out = os.path.join(directory, "table.inc")
        p = subprocess.run([sys.executable, TOOL, "generate", "--dir", directory, "--out", out], capture_output=True,
                           text=True)
        if p.returncode != 2 or p.stdout or p.stderr.count("\n") != 1 or os.path.exists(out):
            return "status %d, %s" % (p.returncode, p.stderr)
    return None


def main():
    bad, cases = 0, sorted(os.listdir(CASES))
    for name in cases:
        problem = judge(os.path.join(CASES, name))
        if problem:
            bad += 1
            print("%s: %s" % (name, problem))
    problem = command_refuses(os.path.join(CASES, "twice.txt"))
    if problem:
        bad += 1
        print("command: %s" % problem)
    print("%d cases, %d wrong" % (len(cases), bad))
    return 1 if bad or len(cases) < 25 else 0


if __name__ == "__main__":
    sys.exit(main())
