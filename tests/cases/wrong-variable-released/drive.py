import ext

values = [["value", n] for n in range(10)]
for value in values:
    ext.join("key", value)
del value
values.clear()
print("done")
