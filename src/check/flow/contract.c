/* What a row of the contract table does to a state. Outcomes are told apart (two states) only where references depend
 * on them; else the result remembers that its failure comes with an exception. */
#include <string.h>

#include "check/flow/unheard.h"

#include "check/flow/calling.h"

enum { OB_TYPE = 8 }; /* offset in an object, PyObject of 3.8 to 3.13 */

static bool is_object_kind(unsigned kind)
{
    return kind == RS_ARG_OBJECT || kind == RS_ARG_STEAL || kind == RS_ARG_ACQUIRE || kind == RS_ARG_TYPE;
}

/* Whether a container that the call brings is for the caller alone: PySequence_Fast may answer with what it was given.
 */
static bool is_alone(const struct calling *c, struct rs_state *state, const char *api)
{
    const struct rs_sym *from =
        strcmp(api, "PySequence_Fast") == 0 ? rs_state_object(state, rs_calling_argument(c, state, 0)) : NULL;

    if (strcmp(api, "PySequence_Fast") == 0)
        return from != NULL && from->kind == RS_SYM_NEW && from->flags & RS_F_ALONE && !(from->flags & RS_F_VISIBLE);
    return rs_api_is_fresh(api) || rs_api_is_made(api);
}

/* Whether the callee may keep the argument: all but what the call is about, and that too when Python code runs. */
static bool may_be_kept(const struct calling *c, const struct rs_state *state, unsigned index, struct rs_av value)
{
    bool first = true;

    if (value.kind != RS_AV_SYM ||
        (state->syms.items[value.sym].kind != RS_SYM_NEW && state->syms.items[value.sym].kind != RS_SYM_BORROWED) ||
        rs_api_keeps_nothing(c->row->name))
        return false;
    for (unsigned i = 0; i < index && i < c->row->nargs; i++)
        first = first && !is_object_kind(c->row->args[i].kind);
    return !first || c->row->flags & (RS_MAY_RUN | RS_MAY_RELEASE);
}

/* Whether no code that the call runs gets the argument in hand: the list, dict or set that a call of its own type is
 * about, and what PySequence_Fast answers with itself or takes apart. */
static bool is_out_of_hand(const struct calling *c, unsigned index)
{
    static const char *const headers[] = {"listobject", "dictobject", "setobject"};

    for (size_t i = 0; i < sizeof(headers) / sizeof(*headers) && index == 0; i++)
        if (strcmp(c->row->header, headers[i]) == 0)
            return true;
    return strcmp(c->row->name, "PySequence_Fast") == 0;
}

enum { KEPT_NOW = -2 };

/* C data that the call writes to a variable: a pointer there is none to NULL any more, a number is another one. */
static void fill_data(struct rs_state *state, struct rs_av address)
{
    struct rs_cell *cell = address.kind == RS_AV_SYM && state->syms.items[address.sym].kind == RS_SYM_LOCAL
                               ? rs_memory_cell(state, address.sym, address.number)
                               : NULL;
    bool pointer = cell != NULL && cell->at != NULL && LLVMIsAStoreInst(cell->at) &&
                   LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(cell->at, 0))) == LLVMPointerTypeKind;
    int32_t sym;

    if (cell == NULL || !cell->stored || cell->value.kind != RS_AV_INT)
        return;
    cell->value = rs_av_unknown();
    if (!pointer)
        return;
    sym = rs_state_sym(state, RS_SYM_OPAQUE, NULL);
    state->syms.items[sym].null = RS_NONNULL;
    state->syms.items[sym].flags = RS_F_UNCERTAIN;
    rs_memory_cell(state, address.sym, address.number)->value = rs_av_sym(sym);
}

static void use_arguments(const struct calling *c, struct rs_state *state)
{
    for (unsigned i = 0; i < c->count; i++) {
        const struct rs_argument *arg = i < c->row->nargs ? &c->row->args[i] : NULL;
        struct rs_av value;

        if (LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(c->call, i))) != LLVMPointerTypeKind)
            continue;
        value = rs_calling_argument(c, state, i);
        if (arg == NULL || arg->kind != RS_ARG_STEAL)
            rs_refs_use(c->flow, state, value, c->call, c->row->name);
        if (arg != NULL && (rs_api_reads_text(c->row, i) || (is_object_kind(arg->kind) && !arg->nullable)) &&
            value.kind == RS_AV_SYM && value.number == 0 && state->syms.items[value.sym].null == RS_MAYBE)
            rs_refine_null(c->flow, state, value.sym, false);
        /* what stands for "..." is a format's, which tells what is filled */
        if (arg != NULL && arg->kind == RS_ARG_VALUE && !(c->row->flags & RS_VARIADIC && i + 1 == c->row->nargs))
            fill_data(state, value);
        if (arg != NULL && arg->kind == RS_ARG_VALUE && (rs_api_keeps_data(c->row->name) || rs_api_moves(c->row->name)))
            rs_refs_unknown(state, value);
        if (may_be_kept(c, state, i, value)) {
            struct rs_sym *it = &state->syms.items[value.sym];
            bool only_now = rs_api_takes_in(c->row) && !(it->flags & RS_F_SHARED);

            if (!is_out_of_hand(c, i))
                it->flags &= ~(uint32_t)RS_F_ALONE;
            it->flags |= RS_F_SHARED;
            it->kept = only_now ? KEPT_NOW : RS_NONE;
        }
    }
}

/* The outcome of the call that has just shared its arguments. */
static void note_kept(struct rs_state *state, int32_t outcome)
{
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].kept == KEPT_NOW)
            state->syms.items[i].kept = outcome;
}

/* Of an empty string, bytes object or tuple there is only one, which never dies. */
static bool is_empty(const struct calling *c, struct rs_state *state)
{
    static const struct {
        const char *name;
        unsigned size;
    } sized[] = {
        {"PyTuple_New", 0}, {"PyBytes_FromStringAndSize", 1}, {"PyUnicode_FromStringAndSize", 1}, {"PyUnicode_New", 0}};
    LLVMValueRef text = c->count > 0 ? LLVMGetOperand(c->call, 0) : NULL;

    for (size_t i = 0; i < sizeof(sized) / sizeof(*sized); i++)
        if (strcmp(c->row->name, sized[i].name) == 0) {
            struct rs_av size = rs_calling_argument(c, state, sized[i].size);
            return size.kind == RS_AV_INT && size.number == 0;
        }
    return rs_api_reads_text(c->row, 0) && LLVMIsAGlobalVariable(text) && LLVMGetInitializer(text) != NULL &&
           LLVMIsNull(LLVMGetInitializer(text));
}

/* Py_BuildValue("ii"), "(O)", "[N]", "{s:i}": a tuple, a list or a dict; "i", "d": a number. No object that was passed,
 * and no constant. */
static bool builds_anew(const struct calling *c)
{
    const char *format = strstr(c->row->name, "BuildValue") != NULL && c->count > 0
                             ? rs_ir_string(c->flow->ir, LLVMGetOperand(c->call, 0))
                             : NULL;

    if (format == NULL || format[0] == '\0')
        return false;
    return strchr("([{", format[0]) != NULL || strspn(format, "ilhHbBIkKLnpdfsyzuUOSNcC") > 1 ||
           (strchr("ilhHbBIkKLndfDcC", format[0]) != NULL && format[1] == '\0');
}

/* Whether the type of which the call makes an instance is one of the unit's own, a variable. */
static bool makes_instance(const struct calling *c)
{
    LLVMValueRef type =
        strncmp(c->row->name, "PyObject_Call", 13) == 0 || strncmp(c->row->name, "PyObject_Vectorcall", 19) == 0
            ? LLVMGetOperand(c->call, 0)
            : NULL;
    const char *stem = type != NULL && LLVMIsAGlobalVariable(type)
                           ? rs_ir_struct_stem(c->flow->ir, LLVMGlobalGetValueType(type))
                           : NULL;

    return stem != NULL && strcmp(stem, "_typeobject") == 0;
}

static int32_t new_object(const struct calling *c, struct rs_state *state, const char *api, enum rs_null null)
{
    bool alone = is_alone(c, state, api);
    int32_t sym = rs_state_sym(state, RS_SYM_NEW, c->call);
    struct rs_sym *it = &state->syms.items[sym];

    it->owned = 1;
    it->null = null;
    it->api = api;
    it->flags = (alone ? RS_F_ALONE : 0) | rs_api_newness(api) |
                (builds_anew(c) || makes_instance(c) ? RS_F_NO_CONSTANT : 0) |
                (rs_api_is_fresh(api) && !is_empty(c, state) ? 0
                 : rs_api_is_made(api)                       ? RS_F_MADE
                                                             : RS_F_SHARED);
    return sym;
}

static bool is_mutable(const struct rs_contract *row)
{
    return strcmp(row->header, "listobject") == 0 || strcmp(row->header, "dictobject") == 0;
}

static int32_t borrowed_object(const struct calling *c, struct rs_state *state, int32_t parent, enum rs_null null)
{
    int32_t sym = rs_state_sym(state, RS_SYM_BORROWED, c->call);
    struct rs_sym *it = &state->syms.items[sym];

    it->parent = parent;
    it->null = null;
    it->api = c->row->name;
    it->flags = is_mutable(c->row) ? RS_F_MUTABLE : 0;
    return sym;
}

/* ---- arguments that change hands, for one outcome ---- */
static bool happens(unsigned when, bool success)
{
    return when == RS_ALWAYS || (when == RS_ON_SUCCESS) == success;
}

static void put_out(const struct calling *c, struct rs_state *state, unsigned index, struct rs_av value)
{
    struct rs_av address = rs_calling_argument(c, state, index);

    if (address.kind == RS_AV_SYM && address.number != RS_OFFSET_ANY)
        rs_memory_put(c->flow, state, address.sym, address.number, 0, value, c->call);
    else
        rs_refs_unknown(state, value);
}

static void fill_out(const struct calling *c, struct rs_state *state, unsigned index, const struct rs_argument *arg,
                     bool success, enum rs_null null)
{
    int32_t parent = rs_calling_subject(c, state);
    bool borrowed = arg->kind == RS_ARG_OUT_BORROWED, helper = strcmp(c->row->name, "__Pyx_ErrFetchInState") == 0;

    /* the type is there if an exception is; without one nothing is */
    if (helper || strcmp(c->row->name, "PyErr_Fetch") == 0)
        null = state->err == RS_ERR_CLEAR ? RS_NULL : index == helper ? RS_NONNULL : RS_MAYBE;
    if (success && null != RS_NULL)
        put_out(c, state, index,
                rs_av_sym(borrowed ? borrowed_object(c, state, parent, null)
                                   : new_object(c, state, c->row->name, null)));
    else if (success || arg->when == RS_ALWAYS)
        put_out(c, state, index, rs_av_int(0));
}

static void replace(const struct calling *c, struct rs_state *state, unsigned index, bool success, enum rs_null null)
{
    struct rs_av address = rs_calling_argument(c, state, index), old, value;
    bool normalises = strcmp(c->row->name, "PyErr_NormalizeException") == 0;

    if (address.kind != RS_AV_SYM || address.number == RS_OFFSET_ANY ||
        (normalises && index == 2)) /* the traceback stays */
        return;
    null = normalises ? RS_NONNULL : null;
    old = rs_memory_load(c->flow, state, address, LLVMGetOperand(c->call, index), LLVMGetOperand(c->call, index));
    if (old.kind == RS_AV_INT)
        return;
    rs_refs_release(c->flow, state, old, c->call);
    value = success ? rs_av_sym(new_object(c, state, c->row->name, null)) : rs_av_int(0);
    if (value.kind == RS_AV_SYM && null == RS_MAYBE && c->row->flags & RS_SETS_ERROR)
        state->syms.items[value.sym].flags |= RS_F_FAIL_ERR;
    rs_memory_assign(c->flow, state, address.sym, address.number, 0, value, c->call);
}

/* In a container that others have made an item may be exchanged for another without a reference of its own. */
static bool is_exchange(const struct calling *c, struct rs_state *state, int32_t container, struct rs_av value)
{
    const struct rs_sym *object = rs_state_object(state, value);

    return object != NULL && object->owned <= 0 && container != RS_NONE &&
           state->syms.items[container].kind != RS_SYM_NEW && strstr(c->row->name, "_SET_ITEM") != NULL;
}

/* PyBuffer_Release gives up what the view's obj holds, where it is known who put it there; an exporter's reference is
 * RS206's. */
static void release_view(const struct calling *c, struct rs_state *state)
{
    enum { VIEW_OBJ = 8 };
    struct rs_av view = rs_calling_argument(c, state, 0);
    const struct rs_cell *cell;

    if (strcmp(c->row->name, "PyBuffer_Release") != 0 || view.kind != RS_AV_SYM || view.number < 0)
        return;
    cell = rs_memory_cell(state, view.sym, view.number + VIEW_OBJ);
    if (cell == NULL && state->syms.items[view.sym].kind == RS_SYM_ARG) {
        int32_t held = rs_state_sym(state, RS_SYM_LOADED, c->call);

        state->syms.items[held].parent = view.sym;
        state->syms.items[held].offset = view.number + VIEW_OBJ;
        state->syms.items[held].flags = RS_F_HELD;
        rs_memory_put(c->flow, state, view.sym, view.number + VIEW_OBJ, 0, rs_av_sym(held), c->call);
        cell = rs_memory_cell(state, view.sym, view.number + VIEW_OBJ);
    }
    if (cell == NULL)
        return;
    rs_refs_release(c->flow, state, cell->value, c->call);
    rs_memory_assign(c->flow, state, view.sym, view.number + VIEW_OBJ, 0, rs_av_int(0), c->call);
}

/* Gives memory back that may hold references, as free() does. */
static bool frees(const char *name)
{
    static const char *const names[] = {"PyMem_Free", "PyMem_FREE", "PyMem_Del", "PyMem_DEL", "PyMem_RawFree"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* `null` says what filled addresses hold. */
static void move_references(const struct calling *c, struct rs_state *state, bool success, enum rs_null null)
{
    int32_t container = rs_calling_subject(c, state);

    if (container != RS_NONE && strstr(c->row->name, "_SET_ITEM") != NULL)
        rs_refs_exchange(state, container);
    for (unsigned i = 0; i < c->count; i++) {
        const struct rs_argument *arg = &c->row->args[i < c->row->nargs ? i : c->row->nargs - 1u];
        bool variadic = i + 1 >= c->row->nargs && c->row->flags & RS_VARIADIC;

        if (c->row->nargs == 0 || (i >= c->row->nargs && !variadic))
            break;
        if (arg->kind == RS_ARG_STEAL && is_exchange(c, state, container, rs_calling_argument(c, state, i)))
            rs_refs_unknown(state, rs_calling_argument(c, state, i));
        else if (arg->kind == RS_ARG_STEAL && happens(arg->when, success))
            rs_refs_steal(c->flow, state, rs_calling_argument(c, state, i), c->call, c->row->name, container);
        else if (arg->kind == RS_ARG_ACQUIRE && happens(arg->when, success))
            rs_refs_acquire(c->flow, state, rs_calling_argument(c, state, i), c->call);
        else if (arg->kind == RS_ARG_OUT || arg->kind == RS_ARG_OUT_BORROWED)
            fill_out(c, state, i, arg, success, null);
        else if (arg->kind == RS_ARG_INOUT)
            replace(c, state, i, success, null);
        else if (arg->kind == RS_ARG_PARSE && success && c->row->nargs > 0)
            rs_call_parse(c->flow, state, c->call, i, c->row->flags & RS_VARIADIC ? c->row->nargs - 1u : c->count,
                          container);
        else if (arg->kind == RS_ARG_BUILD)
            rs_call_build(c->flow, state, c->call, i, c->row->flags & RS_VARIADIC ? c->row->nargs - 1u : c->count,
                          c->row->name);
    }
    release_view(c, state);
    if (c->row->flags & RS_DEALLOCATES || frees(c->row->name))
        rs_refs_freed(c->flow, state, rs_calling_argument(c, state, 0), c->call);
}

/* ---- results ---- */
static void failing(struct rs_state *state, const struct rs_contract *row, int32_t sym)
{
    if (row->flags & RS_SETS_ERROR)
        state->syms.items[sym].flags |= RS_F_FAIL_ERR;
    if (row->flags & RS_MISS_IS_NULL || rs_api_fails_by_misuse(row))
        state->syms.items[sym].flags |= RS_F_MISS;
    if (row->flags & RS_SETS_ERROR)
        rs_refine_fallible(state, sym);
}

/* Whether anything compares the value, at most a few casts away. */
static bool is_compared(LLVMValueRef value, int depth)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        LLVMOpcode opcode = LLVMGetInstructionOpcode(user);

        if (opcode == LLVMICmp || opcode == LLVMFCmp || opcode == LLVMStore || opcode == LLVMSwitch ||
            opcode == LLVMRet)
            return true;
        if (depth > 0 && (LLVMIsACastInst(user) || opcode == LLVMPHI) && is_compared(user, depth - 1))
            return true;
    }
    return false;
}

bool rs_call_compared(LLVMValueRef call)
{
    return is_compared(call, 3);
}

static void pend(const struct calling *c, struct rs_state *state)
{
    bool sets = (strncmp(c->row->name, "PyObject_Set", 12) == 0 || strncmp(c->row->name, "PyObject_Del", 12) == 0 ||
                 strcmp(c->row->name, "PyMapping_SetItemString") == 0) &&
                LLVMGetFirstUse(c->call) == NULL;
    bool converts = strncmp(c->row->name, "PyLong_As", 9) == 0 || strcmp(c->row->name, "PyFloat_AsDouble") == 0 ||
                    strncmp(c->row->name, "PyNumber_As", 11) == 0;

    if (!(sets && c->row->flags & RS_SETS_ERROR) &&
        !(rs_unheard_is(c->flow, c->call, c->row) &&
          rs_unheard_may_fail(c->flow, rs_state_object(state, rs_calling_argument(c, state, 0)))) &&
        (!converts || !(c->row->flags & RS_MISS_IS_NULL) || rs_call_compared(c->call)))
        return;
    if (state->err == RS_ERR_SET)
        return;
    state->pending = true;
    state->pending_at = c->call;
}

/* How many items a tuple has whose making was seen; else RS_LENGTH_UNKNOWN. */
static int64_t known_size(const struct calling *c, struct rs_state *state)
{
    static const char *const names[] = {"PyTuple_Size",
                                        "PyTuple_GET_SIZE",
                                        "PyObject_Size",
                                        "PyObject_Length",
                                        "PySequence_Size",
                                        "PySequence_Length",
                                        NULL};
    int32_t of = rs_calling_subject(c, state);
    const struct rs_sym *sym = of == RS_NONE ? NULL : &state->syms.items[of];

    for (const char *const *name = names; sym != NULL && sym->api != NULL && *name != NULL; name++)
        if (strcmp(c->row->name, *name) == 0 && sym->kind == RS_SYM_NEW &&
            (strcmp(sym->api, "PyTuple_Pack") == 0 || strcmp(sym->api, "PyTuple_New") == 0) && sym->high >= 0 &&
            sym->high < INT64_MAX)
            return sym->high;
    return RS_LENGTH_UNKNOWN;
}

static void integer_result(const struct calling *c, struct rs_state *state)
{
    int64_t size = known_size(c, state);
    uint32_t index = rs_flow_index(c->flow, c->call);
    bool wanted = LLVMGetTypeKind(LLVMTypeOf(c->call)) == LLVMIntegerTypeKind && index != UINT32_MAX &&
                  rs_flow_relevant(c->flow, index);
    bool fails = c->row->failure != RS_NEVER_FAILS && c->row->result == RS_RESULT_VALUE;
    struct rs_av answer = rs_av_unknown();

    if (wanted && !fails && !rs_kinds_ask(c->flow, state, c->call, &answer))
        answer = rs_question_ask(c->flow, state, c->call);

    if (wanted && size != RS_LENGTH_UNKNOWN) {
        note_kept(state, RS_NONE);
        rs_call_result(c->flow, state, c->call, rs_av_int(size));
    } else if (wanted && answer.kind != RS_AV_UNKNOWN) {
        note_kept(state, RS_NONE);
        rs_call_result(c->flow, state, c->call, answer);
    } else if (wanted) {
        int32_t sym = rs_state_sym(state, RS_SYM_INT, c->call);
        state->syms.items[sym].api = c->row->name;
        if (!fails && rs_api_counts_items(c->row->name))
            state->syms.items[sym].low = 0;
        if (c->sure != NULL)
            rs_api_answers(c->sure, c->call, &state->syms.items[sym], true);
        if (fails) {
            state->syms.items[sym].flags = RS_F_FAIL_INT;
            state->syms.items[sym].fail = c->row->failure;
            rs_api_answers(c->row, c->call, &state->syms.items[sym], false);
            failing(state, c->row, sym);
        }
        note_kept(state, fails ? sym : RS_NONE);
        rs_call_result(c->flow, state, c->call, rs_av_sym(sym));
    } else {
        note_kept(state, RS_NONE);
        rs_call_result(c->flow, state, c->call, rs_av_unknown());
        if (c->row->flags & RS_SETS_ERROR && state->err != RS_ERR_SET) {
            state->err = RS_ERR_UNKNOWN;
            state->vague = false;
        }
    }
    pend(c, state);
}

/* C data: inside of a str or bytes, raw memory, or memory that stays. */
static void pointer_result(const struct calling *c, struct rs_state *state)
{
    bool fails = c->row->failure == 0;
    int32_t sym = rs_state_sym(state, RS_SYM_MEMORY, c->call), parent = rs_calling_subject(c, state);
    struct rs_sym *it = &state->syms.items[sym];
    bool text = strcmp(c->row->header, "unicodeobject") == 0 || strcmp(c->row->header, "bytesobject") == 0;

    it->api = c->row->name;
    it->null = fails ? RS_MAYBE : RS_NONNULL;
    if (!(c->row->flags & RS_ALLOCATES))
        it->flags = RS_F_FOREVER;
    if (text && parent != RS_NONE && !(c->row->flags & RS_ALLOCATES)) {
        it->flags = RS_F_INTERIOR;
        it->parent = parent;
    }
    if (it->null == RS_MAYBE)
        failing(state, c->row, sym);
    rs_call_result(c->flow, state, c->call, rs_av_sym(sym));
}

static void occurred_result(const struct calling *c, struct rs_state *state)
{
    int32_t sym;

    state->pending = false;
    if (state->err == RS_ERR_CLEAR) {
        rs_call_result(c->flow, state, c->call, rs_av_int(0));
        return;
    }
    sym = borrowed_object(c, state, RS_NONE, state->err == RS_ERR_SET ? RS_NONNULL : RS_MAYBE);
    state->syms.items[sym].flags = RS_F_FOREVER | RS_F_OCCURRED;
    rs_call_result(c->flow, state, c->call, rs_av_sym(sym));
}

static void note_length(const struct calling *c, struct rs_state *state, int32_t sym)
{
    struct rs_av length = c->count > 0 ? rs_calling_argument(c, state, 0) : rs_av_unknown();

    if (strcmp(c->row->name, "PyTuple_Pack") == 0 && length.kind == RS_AV_INT)
        state->syms.items[sym].high = length.number;
    if (strcmp(c->row->name, "PyList_New") != 0 && strcmp(c->row->name, "PyTuple_New") != 0)
        return;
    state->syms.items[sym].flags |= RS_F_FRESH;
    state->syms.items[sym].high = length.kind == RS_AV_INT ? length.number : RS_LENGTH_UNKNOWN;
}

/* The type of an object is one object: what memory holds in ob_type, however often it is asked for. */
static void type_result(const struct calling *c, struct rs_state *state)
{
    struct rs_av of = rs_calling_argument(c, state, 0);
    struct rs_cell *cell = of.kind == RS_AV_SYM && of.number == 0 ? rs_memory_cell(state, of.sym, OB_TYPE) : NULL;
    int32_t sym;

    if (cell != NULL) {
        rs_call_result(c->flow, state, c->call, cell->value);
        return;
    }
    sym = borrowed_object(c, state, of.kind == RS_AV_SYM ? of.sym : RS_NONE, RS_NONNULL);
    state->syms.items[sym].flags |= RS_F_TYPE;
    if (of.kind == RS_AV_SYM && of.number == 0) {
        rs_memory_put(c->flow, state, of.sym, OB_TYPE, 0, rs_av_sym(sym), c->call);
        rs_memory_cell(state, of.sym, OB_TYPE)->stored = false;
    }
    rs_call_result(c->flow, state, c->call, rs_av_sym(sym));
}

static void object_result(const struct calling *c, struct rs_state *state)
{
    enum rs_null null =
        c->row->failure == RS_NEVER_FAILS || rs_api_fails_on_null(c->row) || rs_calling_makes_small_int(c, state)
            ? RS_NONNULL
            : RS_MAYBE;
    struct rs_av from = c->row->from > 0 ? rs_calling_argument(c, state, c->row->from - 1u) : rs_av_unknown();
    int32_t sym;

    if (c->row->result == RS_RESULT_NEW) {
        sym = new_object(c, state, c->row->name, null);
        note_length(c, state, sym);
    } else {
        sym = borrowed_object(c, state, from.kind == RS_AV_SYM ? from.sym : RS_NONE, null);
        if (c->row->result == RS_RESULT_FOREVER)
            state->syms.items[sym].flags = RS_F_FOREVER;
        if (c->row->result == RS_RESULT_UNKNOWN)
            state->syms.items[sym].flags = RS_F_UNCERTAIN;
    }
    state->syms.items[sym].excluded = rs_kinds_made(c->row);
    if (strcmp(c->row->name, "PyErr_GetRaisedException") == 0)
        state->syms.items[sym].null = state->err == RS_ERR_SET ? RS_NONNULL : RS_NULL;
    if (state->syms.items[sym].null == RS_MAYBE)
        failing(state, c->row, sym);
    rs_call_result(c->flow, state, c->call, rs_av_sym(sym));
}

static void initialised_result(const struct calling *c, struct rs_state *state)
{
    struct rs_av memory = rs_calling_argument(c, state, 0);
    struct rs_sym *it = rs_state_object(state, memory);

    if (it != NULL && it->kind != RS_SYM_ARG) {
        it->kind = RS_SYM_NEW;
        it->flags = RS_F_SHARED | (it->null == RS_MAYBE ? RS_F_FAIL_ERR : 0);
        it->owned = 1;
        it->how = c->call;
        it->api = c->row->name;
    }
    rs_call_result(c->flow, state, c->call, memory);
}

static void give_result(const struct calling *c, struct rs_state *state)
{
    bool pointer = LLVMGetTypeKind(LLVMTypeOf(c->call)) == LLVMPointerTypeKind;

    if (c->row->failure == RS_ALWAYS_FAILS) {
        state->err = RS_ERR_SET;
        state->err_sym = RS_NONE;
        state->err_at = c->call;
        rs_call_result(c->flow, state, c->call, rs_av_int(0));
    } else if (strcmp(c->row->name, "PyErr_Occurred") == 0) {
        occurred_result(c, state);
    } else if (c->row->flags & RS_INITIALISES) {
        initialised_result(c, state);
    } else if (c->row->result == RS_RESULT_ARGUMENT && c->row->from > 0) {
        rs_call_result(c->flow, state, c->call, rs_calling_argument(c, state, c->row->from - 1u));
    } else if (strcmp(c->row->name, "Py_TYPE") == 0) {
        type_result(c, state);
    } else if (pointer && c->row->result == RS_RESULT_VALUE) {
        pointer_result(c, state);
    } else if (pointer) {
        object_result(c, state);
    } else {
        integer_result(c, state);
    }
}

/* ---- outcomes ---- */
static bool depends_on_outcome(const struct calling *c)
{
    if (c->row->failure == RS_NEVER_FAILS || c->row->failure == RS_ALWAYS_FAILS || c->row->result != RS_RESULT_VALUE ||
        LLVMGetTypeKind(LLVMTypeOf(c->call)) != LLVMIntegerTypeKind)
        return false;
    for (unsigned i = 0; i < c->row->nargs; i++) {
        const struct rs_argument *arg = &c->row->args[i];
        if (((arg->kind == RS_ARG_STEAL || arg->kind == RS_ARG_ACQUIRE) && arg->when != RS_ALWAYS) ||
            arg->kind == RS_ARG_OUT || arg->kind == RS_ARG_OUT_BORROWED || arg->kind == RS_ARG_INOUT ||
            arg->kind == RS_ARG_PARSE)
            return true;
    }
    return false;
}

static bool fills(const struct calling *c)
{
    for (unsigned i = 0; i < c->row->nargs; i++)
        if (c->row->args[i].kind == RS_ARG_OUT)
            return true;
    return false;
}

static struct rs_state *outcome(const struct calling *c, const struct rs_state *state, bool success, enum rs_null null,
                                int64_t result)
{
    struct rs_state *copy = rs_state_copy(state);

    move_references(c, copy, success, null);
    rs_call_result(c->flow, copy, c->call, rs_av_int(result));
    rs_trail_step(c->flow, copy, (struct rs_trail){.kind = RS_STEP_WAY, .at = c->call, .number = result});
    if (success) {
        rs_call_errors(c->flow, copy, c->call, c->row->name);
    } else {
        rs_trail_add(c->flow, copy, c->call, (struct rs_trail){.format = "%s fails", .name = c->row->name});
        if (c->row->flags & RS_SETS_ERROR && !(c->row->flags & RS_MISS_IS_NULL)) {
            copy->err = RS_ERR_SET;
            copy->err_at = c->call;
        }
    }
    return copy;
}

/* -1 as an index or a length fails there, too. */
static void settle_pending(const struct calling *c, struct rs_state *state)
{
    static const char *const parts[] = {"GetItem", "SetItem", "DelItem", "_New", "FromStringAndSize", "GetSlice", NULL};
    bool refuses = false;

    for (const char *const *part = parts; *part != NULL && state->pending; part++)
        refuses = refuses || strstr(c->row->name, *part) != NULL;
    for (unsigned i = 0; refuses && c->row->flags & RS_SETS_ERROR && i < c->count; i++) {
        LLVMValueRef operand = LLVMGetOperand(c->call, i);

        while (LLVMIsACastInst(operand))
            operand = LLVMGetOperand(operand, 0);
        state->pending = state->pending && operand != state->pending_at;
    }
}

/* Whether the look-up that brought an item and the call which takes items out name the same one, or that one takes all.
 */
static bool names_item(const struct calling *c, LLVMValueRef look)
{
    if (c->count == 1)
        return true;
    return look != NULL && LLVMIsACallInst(look) && LLVMGetNumArgOperands(look) > 1 &&
           LLVMGetOperand(look, 1) == LLVMGetOperand(c->call, 1);
}

/* What the function itself takes out of a container that it has for itself alone. */
static void take_out(const struct calling *c, struct rs_state *state)
{
    int32_t container = is_out_of_hand(c, 0) ? rs_calling_subject(c, state) : RS_NONE;

    for (size_t i = 0; i < state->syms.count && container != RS_NONE && c->row->flags & RS_MAY_RELEASE; i++) {
        struct rs_sym *sym = &state->syms.items[i];

        if (sym->kind != RS_SYM_BORROWED || sym->parent != container || sym->owned != 0 ||
            !(state->syms.items[container].flags & RS_F_ALONE) || sym->flags & (RS_F_UNCERTAIN | RS_F_STALE) ||
            !names_item(c, sym->how))
            continue;
        sym->flags |= RS_F_STALE;
        sym->gone = c->call;
        sym->gone_api = c->row->name;
    }
}

/* PyObject_IsTrue(Py_True) runs nothing. */
static bool asks_constant(const struct calling *c, struct rs_state *state)
{
    const struct rs_sym *sym = strcmp(c->row->name, "PyObject_IsTrue") == 0 || strcmp(c->row->name, "PyObject_Not") == 0
                                   ? rs_state_object(state, rs_calling_argument(c, state, 0))
                                   : NULL;
    size_t length;

    return sym != NULL && sym->kind == RS_SYM_GLOBAL &&
           strncmp(LLVMGetValueName2(sym->identity, &length), "_Py_", 4) == 0;
}

/* A call that makes its arguments by a format of which one object is NULL. */
static bool is_doomed(const struct calling *c, struct rs_state *state)
{
    for (unsigned i = 0; i < c->row->nargs && i < c->count; i++)
        if (c->row->args[i].kind == RS_ARG_BUILD)
            return c->row->flags & RS_VARIADIC && c->row->result == RS_RESULT_NEW &&
                   rs_call_build_fails(c->flow, state, c->call, i, c->row->nargs - 1u);
    return false;
}

/* PyModule_AddObject(module, name, NULL) */
static bool is_refused(const struct calling *c, struct rs_state *state)
{
    for (unsigned i = 0; i < c->row->nargs; i++)
        if (rs_ir_refuses_null(c->row, i)) {
            struct rs_av value = rs_calling_argument(c, state, i);

            return (value.kind == RS_AV_INT && value.number == 0) ||
                   (value.kind == RS_AV_SYM && value.number == 0 && state->syms.items[value.sym].null == RS_NULL);
        }
    return false;
}

void rs_call_contract(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const struct rs_contract *row,
                      struct rs_states *out)
{
    struct calling c = {.flow = flow, .call = call, .row = row, .count = LLVMGetNumArgOperands(call)};
    struct rs_contract sure = *row;
    bool doomed;

    use_arguments(&c, state);
    if (rs_calling_has_needs(&c, state)) {
        sure.failure = RS_NEVER_FAILS;
        sure.flags &= ~(uint32_t)(RS_SETS_ERROR | RS_MISS_IS_NULL | RS_MAY_RUN | RS_MAY_RELEASE);
        c.sure = row;
        c.row = row = &sure;
    }
    if (row->flags & RS_NO_RETURN) {
        rs_state_close(state);
        return;
    }
    settle_pending(&c, state);
    if (rs_api_runs_anything(row) && !asks_constant(&c, state) && !rs_calling_fills(&c, state)) {
        rs_refs_run(flow, state, call, row->name);
        take_out(&c, state);
        flow->summary->runs = true;
    }
    if (is_refused(&c, state)) {
        rs_states_add(flow, out, outcome(&c, state, false, RS_NULL, row->failure));
        rs_state_close(state);
        return;
    }
    if (depends_on_outcome(&c)) {
        bool both = strstr(row->name, "Send") == NULL && strstr(row->name, "am_send") == NULL &&
                    strstr(row->name, "SetDefault") == NULL;

        rs_states_add(flow, out, outcome(&c, state, false, RS_NULL, row->failure));
        rs_states_add(flow, out, outcome(&c, state, true, RS_NONNULL, row->failure == 0 || fills(&c)));
        if (row->failure != 0 && fills(&c))
            rs_states_add(flow, out, outcome(&c, state, true, both ? RS_NULL : RS_NONNULL, 0));
        rs_state_close(state);
        return;
    }
    if (rs_calling_sets_within(&c, state)) {
        move_references(&c, state, true, RS_NONNULL);
        rs_call_result(flow, state, call, rs_av_int(0));
        rs_states_add(flow, out, state);
        return;
    }
    doomed = is_doomed(&c, state);
    move_references(&c, state, true,
                    row->flags & RS_SETS_ERROR || row->result != RS_RESULT_VALUE || strncmp(row->name, "PyErr_", 6) == 0
                        ? RS_MAYBE
                        : RS_NONNULL);
    give_result(&c, state);
    if (doomed && rs_flow_index(flow, call) != UINT32_MAX) {
        struct rs_av result = rs_eval(flow, state, call);

        if (result.kind == RS_AV_SYM && state->syms.items[result.sym].null == RS_MAYBE)
            rs_refine_null(flow, state, result.sym, true);
    }
    rs_call_errors(flow, state, call, row->name);
    rs_states_add(flow, out, state);
}
