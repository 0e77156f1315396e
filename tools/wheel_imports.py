#!/usr/bin/env python3
"""Whether every C-API function that the modules of published wheels import has a row in the contract table.

usage: wheel_imports.py [--python 3.X] [--keep FOLDER] [PROJECT ...]

Downloads the newest wheel of each project for that Python and x86-64 (pip, from PyPI), without what they depend on, and reads the
undefined symbols of their modules. Prints a line a wheel and the names without a row; exit status 1 where there is one.
The default ten are of each kind that wheels come in: Cython, hand-written C, pybind11, cffi, Rust, stripped and not.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import contracts

DEFAULT = ("numpy", "multidict", "msgpack", "ujson", "lxml", "kiwisolver", "cffi", "orjson", "psutil", "greenlet")


def download(projects, python, folder):
    for project in projects:
        p = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform=manylinux2014_x86_64",
                            "--platform=manylinux_2_17_x86_64", "--platform=manylinux_2_28_x86_64", "--implementation=cp",
                            "--python-version=" + python, "-d", folder, project], stderr=subprocess.PIPE, text=True)
        if p.returncode:
            sys.exit("cannot download %s: %s" % (project, p.stderr.strip().splitlines()[-1] if p.stderr.strip() else p.returncode))


def imports_of(path):
    """Undefined functions and data of the C API; [] where it is no ELF file."""
    p = subprocess.run(["nm", "-D", "--undefined-only", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [line.split()[-1].partition("@")[0] for line in p.stdout.splitlines() if re.search(r"\b_?Py\w+", line)]


def survey(wheel, folder):
    """(modules, names imported)"""
    names, modules = set(), 0
    with zipfile.ZipFile(wheel) as z:
        for entry in z.namelist():
            if not re.search(r"\.so(\.|$)", entry):
                continue
            path = z.extract(entry, folder)
            found = imports_of(path)
            modules += bool(found)
            names.update(found)
            os.unlink(path)
    return modules, names


def is_data(name):
    """What is no function: types, exceptions, the interpreter's constants."""
    return bool(re.match(r"PyExc_|_?Py\w+_Type$|_Py_(None|True|False|NotImplemented|Ellipsis)|_Py_\w+Struct$|Py_(Version|\w+Flag)$|"
                         r"Py_FileSystemDefaultEnc\w+$|Py_HasFileSystem\w+$|_PyByteArray_empty_string$|_Py_ascii_whitespace$|_Py_ctype_\w+$|_PyRuntime$|_Py_SwappedOp$|_PyContextTokenMissing\w*$|PyOS_InputHook$|PyStructSequence_UnnamedField$", name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="3.13")
    parser.add_argument("--keep")
    parser.add_argument("projects", nargs="*", default=DEFAULT)
    args = parser.parse_args()
    rows = contracts.load(os.path.join(os.path.dirname(HERE), "contracts"))
    missing = set()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or temporary
        download(args.projects, args.python, folder)
        for wheel in sorted(e for e in os.listdir(folder) if e.endswith(".whl")):
            modules, names = survey(os.path.join(folder, wheel), temporary)
            functions = sorted(n for n in names if not is_data(n))
            without = contracts.missing_names(rows, ["%s %s" % (n, args.python) for n in functions])
            missing.update(without)
            print("%s: %d modules, %d functions, without a row: %s" % (wheel.split("-cp")[0], modules, len(functions), ", ".join(w.split()[0] for w in without) or "none"), flush=True)
    print("%d names without a row" % len(missing))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
