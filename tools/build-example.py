#!/usr/bin/env python3
"""build-example.py FOLDER|SOURCE [--python EXE] [--fixed] [--out DIR] [--cflags FLAGS]: builds one extension module.

The source is the folder's .c, .cpp or .pyx; the module is named after it. --fixed builds the cured twin: -DFIXED, or
NAME.fixed.pyx. Without --out the module goes to build/examples/FOLDER/VERSION[-fixed]. Prints that folder, for
PYTHONPATH. A module that is newer than its sources is not built again. Cython: $CYTHON, else the one of build/venv,
else what this Python or PATH has.
"""
import argparse
import glob
import json
import os
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, "build", "venv")
PROBE = """
import json, sys, sysconfig
print(json.dumps([sorted({sysconfig.get_path("include"), sysconfig.get_path("platinclude")}),
                  sysconfig.get_config_var("EXT_SUFFIX"), "%d.%d" % sys.version_info[:2]]))
"""


class Broken(Exception):
    """The module cannot be built; the text is one line or a compiler's output."""


class Missing(Broken):
    """A tool that building needs is not there."""


def source_of(path):
    """The one source file of a folder, or the file itself."""
    if os.path.isfile(path):
        return os.path.abspath(path)
    found = [p for end in ("c", "cpp", "pyx") for p in glob.glob(os.path.join(path, "*." + end)) if not p.endswith(".fixed.pyx")]
    if len(found) != 1:
        raise Broken("'%s' holds %d sources; expected one .c, .cpp or .pyx" % (path, len(found)))
    return os.path.abspath(found[0])


def cython_command():
    """How to start Cython."""
    tries = [shlex.split(os.environ.get("CYTHON", "")), [os.path.join(VENV, "bin", "cython")], [sys.executable, "-m", "cython"], ["cython"], ["cython3"]]
    for command in filter(None, tries):
        if not shutil.which(command[0]):
            continue
        if subprocess.run(command + ["--version"], capture_output=True).returncode == 0:
            return command
    raise Missing("no Cython found: tools/install-deps.sh test brings one, or set CYTHON")


def run(command):
    """Runs a compiler in the root of the sources, so that the paths it writes down are relative to it."""
    try:
        p = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        raise Missing("'%s' is not installed" % command[0]) from None
    if p.returncode:
        raise Broken("%s\n%s" % (shlex.join(command), p.stdout))


def translate(source, name, out, fixed):
    """The C file that Cython makes of a .pyx."""
    pyx = source[:-len(".pyx")] + ".fixed.pyx" if fixed else source
    target = os.path.join(out, name + ".c")
    shutil.copyfile(pyx, os.path.join(out, os.path.basename(pyx)))  # beside the C file, where refsan looks for its lines
    run(cython_command() + ["-3", "--module-name", name, "-o", target, os.path.relpath(pyx, ROOT)])
    return target


def build(path, python, fixed=False, out=None, cflags=""):
    """Builds the module and returns the folder that holds it."""
    source = source_of(path)
    name, kind = os.path.splitext(os.path.basename(source))
    include, suffix, version = json.loads(subprocess.check_output([python, "-c", PROBE], text=True))
    folder = os.path.basename(os.path.dirname(source))
    out = os.path.abspath(out or os.path.join(ROOT, "build", "examples", folder, version + ("-fixed" if fixed else "")))
    target = os.path.join(out, name + suffix)
    inputs = [os.path.abspath(__file__), source] + glob.glob(os.path.join(os.path.dirname(source), "*.h")) + glob.glob(source[:-4] + ".fixed.pyx")
    stamp = json.dumps([python, cflags, fixed])
    kept = os.path.join(out, "stamp")
    if os.path.exists(target) and os.path.exists(kept):
        with open(kept) as f:
            if f.read() == stamp and os.path.getmtime(target) > max(map(os.path.getmtime, inputs)):
                return out
    os.makedirs(out, exist_ok=True)
    compiler = ["g++", "-std=c++17"] if kind == ".cpp" else ["gcc"]
    flags = ["-O2", "-g", "-DNDEBUG", "-fwrapv", "-fPIC", "-pthread", "-shared", "-Wall", "-Wno-unused-function"]
    flags += ["-I" + os.path.relpath(os.path.dirname(source), ROOT)] + ["-I" + d for d in include] + (["-DFIXED"] if fixed else [])
    code = translate(source, name, out, fixed) if kind == ".pyx" else source
    run(compiler + flags + shlex.split(cflags) + [os.path.relpath(code, ROOT), "-o", target])
    with open(kept, "w") as f:
        f.write(stamp)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path")
    parser.add_argument("--python", default=os.environ.get("PYTHON", "/usr/bin/python3.11"))
    parser.add_argument("--fixed", action="store_true")
    parser.add_argument("--out")
    parser.add_argument("--cflags", default="")
    args = parser.parse_args()
    try:
        print(build(args.path, args.python, args.fixed, args.out, args.cflags))
    except Missing as e:
        print("refsan: %s" % e, file=sys.stderr)
        return 77
    except Broken as e:
        print("refsan: %s" % e, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
