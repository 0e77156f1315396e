"""tests/same/*.py: programs that run the same with refsan as without: output, errors, exit status, signals.

Comments on top of a program: `# uses: NAME` builds tests/same/native/NAME for it (with `# cflags: FLAGS`), `# everywhere` runs it on every minor
version (else on the first Python and the newest), `# stdin: TEXT`, `# merged` sends both outputs down one pipe,
`# at-most: N` seconds.
"""
import glob
import os
import re

from . import core, program, pythons

FOLDER = os.path.join(core.ROOT, "tests", "same")


def header(path):
    with open(path) as f:
        found = re.findall(r"^# ([a-z-]+)(?:: (.*))?$", f.read().split("\nimport ")[0], re.M)
    return dict(found)


def without_pids(text):
    """faulthandler and the like name threads and processes by number."""
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", text)


def expect_same(ran, plain):
    """Status, output and errors as without refsan."""
    core.expect(ran.status == plain.status, "status %d, without refsan %d" % (ran.status, plain.status), ran.text())
    core.expect(ran.out == plain.out, "another output", "plain: " + plain.text(), "under refsan: " + ran.text())
    core.expect(without_pids("\n".join(ran.foreign)) == without_pids("\n".join(plain.foreign)), "other errors",
                "plain: " + plain.text(), "under refsan: " + ran.text())


def compare(path, python, options):
    def test(_context):
        flags = options.get("cflags", "")
        folders = [program.build(os.path.join(FOLDER, "native", name), python, core.work_dir("same", name + flags, python.name), cflags=flags)
                   for name in options.get("uses", "").split()]
        env = {"PYTHONPATH": os.pathsep.join(folders), "PYTHONHASHSEED": "0"}
        stdin = options.get("stdin", "").replace("\\n", "\n").encode()
        command = [python.executable, path]
        if "merged" in options:
            command = ["sh", "-c", 'exec "$0" -u "$1" 2>&1', python.executable, path]
        limit = float(options.get("at-most", program.TIMEOUT))
        plain = program.execute(command, env=env, stdin=stdin, cwd=core.ROOT)
        ran = program.under(command, env=env, stdin=stdin, cwd=core.ROOT, timeout=limit)
        core.expect(ran.report is not None, "no report", ran.text())
        core.expect(not ran.report["findings"], "findings", [(f["rule"], f["message"]) for f in ran.report["findings"]], ran.text())
        expect_same(ran, plain)
    return test


def collect(context):
    minors = pythons.one_per_minor(context.pythons)
    tests = []
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.py"))):
        options = header(path)
        chosen = minors if "everywhere" in options else list(dict.fromkeys(context.pythons[:1] + minors[-1:]))
        name = os.path.basename(path)[:-3]
        tests += [core.Test("same/%s/%s" % (name, python.name), compare(path, python, options)) for python in chosen]
    return tests
