import ext

for n in range(200):
    data = bytes(n)
    assert ext.size(data) == n
    assert ext.both(data) == (n, 0, 0)
    assert ext.both(data, b"x") == (n, 1, 0)
    assert ext.both(data, path="p%d" % n) == (n, 0, 1)
    assert ext.both(data, path="p%d" % n, second=data) == (n, 1, 1)
print("done")
