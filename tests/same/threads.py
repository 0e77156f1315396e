# uses: busy
# everywhere
# Four threads share objects and pass the GIL around inside the extension.
import sys
import threading

import busy

sys.setswitchinterval(1e-5)
shared = ["shared %d" % n for n in range(50)]
moved = []


def work(number):
    own = shared + ["own %d.%d" % (number, k) for k in range(50)]
    total = 0
    for _ in range(30):
        total += busy.spin(own, 200)
        total += len(busy.each(own, str.upper))
    moved.append(total)


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(moved, sum(len(s) for s in shared))
print([sys.getrefcount(s) for s in shared[:3]])
