import ext

print(sum(len(ext.rows(5)) for n in range(50)))
