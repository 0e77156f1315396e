import ext

for n in range(30):
    ext.drop([["item", k, n] for k in range(4)])
print("done")
