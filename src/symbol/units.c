/* The compilation units of a module and, for each, its functions and inlined copies as address spans. The
 * ranges come from the units' own DIEs, so that a missing or wrong .debug_aranges does not matter. DWARF 2 to
 * 5, split DWARF where libdw finds the .dwo file. Every walk has a budget, since a damaged file may claim
 * anything. */
#include "symbol/internal.h"

#include <dwarf.h>

enum {
    DEPTH_MOST = 200,         /* of nested DIEs */
    RANGES_MOST = 1000 * 1000 /* of one DIE */
};

/* Whether the range lies in code; linkers leave ranges of dropped functions behind at address 0. */
static bool in_code(const struct rs_module *module, uint64_t lo, uint64_t hi)
{
    for (size_t i = 0; i < module->code.count; i++)
        if (lo >= module->code.items[i].lo && lo < module->code.items[i].hi)
            return hi <= module->code.items[i].hi;
    return false;
}

/* Notes the DIE's ranges in `spans`; whether it had any. `start` gets the lowest address. */
static bool note_ranges(const struct rs_module *module, Dwarf_Die *die, struct rs_spans *spans, uint32_t value,
                        uint32_t depth, uint64_t *start)
{
    Dwarf_Addr base, lo, hi;
    ptrdiff_t at = 0;
    bool any = false;

    for (int i = 0; i < RANGES_MOST && (at = dwarf_ranges(die, at, &base, &lo, &hi)) > 0; i++) {
        if (lo >= hi || !in_code(module, lo, hi))
            continue;
        if (start != NULL && (!any || lo < *start))
            *start = lo;
        rs_spans_note(spans, lo, hi, value, depth);
        any = true;
    }
    return any;
}

static bool may_hold_code(int tag)
{
    switch (tag) {
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_with_stmt:
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
        return true;
    default:
        return false;
    }
}

/* Notes a function or an inlined copy that has code; the entry that its children belong to. */
static uint32_t note_entry(const struct rs_module *module, struct rs_unit *unit, Dwarf_Die *die, uint32_t owner,
                           uint32_t depth)
{
    int tag = dwarf_tag(die);
    uint32_t index = (uint32_t)unit->entries.count;
    uint64_t start = 0;

    if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
        return owner;
    if (!note_ranges(module, die, &unit->spans, index, depth, &start))
        return tag == DW_TAG_subprogram ? RS_SPAN_NONE : owner;
    *RS_PUSH(&unit->entries) = (struct rs_entry){.die = *die,
                                                 .start = start,
                                                 .parent = tag == DW_TAG_inlined_subroutine ? owner : RS_SPAN_NONE,
                                                 .inlined = tag == DW_TAG_inlined_subroutine};
    return index;
}

static void walk(const struct rs_module *module, struct rs_unit *unit, Dwarf_Die *parent, uint32_t owner,
                 uint32_t depth)
{
    Dwarf_Die die, next;
    int more = depth < DEPTH_MOST ? dwarf_child(parent, &die) : 1;

    while (more == 0 && unit->budget-- > 0) {
        int tag = dwarf_tag(&die);

        if (may_hold_code(tag)) {
            uint32_t inner = note_entry(module, unit, &die, owner, depth);

            if (dwarf_haschildren(&die) > 0)
                walk(module, unit, &die, inner, depth + 1);
        }
        more = dwarf_siblingof(&die, &next);
        if (more == 0 && dwarf_dieoffset(&next) <= dwarf_dieoffset(&die))
            return;
        die = next;
    }
}

static void note_unit(struct rs_module *module, Dwarf_Die *line_die, const Dwarf_Die *tree, uint64_t bytes)
{
    uint32_t index = (uint32_t)module->units.count;
    struct rs_unit *unit = RS_PUSH(&module->units);

    *unit =
        (struct rs_unit){.line_die = *line_die, .tree = *tree, .budget = bytes < INT32_MAX ? (int)bytes : INT32_MAX};
    if (dwarf_hasattr(line_die, DW_AT_stmt_list))
        module->has_lines = true;
    if (note_ranges(module, line_die, &module->unit_spans, index, 0, NULL))
        return;
    /* It has no ranges of its own: those of its functions. */
    unit->walked = true;
    walk(module, unit, &unit->tree, RS_SPAN_NONE, 0);
    for (size_t i = 0; i < unit->spans.raw.count; i++)
        rs_spans_note(&module->unit_spans, unit->spans.raw.items[i].lo, unit->spans.raw.items[i].hi, index, 0);
    rs_spans_flatten(&unit->spans);
}

/* The bytes that the unit of this DIE has, with its header; 0 if that cannot be told. */
static uint64_t unit_bytes(Dwarf *dwarf, Dwarf_Die *die)
{
    Dwarf_Off start = dwarf_dieoffset(die) - dwarf_cuoffset(die), next = 0;
    size_t header;

    if (dwarf_nextcu(dwarf, start, &next, &header, NULL, NULL, NULL) != 0 || next <= start)
        return 0;
    return next - start;
}

void rs_units_read(struct rs_module *module)
{
    Dwarf_CU *unit = NULL, *next;
    Dwarf_Half version;
    uint8_t type;
    Dwarf_Die die, split;

    while (dwarf_get_units(module->dwarf, unit, &next, &version, &type, &die, &split) == 0) {
        unit = next;
        if (type == DW_UT_skeleton && dwarf_tag(&split) == DW_TAG_compile_unit)
            note_unit(module, &die, &split, INT32_MAX);
        else if (type == DW_UT_skeleton || dwarf_tag(&die) == DW_TAG_compile_unit)
            note_unit(module, &die, &die, unit_bytes(module->dwarf, &die));
    }
    rs_spans_flatten(&module->unit_spans);
}

struct rs_unit *rs_units_find(struct rs_module *module, uint64_t offset)
{
    uint32_t found = rs_spans_find(&module->unit_spans, offset);
    struct rs_unit *unit = found == RS_SPAN_NONE ? NULL : &module->units.items[found];

    if (unit == NULL)
        return NULL;
    if (!unit->walked) {
        unit->walked = true;
        walk(module, unit, &unit->tree, RS_SPAN_NONE, 0);
        rs_spans_flatten(&unit->spans);
    }
    if (!unit->lines_read) {
        unit->lines_read = true;
        if (dwarf_getsrclines(&unit->line_die, &unit->lines, &unit->line_count) != 0)
            unit->line_count = 0;
    }
    return unit;
}

void rs_units_close(struct rs_module *module)
{
    for (size_t i = 0; i < module->units.count; i++) {
        RS_VEC_CLOSE(&module->units.items[i].entries);
        rs_spans_close(&module->units.items[i].spans);
    }
    RS_VEC_CLOSE(&module->units);
}
