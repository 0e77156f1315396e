import ext

print(sum(ext.describe("x" * n)["length"] for n in range(50)))
