import ext

for n in range(10):
    box = ext.Box()
    box("item", n)
    box("other", n)
    got = box[0]
    del got
    got = box[1]
    del box
print("done")
