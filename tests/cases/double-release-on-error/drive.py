import ext


class Mute:
    def __add__(self, other):
        return self

    def __str__(self):
        raise ValueError("no text")


kept = [Mute() for n in range(8)]
for mute in kept:
    try:
        ext.doubled(mute)
    except ValueError:
        pass
print(ext.doubled(21), len(kept))
