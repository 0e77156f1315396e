# uses: busy
# everywhere
# Children by fork work, die in different ways, and the parent goes on.
import os
import signal

import busy

objects = ["object %d" % n for n in range(30)]
busy.spin(objects, 50)
for way in range(4):
    child = os.fork()
    if child == 0:
        busy.spin(objects, 100 * (way + 1))
        if way == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(way)
    _, status = os.waitpid(child, 0)
    print("child", way, "exit", os.WEXITSTATUS(status), "signal", os.WTERMSIG(status), flush=True)
print(busy.spin(objects, 50))
