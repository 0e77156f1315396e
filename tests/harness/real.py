"""Known bugs of released packages (../shared/real): proven with the right function on Debian's package, on the published
wheel, and on a build with -g (there with the line too); and exercises of clean packages: nothing proven, nothing changed.
"""
import json
import os
import subprocess
import sys

from . import core, program, pythons

BUGS = ("multidict_update_index", "ujson_default_nonascii", "bitarray_encode_symbol")
FOLDER = os.path.join(core.SHARED, "real")


def need_shared():
    if not os.path.exists(os.path.join(FOLDER, "score.py")):
        raise core.Skip("'%s' is not there (REFSAN_SHARED names another place)" % FOLDER)
    program.need_refsan()


def score(name, *options):
    path = os.path.join(core.work_dir("real"), name + ".json")
    if os.path.exists(path):
        os.unlink(path)
    p = subprocess.run([sys.executable, os.path.join(FOLDER, "score.py"), program.REFSAN, "--json", path, "-v", *options],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    core.expect(os.path.exists(path), "score.py gave no figures", p.stdout)
    with open(path) as f:
        return json.load(f), p.stdout


def judge(rows, bug, text, line):
    core.expect(bug in rows, "%s was not run" % bug, text)
    row = rows[bug]
    for key in ("proven", "function") + (("line",) if line else ()):
        core.expect(row[key] is True, "%s: not %s" % (bug, key), text)


def debian(bug):
    def test(_context):
        need_shared()
        python = "/usr/bin/python3.11"
        module = bug.split("_")[0]
        if subprocess.run([python, "-c", "import " + module], capture_output=True).returncode:
            raise core.Skip("Debian's python3-%s is not installed" % module)
        result, text = score("debian-" + bug, "--no-clean", "--only", bug, "--python", python)
        judge(result["rows"], bug, text, line=False)
    return test


def from_pypi(how, python):
    """The three packages as wheels, or built with -g; one virtual environment each below build/."""
    def test(_context):
        need_shared()
        dest = os.path.join(core.BUILD, "real-" + how)
        made = subprocess.run([sys.executable, os.path.join(FOLDER, "setup.py"), dest, "--how", how, "--only", ",".join(BUGS), "-j", "1",
                               "--python", "3.11=" + python.executable], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        with open(os.path.join(dest, "index.json")) as f:
            index = json.load(f)
        missing = [b for b in BUGS if b not in index]
        result, text = score(how, "--no-clean", "--only", ",".join(BUGS), "--pypi", dest)
        rows = []
        for bug in BUGS:
            name = "real/%s/%s" % (how, bug)
            if bug in missing:
                rows.append((name, "skipped", "PyPI did not deliver it: " + made.stdout.strip()[-200:]))
                continue
            try:
                judge(result["rows"], bug, text, line=index[bug]["row"]["debug_lines"])
                rows.append((name, "passed", ""))
            except core.Fail as e:
                rows.append((name, "failed", str(e)))
        return rows
    return test


def clean_environment(python):
    """A virtual environment with the packages of clean_pypi.txt that can be had for this Python."""
    env = os.path.join(core.BUILD, "real-clean", python.minor)
    done, interpreter = os.path.join(env, "done"), os.path.join(env, "bin", "python")
    if os.path.exists(done):
        return interpreter
    with open(os.path.join(FOLDER, "clean_pypi.txt")) as f:
        rows = [line.split() for line in f]
    packages = {p for _, p, v in rows if v == python.minor} or {p for _, p, v in rows if v == "3.12"}
    subprocess.run([python.executable, "-m", "venv", env], check=True, capture_output=True)
    for package in sorted(packages):  # one by one: what cannot be had is left out, and not counted by score.py
        subprocess.run([interpreter, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:", package], capture_output=True)
    open(done, "w").close()
    return interpreter


def clean(python):
    def test(_context):
        need_shared()
        result, text = score("clean-" + python.minor, "--only-clean", "--python", clean_environment(python))
        total = result["total"]
        if not total["clean"]:
            raise core.Skip("none of the clean packages could be installed")
        core.expect(not total["false"], "%d proven findings in clean packages" % total["false"], text)
        core.expect(not total["changed"], "%d changed by refsan" % total["changed"], text)
    return test


def collect(context):
    tests = []
    if any(p.executable == "/usr/bin/python3.11" for p in context.pythons):
        tests += [core.Test("real/debian/" + bug, debian(bug)) for bug in BUGS]
    minors = {p.minor: p for p in pythons.one_per_minor(context.pythons)}
    if "3.11" in minors:
        tests += [core.Test("real/" + how, from_pypi(how, minors["3.11"]), slow=True) for how in ("sdist", "wheel")]
    tests += [core.Test("real/clean-" + m, clean(minors[m]), slow=True) for m in ("3.11", "3.12", "3.13") if m in minors]
    return tests
