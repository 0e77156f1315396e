import ext

print(sum(len(ext.zeros(5)) for n in range(50)))
