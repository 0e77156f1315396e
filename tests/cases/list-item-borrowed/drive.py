import ext
for i in range(200):
    d = {"x": i * 1.5, "y": [i]}
    assert ext.snapshot(d) == [i * 1.5, [i]]
    assert ext.snapshot(d) == [i * 1.5, [i]]
