import ext
for i in range(200):
    t = ext.Tick()
    assert type(t) is ext.Tick
    del t
