import ext, gc, weakref
for i in range(200):
    ps = [ext.make([i, k]) for k in range(5)]
    assert ps[2].a == [i, 2]
    del ps[1:3]
    p = ext.make(ps)
    for k in range(3):
        z = ext.Z()
        w = weakref.ref(z)
        del z
        f = ext.F()
        del f
    class G(ext.F):
        def __del__(self):
            global g
            g = self
    x = G(); del x
    zs = ext.take()
    del zs
    gc.collect() if i % 50 == 0 else None
print("done")
