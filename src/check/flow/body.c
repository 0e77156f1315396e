/* What a function's summary follows from, as one number that does not depend on the unit: its instructions with their
 * types and constants, the names that it calls, and the numbers of the functions at hand that it calls. What its
 * analysis asks of the unit besides is noted while it runs (store.c).
 *
 * Refuses: functions of the unit's author, whose summaries follow from the whole unit, whoever calls such a one, and
 * what the interpreter calls. */
#include <string.h>

#include "check/flow/store.h"

struct hashing {
    struct rs_bodies *bodies;
    struct rs_map number; /* of arguments, blocks, instructions and globals, in the order of their appearance */
    uint64_t count, hash;
    bool fits;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t mix_bytes(uint64_t hash, const char *bytes, size_t length)
{
    hash = mix(hash, length);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return mix(hash, 0);
}

static void add(struct hashing *h, uint64_t value)
{
    h->hash = mix(h->hash, value);
}

static void add_text(struct hashing *h, const char *text)
{
    h->hash = mix_bytes(h->hash, text, strlen(text));
}

/* ---- types ---- */
static uint64_t length_of(LLVMTypeRef array)
{
#if LLVM_VERSION_MAJOR >= 17
    return LLVMGetArrayLength2(array);
#else
    return LLVMGetArrayLength(array);
#endif
}

/* A structure is its name: Cython's module state has other members in each unit. What a function uses of one is in its
 * instructions, as offsets. */
static uint64_t type_of(struct rs_bodies *bodies, LLVMTypeRef type)
{
    uint64_t *known = rs_map_at(&bodies->types, (uintptr_t)type), hash;
    LLVMTypeKind kind = LLVMGetTypeKind(type);

    if (*known != 0)
        return *known;
    hash = mix(1, kind);
    if (kind == LLVMIntegerTypeKind) {
        hash = mix(hash, LLVMGetIntTypeWidth(type));
    } else if (kind == LLVMStructTypeKind) {
        const char *stem = rs_ir_struct_stem(bodies->unit->ir, type);

        hash = mix_bytes(hash, stem == NULL ? "" : stem, stem == NULL ? 0 : strlen(stem));
    } else if (kind == LLVMArrayTypeKind) {
        hash = mix(mix(hash, length_of(type)), type_of(bodies, LLVMGetElementType(type)));
    } else if (kind == LLVMVectorTypeKind) {
        hash = mix(mix(hash, LLVMGetVectorSize(type)), type_of(bodies, LLVMGetElementType(type)));
    } else if (kind == LLVMFunctionTypeKind) {
        unsigned count = LLVMCountParamTypes(type);
        LLVMTypeRef *params = rs_alloc((count + 1) * sizeof(LLVMTypeRef));

        LLVMGetParamTypes(type, params);
        hash = mix(mix(hash, LLVMIsFunctionVarArg(type) != 0), type_of(bodies, LLVMGetReturnType(type)));
        for (unsigned i = 0; i < count; i++)
            hash = mix(hash, type_of(bodies, params[i]));
        free(params);
    }
    known = rs_map_at(&bodies->types, (uintptr_t)type);
    return *known = hash | 1;
}

/* ---- values ---- */
static void add_number(struct hashing *h, const void *value)
{
    uint64_t *number = rs_map_at(&h->number, (uintptr_t)value);

    if (*number == 0)
        *number = ++h->count;
    add(h, *number);
}

static bool has_noreturn(LLVMValueRef function)
{
    unsigned kind = LLVMGetEnumAttributeKindForName("noreturn", 8);

    return LLVMGetEnumAttributeAtIndex(function, LLVMAttributeFunctionIndex, kind) != NULL;
}

static void add_function(struct hashing *h, LLVMValueRef function)
{
    const struct rs_flow_unit *unit = h->bodies->unit;
    const struct rs_ir_function *own = rs_ir_function(unit->ir, function);
    size_t length;
    const char *symbol = LLVMGetValueName2(function, &length);
    uint64_t key = own == NULL ? 0 : h->bodies->keys[own - unit->ir->functions.items];

    add_text(h, symbol);
    add_text(h, rs_ir_api_name(unit->ir, function));
    add(h, (uint64_t)(LLVMIsDeclaration(function) != 0) << 8 | LLVMGetLinkage(function));
    add(h, has_noreturn(function));
    add(h, key);
    h->fits = h->fits && (own == NULL ? rs_share_find(unit->others, symbol) == NULL : key != 0);
}

/* A literal's name is its unit's. */
static void add_global(struct hashing *h, LLVMValueRef global)
{
    LLVMValueRef content = LLVMGetInitializer(global);
    size_t length;

    add_number(h, global);
    add(h, type_of(h->bodies, LLVMGlobalGetValueType(global)));
    add(h,
        (uint64_t)LLVMGetLinkage(global) << 2 | (uint64_t)(LLVMIsGlobalConstant(global) != 0) << 1 | (content == NULL));
    if (LLVMGetLinkage(global) != LLVMPrivateLinkage)
        add_text(h, LLVMGetValueName2(global, &length));
    if (content == NULL)
        return;
    add(h, LLVMIsNull(content) != 0);
    if (LLVMIsGlobalConstant(global) && LLVMIsAConstantDataSequential(content) && LLVMIsConstantString(content)) {
        const char *bytes = LLVMGetAsString(content, &length);

        h->hash = mix_bytes(h->hash, bytes, length);
    }
}

/* Which way a getelementptr goes, in bytes; its operands are not added. */
static void add_steps(struct hashing *h, LLVMValueRef gep)
{
    LLVMTargetDataRef layout = h->bodies->unit->ir->layout;
    LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);

    add(h, type_of(h->bodies, type));
    for (unsigned i = 1; i < (unsigned)LLVMGetNumOperands(gep); i++) {
        LLVMValueRef operand = LLVMGetOperand(gep, i);

        if (i > 1 && LLVMGetTypeKind(type) == LLVMStructTypeKind) {
            unsigned member = (unsigned)LLVMConstIntGetZExtValue(operand);

            add(h, member);
            add(h, LLVMOffsetOfElement(layout, type, member));
            type = LLVMStructGetTypeAtIndex(type, member);
            continue;
        }
        if (i > 1)
            type = LLVMGetElementType(type);
        if (!LLVMIsAConstantInt(operand) || LLVMConstIntGetZExtValue(operand) != 0)
            add(h, LLVMABISizeOfType(layout, type));
    }
}

/* Whether the operand of a getelementptr names a member: add_steps has its offset. */
static bool is_member_index(LLVMValueRef gep, int index)
{
    LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);

    for (int i = 2; i < index; i++)
        type =
            LLVMGetTypeKind(type) == LLVMStructTypeKind
                ? LLVMStructGetTypeAtIndex(type, (unsigned)LLVMConstIntGetZExtValue(LLVMGetOperand(gep, (unsigned)i)))
                : LLVMGetElementType(type);
    return index > 1 && LLVMGetTypeKind(type) == LLVMStructTypeKind;
}

/* The end of the program: what it is told (the line of a failed assertion) decides nothing. */
static bool is_end(struct hashing *h, LLVMValueRef call)
{
    LLVMValueRef callee = LLVMIsACallInst(call) ? rs_ir_callee(call) : NULL;

    return callee != NULL && LLVMIsDeclaration(callee) && has_noreturn(callee) &&
           rs_ir_contract(h->bodies->unit->ir, callee) == NULL;
}

static void add_value(struct hashing *h, LLVMValueRef value);

static void add_operands(struct hashing *h, LLVMValueRef user, LLVMOpcode opcode)
{
    bool ends = is_end(h, user);

    if (opcode == LLVMGetElementPtr)
        add_steps(h, user);
    for (int k = ends ? LLVMGetNumOperands(user) - 1 : 0; k < LLVMGetNumOperands(user); k++) {
        LLVMValueRef operand = LLVMGetOperand(user, (unsigned)k);

        if (!LLVMValueIsBasicBlock(operand) && !(opcode == LLVMGetElementPtr && is_member_index(user, k)))
            add_value(h, operand);
    }
}

static void add_value(struct hashing *h, LLVMValueRef value)
{
    LLVMValueKind kind = LLVMGetValueKind(value);
    LLVMBool lost;

    add(h, kind);
    switch (kind) {
    case LLVMArgumentValueKind:
    case LLVMBasicBlockValueKind:
    case LLVMInstructionValueKind:
        add_number(h, value);
        return;
    case LLVMFunctionValueKind:
        add_function(h, value);
        return;
    case LLVMGlobalVariableValueKind:
        add_global(h, value);
        return;
    case LLVMConstantIntValueKind:
        add(h, type_of(h->bodies, LLVMTypeOf(value)));
        h->fits = h->fits && LLVMGetIntTypeWidth(LLVMTypeOf(value)) <= 64;
        add(h, h->fits ? LLVMConstIntGetZExtValue(value) : 0);
        return;
    case LLVMConstantFPValueKind: {
        double number = LLVMConstRealGetDouble(value, &lost);
        uint64_t bits;

        memcpy(&bits, &number, sizeof(bits));
        add(h, type_of(h->bodies, LLVMTypeOf(value)));
        add(h, bits);
        return;
    }
    case LLVMConstantExprValueKind:
        add(h, LLVMGetConstOpcode(value));
        add(h, type_of(h->bodies, LLVMTypeOf(value)));
        add_operands(h, value, LLVMGetConstOpcode(value));
        return;
    case LLVMConstantPointerNullValueKind:
    case LLVMConstantAggregateZeroValueKind:
    case LLVMUndefValueValueKind:
    case LLVMPoisonValueValueKind:
    case LLVMInlineAsmValueKind:
        add(h, type_of(h->bodies, LLVMTypeOf(value)));
        return;
    default:
        h->fits = false;
    }
}

/* ---- instructions ---- */
static void add_kind(struct hashing *h, LLVMValueRef instruction, LLVMOpcode opcode)
{
    add(h, opcode);
    add(h, type_of(h->bodies, LLVMTypeOf(instruction)));
    if (opcode == LLVMICmp)
        add(h, LLVMGetICmpPredicate(instruction));
    else if (opcode == LLVMFCmp)
        add(h, LLVMGetFCmpPredicate(instruction));
    else if (opcode == LLVMAlloca)
        add(h, type_of(h->bodies, LLVMGetAllocatedType(instruction)));
    else if (opcode == LLVMLoad && LLVMTypeIsSized(LLVMTypeOf(instruction)))
        add(h, LLVMABISizeOfType(h->bodies->unit->ir->layout, LLVMTypeOf(instruction)));
    else if (opcode == LLVMCall || opcode == LLVMInvoke)
        add(h, type_of(h->bodies, LLVMGetCalledFunctionType(instruction)));
    else if (opcode == LLVMAtomicRMW)
        add(h, LLVMGetAtomicRMWBinOp(instruction));
    else if (opcode == LLVMExtractValue || opcode == LLVMInsertValue)
        for (unsigned i = 0; i < LLVMGetNumIndices(instruction); i++)
            add(h, LLVMGetIndices(instruction)[i]);
}

static bool is_of_debugger(LLVMValueRef instruction)
{
    LLVMValueRef callee = LLVMIsACallInst(instruction) ? LLVMGetCalledValue(instruction) : NULL;
    size_t length;

    return callee != NULL && LLVMIsAFunction(callee) &&
           strncmp(LLVMGetValueName2(callee, &length), "llvm.dbg.", 9) == 0;
}

static void add_instruction(struct hashing *h, LLVMValueRef instruction)
{
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);

    if (is_of_debugger(instruction))
        return;
    add_kind(h, instruction, opcode);
    add_number(h, instruction);
    add_operands(h, instruction, opcode);
    for (unsigned k = 0; opcode == LLVMPHI && k < LLVMCountIncoming(instruction); k++)
        add_number(h, LLVMGetIncomingBlock(instruction, k));
    for (unsigned k = 0; LLVMIsATerminatorInst(instruction) && k < LLVMGetNumSuccessors(instruction); k++) {
        add_number(h, LLVMGetSuccessor(instruction, k));
        if (opcode == LLVMSwitch && k > 0)
            add_value(h, rs_ir_case_value(instruction, k));
    }
}

static void add_head(struct hashing *h, const struct rs_ir_function *function, bool init)
{
    LLVMTypeRef type = LLVMGlobalGetValueType(function->value);

    add_text(h, function->symbol);
    add_text(h, function->name);
    add(h, (uint64_t)function->local | (uint64_t)function->cdef << 1 | (uint64_t)function->object << 2 |
               (uint64_t)init << 3);
    add(h, type_of(h->bodies, type));
    for (unsigned i = 0; i < LLVMCountParams(function->value); i++)
        add_number(h, LLVMGetParam(function->value, i));
}

uint64_t rs_body_key(struct rs_bodies *bodies, uint32_t index)
{
    const struct rs_ir_function *function = &bodies->unit->ir->functions.items[index];
    struct hashing h = {.bodies = bodies, .hash = 1, .fits = true};

    if (!function->library || function->role != NULL)
        return 0;
    add_head(&h, function, bodies->unit->only_init[index]);
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function->value); b != NULL && h.fits;
         b = LLVMGetNextBasicBlock(b)) {
        add_number(&h, b);
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL && h.fits; i = LLVMGetNextInstruction(i))
            add_instruction(&h, i);
    }
    rs_map_close(&h.number);
    return bodies->keys[index] = h.fits ? h.hash | 1 : 0;
}

void rs_bodies_open(struct rs_bodies *bodies, struct rs_flow_unit *unit)
{
    size_t size = (unit->ir->functions.count + 1) * sizeof(*bodies->keys);

    *bodies = (struct rs_bodies){.unit = unit, .keys = rs_alloc(size)};
}

void rs_bodies_close(struct rs_bodies *bodies)
{
    free(bodies->keys);
    rs_map_close(&bodies->types);
}
