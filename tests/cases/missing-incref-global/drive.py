import ext

for n in range(20):
    ext.set_last(["value", n])
    got = ext.get_last()
    del got
    ext.get_last()
ext.set_last(None)
print("done")
