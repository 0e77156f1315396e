#!/usr/bin/env python3
"""The measuring harness: confirms true rows and notices each lie about them.

Runs on the first interpreter at hand that has its headers; skipped (77) where none has.
"""
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import contracts
import measure_contracts

NAMES = ("PyList_SetItem", "PyModule_AddObject", "PyList_GetItem", "PyDict_Next", "PyErr_Restore", "PyDict_SetItem",
         "PyUnicode_AppendAndDel", "PyTuple_GET_ITEM", "Py_INCREF", "PyUnicode_FSConverter")
HAS_HEADERS = "import os, sysconfig, sys; sys.exit(not os.path.exists(sysconfig.get_path('include') + '/Python.h'))"


def interpreters():
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    yield from sorted(glob.glob("/usr/bin/python3.[0-9]*[0-9]"))
    yield sys.executable
    yield from sorted(glob.glob(os.path.join(root, "versions", "3.*", "bin", "python3")))


def usable():
    for path in interpreters():
        if subprocess.run([path, "-c", HAS_HEADERS], stderr=subprocess.DEVNULL).returncode == 0:
            return path
    return None


def unseen_confirms():
    """Whether calls confirm a row although they never showed one of its fields: an answer for each way that could happen."""
    seen = {"case": "", "off": [], "immortal": 0, "objects": 2, "told": ["list", "item"]}
    answers = {"all seen": (dict(seen, told=["list", "item", "->"]), "confirmed"), "result unseen": (seen, ""),
               "argument unseen": (dict(seen, told=["list", "->"]), ""), "off": (dict(seen, off=[[0, 1]]), "contradicted")}
    return ["%s: %s" % (what, measure_contracts.verdict([answer], "success", {"list", "item", "->"})[0] or "nothing")
            for what, (answer, expected) in answers.items()
            if measure_contracts.verdict([answer], "success", {"list", "item", "->"})[0] != expected]


def main():
    python, wrong = usable(), 0
    if not python:
        print("no interpreter with headers")
        return 77
    for problem in unseen_confirms():
        wrong += 1
        print(problem)
    rows = [r for r in contracts.load(os.path.join(ROOT, "contracts")) if r.name in NAMES]
    _, there, seen = measure_contracts.run_worker(python, rows)
    for row in there:
        state = measure_contracts.verdict(seen[row.name]["success"], "success", measure_contracts.fields_of(row))
        if state[0] != "confirmed":
            wrong += 1
            print("%s: %s" % (row.name, state))
    told = 0
    for turn in range(max(len(measure_contracts.lies_of(row)) for row in there)):
        lies = [measure_contracts.falsified(row, *measure_contracts.lies_of(row)[turn]) for row in there
                if turn < len(measure_contracts.lies_of(row))]
        _, _, seen = measure_contracts.run_worker(python, [lie for lie, _ in lies])
        told += len(lies)
        for lie, what in lies:
            if not measure_contracts.is_noticed(seen[lie.name]):
                wrong += 1
                print("%s: %s: not noticed" % (lie.name, what))
    print("%s: %d rows, %d lies, %d wrong answers" % (python, len(there), told, wrong))
    return 1 if wrong or len(there) < len(NAMES) else 0


if __name__ == "__main__":
    sys.exit(main())
