import ext

for n in range(50):
    print(ext.call_all(lambda: [n], dict, lambda: "x" * n, first=[n], other=n))
    print(ext.merged({"a": n, "b": [n]}, rest={"b": 1, "c": {}}), ext.merged({}))
    print(ext.hollow([["item", n], 2], list.clear))
    try:
        ext.hollow([[n]], lambda x: x.missing)
    except AttributeError:
        pass
