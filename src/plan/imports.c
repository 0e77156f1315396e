/* Imported functions of CPython, and of a library whose table the user gave; what a call leads to. */
#include "plan/analysis.h"

#include <string.h>

#include "contract/contract.h"

static bool is_of_interest(const char *name)
{
    return strncmp(name, "Py", 2) == 0 || strncmp(name, "_Py", 3) == 0 || rs_contract_is_users(name);
}

static int by_slot(const void *a, const void *b)
{
    const struct rs_slot_use *left = a, *right = b;
    if (left->slot != right->slot)
        return left->slot < right->slot ? -1 : 1;
    return (left->at > right->at) - (left->at < right->at);
}

void rs_plan_find_imports(struct rs_analysis *analysis)
{
    const struct rs_elf *elf = &analysis->elf;
    struct rs_slot_use *uses = analysis->survey.uses.items;
    size_t count = analysis->survey.uses.count, use = 0;
    if (count)
        qsort(uses, count, sizeof *uses, by_slot);
    for (size_t i = 0; i < elf->relocs.count; i++) {
        const struct rs_reloc *reloc = &elf->relocs.items[i];
        bool lazy = reloc->kind == RS_RELOC_LAZY;
        if ((reloc->kind != RS_RELOC_SLOT && !lazy) || !is_of_interest(reloc->name))
            continue;
        struct rs_plan_import import = {.name = reloc->name, .slot = reloc->at, .lazy = lazy, .called = lazy};
        while (use < count && uses[use].slot < reloc->at)
            use++;
        for (; use < count && uses[use].slot == reloc->at; use++) {
            import.called |= uses[use].called;
            import.loaded |= !uses[use].called;
        }
        *RS_PUSH(&analysis->imports) = import;
    }
}

enum { NEAR_CALL = 5 }; /* bytes of a direct call */

static const struct rs_reloc *slot_of(const struct rs_analysis *analysis, const struct rs_insn *insn)
{
    return insn->operand == RS_OPERAND_RIP && !insn->outside ? rs_elf_reloc(&analysis->elf, insn->target) : NULL;
}

/* What fills the slot that the call reads, itself or in a PLT stub; NULL if it reads none. */
static const struct rs_reloc *called_slot(const struct rs_analysis *analysis, const struct rs_insn *call)
{
    if (call->flow == RS_FLOW_CALL_INDIRECT || call->flow == RS_FLOW_JUMP_INDIRECT)
        return slot_of(analysis, call);
    if ((call->flow != RS_FLOW_CALL && call->flow != RS_FLOW_JUMP) || call->outside)
        return NULL;
    uint32_t at = call->target;
    for (unsigned i = 0; i < 2; i++) { /* a PLT stub: jmp [rip + slot], perhaps behind an endbr64 */
        struct rs_insn insn;
        uint64_t left = rs_elf_left(&analysis->elf, at);
        const uint8_t *bytes = left ? rs_elf_at(&analysis->elf, at, left) : NULL;
        if (!bytes || !rs_arch_decode(bytes, left, at, &insn))
            return NULL;
        if (insn.flow == RS_FLOW_JUMP_INDIRECT)
            return slot_of(analysis, &insn);
        if (insn.op != RS_OP_ENDBR)
            return NULL;
        at += insn.length;
    }
    return NULL;
}

const char *rs_plan_callee(const struct rs_analysis *analysis, const struct rs_insn *call)
{
    const struct rs_reloc *reloc = called_slot(analysis, call);
    return reloc && (reloc->kind == RS_RELOC_SLOT || reloc->kind == RS_RELOC_LAZY) ? reloc->name : NULL;
}

uint32_t rs_plan_called(const struct rs_analysis *analysis, uint32_t at)
{
    const uint8_t *bytes = at > NEAR_CALL ? rs_elf_at(&analysis->elf, at - NEAR_CALL, NEAR_CALL) : NULL;
    struct rs_insn call;
    if (!bytes || !rs_arch_decode(bytes, NEAR_CALL, at - NEAR_CALL, &call) || call.flow != RS_FLOW_CALL ||
        call.outside || call.length != NEAR_CALL)
        return 0;
    const struct rs_reloc *own =
        called_slot(analysis, &call); /* others could have taken the place of an exported function */
    if (own && own->kind == RS_RELOC_OWN)
        return own->value;
    return rs_plan_function_at(analysis, call.target) == call.target ? call.target : 0;
}
