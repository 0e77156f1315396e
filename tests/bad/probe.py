"""probe.py MODE: meets the bug of the module `ext` (a release after a steal), then ends in the way that MODE names."""
import os
import signal
import sys
import time


def meet():
    import ext
    for _ in range(20):
        rows = ext.squares(3)
        del rows


def main(mode):
    if mode == "exec":
        os.execv(sys.executable, [sys.executable, __file__, "exit"])
    if mode == "fork":
        child = os.fork()
        if child == 0:
            meet()
            os._exit(0)
        os.waitpid(child, 0)
        return 0
    if mode == "slow":
        return slow(sys.argv[2])
    meet()
    sys.stdout.flush()
    if mode == "status":
        return 5
    if mode in ("os-exit", "os-exit-status"):
        os._exit(7 if mode == "os-exit-status" else 0)
    if mode.startswith("sig"):
        os.kill(os.getpid(), getattr(signal, mode.upper()))
    if mode == "fatal-error":
        import ctypes
        ctypes.pythonapi.Py_FatalError(b"probe")
    if mode == "forever":
        deadline = time.time() + 120
        while time.time() < deadline:
            meet()
            time.sleep(0.01)
    return 0


def slow(path):
    """Works on for some seconds after it said that it began; the host is killed meanwhile."""
    import ext
    open(path + ".begun", "w").close()
    end = time.time() + 5
    while time.time() < end:
        for _ in range(20000):
            ext.squares(3)
    open(path, "w").close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
