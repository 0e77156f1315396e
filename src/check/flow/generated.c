/* C that Cython generated. What its temporaries hold Cython counts by itself, and rightly, so that only what the author
 * of the .pyx counts by hand is worth a report: a variable of the .pyx, a Py_INCREF that the .pyx calls, a function
 * that takes a reference over or lends one and is called from the .pyx. Cython's own calls of these go by other names
 * in the text (__Pyx_INCREF). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "check/flow/flow.h"

static bool starts(const char *text, const char *head)
{
    return text != NULL && strncmp(text, head, strlen(head)) == 0;
}

/* Whether the text calls a function of that name: "Py_INCREF", not "__Pyx_Py_INCREF". */
static bool calls(const char *text, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + length, name)) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_'), ends = at[length] == '(';

        if (begins && ends)
            return true;
    }
    return false;
}

/* Whether the .pyx counts a reference at the instruction's line. */
static bool counts_there(struct rs_ir *ir, LLVMValueRef at, const char *api)
{
    static const char *const names[] = {"Py_INCREF",  "Py_XINCREF", "Py_DECREF",  "Py_XDECREF", "Py_CLEAR", "Py_NewRef",
                                        "Py_XNewRef", "Py_SETREF",  "Py_XSETREF", "Py_IncRef",  "Py_DecRef"};
    char *text = rs_ir_source_line(ir, at);
    bool found = text != NULL && api != NULL && calls(text, api);

    for (size_t i = 0; text != NULL && i < sizeof(names) / sizeof(*names) && !found; i++)
        found = calls(text, names[i]);
    free(text);
    return found;
}

/* A function of Python's that lends or takes over: what is wrong may be how a .pyx declares it. */
static const char *moves(struct rs_ir *ir, const char *api)
{
    const struct rs_contract *row = api == NULL ? NULL : rs_contract_find(api, ir->python);
    bool is = row != NULL && (row->result == RS_RESULT_BORROWED || row->result == RS_RESULT_FOREVER);

    for (unsigned i = 0; row != NULL && i < row->nargs; i++)
        is = is || row->args[i].kind == RS_ARG_STEAL || row->args[i].kind == RS_ARG_OUT_BORROWED;
    return is ? api : NULL;
}

static bool is_of_references(enum rs_rule rule)
{
    return rule == RS_RULE_RS101 || rule == RS_RULE_RS102 || rule == RS_RULE_RS103 || rule == RS_RULE_RS104 ||
           rule == RS_RULE_RS105 || rule == RS_RULE_RS107 || rule == RS_RULE_RS201 || rule == RS_RULE_RS202;
}

/* Whether the call fills a variable of the .pyx whose address it got. */
static bool fills_variable(LLVMValueRef call)
{
    unsigned count = call != NULL && LLVMIsACallInst(call) ? LLVMGetNumArgOperands(call) : 0;
    size_t length;

    for (unsigned i = 0; i < count; i++)
        if (LLVMIsAAllocaInst(LLVMGetOperand(call, i)) &&
            starts(LLVMGetValueName2(LLVMGetOperand(call, i), &length), "__pyx_v_"))
            return true;
    return false;
}

/* Whether the line calls, by its own name, a function that takes a reference over: PyTuple_SET_ITEM(t, 0, x). */
static bool gives_there(struct rs_ir *ir, LLVMValueRef at)
{
    char *text = rs_ir_source_line(ir, at), *word = text;
    bool found = false;

    while (word != NULL && !found && (word = strpbrk(word, "_P")) != NULL) {
        size_t length = strspn(word, "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        char after = word[length];

        word[length] = '\0';
        found = after == '(' && moves(ir, word) != NULL;
        word += length + (after != '\0');
    }
    free(text);
    return found;
}

static bool is_by_hand(struct rs_flow_unit *unit, LLVMValueRef release)
{
    const struct rs_ir_function *function =
        release == NULL ? NULL : rs_ir_function(unit->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(release)));

    return function != NULL && !function->library && counts_there(unit->ir, release, NULL);
}

/* Whether what the author stores goes to a place whose reference the author gives up elsewhere. */
static bool is_counted_place(struct rs_flow_unit *unit, LLVMValueRef store)
{
    const struct rs_field *field =
        LLVMIsAStoreInst(store) ? rs_field_find(unit, rs_memory_key(unit->ir, LLVMGetOperand(store, 1), NULL, NULL))
                                : NULL;

    return field != NULL && (is_by_hand(unit, field->released_at) || is_by_hand(unit, field->replaced_at));
}

/* Whether a member held the object, which the author releases elsewhere. */
static bool is_counted_member(struct rs_flow_unit *unit, const struct rs_sym *object)
{
    const struct rs_field *field = object->kind == RS_SYM_LOADED && object->flags & RS_F_MOVED
                                       ? rs_field_find(unit, (uintptr_t)object->identity)
                                       : NULL;

    return field != NULL && (is_by_hand(unit, field->released_at) || is_by_hand(unit, field->replaced_at));
}

bool rs_generated_counts(struct rs_flow_unit *unit, const struct rs_candidate *candidate)
{
    struct rs_ir *ir = unit->ir;
    const struct rs_ir_function *function = rs_ir_function(ir, candidate->function);
    const struct rs_sym *object = &candidate->object;
    const char *variable = object->how == NULL ? NULL : rs_ir_variable(ir, object->how);

    if (function == NULL || !starts(function->name, "__pyx_") || !is_of_references(candidate->rule) ||
        starts(variable, "__pyx_v_") || fills_variable(object->how))
        return false;
    if (candidate->rule == RS_RULE_RS103 &&
        (gives_there(ir, candidate->culprit) || is_counted_place(unit, candidate->culprit)))
        return false;
    return !is_counted_member(unit, object) && !counts_there(ir, candidate->culprit, NULL) &&
           !counts_there(ir, object->how, moves(ir, object->api)) && !counts_there(ir, object->taken, NULL) &&
           !counts_there(ir, object->gone, moves(ir, object->gone_api));
}
