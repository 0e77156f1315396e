import ext

kept = []
for n in range(120):
    p = ext.point("x%d" % n, "y%d" % n)
    kept.append(p.swap())
    if n % 5 == 0:
        kept.append(p)
print(len(kept), kept[-1])
