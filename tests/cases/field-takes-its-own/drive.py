import ext


class Parent:
    kind = ["the kind"]


for n in range(60):
    ext.Wrapper(Parent)
print("done")
