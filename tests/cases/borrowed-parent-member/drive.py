import ext

for n in range(100):
    sheet = ext.Sheet("sheet %d" % n)
    cell = ext.Cell(sheet, n)
    assert cell.title() == "sheet %d" % n
    del sheet
    assert cell.title() == "sheet %d" % n
print("done")
