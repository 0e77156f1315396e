#!/usr/bin/env python3
"""check-layers.py [--root DIR]: holds the walls between the rooms (docs/internals/layers.md draws them).

Promise: every #include of src/ is allowed by the table below or is an error, and so is a folder that the table does not
know; foreign libraries appear only in the room that owns them; no file outgrows its limit; nothing is left "for later".
Refuses: to guess. A new room is a new row here, with a line in docs/internals/layers.md.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

HOST_ROOMS = ("base", "wire", "contract", "finding", "arch", "plan", "symbol", "trace", "ledger", "verdict", "report")
# room -> rooms whose headers it may include, besides its own
MAY_INCLUDE = {
    "base": (),
    "wire": ("base",),
    "contract": ("base",),
    "finding": ("base",),
    "arch": ("base", "wire"),
    "plan": ("base", "wire", "arch", "contract"),
    "symbol": ("base",),
    "trace": ("base", "wire"),
    "ledger": ("base", "wire", "contract"),
    "verdict": ("base", "contract", "finding", "ledger"),
    "check": ("base", "contract", "finding"),
    "report": ("base", "finding"),
    "cli": HOST_ROOMS,
    "runtime": ("base", "wire", "contract"),
}
# single files that may see more: the runtime's door to the processor
ALSO = {"runtime/arch.h": ("arch/x86_64/inline.h",)}
# folders and files whose work is to hand a finished report over: its worker processes and `refsan check` read kept books
ALSO_ROOMS = {"check/driver/": ("report",), "check/main.c": ("report",)}
# Inside the runtime. heap, patch and api never call each other, but all may ask heap/object.h; only files at the
# runtime's top (entry) see everything.
RUNTIME = {
    "sys": (),
    "pyabi": ("sys",),
    "heap": ("sys", "pyabi"),
    "patch": ("sys", "pyabi"),
    "api": ("sys", "pyabi", "stack"),
    "stack": ("sys", "pyabi"),
    "signal": ("sys", "pyabi", "stack", "heap"),  # to say of a faulting address which dead object it was
    "spawn": ("sys",),
    "census": ("sys", "pyabi", "stack", "heap"),  # walks what the heap holds
}
RUNTIME_FOR_ALL = ("heap/object.h", "log.h")
# header (pattern) -> rooms that may include it
FOREIGN = {
    r"(Python\.h|cpython/.*|internal/pycore.*)": (),
    r"(elfutils/.*|dwarf\.h|libdw.*)": ("symbol",),
    r"(libelf\.h|gelf\.h)": ("symbol", "plan"),
    r"(llvm|llvm-c|clang|clang-c)/.*": ("check",),
    r"Z(ydis|ycore)/.*": ("arch", "plan"),
    r"jansson\.h": ("report", "check"),
    r"xxhash\.h": ("check",),
}
LONGEST = 800
TEXT = (".c", ".h", ".S", ".py", ".sh", ".def", ".build")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def room_of(path):
    """The room of a path below src/: its first folder; '' for a file beside the rooms."""
    return path.split("/")[0] if "/" in path else ""


def runtime_part(path):
    """'heap' for runtime/heap/x.h, '' for what lies directly in runtime/."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def resolve(src, path, name, quoted):
    """The included file below src/, or None when it is no file of ours."""
    here = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if quoted and os.path.exists(os.path.join(src, here)):
        return here
    if os.path.exists(os.path.join(src, name)) or name.split("/")[0] in MAY_INCLUDE and "/" in name:
        return os.path.normpath(name)
    return None


def judge_runtime(path, target):
    """Why a file of the runtime may not include another one of the runtime, or None."""
    mine, its = runtime_part(path), runtime_part(target)
    if mine == "" or mine == its or its == "" or target[len("runtime/"):] in RUNTIME_FOR_ALL:
        return None
    if mine not in RUNTIME:
        return "the runtime has no part '%s'" % mine
    return None if its in RUNTIME[mine] else "runtime/%s may not see runtime/%s" % (mine, its)


def judge_own(path, target):
    """Why `path` may not include `target` (both below src/), or None."""
    mine, its = room_of(path), room_of(target)
    if its not in MAY_INCLUDE:
        return "there is no room '%s'" % its
    if mine == its:
        return judge_runtime(path, target) if mine == "runtime" else None
    if its in MAY_INCLUDE[mine] or target in ALSO.get(path, ()):
        return None
    if any(path.startswith(place) and its in rooms for place, rooms in ALSO_ROOMS.items()):
        return None
    return "%s may include: %s" % (mine, ", ".join(MAY_INCLUDE[mine]) or "nothing but itself")


def judge_foreign(path, name):
    """Why a room may not include a foreign header, or None."""
    for pattern, rooms in FOREIGN.items():
        if re.fullmatch(pattern, name) and room_of(path) not in rooms:
            return "only %s may include it" % (" and ".join(rooms) or "tests and tools")
    return None


def check_source(src, path, complaints):
    """The includes of one file below src/."""
    if room_of(path) not in MAY_INCLUDE:
        complaints.append("src/%s:1: '%s' is no room (a new room is a new row in tools/check-layers.py)" % (path, room_of(path) or path))
        return
    with open(os.path.join(src, path), errors="replace") as f:
        for number, line in enumerate(f, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            target = resolve(src, path, found.group(2), found.group(1) == '"')
            quoted = found.group(1) == '"'
            why = judge_own(path, target) if target else judge_foreign(path, found.group(2)) or ("there is no such file" if quoted else None)
            if why:
                complaints.append("src/%s:%d: includes '%s'; %s" % (path, number, found.group(2), why))


def check_text(root, path, complaints):
    """Length and unfinished work of any text file."""
    with open(os.path.join(root, path), errors="replace") as f:
        lines = f.read().splitlines()
    if len(lines) > LONGEST:
        complaints.append("%s: %d lines; split it by question, the limit is %d" % (path, len(lines), LONGEST))
    for number, line in enumerate(lines, 1):
        found = LATER.search(line)
        if found:
            complaints.append("%s:%d: '%s' (finish it, or file an issue)" % (path, number, found.group(1)))


def files_of(root):
    """What git would commit: tracked files, and new ones that it does not ignore; without git, what lies there."""
    if shutil.which("git"):
        git = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
        if git.returncode == 0:
            return sorted(set(git.stdout.splitlines()))
    found = []
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if not n.startswith((".", "build"))]
        found += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return sorted(found)


def check(root):
    """Every complaint about the tree at `root`, as lines."""
    complaints = []
    src = os.path.join(root, "src")
    for path in files_of(root):
        if not path.endswith(TEXT) or not os.path.isfile(os.path.join(root, path)):
            continue
        if path.startswith("src/") and path.endswith((".c", ".h", ".S", ".def")):
            check_source(src, path[len("src/"):], complaints)
        check_text(root, path, complaints)
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    complaints = check(os.path.normpath(parser.parse_args().root))
    for line in complaints:
        print("refsan: " + line, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
