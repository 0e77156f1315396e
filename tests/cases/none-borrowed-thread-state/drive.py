import ext

for n in range(60):
    assert ext.advise(n) is None
print("done")
