"""The shared micro suite, scored, against the figures kept in tests/scores.json: never fewer, never a false proof.

tests/scores.json: per minor version `cases`, `detected`, `function`, `line`, and `short`, the cases that fall short of
all three (for the reader: what the next stage has to gain). The verb rebase keeps better figures, never worse ones.
"""
import json
import os
import subprocess
import sys
import threading

from . import core, program, pythons

MINORS = ("3.8", "3.11", "3.12", "3.13")
FIGURES = ("detected", "function", "line")
KEPT = os.path.join(core.ROOT, "tests", "scores.json")
LOCK = threading.Lock()
VENV = os.path.join(core.BUILD, "venv")


def kept_figures():
    with open(KEPT) as f:
        return json.load(f)


def tools():
    """Where score.py finds the Cython and pybind11 that the tests installed."""
    cython, include = os.path.join(VENV, "bin", "cython"), None
    if os.path.exists(cython):
        asked = subprocess.run([os.path.join(VENV, "bin", "python"), "-c", "import pybind11; print(pybind11.get_include())"],
                               capture_output=True, text=True)
        include = asked.stdout.strip() or None
    return (["--cython", cython] if os.path.exists(cython) else []) + (["--pybind11", include] if include else [])


def score(python):
    """(score.py's JSON, its text)."""
    script = os.path.join(core.SHARED, "micro", "score.py")
    if not os.path.exists(script):
        raise core.Skip("'%s' is not there (REFSAN_SHARED names another place)" % os.path.dirname(script))
    program.need_refsan()
    path = os.path.join(core.work_dir("scores"), python.minor + ".json")
    if os.path.exists(path):
        os.unlink(path)
    p = subprocess.run([sys.executable, script, program.REFSAN, python.executable, "--json", path, "-v"] + tools(),
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    core.expect(os.path.exists(path), "score.py gave no figures", p.stdout)
    with open(path) as f:
        return json.load(f), p.stdout


def summary(result):
    short = sorted(n for n, row in result["rows"].items() if not all(row[k] for k in FIGURES))
    return dict({k: result["total"][k] for k in FIGURES}, cases=result["cases"], short=short)


def keep_better(minor, new):
    """Writes the figures where none has become worse."""
    with LOCK:
        kept = kept_figures()
        old = kept.get(minor, {})
        worse = [k for k in FIGURES if new[k] < old.get(k, 0)]
        core.expect(not worse, "worse than kept, not written: " + ", ".join("%s %d (kept %d)" % (k, new[k], old[k]) for k in worse))
        kept[minor] = new
        with open(KEPT, "w") as f:
            json.dump(kept, f, indent=1, sort_keys=True)
            f.write("\n")


def perform(python):
    def test(context):
        result, text = score(python)
        new = summary(result)
        false = [n for n, row in result["rows"].items() if row["fixed"]]
        changed = [n for n, row in result["rows"].items() if row["changed"]]
        core.expect(not false, "proven findings on fixed twins: " + ", ".join(false), text)
        core.expect(not changed, "changed by refsan: " + ", ".join(changed), text)
        if context.rebase:
            keep_better(python.minor, new)
            return
        kept = kept_figures().get(python.minor, {})
        without = [n for n in result["unbuilt"] if kept]
        if without and kept.get("cases", 0) > new["cases"]:
            raise core.Skip("not comparable, not built here: " + ", ".join(without))
        for key in FIGURES:
            core.expect(new[key] >= kept.get(key, 0), "%s: %d of %d, kept %d" % (key, new[key], new["cases"], kept.get(key, 0)), text)
    return test


def collect(context):
    return [core.Test("scores/micro-" + p.minor, perform(p), rebases=True, slow=True) for p in pythons.one_per_minor(context.pythons) if p.minor in MINORS]
