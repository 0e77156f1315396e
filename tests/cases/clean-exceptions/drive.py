import ext


def fail(kind, text):
    def inner():
        raise kind(text)
    return inner


seen = 0
for n in range(40):
    print(ext.retry(fail(ValueError, "text %d" % n)))
    for f in (lambda: ext.retry(fail(KeyError, n)), lambda: ext.reraise(["v", n]), lambda: ext.written(), lambda: ext.quiet(fail(OSError, "x"))):
        try:
            f()
        except Exception as error:
            seen += error.__cause__ is None
    ext.quiet(fail(ValueError, "y"))
    ext.quiet(lambda: n)
print(seen)
