import ext

for n in range(30):
    assert ext.average([1, 2, n]) == (3 + n) / 3
    try:
        ext.average([1.0] * 20 + ["none"])
    except TypeError:
        pass
    assert ext.encoded("a text of some length, %d" % n) == len("a text of some length, %d" % n)
    assert ext.wide("wide") == 4
print("done")
