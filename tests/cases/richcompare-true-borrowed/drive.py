import ext

a, b = ext.Box(), ext.Box()
print(sum(a == b for n in range(60)))
