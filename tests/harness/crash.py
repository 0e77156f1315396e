"""tests/crash: programs that die of their own mistakes in C. What refsan says of each, and that it changes nothing of it.

crashes.json, by name: `code` runs behind `before` and `import crash`; EMPTY is the path of an empty file. `signal` and `cause`: of
the one crash in the report (none: there is none); `says`: words of its message; `function`: of its place, the name of the test
where it is absent, "" where anything will do, null where nothing was recorded; `object`: the type of the dead object in it; `sooner`: without refsan the program lives longer; `stripped`: the module has no symbols. It runs on the first Python and the newest,
`everywhere` on one of each version. Lines that are named carry the comment place or call.
"""
import json
import os
import re

from . import core, program, pythons, same

FOLDER = os.path.join(core.ROOT, "tests", "crash")
SOURCE = os.path.join(FOLDER, "crash.c")
MOST_LINES = 25


def lines_with(word):
    with open(SOURCE) as f:
        return {n for n, line in enumerate(f, 1) if re.search(r"/\* %s \*/" % word, line)}


def block(ran):
    """The lines of the crash on the terminal."""
    lines = ran.err.splitlines()
    first = next((n for n, line in enumerate(lines) if re.match(r"refsan: SIG\w+: ", line)), None)
    return [] if first is None else lines[first:lines.index("", first)]


def judge_place(crash, wanted, stripped):
    place = crash["place"] or {}
    if stripped:
        core.expect((place.get("function") or "").startswith(wanted + " (method table)"), "it does not name %s by the method table" % wanted, place)
        return
    if wanted is None:
        core.expect(not place, "a place, although nothing was recorded", place)
        return
    core.expect(wanted == "" or place.get("function") == wanted, "it names another place than %s" % wanted, place)
    core.expect(wanted == "" or place.get("module") == "crash", "it names another module", place)
    if wanted not in ("", "in_thread", "deeper"):
        core.expect(place["line"] in lines_with("place"), "it names another line than one with the comment place", place)


def judge_crash(crash, name, spec, ran):
    core.expect((crash["signal"], crash["cause"]) == (spec["signal"], spec["cause"]), "it is told as another crash", crash["signal"], crash["cause"], ran.text())
    core.expect(spec.get("says", "") in crash["message"], "its message does not say '%s'" % spec.get("says"), crash["message"])
    core.expect(crash["advice"], "no advice")
    core.expect(crash["finding"] is None, "a finding that explains it", crash["finding"])
    judge_place(crash, spec.get("function", name), "stripped" in spec)
    if crash["call"] and "stripped" not in spec:
        core.expect(crash["call"]["line"] in lines_with("call"), "it names another line than one with the comment call", crash["call"])
    core.expect(bool(crash["call"]) == (name in ("missing", "failed", "increment", "increment-stripped", "faulthandler-before")), "a call that returned NULL, or none", crash["call"])
    core.expect((crash["object"] or {}).get("type") == spec.get("object"), "another object", crash["object"])
    unknown = [f for f in crash["native"] if re.match(r"0x|\?", f["function"] or "?")]
    core.expect(not unknown or spec["cause"] == "bad-jump", "frames without a name or module", unknown)
    core.expect(len(crash["native"]) >= 2 or spec["cause"] == "unrecorded", "no native stack", crash["native"])
    core.expect(crash["python"] or spec.get("function") in ("in_thread", None) and "function" in spec, "no Python stack")
    core.expect(crash["access"] == ("write" if "was written" in crash["message"] else crash["access"]), "another access", crash["access"])


def run(name, spec, python):
    def test(_context):
        stripped = "stripped" in spec
        folder = program.build(SOURCE, python, core.work_dir("crash", python.name + "-stripped" * stripped), strip=stripped)
        empty = os.path.join(core.work_dir("crash"), "empty")
        with open(empty, "w"):
            pass
        code = "%s\nimport crash\n%s" % (spec.get("before", ""), spec["code"].replace("EMPTY", repr(empty)))
        command, env = [python.executable, "-c", code], {"PYTHONPATH": folder, "PYTHONHASHSEED": "0"}
        plain = program.execute(command, env=env, cwd=core.ROOT)
        ran = program.under(command, env=env, cwd=core.ROOT)
        core.expect(ran.report is not None, "no report", ran.text())
        core.expect(not ran.report["findings"], "findings", [(f["rule"], f["message"]) for f in ran.report["findings"]], ran.text())
        if "sooner" not in spec:
            same.expect_same(ran, plain)
        crashes = ran.report["crashes"]
        core.expect(len(crashes) == ("signal" in spec), "%d crashes in the report" % len(crashes), crashes, ran.text())
        for crash in crashes:
            judge_crash(crash, name, spec, ran)
            core.expect(1 < len(block(ran)) <= MOST_LINES, "%d lines of it on the terminal" % len(block(ran)), ran.err)
    return test


def collect(context):
    minors = pythons.one_per_minor(context.pythons)
    few = list(dict.fromkeys(context.pythons[:1] + minors[-1:]))
    with open(os.path.join(FOLDER, "crashes.json")) as f:
        specs = json.load(f)
    return [core.Test("crash/%s/%s" % (name, python.name), run(name, spec, python))
            for name, spec in specs.items() for python in (minors if spec.get("everywhere") else few)]
