# uses: busy
# Handlers, timers, masks and interrupted calls.
import os
import signal
import time

import busy

seen = []
for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGCHLD, signal.SIGSEGV, signal.SIGTRAP):
    signal.signal(number, lambda n, frame: seen.append(signal.Signals(n).name))
os.kill(os.getpid(), signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGTRAP)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
os.kill(os.getpid(), signal.SIGUSR2)
print(seen, signal.sigpending())
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})
signal.setitimer(signal.ITIMER_REAL, 0.05)
start = time.monotonic()
while "SIGALRM" not in seen and time.monotonic() - start < 10:
    busy.spin(["tick"], 500)
child = os.fork()
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
os.kill(os.getpid(), signal.SIGSEGV)
print(seen)
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(signal.SIGABRT))
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)
except KeyboardInterrupt:
    print("interrupted")
