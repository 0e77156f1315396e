import ext

for n in range(60):
    ext.forget([None])
print("done")
