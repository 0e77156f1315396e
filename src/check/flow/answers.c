/* Which integers a call can answer. The contract table knows the value of failure; the rest is in the names of the API: what sets,
 * adds or removes answers 0, what asks answers 0 or 1, and nothing answers less than -1. */
#include <string.h>

#include "check/flow/flow.h"

static bool starts_with_one_of(const char *text, const char *const *heads)
{
    for (; *heads != NULL; heads++)
        if (strncmp(text, *heads, strlen(*heads)) == 0)
            return true;
    return false;
}

/* "AddObjectRef" of PyModule_AddObjectRef. */
static const char *verb_of(const char *name)
{
    const char *last = strrchr(name, '_');

    return last == NULL ? name : last + 1;
}

static bool is_done(const char *verb)
{
    static const char *const heads[] = {"Set", "Add", "Append", "Insert", "Extend", "Update", "Merge", "Sort", "Reverse", "Clear", "Del", "Ready", "READY",
                                        "Register", "Unregister", "Warn", "Write", "Resize", "Remove", "GetBuffer", NULL};

    return starts_with_one_of(verb, heads) && strcmp(verb, "SetDefaultRef") != 0 && strcmp(verb, "DelItemIf") != 0;
}

static bool is_question(const char *verb)
{
    static const char *const heads[] = {"Contains", "Is", "Not", "RichCompareBool", "Has", "GetOptional", "GetItemRef", "GetItemStringRef", "SetDefaultRef", "Pop", "Discard", "GetRef", "LookupAttr", NULL};

    return starts_with_one_of(verb, heads);
}

static bool parses(const struct rs_contract *row)
{
    for (unsigned i = 0; i < row->nargs; i++)
        if (row->args[i].kind == RS_ARG_PARSE)
            return true;
    return false;
}

void rs_answers(const struct rs_contract *row, LLVMValueRef call, struct rs_sym *answer)
{
    const char *verb = verb_of(row->name);

    if (row->library != NULL || LLVMGetTypeKind(LLVMTypeOf(call)) != LLVMIntegerTypeKind || LLVMGetIntTypeWidth(LLVMTypeOf(call)) != 32)
        return;
    if (row->failure == 0 && parses(row)) {
        answer->low = 0;
        answer->high = 1;
    }
    if (row->failure != -1 || strncmp(verb, "As", 2) == 0)
        return;
    answer->low = -1;
    if (is_done(verb))
        answer->high = 0;
    else if (is_question(verb))
        answer->high = 1;
}
