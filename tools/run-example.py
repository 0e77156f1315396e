#!/usr/bin/env python3
"""run-example.py NAME [--python EXE] [--fixed] [--plain]: builds an example on the spot and runs it under refsan.

Status 0 when refsan speaks as it should: of a buggy example it proves something (the run ends with 66, or with the
signal that the bug leads to), of a cured one it proves nothing. --plain: without refsan, the program's own status.
"""
import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PROVEN = 66


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name")
    parser.add_argument("--python", default="/usr/bin/python3.11")
    parser.add_argument("--fixed", action="store_true")
    parser.add_argument("--plain", action="store_true")
    args = parser.parse_args()
    folder = os.path.join("examples", args.name)
    if not os.path.isdir(os.path.join(ROOT, folder)):
        names = sorted(n for n in os.listdir(os.path.join(ROOT, "examples")) if os.path.isdir(os.path.join(ROOT, "examples", n)))
        parser.error("no example '%s'; there are %s" % (args.name, ", ".join(names)))
    build = [sys.executable, os.path.join(HERE, "build-example.py"), os.path.join(ROOT, folder), "--python", args.python]
    built = subprocess.run(build + (["--fixed"] if args.fixed else []), stdout=subprocess.PIPE, text=True)
    if built.returncode:
        return built.returncode
    refsan = os.path.relpath(os.environ.get("REFSAN", os.path.join(ROOT, "build", "refsan")), ROOT)
    command = [args.python, os.path.join(folder, "drive.py")]
    report = os.path.join(built.stdout.strip(), "report.json")
    if not args.plain:
        print("$ %s run -- %s %s" % (refsan, os.path.basename(args.python), command[-1]), flush=True)
        command = [os.path.join(".", refsan), "run", "--json", report, "--"] + command
    status = subprocess.run(command, cwd=ROOT, env=dict(os.environ, PYTHONPATH=built.stdout.strip())).returncode
    if args.plain:
        return status if status >= 0 else 128 - status
    with open(report) as f:
        proven = any(finding["confidence"] == "proven" for finding in json.load(f)["findings"])
    return 0 if proven != args.fixed and (args.fixed or status == PROVEN or status > 128) else 1


if __name__ == "__main__":
    sys.exit(main())
