import ext

for n in range(40):
    ext.through(n)
print("done")
