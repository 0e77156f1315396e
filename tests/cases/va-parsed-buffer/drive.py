import ext

for n in range(30):
    made = ext.fill(["first"], ["second", n], "third", n, bytearray(1000 + n))
    assert made[-1] == 1000 + n and made[-2] == ["second", n], made
print("done")
