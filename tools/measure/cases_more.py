"""The cases of the headers about text, numbers, objects, errors, modules and code; cases.py says how to read them."""

TEXT = """
PyUnicode_Append: S("abc"), S("def")
PyUnicode_Append: Sole(S("abc")), S("def")
!PyUnicode_Append: S("abc"), T()
PyUnicode_AppendAndDel: S("abc"), S("def")
PyUnicode_AppendAndDel: Sole(S("abc")), S("def")
!PyUnicode_AppendAndDel: S("abc"), T()
PyUnicode_AsASCIIString: S("abc")
!PyUnicode_AsASCIIString: S("ab\\u20ac")
PyUnicode_AsCharmapString: S("abc"), NULL
PyUnicode_AsCharmapString: S("abc"), D(97, 100, 98, 101, 99, 102)
PyUnicode_AsDecodedObject: S("abc"), b"rot13", b"strict"
PyUnicode_AsDecodedUnicode: S("abc"), b"rot13", b"strict"
PyUnicode_AsEncodedObject: S("abc"), b"utf-8", b"strict"
PyUnicode_AsEncodedString: S("abc"), b"utf-8", b"strict"
PyUnicode_AsEncodedString: S("abc"), b"cp1250", b"strict"
!PyUnicode_AsEncodedString: S("ab\\u20ac"), b"ascii", b"strict"
PyUnicode_AsEncodedUnicode: S("abc"), b"rot13", b"strict"
PyUnicode_AsLatin1String: S("abc")
PyUnicode_AsRawUnicodeEscapeString: S("abc")
PyUnicode_AsUCS4: S("abc"), mem(64), 16, 1
PyUnicode_AsUCS4Copy: S("abc")
PyUnicode_AsUTF16String: S("abc")
PyUnicode_AsUTF32String: S("abc")
PyUnicode_AsUTF8: S("abc")
!PyUnicode_AsUTF8: S("\\udc00")
PyUnicode_AsUTF8AndSize: S("abc"), mem(8)
PyUnicode_AsUTF8String: S("abc")
!PyUnicode_AsUTF8String: S("\\udc00")
PyUnicode_AsUnicode: S("abc")
PyUnicode_AsUnicodeAndSize: S("abc"), mem(8)
PyUnicode_AsUnicodeCopy: S("abc")
PyUnicode_AsUnicodeEscapeString: S("abc")
PyUnicode_AsWideChar: S("abc"), mem(64), 8
PyUnicode_AsWideCharString: S("abc"), mem(8)
PyUnicode_BuildEncodingMap: S("".join(map(chr, range(256))))
PyUnicode_Compare: S("abc"), S("abd")
PyUnicode_CompareWithASCIIString: S("abc"), b"abd"
PyUnicode_Concat: S("abc"), S("def")
PyUnicode_Concat: S("abc"), S("")
!PyUnicode_Concat: S("abc"), T()
PyUnicode_Contains: S("abc"), S("bc")
PyUnicode_CopyCharacters: S("abcd"), 0, S("de"), 0, 2
PyUnicode_Count: S("abcabc"), S("bc"), 0, 5
PyUnicode_Decode: b"abcd", 4, b"utf-8", b"strict"
PyUnicode_Decode: b"abcd", 4, b"cp1250", b"strict"
!PyUnicode_Decode: b"ab\\xffd", 4, b"utf-8", b"strict"
PyUnicode_DecodeASCII: b"abcd", 4, b"strict"
!PyUnicode_DecodeASCII: b"ab\\xffd", 4, b"strict"
PyUnicode_DecodeCharmap: b"abcd", 4, NULL, b"strict"
PyUnicode_DecodeCharmap: b"ab", 2, D(97, 98, 98, 99), b"strict"
PyUnicode_DecodeFSDefault: b"abcd"
PyUnicode_DecodeFSDefaultAndSize: b"abcd", 4
PyUnicode_DecodeLatin1: b"abcd", 4, b"strict"
PyUnicode_DecodeLocale: b"abcd", b"strict"
PyUnicode_DecodeLocaleAndSize: b"abcd", 4, b"strict"
PyUnicode_DecodeRawUnicodeEscape: b"abcd", 4, b"strict"
PyUnicode_DecodeUTF16: b"abcd", 4, b"strict", NULL
PyUnicode_DecodeUTF16Stateful: b"abcd", 4, b"strict", NULL, NULL
PyUnicode_DecodeUTF32: b"\\xac\\x20\\0\\0", 4, b"strict", NULL
PyUnicode_DecodeUTF32Stateful: b"\\xac\\x20\\0\\0", 4, b"strict", NULL, NULL
!PyUnicode_DecodeUTF32: b"abcd", 4, b"strict", NULL
PyUnicode_DecodeUTF7: b"abcd", 4, b"strict"
PyUnicode_DecodeUTF7Stateful: b"abcd", 4, b"strict", NULL
PyUnicode_DecodeUTF8: b"abcd", 4, b"strict"
!PyUnicode_DecodeUTF8: b"ab\\xffd", 4, b"strict"
PyUnicode_DecodeUTF8Stateful: b"abcd", 4, b"strict", NULL
PyUnicode_DecodeUnicodeEscape: b"abcd", 4, b"strict"
PyUnicode_Encode: mem(64), 4, b"utf-8", b"strict"
PyUnicode_EncodeASCII: mem(64), 4, b"strict"
PyUnicode_EncodeCharmap: mem(64), 4, D(0, 97), b"strict"
PyUnicode_EncodeFSDefault: S("abc")
PyUnicode_EncodeLatin1: mem(64), 4, b"strict"
PyUnicode_EncodeLocale: S("abc"), b"strict"
PyUnicode_EncodeRawUnicodeEscape: mem(64), 4
PyUnicode_EncodeUTF16: mem(64), 4, b"strict", 0
PyUnicode_EncodeUTF32: mem(64), 4, b"strict", 0
PyUnicode_EncodeUTF7: mem(64), 4, 0, 0, b"strict"
PyUnicode_EncodeUTF8: mem(64), 4, b"strict"
PyUnicode_EncodeUnicodeEscape: mem(64), 4
PyUnicode_EqualToUTF8: S("abc"), b"abc"
PyUnicode_EqualToUTF8AndSize: S("abc"), b"abc", 3
PyUnicode_FSConverter: S("abc")
PyUnicode_FSConverter: By(b"abc")
!PyUnicode_FSConverter: T()
PyUnicode_FSDecoder: S("abc")
PyUnicode_FSDecoder: By(b"abc")
!PyUnicode_FSDecoder: T()
PyUnicode_Fill: S("abcd"), 0, 2, 98
PyUnicode_Find: S("abcd"), S("cd"), 0, 4, 1
PyUnicode_FindChar: S("abcd"), 99, 0, 4, 1
PyUnicode_Format: S("%s-%r"), Tu(T(), T())
PyUnicode_Format: S("%s"), T()
!PyUnicode_Format: S("%d"), Tu(T())
PyUnicode_FromEncodedObject: By(b"abcd"), b"utf-8", b"strict"
!PyUnicode_FromEncodedObject: By(b"a\\xffcd"), b"utf-8", b"strict"
PyUnicode_FromFormat: b"%d-%s", 12, b"text"
PyUnicode_FromFormat: b"%R-%U", T(), S("abc")
PyUnicode_FromFormat: b"%S-%A", T(), T()
!PyUnicode_FromFormat: b"%R", Evil()
PyUnicode_FromKindAndData: 1, b"abcd", 4
PyUnicode_FromObject: S("abc")
PyUnicode_FromObject: Str("abc")
!PyUnicode_FromObject: T()
PyUnicode_FromOrdinal: 0x20ac
!PyUnicode_FromOrdinal: 0x7fffffff
PyUnicode_FromString: b"abcd"
PyUnicode_FromStringAndSize: b"abcd", 3
PyUnicode_FromUnicode: mem(64), 4
PyUnicode_FromWideChar: mem(64), 4
PyUnicode_GetLength: S("abc")
PyUnicode_GetSize: S("abc")
PyUnicode_InternFromString: b"rs_measured_interned"
PyUnicode_InternInPlace: S("rs_measured_interned_too")
PyUnicode_IsIdentifier: S("abc")
PyUnicode_Join: S("--"), L(S("abc"), S("def"))
PyUnicode_Join: S("-"), L(S("abc"))
!PyUnicode_Join: S("-"), L(T())
PyUnicode_New: 10, 127
PyUnicode_Partition: S("a--b"), S("--")
PyUnicode_RPartition: S("a--b"), S("--")
PyUnicode_Split: S("aa--bb"), S("--"), -1
PyUnicode_RSplit: S("aa--bb"), S("--"), -1
PyUnicode_Split: S("aa bb"), NULL, -1
!PyUnicode_Split: S("aa-bb"), S(""), -1
PyUnicode_Splitlines: S("aa\\nbb"), 0
PyUnicode_ReadChar: S("abc"), 1
!PyUnicode_ReadChar: S("abc"), 9
PyUnicode_Replace: S("abcabc"), S("bc"), S("xyz"), -1
PyUnicode_Resize: Sole(S("abc")), 9
!PyUnicode_Resize: Sole(L()), 2
PyUnicode_RichCompare: S("abc"), S("abd"), 2
PyUnicode_Substring: S("abcd"), 1, 3
PyUnicode_Substring: S("abcd"), 0, 4
!PyUnicode_Substring: S("abcd"), -1, 4
PyUnicode_Tailmatch: S("abcd"), S("cd"), 0, 4, 1
PyUnicode_TransformDecimalToASCII: mem(64), 4
PyUnicode_Translate: S("abcd"), D(97, S("xyz")), b"strict"
PyUnicode_TranslateCharmap: mem(64), 4, D(0, S("xyz")), b"strict"
PyUnicode_WriteChar: S("abcd"), 1, 98
_PyUnicode_AsASCIIString: S("abc"), b"strict"
_PyUnicode_AsLatin1String: S("abc"), b"strict"
_PyUnicode_AsUTF8String: S("abc"), b"strict"
_PyUnicode_AsUnicode: S("abc")
_PyUnicode_Copy: S("abcd")
_PyUnicode_EQ: S("abc"), S("abc")
_PyUnicode_Equal: S("abc"), S("abc")
_PyUnicode_EqualToASCIIString: S("abc"), b"abc"
_PyUnicode_EqualToASCIIId: S("abc"), A.identifier
_PyUnicode_EncodeCharmap: S("abc"), D(97, 100, 98, 101, 99, 102), b"strict"
_PyUnicode_EncodeUTF16: S("abc"), b"strict", 0
_PyUnicode_EncodeUTF32: S("abc"), b"strict", 0
_PyUnicode_EncodeUTF7: S("abc"), 0, 0, b"strict"
_PyUnicode_FastCopyCharacters: S("abcd"), 0, S("de"), 0, 2
_PyUnicode_FastFill: S("abcd"), 0, 2, 98
_PyUnicode_FindMaxChar: S("abcd"), 0, 2
_PyUnicode_FormatLong: I(10**20), 0, 2, 100
_PyUnicode_FromASCII: b"abcd", 4
_PyUnicode_FromId: A.identifier
_PyUnicode_JoinArray: S("--"), L(S("abc"), S("def")), 2
_PyUnicode_Ready: S("abc")
_PyUnicode_TransformDecimalAndSpaceToASCII: S("abcd\\u0660")
_PyUnicode_TransformDecimalAndSpaceToASCII: S("abcd")
_PyUnicode_XStrip: S("xxabc"), 0, S("xz")
_PyUnicode_CheckConsistency: S("abc"), 0
_PyUnicode_DecodeUnicodeEscapeStateful: b"abcd", 4, b"strict", NULL
_PyUnicode_DecodeUnicodeEscapeInternal: b"abcd", 4, b"strict", NULL, mem(8)
_PyUnicodeTranslateError_Create: S("abcd"), 1, 2, b"reason"
_PyUnicodeWriter_WriteStr: mem(256), S("abcd") ## 0:1
_PyUnicodeWriter_WriteSubstring: mem(256), S("abcd"), 1, 3
_PyUnicodeWriter_Finish: mem(256)
PyBytes_AsString: By(b"abcd")
!PyBytes_AsString: T()
PyBytes_AsStringAndSize: By(b"abcd"), mem(8), mem(8)
PyBytes_Concat: By(b"abcd"), By(b"efg")
PyBytes_Concat: Sole(By(b"abcd")), By(b"efg")
!PyBytes_Concat: By(b"abcd"), T()
PyBytes_ConcatAndDel: By(b"abcd"), By(b"efg")
PyBytes_ConcatAndDel: Sole(By(b"abcd")), By(b"efg")
!PyBytes_ConcatAndDel: By(b"abcd"), T()
PyBytes_DecodeEscape: b"abcd", 4, b"strict", 0, NULL
PyBytes_FromFormat: b"%d-%s", 12, b"text"
PyBytes_FromObject: bytearray(b"abcd")
PyBytes_FromObject: L(1, 2, 3)
PyBytes_FromObject: By(b"abcd")
!PyBytes_FromObject: L(T())
PyBytes_FromString: b"abcd"
PyBytes_FromStringAndSize: b"abcd", 4
PyBytes_FromStringAndSize: NULL, 4
PyBytes_Repr: By(b"abcd"), 0
PyBytes_Size: By(b"abcd")
_PyBytes_FormatEx: b"%d-%s", 5, Tu(I(5), By(b"abc")), 0
_PyBytes_FromHex: S("abcd"), 0
_PyBytes_Join: By(b"-"), L(By(b"abc"), By(b"def"))
_PyBytes_Resize: Sole(By(b"abcd")), 9
!_PyBytes_Resize: By(b"abcd"), 9
!_PyBytes_Resize: Sole(L()), 9
PyByteArray_AsString: bytearray(b"abcd")
PyByteArray_Concat: bytearray(b"abcd"), By(b"efg")
!PyByteArray_Concat: bytearray(b"abcd"), T()
PyByteArray_FromObject: By(b"abcd")
PyByteArray_FromObject: L(1, 2)
!PyByteArray_FromObject: L(T())
PyByteArray_FromStringAndSize: b"abcd", 4
PyByteArray_Resize: bytearray(b"abcd"), 99
PyByteArray_Size: bytearray(b"abcd")
_Py_strhex: b"abcd", 4
_Py_strhex_bytes: b"abcd", 4
_Py_strhex_bytes_with_sep: b"abcd", 4, S("-"), 1
_Py_strhex_with_sep: b"abcd", 4, S("-"), 1
_Py_Mangle: S("Klass"), S("__x")
PyBuffer_FillInfo: T(), mem(64), 8, 1, 0
PyBuffer_FillInfo: NULL, mem(64), 8, 1, 0
!PyBuffer_FillInfo: T(), mem(64), 8, 1, 1
PyBuffer_Release: By(b"abcd")
PyBuffer_Release: bytearray(b"abcd")
PyObject_GetBuffer: By(b"abcd"), 0
PyObject_GetBuffer: memoryview(By(b"abcd")), 0
!PyObject_GetBuffer: By(b"abcd"), 1
!PyObject_GetBuffer: T(), 0
PyObject_CopyData: bytearray(b"abcd"), By(b"efgh")
PyMemoryView_FromMemory: mem(64), 8, 0x100
PyMemoryView_FromObject: By(b"abcd")
!PyMemoryView_FromObject: T()
PyMemoryView_GetContiguous: By(b"abcd"), 0x100, 67
PyPickleBuffer_FromObject: By(b"abcd")
PyPickleBuffer_GetBuffer: pickle.PickleBuffer(By(b"abcd"))
PyPickleBuffer_Release: pickle.PickleBuffer(By(b"abcd"))
"""

NUMBERS = """
PyBool_FromLong: 1
PyComplex_AsCComplex: complex(I(3), F(2.5))
PyComplex_FromDoubles: 1.5, 2.5
PyComplex_FromCComplex: Pair(1.5, 2.5)
PyComplex_RealAsDouble: complex(I(3), F(2.5))
PyComplex_ImagAsDouble: complex(I(3), F(2.5))
PyFloat_AsDouble: F(2.5)
PyFloat_AsDouble: Num()
!PyFloat_AsDouble: T()
PyFloat_FromDouble: 2.5
PyFloat_FromString: S("2.5")
!PyFloat_FromString: S("x")
PyFloat_GetInfo:
PyLong_AsDouble: I(12345)
!PyLong_AsDouble: T()
PyLong_AsLong: I(12345)
PyLong_AsLong: Num()
!PyLong_AsLong: I(10**30)
PyLong_AsInt: I(12345)
!PyLong_AsInt: I(10**30)
_PyLong_AsInt: I(12345)
PyLong_AsLongAndOverflow: I(12345), mem(8)
PyLong_AsLongLong: I(12345)
!PyLong_AsLongLong: I(10**30)
PyLong_AsLongLongAndOverflow: I(12345), mem(8)
PyLong_AsNativeBytes: I(12345), mem(16), 16, -1
PyLong_AsSize_t: I(12345)
PyLong_AsSsize_t: I(12345)
PyLong_AsUnsignedLong: I(12345)
PyLong_AsUnsignedLongLong: I(12345)
PyLong_AsUnsignedLongLongMask: I(12345)
PyLong_AsUnsignedLongMask: I(12345)
PyLong_AsVoidPtr: I(12345)
!PyLong_AsVoidPtr: I(10**30)
PyLong_FromDouble: 123456.5
!PyLong_FromDouble: float("inf")
PyLong_FromLong: 123456
PyLong_FromLongLong: 123456
PyLong_FromNativeBytes: b"abcdefgh", 8, -1
PyLong_FromUnsignedNativeBytes: b"abcdefgh", 8, -1
PyLong_FromSize_t: 123456
PyLong_FromSsize_t: 123456
PyLong_FromString: b"123456", NULL, 10
!PyLong_FromString: b"xyz", NULL, 10
PyLong_FromUnicode: mem(64), 0, 10
PyLong_FromUnicodeObject: S("123456"), 10
!PyLong_FromUnicodeObject: S("xyz"), 10
PyLong_FromUnsignedLong: 123456
PyLong_FromUnsignedLongLong: 123456
PyLong_FromVoidPtr: 123456
PyLong_GetInfo:
PyUnstable_Long_CompactValue: I(1234)
PyUnstable_Long_IsCompact: I(1234)
_PyLong_AsTime_t: I(12345)
_PyLong_AsByteArray: I(12345), mem(16), 8, 1, 0
_PyLong_AsByteArray: I(12345), mem(16), 8, 1, 0, 1
_PyLong_Copy: I(123456)
_PyLong_DivmodNear: I(123456), I(1212)
_PyLong_Format: I(123456), 10
_PyLong_Frexp: I(123456), mem(8)
_PyLong_FromByteArray: b"abcdefgh", 8, 1, 0
_PyLong_FromBytes: b"123456", 6, 10
_PyLong_FromDigits: 0, 2, b"abcdefgh"
_PyLong_FromNbIndexOrNbInt: Num()
_PyLong_FromNbInt: Num()
_PyLong_FromTime_t: 123456
_PyLong_GCD: I(12 * 10**20), I(18 * 10**20)
_PyLong_Lshift: I(123456), 3
_PyLong_Rshift: I(123456), 3
_PyLong_New: 3
_PyLong_NumBits: I(123456)
_PyLong_Sign: I(123456)
_PyLong_Size_t_Converter: I(1234), mem(8)
_PyLong_UnsignedInt_Converter: I(1234), mem(8)
_PyLong_UnsignedLongLong_Converter: I(1234), mem(8)
_PyLong_UnsignedLong_Converter: I(1234), mem(8)
_PyLong_UnsignedShort_Converter: I(1234), mem(8)
_Py_convert_optional_to_ssize_t: I(1234), mem(8)
_Py_HashDouble: T(), 1.5
PyOS_string_to_double: b"2.5", NULL, NULL
_PyTime_AsNanosecondsObject: 123456789
_PyTime_FromMillisecondsObject: mem(8), I(1234), 0
_PyTime_FromNanosecondsObject: mem(8), I(1234)
_PyTime_FromSecondsObject: mem(8), I(1234), 0
_PyTime_ObjectToTime_t: I(1234), mem(8), 0
_PyTime_ObjectToTimespec: I(1234), mem(8), mem(8), 0
_PyTime_ObjectToTimeval: I(1234), mem(8), mem(8), 0
"""

OBJECTS = """
PyCallable_Check: Fn()
PyObject_ASCII: S("ab\\u20ac")
PyObject_ASCII: T()
PyObject_Bytes: bytearray(b"abcd")
PyObject_Bytes: By(b"abcd")
PyObject_CallFinalizer: T()
PyObject_ClearWeakRefs: T()
PyObject_DelAttr: namespaced(attribute=T()), Str("attribute")
!PyObject_DelAttr: T(), Str("attribute")
PyObject_DelAttrString: namespaced(attribute=T()), b"attribute"
PyObject_Dir: T()
PyObject_GenericGetAttr: namespaced(attribute=T()), Str("attribute")
!PyObject_GenericGetAttr: T(), Str("attribute")
PyObject_GenericHash: T()
PyObject_GenericSetAttr: namespaced(attribute=T()), Str("attribute"), T()
!PyObject_GenericSetAttr: object(), Str("attribute"), T()
PyObject_GetAttr: namespaced(attribute=T()), Str("attribute")
!PyObject_GetAttr: T(), Str("attribute")
PyObject_GetAttrString: namespaced(attribute=T()), b"attribute"
!PyObject_GetAttrString: T(), b"attribute"
PyObject_GetItemData: namespaced()
PyObject_GetOptionalAttr: namespaced(attribute=T()), Str("attribute")
PyObject_GetOptionalAttr: T(), Str("attribute")
PyObject_GetOptionalAttrString: namespaced(attribute=T()), b"attribute"
PyObject_GetOptionalAttrString: T(), b"attribute"
PyObject_GetTypeData: T(), T
PyObject_HasAttr: namespaced(attribute=T()), Str("attribute")
PyObject_HasAttrString: namespaced(attribute=T()), b"attribute"
PyObject_HasAttrStringWithError: namespaced(attribute=T()), b"attribute"
PyObject_HasAttrWithError: namespaced(attribute=T()), Str("attribute")
PyObject_Hash: T()
!PyObject_Hash: L()
!PyObject_HashNotImplemented: T()
PyObject_IsTrue: L(T())
PyObject_Not: L(T())
PyObject_Print: S("abc"), A.stdout, 0
PyObject_Repr: T()
PyObject_Repr: L(T())
PyObject_RichCompare: T(), T(), 2
PyObject_RichCompare: Num(), T(), 0
PyObject_RichCompare: L(T()), L(T()), 2
!PyObject_RichCompare: T(), T(), 0
PyObject_RichCompareBool: L(T()), L(T()), 2
!PyObject_RichCompareBool: T(), T(), 0
PyObject_SelfIter: iter(L())
PyObject_SetAttr: namespaced(attribute=T()), Str("attribute"), T()
PyObject_SetAttr: namespaced(attribute=T()), Str("attribute"), NULL
!PyObject_SetAttr: object(), Str("attribute"), T()
PyObject_SetAttrString: namespaced(attribute=T()), b"attribute", T()
!PyObject_SetAttrString: object(), b"attribute", T()
PyObject_Str: T()
PyObject_Str: S("abc")
PyObject_ClearManagedDict: namespaced(attribute=T())
PyObject_VisitManagedDict: namespaced(attribute=T()), A.callback, NULL
_PyObject_ClearManagedDict: namespaced(attribute=T())
_PyObject_VisitManagedDict: namespaced(attribute=T()), A.callback, NULL
_PyObject_CallMethodId: attributed(Fn()), A.identifier, b"O", T()
_PyObject_CallMethodIdObjArgs: attributed(Fn()), A.identifier, T()
_PyObject_FunctionStr: Fn()
_PyObject_GenericGetAttrWithDict: namespaced(attribute=T()), Str("attribute"), NULL, 0
_PyObject_GenericGetAttrWithDict: T(), Str("attribute"), D("attribute", T()), 0
_PyObject_GenericSetAttrWithDict: namespaced(attribute=T()), Str("attribute"), T(), NULL
_PyObject_GenericSetAttrWithDict: T(), Str("attribute"), T(), D("attribute", T())
_PyObject_GetAttrId: attributed(T()), A.identifier
_PyObject_GetDictPtr: T()
_PyObject_GetMethod: Box(), Str("method")
_PyObject_GetMethod: namespaced(attribute=T()), Str("attribute")
_PyObject_GetState: namespaced(attribute=T())
_PyObject_HasAttrId: attributed(T()), A.identifier
_PyObject_HasLen: L()
_PyObject_IsAbstract: T()
_PyObject_LookupAttr: namespaced(attribute=T()), Str("attribute")
_PyObject_LookupAttr: T(), Str("attribute")
_PyObject_LookupAttrId: attributed(T()), A.identifier
_PyObject_LookupAttrId: T(), A.identifier
_PyObject_MakeTpCall: Fn(), L(T()), 1, NULL
_PyObject_MakeTpCall: A.tstate, Fn(), L(T()), 1, NULL
_PyObject_MakeTpCall: Fn(), L(T()), 1, D("b", T())
_PyObject_MakeTpCall: A.tstate, Fn(), L(T()), 1, D("b", T())
_PyObject_Call_Prepend: Box().method, T(), Tu(T()), NULL
_PyObject_Call_Prepend: A.tstate, Box().method, T(), Tu(T()), NULL
_PyObject_Call_Prepend: Fn(), T(), Tu(), D("b", T())
_PyObject_Call_Prepend: A.tstate, Fn(), T(), Tu(), D("b", T())
_PyObject_NextNotImplemented: T()
_PyObject_RealIsInstance: T(), T
_PyObject_RealIsSubclass: C(), T
_PyObject_SetAttrId: T(), A.identifier, T()
_PyObject_New: object
_PyObject_New: C(__slots__=())
_PyObject_GC_New: Collected
_PyObject_GC_NewVar: Collected, 2
_PyObject_NewVar: bytes, 2
_PyObject_NewVar: C(bytes, __slots__=()), 2
PyType_GenericAlloc: T, 0
PyType_GenericAlloc: tuple, 3
PyType_GenericNew: T, NULL, NULL
PyType_GenericNew: T, Tu(T()), D("a", T())
PyUnstable_Object_GC_NewWithExtraData: T, 16
PyObject_Init: mem(64, "M"), object
PyObject_InitVar: mem(64, "M"), bytes, 1
PyObject_GC_Track: untracked()
PyObject_GC_UnTrack: L()
PyObject_GC_IsTracked: L()
PyObject_GC_IsFinalized: L()
PyObject_GET_WEAKREFS_LISTPTR: T()
PyObject_IS_GC: T()
PyType_FromMetaclass: NULL, NULL, A.spec, NULL
PyType_FromMetaclass: NULL, Module(), A.spec, NULL
PyType_FromMetaclass: NULL, NULL, A.spec, Tu(T)
PyType_FromModuleAndSpec: Module(), A.spec, NULL
PyType_FromModuleAndSpec: NULL, A.spec, Tu(T)
PyType_FromSpec: A.spec
PyType_FromSpecWithBases: A.spec, Tu(object)
PyType_GetDict: C() ## 1:1
PyType_GetFlags: C()
PyType_GetFullyQualifiedName: C()
PyType_GetModuleName: C(__module__=S("some.module"))
PyType_GetModule: __import__("_struct").Struct
PyType_GetModuleState: __import__("_struct").Struct
PyType_GetName: C()
PyType_GetQualName: C()
!PyType_GetModule: C()
!PyType_GetModuleState: C()
PyType_GetSlot: C(), 60
PyType_GetTypeDataSize: C()
PyType_IsSubtype: C(), T
PyType_Modified: C()
PyType_SUPPORTS_WEAKREFS: C()
_PyType_CalculateMetaclass: type, Tu(T)
_PyType_Lookup: C(key=T()), Str("key")
_PyType_Lookup: C(), Str("key")
_PyType_LookupId: C(attribute=T()), A.identifier
_PyType_LookupRef: C(key=T()), Str("key")
_PyType_Name: C()
PyUnstable_Type_AssignVersionTag: C()
Py_DecRef: T()
Py_IncRef: T()
_Py_DecRef: T()
_Py_IncRef: T()
Py_NewRef: T()
Py_XNewRef: T()
Py_XNewRef: NULL
Py_GetConstant: 7
Py_GetConstantBorrowed: 7
Py_Is: T(), T()
Py_IsNone: T()
Py_IsTrue: T()
Py_IsFalse: T()
Py_GenericAlias: T(), T()
Py_GenericAlias: C(), Tu(T(), T())
_Py_CheckFunctionResult: Fn(), T(), NULL
_Py_CheckFunctionResult: A.tstate, Fn(), T(), NULL
!_Py_CheckFunctionResult: Fn(), NULL, NULL
!_Py_CheckFunctionResult: A.tstate, Fn(), NULL, NULL
PyCapsule_New: 4096, NULL, NULL
PyCapsule_GetContext: Cap()
PyCapsule_GetDestructor: Cap()
PyCapsule_GetName: Cap()
PyCapsule_GetPointer: Cap(), b"rsmeasured"
!PyCapsule_GetPointer: Cap(), b"other"
PyCapsule_IsValid: Cap(), b"rsmeasured"
PyCapsule_SetContext: Cap(), NULL
PyCapsule_SetDestructor: Cap(), NULL
PyCapsule_SetName: Cap(), NULL
PyCapsule_SetPointer: Cap(), 4096
PyCell_Get: Cell(T())
PyCell_Get: Cell()
PyCell_New: T()
PyCell_New: NULL
PyCell_Set: Cell(T()), T()
!PyCell_Set: T(), T()
PyWeakref_GetObject: W(ALIVE)
PyWeakref_GetObject: dead()
PyWeakref_GetRef: W(ALIVE)
PyWeakref_GetRef: dead()
PyWeakref_NewProxy: T(), NULL
PyWeakref_NewProxy: T(), Fn()
PyWeakref_NewRef: T(), NULL
PyWeakref_NewRef: T(), Fn()
!PyWeakref_NewRef: I(12345), NULL
_PyWeakref_ClearRef: W(ALIVE)
PyContextVar_Get: Var(T()), NULL
PyContextVar_Get: Var(), T()
PyContextVar_Get: Var(), NULL
!PyContextVar_Get: T(), NULL
PyContextVar_New: b"rs_var", T()
PyContextVar_New: b"rs_var", NULL
PyContextVar_Set: Var(), T() ## 0:1 1:1
PyContextVar_Reset: *var_and_token() ## 0:-1
PyContext_Copy: Ctx()
PyContext_CopyCurrent:
PyContext_Enter: Ctx() ## 0:1
!PyContext_Exit: Ctx()
PyContext_New:
"""

TEXTS = [TEXT, NUMBERS, OBJECTS]
