import ext
for i in range(200):
    items = ["first %d" % i, "second %d" % i, "third"]
    assert ext.pair(items) == ("first %d" % i, "second %d" % i)
