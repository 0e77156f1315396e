"""What the cases are written with: fresh objects that nothing else holds, and values for C parameters.

Every constructor returns an object of its own, so that its count is ours alone. Runs on 3.8 and newer.
"""
import collections
import contextvars
import datetime
import io
import pathlib
import pickle
import sys
import time
import types
import weakref


class Null:
    """A NULL pointer; None is the object None."""


class Given:
    """An object that a format takes over ("N")."""

    def __init__(self, value):
        self.value = value


class Sole:
    """The object in an in-out variable, to which that variable holds the only reference."""

    def __init__(self, value):
        self.value = value


class Out:
    """The address of a variable that is filled with a borrowed reference."""


class Address:
    def __init__(self, value):
        self.value = value


class Pair:
    """A C structure of two doubles, passed by value (Py_complex)."""

    def __init__(self, *values):
        self.values = values


class Memory:
    def __init__(self, size, allocator="m"):
        self.size, self.allocator = size, allocator


NULL, OUT = Null(), Out()
namespace, made = {}, {}  # made: what only the driver can make


def is_c_value(value):
    return value is NULL or type(value) in (int, float, bytes, Address, Memory)


def c_value(value):
    if value is NULL:
        return "i", 0
    if type(value) is Address:
        return "i", value.value
    if type(value) is Memory:
        return value.allocator, value.size
    if type(value) is float:
        return "d", value
    if type(value) is bytes:
        return "s", value
    if isinstance(value, int):
        return "i", int(value)
    raise TypeError("no C value: %r" % (value,))


class T:
    """A plain object: weak references and attributes allowed."""


class Fails(Exception):
    pass


def fail(*args, **kwargs):
    raise Fails()


class Evil:
    """Whatever is asked of it raises."""


for _name in ("hash eq lt len iter next getitem setitem delitem contains call int float index bool add radd sub mul "
              "truediv floordiv mod divmod pow lshift rshift and or xor neg pos abs invert matmul iadd str repr format "
              "bytes fspath enter length_hint await aiter anext get instancecheck subclasscheck complex dir").split():
    setattr(Evil, "__%s__" % _name, fail)


def _evil_getattribute(self, name):
    raise Fails()


Evil.__getattribute__ = _evil_getattribute


class Num:
    """Answers every operator with a fresh object."""


def _fresh(*args):
    return T()


for _name in ("add sub mul truediv floordiv mod divmod pow lshift rshift and or xor matmul").split():
    setattr(Num, "__%s__" % _name, _fresh)
for _name in ("neg pos abs invert").split():
    setattr(Num, "__%s__" % _name, _fresh)
Num.__lt__ = _fresh
Num.__int__ = Num.__index__ = lambda self: int("123456789")
Num.__float__ = lambda self: float("2.5")


class InPlace(Num):
    """In-place operators return self."""


for _name in ("add sub mul truediv floordiv mod pow lshift rshift and or xor matmul").split():
    setattr(InPlace, "__i%s__" % _name, lambda self, *rest: self)


class Index:
    """An index that is no small integer, since those are shared."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Box:
    """A container by protocol: items, attributes, buffer-less."""

    def __init__(self, *items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, value):
        self.items[i] = value

    def __delitem__(self, i):
        del self.items[i]

    def __contains__(self, value):
        return any(value is i for i in self.items)

    def method(self, *args, **kwargs):
        return T()

    def keys(self):
        return ["a"]


def L(*items):
    return list(items)


def Tu(*items):
    return tuple(items)


def D(*pairs):
    return dict(zip(pairs[::2], pairs[1::2]))


def S(text):
    """A str that is neither interned nor a constant."""
    return (text + "x")[:-1]


def By(data):
    return bytes(bytearray(data))


def I(number):
    return int(str(number))


def F(number):
    return float(str(number))


class Str(str):
    """For names of attributes: the interpreter neither interns it nor keeps it in its method cache."""


def Fn():
    namespace_ = {}
    exec("def f(a=1, *, b=2):\n    return [a, b]", namespace_)
    code = namespace_.pop("f").__code__
    f = types.FunctionType(code.replace(co_name=S("fresh")), {"__name__": S("m")}, S("fresh"), Tu(T()), Tu())
    f.__kwdefaults__ = {"b": T()}
    return f


def ClosureFn():
    value = T()

    def f():
        return value
    f = types.FunctionType(f.__code__.replace(), {}, S("fresh"), None, f.__closure__)
    f.__kwdefaults__ = {S("k"): T()}
    f.__annotations__ = {S("k"): T()}
    f.__module__ = S("module")
    return f


def Code():
    return compile("x = [1]", S("file.py"), "exec")


def Module():
    return types.ModuleType(S("rsfresh"))


def C(*bases, **attributes):
    return type(S("Fresh"), bases, attributes)


def G():
    return (T() for _ in (1, 2))


def Frame():
    """The frame of a call that is over."""
    def inner(argument):
        return sys._getframe()
    return inner(T())


def E(kind, *args):
    return kind(*args)


def Caught(kind=ValueError):
    """An exception with a traceback that no frame of ours holds."""
    try:
        raise kind(S("text"))
    except kind as e:
        return e


def Traceback():
    e = Caught()
    tb, e.__traceback__ = e.__traceback__, None
    return tb


def M():
    return types.MethodType(Fn(), T())


def Cf():
    return Box(1).items.append


def Cell(*value):
    return types.CellType(*value)


def W(o):
    return weakref.ref(o)


ALIVE = T()


def Ctx():
    return contextvars.Context()


def Var(*default):
    return contextvars.ContextVar(S("var"), default=default[0]) if default else contextvars.ContextVar(S("var"))


def TokenOf(var):
    return var.set(T())


def File():
    return io.StringIO(S("line one\nline two\n"))


def Od(*pairs):
    return collections.OrderedDict(zip(pairs[::2], pairs[1::2]))


def namespaced(**attributes):
    """An object with attributes of its own."""
    o = T()
    o.__dict__.update(attributes)
    return o


def attributed(value):
    """Has the attribute that the driver's identifier names."""
    return namespaced(attribute=value)


def caused(cause):
    """An exception with cause and context."""
    e = Fails()
    e.__cause__ = cause
    e.__context__ = cause
    return e


def decode_error():
    return UnicodeDecodeError("utf-8", By(b"abcdef"), 1, 2, S("reason"))


def encode_error():
    return UnicodeEncodeError("utf-8", S("ab\u20acdef"), 1, 3, S("reason"))


def translate_error():
    return UnicodeTranslateError(S("ab\u20acdef"), 1, 3, S("reason"))


def raising():
    return compile("raise ValueError", S("file.py"), "exec")


def spec():
    o = T()
    o.name = S("rsphased")
    return o


def filed():
    m = Module()
    m.__file__ = S("file.py")
    return m


def instance_method():
    return made["instancemethod"](T())


def keywords(*names):
    """A char ** for PyArg_ParseTupleAndKeywords."""
    return Address(made["strings"](list(names)))


def moment():
    return datetime.datetime(2001, 2, 3, 4, 5, 6, 7, datetime.timezone(datetime.timedelta(hours=1)))


def slotted():
    """A member descriptor of a class of its own."""
    return type(S("Slotted"), (), {"__slots__": (S("field"),)}).__dict__["field"]


def full_code():
    """The code of a function with each kind of variable and a handler; called without its keyword k it returns a new list."""
    free = T()

    def f(*, k):
        def g():
            return k
        try:
            return [free, g]
        except ValueError:
            return []
    return f.__code__.replace(co_name=S("fresh"))


def Expression():
    return compile("[1]", S("file.py"), "eval")


def Started():
    """A generator that waits for a value."""
    def generate():
        yield [(yield T())]
    g = generate()
    next(g)
    return g


def code_parts():
    """The objects and numbers that make a code object, in the order of PyCode_New of this version."""
    old = full_code()
    parts = [By(old.co_code), Tu(*old.co_consts), Tu(*old.co_names), Tu(*old.co_varnames), Tu(*old.co_freevars), Tu(*old.co_cellvars),
             S("file.py"), S("name")]
    if sys.version_info >= (3, 11):
        return parts + [S("qualname"), 1, By(old.co_linetable), By(old.co_exceptiontable)]
    return parts + [1, By(old.co_lnotab)]


def buffer():
    """A Py_buffer of memory that belongs to nobody."""
    return Address(made["buffer"]())


def dead():
    """A weak reference to what is gone."""
    return W(T())


def var_and_token():
    var = Var()
    return var, var.set(T())


def prepare(driver, library=""):
    """Fills the namespace that the cases are evaluated in."""
    if library == "numpy":
        use_numpy()
    namespace.update(globals())
    namespace["A"] = type("A", (), {k: Address(v) for k, v in driver.addresses().items()})
    made.update(strings=driver.strings, instancemethod=driver.instancemethod, buffer=driver.buffer, list=driver.list,
                tuple=driver.tuple)
    namespace["Cap"], namespace["untracked"] = driver.capsule, driver.untracked
    namespace["Collected"] = driver.Collected
    namespace["mem"] = Memory


# ---- what the cases of numpy's functions need; np is None where numpy is not asked for

np = None
kept = []  # C arrays that a call points at


def use_numpy():
    global np
    import numpy
    np = numpy


def iterator(array):
    """An NpyIter over it, as a C value."""
    import tables
    import ctypes
    new = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_uint32, ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
    kept.append(array)
    return Address(new(tables.address("numpy._ARRAY_API", 224))(array, 0, 2, 4, None))


def zone():
    return datetime.timezone(datetime.timedelta(seconds=3601))


def Ar():
    return np.arange(3.0)


def Ar2():
    return np.arange(6.0).reshape(2, 3).copy()


def Ix(*places):
    return np.array(places, dtype=np.intp)


def Dt(kind=None):
    """A dtype of its own."""
    return np.dtype([(S("field"), "f8")]) if kind is None else np.dtype(kind, metadata={"own": T()})


def Ragged():
    """What cannot become an array."""
    class Bad:
        def __array__(self, *args, **kwargs):
            raise Fails()
    return Bad()


def array_like():
    """What is no array, but makes one of itself."""
    class Like:
        def __array__(self, *args, **kwargs):
            return Ar()
    return Like()


def interface(name):
    """An object that describes the memory of an array, which is kept."""
    kept.append(Ar())
    return namespaced(**{name: getattr(kept[-1], name)})


def readonly():
    a = Ar()
    a.flags.writeable = False
    return a


def based():
    """An array that has a base already."""
    return np.frombuffer(bytearray(24))


def zero_dimensional():
    return np.zeros((), dtype="f8")


def objects_array():
    a = np.empty(1, dtype=object)
    a[0] = np.ndarray
    return a


def np_iter():
    return Ar().flat


def _words(*numbers):
    import ctypes
    array = (ctypes.c_ssize_t * len(numbers))(*numbers)
    kept.append(array)
    return ctypes.addressof(array)


def dims(*numbers):
    """The address of an npy_intp array."""
    return Address(_words(*numbers))


def shape(*numbers):
    """The address of a PyArray_Dims."""
    return Address(_words(_words(*numbers), len(numbers)))


def array_of(*objects):
    """The address of a C array of objects, which are kept."""
    import ctypes
    array = (ctypes.py_object * len(objects))(*objects)
    kept.append(array)
    return Address(ctypes.addressof(array))


def words32(*numbers):
    """The address of an array of 32-bit words."""
    import ctypes
    array = (ctypes.c_uint32 * len(numbers))(*numbers)
    kept.append(array)
    return Address(ctypes.addressof(array))


def ufunc():
    """A universal function of its own."""
    return np.frompyfunc(Fn(), 1, 1)
