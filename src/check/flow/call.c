/* Calls: which knowledge there is about a callee decides what it does. In this order: intrinsics of LLVM, Py_INCREF and
 * its kin, rows of the contract table, summaries of functions at hand, functions of the C library; else it is unknown.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "check/flow/flow.h"

void rs_states_add(struct rs_flow *flow, struct rs_states *out, struct rs_state *state)
{
    if (out->count < sizeof(out->items) / sizeof(*out->items)) {
        out->items[out->count++] = state;
        return;
    }
    flow->cut = flow->blocks.items[state->block].dropped = true;
    flow->unit->cut++;
    rs_state_close(state);
}

void rs_call_result(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, struct rs_av value)
{
    uint32_t index = rs_flow_index(flow, call);

    if (index == UINT32_MAX)
        return;
    rs_eval_index_changes(state, index);
    rs_state_set(state, index, value);
}

static bool starts(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* The object of Py_INCREF(op), _Py_DECREF(file, line, op): the last argument. */
static struct rs_av last_argument(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call)
{
    unsigned count = LLVMGetNumArgOperands(call);

    return count == 0 ? rs_av_unknown() : rs_eval(flow, state, LLVMGetOperand(call, count - 1));
}

static void require_object(struct rs_flow *flow, struct rs_state *state, struct rs_av value)
{
    if (value.kind == RS_AV_SYM && value.number == 0 && state->syms.items[value.sym].null == RS_MAYBE)
        rs_refine_null(flow, state, value.sym, false);
}

/* Whether the call goes through an object that is NULL here, so that the program ends: NULL that is written as such is
 * meant. */
static bool is_fault(struct rs_flow *flow, struct rs_state *state, LLVMValueRef operand)
{
    struct rs_av value = LLVMIsConstant(operand) ? rs_av_unknown() : rs_eval(flow, state, operand);
    const struct rs_sym *object = rs_state_object(state, value);

    return (value.kind == RS_AV_INT && value.number == 0) || (object != NULL && object->null == RS_NULL);
}

static bool goes_through_null(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call,
                              const struct rs_contract *row)
{
    for (unsigned i = 0; i < row->nargs && i < LLVMGetNumArgOperands(call); i++)
        if (row->args[i].kind == RS_ARG_OBJECT && !row->args[i].nullable &&
            is_fault(flow, state, LLVMGetOperand(call, i)))
            return true;
    return false;
}

/* Whether the call gives up what a variable holds and sets it anew: _PyBytes_Resize(&bytes, n). */
static bool exchanges(struct rs_flow *flow, LLVMValueRef call)
{
    LLVMValueRef callee = LLVMIsACallInst(call) ? rs_ir_callee(call) : NULL;
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(flow->ir, callee);

    for (unsigned i = 0; row != NULL && i < row->nargs; i++)
        if (row->args[i].kind == RS_ARG_INOUT)
            return true;
    return false;
}

/* Py_DECREF of a variable that a call has set to NULL when it failed. */
static void judge_null(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call)
{
    unsigned count = LLVMGetNumArgOperands(call);
    LLVMValueRef object = count == 0 ? NULL : LLVMGetOperand(call, count - 1);
    struct rs_av address =
        object != NULL && LLVMIsALoadInst(object) ? rs_eval(flow, state, LLVMGetOperand(object, 0)) : rs_av_unknown();
    struct rs_cell *cell = address.kind == RS_AV_SYM ? rs_memory_cell(state, address.sym, address.number) : NULL;
    struct rs_sym setter = {.how = cell == NULL ? NULL : cell->at};

    if (cell == NULL || cell->value.kind != RS_AV_INT || cell->value.number != 0 || !exchanges(flow, cell->at))
        return;
    setter.api = rs_ir_api_name(flow->ir, rs_ir_callee(cell->at));
    rs_tell(
        flow, state, RS_RULE_RS403, call, &setter,
        rs_arena_printf(&flow->ir->arena,
                        "%s: releases NULL: %s%s has given the object up and set the variable to NULL when it fails",
                        flow->function->name, setter.api, rs_tell_line(flow, cell->at)),
        rs_arena_printf(&flow->ir->arena, "drop the release%s, or use Py_XDECREF", rs_tell_line(flow, call)));
}

/* Py_INCREF and its kin begin so. */
static bool is_pythons(const char *name)
{
    return strncmp(name + (*name == '_'), "Py_", 3) == 0;
}

/* Py_INCREF(NULL), Py_DECREF(NULL): the program ends there. */
static bool counts_null(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *name)
{
    static const char *const names[] = {"Py_INCREF", "_Py_INCREF", "Py_NewRef", "_Py_NewRef",
                                        "Py_DECREF", "_Py_DECREF", NULL};
    unsigned count = LLVMGetNumArgOperands(call);
    bool faults = count > 0 && is_pythons(name) && is_one_of(name, names) &&
                  is_fault(flow, state, LLVMGetOperand(call, count - 1));

    if (faults && strstr(name, "DECREF") != NULL)
        judge_null(flow, state, call);
    return faults;
}

bool rs_call_refcount(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *name)
{
    static const char *const acquire[] = {"Py_INCREF", "_Py_INCREF", "Py_XINCREF", "_Py_XINCREF",
                                          "Py_IncRef", "_Py_IncRef", NULL};
    static const char *const release[] = {"Py_DECREF",
                                          "_Py_DECREF",
                                          "Py_XDECREF",
                                          "_Py_XDECREF",
                                          "Py_DecRef",
                                          "_Py_DecRef",
                                          "_Py_DECREF_NO_DEALLOC",
                                          "_Py_DECREF_SPECIALIZED",
                                          NULL};
    static const char *const fresh[] = {"Py_NewRef", "_Py_NewRef", "Py_XNewRef", "_Py_XNewRef", NULL};
    struct rs_av value;
    bool nullable = strstr(name, "X") != NULL || strstr(name, "IncRef") != NULL || strstr(name, "DecRef") != NULL;

    if (!is_pythons(name) || (!is_one_of(name, acquire) && !is_one_of(name, release) && !is_one_of(name, fresh)))
        return false;
    value = last_argument(flow, state, call);
    if (!nullable)
        require_object(flow, state, value);
    if (is_one_of(name, release))
        rs_refs_release(flow, state, value, call);
    else
        rs_refs_acquire(flow, state, value, call);
    if (is_one_of(name, fresh))
        rs_call_result(flow, state, call, value);
    return true;
}

/* What is put back: an exception, or NULL for none. */
static enum rs_err restored(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call)
{
    unsigned first = starts(rs_ir_api_name(flow->ir, rs_ir_callee(call)), "__Pyx_") ? 1 : 0;
    LLVMValueRef given = LLVMGetOperand(call, first);
    const struct rs_sym *object;

    if (LLVMIsAConstantPointerNull(given))
        return RS_ERR_CLEAR;
    object = rs_state_object(state, rs_eval(flow, state, given));
    /* whoever takes an exception out reckons with one: that does not say that there was one, nor, where it asks
     * (PyErr_GivenExceptionMatches), that there was none */
    if (object == NULL || object->null != RS_NONNULL ||
        (state->entry != RS_ENTRY_SET && object->api != NULL && rs_error_takes(object->api)))
        return RS_ERR_UNKNOWN;
    return RS_ERR_SET;
}

void rs_call_errors(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *name)
{
    switch (rs_error_effect(call, name)) {
    case RS_EFFECT_SETS:
        state->err = RS_ERR_SET;
        break;
    case RS_EFFECT_CLEARS:
        state->err = RS_ERR_CLEAR;
        break;
    case RS_EFFECT_RESTORES:
        state->err = restored(flow, state, call);
        break;
    case RS_EFFECT_UNKNOWN:
        state->err = RS_ERR_UNKNOWN;
        break;
    case RS_EFFECT_NONE:
        return;
    }
    state->vague = false;
    state->err_sym = RS_NONE;
    state->err_at = call;
    state->pending = false;
    /* what an earlier call answered says nothing of the exception any more */
    for (size_t i = 0; i < state->syms.count; i++)
        state->syms.items[i].flags &= ~(uint32_t)RS_F_FAIL_ERR;
}

/* false: no intrinsic. */
static bool call_intrinsic(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *name)
{
    if (!starts(name, "llvm."))
        return false;
    if (starts(name, "llvm.memcpy") || starts(name, "llvm.memmove"))
        rs_copy(flow, state, call);
    else if (starts(name, "llvm.memset")) {
        struct rs_av to = rs_eval(flow, state, LLVMGetOperand(call, 0));
        if (to.kind == RS_AV_SYM && state->syms.items[to.sym].kind == RS_SYM_LOCAL)
            rs_memory_forget(state, to.sym);
    } else if (starts(name, "llvm.expect"))
        rs_call_result(flow, state, call, rs_eval(flow, state, LLVMGetOperand(call, 0)));
    return true;
}

/* Functions of the C and C++ libraries that keep nothing and touch no reference. */
static bool is_harmless(const char *name)
{
    /* clang-format off */
    static const char *const names[] = {"strlen", "strcmp", "strncmp", "strchr", "strrchr", "strstr", "memcmp",
                                        "memchr", "printf", "fprintf", "snprintf", "sprintf", "vsnprintf",
                                        "fputs", "fputc", "puts", "putchar", "fwrite", "fread", "fopen", "fclose",
                                        "abs", "floor", "ceil", "pow", "sqrt", "memcpy", "memmove",
                                        "memset", "strcpy", "strncpy", "strcat", "strncat", "strtol", "strtod",
                                        "strtoul", "atoi", "isalpha", "isdigit", "isspace", "tolower",
                                        "toupper", "time", "getenv", "qsort", "bsearch", "read", "write", "open",
                                        "close", "__errno_location", "strerror", "fmod", "ldexp", "frexp",
                                        "__cxa_begin_catch", "__cxa_end_catch", "__cxa_allocate_exception",
                                        "__cxa_free_exception", "__cxa_guard_acquire", "__cxa_guard_release",
                                        "__cxa_guard_abort", "__gxx_personality_v0", "__cxa_atexit",
                                        "_ZSt9terminatev", NULL};
    /* clang-format on */

    return is_one_of(name, names);
}

/* The text that a value is known to be, or NULL. */
static const char *text_of(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value)
{
    const struct rs_sym *sym = rs_state_object(state, rs_eval(flow, state, value));

    return sym != NULL && sym->kind == RS_SYM_GLOBAL ? rs_ir_string(flow->ir, sym->identity) : NULL;
}

/* What strcmp says of two texts that are known. */
static struct rs_av compare_texts(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *name)
{
    bool compares = strcmp(name, "strcmp") == 0 && LLVMGetNumArgOperands(call) == 2;
    const char *a = compares ? text_of(flow, state, LLVMGetOperand(call, 0)) : NULL,
               *b = a != NULL ? text_of(flow, state, LLVMGetOperand(call, 1)) : NULL;

    return b != NULL ? rs_av_int(strcmp(a, b)) : rs_av_unknown();
}

static bool is_allocator(const char *name)
{
    static const char *const names[] = {"malloc", "calloc", "realloc", "strdup", "_Znwm", "_Znam", NULL};

    return is_one_of(name, names);
}

static bool is_end(LLVMValueRef function, const char *name)
{
    static const char *const names[] = {"abort",         "exit",           "_exit",
                                        "__assert_fail", "longjmp",        "__cxa_throw",
                                        "__cxa_rethrow", "_Unwind_Resume", NULL};
    unsigned kind = LLVMGetEnumAttributeKindForName("noreturn", 8);

    return is_one_of(name, names) || LLVMGetEnumAttributeAtIndex(function, LLVMAttributeFunctionIndex, kind) != NULL;
}

static void note_unknown(struct rs_flow *flow, LLVMValueRef callee)
{
    size_t length;
    const char *name = LLVMGetValueName2(callee, &length);
    uint64_t *seen;

    if (flow->function->library || !flow->judge)
        return;
    seen = rs_map_at(&flow->unit->unknown, (uintptr_t)callee);
    if (*seen == 0)
        *RS_PUSH(&flow->unit->report->unknown_calls) = rs_arena_strdup(&flow->unit->report->arena, name);
    *seen = 1;
}

/* Nothing is known of the error indicator any more; `foreign`: the callee has nothing to do with Python's objects, so
 * that it takes no exception away. */
static void forget_error(struct rs_state *state, bool foreign)
{
    state->vague = state->err == RS_ERR_CLEAR || state->vague;
    state->err = state->err == RS_ERR_SET && foreign ? RS_ERR_SET : RS_ERR_UNKNOWN;
    state->err_sym = RS_NONE;
    state->pending = false;
}

/* Nothing is known of the callee: whatever it was given may have been kept, released or written to. */
static void call_unknown(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, LLVMValueRef callee)
{
    bool objects = false;
    int32_t sym;

    rs_closure_runs(state);
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        LLVMValueRef operand = LLVMGetOperand(call, i);
        struct rs_av value;

        if (LLVMGetTypeKind(LLVMTypeOf(operand)) != LLVMPointerTypeKind)
            continue;
        value = rs_eval(flow, state, operand);
        if (value.kind != RS_AV_SYM)
            continue;
        rs_refs_use(flow, state, value, call, "a call");
        objects = objects || (state->syms.items[value.sym].kind == RS_SYM_NEW ||
                              state->syms.items[value.sym].kind == RS_SYM_BORROWED);
        rs_refs_unknown(state, value);
    }
    if (objects && callee != NULL)
        note_unknown(flow, callee);
    if (!rs_ir_calls_clib(call))
        forget_error(state, callee != NULL && !objects);
    if (LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMPointerTypeKind) {
        sym = rs_state_sym(state, RS_SYM_OPAQUE, call);
        state->syms.items[sym].flags = RS_F_UNCERTAIN | RS_F_FAIL_ERR | RS_F_MISS;
        rs_call_result(flow, state, call, rs_av_sym(sym));
    } else if (LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMIntegerTypeKind && rs_flow_index(flow, call) != UINT32_MAX &&
               rs_flow_relevant(flow, rs_flow_index(flow, call))) {
        rs_call_result(flow, state, call, rs_av_sym(rs_state_sym(state, RS_SYM_INT, call)));
    } else {
        rs_call_result(flow, state, call, rs_av_unknown());
    }
}

static void call_allocator(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call)
{
    rs_call_result(flow, state, call, rs_av_sym(rs_state_sym(state, RS_SYM_MEMORY, call)));
}

const struct rs_contract *rs_call_slot(struct rs_ir *ir, LLVMValueRef call)
{
    /* clang-format off */
    static const struct {
        const char *structure;
        int64_t offset;
        const char *slot;
    } slots[] = {{"_typeobject", 48, "tp_dealloc"}, {"_typeobject", 128, "tp_call"}, {"_typeobject", 136, "tp_str"},
                 {"_typeobject", 144, "tp_getattro"}, {"_typeobject", 152, "tp_setattro"}, {"_typeobject", 200,
                 "tp_richcompare"}, {"_typeobject", 216, "tp_iter"},
                 {"_typeobject", 224, "tp_iternext"}, {"_typeobject", 272, "tp_descr_get"}, {"_typeobject", 296,
                     "tp_init"}, {"_typeobject", 304, "tp_alloc"}, {"_typeobject", 312, "tp_new"}, {"_typeobject",
                     320, "tp_free"},
                 {"PySequenceMethods", 24, "sq_item"}, {"PyMappingMethods", 8, "mp_subscript"}, {"PyMappingMethods",
                     16, "mp_ass_subscript"}};
    /* clang-format on */
    LLVMValueRef callee = LLVMGetCalledValue(call);
    const char *structure = NULL;
    int64_t offset = 0;

    if (LLVMIsALoadInst(callee) == NULL || rs_memory_key(ir, LLVMGetOperand(callee, 0), &structure, &offset) == 0 ||
        structure == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++)
        if (offset == slots[i].offset && strcmp(structure, slots[i].structure) == 0)
            return rs_contract_slot(slots[i].slot, ir->python);
    return NULL;
}

/* The place of a table of functions that the call goes through: ((PyObject *(*)(...))PyArray_API[85])(...), or a member
 * of *PyDateTimeAPI. The variable that holds the table may be renamed (PY_ARRAY_UNIQUE_SYMBOL): its name ends alike. */
static const struct rs_contract *entry_of(struct rs_flow *flow, LLVMValueRef call)
{
    static const struct {
        const char *variable, *table;
    } tables[] = {{"ARRAY_API", "numpy._ARRAY_API"},
                  {"PyArray_API", "numpy._ARRAY_API"},
                  {"PyUFunc_API", "numpy._UFUNC_API"},
                  {"UFUNC_API", "numpy._UFUNC_API"},
                  {"PyDateTimeAPI", "datetime.datetime_CAPI"}};
    LLVMValueRef callee = LLVMGetCalledValue(call), place = LLVMIsALoadInst(callee) ? LLVMGetOperand(callee, 0) : NULL,
                 table = place;
    int64_t offset = 0;
    const char *name;
    size_t length;

    if (place != NULL && LLVMIsAGetElementPtrInst(place)) {
        offset = rs_memory_offset(flow, place);
        table = LLVMGetOperand(place, 0);
    }
    if (table == NULL || !LLVMIsALoadInst(table) || !LLVMIsAGlobalVariable(LLVMGetOperand(table, 0)) || offset < 0 ||
        offset % 8 != 0)
        return NULL;
    name = LLVMGetValueName2(LLVMGetOperand(table, 0), &length);
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        if (length >= strlen(tables[i].variable) &&
            strcmp(name + length - strlen(tables[i].variable), tables[i].variable) == 0)
            return rs_contract_entry(tables[i].table, (unsigned)(offset / 8), flow->ir->python, 0);
    return NULL;
}

/* read(-1, ...): the system has no file of that number, so that a conversion which nobody has looked at fails there,
 * too.
 */
static void settle_descriptor(struct rs_state *state, LLVMValueRef call, const char *name)
{
    /* clang-format off */
    static const char *const names[] = {"read", "write", "pread", "pwrite", "ioctl", "fcntl", "fstat", "ftruncate",
                                        "fsync", "fdatasync", "lseek", "dup", "close", "send", "recv", "sendto",
                                        "recvfrom", "sendmsg", "recvmsg", "bind", "listen", "accept", "connect",
                                        "setsockopt", "getsockopt", "getsockname", "getpeername", "tcgetattr",
                                        "tcsetattr", "flock", NULL};
    /* clang-format on */
    LLVMValueRef number = LLVMGetNumArgOperands(call) > 0 ? LLVMGetOperand(call, 0) : NULL;

    while (number != NULL && LLVMIsACastInst(number))
        number = LLVMGetOperand(number, 0);
    if (state->pending && number == state->pending_at && is_one_of(name, names) && rs_call_compared(call))
        state->pending = false;
}

/* inet_ntop(AF_INET, ..., 16), (AF_INET6, ..., 46): there is room for each address of the family. */
static bool prints_address(LLVMValueRef call, const char *name)
{
    enum { FAMILY, SOURCE, TEXT, ROOM, ARGUMENTS };
    LLVMValueRef family = strcmp(name, "inet_ntop") == 0 && LLVMGetNumArgOperands(call) == ARGUMENTS
                              ? LLVMGetOperand(call, FAMILY)
                              : NULL;
    uint64_t room, number;

    if (family == NULL || !LLVMIsAConstantInt(family) || !LLVMIsAConstantInt(LLVMGetOperand(call, ROOM)))
        return false;
    room = LLVMConstIntGetZExtValue(LLVMGetOperand(call, ROOM));
    number = LLVMConstIntGetZExtValue(family);
    return (number == AF_INET && room >= INET_ADDRSTRLEN) || (number == AF_INET6 && room >= INET6_ADDRSTRLEN);
}

/* A declared function, or one through a pointer. */
static void call_elsewhere(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, LLVMValueRef callee,
                           const char *name, struct rs_states *out)
{
    const struct rs_contract *row = callee == NULL ? entry_of(flow, call) : NULL;

    row = row == NULL && callee == NULL ? rs_call_slot(flow->ir, call) : row;
    settle_descriptor(state, call, name);
    if (row != NULL) {
        rs_call_contract(flow, state, call, row, out);
        return;
    }
    if (callee != NULL && is_end(callee, name)) {
        state->thrown = starts(name, "__cxa_");
        if (state->thrown)
            rs_states_add(flow, out, state);
        else
            rs_state_close(state);
        return;
    }
    if (callee != NULL && is_allocator(name)) {
        if (rs_api_moves(name))
            rs_refs_unknown(state, rs_eval(flow, state, LLVMGetOperand(call, 0)));
        call_allocator(flow, state, call);
    } else if (callee != NULL && (strcmp(name, "free") == 0 || starts(name, "_ZdlPv") || starts(name, "_ZdaPv"))) {
        rs_refs_freed(flow, state, rs_eval(flow, state, LLVMGetOperand(call, 0)), call);
    } else if (callee != NULL && is_harmless(name)) {
        int32_t sym = LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMPointerTypeKind
                          ? rs_state_sym(state, RS_SYM_MEMORY, call)
                          : RS_NONE;
        for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
            rs_refs_use(flow, state, rs_eval(flow, state, LLVMGetOperand(call, i)), call, name);
        rs_call_result(flow, state, call, sym == RS_NONE ? compare_texts(flow, state, call, name) : rs_av_sym(sym));
    } else {
        call_unknown(flow, state, call, callee);
        if (callee != NULL && prints_address(call, name))
            require_object(flow, state, rs_eval(flow, state, call));
    }
    rs_states_add(flow, out, state);
}

const struct rs_summary *rs_summary_of(const struct rs_flow *flow, LLVMValueRef callee)
{
    const struct rs_ir_function *own = rs_ir_function(flow->ir, callee);
    const struct rs_summary *summary = own != NULL ? &flow->unit->summaries[own - flow->ir->functions.items]
                                       : callee != NULL
                                           ? rs_share_find(flow->unit->others, rs_ir_api_name(flow->ir, callee))
                                           : NULL;

    return summary != NULL && summary->known ? summary : NULL;
}

void rs_call(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, struct rs_states *out)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name = callee == NULL ? "" : rs_ir_api_name(flow->ir, callee);
    const struct rs_contract *row;
    const struct rs_summary *summary;

    if (counts_null(flow, state, call, name)) {
        rs_state_close(state);
        return;
    }
    if (LLVMIsAInlineAsm(LLVMGetCalledValue(call)) || call_intrinsic(flow, state, call, name) ||
        rs_call_refcount(flow, state, call, name)) {
        rs_states_add(flow, out, state);
        return;
    }
    /* who asks for an object's count knows who holds it */
    if (strcmp(name, "Py_REFCNT") == 0 || strcmp(name, "_Py_REFCNT") == 0 || strcmp(name, "Py_SET_REFCNT") == 0)
        rs_refs_unknown(state, rs_eval(flow, state, LLVMGetOperand(call, 0)));
    if (strcmp(name, "Py_REFCNT") == 0 || strcmp(name, "_Py_REFCNT") == 0) {
        rs_call_result(flow, state, call,
                       rs_eval_count(flow, state, rs_eval(flow, state, LLVMGetOperand(call, 0)), call));
        rs_states_add(flow, out, state);
        return;
    }
    row = callee == NULL ? NULL : rs_ir_contract(flow->ir, callee);
    if (row != NULL && goes_through_null(flow, state, call, row)) {
        rs_state_close(state);
        return;
    }
    if (callee == NULL || rs_ir_function(flow->ir, callee) == NULL)
        rs_handed_note(flow, state, call, row);
    if (row != NULL) {
        rs_error_call(flow, state, call, row, out);
        return;
    }
    summary = rs_summary_of(flow, callee);
    if (summary != NULL)
        rs_call_summary(flow, state, call, rs_ir_readable(flow->ir, callee), summary, out);
    else
        call_elsewhere(flow, state, call, callee, name, out);
}
