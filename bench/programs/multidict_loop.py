"""multidict: hand-written C, many short calls, each with a few reference counts."""
import sys

from multidict import CIMultiDict, MultiDict


def main(rounds):
    total = 0
    for n in range(rounds):
        headers = CIMultiDict([("Accept", "a"), ("Host", "h%d" % n), ("accept", "b"), ("X-Number", str(n))])
        for _ in range(20):
            total += len(headers.getall("ACCEPT")) + len(headers["host"])
            headers.add("cookie", "c%d" % n)
        total += len(MultiDict(headers)) + len(list(headers.items()))
        headers.popall("cookie")
    return total


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
