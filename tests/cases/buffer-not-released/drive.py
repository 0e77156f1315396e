import ext

print(sum(ext.checksum(bytearray(b"some data %d" % n)) for n in range(40)))
