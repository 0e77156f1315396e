"""probe.py MODE: meets the bug of the module `ext` (a release after a steal), then ends in the way that MODE names.
"child-WAY" starts a child in that way, which meets it."""
import os
import shlex
import signal
import subprocess
import sys
import time


def meet():
    import ext
    for _ in range(20):
        rows = ext.squares(3)
        del rows


def fork_warm():
    """The child runs code that its parent has run before."""
    import ext

    def run(times, n):
        for _ in range(times):
            ext.squares(n)
    run(3, 0)
    child = os.fork()
    if child == 0:
        run(20, 3)
        os._exit(0)
    os.waitpid(child, 0)
    return 0


def touch():
    """Lets the interpreter meet an object that died too early."""
    import ext
    rows = ext.squares(3)
    return rows[0].upper()


def start_child(way):
    """Starts this file as a child; its exit status."""
    words = [sys.executable, __file__, "exit"]
    line = " ".join(shlex.quote(word) for word in words)
    if way == "system":
        return os.waitstatus_to_exitcode(os.system(line)) if hasattr(os, "waitstatus_to_exitcode") else os.system(line) >> 8
    if way == "popen":
        return os.popen(line).close() or 0
    if way == "posix-spawn":
        pid = os.posix_spawn(words[0], words, os.environ)
    elif way == "spawnlp":
        return os.spawnlp(os.P_WAIT, words[0], *words)
    elif way == "fork-execvpe":
        pid = os.fork()
        if pid == 0:
            os.execvpe(words[0], words, {"PYTHONPATH": os.environ["PYTHONPATH"]})
    elif way == "env":
        return subprocess.call(["env", "-i", "PYTHONPATH=" + os.environ["PYTHONPATH"]] + words)
    elif way == "script":
        path = os.path.join(os.environ["PROBE_FOLDER"], "script")
        with open(path, "w") as f:
            f.write("#!/bin/sh\nexec %s\n" % line)
        os.chmod(path, 0o755)
        return subprocess.call([path])
    elif way == "preexec":
        return subprocess.call(words, preexec_fn=lambda: None)
    else:
        return subprocess.call(words, close_fds=way != "plain-fds")
    return os.waitpid(pid, 0)[1] >> 8


def main(mode):
    if mode == "exec":
        os.execv(sys.executable, [sys.executable, __file__, "exit"])
    if mode.startswith("child-"):
        return start_child(mode[len("child-"):])
    if mode == "fork":
        child = os.fork()
        if child == 0:
            meet()
            os._exit(0)
        os.waitpid(child, 0)
        return 0
    if mode == "fork-warm":
        return fork_warm()
    if mode == "touch":
        return touch()
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
