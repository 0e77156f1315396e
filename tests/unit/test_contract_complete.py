#!/usr/bin/env python3
"""Every public function that an interpreter at hand exports has a row for its version; so has every function that its public
headers declare, every public macro and inline function of them, and every slot id and calling convention. Of the versions that
are not at hand, each function that contracts/names.tsv knows has one.

Interpreters: python3.X of PATH and of /usr/bin, and those under $PYENV_ROOT/versions (default ~/.pyenv), 3.8 and newer.
$REFSAN_SHARED/api-usage.tsv (../shared), where it is there, adds the names that published wheels import.
Public is a name that begins with Py; those with an underscore count where a wheel imports them.
Skipped (77) where no interpreter exports its symbols. The test takes the rows of every name away in memory and expects to be told of each.
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
# declared in headers of 3.8 to 3.12, but defined by no library that extensions can link
UNDEFINED = set("""PyBuffer_SizeFromFormat PyFrame_ExtendStack PyLineTable_InitAddressRange PyLineTable_NextAddressRange
PyLineTable_PreviousAddressRange PySignal_SetWakeupFd""".split())
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
    return {f[2].partition("@")[0] for f in fields if len(f) == 3 and f[1] in "TWi" and f[2].startswith("Py") and not f[2].startswith("PyInit_")}


def headers_of(path):
    """The folder of headers that belongs to the binary, or None."""
    name = re.search(r"python3\.\d+", os.path.basename(path)).group(0)
    folder = os.path.join(os.path.dirname(os.path.dirname(path)), "include", name)
    return folder if os.path.exists(os.path.join(folder, "Python.h")) else None


def public_macros(include):
    names, aliases = contracts_names.offered(include, public=True)
    return {n for n in names | {m.group(1) for m in aliases if m.group(2) in names} if n.startswith("Py")} - NO_CALL


def declared_functions(include):
    """The public functions that the headers declare."""
    text = contracts_names.preprocess(include, [], public=True)
    names = re.findall(r"\b(Py\w+) *\((?! *\*)[^;{}]*\)[^;{}()]*;", re.sub(r"\{[^{}]*\}", "{}", text))
    return {name for name in names if not name.startswith("PyInit_")} - UNDEFINED


def known_functions(directory, minor):
    """The public functions that names.tsv knows of a version."""
    return {name for name, (exported, _) in contracts.read_names(directory).items() if name.startswith("Py") and (3, minor) in exported}


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


def all_are_missed(rows, names, word):
    """Whether the test would notice each of them: the rows of one half of the names taken away, just that half is missed."""
    for half in (set(names[::2]), set(names[1::2])):
        lines = contracts.missing_names([r for r in rows if r.name not in half], ["%s %s" % (n, word) for n in names])
        if {line.split()[0] for line in lines} != half:
            return False
    return True


def judge(rows, word, names, what):
    """How many of the names have no row in that version; says which."""
    without = contracts.missing_names(rows, ["%s %s" % (n, word) for n in names])
    print("%s: %d %s, without a row: %s" % (word, len(names), what, without or "none"))
    if not without and not all_are_missed(rows, names, word):
        print("%s: a row that is taken away is not missed" % word)
        return 1
    return len(without)


def main():
    directory = os.path.join(ROOT, "contracts")
    rows, looked, wrong = contracts.load(directory), 0, 0
    for path, version in binaries():
        word, names = contracts.version_word(version), public_functions(path)
        if not names:
            continue
        looked += 1
        wrong += judge(rows, word, sorted(names), "public functions")
        include = headers_of(path)
        if include:
            wrong += judge(rows, word, sorted(declared_functions(include)), "functions declared in its headers")
            wrong += judge(rows, word, sorted(public_macros(include)), "macros and inline functions")
            ids = ids_without_row(include, rows, version)
            wrong += len(ids)
            print("%s: ids of slots, without a row: %s" % (word, ids or "none"))
    for minor in range(contracts.NEWEST_KNOWN[1] + 1, contracts.NEWEST[1] + 1):
        wrong += judge(rows, "3.%d" % minor, sorted(known_functions(directory, minor)), "public functions known of it")
    imports = wheels_imports()
    without = contracts.missing_names(rows, imports)
    print("published wheels: %d names and versions, without a row: %s" % (len(imports), without or "none"))
    differing, compared = numpy_entries(rows)
    print("numpy: %d places compared with its headers, wrong: %s" % (compared, differing or "none"))
    return 77 if not looked else 1 if wrong or without or differing else 0


if __name__ == "__main__":
    sys.exit(main())
