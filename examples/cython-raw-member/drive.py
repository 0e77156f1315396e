import cursor


def open_table(n):
    return cursor.Cursor([["row %d.%d" % (n, k)] for k in range(3)])


seen = 0
for n in range(50):
    walker = open_table(n)
    seen += walker.next() == ["row %d.0" % n]
print(seen, "of 50 rows")
