"""Runs inside the interpreter that is measured: calls each row's function by its cases and closes the books.

usage: worker.py DRIVER_FOLDER ROWS.json [LIBRARY]    prints one JSON object: name -> what was seen

Each measurement has a process of its own (fork), since a wrong row corrupts the interpreter. Must run on 3.8.
Letters of the driver's arguments: i integer, d double, s C string, m zeroed memory, M memory of PyObject_Malloc, v array
of objects, o object, V start of a va_list, e pending exception, S stolen, T stolen on success, F stolen on failure, a acquired, O out, P out on success, b out
borrowed, c out borrowed on success, x in-out (X: the only reference), B buffer out, R buffer dropped.
"""
import json
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LETTERS = {"object": "o", "type": "o", "steal": "S", "steal-on-success": "T", "steal-on-failure": "F", "acquire": "a",
           "out": "O", "out-on-success": "P", "out-borrowed": "b", "out-borrowed-on-success": "c", "inout": "x",
           "buffer-out": "B", "buffer-drop": "R"}
IMPLIED = ("out", "out-on-success", "out-borrowed", "out-borrowed-on-success", "buffer-out")
SECONDS, SECONDS_ASLEEP = 4, 30
MEMORY_STEPS, FAILURES = 40, 5


RESULT = "->"  # stands for the result among the names of arguments


def specs_of(row, values, things):
    """The driver's specs for one call, each with the argument that it belongs to as a third item, which the driver does
    not read; values are the case's, those of out-parameters left out."""
    specs, values = [], list(values)
    for kind, name in row["args"]:
        begun = len(specs)
        if name == "TYPE":
            values.pop(0)
        elif name in ("...", "va"):
            if name == "va":
                specs.append(("V", None))
            for value in values:
                specs.append(variadic(kind, value, things))
            if kind == "objects" and not row["counted"]:
                specs.append(("i", 0))
            values = []
        elif kind in IMPLIED:
            specs.append((LETTERS[kind], None))
        elif isinstance(values[0], things.Pair):
            specs += [("d", v) for v in values.pop(0).values]
        else:
            specs.append(spec(kind, values.pop(0), things))
        specs[begun:] = [s + (name,) for s in specs[begun:]]
    if values:
        raise TypeError("arguments left over")
    return specs


def spec(kind, value, things):
    if value is things.NULL:
        return ("x", None) if kind == "inout" else ("i", 0)
    if kind == "objects":
        return "v", value
    if isinstance(value, things.Sole):
        return "X", value.value
    if kind in LETTERS:
        return LETTERS[kind], value
    return things.c_value(value)


def variadic(kind, value, things):
    if kind == "objects":
        return "o", value
    if isinstance(value, things.Given):
        return "S", value.value
    if value is things.OUT:
        return "c", None
    return things.c_value(value) if things.is_c_value(value) else ("o", value)


def result_of(row):
    """(letter, failure) for the driver."""
    if row["result"] == "new":
        return "N", 0
    if row["result"] in ("borrowed", "forever"):
        return "B", 0
    if row["result"] == "argument":
        return ("I" if "initialises" in row["flags"] else "A"), 0
    if row["result"] in ("null", "unknown"):
        return "i", 0
    if row["result"] == "void":
        return ("W" if "error" in row["flags"] else "V"), None
    return ("d" if row["double"] else "i"), None if row["failure"] == "never" else int(row["failure"])


def in_child(work):
    """What work returned (a JSON value), or ["crash", how]."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        for number in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(SECONDS_ASLEEP)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        os.dup2(os.open(os.devnull, os.O_RDWR), 2)
        os.dup2(2, 1)
        try:
            answer = work()
        except BaseException as e:
            answer = ["raised", "%s: %s" % (type(e).__name__, e)]
        os.write(w, json.dumps(answer).encode())
        os._exit(0)
    os.close(w)
    data = b""
    while True:
        chunk = os.read(r, 65536)
        if not chunk:
            break
        data += chunk
    os.close(r)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) or not data:
        return ["crash", "signal %d" % (status & 127)]
    return json.loads(data.decode())


def holds_here(versions):
    """Whether this interpreter is in "3.8..3.10", each end optional; "" is every version."""
    first, _, last = versions.partition("..")
    minor = [int(word.partition(".")[2]) if word else None for word in (first, last)]
    return (minor[0] is None or minor[0] <= sys.version_info[1]) and (minor[1] is None or sys.version_info[1] <= minor[1])


class Measurement:
    """One row with one way to call it. Behind "##" the case says what the interpreter keeps, as "object:references",
    "object:references@3.8..3.10" in those versions or "object:*" (cannot be told), and whether success comes with an exception ("raises"), the call is made with one
    set ("pending") or while one is handled ("handling")."""

    def __init__(self, driver, things, row, address, text, evil=-1, fail_at=-1):
        self.driver, self.things, self.row, self.address = driver, things, row, address
        self.text, _, kept = text.partition("##")
        self.evil, self.fail_at = evil, fail_at
        self.raises, self.pending, self.handling = (word in kept.split() for word in ("raises", "pending", "handling"))
        self.kept = dict(part.partition("@")[0].split(":") for part in kept.split() if ":" in part and holds_here(part.partition("@")[2]))

    def specs(self):
        values = list(eval("(%s,)" % self.text if self.text.strip() else "()", self.things.namespace))
        specs = specs_of(self.row, values, self.things)
        values = None
        if self.pending:
            specs.append(("e", self.things.Caught(self.things.Fails), ""))
        if self.evil >= 0:
            letter, _, name = specs[self.evil]
            specs[self.evil] = (letter, self.things.Evil(), name)
        return specs

    def letters(self):
        """The letters of the driver's arguments; empty where the case is not written for this version's signature."""
        answer = in_child(lambda: [letter for letter, _, _ in self.specs()])
        return [] if answer[:1] in (["crash"], ["raised"]) else answer

    def call(self, check, called=1):
        if not self.handling:
            return self.measure(check, called)
        try:
            raise self.things.Fails(self.things.T())
        except self.things.Fails:
            return self.measure(check, called)

    def measure(self, check, called):
        letter, failure = result_of(self.row)
        specs = self.specs()
        names = [name for _, _, name in specs] + [RESULT]
        *seen, places = self.driver.measure(self.address, specs, letter, failure, "miss" in self.row["flags"],
                                            self.fail_at if called else -1, check, called)
        return seen + [[names[place] for place in places]]

    def run(self, check, called=1):
        return in_child(lambda: self.call(check, called))

    def twice(self, check):
        """Where a second call gives the same object, it is held elsewhere, too: whether its count moves by what the row
        says. None where the second call gives another object."""
        def work():
            first, second = self.call(check), self.call(check)
            return [first[5] == second[5], second[6] - first[6], second[7]]
        answer = in_child(work)
        return answer[1] == answer[2] if answer[0] is True else None

    def dies_with_us(self, check, owned):
        """For what is in cycles of its own: it dies with our last reference, and not before."""
        answers = [self.run(check, 2)] + ([self.run(check, 3)] if owned else [])
        return [a[6] if len(a) > 6 else "crash" for a in answers] == [0, 1][:len(answers)]

    def error_of(self, check, seen):
        """How far the books of one object are off: 0, a number, a word, or None where it cannot be told (immortal)."""
        if seen[6] == -1:
            return None
        off, control = seen[6] - seen[7], self.run(check, 0)
        if control[0] in ("crash", "raised"):
            return "control %s" % control[1]
        if check < control[4]:
            return off - (control[6] - control[7])
        shared = self.twice(check)
        if shared is not None:
            return 0 if shared else off or "held elsewhere"
        return 0 if off == 0 or self.dies_with_us(check, seen[7] - 1) else off

    def judge(self):
        """{"outcome": success|failure|crash|raised, "off": [[object, error]], "exception": .., "immortal": n,
        "told": the arguments, and RESULT, whose counts were seen}"""
        seen = self.run(0)
        if seen[0] in ("crash", "raised"):
            return {"outcome": seen[0], "exception": seen[1]}
        out = {"outcome": "failure" if seen[0] else "success", "exception": seen[1], "off": [], "immortal": 0,
               "objects": seen[4], "told": []}
        out["missed"] = self.is_miss(seen)
        if seen[2]:
            out["off"].append(["result" if seen[2] == 2 else "out-parameter", "not written" if seen[2] == 1 else "no argument"])
        for check in range(seen[4]):
            seen = seen if check == 0 else self.run(check)
            if seen[0] in ("crash", "raised"):
                out["off"].append([check, seen[1]])
                continue
            off, kept = self.error_of(check, seen), self.kept.get(str(check), "0")
            if off is None or kept == "*":
                out["immortal"] += 1
                continue
            out["told"] += seen[8]
            if str(off) != (kept if out["outcome"] == "success" else "0"):
                out["off"].append([check, off])
        self.check_exception(out)
        return out

    def is_miss(self, seen):
        """Whether the result is the failure value where that comes without an exception: such a row fails in no other way."""
        failure = self.row["failure"]
        return "error" not in self.row["flags"] and failure not in ("never", "null") and seen[3] & 0xffffffff == int(failure) & 0xffffffff

    def check_exception(self, out):
        flags, raised = self.row["flags"], out["exception"] is not None
        if out["outcome"] == "failure" and "error" in flags and not raised:
            out["off"].append(["exception", "failure without an exception"])
        if out["outcome"] == "success" and raised and not (self.raises or self.pending or self.row["result"] in ("null", "void")):
            out["off"].append(["exception", "success with %s" % out["exception"]])


def failures(driver, things, row, address, good, bad):
    """Measurements that are likely to fail: the cases that say so, a vicious object in each place, no memory."""
    for text in bad:
        yield Measurement(driver, things, row, address, text)
    if row["failure"] in ("never", "null") and row["result"] != "void":
        return
    good = [text for text in good if not row["args"] or Measurement(driver, things, row, address, text).letters()]
    for text in good[:1] if row["checked"] else ():
        for i, letter in enumerate(Measurement(driver, things, row, address, text).letters()):
            if letter in "oSTF":
                yield Measurement(driver, things, row, address, text, evil=i)
    for text in good[:2]:
        crashes = 0
        for n in range(MEMORY_STEPS):
            m = Measurement(driver, things, row, address, text, fail_at=n)
            seen = m.run(0)
            if seen[0] in ("crash", "raised"):
                crashes += 1
                if crashes > 2:
                    break
                continue
            if not seen[0]:
                break
            if n < 2 or n % 4 == 0:
                yield m


def measure_row(driver, things, row, cases):
    import tables
    address = tables.address(row["table"], row["entry"]) if row["table"] else driver.address_of(row["name"])
    good, bad = cases.get(row["name"], ([], []))
    out = {"success": [], "failure": []}
    if not address:
        return {"unreachable": "no such symbol"}
    if not good and not bad:
        return {"unreachable": "no case"}
    for text in good:
        answer = Measurement(driver, things, row, address, text).judge()
        answer["case"] = text
        wanted = "failure" if row["result"] == "null" else "success"
        if answer.get("missed") and row["result"] != "value":
            out["failure"].append(answer)
            continue
        out["success" if answer["outcome"] == wanted else "other"] = out.get(
            "success" if answer["outcome"] == wanted else "other", []) + [answer]
        if answer.get("missed"):
            out["failure"].append(answer)
    kept = 0
    for m in failures(driver, things, row, address, good, bad):
        answer = m.judge()
        answer["case"] = "%s evil=%d fail_at=%d" % (m.text, m.evil, m.fail_at)
        crashed = m.text not in bad and any("signal" in str(off[1]) for off in answer.get("off", ()))
        if answer["outcome"] == "failure" and row["result"] != "null" and not crashed:
            out["failure"].append(answer)
            kept += 1
        if kept >= FAILURES:
            break
    return out


def main():
    sys.path[:0] = [sys.argv[1], HERE]
    import _rsmeasure
    import things
    import cases
    with open(sys.argv[2]) as f:
        rows = json.load(f)
    things.prepare(_rsmeasure, sys.argv[3] if len(sys.argv) > 3 else "")
    table = cases.table([row["name"] for row in rows])
    results = {}
    for row in rows:
        results[row["name"]] = measure_row(_rsmeasure, things, row, table)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
