import ext

for n in range(1000, 1030):
    ext.keep(n)
    ext.describe()
    ext.describe()
print("done")
