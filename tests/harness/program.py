"""Running programs under refsan and plain, and what can be read off them."""
import collections
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from . import core

REFSAN = os.path.abspath(os.environ.get("REFSAN", os.path.join(core.BUILD, "refsan")))
BUILDER = os.path.join(core.ROOT, "tools", "build-example.py")
PROVEN = 66
TIMEOUT = 180
BUILDING = collections.defaultdict(threading.Lock)  # a lock a folder: tests that share a module build it once


@dataclasses.dataclass
class Ran:
    status: int        # as a shell says it: 128 + N when signal N ended it
    out: bytes
    err: str
    report: object     # the JSON report, or None

    @property
    def own(self):
        """refsan's own lines of stderr."""
        return [line for line in self.err.splitlines() if line.startswith("refsan: ")]

    @property
    def foreign(self):
        """What the program itself wrote to stderr, as lines: without refsan's, and what is indented below those."""
        lines, ours = [], False
        for line in self.err.splitlines():
            ours = line.startswith("refsan: ") or (ours and (line.startswith("   ") or line == ""))
            lines += [] if ours else [line]
        return lines

    def proven(self):
        return [f for f in (self.report or {}).get("findings", []) if f["confidence"] == "proven"]

    def text(self):
        return "status %d\nout: %s\nerr: %s" % (self.status, self.out[-800:].decode(errors="replace"), self.err[-2500:])


def need_refsan():
    core.expect(os.path.exists(REFSAN), "'%s' is not there: run make first" % REFSAN)


def need_check():
    """Skip where refsan was built without its static half, or no clang is there to compile for it."""
    need_refsan()
    if not os.path.exists(os.path.join(os.path.dirname(REFSAN), "refsan-check")):
        raise core.Skip("refsan-check was not built: LLVM is not installed")
    if not any(shutil.which("clang-%d" % major) for major in range(16, 23)) and not shutil.which("clang"):
        raise core.Skip("no clang is installed")


def execute(command, env=None, cwd=None, stdin=b"", timeout=TIMEOUT, **options):
    """Runs a command to its end, in a session of its own, so that no stray child outlives the test."""
    given = dict(os.environ, **(env or {}))
    p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=given, cwd=cwd,
                         start_new_session=True, **options)
    try:
        out, err = p.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, 9)
        out, err = p.communicate()
        raise core.Fail("no end in %d s: %s\n%s" % (timeout, " ".join(command), err[-2000:].decode(errors="replace"))) from None
    status = p.returncode if p.returncode >= 0 else 128 - p.returncode
    return Ran(status, out, err.decode(errors="replace"), None)


def under(command, options=(), json_report=True, **how):
    """Runs a command under `refsan run`."""
    need_refsan()
    path = None
    options = list(options)
    if json_report:
        handle, path = tempfile.mkstemp(suffix=".json", dir=core.work_dir("reports"))
        os.close(handle)
        options += ["--json", path]
    ran = execute([REFSAN, "run"] + options + ["--"] + command, **how)
    if path:
        with open(path) as f:
            text = f.read()
        os.unlink(path)
        ran.report = json.loads(text) if text else None
    return ran


def build(path, python, out, fixed=False, cflags="", strip=False):
    """The folder with the built module; Skip where a tool is missing."""
    command = [sys.executable, BUILDER, path, "--python", python.executable, "--out", out]
    command += (["--fixed"] if fixed else []) + (["--cflags=" + cflags] if cflags else [])
    with BUILDING[out]:
        p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if p.returncode == 77:
        raise core.Skip(p.stderr.strip())
    core.expect(p.returncode == 0, "cannot build %s for %s" % (path, python.name), p.stderr)
    if strip:
        for name in os.listdir(out):
            if name.endswith(python.suffix):
                subprocess.run(["strip", os.path.join(out, name)], check=True)
    return out


def need(tool):
    """The path of a program that a test needs."""
    path = shutil.which(tool)
    if path is None:
        raise core.Skip("'%s' is not installed" % tool)
    return path


def bare(name):
    """A function's name without a demangler's arguments, templates and namespaces, and without a compiler's clone suffix."""
    name = re.sub(r"\(anonymous namespace\)::", "", name or "")
    while re.search(r"<[^<>]*>", name):
        name = re.sub(r"<[^<>]*>", "", name)
    name = name.split("(")[0].strip().split(" ")[-1]
    return re.sub(r"\.(isra|part|constprop|cold|lto_priv)(\.\d+)*", "", name)


def names(finding, functions):
    """Whether the finding's culprit or belief is one of these functions."""
    for place in (finding.get("culprit") or {}, finding.get("belief") or {}):
        found = place.get("function") or ""
        for wanted in functions:
            if re.search(r"(^|[^A-Za-z0-9])(_*\d+)?%s$" % re.escape(wanted), bare(found)) or \
                    re.search(r"(?<![A-Za-z0-9_])%s(?![A-Za-z0-9_])" % re.escape(wanted), found):
                return True
    return False


def lines(finding):
    """{(file name, line)} of culprit and belief, in C and in Cython terms."""
    found = set()
    for place in (finding.get("culprit") or {}, finding.get("belief") or {}):
        for spot in (place, place.get("pyx") or {}):
            if spot.get("file"):
                found.add((os.path.basename(spot["file"]), spot.get("line")))
    return found


def marked(source):
    """{(file name, line)} of the lines of a source that carry the comment "culprit" or "belief"."""
    with open(source) as f:
        return {(os.path.basename(source), n) for n, line in enumerate(f, 1) if re.search(r"(/\*|//|#)\s*(culprit|belief)\b", line)}
