import ext

made = 0
for n in range(60):
    label = "label %d" % n
    tag = ext.Tag(label)
    del tag
    made += 1
print(made)
