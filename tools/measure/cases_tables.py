"""The cases of functions that are reached through a table: datetime's and numpy's (np is numpy, where it is there)."""

TEXTS = ["""
PyDateTime_CAPI.Date_FromDate: 2001, 2, 3, C(datetime.date)
!PyDateTime_CAPI.Date_FromDate: 2001, 22, 3, C(datetime.date)
PyDateTime_CAPI.DateTime_FromDateAndTime: 2001, 2, 3, 4, 5, 6, 7, zone(), C(datetime.datetime)
!PyDateTime_CAPI.DateTime_FromDateAndTime: 2001, 2, 3, 4, 5, 6, 7, T(), C(datetime.datetime)
PyDateTime_CAPI.DateTime_FromDateAndTimeAndFold: 2001, 2, 3, 4, 5, 6, 7, zone(), 1, C(datetime.datetime)
!PyDateTime_CAPI.DateTime_FromDateAndTimeAndFold: 2001, 2, 3, 4, 5, 6, 7, T(), 1, C(datetime.datetime)
PyDateTime_CAPI.DateTime_FromTimestamp: C(datetime.datetime), Tu(F(12345.5), zone()), NULL
PyDateTime_CAPI.DateTime_FromTimestamp: C(datetime.datetime), Tu(F(12345.5)), D("tz", zone())
!PyDateTime_CAPI.DateTime_FromTimestamp: C(datetime.datetime), Tu(T()), NULL
PyDateTime_CAPI.Date_FromTimestamp: C(datetime.date), Tu(F(12345.5))
!PyDateTime_CAPI.Date_FromTimestamp: C(datetime.date), Tu(T())
PyDateTime_CAPI.Delta_FromDelta: 2, 3, 4, 1, C(datetime.timedelta)
!PyDateTime_CAPI.Delta_FromDelta: 2000000000, 3, 4, 1, C(datetime.timedelta)
PyDateTime_CAPI.Time_FromTime: 1, 2, 3, 4, zone(), C(datetime.time)
!PyDateTime_CAPI.Time_FromTime: 91, 2, 3, 4, zone(), C(datetime.time)
PyDateTime_CAPI.Time_FromTimeAndFold: 1, 2, 3, 4, zone(), 1, C(datetime.time)
!PyDateTime_CAPI.Time_FromTimeAndFold: 91, 2, 3, 4, zone(), 1, C(datetime.time)
PyDateTime_CAPI.TimeZone_FromTimeZone: datetime.timedelta(hours=3), S("name")
!PyDateTime_CAPI.TimeZone_FromTimeZone: datetime.timedelta(days=3), S("name")
""", """
!NpyIter_New: Ar(), 0, 77, 4, NULL
PyArray_All: Ar(), 0, NULL
PyArray_All: Ar2(), 0, np.zeros(3, dtype=bool)
PyArray_Any: Ar2(), 0, NULL
PyArray_Any: Ar2(), 0, np.zeros(3, dtype=bool)
PyArray_Arange: 0.0, 3.0, 1.0, 12
PyArray_ArangeObj: F(1.0), F(4.0), F(1.0), Dt("f8")
!PyArray_ArangeObj: T(), F(4.0), F(1.0), Dt()
PyArray_ArgMax: Ar2(), 0, NULL
PyArray_ArgMax: Ar2(), 0, np.zeros(3, dtype=np.intp)
!PyArray_ArgMax: Ar2(), 7, NULL
PyArray_ArgMin: Ar2(), 0, NULL
PyArray_ArgMin: Ar2(), 0, np.zeros(3, dtype=np.intp)
PyArray_ArgPartition: Ar(), Ix(1), 0, 0
PyArray_ArgSort: Ar(), 0, 0
!PyArray_ArgSort: Ar(), 7, 0
PyArray_AxisConverter: I(12345), mem(8)
!PyArray_AxisConverter: T(), mem(8)
PyArray_BoolConverter: T(), mem(8)
PyArray_BroadcastToShape: Ar(), dims(2, 3), 2
!PyArray_BroadcastToShape: Ar(), dims(2, 7), 2
PyArray_BufferConverter: Ar(), mem(64)
PyArray_ByteorderConverter: S("little"), mem(8)
PyArray_Byteswap: Ar(), 0
PyArray_CanCastArrayTo: Ar(), Dt(), 2
PyArray_CanCastTo: Dt(), Dt()
PyArray_CanCastTypeTo: Dt(), Dt(), 2
PyArray_CastAnyTo: Ar(), Ar()
PyArray_CastingConverter: S("safe"), mem(8)
!PyArray_CastingConverter: S("none such"), mem(8)
PyArray_CastScalarDirect: np.float64(1.5), np.dtype("f8"), mem(64), 12
PyArray_CastScalarToCtype: np.float64(1.5), mem(64), np.dtype("f8")
PyArray_CastTo: Ar(), Ar()
PyArray_CastToType: Ar(), Dt("f8"), 0
!PyArray_CastToType: Ar(), Dt(), 0
PyArray_CheckAnyScalarExact: np.float64(1.5)
PyArray_CheckAxis: Ar(), mem(8), 0
PyArray_CheckFromAny: L(F(1.0), F(2.0)), Dt("f8"), 0, 0, 0, NULL
PyArray_CheckFromAny: L(F(1.0), F(2.0)), NULL, 0, 0, 0, NULL
!PyArray_CheckFromAny: L(T(), F(2.0)), Dt("f8"), 0, 0, 0, NULL
PyArray_Choose: np.array([0, 1, 0]), Tu(Ar(), Ar()), NULL, 0
PyArray_Choose: np.array([0, 1, 0]), Tu(Ar(), Ar()), np.zeros(3), 1
!PyArray_Choose: np.array([0, 9, 0]), Tu(Ar(), Ar()), NULL, 0
PyArray_Clip: Ar(), F(1.0), F(2.0), NULL
PyArray_Clip: Ar(), F(1.0), F(2.0), np.zeros(3)
PyArray_ClipmodeConverter: S("clip"), mem(8)
!PyArray_ClipmodeConverter: S("none such"), mem(8)
PyArray_CommonDType: type(np.dtype("f8")), type(np.dtype("i8"))
PyArray_Compress: Ar(), np.array([True, False, True]), 0, NULL
PyArray_Compress: Ar(), np.array([True, False, True]), 0, np.zeros(2)
PyArray_Concatenate: Tu(Ar(), Ar()), 0
!PyArray_Concatenate: Tu(Ar(), Ar2()), 0
PyArray_Conjugate: Ar(), NULL
PyArray_Conjugate: Ar(), np.zeros(3)
PyArray_ConvertToCommonType: Tu(Ar(), Ar()), mem(8)
PyArray_Converter: Ar()
PyArray_Converter: L(F(1.0), F(2.0))
!PyArray_Converter: Ragged()
PyArray_CopyAndTranspose: Ar2()
PyArray_CopyAnyInto: Ar(), Ar()
PyArray_CopyInto: Ar(), Ar()
!PyArray_CopyInto: Ar(), np.arange(7.0)
PyArray_CopyObject: Ar(), L(F(1.0), F(2.0), F(3.0))
!PyArray_CopyObject: Ar(), L(T(), T(), T())
PyArray_Correlate: Ar(), Ar(), 0
PyArray_Correlate2: Ar(), Ar(), 0
!PyArray_Correlate2: np.zeros(0), Ar(), 0
PyArray_CountNonzero: Ar()
PyArray_CumProd: Ar(), 0, 12, NULL
PyArray_CumProd: Ar(), 0, 12, np.zeros(3)
PyArray_CumSum: Ar(), 0, 12, NULL
PyArray_CumSum: Ar(), 0, 12, np.zeros(3)
PyArray_DescrAlignConverter: Dt()
PyArray_DescrAlignConverter2: Dt()
PyArray_DescrConverter: Dt()
PyArray_DescrConverter: L(Tu(S("field"), S("f8")))
!PyArray_DescrConverter: S("none such")
PyArray_DescrConverter2: Dt()
PyArray_DescrConverter2: None
!PyArray_DescrConverter2: S("none such")
PyArray_DescrFromObject: L(F(1.0)), NULL
PyArray_DescrFromObject: L(F(1.0)), Dt("f8")
PyArray_DescrFromScalar: np.array([(1.5,)], dtype=Dt())[0]
PyArray_DescrFromType: 12
!PyArray_DescrFromType: 9999
PyArray_DescrFromTypeObject: np.float64
PyArray_DescrNew: Dt()
PyArray_DescrNewByteorder: Dt(), 62
PyArray_DescrNewFromType: 12
!PyArray_DescrNewFromType: 9999
PyArray_Diagonal: Ar2(), 0, 0, 1
!PyArray_Diagonal: Ar(), 0, 0, 1
PyArray_Dumps: Ar(), 2
PyArray_EinsteinSum: b"i,i->", 2, [Ar(), Ar()], NULL, -1, 4, NULL
PyArray_EinsteinSum: b"i,i->", 2, [Ar(), Ar()], NULL, -1, 4, np.zeros(())
PyArray_EinsteinSum: b"i,i->", 2, [Ar(), Ar()], Dt("f8"), -1, 4, NULL
!PyArray_EinsteinSum: b"ij,i->", 2, [Ar(), Ar()], NULL, -1, 4, NULL
PyArray_ElementStrides: Ar()
PyArray_Empty: 1, dims(3), Dt(), 0
PyArray_EnsureAnyArray: L(F(1.0), F(2.0))
PyArray_EnsureAnyArray: Ar()
PyArray_EnsureArray: L(F(1.0), F(2.0))
PyArray_EnsureArray: Ar()
!PyArray_EnsureArray: Ragged()
PyArray_EquivTypes: Dt(), Dt()
PyArray_FailUnlessWriteable: Ar(), b"it"
!PyArray_FailUnlessWriteable: readonly(), b"it"
PyArray_FillWithScalar: Ar(), F(2.0)
!PyArray_FillWithScalar: Ar(), T()
PyArray_Flatten: Ar2(), 0
PyArray_FromAny: L(F(1.0), F(2.0)), Dt("f8"), 0, 0, 0, NULL
PyArray_FromAny: L(F(1.0), F(2.0)), NULL, 0, 0, 0, NULL
PyArray_FromAny: Ar(), NULL, 0, 0, 0, NULL
!PyArray_FromAny: L(T(), F(2.0)), Dt("f8"), 0, 0, 0, NULL
!PyArray_FromAny: L(F(1.0)), Dt("f8"), 4, 0, 0, NULL
PyArray_FromArray: Ar(), Dt("f8"), 0
PyArray_FromArray: Ar(), NULL, 32
!PyArray_FromArray: np.array([1j]), Dt("i4"), 0
PyArray_FromArrayAttr: T(), NULL, NULL
PyArray_FromArrayAttr: array_like(), Dt("f8"), NULL
PyArray_FromArrayAttr: array_like(), NULL, NULL
PyArray_FromBuffer: bytearray(b"12345678"), Dt("f8"), -1, 0
!PyArray_FromBuffer: T(), Dt("f8"), -1, 0
!PyArray_FromBuffer: bytearray(b"12345678"), Dt("f8"), -1, 900
PyArray_FromInterface: T()
PyArray_FromInterface: interface("__array_interface__")
PyArray_FromIter: iter(L(F(1.0), F(2.0))), Dt("f8"), -1
!PyArray_FromIter: iter(L(T(), F(2.0))), Dt("f8"), -1
!PyArray_FromIter: T(), Dt("f8"), -1
PyArray_FromScalar: np.float64(1.5), Dt("f8")
PyArray_FromScalar: np.float64(1.5), NULL
PyArray_FromString: b"1 2 3", 5, Dt("f8"), -1, b" "
!PyArray_FromString: b"123", 3, Dt("f8"), -1, NULL
PyArray_FromStructInterface: T()
PyArray_FromStructInterface: interface("__array_struct__")
PyArray_GetField: np.zeros(3, dtype="f8,i4"), Dt("f8"), 0
!PyArray_GetField: Ar(), Dt("f8"), 99
PyArray_GetDefaultDescr: type(np.dtype("f8"))
PyArray_GetPtr: Ar(), dims(1)
PyArray_GetPriority: Ar(), 0.0
PyArray_INCREF: objects_array()
PyArray_XDECREF: Ar()
PyArray_InnerProduct: Ar(), Ar()
!PyArray_InnerProduct: Ar(), np.arange(7.0)
PyArray_IntpConverter: Tu(I(1000), I(2000)), mem(64)
!PyArray_IntpConverter: Tu(T()), mem(64)
PyArray_IntpFromSequence: Tu(I(1000), I(2000)), mem(64), 2
!PyArray_IntpFromSequence: Tu(T()), mem(64), 2
PyArray_IntTupleFromIntp: 2, dims(1000, 2000)
PyArray_IterAllButAxis: Ar2(), mem(8)
!PyArray_IterAllButAxis: T(), mem(8)
PyArray_IterNew: Ar()
!PyArray_IterNew: T()
PyArray_LexSort: Tu(Ar(), Ar()), 0
!PyArray_LexSort: Tu(), 0
PyArray_MapIterArray: Ar(), L(0, 1)
PyArray_MapIterArrayCopyIfOverlap: Ar(), L(0, 1), 0, NULL
PyArray_MapIterArrayCopyIfOverlap: Ar(), L(0, 1), 0, np.arange(2.0)
PyArray_MatrixProduct: Ar2(), Ar2().T
!PyArray_MatrixProduct: Ar2(), np.arange(7.0)
PyArray_MatrixProduct2: Ar2(), Ar2().T, NULL
PyArray_MatrixProduct2: Ar2(), Ar2().T, np.zeros((2, 2))
!PyArray_MatrixProduct2: Ar2(), np.arange(7.0), NULL
PyArray_Max: Ar2(), 0, NULL
PyArray_Max: Ar2(), 0, np.zeros(3)
!PyArray_Max: np.zeros(0), 0, NULL
PyArray_Mean: Ar2(), 0, 12, NULL
PyArray_Mean: Ar2(), 0, 12, np.zeros(3)
PyArray_Min: Ar2(), 0, NULL
PyArray_Min: Ar2(), 0, np.zeros(3)
PyArray_MinScalarType: Ar()
PyArray_MoveInto: Ar(), Ar()
PyArray_MultiIterFromObjects: [Ar(), Ar()], 2, 1, Ar()
!PyArray_MultiIterFromObjects: [Ar(), np.arange(7.0)], 2, 1, Ar()
PyArray_MultiIterNew: 2, Ar(), Ar()
!PyArray_MultiIterNew: 2, Ar(), np.arange(7.0)
PyArray_New: np.ndarray, 1, dims(3), 12, NULL, NULL, 0, 0, NULL
PyArray_New: np.ndarray, 1, dims(3), 12, NULL, NULL, 0, 0, Ar()
PyArray_New: C(np.ndarray), 1, dims(3), 12, NULL, NULL, 0, 0, NULL
!PyArray_New: np.ndarray, 1, dims(-3), 12, NULL, NULL, 0, 0, NULL
PyArray_NewCopy: Ar(), 0
PyArray_NewFlagsObject: Ar()
PyArray_NewFromDescr: np.ndarray, Dt(), 1, dims(3), NULL, NULL, 0, NULL
PyArray_NewFromDescr: np.ndarray, Dt(), 1, dims(3), NULL, NULL, 0, Ar()
!PyArray_NewFromDescr: np.ndarray, Dt(), 1, dims(-3), NULL, NULL, 0, NULL
PyArray_NewLikeArray: Ar(), -1, Dt(), 1
PyArray_NewLikeArray: Ar(), -1, NULL, 1
PyArray_Newshape: Ar2(), shape(3, 2), 0
!PyArray_Newshape: Ar2(), shape(7), 0
PyArray_NeighborhoodIterNew: np_iter(), dims(0, 1), 0, NULL
PyArray_NeighborhoodIterNew: np_iter(), dims(0, 1), 2, np.array(1.5)
PyArray_Nonzero: Ar()
PyArray_ObjectType: L(F(1.0)), 0
PyArray_One: Ar()
PyArray_Zero: Ar()
!PyArray_OrderConverter: S("none such"), mem(8)
PyArray_OutputConverter: Ar()
PyArray_OutputConverter: None
!PyArray_OutputConverter: T()
PyArray_Pack: np.dtype("f8"), mem(8), F(1.5)
!PyArray_Pack: np.dtype("f8"), mem(8), T()
PyArray_Partition: Ar(), Ix(1), 0, 0
!PyArray_Partition: Ar(), Ix(99), 0, 0
PyArray_Prod: Ar(), 0, 12, NULL
PyArray_Prod: Ar2(), 0, 12, np.zeros(3)
PyArray_PromoteTypes: Dt(), Dt()
PyArray_PromoteTypes: np.dtype("f4"), np.dtype("f8")
!PyArray_PromoteTypes: Dt(), np.dtype("i8")
PyArray_Ptp: Ar(), 0, NULL
PyArray_Ptp: Ar2(), 0, np.zeros(3)
PyArray_PutMask: Ar(), Ar(), np.array([True, False, True])
PyArray_PutTo: Ar(), Ar(), Ix(0, 1, 2), 0
!PyArray_PutTo: Ar(), Ar(), Ix(99), 0
PyArray_PyIntAsInt: I(12345)
!PyArray_PyIntAsInt: T()
PyArray_PyIntAsIntp: I(12345)
!PyArray_PyIntAsIntp: T()
PyArray_Ravel: Ar2(), 0
PyArray_RemoveSmallest: np.broadcast(Ar2(), Ar())
PyArray_Repeat: Ar(), Ix(2, 2, 2), 0
!PyArray_Repeat: Ar(), Ix(2, 2), 0
PyArray_Reshape: Ar2(), Tu(3, 2)
!PyArray_Reshape: Ar2(), Tu(7)
PyArray_ResolveWritebackIfCopy: Ar()
PyArray_ResultType: 1, [Ar()], 1, [Dt("f8")]
PyArray_Return: np.zeros((), dtype=Dt())
PyArray_Return: Ar()
PyArray_Return: zero_dimensional()
PyArray_Round: Ar(), 2, NULL
PyArray_Round: Ar(), 2, np.zeros(3)
PyArray_Scalar: mem(64), Dt(), Ar()
PyArray_Scalar: mem(64), np.dtype("f8"), NULL
PyArray_ScalarAsCtype: np.float64(1.5), mem(64)
PyArray_ScalarFromObject: F(1.5)
PyArray_SearchSorted: Ar(), F(1.5), 0, NULL
PyArray_SearchSorted: Ar(), F(1.5), 0, Ix(0, 1, 2)
!PyArray_SearchSorted: Ar(), F(1.5), 0, Ar2()
PyArray_SearchsideConverter: S("left"), mem(8)
!PyArray_SearchsideConverter: S("none such"), mem(8)
PyArray_SelectkindConverter: S("introselect"), mem(8)
!PyArray_SelectkindConverter: S("none such"), mem(8)
PyArray_SetBaseObject: Ar(), T()
!PyArray_SetBaseObject: based(), T()
PyArray_SetField: Ar(), Dt("f8"), 0, F(2.5)
!PyArray_SetField: Ar(), Dt("f8"), 99, F(2.5)
PyArray_SetWritebackIfCopyBase: Ar(), Ar()
!PyArray_SetWritebackIfCopyBase: based(), Ar()
!PyArray_SetWritebackIfCopyBase: Ar(), readonly()
!PyArray_SetUpdateIfCopyBase: Ar(), Ar()
PyArray_BufferConverter: bytearray(b"abc"), mem(64)
!PyArray_BufferConverter: T(), mem(64)
PyArray_CanCoerceScalar: 12, 12, 0
PyArray_ConvertClipmodeSequence: L(S("clip"), S("wrap")), mem(64), 2
!PyArray_ConvertClipmodeSequence: L(S("none such"), S("wrap")), mem(64), 2
!PyArray_RegisterCanCast: np.dtype("f8"), 12, 0
PyArray_Resize: np.arange(3.0), shape(2), 0, 0
!PyArray_Resize: np.arange(6.0)[::2], shape(2), 0, 0
PyArray_SetStringFunction: NULL, 0
PyArray_Dump: Ar(), io.BytesIO(), 2
!PyArray_Dump: Ar(), S("/nowhere/at/all"), 2
PyArray_Item_INCREF: mem(8), np.dtype("f8", metadata={})
PyArray_Item_XDECREF: mem(8), np.dtype("f8", metadata={})
PyArray_DebugPrint: Ar()
PyArray_CompareLists: dims(1), dims(1), 1
PyArray_Broadcast: np.broadcast(Ar(), Ar())
NpyIter_MultiNew: 2, [Ar(), Ar()], 0, 2, 0, words32(0x20000, 0x20000), mem(16) ## 0:1 1:1
!NpyIter_MultiNew: 2, [Ar(), np.arange(7.0)], 0, 2, 0, words32(0x20000, 0x20000), mem(16) ## 0:1 1:1
PyArray_GetCastFunc: np.dtype("f8", metadata={}), 12
!PyArray_GetCastFunc: np.dtype("f8", metadata={}), 9999
PyArray_ScalarKind: 12, NULL
PyArray_FillObjectArray: objects_array(), T()
PyArray_RemoveAxesInPlace: Ar2(), mem(8)
!PyUFunc_RegisterLoopForType: ufunc(), 9999, 1, NULL, NULL
PyArray_SetNumericOps: D()
!PyArray_SetNumericOps: D("add", T())
PyArray_Size: Ar()
PyArray_Sort: Ar(), 0, 0
!PyArray_Sort: Ar(), 7, 0
PyArray_SortkindConverter: S("stable"), mem(8)
!PyArray_SortkindConverter: S("none such"), mem(8)
PyArray_Squeeze: Ar2()
PyArray_Std: Ar(), 0, 12, NULL, 0
PyArray_Std: Ar2(), 0, 12, np.zeros(3), 0
PyArray_ToFile: Ar(), A.null_file, b"", b""
PyArray_FromFile: A.text_file, Dt("f8"), -1, b","
PyArray_CanCastScalar: np.float32, np.float64
PyArray_FromFile: A.null_file, Dt("f8"), 0, b""
PyArray_PromoteDTypeSequence: 2, L(type(np.dtype("f4")), type(np.dtype("f8")))
_PyDataType_GetArrFuncs: Dt("f8")
NpyDatetime_ConvertPyDateTimeToDatetimeStruct: moment(), mem(64), mem(8), 1
NpyString_acquire_allocator: np.dtypes.StringDType()
PyArray_Sum: Ar2(), 0, 12, NULL
PyArray_Sum: Ar2(), 0, 12, np.zeros(3)
!PyArray_Sum: Ar2(), 7, 12, NULL
PyArray_SwapAxes: Ar2(), 0, 1
!PyArray_SwapAxes: Ar2(), 0, 7
PyArray_TakeFrom: Ar(), Ix(0, 1), 0, NULL, 0
PyArray_TakeFrom: Ar(), Ix(0, 1), 0, np.zeros(2), 1
!PyArray_TakeFrom: Ar(), Ix(99), 0, NULL, 0
PyArray_ToList: Ar()
PyArray_ToString: Ar(), 0
PyArray_Trace: Ar2(), 0, 0, 1, 12, NULL
PyArray_Trace: Ar2(), 0, 0, 1, 12, np.zeros(())
!PyArray_Trace: Ar(), 0, 0, 1, 12, NULL
PyArray_Transpose: Ar2(), NULL
!PyArray_Transpose: Ar2(), shape(7, 9)
PyArray_TypeObjectFromType: 12
!PyArray_TypeObjectFromType: 9999
PyArray_UpdateFlags: Ar(), 1
PyArray_View: Ar(), Dt("i8"), NULL
PyArray_View: Ar(), NULL, NULL
PyArray_View: Ar(), NULL, C(np.ndarray)
!PyArray_View: Ar(), Dt("i8,i8,i8,i8,i8"), NULL
PyArray_Where: np.array([True, False, True]), Ar(), Ar()
PyArray_Where: Ar(), NULL, NULL
!PyArray_Where: Ar(), Ar(), NULL
PyArray_Zeros: 1, dims(3), Dt(), 0
PyArray_FieldNames: dict(np.zeros(1, dtype="f8,i4").dtype.fields)
PyArray_GetNumericOps:
PyDataMem_GetHandler:
PyUFunc_FromFuncAndDataAndSignatureAndIdentity: 0, 0, 0, 0, 1, 1, -1, b"made", b"doc", 0, NULL, NULL
PyUFunc_FromFuncAndDataAndSignatureAndIdentity: 0, 0, 0, 0, 1, 1, -1, b"made", b"doc", 0, NULL, T()
PyUFunc_FromFuncAndDataAndSignature: 0, 0, 0, 0, 1, 1, -1, b"made", b"doc", 0, NULL
PyUFunc_FromFuncAndData: 0, 0, 0, 0, 1, 1, -1, b"made", b"doc", 0
"""]
