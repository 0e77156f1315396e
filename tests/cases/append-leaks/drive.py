import ext

print(sum(len(ext.columns(5)) for n in range(50)))
