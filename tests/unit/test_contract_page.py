#!/usr/bin/env python3
"""docs/contracts.html: up to date, every row in it, well formed, and nothing fetched from anywhere."""
import html.parser
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import contracts

OPEN_ENDED = {"meta", "input", "option", "th", "td", "html", "br", "p"}  # HTML lets their end tags out


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.names, self.bold = [], [], [], False

    def handle_starttag(self, tag, attrs):
        if any(name in ("src", "href", "action") for name, _ in attrs):
            self.wrong.append("line %d: <%s> fetches" % (self.getpos()[0], tag))
        if tag not in OPEN_ENDED:
            self.open.append(tag)
        self.bold = tag == "b"

    def handle_endtag(self, tag):
        if tag in OPEN_ENDED:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append("line %d: </%s> closes nothing" % (self.getpos()[0], tag))

    def handle_data(self, data):
        if self.bold:
            self.names.append(data)
        self.bold = False


def main():
    path = os.path.join(ROOT, "docs", "contracts.html")
    fresh = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "contracts_page.py"), "--check"], stderr=subprocess.PIPE, text=True)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    reader = Reader()
    reader.feed(text)
    wrong = reader.wrong + reader.open + re.findall(r"(?:https?:)?//\w[^\s<]*|@import|url\(", text)
    wrong += [fresh.stderr.strip()] if fresh.returncode else []
    names = sorted(reader.names)
    if names != sorted(row.name for row in contracts.load(os.path.join(ROOT, "contracts"))):
        wrong.append("%d names, not those of the table" % len(names))
    print("%d rows, wrong: %s" % (len(names), wrong[:10] or "nothing"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
