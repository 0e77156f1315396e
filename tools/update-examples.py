#!/usr/bin/env python3
"""update-examples.py [--check]: runs refsan and puts what it really prints into README.md, examples/*/README.md and docs/.

The place is marked by <!-- output: WHAT --> and <!-- end of output -->, WHAT being `run-example NAME` (its command line and
the text on a terminal) or `bench` (the table of bench/run.py; takes minutes, only with --bench). --check only says which
files would change, status 1.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACE = re.compile(r"(<!-- output: ([^>]*?) -->\n).*?(<!-- end of output -->)", re.S)


def output_of(what, bench):
    """The lines to put there, as Markdown; None leaves what is there."""
    words = what.split()
    if words[0] == "bench" and not bench:
        return None
    if words[0] == "bench":
        table = subprocess.run([sys.executable, os.path.join(ROOT, "bench", "run.py")] + words[1:], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        if table.returncode:
            raise SystemExit("refsan: bench/run.py ended with %d; nothing was changed" % table.returncode)
        return table.stdout
    if words[0] != "run-example":
        raise SystemExit("refsan: '%s' is no output that can be made; expected run-example or bench" % what)
    p = subprocess.run([os.path.join(ROOT, "tools", "run-example.py")] + words[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    return "```\n%s\n```\n" % settle(p.stdout.rstrip()) if p.stdout.strip() else None


def settle(text):
    """Without what differs at each run and tells nobody anything."""
    text = text.replace(ROOT + os.sep, "")
    return re.sub(r"\b0x[0-9a-f]{6,}\b", "0x...", text)


def update(path, check, bench):
    """Whether the file is (or would be) changed."""
    with open(path) as f:
        old = f.read()

    def fill(match):
        text = output_of(match.group(2), bench)
        return match.group(0) if text is None else match.group(1) + text + match.group(3)
    new = PLACE.sub(fill, old)
    if new != old and not check:
        with open(path, "w") as f:
            f.write(new)
    return new != old


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--bench", action="store_true")
    parser.add_argument("files", nargs="*", help="only these")
    args = parser.parse_args()
    files = args.files or [os.path.join(ROOT, "README.md")] + sorted(glob.glob(os.path.join(ROOT, "examples", "*", "README.md")))
    changed = [f for f in files if update(f, args.check, args.bench)]
    for path in changed:
        print(os.path.relpath(path, ROOT))
    return 1 if args.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
