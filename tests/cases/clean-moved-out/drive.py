import ext
for i in range(200):
    sink = []
    d = ext.D(sink); d.add([i]); d.add("x%d" % i)
    del d
    assert sink == [[[i], "x%d" % i]]
    a, b, c = ext.move()
    assert c == "m2"
    assert ext.steal_back() == "s2"
    try:
        ext.fail()
    except ValueError as e:
        assert e.args == ("f1", [])
print("done")
