#!/usr/bin/env python3
"""Every public function that an interpreter at hand exports has a row for its version; so has every public macro and
inline function of its headers, and every slot id and calling convention.

Interpreters: python3.X of PATH and of /usr/bin, and those under $PYENV_ROOT/versions (default ~/.pyenv), 3.8 and newer.
$REFSAN_SHARED/api-usage.tsv (../shared), where it is there, adds the names that published wheels import.
Skipped (77) where no interpreter exports its symbols. The test removes rows in memory and expects to be told.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import contracts
import contracts_names

SHARED = os.environ.get("REFSAN_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
# what declares, initialises or annotates: neither takes nor gives a reference, and stands where no call can
NO_CALL = set("""PyAPI_DATA PyAPI_FUNC PyDoc_STR PyDoc_STRVAR PyDoc_VAR PyFPE_END_PROTECT PyFPE_START_PROTECT PyObject_HEAD_INIT PyVarObject_HEAD_INIT
Py_ALIGNED Py_ARRAY_LENGTH Py_BUILD_ASSERT Py_BUILD_ASSERT_EXPR Py_DEPRECATED Py_FORCE_EXPANSION Py_GCC_ATTRIBUTE Py_LL Py_LOCAL Py_LOCAL_INLINE
Py_MEMBER_SIZE Py_STRINGIFY Py_ULL Py_UNUSED""".split())
IDS = (("typeslots.h", r"#define (Py_\w+) +\d+"), ("moduleobject.h", r"#define (Py_mod_\w+) +\d+"),
       ("methodobject.h", r"#define (METH_(?:VARARGS|NOARGS|O|FASTCALL|METHOD|KEYWORDS)) "), ("structmember.h", r"#define (T_OBJECT(?:_EX)?) "),
       ("descrobject.h", r"#define (_?Py_T_OBJECT(?:_EX)?) "))


def is_elf(path):
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def binaries():
    """(file, version) of what exports the C API: shared libraries, and interpreters that contain it."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    files = glob.glob(os.path.join(root, "versions", "*", "lib", "libpython3.*.so.1.0"))
    for minor in range(8, 16):
        files += [shutil.which("python3.%d" % minor) or "", "/usr/bin/python3.%d" % minor]
    for path in sorted(set(filter(is_elf, files))):
        minor = int(re.search(r"python3\.(\d+)", os.path.basename(path)).group(1))
        if minor >= 8:
            yield path, (3, minor)


def public_functions(path):
    out = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    fields = [line.split() for line in out.splitlines()]
    return {f[2].partition("@")[0] for f in fields if len(f) == 3 and f[1] in "TW" and f[2].startswith("Py")}


def headers_of(path):
    """The folder of headers that belongs to the binary, or None."""
    name = re.search(r"python3\.\d+", os.path.basename(path)).group(0)
    folder = os.path.join(os.path.dirname(os.path.dirname(path)), "include", name)
    return folder if os.path.exists(os.path.join(folder, "Python.h")) else None


def public_macros(include):
    names, aliases = contracts_names.offered(include, public=True)
    return {n for n in names | {m.group(1) for m in aliases if m.group(2) in names} if n.startswith("Py")} - NO_CALL


def ids_without_row(include, rows, version):
    known = set()
    for row in rows:
        if row.kind == "slot" and row.covers(version):
            known |= {row.name} | set(row.clauses.get("twin", "").split("|"))
    missing = []
    for header, pattern in IDS:
        path = os.path.join(include, header)
        if os.path.exists(path):
            with open(path) as f:
                missing += sorted(set(re.findall(pattern, f.read())) - known)
    return missing


def wheels_imports():
    """"NAME VERSION" of every function that the published wheels of api-usage.tsv import."""
    path, lines = os.path.join(SHARED, "api-usage.tsv"), []
    if not os.path.exists(path):
        return []
    with open(path) as f:
        for fields in (line.rstrip("\n").split("\t") for line in f):
            if fields[3] == "function":
                lines += ["%s %s" % (fields[0], v) for v in fields[8].split(",") if v]
    return lines


NUMPY_HEADERS = (("__multiarray_api.h", "numpy._ARRAY_API"), ("__ufunc_api.h", "numpy._UFUNC_API"))


def numpy_entries(rows):
    """What the headers of an installed numpy say of its tables against the rows: a line for each difference, and how many were compared."""
    wrong, compared = [], 0
    p = subprocess.run(["/usr/bin/python3", "-c", "import numpy; print(numpy.__version__, numpy.get_include())"], capture_output=True, text=True)
    if p.returncode:
        return [], 0
    release, include = p.stdout.split(None, 1)
    release = tuple(int(n) for n in release.split(".")[:2])
    for header, table in NUMPY_HEADERS:
        with open(os.path.join(include.strip(), "numpy", header)) as f:
            text = f.read()
        places = {r.entry: r.name for r in rows if r.table == table and (not r.releases[0] or r.releases[0] <= release) and (not r.releases[1] or release <= r.releases[1])}
        for m in re.finditer(r"#define (\w+)\s*\\\s*\n\s*\(\*\([^#]*?_API\[(\d+)\]\)", text):
            compared += 1
            if places.get(int(m.group(2))) != m.group(1):
                wrong.append("%s %s: place %s is %s's row" % (table, m.group(1), m.group(2), places.get(int(m.group(2)))))
    return wrong, compared


def said_when_removed(rows, names, word):
    """Whether the test would notice: one of those rows taken away is missed."""
    return bool(names) and bool(contracts.missing_names([r for r in rows if r.name != names[0]], ["%s %s" % (names[0], word)]))


def main():
    rows, looked, wrong = contracts.load(os.path.join(ROOT, "contracts")), 0, 0
    for path, version in binaries():
        word = contracts.version_word(version)
        names = sorted(n for n in public_functions(path) if not n.startswith("PyInit_"))
        if not names:
            continue
        include = headers_of(path)
        macros = sorted(public_macros(include)) if include else []
        without = contracts.missing_names(rows, ["%s %s" % (n, word) for n in names + macros])
        without += ids_without_row(include, rows, version) if include else []
        looked, wrong = looked + 1, wrong + len(without)
        print("%s: %d public functions, %d macros and inline functions, without a row: %s" % (word, len(names), len(macros), without or "none"))
        if not all(said_when_removed(rows, n, word) for n in (names, macros) if n):
            wrong += 1
            print("%s: a row that is taken away is not missed" % word)
    imports = wheels_imports()
    without = contracts.missing_names(rows, imports)
    print("published wheels: %d names and versions, without a row: %s" % (len(imports), without or "none"))
    differing, compared = numpy_entries(rows)
    print("numpy: %d places compared with its headers, wrong: %s" % (compared, differing or "none"))
    return 77 if not looked else 1 if wrong or without or differing else 0


if __name__ == "__main__":
    sys.exit(main())
