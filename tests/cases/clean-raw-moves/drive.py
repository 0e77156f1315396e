import ext

total = 0
for n in range(100):
    words = ["word %d.%d" % (n, k) for k in range(6)]
    total += len(ext.drain(words)) + len(words)
    total += len(ext.rotate("a%d" % n, "b%d" % n, ["c", n]))
    total += ext.length("text %d" % n)
print(total)
