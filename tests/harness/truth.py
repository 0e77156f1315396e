"""The truth test: the same source built once normally, once against headers whose inline functions count; event counts
per function must be equal. tests/truth/truth.py does the work for one Python and one optimisation level."""
import os
import subprocess
import sys

from . import core, program, pythons

SCRIPT = os.path.join(core.ROOT, "tests", "truth", "truth.py")


def perform(python, level):
    def test(_context):
        program.need_refsan()
        p = subprocess.run([sys.executable, SCRIPT, "--refsan", program.REFSAN, "--python", python.executable, "--cflags=" + level],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if p.returncode == 77:
            raise core.Skip(p.stdout.strip().splitlines()[-1])
        core.expect(p.returncode == 0, "the event stream is not the truth", p.stdout)
    return test


def collect(context):
    if not os.path.exists(SCRIPT):
        return []
    chosen = [p for p in pythons.one_per_minor(context.pythons) if p.minor in ("3.11", "3.13")]
    return [core.Test("truth/%s%s" % (p.name, level), perform(p, level)) for p in chosen for level in ("-O2", "-O3")]
