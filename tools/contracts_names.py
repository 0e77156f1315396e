#!/usr/bin/env python3
"""Lists the names that each CPython offers to extensions: writes contracts/names.tsv.

usage: contracts_names.py [--dir DIR] PREFIX...
       contracts_names.py [--dir DIR] --wasm 3.X=FILE...

PREFIX is an installation with a shared libpython and its headers (lib/libpython3.X.so.1.0, include/python3.X);
the version is read from the library's name. names_elsewhere.tsv of the same folder (NAME, versions, "macro" where it
has no symbol) adds what is known of versions that are not at hand. --wasm adds to it what a WebAssembly build of that version
exports: each Py name, and those with an underscore that are known already (such a build exports internal functions, too). Refuses
to guess: a prefix without library or headers, a file without exports ends it with one line.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
EXTRA_HEADERS = ("structmember.h", "datetime.h", "frameobject.h", "pystrhex.h", "marshal.h", "structseq.h", "pythread.h",
                 "internal/pycore_gc.h", "internal/pycore_object.h")
DEFINE = re.compile(r"#define (_?Py\w+)\(")
ALIAS = re.compile(r"#define (_?Py\w+) (_?Py\w+)\s*\Z")
STATEMENT = re.compile(r"#define (Py_RETURN_\w+|Py_(?:BEGIN|END)_ALLOW_THREADS|Py_(?:UN)?BLOCK_THREADS|PyDateTime_IMPORT|PyDateTime_TimeZone_UTC)\s")
FOREIGN = {"Py2JsConverter_convert", "PyUnicode_Data"}  # Pyodide's own functions, which its build exports beside CPython's
INLINE = re.compile(r"static\s+(?:inline|__inline__)\s[^;{}()]*?\b(_?Py\w+)\s*\([^;{}]*\)\s*\{")


def exported(library):
    out = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    fields = [line.split() for line in out.splitlines()]
    return {f[-1].partition("@")[0] for f in fields if len(f) == 3 and f[1] in "TWi" and re.match(r"_?Py", f[-1])}


def preprocess(include, options, public):
    headers = [h for h in EXTRA_HEADERS if os.path.exists(os.path.join(include, h)) and not (public and h.startswith("internal/"))]
    source = "#define PY_SSIZE_T_CLEAN\n%s#include <Python.h>\n" % ("" if public else "#define Py_BUILD_CORE_MODULE 1\n") + "".join(
        "#include <%s>\n" % h for h in headers)
    return subprocess.run(["gcc", "-E", "-P", "-I" + include, "-I" + include + "/internal", *options, "-"], input=source,
                          capture_output=True, text=True, check=True).stdout


def offered(include, public=False):
    """(names of macros that act like functions and of inline functions, matches NAME OTHER of plain aliases); public:
    without what only CPython's own build sees"""
    macros, text = preprocess(include, ["-dM"], public), preprocess(include, [], public)
    names = {m.group(1) for pattern in (DEFINE, STATEMENT) for m in map(pattern.match, macros.splitlines()) if m}
    aliases = [m for m in map(ALIAS.match, macros.splitlines()) if m]
    return names | set(INLINE.findall(text)), aliases


def survey(prefix):
    """(minor, exported names, macro and inline names) of one installation."""
    libraries = glob.glob(os.path.join(prefix, "lib", "libpython3.*.so.1.0"))
    if not libraries:
        sys.exit("%s: no lib/libpython3.*.so.1.0" % prefix)
    minor = int(re.search(r"libpython3\.(\d+)", libraries[0]).group(1))
    include = os.path.join(prefix, "include", "python3.%d" % minor)
    symbols = exported(libraries[0])
    names, aliases = offered(include)
    names |= {m.group(1) for m in aliases if m.group(2) in symbols | names}
    return minor, symbols, names


def leb128(data, at):
    """(number, place behind it) of an unsigned LEB128 number."""
    number = shift = 0
    while True:
        number |= (data[at] & 0x7f) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return number, at


def exported_wasm(path):
    """The functions of the C API that a WebAssembly module exports (WebAssembly Core Specification 5.5.10)."""
    with open(path, "rb") as f:
        data = f.read()
    at, names = 8, set()
    while at < len(data):
        section, (size, begin) = data[at], leb128(data, at + 1)
        at = begin + size
        count, place = leb128(data, begin) if section == 7 else (0, begin)
        for _ in range(count):
            length, place = leb128(data, place)
            name, kind = data[place:place + length].decode(), data[place + length]
            _, place = leb128(data, place + length + 1)
            if kind == 0 and re.match(r"_?Py", name) and not name.startswith("PyInit_") and name not in FOREIGN:
                names.add(name)
    if not names:
        sys.exit("%s: no exports of CPython's" % path)
    return names


def read_elsewhere(directory):
    """(comment lines, (name, whether it is a macro) -> minor versions) of names_elsewhere.tsv"""
    head, known = [], {}
    with open(os.path.join(directory, "names_elsewhere.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                head.append(line)
            else:
                name, versions, *inline = line.rstrip("\n").split("\t")
                known[name, bool(inline)] = {int(v.split(".")[1]) for v in versions.split(",")}
    return head, known


def add_wasm(directory, builds):
    """Adds the exports of WebAssembly builds ("3.X=FILE") to names_elsewhere.tsv."""
    head, known = read_elsewhere(directory)
    with open(os.path.join(directory, "names.tsv"), encoding="utf-8") as f:
        names = {line.split("\t")[0] for line in f}
    for build in builds:
        version, _, path = build.partition("=")
        for name in exported_wasm(path):
            if name.startswith("Py") or name in names:
                known.setdefault((name, False), set()).add(int(version.split(".")[1]))
    with open(os.path.join(directory, "names_elsewhere.tsv"), "w", encoding="utf-8") as f:
        f.writelines(head)
        for (name, inline), minors in sorted(known.items()):
            f.write("%s\t%s%s\n" % (name, ",".join("3.%d" % minor for minor in sorted(minors)), "\tmacro" * inline))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefixes", nargs="*")
    parser.add_argument("--dir", default=os.path.join(os.path.dirname(HERE), "contracts"))
    parser.add_argument("--wasm", nargs="+", metavar="3.X=FILE")
    args = parser.parse_args()
    if args.wasm:
        return add_wasm(args.dir, args.wasm)
    if not args.prefixes:
        parser.error("a PREFIX or --wasm was expected")
    table = {}
    for prefix in args.prefixes:
        minor, symbols, macros = survey(os.path.expanduser(prefix))
        for column, names in enumerate((symbols, macros)):
            for name in names:
                table.setdefault(name, (set(), set()))[column].add(minor)
    for (name, inline), minors in read_elsewhere(args.dir)[1].items():
        table.setdefault(name, (set(), set()))[inline].update(minors)
    with open(os.path.join(args.dir, "names.tsv"), "w", encoding="utf-8") as f:
        f.write("# Written by tools/contracts_names.py: name, minor versions of 3.x that export it, those that offer it as macro or inline.\n")
        for name in sorted(table):
            f.write("%s\t%s\t%s\n" % ((name,) + tuple(",".join(map(str, sorted(part))) for part in table[name])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
