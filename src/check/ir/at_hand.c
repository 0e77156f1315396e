/* Calls that bring what the interpreter has at hand, and so cannot fail: small integers, the empty string, bytes object
 * and tuple, from 3.11 on strings of one ASCII character, the type of an object. Seen by asking for each with every
 * allocation refused. Who asks for NULL all the same is taken at his word: that the answer is not looked at is no fault
 * there. And calls that take NULL for an argument, and fail. */
#include <string.h>

#include "check/ir/ir.h"

enum { SMALL_LEAST = -5, SMALL_MOST = 256, BYTE = 8 };

static bool is_small(LLVMValueRef number)
{
    int64_t value;

    if (LLVMIsAZExtInst(number))
        return LLVMGetIntTypeWidth(LLVMTypeOf(LLVMGetOperand(number, 0))) <= BYTE;
    if (LLVMIsAConstantInt(number) == NULL || LLVMGetIntTypeWidth(LLVMTypeOf(number)) > 64)
        return false;
    value = LLVMConstIntGetSExtValue(number);
    return value >= SMALL_LEAST && value <= SMALL_MOST;
}

/* Which argument is the size of what is made, or -1. */
static int size_argument(const char *name)
{
    if (strcmp(name, "PyTuple_New") == 0 || strcmp(name, "PyUnicode_New") == 0)
        return 0;
    return strcmp(name, "PyBytes_FromStringAndSize") == 0 || strcmp(name, "PyUnicode_FromStringAndSize") == 0 ? 1 : -1;
}

static bool is_zero(LLVMValueRef number)
{
    return LLVMIsAConstantInt(number) && LLVMConstIntGetZExtValue(number) == 0;
}

bool rs_ir_is_at_hand(struct rs_ir *ir, LLVMValueRef call, const struct rs_contract *row)
{
    unsigned count = LLVMGetNumArgOperands(call);
    LLVMValueRef first = count > 0 ? LLVMGetOperand(call, 0) : NULL;
    int size = size_argument(row->name);
    const char *text;

    if (first == NULL || strcmp(row->name, "PyObject_Type") == 0)
        return first != NULL;
    if (size >= 0)
        return (unsigned)size < count && is_zero(LLVMGetOperand(call, (unsigned)size));
    if (strncmp(row->name, "PyLong_From", 11) == 0)
        return LLVMGetTypeKind(LLVMTypeOf(first)) == LLVMIntegerTypeKind && is_small(first);
    text = strcmp(row->name, "PyUnicode_FromString") == 0 || strcmp(row->name, "PyBytes_FromString") == 0
               ? rs_ir_string(ir, first)
               : NULL;
    return text != NULL && (text[0] == '\0' || (text[1] == '\0' && (text[0] & 0x80) == 0 && ir->python >= 0x030b));
}

bool rs_ir_refuses_null(const struct rs_contract *row, unsigned index)
{
    static const char *const names[] = {"PyModule_AddObject", "PyModule_AddObjectRef", "PyModule_Add", "_PyModule_Add"};
    enum { VALUE = 2 };

    for (size_t i = 0; row != NULL && index == VALUE && i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(row->name, names[i]) == 0)
            return true;
    return false;
}
