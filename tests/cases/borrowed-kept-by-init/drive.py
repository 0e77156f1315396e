import ext

for n in range(50):
    entry = ext.Entry("payload %d" % n)
    entry.payload()
print("done")
