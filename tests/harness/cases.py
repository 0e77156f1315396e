"""tests/cases/NAME: one planted bug (or none) and its cured twin, on every CPython found.

case.json: `rules` (any of them is right), `kind`, `functions` and `names` (what may be named; names where there is no
debug information), `confidence`; `since`, `until`: the versions that show the bug; `variants`: further builds, tried on
the first Python only ("-O0", "stripped"); `clean`: there is no bug, nothing may be proven;
`silent`: not even suspected; `pythons`: only these versions, one Python of each; `needs`: a module without which it is
skipped.
Lines that a right report names carry the comment culprit or belief in the source.
"""
import glob
import json
import os

from . import core, program, pythons

FOLDER = os.path.join(core.ROOT, "tests", "cases")


def version(minor):
    return tuple(int(n) for n in minor.split("."))


def load(folder):
    with open(os.path.join(folder, "case.json")) as f:
        spec = json.load(f)
    sources = [p for end in ("c", "cpp", "pyx") for p in glob.glob(os.path.join(folder, "*." + end)) if ".fixed." not in p]
    return dict(spec, folder=folder, name=os.path.basename(folder), source=sources[0])


def shows(spec, python):
    return version(spec.get("since", "3.8")) <= version(python.minor) <= version(spec.get("until", "3.99"))


def prepare(spec, python, variant, fixed):
    """(command, environment) of the case's script with the module freshly built."""
    if "needs" in spec and program.execute([python.executable, "-c", "import " + spec["needs"]]).status != 0:
        raise core.Skip("%s has no %s" % (python.name, spec["needs"]))
    out = core.work_dir("cases", spec["name"], python.name + variant + ("-fixed" if fixed else ""))
    strip = variant == "stripped"
    program.build(spec["folder"], python, out, fixed, "" if strip else variant, strip)
    return [python.executable, os.path.join(spec["folder"], "drive.py")], {"PYTHONPATH": out}


def judge_buggy(spec, python, variant):
    command, env = prepare(spec, python, variant, False)
    ran = program.under(command, env=env, cwd=core.ROOT)
    core.expect(ran.report is not None, "no report", ran.text())
    seen = [(f["rule"], f["kind"], f["confidence"], (f["culprit"] or {}).get("function"), sorted(program.lines(f), key=str)) for f in ran.report["findings"]]
    right = [f for f in ran.report["findings"] if f["confidence"] == spec["confidence"] and f["kind"] == spec["kind"]]
    core.expect(right, "no %s finding of kind %s" % (spec["confidence"], spec["kind"]), seen or "no finding", ran.text())
    right = [f for f in right if program.names(f, spec["functions"] + spec.get("names", []))]
    core.expect(right, "no finding names %s" % " or ".join(spec["functions"]), seen)
    core.expect(any(f["rule"] in spec["rules"] for f in right), "the rule is none of %s" % ", ".join(spec["rules"]), seen)
    if variant != "stripped":
        marks = program.marked(spec["source"])
        core.expect(any(program.lines(f) & marks for f in right), "no finding names a line of %s" % sorted(marks), seen)
    if spec["confidence"] == "proven":
        core.expect(ran.status == program.PROVEN or ran.status > 128, "status %d, expected %d" % (ran.status, program.PROVEN), ran.text())


def judge_twin(spec, python, variant):
    command, env = prepare(spec, python, variant, not spec.get("clean"))
    ran = program.under(command, env=env, cwd=core.ROOT)
    core.expect(ran.report is not None, "no report", ran.text())
    core.expect(not ran.proven(), "a false proven finding", [(f["rule"], f["message"]) for f in ran.proven()], ran.text())
    suspected = [(f["rule"], f["message"]) for f in ran.report["findings"]] if spec.get("silent") else []
    core.expect(not suspected, "a false suspect", suspected, ran.text())
    plain = program.execute(command, env=env, cwd=core.ROOT)
    core.expect((ran.status, ran.out) == (plain.status, plain.out), "changed by refsan", "plain: " + plain.text(), "under refsan: " + ran.text())


def test(name, judge, spec, python, variant=""):
    return core.Test(name, lambda context: judge(spec, python, variant))


def tests_of(spec, found, group):
    """The case on each Python, both twins; its variants on the first one."""
    slow = spec["source"].endswith((".pyx", ".cpp")) or "pythons" in spec
    found = [p for p in found if p.minor in spec.get("pythons", [p.minor])]
    for python in pythons.one_per_minor(found) if slow else found:
        name = "%s/%s/%s" % (group, spec["name"], python.name)
        if not spec.get("clean") and shows(spec, python):
            yield test(name + "/buggy", judge_buggy, spec, python)
        yield test(name + "/clean", judge_twin, spec, python)
    for variant in spec.get("variants", ()) if found else ():
        name = "%s/%s/%s%s" % (group, spec["name"], found[0].name, variant if variant[0] == "-" else "-" + variant)
        if shows(spec, found[0]):
            yield test(name + "/buggy", judge_buggy, spec, found[0], variant)


def collect(context):
    tests = []
    for path in sorted(glob.glob(os.path.join(FOLDER, "*", "case.json"))):
        tests += tests_of(load(os.path.dirname(path)), context.pythons, "cases")
    return tests
