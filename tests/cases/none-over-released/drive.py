import ext

for n in range(100):
    ext.quiet(n)
print("done")
