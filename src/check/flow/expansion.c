/* A mistake that a macro makes stands in each of its expansions: it is one mistake, and told once. */
#include <ctype.h>
#include <llvm-c/DebugInfo.h>
#include <string.h>

#include "check/flow/flow.h"

static bool is_at(LLVMValueRef a, LLVMValueRef b, unsigned *column)
{
    LLVMMetadataRef x = a == NULL ? NULL : LLVMInstructionGetDebugLoc(a),
                    y = b == NULL ? NULL : LLVMInstructionGetDebugLoc(b);

    if (x == NULL || y == NULL || LLVMDILocationGetLine(x) != LLVMDILocationGetLine(y) ||
        LLVMDILocationGetColumn(x) != LLVMDILocationGetColumn(y))
        return false;
    *column = LLVMDILocationGetColumn(x);
    return *column > 0;
}

static bool belongs_to_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether the word is what the call itself calls, be it by another name to the linker, or by a pointer: then it is no
 * macro's. */
static bool is_called(struct rs_ir *ir, LLVMValueRef call, const char *word)
{
    LLVMValueRef callee = LLVMIsACallInst(call) || LLVMIsAInvokeInst(call) ? rs_ir_callee(call) : NULL;
    size_t length;

    return callee == NULL || strstr(LLVMGetValueName2(callee, &length), word) != NULL ||
           strstr(rs_ir_api_name(ir, callee), word) != NULL;
}

const char *rs_expansion_of(struct rs_ir *ir, LLVMValueRef taken, LLVMValueRef lost)
{
    unsigned column = 0;
    char *line = is_at(taken, lost, &column) ? rs_ir_source_line(ir, taken) : NULL;
    const char *name = NULL;
    size_t length = 0;

    if (line != NULL && strlen(line) >= column) {
        while (belongs_to_name(line[column - 1 + length]))
            length++;
        name = length == 0 ? NULL : rs_arena_strndup(&ir->arena, line + column - 1, length);
    }
    free(line);
    return name == NULL || is_called(ir, taken, name) ? NULL : name;
}

uint64_t rs_expansion_key(const char *macro, const char *api, bool note)
{
    uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)note;

    for (int part = 0; part < 2; part++)
        for (const char *text = part == 0 ? macro : api; text != NULL && *text != '\0'; text++)
            hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash | 1;
}
