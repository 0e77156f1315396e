import ext

print([ext.total([n, n + 1, n + 2]) for n in range(500, 540)][-1])
