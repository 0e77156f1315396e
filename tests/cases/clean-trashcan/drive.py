import ext, gc
for i in range(60):
    leaf = ["leaf", i]
    c = ext.chain(500, leaf)
    leaf.append(c)
    del c, leaf
    gc.collect() if i % 20 == 0 else None
    c = ext.chain(3000, {"k": i})
    del c
print("done")
