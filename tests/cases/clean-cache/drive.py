import ext


def refuse(n):
    raise ValueError("no %d" % n)


seen = []
for n in range(100):
    ext.remember("key %d" % (n % 9), "value %d" % n)
    seen.append(ext.set_callback(refuse if n % 2 else abs))
    seen.append(str(ext.call_back(n)))
    ext.slot(n, ["slot", n])
print(len(seen), seen[-1])
