# uses: busy
# A Python, a shell and a filter as children, with pipes in between.
import subprocess
import sys

import busy

code = "import busy, sys; print(busy.spin(list('abc'), 10)); sys.exit(3)"
p = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
print(p.returncode, p.stdout, p.stderr)
p = subprocess.run("echo one; echo two >&2; exit 4", shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
print(p.returncode, p.stdout, p.stderr)
p = subprocess.run(["sort", "-n"], input=b"3\n1\n2\n", stdout=subprocess.PIPE)
print(p.returncode, p.stdout)
p = subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
print(p.returncode, busy.spin(["x"], 5))
