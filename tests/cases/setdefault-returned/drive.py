import ext
for i in range(200):
    d = {}
    ext.slot(d, "a").append(i)
    ext.slot(d, "a").append(i + 1)
    assert d["a"] == [i, i + 1]
