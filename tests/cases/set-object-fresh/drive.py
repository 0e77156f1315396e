import ext

count = 0
for n in range(30):
    try:
        ext.refuse("x" * n)
    except KeyError:
        count += 1
print(count)
