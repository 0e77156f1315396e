# uses: busy
# at-most: 12
# A child that outlives its parent does not hold the terminal.
import os
import time

import busy

if os.fork() == 0:
    os.setsid()
    for fd in (0, 1, 2):
        os.close(fd)
    time.sleep(25)
    os._exit(0)
print(busy.spin(["a"], 10))
