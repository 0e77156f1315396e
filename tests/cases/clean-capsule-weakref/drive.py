import ext


class Thing:
    pass


gone = []
for n in range(40):
    capsule = ext.wrapped(["value", n])
    assert ext.unwrapped(capsule) == ["value", n]
    del capsule
    thing = Thing()
    assert ext.alive(thing, gone.append)
    del thing
    print(ext.reversed_bytes(b"bytes %d" % n), ext.reversed_bytes(bytearray(3)), ext.joined([n, "x", [n]]))
print(len(gone))
