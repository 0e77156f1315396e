#!/usr/bin/env python3
"""Writes docs/contracts.html: the whole contract table as one page that needs no server and nothing else.

usage: contracts_page.py [--check] [--out FILE]     --check: exit 1 where writing would change a byte

The page is complete without its script, which only hides rows: a browser without JavaScript shows all of them.
"""
import argparse
import html
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
import contracts

OUT = os.path.join(ROOT, "docs", "contracts.html")
TAKES = ("steal", "steal-on-success", "steal-on-failure", "inout", "buffer-drop", "build", "build-on-success")
GIVES = ("out", "out-on-success", "acquire", "acquire-on-success", "buffer-out", "inout")
LENDS = ("out-borrowed", "out-borrowed-on-success", "parse")
WHEN = {"steal": "steals %s", "steal-on-success": "steals %s on success", "steal-on-failure": "steals %s on failure",
        "inout": "replaces what %s holds", "buffer-drop": "gives up what %s holds", "build": "steals the objects of N in %s",
        "build-on-success": "steals the objects of N in %s on success", "out": "fills %s, new", "out-on-success": "fills %s on success, new",
        "acquire": "one more reference to %s", "acquire-on-success": "one more reference to %s on success", "buffer-out": "fills %s",
        "out-borrowed": "fills %s, borrowed", "out-borrowed-on-success": "fills %s on success, borrowed", "parse": "fills what %s names, borrowed"}
RESULTS = {"void": "nothing", "value": "no object", "null": "NULL every time", "new": "new", "forever": "borrowed for ever",
           "unknown": "may be new"}
STYLE = """
:root{--ink:#1d2126;--soft:#5b6570;--line:#d9dee3;--back:#fff;--head:#f5f7f9;--take:#a11d2b;--give:#10633a;--lend:#7a4d00}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#9aa5b0;--line:#343b43;--back:#16191d;--head:#1e2328;--take:#ff8a94;--give:#6ad39c;--lend:#e9b25e}}
*{box-sizing:border-box}
body{margin:0;font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--back)}
header{padding:1.2rem 1.5rem .4rem;max-width:72rem}
h1{font-size:1.5rem;margin:0 0 .3rem}
p{margin:.3rem 0;color:var(--soft)}
form{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;padding:.6rem 1.5rem;height:auto;background:var(--back);border-bottom:1px solid var(--line)}
input[type=search]{font:inherit;width:17rem;max-width:100%;padding:.35rem .6rem;border:1px solid var(--line);border-radius:.4rem;background:var(--head);color:inherit}
select{font:inherit;padding:.3rem;border:1px solid var(--line);border-radius:.4rem;background:var(--head);color:inherit}
label{white-space:nowrap}
output{color:var(--soft);margin-left:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
th{background:var(--head);font-weight:600;white-space:nowrap}
td:first-child,th:first-child{padding-left:1.5rem}
td:first-child,th:first-child{width:38%;min-width:14rem;overflow-wrap:anywhere}
td:nth-child(2){min-width:10rem}
code{font:13.5px/1.4 ui-monospace,monospace}
code b{font-weight:650}
small{display:block;color:var(--soft);font-size:.85em;max-width:44rem}
.t{color:var(--take)}.g{color:var(--give)}.l{color:var(--lend)}
.n{white-space:nowrap}
tr[hidden]{display:none}
@media(max-width:78rem){
header,form{padding-left:1rem;padding-right:1rem}
h1{font-size:1.3rem}
form{position:static}
input[type=search]{width:100%}
select{flex:1 1 8rem;min-width:0}
output{margin-left:0;width:100%}
table,tbody,tr,td{display:block}
thead{display:none}
tr{padding:.7rem 1rem;border-bottom:1px solid var(--line)}
td,td:first-child,td:nth-child(2){width:auto;min-width:0;padding:.1rem 0;border:0;white-space:normal;overflow-wrap:anywhere}
td:empty{display:none}
td:nth-child(n+2){position:relative;padding-left:6.5rem}
td:nth-child(n+2)::before{position:absolute;left:0;color:var(--soft)}
td:nth-child(2)::before{content:"result"}
td:nth-child(3)::before{content:"references"}
td:nth-child(4)::before{content:"runs Python"}
td:nth-child(5)::before{content:"versions"}
td:nth-child(6)::before{content:"measured"}
}
"""
SCRIPT = """
(function(){
var rows=[].slice.call(document.querySelectorAll('tbody tr')),form=document.forms[0],count=form.querySelector('output');
var names=rows.map(function(r){return r.textContent.toLowerCase()});
function shown(r,i,f){
 if(f.words.some(function(w){return names[i].indexOf(w)<0}))return false;
 if(f.kind&&r.getAttribute('data-k')!==f.kind)return false;
 if(f.version&&(+r.getAttribute('data-s')>f.version||(+r.getAttribute('data-u')||99)<f.version))return false;
 var has=r.getAttribute('data-h')||'';
 return f.marks.every(function(m){return has.indexOf(m)>=0});
}
function look(){
 var f={words:form.q.value.toLowerCase().split(/\\s+/).filter(Boolean),kind:form.kind.value,version:+form.version.value,
  marks:[].slice.call(form.querySelectorAll('input:checked')).map(function(b){return b.value})},n=0;
 rows.forEach(function(r,i){var s=shown(r,i,f);r.hidden=!s;n+=s});
 count.textContent=n.toLocaleString('en')+' of '+rows.length.toLocaleString('en')+' rows';
 try{history.replaceState(null,'',f.words.length?'#'+encodeURIComponent(form.q.value):location.pathname)}catch(e){}
}
form.addEventListener('input',look);
form.addEventListener('submit',function(e){e.preventDefault()});
if(location.hash){form.q.value=decodeURIComponent(location.hash.slice(1))}
look();
})();
"""


def text(words):
    return html.escape(words, quote=False)


def minor(version):
    return version[1] if version else ""


def span(row):
    """Versions of Python, and of the library where it is another one's."""
    words = "3.8 on" if row.since == contracts.OLDEST and not row.until else "up to 3.%d" % row.until[1] if row.since == contracts.OLDEST else (
        "3.%d to 3.%d" % (row.since[1], row.until[1]) if row.until else "3.%d" % row.since[1] + " on")
    if row.until and row.since == row.until:
        words = "3.%d" % row.since[1]
    if row.library:
        first, last = ("%d.%d" % v if v else "" for v in row.releases)
        words = "%s %s" % (row.library, "%s to %s" % (first, last) if first and last else first + " on" if first else "up to " + last if last else "")
    return words.strip()


def signature(row):
    args = []
    for arg in row.args:
        mark = "t" if arg.kind in TAKES else "g" if arg.kind in GIVES else "l" if arg.kind in LENDS else ""
        name = text(arg.name) + ("?" if arg.nullable else "")
        args.append('<span class="%s">%s</span>' % (mark, name) if mark else name)
    prefix = {"function": "", "entry": ""}.get(row.kind, row.kind + " ")
    return "<code>%s<b>%s</b>(%s)</code>" % (prefix, text(row.name), ", ".join(args))


def result(row):
    if row.result == "borrowed":
        words = '<span class="l">borrowed from %s</span>' % text(row.origin)
    elif row.result == "argument":
        words = "%s itself" % text(row.origin)
    else:
        words = RESULTS[row.result]
        words = '<span class="%s">%s</span>' % ({"new": "g", "forever": "l"}[row.result], words) if row.result in ("new", "forever") else words
    if row.failure in ("never", "null"):
        return words
    bad = row.failure if row.result in ("value", "void") else "NULL"
    how = ", exception" if "error" in row.flags else ""
    return "%s<small>failing: %s%s%s</small>" % (words, bad, how, "; a miss too" if "miss" in row.flags and how else "; a miss" if "miss" in row.flags else "")


def effects(row):
    return "<br>".join('<span class="%s">%s</span>' % ("t" if a.kind in TAKES else "g" if a.kind in GIVES else "l", WHEN[a.kind] % text(a.name))
                       for a in row.args if a.kind in WHEN)


def runs(row):
    return "may release what is held" if "releases" in row.flags else "yes" if "runs" in row.flags else ""


def compact(versions):
    """"3.8-3.10, 3.12" of "3.8,3.9,3.10,3.12"."""
    runs_ = []
    for word in versions.split(","):
        major, number = word.split(".")
        if runs_ and runs_[-1][0] == major and int(number) == runs_[-1][2] + 1:
            runs_[-1][2] = int(number)
        else:
            runs_.append([major, int(number), int(number)])
    return ", ".join("%s.%d" % (m, a) if a == b else "%s.%d-%s.%d" % (m, a, m, b) for m, a, b in runs_)


def measured(row, marks):
    success, failure = marks.get((row.name, row.digest()), ("", ""))
    if not success and not failure:
        return ""
    return (compact(success) if success else "") + ("<small>failing: %s</small>" % compact(failure) if failure else "")


def notes(row):
    parts = []
    if row.clauses.get("use"):
        parts.append("better: <code>%s</code>" % text(row.clauses["use"]))
    if row.table:
        parts.append("place %d of <code>%s</code>" % (row.entry, text(row.table)))
    if row.clauses.get("twin"):
        parts.append("%s <code>%s</code>" % ("id" if row.kind == "slot" else "twin", text(row.clauses["twin"].replace("|", " | "))))
    if row.clauses.get("note"):
        parts.append(text(row.clauses["note"]))
    return "<small>%s</small>" % "<br>".join(parts) if parts else ""


def has(row):
    words = ["s"] if any(a.kind in TAKES for a in row.args) else []
    words += ["b"] if row.result in ("borrowed", "forever") or any(a.kind in LENDS for a in row.args) else []
    words += ["r"] if row.flags & {"runs", "releases"} else []
    return "".join(words)


def row_of(row, marks):
    attributes = ' data-k="%s" data-s="%s"' % ("entry" if row.library or row.table else row.kind, minor(row.since))
    attributes += ' data-u="%s"' % minor(row.until) if row.until else ""
    attributes += ' data-h="%s"' % has(row) if has(row) else ""
    cells = (signature(row) + notes(row), result(row), effects(row), runs(row), span(row), measured(row, marks))
    return "<tr%s>%s</tr>" % (attributes, "".join("<td>%s" % c if i < 3 else '<td class="n">%s' % c for i, c in enumerate(cells)))


def read_marks(directory):
    marks = {}
    with open(os.path.join(directory, "measured.tsv"), encoding="utf-8") as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if not line.startswith("#") and len(fields) == 4:
                marks[fields[0], fields[1]] = (fields[2], fields[3])
    return marks


def page(rows, marks):
    kinds = (("function", "functions"), ("macro", "macros and inline functions"), ("slot", "slots and callbacks"), ("entry", "numpy, datetime, Cython"))
    options = "".join('<option value="%s">%s' % k for k in kinds)
    versions = "".join('<option value="%d">3.%d' % (v, v) for v in range(contracts.OLDEST[1], contracts.NEWEST[1] + 1))
    boxes = "".join('<label><input type="checkbox" value="%s"> %s</label>' % b for b in
                    (("s", "steals a reference"), ("b", "lends a reference"), ("r", "may run Python code")))
    head = ("<th>Function", "<th>Result", "<th>What happens to references", "<th>Runs Python", "<th>Versions", "<th>Measured")
    body = "\n".join(row_of(r, marks) for r in sorted(rows, key=lambda r: (r.name.lstrip("_").lower(), r.name, r.since)))
    return """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>What each C-API function does to references</title>
<!-- Written by tools/contracts_page.py from contracts/; do not edit. -->
<style>%s</style>
<header>
<h1>What each C-API function does to references</h1>
<p>%s rows for CPython 3.8 to 3.15, numpy, datetime and Cython; %s of them were confirmed by calling the function and counting. Arguments in
<span class="t">red</span> pass to the function, those in <span class="g">green</span> come back as references that the caller owns, those in
<span class="l">brown</span> as borrowed ones; every other object is borrowed for the time of the call. A question mark: NULL is allowed.
"Measured" names the versions (of numpy: its releases) in which the row was confirmed on success and, below, on failure.</p>
</header>
<form>
<input type="search" name="q" placeholder="Name or words" aria-label="Name or words" autofocus>
<select name="kind" aria-label="Kind"><option value="">all kinds%s</select>
<select name="version" aria-label="Version"><option value="">all versions%s</select>
%s
<output></output>
</form>
<table>
<thead><tr>%s</tr></thead>
<tbody>
%s
</tbody>
</table>
<script>%s</script>
</html>
""" % (STYLE, "{:,}".format(len(rows)), "{:,}".format(sum(r.measured for r in rows)), options, versions, boxes, "".join(head), body, SCRIPT)


def write(rows, directory, path=OUT):
    with open(path, "w", encoding="utf-8") as f:
        f.write(page(rows, read_marks(directory)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", default=OUT)
    args = parser.parse_args()
    directory = os.path.join(ROOT, "contracts")
    try:
        rows = contracts.load(directory)
        if not args.check:
            write(rows, directory, args.out)
            return 0
        written = page(rows, read_marks(directory))
    except (contracts.BadRow, OSError) as e:
        print(e, file=sys.stderr)
        return 2
    with open(args.out, encoding="utf-8") as f:
        same = f.read() == written
    if not same:
        print("%s is stale: run tools/contracts_page.py" % args.out, file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
