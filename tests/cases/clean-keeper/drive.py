import ext
for i in range(200):
    k = ext.K({"a": [i], "b": 2})
    assert k.first() == [i]
    k.swap((i, i))
    k.swap([i, 5])
    x = k.first()
    del k
    assert x == [i, 5]
print("done")
