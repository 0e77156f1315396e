#!/usr/bin/env python3
"""Every public function that an interpreter at hand exports has a row for its version.

Interpreters: python3.X of PATH and of /usr/bin, and those under $PYENV_ROOT/versions (default ~/.pyenv), 3.8 and newer.
Skipped (77) where none exports its symbols.
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


def main():
    rows, looked, missing = contracts.load(os.path.join(ROOT, "contracts")), 0, 0
    for path, version in binaries():
        names = sorted(n for n in public_functions(path) if not n.startswith("PyInit_"))
        lines = ["%s %s" % (n, contracts.version_word(version)) for n in names]
        if not names:
            continue
        without = contracts.missing_names(rows, lines)
        looked, missing = looked + 1, missing + len(without)
        print("%s: %d public functions, without a row: %s" % (contracts.version_word(version), len(names), without or "none"))
    return 77 if not looked else 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
