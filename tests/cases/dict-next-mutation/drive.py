import ext
for i in range(200):
    d = {k: [k, i] for k in range(4)}
    def f(k):
        d[k] = None
        return k == 2
    got = ext.each(d, f)
    assert len(got) == 1
