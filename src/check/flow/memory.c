/* Memory as cells (symbol, offset): local variables whose address was taken, members of objects, globals, items of
 * lists and tuples. Different symbols are taken for different memory. */
#include <llvm-c/Target.h>
#include <string.h>

#include "check/flow/flow.h"

enum { SYMS_MOST = 400 };

bool rs_memory_outlives(const struct rs_state *state, int32_t base)
{
    return state->syms.items[base].kind != RS_SYM_LOCAL;
}

/* The variable behind casts. */
static LLVMValueRef strip_casts(LLVMValueRef value)
{
    while (LLVMIsAInstruction(value) &&
           (LLVMGetInstructionOpcode(value) == LLVMSExt || LLVMGetInstructionOpcode(value) == LLVMZExt ||
            LLVMGetInstructionOpcode(value) == LLVMTrunc))
        value = LLVMGetOperand(value, 0);
    return value;
}

int64_t rs_memory_offset(struct rs_flow *flow, LLVMValueRef gep)
{
    LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);
    int64_t offset = 0, index = 0;

    for (unsigned i = 1; i < (unsigned)LLVMGetNumOperands(gep); i++) {
        LLVMValueRef operand = LLVMGetOperand(gep, i);
        bool structure = i > 1 && LLVMGetTypeKind(type) == LLVMStructTypeKind;

        if (i > 1 && !structure && LLVMGetTypeKind(type) != LLVMArrayTypeKind)
            return RS_OFFSET_ANY;
        if (structure) {
            unsigned member = (unsigned)LLVMConstIntGetZExtValue(operand);
            offset += (int64_t)LLVMOffsetOfElement(flow->ir->layout, type, member);
            type = LLVMStructGetTypeAtIndex(type, member);
            continue;
        }
        if (i > 1)
            type = LLVMGetElementType(type);
        if (LLVMIsAConstantInt(operand)) {
            offset += LLVMConstIntGetSExtValue(operand) * (int64_t)LLVMABISizeOfType(flow->ir->layout, type);
        } else if (index == 0 && rs_flow_index(flow, strip_casts(operand)) != UINT32_MAX) {
            index = RS_OFFSET_INDEX - 1 - rs_flow_index(flow, strip_casts(operand));
        } else {
            return RS_OFFSET_ANY;
        }
    }
    return index == 0 ? offset : offset == 0 ? index : RS_OFFSET_ANY;
}

static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

uint64_t rs_memory_key(struct rs_ir *ir, LLVMValueRef pointer, const char **structure, int64_t *offset)
{
    LLVMTypeRef type;
    const char *stem;
    size_t length;
    unsigned count;
    int64_t at;

    if (LLVMIsAGlobalVariable(pointer)) {
        if (structure != NULL)
            *structure = NULL;
        if (offset != NULL)
            *offset = 0;
        return hash_text(LLVMGetValueName2(pointer, &length)) | 1;
    }
    if (LLVMIsAGetElementPtrInst(pointer) == NULL)
        return 0;
    type = LLVMGetGEPSourceElementType(pointer);
    stem = rs_ir_struct_stem(ir, type);
    count = (unsigned)LLVMGetNumOperands(pointer);
    if (stem == NULL || count != 3 || !LLVMIsAConstantInt(LLVMGetOperand(pointer, 2)))
        return 0;
    at = (int64_t)LLVMOffsetOfElement(ir->layout, type, (unsigned)LLVMConstIntGetZExtValue(LLVMGetOperand(pointer, 2)));
    if (structure != NULL)
        *structure = stem;
    if (offset != NULL)
        *offset = at;
    return ((hash_text(stem) + (uint64_t)at * 0x9e3779b97f4a7c15u) | 1) ^ 2;
}

struct rs_cell *rs_memory_cell(struct rs_state *state, int32_t base, int64_t offset)
{
    for (size_t i = 0; i < state->mem.count; i++)
        if (state->mem.items[i].base == base && state->mem.items[i].offset == offset)
            return &state->mem.items[i];
    return NULL;
}

void rs_memory_unlearn(struct rs_state *state, int32_t base, int64_t offset)
{
    for (size_t i = 0; i < state->memos.count; i++)
        if (state->memos.items[i].base == base && state->memos.items[i].offset == offset)
            state->memos.items[i--] = state->memos.items[--state->memos.count];
}

/* What the way learned of the member before that was forgotten. */
static void recall(const struct rs_state *state, struct rs_sym *sym, int32_t base, int64_t offset)
{
    for (size_t i = 0; i < state->memos.count; i++) {
        const struct rs_memo *memo = &state->memos.items[i];

        if (memo->base != base || memo->offset != offset)
            continue;
        sym->null = memo->null;
        sym->low = memo->low;
        sym->high = memo->high;
    }
}

void rs_memory_put(struct rs_flow *flow, struct rs_state *state, int32_t base, int64_t offset, uint64_t key,
                   struct rs_av value, LLVMValueRef at)
{
    struct rs_cell *cell = rs_memory_cell(state, base, offset);

    rs_memory_unlearn(state, base, offset);
    if (cell == NULL)
        cell = RS_PUSH(&state->mem);
    *cell = (struct rs_cell){.base = base, .stored = true, .offset = offset, .value = value, .key = key, .at = at};
}

void rs_memory_forget(struct rs_state *state, int32_t base)
{
    struct rs_cell *items = state->mem.items;
    size_t i = 0;

    while (i < state->mem.count) {
        struct rs_cell cell = items[i];
        size_t left = state->mem.count - 1;

        if (cell.base != base) {
            i++;
            continue;
        }
        /* Gone before its value is looked at, which can be the address of this very local. */
        memmove(&items[i], &items[i + 1], (left - i) * sizeof(*items));
        state->mem.count = left;
        rs_closure_hide(state, cell.value);
        if (state->mem.count != left)
            i = 0;
    }
}

bool rs_memory_is_pythons(LLVMValueRef global)
{
    size_t length;
    const char *name = LLVMGetValueName2(global, &length);

    return LLVMGetInitializer(global) == NULL && (strncmp(name, "Py", 2) == 0 || strncmp(name, "_Py", 3) == 0);
}

/* An argument that the interpreter passes as an array of borrowed objects. */
static bool is_argument_array(struct rs_flow *flow, int32_t base)
{
    const struct rs_ir_role *role = flow->function->role;

    return role != NULL && role->contract != NULL && base < role->contract->nargs && (uint32_t)base < flow->nargs &&
           role->contract->args[base].kind == RS_ARG_OBJECTS;
}

/* The object whose slot the function is: a list or tuple of which it knows the items as its own, which it owns. */
static bool is_receiver(const struct rs_flow *flow, int32_t object)
{
    return object == 0 && flow->role && flow->nargs > 0;
}

/* What memory holds that this function has not touched yet. */
static int32_t initial(struct rs_flow *flow, struct rs_state *state, int32_t base, int64_t offset, LLVMValueRef pointer,
                       bool is_pointer, LLVMValueRef at)
{
    const char *structure = NULL;
    int64_t member = 0;
    uint64_t key = rs_memory_key(flow->ir, pointer, &structure, &member);
    enum rs_sym_kind kind = state->syms.items[base].kind;
    uint32_t parent_flags = state->syms.items[base].flags;
    int32_t sym = rs_state_sym(state, is_pointer ? RS_SYM_LOADED : RS_SYM_INT, at);
    struct rs_sym *it = &state->syms.items[sym];
    const struct rs_field *field;

    recall(state, it, base, offset);
    if (!is_pointer)
        return sym;
    it->parent = base;
    it->offset = offset;
    it->identity = (LLVMValueRef)(uintptr_t)key;
    it->flags = RS_F_HELD;
    if (kind == RS_SYM_LOCAL || (kind == RS_SYM_MEMORY && !(parent_flags & RS_F_FOREVER))) {
        it->kind = kind == RS_SYM_LOCAL ? RS_SYM_OPAQUE : RS_SYM_LOADED;
        it->flags = RS_F_UNCERTAIN;
    } else if (kind == RS_SYM_ITEMS) {
        it->kind = RS_SYM_BORROWED;
        it->parent = state->syms.items[base].parent;
        it->flags = state->syms.items[base].flags & RS_F_MUTABLE;
        it->null = state->syms.items[it->parent].flags & RS_F_FRESH ? RS_MAYBE : RS_NONNULL;
        it->api = it->flags & RS_F_MUTABLE ? "PyList_GET_ITEM" : "PyTuple_GET_ITEM";
        it->flags |= is_receiver(flow, it->parent) ? RS_F_UNCERTAIN : 0u;
    } else if (structure != NULL && strcmp(structure, "_object") == 0 && member == 8) {
        it->kind = RS_SYM_BORROWED;
        it->flags = RS_F_TYPE;
        it->null = RS_NONNULL;
        it->api = "Py_TYPE";
    } else if (kind == RS_SYM_GLOBAL && offset != 0 && rs_memory_is_pythons(state->syms.items[base].identity)) {
        it->flags |= RS_F_UNCERTAIN; /* None taken for an object with members: it has none */
    } else if ((kind == RS_SYM_GLOBAL && rs_memory_is_pythons(state->syms.items[base].identity)) ||
               (structure != NULL && strcmp(structure, "PyDateTime_CAPI") == 0)) {
        it->kind = RS_SYM_BORROWED;
        it->flags = RS_F_FOREVER;
        it->null = RS_NONNULL;
        it->parent = RS_NONE;
    } else if (is_argument_array(flow, base)) {
        it->kind = RS_SYM_BORROWED;
        it->flags = 0;
        it->parent = RS_NONE;
        it->null = RS_NONNULL;
    } else if (offset < RS_OFFSET_INDEX || (parent_flags & RS_F_UNCERTAIN)) {
        it->flags |= RS_F_UNCERTAIN;
    } else {
        field = rs_field_find(flow->unit, key);
        if ((kind != RS_SYM_NEW && rs_filled_is(flow, key)) ||
            (kind == RS_SYM_GLOBAL && offset == 0 && rs_imported_is(flow, state->syms.items[base].identity)))
            it->null = RS_NONNULL;
        it->flags |= field != NULL && (field->released_at != NULL || field->replaced_at != NULL) ? RS_F_OWNED_FIELD : 0;
    }
    return sym;
}

/* a[i] may be any item of the array: whoever reads it may give that one's reference up. */
static void reach_any(struct rs_state *state, int32_t base, int64_t except)
{
    if (state->syms.items[base].kind == RS_SYM_ITEMS)
        return;
    for (size_t i = 0; i < state->mem.count; i++)
        if (state->mem.items[i].base == base && state->mem.items[i].offset != except && state->mem.items[i].stored)
            rs_refs_unknown(state, state->mem.items[i].value);
}

/* A pointer, an integer that is made one ("(PyObject *)reserved"), or one word that is copied whatever it is. */
static bool is_address(LLVMValueRef load)
{
    if (LLVMIsACallInst(load))
        return true;
    if (LLVMGetTypeKind(LLVMTypeOf(load)) == LLVMPointerTypeKind)
        return true;
    for (LLVMUseRef use = LLVMGetFirstUse(load); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsAIntToPtrInst(LLVMGetUser(use)) != NULL)
            return true;
    return false;
}

/* a[0] may be what was stored as a[i]. */
static void reach_indexed(struct rs_state *state, int32_t base)
{
    for (size_t i = 0; i < state->mem.count; i++)
        if (state->mem.items[i].base == base && state->mem.items[i].offset < RS_OFFSET_INDEX &&
            state->mem.items[i].stored)
            rs_refs_unknown(state, state->mem.items[i].value);
}

struct rs_av rs_memory_load(struct rs_flow *flow, struct rs_state *state, struct rs_av address, LLVMValueRef pointer,
                            LLVMValueRef at)
{
    const struct rs_cell *cell;
    int32_t sym;

    if (address.kind == RS_AV_SYM && address.number < RS_OFFSET_INDEX)
        reach_any(state, address.sym, address.number);
    else if (address.kind == RS_AV_SYM && state->syms.items[address.sym].kind == RS_SYM_LOCAL)
        reach_indexed(state, address.sym);
    if (address.kind != RS_AV_SYM || address.number == RS_OFFSET_ANY || state->syms.count > SYMS_MOST)
        return rs_av_unknown();
    cell = rs_memory_cell(state, address.sym, address.number);
    if (cell != NULL)
        return cell->value;
    sym = initial(flow, state, address.sym, address.number, pointer, is_address(at), at);
    rs_memory_put(flow, state, address.sym, address.number, rs_memory_key(flow->ir, pointer, NULL, NULL),
                  rs_av_sym(sym), at);
    state->mem.items[state->mem.count - 1].stored = state->syms.items[address.sym].kind == RS_SYM_LOCAL;
    return rs_av_sym(sym);
}

/* Whether Python code that runs here could come across the place: not where its object is not out yet, and not where no
 * object leads to its structure. */
static bool is_in_sight(struct rs_flow *flow, const struct rs_state *state, const struct rs_sym *old)
{
    const struct rs_sym *base = old->parent == RS_NONE ? NULL : &state->syms.items[old->parent];
    const struct rs_field *field = rs_field_find(flow->unit, (uintptr_t)old->identity);

    if (base != NULL && base->kind == RS_SYM_NEW &&
        !(base->flags & (RS_F_VISIBLE | RS_F_STOLEN | RS_F_SHARED | RS_F_MADE)))
        return false;
    return field == NULL || field->structure == NULL || rs_ir_is_in_sight(flow->ir, field->structure);
}

/* Whoever is called by tp_new alone gives an object its first members, among them Cython's __cinit__: what it replaces
 * there is NULL or None, and nobody else has the object yet. */
static bool is_making(const struct rs_flow *flow, const struct rs_state *state, const struct rs_sym *old)
{
    return flow->unit->only_new[flow->function - flow->ir->functions.items] && old->parent != RS_NONE &&
           state->syms.items[old->parent].kind == RS_SYM_ARG;
}

/* Whoever could come across the members of an object of C++ has let go of it when its destructor runs. */
static bool is_destructor(const struct rs_flow *flow)
{
    return strstr(flow->function->name, "::~") != NULL;
}

/* The place is given a new value only now, `old` was released before: code that the release ran could find it there. It
 * is anybody's code where the place can hold anybody's object; what the unit itself makes and knows runs some only by
 * what it leads on to, or as a subclass. Whether code comes across a place that has no name, or a handle that is
 * assigned to, whoever uses it decides.
 */
static void tell_exposed(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *old, LLVMValueRef at)
{
    uint64_t key = (uintptr_t)old->identity;
    enum rs_origin origin = rs_origin_of(flow->unit, key);
    struct rs_candidate candidate;

    if (origin == RS_ORIGIN_INERT || state->supposed == RS_SUPPOSED_WAY)
        return;
    candidate = rs_tell_candidate(
        flow, state, RS_RULE_RS107, old->gone, old,
        rs_arena_printf(&flow->ir->arena,
                        "%s: %s is released while its place still points to it; it is replaced only later%s",
                        flow->function->name, rs_tell_name(flow, old), rs_tell_line(flow, at)),
        "store the new value first and release the old one then (Py_SETREF, Py_XSETREF or Py_CLEAR)");
    candidate.note = candidate.note || origin != RS_ORIGIN_ANY || rs_field_find(flow->unit, key) == NULL ||
                     strstr(flow->function->name, "::operator=") != NULL;
    rs_tell_add(flow, &candidate);
}

/* The location gives up what it held when the function began. */
static void move_out(struct rs_flow *flow, struct rs_state *state, struct rs_sym *old, LLVMValueRef at)
{
    old->flags &= ~(uint32_t)RS_F_HELD;
    if (old->owned < 0 && old->identity != NULL && !(old->flags & (RS_F_UNCERTAIN | RS_F_STOLEN)) && !flow->dying &&
        !flow->init && !is_making(flow, state, old) && !is_destructor(flow) && old->gone != NULL && old->gone != at &&
        is_in_sight(flow, state, old))
        tell_exposed(flow, state, old, at);
    if (old->flags & RS_F_OWNED_FIELD || old->owned < 0 || (!flow->role && rs_is_nameable(flow, state, old))) {
        old->owned++;
        old->flags |= RS_F_MOVED;
        old->over = at;
    } else {
        old->flags |= RS_F_UNCERTAIN;
    }
}

bool rs_memory_holds(const struct rs_flow *flow, const struct rs_state *state, const struct rs_cell *cell, int32_t sym)
{
    const struct rs_sym *object = &state->syms.items[sym],
                        *structure = object->kind == RS_SYM_LOADED && object->parent != RS_NONE
                                         ? &state->syms.items[object->parent]
                                         : NULL;
    bool counted =
        structure != NULL && (structure->owned > 0 || structure->kind == RS_SYM_NEW ||
                              structure->kind == RS_SYM_BORROWED || (structure->kind == RS_SYM_ARG && flow->role));

    if (!cell->stored || cell->value.kind != RS_AV_SYM)
        return false;
    return cell->value.sym == sym ||
           (structure != NULL && !counted && cell->value.sym == object->parent && cell->base != object->parent);
}

/* Whether the object was made to lead to another: the end of a chain that gets a successor stays in that chain, though
 * the place that named the end names the new one now. */
static bool leads_to(const struct rs_state *state, int32_t object, struct rs_av other)
{
    for (size_t i = 0; i < state->mem.count && other.kind == RS_AV_SYM; i++)
        if (state->mem.items[i].base == object && state->mem.items[i].stored &&
            rs_av_equal(state->mem.items[i].value, other))
            return true;
    return false;
}

void rs_memory_assign(struct rs_flow *flow, struct rs_state *state, int32_t base, int64_t offset, uint64_t key,
                      struct rs_av value, LLVMValueRef at)
{
    struct rs_cell *cell = rs_memory_cell(state, base, offset);
    struct rs_sym *old = cell == NULL ? NULL : rs_state_object(state, cell->value),
                  *object = rs_state_object(state, value), *owner = &state->syms.items[base];
    bool outlives = rs_memory_outlives(state, base),
         raw = owner->kind == RS_SYM_MEMORY && !(owner->flags & RS_F_FOREVER);

    /* what was loaded from elsewhere and stored here has its owner there */
    if (old != NULL && old != object && old->kind == RS_SYM_LOADED && old->flags & RS_F_HELD && old->parent == base &&
        old->offset == offset)
        move_out(flow, state, old, at);
    if (old != NULL && old != object && outlives &&
        (leads_to(state, cell->value.sym, value) || (object != NULL && leads_to(state, value.sym, cell->value))))
        old->flags |= RS_F_LODGED;
    if (object != NULL && outlives)
        object->flags |= RS_F_VISIBLE;
    if (object != NULL && outlives &&
        ((raw && object->owned <= 0 && !rs_fields_is_doubtful(flow, key, object)) || offset < RS_OFFSET_INDEX))
        rs_refs_unknown(state, value);
    rs_memory_put(flow, state, base, offset, key, value, at);
}

void rs_memory_overwrite(struct rs_flow *flow, struct rs_state *state, struct rs_av address, LLVMValueRef pointer,
                         uint64_t key, struct rs_av value, LLVMValueRef at)
{
    int32_t old;

    if (!rs_fields_overwrites(flow, state, address, key, value, at))
        return;
    old = initial(flow, state, address.sym, address.number, pointer, true, at);
    rs_memory_put(flow, state, address.sym, address.number, key, rs_av_sym(old), at);
    state->mem.items[state->mem.count - 1].stored = false;
}

void rs_memory_store(struct rs_flow *flow, struct rs_state *state, struct rs_av address, LLVMValueRef pointer,
                     struct rs_av value, LLVMValueRef at)
{
    const char *structure = NULL;
    int64_t member = 0;
    uint64_t key = rs_memory_key(flow->ir, pointer, &structure, &member);

    if (address.kind != RS_AV_SYM || address.number == RS_OFFSET_ANY) {
        rs_closure_hide(state, value);
        if (address.kind == RS_AV_SYM && state->syms.items[address.sym].kind == RS_SYM_LOCAL)
            rs_memory_forget(state, address.sym);
        return;
    }
    if (value.kind == RS_AV_UNKNOWN && LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(at, 0))) == LLVMIntegerTypeKind &&
        rs_asked_again(flow, key))
        value = rs_av_sym(rs_state_sym(state, RS_SYM_INT, at)); /* one unknown value, however often it is read */
    /* None has no members: the object is another one */
    if (state->syms.items[address.sym].kind == RS_SYM_GLOBAL && address.number > 0 &&
        LLVMIsAGlobalVariable(state->syms.items[address.sym].identity) &&
        rs_memory_is_pythons(state->syms.items[address.sym].identity)) {
        rs_refs_unknown(state, value);
        return;
    }
    if (structure != NULL && strcmp(structure, "_object") == 0) {
        if (member == 0)
            rs_refs_unknown(state, rs_av_sym(address.sym));
        return;
    }
    if (structure != NULL && strcmp(structure, "PyCellObject") == 0) {
        rs_refs_steal(flow, state, value, at, "PyCell_SET", address.sym);
        return;
    }
    if (state->syms.items[address.sym].kind == RS_SYM_ITEMS) {
        const struct rs_cell *cell = rs_memory_cell(state, address.sym, address.number);
        struct rs_av held = cell == NULL ? rs_av_unknown() : cell->value;
        int32_t container = state->syms.items[address.sym].parent;
        struct rs_sym *object = rs_state_object(state, value);

        /* in a container that others have made an item may be exchanged for a while; two items may change places */
        if (object != NULL && object->owned <= 0 &&
            (state->syms.items[container].kind != RS_SYM_NEW ||
             (object->kind == RS_SYM_BORROWED && object->parent == container)))
            rs_refs_unknown(state, value);
        if (state->syms.items[container].kind != RS_SYM_NEW)
            rs_refs_unknown(state, held);
        rs_refs_exchange(state, container);
        rs_refs_steal(flow, state, value, at,
                      state->syms.items[address.sym].flags & RS_F_MUTABLE ? "PyList_SET_ITEM" : "PyTuple_SET_ITEM",
                      state->syms.items[address.sym].parent);
        rs_memory_put(flow, state, address.sym, address.number, key, value, at);
        return;
    }
    rs_memory_overwrite(flow, state, address, pointer, key, value, at);
    rs_memory_assign(flow, state, address.sym, address.number, key, value, at);
}
