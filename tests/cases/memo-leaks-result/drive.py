import ext
for i in range(200):
    memo = ext.Memo(lambda n: "%d-%d" % (n, i))
    assert memo(3) == "3-%d" % i
    assert memo(3) == "3-%d" % i
