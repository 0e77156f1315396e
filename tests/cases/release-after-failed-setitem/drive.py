import ext

items = [None] * 3
for n in range(10):
    try:
        ext.put(items, n)
    except IndexError:
        pass
print(items)
