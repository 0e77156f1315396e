# uses: busy
# faulthandler writes its traceback, then the signal takes its course.
import faulthandler

import busy

faulthandler.enable()
busy.spin(["a"], 10)


def inner():
    faulthandler._sigsegv()


inner()
