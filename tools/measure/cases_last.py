"""The cases of the headers about errors, modules, calls by format, code, frames and the interpreter; see cases.py."""

ERRORS = """
PyErr_Display: ValueError, ValueError(), Traceback()
PyErr_DisplayException: Caught()
PyErr_Fetch: ## pending
PyErr_Fetch:
PyErr_GetExcInfo: ## handling 1:1 2:2@..3.10 2:1@3.11..
PyErr_GetExcInfo:
PyErr_GetHandledException: ## handling 0:1
PyErr_GetHandledException:
PyErr_GetRaisedException: ## pending
PyErr_GetRaisedException:
PyErr_Occurred: ## pending
PyErr_Occurred:
PyErr_GivenExceptionMatches: E(ValueError), ValueError
PyErr_NewException: b"rs.Error", NULL, NULL
PyErr_NewException: b"rs.Error", Tu(Fails), D("a", T())
PyErr_NewExceptionWithDoc: b"rs.Error", b"doc", Tu(Fails), D("a", T())
PyErr_NormalizeException: Fails, S("text"), NULL
PyErr_NormalizeException: Fails, Tu(S("text"), T()), NULL
PyErr_NormalizeException: Fails, E(Fails, T()), Traceback()
PyErr_NormalizeException: ValueError, NULL, NULL
PyErr_ProgramTextObject: S(__file__), 1
PyErr_Restore: Fails, E(Fails, T()), Traceback()
PyErr_Restore: NULL, NULL, NULL
PyErr_SetExcInfo: Fails, E(Fails), Traceback() ## 0:2@..3.10 0:1@3.11.. 1:1 2:1@..3.10
PyErr_SetHandledException: Caught(Fails) ## 0:1
PyErr_SetFromErrno: C(OSError)
PyErr_SetFromErrnoWithFilename: C(OSError), b"file"
PyErr_SetFromErrnoWithFilenameObject: OSError, S("file")
PyErr_SetFromErrnoWithFilenameObjects: OSError, S("file"), S("file2")
PyErr_SetImportError: S("message"), S("name"), S("path")
PyErr_SetImportErrorSubclass: ModuleNotFoundError, S("message"), S("name"), S("path")
PyErr_Format: Fails, b"%R", T()
_PyErr_FormatFromCause: Fails, b"%R", T() ## pending 0:*
PyErr_NoMemory:
PyErr_SetNone: Fails
PyErr_SetObject: Fails, T()
PyErr_SetObject: Fails, E(Fails, T())
PyErr_SetObject: Fails, NULL
PyErr_SetRaisedException: E(Fails, T())
PyErr_SetString: Fails, b"text"
PyErr_ExceptionMatches: Fails
PyErr_SyntaxLocationObject: S("file"), 1, 2 ## pending
PyErr_RangedSyntaxLocationObject: S("file"), 1, 2, 3, 4 ## pending
PyErr_WarnEx: C(UserWarning), b"text", 1 ## 0:*
PyErr_WarnExplicitObject: UserWarning, S("text"), S("file"), 1, S("module"), D()
!PyErr_WarnExplicitObject: T(), S("text"), S("file"), 1, S("module"), D()
PyErr_WriteUnraisable: T()
_PyErr_WriteUnraisableMsg: b"text", T()
_PyErr_SetKeyError: T()
_PyErr_ChainExceptions: Fails, E(Fails, T()), Traceback() ## raises
_PyErr_ChainExceptions1: E(Fails, T())
_PyErr_GetExcInfo: A.tstate ## handling 1:1 2:2@..3.10 2:1@3.11..
_PyErr_GetExcInfo: A.tstate
PyExceptionClass_Name: Fails
PyException_GetArgs: E(Fails, T())
PyException_GetCause: caused(E(Fails))
PyException_GetCause: E(Fails)
PyException_GetContext: caused(E(Fails))
PyException_GetTraceback: Caught(Fails)
PyException_GetTraceback: E(Fails)
PyException_SetArgs: E(Fails, T()), Tu(T())
PyException_SetCause: caused(E(Fails)), E(Fails)
PyException_SetCause: E(Fails), NULL
PyException_SetContext: caused(E(Fails)), E(Fails)
PyException_SetTraceback: E(Fails), Traceback()
!PyException_SetTraceback: E(Fails), T()
PyUnicodeDecodeError_Create: b"utf-8", b"abcdef", 6, 1, 2, b"reason"
PyUnicodeDecodeError_GetEncoding: decode_error()
PyUnicodeDecodeError_GetEnd: decode_error(), mem(8)
PyUnicodeDecodeError_GetObject: decode_error()
PyUnicodeDecodeError_GetReason: decode_error()
PyUnicodeDecodeError_GetStart: decode_error(), mem(8)
PyUnicodeDecodeError_SetEnd: decode_error(), 2
PyUnicodeDecodeError_SetReason: decode_error(), b"other"
PyUnicodeDecodeError_SetStart: decode_error(), 1
PyUnicodeEncodeError_Create: b"utf-8", mem(64), 6, 1, 2, b"reason"
PyUnicodeEncodeError_GetEncoding: encode_error()
PyUnicodeEncodeError_GetEnd: encode_error(), mem(8)
PyUnicodeEncodeError_GetObject: encode_error()
PyUnicodeEncodeError_GetReason: encode_error()
PyUnicodeEncodeError_GetStart: encode_error(), mem(8)
PyUnicodeEncodeError_SetEnd: encode_error(), 2
PyUnicodeEncodeError_SetReason: encode_error(), b"other"
PyUnicodeEncodeError_SetStart: encode_error(), 1
PyUnicodeTranslateError_Create: mem(64), 6, 1, 2, b"reason"
PyUnicodeTranslateError_GetEnd: translate_error(), mem(8)
PyUnicodeTranslateError_GetObject: translate_error()
PyUnicodeTranslateError_GetReason: translate_error()
PyUnicodeTranslateError_GetStart: translate_error(), mem(8)
PyUnicodeTranslateError_SetEnd: translate_error(), 2
PyUnicodeTranslateError_SetReason: translate_error(), b"other"
PyUnicodeTranslateError_SetStart: translate_error(), 1
PyUnstable_Exc_PrepReraiseStar: Caught(Fails), L()
PyUnstable_Exc_PrepReraiseStar: Caught(Fails), L(Caught(Fails))
PyTraceBack_Print: Traceback(), File()
PyCodec_BackslashReplaceErrors: encode_error()
PyCodec_IgnoreErrors: encode_error()
PyCodec_NameReplaceErrors: encode_error()
PyCodec_ReplaceErrors: encode_error()
PyCodec_XMLCharRefReplaceErrors: encode_error()
!PyCodec_IgnoreErrors: T()
PyCodec_StrictErrors: encode_error()
"""

MODULES = """
PyArg_Parse: Tu(T(), T()), b"(OO)", OUT, OUT
PyArg_Parse: T(), b"O", OUT
!PyArg_Parse: T(), b"i", mem(8)
PyArg_ParseTuple: Tu(T(), T()), b"OO", OUT, OUT
PyArg_ParseTuple: Tu(L(T()), T()), b"O!O", list, OUT, OUT
PyArg_ParseTuple: Tu(I(5), S("text")), b"is", mem(8), mem(8)
!PyArg_ParseTuple: Tu(T()), b"OO", OUT, OUT
!PyArg_ParseTuple: Tu(T()), b"O!", list, OUT
_PyArg_ParseTuple_SizeT: Tu(T(), T()), b"OO", OUT, OUT
_PyArg_Parse_SizeT: T(), b"O", OUT
PyArg_ParseTupleAndKeywords: Tu(T()), D("b", T()), b"OO", keywords(b"a", b"b"), OUT, OUT
!PyArg_ParseTupleAndKeywords: Tu(T()), D("c", T()), b"OO", keywords(b"a", b"b"), OUT, OUT
_PyArg_ParseTupleAndKeywords_SizeT: Tu(T()), D("b", T()), b"OO", keywords(b"a", b"b"), OUT, OUT
PyArg_UnpackTuple: Tu(T(), T()), b"name", 1, 3, OUT, OUT, OUT
!PyArg_UnpackTuple: Tu(T(), T()), b"name", 3, 3, OUT, OUT, OUT
_PyArg_UnpackStack: L(T(), T()), 2, b"name", 1, 3, OUT, OUT, OUT
_PyArg_ParseStack: L(T(), T()), 2, b"OO", OUT, OUT
_PyArg_ParseStack_SizeT: L(T(), T()), 2, b"OO", OUT, OUT
PyArg_ValidateKeywordArguments: D("a", T())
!PyArg_ValidateKeywordArguments: D(1, T())
_PyArg_BadArgument: b"name", b"argument", b"int", T()
_PyArg_NoKeywords: b"name", D()
!_PyArg_NoKeywords: b"name", D("a", T())
_PyArg_NoKwnames: b"name", NULL
_PyArg_NoPositional: b"name", Tu()
!_PyArg_NoPositional: b"name", Tu(T())
Py_BuildValue: b"(OO)", T(), T()
Py_BuildValue: b"(NO)", Given(T()), T()
Py_BuildValue: b"[SN]", T(), Given(T())
Py_BuildValue: b"{sO}", b"key", T()
Py_BuildValue: b"{OO}", T(), T()
Py_BuildValue: b"{NN}", Given(T()), Given(T())
Py_BuildValue: b"O", T()
Py_BuildValue: b"N", Given(T())
Py_BuildValue: b"is", 100000, b"text"
!Py_BuildValue: b"(NO)", Given(T()), NULL
!Py_BuildValue: b"(ON)", NULL, Given(T())
!Py_BuildValue: b"{ON}", L(), Given(T())
!Py_BuildValue: b"{NN}", Given(L()), Given(T())
!Py_BuildValue: b"[ONs]", NULL, Given(T()), b"text"
_Py_BuildValue_SizeT: b"(NO)", Given(T()), T()
!_Py_BuildValue_SizeT: b"(ON)", NULL, Given(T())
PyModule_Add: Module(), b"rs_name", T()
!PyModule_Add: T(), b"rs_name", T()
PyModule_AddObject: Module(), b"rs_name", T()
!PyModule_AddObject: T(), b"rs_name", T()
PyModule_AddObjectRef: Module(), b"rs_name", T()
!PyModule_AddObjectRef: T(), b"rs_name", T()
_PyModule_Add: Module(), b"rs_name", T()
!_PyModule_Add: T(), b"rs_name", T()
PyModule_AddFunctions: Module(), A.method ## 0:1
PyModule_AddIntConstant: Module(), b"rs_name", 12345
PyModule_AddStringConstant: Module(), b"rs_name", b"text"
PyModule_AddType: Module(), C()
PyModule_Create2: A.module, 1013
PyModule_ExecDef: Module(), A.phased
PyModule_FromDefAndSpec2: A.phased, spec(), 1013
PyModule_SetDocString: Module(), b"doc"
PyModuleDef_Init: A.module
PyModule_GetDef: Module()
PyModule_GetDict: Module()
!PyModule_GetDict: T()
PyModule_GetFilename: filed()
!PyModule_GetFilename: Module()
PyModule_GetFilenameObject: filed()
!PyModule_GetFilenameObject: Module()
PyModule_GetName: Module()
PyModule_GetNameObject: Module()
PyModule_GetState: Module()
PyModule_New: b"rs_name"
PyModule_NewObject: S("rs_name")
PyState_AddModule: Module(), A.module ## 0:1
PyState_FindModule: A.module
PyImport_AddModule: b"rs_added"
PyImport_AddModule: b"sys"
PyImport_AddModuleObject: Str("sys")
PyImport_AddModuleRef: b"sys"
PyImport_ExecCodeModule: b"rs_executed", Code() ## 1:0
!PyImport_ExecCodeModule: b"rs_executed", raising()
PyImport_ExecCodeModuleEx: b"rs_executed", Code(), b"path"
PyImport_ExecCodeModuleObject: S("rs_executed"), Code(), NULL, NULL ## 0:*
PyImport_ExecCodeModuleWithPathnames: b"rs_executed", Code(), b"path", NULL
PyImport_GetImporter: S("/usr") ## 0:*
PyImport_GetModule: Str("sys")
PyImport_GetModule: Str("nothing")
PyImport_GetModuleDict:
PyImport_Import: Str("sys")
!PyImport_Import: Str("rs_nothing")
PyImport_ImportFrozenModuleObject: Str("rs_nothing")
PyImport_ImportModule: b"sys"
!PyImport_ImportModule: b"rs_nothing"
PyImport_ImportModuleLevel: b"sys", D(), D(), L(), 0
PyImport_ImportModuleLevelObject: Str("sys"), D(), D(), L(), 0
PyImport_ImportModuleNoBlock: b"sys"
PyImport_ReloadModule: __import__("keyword")
_PyImport_GetModuleAttr: Str("sys"), Str("path")
_PyImport_GetModuleAttrString: b"sys", b"path"
PyCFunction_Call: Cf(), Tu(T()), NULL
PyCFunction_Call: sorted, Tu(L(T())), D("key", Fn())
PyCFunction_GetFlags: Cf()
PyCFunction_GetFunction: Cf()
PyCFunction_GetSelf: Cf()
!PyCFunction_GetSelf: T()
PyCFunction_New: A.method, T()
PyCFunction_NewEx: A.method, T(), S("module")
PyCMethod_New: A.method, T(), S("module"), NULL
PyClassMethod_New: T()
PyStaticMethod_New: T()
PyInstanceMethod_New: T()
PyInstanceMethod_Function: instance_method()
PyMethod_New: Fn(), T()
PyMethod_Function: M()
PyMethod_Self: M()
PyDescr_NewClassMethod: T, A.method
PyDescr_NewGetSet: T, A.getset
PyDescr_NewMember: T, A.member
PyDescr_NewMethod: T, A.method
PyDescr_IsData: property()
PyWrapper_New: int.__add__, I(1000)
PyMember_GetOne: A.host, A.member
PyMember_SetOne: A.host, A.member, T() ## 0:1
PyFunction_GetAnnotations: ClosureFn()
PyFunction_GetClosure: ClosureFn()
PyFunction_GetClosure: Fn()
PyFunction_GetCode: Fn()
PyFunction_GetDefaults: Fn()
PyFunction_GetGlobals: Fn()
PyFunction_GetKwDefaults: Fn()
PyFunction_GetModule: ClosureFn()
!PyFunction_GetCode: T()
!PyFunction_GetDefaults: T()
PyFunction_New: Code(), D("__name__", S("m"))
PyFunction_NewWithQualName: Code(), D("__name__", S("m")), S("qualname")
PyFunction_SetAnnotations: Fn(), D()
PyFunction_SetClosure: ClosureFn(), Tu(Cell(T()))
PyFunction_SetDefaults: Fn(), Tu(T())
PyFunction_SetKwDefaults: Fn(), D("b", T())
!PyFunction_SetDefaults: Fn(), T()
PyFunction_SetVectorcall: Fn(), A.callback
"""

CODE = """
PyCode_Addr2Line: Code(), 0
PyCode_Addr2Location: Code(), 0, mem(8), mem(8), mem(8), mem(8)
PyCode_GetCellvars: ClosureFn.__code__
PyCode_GetCode: Code()
PyCode_GetFreevars: ClosureFn().__code__
PyCode_GetVarnames: full_code()
PyCode_NewEmpty: b"file", b"function", 1
PyCode_Optimize: By(b"d\\0S\\0"), L(None), Tu(S("name")), By(b"\\0\\1")
PyUnstable_Code_GetExtra: Code(), 0, mem(8)
_PyCode_GetExtra: Code(), 0, mem(8)
PyEval_CallFunction: Fn(), b"(O)", T()
PyEval_CallMethod: Box(), b"method", b"(O)", T()
PyEval_CallObjectWithKeywords: Fn(), Tu(T()), NULL
PyEval_CallObjectWithKeywords: Fn(), Tu(T()), D("b", T())
PyEval_EvalCode: Expression(), D(), D()
PyEval_EvalCode: Code(), D(), NULL
!PyEval_EvalCode: raising(), D(), D()
PyEval_EvalCodeEx: full_code(), D(), D(), L(), 0, NULL, 0, L(), 0, D("k", T()), Tu(Cell(T()))
_PyEval_EvalCodeWithName: full_code(), D(), D(), L(), 0, NULL, NULL, 0, 1, L(), 0, D("k", T()), Tu(Cell(T())), S("name"), S("qualname")
PyEval_GetBuiltins:
PyEval_GetFrame: ## 0:1
PyEval_GetFrameBuiltins:
PyEval_GetFrameGlobals:
PyEval_GetFrameLocals:
PyEval_GetFuncDesc: Fn()
PyEval_GetFuncName: Fn()
PyEval_GetGlobals:
PyEval_GetLocals: ## 0:1
PyEval_SetProfile: A.callback, T() ## 0:1
PyEval_SetTrace: A.callback, T() ## 0:1
PyEval_SetProfileAllThreads: A.callback, T() ## 0:1
PyEval_SetTraceAllThreads: A.callback, T() ## 0:1
_PyEval_SetProfile: A.tstate, A.callback, T() ## 0:1
_PyEval_SetTrace: A.tstate, A.callback, T() ## 0:1
PyFrame_FastToLocals: Frame()
PyFrame_FastToLocalsWithError: Frame()
PyFrame_GetBack: Frame()
PyFrame_GetBuiltins: Frame()
PyFrame_GetCode: Frame()
PyFrame_GetGenerator: Frame()
PyFrame_GetGlobals: Frame()
PyFrame_GetLasti: Frame()
PyFrame_GetLineNumber: Frame()
PyFrame_GetLocals: Frame()
PyFrame_GetVar: Frame(), Str("argument")
!PyFrame_GetVar: Frame(), Str("nothing")
PyFrame_GetVarString: Frame(), b"argument"
PyFrame_LocalsToFast: Frame(), 0
PyFrame_New: A.tstate, Code(), D("__builtins__", D()), D()
PyGen_GetCode: G()
PyThreadState_GetDict:
PyThreadState_GetFrame: A.tstate ## 0:1
PyThreadState_SetAsyncExc: 1, Fails
PyTraceBack_Here: Frame() ## pending
PyInterpreterState_GetDict: A.interp
PyUnstable_InterpreterState_GetMainModule: A.interp
PySys_GetObject: b"path"
PySys_GetObject: b"rs_nothing"
PySys_SetObject: b"rs_name", T() ## 0:1
PySys_GetXOptions:
PySys_AuditTuple: b"rs.event", Tu(T())
PySys_Audit: b"rs.event", b"O", T()
_PySys_GetAttr: A.tstate, Str("path")
_PySys_GetSizeOf: L(T())
PySys_AddWarnOptionUnicode: S("ignore") ## 0:1
PyThread_GetInfo:
PyFile_FromFd: 0, b"name", b"r", -1, NULL, NULL, NULL, 0
PyFile_GetLine: File(), 0
PyFile_GetLine: File(), -1
PyFile_NewStdPrinter: 1
PyFile_OpenCode: b"/dev/null"
PyFile_OpenCodeObject: S("/dev/null")
PyFile_WriteObject: T(), File(), 0
PyFile_WriteString: b"text", File()
!PyFile_WriteString: b"text", T()
PyObject_AsFileDescriptor: type("F", (), {"fileno": lambda self: 3})()
!PyObject_AsFileDescriptor: T()
PyOS_FSPath: S("path")
PyOS_FSPath: pathlib.PurePath("a")
!PyOS_FSPath: T()
PyMarshal_ReadObjectFromString: b"[\\x01\\0\\0\\0N", 6
PyMarshal_WriteObjectToString: L(1, 2), 4
!PyMarshal_WriteObjectToString: T(), 4
PyCodec_Decode: By(b"abcd"), b"utf-8", b"strict"
PyCodec_Decoder: b"utf-8"
PyCodec_Encode: S("abcd"), b"utf-8", b"strict"
PyCodec_Encoder: b"utf-8"
!PyCodec_Encoder: b"rs_nothing"
PyCodec_IncrementalDecoder: b"utf-8", b"strict"
PyCodec_IncrementalEncoder: b"utf-8", b"strict"
PyCodec_LookupError: b"strict"
!PyCodec_LookupError: b"rs_nothing"
PyCodec_Register: Fn() ## 0:1
!PyCodec_Register: T()
PyCodec_RegisterError: b"rs_error", Fn() ## 0:1
PyCodec_Unregister: Fn()
PyCodec_StreamReader: b"utf-8", io.BytesIO(b"a"), b"strict"
PyCodec_StreamWriter: b"utf-8", io.BytesIO(b"a"), b"strict"
PyRun_String: b"[1]", 258, D(), D()
!PyRun_String: b"1/0", 258, D(), D()
PyRun_StringFlags: b"[1]", 258, D(), D(), NULL
Py_CompileString: b"x = 1", b"file", 257
!Py_CompileString: b"x = = 1", b"file", 257
Py_CompileStringExFlags: b"x = 1", b"file", 257, NULL, -1
Py_CompileStringFlags: b"x = 1", b"file", 257, NULL
Py_CompileStringObject: b"x = 1", S("file"), 257, NULL, -1
Py_ReprEnter: T() ## 0:1
Py_ReprLeave: T()
_PyGen_Send: G(), None
_PyGen_Send: Started(), T()
_PyGen_SetStopIterationValue: T() ## raises
_PyNamespace_New: D("a", T())
_PyThreadState_GetDict: A.tstate
_PyThread_CurrentFrames:
_Py_fopen_obj: S("/dev/null"), b"r"
!_Py_fopen_obj: S("/nowhere/rs"), b"r"
_PyBytesWriter_Finish: mem(4096), NULL
"""

REST = """
PyArg_VaParse: Tu(T(), T()), b"OO", OUT, OUT
!PyArg_VaParse: Tu(T()), b"OO", OUT, OUT
PyArg_VaParseTupleAndKeywords: Tu(T()), D("b", T()), b"OO", keywords(b"a", b"b"), OUT, OUT
_PyArg_VaParse_SizeT: Tu(T(), T()), b"OO", OUT, OUT
_PyArg_VaParseTupleAndKeywords_SizeT: Tu(T()), D("b", T()), b"OO", keywords(b"a", b"b"), OUT, OUT
Py_VaBuildValue: b"(NO)", Given(T()), T()
!Py_VaBuildValue: b"(ON)", NULL, Given(T())
_Py_VaBuildValue_SizeT: b"(NO)", Given(T()), T()
PyUnicode_FromFormatV: b"%R-%U", T(), S("abc")
PyBytes_FromFormatV: b"%s-", b"text"
PyErr_FormatV: Fails, b"%R", T()
PyCriticalSection_Begin: mem(64), T()
PyCriticalSection2_Begin: mem(64), T(), T()
PyErr_ProgramText: S(__file__).encode(), 1
PyErr_ProgramText: b"/nowhere/rs", 1
PyErr_ResourceWarning: T(), 1, b"%R", T()
PyErr_WarnExplicit: C(UserWarning), b"text", b"file", 1, b"module", D() ## 0:*
PyErr_WarnExplicitFormat: C(UserWarning), b"file", 1, b"module", D(), b"%R", T() ## 0:*
PyErr_WarnFormat: C(UserWarning), 1, b"%R", T() ## 0:*
PyErr_Warn: C(UserWarning), b"text" ## 0:*
PyMemoryView_FromBuffer: buffer()
PyThread_ParseTimeoutArg: I(5), 1, mem(8)
PyUnicode_InternImmortal: S("rs_measured_immortal") ## 0:*
PyUnstable_Object_ClearWeakRefsNoCallbacks: object()
_PyImport_SetModule: Str("rs_set"), Module() ## 0:1 1:1
!_PyImport_SetModule: L(), Module()
_PyObject_LookupSpecial: Box(), Str("__len__")
_PyObject_LookupSpecial: C(attribute=lambda self: T())(), A.identifier
_PyObject_LookupSpecialId: T(), A.identifier
_PyObject_LookupSpecialId: C(attribute=T())(), A.identifier
_PyGen_FetchStopIterationValue:
PyGen_NeedsFinalizing: G()
PyLong_FromUnicodeObject: S("123456"), 16
PyModule_GetWarningsModule:
_PySys_GetObjectId: A.identifier
_Py_SetRefcnt: T(), 1
PyRun_FileEx: A.text_file, b"file", 258, D(), D(), 0
PyRun_File: A.text_file, b"file", 258, D(), D()
PyRun_FileExFlags: A.text_file, b"file", 258, D(), D(), 0, NULL
PyRun_FileFlags: A.text_file, b"file", 258, D(), D(), NULL
PyMarshal_WriteObjectToFile: L(1, 2), A.null_file, 4
!PyMarshal_ReadObjectFromFile: A.null_file
!PyMarshal_ReadLastObjectFromFile: A.null_file
PyCode_New: 0, 0, 2, 1, 0, *code_parts()
PyCode_NewWithPosOnlyArgs: 0, 0, 0, 2, 1, 0, *code_parts()
PyUnstable_Code_New: 0, 0, 2, 1, 0, *code_parts()
PyUnstable_Code_NewWithPosOnlyArgs: 0, 0, 0, 2, 1, 0, *code_parts()
!PyCode_New: 0, 0, 2, 1, 0, T(), *code_parts()[1:]
!PyUnstable_Code_New: 0, 0, 2, 1, 0, T(), *code_parts()[1:]
PyUnicode_IsIdentifier: S("abc")
PyFrame_GetLineNumber: Frame()
PyType_IsSubtype: C(), C()
_PyMethodDef_RawFastCallDict: A.method, T(), L(), 0, NULL
_PyMethodDef_RawFastCallKeywords: A.method, T(), L(), 0, NULL
_PyObject_CallMethodId_SizeT: attributed(Fn()), A.identifier, b"O", T()
PyCompileString: b"x = 1", b"file", 257
PyRun_InteractiveOneObject: A.null_file, S("file"), NULL
Py_UniversalNewlineFgets: mem(64), 8, A.text_file, NULL
"""

EVENTS = """
FirePyStartEvent: mem(16), Code(), 0
FirePyResumeEvent: mem(16), Code(), 0
FirePyReturnEvent: mem(16), Code(), 0, T()
FirePyYieldEvent: mem(16), Code(), 0, T()
FireCallEvent: mem(16), Code(), 0, Fn(), T()
FireLineEvent: mem(16), Code(), 0, 1
FireJumpEvent: mem(16), Code(), 0, T()
FireBranchEvent: mem(16), Code(), 0, T()
FireCReturnEvent: mem(16), Code(), 0, T()
FirePyThrowEvent: mem(16), Code(), 0 ## pending
FireRaiseEvent: mem(16), Code(), 0 ## pending
FireReraiseEvent: mem(16), Code(), 0 ## pending
FireExceptionHandledEvent: mem(16), Code(), 0 ## pending
FireCRaiseEvent: mem(16), Code(), 0 ## pending
FirePyUnwindEvent: mem(16), Code(), 0 ## pending
FireStopIterationEvent: mem(16), Code(), 0, T() ## raises
"""

MONITORING = EVENTS.replace("\nFire", "\nPyMonitoring_Fire") + EVENTS.replace("\nFire", "\n_PyMonitoring_Fire")

TEXTS = [MONITORING, ERRORS, MODULES, CODE, REST]
