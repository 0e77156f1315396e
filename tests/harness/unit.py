"""The unit tests in C (and whatever else a room registered with Meson): each counts as one test."""
import json
import os
import subprocess

from . import core

# The tests' Cython, and the python3-config that belongs to the system's headers, before those of whoever calls.
TOOLS = (os.path.join(core.BUILD, "venv", "bin"), "/usr/bin")
OUTCOME = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}


def run_meson(_context):
    """Runs them all and returns their outcomes."""
    path = os.pathsep.join(TOOLS + (os.environ["PATH"],))
    p = subprocess.run(["meson", "test", "-C", core.BUILD, "--num-processes", "2"], env=dict(os.environ, PATH=path),
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    log = os.path.join(core.BUILD, "meson-logs", "testlog.json")
    if not os.path.exists(log) or (p.returncode and "Ok:" not in p.stdout):
        raise core.Fail("meson test did not run\n" + p.stdout[-3000:])
    rows = []
    with open(log) as f:
        for line in f:
            row = json.loads(line)
            outcome = OUTCOME.get(row["result"], "failed")
            text = (row.get("stdout", "")[-1500:] + row.get("stderr", "")[-1500:]) if outcome == "failed" else "exit status 77"
            rows.append(("unit/" + row["name"].split(" / ")[-1].replace(" ", ""), outcome, text))
    core.expect(rows, "Meson knows no unit test", p.stdout)
    return rows


def collect(_context):
    return [core.Test("unit", run_meson, alone=True)]
