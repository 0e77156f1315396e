import tally

counts = {}
for visit in range(300):
    page = "page-%d" % (visit % 7)
    tally.add(counts, page)
print(len(counts), "pages,", sum(counts.values()), "visits")
