#!/usr/bin/env python3
"""Measures the contract table: calls each function in each interpreter and compares reference counts with its row.

usage: measure_contracts.py [--library NAME] [--only NAME,...] [--write] [--json FILE] [--mutate N] [--seed S] [-v] PYTHON...

For each PYTHON (an executable with its headers) a small driver is built in a temporary folder and the cases of
tools/measure/ are run, each measurement in a process of its own. Prints per interpreter: rows with an object among
arguments or result, measured on success and on failure, contradicted (with what was off), and those that no case
reaches. --write puts the confirmed rows into contracts/measured.tsv. Exit status 1 when a row is contradicted.
--library NAME measures the entries of that library's table instead (numpy, which PYTHON must be able to import).
--mutate N measures the harness instead: it draws N rows among those confirmed on success, falsifies one field of each
(result, steal, out-parameter) and counts how many of the lies are noticed; exit status 1 below 96 %.
"""
import argparse
import copy
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "measure")]
import contracts
import macros

DOUBLES = {"PyFloat_AsDouble", "PyLong_AsDouble", "PyComplex_RealAsDouble", "PyComplex_ImagAsDouble", "PyComplex_AsCComplex",
           "PyOS_string_to_double", "_PyLong_Frexp", "PyArray_GetPriority"}
# kind of an argument -> the kinds that would be a lie about it
LIES = {"object": ["steal"], "steal": ["object"], "steal-on-success": ["steal", "object"], "out": ["out-borrowed"],
        "out-on-success": ["out-borrowed-on-success"], "out-borrowed": ["out"],
        "out-borrowed-on-success": ["out-on-success"], "acquire": ["object"]}
SPARE = 20  # rows drawn beyond those asked for, in place of what an interpreter lacks
REFERENCES = ("new", "borrowed", "forever")  # results that are one reference or none
PROBE = ("import json, sys, sysconfig; print(json.dumps([sysconfig.get_path('include'), "
         "sysconfig.get_config_var('EXT_SUFFIX'), list(sys.version_info[:3])]))")


def has_object(row):
    """Whether references go in or out: the denominator of the totals."""
    return row.result in ("new", "borrowed", "forever", "argument", "unknown") or any(
        a.kind not in ("value", "callback", "table", "printf", "parse") for a in row.args)


def can_fail(row):
    """Whether the row knows a failure beside its success; what always fails counts as its success."""
    return row.failure not in ("never", "null") or (row.result == "void" and "error" in row.flags)


def described(row):
    """The row for the worker; checked: it looks at the types of its arguments (numpy's functions trust them)."""
    return {"name": row.name, "header": row.header, "args": [[a.kind, a.name] for a in row.args], "result": row.result,
            "failure": row.failure, "flags": sorted(row.flags), "table": row.table, "entry": row.entry,
            "checked": not row.library, "double": row.name in DOUBLES,
            "counted": bool(row.args and row.args[-1].name == "..." and row.args[-1].count)}


def build_driver(folder, include, suffix, rows):
    target, wrappers = os.path.join(folder, "_rsmeasure" + suffix), os.path.join(folder, "macros.c")
    macros.write(wrappers, [described(r) for r in rows if r.kind == "macro"], include)
    subprocess.run(["gcc", "-O1", "-g", "-w", "-shared", "-fPIC", "-I" + include,
                    os.path.join(HERE, "measure", "driver.c"), wrappers, "-o", target, "-ldl"], check=True)


def release_of(python, library):
    """(major, minor) of the library as that interpreter imports it."""
    p = subprocess.run([python, "-c", "import %s; print(%s.__version__)" % (library, library)], capture_output=True, text=True)
    if p.returncode:
        sys.exit("%s cannot import %s: %s" % (python, library, p.stderr.strip().splitlines()[-1]))
    return tuple(int(part) for part in p.stdout.split(".")[:2])


def released(row, release):
    first, last = row.releases
    return (not first or first <= release) and (not last or release <= last)


def run_worker(python, rows, library=""):
    """(version, rows that hold there, name -> what the worker saw)"""
    include, suffix, version = json.loads(subprocess.run([python, "-c", PROBE], capture_output=True, text=True,
                                                         check=True).stdout)
    release = release_of(python, library) if library else None
    rows = [r for r in rows if r.covers((3, version[1])) and (not library or released(r, release))]
    with tempfile.TemporaryDirectory() as folder:
        build_driver(folder, include, suffix, rows)
        path = os.path.join(folder, "rows.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump([described(r) for r in rows], f)
        p = subprocess.run([python, os.path.join(HERE, "measure", "worker.py"), folder, path, library], capture_output=True,
                           text=True, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
    if p.returncode:
        sys.exit("%s: the worker failed: %s" % (python, p.stderr.strip()[-2000:]))
    return version, rows, json.loads(p.stdout.splitlines()[-1])


def is_leak(answer):
    """Whether all that is off are references too many, or a missing exception, after a failed allocation."""
    return "fail_at=-1" not in answer["case"] and all(
        what == "exception" or isinstance(n, int) and n > 0 for what, n in answer["off"])


def fields_of(row):
    """What of a row is true or false of counts: the arguments that a call gives or takes by kind, and "->", the result."""
    fields = {a.name for a in row.args if a.kind in LIES and a.name != "..."}
    return fields | ({"->"} if row.result in REFERENCES else set())


def verdict(answers, outcome, fields=()):
    """("confirmed" | "contradicted" | "", what was off, what the interpreter itself leaks)

    Confirmed on success is a row only when the count of each of its fields was seen in some call: a result that never came,
    or that is immortal, says nothing of the word that stands for it. CPython has leaks of its own where an allocation fails; they do not contradict a row that is right otherwise."""
    off = [(a["case"], a["off"]) for a in answers if a["off"]]
    clean = [a for a in answers if not a["off"] and (a["immortal"] < a["objects"] or outcome == "failure" and a["objects"] == 0)]
    silent = all(what == "exception" for a in answers for what, _ in a["off"])
    if outcome == "failure" and off and (clean or silent) and all(is_leak(a) for a in answers if a["off"]):
        return "confirmed" if clean else "", [], off
    untold = set(fields).difference(*(a["told"] for a in answers)) if outcome == "success" else ()
    return ("contradicted" if off else "confirmed" if clean and not untold else ""), off, []


def lies_of(row):
    """Every way to falsify one field: (position of the argument or -1 for the result, the false word)."""
    lies = [(i, word) for i, a in enumerate(row.args) if a.name != "..." for word in LIES.get(a.kind, ())]
    if row.result in REFERENCES:
        lies.append((-1, "new" if row.result != "new" else "forever"))
    return lies


def falsified(row, where, word):
    """A copy of the row with that field changed, and what was changed."""
    lie = copy.deepcopy(row)
    if where < 0:
        lie.result, lie.origin = word, ""
        return lie, "result %s for %s" % (word, row.result)
    lie.args[where].kind = word
    return lie, "argument %s: %s for %s" % (row.args[where].name, word, row.args[where].kind)


def is_noticed(answer):
    states = [verdict(answer.get(outcome, []), outcome)[0] for outcome in ("success", "failure")]
    return "contradicted" in states or any(a["outcome"] == "crash" for a in answer.get("other", ()))


def drawn(python, rows, count, rng):
    """That many rows of those marked as confirmed on success in this version, which this interpreter confirms, too (another
    patch release or build may lack a symbol)."""
    version = json.loads(subprocess.run([python, "-c", PROBE], capture_output=True, text=True, check=True).stdout)[2]
    marks = read_marks(os.path.join(os.path.dirname(HERE), "contracts", "measured.tsv"))
    rows = [r for r in rows if r.covers((3, version[1])) and lies_of(r)
            and "3.%d" % version[1] in marks.get((r.name, r.digest()), [()])[0]]
    rng.shuffle(rows)
    rows = rows[:count + SPARE]
    _, _, seen = run_worker(python, rows)
    return [r for r in rows if verdict(seen[r.name].get("success", []), "success", fields_of(r))[0] == "confirmed"][:count]


def mutate(python, rows, count, seed):
    """Exit status: 0 where at least 96 % of the lies are noticed."""
    rng = random.Random(seed)
    lies = [falsified(row, *rng.choice(lies_of(row))) for row in drawn(python, rows, count, rng)]
    _, _, seen = run_worker(python, [lie for lie, _ in lies])
    noticed = 0
    for lie, what in lies:
        hit = is_noticed(seen[lie.name])
        noticed += hit
        print("%s: %s: %s" % (lie.name, what, "noticed" if hit else "NOT noticed"))
    print("%d of %d lies noticed (seed %s)" % (noticed, len(lies), seed))
    return 0 if len(lies) == count and noticed >= 0.96 * len(lies) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="+")
    parser.add_argument("--library", default="")
    parser.add_argument("--only")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--mutate", type=int, default=0)
    parser.add_argument("--seed", default="refsan")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    try:
        rows = contracts.load(os.path.join(os.path.dirname(HERE), "contracts"))
    except contracts.BadRow as e:
        print(e, file=sys.stderr)
        return 2
    only = set(args.only.split(",")) if args.only else None
    rows = [r for r in rows if r.kind != "slot" and has_object(r) and (not only or r.name in only) and (r.library or "") == args.library]
    if args.library:
        rows = [r for r in rows if r.kind == "entry"]
    if args.mutate:
        return mutate(os.path.expanduser(args.pythons[0]), rows, args.mutate, args.seed)
    report, contradicted = {}, 0
    for python in args.pythons:
        version, there, seen = run_worker(os.path.expanduser(python), rows, args.library)
        label = "%d.%d" % release_of(os.path.expanduser(python), args.library) if args.library else "3.%d" % version[1]
        contradicted += tell(label, there, seen, report, args.verbose)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(report, f, indent=1, sort_keys=True)
    if args.write:
        write_marks(rows, report)
    return 1 if contradicted else 0


def tell(label, rows, seen, report, verbose):
    """Prints one interpreter's totals and what was off; returns the number of contradicted rows."""
    totals = {"success": 0, "failure": 0, "contradicted": 0, "unreached": 0}
    for row in rows:
        answer = seen[row.name]
        entry = {"digest": row.digest(), "reason": answer.get("unreachable")}
        for outcome in ("success", "failure"):
            state, off, leaks = verdict(answer.get(outcome, []), outcome, fields_of(row))
            entry[outcome] = state
            totals[outcome] += state == "confirmed"
            for case, what in off:
                print("%s %s on %s: %s: %s" % (label, row.name, outcome, case, json.dumps(what)))
            for case, what in leaks:
                print("%s %s leaks when memory runs out: %s: %s" % (label, row.name, case, json.dumps(what)))
        totals["contradicted"] += "contradicted" in (entry["success"], entry["failure"])
        if not entry["success"] and not entry["reason"]:
            untold = fields_of(row).difference(*(a["told"] for a in answer["success"])) if answer["success"] else ()
            reasons = ["never seen: " + ", ".join(sorted(untold))] if untold else []
            entry["reason"] = "; ".join(reasons + ["%s: %s %s" % (a["case"], a["outcome"], a["exception"]) for a in answer.get("other", [])])
        totals["unreached"] += entry["success"] == ""
        if verbose and entry["success"] == "":
            print("%s %s not reached: %s" % (label, row.name, entry["reason"]))
        report.setdefault(row.name, {})[label] = entry
    print("%s: %d rows with objects, %d confirmed on success; %d of them can fail, %d confirmed on failure; %d contradicted, "
          "%d not reached" % (label, len(rows), totals["success"], sum(map(can_fail, rows)), totals["failure"],
                              totals["contradicted"], totals["unreached"]))
    return totals["contradicted"]


def read_marks(path):
    """(name, digest) -> [versions confirmed on success, on failure]"""
    marks = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                fields = line.rstrip("\n").split("\t")
                if len(fields) == 4 and not line.startswith("#"):
                    marks[fields[0], fields[1]] = [set(filter(None, part.split(","))) for part in fields[2:]]
    return marks


def write_marks(rows, report):
    """Replaces what the measured versions say; marks of other versions stay as long as the row is the same."""
    path = os.path.join(os.path.dirname(HERE), "contracts", "measured.tsv")
    marks = read_marks(path)
    known = {(r.name, r.digest()) for r in contracts.load(os.path.dirname(path))}
    for row in rows:
        mark = marks.setdefault((row.name, row.digest()), [set(), set()])
        for version, entry in report.get(row.name, {}).items():
            if entry["digest"] != row.digest():
                continue
            wrong = "contradicted" in (entry["success"], entry["failure"])
            for versions, outcome in zip(mark, ("success", "failure")):
                versions.discard(version)
                if entry[outcome] == "confirmed" and not wrong:
                    versions.add(version)
    with open(path, "w", encoding="utf-8") as f:
        f.write("# Written by tools/measure_contracts.py: name, digest of the row, versions confirmed on success, on failure.\n")
        for key in sorted(marks):
            if key in known and any(marks[key]):
                f.write("\t".join(key + tuple(",".join(sorted(v, key=lambda w: [int(n) for n in w.split(".")])) for v in marks[key])) + "\n")


if __name__ == "__main__":
    sys.exit(main())
