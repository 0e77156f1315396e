# faulthandler's own thread dumps the traceback while the program works.
import faulthandler
import sys
import time

faulthandler.dump_traceback_later(0.2, exit=False)
time.sleep(0.6)
faulthandler.cancel_dump_traceback_later()
faulthandler.register(10, chain=False)
import os
os.kill(os.getpid(), 10)
print("on", file=sys.stderr)
