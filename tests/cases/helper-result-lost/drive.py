import ext

for n in range(30):
    assert ext.describe([n])[0] == [n]
    assert ext.name([n]) == "list"
print("done")
