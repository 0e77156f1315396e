import ext

bad = 0
for n in (10 ** k for k in range(12)):
    try:
        ext.check(n)
    except ValueError:
        bad += 1
print(bad)
