import ext

for n in range(60):
    items = [["first", n], "second"]
    pair = ext.first_pair(items)
    assert pair[1] is items
    del pair
    items.clear()
print("done")
