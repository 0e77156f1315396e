#!/usr/bin/env python3
"""Holds docs/rules to the catalogue: a page for each rule of kinds.def, one template, programs that compile.

usage: rule_pages.py [--cython CYTHON]

The C programs are compiled against the first Python.h that is found, the Cython ones if a cython is; what could not be
checked is said. A program may use the types and variables at file scope of an earlier one on its page.
"""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
PAGES = os.path.join(ROOT, "docs", "rules")
SECTIONS = ["What it means", "The smallest wrong program", "The fix", "How refsan proves it", "How to suppress"]
LINES = range(30, 61)
PRELUDE = "#define PY_SSIZE_T_CLEAN\n#include <Python.h>\n"
SHARED = re.compile(r"^(?:typedef struct \{.*?^\} \w+;|static PyObject \*\w+;)$", re.M | re.S)


def rules():
    """(id, name, kind, title) of each rule."""
    with open(os.path.join(ROOT, "src", "finding", "kinds.def"), encoding="utf-8") as f:
        return re.findall(r'^RS_RULE\((\w+), "([^"]+)", RS_(\w+), "([^"]+)"\)', f.read(), re.M)


def programs(text, language):
    return re.findall(r"^```%s\n(.*?)^```$" % language, text, re.M | re.S)


def shape_complaints(rule, text):
    id, name, _, title = rule
    heading = "# %s %s: %s" % (id, name, title)
    if text.split("\n")[0] != heading:
        yield "first line %r, expected %r" % (text.split("\n")[0], heading)
    found = re.findall(r"^## (.*)$", text, re.M)
    if found != SECTIONS:
        yield "sections %s, expected %s" % (found, SECTIONS)
    if text.count("\n") not in LINES:
        yield "%d lines, expected %d to %d" % (text.count("\n"), LINES.start, LINES.stop - 1)
    if "    rule      %s\n" % id not in text or "    reason    " not in text:
        yield "no suppression block for %s" % id
    if not programs(text, "c") and not programs(text, "python"):
        yield "no program"


def compiled(command, suffix, source):
    """The compiler's complaints about a source text."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page" + suffix)
        with open(path, "w", encoding="utf-8") as f:
            f.write(source)
        done = subprocess.run([*command, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder)
        return done.stdout if done.returncode else ""


def c_complaints(text, include):
    carried = []
    for source in programs(text, "c"):
        own = SHARED.findall(source)
        wrong = compiled(["cc", "-fsyntax-only", "-w", "-I" + include], ".c",
                         PRELUDE + "\n".join(s for s in carried if s not in own) + "\n" + source)
        carried += own
        if wrong:
            yield wrong


def cython_complaints(texts, cython):
    """Cython's complaints about the programs of all pages, in one run of it: starting it is what takes the time."""
    with tempfile.TemporaryDirectory() as folder:
        for id, text in texts.items():
            for i, source in enumerate(programs(text, "cython")):
                with open(os.path.join(folder, "%s_%d.pyx" % (id, i)), "w", encoding="utf-8") as f:
                    f.write(source)
        done = subprocess.run([cython, "-3", *sorted(os.listdir(folder))], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, cwd=folder)
        return [done.stdout] if done.returncode else []


def index_complaints(wanted):
    """What is wrong with the table of docs/rules/README.md."""
    with open(os.path.join(PAGES, "README.md"), encoding="utf-8") as f:
        rows = re.findall(r"^\| \[(\w+)\]\(\1\.md\) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", f.read(), re.M)
    expected = [(id, name, kind.lower(), title) for id, name, kind, title in wanted]
    return [] if rows == expected else ["the table is not that of kinds.def: %s" % (set(rows) ^ set(expected))]


def find_include():
    for folder in [sysconfig.get_paths()["include"], *sorted(glob.glob("/usr/include/python3.*"))]:
        if os.path.exists(os.path.join(folder, "Python.h")):
            return folder
    return None


def read_page(id):
    try:
        with open(os.path.join(PAGES, id + ".md"), encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return "missing\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    venv = os.path.join(ROOT, "build", "venv", "bin", "cython")
    parser.add_argument("--cython", default=venv if os.path.exists(venv) else shutil.which("cython"))
    args = parser.parse_args()
    include, wanted = find_include(), rules()
    texts = {rule[0]: read_page(rule[0]) for rule in wanted}
    wrong = [(rule[0], c) for rule in wanted for c in shape_complaints(rule, texts[rule[0]])]
    wrong += [("README", c) for c in index_complaints(wanted)]
    pages = {os.path.basename(p)[:-3] for p in glob.glob(os.path.join(PAGES, "RS*.md"))}
    wrong += [(id, "no such rule in kinds.def") for id in sorted(pages - set(texts))]
    if include:
        wrong += [(id, c) for id, text in texts.items() for c in c_complaints(text, include)]
    else:
        print("no Python.h: the C programs are not compiled")
    if args.cython:
        wrong += [("*", c) for c in cython_complaints(texts, args.cython)]
    else:
        print("no cython: the Cython programs are not compiled")
    for id, text in wrong:
        print("docs/rules/%s.md: %s" % (id, text))
    print("rule pages: %d pages, %d complaints" % (len(texts), len(wrong)))
    return 1 if wrong or not texts else 0


if __name__ == "__main__":
    sys.exit(main())
