import ext, threading, os, sys, atexit
got = []
for i in range(8):
    ext.run(lambda l: got.append(l[0]))
assert len(got) == 8 * 60
def spin():
    for i in range(100):
        assert ext.nap(["a", i])[0][1] == i
ts = [threading.Thread(target=spin) for _ in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
def child():
    pid = os.fork()
    if pid == 0:
        ext.nap([1]); ext.run(lambda l: None)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
t = threading.Thread(target=child); t.start(); t.join()
child()
d = threading.Thread(target=lambda: [ext.nap([i]) for i in range(10**7)], daemon=True); d.start()
atexit.register(lambda: ext.nap([2]))
print("done")
