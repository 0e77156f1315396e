import span

marks = ["%d km" % n for n in range(100)]
for near, far in zip(marks, marks[1:]):
    leg = span.Span(near, far)
    assert leg.stop() is far
print("last mark:", marks[-1])
