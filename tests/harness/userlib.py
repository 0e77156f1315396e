"""tests/userlib: a library of somebody's with a table of its own (--contracts), and a module that gives up what the library took."""
import json
import os
import subprocess

from . import core, program

FOLDER = os.path.join(core.ROOT, "tests", "userlib")
TABLE = os.path.join(FOLDER, "keep.txt")


def build(python, fixed, binding):
    """The folder with the module; the library lies in another one, where only the module's RUNPATH finds it."""
    out = core.work_dir("userlib", python.name + binding + ("-fixed" if fixed else ""))
    lib = core.work_dir("userlib", python.name + binding + ("-fixed" if fixed else ""), "lib")
    include = subprocess.run([python.executable, "-c", "import sysconfig; print(sysconfig.get_paths()['include'])"], capture_output=True,
                             text=True, check=True).stdout.strip()
    gcc = ["gcc", "-g", "-O1", "-shared", "-fPIC", "-I" + include]
    subprocess.run(gcc + [os.path.join(FOLDER, "keep.c"), "-o", os.path.join(lib, "libkeep.so")], check=True)
    subprocess.run(gcc + (["-DFIXED"] if fixed else []) + [os.path.join(FOLDER, "ext.c"), "-o", os.path.join(out, "ext" + python.suffix), "-L" + lib,
                   "-lkeep", "-Wl,-rpath," + lib, "-Wl,-z," + binding], check=True)
    return [python.executable, os.path.join(FOLDER, "drive.py")], {"PYTHONPATH": out}


def wrong(python, binding):
    def test(_context):
        command, env = build(python, False, binding)
        ran = program.under(command, options=["--contracts", TABLE], env=env, cwd=core.ROOT)
        core.expect(ran.report is not None, "no report", ran.text())
        right = [f for f in ran.report["findings"] if f["kind"] == "deficit" and f["culprit"] and f["culprit"]["function"] == "through"]
        core.expect(right, "no deficit names through", [(f["rule"], f["message"]) for f in ran.report["findings"]], ran.text())
        marks = program.marked(os.path.join(FOLDER, "ext.c"))
        core.expect(any(program.lines(f) & marks for f in right), "no finding names a line of %s" % sorted(marks), ran.text())
        core.expect(not [f for f in ran.proven() if f not in right], "something else is proven", ran.text())
    return test


def right(python, binding):
    def test(_context):
        command, env = build(python, True, binding)
        ran = program.under(command, options=["--contracts", TABLE], env=env, cwd=core.ROOT)
        core.expect(ran.report is not None and ran.status == 0 and ran.out == b"done\n", "the run", ran.text())
        core.expect(not ran.report["findings"], "a false finding", [(f["rule"], f["message"]) for f in ran.report["findings"]], ran.text())
    return test


def checked(python, fixed):
    """What `refsan check` says of the source: [(rule, function)], with the table and without."""
    include = subprocess.run([python.executable, "-c", "import sysconfig; print(sysconfig.get_paths()['include'])"], capture_output=True,
                             text=True, check=True).stdout.strip()
    answers = []
    for options in (["--contracts", TABLE], []):
        folder = core.work_dir("userlib", "check")
        report = os.path.join(folder, "report.json")
        env = {"XDG_CACHE_HOME": os.path.join(folder, "cache")}
        ran = program.execute([program.REFSAN, "check", "--python", python.minor, "--json", report] + options + [os.path.join(FOLDER, "ext.c"), "--",
                               "-I" + include] + (["-DFIXED"] if fixed else []), env=env, cwd=core.ROOT)
        core.expect(ran.status in (0, 1), "refsan check", ran.text())
        with open(report) as f:
            answers.append([(f["rule"], f["culprit"]["function"]) for f in json.load(f)["findings"]])
    return answers


def check(context):
    """The same table for the static half; results without it, kept for the next time, are not taken for results with it."""
    program.need_check()
    known, unknown = checked(context.pythons[0], False)
    core.expect(("RS104", "through") in known and not unknown, "with the table, and without", known, unknown)
    core.expect(checked(context.pythons[0], True) == [[], []], "a false finding")
    ran = program.execute([program.REFSAN, "check", "--contracts", "/nowhere.txt", os.path.join(FOLDER, "ext.c")], cwd=core.ROOT)
    core.expect(ran.status == 2 and "cannot read '/nowhere.txt'" in ran.err, "a table that is not there", ran.text())


def collect(context):
    tests = [core.Test("userlib/check", check)]
    for python in context.pythons:
        for binding in ("now", "lazy") if python is context.pythons[0] else ("lazy",):
            name = "userlib/%s/%s" % (python.name, binding)
            tests += [core.Test(name + "/buggy", wrong(python, binding)), core.Test(name + "/clean", right(python, binding))]
    return tests
