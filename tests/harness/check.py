"""tests/check/FOLDER/FILE: programs with known faults and their correct twins, for `refsan check` (tests/check/README.md).

A file ends with a comment of this form, whose lines name a wrong function, its correct twin, and where the fault is:

    refsan check
    RS201 count_words / count_lines: PyLong_FromLong(1000)

Each program is a test: a wrong one has to be reported with one of its rules (RS101|RS105), in one of its functions (a|b), on
one of its lines; a line is named by a text that it contains, alternatives by "||", and "#2" behind a text means the second
such line of the function. [3.13..] and [..3.11] say for which headers it is wrong; for others it may be reported, or not.
"RS107 (note)" asks for that severity, too.
"may" in front: it may be reported as well, since it has the same cause. Every other finding, in a twin or anywhere in the
file, is an error; but that an unchecked result is NULL (RS403) may be said beside a fault of the same line.

All files of a folder are checked by one command, so that 500 programs take seconds.
"""
import collections
import dataclasses
import glob
import json
import os
import re
import threading

from . import core, program, pythons

FOLDER = os.path.join(core.ROOT, "tests", "check")
VERSIONS = ("3.8", "3.11", "3.13")
RULES = re.compile(r"^(?P<may>may )?(?P<rules>RS\d+(\|RS\d+)*)( \((?P<severity>error|warning|note)\))? (?P<functions>[\w~=|]+)( / (?P<twin>\w+))?( \[(?P<range>[\d.]+)\])?: (?P<places>.+)$")


@dataclasses.dataclass
class Expectation:
    rules: list
    functions: list
    twin: str
    lines: set      # of the file
    required: bool  # for this version
    harmless: bool  # this version is behind the range for which it is wrong: a report has to be a note
    severity: str   # or None: any
    text: str


@dataclasses.dataclass
class Source:
    path: str
    name: str           # "give/dict"
    text: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        with open(self.path) as f:
            self.text = f.read().splitlines()

    def fail(self, what):
        raise core.Fail("%s: %s" % (os.path.relpath(self.path, core.ROOT), what))

    def body(self, function):
        """(first, last) line of what defines a function, a class or a variable, counted from 0."""
        head = re.compile(r"(^|[\s*~&])%s *(\(|\[|:|\{|=)" % re.escape(function.lstrip("~")))
        for first, line in enumerate(self.text):
            if not head.search(line) or line.endswith((";", ",", "\\")) or re.match(r"\s*(return|if|while|for|else)\b", line) or " = " in line.split("[")[0]:
                continue
            indent = len(line) - len(line.lstrip())
            for last in range(first + 1, len(self.text)):
                now = self.text[last]
                inside = now.startswith("#") and not self.path.endswith(".pyx") or now.strip() in ("", "{") or re.fullmatch(r"\s*\w+:", now)
                if not inside and len(now) - len(now.lstrip()) <= indent:
                    return first, last
        self.fail("no definition of '%s'" % function)

    def lines(self, functions, places):
        """The lines that the places name in any of the functions."""
        found = set()
        for place in places.split(" || "):
            text, _, nth = place.partition(" #")
            here = []
            for function in functions:
                first, last = self.body(function)
                here += [n + 1 for n in range(first, last + 1) if text in self.text[n]][int(nth or 1) - 1:][:1]
            if not here:
                self.fail("'%s' is in no line of %s" % (place, "|".join(functions)))
            found.update(here)
        return found

    def expectations(self, version):
        try:
            start = max(n for n, line in enumerate(self.text) if line.strip(" /*#") == "refsan check")
        except ValueError:
            self.fail("no comment 'refsan check' at its end")
        rows = []
        for line in self.text[start + 1:]:
            line = line.strip().lstrip("*# ").strip()
            if line in ("", "/"):
                continue
            match = RULES.match(line)
            if not match:
                self.fail("'%s' is no expectation" % line)
            functions = match["functions"].split("|")
            here, last = within(version, match["range"]), (match["range"] or "").rpartition("..")[2]
            rows.append(Expectation(match["rules"].split("|"), functions, match["twin"], self.lines(functions, match["places"]), not match["may"] and here, bool(last) and number(version) > number(last), match["severity"], line))
        return rows


def number(version):
    return tuple(int(n) for n in version.split("."))


def within(version, span):
    """Whether "3.11" lies in "3.9..", "..3.12", "3.9..3.12" or no range at all."""
    if not span:
        return True
    first, _, last = span.partition("..")
    return (not first or number(first) <= number(version)) and (not last or number(version) <= number(last))


def seen_in(finding, source):
    """{line} of culprit and belief in the source, or None where the finding is about another file."""
    lines = set()
    for place in (finding.get("culprit") or {}, finding.get("belief") or {}):
        for spot in (place.get("pyx") or {}, place):
            if spot.get("file") and os.path.abspath(os.path.join(core.ROOT, spot["file"])) == source.path:
                lines.add(spot.get("line"))
    return lines or None


def function_of(finding, source):
    """The culprit's name without scopes and, for Cython, without the prefix of the generated function."""
    name = program.bare((finding.get("culprit") or {}).get("function")).split("::")[-1].split(".")[-1]
    if source.path.endswith(".pyx"):
        name = re.sub(r"^__pyx_\w*?_\d+(?=[a-z_])", "", name)
        for full in re.findall(r"^\s*(?:def|cdef class) (\w+)", "\n".join(source.text), re.M):
            if name.endswith(full):
                return full
    return name


def shown(finding):
    culprit = finding.get("culprit") or {}
    return "%s in %s, line %s: %s" % (finding["rule"], culprit.get("function"), culprit.get("line"), finding["message"])


class Batch:
    """The findings of a folder's files for one version; the first who asks runs the command."""

    def __init__(self, folder, version):
        self.folder, self.version, self.lock, self.findings, self.error = folder, version, threading.Lock(), None, None

    def get(self):
        with self.lock:
            if self.findings is None and self.error is None:
                try:
                    self.findings = self.run()
                except (core.Fail, core.Skip) as e:
                    self.error = e
        if self.error:
            raise self.error
        return self.findings

    def run(self):
        program.need_check()
        files = [p for p in sources() if os.path.basename(os.path.dirname(p)) == self.folder]
        path = os.path.join(core.work_dir("check", self.version), self.folder + ".json")
        env = {"PATH": os.path.join(core.BUILD, "venv", "bin") + os.pathsep + os.environ["PATH"]} if self.folder == "cython" else None
        ran = program.execute([program.REFSAN, "check", "--python", self.version, "--json", path, "--no-cache", "-j", "1"] + files, env=env, cwd=core.ROOT)
        core.expect(ran.status in (0, 1), "refsan check failed", ran.text())
        with open(path) as f:
            report = json.load(f)
        core.expect("could not be compiled" not in ran.text(), "a file was not analysed", ran.text())
        if self.folder == "loops":  # where ways multiply
            core.expect(report["coverage"]["cut_paths"] == 0, "not all of it was analysed", ran.text())
        return report["findings"]


def judge(source, batch):
    """[(name, outcome, text)]: a row for each program of the file, and one for what is reported elsewhere in it."""
    rows, prefix = collections.OrderedDict(), "check/%s/%s/" % (batch.version, source.name)
    wanted = source.expectations(batch.version)
    found = [(f, seen_in(f, source), function_of(f, source)) for f in batch.get()]
    found = [row for row in found if row[1] is not None]
    rest = list(found)
    for row in wanted:
        hits = [f for f in found if f[0]["rule"] in row.rules and f[2] in row.functions and f[1] & row.lines]
        same = [f for f in found if f[0]["rule"] == "RS403" and f[2] in row.functions and f[1] & row.lines]
        rest = [f for f in rest if f not in hits and f not in same]
        if row.harmless and any(f[0]["severity"] == "error" for f in hits):
            rows[prefix + row.functions[0]] = "harmless on this Python, but an error: " + row.text
        if row.required and any(row.severity not in (None, f[0]["severity"]) for f in hits):
            rows[prefix + row.functions[0]] = "of another severity: " + row.text
        if row.required:
            near = [shown(f[0]) for f in found if f[2] in row.functions]
            text = "" if hits else "\n".join(["missed: " + row.text] + (["seen: " + line for line in near] or ["seen: nothing there"]))
            rows[prefix + row.functions[0]] = "\n".join(filter(None, [rows.get(prefix + row.functions[0]), text]))
    wrong = {name for row in wanted for name in row.functions}
    for name in [row.twin for row in wanted if row.twin and row.twin not in wrong] + ["else"]:
        text = ["not expected: " + shown(f[0]) for f in rest if f[2] == name or (name == "else" and prefix + f[2] not in rows)]
        rows[prefix + name] = "\n".join(text)
    for finding, _, function in rest:
        if function in wrong and prefix + function in rows:
            rows[prefix + function] = "\n".join(filter(None, [rows[prefix + function], "not expected: " + shown(finding)]))
    return [(name, "failed" if text else "passed", text) for name, text in rows.items()]


def sources():
    return sorted(p for end in ("c", "cpp", "pyx") for p in glob.glob(os.path.join(FOLDER, "*", "*." + end)))


def test_of(path, batch):
    name = os.path.relpath(path, FOLDER).rpartition(".")[0]
    return core.Test("check/%s/%s" % (batch.version, name), lambda _context: judge(Source(path, name), batch))


def collect(context):
    tests = []
    for python in pythons.one_per_minor(context.pythons):
        if python.minor in VERSIONS:
            batches = {folder: Batch(folder, python.minor) for folder in {os.path.basename(os.path.dirname(p)) for p in sources()}}
            tests += [test_of(path, batches[os.path.basename(os.path.dirname(path))]) for path in sources()]
    return tests
