/* Names of structures' members by offset, from the debug information's graph of types; read at the first question. */
#include <llvm-c/DebugInfo.h>
#include <llvm/Config/llvm-config.h>
#include <string.h>

#include "check/ir/ir.h"

enum { NODES_MOST = 400000 };

struct rs_ir_operands rs_ir_operands(LLVMValueRef node)
{
    struct rs_ir_operands all = {NULL, node != NULL && LLVMIsAMDNode(node) ? LLVMGetMDNodeNumOperands(node) : 0};

    all.items = rs_alloc((size_t)all.count * sizeof(*all.items) + 1);
    if (all.count > 0)
        LLVMGetMDNodeOperands(node, all.items);
    return all;
}

LLVMMetadataKind rs_ir_metadata_kind(LLVMValueRef node)
{
    return node != NULL && LLVMIsAMDNode(node) ? LLVMGetMetadataKind(LLVMValueAsMetadata(node))
                                               : LLVMMDStringMetadataKind;
}

static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001b3u;
    return h | 1;
}

struct graph {
    struct rs_ir *ir;
    struct rs_map seen;
    RS_VEC(LLVMValueRef) open;
};

static void visit(struct graph *graph, LLVMValueRef node)
{
    uint64_t *seen;

    if (node == NULL || !LLVMIsAMDNode(node) || graph->seen.count > NODES_MOST)
        return;
    seen = rs_map_at(&graph->seen, (uintptr_t)LLVMValueAsMetadata(node));
    if (*seen == 0)
        *RS_PUSH(&graph->open) = node;
    *seen = 1;
}

static void note_name(struct graph *graph, const char *name, size_t length, LLVMValueRef node)
{
    uint64_t *known = name == NULL || length == 0 ? NULL : rs_map_at(&graph->ir->structures, hash_text(name, length));

    if (known != NULL && *known == 0)
        *known = (uintptr_t)node;
}

/* A structure by its name, or by the typedef that names it. */
static void read_node(struct graph *graph, LLVMValueRef node)
{
    struct rs_ir_operands all = rs_ir_operands(node);
    LLVMMetadataKind kind = rs_ir_metadata_kind(node);
    size_t length = 0;

    for (int i = 0; i < all.count; i++)
        visit(graph, all.items[i]);
    if (kind == LLVMDICompositeTypeMetadataKind && all.count > RS_IR_OP_ELEMENTS &&
        all.items[RS_IR_OP_ELEMENTS] != NULL) {
        const char *name = LLVMDITypeGetName(LLVMValueAsMetadata(node), &length);
        note_name(graph, name, length, node);
        *RS_PUSH(&graph->ir->composites) = node;
    } else if (kind == LLVMDIDerivedTypeMetadataKind && all.count > RS_IR_OP_BASE &&
               rs_ir_metadata_kind(all.items[RS_IR_OP_BASE]) == LLVMDICompositeTypeMetadataKind) {
        const char *name = LLVMDITypeGetName(LLVMValueAsMetadata(node), &length);
        note_name(graph, name, length, all.items[RS_IR_OP_BASE]);
    }
    if (kind == LLVMDIGlobalVariableMetadataKind)
        *RS_PUSH(&graph->ir->variables) = node;
    free(all.items);
}

/* What declares a local variable at an instruction: up to 19 calls of llvm.dbg.declare and llvm.dbg.value (19 keeps
 * records unless it is told otherwise), then records, which C can read from 22 on. */
static void visit_variables(struct graph *graph, LLVMValueRef at)
{
#if LLVM_VERSION_MAJOR >= 22
    for (LLVMDbgRecordRef record = LLVMGetFirstDbgRecord(at); record != NULL; record = LLVMGetNextDbgRecord(record))
        if (LLVMDbgRecordGetKind(record) != LLVMDbgRecordLabel)
            visit(graph, LLVMMetadataAsValue(graph->ir->context, LLVMDbgVariableRecordGetVariable(record)));
#elif LLVM_VERSION_MAJOR <= 19
    size_t length;
    const char *name = LLVMIsACallInst(at) && LLVMIsAFunction(LLVMGetCalledValue(at))
                           ? LLVMGetValueName2(LLVMGetCalledValue(at), &length)
                           : NULL;

    if (name != NULL && strncmp(name, "llvm.dbg.", 9) == 0 && LLVMGetNumArgOperands(at) > 1)
        visit(graph, LLVMGetOperand(at, 1));
#else
    (void)graph;
    (void)at;
#endif
}

/* Types that only local variables name hang on what declares those variables. */
static void visit_locals(struct graph *graph)
{
#if LLVM_VERSION_MAJOR == 19
    LLVMSetIsNewDbgInfoFormat(graph->ir->module, false);
#endif
    for (size_t f = 0; f < graph->ir->functions.count; f++)
        for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(graph->ir->functions.items[f].value); b != NULL;
             b = LLVMGetNextBasicBlock(b))
            for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
                visit_variables(graph, i);
#if LLVM_VERSION_MAJOR == 19
    LLVMSetIsNewDbgInfoFormat(graph->ir->module, true);
#endif
}

static void read_graph(struct rs_ir *ir)
{
    struct graph graph = {.ir = ir};
    unsigned units = LLVMGetNamedMetadataNumOperands(ir->module, "llvm.dbg.cu");
    LLVMValueRef *unit = rs_alloc((size_t)units * sizeof(*unit) + 1);

    LLVMGetNamedMetadataOperands(ir->module, "llvm.dbg.cu", unit);
    for (unsigned i = 0; i < units; i++)
        visit(&graph, unit[i]);
    free(unit);
    for (size_t i = 0; i < ir->functions.count; i++) {
        LLVMMetadataRef program = LLVMGetSubprogram(ir->functions.items[i].value);
        if (program != NULL)
            visit(&graph, LLVMMetadataAsValue(ir->context, program));
    }
    visit_locals(&graph);
    while (graph.open.count > 0)
        read_node(&graph, graph.open.items[--graph.open.count]);
    rs_map_close(&graph.seen);
    RS_VEC_CLOSE(&graph.open);
}

LLVMValueRef rs_ir_structure(struct rs_ir *ir, const char *name)
{
    const uint64_t *node;

    if (!ir->graph_read)
        read_graph(ir);
    ir->graph_read = true;
    node = rs_map_find(&ir->structures, hash_text(name, strlen(name)));
    return node == NULL ? NULL : (LLVMValueRef)(uintptr_t)*node;
}

LLVMValueRef rs_ir_structure_of(const struct rs_ir *ir, LLVMValueRef node)
{
    size_t length = 0;
    const char *name = LLVMDITypeGetName(LLVMValueAsMetadata(node), &length);
    const uint64_t *known = length == 0 ? NULL : rs_map_find(&ir->structures, hash_text(name, length));

    return known == NULL || *known == 0 ? node : (LLVMValueRef)(uintptr_t)*known;
}

const char *rs_ir_member(struct rs_ir *ir, const char *structure, uint64_t offset)
{
    LLVMValueRef node = rs_ir_structure(ir, structure);
    struct rs_ir_operands all, members;
    const char *found = NULL;

    if (node == NULL)
        return NULL;
    all = rs_ir_operands(node);
    members = rs_ir_operands(all.count > RS_IR_OP_ELEMENTS ? all.items[RS_IR_OP_ELEMENTS] : NULL);
    for (int i = 0; i < members.count && found == NULL; i++) {
        size_t length = 0;
        LLVMMetadataRef member = LLVMValueAsMetadata(members.items[i]);

        if (rs_ir_metadata_kind(members.items[i]) != LLVMDIDerivedTypeMetadataKind ||
            LLVMDITypeGetOffsetInBits(member) != offset * 8)
            continue;
        const char *name = LLVMDITypeGetName(member, &length);
        if (name != NULL && length > 0)
            found = rs_arena_strndup(&ir->arena, name, length);
    }
    free(all.items);
    free(members.items);
    return found;
}
