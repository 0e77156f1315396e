import ext

for i in range(100):
    ext.Keeper([i]).get()
print("done")
