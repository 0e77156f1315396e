"""The command line of `refsan check`: inputs, grouping, the cache, what is said and with which status. What the analysis finds
is tests/check's matter; here a few sources whose verdict is beyond doubt do."""
import json
import os
import shutil
import subprocess
import sys

from . import core, program

LEAK = """#include <Python.h>
%s
static PyObject *
%s(PyObject *self, PyObject *arg)
{
    PyObject *row = PyList_New(0);

    if (row == NULL)
        return NULL;
    if (PyList_Append(row, arg) < 0)
        return NULL;
    return row;
}
static PyMethodDef methods[] = {{"%s", %s, METH_O, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "%s", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_%s(void) { return PyModule_Create(&def); }
"""


def source(folder, name, extra="", fixed=False):
    """A module with a list that is lost on an error path, or its cured twin."""
    text = LEAK % (extra, name, name, name, name, name)
    if fixed:
        text = text.replace("< 0)\n        return NULL;", "< 0) {\n        Py_DECREF(row);\n        return NULL;\n    }")
    path = os.path.join(folder, name + ".c")
    os.makedirs(folder, exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    return path


def fresh(name):
    folder = core.work_dir("check-cli", name)
    shutil.rmtree(folder)
    os.makedirs(folder)
    return folder


def check(folder, *words, env=None, **how):
    """Runs `refsan check`, with a cache of the test's own; the report is that of --json."""
    program.need_check()
    report = os.path.join(folder, "report.json")
    if os.path.exists(report):
        os.unlink(report)
    given = {"XDG_CACHE_HOME": os.path.join(folder, "cache"), "NO_COLOR": "1"}
    ran = program.execute([program.REFSAN, "check", "--json", report] + list(words), cwd=folder, env=dict(given, **(env or {})), **how)
    if os.path.exists(report):
        with open(report) as f:
            ran.report = json.load(f)
    return ran


def minor(context):
    """A version with headers."""
    for python in context.pythons:
        asked = subprocess.run([python.executable, "-c", "import sysconfig; print(sysconfig.get_path('include'))"], capture_output=True, text=True)
        if os.path.exists(os.path.join(asked.stdout.strip(), "Python.h")):
            return python.minor, asked.stdout.strip()
    raise core.Skip("no headers of Python are installed")


def expect_units(ran, names, status=0):
    core.expect(ran.status == status, "status %d, expected %d" % (ran.status, status), ran.text())
    core.expect(ran.report is not None, "no report", ran.text())
    seen = sorted(os.path.basename(u) for u in ran.report["command"])
    core.expect(seen == sorted(names), "units %s, expected %s" % (seen, sorted(names)), ran.text())
    core.expect(ran.report["coverage"]["functions"] >= 2 * len(names), "functions are not counted", ran.report["coverage"])


def files(context):
    """Several files, options before and behind them, flags behind "--"."""
    folder = fresh("files")
    version, _ = minor(context)
    source(folder, "one", fixed=True)
    source(folder, "two", "#ifndef GIVEN\n#error GIVEN is not given\n#endif", fixed=True)
    expect_units(check(folder, "one.c", "--python", version, "two.c", "--no-cache", "--", "-DGIVEN", "-fgcc-only-flag", "-O2"), ["one.c", "two.c"])


def database(context):
    """A compile database with `command` and `arguments`, a dead path, and an entry that is none."""
    folder = fresh("database")
    _, include = minor(context)
    sub = os.path.join(folder, "src")
    source(sub, "one", "#ifndef A_B\n#error quoting\n#endif\n", fixed=True)
    source(sub, "two", fixed=True)
    rows = [{"directory": "src", "file": "one.c", "command": "gcc -I%s '-DA_B=\"x y\"' -O2 -c one.c -o one.o" % include},
            {"directory": sub, "file": "two.c", "arguments": ["gcc", "-I", include, "-fno-such-flag", "-c", "two.c"]},
            {"directory": sub, "file": "gone.c", "arguments": ["gcc", "-c", "gone.c"]}, {"file": "x.c"}]
    with open(os.path.join(folder, "compile_commands.json"), "w") as f:
        json.dump(rows, f)
    for word in (".", "compile_commands.json"):
        ran = check(folder, "-p", word)
        expect_units(ran, ["one.c", "two.c"])
        core.expect("refsan: 'src/gone.c': not analysed: the compile database names it and it is not there" in ran.own, "the dead path is not named", ran.text())
        core.expect("1 unit that could not be compiled" in ran.out.decode(), "it is not counted", ran.text())


MAKEFILE = """
all: one.so two.so tool
one.so: one.o
	$(CC) -shared one.o -o one.so
one.o: one.c
	$(CC) -O2 -fPIC -I%s -c one.c
two.so: two.c
	gcc -shared -fPIC -I%s two.c -o two.so
tool: tool.o
	cc tool.o -o tool
tool.o: tool.c
	cc -c tool.c
"""


def build(context):
    """`-- make`: the same output and status as without refsan, the modules' sources, not the program's."""
    folder = fresh("build")
    program.need("make")
    _, include = minor(context)
    source(folder, "one", fixed=True)
    source(folder, "two", fixed=True)
    for name, text in (("Makefile", MAKEFILE % (include, include)), ("tool.c", "int main(void) { return 0; }\n")):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    plain = program.execute(["make"], cwd=folder)
    core.expect(plain.status == 0, "make fails", plain.text())
    for name in ("one.o", "one.so", "two.so", "tool.o", "tool"):
        os.unlink(os.path.join(folder, name))
    ran = check(folder, "--", "make")
    expect_units(ran, ["one.c", "two.c"])
    core.expect(ran.out.startswith(plain.out), "another output", plain.text(), ran.text())
    again = check(folder, "--", "make")
    core.expect(again.status == 2 and "compiled no C or C++ source for an extension" in again.err, "an idle build", again.text())


def build_fails(context):
    """A build that fails: its status, and what it compiled is checked."""
    folder = fresh("build-fails")
    _, include = minor(context)
    source(folder, "one", fixed=True)
    script = "gcc -fPIC -I%s -c one.c && gcc -c missing.c; exit 7" % include
    ran = check(folder, "--", "sh", "-c", script)
    expect_units(ran, ["one.c"], status=7)
    core.expect("refsan: the build ended with status 7" in ran.own, "it is not said", ran.text())


def build_cc(context):
    """CC that names a compiler by its path is recorded; a signal that ends a compiler ends it for its caller too."""
    folder = fresh("build-cc")
    _, include = minor(context)
    source(folder, "one", fixed=True)
    compiler = os.path.join(folder, "my-own-compiler")
    with open(compiler, "w") as f:
        f.write('#!/bin/sh\nfor w; do test "$w" != -DDIE || kill -KILL $$; done\nexec gcc "$@"\n')
    os.chmod(compiler, 0o755)
    script = "$CC -fPIC -I%s -c one.c && gcc -shared one.o -o one.so; $CC -DDIE one.c; test $? = 137" % include
    expect_units(check(folder, "--", "sh", "-c", script, env={"CC": compiler}), ["one.c"])


def cache(context):
    """An unchanged unit is not analysed again; a changed one, another version or a damaged entry is."""
    folder = fresh("cache")
    version, _ = minor(context)
    source(folder, "one", fixed=True)

    def reused(*words):
        ran = check(folder, "one.c", "--python", version, *words)
        expect_units(ran, ["one.c"])
        return ran.report["stats"]["reused"]
    core.expect([reused(), reused(), reused("--no-cache")] == [0, 1, 0], "not the unchanged unit is reused")
    entries = os.path.join(folder, "cache", "refsan", "check")
    core.expect(os.stat(entries).st_mode & 0o077 == 0, "others may look into the cache")
    for name in os.listdir(entries):
        with open(os.path.join(entries, name), "r+b") as f:
            f.seek(30)
            f.write(b"\xff\xff")
    core.expect([reused(), reused()] == [0, 1], "a damaged entry is used")
    source(folder, "one", "int changed;", fixed=True)
    core.expect([reused(), reused()] == [0, 1], "a changed unit is not analysed anew")
    os.chmod(entries, 0o777)
    ran = check(folder, "one.c")
    core.expect("others may write to" in ran.err and ran.report["stats"]["reused"] == 0, "a cache that others may write to is used", ran.text())


def bitcode(context):
    """Bitcode and textual IR as input; a file that is cut short costs itself alone."""
    folder = fresh("bitcode")
    program.need_check()
    _, include = minor(context)
    source(folder, "one", fixed=True)
    clang = next(c for c in ["clang-%d" % major for major in range(22, 15, -1)] + ["clang"] if shutil.which(c))
    flags = ["-O0", "-g", "-Xclang", "-disable-llvm-passes", "-Xclang", "-disable-O0-optnone", "-emit-llvm", "-I", include, "one.c"]
    subprocess.run([clang, "-c", "-o", "one.bc"] + flags, cwd=folder, check=True)
    subprocess.run([clang, "-S", "-o", "two.ll"] + flags, cwd=folder, check=True)
    with open(os.path.join(folder, "one.bc"), "rb") as f, open(os.path.join(folder, "cut.bc"), "wb") as to:
        to.write(f.read()[:1000])
    ran = check(folder, "one.bc", "two.ll", "cut.bc")
    expect_units(ran, ["one.bc", "two.ll"])
    core.expect(len(ran.own) == 1 and "cut.bc" in ran.own[0], "the cut file is not named in one line", ran.text())


def sarif(context):
    """SARIF of every fabricated report, and of real findings, against the standard's schema."""
    folder = fresh("sarif")
    render = os.path.join(core.BUILD, "tests", "golden", "render")
    version, _ = minor(context)
    paths = []
    for name in subprocess.run([render], check=True, capture_output=True, text=True).stdout.split():
        paths.append(os.path.join(folder, name + ".sarif"))
        with open(paths[-1], "wb") as f:
            subprocess.run([render, name, "sarif"], check=True, stdout=f, cwd=folder)
    source(folder, "one")
    paths.append(os.path.join(folder, "own.sarif"))
    check(folder, "--python", version, "--sarif", paths[-1], "one.c")
    python = os.path.join(core.BUILD, "venv", "bin", "python")
    p = subprocess.run([python if os.path.exists(python) else sys.executable, os.path.join(core.ROOT, "tests", "golden", "sarif.py")] + paths,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if p.returncode == 77:
        raise core.Skip(p.stdout.strip())
    core.expect(p.returncode == 0 and len(paths) > 10, "not valid SARIF", p.stdout)


def collect(context):
    tests = {"sarif": sarif, "files": files, "database": database, "build": build, "build-fails": build_fails, "build-cc": build_cc, "cache": cache, "bitcode": bitcode}
    return [core.Test("check-cli/" + name, function) for name, function in tests.items()]
