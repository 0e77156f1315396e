"""The command line: exit statuses, kept books, the JSON report's shape, and what survives a sudden end."""
import json
import os
import re
import signal
import subprocess
import time

from . import core, program

BUGGY = os.path.join(core.ROOT, "tests", "cases", "release-after-steal")
PROBES = os.path.join(core.ROOT, "tests", "bad")
CLOSING = r"\bsites? patched\b"
FINDING = {  # field -> type of the JSON report (docs/report-schema.md)
    "id": int, "rule": str, "kind": str, "confidence": str, "message": str, "count": int, "fingerprint": str, "culprit": dict,
    "belief": (dict, type(None)), "object": dict, "python": list, "history": list, "stacks": dict, "path": list, "fix": str,
    "latent": bool, "severity": str, "test": (str, type(None)), "process": (int, type(None)), "checkpoint": (str, type(None)),
    "confirmation": (str, type(None)), "verified_fix": (str, type(None)),
}
REPORT = {"tool": str, "version": str, "schema": int, "command": list, "python": dict, "exit": dict, "modules": list, "coverage": dict,
          "findings": list, "stats": dict}


def prepare(context, fixed=False):
    """(python, environment with the module `ext`, whose squares() releases after a steal)."""
    python = context.pythons[0]
    out = program.build(BUGGY, python, core.work_dir("cli", python.name + ("-fixed" if fixed else "")), fixed)
    return python.executable, {"PYTHONPATH": out}


def probe(context, mode, options=(), fixed=False, **how):
    """Runs tests/bad/probe.py MODE, which meets the bug and then ends in some way."""
    python, env = prepare(context, fixed)
    return program.under([python, os.path.join(PROBES, "probe.py"), mode], options, env=env, cwd=core.ROOT, **how)


def expect_end(ran, status, proven=True):
    core.expect(ran.status == status, "status %d, expected %d" % (ran.status, status), ran.text())
    core.expect(ran.report is not None, "no report", ran.text())
    core.expect(bool(ran.proven()) == proven, "%sproven finding" % ("no " if proven else "a "), ran.text())


def ends(mode, status, options=(), proven=True, fixed=False):
    def test(context):
        ran = probe(context, mode, options, fixed)
        expect_end(ran, status, proven)
        if proven:
            core.expect(any(program.names(f, ["squares"]) for f in ran.proven()), "squares is not named", ran.text())
    return test


def killed_by(mode, name, proven=True):
    """The exit object of the report names the signal. Where the program has no chance to be searched at its end (SIGKILL,
    a default action), what was recorded is still judged: the finding is there, be it a suspect."""
    def test(context):
        ran = probe(context, mode)
        if proven:
            expect_end(ran, 128 + getattr(signal, name))
        core.expect(ran.status == 128 + getattr(signal, name), "status %d" % ran.status, ran.text())
        core.expect(ran.report and any(program.names(f, ["squares"]) for f in ran.report["findings"]), "squares is not named", ran.text())
        core.expect(ran.report["exit"] == dict(ran.report["exit"], status=None, signal=name), "exit is not %s" % name, ran.report["exit"])
    return test


def fork_warm(context):
    """A forked child knows what its parent's recording said of Python code."""
    ran = probe(context, "fork-warm")
    expect_end(ran, program.PROVEN)
    frames = [frame["function"] for f in ran.proven() for frame in f["python"]]
    core.expect(any(name.endswith("run") for name in frames) and ran.proven()[0]["object"]["type"] == "str", "no Python line", ran.proven())


def crash_stack(context):
    """A crash inside the interpreter: the native frames, then the Python ones, each named."""
    ran = probe(context, "touch")
    expect_end(ran, 128 + signal.SIGSEGV)
    use = next((f["stacks"]["use"] for f in ran.proven() if f["stacks"]["use"]), [])
    native, python = ([f for f in use if (f["language"] == "python") == which] for which in (False, True))
    core.expect(len(native) >= 3 and all(f["module"] and f["function"] for f in native), "no native frames", use)
    core.expect(any(re.fullmatch(r"Py_BytesMain|Py_RunMain|_start|_PyEval_EvalFrameDefault", f["function"]) for f in native), "no known function", native)
    core.expect([f["function"] for f in python] == ["touch", "main", "<module>"], "other Python frames", python)
    core.expect(python[0]["line"] and os.path.basename(python[0]["file"]) == "probe.py" and use == native + python, "their places", python)


def child_observed(way):
    """A Python that the program starts is followed, however it is started."""
    def test(context):
        folder = core.work_dir("cli", "child-" + way)
        python, env = prepare(context)
        ran = program.under([python, os.path.join(PROBES, "probe.py"), "child-" + way], env=dict(env, PROBE_FOLDER=folder), cwd=core.ROOT)
        expect_end(ran, program.PROVEN)
        core.expect(any(program.names(f, ["squares"]) for f in ran.proven()), "squares is not named", ran.text())
    return test


def preload(before):
    """LD_PRELOAD is the user's own, byte for byte, in the program and in its children."""
    def test(context):
        env = dict(os.environ)
        env.pop("LD_PRELOAD", None)
        if before is not None:
            env["LD_PRELOAD"] = before
        code = ("import os, subprocess; print(repr(os.environ.get('LD_PRELOAD')), [n for n in os.environ if 'REFSAN_' in n]);"
                "print(subprocess.check_output(['env']).decode().count('librefsan'), subprocess.check_output(['sh', '-c', 'echo \"[$LD_PRELOAD]\"']))")
        command = [context.pythons[0].executable, "-c", code]
        plain = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ran = subprocess.run([program.REFSAN, "run", "-q", "--"] + command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        core.expect((ran.stdout, ran.stderr) == (plain.stdout, plain.stderr), "another environment", plain.stdout, ran.stdout, ran.stderr)
    return test


def many_children(context):
    """More processes than the recording has places for, one after the other: each is observed."""
    code = "import subprocess, sys\nfor _ in range(140): subprocess.call([sys.executable, '-S', '-c', ''], preexec_fn=lambda: None)"
    ran = program.under([context.pythons[0].executable, "-c", code])
    core.expect(ran.status == 0 and ran.report["stats"]["processes"] == 281, "not 281 processes", ran.report["stats"], ran.text())
    core.expect(not any("process" in gap["what"] for gap in ran.report["coverage"]["uncovered"]), "processes went unobserved", ran.text())


def suppressed(text, shown, *options):
    """A file of suppressions takes the finding out; it is counted."""
    def test(context):
        path = os.path.join(core.work_dir("cli", "suppressions"), "file.supp")
        with open(path, "w") as f:
            f.write(text)
        ran = probe(context, "exit", ["--suppressions", path] + list(options))
        expect_end(ran, 0, proven=False)
        core.expect(any(" suppressed, " in line for line in ran.own) and ran.report["coverage"]["suppressed"] > 0, "it is not counted", ran.text())
        core.expect(all(word in ran.err for word in shown), "%s is not said" % shown, ran.text())
    return test


def suppressed_in_source(context):
    """A comment on the culprit's line, or alone above it."""
    source = os.path.join(core.work_dir("cli", "commented"), "ext.c")
    with open(os.path.join(BUGGY, "ext.c")) as f:
        text = f.read().replace('"../ext.h"', '"%s"' % os.path.join(os.path.dirname(BUGGY), "ext.h"))
    with open(source, "w") as f:
        f.write(text.replace("/* culprit */", "/* refsan: ignore[RS104] a test */"))
    python = context.pythons[0]
    out = program.build(os.path.dirname(source), python, core.work_dir("cli", "commented", python.name))
    ran = program.under([python.executable, os.path.join(PROBES, "probe.py"), "exit"], env={"PYTHONPATH": out}, cwd=core.ROOT)
    expect_end(ran, 0, proven=False)
    core.expect(ran.report["coverage"]["suppressed"] > 0, "it is not counted", ran.text())


def contract_table(context):
    """The whole table as JSON: its fields, and some rows that are well known."""
    ran = program.execute([program.REFSAN, "contract", "--json"])
    rows = json.loads(ran.out)
    core.expect(ran.status == 0 and len(rows) > 1000, "%d rows" % len(rows))
    for row in rows:
        for field, kind in (("name", str), ("kind", str), ("since", str), ("until", (str, type(None))), ("result", str), ("arguments", list)):
            core.expect(isinstance(row.get(field), kind), "field '%s'" % field, row)
        core.expect(row["kind"] in ("function", "macro", "slot"), "kind", row)
    found = {row["name"]: row for row in rows}
    core.expect(found["PyList_GetItem"]["result"] == "borrowed" and found["PyList_GetItem"]["from"] == 1, "PyList_GetItem", found["PyList_GetItem"])
    core.expect([a["kind"] for a in found["PyList_SetItem"]["arguments"]] == ["object", "value", "steal"], "PyList_SetItem", found["PyList_SetItem"])
    core.expect((found["PyArray_Return"]["table"], found["PyArray_Return"]["entry"]) == ("numpy._ARRAY_API", 76), "PyArray_Return", found["PyArray_Return"])
    core.expect(found["tp_iternext"]["kind"] == "slot" and "miss" in found["tp_iternext"]["flags"], "tp_iternext", found["tp_iternext"])


def host_killed(context):
    """The program has to finish its work although its host is gone."""
    python, env = prepare(context, fixed=True)
    work = core.work_dir("cli", "host-killed")
    done = os.path.join(work, "done")
    if os.path.exists(done):
        os.unlink(done)
    started = subprocess.Popen([program.REFSAN, "run", "--", python, os.path.join(PROBES, "probe.py"), "slow", done],
                               env=dict(os.environ, **env), cwd=core.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 60
    while not os.path.exists(done + ".begun") and time.monotonic() < limit:
        time.sleep(0.05)
    started.send_signal(signal.SIGKILL)
    started.wait()
    while not os.path.exists(done) and time.monotonic() < limit:
        time.sleep(0.1)
    os.unlink(done + ".begun")
    core.expect(os.path.exists(done), "the program did not finish within 60 s of its host's death")


def kept_books(context):
    """`refsan report` says of the kept books what `run` said."""
    books = os.path.join(core.work_dir("cli", "books"), "kept")
    ran = probe(context, "exit", ["-o", books])
    expect_end(ran, program.PROVEN)
    again = program.execute([program.REFSAN, "report", books, "--json", books + ".json"], cwd=core.ROOT)
    with open(books + ".json") as f:
        report = json.load(f)
    core.expect(report["findings"] == ran.report["findings"], "report finds something else", again.text(), ran.text())

    def said(err):
        return [line for line in err.splitlines() if not line.startswith("refsan: ") or not re.search(CLOSING, line)]
    core.expect(said(again.err + again.out.decode()) == said(ran.err), "report words it differently", again.text(), ran.text())


def schema(context):
    ran = probe(context, "exit")
    expect_end(ran, program.PROVEN)
    for table, rows in ((REPORT, [ran.report]), (FINDING, ran.report["findings"])):
        for row in rows:
            for field, kind in table.items():
                core.expect(field in row and isinstance(row[field], kind), "field '%s' is missing or of another type" % field, json.dumps(row)[:2000])
    core.expect(ran.report["schema"] == 1 and ran.report["tool"] == "refsan", "another schema")
    core.expect(ran.report["python"]["layout"] in ("static", "shared"), "python.layout", ran.report["python"])
    module = next((m for m in ran.report["modules"] if m["name"] == "ext"), None)
    core.expect(module and module["debug_info"] and module["sites"] >= module["patched"] > 0, "the module's row", ran.report["modules"])
    core.expect(re.fullmatch(r"[0-9a-f]{16}", ran.report["findings"][0]["fingerprint"]), "fingerprint", ran.report["findings"][0]["fingerprint"])


def terminal(context):
    """The first line is the verdict, a finding has at most 25 lines, the last line closes."""
    ran = probe(context, "exit")
    own = ran.own
    core.expect(own and re.match(r"refsan: RS\d{3} ", own[0]) and "squares" in own[0], "the first line is no verdict", ran.text())
    core.expect("finding" in own[-1] and re.search(CLOSING, own[-1]), "no closing line", ran.text())
    core.expect(len(ran.err.splitlines()) <= 26 * len(ran.report["findings"]) + 2, "too many lines", ran.text())
    core.expect(not re.search(r"\x1b\[", ran.err), "colour on no terminal", ran.text())


def silent(context):
    """Without a finding: one closing line; with -q nothing at all."""
    ran = probe(context, "exit", fixed=True)
    core.expect(ran.status == 0 and len(ran.err.splitlines()) == 1 and "no findings" in ran.err, "not one closing line", ran.text())
    ran = probe(context, "exit", ["-q"], fixed=True)
    core.expect(ran.status == 0 and ran.err == "", "-q is not quiet", ran.text())


def chosen_modules(context):
    """--only and --skip."""
    ran = probe(context, "exit", ["--skip", "ext"])
    core.expect(not any(m["name"] == "ext" and m["patched"] for m in ran.report["modules"]), "--skip ext instruments ext", ran.report["modules"])
    ran = probe(context, "exit", ["--only", "ext"])
    core.expect([m["name"] for m in ran.report["modules"]] == ["ext"], "--only ext", ran.report["modules"])
    expect_end(ran, program.PROVEN)


def stop_at_first(context):
    """The program is ended at the first proven finding, long before its own end."""
    start = time.monotonic()
    ran = probe(context, "forever", ["--stop-at-first"], timeout=60)
    core.expect(ran.proven() and time.monotonic() - start < 50, "not stopped", ran.text())
    core.expect(ran.status == program.PROVEN or ran.status > 128, "status %d" % ran.status, ran.text())


def says(words, *expected):
    """A command that ends with 0 and prints these words on standard output."""
    def test(_context):
        program.need_refsan()
        ran = program.execute([program.REFSAN] + words)
        core.expect(ran.status == 0 and not ran.err, "refsan %s" % " ".join(words), ran.text())
        for word in expected:
            core.expect(word in ran.out.decode(), "'%s' is not said" % word, ran.text())
    return test


def inspects(context):
    python, env = prepare(context)
    folder = env["PYTHONPATH"]
    path = next(os.path.join(folder, n) for n in os.listdir(folder) if n.endswith(".so"))
    ran = program.execute([program.REFSAN, "inspect", path])
    out = ran.out.decode()
    core.expect(ran.status == 0 and "refcount sites can be patched" in out.splitlines()[0], "the first line is no verdict", ran.text())
    more = program.execute([program.REFSAN, "inspect", "-v", path])
    core.expect(more.status == 0 and "squares" in more.out.decode(), "-v does not list the sites", more.text())


def collect(_context):
    tests = {
        "own-status": ends("status", 5),
        "proven-status": ends("exit", program.PROVEN),
        "error-exitcode": ends("exit", 9, ["--error-exitcode", "9"]),
        "error-exitcode-off": ends("exit", 0, ["--error-exitcode", "0"]),
        "clean-status": ends("exit", 0, proven=False, fixed=True),
        "clean-own-status": ends("status", 5, proven=False, fixed=True),
        "os-exit": ends("os-exit", program.PROVEN),
        "os-exit-status": ends("os-exit-status", 7),
        "sigkill": killed_by("sigkill", "SIGKILL", proven=False),
        "sigabrt": killed_by("sigabrt", "SIGABRT"),
        "sigsegv": killed_by("sigsegv", "SIGSEGV"),
        "sigterm": killed_by("sigterm", "SIGTERM", proven=False),
        "fatal-error": killed_by("fatal-error", "SIGABRT"),
        "exec": ends("exec", program.PROVEN),
        "fork": ends("fork", program.PROVEN),
        "crash-stack": crash_stack, "fork-warm": fork_warm, "many-children": many_children, "suppressed-in-source": suppressed_in_source, "contract-table": contract_table,
        "suppressed": suppressed("{\n rule RS104\n function squares\n reason a test\n}\n", []),
        "suppressed-by-object": suppressed("{\n rule release-after-steal\n object str\n reason a test\n}\n", []),
        "suppression-unused": suppressed("{\n rule *\n module ext\n reason a test\n}\n{\n name idle\n rule RS201\n reason a test\n}\n",
                                         ["file.supp:6: the suppression 'idle' matched nothing"], "-v"),
        "host-killed": host_killed, "kept-books": kept_books, "schema": schema, "terminal": terminal, "silent": silent,
        "chosen-modules": chosen_modules, "stop-at-first": stop_at_first, "inspect": inspects,
        "version": says(["--version"], "refsan 0."),
        "help": says(["--help"], "run", "report", "inspect", "explain"),
        "help-run": says(["run", "--help"], "--json", "--only", "--skip", "--stop-at-first", "--error-exitcode", "--suppressions"),
        "help-report": says(["report", "--help"], "--json"),
        "help-inspect": says(["inspect", "--help"], "-v"),
        "help-explain": says(["explain", "--help"], "RULE"),
        "help-contract": says(["contract", "--help"], "--json"),
        "explain-rule": says(["explain", "RS102"], "RS102", "borrowed-return", "What it means", "How refsan proves it", "The fix"),
        "explain-rule-name": says(["explain", "borrowed-return"], "RS102"),
        "explain-function": says(["explain", "PyList_GetItem"], "borrowed"),
        "explain-steal": says(["explain", "PyList_SetItem"], "steal"),
        "explain-slot": says(["explain", "tp_iternext"], "slot", "owned"),
        "explain-versions": says(["explain", "PyList_GetItemRef"], "since 3.13", "new reference"),
    }
    for way in ("subprocess", "plain-fds", "preexec", "posix-spawn", "system", "popen", "spawnlp", "fork-execvpe", "env", "script"):
        tests["child-" + way] = child_observed(way)
    for name, before in (("unset", None), ("empty", ""), ("one", "libm.so.6"), ("two", "libm.so.6:libdl.so.2 "), ("colon", ":libm.so.6")):
        tests["preload-" + name] = preload(before)
    return [core.Test("cli/" + name, function) for name, function in tests.items()]
