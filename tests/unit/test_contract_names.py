#!/usr/bin/env python3
"""What tools/contracts_names.py reads from a WebAssembly build: its exported functions of the C API, nothing else."""
import os
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import contracts_names

FUNCTION, MEMORY = 0, 2


def section(number, content):
    return bytes([number, 0x80 | len(content) & 0x7f, len(content) >> 7]) + content  # the length in two bytes of LEB128


def module(exports):
    """A module of two sections: a custom one, and its exports."""
    entries = b"".join(bytes([len(name)]) + name.encode() + bytes([kind, 7]) for name, kind in exports)
    return b"\0asm\1\0\0\0" + section(0, b"\4name" + b"x" * 200) + section(7, bytes([len(exports)]) + entries)


def names_of(data):
    with tempfile.NamedTemporaryFile(suffix=".wasm") as f:
        f.write(data)
        f.flush()
        try:
            return contracts_names.exported_wasm(f.name)
        except SystemExit as e:
            return str(e.code).replace(f.name, "FILE")


def main():
    wrong = 0
    exports = [("PyList_New", FUNCTION), ("_Py_Dealloc", FUNCTION), ("PyMemory", MEMORY), ("malloc", FUNCTION), ("PyInit_math", FUNCTION),
               ("PyUnicode_Data", FUNCTION)]
    for what, data, expected in (("exports", module(exports), {"PyList_New", "_Py_Dealloc"}),
                                 ("no exports", module([("malloc", FUNCTION)]), "FILE: no exports of CPython's")):
        seen = names_of(data)
        if seen != expected:
            wrong += 1
            print("%s: %s instead of %s" % (what, seen, expected))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
