#!/usr/bin/env python3
"""The contract table: reads contracts/*.txt, checks it, and writes src/contract/table.inc.

usage: contracts.py check    [--dir DIR]            every row is well formed and true of the known names
       contracts.py generate [--dir DIR] [--out F]  writes the C table (src/contract/table.inc) and, without --dir and --out, docs/contracts*
       contracts.py verify   [--dir DIR] [--out F]  exit 1 where generating would change a byte
       contracts.py complete [--dir DIR] SYMBOLS    names without a row; SYMBOLS: lines "NAME VERSION"

The grammar is in docs/internals/contracts.md. A bad row is one line FILE:LINE: "WORD": what was expected, and
exit 2; nothing is written then: there is never a half-loaded table.
"""
import argparse
import difflib
import os
import re
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
OLDEST, NEWEST = (3, 8), (3, 15)
NEWEST_KNOWN = (3, 13)  # the newest version whose macros names.tsv lists completely; of functions it is NEWEST

# word -> (enum rs_argument_kind, enum rs_when)
KINDS = {
    "object": ("OBJECT", "ALWAYS"), "type": ("TYPE", "ALWAYS"),
    "acquire": ("ACQUIRE", "ALWAYS"), "acquire-on-success": ("ACQUIRE", "ON_SUCCESS"),
    "steal": ("STEAL", "ALWAYS"), "steal-on-success": ("STEAL", "ON_SUCCESS"),
    "steal-on-failure": ("STEAL", "ON_FAILURE"),
    "out": ("OUT", "ALWAYS"), "out-on-success": ("OUT", "ON_SUCCESS"),
    "out-borrowed": ("OUT_BORROWED", "ALWAYS"), "out-borrowed-on-success": ("OUT_BORROWED", "ON_SUCCESS"),
    "inout": ("INOUT", "ALWAYS"),
    "buffer-out": ("BUFFER_OUT", "ON_SUCCESS"), "buffer-drop": ("BUFFER_DROP", "ALWAYS"),
    "objects": ("OBJECTS", "ALWAYS"),
    "build": ("BUILD", "ALWAYS"), "build-on-success": ("BUILD", "ON_SUCCESS"), "parse": ("PARSE", "ALWAYS"), "printf": ("PRINTF", "ALWAYS"),
    "callback": ("CALLBACK", "ALWAYS"), "table": ("TABLE", "ALWAYS"),
}
FORMATS = ("build", "build-on-success", "parse", "printf")
RESULTS = ("void", "value", "null", "new", "borrowed", "forever", "argument", "unknown")
FLAGS = {
    "runs": "MAY_RUN", "releases": "MAY_RELEASE", "error": "SETS_ERROR", "miss": "MISS_IS_NULL",
    "noreturn": "NO_RETURN", "gil-release": "GIL_RELEASE", "gil-acquire": "GIL_ACQUIRE", "no-gil": "NO_GIL",
    "identity": "IDENTITY", "allocates": "ALLOCATES", "initialises": "INITIALISES",
    "deallocates": "DEALLOCATES", "unseen": "UNSEEN", "capsule": "CAPSULE",
}
CLAUSES = ("use", "twin", "note", "source", "at", "library", "makes", "needs")
TYPES = ("bool", "int", "float", "complex", "str", "bytes", "bytearray", "tuple", "list", "dict", "set", "frozenset", "type", "exception",
         "module", "capsule", "slice", "memoryview", "function", "method", "code")  # enum rs_contract_types, in its order
ROW_KINDS = ("macro", "slot", "entry")
VERSION = re.compile(r"3\.(\d+)\Z")
RANGE = re.compile(r"(3\.\d+)?\.\.(3\.\d+)?\Z")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")
RELEASES = re.compile(r"(\d+\.\d+)?\.\.(\d+\.\d+)?\Z")  # of a library
ENTRY = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*) (\d{1,4})\Z")


class BadRow(Exception):
    """What is wrong with a line: the offending word, what was expected instead."""

    def __init__(self, where, word, expected, words=()):
        near = difflib.get_close_matches(word, words, 1)
        text = '%s: "%s": %s' % (where, word, expected)
        super().__init__(text + (', nearest is "%s"' % near[0] if near else ""))


class Argument:
    def __init__(self, kind, name, count, nullable):
        self.kind, self.name, self.count, self.nullable = kind, name, count, nullable
        self.types, self.within, self.given = [], "", False  # what the clause needs: says of it

    def text(self):
        kind = self.kind + ("(%s)" % self.count if self.count else "")
        return (kind + " " if kind != "value" else "") + self.name + ("?" if self.nullable else "")


class Row:
    def __init__(self, where, header):
        self.where, self.header = where, header
        self.kind, self.name, self.args, self.result, self.origin, self.failure = "", "", [], "", "", None
        self.flags, self.since, self.until = set(), OLDEST, None
        self.clauses = {}
        self.measured = False
        self.exactly, self.types = False, []  # what the clause makes: says of the result
        self.library, self.releases = None, (None, None)  # of a library's table: its name, its first and last release
        self.table, self.entry = "", 0  # where a row of kind entry stands

    def covers(self, version):
        return self.since <= version and (self.until is None or version <= self.until)

    def key(self):
        return self.name, self.since, self.releases[0] or (0, 0)

    def digest(self):
        """Changes when what was measured changes: a mark of measured.tsv is bound to it."""
        text = "%s(%s) %s %s %s" % (self.name, ", ".join(a.text() for a in self.args), self.result, self.origin,
                                    self.failure)
        return "%08x" % zlib.crc32(text.encode())

    def position(self, name):
        """1-based position of an argument, 0 where there is none of that name."""
        names = [a.name for a in self.args]
        return names.index(name) + 1 if name in names else 0


def version_word(version):
    return "3.%d" % version[1]


def parse_version(where, word):
    m = VERSION.match(word)
    if not m or not OLDEST[1] <= int(m.group(1)) <= NEWEST[1]:
        raise BadRow(where, word, "a version from %s to %s was expected" % (version_word(OLDEST), version_word(NEWEST)))
    return 3, int(m.group(1))


def parse_argument(where, text):
    words = text.split()
    nullable = bool(words) and words[-1].endswith("?")
    if nullable:
        words[-1] = words[-1][:-1]
    if not 1 <= len(words) <= 2 or not (words[-1] == "..." or NAME.match(words[-1])):
        raise BadRow(where, text.strip() or ",", "an argument was expected: [KIND] NAME[?]")
    kind, count = "value", ""
    if len(words) == 2:
        m = re.match(r"([a-z-]+)(?:\((\w+)\))?\Z", words[0])
        kind, count = (m.group(1), m.group(2) or "") if m else (words[0], "")
        if kind not in KINDS:
            raise BadRow(where, words[0], "an argument kind was expected (%s)" % ", ".join(sorted(KINDS)), KINDS)
        if count and kind != "objects":
            raise BadRow(where, words[0], "only the kind objects has a count")
    return Argument(kind, words[-1], count, nullable)


def parse_arguments(row, text):
    if text.strip():
        row.args = [parse_argument(row.where, part) for part in text.split(",")]
    for i, arg in enumerate(row.args):
        if arg.name in [a.name for a in row.args[:i]]:
            raise BadRow(row.where, arg.name, "each argument has a name of its own")
        if arg.name == "..." and i != len(row.args) - 1:
            raise BadRow(row.where, "...", "it is the last argument")
        if arg.count and not row.position(arg.count):
            raise BadRow(row.where, arg.count, "the name of an argument was expected as count",
                         [a.name for a in row.args])
        if arg.kind == "objects" and not arg.count and arg.name != "...":
            raise BadRow(row.where, "objects", 'its count was expected: "objects(NAME)"')
        if arg.kind in FORMATS and row.args[-1].name not in ("...", "va"):
            raise BadRow(row.where, arg.kind, 'a last argument "..." or "va" was expected beside a format')


def parse_result(row, words):
    """Takes the result from the words behind "->"; the rest are flags and a range."""
    if not words:
        raise BadRow(row.where, row.name, 'a result was expected behind "->" (%s)' % ", ".join(RESULTS))
    word, slash, failure = words.pop(0).partition("/")
    if word not in RESULTS:
        raise BadRow(row.where, word, "a result was expected (%s)" % ", ".join(RESULTS), RESULTS)
    if slash and failure not in {"value": ("-2", "-1", "0"), "new": ("never",), "borrowed": ("never",),
                                 "forever": ("never",)}.get(word, ()):
        raise BadRow(row.where, word + slash + failure, "value/-1, value/-2, value/0, new/never, borrowed/never or forever/never was expected")
    row.result = word
    row.failure = {"": "never" if word in ("void", "value") else "0", "null": "null"}.get(failure, failure)
    if word == "null":
        row.failure = "null"
    if word in ("borrowed", "argument"):
        row.origin = words.pop(0) if words else ""
        if not row.position(row.origin):
            raise BadRow(row.where, row.origin, "the name of an argument was expected behind %s" % word,
                         [a.name for a in row.args])


def parse_words(row, words):
    ranged = False
    for word in words:
        m = RANGE.match(word)
        if m and word != ".." and not ranged:
            ranged = True
            row.since = parse_version(row.where, m.group(1)) if m.group(1) else OLDEST
            row.until = parse_version(row.where, m.group(2)) if m.group(2) else None
            if row.until and row.until < row.since:
                raise BadRow(row.where, word, "a range that ends before it starts; FIRST..LAST was expected")
        elif word in row.flags:
            raise BadRow(row.where, word, "the word stands twice")
        elif word in FLAGS:
            row.flags.add(word)
        else:
            raise BadRow(row.where, word, "a flag (%s) or a range (3.10.., ..3.9, 3.9..3.12) was expected"
                         % ", ".join(FLAGS), FLAGS)
    if "error" in row.flags and row.failure == "never" and row.result != "void":
        raise BadRow(row.where, "error", "a result that can fail was expected, this one never does")
    if row.kind == "macro" and "identity" in row.flags:
        raise BadRow(row.where, "identity", "a macro has no address")


def parse_row(where, header, line):
    row = Row(where, header)
    head, arrow, tail = line.partition("->")
    m = re.match(r"(?:(\w+)\s+)?([\w.]+)\s*\((.*)\)\s*\Z", head.strip())
    if not arrow or not m:
        raise BadRow(where, line.split()[0], "a row was expected: [macro|slot|entry] NAME(ARGUMENT, ...) -> RESULT WORD ...")
    row.kind, row.name = m.group(1) or "function", m.group(2)
    if m.group(1) and m.group(1) not in ROW_KINDS:
        raise BadRow(where, m.group(1), "macro, slot, entry or nothing was expected before the name", ROW_KINDS)
    if not NAME.match(row.name):
        raise BadRow(where, row.name, "a name was expected")
    if (row.kind == "slot") != (header == "slots"):
        raise BadRow(where, row.name, "rows of kind slot stand in slots.txt, and only they")
    parse_arguments(row, m.group(3))
    words = tail.split()
    parse_result(row, words)
    parse_words(row, words)
    return row


def release(word):
    """(major, minor) of "1.26", None for an open end."""
    return tuple(int(part) for part in word.split(".")) if word else None


def parse_releases(where, word):
    m = RELEASES.match(word)
    if not m or word == "..":
        raise BadRow(where, word, "releases of the library were expected (1.7.., ..1.26, 2.0..2.3)")
    first, last = release(m.group(1)), release(m.group(2))
    if first and last and last < first:
        raise BadRow(where, word, "a range that ends before it starts; FIRST..LAST was expected")
    return first, last


def parse_place(where, row, text):
    m = ENTRY.match(text)
    if not m:
        raise BadRow(where, text, "a table and a place in it were expected (numpy._ARRAY_API 93)")
    row.table, row.entry = m.group(1), int(m.group(2))


def parse_types(where, text):
    words = text.split("|")
    for word in words:
        if word not in TYPES:
            raise BadRow(where, word, "a type was expected (%s)" % ", ".join(TYPES), TYPES)
    return words


def parse_makes(where, row, text):
    """[exactly] TYPE{|TYPE}"""
    words = text.split()
    row.exactly = words[0] == "exactly"
    if len(words) != 1 + row.exactly:
        raise BadRow(where, words[-1], "one type was expected, or several with | between them")
    if row.result not in ("new", "borrowed", "forever"):
        raise BadRow(where, "makes", "only a result that is an object has a type")
    row.types = parse_types(where, words[-1])


def parse_needs(where, row, text):
    """ARGUMENT is TYPE{|TYPE}, ARGUMENT in ARGUMENT, ARGUMENT given; several with commas between them."""
    for part in text.split(","):
        words = part.split()
        if not ([w for w in words[1:2] if w in ("is", "in")] and len(words) == 3 or words[1:] == ["given"]):
            raise BadRow(where, words[0] if words else ",", "ARGUMENT is TYPE, ARGUMENT in ARGUMENT or ARGUMENT given was expected")
        for word in [words[0]] + ([words[2]] if words[1] == "in" else []):
            if not row.position(word):
                raise BadRow(where, word, "the name of an argument was expected", [a.name for a in row.args])
        arg = row.args[row.position(words[0]) - 1]
        if words[1] == "is":
            arg.types = parse_types(where, words[2])
        elif words[1] == "in":
            arg.within = words[2]
        else:
            arg.given = True
    if row.failure in ("never", "null"):
        raise BadRow(where, "needs", "a result that can fail was expected, this one never does")


def parse_clause(where, row, line):
    word, colon, text = line.strip().partition(":")
    if not colon or word not in CLAUSES:
        raise BadRow(where, word.split()[0], "a clause was expected (%s)" % ", ".join(c + ":" for c in CLAUSES), CLAUSES)
    if row is None:
        raise BadRow(where, word, "a row was expected before its clauses")
    if word in row.clauses:
        raise BadRow(where, word, "the clause stands twice")
    if not text.strip():
        raise BadRow(where, word, "a text was expected behind the colon")
    if word == "library" and not row.library:
        raise BadRow(where, word, "only the rows of a library's table have releases")
    if word == "at" and row.kind != "entry":
        raise BadRow(where, word, "only rows of kind entry stand in a table of functions")
    row.clauses[word] = text.strip()
    if word == "library":
        row.releases = parse_releases(where, text.strip())
    elif word == "at":
        parse_place(where, row, text.strip())
    elif word == "makes":
        parse_makes(where, row, text.strip())
    elif word == "needs":
        parse_needs(where, row, text.strip())


def parse_library(where, line, rows):
    """The name of the first line "library NAME" of a table that is not CPython's."""
    words = line.split()
    if rows:
        raise BadRow(where, "library", "it stands before the first row")
    if len(words) != 2 or not NAME.match(words[1]):
        raise BadRow(where, words[-1], "one name was expected: library NAME")
    return words[1]


def parse_file(path):
    rows, header, library = [], os.path.basename(path)[:-4], None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            where, line = "%s:%d" % (path, number), line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if line[0].isspace():
                parse_clause(where, rows[-1] if rows else None, line)
                continue
            if line.split()[0] == "library":
                library = parse_library(where, line, rows)
                continue
            row = parse_row(where, header, line)
            row.library = library
            if rows and row.key() < rows[-1].key():
                raise BadRow(where, row.name, 'rows are sorted by name and version; it belongs before "%s"' % rows[-1].name)
            rows.append(row)
    return rows


def read_names(directory):
    """names.tsv: NAME, versions that export it, versions whose headers offer it as macro or inline function."""
    names = {}
    with open(os.path.join(directory, "names.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                name, exported, inline = line.rstrip("\n").split("\t")
                names[name] = [{(3, int(v)) for v in part.split(",") if v} for part in (exported, inline)]
    return names


def check_against_names(row, names):
    """The row speaks of a known name, in versions that know it: a range that is too long would be a false promise."""
    if row.kind in ("slot", "entry") or row.library:
        return
    if row.name not in names:
        raise BadRow(row.where, row.name, "a name that exists in a known CPython was expected (contracts/names.tsv)", names)
    exported, inline = names[row.name]
    have = exported if row.kind == "function" else inline
    if not have:
        raise BadRow(row.where, row.name, "it is known as a %s" % ("macro" if inline else "function"))
    newest = NEWEST if row.kind == "function" else max(NEWEST_KNOWN, max(have))
    for minor in range(row.since[1], (row.until or newest)[1] + 1):
        if (3, minor) not in have:
            raise BadRow(row.where, row.name, "a range without 3.%d was expected, which has no such %s (there in %s)" % (
                minor, row.kind, ", ".join(version_word(v) for v in sorted(have))))


def check_overlaps(rows):
    seen = {}
    for row in rows:
        for other in seen.setdefault(row.name, []):
            apart = (row.releases[0] and other.releases[1] and other.releases[1] < row.releases[0]
                     or other.releases[0] and row.releases[1] and row.releases[1] < other.releases[0])
            if not apart and (other.until is None or row.since <= other.until) and (row.until is None or other.since <= row.until):
                raise BadRow(row.where, row.name, "a second row for the same versions; the first is at %s" % other.where)
        seen[row.name].append(row)


def check_clauses(rows):
    known = {row.name for row in rows}
    for row in rows:
        if row.kind == "entry" and not row.table:
            raise BadRow(row.where, row.name, 'its place was expected: "at: TABLE INDEX"')
        for clause in ("twin", "use"):
            word = row.clauses.get(clause, "").split(" ")[0]
            if row.kind != "slot" and re.match(r"_?Py", word) and word not in known:
                raise BadRow(row.where, word, "the name of a row was expected behind %s:" % clause, known)


def pair_twins(rows):
    """A macro's row names its function; the function's row then names the macro, unless it says something else."""
    table = {}
    for row in rows:
        table.setdefault(row.name, []).append(row)
    for row in rows:
        if row.kind == "macro" and "twin" in row.clauses:
            for other in table[row.clauses["twin"]]:
                other.clauses.setdefault("twin", row.name)


def read_marks(directory):
    """measured.tsv, written by tools/measure_contracts.py: NAME, digest, versions confirmed on success, on failure."""
    path, marks = os.path.join(directory, "measured.tsv"), set()
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                fields = line.rstrip("\n").split("\t")
                if not line.startswith("#") and len(fields) == 4 and (fields[2] or fields[3]):
                    marks.add((fields[0], fields[1]))
    return marks


def load(directory):
    """All rows, sorted; raises BadRow for the first line that is wrong."""
    names, rows = read_names(directory), []
    for entry in sorted(os.listdir(directory)):
        if entry.endswith(".txt"):
            rows += parse_file(os.path.join(directory, entry))
    for row in rows:
        check_against_names(row, names)
    rows.sort(key=lambda r: r.key())
    check_overlaps(rows)
    check_clauses(rows)
    pair_twins(rows)
    marks = read_marks(directory)
    for row in rows:
        row.measured = (row.name, row.digest()) in marks
    return rows


def missing_names(rows, lines):
    """The "NAME VERSION" lines that no row of kind function covers."""
    table = {}
    for row in rows:
        table.setdefault(row.name, []).append(row)
    out = []
    for line in lines:
        if line.strip():
            name, version = line.split()
            v = tuple(int(x) for x in version.split(".")[:2])
            if not any(r.covers(v) for r in table.get(name, ())):
                out.append(line.strip())
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("check", "generate", "verify", "complete"))
    parser.add_argument("symbols", nargs="?")
    parser.add_argument("--dir", default=os.path.join(ROOT, "contracts"))
    parser.add_argument("--out", default=os.path.join(ROOT, "src", "contract", "table.inc"))
    args = parser.parse_args()
    try:
        rows = load(args.dir)
    except (BadRow, OSError) as e:
        print(e, file=sys.stderr)
        return 2
    if args.verb == "check":
        print("%d rows, %d measured" % (len(rows), sum(r.measured for r in rows)))
        return 0
    if args.verb == "complete":
        with (open(args.symbols, encoding="utf-8") if args.symbols else sys.stdin) as f:
            missing = missing_names(rows, f)
        print("\n".join(missing + ["%d without a row" % len(missing)]))
        return 1 if missing else 0
    import contracts_emit
    text = contracts_emit.table(rows)
    if args.verb == "generate":
        with open(args.out, "w", encoding="utf-8") as f:
            f.write(text)
        if args.dir == parser.get_default("dir") and args.out == parser.get_default("out"):
            import contracts_page
            import contracts_totals
            contracts_page.write(rows, args.dir)
            contracts_totals.write()
        return 0
    with open(args.out, encoding="utf-8") as f:
        same = f.read() == text
    if not same:
        print("%s is stale: run tools/contracts.py generate" % args.out, file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
