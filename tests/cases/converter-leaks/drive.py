import ext

print(sum(ext.path_length("/some/path/%d" % n) for n in range(40)))
