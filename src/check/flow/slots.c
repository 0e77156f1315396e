/* Items of lists and tuples that a function moves: it takes one out of its slot, gives it up or hands it on, and puts
 * another (or NULL) into the slot by PyList_SET_ITEM or PyTuple_SET_ITEM, which release nothing. The slot's reference
 * was the function's to give. */
#include <string.h>

#include "check/flow/flow.h"

bool rs_slot_names(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value, int32_t object)
{
    struct rs_av is = LLVMIsConstant(value) ? rs_av_unknown() : rs_eval(flow, state, value);
    LLVMValueRef place = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL;
    uint64_t key = place != NULL ? rs_memory_key(flow->ir, place, NULL, NULL) : 0;
    struct rs_av address = place != NULL && LLVMIsAAllocaInst(place) ? rs_eval(flow, state, place) : rs_av_unknown();
    struct rs_cell *cell = address.kind == RS_AV_SYM ? rs_memory_cell(state, address.sym, address.number) : NULL;

    if (LLVMIsAGlobalVariable(value))
        return state->syms.items[object].kind == RS_SYM_GLOBAL && state->syms.items[object].identity == value;
    if (is.kind == RS_AV_SYM)
        return is.sym == object && is.number == 0;
    /* a variable or a member that is read anew for each use */
    if (cell != NULL)
        return rs_state_object(state, cell->value) == &state->syms.items[object];
    for (size_t i = 0; i < state->mem.count && key != 0; i++)
        if (state->mem.items[i].key == key &&
            rs_state_object(state, state->mem.items[i].value) == &state->syms.items[object])
            return true;
    return false;
}

/* The list or tuple whose items the address lies among, or NULL. */
static LLVMValueRef owner_of(struct rs_ir *ir, LLVMValueRef pointer)
{
    for (; LLVMIsAGetElementPtrInst(pointer) || LLVMIsACastInst(pointer) || LLVMIsALoadInst(pointer);
         pointer = LLVMGetOperand(pointer, 0)) {
        const char *stem =
            LLVMIsAGetElementPtrInst(pointer) ? rs_ir_struct_stem(ir, LLVMGetGEPSourceElementType(pointer)) : NULL;

        if (stem != NULL && (strcmp(stem, "PyListObject") == 0 || strcmp(stem, "PyTupleObject") == 0))
            return LLVMGetOperand(pointer, 0);
    }
    return NULL;
}

/* A container that the function has just made is filled by whatever fills one. */
static bool fills(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, int32_t container)
{
    bool any = state->syms.items[container].flags & RS_F_FRESH;
    LLVMValueRef callee = LLVMIsACallInst(at) || LLVMIsAInvokeInst(at) ? rs_ir_callee(at) : NULL, owner;

    if (callee != NULL && LLVMGetNumArgOperands(at) == 3 &&
        strstr(rs_ir_api_name(flow->ir, callee), "_SET_ITEM") != NULL)
        return any || rs_slot_names(flow, state, LLVMGetOperand(at, 0), container);
    owner = LLVMIsAStoreInst(at) ? owner_of(flow->ir, LLVMGetOperand(at, 1)) : NULL;
    return owner != NULL && (any || rs_slot_names(flow, state, owner, container));
}

static bool is_call(LLVMValueRef value)
{
    return LLVMIsACallInst(value) != NULL || LLVMIsAInvokeInst(value) != NULL;
}

/* Two operands that are written alike: one value, or what a handle of C++ is asked for twice (list.get()). */
static bool is_same_expression(LLVMValueRef a, LLVMValueRef b)
{
    bool calls = is_call(a) && is_call(b) && LLVMGetNumArgOperands(a) == LLVMGetNumArgOperands(b) &&
                 LLVMGetCalledValue(a) == LLVMGetCalledValue(b);

    for (unsigned i = 0; calls && i < LLVMGetNumArgOperands(a); i++)
        calls = LLVMGetOperand(a, i) == LLVMGetOperand(b, i);
    return a == b || calls;
}

/* Where an item was read from, by a call or through ob_item: the container and the index as they are written. */
static bool read_taking(struct rs_flow *flow, LLVMValueRef taking, LLVMValueRef *container, LLVMValueRef *index)
{
    LLVMValueRef place = LLVMIsALoadInst(taking) ? LLVMGetOperand(taking, 0) : NULL;

    if (is_call(taking) && LLVMGetNumArgOperands(taking) == 2) {
        *container = LLVMGetOperand(taking, 0);
        *index = LLVMGetOperand(taking, 1);
        return true;
    }
    if (place == NULL || !LLVMIsAGetElementPtrInst(place))
        return false;
    *container = owner_of(flow->ir, place);
    *index = LLVMGetOperand(place, (unsigned)LLVMGetNumOperands(place) - 1);
    return *container != NULL;
}

/* Whether the instruction puts an item where one was taken from: the same container and index, written alike. */
static bool exchanges(struct rs_flow *flow, LLVMValueRef taking, LLVMValueRef at)
{
    LLVMValueRef callee = is_call(at) ? rs_ir_callee(at) : NULL, container, index;

    return callee != NULL && LLVMGetNumArgOperands(at) == 3 &&
           strstr(rs_ir_api_name(flow->ir, callee), "_SET_ITEM") != NULL &&
           read_taking(flow, taking, &container, &index) && is_same_expression(container, LLVMGetOperand(at, 0)) &&
           is_same_expression(index, LLVMGetOperand(at, 1));
}

bool rs_slot_is_refilled(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym)
{
    bool item = sym->kind == RS_SYM_BORROWED && sym->parent != RS_NONE && sym->api != NULL &&
                (strncmp(sym->api, "PyList_G", 8) == 0 || strncmp(sym->api, "PyTuple_G", 9) == 0);

    for (size_t i = 0; item && i < flow->blocks.count; i++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[i].block); at != NULL;
             at = LLVMGetNextInstruction(at))
            if (fills(flow, state, at, sym->parent) || (sym->how != NULL && exchanges(flow, sym->how, at)))
                return true;
    return false;
}

bool rs_slot_is_filled_anew(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym,
                            LLVMValueRef release)
{
    bool put = sym->flags & RS_F_STOLEN && sym->parent != RS_NONE && sym->gone_api != NULL &&
               strstr(sym->gone_api, "_SET_ITEM") != NULL;

    for (size_t i = 0; put && i < flow->blocks.count; i++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[i].block); at != NULL;
             at = LLVMGetNextInstruction(at))
            if (at != sym->gone && fills(flow, state, at, sym->parent) && rs_flow_is_behind(flow, at, release))
                return true;
    return false;
}

bool rs_slot_is_counted_behind(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym, LLVMValueRef at)
{
    int32_t object = (int32_t)(sym - state->syms.items);

    for (size_t i = 0; i < flow->blocks.count; i++)
        for (LLVMValueRef k = LLVMGetFirstInstruction(flow->blocks.items[i].block); k != NULL;
             k = LLVMGetNextInstruction(k)) {
            LLVMValueRef counted = NULL;

            if (rs_ir_count(flow->ir, k, &counted) > 0 && rs_slot_names(flow, state, counted, object) &&
                rs_flow_is_behind(flow, k, at) &&
                rs_sweep_loop(flow, k) == rs_sweep_loop(flow, at)) /* once for each time */
                return true;
        }
    return false;
}
