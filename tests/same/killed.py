# uses: busy
# Ended by the default action of a signal.
import os
import signal

import busy

print(busy.spin(["a", "b"], 10), flush=True)
os.kill(os.getpid(), signal.SIGHUP)
