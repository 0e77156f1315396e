#!/usr/bin/env python3
"""Recall of `refsan check` on known bugs in released packages.

usage: check_known.py REFSAN PYPI_JSON FOLDER [--only PACKAGE]

PYPI_JSON lists releases with the culprit's function (package, version, python, culprit_function, also). Each release that has
an sdist is fetched and built by `refsan check PACKAGE==VERSION` (its report stays in FOLDER); a row is found when a finding
names a function of the row as culprit or belief, at any line and by any rule. Releases listed as wheels only are left out.
Prints a line a row and the share of those that could be checked; Debian packages that a build needs must be there.
"""
import argparse
import json
import os
import subprocess
import sys


def report_of(refsan, row, folder):
    """The release's report, made when it is not there yet; None where nothing could be analysed."""
    path = os.path.join(folder, "%s-%s.json" % (row["package"], row["version"]))
    if not os.path.exists(path):
        subprocess.run([refsan, "check", "--python", row["python"], "--json", path, "%s==%s" % (row["package"], row["version"])],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=1800)
    if not os.path.exists(path):
        return None
    with open(path) as f:
        return json.load(f)


def names(report):
    for finding in report["findings"]:
        for place in (finding.get("culprit") or {}, finding.get("belief") or {}):
            yield place.get("function") or ""
            yield (place.get("pyx") or {}).get("function") or ""


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for word in ("refsan", "pypi", "folder"):
        parser.add_argument(word)
    parser.add_argument("--only")
    args = parser.parse_args()
    with open(args.pypi) as f:
        rows = {(r["id"], r["version"]): r for r in reversed(json.load(f)["seen"]) if r["how"].startswith("sdist")}
    os.makedirs(args.folder, exist_ok=True)
    found = checked = 0
    for (name, _), row in sorted(rows.items()):
        if args.only not in (None, row["package"]):
            continue
        report = report_of(args.refsan, row, args.folder)
        functions = {g.split(".")[-1].split("::")[-1] for g in [row["culprit_function"]] + [x["function"] for x in row["also"]]}
        hit = report is not None and bool(functions & {n.split(".")[-1].split("::")[-1] for n in names(report)})
        checked += report is not None
        found += hit
        print("%-9s %-28s %s==%s" % ("found" if hit else "missed" if report is not None else "unbuilt", name, row["package"], row["version"]))
    print("%d of %d found, %d not built" % (found, checked, len(rows) - checked if args.only is None else 0))
    return 0 if checked and found >= 0.8 * checked else 1


if __name__ == "__main__":
    sys.exit(main())
