"""tests/bad/*.case: wrong options, wrong files and hostile surroundings -> the exact lines and the exit status.

    # what this is about
    needs: python3.7              (optional: a program, refsan-check, or a CPython by its minor version, else skipped)
    run: refsan run -- ./nothing  (a line of shell, in an empty folder; $PY is a Python, $BAD this folder, $REFSAN the program, $BUGGY a folder
                                   with a faulty module `ext`, $CLEAN one with its cured twin)
    status: 2                     (where the line ends with 77, the surroundings cannot be made here: skipped)
    stdout:                       (either block may be absent: then it must be empty)
    | line
    stderr:
    | line

Before they are compared, folders are replaced by their names and refsan's closing line by "refsan: (closing line)";
a line "| ..." stands for any number of lines. The verb rebase writes what was seen.
"""
import glob
import os
import re
import shutil

from . import core, program

FOLDER = os.path.join(core.ROOT, "tests", "bad")


def load(path):
    case = {"path": path, "name": os.path.basename(path)[:-len(".case")], "head": [], "stdout": [], "stderr": [], "status": 0, "needs": []}
    block = None
    with open(path) as f:
        for number, line in enumerate(f.read().splitlines(), 1):
            word, _, rest = line.partition(":")
            if line.startswith("|") and block:
                case[block].append(line[2:])
            elif word in ("stdout", "stderr") and not rest:
                block = word
            elif word in ("run", "status", "needs"):
                case[word] = int(rest) if word == "status" else rest.split() if word == "needs" else rest.strip()
                case["head"].append(line)
            elif line.startswith("#"):
                case["head"].append(line)
            else:
                raise SystemExit("%s:%d: '%s' is neither a comment nor run:, status:, needs:, stdout:, stderr: or '| line'" % (path, number, line))
    return case


def environment(case, context):
    """What $PY and the others stand for."""
    core.expect(context.pythons, "no CPython at hand")
    python, unknown = context.pythons[0], {p.minor: p for p in context.unknown}
    names = {"PY": python.executable, "BAD": FOLDER, "REFSAN": program.REFSAN}
    for need in case["needs"]:
        if need == "refsan-check":
            program.need_check()
        elif not re.fullmatch(r"python3\.\d+", need):
            program.need(need)
        elif need[len("python"):] in unknown:
            names[need.upper().replace(".", "_")] = unknown[need[len("python"):]].executable
        else:
            raise core.Skip("no %s found" % need)
    if "$BUGGY" in case["run"] or "$CLEAN" in case["run"]:
        folder = os.path.join(core.ROOT, "tests", "cases", "returned-borrowed")
        for name, fixed in (("BUGGY", False), ("CLEAN", True)):
            names[name] = program.build(folder, python, core.work_dir("bad", name + python.name), fixed)
    bin_dir = core.work_dir("bad", "bin-" + case["name"])
    with open(os.path.join(bin_dir, "refsan"), "w") as f:
        f.write('#!/bin/sh\nexec "%s" "$@"\n' % program.REFSAN)
    os.chmod(f.name, 0o755)
    return dict(names, PATH=bin_dir + os.pathsep + os.environ["PATH"], LC_ALL="C.UTF-8")


def settle(text, env, work):
    """The lines of a program's output without what differs from machine to machine."""
    names = [(work, "WORK"), (core.ROOT, "ROOT")] + [(env[n], "$" + n) for n in env if n in ("BAD", "PY") or n.startswith("PYTHON3_")]
    for value, name in sorted(names, key=lambda pair: -len(pair[0])):
        text = text.replace(value, name)
    lines = [re.sub(r"^refsan: .*\b(sites? patched|functions? analysed)\b.*", "refsan: (closing line)", line) for line in text.splitlines()]
    return [re.sub(r"\bline \d+: +\d+ (Killed|Segmentation)", r"line N: PID \1", line) for line in lines]


def fits(expected, seen):
    """Whether the lines are the expected ones; '...' stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in seen)) is not None


def rebase(case, status, seen):
    head = [line if not line.startswith("status:") else "status: %d" % status for line in case["head"]]
    for block in ("stdout", "stderr"):
        lines = case[block] if fits(case[block], seen[block]) else seen[block]
        if lines:
            head += [block + ":"] + ["| " + line for line in lines]
    with open(case["path"], "w") as f:
        f.write("\n".join(head) + "\n")


def perform(case):
    def test(context):
        program.need_refsan()
        env = environment(case, context)
        work = core.work_dir("bad", case["name"])
        shutil.rmtree(work)
        os.makedirs(work)
        ran = program.execute(["sh", "-c", case["run"]], env=env, cwd=work)
        if ran.status == 77:
            raise core.Skip("the surroundings cannot be made here: " + ran.err.strip()[-200:])
        seen = {"stdout": settle(ran.out.decode(errors="replace"), env, work), "stderr": settle(ran.err, env, work)}
        if context.rebase:
            rebase(case, ran.status, seen)
            return
        for block in ("stderr", "stdout"):
            core.expect(fits(case[block], seen[block]), "%s of '%s' is not the expected one" % (block, case["run"]),
                        "expected:\n" + "\n".join(case[block]), "seen:\n" + "\n".join(seen[block]))
        core.expect(ran.status == case["status"], "status %d, expected %d" % (ran.status, case["status"]), "\n".join(seen["stderr"]))
    return test


def collect(_context):
    found = [load(p) for p in sorted(glob.glob(os.path.join(FOLDER, "*.case")))]
    return [core.Test("bad/" + case["name"], perform(case), rebases=True) for case in found]
