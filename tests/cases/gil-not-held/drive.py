import ext

total = 0
for n in range(50):
    total += len(ext.longest([bytes(k) for k in range(1, 9)]))
print(total)
