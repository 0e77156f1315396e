import ext

kept = []
for n in range(60):
    words = ["a%d" % n, "b%d" % n]
    kept.append(len(ext.last_item(words)))
print(sum(kept))
