import record

good = bad = 0
for n in range(200):
    line = ";".join(["%d" % n] * (3 if n % 2 else 2))
    try:
        record.parse(line)
        good += 1
    except ValueError:
        bad += 1
print(good, "good,", bad, "bad lines")
