import ext

kept = []
for n in range(10):
    box = ext.Box()
    kept.append(box)
    print(sum(k for k in box))
print(len(kept))
