/* Objects that tp_dealloc does not free but puts on a shelf of its own (a free list), for the next one that is made: on
 * that way, too, it has to give up what their members own, since whoever takes the object from there stores new values
 * over the old ones. */
#include <string.h>

#include "check/flow/flow.h"

#define SAY(flow, ...) rs_arena_printf(&(flow)->ir->arena, __VA_ARGS__)

/* The member of the dying object of which the call gives up what it holds, or NULL. */
static LLVMValueRef released_member(struct rs_flow *flow, LLVMValueRef at)
{
    static const char *const names[] = {"Py_DECREF", "Py_XDECREF", "_Py_DECREF", "_Py_XDECREF", "Py_DecRef"};
    LLVMValueRef callee = LLVMIsACallInst(at) ? rs_ir_callee(at) : NULL, object, member;
    const char *name = callee == NULL ? "" : rs_ir_api_name(flow->ir, callee);
    bool releases = false;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        releases = releases || strcmp(name, names[i]) == 0;
    if (!releases || LLVMGetNumArgOperands(at) == 0)
        return NULL;
    object = LLVMGetOperand(at, LLVMGetNumArgOperands(at) - 1);
    member = LLVMIsALoadInst(object) ? LLVMGetOperand(object, 0) : NULL;
    return member != NULL && LLVMIsAGetElementPtrInst(member) &&
                   LLVMGetOperand(member, 0) == LLVMGetParam(flow->function->value, 0)
               ? member
               : NULL;
}

/* Whether the place is a global's, or leads on from one: free_list, table.free[i]. */
static bool is_shelf(const struct rs_state *state, struct rs_av address)
{
    int32_t base = address.kind == RS_AV_SYM ? address.sym : RS_NONE;

    for (int depth = 0; base != RS_NONE && depth < 4; depth++) {
        const struct rs_sym *sym = &state->syms.items[base];

        if (sym->kind == RS_SYM_GLOBAL)
            return true;
        base = sym->kind == RS_SYM_LOADED ? sym->parent : RS_NONE;
    }
    return false;
}

/* Whether the way has dealt with the member: given it up, emptied it, or found nothing there. */
static bool is_dealt_with(struct rs_flow *flow, struct rs_state *state, LLVMValueRef member)
{
    struct rs_av place = rs_eval(flow, state, member);
    const struct rs_cell *cell;
    const struct rs_sym *held;

    place = place.kind == RS_AV_SYM ? place : rs_av_sym(0);
    if (place.number == 0) {
        place.number = rs_memory_offset(flow, member);
        place.sym = 0;
    }
    cell = rs_memory_cell(state, place.sym, place.number);
    if (cell == NULL)
        return false;
    held = rs_state_object(state, cell->value);
    return cell->stored || held == NULL || held->null == RS_NULL || held->owned != 0 || held->flags & RS_F_UNCERTAIN;
}

static void reach(LLVMBasicBlockRef from, struct rs_map *seen)
{
    LLVMValueRef terminator = LLVMGetBasicBlockTerminator(from);

    for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++) {
        uint64_t *mark = rs_map_at(seen, (uintptr_t)LLVMGetSuccessor(terminator, s));

        if (*mark != 0)
            continue;
        *mark = 1;
        reach(LLVMGetSuccessor(terminator, s), seen);
    }
}

/* Whether the way may come, behind the store, to a release of the member at that offset. */
static bool is_released_behind(struct rs_flow *flow, LLVMValueRef store, int64_t offset)
{
    LLVMBasicBlockRef home = LLVMGetInstructionParent(store);
    struct rs_map seen = {0};
    bool found = false;

    reach(home, &seen);
    for (size_t b = 0; b < flow->blocks.count && !found; b++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[b].block); at != NULL && !found;
             at = LLVMGetNextInstruction(at)) {
            LLVMValueRef member = released_member(flow, at);

            found = member != NULL && rs_memory_offset(flow, member) == offset &&
                    (LLVMGetInstructionParent(at) == home
                         ? rs_flow_is_behind(flow, at, store)
                         : rs_map_find(&seen, (uintptr_t)LLVMGetInstructionParent(at)) != NULL);
        }
    rs_map_close(&seen);
    return found;
}

void rs_shelf_judge(struct rs_flow *flow, struct rs_state *state, struct rs_av address, struct rs_av value,
                    LLVMValueRef store)
{
    bool shelved = flow->judge && flow->role && strcmp(flow->function->role->slot, "tp_dealloc") == 0 &&
                   value.kind == RS_AV_SYM && value.sym == 0 && value.number == 0 &&
                   !(state->syms.items[0].flags & RS_F_UNCERTAIN) && is_shelf(state, address);

    for (size_t b = 0; shelved && b < flow->blocks.count; b++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[b].block); at != NULL;
             at = LLVMGetNextInstruction(at)) {
            LLVMValueRef member = released_member(flow, at);
            struct rs_sym release = {.how = at, .api = NULL};
            const char *structure = NULL, *name = NULL;
            int64_t offset = 0;

            if (member == NULL || rs_memory_key(flow->ir, member, &structure, &offset) == 0 ||
                is_dealt_with(flow, state, member) || is_released_behind(flow, store, rs_memory_offset(flow, member)))
                continue;
            name = structure == NULL ? NULL : rs_ir_member(flow->ir, structure, (uint64_t)offset);
            name = name == NULL ? "a member" : SAY(flow, "'%s'", name);
            rs_tell(flow, state, RS_RULE_RS203, store, &release,
                    SAY(flow, "%s: keeps the object for later and does not release %s here, as it does%s",
                        flow->function->name, name, rs_tell_line(flow, at)),
                    SAY(flow, "release %s (Py_CLEAR) before the object is kept", name));
        }
}
