"""Tests, their outcome, and the line that counts them. A group module offers collect(context) -> [Test].

A test is a function of the context that returns, or raises Fail (with what was expected and seen) or Skip (with the
reason). tests/not-yet.txt names tests that are known to fail: they are run all the same, count as skipped with their
reason, and fail as soon as they pass, so that no line stays there longer than it is true.
"""
import concurrent.futures
import dataclasses
import fnmatch
import os
import threading
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")
WORK = os.path.join(BUILD, "test-work")
SHARED = os.path.abspath(os.environ.get("REFSAN_SHARED", os.path.join(ROOT, "..", "shared")))
NOT_YET = os.path.join(ROOT, "tests", "not-yet.txt")


class Fail(Exception):
    """Something is not as it has to be; the text says what was expected and what was seen."""


class Skip(Exception):
    """The test cannot say anything here; the text says why."""


@dataclasses.dataclass
class Context:
    rebase: bool = False
    verbose: bool = False
    pythons: list = dataclasses.field(default_factory=list)
    unknown: list = dataclasses.field(default_factory=list)  # interpreters that refsan has no row for


@dataclasses.dataclass
class Test:
    name: str
    function: object         # called with the context; may return a list of (name, outcome, text) that it stands for
    rebases: bool = False    # takes part in the verb rebase
    slow: bool = False       # takes minutes: begun first, so that nothing waits for it in the end
    alone: bool = False      # runs while no other test does (it uses all cores itself, or measures)


def failing(text):
    """A test's function that fails with this text."""
    def fail(_context):
        raise Fail(text)
    return fail


def expect(condition, text, *details):
    """Raises Fail unless the condition holds; details are quoted below the text."""
    if not condition:
        raise Fail("\n".join([text] + ["| " + line for d in details for line in str(d).splitlines()[-40:]]))


def wanted(name, patterns):
    return not patterns or any(p in name or fnmatch.fnmatch(name, p) for p in patterns)


def work_dir(*parts):
    """A folder of the build tree for a test's files, made where it is missing."""
    path = os.path.join(WORK, *[p.replace("/", "_") for p in parts])
    os.makedirs(path, exist_ok=True)
    return path


def load_not_yet():
    """[(pattern, reason)] of tests/not-yet.txt."""
    rows = []
    with open(NOT_YET) as f:
        for number, line in enumerate(f, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            pattern, colon, reason = line.partition(": ")
            if not colon or not reason.strip():
                raise SystemExit("%s:%d: '%s' gives no reason; expected 'PATTERN: REASON'" % (NOT_YET, number, line))
            rows.append((pattern, reason))
    return rows


def one(test, context):
    """[(name, outcome, text)] of one test; outcome is passed, failed or skipped."""
    try:
        rows = test.function(context)
        return rows if rows is not None else [(test.name, "passed", "")]
    except Skip as e:
        return [(test.name, "skipped", str(e))]
    except Fail as e:
        return [(test.name, "failed", str(e))]
    except Exception:  # a broken test must not end the others
        return [(test.name, "failed", traceback.format_exc())]


class Tally:
    """Prints outcomes as they come and counts them."""

    def __init__(self, not_yet):
        self.count = {"passed": 0, "failed": 0, "skipped": 0}
        self.failed = []
        self.not_yet = not_yet
        self.lock = threading.Lock()

    def settle(self, name, outcome, text):
        """The outcome after tests/not-yet.txt had its say."""
        reason = next((r for p, r in self.not_yet if fnmatch.fnmatchcase(name, p)), None)
        if reason is None or outcome == "skipped":
            return outcome, text
        if outcome == "failed":
            return "skipped", "not yet: " + reason
        return "failed", "passes now: its line in tests/not-yet.txt has to go (%s)" % reason

    def add(self, name, outcome, text, seconds):
        outcome, text = self.settle(name, outcome, text)
        with self.lock:
            self.count[outcome] += 1
            head = "%-7s %s" % ({"passed": "ok", "failed": "FAILED", "skipped": "skip"}[outcome], name)
            took = "  (%.1f s)" % seconds if seconds >= 1 else ""
            print(head + took + (": " + text if outcome == "skipped" else ""), flush=True)
            if outcome == "failed":
                self.failed.append(name)
                print("\n".join("        " + line for line in text.splitlines()), flush=True)


def run(tests, context, jobs):
    """Runs them, prints the counting line last; the exit status."""
    tally = Tally(load_not_yet())

    def perform(test):
        start = time.monotonic()
        rows = one(test, context)
        for name, outcome, text in rows:
            tally.add(name, outcome, text, (time.monotonic() - start) / max(1, len(rows)))

    for test in tests:
        if test.alone:
            perform(test)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(perform, sorted((t for t in tests if not t.alone), key=lambda t: not t.slow)))
    if tally.failed:
        print("failed: " + " ".join(tally.failed))
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % tally.count)
    return 1 if tally.failed else 0
