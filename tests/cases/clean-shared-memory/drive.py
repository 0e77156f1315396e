import ext
for i in range(200):
    ext.keep((i, i + 1, "x"))
print(ext.count())
