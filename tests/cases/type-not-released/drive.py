import ext

for n in range(60):
    ext.make()
print("done")
