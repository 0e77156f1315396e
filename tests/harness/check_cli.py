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


def archive(context):
    """Objects that ar gathers belong to the extension that links the archive, by its path or as -lNAME."""
    folder = fresh("archive")
    _, include = minor(context)
    helper = "PyObject *%s_list(void);\nPyObject *%s_size(PyObject *self, PyObject *arg) { PyObject *list = %s_list(); return list == NULL ? NULL : PyLong_FromSsize_t(PyList_GET_SIZE(list)); }"
    for name in ("one", "two"):
        source(folder, name, helper % (name, name, name), fixed=True)
        with open(os.path.join(folder, "in_%s.c" % name), "w") as f:
            f.write("#include <Python.h>\nPyObject *%s_list(void) { return PyList_New(0); }\n" % name)
    script = " && ".join(["cc -fPIC -I%s -c one.c two.c in_one.c in_two.c" % include, "ar rcs libone.a in_one.o", "ar -rc libtwo.a in_two.o",
                          "cc -shared one.o ./libone.a -o one.so", "cc -shared two.o -L. -ltwo -o two.so"])
    ran = check(folder, "--", "sh", "-c", script)
    expect_units(ran, ["in_one.c", "in_two.c", "one.c", "two.c"], status=1)
    lost = sorted(f["culprit"]["function"] for f in ran.report["findings"] if f["rule"] in ("RS201", "RS202"))
    core.expect(lost == ["one_size", "two_size"], "what the archive's functions return is not known", ran.text())


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
    # a compiler cache looks for the next compiler in PATH, where an isolated build has folders of its own in front
    os.makedirs(os.path.join(folder, "first"))
    script = "PATH=%s/first:$PATH $CC -fPIC -I%s -c one.c && gcc -shared one.o -o one.so" % (folder, include)
    expect_units(check(folder, "--", "sh", "-c", script, env={"CC": compiler}), ["one.c"])


def build_moved(context):
    """A build that copies its sources, makes some more there and removes the folder: reports point to the user's own files, to a
    copy of what was made, and to the .pyx that it was made of."""
    folder = fresh("build-moved")
    version, include = minor(context)
    tool = os.path.join(core.BUILD, "venv", "bin", "cython")
    if not os.path.exists(tool):
        raise core.Skip("Cython is not installed in the build folder")
    source(os.path.join(folder, "src"), "one")
    with open(os.path.join(folder, "src", "words.pyx"), "w") as f:
        f.write(PYX)
    script = """set -e
        cp -r src moved-src && mkdir -p moved && mv moved-src moved/src && cd moved
        %s -3 --cplus src/words.pyx -o src/made.cpp
        gcc -fPIC -I%s -c src/one.c && gcc -shared one.o -o one.so
        g++ -fPIC -I%s -c src/made.cpp && g++ -shared made.o -o made.so
        cd .. && rm -r moved""" % (tool, include, include)
    ran = check(folder, "--python", version, "--", "sh", "-c", script)
    core.expect(ran.status == 1 and ran.report is not None, "no report", ran.text())
    found = sorted((f["rule"], f["culprit"]["file"], (f["culprit"].get("pyx") or {}).get("file")) for f in ran.report["findings"])
    made = [unit for unit in ran.report["command"] if unit.endswith("-made.cpp")]
    core.expect(found == [("RS201", "src/words.pyx", "src/words.pyx"), ("RS202", "src/one.c", None)], "not the two findings in the user's files", found, ran.text())
    core.expect(len(made) == 1 and os.path.exists(os.path.join(folder, made[0])), "no copy of the generated source", ran.report["command"])


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
    for name in (n for n in os.listdir(entries) if n != "made"):
        with open(os.path.join(entries, name), "r+b") as f:
            f.seek(30)
            f.write(b"\xff\xff")
    core.expect([reused(), reused()] == [0, 1], "a damaged entry is used")
    source(folder, "one", "int changed;", fixed=True)
    core.expect([reused(), reused()] == [0, 1], "a changed unit is not analysed anew")
    os.chmod(entries, 0o777)
    ran = check(folder, "one.c")
    core.expect("others may write to" in ran.err and ran.report["stats"]["reused"] == 0, "a cache that others may write to is used", ran.text())


CHAR6 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"


def of_llvm_99(data):
    """Bitcode's beginning with another version of LLVM in its identification (six bits a character, least significant first)."""
    number = int.from_bytes(data[:1000], "little")
    mark = sum(CHAR6.index(c) << 6 * i for i, c in enumerate("LLVM"))
    start = next(n for n in range(2000) if number >> n & 0xffffff == mark) + 24
    for i in range(2):
        number = number & ~(0x3f << start + 6 * i) | CHAR6.index("9") << start + 6 * i
    return number.to_bytes(1000, "little")


def lowered(context, folder):
    """one.bc in the folder; the clang that made it, and its flags."""
    program.need_check()
    _, include = minor(context)
    source(folder, "one", fixed=True)
    # the order in which the build looks for LLVM: a newer clang than that would be refused
    clang = next(c for c in ["clang-%d" % major for major in (19, 18, 17, 16, 20, 21, 22)] + ["clang"] if shutil.which(c))
    flags = ["-O0", "-g", "-Xclang", "-disable-llvm-passes", "-Xclang", "-disable-O0-optnone", "-emit-llvm", "-I", include, "one.c"]
    subprocess.run([clang, "-c", "-o", "one.bc"] + flags, cwd=folder, check=True)
    return clang, flags


def bitcode(context):
    """Bitcode and textual IR as input; a file that is cut short costs itself alone."""
    folder = fresh("bitcode")
    clang, flags = lowered(context, folder)
    subprocess.run([clang, "-S", "-o", "two.ll"] + flags, cwd=folder, check=True)
    with open(os.path.join(folder, "one.bc"), "rb") as f, open(os.path.join(folder, "cut.bc"), "wb") as to:
        to.write(f.read()[:1000])
    ran = check(folder, "one.bc", "two.ll", "cut.bc")
    expect_units(ran, ["one.bc", "two.ll"])
    core.expect(len(ran.own) == 1 and "cut.bc" in ran.own[0], "the cut file is not named in one line", ran.text())
    with open(os.path.join(folder, "one.bc"), "rb") as f, open(os.path.join(folder, "newer.bc"), "wb") as to:
        to.write(of_llvm_99(f.read()))
    ran = check(folder, "one.bc", "newer.bc")
    core.expect(len(ran.own) == 1 and "'newer.bc': not analysed: it was made by LLVM 99" in ran.own[0], "a newer LLVM is not named in one line", ran.text())
    with open(os.path.join(folder, "bad.ll"), "w") as f:
        f.write("define void @bad() {\n  %x = add i32 %y, 1\n  %y = add i32 1, 1\n  ret void\n}\n")
    unseen = ["-Xclang", "-disable-llvm-verifier", "-mllvm", "-disable-auto-upgrade-debug-info"]  # clang itself refuses it else; 16 always does
    if subprocess.run([clang, "-c", "-emit-llvm", "-o", "bad.bc", "bad.ll"] + unseen, cwd=folder, capture_output=True).returncode == 0:
        ran = check(folder, "one.bc", "bad.bc")
        expect_units(ran, ["one.bc"])
        core.expect(len(ran.own) == 1 and "'bad.bc': not analysed: no valid code: Instruction does not dominate" in ran.own[0], "invalid code is not named in one line", ran.text())


def damaged_bitcode(context):
    """A bit that is another one in a file of bitcode: at most one line about it, which does not call it a bug of refsan's."""
    folder = fresh("damaged")
    lowered(context, folder)
    with open(os.path.join(folder, "one.bc"), "rb") as f:
        whole = f.read()
    names = []
    for i in range(1, 301):
        at = len(whole) * i // 301
        names.append("bit%d.bc" % i)  # some end LLVM 19's reader by a signal
        with open(os.path.join(folder, names[-1]), "wb") as f:
            f.write(whole[:at] + bytes([whole[at] ^ 1 << i % 8]) + whole[at + 1:])
    ran = check(folder, "one.bc", *names)
    core.expect(all("refsan bug" not in line for line in ran.own), "damage is called a bug", ran.text())
    said = [sum("'%s'" % name in line for line in ran.own) for name in names]
    core.expect(1 <= sum(said) and max(said) == 1, "lines a file: %s" % said, ran.text())


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


PYX = """from cpython.object cimport PyObject

cdef extern from "Python.h":
    PyObject* PyBytes_FromString(const char*) except NULL

cdef class Store:
    cdef object kept
    cpdef put(self, value):
        self.kept = value

def word(const char* text):
    return <object>PyBytes_FromString(text)
"""


def cython(context):
    """A .pyx through cython, and the C that cython made of it: the one finding, at its .pyx line; nothing of Cython's own code."""
    folder = fresh("cython")
    version, include = minor(context)
    tool = os.path.join(core.BUILD, "venv", "bin", "cython")
    if not os.path.exists(tool):
        raise core.Skip("Cython is not installed in the build folder")
    env = {"PATH": os.path.dirname(tool) + os.pathsep + os.environ["PATH"]}
    os.makedirs(os.path.join(folder, "pkg"))
    with open(os.path.join(folder, "pkg", "words.pyx"), "w") as f:
        f.write(PYX)
    subprocess.run([tool, "-3", "pkg/words.pyx", "-o", "pkg/made.c"], cwd=folder, check=True, capture_output=True)
    for words in (["pkg/words.pyx"], ["pkg/made.c", "--", "-I" + include]):
        ran = check(folder, "--python", version, *words, env=env)
        found = [(f["rule"], f["culprit"]["function"], f["culprit"]["pyx"]) for f in (ran.report or {"findings": []})["findings"]]
        core.expect(found == [("RS201", "word", {"file": "pkg/words.pyx", "line": 12})], "not the one finding", found, ran.text())
    subprocess.run([tool, "-3", "--line-directives", "pkg/words.pyx", "-o", "pkg/made.c"], cwd=folder, check=True, capture_output=True)
    ran = check(folder, "--python", version, "pkg/made.c", "--", "-I" + include)
    core.expect({f["rule"] for f in ran.report["findings"]} == {"RS201"}, "what Cython orders by itself, where #line names the .pyx", ran.text())
    with open(os.path.join(folder, "pkg", "words.pyx"), "w") as f:
        f.write(PYX.replace("cpdef", "cpdfe"))
    ran = check(folder, "pkg/words.pyx", env=env)
    core.expect(ran.status == 2 and ran.own[0] == "refsan: 'pkg/words.pyx': not analysed: cython rejects it", "cython's errors", ran.text())
    ran = check(folder, "pkg/words.pyx", env={"PATH": "/usr/bin:/bin"})
    core.expect(ran.status == 2 and "which is not installed" in ran.own[0] or shutil.which("cython", path="/usr/bin:/bin"), "a missing cython", ran.text())


def leaking(context, name):
    """(folder, options) with one.c, whose list is lost on an error path."""
    folder = fresh(name)
    version, _ = minor(context)
    source(folder, "one")
    return folder, ["--python", version, "--no-cache", "one.c"]


def expect_leak(ran, status=1):
    core.expect(ran.status == status and ran.report is not None, "status %d, expected %d" % (ran.status, status), ran.text())
    found = ran.report["findings"]
    core.expect(len(found) == 1 and found[0]["kind"] == "surplus" and found[0]["culprit"]["function"] == "one", "not the one leak of one()", ran.text())
    core.expect(found[0]["path"] and all(step["file"] and step["line"] and step["note"] for step in found[0]["path"]), "no path", found[0])
    return found[0]


def statuses(context):
    """1 with a finding, its lines in the text, 0 for the cured twin; the text goes to standard error where JSON takes the other."""
    folder, words = leaking(context, "statuses")
    ran = check(folder, *words)
    expect_leak(ran)
    text = ran.out.decode()
    core.expect(text.startswith("refsan: RS20") and "PyList_New" in text and "> " in text and "1 finding (" in text, "the verdict is not first, or no excerpt", ran.text())
    ran = check(folder, "--json", "-", *words)
    core.expect(json.loads(ran.out)["findings"] and "PyList_New" in ran.err, "JSON on standard output", ran.text())
    source(folder, "one", fixed=True)
    ran = check(folder, *words)
    core.expect(ran.status == 0 and not ran.report["findings"] and ran.out.startswith(b"refsan: no findings"), "the cured twin", ran.text())
    ran = check(folder, "-q", *words)
    core.expect(ran.status == 0 and not ran.out and not ran.err, "-q is not quiet", ran.text())


def choices(context):
    """--only, --skip, --severity."""
    folder, words = leaking(context, "choices")
    found = expect_leak(check(folder, *words))
    expect_leak(check(folder, "--only", found["rule"], "--severity", found["severity"], *words))
    for options in (["--skip", found["name"]], ["--only", "RS301"]) + ((["--severity", "error"],) if found["severity"] != "error" else ()):
        ran = check(folder, *options, *words)
        core.expect(ran.status == 0 and not ran.report["findings"], "%s does not hide it" % options, ran.text())


def baseline(context):
    """What a baseline lists is counted and not told; it outlives an edit above; a new finding is told."""
    folder, words = leaking(context, "baseline")
    known = os.path.join(folder, "known")
    expect_leak(check(folder, "--write-baseline", known, *words))
    source(folder, "one", "/* a comment\n   of two lines */\n")
    ran = check(folder, "--baseline", known, *words)
    core.expect(ran.status == 0 and not ran.report["findings"] and ran.report["coverage"]["suppressed"] == 1, "it is told again", ran.text())
    core.expect(" 1 suppressed" in ran.out.decode(), "it is not counted", ran.text())
    source(folder, "two")
    ran = check(folder, "--baseline", known, "two.c", *words)
    core.expect(ran.status == 1 and [f["culprit"]["function"] for f in ran.report["findings"]] == ["two"], "the new one is not told alone", ran.text())


def suppressed(context):
    """A comment in the source, and a block of a file."""
    folder, words = leaking(context, "suppressed")
    found = expect_leak(check(folder, *words))
    with open(os.path.join(folder, "file.supp"), "w") as f:
        f.write("{\n rule %s\n function on?\n reason a test\n}\n" % found["rule"])
    ran = check(folder, "--suppressions", "file.supp", *words)
    core.expect(ran.status == 0 and ran.report["coverage"]["suppressed"] == 1, "the file does not suppress", ran.text())
    path = os.path.join(folder, "one.c")
    with open(path) as f:
        lines = f.read().split("\n")
    lines[found["culprit"]["line"] - 1] += " /* refsan: ignore[%s] a test */" % found["rule"]
    with open(path, "w") as f:
        f.write("\n".join(lines))
    ran = check(folder, *words)
    core.expect(ran.status == 0 and ran.report["coverage"]["suppressed"] == 1, "the comment does not suppress", ran.text())


def kept(context):
    """-o, and `refsan report` says the same again without the source."""
    folder, words = leaking(context, "kept")
    ran = check(folder, "-o", "books", *words)
    expect_leak(ran)
    os.unlink(os.path.join(folder, "one.c"))
    again = program.execute([program.REFSAN, "report", "books", "--json", "again.json", "--sarif", "again.sarif"], cwd=folder)
    with open(os.path.join(folder, "again.json")) as f:
        core.expect(json.load(f) == ran.report, "another report", again.text())
    core.expect(again.out == ran.out, "another text", again.text(), ran.text())


def header(context):
    """A header's function in two units is one finding; the units of one extension know each other's functions."""
    folder = fresh("header")
    version, _ = minor(context)
    with open(os.path.join(folder, "shared.h"), "w") as f:
        f.write("static inline PyObject *lost(PyObject *arg)\n{\n    PyObject *row = PyList_New(0);\n    if (row == NULL || PyList_Append(row, arg) < 0)\n"
                "        return NULL;\n    return row;\n}\n")
    for name, other in (("one", "two"), ("two", "one")):
        extra = '#include "shared.h"\nPyObject *%s_use(PyObject *a) { return lost(a); }\n' % name
        source(folder, name, extra, fixed=True)
    ran = check(folder, "--python", version, "one.c", "two.c")
    expect_units(ran, ["one.c", "two.c"], status=1)
    core.expect([(f["culprit"]["function"], f["count"]) for f in ran.report["findings"]] == [("lost", 2)], "not one finding of two units", ran.text())


ELSEWHERE = """
#include <Python.h>
PyObject *make_row(PyObject *arg)
{
    PyObject *row = PyList_New(0);
    if (row != NULL && PyList_Append(row, arg) < 0)
        Py_CLEAR(row);
    return row;
}
int keep_row(PyObject **place, PyObject *row)
{
    if (row == NULL)
        return -1;
    Py_XDECREF(*place);
    *place = row;
    return 0;
}
"""
USES = """PyObject *make_row(PyObject *arg);
int keep_row(PyObject **place, PyObject *row);
static PyObject *rows;
PyObject *pack(PyObject *self, PyObject *arg)
{
    PyObject *row = make_row(arg);
    return row == NULL ? NULL : Py_BuildValue("(%s)", row);
}
PyObject *hold(PyObject *self, PyObject *arg)
{
    PyObject *row = make_row(arg);
    if (keep_row(&rows, row) < 0)
        return NULL;
    Py_RETURN_NONE;
}
"""


def units(context):
    """What a function does to references is known to the extension's other units: new results, arguments that it takes over."""
    folder = fresh("units")
    version, _ = minor(context)
    with open(os.path.join(folder, "two.c"), "w") as f:
        f.write(ELSEWHERE)
    for unit, expected in (("O", ["pack"]), ("N", [])):
        source(folder, "one", USES % unit, fixed=True)
        ran = check(folder, "--python", version, "one.c", "two.c")
        found = [f["culprit"]["function"] for f in ran.report["findings"]]
        core.expect(found == expected, "found %s, expected %s" % (found, expected), ran.text())


INIT = """#include <Python.h>
int add_names(PyObject *module);
static PyObject *again(PyObject *self, PyObject *ignored)
{
    if (%s)
        return NULL;
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"again", again, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "one", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_one(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL && add_names(module) < 0)
        Py_CLEAR(module);
    return module;
}
"""
NAMES = """#include <Python.h>
int add_names(PyObject *module)
{
    return PyDict_SetItemString(PyModule_GetDict(module), "names", PyList_New(0));
}
"""


def init_elsewhere(context):
    """A function that only another unit's initialisation calls loses things once: a note. If something else calls it too, an error."""
    folder = fresh("init-elsewhere")
    version, _ = minor(context)
    with open(os.path.join(folder, "two.c"), "w") as f:
        f.write(NAMES)
    for condition, severity in (("0", "note"), ("add_names(self) < 0", "error")):
        with open(os.path.join(folder, "one.c"), "w") as f:
            f.write(INIT % condition)
        ran = check(folder, "--python", version, "one.c", "two.c")
        found = [(f["rule"], f["culprit"]["function"], f["severity"]) for f in ran.report["findings"] if f["rule"] == "RS201"]
        core.expect(found == [("RS201", "add_names", severity)], "found %s, expected a %s" % (found, severity), ran.text())


def collect(context):
    tests = {"cython": cython, "statuses": statuses, "choices": choices, "baseline": baseline, "suppressed": suppressed, "kept": kept, "header": header, "sarif": sarif, "units": units, "init-elsewhere": init_elsewhere, "files": files, "database": database, "build": build, "archive": archive, "build-fails": build_fails, "build-cc": build_cc, "build-moved": build_moved, "cache": cache, "bitcode": bitcode, "damaged-bitcode": damaged_bitcode}
    return [core.Test("check-cli/" + name, function) for name, function in tests.items()]
