import ext

good = bad = 0
for n in range(40):
    try:
        ext.width(10 ** (n % 10) * 7)
        good += 1
    except ValueError:
        bad += 1
print(good, bad)
