"""The CPythons of this machine: the distribution's python3.X, and those below pyenv's root."""
import dataclasses
import glob
import json
import os
import re
import shutil
import subprocess

KNOWN = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")  # what refsan has rows for
PROBE = """
import json, os, sys, sysconfig
print(json.dumps([sys.implementation.name, list(sys.version_info[:3]), sysconfig.get_config_var("EXT_SUFFIX"),
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")), hasattr(sys, "gettotalrefcount"),
    os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h"))]))
"""


@dataclasses.dataclass(frozen=True)
class Python:
    name: str        # "3.11-debian", "3.12.1"
    minor: str       # "3.11"
    executable: str
    suffix: str      # of extension modules
    distribution: bool


@dataclasses.dataclass
class Found:
    chosen: list
    unknown: list    # CPythons older or newer than the table, and other builds: refsan must step aside there
    missing: list    # versions that REFSAN_TEST_PYTHONS demands in vain


def probe(executable, distribution):
    """(Python or None, whether refsan knows such a one)."""
    try:
        out = subprocess.run([executable, "-c", PROBE], capture_output=True, text=True, timeout=60)
        implementation, version, suffix, free_threaded, debug, headers = json.loads(out.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None, False
    minor = "%d.%d" % tuple(version[:2])
    name = minor + "-distribution" if distribution else ".".join(map(str, version))
    known = implementation == "cpython" and minor in KNOWN and not free_threaded and not debug
    if known and not headers:
        return None, False
    return Python(name, minor, executable, suffix, distribution), known


def candidates():
    """[(executable, whether it is the distribution's)], the distribution's first."""
    system = sorted(p for p in glob.glob("/usr/bin/python3.*") if re.fullmatch(r".*/python3\.\d+", p))
    roots = [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv")]
    if shutil.which("pyenv"):
        asked = subprocess.run(["pyenv", "root"], capture_output=True, text=True)
        roots.insert(0, asked.stdout.strip())
    root = next((r for r in roots if r and os.path.isdir(os.path.join(r, "versions"))), None)
    below = glob.glob(os.path.join(root, "versions", "*", "bin", "python3")) if root else []
    return [(p, True) for p in system] + [(p, False) for p in below]


def find():
    demanded = os.environ.get("REFSAN_TEST_PYTHONS", "").replace(",", " ").split()
    known, unknown = [], []
    for executable, distribution in candidates():
        python, usable = probe(executable, distribution)
        if python:
            (known if usable else unknown).append(python)
    known.sort(key=lambda p: (not p.distribution, [int(n) for n in re.findall(r"\d+", p.name)]))
    if not demanded:
        return Found(known, unknown, [])

    def fits(python, version):
        return version in (python.name, python.minor)
    missing = [v for v in demanded if not any(fits(p, v) for p in known)]
    return Found([p for p in known if any(fits(p, v) for v in demanded)], unknown, missing)


def one_per_minor(found):
    """For slow tests: the first of each minor version, the distribution's before pyenv's."""
    chosen = {}
    for python in found:
        chosen.setdefault(python.minor, python)
    return sorted(chosen.values(), key=lambda p: int(p.minor.split(".")[1]))
