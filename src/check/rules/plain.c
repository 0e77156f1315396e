/* Values that lead on to no other object, numbers and texts above all: no cycle goes through them. Known by what made
 * them, or by a question that the function asks before it keeps them. A helper of the unit's own that is asked may mean
 * the same. */
#include "check/rules/rules.h"

#include <string.h>

enum { LONG_SUBCLASS = 1 << 24, BYTES_SUBCLASS = 1 << 27, UNICODE_SUBCLASS = 1 << 28, STEPS_MOST = 4 };

static bool is_plain_type(LLVMValueRef type)
{
    static const char *const types[] = {"PyLong_Type",  "PyFloat_Type",   "PyComplex_Type",  "PyBool_Type",
                                        "PyBytes_Type", "PyUnicode_Type", "PyByteArray_Type"};
    size_t length;
    const char *name = LLVMIsAGlobalVariable(type) != NULL ? LLVMGetValueName2(type, &length) : NULL;

    for (size_t i = 0; name != NULL && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(name, types[i]) == 0)
            return true;
    return false;
}

static bool is_plain_flags(LLVMValueRef flags)
{
    return flags != NULL && LLVMIsAConstantInt(flags) &&
           LLVMConstIntGetZExtValue(flags) & (LONG_SUBCLASS | BYTES_SUBCLASS | UNICODE_SUBCLASS);
}

/* PyType_HasFeature(Py_TYPE(value), Py_TPFLAGS_UNICODE_SUBCLASS) and the like; in the headers of 3.8 the members
 * themselves. */
static bool asks_features(LLVMValueRef value, int steps)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsACallInst(user) != NULL
                ? is_plain_flags(rs_rules_argument(user, 1))
                : LLVMIsABinaryOperator(user) != NULL && is_plain_flags(LLVMGetOperand(user, 1)))
            return true;
        if (steps > 0 && (LLVMIsAGetElementPtrInst(user) != NULL || LLVMIsALoadInst(user) != NULL) &&
            asks_features(user, steps - 1))
            return true;
    }
    return false;
}

/* A call that asks what a value is. */
static bool asks(struct rs_rules *rules, LLVMValueRef call)
{
    const struct rs_ir_function *own = rs_rules_own(rules, call);
    LLVMValueRef type = LLVMGetNumArgOperands(call) == 2 ? rs_rules_argument(call, 1) : NULL;

    if (type != NULL && is_plain_type(type))
        return true;
    if (LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMPointerTypeKind)
        return asks_features(call, 0);
    return own != NULL && !own->library && LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMIntegerTypeKind;
}

static bool is_asked(struct rs_rules *rules, LLVMValueRef value)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use))
        if (rs_rules_is_call(LLVMGetUser(use)) && asks(rules, LLVMGetUser(use)))
            return true;
    return asks_features(value, STEPS_MOST);
}

static bool is_made_plain(struct rs_rules *rules, LLVMValueRef value)
{
    static const char *const makers[] = {"PyUnicode_",     "PyBytes_",       "PyLong_",        "PyFloat_",
                                         "PyComplex_",     "PyBool_",        "PyByteArray_",   "PyObject_Str",
                                         "PyObject_Repr",  "PyObject_ASCII", "PyObject_Bytes", "PyNumber_Long",
                                         "PyNumber_Float", "PyNumber_Index"};
    const struct rs_contract *row = rs_rules_is_call(value) ? rs_rules_api(rules, value, NULL) : NULL;

    for (size_t i = 0; row != NULL && i < sizeof(makers) / sizeof(makers[0]); i++)
        if (strncmp(row->name, makers[i], strlen(makers[i])) == 0)
            return true;
    return false;
}

bool rs_rules_is_plain(struct rs_rules *rules, LLVMValueRef value)
{
    LLVMValueRef place = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL;

    if (is_made_plain(rules, value) || is_asked(rules, value))
        return true;
    if (place == NULL || !LLVMIsAAllocaInst(place))
        return false;
    /* a variable whose address was given away is read anew at each use */
    for (LLVMUseRef use = LLVMGetFirstUse(place); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsALoadInst(LLVMGetUser(use)) && is_asked(rules, LLVMGetUser(use)))
            return true;
    return false;
}
