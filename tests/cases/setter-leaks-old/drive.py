import ext

box = ext.Box()
for n in range(20):
    box.items = ["some", "items", n]
print(box.items)
