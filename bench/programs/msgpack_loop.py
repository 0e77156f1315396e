"""msgpack: Cython, packs and unpacks nested data; many objects are made and die."""
import sys

import msgpack


def main(rounds):
    total = 0
    for n in range(rounds):
        data = {"id": n, "name": "row %d" % n, "tags": ["a", "b", "c", n], "nested": {"x": 1.5, "y": [n] * 10, "z": None}}
        packed = msgpack.packb([data] * 20)
        total += len(packed) + len(msgpack.unpackb(packed))
    return total


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
