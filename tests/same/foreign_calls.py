# uses: busy
# ctypes: the C API by hand, callbacks from C, a private copy of a library.
import ctypes
import sys

import busy

api = ctypes.pythonapi
api.PyList_New.restype = ctypes.py_object
made = api.PyList_New(ctypes.c_ssize_t(0))
api.PyList_Append(ctypes.py_object(made), ctypes.py_object("appended"))
print(made, busy.spin(made, 4))
thing = object()
before = sys.getrefcount(thing)
api.Py_IncRef(ctypes.py_object(thing))
print(sys.getrefcount(thing) - before)
api.Py_DecRef(ctypes.py_object(thing))
print(sys.getrefcount(thing) - before)
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
ctypes.CDLL(None).qsort(numbers, 5, ctypes.sizeof(ctypes.c_int), compare(lambda a, b: a[0] - b[0]))
print(list(numbers))
