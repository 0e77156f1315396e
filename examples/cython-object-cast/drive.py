import words

total = 0
for line in range(200):
    total += len(words.split("line %d of the text" % line))
print(total, "words")
