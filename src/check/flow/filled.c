/* Members that are never NULL while an object is in use: whatever makes objects of the structure fills them on each way
 * that hands one out, and nobody sets them to NULL before the object ends. Code may ask all the same. */
#include <string.h>

#include "check/flow/flow.h"

struct put {
    uint64_t key;
    LLVMValueRef store;
};
struct filling {
    struct rs_ir *ir;
    uint64_t key; /* the member in question */
    struct rs_map seen;
    RS_VEC(LLVMValueRef) made; /* calls that make objects */
    RS_VEC(struct put) stored; /* of pointers to members, while objects are in use */
};

/* A call that makes an object whose members are NULL. */
static bool is_allocation(struct rs_ir *ir, LLVMValueRef call)
{
    static const char *const names[] = {"PyType_GenericAlloc", "PyType_GenericNew", "_PyObject_New",
                                        "_PyObject_NewVar",    "_PyObject_GC_New",  "_PyObject_GC_NewVar",
                                        "PyObject_Init",       "PyObject_InitVar",  NULL};
    LLVMValueRef callee = LLVMIsACallInst(call) || LLVMIsAInvokeInst(call) ? rs_ir_callee(call) : NULL;
    const struct rs_contract *slot =
        callee == NULL && (LLVMIsACallInst(call) || LLVMIsAInvokeInst(call)) ? rs_call_slot(ir, call) : NULL;

    if (slot != NULL)
        return strcmp(slot->name, "tp_alloc") == 0 || strcmp(slot->name, "tp_new") == 0;
    for (const char *const *name = names; callee != NULL && *name != NULL; name++)
        if (strcmp(rs_ir_api_name(ir, callee), *name) == 0)
            return true;
    return false;
}

static const char *structure_of(struct rs_ir *ir, LLVMValueRef pointer, int64_t *offset)
{
    const char *structure = NULL;

    return rs_memory_key(ir, pointer, &structure, offset) == 0 ? NULL : structure;
}

/* Whether the value is used as the structure: one of its members is read, written or named. */
static bool is_used_as(struct rs_ir *ir, LLVMValueRef value, const char *structure)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const char *its =
            LLVMIsAGetElementPtrInst(user) && LLVMGetOperand(user, 0) == value ? structure_of(ir, user, NULL) : NULL;

        if (its != NULL && strcmp(its, structure) == 0)
            return true;
    }
    return false;
}

/* ---- one way that makes an object ---- */
static bool names_member(const struct filling *f, LLVMValueRef pointer)
{
    return rs_memory_key(f->ir, pointer, NULL, NULL) == f->key;
}

/* Whether it is surely an address. */
static bool is_present(LLVMValueRef value)
{
    LLVMValueRef callee = LLVMIsACallInst(value) || LLVMIsAInvokeInst(value) ? rs_ir_callee(value) : NULL;
    size_t length;
    const char *name = callee == NULL ? "" : LLVMGetValueName2(callee, &length);

    return LLVMIsAGlobalVariable(value) || LLVMIsAFunction(value) || LLVMIsAAllocaInst(value) ||
           strcmp(name, "_Znwm") == 0 || strcmp(name, "_Znam") == 0 || strcmp(name, "Py_NewRef") == 0 ||
           strcmp(name, "_Py_NewRef") == 0;
}

/* Whether the value is what the member was given: read from there, or stored there. */
static bool is_content(const struct filling *f, LLVMValueRef value)
{
    if (LLVMIsALoadInst(value))
        return names_member(f, LLVMGetOperand(value, 0));
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 0) == value && names_member(f, LLVMGetOperand(user, 1)))
            return true;
    }
    return false;
}

/* The successor that is taken where the branch finds the value that is_content() is about to be NULL, or -1. */
static int side_of_null(const struct filling *f, LLVMValueRef branch)
{
    LLVMValueRef compare = LLVMIsABranchInst(branch) && LLVMIsConditional(branch) ? LLVMGetCondition(branch) : NULL;

    if (compare == NULL || !LLVMIsAICmpInst(compare) || !LLVMIsAConstantPointerNull(LLVMGetOperand(compare, 1)) ||
        !is_content(f, LLVMGetOperand(compare, 0)))
        return -1;
    return LLVMGetICmpPredicate(compare) == LLVMIntEQ ? 0 : LLVMGetICmpPredicate(compare) == LLVMIntNE ? 1 : -1;
}

/* What a call answers that only sets an exception: NULL ("return PyErr_NoMemory();"). */
static bool is_failure(const struct filling *f, LLVMValueRef value)
{
    LLVMValueRef callee = LLVMIsACallInst(value) ? rs_ir_callee(value) : NULL;

    return callee != NULL && strncmp(rs_ir_api_name(f->ir, callee), "PyErr_", 6) == 0;
}

/* Whether the function's return, reached from the block, may hand out an object. */
static bool hands_out(const struct filling *f, LLVMValueRef ret, LLVMBasicBlockRef from)
{
    LLVMValueRef value = LLVMGetNumOperands(ret) > 0 ? LLVMGetOperand(ret, 0) : NULL,
                 phi = value != NULL && LLVMIsAPHINode(value) ? value : NULL;

    for (unsigned k = 0; phi != NULL && k < LLVMCountIncoming(phi); k++)
        if (LLVMGetIncomingBlock(phi, k) == from && LLVMGetInstructionParent(phi) == LLVMGetInstructionParent(ret))
            value = LLVMGetIncomingValue(phi, k);
    return value == NULL || !(LLVMIsAConstantPointerNull(value) || is_failure(f, value));
}

/* Of two addresses, all from one allocator: many pairs of them have the same difference. */
static uint64_t edge_key(LLVMBasicBlockRef from, LLVMBasicBlockRef to)
{
    return ((uintptr_t)from * 0x9e3779b97f4a7c15u + (uintptr_t)to) * 0xc2b2ae3d27d4eb4fu | 1;
}

struct step {
    LLVMValueRef at;        /* the first instruction of the block, or the one behind the allocation */
    LLVMBasicBlockRef from; /* NULL at the beginning */
};

/* Whether a way from there leads to a return that hands out an object whose member may be NULL. */
static bool leaves_empty(struct filling *f, LLVMValueRef allocation)
{
    RS_VEC(struct step) open = {0};
    bool empty = false;

    rs_map_close(&f->seen);
    *RS_PUSH(&open) =
        (struct step){LLVMIsAInvokeInst(allocation) ? allocation : LLVMGetNextInstruction(allocation), NULL};
    while (open.count > 0 && !empty) {
        struct step step = open.items[--open.count];
        LLVMValueRef at = step.at, content = NULL;
        int null;

        for (; at != NULL && !LLVMIsATerminatorInst(at); at = LLVMGetNextInstruction(at))
            if (LLVMIsAStoreInst(at) && names_member(f, LLVMGetOperand(at, 1)))
                content = LLVMGetOperand(at, 0);
        if (at == NULL || (content != NULL && is_present(content)))
            continue;
        if (LLVMIsAReturnInst(at)) {
            empty = hands_out(f, at, step.from);
            continue;
        }
        null = side_of_null(f, at);
        for (unsigned k = 0; k < LLVMGetNumSuccessors(at); k++) {
            LLVMBasicBlockRef next = LLVMGetSuccessor(at, k);
            uint64_t *known = rs_map_at(&f->seen, edge_key(LLVMGetInstructionParent(at), next));

            if (*known == 0 && (null < 0 || (unsigned)null == k))
                *RS_PUSH(&open) = (struct step){LLVMGetFirstInstruction(next), LLVMGetInstructionParent(at)};
            *known = 1;
        }
    }
    RS_VEC_CLOSE(&open);
    return empty;
}

/* ---- the unit ---- */
/* Whether the store stands behind a branch that has found its value not to be NULL. */
static bool is_asked_before(LLVMValueRef store)
{
    enum { BLOCKS = 6 };
    LLVMValueRef value = LLVMGetOperand(store, 0);
    LLVMBasicBlockRef block = LLVMGetInstructionParent(store);

    for (int i = 0; i < BLOCKS; i++) {
        LLVMUseRef use = LLVMGetFirstUse(LLVMBasicBlockAsValue(block));
        LLVMValueRef branch = use == NULL ? NULL : LLVMGetUser(use), compare;

        if (branch == NULL || LLVMGetNextUse(use) != NULL || !LLVMIsATerminatorInst(branch))
            return false;
        compare = LLVMIsABranchInst(branch) && LLVMIsConditional(branch) ? LLVMGetCondition(branch) : NULL;
        if (compare != NULL && LLVMIsAICmpInst(compare) && LLVMGetOperand(compare, 0) == value &&
            LLVMIsAConstantPointerNull(LLVMGetOperand(compare, 1)))
            return LLVMGetSuccessor(branch, LLVMGetICmpPredicate(compare) == LLVMIntEQ) == block;
        block = LLVMGetInstructionParent(branch);
    }
    return false;
}

/* Whether the function makes objects of the structure itself. */
static bool makes(const struct filling *f, LLVMValueRef function, const char *structure)
{
    for (size_t i = 0; i < f->made.count; i++)
        if (LLVMGetBasicBlockParent(LLVMGetInstructionParent(f->made.items[i])) == function &&
            is_used_as(f->ir, f->made.items[i], structure))
            return true;
    return false;
}

static bool is_new(const struct rs_ir_function *function)
{
    return function->role != NULL && strcmp(function->role->slot, "tp_new") == 0;
}

static bool is_filled(struct filling *f, const char *structure)
{
    bool made = false;

    for (size_t i = 0; i < f->made.count; i++) {
        LLVMValueRef allocation = f->made.items[i];

        if (!is_used_as(f->ir, allocation, structure))
            continue;
        if (leaves_empty(f, allocation))
            return false;
        made = made || is_new(rs_ir_function(f->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(allocation))));
    }
    for (size_t i = 0; i < f->stored.count && made; i++) {
        LLVMValueRef store = f->stored.items[i].store;

        if (f->stored.items[i].key == f->key && !is_present(LLVMGetOperand(store, 0)) && !is_asked_before(store) &&
            !makes(f, LLVMGetBasicBlockParent(LLVMGetInstructionParent(store)), structure))
            return false;
    }
    return made;
}

/* Whether the type's slots look at their object as the structure; true where none looks at any. */
static bool is_of_structure(const struct rs_ir *ir, LLVMValueRef table, const char *structure)
{
    bool looked = false;

    for (size_t i = 0; i < ir->roles.count; i++) {
        const struct rs_ir_role *role = &ir->roles.items[i];
        LLVMValueRef self =
            role->table != table || LLVMCountParams(role->function) == 0 ? NULL : LLVMGetParam(role->function, 0);

        for (LLVMUseRef use = self == NULL ? NULL : LLVMGetFirstUse(self); use != NULL; use = LLVMGetNextUse(use)) {
            LLVMValueRef user = LLVMGetUser(use);
            const char *its = LLVMIsAGetElementPtrInst(user)
                                  ? rs_ir_struct_stem((struct rs_ir *)ir, LLVMGetGEPSourceElementType(user))
                                  : NULL;

            if (its != NULL && strcmp(its, structure) == 0)
                return true;
            looked = looked || (its != NULL && strcmp(its, "_object") != 0);
        }
    }
    return !looked;
}

static bool has_new(const struct rs_ir *ir, LLVMValueRef table)
{
    for (size_t i = 0; i < ir->roles.count; i++)
        if (ir->roles.items[i].table == table && strcmp(ir->roles.items[i].slot, "tp_new") == 0 &&
            LLVMGetFirstBasicBlock(ir->roles.items[i].function) != NULL)
            return true;
    return false;
}

/* Whether the interpreter makes objects of the structure, with members that are NULL: by PyType_GenericNew, or as of a
 * heap type that has no tp_new. */
static bool is_made_elsewhere(const struct rs_ir *ir, const char *structure)
{
    LLVMValueRef generic = LLVMGetNamedFunction(ir->module, "PyType_GenericNew");
    bool stored = false, named = generic != NULL && LLVMGetFirstUse(generic) != NULL;

    for (LLVMUseRef use = named ? LLVMGetFirstUse(generic) : NULL; use != NULL; use = LLVMGetNextUse(use))
        stored = stored || LLVMIsAStoreInst(LLVMGetUser(use));
    for (size_t i = 0; i < ir->types.count && !stored; i++) {
        const struct rs_ir_type *type = &ir->types.items[i];

        if ((type->heap || named) && !has_new(ir, type->table) && is_of_structure(ir, type->table, structure))
            return true;
    }
    return stored;
}

bool rs_filled_is(const struct rs_flow *flow, uint64_t key)
{
    size_t at = (size_t)(flow->function - flow->ir->functions.items);

    return !flow->function->library && !flow->dying && !flow->unit->only_new[at] &&
           rs_map_find(&flow->unit->filled, key) != NULL;
}

/* Functions that run when an object ends, and at no other time. */
static bool *read_ends(struct rs_ir *ir, const uint32_t *order)
{
    static const char *const slots[] = {"tp_dealloc", "tp_clear", "tp_del", "tp_free", "tp_finalize", NULL};
    bool *ends = rs_alloc(ir->functions.count + 1);

    for (size_t i = 0; i < ir->functions.count; i++) {
        const struct rs_ir_role *role = ir->functions.items[i].role;

        ends[i] = false;
        for (const char *const *slot = slots; role != NULL && *slot != NULL; slot++)
            ends[i] = ends[i] || strcmp(role->slot, *slot) == 0;
    }
    rs_graph_spread(ir, order, ends);
    return ends;
}

static void collect(struct filling *f, LLVMValueRef function)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef at = LLVMGetFirstInstruction(b); at != NULL; at = LLVMGetNextInstruction(at)) {
            bool store =
                LLVMIsAStoreInst(at) && LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(at, 0))) == LLVMPointerTypeKind;
            uint64_t key = store && structure_of(f->ir, LLVMGetOperand(at, 1), NULL) != NULL
                               ? rs_memory_key(f->ir, LLVMGetOperand(at, 1), NULL, NULL)
                               : 0;

            if (key != 0)
                *RS_PUSH(&f->stored) = (struct put){key, at};
            else if (is_allocation(f->ir, at))
                *RS_PUSH(&f->made) = at;
        }
}

void rs_filled_read(struct rs_flow_unit *unit, const uint32_t *order)
{
    bool *ends = read_ends(unit->ir, order);
    struct filling f = {.ir = unit->ir};
    struct rs_map tried = {0};

    for (size_t i = 0; i < unit->ir->functions.count; i++)
        if (!ends[i] && !unit->ir->functions.items[i].library)
            collect(&f, unit->ir->functions.items[i].value);
    for (size_t i = 0; i < f.stored.count; i++) {
        LLVMValueRef store = f.stored.items[i].store;
        const struct rs_ir_function *in =
            rs_ir_function(unit->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(store)));
        const char *structure;

        f.key = f.stored.items[i].key;
        if (!unit->only_new[in - unit->ir->functions.items] || rs_map_find(&tried, f.key) != NULL)
            continue;
        *rs_map_at(&tried, f.key) = 1;
        structure = structure_of(unit->ir, LLVMGetOperand(store, 1), NULL);
        if (is_filled(&f, structure) && !is_made_elsewhere(unit->ir, structure))
            *rs_map_at(&unit->filled, f.key) = 1;
    }
    RS_VEC_CLOSE(&f.made);
    RS_VEC_CLOSE(&f.stored);
    rs_map_close(&tried);
    rs_map_close(&f.seen);
    free(ends);
}
