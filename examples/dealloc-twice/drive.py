import span

marks = ["%d km" % n for n in range(100)]
for n, mark in enumerate(marks):
    leg = span.Span(n, mark)
    assert leg.stop() is mark
print("last mark:", marks[-1])
