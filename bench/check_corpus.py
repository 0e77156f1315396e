#!/usr/bin/env python3
"""`refsan check` over the releases that docs/check-vetting.tsv judges, and what became of each verdict.

usage: check_corpus.py fetch FOLDER [PACKAGE...] [--cython CYTHON]
       check_corpus.py run REFSAN FOLDER [PACKAGE...] [--python 3.11] [--write]
       check_corpus.py page [--check]
       check_corpus.py draw N SEED [--set SET]

The releases, with the files and flags of their units, are the lines of bench/check_corpus.tsv; set 1 is what refsan's rules were
worked out on, the others were chosen before a report was read. Sets 5 and 6 were drawn by a rule: bench/check_candidates.tsv has, for
each, names written down from memory and from the index, with what their units were thought to be, in the order of the SHA-256 of the
name as PyPI normalizes it; the newest release of each was taken whose sources are complete and compile, until 16 of Cython, 20 of C and
12 of C++ were there (set 6: 14, 18 and 12, of 1 to 25 units; what a shared machine could not compile in a minute a unit was left out).
Debian packages with headers that a release needs are in the last column; words of the pyx column that start with - are options for Cython.
`fetch` gets each source release from PyPI, unpacks it to FOLDER/PACKAGE-VERSION and has Cython translate what the pyx column names.
`run` checks every package, keeps the reports in FOLDER/reports, carries over the verdicts of the table (the same file, line, rule and
function, or else the same function and message with other lines), and prints which reports are new and which have gone, then the figures.
A new report's verdict is "unread": judging is reading. `--write` rewrites the table.
`page` puts the figures of the table into docs/check-vetting.md, or says with `--check` whether they are there.
`draw` prints as many judged reports, of one set or of all, without their verdicts, for a reader who judges afresh.
"""
import argparse
import collections
import csv
import glob
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "check_corpus.tsv")
INDEX = "https://pypi.org/simple/"
ARCHIVES = (".tar.gz", ".tar.bz2", ".tar.xz", ".zip")
TABLE = os.path.join(os.path.dirname(HERE), "docs", "check-vetting.tsv")
PAGE = TABLE[:-3] + "md"
COLUMNS = "package version file line function rule severity verdict reason message".split()
VERDICTS = ("true", "false", "arguable", "unread")


def lines_of(path):
    with open(path) as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def releases(names):
    """The lines of the corpus; all, or those of the packages named."""
    unknown = set(names) - {r["package"] for r in lines_of(CORPUS)}
    if unknown:
        sys.exit("check_corpus: not in bench/check_corpus.tsv: " + ", ".join(sorted(unknown)))
    return [r for r in lines_of(CORPUS) if not names or r["package"] in names]


def place(folder, release):
    return os.path.join(os.path.abspath(folder), "%(package)s-%(version)s" % release)


def canonical(text):
    """A name of a package or of its archive as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", text).lower()


def source_release(release):
    """The bytes of a source release and the name of its file, from the index of PyPI (PEP 691); the digest there is that of the bytes."""
    wanted = canonical("%(package)s-%(version)s" % release)
    ask = urllib.request.Request(INDEX + canonical(release["package"]) + "/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(ask, timeout=60) as answer:
        files = {f["filename"]: f for f in json.load(answer)["files"]}
    names = [n for n in files if n.endswith(ARCHIVES) and canonical(re.sub(r"\.(tar\.\w+|zip)$", "", n)) == wanted]
    if not names:
        raise OSError("the index has no source release of it")
    with urllib.request.urlopen(files[names[0]]["url"], timeout=300) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != files[names[0]]["hashes"]["sha256"]:
        raise OSError("%s is not the file that the index names" % names[0])
    return content, names[0]


def unpacked(content, name, to):
    """Unpacks an archive to `to`; the one folder in it, if it has one, is what counts."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as z:
            z.extractall(to)
    else:
        with tarfile.open(fileobj=io.BytesIO(content)) as t:
            t.extractall(to, filter="data")
    inner = os.listdir(to)
    return os.path.join(to, inner[0]) if len(inner) == 1 else to


def install(folder, release):
    """A wheel whose headers other releases need, into FOLDER/site-packages; pip does not look there for what it has already."""
    site = os.path.join(folder, "site-packages")
    wanted = canonical("%(package)s-%(version)s" % release)
    if any(canonical(os.path.basename(d)[: -len(".dist-info")]) == wanted for d in glob.glob(os.path.join(glob.escape(site), "*.dist-info"))):
        return "there"
    ran = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", site, "%(package)s==%(version)s" % release],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return "fetched" if ran.returncode == 0 else "not fetched: " + (ran.stderr.strip().splitlines() or ["pip failed"])[-1]


def fetch(folder, release, cython):
    """Gets one release; what is there already stays as it is. Returns what happened."""
    to = place(folder, release)
    if os.path.isdir(to):
        return "there"
    os.makedirs(folder, exist_ok=True)
    if release["flags"] == "wheel":
        return install(folder, release)
    with tempfile.TemporaryDirectory(dir=folder) as part:
        try:
            root = unpacked(*source_release(release), part)
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            return "not fetched: %s" % error
        for source in matching(root, release["pyx"]):
            words = [cython, "-3"] + [f for f in flags_of(folder, release) if f.startswith("-I")] + [w for w in release["pyx"].split() if w.startswith("-")]
            if any(f.endswith(".cpp") for f in release["files"].split()):
                words.append("--cplus")
            subprocess.run(words + [source], cwd=root, stdout=subprocess.DEVNULL)
        os.rename(root, to)
        os.makedirs(part, exist_ok=True)
    return "fetched"


def fetch_all(args):
    failed = 0
    cython = os.path.abspath(shutil.which(args.cython) or args.cython)
    for release in releases(args.package):
        how = fetch(args.folder, release, cython)
        failed += how.startswith("not")
        print("%(package)s %(version)s: " % release + how, flush=True)
    return 1 if failed else 0


def flags_of(folder, release):
    """The flags of a release's units; {} is the folder of all releases, for headers of another one, {site} that of wheels."""
    folder = os.path.abspath(folder)
    return [f.replace("{site}", os.path.join(folder, "site-packages")).replace("{}", folder) for f in release["flags"].split()]


def matching(root, patterns):
    found = []
    for pattern in patterns.split():
        found += sorted(os.path.relpath(p, root) for p in glob.glob(os.path.join(root, pattern), recursive=True))
    return found


def check(refsan, folder, release, python):
    """One package's report, or None when nothing of it could be analysed."""
    root = place(folder, release)
    files = matching(root, release["files"]) if os.path.isdir(root) else []
    report = os.path.join(os.path.abspath(folder), "reports", "%(package)s-%(version)s.json" % release)
    if os.path.exists(report):
        os.unlink(report)
    if not files:
        return None
    subprocess.run([os.path.abspath(refsan), "check", "--python", python, "--json", report] + files + ["--"] + flags_of(folder, release),
                   cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not os.path.exists(report):
        return None
    with open(report) as f:
        return json.load(f)


def row_of(release, finding, folder):
    culprit = finding["culprit"]
    at = culprit.get("pyx") or culprit
    file = os.path.relpath(at["file"], place(folder, release)) if os.path.isabs(at["file"]) else os.path.normpath(at["file"])
    return {"package": release["package"], "version": release["version"], "file": file, "line": str(at["line"]), "function": culprit["function"],
            "rule": finding["rule"], "severity": finding["severity"], "verdict": "unread", "reason": "not yet read", "message": finding["message"]}


def exact(row):
    """Several reports can be of one line."""
    return strict(row) + (row["message"],)


def strict(row):
    return (row["package"], os.path.basename(row["file"]), row["line"], row["rule"], row["function"])


def loose(row):
    """The same report after lines, temporaries or the words about the path have changed."""
    return (row["package"], row["rule"], row["function"], re.sub(r"\d+|on an error path|\(line \)", "", row["message"])[:90])


def carried(rows, judged):
    """Gives rows the verdicts of the table. Returns what is new and what of the table is gone."""
    new, left = [], {id(j): j for j in judged}
    for key in (exact, strict, loose):
        known = collections.defaultdict(list)
        for j in left.values():
            known[key(j)].append(j)
        for row in rows:
            if "was" not in row and known[key(row)]:
                was = known[key(row)].pop(0)
                row.update(verdict=was["verdict"], reason=was["reason"], was=was)
                left.pop(id(was), None)
    for row in rows:
        if row.pop("was", None) is None:
            new.append(row)
    return new, list(left.values())


def figures(rows):
    """One line: how many reports, and the share of false ones among those that are no notes and judged."""
    def counts(some):
        count = collections.Counter(r["verdict"] for r in some)
        judged = sum(count[v] for v in VERDICTS[:3])
        share = " (%.1f %% of those judged)" % (100 * count["false"] / judged) if judged else ""
        return "%d true, %d false%s, %d arguable, %d unread" % (count["true"], count["false"], share, count["arguable"], count["unread"])

    notes = [r for r in rows if r["severity"] == "note"]
    return "%d reports; %d are no notes: %s; %d notes: %s" % (
        len(rows), len(rows) - len(notes), counts([r for r in rows if r["severity"] != "note"]), len(notes), counts(notes))


def tables(rows):
    """What docs/check-vetting.md says of the table, in Markdown."""
    of = {r["package"]: r["set"] for r in lines_of(CORPUS)}
    read = sorted({of[r["package"]] for r in rows})
    said = ["Set %s, %d packages: %s.\n" % (name, sum(1 for r in lines_of(CORPUS) if r["files"] and r["set"] == name), figures([r for r in rows if of[r["package"]] == name]))
            for name in read]
    said[-1] = said[-1].rstrip()
    for title, key in (("rule", lambda r: r["rule"]), ("package", lambda r: "%(package)s %(version)s" % r)):
        count = collections.defaultdict(collections.Counter)
        for row in rows:
            count[key(row)][row["verdict"]] += 1
        said += ["", "| %s | %s |" % (title, " | ".join(VERDICTS)), "|" + "---|" * (1 + len(VERDICTS))]
        said += ["| %s | %s |" % (name, " | ".join(str(count[name][v]) for v in VERDICTS)) for name in sorted(count, key=str.lower)]
    silent = ["%(package)s %(version)s" % r for r in lines_of(CORPUS) if r["files"] and r["set"] in read and r["package"] not in {row["package"] for row in rows}]
    return "\n".join(said + ["", "No report: %s." % (", ".join(silent) or "none")])


def page(args):
    with open(PAGE) as f:
        text = f.read()
    parts = re.fullmatch(r"(.*<!-- figures -->\n).*?(<!-- end of figures -->.*)", text, re.S)
    new = parts.group(1) + tables(lines_of(TABLE)) + "\n" + parts.group(2) if parts else text
    if parts and args.check:
        print("docs/check-vetting.md " + ("has the figures of its table" if new == text else "has other figures than its table: bench/check_corpus.py page"))
        return 0 if new == text else 1
    if not parts:
        sys.exit("check_corpus: docs/check-vetting.md has no place for figures")
    with open(PAGE, "w") as f:
        f.write(new)
    return 0


def draw(args):
    of = {r["package"]: r["set"] for r in lines_of(CORPUS)}
    judged = [r for r in lines_of(TABLE) if r["verdict"] != "unread" and args.set in (None, of[r["package"]])]
    for row in random.Random(args.seed).sample(judged, min(args.count, len(judged))):
        print("\t".join(row[c] for c in COLUMNS if c not in ("verdict", "reason")))
    return 0


def run(args):
    chosen = [r for r in releases(args.package) if r["files"]]
    os.makedirs(os.path.join(args.folder, "reports"), exist_ok=True)
    rows, absent = [], []
    for release in chosen:
        report = check(args.refsan, args.folder, release, args.python)
        if report is None:
            absent.append("%(package)s %(version)s" % release)
        else:
            rows += [row_of(release, f, args.folder) for f in report["findings"]]
    names = {r["package"] for r in chosen}
    missing = {a.split()[0] for a in absent}
    table = lines_of(TABLE)
    new, gone = carried(rows, [r for r in table if r["package"] in names - missing])
    for word, some in (("new", new), ("gone", gone)):
        for row in some:
            print("%s: %s %s %s:%s %s: %s" % (word, row["verdict"], row["package"], row["file"], row["line"], row["rule"], row["message"]))
    if args.write:
        kept = [r for r in table if r["package"] not in names - missing]
        order = {r["package"]: i for i, r in enumerate(lines_of(CORPUS))}
        with open(TABLE, "w") as f:
            f.write("\t".join(COLUMNS) + "\n")
            for row in sorted(kept + rows, key=lambda r: order.get(r["package"], len(order))):
                f.write("\t".join(row[c] for c in COLUMNS) + "\n")
    for name in absent:
        print("not analysed: " + name)
    for name in sorted({r["set"] for r in chosen}):
        of = {r["package"] for r in chosen if r["set"] == name}
        print("set %s, %d packages: %s" % (name, len(of - missing), figures([r for r in rows if r["package"] in of])))
    return 1 if absent else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    get = steps.add_parser("fetch")
    get.add_argument("--cython", default="cython")
    go = steps.add_parser("run")
    go.add_argument("refsan")
    go.add_argument("--python", default="3.11")
    go.add_argument("--write", action="store_true")
    paper = steps.add_parser("page")
    paper.add_argument("--check", action="store_true")
    lot = steps.add_parser("draw")
    lot.add_argument("count", type=int)
    lot.add_argument("seed")
    lot.add_argument("--set")
    for step in (get, go):
        step.add_argument("folder")
        step.add_argument("package", nargs="*")
    args = parser.parse_args()
    return {"fetch": fetch_all, "run": run, "page": page, "draw": draw}[args.step](args)


if __name__ == "__main__":
    sys.exit(main())
