import ext

for n in range(50):
    print(sum(ext.walk([n, n + 1, 70000])), ext.longest(ext.walk(["a" * n, "bb", ["c"]])))
    w = [ext.walk((n, i)) for i in range(12)]
    next(w[0])
    print(ext.fast_sum(i * 1000 for i in range(n)))
    try:
        ext.longest([[1], 2, [3]])
    except TypeError:
        pass
    del w
