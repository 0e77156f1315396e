/* Who asks about the error indicator, who takes the exception out of it.
 *
 * A function that others of the unit call may be entered with an exception set. Its ways begin as if none were, and
 * part only where it asks: one way on which there was none, one on which there was (rs_state.entry); its callers know
 * which of them it is. */
#include <string.h>

#include "check/flow/flow.h"

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool asks(const char *name)
{
    /* clang-format off */
    static const char *const names[] = {"PyErr_Occurred", "PyErr_Clear",     "PyErr_Fetch", "PyErr_Print",
                                        "PyErr_PrintEx", "PyErr_WriteUnraisable", "PyErr_GetRaisedException",
                                        "PyErr_ExceptionMatches", "__Pyx_PyErr_ExceptionMatchesInState",
                                        "__Pyx_ErrFetchInState", NULL};
    /* clang-format on */

    return is_one_of(name, names);
}

bool rs_error_takes(const char *name)
{
    return strcmp(name, "PyErr_Fetch") == 0 || strcmp(name, "__Pyx_ErrFetchInState") == 0 ||
           strcmp(name, "PyErr_GetRaisedException") == 0;
}

/* Cython's helpers that do nothing else. */
static bool is_raising(const char *name)
{
    return strncmp(name, "__Pyx_Raise", 11) == 0 || strcmp(name, "__Pyx_ReraiseException") == 0;
}

enum rs_error_effect rs_error_effect(LLVMValueRef call, const char *name)
{
    static const char *const set[] = {"PyErr_SetString",        "PyErr_SetObject",
                                      "PyErr_SetNone",          "PyErr_BadInternalCall",
                                      "_PyErr_BadInternalCall", "_PyErr_SetKeyError",
                                      "_PyArg_BadArgument",     NULL};
    static const char *const clear[] = {"PyErr_Clear",
                                        "PyErr_Fetch",
                                        "PyErr_Print",
                                        "PyErr_PrintEx",
                                        "PyErr_WriteUnraisable",
                                        "PyErr_GetRaisedException",
                                        "__Pyx_ErrFetchInState",
                                        "__Pyx__GetException",
                                        "__Pyx_PyGen__FetchStopIterationValue",
                                        "__Pyx_WriteUnraisable",
                                        NULL};
    static const char *const restore[] = {"PyErr_Restore", "PyErr_SetRaisedException", "__Pyx_ErrRestoreInState", NULL};
    static const char *const unknown[] = {"_PyErr_ChainExceptions", "_PyErr_ChainExceptions1", NULL};

    if (is_one_of(name, set) || (LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMVoidTypeKind && is_raising(name)))
        return RS_EFFECT_SETS;
    return is_one_of(name, clear)     ? RS_EFFECT_CLEARS
           : is_one_of(name, restore) ? RS_EFFECT_RESTORES
           : is_one_of(name, unknown) ? RS_EFFECT_UNKNOWN
                                      : RS_EFFECT_NONE;
}

bool rs_error_refine(struct rs_flow *flow, struct rs_state *state, bool set)
{
    if (state->entry == RS_ENTRY_OPEN && state->err == RS_ERR_CLEAR) {
        state->entry = set ? RS_ENTRY_SET : RS_ENTRY_CLEAR;
        state->err = set ? RS_ERR_SET : RS_ERR_CLEAR;
        state->err_at = NULL;
        state->supposed = set ? RS_SUPPOSED_WAY : state->supposed;
        return true;
    }
    return rs_refine_occurred(flow, state, set);
}

void rs_error_call(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const struct rs_contract *row,
                   struct rs_states *out)
{
    bool open = state->entry == RS_ENTRY_OPEN && state->err == RS_ERR_CLEAR,
         taken = state->err != RS_ERR_SET && rs_error_takes(row->name);

    if (!(open && asks(row->name)) && !taken) {
        rs_call_contract(flow, state, call, row, out);
        return;
    }
    for (int set = 0; set < 2; set++) {
        struct rs_state *copy = rs_state_copy(state);

        /* who takes an exception out reckons with one, though it cannot be seen where it comes from */
        if (!open && taken && set && copy->err == RS_ERR_CLEAR)
            copy->err = RS_ERR_SET, copy->err_at = NULL;
        if (!rs_error_refine(flow, copy, set)) {
            rs_state_close(copy);
            continue;
        }
        if (rs_error_takes(row->name))
            copy->supposed = RS_SUPPOSED_NOTHING;
        rs_call_contract(flow, copy, call, row, out);
    }
    rs_state_close(state);
}
