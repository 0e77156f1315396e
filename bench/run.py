#!/usr/bin/env python3
"""run.py [--python EXE] [--rounds 5] [--scale 1.0] [--no-valgrind] [--json FILE]: what refsan costs, beside its neighbours.

Runs each program of bench/programs plain, with PYTHONMALLOC=debug, under refsan and under Valgrind memcheck, interleaved
(round by round, so that a slow moment of the machine hits all alike), and prints a Markdown table: medians of the whole
run's wall time, from start to the last line of the report, as ratios to plain. Valgrind runs once, over a quarter of the
work, against a plain run of the same quarter.
A program that prints something else than plain ends the measurement: a wrong answer has no speed.
"""
import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REFSAN = os.environ.get("REFSAN", os.path.join(os.path.dirname(HERE), "build", "refsan"))
PROGRAMS = (("pure", "pure Python", 4000), ("multidict_loop", "multidict (C)", 60000), ("msgpack_loop", "msgpack (Cython)", 24000))
WAYS = ("plain", "PYTHONMALLOC=debug", "refsan", "valgrind")


def command_of(way, python, script, rounds):
    """(command, what to add to the environment)."""
    program = [python, script, str(rounds)]
    if way == "refsan":
        return [REFSAN, "run", "-q", "--error-exitcode", "0", "--"] + program, {}
    if way == "valgrind":
        return ["valgrind", "-q", "--error-exitcode=0"] + program, {"PYTHONMALLOC": "malloc"}
    return program, {"PYTHONMALLOC": "debug"} if way == "PYTHONMALLOC=debug" else {}


def once(command, env):
    """(seconds, peak kilobytes of the largest process, output)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        p = subprocess.Popen(command, env=dict(os.environ, PYTHONHASHSEED="0", **env), stdout=out, stderr=err)
        _, status, usage = os.wait4(p.pid, 0)
        seconds = time.perf_counter() - start
        p.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if p.returncode:
            raise SystemExit("refsan: status %d: %s\n%s" % (p.returncode, " ".join(command), err.read()[-500:].decode(errors="replace")))
        return seconds, usage.ru_maxrss, out.read()


def compare(args, name, rounds, ways):
    """{way: (seconds, kilobytes)} of one round of a program."""
    expected, seen = None, {}
    for way in ways:
        command, env = command_of(way, args.python, os.path.join(HERE, "programs", name + ".py"), max(1, int(rounds)))
        seconds, kilobytes, out = once(command, env)
        expected = out if expected is None else expected
        if out != expected:
            raise SystemExit("refsan: %s prints something else under %s" % (name, way))
        seen[way] = (seconds, kilobytes)
    return seen


def measure(args, ways):
    """{program: [{way: (seconds, kilobytes)}]}, a dict a round; the last one is Valgrind's."""
    seen = {name: [] for name, _, _ in PROGRAMS}
    quick = [w for w in ways if w != "valgrind"]
    for chosen, scale in [(quick, args.scale)] * args.rounds + ([(["plain", "valgrind"], args.scale / 4)] if "valgrind" in ways else []):
        for name, _, rounds in PROGRAMS:
            seen[name].append(compare(args, name, rounds * scale, chosen))
    return seen


def ratio(rounds, way, index):
    """Median over the rounds that have this way, of what it took in proportion to plain."""
    return statistics.median(r[way][index] / r["plain"][index] for r in rounds if way in r)


def table(seen, ways):
    yield "| program | plain | %s | memory under refsan |" % " | ".join(ways[1:])
    yield "|---" * (len(ways) + 2) + "|"
    for name, title, _ in PROGRAMS:
        rounds = seen[name]
        cells = ["%.2f s" % statistics.median(r["plain"][0] for r in rounds if "refsan" in r)]
        cells += ["%.1fx" % ratio(rounds, way, 0) for way in ways[1:]]
        yield "| %s | %s | %.1fx |" % (title, " | ".join(cells), ratio(rounds, "refsan", 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", default="/usr/bin/python3.11")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--no-valgrind", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    if not os.path.exists(REFSAN):
        raise SystemExit("refsan: '%s' is not there: run make first" % REFSAN)
    ways = [w for w in WAYS if w != "valgrind" or (not args.no_valgrind and shutil.which("valgrind"))]
    seen = measure(args, ways)
    print("\n".join(table(seen, ways)))
    version = subprocess.run([args.python, "-c", "import platform; print(platform.python_version())"], capture_output=True, text=True).stdout.strip()
    refsan = subprocess.run([REFSAN, "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    print("\nMedians of %d interleaved runs%s, %s, Python %s, %d cores, %s, %s: `bench/run.py`." % (
        args.rounds, " (Valgrind: 1)" if "valgrind" in ways else "", refsan, version, os.cpu_count(), platform.machine(), datetime.date.today()))
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"date": str(datetime.date.today()), "python": version, "cores": os.cpu_count(), "seen": seen}, f, indent=1)


if __name__ == "__main__":
    sys.exit(main())
