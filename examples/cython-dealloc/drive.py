import view

pages = [["line %d.%d" % (page, n) for n in range(5)] for page in range(40)]
seen = 0
for page in pages:
    seen += len(view.View(page, 1, 3).items())
print(seen, "lines")
