import ext

for n in range(10):
    d = {k: ["value", k, n] for k in range(5)}
    print(ext.count_true(d))
    d.clear()
