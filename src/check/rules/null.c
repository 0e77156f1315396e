/* RS403: the NULL of a call that failed reaches a function, or a member access, that needs an object.
 *
 * Left alone: what cannot fail by what the code around it checked, which is not seen from here (an index in range, a
 * key that was asked for, a module's own dictionary). What fails for want of memory only is a note. */
#include "check/rules/rules.h"

#include <string.h>

struct search {
    LLVMValueRef start;
    const struct rs_contract *row;
    bool cleared; /* the function drops exceptions somewhere: PyErr_Occurred may say no */
    const char *taker;
    struct rs_map names; /* values that are the call's result on some way */
};

enum { DEPTH = 4 };

/* Notes the value and the phis that it flows into, `depth` of them one behind the other. */
static void note_names(struct rs_map *names, LLVMValueRef value, int depth)
{
    uint64_t *left = rs_map_at(names, (uintptr_t)value);

    if (*left > (uint64_t)depth)
        return;
    *left = (uint64_t)depth + 1;
    for (LLVMUseRef use = depth == 0 ? NULL : LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsAPHINode(LLVMGetUser(use)))
            note_names(names, LLVMGetUser(use), depth - 1);
}

/* Whether an operand is the call's result, or a phi that it flows into. */
static bool comes_from(const struct search *search, LLVMValueRef value)
{
    return rs_map_find(&search->names, (uintptr_t)value) != NULL;
}

static bool is_null_here(struct rs_way *walk, LLVMValueRef value)
{
    return comes_from(walk->data, value) && rs_way_zero(walk, value);
}

/* PyCallable_Check and its kin say no to NULL, where they take it. */
static bool is_check(const char *name)
{
    size_t length = strlen(name);

    return length > 6 && strcmp(name + length - 6, "_Check") == 0;
}

/* The address of a variable that holds the result: whoever gets it may look at what lies there. */
static bool holds(const struct search *search, LLVMValueRef value)
{
    if (LLVMIsAAllocaInst(value) == NULL)
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef store = LLVMGetUser(use);

        if (LLVMIsAStoreInst(store) != NULL && LLVMGetOperand(store, 1) == value &&
            comes_from(search, LLVMGetOperand(store, 0)))
            return true;
    }
    return false;
}

static enum rs_way_verdict step_call(struct rs_way *walk, LLVMValueRef call)
{
    struct search *search = walk->data;
    const char *name;
    const struct rs_contract *row = rs_rules_api(walk->rules, call, &name);

    if (row != NULL && strcmp(row->name, "PyErr_Occurred") == 0 && (search->row->flags & RS_SETS_ERROR) &&
        !(search->row->flags & RS_MISS_IS_NULL) && !search->cleared) {
        walk->learns = true;
        walk->news = (struct rs_way_fact){call, true, 0};
        return RS_WAY_ON;
    }
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        if (row == NULL && holds(search, LLVMGetOperand(call, i)))
            return RS_WAY_END;
        if (!is_null_here(walk, LLVMGetOperand(call, i)))
            continue;
        if (row == NULL)
            return RS_WAY_END; /* it may test it */
        if (is_check(row->name)) {
            walk->learns = true;
            walk->news = (struct rs_way_fact){call, false, 0};
        }
        if (rs_ir_refuses_null(row, i)) {
            walk->learns = true;
            walk->news = (struct rs_way_fact){call, false, row->failure};
        }
        if (rs_rules_parameter(row, call, i) != NULL && rs_rules_needs_object(rs_rules_parameter(row, call, i))) {
            search->taker = row->name;
            return RS_WAY_FOUND;
        }
    }
    return RS_WAY_ON;
}

static enum rs_way_verdict step(struct rs_way *walk, LLVMValueRef at)
{
    struct search *search = walk->data;
    LLVMValueRef base, address = LLVMIsALoadInst(at)    ? LLVMGetOperand(at, 0)
                                 : LLVMIsAStoreInst(at) ? LLVMGetOperand(at, 1)
                                                        : NULL;
    int64_t offset;

    if (at == search->start)
        return RS_WAY_END;
    if (rs_rules_is_call(at))
        return step_call(walk, at);
    if (address != NULL && rs_rules_address(walk->rules, address, &base, &offset) && is_null_here(walk, base)) {
        search->taker = NULL;
        return RS_WAY_FOUND;
    }
    return RS_WAY_ON;
}

static bool is_named(const char *name, const char *const *names)
{
    for (; name != NULL && *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool drops_exceptions(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    static const char *const droppers[] = {
        "PyErr_Clear",           "PyErr_Print", "PyErr_PrintEx", "PyErr_Fetch", "PyErr_GetRaisedException",
        "PyErr_WriteUnraisable", NULL};
    const char *name = NULL;

    (void)data;
    if (rs_rules_is_call(instruction))
        rs_rules_api(rules, instruction, &name);
    return is_named(name, droppers);
}

static bool asks_for_keys(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    /* clang-format off */
    static const char *const asking[] = {"PyDict_Contains", "PySequence_Contains", "PyMapping_HasKey",
                                         "PyMapping_HasKeyString", "PyDict_Next", "PyDict_SetDefault",
                                         "PyObject_HasAttr", "PyObject_HasAttrString",
                                          NULL};
    /* clang-format on */
    const char *name = NULL;

    (void)data;
    if (rs_rules_is_call(instruction))
        rs_rules_api(rules, instruction, &name);
    return is_named(name, asking);
}

/* Fails when memory is short, and in no other way that the code around it can bring about. */
static bool only_without_memory(const struct rs_contract *row)
{
    static const char *const makers[] = {"PyLong_FromLong",
                                         "PyLong_FromSsize_t",
                                         "PyLong_FromSize_t",
                                         "PyLong_FromLongLong",
                                         "PyLong_FromUnsignedLong",
                                         "PyLong_FromUnsignedLongLong",
                                         "PyLong_FromVoidPtr",
                                         "PyLong_FromDouble",
                                         "PyFloat_FromDouble",
                                         "PyComplex_FromDoubles",
                                         "PyUnicode_FromString",
                                         "PyUnicode_InternFromString",
                                         "PyUnicode_FromFormat",
                                         "PyUnicode_New",
                                         "PyUnicode_FromStringAndSize",
                                         "PyUnicode_FromWideChar",
                                         "PyBytes_FromString",
                                         "PyBytes_FromStringAndSize",
                                         "PyByteArray_FromStringAndSize",
                                         "PyList_New",
                                         "PyTuple_New",
                                         "PyTuple_Pack",
                                         "PyDict_New",
                                         "PyDict_Copy",
                                         "PyDict_Keys",
                                         "PyDict_Values",
                                         "PyDict_Items",
                                         "PySet_New",
                                         "PyList_AsTuple",
                                         "PyList_GetSlice",
                                         "PyTuple_GetSlice",
                                         "Py_BuildValue",
                                         "_Py_BuildValue_SizeT",
                                         "PyCapsule_New",
                                         "PySlice_New",
                                         "PyCFunction_New",
                                         "PyCFunction_NewEx",
                                         "PyCMethod_New",
                                         "PyErr_NewException",
                                         "PyErr_NewExceptionWithDoc",
                                         "PyModule_Create2",
                                         "PyModule_New",
                                         "PyUnicode_Substring",
                                         "PyUnicode_FromKindAndData",
                                         "PyUnicode_DecodeLatin1",
                                         "PyBytes_FromFormat",
                                         "PyCode_GetCode",
                                         "PyMemoryView_FromMemory",
                                         "_PyObject_New",
                                         "_PyObject_GC_New",
                                         "PyStructSequence_New",
                                         "PyDictProxy_New",
                                         "PyMethod_New",
                                         "PyCell_New",
                                         "PySeqIter_New",
                                         NULL};

    return is_named(row->name, makers);
}

/* Results that code may rightly know to be there. */
static bool may_be_known(struct rs_rules *rules, LLVMValueRef call, const struct rs_contract *row)
{
    /* clang-format off */
    static const char *const indexed[] = {"PyTuple_GetItem", "PyList_GetItem", "PySequence_GetItem",
                                          "PySequence_ITEM", "PyList_GetItemRef", "PyIter_Next", "PySequence_Fast",
                                          "PyModule_GetDict", "PyImport_AddModule", "PyThreadState_GetDict",
                                          "PyErr_GetRaisedException", "PyErr_GetHandledException", NULL};
    /* clang-format on */
    LLVMValueRef container = rs_rules_argument(call, 0);

    if (row->result == RS_RESULT_FOREVER || is_named(row->name, indexed))
        return true;
    if (row->result == RS_RESULT_BORROWED && !LLVMIsAArgument(container))
        return true;
    return (row->result == RS_RESULT_BORROWED || strncmp(row->name, "PyObject_GetAttr", 16) == 0) &&
           rs_rules_reaches(rules, LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)), asks_for_keys, NULL, 0);
}

static bool may_fail(struct rs_rules *rules, LLVMValueRef call, const struct rs_contract *row)
{
    if (row == NULL ||
        (row->result != RS_RESULT_NEW && row->result != RS_RESULT_BORROWED && row->result != RS_RESULT_FOREVER))
        return false;
    return row->failure != RS_NEVER_FAILS && row->failure != RS_ALWAYS_FAILS && row->nargs > 0 &&
           !(row->flags & RS_MACRO) && !may_be_known(rules, call, row) && !rs_ir_is_at_hand(rules->ir, call, row) &&
           LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMPointerTypeKind;
}

static bool runs_once(const struct rs_ir_function *function)
{
    return function->role != NULL &&
           (strcmp(function->role->slot, "init") == 0 || strcmp(function->role->slot, "mod.exec") == 0);
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    struct search search = {.start = call, .row = row};
    struct rs_way walk = {.rules = rules, .step = step, .data = &search};
    struct rs_finding *finding;
    int line = rs_ir_place(rules->ir, call).line;
    bool found;

    if (!may_fail(rules, call, row))
        return;
    search.cleared = rs_rules_reaches(rules, function->value, drops_exceptions, NULL, 0);
    note_names(&search.names, call, DEPTH);
    found = rs_way_follow(&walk, call, (struct rs_way_fact){call, false, 0});
    rs_map_close(&search.names);
    if (!found)
        return;
    finding = rs_rules_tell(
        rules, RS_RULE_RS403, function, walk.found,
        search.taker != NULL
            ? rs_rules_text(rules, "%s passes NULL to %s, which needs an object, when %s at line %d has failed%s",
                            function->name, search.taker, row->name, line,
                            row->flags & RS_MISS_IS_NULL ? " or found nothing" : "")
            : rs_rules_text(rules, "%s reads through NULL when %s at line %d has failed%s", function->name, row->name,
                            line, row->flags & RS_MISS_IS_NULL ? " or found nothing" : ""),
        rs_rules_text(rules, "compare the result of %s at line %d with NULL before it is used", row->name, line));
    rs_rules_belief(rules, finding, call, row->name);
    rs_rules_note(rules, finding, call, rs_rules_text(rules, "%s returns NULL", row->name));
    rs_rules_note(rules, finding, walk.found,
                  search.taker != NULL ? rs_rules_text(rules, "it is passed to %s", search.taker)
                                       : "it is read through");
    if (runs_once(function) || only_without_memory(row))
        finding->severity = RS_NOTE;
}

/* The argument that is NULL when Python deletes, or -1. */
static int deleted_argument(const struct rs_ir_function *function)
{
    static const struct {
        const char *slot;
        int argument;
    } slots[] = {{"getset.set", 1},       {"tp_setattro", 2}, {"tp_setattr", 2},
                 {"mp_ass_subscript", 2}, {"sq_ass_item", 2}, {"tp_descr_set", 2}};

    for (size_t i = 0; function->role != NULL && i < sizeof(slots) / sizeof(*slots); i++)
        if (strcmp(function->role->slot, slots[i].slot) == 0)
            return (int)LLVMCountParams(function->value) > slots[i].argument ? slots[i].argument : -1;
    return -1;
}

/* Whether a setter of the unit compares its value with NULL: who wrote it knows of deletion. */
static bool knows_deletion(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];
        int index = function->library ? -1 : deleted_argument(function);
        LLVMValueRef argument = index < 0 ? NULL : LLVMGetParam(function->value, (unsigned)index);

        for (LLVMUseRef use = argument != NULL ? LLVMGetFirstUse(argument) : NULL; use != NULL;
             use = LLVMGetNextUse(use))
            if (LLVMIsAICmpInst(LLVMGetUser(use)) && LLVMIsAConstantPointerNull(LLVMGetOperand(LLVMGetUser(use), 1)))
                return true;
    }
    return false;
}

/* `del object.attribute` calls the setter with NULL: told where other setters of the unit reckon with it. */
static void judge_deletion(struct rs_rules *rules, const struct rs_ir_function *function, bool deletion)
{
    static const struct rs_contract nothing = {.name = "del"};
    int index = deletion ? deleted_argument(function) : -1;
    LLVMValueRef argument = index < 0 ? NULL : LLVMGetParam(function->value, (unsigned)index);
    struct search search = {.start = argument, .row = &nothing};
    struct rs_way walk = {.rules = rules, .step = step, .data = &search, .quiet = true};
    struct rs_finding *finding;
    bool found;

    if (argument == NULL)
        return;
    note_names(&search.names, argument, DEPTH);
    found = rs_way_follow(&walk, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(function->value)),
                          (struct rs_way_fact){argument, false, 0});
    rs_map_close(&search.names);
    if (!found)
        return;
    finding = rs_rules_tell(rules, RS_RULE_RS403, function, walk.found,
                            search.taker != NULL
                                ? rs_rules_text(rules,
                                                "%s passes its value on to %s unasked; when the attribute or item is "
                                                "deleted (del), that is NULL",
                                                function->name, search.taker)
                                : rs_rules_text(rules,
                                                "%s reads through its value unasked; when the attribute or item is "
                                                "deleted (del), that is NULL",
                                                function->name),
                            "compare the value with NULL first: set an exception (TypeError: cannot be deleted) and "
                            "return -1, or delete");
    rs_rules_note(rules, finding, walk.found,
                  search.taker != NULL ? rs_rules_text(rules, "it is passed to %s", search.taker)
                                       : "it is read through");
}

void rs_rule_null(struct rs_rules *rules)
{
    bool deletion = knows_deletion(rules);

    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->library)
            continue;
        judge_deletion(rules, function, deletion);
        RS_EACH_INSTRUCTION(function->value, instruction)
        if (rs_rules_is_call(instruction))
            judge(rules, function, instruction);
    }
}
