/* Members and globals that own what they point to. A member owns if some function releases what it loads from it;
 * whoever stores there must hand a reference over. Where nobody ever does, the release is what is wrong. */
#include <string.h>

#include "check/flow/store.h"

#define SAY(flow, ...) rs_arena_printf(&(flow)->ir->arena, __VA_ARGS__)

struct rs_field *rs_field_find(struct rs_flow_unit *unit, uint64_t key)
{
    uint64_t *index = key == 0 ? NULL : rs_map_find(&unit->fields, key);

    if (index != NULL)
        rs_premise_bind(unit);
    else if (key != 0)
        rs_premise_note(unit, RS_PREMISE_FIELD, key, false);

    return index == NULL ? NULL : &unit->field.items[*index - 1];
}

static struct rs_field *field_at(struct rs_flow_unit *unit, uint64_t key, const char *structure, int64_t offset)
{
    uint64_t *index = rs_map_at(&unit->fields, key);

    if (*index == 0) {
        *RS_PUSH(&unit->field) = (struct rs_field){.key = key, .structure = structure, .offset = offset};
        *index = unit->field.count;
    }
    return &unit->field.items[*index - 1];
}

static bool is_release(const struct rs_ir *ir, LLVMValueRef instruction)
{
    LLVMValueRef object;

    return rs_ir_count(ir, instruction, &object) < 0;
}

/* Whether the function stores something else than NULL to that member. */
static bool stores_to(struct rs_ir *ir, LLVMValueRef function, uint64_t key)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
            if (LLVMGetInstructionOpcode(i) == LLVMStore && !LLVMIsConstant(LLVMGetOperand(i, 0)) &&
                rs_memory_key(ir, LLVMGetOperand(i, 1), NULL, NULL) == key)
                return true;
    return false;
}

/* Whether the function takes a reference to what it has loaded: that one is what it gives back. */
static bool is_taken_first(const struct rs_ir *ir, LLVMValueRef object)
{
    for (LLVMUseRef use = LLVMGetFirstUse(object); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef counted, user = LLVMGetUser(use);

        if (LLVMIsAInstruction(user) && rs_ir_count(ir, user, &counted) > 0 && counted == object)
            return true;
    }
    return false;
}

static void read_release(struct rs_flow_unit *unit, LLVMValueRef call)
{
    LLVMValueRef object, pointer, function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(call));
    const char *structure = NULL;
    int64_t offset = 0;
    uint64_t key;
    struct rs_field *field;

    if (!is_release(unit->ir, call))
        return;
    object = LLVMGetOperand(call, LLVMGetNumArgOperands(call) - 1);
    if (LLVMIsALoadInst(object) == NULL || is_taken_first(unit->ir, object))
        return;
    pointer = LLVMGetOperand(object, 0);
    key = rs_memory_key(unit->ir, pointer, &structure, &offset);
    /* of the C++ library's templates all instances are one structure here */
    if (key == 0 ||
        (structure != NULL && (strcmp(structure, "_object") == 0 || strcmp(structure, "PyDateTime_CAPI") == 0 ||
                               strncmp(structure, "std::", 5) == 0)))
        return;
    field = field_at(unit, key, structure, offset);
    field->releasers += field->released_in != function;
    if (stores_to(unit->ir, function, key)) {
        field->replaced_at = field->replaced_at == NULL ? call : field->replaced_at;
        return;
    }
    field->released_in = function;
    field->released_at = call;
}

/* Whether the function returns what it loads from there. */
static bool returns_it(struct rs_ir *ir, LLVMValueRef function, uint64_t key)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b)) {
        LLVMValueRef end = LLVMGetBasicBlockTerminator(b), value;

        if (end == NULL || !LLVMIsAReturnInst(end) || LLVMGetNumOperands(end) == 0)
            continue;
        value = LLVMGetOperand(end, 0);
        for (unsigned i = 0; i < (LLVMIsAPHINode(value) ? LLVMCountIncoming(value) : 1); i++) {
            LLVMValueRef one = LLVMIsAPHINode(value) ? LLVMGetIncomingValue(value, i) : value;

            if (LLVMIsALoadInst(one) && rs_memory_key(ir, LLVMGetOperand(one, 0), NULL, NULL) == key)
                return true;
        }
    }
    return false;
}

/* References that are taken to what a member holds, and not for who asks for it: Py_INCREF(state->module) for each
 * object that will give one back. */
static void read_counted(struct rs_flow_unit *unit, LLVMValueRef function, LLVMValueRef call)
{
    LLVMValueRef object;
    uint64_t key = rs_ir_count(unit->ir, call, &object) > 0 && LLVMIsALoadInst(object)
                       ? rs_memory_key(unit->ir, LLVMGetOperand(object, 0), NULL, NULL)
                       : 0;
    uint64_t *index = key == 0 ? NULL : rs_map_find(&unit->fields, key);

    if (index != NULL && !returns_it(unit->ir, function, key))
        unit->field.items[*index - 1].counted = true;
}

void rs_fields_read(struct rs_flow_unit *unit)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t f = 0; f < unit->ir->functions.count; f++) {
            LLVMValueRef function = unit->ir->functions.items[f].value;

            for (LLVMBasicBlockRef b = unit->ir->functions.items[f].library ? NULL : LLVMGetFirstBasicBlock(function);
                 b != NULL; b = LLVMGetNextBasicBlock(b))
                for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
                    if (pass == 0)
                        read_release(unit, i);
                    else
                        read_counted(unit, function, i);
        }
}

/* Whether the place itself gave up what it holds: the release names it. */
static bool is_released_there(struct rs_flow *flow, const struct rs_cell *cell, const struct rs_sym *sym)
{
    LLVMValueRef object = sym->gone != NULL && is_release(flow->ir, sym->gone)
                              ? LLVMGetOperand(sym->gone, LLVMGetNumArgOperands(sym->gone) - 1)
                              : NULL;

    return object != NULL && LLVMIsALoadInst(object) &&
           rs_memory_key(flow->ir, LLVMGetOperand(object, 0), NULL, NULL) == cell->key;
}

/* Whether the store goes to a Python object, which is taken apart whatever became of the function. */
static bool is_in_object(struct rs_ir *ir, LLVMValueRef store)
{
    LLVMValueRef pointer = LLVMGetOperand(store, 1);
    LLVMTypeRef type = LLVMIsAGetElementPtrInst(pointer) ? LLVMGetGEPSourceElementType(pointer) : NULL;
    const char *first = NULL;

    while (type != NULL && LLVMGetTypeKind(type) == LLVMStructTypeKind && LLVMCountStructElementTypes(type) > 0) {
        first = rs_ir_struct_stem(ir, type);
        if (first != NULL && strcmp(first, "_object") == 0)
            return true;
        type = LLVMStructGetTypeAtIndex(type, 0);
    }
    return false;
}

/* Whether the function took a reference before the store and gave it back behind it because it failed: what a plain
 * structure was to hold nobody looks at. */
static bool is_given_up(struct rs_flow *flow, const struct rs_state *state, const struct rs_cell *cell,
                        const struct rs_sym *sym)
{
    LLVMValueRef since = sym->kind == RS_SYM_NEW ? sym->how : sym->taken;
    bool failed = sym->flags & RS_F_STOLEN ? state->err == RS_ERR_SET : state->err != RS_ERR_CLEAR;

    return since != NULL && sym->gone != NULL && !is_in_object(flow->ir, cell->at) && failed &&
           rs_flow_is_behind(flow, sym->gone, cell->at) && rs_flow_is_behind(flow, cell->at, since);
}

/* A member of a plain structure that goes over to another one of the kind: the structures are moved, and one of them is
 * forgotten. */
static bool is_moved_along(struct rs_flow *flow, const struct rs_field *field, const struct rs_sym *sym)
{
    const char *head = field->structure == NULL ? NULL : rs_ir_member(flow->ir, field->structure, 0);

    return (uintptr_t)sym->identity == field->key && head != NULL && strcmp(head, "ob_base") != 0;
}

void rs_fields_stored(struct rs_flow *flow, struct rs_state *state, const struct rs_cell *cell, struct rs_sym *sym)
{
    struct rs_field *field = rs_field_find(flow->unit, cell->key);
    bool borrowed = sym->kind == RS_SYM_BORROWED || sym->kind == RS_SYM_GLOBAL ||
                    (sym->kind == RS_SYM_ARG && flow->role) ||
                    (sym->kind == RS_SYM_NEW && sym->flags & (RS_F_STOLEN | RS_F_VISIBLE) && sym->gone != NULL);
    struct rs_doubt *doubt;

    /* what another place holds, and goes on holding */
    borrowed = borrowed || (sym->kind == RS_SYM_LOADED && sym->flags & RS_F_HELD && sym->flags & RS_F_OWNED_FIELD &&
                            sym->parent != RS_NONE && sym->parent != cell->base && sym->offset >= 0 &&
                            state->syms.items[sym->parent].kind == RS_SYM_ARG);
    if (field == NULL || (sym->kind == RS_SYM_LOADED && is_moved_along(flow, field, sym)))
        return;
    if (sym->owned > 0 || sym->kind == RS_SYM_NEW)
        field->owned_store = field->owned_store || sym->owned > 0;
    if (sym->owned != 0 || !borrowed || sym->flags & RS_F_UNCERTAIN || sym->null == RS_NULL || !flow->judge ||
        state->supposed == RS_SUPPOSED_WAY || LLVMIsAStoreInst(cell->at) == NULL ||
        is_released_there(flow, cell, sym) || is_given_up(flow, state, cell, sym))
        return;
    doubt = RS_PUSH(&flow->unit->doubts);
    doubt->key = cell->key;
    doubt->store =
        rs_tell_candidate(flow, state, RS_RULE_RS103, cell->at, sym,
                          SAY(flow, "%s: stores %s without a reference of its own where an owned one belongs",
                              flow->function->name, rs_tell_name(flow, sym)),
                          SAY(flow, "take a reference (Py_INCREF or Py_NewRef) when it is stored%s",
                              rs_tell_line(flow, cell->at)));
}

bool rs_fields_is_owner(struct rs_flow_unit *unit, uint64_t key)
{
    const struct rs_field *field = rs_field_find(unit, key);

    return field != NULL && (field->released_at != NULL || field->replaced_at != NULL);
}

void rs_fields_owns(struct rs_flow_unit *unit, uint64_t key)
{
    struct rs_field *field = rs_field_find(unit, key);

    if (field != NULL)
        field->owned_store = true;
}

bool rs_fields_is_doubtful(struct rs_flow *flow, uint64_t key, const struct rs_sym *sym)
{
    const struct rs_field *field = rs_field_find(flow->unit, key);
    bool borrowed = sym->kind == RS_SYM_BORROWED || (sym->kind == RS_SYM_ARG && flow->role) ||
                    (sym->kind == RS_SYM_NEW && sym->flags & RS_F_STOLEN);

    return field != NULL && field->structure != NULL && field->released_at != NULL &&
           field->released_in != flow->function->value && borrowed && sym->owned == 0 && !(sym->flags & RS_F_UNCERTAIN);
}

/* ---- members that are written over ---- */
/* Whether a condition depends on other members of the root, on other globals, or on what a call made of the root. */
static bool asks(struct rs_ir *ir, LLVMValueRef value, LLVMValueRef root, uint64_t key, int depth)
{
    if (depth == 0 || !LLVMIsAInstruction(value))
        return false;
    if (LLVMIsALoadInst(value)) {
        LLVMValueRef from = rs_ir_root(LLVMGetOperand(value, 0));
        bool related =
            from == root || (LLVMIsAGlobalVariable(root) && LLVMIsAGlobalVariable(from) && !LLVMIsGlobalConstant(from));

        return (related && rs_memory_key(ir, LLVMGetOperand(value, 0), NULL, NULL) != key) ||
               asks(ir, from, root, key, depth - 1);
    }
    for (int k = 0; k < LLVMGetNumOperands(value); k++) {
        LLVMValueRef operand = LLVMGetOperand(value, (unsigned)k);

        if (LLVMValueIsBasicBlock(operand))
            continue;
        if ((LLVMIsACallInst(value) && rs_ir_root(operand) == root) || asks(ir, operand, root, key, depth - 1))
            return true;
    }
    return false;
}

/* Whether a way leads from one block to the other. */
static bool leads_to(LLVMBasicBlockRef from, LLVMBasicBlockRef to)
{
    RS_VEC(LLVMBasicBlockRef) open = {0};
    struct rs_map seen = {0};
    bool found = false;

    *RS_PUSH(&open) = from;
    while (open.count > 0 && !found) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(open.items[--open.count]);

        for (unsigned i = 0; last != NULL && i < LLVMGetNumSuccessors(last); i++) {
            LLVMBasicBlockRef next = LLVMGetSuccessor(last, i);
            uint64_t *known = rs_map_at(&seen, (uintptr_t)next);

            found = found || next == to;
            if (*known == 0)
                *RS_PUSH(&open) = next;
            *known = 1;
        }
    }
    RS_VEC_CLOSE(&open);
    rs_map_close(&seen);
    return found;
}

/* Whether the function asks about anything that may imply that the member holds nothing, or takes it back itself. */
static bool may_know(struct rs_flow *flow, LLVMValueRef root, uint64_t key, LLVMValueRef store)
{
    enum { DEPTH = 6 };
    struct rs_ir *ir = flow->ir;
    LLVMValueRef function = flow->function->value;

    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i)) {
            bool branches = (LLVMIsABranchInst(i) && LLVMIsConditional(i)) || LLVMIsASwitchInst(i);

            if ((branches &&
                 asks(ir, LLVMIsABranchInst(i) ? LLVMGetCondition(i) : LLVMGetOperand(i, 0), root, key, DEPTH)) ||
                (LLVMIsASelectInst(i) && asks(ir, LLVMGetOperand(i, 0), root, key, DEPTH)))
                return true;
            if (LLVMIsAStoreInst(i) && LLVMIsAConstantPointerNull(LLVMGetOperand(i, 0)) &&
                rs_memory_key(ir, LLVMGetOperand(i, 1), NULL, NULL) == key &&
                (LLVMGetInstructionParent(i) == LLVMGetInstructionParent(store) ||
                 leads_to(LLVMGetInstructionParent(i), LLVMGetInstructionParent(store))))
                return true;
        }
    return false;
}

/* Whether an initialiser of the unit gives up what some member held before: its author knows that __init__ can be
 * called again, and on an object that another one has filled. */
static bool is_filled_again(const struct rs_flow_unit *unit)
{
    for (size_t i = 0; i < unit->field.count; i++) {
        LLVMValueRef at = unit->field.items[i].replaced_at;
        const struct rs_ir_function *in =
            at == NULL ? NULL : rs_ir_function(unit->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(at)));

        if (in != NULL && in->role != NULL && strcmp(in->role->slot, "tp_init") == 0)
            return true;
    }
    return false;
}

/* Whether the function works on objects that have been in use. */
static bool is_in_use(const struct rs_flow *flow)
{
    const char *slot = flow->role ? flow->function->role->slot : "";

    return strncmp(slot, "method.", 7) == 0 || strncmp(slot, "getset.", 7) == 0 || strcmp(slot, "cython.def") == 0 ||
           (strcmp(slot, "tp_init") == 0 && is_filled_again(flow->unit));
}

bool rs_fields_overwrites(struct rs_flow *flow, struct rs_state *state, struct rs_av address, uint64_t key,
                          struct rs_av value, LLVMValueRef store)
{
    const struct rs_field *field = rs_field_find(flow->unit, key);
    const struct rs_sym *object = rs_state_object(state, value), *base = &state->syms.items[address.sym];
    bool owner = (base->kind == RS_SYM_ARG && address.sym == 0) || base->kind == RS_SYM_GLOBAL;

    if (!is_in_use(flow) || flow->init || flow->dying || !flow->judge || field == NULL || object == NULL ||
        object->owned <= 0 || !owner || base->flags & RS_F_UNCERTAIN ||
        rs_memory_cell(state, address.sym, address.number) != NULL)
        return false;
    if (base->kind != RS_SYM_GLOBAL && (field->released_at == NULL || field->released_in == flow->function->value) &&
        (field->replaced_at == NULL ||
         LLVMGetBasicBlockParent(LLVMGetInstructionParent(field->replaced_at)) == flow->function->value))
        return false;
    return !may_know(flow, base->identity, key, store);
}

/* ---- globals that keep what they do not own ---- */
static bool is_used(LLVMValueRef load)
{
    for (LLVMUseRef use = LLVMGetFirstUse(load); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsACallInst(LLVMGetUser(use)) || LLVMIsAInvokeInst(LLVMGetUser(use)))
            return true;
    return false;
}

bool rs_fields_is_kept(struct rs_flow *flow, LLVMValueRef global)
{
    bool used = false;

    for (LLVMUseRef use = LLVMGetFirstUse(global); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        bool here = LLVMIsAInstruction(user) &&
                    LLVMGetBasicBlockParent(LLVMGetInstructionParent(user)) == flow->function->value;

        if (LLVMIsALoadInst(user))
            used = used || (!here && is_used(user));
        else if (!LLVMIsAStoreInst(user) || LLVMGetOperand(user, 1) != global ||
                 LLVMIsAConstantPointerNull(LLVMGetOperand(user, 0)))
            return false; /* its address is given away, or it is reset: it is meant to hold no reference */
    }
    return used;
}

static bool is_known(const struct rs_flow_unit *unit, const struct rs_candidate *candidate)
{
    for (size_t i = 0; i < unit->candidates.count; i++)
        if (unit->candidates.items[i].rule == candidate->rule &&
            unit->candidates.items[i].culprit == candidate->culprit)
            return true;
    return false;
}

/* Nobody hands a reference over: the one that releases is wrong. */
static struct rs_candidate blame_release(struct rs_flow_unit *unit, const struct rs_field *field,
                                         const struct rs_candidate *store)
{
    const struct rs_ir_function *by = rs_ir_function(unit->ir, field->released_in),
                                *in = rs_ir_function(unit->ir, store->function);
    const char *member =
        field->structure == NULL ? NULL : rs_ir_member(unit->ir, field->structure, (uint64_t)field->offset);
    struct rs_ir_place place = rs_ir_place(unit->ir, store->culprit);
    struct rs_candidate candidate = *store;

    candidate.rule = RS_RULE_RS101;
    candidate.function = by->value;
    candidate.culprit = field->released_at;
    candidate.belief = NULL;
    candidate.trail = NULL;
    candidate.message =
        rs_arena_printf(&unit->ir->arena,
                        "%s: releases %s%s%s, which is only ever stored without a reference (%s, line %d)", by->name,
                        field->structure == NULL ? "a global" : field->structure, member == NULL ? "" : ".",
                        member == NULL ? "" : member, in->name, place.line);
    candidate.fix = rs_arena_printf(&unit->ir->arena,
                                    "drop the release, or take a reference when it is stored (line %d)", place.line);
    return candidate;
}

void rs_fields_judge(struct rs_flow_unit *unit)
{
    for (size_t i = 0; i < unit->doubts.count; i++) {
        struct rs_candidate candidate = unit->doubts.items[i].store;
        const struct rs_field *field = rs_field_find(unit, unit->doubts.items[i].key);

        if (!field->owned_store && field->replaced_at == NULL && field->counted)
            continue;
        if (!field->owned_store && field->replaced_at == NULL)
            candidate = blame_release(unit, field, &candidate);
        if (!is_known(unit, &candidate) && !rs_variants_differ(unit, unit->doubts.items[i].store.function, field->key))
            *RS_PUSH(&unit->candidates) = candidate;
    }
}
