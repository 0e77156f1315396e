import ext

missed = 0
for n in range(20):
    try:
        ext.fetch({"k1": 1}, "k%d" % n)
    except (KeyError, SystemError):
        missed += 1
print(missed)
