"""The cases of macros and inline functions; a macro whose row names a twin also takes the cases of that function."""

MACROS = """
!PyTimeZone_FromOffset: datetime.timedelta(days=3)
!PyTimeZone_FromOffsetAndName: datetime.timedelta(days=3), S("name")
!PyDelta_FromDSU: 2000000000, 3, 4
!PyTime_FromTimeAndFold: 99, 2, 3, 4, 1
!PyDateTime_FromDateAndTime: 2001, 22, 3, 4, 5, 6, 7
!PyDateTime_FromDateAndTimeAndFold: 2001, 22, 3, 4, 5, 6, 7, 1
PyCFunction_GET_SELF: namespace["C"].__init_subclass__
PyFunction_GET_CLOSURE: Fn()
PyFunction_GET_DEFAULTS: ClosureFn()
PyFunction_GET_KW_DEFAULTS: types.FunctionType(Code(), {})
PyFunction_GET_ANNOTATIONS: types.FunctionType(Code(), {})
PyTuple_GET_ITEM: made["tuple"](2), 1
PyList_GET_ITEM: made["list"](2), 1
PyObject_NewVar: NULL, C(bytes, __slots__=()), 2
_PyObject_CallNoArg: Fn()
_PyObject_CallMethodIdNoArgs: namespaced(attribute=Fn()), A.identifier
_PyObject_CallMethodIdOneArg: namespaced(attribute=Fn()), A.identifier, T()
_PyObject_FastCall: Fn(), [T()], 1
!_PyObject_FastCall: Fn(), [T(), T(), T()], 3
_PyObject_Vectorcall: Fn(), [T()], 1, NULL
_PyObject_Vectorcall: Fn(), [T(), T()], 1, Tu("b")
!_PyObject_Vectorcall: Fn(), [T(), T(), T()], 3, NULL
_PyObject_TypeCheck: T(), C()
_PyType_Check: C()
_PyType_CheckExact: C()
_PyObject_SIZE: C()
_PyObject_VAR_SIZE: C(), 2
_Py_INCREF: T()
_Py_XINCREF: T()
_Py_XINCREF: NULL
_Py_DECREF: T()
_Py_XDECREF: T()
_Py_XDECREF: NULL
_Py_IS_TYPE: T(), C()
_Py_NewRef: T()
_Py_XNewRef: T()
_Py_XNewRef: NULL
_Py_REFCNT: T()
_PyFrameHasCompleted: Frame()
_PyFrame_IsExecuting: Frame()
_PyFrame_IsRunnable: Frame()
_PyLong_CompactValue: I(12345)
_PyLong_IsCompact: I(12345)
_PyUnicode_COMPACT_DATA: S("abc")
_PyUnicode_get_wstr_length: S("abc")
PyByteArray_AS_STRING: bytearray(b"abc")
PyByteArray_GET_SIZE: bytearray(b"abc")
PyBytes_AS_STRING: By(b"abc")
PyBytes_GET_SIZE: By(b"abc")
PyCFunction_GET_CLASS: Cf()
PyCFunction_GET_FLAGS: Cf()
PyCFunction_GET_FUNCTION: Cf()
PyCFunction_GET_SELF: Cf()
PyCell_GET: Cell(T())
PyCell_GET: Cell()
PyCell_SET: Cell(), T()
PyCode_GetFirstFree: Code()
PyUnstable_Code_GetFirstFree: Code()
PyCode_GetNumFree: Code()
PyDateTime_DATE_GET_TZINFO: moment()
PyDateTime_TIME_GET_TZINFO: moment().timetz()
PyDateTime_FromDateAndTime: 2001, 2, 3, 4, 5, 6, 7
PyDateTime_FromDateAndTimeAndFold: 2001, 2, 3, 4, 5, 6, 7, 1
PyDateTime_FromTimestamp: Tu(F(12345.5))
PyDateTime_GET_DAY: moment()
PyDateTime_GET_MONTH: moment()
PyDateTime_GET_YEAR: moment()
PyDateTime_DATE_GET_FOLD: moment()
PyDateTime_DATE_GET_HOUR: moment()
PyDateTime_DATE_GET_MICROSECOND: moment()
PyDateTime_DATE_GET_MINUTE: moment()
PyDateTime_DATE_GET_SECOND: moment()
PyDateTime_DELTA_GET_DAYS: datetime.timedelta(5, 6, 7)
PyDateTime_DELTA_GET_MICROSECONDS: datetime.timedelta(5, 6, 7)
PyDateTime_DELTA_GET_SECONDS: datetime.timedelta(5, 6, 7)
PyDateTime_TIME_GET_FOLD: moment().timetz()
PyDateTime_TIME_GET_HOUR: moment().timetz()
PyDateTime_TIME_GET_MICROSECOND: moment().timetz()
PyDateTime_TIME_GET_MINUTE: moment().timetz()
PyDateTime_TIME_GET_SECOND: moment().timetz()
PyDate_FromDate: 2001, 2, 3
!PyDate_FromDate: 2001, 22, 3
PyDate_FromTimestamp: Tu(F(12345.5))
PyDelta_FromDSU: 2, 3, 4
PyTime_FromTime: 1, 2, 3, 4
PyTime_FromTimeAndFold: 1, 2, 3, 4, 1
!PyTime_FromTime: 99, 2, 3, 4
PyTimeZone_FromOffset: datetime.timedelta(hours=3)
PyTimeZone_FromOffsetAndName: datetime.timedelta(hours=3), S("name")
PyDescr_NAME: slotted()
PyDescr_TYPE: slotted() ## 1:*
PyDict_GET_SIZE: D()
PyEval_CallObject: Fn(), Tu(T())
PyExceptionInstance_Class: caused(None)
PyFloat_AS_DOUBLE: F(2.5)
PyFunction_GET_ANNOTATIONS: ClosureFn()
PyFunction_GET_CLOSURE: ClosureFn()
PyFunction_GET_CODE: Fn()
PyFunction_GET_DEFAULTS: Fn()
PyFunction_GET_GLOBALS: Fn()
PyFunction_GET_KW_DEFAULTS: Fn()
PyFunction_GET_MODULE: ClosureFn()
PyImport_ImportModuleEx: b"sys", D(), D(), L()
PyInstanceMethod_GET_FUNCTION: instance_method()
PyList_GET_ITEM: L(T(), T()), 1
PyList_GET_SIZE: L(T())
PyList_SET_ITEM: made["list"](2), 1, T()
PyLong_AS_LONG: I(12345)
PyLong_AsPid: I(12345)
PyLong_FromPid: 123456
PyMapping_DelItem: D("key", T()), S("key")
!PyMapping_DelItem: D(), S("key")
PyMapping_DelItemString: D("key", T()), b"key"
PyMemoryView_GET_BASE: memoryview(bytearray(b"abc"))
PyMemoryView_GET_BUFFER: memoryview(bytearray(b"abc"))
PyMethod_GET_FUNCTION: M()
PyMethod_GET_SELF: M()
PyModule_Create: A.module
PyModule_FromDefAndSpec: A.phased, spec()
PyODict_Contains: Od("key", T()), S("key")
PyODict_GetItem: Od("key", T()), S("key")
PyODict_GetItemString: Od("key", T()), b"key"
PyODict_GetItemWithError: Od("key", T()), S("key")
PyODict_SIZE: Od("key", T())
PyODict_Size: Od("key", T())
PyObject_CallMethodNoArgs: Box(), Str("method")
PyObject_CallMethodOneArg: Box(), Str("method"), T()
!PyObject_CallMethodOneArg: Box(), Str("nothing"), T()
PyObject_GC_New: NULL, Collected
PyObject_GC_NewVar: NULL, Collected, 2
PyObject_New: NULL, object
PyObject_NEW: NULL, object
PyObject_NewVar: NULL, bytes, 2
PyObject_NEW_VAR: NULL, bytes, 2
PyObject_INIT: mem(64, "M"), object
PyObject_INIT_VAR: mem(64, "M"), bytes, 1
PyObject_TypeCheck: T(), T
PySequence_Fast_GET_ITEM: L(T(), T()), 1
PySequence_Fast_GET_ITEM: Tu(T(), T()), 1
PySequence_Fast_GET_SIZE: L(T())
PySequence_Fast_ITEMS: L(T())
PySequence_ITEM: L(T(), T()), 1
PySequence_ITEM: Box(T()), 0
PySet_GET_SIZE: set()
PyStructSequence_GET_ITEM: time.localtime(), 0
PyStructSequence_SET_ITEM: time.localtime(), 0, T()
PyTuple_GET_ITEM: Tu(T(), T()), 1
PyTuple_GET_SIZE: Tu(T())
PyTuple_SET_ITEM: made["tuple"](2), 1, T()
PyType_FastSubclass: C(), 1 << 29
PyType_HasFeature: C(), 1
PyType_IS_GC: C()
PyUnicode_1BYTE_DATA: S("abc")
PyUnicode_2BYTE_DATA: S("abc")
PyUnicode_4BYTE_DATA: S("abc")
PyUnicode_AS_DATA: S("abc")
PyUnicode_AS_UNICODE: S("abc")
PyUnicode_CHECK_INTERNED: S("abc")
PyUnicode_DATA: S("abc")
PyUnicode_GET_DATA_SIZE: S("abc")
PyUnicode_GET_LENGTH: S("abc")
PyUnicode_GET_SIZE: S("abc")
PyUnicode_IS_ASCII: S("abc")
PyUnicode_IS_COMPACT: S("abc")
PyUnicode_IS_COMPACT_ASCII: S("abc")
PyUnicode_IS_READY: S("abc")
PyUnicode_KIND: S("abc")
PyUnicode_MAX_CHAR_VALUE: S("abc")
PyUnicode_READY: S("abc")
PyUnicode_READ_CHAR: S("abc"), 1
PyUnicode_WSTR_LENGTH: S("abc")
PyWeakref_CheckProxy: T()
PyWeakref_CheckRef: T()
PyWeakref_CheckRefExact: T()
PyWeakref_GET_OBJECT: W(ALIVE)
Py_CLEAR: T()
Py_CLEAR: NULL
Py_DECREF: T()
Py_XDECREF: T()
Py_XDECREF: NULL
Py_INCREF: T()
Py_XINCREF: T()
Py_IS_TYPE: T(), T
Py_REFCNT: T()
Py_SETREF: T(), T()
Py_XSETREF: T(), T()
Py_XSETREF: NULL, T()
Py_SIZE: L()
Py_SET_SIZE: T(), 0
Py_TYPE: T()
_PyCode_GetExtra: Code(), 0, mem(8)
"""


def add_checks(table, names):
    """Every X_Check and X_CheckExact asks about an object of its own."""
    for name in names:
        if name.endswith(("_Check", "_CheckExact")):
            table.setdefault(name, (["T()"], []))
