#include "plan/tables.h"

#include <string.h>

#include "base/search.h"

enum { MAX_ENTRIES = 1 << 16, SCAN_BACK = 64, SCAN_AHEAD = 12, BOUND_BACK = 24 };

/* A definition of a jump's register, found by walking backward. */
enum definition { DEFINED_LOAD, DEFINED_INDEXED, DEFINED_OFFSET, DEFINED_NOWHERE, DEFINED_UNKNOWN };

/* Compilers for position-independent code write a switch as: lea table; movsxd offset, [table + index * 4];
 * add offset, table; jmp offset. Without its two ends in a function there is no such table in it. */
static bool is_table_load(const struct rs_insn *insn)
{
    return insn->op == RS_OP_MOVSXD && insn->operand == RS_OPERAND_MEM && insn->index != RS_REG_NONE &&
           insn->scale == 4;
}

static bool is_table_address(const struct rs_survey *survey, const struct rs_insn *insn)
{
    return insn->op == RS_OP_LEA && insn->operand == RS_OPERAND_RIP && !insn->outside &&
           rs_elf_is_constant(survey->elf, insn->target) && !rs_survey_function(survey, insn->target);
}

/* Whether the offset that insns[load] reads is added to the table's address, and yet no jump follows in a
 * straight line: then some other jump of the function may use it. */
static bool is_loose_load(const struct rs_insns *insns, size_t load)
{
    const struct rs_insn *offset = &insns->list.items[load];
    bool added = false;
    for (size_t i = load + 1; i < insns->list.count && i - load < SCAN_AHEAD; i++) {
        const struct rs_insn *insn = &insns->list.items[i];
        if (insn->flow == RS_FLOW_JUMP_INDIRECT && insn->operand == RS_OPERAND_REG)
            return false;
        if (insn->flow != RS_FLOW_NEXT)
            break;
        added |= insn->op == RS_OP_ADD && insn->operand == RS_OPERAND_REG &&
                 ((insn->reg == offset->reg && insn->base == offset->base) ||
                  (insn->reg == offset->base && insn->base == offset->reg));
    }
    return added;
}

static bool may_hold_table(const struct rs_survey *survey, const struct rs_insns *insns)
{
    bool load = false, address = false;
    for (size_t i = 0; i < insns->list.count; i++) {
        load |= is_table_load(&insns->list.items[i]) && is_loose_load(insns, i);
        address |= is_table_address(survey, &insns->list.items[i]);
    }
    return load && address;
}

static enum definition find_definition(const struct rs_survey *survey, const struct rs_insns *insns, size_t at,
                                       unsigned reg, size_t *where)
{
    for (size_t i = at; i-- > 0 && at - i < SCAN_BACK;) {
        const struct rs_insn *insn = &insns->list.items[i];
        const uint8_t *bytes = rs_elf_at(survey->elf, insn->at, insn->length);
        if (rs_survey_is_target(survey, insn[1].at) || (insn->flow != RS_FLOW_NEXT && insn->flow != RS_FLOW_JCC))
            return DEFINED_UNKNOWN;
        if (!bytes || !rs_arch_writes(bytes, insn->length, reg))
            continue;
        *where = i;
        if (insn->op == RS_OP_LOAD && insn->operand == RS_OPERAND_REG) {
            reg = insn->base;
            continue;
        }
        if (insn->op == RS_OP_STORE && insn->operand == RS_OPERAND_REG) {
            reg = insn->reg;
            continue;
        }
        if (insn->op == RS_OP_LOAD)
            return insn->operand == RS_OPERAND_MEM && insn->index != RS_REG_NONE ? DEFINED_INDEXED : DEFINED_LOAD;
        return insn->op == RS_OP_ADD ? DEFINED_OFFSET : DEFINED_UNKNOWN;
    }
    return at < SCAN_BACK ? DEFINED_NOWHERE : DEFINED_UNKNOWN;
}

enum rs_jump rs_tables_classify(const struct rs_survey *survey, const struct rs_function *function,
                                const struct rs_insns *insns, size_t at)
{
    const struct rs_insn *jump = &insns->list.items[at];
    if (jump->operand == RS_OPERAND_RIP) {
        const struct rs_reloc *reloc = jump->outside ? NULL : rs_elf_reloc(survey->elf, jump->target);
        return reloc && (reloc->kind == RS_RELOC_SLOT || reloc->kind == RS_RELOC_LAZY) ? RS_JUMP_IMPORT : RS_JUMP_TAIL;
    }
    /* Linked to a fixed address, its tables and label addresses are plain numbers, of which no relocation
     * tells; a jump through a pointer in a structure is a tail call there, too. */
    if (survey->elf->fixed)
        return jump->operand == RS_OPERAND_MEM && jump->index == RS_REG_NONE && jump->base != RS_REG_NONE
                   ? RS_JUMP_TAIL
                   : RS_JUMP_UNKNOWN;
    /* Labels whose addresses are taken, and tables of absolute addresses, are marked through their
     * relocations. */
    enum rs_jump through_pointer = function->flags & RS_FUNCTION_LABELS ? RS_JUMP_TABLE : RS_JUMP_TAIL;
    if (jump->operand == RS_OPERAND_MEM)
        return jump->index == RS_REG_NONE ? through_pointer : RS_JUMP_TABLE;
    size_t where = at;
    switch (find_definition(survey, insns, at, jump->base, &where)) {
    case DEFINED_LOAD:
    case DEFINED_NOWHERE:
        return through_pointer;
    case DEFINED_INDEXED:
    case DEFINED_OFFSET:
        return RS_JUMP_TABLE;
    case DEFINED_UNKNOWN:
        break;
    }
    return may_hold_table(survey, insns) ? RS_JUMP_UNKNOWN : through_pointer;
}

static uint32_t table_end(const struct rs_survey *survey, uint32_t table)
{
    size_t low = rs_search(survey->constants.items, survey->constants.count, sizeof table, 0, (uint64_t)table + 1);

    return low < survey->constants.count ? survey->constants.items[low] : UINT32_MAX;
}

/* Marks what the offsets at `table` lead to, up to the first that leads to no instruction. How many did. */
static unsigned mark_entries(struct rs_survey *survey, uint32_t table)
{
    uint32_t end = table_end(survey, table);
    unsigned count = 0;
    for (; count < MAX_ENTRIES && table + 4 * count + 4 <= end; count++) {
        int32_t offset;
        const uint8_t *bytes = rs_elf_at(survey->elf, table + 4 * (uint64_t)count, sizeof offset);
        if (!bytes)
            break;
        memcpy(&offset, bytes, sizeof offset);
        int64_t target = (int64_t)table + offset;
        if (target < 0 || target > UINT32_MAX || !rs_survey_is_start(survey, (uint32_t)target))
            break;
        rs_survey_mark_data(survey, (uint32_t)target);
    }
    return count;
}

/* How many entries a compare of the load's index promises (`cmp index, last; ja default`); 1 if none is seen.
 */
static unsigned promised_entries(const struct rs_survey *survey, const struct rs_insns *insns, size_t load)
{
    enum { ABOVE = 7 };
    unsigned index = insns->list.items[load].index;
    for (size_t i = load; i-- > 0 && load - i < BOUND_BACK;) {
        const struct rs_insn *insn = &insns->list.items[i], *branch = insn + 1;
        const uint8_t *bytes = rs_elf_at(survey->elf, insn->at, insn->length + branch->length);
        if (rs_survey_is_target(survey, branch->at) || !bytes || rs_arch_writes(bytes, insn->length, index))
            return 1;
        if (insn->op != RS_OP_CMP_IMM || insn->operand != RS_OPERAND_REG || insn->base != index ||
            branch->flow != RS_FLOW_JCC)
            continue;
        bytes += insn->length;
        bool above = (bytes[branch->length >= 6 ? branch->length - 5 : branch->length - 2] & 15) == ABOVE;
        return above && insn->imm >= 0 && insn->imm < MAX_ENTRIES ? (unsigned)insn->imm + 1 : 1;
    }
    return 1;
}

/* The table that the load reads: its base register's address is taken somewhere in the function; the nearest
 * place in front of it counts, and all others are marked as well, since blocks need not lie in the order of
 * execution. */
static bool resolve_load(struct rs_survey *survey, const struct rs_insns *insns, size_t load)
{
    unsigned found = 0, promised = promised_entries(survey, insns, load);
    bool nearest = false;
    for (size_t step = 0, count = insns->list.count; step < count; step++) {
        size_t i = step <= load ? load - step : step;
        const struct rs_insn *insn = &insns->list.items[i];
        if (!is_table_address(survey, insn) || insn->reg != insns->list.items[load].base)
            continue;
        unsigned entries = mark_entries(survey, insn->target);
        if (!nearest && entries < promised)
            return false;
        nearest = true;
        found += entries;
    }
    return found > 0;
}

/* The table's address is taken right in front of insns[add], which adds it to the offset: then it matters not
 * how the offset was loaded (unoptimised code does it in its own way). 0 if it is not. */
static uint32_t table_in_line(const struct rs_survey *survey, const struct rs_insns *insns, size_t add, unsigned reg)
{
    for (size_t i = add; i-- > 0 && add - i < SCAN_BACK;) {
        const struct rs_insn *insn = &insns->list.items[i];
        const uint8_t *bytes = rs_elf_at(survey->elf, insn->at, insn->length);
        if (rs_survey_is_target(survey, insn[1].at) || insn->flow != RS_FLOW_NEXT || !bytes)
            return 0;
        if (rs_arch_writes(bytes, insn->length, reg))
            return is_table_address(survey, insn) ? insn->target : 0;
    }
    return 0;
}

static bool resolve_jump(struct rs_survey *survey, const struct rs_function *function, const struct rs_insns *insns,
                         size_t at)
{
    const struct rs_insn *jump = &insns->list.items[at];
    enum rs_jump kind = rs_tables_classify(survey, function, insns, at);
    if (kind == RS_JUMP_UNKNOWN)
        return false;
    if (kind == RS_JUMP_TABLE)
        *RS_PUSH(&survey->table_jumps) = jump->at;
    if (kind != RS_JUMP_TABLE || jump->operand != RS_OPERAND_REG)
        return true;
    size_t where = at;
    if (find_definition(survey, insns, at, jump->base, &where) != DEFINED_OFFSET)
        return true;
    for (size_t i = where; i-- > 0 && where - i < SCAN_BACK;) {
        const struct rs_insn *insn = &insns->list.items[i];
        if (rs_survey_is_target(survey, insn[1].at))
            break;
        if (is_table_load(insn))
            return resolve_load(survey, insns, i);
    }
    uint32_t table = table_in_line(survey, insns, where, insns->list.items[where].base);
    if (!table)
        table = table_in_line(survey, insns, where, insns->list.items[where].reg);
    return table && mark_entries(survey, table) > 0;
}

bool rs_tables_resolve(struct rs_survey *survey, const struct rs_function *function, const struct rs_insns *insns)
{
    bool known = true;
    for (size_t i = 0; i < insns->list.count; i++)
        if (insns->list.items[i].flow == RS_FLOW_JUMP_INDIRECT)
            known &= resolve_jump(survey, function, insns, i);
    return known;
}
