/* Names and places out of debug information: functions with their classes, files, members of structures, variables.
 *
 * LLVM-C has few accessors for debug information, so that operands of metadata nodes are read by position; the
 * positions (llvm/IR/DebugInfoMetadata.h) are named below and in ir.h. */
#include <llvm-c/DebugInfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/ir/ir.h"

enum { OP_SCOPE = 1, OP_NAME = 2, OP_TYPE = 4, NODE_MOST = 64, SCOPES_MOST = 4 };

/* An operand of a metadata node, or NULL. */
static LLVMValueRef operand(LLVMValueRef node, unsigned index)
{
    LLVMValueRef few[NODE_MOST];
    int count;

    if (node == NULL || !LLVMIsAMDNode(node))
        return NULL;
    count = LLVMGetMDNodeNumOperands(node);
    if ((int)index >= count || count > NODE_MOST)
        return NULL;
    LLVMGetMDNodeOperands(node, few);
    return few[index];
}

static const char *text_of(struct rs_ir *ir, LLVMValueRef node, unsigned index)
{
    LLVMValueRef name = operand(node, index);
    unsigned length;
    const char *text = name != NULL && LLVMIsAMDString(name) ? LLVMGetMDString(name, &length) : NULL;

    return text == NULL || length == 0 ? NULL : rs_arena_strndup(&ir->arena, text, length);
}

static const char *file_of(struct rs_ir *ir, LLVMMetadataRef file)
{
    uint64_t *known;
    unsigned length, folder_length;
    const char *name, *folder;

    if (file == NULL)
        return NULL;
    known = rs_map_at(&ir->files, (uintptr_t)file);
    if (*known != 0)
        return (const char *)(uintptr_t)*known;
    name = LLVMDIFileGetFilename(file, &length);
    folder = LLVMDIFileGetDirectory(file, &folder_length);
    name = rs_arena_strndup(&ir->arena, name == NULL ? "" : name, name == NULL ? 0 : length);
    if (name[0] != '/' && folder_length > 0)
        name = rs_arena_printf(&ir->arena, "%.*s/%s", (int)folder_length, folder, name);
    *known = (uintptr_t)name;
    return name;
}

struct rs_ir_place rs_ir_place(struct rs_ir *ir, LLVMValueRef instruction)
{
    LLVMMetadataRef location = LLVMInstructionGetDebugLoc(instruction);
    struct rs_ir_place place = {NULL, 0};

    if (location == NULL)
        return place;
    place.line = (int)LLVMDILocationGetLine(location);
    place.file = file_of(ir, LLVMDIScopeGetFile(LLVMDILocationGetScope(location)));
    return place;
}

/* "Scorer::weight": a member's name behind its class's and namespace's; namespaces that have no name are left out. */
static const char *with_scopes(struct rs_ir *ir, LLVMValueRef program, const char *name)
{
    LLVMValueRef scope = operand(program, OP_SCOPE);

    for (int depth = 0; scope != NULL && depth < SCOPES_MOST; depth++, scope = operand(scope, OP_SCOPE)) {
        LLVMMetadataKind kind =
            LLVMIsAMDNode(scope) ? LLVMGetMetadataKind(LLVMValueAsMetadata(scope)) : LLVMMDStringMetadataKind;
        const char *outer;

        if (kind != LLVMDICompositeTypeMetadataKind && kind != LLVMDINamespaceMetadataKind)
            break;
        outer = text_of(ir, scope, OP_NAME);
        if (outer != NULL)
            name = rs_arena_printf(&ir->arena, "%s::%s", outer, name);
    }
    return name;
}

const char *rs_ir_shown_name(struct rs_ir *ir, LLVMValueRef function, struct rs_ir_place *place)
{
    size_t length;
    const char *symbol = LLVMGetValueName2(function, &length), *name;
    LLVMMetadataRef program = LLVMGetSubprogram(function);
    LLVMValueRef node;

    if (program == NULL)
        return symbol;
    place->line = (int)LLVMDISubprogramGetLine(program);
    place->file = file_of(ir, LLVMDIScopeGetFile(program));
    node = LLVMMetadataAsValue(ir->context, program);
    name = text_of(ir, node, OP_NAME);
    return name == NULL ? symbol : with_scopes(ir, node, name);
}

bool rs_ir_returns_object(struct rs_ir *ir, LLVMValueRef function)
{
    LLVMMetadataRef program = LLVMGetSubprogram(function);
    LLVMValueRef type =
        program == NULL ? NULL : operand(operand(LLVMMetadataAsValue(ir->context, program), OP_TYPE), RS_IR_OP_TYPES);
    const char *name = NULL;

    /* pointer, then typedefs down to the structure */
    type = operand(operand(type, 0), RS_IR_OP_BASE);
    for (int depth = 0; type != NULL && depth < 4; depth++, type = operand(type, RS_IR_OP_BASE)) {
        name = text_of(ir, type, OP_NAME);
        if (name != NULL &&
            (strcmp(name, "PyObject") == 0 || strcmp(name, "_object") == 0 || strncmp(name, "__pyx_obj_", 10) == 0))
            return true;
    }
    return false;
}

const char *rs_ir_parameter_structure(struct rs_ir *ir, LLVMValueRef function, unsigned index)
{
    LLVMMetadataRef program = LLVMGetSubprogram(function);
    LLVMValueRef type =
        program == NULL ? NULL : operand(operand(LLVMMetadataAsValue(ir->context, program), OP_TYPE), RS_IR_OP_TYPES);
    const char *name = NULL, *found = NULL;

    type = operand(operand(type, (int)index + 1), RS_IR_OP_BASE);
    for (int depth = 0; type != NULL && depth < 4; depth++, type = operand(type, RS_IR_OP_BASE)) {
        name = text_of(ir, type, OP_NAME);
        found = name != NULL && *name != '\0' ? name : found;
    }
    return found != NULL && strcmp(found, "_object") != 0 && strcmp(found, "PyObject") != 0 ? found : NULL;
}

/* The length of the ending, if the name has it and more. */
static size_t tail(const char *name, size_t length, const char *ending)
{
    size_t size = strlen(ending);

    return length > size && strncmp(name + length - size, ending, size) == 0 ? size : 0;
}

/* clang names allocas after variables ("x", "self.addr" for an argument, "self.indirect_addr" for a C++ object that is
 * passed by its address): what is first stored there bears the name. */
static void name_stored(struct rs_ir *ir, LLVMValueRef store)
{
    LLVMValueRef target = LLVMGetOperand(store, 1), value = LLVMGetOperand(store, 0);
    size_t length;
    const char *name;
    uint64_t *known;

    if (!LLVMIsAAllocaInst(target) || LLVMIsConstant(value))
        return;
    name = LLVMGetValueName2(target, &length);
    if (length == 0 || strcmp(name, "retval") == 0 || strncmp(name, "ref.tmp", 7) == 0 ||
        strncmp(name, "agg.tmp", 7) == 0)
        return;
    length -= tail(name, length, ".addr");
    length -= tail(name, length, ".indirect_addr");
    known = rs_map_at(&ir->names, (uintptr_t)value);
    if (*known == 0)
        *known = (uintptr_t)rs_arena_strndup(&ir->arena, name, length);
}

/* Cython's temporaries that hold references are set to NULL when those have moved on. One that never is holds a raw
 * pointer of the .pyx: what goes there is the author's affair, and bears the name of the variable that gets it next. */
static bool is_raw_temporary(LLVMValueRef place)
{
    size_t length;

    if (!LLVMIsAAllocaInst(place) || strncmp(LLVMGetValueName2(place, &length), "__pyx_t_", 8) != 0 ||
        LLVMGetTypeKind(LLVMGetAllocatedType(place)) != LLVMPointerTypeKind)
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(place); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsALoadInst(user) == NULL &&
            (LLVMIsAStoreInst(user) == NULL || LLVMIsConstant(LLVMGetOperand(user, 0))))
            return false;
    }
    return true;
}

/* `raw`: the temporary -> what was stored there last, in the order of the text. */
static void name_raw(struct rs_ir *ir, LLVMValueRef store, struct rs_map *raw)
{
    LLVMValueRef target = LLVMGetOperand(store, 1), value = LLVMGetOperand(store, 0);
    LLVMValueRef from = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL;
    uint64_t *held = from != NULL ? rs_map_find(raw, (uintptr_t)from) : NULL;

    if (held != NULL && LLVMIsAAllocaInst(target)) {
        uint64_t name = *rs_map_at(&ir->names, (uintptr_t)value);

        *rs_map_at(&ir->names, (uintptr_t)*held) = name;
    }
    if (LLVMIsAInstruction(value) && is_raw_temporary(target))
        *rs_map_at(raw, (uintptr_t)target) = (uintptr_t)value;
}

static void read_names(struct rs_ir *ir, LLVMValueRef function)
{
    struct rs_map raw = {0};

    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
            if (LLVMGetInstructionOpcode(i) == LLVMStore) {
                name_stored(ir, i);
                name_raw(ir, i, &raw);
            }
    rs_map_close(&raw);
}

void rs_ir_read_names(struct rs_ir *ir)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(ir->module); f != NULL; f = LLVMGetNextFunction(f))
        read_names(ir, f);
}

const char *rs_ir_variable(const struct rs_ir *ir, LLVMValueRef value)
{
    uint64_t *known = rs_map_find(&ir->names, (uintptr_t)value);

    return known == NULL ? NULL : (const char *)(uintptr_t)*known;
}

const char *rs_ir_struct_stem(struct rs_ir *ir, LLVMTypeRef type)
{
    const char *name = LLVMGetTypeKind(type) == LLVMStructTypeKind ? LLVMGetStructName(type) : NULL, *dot;

    if (name == NULL)
        return NULL;
    if (strncmp(name, "struct.", 7) == 0)
        name += 7;
    else if (strncmp(name, "class.", 6) == 0)
        name += 6;
    dot = strrchr(name, '.');
    if (dot != NULL && dot[1] != '\0' && strspn(dot + 1, "0123456789") == strlen(dot + 1))
        return rs_arena_strndup(&ir->arena, name, (size_t)(dot - name));
    return name;
}

char *__cxa_demangle(const char *mangled, char *buffer, size_t *length, int *status);

/* The name without what stands behind it in brackets: parameters. Those of "operator()" and "(anonymous namespace)"
 * belong to it. */
static size_t length_of_name(const char *readable)
{
    int templates = 0;

    for (const char *at = readable; *at != '\0'; at++) {
        bool is_operator = at - readable >= 8 && strncmp(at - 8, "operator", 8) == 0;

        templates += (*at == '<' && !is_operator) - (*at == '>' && templates > 0 && !is_operator);
        if (*at == '(' && templates == 0 && !is_operator && strncmp(at, "(anonymous", 10) != 0)
            return (size_t)(at - readable);
    }
    return strlen(readable);
}

const char *rs_ir_readable(struct rs_ir *ir, LLVMValueRef function)
{
    const struct rs_ir_function *own = rs_ir_function(ir, function);
    uint64_t *known = rs_map_at(&ir->readable, (uintptr_t)function);
    const char *name = own != NULL ? own->name : rs_ir_api_name(ir, function);
    char *readable;
    int status = -1;

    if (*known != 0)
        return (const char *)(uintptr_t)*known;
    readable = strncmp(name, "_Z", 2) == 0 ? __cxa_demangle(name, NULL, NULL, &status) : NULL;
    name = readable != NULL && status == 0 ? rs_arena_strndup(&ir->arena, readable, length_of_name(readable))
                                           : rs_arena_strdup(&ir->arena, name);
    free(readable);
    *known = (uintptr_t)name;
    return name;
}

/* The guard of _ZZ... is _ZGVZ... (the Itanium C++ ABI). */
bool rs_ir_is_guarded(const struct rs_ir *ir, const char *global)
{
    char guard[512];
    int length;

    if (global == NULL || strncmp(global, "_ZZ", 3) != 0)
        return false;
    length = snprintf(guard, sizeof(guard), "_ZGV%s", global + 2);
    return length > 0 && (size_t)length < sizeof(guard) && LLVMGetNamedGlobal(ir->module, guard) != NULL;
}
