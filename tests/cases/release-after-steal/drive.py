import ext

print(sum(len(ext.squares(3)) for n in range(40)))
