import ext

words = [["a"] * (n % 4) for n in range(12)]
print(len(ext.longest(*words)))
words.clear()
