"""Python code alone: dicts, strings, sorting, classes; no extension module beyond the interpreter."""
import sys


class Shelf:
    def __init__(self):
        self.books = {}

    def put(self, title, pages):
        self.books.setdefault(title[:3], []).append((pages, title))

    def longest(self):
        return sorted(max(books) for books in self.books.values())


def main(rounds):
    total = 0
    for n in range(rounds):
        shelf = Shelf()
        for k in range(400):
            shelf.put("%d of %d" % (k * 7919 % 1000, n), k)
        total += sum(pages for pages, _ in shelf.longest())
    return total


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
