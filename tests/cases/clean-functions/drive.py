import ext

for n in range(80):
    ext.keep(ext.same(["value", n]))
    ext.again()
    assert ext.same(n) == n
ext.keep(None)
print(ext.again())
