#!/usr/bin/env python3
"""Golden tests of the reporters: fabricated reports against the exact bytes in tests/golden/expect/.

usage: golden.py test RENDER     compares, and holds each JSON document to docs/report-schema.md
       golden.py rebase RENDER   writes the expected files anew; read the difference before you commit it

RENDER is the program built from render.c. Each report has NAME.txt (80 columns) and NAME.json; some have more views.
"""
import difflib
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECT = os.path.join(HERE, "expect")
sys.path.insert(0, HERE)
import schema  # noqa: E402

MORE_VIEWS = {
    "deficit.colour.txt": ("deficit", "text", "80", "colour"),
    "deficit.verbose.txt": ("deficit", "text", "80", "verbose"),
    "mixed.colour.txt": ("mixed", "text", "80", "colour"),
    "crash.verbose.txt": ("crash", "text", "0", "verbose"),
    "cpp.wide.txt": ("cpp", "text", "0"),
    "cpp.narrow.txt": ("cpp", "text", "40"),
    "check.sarif": ("check", "sarif"),
    "hostile.sarif": ("hostile", "sarif"),
    "crash-null.sarif": ("crash-null", "sarif"),
}
MOST_LINES = 25


def views(render):
    """Expected file -> arguments of render."""
    names = subprocess.run([render], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    result = dict(MORE_VIEWS)
    for name in names:
        result[name + ".txt"] = (name, "text", "80")
        result[name + ".json"] = (name, "json")
    return result


def rendered(render, arguments):
    done = subprocess.run([render, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
    if done.returncode:
        raise SystemExit("golden.py: render %s: %s" % (" ".join(arguments), done.stderr.decode(errors="replace").strip()))
    return done.stdout


def read(name):
    try:
        with open(os.path.join(EXPECT, name), "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def lines_of(data):
    return data.decode("utf-8", "backslashreplace").splitlines(keepends=True)


def complaints(name, data):
    """What is wrong with one rendering."""
    if data != read(name):
        yield "".join(difflib.unified_diff(lines_of(read(name)), lines_of(data), "expect/" + name, "rendered"))
    if name.endswith(".json"):
        yield from schema.complaints(json.loads(data.decode("utf-8")))
    elif name.endswith(".txt") and "verbose" not in name:
        for block in data.decode("utf-8").split("\n\n"):
            if block.count("\n") + 1 > MOST_LINES:
                yield "a finding of %d lines, expected at most %d" % (block.count("\n") + 1, MOST_LINES)


def test(render):
    passed = failed = 0
    wanted = views(render)
    for name, arguments in sorted(wanted.items()):
        wrong = list(complaints(name, rendered(render, arguments)))
        passed, failed = passed + (not wrong), failed + bool(wrong)
        for text in wrong:
            print("%s: %s" % (name, text))
    for name in sorted(set(os.listdir(EXPECT)) - set(wanted)):
        print("%s: no report renders to it; remove it" % name)
        failed += 1
    print("golden: %d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


def rebase(render):
    os.makedirs(EXPECT, exist_ok=True)
    for name, arguments in sorted(views(render).items()):
        data = rendered(render, arguments)
        if data != read(name):
            print("wrote expect/" + name)
            with open(os.path.join(EXPECT, name), "wb") as f:
                f.write(data)
    return 0


def main():
    verbs = {"test": test, "rebase": rebase}
    if len(sys.argv) != 3 or sys.argv[1] not in verbs:
        print(__doc__, file=sys.stderr)
        return 2
    return verbs[sys.argv[1]](os.path.abspath(sys.argv[2]))


if __name__ == "__main__":
    sys.exit(main())
