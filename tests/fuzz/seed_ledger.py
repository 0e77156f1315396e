"""seed_ledger.py OUT COUNT: records of every kind (src/wire/recording.h) with plausible contents, for fuzz_ledger to mutate."""
import random
import struct
import sys

(PAD, THREAD, MODULE, TYPE, OBJECT, FREE, DEATH, ENTER, CALL, LEAVE, ENTRY, EXIT, ROLE, CODE, LIVE, CENSUS, POISON, WITNESS, FAULT, PYFRAME,
 STACK, FORK, PYTHON, LIMIT, BASE, FINALIZE, GIL, TRAVERSE, UNVISITED) = range(29)
OBJECTS = [0x800000 + 0x40 * n for n in range(24)] + [0x200900]
TYPES = [0x200100 + 0x100 * n for n in range(4)]
CODES = [0x900000, 0x900100]
FLAGS = [0, 0, 1, 2, 4, 8, 16, 16, 20, 32, 64, 128]
CONTRACTS = 1500  # the first rows of the table: of all sorts


def record(kind, a, b=0, words=(), text=None):
    words = list(words)
    body = struct.pack("<%dQ" % len(words), *words)
    if text is not None:
        body += struct.pack("<Q", len(text)) + text
    body += b"\0" * (-len(body) % 16)
    return struct.pack("<QII", a, 0x80000000 | kind << 16 | 1 + len(body) // 16, b & 0xffffffff) + body


def word(draw):
    return draw.choice(OBJECTS) | draw.choice([0, 1, 2, 0xfe, 0xff]) << 48 | draw.choice(FLAGS) << 56


def words(draw):
    return [word(draw) for _ in range(draw.randrange(4))]


def module(number, family):
    text = 0x10000 + 0x20000 * number
    path = b"/x/module%d.so" % number
    head = struct.pack("<QII", text, 0x80000000 | MODULE << 16 | 7, number)
    body = struct.pack("<4Q8I", text, text + 0x10000, 0, 0, 0, 100, family, 0, 100, 0, 0, len(path)) + path
    body += b"\0" * (16 * 6 - len(body))
    return head + body


def opening():
    yield record(THREAD, 77)
    yield record(PYTHON, 0x030b, 0, text=b"3.11")
    yield module(0, 1)
    yield module(1, 2)
    for n, address in enumerate(TYPES):
        yield record(TYPE, address, [1 << 31, 1 << 28, 1 << 9, 1 << 30][n], [16, TYPES[0]], b"type%d" % n)
    for address in CODES:
        yield record(CODE, address, 10, [1, 4, 2], b"fm.py\1\2")
    yield record(ROLE, 0x10100, 40, [TYPES[2], 0], b"Thing.method")


def rare(draw):
    return draw.choice([
        lambda: record(DEATH, draw.choice(OBJECTS)),
        lambda: record(LIVE, draw.choice(OBJECTS), draw.randrange(5), [draw.randrange(4), 0]),
        lambda: record(BASE, OBJECTS[-1], draw.randrange(9), [draw.randrange(9), 0]),
        lambda: record(POISON, draw.choice(OBJECTS), -1),
        lambda: record(WITNESS, draw.choice(OBJECTS), 0, [draw.choice(OBJECTS + CODES), draw.randrange(1, 3)]),
        lambda: record(TRAVERSE, draw.choice(OBJECTS), 1, [2, draw.choice(OBJECTS), TYPES[2], 0]),
        lambda: record(UNVISITED, draw.choice(OBJECTS), 0, [draw.choice(OBJECTS), TYPES[2]]),
        lambda: record(LIMIT, 1, 0, text=b"limit %d" % draw.randrange(3)),
        lambda: record(THREAD, draw.choice([77, 78])),
        lambda: record(CENSUS, draw.randrange(2)),
        lambda: record(FREE, draw.choice(CODES)),
        lambda: record(FAULT, 0x123, 11, [0x10100, 0x7ff0, draw.choice(OBJECTS), 77] + [0] * 16),
        lambda: record(PYFRAME, draw.choice(CODES), 8),
        lambda: record(STACK, 0x7ff0, 0, text=b"stack bytes"),
        lambda: record(FINALIZE, 0),
    ])()


def stream(draw, count):
    frames, sp = [], 0x7ff00000
    for _ in range(count):
        what = draw.randrange(20)
        if what < 7:
            yield struct.pack("<QII", draw.choice(OBJECTS), draw.randrange(64), draw.choice([0, 1, 2, 3, 9, 0x2DDDDDDD]))
        elif what < 9:
            yield record(OBJECT, draw.choice(OBJECTS), draw.randrange(4), [draw.choice(TYPES), draw.choice([0, 64])])
        elif what < 11:
            yield record(CALL, 0x10100 + draw.randrange(64), sp, [draw.randrange(CONTRACTS) | draw.randrange(2) << 32, 0] + words(draw))
        elif what < 15 and len(frames) < 12:
            sp -= 0x40
            kind = draw.choice([ENTER, ENTRY])
            frames.append(kind)
            head = [draw.randrange(CONTRACTS)] + ([draw.choice(CODES)] if kind == ENTRY else [])
            yield record(kind, 0x10100 + draw.randrange(64), sp, head + words(draw))
        elif what < 18 and frames:
            kind = frames.pop()
            yield record(LEAVE if kind == ENTER else EXIT, 0, sp, [draw.randrange(8) << 32] + words(draw))
            sp += 0x40
        elif what == 18:
            yield record(FREE, draw.choice(OBJECTS))
        else:
            yield rare(draw)


def main():
    with open(sys.argv[1], "wb") as out:
        for part in opening():
            out.write(part)
        for part in stream(random.Random(11), int(sys.argv[2])):
            out.write(part)


if __name__ == "__main__":
    main()
