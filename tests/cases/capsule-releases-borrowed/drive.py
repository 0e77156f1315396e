import ext
for i in range(200):
    owner = ["owner", i]
    cap = ext.make(owner)
    assert ext.owner(cap) is owner
    del cap
