import ext

print(sum(len(ext.days(2001 + n % 20)) for n in range(50)))
