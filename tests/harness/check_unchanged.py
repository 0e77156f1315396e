"""What `refsan check` does not do again: clang is not started, and nothing analysed, for a unit that nothing has changed for."""
import os
import shutil
import stat
import subprocess

from . import core, program
from .check_cli import check, fresh, minor, source

CLANG = '#!/bin/sh\necho "$@" >>%s\nexec %s "$@"\n'


class Workshop:
    """A folder with one.c, its headers and a clang that counts its starts."""

    def __init__(self, context, name):
        self.folder = fresh(name)
        self.version, self.include = minor(context)
        program.need_check()
        # the order in which the build looks for LLVM: a newer clang than that would be refused
        real = next(c for c in ["clang-%d" % major for major in (19, 18, 17, 16, 20, 21, 22)] + ["clang"] if shutil.which(c))
        self.starts = os.path.join(self.folder, "starts.log")
        self.clang = os.path.join(self.folder, "counting-clang")
        self.write("counting-clang", CLANG % (self.starts, shutil.which(real)))
        os.chmod(self.clang, 0o755)
        source(self.folder, "one", '#include "own.h"\n#include "part/more.h"\n')
        for part in ("hides", "own/part"):
            os.makedirs(os.path.join(self.folder, part))
        self.write("own/own.h", "int own;\n")
        self.write("own/part/more.h", "int more;\n")
        self.entries = os.path.join(self.folder, "cache", "refsan", "check")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path + "~", "w") as f:
            f.write(text)
        os.rename(path + "~", path)

    def count(self):
        """Starts of the clang since the last call: of all, and of those that compile."""
        lines = []
        if os.path.exists(self.starts):
            with open(self.starts) as f:
                lines = f.read().splitlines()
            os.unlink(self.starts)
        return len(lines), sum(" -c " in line for line in lines)

    def run(self, *words, flags=("-Ihides", "-Iown"), env=None):
        """(clang's compilations, units taken from the cache); the one leak must be told, whoever found it."""
        ran = check(self.folder, "--clang", self.clang, "--python", self.version, "one.c", *words, "--", *flags, env=env)
        core.expect(ran.status == 1 and len(ran.report["findings"]) == 1, "not the one leak", ran.text())
        starts, compiled = self.count()
        core.expect(compiled > 0 or starts == 0, "clang is started for nothing", ran.text())
        return compiled, ran.report["stats"]["reused"]

    def expect(self, wanted, why, **how):
        got = self.run(**how)
        core.expect(got == wanted, "%s: %s of clang's starts and reports taken over, expected %s" % (why, got, wanted))


def unchanged(context):
    """Headers, flags, folders, compiler, environment and tables: what counts as a change, and what does not."""
    w = Workshop(context, "unchanged")
    w.expect((1, 0), "the first run")
    w.expect((0, 1), "the second")
    w.write("own/own.h", "int own;\n")
    os.utime(os.path.join(w.folder, "one.c"), (1, 1))
    w.expect((0, 1), "files written again with the same bytes")
    w.write("own/own.h", "int changed;\n")
    w.expect((1, 0), "a changed header")
    w.write("own/part/more.h", "/* a comment */ int more;\n")
    w.expect((1, 0), "a changed header below a folder")
    w.write("hides/own.h", "int hides;\n")
    w.expect((1, 0), "a header in a folder before the header's own")
    os.unlink(os.path.join(w.folder, "hides", "own.h"))
    w.expect((1, 1), "without it again")
    w.expect((1, 1), "another flag that changes nothing", flags=("-Ihides", "-Iown", "-DMORE"))
    w.expect((0, 1), "the flags from before")
    w.expect((1, 1), "another environment", env={"CPATH": w.folder})
    w.write("counting-clang", CLANG % (w.starts, "env " + shutil.which("clang-19" if shutil.which("clang-19") else "clang")))
    os.chmod(w.clang, 0o755)
    w.expect((1, 1), "another compiler")
    w.expect((0, 1), "all as before")
    w.write("rows.txt", "own_row(object o) -> new error\n")
    got = w.run("--contracts", "rows.txt")
    core.expect(got == (0, 0), "a table of the user's: %s" % (got,))
    got = w.run("--contracts", "rows.txt")
    core.expect(got == (0, 1), "the same table: %s" % (got,))


def damaged(context):
    """Entries that are cut short, altered, exchanged or no files cost time and nothing else."""
    w = Workshop(context, "damaged")
    w.expect((1, 0), "the first run")
    folder = os.path.join(w.entries, "made")
    core.expect(stat.S_IMODE(os.stat(folder).st_mode) == 0o700, "others may look into it")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        with open(path, "rb") as f:
            good = f.read()
        for bad in (b"", good[:-1], good[:len(good) // 2], good[:100] + b"\xff" + good[101:], good + b"\n", b"\0" * len(good)):
            with open(path, "wb") as f:
                f.write(bad)
            w.expect((1, 1), "a damaged " + name[-4:])
            w.expect((0, 1), "the entry is made again")
        os.unlink(path)
        w.expect((1, 1), "no " + name[-4:])
        os.unlink(path)
        os.mkdir(path)
        w.expect((1, 1), "a folder for " + name[-4:])
        os.rmdir(path)
        w.expect((1, 1), "no folder any more")
    shutil.rmtree(folder)
    w.write("cache/refsan/check/made", "no folder")
    w.expect((1, 1), "no place for entries")
    w.expect((1, 1), "no place for entries")


def full_disk(context):
    """A cache on a disk that is full: the same report, and nothing is kept or left there."""
    w = Workshop(context, "full-disk")
    os.makedirs(w.entries)
    script = 'mount -t tmpfs -o size=8k none "$1" && chmod 700 "$1" && shift && "$@"; status=$?; ls -R cache/refsan/check >left; exit $status'
    command = ["unshare", "-rm", "sh", "-c", script, "sh", w.entries, program.REFSAN, "check", "--json", "report.json", "--clang", w.clang, "--python", w.version, "one.c",
               "--", "-Ihides", "-Iown"]
    if subprocess.run(command[:3] + ["-c", "mount -t tmpfs none /mnt"], capture_output=True).returncode != 0:
        raise core.Skip("no file system can be mounted here")
    for _ in range(2):
        ran = program.execute(command, cwd=w.folder, env={"XDG_CACHE_HOME": os.path.join(w.folder, "cache")})
        core.expect(ran.status == 1 and "1 finding" in ran.out.decode() and not ran.own, "not the report alone", ran.text())
        core.expect(w.count()[1] == 1, "clang is not started")
        with open(os.path.join(w.folder, "left")) as f:
            core.expect(".made" not in f.read(), "half an entry is left")


def together(context):
    """Several at once on an empty cache: each tells the leak, and what is kept afterwards is whole."""
    w = Workshop(context, "together")
    for _ in range(3):
        command = [program.REFSAN, "check", "-q", "-j", "1", "--clang", w.clang, "--python", w.version, "one.c", "--", "-Ihides", "-Iown"]
        env = dict(os.environ, XDG_CACHE_HOME=os.path.join(w.folder, "cache"))
        running = [subprocess.Popen(command, cwd=w.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(4)]
        for p in running:
            said = p.communicate()[0].decode()
            core.expect(p.returncode == 1 and "not analysed" not in said, "one of them fails", said)
        w.count()
        core.expect(w.run() == (0, 1), "no entry is left behind")
        core.expect(not [n for n in os.listdir(os.path.join(w.entries, "made")) if not n.endswith((".made", ".list"))], "a temporary file stays")
        w.write("own/own.h", "int own%d;\n" % os.getpid())
        shutil.rmtree(os.path.join(w.folder, "cache"))


def rebuilt(context):
    """A build that compiles everything again: clang is started for what has changed."""
    w = Workshop(context, "rebuilt")
    source(w.folder, "two", fixed=True)
    script = "for m in one two; do cc -fPIC -I%s -Iown -c $m.c && cc -shared $m.o -o $m.so || exit 3; done" % w.include
    seen = []
    for change in (None, None, "own/own.h"):
        if change:
            w.write(change, "int changed;\n")
        ran = check(w.folder, "--clang", w.clang, "--", "sh", "-c", script, env={"PYTHONPATH": "/tmp/build-%d" % len(seen)})  # as pip's isolated builds
        core.expect(ran.status == 1 and len(ran.report["findings"]) == 1 and len(ran.report["command"]) == 2, "not the one leak of two units", ran.text())
        seen.append((w.count()[1], ran.report["stats"]["reused"]))
    core.expect(seen == [(2, 0), (0, 2), (1, 1)], "clang's starts and reports taken over: %s" % seen)


def generated(context):
    """A .pyx: cython is not started again, but where a declaration that it reads has changed, appears, or the cython is another one."""
    w = Workshop(context, "generated")
    tool = os.path.join(core.BUILD, "venv", "bin", "cython")
    if not os.path.exists(tool):
        raise core.Skip("Cython is not installed in the build folder")
    runs = os.path.join(w.folder, "runs.log")
    os.makedirs(os.path.join(w.folder, "bin"))
    script = '#!/bin/sh\ntest "$1" = --version || echo run >>%s\n%sexec %s "$@"\n'
    w.write("bin/cython", script % (runs, "", tool))
    os.chmod(os.path.join(w.folder, "bin", "cython"), 0o755)
    w.write("pair.pyx", "from parts cimport size\ninclude 'more.pxi'\ndef total(int n):\n    return size(n) + MORE\n")
    w.write("parts.pxd", "cdef inline int size(int n): return n\n")
    w.write("more.pxi", "MORE = 1\n")
    env = {"PATH": os.path.join(w.folder, "bin") + os.pathsep + os.environ["PATH"]}

    def run():
        ran = check(w.folder, "--clang", w.clang, "--python", w.version, "pair.pyx", env=env)
        core.expect(ran.status == 0 and len(ran.report["command"]) == 1, "it is not analysed", ran.text())
        count = 0
        if os.path.exists(runs):
            with open(runs) as f:
                count = len(f.readlines())
            os.unlink(runs)
        return count, w.count()[1], ran.report["stats"]["reused"]
    core.expect([run(), run()] == [(1, 1, 0), (0, 0, 1)], "an unchanged .pyx")
    w.write("parts.pxd", "cdef inline int size(int n): return n + 1\n")
    core.expect([run(), run()] == [(1, 1, 0), (0, 0, 1)], "a changed .pxd")
    w.write("more.pxi", "MORE = 2\n")
    core.expect([run(), run()] == [(1, 1, 0), (0, 0, 1)], "a changed .pxi")
    w.write("pair.pxd", "cdef int unused\n")
    core.expect([run()[0], run()] == [1, (0, 0, 1)], "a new .pxd")
    w.write("bin/cython", script % (runs, ": another one\n", tool))
    os.chmod(os.path.join(w.folder, "bin", "cython"), 0o755)
    core.expect([run()[0], run()] == [1, (0, 0, 1)], "another cython")
    for name in os.listdir(os.path.join(w.entries, "generated")):
        core.expect(name.endswith(".c"), "a file of cython's stays", name)


def collect(context):
    tests = {"unchanged": unchanged, "damaged": damaged, "full-disk": full_disk, "together": together, "rebuilt": rebuilt, "generated": generated}
    return [core.Test("check-cli/" + name, function) for name, function in tests.items()]
