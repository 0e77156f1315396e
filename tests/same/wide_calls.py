# uses: wide
# everywhere
# Variadic functions with seventy arguments.
import sys

import wide

thing = ["thing"]
for n in range(3):
    print(len(set(map(id, wide.pack(thing)))), len(wide.pack(thing)), wide.build(thing)[-1], wide.call(lambda *a: len(a), thing))
    print(wide.parse(*range(70)), wide.text(thing))
print(sys.getrefcount(thing))
