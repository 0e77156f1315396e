# uses: busy
# What runs at the end, and in which order.
import atexit
import weakref

import busy


class Last:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name, busy.spin(["bye"], 2))


kept = Last("kept")
cycle = Last("cycle")
cycle.self = cycle
weakref.finalize(kept, print, "finalize kept")
atexit.register(print, "atexit", busy.spin(["x"], 3))
del kept
print("end of the script")
