#include "plan/survey.h"

#include <string.h>

#include "base/search.h"
#include "plan/tables.h"

/* ENTRY: as much of a function as a window at its entry may take; NEAR: further than a short jump goes. */
enum { MAX_ROOM = 32, ALIGNMENT = 16, MAX_KEPT = 1 << 20, ENTRY = 32, NEAR = 128 };

static bool in_text(const struct rs_survey *survey, uint32_t at)
{
    return at >= survey->elf->text_lo && at < survey->elf->text_hi;
}

static bool get_bit(const struct rs_survey *survey, const uint64_t *bits, uint32_t at)
{
    uint32_t index = at - survey->elf->text_lo;
    return in_text(survey, at) && bits[index / 64] >> index % 64 & 1;
}

static void set_bit(struct rs_survey *survey, uint64_t *bits, uint32_t at)
{
    uint32_t index = at - survey->elf->text_lo;
    if (in_text(survey, at))
        bits[index / 64] |= (uint64_t)1 << index % 64;
}

bool rs_survey_is_start(const struct rs_survey *survey, uint32_t at)
{
    return get_bit(survey, survey->starts, at);
}

bool rs_survey_is_target(const struct rs_survey *survey, uint32_t at)
{
    return get_bit(survey, survey->targets, at) || get_bit(survey, survey->data_targets, at);
}

bool rs_survey_is_data_target(const struct rs_survey *survey, uint32_t at)
{
    return get_bit(survey, survey->data_targets, at);
}

bool rs_survey_has_one_source(const struct rs_survey *survey, uint32_t at)
{
    return get_bit(survey, survey->targets, at) && !get_bit(survey, survey->shared, at) &&
           !get_bit(survey, survey->data_targets, at);
}

void rs_survey_mark_data(struct rs_survey *survey, uint32_t at)
{
    set_bit(survey, survey->data_targets, at);
}

struct rs_function *rs_survey_function(const struct rs_survey *survey, uint32_t at)
{
    size_t low = RS_SEARCH(survey->functions.items, survey->functions.count, end, (uint64_t)at + 1);

    return low < survey->functions.count && survey->functions.items[low].start <= at ? &survey->functions.items[low]
                                                                                     : NULL;
}

static bool decode(const struct rs_survey *survey, const struct rs_function *function, struct rs_insns *insns)
{
    uint32_t size = function->end - function->start;
    const uint8_t *bytes = rs_elf_at(survey->elf, function->start, size);
    insns->list.count = 0;
    for (uint32_t done = 0; bytes && done < size;) {
        struct rs_insn *insn = RS_PUSH(&insns->list);
        if (!rs_arch_decode(bytes + done, size - done, function->start + done, insn)) {
            insns->list.count = 0;
            return false;
        }
        done += insn->length;
    }
    return insns->list.count > 0;
}

bool rs_survey_decode(const struct rs_survey *survey, const struct rs_function *function, struct rs_insns *insns)
{
    if (!function->count)
        return decode(survey, function, insns);
    insns->list.count = 0;
    for (uint32_t i = 0; i < function->count; i++)
        *RS_PUSH(&insns->list) = survey->kept.items[function->first + i];
    return true;
}

static void keep(struct rs_survey *survey, struct rs_function *function, const struct rs_insns *insns)
{
    if (survey->kept.count + insns->list.count > MAX_KEPT)
        return;
    function->first = (uint32_t)survey->kept.count;
    function->count = (uint32_t)insns->list.count;
    for (size_t i = 0; i < insns->list.count; i++)
        *RS_PUSH(&survey->kept) = insns->list.items[i];
}

/* An address that code or data takes: the start of a function, or a label inside one. */
static void take_address(struct rs_survey *survey, uint32_t at)
{
    rs_survey_mark_data(survey, at);
    struct rs_function *function = rs_survey_function(survey, at);
    if (function)
        function->flags |= at == function->start ? RS_FUNCTION_TAKEN : RS_FUNCTION_LABELS;
}

/* A branch from one function into another, as between the hot and the cold part of one. */
static void reached_from_elsewhere(struct rs_survey *survey, const struct rs_insn *insn)
{
    const struct rs_function *function = rs_survey_function(survey, insn->target);
    if (!function || function->start == insn->target)
        return;
    rs_survey_mark_data(survey, insn->target);
    if (insn->flow != RS_FLOW_CALL)
        *RS_PUSH(&survey->crossings) = (struct rs_crossing){insn->at, insn->target};
}

static void mark_branch(struct rs_survey *survey, struct rs_function *function, const struct rs_insn *insn)
{
    if (insn->outside || !in_text(survey, insn->target))
        return;
    if (get_bit(survey, survey->targets, insn->target))
        set_bit(survey, survey->shared, insn->target);
    set_bit(survey, survey->targets, insn->target);
    if (insn->target == function->start && insn->flow != RS_FLOW_CALL)
        function->flags |= RS_FUNCTION_LOOPS;
    if (insn->target < function->start || insn->target >= function->end)
        reached_from_elsewhere(survey, insn);
    const struct rs_function *to = insn->length >= 5 ? rs_survey_function(survey, insn->target) : NULL;
    if (to && to->start == insn->target && insn->flow != RS_FLOW_FIXED)
        *RS_PUSH(&survey->directs) = (struct rs_direct){insn->at, insn->target, insn->length};
}

static void mark_operand(struct rs_survey *survey, const struct rs_insn *insn)
{
    if (insn->operand != RS_OPERAND_RIP || insn->outside)
        return;
    if (insn->op == RS_OP_LEA) {
        if (in_text(survey, insn->target))
            take_address(survey, insn->target);
        if (!rs_survey_function(survey, insn->target) && rs_elf_is_constant(survey->elf, insn->target))
            *RS_PUSH(&survey->constants) = insn->target;
        return;
    }
    const struct rs_reloc *reloc = rs_elf_reloc(survey->elf, insn->target);
    if (!reloc || reloc->kind != RS_RELOC_SLOT)
        return;
    bool called = insn->flow == RS_FLOW_CALL_INDIRECT || insn->flow == RS_FLOW_JUMP_INDIRECT;
    *RS_PUSH(&survey->uses) = (struct rs_slot_use){insn->target, insn->at, insn->length, insn->disp_at, called};
}

static bool is_frame_setup(const struct rs_insns *insns)
{
    for (size_t i = 0; i + 1 < insns->list.count && i < 4; i++) {
        const struct rs_insn *push = &insns->list.items[i], *move = push + 1;
        if (push->op != RS_OP_PUSH || push->base != RS_RBP)
            continue;
        return (move->op == RS_OP_STORE && move->operand == RS_OPERAND_REG && move->base == RS_RBP &&
                move->reg == RS_RSP) ||
               (move->op == RS_OP_LOAD && move->operand == RS_OPERAND_REG && move->reg == RS_RBP &&
                move->base == RS_RSP);
    }
    return false;
}

static void survey_function(struct rs_survey *survey, struct rs_function *function, struct rs_insns *insns)
{
    if (!rs_survey_decode(survey, function, insns)) {
        function->flags |= RS_FUNCTION_LOST;
        return;
    }
    survey->insns += insns->list.count;
    keep(survey, function, insns);
    if (is_frame_setup(insns))
        function->flags |= RS_FUNCTION_FRAME;
    for (size_t i = 0; i < insns->list.count; i++) {
        const struct rs_insn *insn = &insns->list.items[i];
        set_bit(survey, survey->starts, insn->at);
        switch ((enum rs_flow)insn->flow) {
        case RS_FLOW_JCC:
        case RS_FLOW_JUMP:
        case RS_FLOW_CALL:
        case RS_FLOW_FIXED:
            mark_branch(survey, function, insn);
            break;
        case RS_FLOW_JUMP_INDIRECT:
            function->flags |= RS_FUNCTION_INDIRECT;
            mark_operand(survey, insn);
            break;
        default:
            mark_operand(survey, insn);
        }
    }
}

static void find_room(struct rs_survey *survey, size_t index)
{
    struct rs_function *function = &survey->functions.items[index];
    uint64_t left = rs_elf_left(survey->elf, function->end);
    if (index + 1 < survey->functions.count && survey->functions.items[index + 1].start - function->end < left)
        left = survey->functions.items[index + 1].start - function->end;
    left = left < MAX_ROOM ? left : MAX_ROOM;
    const uint8_t *bytes = left ? rs_elf_at(survey->elf, function->end, left) : NULL;
    unsigned room = 0;
    while (bytes && room < left) {
        struct rs_insn insn;
        if (bytes[room] == 0xcc) {
            room++;
            continue;
        }
        if (!rs_arch_decode(bytes + room, left - room, function->end + room, &insn) || insn.op != RS_OP_NOP)
            break;
        room += insn.length;
    }
    /* Padding reaches up to where something aligned begins; other bytes may be data that only look like it. */
    bool padding = room == left || (function->end + room) % ALIGNMENT == 0;
    function->room = padding ? (uint8_t)room : 0;
}

static void mark_pad(void *ctx, uint32_t at)
{
    rs_survey_mark_data(ctx, at);
}

/* Relocated pointers into code, init functions. */
static void take_data_addresses(struct rs_survey *survey)
{
    const struct rs_elf *elf = survey->elf;
    for (size_t i = 0; i < elf->relocs.count; i++) {
        const struct rs_reloc *reloc = &elf->relocs.items[i];
        if ((reloc->kind == RS_RELOC_RELATIVE || reloc->kind == RS_RELOC_OWN) && !reloc->call_only &&
            in_text(survey, reloc->value))
            take_address(survey, reloc->value);
    }
    for (size_t i = 0; i < elf->symbols.count; i++) {
        const struct rs_symbol *symbol = &elf->symbols.items[i];
        if (!symbol->function)
            continue;
        set_bit(survey, survey->data_targets, symbol->at); /* other modules may call it */
        if (strncmp(symbol->name, "PyInit_", 7) == 0 || strncmp(symbol->name, "PyInitU_", 8) == 0)
            take_address(survey, symbol->at);
    }
}

/* A target that is no instruction's start: the function was decoded out of step. */
static void find_lost(struct rs_survey *survey)
{
    uint32_t text = survey->elf->text_lo;
    for (size_t word = 0; word <= (survey->elf->text_hi - text) / 64; word++) {
        uint64_t wrong = (survey->targets[word] | survey->data_targets[word]) & ~survey->starts[word];
        for (; wrong; wrong &= wrong - 1) {
            struct rs_function *function =
                rs_survey_function(survey, text + (uint32_t)word * 64 + (uint32_t)__builtin_ctzll(wrong));
            if (function)
                function->flags |= RS_FUNCTION_LOST;
        }
    }
}

static int by_value(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void resolve_tables(struct rs_survey *survey, struct rs_insns *insns)
{
    if (survey->constants.count)
        qsort(survey->constants.items, survey->constants.count, sizeof *survey->constants.items, by_value);
    for (size_t i = 0; i < survey->functions.count; i++) {
        struct rs_function *function = &survey->functions.items[i];
        if (!(function->flags & RS_FUNCTION_INDIRECT) || (function->flags & RS_FUNCTION_LOST))
            continue;
        if (!rs_survey_decode(survey, function, insns) || !rs_tables_resolve(survey, function, insns))
            function->flags |= RS_FUNCTION_UNRESOLVED;
    }
}

/* The functions whose entries alone are wanted; NULL: all of everything. */
struct wanted {
    const uint32_t *starts;
    unsigned count;
};

/* Whether a displacement of 32 bits in the function's bytes, at any place, leads behind the start of a wanted
 * function: only then it can hold a long branch to there. */
static bool leads_inside(const struct rs_survey *survey, const struct rs_function *function,
                         const struct wanted *wanted)
{
    uint32_t size = function->end - function->start;
    const uint8_t *bytes = rs_elf_at(survey->elf, function->start, size);
    for (uint32_t i = 0; bytes && i + 4 <= size; i++) {
        int32_t displacement;
        memcpy(&displacement, bytes + i, sizeof displacement);
        uint32_t target = function->start + i + 4 + (uint32_t)displacement;
        for (unsigned k = 0; k < wanted->count; k++)
            if (target - wanted->starts[k] - 1 < ENTRY)
                return true;
    }
    return false;
}

static bool is_near(const struct rs_function *function, const struct wanted *wanted)
{
    for (unsigned k = 0; k < wanted->count; k++)
        if (function->start < wanted->starts[k] + ENTRY + NEAR && function->end + NEAR > wanted->starts[k])
            return true;
    return false;
}

static bool make(struct rs_survey *survey, const struct rs_elf *elf, const char *name, const struct wanted *wanted,
                 struct rs_error *err)
{
    struct rs_ranges ranges = {0};
    struct rs_insns insns = {0};
    *survey = (struct rs_survey){.elf = elf};
    if (!rs_frames_read(elf, &ranges, &survey->overlapping)) {
        RS_VEC_CLOSE(&ranges.list);
        return rs_fail(err, "'%s' has an .eh_frame that names no function", name);
    }
    size_t words = (elf->text_hi - elf->text_lo) / 64 + 1;
    uint64_t **maps[] = {&survey->starts, &survey->targets, &survey->shared, &survey->data_targets};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        *maps[i] = memset(rs_alloc(words * 8), 0, words * 8);
    for (size_t i = 0; i < ranges.list.count; i++)
        *RS_PUSH(&survey->functions) =
            (struct rs_function){.start = ranges.list.items[i].start, .end = ranges.list.items[i].end};
    for (size_t i = 0; i < survey->functions.count; i++) {
        struct rs_function *function = &survey->functions.items[i];
        if (wanted && !is_near(function, wanted) && !leads_inside(survey, function, wanted))
            continue;
        survey_function(survey, function, &insns);
        find_room(survey, i);
        if (!rs_frames_landing_pads(elf, &ranges.list.items[i], mark_pad, survey))
            function->flags |= RS_FUNCTION_UNRESOLVED;
    }
    take_data_addresses(survey);
    resolve_tables(survey, &insns);
    find_lost(survey);
    RS_VEC_CLOSE(&insns.list);
    RS_VEC_CLOSE(&ranges.list);
    return true;
}

bool rs_survey_make(struct rs_survey *survey, const struct rs_elf *elf, const char *name, struct rs_error *err)
{
    return make(survey, elf, name, NULL, err);
}

bool rs_survey_make_entries(struct rs_survey *survey, const struct rs_elf *elf, const char *name,
                            const uint32_t *starts, unsigned count, struct rs_error *err)
{
    return make(survey, elf, name, &(struct wanted){starts, count}, err);
}

void rs_survey_trim(struct rs_survey *survey)
{
    for (size_t i = 0; i < survey->functions.count; i++)
        survey->functions.items[i].count = 0;
    RS_VEC_CLOSE(&survey->kept);
    RS_VEC_CLOSE(&survey->constants);
    free(survey->starts);
    free(survey->targets);
    free(survey->shared);
    survey->starts = survey->targets = survey->shared = NULL;
}

void rs_survey_close(struct rs_survey *survey)
{
    rs_survey_trim(survey);
    RS_VEC_CLOSE(&survey->functions);
    RS_VEC_CLOSE(&survey->uses);
    RS_VEC_CLOSE(&survey->directs);
    RS_VEC_CLOSE(&survey->crossings);
    RS_VEC_CLOSE(&survey->table_jumps);
    free(survey->data_targets);
    *survey = (struct rs_survey){0};
}
