import ext

box = ext.Box()
for n in range(20):
    box.items = ["some", "items", n]
    box.items = ["other", "items", n]
print("done")
