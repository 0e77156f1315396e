/* Constants of structures. From clang 20 on a constant with padding in it has a type without a name, whose padding is
 * members of its own: then debug information says which structure it is, and padding is not counted. */
#include <llvm-c/DebugInfo.h>
#include <llvm/Config/llvm-config.h>
#include <string.h>

#include "check/ir/ir.h"

enum { OP_VARIABLE_TYPE = 3, DEPTH_MOST = 8 };

static bool is_literal(LLVMValueRef value)
{
    return LLVMIsAConstantStruct(value) && LLVMGetStructName(LLVMTypeOf(value)) == NULL;
}

static bool is_padding(LLVMValueRef value)
{
    LLVMTypeRef type = LLVMTypeOf(value);

    return LLVMGetTypeKind(type) == LLVMArrayTypeKind &&
           LLVMGetTypeKind(LLVMGetElementType(type)) == LLVMIntegerTypeKind &&
           LLVMGetIntTypeWidth(LLVMGetElementType(type)) == 8 && LLVMIsNull(value);
}

LLVMValueRef rs_ir_constant_member(LLVMValueRef value, unsigned index)
{
    unsigned count = (unsigned)LLVMGetNumOperands(value), at = 0;

    if (!is_literal(value))
        return index < count ? LLVMGetOperand(value, index) : NULL;
    for (unsigned i = 0; i < count; i++)
        if (!is_padding(LLVMGetOperand(value, i)) && at++ == index)
            return LLVMGetOperand(value, i);
    return NULL;
}

const char *rs_ir_constant_stem(struct rs_ir *ir, LLVMValueRef value)
{
    const uint64_t *known;

    if (!LLVMIsAConstantStruct(value))
        return NULL;
    if (!is_literal(value))
        return rs_ir_struct_stem(ir, LLVMTypeOf(value));
    known = rs_map_find(&ir->literals, (uintptr_t)value);
    return known == NULL ? NULL : (const char *)(uintptr_t)*known;
}

#if LLVM_VERSION_MAJOR >= 20
/* The type behind typedefs and qualifiers; *name is its own, else the last typedef's. */
static LLVMValueRef strip(struct rs_ir *ir, LLVMValueRef type, const char **name)
{
    *name = NULL;
    for (int i = 0; i < DEPTH_MOST && type != NULL; i++) {
        LLVMMetadataKind kind = rs_ir_metadata_kind(type);
        struct rs_ir_operands all;
        size_t length = 0;
        const char *text;

        if (kind != LLVMDIDerivedTypeMetadataKind && kind != LLVMDICompositeTypeMetadataKind)
            return NULL;
        text = LLVMDITypeGetName(LLVMValueAsMetadata(type), &length);
        if (text != NULL && length > 0)
            *name = rs_arena_strndup(&ir->arena, text, length);
        if (kind == LLVMDICompositeTypeMetadataKind)
            return type;
        all = rs_ir_operands(type);
        type = all.count > RS_IR_OP_BASE ? all.items[RS_IR_OP_BASE] : NULL;
        free(all.items);
    }
    return NULL;
}

static void note(struct rs_ir *ir, LLVMValueRef value, LLVMValueRef type, int depth);

static void note_members(struct rs_ir *ir, LLVMValueRef value, const struct rs_ir_operands *elements, int depth)
{
    for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(value); i++) {
        uint64_t bits = LLVMOffsetOfElement(ir->layout, LLVMTypeOf(value), i) * 8;

        for (int k = 0; k < elements->count; k++)
            if (rs_ir_metadata_kind(elements->items[k]) == LLVMDIDerivedTypeMetadataKind &&
                LLVMDITypeGetOffsetInBits(LLVMValueAsMetadata(elements->items[k])) == bits) {
                struct rs_ir_operands member = rs_ir_operands(elements->items[k]);

                note(ir, LLVMGetOperand(value, i), member.count > RS_IR_OP_BASE ? member.items[RS_IR_OP_BASE] : NULL,
                     depth);
                free(member.items);
                break;
            }
    }
}

/* Which structures the parts of a constant are. */
static void note(struct rs_ir *ir, LLVMValueRef value, LLVMValueRef type, int depth)
{
    const char *name;
    struct rs_ir_operands all, elements;

    if (depth == 0 || (!LLVMIsAConstantStruct(value) && !LLVMIsAConstantArray(value)))
        return;
    type = strip(ir, type, &name);
    if (type == NULL)
        return;
    all = rs_ir_operands(type);
    if (all.count > RS_IR_OP_BASE && all.items[RS_IR_OP_BASE] != NULL) { /* an array */
        for (int i = 0; i < LLVMGetNumOperands(value); i++)
            note(ir, LLVMGetOperand(value, (unsigned)i), all.items[RS_IR_OP_BASE], depth - 1);
    } else {
        if (is_literal(value) && name != NULL)
            *rs_map_at(&ir->literals, (uintptr_t)value) = (uintptr_t)name;
        elements = rs_ir_operands(all.count > RS_IR_OP_ELEMENTS ? all.items[RS_IR_OP_ELEMENTS] : NULL);
        if (LLVMIsAConstantStruct(value))
            note_members(ir, value, &elements, depth - 1);
        free(elements.items);
    }
    free(all.items);
}

void rs_ir_read_literals(struct rs_ir *ir)
{
    for (LLVMValueRef global = LLVMGetFirstGlobal(ir->module); global != NULL; global = LLVMGetNextGlobal(global)) {
        LLVMValueRef content = LLVMGetInitializer(global);
        size_t count;
        LLVMValueMetadataEntry *entries = LLVMGlobalCopyAllMetadata(global, &count);

        for (size_t i = 0; i < count && content != NULL; i++) {
            LLVMMetadataRef node = LLVMValueMetadataEntriesGetMetadata(entries, (unsigned)i);
            struct rs_ir_operands variable;

            if (LLVMGetMetadataKind(node) != LLVMDIGlobalVariableExpressionMetadataKind)
                continue;
            variable =
                rs_ir_operands(LLVMMetadataAsValue(ir->context, LLVMDIGlobalVariableExpressionGetVariable(node)));
            note(ir, content, variable.count > OP_VARIABLE_TYPE ? variable.items[OP_VARIABLE_TYPE] : NULL, DEPTH_MOST);
            free(variable.items);
        }
        LLVMDisposeValueMetadataEntries(entries);
    }
}
#else
void rs_ir_read_literals(struct rs_ir *ir)
{
    (void)ir;
}
#endif
