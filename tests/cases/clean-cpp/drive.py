import ext


def some(n):
    for k in range(n):
        yield "item %d" % k
    if n % 3 == 0:
        raise KeyError(n)


good = bad = 0
for n in range(60):
    try:
        good += len(ext.reversed(some(n)))
    except KeyError:
        bad += 1
print(good, bad)
