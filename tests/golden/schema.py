#!/usr/bin/env python3
"""Holds JSON reports to the tables of docs/report-schema.md: field names and types, both ways.

usage: schema.py FILE...     prints what is wrong with each report; status 1 if anything is

Each "## Name" of the document with a table defines a type. A field's type is `integer`, `number`, `string`, `boolean`,
`null`, `list of X`, another table's name, or words in backquotes that the string must be one of, joined by "or".
"""
import json
import os
import re
import sys

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "report-schema.md")
PLAIN = {
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
}


def read_tables(path=DOCUMENT):
    """Type name -> {field: type expression}."""
    tables, name = {}, None
    with open(path, encoding="utf-8") as f:
        for line in f:
            heading = re.match(r"## (\w+)\s*$", line)
            row = re.match(r"\| `(\w+)` \| ([^|]+) \|", line)
            if line.startswith("## "):
                name = heading.group(1) if heading else None
            elif row and name:
                tables.setdefault(name, {})[row.group(1)] = row.group(2).strip()
    return tables


TABLES = read_tables()


def check_one(value, kind, where):
    """Complaints about a value against one alternative of a type."""
    if kind.startswith("`"):
        return [] if value == kind.strip("`") else ["%s: %r, expected %s" % (where, value, kind)]
    if kind in PLAIN:
        return [] if PLAIN[kind](value) else ["%s: %r, expected %s" % (where, value, kind)]
    if kind.startswith("list of "):
        if not isinstance(value, list):
            return ["%s: %r, expected a list" % (where, value)]
        return [c for i, v in enumerate(value) for c in check(v, kind[8:], "%s[%d]" % (where, i))]
    return check_object(value, TABLES[kind], where)


def check_object(value, table, where):
    if not isinstance(value, dict):
        return ["%s: %r, expected an object" % (where, value)]
    wrong = ["%s.%s: not in docs/report-schema.md" % (where, f) for f in value if f not in table]
    wrong += ["%s.%s: missing" % (where, f) for f in table if f not in value]
    for field, kind in table.items():
        if field in value:
            wrong += check(value[field], kind, "%s.%s" % (where, field))
    return wrong


def check(value, kind, where):
    """Complaints about a value against a type; none where one of the alternatives fits."""
    tries = [check_one(value, alternative.strip(), where) for alternative in kind.split(" or ")]
    return min(tries, key=len) if all(tries) else []


def complaints(report):
    wrong = check_object(report, TABLES["Report"], "report")
    ids = [f.get("id") for f in report.get("findings", ())]
    if ids != list(range(1, len(ids) + 1)):
        wrong.append("report.findings: ids are %s, expected 1, 2, ..." % ids)
    return wrong


def main():
    bad = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            for text in complaints(json.load(f)):
                print("%s: %s" % (path, text))
                bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
