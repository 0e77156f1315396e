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
    folder = os.path.join(w.entries, "bitcode")
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
    w.write("cache/refsan/check/bitcode", "no folder")
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
            core.expect(".bc" not in f.read(), "half an entry is left")


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
        core.expect(not [n for n in os.listdir(os.path.join(w.entries, "bitcode")) if not n.endswith((".bc", ".list"))], "a temporary file stays")
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
        ran = check(w.folder, "--clang", w.clang, "--", "sh", "-c", script)
        core.expect(ran.status == 1 and len(ran.report["findings"]) == 1 and len(ran.report["command"]) == 2, "not the one leak of two units", ran.text())
        seen.append((w.count()[1], ran.report["stats"]["reused"]))
    core.expect(seen == [(2, 0), (0, 2), (1, 1)], "clang's starts and reports taken over: %s" % seen)


def collect(context):
    tests = {"unchanged": unchanged, "damaged": damaged, "full-disk": full_disk, "together": together, "rebuilt": rebuilt}
    return [core.Test("check-cli/" + name, function) for name, function in tests.items()]
