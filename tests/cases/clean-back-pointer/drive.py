import ext

orphans = 0
for n in range(80):
    root = ext.Node()
    child = root.add()
    grandchild = child.add()
    assert grandchild.parent() is child and child.parent() is root
    del root
    orphans += child.parent() is None
print(orphans)
