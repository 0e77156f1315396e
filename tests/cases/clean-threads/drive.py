import threading
import ext


def run(n):
    for i in range(60):
        ext.nap([n, i])
        ext.elsewhere(lambda: [n, i])


threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(ext.elsewhere(lambda: 1 / 0), "done")
