# uses: busy
# Reference counts, the collector's numbers and block counts behave as always.
import gc
import sys

import busy

things = [object() for _ in range(20)]
before = [sys.getrefcount(t) for t in things]
busy.spin(things, 100)
print(before == [sys.getrefcount(t) for t in things], before[0])
gc.collect()
blocks = sys.getallocatedblocks()
kept = [[n] for n in range(1000)]
print(900 < sys.getallocatedblocks() - blocks < 3000)
del kept
print(abs(sys.getallocatedblocks() - blocks) < 200)


class Node:
    pass


for _ in range(100):
    node = Node()
    node.self = node
del node
print(gc.collect() >= 100, gc.garbage)
