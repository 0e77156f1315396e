#!/usr/bin/env python3
"""truth.py --refsan REFSAN --python PYTHON [--cflags=FLAGS]: the event stream against the truth.

Builds shapes.c twice: normally, and against headers of that Python whose inline functions also count. The counting build
runs without refsan and tells what every function did; the normal one runs under `refsan run --dump-sites`. The events of
each function must be equal to its counts. The counting headers are made here, from the headers that are installed; nothing
of them is kept. Exit status 0, 1 with a table of what differs, 77 where something needed is missing.
"""
import argparse
import collections
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
OUTSIDE = {"truth"} # tells the truth, and is counted on neither side
# Where the compiler keeps the inline functions out of line (-O0, -Os), the stores lie in them: only the sums can be compared.
HELPERS = {prefix + name for prefix in ("Py_", "_Py_") for name in ("INCREF", "DECREF", "XINCREF", "XDECREF", "NewRef", "XNewRef")}
COUNTS = "void truth_count_inc(void);\nvoid truth_count_dec(void);\n"


def skip(why):
    print("truth: skipped: " + why)
    sys.exit(77)


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if done.returncode:
        print("truth: %s: exit status %d\n%s%s" % (" ".join(command), done.returncode, done.stdout, done.stderr))
        sys.exit(1)
    return done.stdout


def ask(python, expression):
    return run([python, "-c", "import sysconfig; print(%s)" % expression]).strip()


def counting_object_h(text, path):
    """object.h up to 3.11: the statements of Py_INCREF and Py_DECREF themselves."""
    text, incs = re.subn(r"\bop->ob_refcnt\+\+;", "truth_count_inc(), op->ob_refcnt++;", text)
    text, decs = re.subn(r"if \(--op->ob_refcnt ([!=])= 0\)", r"if (truth_count_dec(), --op->ob_refcnt \1= 0)", text)
    if not incs or not decs:
        skip("%s has other inline functions than were expected" % path)
    return COUNTS + text


def counting_stats_h(text, path):
    """pystats.h since 3.12: the places for statistics in both inline functions, behind the test for immortality."""
    if "_Py_INCREF_STAT_INC" not in text or "_Py_DECREF_STAT_INC" not in text:
        skip("%s has no places for statistics" % path)
    return text + COUNTS + ("#undef _Py_INCREF_STAT_INC\n#undef _Py_DECREF_STAT_INC\n"
                            "#define _Py_INCREF_STAT_INC() truth_count_inc()\n"
                            "#define _Py_DECREF_STAT_INC() truth_count_dec()\n")


def make_headers(include, version, folder):
    """A folder of links to the headers, but for the one that counts."""
    name, change = ("pystats.h", counting_stats_h) if version >= (3, 12) else ("object.h", counting_object_h)
    os.mkdir(folder)
    for entry in os.listdir(include):
        if entry != name:
            os.symlink(os.path.join(include, entry), os.path.join(folder, entry))
    path = os.path.join(include, name)
    with open(path) as f:
        text = change(f.read(), path)
    with open(os.path.join(folder, name), "w") as f:
        f.write(text)


def build(compiler, flags, includes, folder):
    os.mkdir(folder)
    command = [compiler, "-shared", "-fPIC", "-g"] + flags + ["-I" + i for i in includes]
    run(command + [os.path.join(HERE, "shapes.c"), "-o", os.path.join(folder, "shapes.so")])
    return dict(os.environ, PYTHONPATH=folder)


def read_truth(text):
    truth = {}
    for line in text.splitlines():
        function, inc, dec = line.split()
        truth[function] = (int(inc), int(dec))
    return truth


def read_events(path):
    """Lines `module offset function delta count`: the function may contain blanks."""
    events = collections.defaultdict(lambda: [0, 0])
    with open(path) as f:
        for line in f:
            module, _offset, rest = line.rstrip("\n").split(" ", 2)
            function, delta, count = rest.rsplit(" ", 2)
            if "shapes" in module:
                events[re.split(r"[. ]", function)[0]][int(delta) < 0] += int(count)
    return {function: tuple(counts) for function, counts in events.items()}


def totals(counts):
    return tuple(sum(row[i] for function, row in counts.items() if function not in OUTSIDE) for i in (0, 1))


def row(name, seen, true):
    return "  %-20s %9d +1 %9d -1 seen, %9d +1 %9d -1 true" % ((name,) + seen + true)


def compare(truth, events):
    """Rows of what differs."""
    if HELPERS & set(events):
        seen, true = totals(events), totals(truth)
        return [] if seen == true else [row("all together", seen, true)]
    rows = []
    for function in sorted((set(truth) | set(events)) - OUTSIDE):
        true, seen = truth.get(function, (0, 0)), events.get(function, (0, 0))
        if true != seen:
            rows.append(row(function, seen, true))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--refsan", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--cflags", default="-O2")
    parser.add_argument("--cc", default=os.environ.get("CC", "gcc"))
    args = parser.parse_args()
    include = ask(args.python, "sysconfig.get_path('include')")
    version = tuple(int(n) for n in ask(args.python, "sysconfig.get_python_version()").split("."))
    if not os.path.exists(os.path.join(include, "Python.h")):
        skip("%s has no headers in %s" % (args.python, include))
    if not shutil.which(args.cc):
        skip("no compiler '%s'" % args.cc)
    drive, flags = os.path.join(HERE, "drive.py"), shlex.split(args.cflags)
    with tempfile.TemporaryDirectory() as folder:
        headers, sites = os.path.join(folder, "headers"), os.path.join(folder, "sites")
        make_headers(include, version, headers)
        counting = build(args.cc, flags + ["-DREFSAN_TRUTH"], [headers], os.path.join(folder, "counting"))
        normal = build(args.cc, flags, [include], os.path.join(folder, "normal"))
        truth = read_truth(run([args.python, drive], env=counting))
        run([args.refsan, "run", "-q", "--error-exitcode", "0", "--dump-sites", sites, "--", args.python, drive], env=normal)
        events = read_events(sites)
    rows = compare(truth, events)
    total = totals(truth)
    print("truth: Python %d.%d %s: %d functions, %d increments, %d decrements, %s%d differ" % (
        version + (args.cflags, len(set(truth) - OUTSIDE)) + total + ("sums only, " if HELPERS & set(events) else "", len(rows))))
    print("\n".join(rows), end="\n" if rows else "")
    if not truth or not sum(total):
        print("truth: the counting build counted nothing")
        return 1
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
