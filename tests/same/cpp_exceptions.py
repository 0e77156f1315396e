# uses: throwing
# everywhere
# A thousand C++ exceptions through patched frames, with Python functions between them.
import throwing

items = ["item %d" % n for n in range(11)]
caught = returned = 0


def angry(item):
    if item.endswith("0") or item.endswith("5"):
        raise LookupError(item)
    return item


def nested(item):
    try:
        return throwing.dive(items, 5, angry)
    except LookupError as error:
        raise KeyError(str(error)) from error


for n in range(500):
    for function in (angry, nested):
        try:
            returned += throwing.dive(items[n % 7:] or items, n % 23, function)
        except LookupError:
            caught += 1
print(caught, returned)
