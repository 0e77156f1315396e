import ext


class Whole:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value + 10 ** 6


bad = good = 0
for n in range(60):
    try:
        ext.pair(Whole(n), n if n % 3 else 0.5)
        good += 1
    except TypeError:
        bad += 1
print(good, bad)
