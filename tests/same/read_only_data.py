# uses: busy
# cflags: -Wl,-z,now
# everywhere
# What the loader made read-only after relocation is read-only still, in the module and in the interpreter.
import os
import sys

import busy

ours = (busy.__file__, os.path.realpath(sys.executable))
sizes = {}
with open("/proc/self/maps") as f:
    for line in f:
        span, kind, *rest = line.split(None, 5)
        path = rest[-1].strip()
        if path in ours or "/libpython3." in path:
            low, high = (int(n, 16) for n in span.split("-"))
            key = os.path.basename(path), kind
            sizes[key] = sizes.get(key, 0) + high - low
print(sorted(sizes.items()), busy.spin(["a"], 4))
