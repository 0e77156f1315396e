/* Which structures Python code may come across, from the debug information's graph of types: those of objects, those
 * that variables of the unit hold or point to, and what leads on from there. A structure that only functions pass to
 * each other is theirs. */
#include <llvm-c/DebugInfo.h>
#include <string.h>

#include "check/ir/ir.h"

enum { OP_VARIABLE_TYPE = 3, CHAIN_MOST = 12, NESTING_MOST = 6 };

/* The structure at the end of pointers, arrays, typedefs and qualifiers; NULL: none. One that is only declared is
 * looked up by its name. */
static LLVMValueRef structure_behind(struct rs_ir *ir, LLVMValueRef type)
{
    for (int i = 0; i < CHAIN_MOST && type != NULL; i++) {
        LLVMMetadataKind kind = rs_ir_metadata_kind(type);
        struct rs_ir_operands all;
        bool whole;

        if (kind != LLVMDIDerivedTypeMetadataKind && kind != LLVMDICompositeTypeMetadataKind)
            return NULL;
        all = rs_ir_operands(type);
        whole =
            kind == LLVMDICompositeTypeMetadataKind && (all.count <= RS_IR_OP_BASE || all.items[RS_IR_OP_BASE] == NULL);
        if (whole) {
            free(all.items);
            return rs_ir_structure_of(ir, type);
        }
        type = all.count > RS_IR_OP_BASE ? all.items[RS_IR_OP_BASE] : NULL;
        free(all.items);
    }
    return NULL;
}

static struct rs_ir_operands elements_of(LLVMValueRef structure)
{
    struct rs_ir_operands all = rs_ir_operands(structure);
    struct rs_ir_operands elements =
        rs_ir_operands(all.count > RS_IR_OP_ELEMENTS ? all.items[RS_IR_OP_ELEMENTS] : NULL);

    free(all.items);
    return elements;
}

static LLVMValueRef base_of(LLVMValueRef member)
{
    struct rs_ir_operands all = rs_ir_operands(member);
    LLVMValueRef base = rs_ir_metadata_kind(member) == LLVMDIDerivedTypeMetadataKind && all.count > RS_IR_OP_BASE
                            ? all.items[RS_IR_OP_BASE]
                            : NULL;

    free(all.items);
    return base;
}

/* It begins with the head of an object, its own or that of what it extends. */
static bool is_object(struct rs_ir *ir, LLVMValueRef structure, int depth)
{
    struct rs_ir_operands elements;
    size_t length = 0;
    const char *name = LLVMDITypeGetName(LLVMValueAsMetadata(structure), &length);
    LLVMValueRef first = NULL, type;

    if (length == 7 && strncmp(name, "_object", length) == 0)
        return true;
    elements = elements_of(structure);
    for (int i = 0; i < elements.count && first == NULL; i++)
        if (rs_ir_metadata_kind(elements.items[i]) == LLVMDIDerivedTypeMetadataKind &&
            LLVMDITypeGetOffsetInBits(LLVMValueAsMetadata(elements.items[i])) == 0)
            first = elements.items[i];
    free(elements.items);
    type = first == NULL ? NULL : base_of(first);
    if (type == NULL || depth == 0 || LLVMDITypeGetSizeInBits(LLVMValueAsMetadata(first)) == 64) /* a pointer */
        return false;
    type = structure_behind(ir, type);
    return type != NULL && is_object(ir, type, depth - 1);
}

struct sight {
    struct rs_ir *ir;
    RS_VEC(LLVMValueRef) open;
};

static void see(struct sight *sight, LLVMValueRef structure)
{
    uint64_t *seen =
        structure == NULL ? NULL : rs_map_at(&sight->ir->in_sight, (uintptr_t)LLVMValueAsMetadata(structure));

    if (seen == NULL || *seen != 0)
        return;
    *seen = 1;
    *RS_PUSH(&sight->open) = structure;
}

static void see_variable(struct sight *sight, LLVMValueRef variable)
{
    struct rs_ir_operands all = rs_ir_operands(variable);

    if (all.count > OP_VARIABLE_TYPE)
        see(sight, structure_behind(sight->ir, all.items[OP_VARIABLE_TYPE]));
    free(all.items);
}

static void read_sight(struct rs_ir *ir)
{
    struct sight sight = {.ir = ir};

    for (size_t i = 0; i < ir->composites.count; i++)
        if (is_object(ir, ir->composites.items[i], NESTING_MOST))
            see(&sight, ir->composites.items[i]);
    for (size_t i = 0; i < ir->variables.count; i++)
        see_variable(&sight, ir->variables.items[i]);
    while (sight.open.count > 0) {
        struct rs_ir_operands elements = elements_of(sight.open.items[--sight.open.count]);

        for (int i = 0; i < elements.count; i++)
            if (elements.items[i] != NULL && rs_ir_metadata_kind(elements.items[i]) == LLVMDIDerivedTypeMetadataKind)
                see(&sight, structure_behind(ir, base_of(elements.items[i])));
        free(elements.items);
    }
    RS_VEC_CLOSE(&sight.open);
}

/* A structure of C++ by its last name: debug information knows `geometry::Array` as "Array<double>". */
static uint64_t hash_last_name(const char *name, size_t length)
{
    uint64_t h = 0xcbf29ce484222325u;
    size_t begin = 0;

    for (size_t i = 0; i < length && name[i] != '<'; i++)
        if (name[i] == ':')
            begin = i + 1;
    for (size_t i = begin; i < length && name[i] != '<'; i++)
        h = (h ^ (unsigned char)name[i]) * 0x100000001b3u;
    return h | 1;
}

enum { OUT_OF_SIGHT = 1, IN_SIGHT = 2 };

/* Of structures that have their last name in common one is enough to be seen. */
static void read_last_names(struct rs_ir *ir)
{
    for (size_t i = 0; i < ir->composites.count; i++) {
        LLVMMetadataRef node = LLVMValueAsMetadata(ir->composites.items[i]);
        size_t length = 0;
        const char *name = LLVMDITypeGetName(node, &length);
        uint64_t *seen = length == 0 ? NULL : rs_map_at(&ir->last_names, hash_last_name(name, length));

        if (seen != NULL && *seen != IN_SIGHT)
            *seen = rs_map_find(&ir->in_sight, (uintptr_t)node) != NULL ? IN_SIGHT : OUT_OF_SIGHT;
    }
}

bool rs_ir_is_in_sight(struct rs_ir *ir, const char *structure)
{
    LLVMValueRef node = rs_ir_structure(ir, structure);
    const uint64_t *seen;

    if (!ir->sight_read) {
        read_sight(ir);
        read_last_names(ir);
    }
    ir->sight_read = true;
    if (node != NULL)
        return rs_map_find(&ir->in_sight, (uintptr_t)LLVMValueAsMetadata(node)) != NULL;
    seen = rs_map_find(&ir->last_names, hash_last_name(structure, strlen(structure)));
    return seen == NULL || *seen == IN_SIGHT;
}

bool rs_ir_points_to_structure(struct rs_ir *ir, const char *structure, uint64_t offset)
{
    LLVMValueRef node = rs_ir_structure(ir, structure), behind = NULL;
    struct rs_ir_operands elements = node == NULL ? (struct rs_ir_operands){NULL, 0} : elements_of(node);
    const char *name;
    size_t length = 0;

    for (int i = 0; i < elements.count && behind == NULL; i++)
        if (rs_ir_metadata_kind(elements.items[i]) == LLVMDIDerivedTypeMetadataKind &&
            LLVMDITypeGetOffsetInBits(LLVMValueAsMetadata(elements.items[i])) == offset * 8)
            behind = structure_behind(ir, base_of(elements.items[i]));
    free(elements.items);
    if (behind == NULL)
        return false;
    name = LLVMDITypeGetName(LLVMValueAsMetadata(behind), &length); /* none: a typedef's alone */
    return !(length == 7 && strncmp(name, "_object", length) == 0);
}
