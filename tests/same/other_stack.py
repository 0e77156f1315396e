# everywhere
# The stack for signal handlers that refsan gives the main thread is not to be seen; the program's own take its place.
import ctypes
import threading


class Stack(ctypes.Structure):
    _fields_ = [("sp", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t)]


libc = ctypes.CDLL(None, use_errno=True)
memory = ctypes.create_string_buffer(1 << 16)


def now():
    old = Stack(1, 2, 3)
    return libc.sigaltstack(None, ctypes.byref(old)), old.sp == ctypes.addressof(memory), old.flags, old.size if old.flags == 0 else 0


def put(flags, size):
    old = Stack(1, 2, 3)
    result = libc.sigaltstack(ctypes.byref(Stack(ctypes.addressof(memory), flags, size)), ctypes.byref(old))
    return result, ctypes.get_errno(), old.flags, old.size if old.flags == 0 else 0


def play():
    print(now())
    print(put(2, 0), now())         # SS_DISABLE of what is not there
    print(put(0, 16), now())        # too small
    print(put(0, len(memory)), now())
    print(put(2, 0), now())
    print(put(77, 0), now())        # no such flag


play()
thread = threading.Thread(target=play)
thread.start()
thread.join()
