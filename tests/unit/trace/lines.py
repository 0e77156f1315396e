"""lines.py PROGRAM SOURCE: holds rs_trace_line to what each interpreter itself says of its code objects.

Every CPython found compiles SOURCE (and a long function made up here) and prints, for each code object, its table and
(instruction offset, line) of every instruction that has a line; PROGRAM answers with its own lines for the same offsets.
Exit status 77 if there is no interpreter.
"""
import os
import subprocess
import sys

# Runs in the interpreter under test, 3.8 and later: no syntax that is newer.
EMIT = r"""
import dis, sys

def lines_of(code):
    if hasattr(code, "co_lines"):
        for start, end, line in code.co_lines():
            for at in range(start, end, 2):
                if line is not None:
                    yield at, line
    else:
        starts = dict(dis.findlinestarts(code))
        line = code.co_firstlineno
        for at in range(0, len(code.co_code), 2):
            line = starts.get(at, line)
            yield at, line

def emit(code):
    table = code.co_linetable if hasattr(code, "co_linetable") else code.co_lnotab
    pairs = list(lines_of(code))
    print(code.co_name, code.co_firstlineno, table.hex() or "-", len(pairs))
    for at, line in pairs:
        print(at, line)
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            emit(constant)

source = sys.stdin.read()
long = "def long(a):\n" + "".join("    a = a + %d\n%s" % (n, "\n" * (n % 7)) for n in range(2000)) + "    return a\n"
print("version", "%x" % (sys.version_info[0] << 8 | sys.version_info[1]))
emit(compile(source, "shapes.py", "exec", dont_inherit=True))
emit(compile(long, "long.py", "exec", dont_inherit=True))
wide = "f(" + ",\n".join("g(%d,\n\n\n h)" % n for n in range(300)) + "\n" * 40000 + ")\nf()"
emit(compile(wide, "wide.py", "exec", dont_inherit=True))
"""


def main():
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    from harness import pythons
    with open(sys.argv[2]) as f:
        source = f.read()
    found = pythons.find().chosen
    failed = 0
    for python in found:
        told = subprocess.run([python.executable, "-c", EMIT], input=source, capture_output=True, text=True, timeout=60)
        if told.returncode != 0:
            print("%s: cannot tell: %s" % (python.name, told.stderr.strip()))
            failed += 1
            continue
        judged = subprocess.run([sys.argv[1]], input=told.stdout, capture_output=True, text=True, timeout=60)
        print("%s: %s" % (python.name, (judged.stdout + judged.stderr).strip()))
        failed += judged.returncode != 0
    return 77 if not found else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
