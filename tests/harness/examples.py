"""The examples: each is found with the right function and line, its cure is silent, and its README shows a real output."""
import glob
import os

from . import cases, core


def readme_is_filled(folder):
    def check(_context):
        with open(os.path.join(folder, "README.md")) as f:
            text = f.read()
        begin, _, rest = text.partition("<!-- output: run-example %s -->\n" % os.path.basename(folder))
        output = rest.partition("<!-- end of output -->")[0]
        core.expect(rest and "refsan: RS" in output, "its README shows no output of refsan: run tools/update-examples.py", begin[-200:])
    return check


def collect(context):
    tests = []
    for path in sorted(glob.glob(os.path.join(core.ROOT, "examples", "*", "case.json"))):
        folder = os.path.dirname(path)
        tests += cases.tests_of(cases.load(folder), context.pythons[:1], "examples")
        tests.append(core.Test("examples/%s/readme" % os.path.basename(folder), readme_is_filled(folder)))
    return tests
