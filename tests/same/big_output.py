# uses: busy
# Twenty megabytes on standard output, some on standard error.
import sys

import busy

line = "x" * 99
for n in range(200):
    sys.stdout.write((line + "\n") * 1000)
    busy.spin([line], 10)
    if n % 50 == 0:
        sys.stderr.write("at %d\n" % n)
