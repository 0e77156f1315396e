import ext

for n in range(60):
    ext.Entry("name %d" % n, "note %d" % n)
print("done")
