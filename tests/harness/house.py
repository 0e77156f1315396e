"""The house itself: walls between the rooms, pages for every rule, installation."""
import glob
import json
import os
import re
import subprocess
import sys

from . import core, program

CHECKER = os.path.join(core.ROOT, "tools", "check-layers.sh")


def layers(_context):
    p = subprocess.run([CHECKER], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    core.expect(p.returncode == 0, "the walls between the rooms", p.stdout)


def formatted(_context):
    formatter = os.path.join(core.ROOT, "build", "venv", "bin", "clang-format")
    files = sorted(glob.glob(os.path.join(core.ROOT, "src", "**", "*.[ch]"), recursive=True))
    if not os.path.exists(formatter):
        raise core.Skip("clang-format could not be installed")
    core.expect(files, "no sources")
    p = subprocess.run([formatter, "--dry-run", "--Werror"] + files, cwd=core.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    core.expect(p.returncode == 0, "not formatted: build/venv/bin/clang-format -i FILE", p.stdout)


BROKEN = {  # a file -> what the checker has to say of it
    "src/ledger/a.c": ('#include "symbol/symbol.h"\n', "ledger may include: base, wire, contract"),
    "src/cellar/a.c": ("int a;\n", "'cellar' is no room"),
    "src/verdict/a.c": ("#include <Python.h>\n", "only tests and tools may include it"),
    "src/report/a.c": ("#include <elfutils/libdw.h>\n", "only symbol may include it"),
    "src/cli/a.c": ("#include <jansson.h>\n", "only report and check may include it"),
    "src/base/a.c": ('#include "attic/a.h"\n', "there is no such file"),
    "src/runtime/heap/a.c": ('#include "runtime/patch/a.h"\n', "runtime/heap may not see runtime/patch"),
    "src/symbol/a.c": ('#include "arch/x86_64/a.h"\n', "symbol may include: base"),
    "src/base/long.c": ("\n" * 801, "801 lines"),
    "src/base/later.c": ("/* TO" "DO */\n", "finish it"),
}


def layers_bite(_context):
    """Each kind of breach is an error."""
    root = core.work_dir("house", "breaches")
    for path, (text, _) in BROKEN.items():
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), "w") as f:
            f.write(text)
    for header in ("src/symbol/symbol.h", "src/runtime/patch/a.h", "src/arch/x86_64/a.h"):
        os.makedirs(os.path.join(root, os.path.dirname(header)), exist_ok=True)
        open(os.path.join(root, header), "w").close()
    p = subprocess.run([CHECKER, "--root", root], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ, GIT_DIR="/nonexistent"))
    core.expect(p.returncode == 1, "no breach was seen", p.stdout)
    for path, (_, words) in BROKEN.items():
        said = [line for line in p.stdout.splitlines() if path in line]
        core.expect(any(words in line for line in said), "%s: '%s' is not said" % (path, words), p.stdout)


def rule_pages(_context):
    with open(os.path.join(core.ROOT, "src", "finding", "kinds.def")) as f:
        rules = re.findall(r"^RS_RULE\((RS\d+), \"([a-z-]+)\"", f.read(), re.M)
    core.expect(rules, "kinds.def has no rule")
    for rule, name in rules:
        path = os.path.join(core.ROOT, "docs", "rules", rule + ".md")
        core.expect(os.path.exists(path), "%s has no page" % rule)
        with open(path) as f:
            text = f.read()
        core.expect(name in text, "docs/rules/%s.md does not say '%s'" % (rule, name))


def links(_context):
    """Every relative link of the Markdown pages leads somewhere."""
    pages, broken = glob.glob(os.path.join(core.ROOT, "*.md")), []
    for folder in ("docs", "examples", "tests", "bench", "contracts"):
        pages += glob.glob(os.path.join(core.ROOT, folder, "**", "*.md"), recursive=True)
    for path in pages:
        with open(path) as f:
            text = re.sub(r"```.*?```|`[^`\n]*`", "", f.read(), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if not re.match(r"[a-z]+:", target) and not os.path.exists(os.path.join(os.path.dirname(path), target)):
                broken.append("%s: %s" % (os.path.relpath(path, core.ROOT), target))
    core.expect(not broken, "links that lead nowhere", "\n".join(broken))


def options_documented(_context):
    """Each option that a command's --help names has its place in the man page of that command."""
    program.need_refsan()
    missing = []
    for command in ("run", "check", "report", "inspect", "explain"):
        text = program.execute([program.REFSAN, command, "--help"]).out.decode()
        with open(os.path.join(core.ROOT, "docs", "man", "refsan-%s.1.scd" % command)) as f:
            page = f.read()
        options = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", text))
        missing += ["%s %s" % (command, o) for o in sorted(options - {"--help"}) if o not in page]
    core.expect(not missing, "options without a word in the man page", ", ".join(missing))


def vetting(_context):
    """Every judged report names a release of the corpus and gives a reason; the page has the figures of its table."""
    with open(os.path.join(core.ROOT, "bench", "check_corpus.tsv")) as f:
        corpus = {tuple(line.split("\t")[:2]) for line in f.read().splitlines()[1:]}
    with open(os.path.join(core.ROOT, "docs", "check-vetting.tsv")) as f:
        rows = [line.split("\t") for line in f.read().splitlines()[1:]]
    for row in rows:
        core.expect(len(row) == 10 and all(row), "a line with another form", "\t".join(row))
        core.expect(tuple(row[:2]) in corpus, "no release of bench/check_corpus.tsv", "\t".join(row))
        core.expect(row[7] in ("true", "false", "arguable", "unread"), "no verdict", "\t".join(row))
    p = subprocess.run([sys.executable, os.path.join(core.ROOT, "bench", "check_corpus.py"), "page", "--check"], stdout=subprocess.PIPE, text=True)
    core.expect(p.returncode == 0, "the page's figures", p.stdout)


def wheel_that_is_there(_context):
    """`check_corpus.py fetch` asks nobody for a wheel that is installed already, however its name is spelled there."""
    folder = core.work_dir("house", "corpus-wheel")
    with open(os.path.join(core.ROOT, "bench", "check_corpus.tsv")) as f:
        package, version = next(line.split("\t")[:2] for line in f if line.split("\t")[3] == "wheel")
    os.makedirs(os.path.join(folder, "site-packages", "%s-%s.dist-info" % (package.upper(), version)), exist_ok=True)
    p = subprocess.run([sys.executable, os.path.join(core.ROOT, "bench", "check_corpus.py"), "fetch", folder, package],
                       env={**os.environ, "PIP_NO_INDEX": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    core.expect(p.returncode == 0 and p.stdout == "%s %s: there\n" % (package, version), "fetch", p.stdout)


def llvm_comes_later(_context):
    """`make test` tells by a word of build.ninja whether it was configured without LLVM (by `make run`, on a fresh machine)."""
    with open(os.path.join(core.ROOT, "Makefile")) as f:
        word = re.search(r"grep -q '([^']+)' \$\(BUILD\)/build\.ninja", f.read()).group(1)
    without = core.work_dir("house", "without-llvm")
    p = subprocess.run(["meson", "setup", without, core.ROOT, "-Dcheck=disabled"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    core.expect(p.returncode == 0, "meson setup -Dcheck=disabled", p.stdout)
    with open(os.path.join(without, "build.ninja")) as f:
        core.expect(not re.search(word, f.read()), "'%s' is in a build.ninja without refsan check" % word)
    if not os.path.exists(os.path.join(core.ROOT, "build", "refsan-check")):
        raise core.Skip("refsan-check was not built: LLVM is not installed")
    with open(os.path.join(core.ROOT, "build", "build.ninja")) as f:
        core.expect(re.search(word, f.read()), "'%s' is not in a build.ninja with refsan check" % word)


def installs(context):
    """`make install` with prefix and DESTDIR gives a program that works from its place."""
    dest = core.work_dir("house", "destdir")
    subprocess.run(["rm", "-rf", dest], check=True)
    p = subprocess.run(["make", "install", "DESTDIR=" + dest], cwd=core.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    core.expect(p.returncode == 0, "make install", p.stdout)
    found = [os.path.join(folder, name) for folder, _, names in os.walk(dest) for name in names]
    binary = next((f for f in found if f.endswith("/bin/refsan")), None)
    core.expect(binary and any(f.endswith("/refsan/librefsan.so") for f in found), "not installed", "\n".join(found))
    report = os.path.join(dest, "report.json")
    ran = program.execute([binary, "run", "--json", report, "--", context.pythons[0].executable, "-c", "print('installed')"])
    core.expect(ran.status == 0 and ran.out == b"installed\n", "the installed program", ran.text())
    with open(report) as f:
        core.expect(json.load(f)["python"]["version"], "the installed program does not find its runtime", ran.text())


def collect(_context):
    return [core.Test("house/layers", layers), core.Test("house/layers-bite", layers_bite), core.Test("house/rule-pages", rule_pages),
            core.Test("house/format", formatted),
            core.Test("house/links", links), core.Test("house/options-documented", options_documented),
            core.Test("house/vetting", vetting), core.Test("house/wheel-that-is-there", wheel_that_is_there), core.Test("house/llvm-comes-later", llvm_comes_later), core.Test("house/install", installs, alone=True)]
