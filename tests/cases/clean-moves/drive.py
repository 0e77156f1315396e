import gc
import ext

kept = []
for n in range(60):
    pair = ext.Pair()
    pair.put(["left", n], ["right", n])
    pair.swap().swap()
    if n % 3 == 0:
        kept.append(pair.take())
    if n % 5 == 0:
        pair.put(pair, kept)
    del pair
    ext.rotated([n, "x", kept])
    ext.maybe(["value", n], n % 2)
gc.collect()
print(len(kept))
