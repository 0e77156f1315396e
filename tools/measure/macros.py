"""Writes C functions around macros and inline functions, so that the driver can call them by address.

A macro that does not compile in a version is left out: its row then shows as not reached.
"""
import re
import subprocess

HEAD = """#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <frameobject.h>
#include <datetime.h>
struct rsm_entry { const char *name; void *address; };
"""
# what is no expression or statement of its own
PARTS = re.compile(r"Py_(RETURN|TRASHCAN|BEGIN|END|VISIT)")
TYPES = {"object": "PyObject *", "type": "PyTypeObject *", "inout": "PyObject **", "steal": "PyObject *",
         "steal-on-success": "PyObject *", "acquire": "PyObject *"}
TABLES = {"def": "PyModuleDef *"}
BY_NAME = {"name": "const char *", "key": "const char *"}


def function_of(row):
    """One line of C: a function rsm_NAME with the arguments of the row."""
    parameters, arguments = [], []
    for kind, name in row["args"]:
        if name == "TYPE":
            arguments.append("PyObject")
            continue
        ctype = TYPES.get(kind) or TABLES.get(name) or (BY_NAME.get(name, "long ") if kind == "value" else "void *")
        parameters.append("%sp_%s" % (ctype, name))
        arguments.append(("*" if kind == "inout" else "") + "p_" + name)
    call = "%s(%s)" % (row["name"], ", ".join(arguments))
    start = "PyDateTime_IMPORT; " if row["header"] == "datetime" else ""
    if row["result"] == "void":
        body, result = "%s%s;" % (start, call), "void"
    elif row["result"] == "value":
        body, result = "%sreturn (long)(%s);" % (start, call), "long"
    else:
        body, result = "%sreturn (void *)(%s);" % (start, call), "void *"
    return "%s rsm_%s(%s) { %s }" % (result, row["name"], ", ".join(parameters) or "void", body)


def source(rows):
    lines = HEAD.splitlines()
    lines += [function_of(row) for row in rows]
    table = ["{\"%s\", rsm_%s}" % (row["name"], row["name"]) for row in rows]
    return "\n".join(lines + ["const struct rsm_entry rsm_table[] = {%s};" % ", ".join(table + ["{0, 0}"])]) + "\n"


def bad_lines(path, include):
    out = subprocess.run(["gcc", "-fsyntax-only", "-w", "-fmax-errors=0", "-I" + include, path], capture_output=True, text=True)
    return {int(m.group(1)) for m in re.finditer(r"^%s:(\d+):\d+: (?:error|note)" % re.escape(path), out.stderr, re.M)}


def write(path, rows, include):
    """Writes the functions of the rows that compile against these headers."""
    first, rows = len(HEAD.splitlines()) + 1, [row for row in rows if not PARTS.match(row["name"])]
    while True:
        with open(path, "w", encoding="utf-8") as f:
            f.write(source(rows))
        bad = bad_lines(path, include)
        good = [row for i, row in enumerate(rows) if first + i not in bad]
        if len(good) == len(rows):
            return
        rows = good
