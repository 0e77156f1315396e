/* What the names of the C API tell beyond the rows of the contract table: which objects are new to everybody, which
 * calls keep what they are given, which run code that may take containers apart, which integers a call can answer. */
#include <string.h>

#include "check/flow/flow.h"

static bool starts_with_one_of(const char *text, const char *const *heads)
{
    for (; *heads != NULL; heads++)
        if (strncmp(text, *heads, strlen(*heads)) == 0)
            return true;
    return false;
}

static bool has_one_of(const char *text, const char *const *parts)
{
    for (; *parts != NULL; parts++)
        if (strstr(text, *parts) != NULL)
            return true;
    return false;
}

static bool is_one_of(const char *text, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(text, *names) == 0)
            return true;
    return false;
}

/* ---- objects ---- */
bool rs_api_is_fresh(const char *name)
{
    /* clang-format off */
    static const char *const parts[] = {"_New", "_From", "_Pack", "BuildValue", "AsUTF8String", "AsASCIIString",
                                        "EncodeFSDefault", "PyObject_Repr", "PyDict_Copy", "PyDict_Keys",
                                        "PyDict_Values", "PyDict_Items", "PyMapping_Keys", "PyMapping_Values",
                                        "PyMapping_Items", "PyObject_Dir", "_AsTuple", "_GetSlice", NULL};
    /* clang-format on */

    /* an array that is made from an object may be that object */
    return has_one_of(name, parts) && strstr(name, "_NewRef") == NULL && strstr(name, "FromObject") == NULL &&
           strncmp(name, "PyArray_From", 12) != 0;
}

/* What is made anew each time. Numbers, strings and tuples are not: of some there is only one. */
static bool is_another(const char *name)
{
    /* clang-format off */
    static const char *const heads[] = {"PyList_New", "PyDict_New", "PySet_New", "PyByteArray_", "PyCapsule_New",
                                        "PyDict_Copy", "PyDict_Keys", "PyDict_Values", "PyDict_Items",
                                        "PySequence_List", "PyObject_New",
                                        "PyObject_GC_New", "PyObject_Init", "PyType_Generic", "tp_alloc",
                                        "PyModule_Create", "PyErr_NewException", "PyType_From", "PyCFunction_New",
                                        NULL};
    /* clang-format on */

    name += *name == '_';
    return starts_with_one_of(name, heads);
}

uint32_t rs_api_newness(const char *name)
{
    bool another = is_another(name), constant = strstr(name, "BuildValue") != NULL || strncmp(name, "PyBool_", 7) == 0;

    return another ? RS_F_ANOTHER | RS_F_NO_CONSTANT : rs_api_is_fresh(name) && !constant ? RS_F_NO_CONSTANT : 0;
}

bool rs_api_is_made(const char *name)
{
    /* clang-format off */
    static const char *const heads[] = {"PyObject_Call", "PyObject_Vectorcall", "PyEval_Call", "PyNumber_",
                                        "PySequence_List", "PySequence_Tuple", "PySequence_Fast", "PySequence_Concat",
                                        "PySequence_Repeat",
                                        "PyObject_Str", "PyObject_Bytes", "PyObject_ASCII", "PyObject_Format",
                                        "PyObject_GetIter", "PyIter_Next", "PyOS_FSPath", NULL};
    /* clang-format on */

    name += *name == '_';
    return starts_with_one_of(name, heads);
}

/* ---- arguments ---- */
bool rs_api_runs_anything(const struct rs_contract *row)
{
    static const char *const parts[] = {"Call",    "RichCompare",     "PyIter_",      "Eval",
                                        "tp_call", "tp_iternext",     "SetAttr",      "SetItem",
                                        "DelItem", "PyObject_IsTrue", "PyObject_Not", NULL};

    return row->flags & RS_MAY_RELEASE || (row->flags & RS_MAY_RUN && has_one_of(row->name, parts));
}

bool rs_api_keeps_nothing(const char *name)
{
    /* clang-format off */
    static const char *const parts[] = {"GetItem", "GetAttr", "HasAttr", "Contains", "HasKey", "RichCompare",
                                        "IsInstance", "IsSubclass", "ExceptionMatches", "_Size", "_Length", "_Hash",
                                        "IsTrue", "PyObject_Not", "PyNumber_", "PyObject_Str", "PyObject_Repr",
                                        "PyObject_ASCII", "PyUnicode_", "PyBytes_As", "PyLong_", "PyFloat_", NULL};
    /* clang-format on */

    return has_one_of(name, parts);
}

bool rs_api_takes_in(const struct rs_contract *row)
{
    return strcmp(row->name, "PyList_Append") == 0 || strcmp(row->name, "PyList_Insert") == 0 ||
           strncmp(row->name, "PyDict_SetItem", 14) == 0 || strcmp(row->name, "PySet_Add") == 0;
}

bool rs_api_reads_text(const struct rs_contract *row, unsigned index)
{
    size_t length = strlen(row->name), tail = strlen("FromString");

    return index == 0 && row->nargs == 1 && length > tail && strcmp(row->name + length - tail, "FromString") == 0;
}

bool rs_api_keeps_data(const char *name)
{
    static const char *const names[] = {"PyCapsule_New",     "PyCapsule_SetPointer",      "PyCapsule_SetContext",
                                        "Py_AddPendingCall", "PyThread_start_new_thread", "PyThread_set_key_value",
                                        "PyThread_tss_set",  "PyLong_FromVoidPtr",        NULL};

    return is_one_of(name, names);
}

bool rs_api_moves(const char *name)
{
    static const char *const names[] = {"PyMem_Realloc", "PyMem_RawRealloc", "PyObject_Realloc", "realloc", NULL};

    return is_one_of(name, names);
}

bool rs_api_fails_by_misuse(const struct rs_contract *row)
{
    static const char *const names[] = {"PyDict_Size",           "PyList_Size",
                                        "PyTuple_Size",          "PySet_Size",
                                        "PyType_GetModule",      "PyType_GetModuleByDef",
                                        "PyType_GetModuleState", NULL};

    return is_one_of(row->name, names);
}

bool rs_api_fails_on_null(const struct rs_contract *row)
{
    return strcmp(row->name, "PyObject_Type") == 0;
}

/* ---- answers ---- */
/* "AddObjectRef" of PyModule_AddObjectRef. */
static const char *verb_of(const char *name)
{
    const char *last = strrchr(name, '_');

    return last == NULL ? name : last + 1;
}

static bool is_done(const char *verb)
{
    static const char *const heads[] = {"Set",    "Add",       "Append",          "Insert", "Extend", "Update",
                                        "Merge",  "Sort",      "Reverse",         "Clear",  "Del",    "Ready",
                                        "READY",  "Register",  "Unregister",      "Warn",   "Write",  "Resize",
                                        "Remove", "GetBuffer", "AsStringAndSize", NULL};

    return starts_with_one_of(verb, heads) && strcmp(verb, "SetDefaultRef") != 0 && strcmp(verb, "DelItemIf") != 0;
}

static bool is_question(const char *verb)
{
    static const char *const heads[] = {"Contains",      "Is",          "Not",        "RichCompareBool",
                                        "Has",           "GetOptional", "GetItemRef", "GetItemStringRef",
                                        "SetDefaultRef", "Pop",         "Discard",    "GetRef",
                                        "LookupAttr",    NULL};

    return starts_with_one_of(verb, heads);
}

static bool parses(const struct rs_contract *row)
{
    for (unsigned i = 0; i < row->nargs; i++)
        if (row->args[i].kind == RS_ARG_PARSE)
            return true;
    return false;
}

bool rs_api_counts_items(const char *name)
{
    return strstr(name, "_GET_SIZE") != NULL || strstr(name, "_GET_LENGTH") != NULL ||
           strcmp(name, "PySlice_AdjustIndices") == 0;
}

void rs_api_answers(const struct rs_contract *row, LLVMValueRef call, struct rs_sym *answer, bool sure)
{
    const char *verb = verb_of(row->name);

    if (sure && row->failure == -1 && !(row->flags & RS_MISS_IS_NULL))
        answer->low = 0;
    if (row->library != NULL || LLVMGetTypeKind(LLVMTypeOf(call)) != LLVMIntegerTypeKind ||
        LLVMGetIntTypeWidth(LLVMTypeOf(call)) != 32)
        return;
    if (row->failure == 0 && parses(row)) {
        answer->low = 0;
        answer->high = 1;
    }
    if (row->failure != -1 || (strncmp(verb, "As", 2) == 0 && !is_done(verb)))
        return;
    answer->low = answer->low == 0 ? 0 : -1;
    if (is_done(verb))
        answer->high = 0;
    else if (is_question(verb))
        answer->high = 1;
}
