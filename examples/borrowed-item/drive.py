import recent

for day in range(100):
    jobs = ["job %d.%d" % (day, n) for n in range(3)]
    recent.note(jobs)
print(recent.get())
