/* Which stores may be reference counts. The object filter of the running process is the judge, so every store
 * of 32 or 64 bits to offset 0 of a register is one, and so is a read-modify-write of a fixed address (a
 * static object); the marks only rank and explain. */
#include "plan/analysis.h"

#include <string.h>

enum { LOOK_BACK = 6, LOAD_BACK = 24, BRANCH_AHEAD = 4, DEALLOC_AHEAD = 14, TP_DEALLOC = 0x30 };
enum { IF_ZERO = 4, IF_NOT_ZERO = 5, IF_ABOVE = 7, IF_SIGN = 8 }; /* condition codes */

/* CPython 3.14 refcount.h: 3 << 30, the first count that is immortal; compared as "above the one before". */
static const int32_t last_mortal_3_14 = (int32_t)0xbfffffff;

static bool is_loaded_before(const struct rs_insns *insns, size_t at)
{
    const struct rs_insn *store = &insns->list.items[at];
    for (size_t i = at; i-- > 0 && at - i <= LOAD_BACK;) {
        const struct rs_insn *insn = &insns->list.items[i];
        if (insn->op != RS_OP_LOAD || insn->operand != store->operand || insn->index != RS_REG_NONE)
            continue;
        if (insn->operand == RS_OPERAND_RIP ? insn->target == store->target
                                            : insn->base == store->base && insn->disp == 0)
            return true;
    }
    return false;
}

static bool is_store(const struct rs_function *function, const struct rs_insns *insns, size_t at)
{
    const struct rs_insn *insn = &insns->list.items[at];
    bool add = insn->op == RS_OP_ADD_IMM || insn->op == RS_OP_INC;
    if (!insn->plain || (insn->width != 4 && insn->width != 8) || (!add && insn->op != RS_OP_STORE))
        return false;
    if (insn->operand == RS_OPERAND_RIP)
        return !insn->outside && (add || is_loaded_before(insns, at));
    if (insn->operand != RS_OPERAND_MEM || insn->base == RS_RSP || (!add && insn->reg == RS_RSP))
        return false;
    if (insn->base == RS_REG_NONE)
        return add && insn->index == RS_REG_NONE; /* an absolute address: a pointer proved NULL */
    if (insn->disp != 0 || (insn->base == RS_RBP && (function->flags & RS_FUNCTION_FRAME)))
        return false;
    return insn->index == RS_REG_NONE || (add && insn->width == 8 && (insn->imm == 1 || insn->imm == -1));
}

static unsigned condition(const struct rs_analysis *analysis, const struct rs_insn *jcc)
{
    const uint8_t *bytes = rs_elf_at(&analysis->elf, jcc->at, jcc->length);
    return bytes ? bytes[jcc->length >= 6 ? jcc->length - 5 : jcc->length - 2] & 15 : 16;
}

/* The tests that Py_INCREF and Py_DECREF make before they store, since CPython 3.12. */
static uint8_t immortal_mark(const struct rs_analysis *analysis, const struct rs_insns *insns, size_t at)
{
    const struct rs_insn *store = &insns->list.items[at];
    for (size_t i = at; i-- > 1 && at - i <= LOOK_BACK;) {
        const struct rs_insn *jcc = &insns->list.items[i], *test = jcc - 1;
        if (jcc->flow != RS_FLOW_JCC)
            continue;
        unsigned code = condition(analysis, jcc);
        bool plus_one = (test->op == RS_OP_ADD_IMM || test->op == RS_OP_INC) && test->imm == 1;
        if (code == IF_SIGN && test->op == RS_OP_TEST && test->width == 4)
            return RS_MARK_IMMORTAL | (store->width == 4 ? RS_MARK_3_14 : 0);
        if (code == IF_ABOVE && test->op == RS_OP_CMP_IMM && test->imm == last_mortal_3_14)
            return RS_MARK_IMMORTAL | RS_MARK_3_14;
        if (code == IF_ZERO && store->width == 4 && test->width == 4 && test->operand == RS_OPERAND_REG &&
            (plus_one || (test->op == RS_OP_CMP_IMM && test->imm == -1)))
            return RS_MARK_IMMORTAL;
    }
    return 0;
}

static bool leads_to_dealloc(const struct rs_analysis *analysis, const struct rs_insns *insns, size_t from)
{
    for (size_t i = from, steps = 0; i < insns->list.count && steps < DEALLOC_AHEAD; steps++) {
        const struct rs_insn *insn = &insns->list.items[i];
        const char *callee = rs_plan_callee(analysis, insn);
        bool indirect = insn->flow == RS_FLOW_CALL_INDIRECT || insn->flow == RS_FLOW_JUMP_INDIRECT;
        if ((callee && strcmp(callee, "_Py_Dealloc") == 0) ||
            (indirect && insn->operand == RS_OPERAND_MEM && insn->disp == TP_DEALLOC && insn->index == RS_REG_NONE))
            return true;
        if (insn->flow == RS_FLOW_RETURN || insn->flow == RS_FLOW_STOP || indirect)
            return false;
        i = insn->flow == RS_FLOW_JUMP ? rs_arch_find(insns->list.items, insns->list.count, insn->target) : i + 1;
    }
    return false;
}

static bool is_release(const struct rs_analysis *analysis, const struct rs_insns *insns, size_t at)
{
    for (size_t i = at + 1; i < insns->list.count && i - at <= BRANCH_AHEAD; i++) {
        const struct rs_insn *jcc = &insns->list.items[i];
        if (jcc->flow == RS_FLOW_NEXT)
            continue;
        if (jcc->flow != RS_FLOW_JCC)
            return false;
        unsigned code = condition(analysis, jcc);
        if (code == IF_ZERO)
            return leads_to_dealloc(analysis, insns, rs_arch_find(insns->list.items, insns->list.count, jcc->target));
        return code == IF_NOT_ZERO && leads_to_dealloc(analysis, insns, i + 1);
    }
    return false;
}

bool rs_plan_candidate(const struct rs_analysis *analysis, const struct rs_function *function,
                       const struct rs_insns *insns, size_t at, struct rs_site *site)
{
    const struct rs_insn *insn = &insns->list.items[at];
    if (!is_store(function, insns, at))
        return false;
    bool set = insn->op == RS_OP_STORE;
    *site = (struct rs_site){.at = insn->at,
                             .function = function->start,
                             .delta = set ? 0 : insn->imm,
                             .form = set ? RS_SITE_SET : RS_SITE_ADD,
                             .width = insn->width * 8};
    site->mark = immortal_mark(analysis, insns, at);
    if (is_release(analysis, insns, at))
        site->mark |= RS_MARK_DEALLOC;
    if (set && is_loaded_before(insns, at))
        site->mark |= RS_MARK_LOADED;
    if (insn->operand == RS_OPERAND_RIP)
        site->mark |= RS_MARK_GLOBAL;
    return true;
}
