# Every way of starting a program, with its failures: statuses, errors, environments.
import ctypes
import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile

folder = tempfile.mkdtemp()


def put(name, text, mode=0o755):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def said(function, *arguments):
    try:
        return function(*arguments)
    except OSError as e:
        return errno.errorcode[e.errno]


def forked(function, *arguments):
    """The wait status of a child that calls one of the exec family, or the error it met."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(into, str(said(function, *arguments)).encode())
        os._exit(99)
    os.close(into)
    met = os.read(out, 100).decode()
    os.close(out)
    return os.waitpid(pid, 0)[1], met


script, plain, text = put("script", "#!/bin/sh\nexit 5\n"), put("plain", "exit 6\n"), put("text", "exit 7\n", 0o644)
lost = put("lost", "#!/nonexistent/interpreter\n")
print([os.system(line) for line in ("exit 3", "true", "/nonexistent", "kill -9 $$", "")])
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(signal.SIGQUIT))
print(os.popen("echo out; exit 4").read(), os.popen("exit 4").close())
for path in (script, plain, text, lost, folder, "/nonexistent", ""):
    print(forked(os.execv, path, ["x"]), forked(os.execvpe, path, ["x"], {"A": "1"}), said(os.spawnv, os.P_WAIT, path, ["x"]))
os.environ["PATH"] = "/nonexistent:%s:%s" % (folder, os.environ["PATH"])
print(forked(os.execvp, "script", ["x"]), forked(os.execlp, "sh", "sh", "-c", "exit 8"), forked(os.execvp, "nowhere", ["x"]))
libc = ctypes.CDLL(None)
for call in (lambda: libc.execl(b"/bin/sh", b"sh", b"-c", b"exit 9", None), lambda: libc.execlp(b"plain", b"plain", None),
             lambda: libc.execvp(b"text", (ctypes.c_char_p * 2)(b"text", None)),
             lambda: libc.execle(b"/usr/bin/env", b"env", None, (ctypes.c_char_p * 3)(b"B=2", b"LD_PRELOAD=", None)),
             lambda: libc.system(b"exit 11") >> 8, lambda: libc.system(None)):
    sys.stdout.flush()
    print(forked(call))
pid = os.posix_spawn("/usr/bin/env", ["env"], {"C": "3", "LD_PRELOAD": "libm.so.6"}, file_actions=[(os.POSIX_SPAWN_DUP2, 1, 2)])
print(os.waitpid(pid, 0)[1], said(os.posix_spawn, "/nonexistent", ["x"], {}), said(os.posix_spawnp, "nowhere", ["x"], {}))
print(os.waitpid(os.posix_spawnp("sh", ["sh", "-c", "exit 12"], os.environ), 0)[1])
print(subprocess.run(["env"], env={"D": "4"}, stdout=subprocess.PIPE).stdout, subprocess.run([script]).returncode)
print(subprocess.run(["sh", "-c", "echo $E"], env=dict(os.environ, E="5" * 100000), stdout=subprocess.PIPE).stdout == b"5" * 100000 + b"\n")
print(said(subprocess.call, ["true", "x" * 5000000]), len(os.listdir("/proc/self/fd")))
for name in os.listdir(folder):
    os.unlink(os.path.join(folder, name))
os.rmdir(folder)
print(stat.S_ISDIR(os.stat("/").st_mode))
