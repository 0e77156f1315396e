import ext

kept = []
for n in range(10):
    box = ext.Box()
    kept.append(box)
    other = box
    box += ["item", n]
    del box
    del other
print(len(kept))
