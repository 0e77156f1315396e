import rows

for n in range(100):
    values = ["cell %d.%d" % (n, column) for column in range(4)]
    row = rows.fill(values, 5)
    assert row[:4] == values
print("last row:", row)
