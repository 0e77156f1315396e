/* Members and globals that own what they point to. A member owns if some function releases what it loads from it; whoever
 * stores there must hand a reference over. Where nobody ever does, the release is what is wrong. */
#include <string.h>

#include "check/flow/flow.h"

#define SAY(flow, ...) rs_arena_printf(&(flow)->ir->arena, __VA_ARGS__)

struct rs_field *rs_field_find(struct rs_flow_unit *unit, uint64_t key)
{
    uint64_t *index = key == 0 ? NULL : rs_map_find(&unit->fields, key);

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
    LLVMValueRef callee;
    const char *name;

    if (LLVMIsACallInst(instruction) == NULL && LLVMIsAInvokeInst(instruction) == NULL)
        return false;
    callee = rs_ir_callee(instruction);
    if (callee == NULL || LLVMGetNumArgOperands(instruction) == 0)
        return false;
    name = rs_ir_api_name(ir, callee);
    name += *name == '_';
    return strcmp(name, "Py_DECREF") == 0 || strcmp(name, "Py_XDECREF") == 0 || strcmp(name, "Py_DecRef") == 0;
}

/* Whether the function stores something else than NULL to that member. */
static bool stores_to(struct rs_ir *ir, LLVMValueRef function, uint64_t key)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
            if (LLVMGetInstructionOpcode(i) == LLVMStore && !LLVMIsConstant(LLVMGetOperand(i, 0)) && rs_memory_key(ir, LLVMGetOperand(i, 1), NULL, NULL) == key)
                return true;
    return false;
}

static void read_release(struct rs_flow_unit *unit, LLVMValueRef function, LLVMValueRef call)
{
    LLVMValueRef object = LLVMGetOperand(call, LLVMGetNumArgOperands(call) - 1), pointer;
    const char *structure = NULL;
    int64_t offset = 0;
    uint64_t key;
    struct rs_field *field;

    if (LLVMIsALoadInst(object) == NULL)
        return;
    pointer = LLVMGetOperand(object, 0);
    key = rs_memory_key(unit->ir, pointer, &structure, &offset);
    if (key == 0 || (structure != NULL && strcmp(structure, "_object") == 0))
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

void rs_fields_read(struct rs_flow_unit *unit)
{
    for (size_t f = 0; f < unit->ir->functions.count; f++) {
        LLVMValueRef function = unit->ir->functions.items[f].value;

        if (unit->ir->functions.items[f].library)
            continue;
        for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
            for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
                if (is_release(unit->ir, i))
                    read_release(unit, function, i);
    }
}

/* Whether the place itself gave up what it holds: the release names it. */
static bool is_released_there(struct rs_flow *flow, const struct rs_cell *cell, const struct rs_sym *sym)
{
    LLVMValueRef object = sym->gone != NULL && is_release(flow->ir, sym->gone) ? LLVMGetOperand(sym->gone, LLVMGetNumArgOperands(sym->gone) - 1) : NULL;

    return object != NULL && LLVMIsALoadInst(object) && rs_memory_key(flow->ir, LLVMGetOperand(object, 0), NULL, NULL) == cell->key;
}

void rs_fields_stored(struct rs_flow *flow, struct rs_state *state, const struct rs_cell *cell, struct rs_sym *sym)
{
    struct rs_field *field = rs_field_find(flow->unit, cell->key);
    bool borrowed = sym->kind == RS_SYM_BORROWED || sym->kind == RS_SYM_GLOBAL || (sym->kind == RS_SYM_ARG && flow->role) || (sym->kind == RS_SYM_NEW && sym->flags & (RS_F_STOLEN | RS_F_VISIBLE) && sym->gone != NULL);
    struct rs_doubt *doubt;

    /* what another place holds, and goes on holding */
    borrowed = borrowed || (sym->kind == RS_SYM_LOADED && sym->flags & RS_F_HELD && sym->flags & RS_F_OWNED_FIELD && sym->parent != cell->base && sym->offset >= 0 &&
                            state->syms.items[sym->parent].kind == RS_SYM_ARG);
    if (field == NULL)
        return;
    if (sym->owned > 0 || sym->kind == RS_SYM_NEW)
        field->owned_store = field->owned_store || sym->owned > 0;
    if (sym->owned != 0 || !borrowed || sym->flags & RS_F_UNCERTAIN || sym->null == RS_NULL || !flow->judge || LLVMIsAStoreInst(cell->at) == NULL || is_released_there(flow, cell, sym))
        return;
    doubt = RS_PUSH(&flow->unit->doubts);
    doubt->key = cell->key;
    doubt->store = rs_tell_candidate(flow, state, RS_RULE_RS103, cell->at, sym,
                                     SAY(flow, "%s: stores %s without a reference of its own where an owned one belongs", flow->function->name, rs_tell_name(flow, sym)),
                                     SAY(flow, "take a reference (Py_INCREF or Py_NewRef) when it is stored%s", rs_tell_line(flow, cell->at)));
}

static bool is_known(const struct rs_flow_unit *unit, const struct rs_candidate *candidate)
{
    for (size_t i = 0; i < unit->candidates.count; i++)
        if (unit->candidates.items[i].rule == candidate->rule && unit->candidates.items[i].culprit == candidate->culprit)
            return true;
    return false;
}

/* Nobody hands a reference over: the one that releases is wrong. */
static struct rs_candidate blame_release(struct rs_flow_unit *unit, const struct rs_field *field, const struct rs_candidate *store)
{
    const struct rs_ir_function *by = rs_ir_function(unit->ir, field->released_in), *in = rs_ir_function(unit->ir, store->function);
    const char *member = field->structure == NULL ? NULL : rs_ir_member(unit->ir, field->structure, (uint64_t)field->offset);
    struct rs_ir_place place = rs_ir_place(unit->ir, store->culprit);
    struct rs_candidate candidate = *store;

    candidate.rule = RS_RULE_RS101;
    candidate.function = by->value;
    candidate.culprit = field->released_at;
    candidate.belief = NULL;
    candidate.trail = NULL;
    candidate.message = rs_arena_printf(&unit->ir->arena, "%s: releases %s%s%s, which is only ever stored without a reference (%s, line %d)", by->name, field->structure == NULL ? "a global" : field->structure,
                                        member == NULL ? "" : ".", member == NULL ? "" : member, in->name, place.line);
    candidate.fix = rs_arena_printf(&unit->ir->arena, "drop the release, or take a reference when it is stored (line %d)", place.line);
    return candidate;
}

void rs_fields_judge(struct rs_flow_unit *unit)
{
    for (size_t i = 0; i < unit->doubts.count; i++) {
        struct rs_candidate candidate = unit->doubts.items[i].store;
        const struct rs_field *field = rs_field_find(unit, unit->doubts.items[i].key);

        if (!field->owned_store && field->replaced_at == NULL)
            candidate = blame_release(unit, field, &candidate);
        if (!is_known(unit, &candidate))
            *RS_PUSH(&unit->candidates) = candidate;
    }
}
