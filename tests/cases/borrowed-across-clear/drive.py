import ext

for n in range(3):
    print(len(ext.empty([["item", n], "other"])) > 0)
