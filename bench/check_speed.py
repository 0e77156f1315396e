#!/usr/bin/env python3
"""Seconds and memory of `refsan check` against `clang --analyze`, on the same units with the same flags, one after the other.

usage: check_speed.py REFSAN FOLDER [--python 3.11] [--units 5] [--clang clang-19] [--limit 120]
       check_speed.py REFSAN FOLDER --average [PACKAGE...] [--python 3.11] [--clang clang-19]

FOLDER holds unpacked sources of extensions. The largest C and C++ files in it that include Python's headers and that clang
compiles with those, their own folder, the folders above it and the folders that hold their headers are measured, at most one a
package (a folder of FOLDER): CPU seconds and peak memory of the whole command. refsan's are of
`refsan check -j 1` with an empty cache, which compiles with clang first, and once more when nothing has changed. `clang --analyze` is ended after that many CPU seconds: "> 120". Prints a table in Markdown, and the average of all units.

With --average FOLDER is that of bench/check_corpus.py: every release in it, or each of those named, is checked by one command with the
files and flags of bench/check_corpus.tsv, `-j 1 --no-cache`. Prints a line a release, then how many units were analysed, their CPU
seconds in all, those of an average unit, and the largest peak memory.
"""
import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

import check_corpus

ENDINGS = (".c", ".cc", ".cpp", ".cxx")


def measured(command, folder, limit=None, env=None):
    """CPU seconds, peak memory in MB and exit status of a command with all that it starts; a process is ended after `limit` CPU seconds."""
    def bound():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))

    with open(os.devnull, "w") as nowhere:
        child = subprocess.Popen(command, cwd=folder, stdout=nowhere, stderr=nowhere, preexec_fn=bound, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode


def sources(folder):
    """(size, package, path), the largest first."""
    found = []
    for package in sorted(os.listdir(folder)):
        for at, _, names in os.walk(os.path.join(folder, package), followlinks=True):
            for name in names:
                path = os.path.join(at, name)
                if name.endswith(ENDINGS) and os.path.isfile(path):
                    with open(path, errors="replace") as f:
                        if re.search(r'#\s*include\s*[<"]Python\.h', f.read(1 << 20)):
                            found.append((os.path.getsize(path), package, path))
    return sorted(found, reverse=True)


def flags_of(root, path, include):
    """Python's headers, the folders from the file's up to its package's, and those that hold a header."""
    folders, at = [], os.path.dirname(path)
    while at.startswith(root):
        folders.append(at)
        at = os.path.dirname(at)
    for at, _, names in os.walk(root):
        if at not in folders and any(name.endswith((".h", ".hpp")) for name in names):
            folders.append(at)
    return ["-I" + include, "-DNDEBUG", "-w"] + ["-I" + f for f in folders]


def average(args):
    """Prints what a unit of the corpus costs on average; the exit status."""
    units, seconds, peak = 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as scratch:
        for release in check_corpus.releases(args.average):
            root, out = check_corpus.place(args.folder, release), os.path.join(scratch, "report.json")
            files = check_corpus.matching(root, release["files"]) if os.path.isdir(root) else []
            ran = measured([os.path.abspath(args.refsan), "check", "--no-cache", "-j", "1", "--clang", args.clang, "--python", args.python, "--json", out] +
                           files + ["--"] + check_corpus.flags_of(args.folder, release), root) if files else None
            if ran is None or not os.path.exists(out):
                continue
            with open(out) as f:
                count = len(json.load(f)["command"])
            os.unlink(out)
            print("%-32s %3d units, %6.2f s, %.2f s a unit, %3.0f MB" % (os.path.basename(root), count, ran[0], ran[0] / count, ran[1]), flush=True)
            units, seconds, peak = units + count, seconds + ran[0], max(peak, ran[1])
    if units == 0:
        sys.exit("no release of bench/check_corpus.tsv could be checked in %s" % args.folder)
    print("%d units: %.1f s in all, %.2f s a unit, at most %.0f MB" % (units, seconds, seconds / units, peak))
    return 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("refsan")
    parser.add_argument("folder")
    parser.add_argument("--python", default="3.11")
    parser.add_argument("--units", type=int, default=5)
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--average", nargs="*", metavar="PACKAGE")
    args = parser.parse_args()
    if args.average is not None:
        return average(args)
    include = subprocess.run(["python" + args.python, "-c", "import sysconfig; print(sysconfig.get_path('include'))"],
                             check=True, capture_output=True, text=True).stdout.strip()
    refsan = os.path.abspath(args.refsan)
    seen, rows = set(), []
    print("| unit | lines | refsan check, s | MB | again, s | clang --analyze, s | MB |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for _, package, path in sources(os.path.abspath(args.folder)):
            flags = flags_of(os.path.join(os.path.abspath(args.folder), package), path, include)
            if package in seen or measured([args.clang, "-fsyntax-only"] + flags + [path], scratch)[2] != 0:
                continue
            seen.add(package)
            env = dict(os.environ, XDG_CACHE_HOME=os.path.join(scratch, package))
            ours, again = (measured([refsan, "check", "--clang", args.clang, "-j", "1", "--python", args.python, path, "--"] + flags, scratch, env=env) for _ in range(2))
            theirs = measured([args.clang, "--analyze"] + flags + [path], scratch, args.limit)
            if ours[2] not in (0, 1):
                sys.exit("refsan check ended with status %d on %s" % (ours[2], path))
            with open(path, errors="replace") as f:
                lines = sum(1 for _ in f)
            rows.append((ours, theirs, again))
            print("| %s, `%s` | %s | %.1f | %.0f | %.2f | %s%.1f | %.0f |" % (package, os.path.basename(path), format(lines, ","), ours[0], ours[1], again[0], "> " if theirs[0] >= args.limit else "", theirs[0], theirs[1]), flush=True)
            if len(rows) == args.units:
                break
    if not rows:
        sys.exit("no source of an extension in %s" % args.folder)
    print("average of %d units: refsan check %.2f s, %.2f s when nothing has changed, clang --analyze %s%.2f s" % (
        len(rows), sum(r[0][0] for r in rows) / len(rows), sum(r[2][0] for r in rows) / len(rows), "> " if any(r[1][0] >= args.limit for r in rows) else "",
        sum(r[1][0] for r in rows) / len(rows)))


if __name__ == "__main__":
    sys.exit(main())
