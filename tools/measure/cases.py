"""How each function is called: the arguments of its row, out-parameters left out, in the words of things.py.

A line is NAME: ARGUMENTS for a call that must succeed, or !NAME: ARGUMENTS for one that must fail. What a line leaves
in the interpreter for good (a registered codec, an interned string) shows as a contradiction, so it is undone or avoided.
"""
import re

LINE = re.compile(r"(!?)([\w.]+):\s*(.*)\Z")

ABSTRACT = """
PyIter_Next: iter(L(T(), T()))
PyIter_Next: iter(L())
PyIter_Next: G()
PyIter_Send: iter(L(T(), T())), None
PyIter_Send: Started(), T()
PyIter_Send: iter(L()), None
PyIter_Send: G(), None
PyIter_Check: iter(L())
PyAIter_Check: T()
PyIndex_Check: T()
PyMapping_Check: D()
PyMapping_GetItemString: D("key", T()), b"key"
!PyMapping_GetItemString: D(), b"key"
PyMapping_GetOptionalItem: D("key", T()), S("key")
PyMapping_GetOptionalItem: D(), S("key")
PyMapping_GetOptionalItemString: D("key", T()), b"key"
PyMapping_GetOptionalItemString: D(), b"key"
PyMapping_HasKey: D("key", T()), S("key")
PyMapping_HasKeyString: D("key", T()), b"key"
PyMapping_HasKeyStringWithError: D("key", T()), b"key"
PyMapping_HasKeyWithError: D("key", T()), S("key")
PyMapping_Items: D("key", T())
PyMapping_Items: Od("key", T())
PyMapping_Keys: D("key", T())
PyMapping_Keys: Od("key", T())
PyMapping_Values: D("key", T())
PyMapping_Length: D("key", T())
PyMapping_Size: D("key", T())
PyMapping_SetItemString: D("key", T()), b"key", T()
PyNumber_AsSsize_t: Num(), NULL
PyNumber_AsSsize_t: Num(), C(Exception)
!PyNumber_AsSsize_t: I(10**30), OverflowError
PyNumber_AsOff_t: Num(), C(Exception)
PyNumber_Check: Num()
PyNumber_Float: Num()
PyNumber_Float: F(2.25)
PyNumber_Index: Num()
PyNumber_Index: I(10**20)
PyNumber_Long: Num()
PyNumber_Long: F(1e20)
PyNumber_InMatrixMultiply: Num(), Num()
PyNumber_Power: Num(), Num(), None
PyNumber_Power: Num(), Num(), T()
PyNumber_InPlacePower: Num(), Num(), None
PyNumber_InPlacePower: Num(), Num(), T()
PyNumber_ToBase: I(10**20), 16
_PyNumber_Index: I(10**20)
_PyNumber_Index: Num()
PyObject_AsCharBuffer: By(b"abc"), mem(8), mem(8)
PyObject_AsReadBuffer: By(b"abc"), mem(8), mem(8)
PyObject_AsWriteBuffer: bytearray(b"abc"), mem(8), mem(8)
PyObject_Call: Fn(), Tu(T()), NULL
PyObject_Call: Fn(), Tu(T()), D("b", T())
PyObject_Call: C(), Tu(), NULL
PyObject_Call: M(), Tu(), NULL
PyObject_CallFunction: Fn(), b"O", T()
PyObject_CallFunction: Fn(), b"N", Given(T())
PyObject_CallFunction: Fn(), b"(O)", Tu(T())
PyObject_CallFunction: Fn(), NULL
!PyObject_CallFunction: Fn(), b"ON", T(), Given(T())
_PyObject_CallFunction_SizeT: Fn(), b"O", T()
_PyObject_CallFunction_SizeT: Fn(), b"N", Given(T())
PyObject_CallFunctionObjArgs: Fn(), T()
PyObject_CallFunctionObjArgs: Fn()
!PyObject_CallFunctionObjArgs: Fn(), T(), T(), T()
PyObject_CallMethod: Box(T()), b"method", b"OO", T(), T()
PyObject_CallMethod: Box(T()), b"method", b"N", Given(T()) ## 1:*
PyObject_CallMethod: Box(T()), b"method", NULL
!PyObject_CallMethod: Box(T()), b"nothing", b"O", T()
_PyObject_CallMethod_SizeT: Box(T()), b"method", b"O", T()
_PyObject_CallMethod_SizeT: Box(T()), b"method", b"N", Given(T()) ## 1:*
_PyObject_CallMethod: Box(T()), Str("method"), b"N", Given(T()) ## 2:*
PyObject_CallMethodObjArgs: Box(T()), Str("method"), T(), T()
!PyObject_CallMethodObjArgs: Box(T()), Str("nothing"), T()
PyObject_CallNoArgs: Fn()
PyObject_CallNoArgs: C()
PyObject_CallObject: Fn(), Tu(T())
PyObject_CallObject: Fn(), NULL
PyObject_CallOneArg: Fn(), T()
PyObject_CheckBuffer: By(b"a")
PyObject_CheckReadBuffer: By(b"a")
PyObject_DelItem: D("key", T()), S("key")
PyObject_DelItem: Box(T()), Index(0)
!PyObject_DelItem: D(), S("key")
PyObject_DelItemString: D("key", T()), b"key"
PyObject_Format: F(1.5), S(".3f")
PyObject_Format: T(), NULL
PyObject_GetAIter: type("X", (), {"__aiter__": lambda self: self, "__anext__": fail})()
PyObject_GetItem: D("key", T()), S("key")
PyObject_GetItem: L(T(), T()), Index(1)
PyObject_GetItem: Box(T()), Index(0)
!PyObject_GetItem: D(), S("key")
PyObject_GetIter: L(T())
PyObject_GetIter: G()
PyObject_GetIter: Box(T())
PyObject_IsInstance: T(), C()
PyObject_IsInstance: T(), Tu(C(), T)
PyObject_IsSubclass: C(), C()
PyObject_Length: L(T())
PyObject_LengthHint: iter(L(T())), 3
PyObject_SetItem: D("key", T()), S("key"), T()
PyObject_SetItem: D(), T(), T()
PyObject_SetItem: L(T(), T()), Index(1), T()
!PyObject_SetItem: L(), Index(1), T()
PyObject_SetItem: Box(T()), Index(0), T()
PyObject_Size: L(T())
PyObject_Type: T()
PyObject_Vectorcall: Fn(), L(T()), 1, NULL
PyObject_Vectorcall: Fn(), L(T(), T()), 1, Tu("b")
PyObject_Vectorcall: C(), L(), 0, NULL
!PyObject_Vectorcall: Fn(), L(T(), T(), T()), 3, NULL
PyObject_VectorcallDict: Fn(), L(T()), 1, D("b", T())
PyObject_VectorcallDict: Fn(), L(T()), 1, NULL
PyObject_VectorcallMethod: Str("method"), L(Box(T()), T()), 2, NULL
PyObject_VectorcallMethod: Str("method"), L(Box(T()), T(), T()), 2, Tu("b")
!PyObject_VectorcallMethod: Str("nothing"), L(Box(T()), T()), 2, NULL
PyVectorcall_Call: Fn(), Tu(T()), D("b", T())
PyVectorcall_Function: Fn()
_PyObject_FastCall: Fn(), L(T()), 1
_PyObject_FastCallDict: Fn(), L(T()), 1, D("b", T())
_PyFunction_Vectorcall: Fn(), L(T()), 1, NULL
_PyFunction_Vectorcall: Fn(), L(T(), T()), 1, Tu("b")
_PyFunction_FastCallDict: Fn(), L(T()), 1, D("b", T())
_PyCFunction_FastCallDict: Cf(), L(T()), 1, NULL
_PyCFunction_FastCallDict: sorted, L(L(T())), 1, D("key", Fn())
PySequence_Check: L()
PySequence_Concat: L(T()), L(T())
!PySequence_Concat: L(T()), Tu(T())
PySequence_Contains: L(T(), ALIVE), ALIVE
PySequence_Contains: Box(T()), T()
PySequence_Count: L(T()), T()
PySequence_DelItem: L(T(), T()), 1
PySequence_DelItem: Box(T()), 0
!PySequence_DelItem: L(), 1
PySequence_DelSlice: L(T(), T()), 0, 1
PySequence_Fast: L(T()), b"message"
PySequence_Fast: Tu(T()), b"message"
PySequence_Fast: G(), b"message"
!PySequence_Fast: T(), b"message"
PySequence_GetItem: L(T(), T()), 1
PySequence_GetItem: Tu(T(), T()), 1
PySequence_GetItem: Box(T()), 0
!PySequence_GetItem: L(), 1
PySequence_GetSlice: L(T(), T()), 0, 1
PySequence_In: L(T()), T()
PySequence_InPlaceConcat: L(T()), L(T())
PySequence_InPlaceConcat: Tu(T()), Tu(T())
PySequence_InPlaceRepeat: L(T()), 2
PySequence_InPlaceRepeat: Tu(T()), 2
PySequence_Index: L(T(), ALIVE), ALIVE
!PySequence_Index: L(T()), T()
PySequence_Length: L(T())
PySequence_List: Tu(T(), T())
PySequence_Repeat: L(T()), 2
PySequence_Repeat: Tu(T()), 1
PySequence_SetItem: L(T(), T()), 1, T()
PySequence_SetItem: Box(T()), 0, T()
!PySequence_SetItem: L(), 1, T()
PySequence_SetSlice: L(T(), T()), 0, 1, L(T(), T())
PySequence_Size: L()
PySequence_Tuple: L(T(), T())
PySequence_Tuple: Tu(T(), T())
_PyStack_AsDict: array_of(T()), Tu("b")
"""

CONTAINERS = """
PyDict_Clear: D("key", T())
PyDict_Contains: D("key", T()), S("key")
!PyDict_Contains: D("key", T()), L()
PyDict_ContainsString: D("key", T()), b"key"
PyDict_Copy: D("key", T())
PyDict_DelItem: D("key", T()), S("key")
!PyDict_DelItem: D("key", T()), S("other")
PyDict_DelItemString: D("key", T()), b"key"
PyDict_GetItem: D("key", T()), S("key")
PyDict_GetItem: D("key", T()), S("other")
PyDict_GetItemRef: D("key", T()), S("key")
PyDict_GetItemRef: D("key", T()), S("other")
!PyDict_GetItemRef: D("key", T()), L()
PyDict_GetItemString: D("key", T()), b"key"
PyDict_GetItemStringRef: D("key", T()), b"key"
PyDict_GetItemWithError: D("key", T()), S("key")
PyDict_GetItemWithError: D("key", T()), S("other")
!PyDict_GetItemWithError: D("key", T()), L()
PyDict_Items: D("key", T())
PyDict_Keys: D("key", T())
PyDict_Values: D("key", T())
PyDict_Merge: D("key", T()), D("key", T(), "other", T()), 1
PyDict_Merge: D("key", T()), D("key", T(), "other", T()), 0
PyDict_MergeFromSeq2: D("key", T()), L(Tu(S("key"), T())), 1
!PyDict_MergeFromSeq2: D("key", T()), L(Tu(S("key"), T()), T()), 1
PyDict_New:
PyDict_Next: D(T(), T()), mem(8)
PyDict_Next: D(), mem(8)
PyDict_Pop: D("key", T()), S("key")
PyDict_Pop: D("key", T()), S("other")
PyDict_PopString: D("key", T()), b"key"
PyDict_SetDefault: D("key", T()), S("key"), T()
PyDict_SetDefault: D("key", T()), T(), T()
!PyDict_SetDefault: D("key", T()), L(), T()
PyDict_SetDefaultRef: D("key", T()), S("key"), T()
PyDict_SetDefaultRef: D("key", T()), T(), T()
PyDict_SetItem: D("key", T()), S("key"), T()
PyDict_SetItem: D(), T(), T()
!PyDict_SetItem: D(), L(), T()
PyDict_SetItemString: D("key", T()), b"key", T()
PyDict_Size: D("key", T())
!PyDict_Size: T()
PyDict_Update: D("key", T()), D("key", T())
PyDictProxy_New: D("key", T())
PyObject_GenericGetDict: T(), NULL
PyObject_GenericSetDict: T(), D("key", T()), NULL
_PyDict_Contains: D("key", T()), S("key"), hash("key")
_PyDict_Contains_KnownHash: D("key", T()), S("key"), hash("key")
_PyDict_DelItem_KnownHash: D("key", T()), S("key"), hash("key")
_PyDict_DelItemIf: D("key", T()), S("key"), A.callback
_PyDict_GetItemStringWithError: D("key", T()), b"key"
_PyDict_GetItemWithError: D("key", T()), S("key")
_PyDict_GetItem_KnownHash: D("key", T()), S("key"), hash("key")
_PyDict_GetItem_KnownHash: D("key", T()), S("other"), hash("other")
_PyDict_GetItemId: D("attribute", T()), A.identifier
_PyDict_GetItemIdWithError: D("attribute", T()), A.identifier
_PyDict_SetItemId: D("attribute", T()), A.identifier, T()
_PyDict_DelItemId: D("attribute", T()), A.identifier
_PyDict_ContainsId: D("attribute", T()), A.identifier
_PyDict_MergeEx: D("key", T()), D("key", T()), 1
_PyDict_NewPresized: 20
_PyDict_Next: D(T(), T()), mem(8), mem(8)
_PyDict_Pop: D("key", T()), S("key"), T()
_PyDict_Pop: D("key", T()), S("other"), T()
!_PyDict_Pop: D("key", T()), S("other"), NULL
_PyDict_Pop_KnownHash: D("key", T()), S("key"), hash("key"), T()
_PyDict_SetItem_KnownHash: D("key", T()), S("key"), T(), hash("key")
_PyDict_SizeOf: D()
_PyDict_HasOnlyStringKeys: D("key", T())
_PyDict_MaybeUntrack: D()
PyODict_New:
PyODict_SetItem: Od("key", T()), S("key"), T()
PyODict_DelItem: Od("key", T()), S("key")
!PyODict_DelItem: Od("key", T()), S("other")
PyList_Append: L(T()), T()
!PyList_Append: Tu(), T()
PyList_AsTuple: L(T())
PyList_Clear: L(T())
PyList_Extend: L(T()), Tu(T())
PyList_GetItem: L(T(), T()), 1
!PyList_GetItem: L(T(), T()), 9
PyList_GetItemRef: L(T(), T()), 1
!PyList_GetItemRef: L(T(), T()), 9
PyList_GetSlice: L(T(), T()), 0, 1
PyList_Insert: L(T(), T()), 1, T()
PyList_New: 0
PyList_New: 3
PyList_Reverse: L(T(), T())
PyList_SetItem: L(T(), T()), 1, T()
!PyList_SetItem: L(T(), T()), 9, T()
!PyList_SetItem: Tu(T(), T()), 1, T()
PyList_SetSlice: L(T(), T()), 0, 1, L(T(), T())
PyList_SetSlice: L(T(), T()), 0, 1, NULL
PyList_Size: L(T())
PyList_Sort: L(3, 1, 2)
!PyList_Sort: L(T(), T())
_PyList_Extend: L(T()), Tu(T())
PyTuple_GetItem: Tu(T(), T()), 1
!PyTuple_GetItem: Tu(T(), T()), 9
PyTuple_GetSlice: Tu(T(), T()), 0, 1
PyTuple_GetSlice: Tu(T(), T()), 0, 2
PyTuple_New: 3
PyTuple_Pack: 2, T(), T()
PyTuple_SetItem: Tu(T(), T()), 1, T()
!PyTuple_SetItem: Tu(T(), T()), 9, T()
!PyTuple_SetItem: L(T(), T()), 1, T()
PyTuple_Size: Tu(T())
_PyTuple_Resize: Sole(Tu(T(), T())), 1
_PyTuple_Resize: Sole(Tu(T(), T())), 5
!_PyTuple_Resize: L(), 1
PySet_Add: set(L(T())), T()
PySet_Clear: set(L(T()))
PySet_Contains: set(L(T())), T()
PySet_Discard: set(L(T(), ALIVE)), ALIVE
PySet_New: L(T(), T())
PySet_New: NULL
PySet_Pop: set(L(T()))
!PySet_Pop: set()
PySet_Size: set()
PyFrozenSet_New: L(T(), T())
_PySet_NextEntry: set(L(T())), mem(8), mem(8)
_PySet_Update: set(L(T())), L(T())
PySlice_New: T(), T(), T()
PySlice_New: NULL, NULL, NULL
PySlice_GetIndices: slice(0, 2, 1), 3, mem(8), mem(8), mem(8)
PySlice_GetIndicesEx: slice(0, 2, 1), 3, mem(8), mem(8), mem(8), mem(8)
PySlice_Unpack: slice(0, 2, 1), mem(8), mem(8), mem(8)
!PySlice_Unpack: slice(T(), T(), T()), mem(8), mem(8), mem(8)
_PySlice_FromIndices: 100000, 200000
_PySlice_GetLongIndices: slice(I(1000), I(2000), I(3000)), I(4000)
_PyEval_SliceIndex: Num(), mem(8)
_PyEval_SliceIndexNotNone: Num(), mem(8)
PyStructSequence_GetItem: time.localtime(), 0
PyStructSequence_New: time.struct_time
PyStructSequence_SetItem: time.localtime(), 0, T()
PyStructSequence_NewType: A.sequence
PySeqIter_New: L(T())
PyCallIter_New: Fn(), T()
"""


def table(names):
    """name -> ([arguments of successes], [arguments of failures]); names are those that may be asked for"""
    import cases_last
    import cases_macros
    import cases_more
    import cases_tables
    out = {}
    texts = [ABSTRACT, CONTAINERS] + cases_more.TEXTS + cases_last.TEXTS + [cases_macros.MACROS] + cases_tables.TEXTS
    for line in "\n".join(texts).splitlines():
        m = LINE.match(line.strip())
        if m:
            out.setdefault(m.group(2), ([], []))[1 if m.group(1) else 0].append(m.group(3))
    for op in ("Add Subtract Multiply MatrixMultiply FloorDivide TrueDivide Remainder Divmod Lshift Rshift And Xor Or").split():
        out["PyNumber_" + op] = (["Num(), Num()", "Num(), T()"], ["T(), T()"])
        if op != "Divmod":
            out["PyNumber_InPlace" + op] = (["Num(), Num()", "InPlace(), T()"], ["T(), T()"])
    for op in ("Negative Positive Absolute Invert").split():
        out["PyNumber_" + op] = (["Num()"], ["T()"])
    cases_macros.add_checks(out, names)
    return out
