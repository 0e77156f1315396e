import ext
for i in range(200):
    a = ["x%d" % i]
    assert ext.call1(len, a) == 1
    assert ext.borrow1(len, a) == 1
    keep = []
    assert ext.grow("%d %d %d" % (k, i, k) for k in range(7))[3] == "3 %d 3" % i
    got = ext.mix(lambda v: [v, i])
    assert len(got) == 4, got
    def f():
        ext.get().append("y%d" % i)
        ext.get().append(a)
    assert len(ext.expose(f)) == 3
    rows = ext.many(a)
    assert rows[5][0] is a
    del rows[3:]
print("done")
