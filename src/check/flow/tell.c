/* From what a path shows to findings: wording, one finding for a cause, ranks. */
#include <stdio.h>
#include <string.h>

#include "check/flow/flow.h"

enum { NOTES_MOST = 24 };

bool rs_tell_is_told(const struct rs_flow *flow)
{
    return flow->judge && !flow->function->library;
}

const char *rs_tell_line(struct rs_flow *flow, LLVMValueRef at)
{
    struct rs_ir_place place = at == NULL ? (struct rs_ir_place){NULL, 0} : rs_ir_place(flow->ir, at);

    return place.line == 0 ? "" : rs_arena_printf(&flow->ir->arena, " (line %d)", place.line);
}

static const char *member_name(struct rs_ir *ir, const struct rs_sym *sym)
{
    LLVMValueRef pointer = sym->how == NULL             ? NULL
                           : LLVMIsALoadInst(sym->how)  ? LLVMGetOperand(sym->how, 0)
                           : LLVMIsAStoreInst(sym->how) ? LLVMGetOperand(sym->how, 1)
                                                        : NULL;
    const char *structure = NULL, *member;
    int64_t offset = 0;

    if (pointer == NULL || rs_memory_key(ir, pointer, &structure, &offset) == 0)
        return NULL;
    if (structure == NULL) {
        size_t length;
        return LLVMGetValueName2(pointer, &length);
    }
    member = rs_ir_member(ir, structure, (uint64_t)offset);
    return member == NULL ? NULL : rs_arena_printf(&ir->arena, "%s.%s", structure, member);
}

static const char *name_of(struct rs_ir *ir, const struct rs_sym *sym)
{
    static const char cython[] = "__pyx_v_"; /* heads a variable of the .pyx */
    const char *variable = NULL, *member;
    size_t length;

    if (sym->kind == RS_SYM_GLOBAL) {
        const char *name = LLVMGetValueName2(sym->identity, &length);
        return strcmp(name, "_Py_NoneStruct") == 0             ? "Py_None"
               : strcmp(name, "_Py_TrueStruct") == 0           ? "Py_True"
               : strcmp(name, "_Py_FalseStruct") == 0          ? "Py_False"
               : strcmp(name, "_Py_NotImplementedStruct") == 0 ? "Py_NotImplemented"
                                                               : name;
    }
    if (sym->kind == RS_SYM_ARG)
        variable = rs_ir_variable(ir, sym->identity);
    else if (sym->how != NULL)
        variable = rs_ir_variable(ir, sym->how);
    if (variable != NULL && strncmp(variable, cython, sizeof(cython) - 1) == 0)
        variable += sizeof(cython) - 1;
    if (variable != NULL && sym->api != NULL)
        return rs_arena_printf(&ir->arena, "'%s' (from %s)", variable, sym->api);
    member = sym->kind == RS_SYM_LOADED ? member_name(ir, sym) : NULL;
    if (member != NULL)
        return variable != NULL ? rs_arena_printf(&ir->arena, "'%s' (from %s)", variable, member) : member;
    if (variable != NULL)
        return rs_arena_printf(&ir->arena, "'%s'", variable);
    return sym->api != NULL ? rs_arena_printf(&ir->arena, "the result of %s", sym->api) : "an object";
}

const char *rs_tell_name(struct rs_flow *flow, const struct rs_sym *sym)
{
    return name_of(flow->ir, sym);
}

bool rs_tell_immortal(const struct rs_flow *flow, const struct rs_sym *sym)
{
    size_t length;

    return sym->kind == RS_SYM_GLOBAL && flow->ir->python >= 0x030c &&
           strncmp(LLVMGetValueName2(sym->identity, &length), "_Py_", 4) == 0;
}

static bool is_leak(enum rs_rule rule)
{
    return rule == RS_RULE_RS201 || rule == RS_RULE_RS202;
}

/* The candidate of the same cause, or NULL: of a leak it is the place where the reference was taken; `cause` (or NULL)
 * as cause_of gives it. */
static struct rs_candidate *same_cause(struct rs_flow *flow, enum rs_rule rule, LLVMValueRef culprit,
                                       LLVMValueRef cause)
{
    for (size_t i = 0; i < flow->unit->candidates.count; i++) {
        struct rs_candidate *candidate = &flow->unit->candidates.items[i];

        if (candidate->rule != rule && !(is_leak(candidate->rule) && is_leak(rule)))
            continue;
        if (candidate->culprit == culprit || (cause != NULL && candidate->cause == cause))
            return candidate;
    }
    return NULL;
}

/* Of an exception the call that has set it, of what a place held the store over it, wherever it was read before. */
static LLVMValueRef cause_of(const struct rs_state *state, enum rs_rule rule, const struct rs_sym *sym)
{
    if (rule == RS_RULE_RS201 && sym != NULL && sym->flags & RS_F_MOVED && sym->taken == NULL)
        return sym->gone;
    return rule == RS_RULE_RS302 && state->err == RS_ERR_SET ? state->err_at : NULL;
}

/* Released behind the failure of the call that took its reference over, where that call fails only for an index out of
 * range, or for another type: nothing says that this can be. */
static bool is_misused(const struct rs_flow *flow, const struct rs_state *state, enum rs_rule rule,
                       const struct rs_sym *sym)
{
    bool failed = rule == RS_RULE_RS104 && sym != NULL && sym->gone_api != NULL && state->err == RS_ERR_SET &&
                  state->err_at == sym->gone;
    const struct rs_contract *row = failed ? rs_contract_find(sym->gone_api, flow->ir->python) : NULL;

    return row != NULL && row->flags & RS_NEEDS;
}

struct rs_candidate rs_tell_candidate(struct rs_flow *flow, struct rs_state *state, enum rs_rule rule,
                                      LLVMValueRef culprit, const struct rs_sym *sym, const char *message,
                                      const char *fix)
{
    bool memory = rule == RS_RULE_RS202 && rs_trail_is_memory(state);

    return (struct rs_candidate){.rule = rule,
                                 .function = flow->function->value,
                                 .culprit = culprit,
                                 .belief = sym == NULL ? NULL : sym->how,
                                 .belief_api = sym == NULL ? NULL : sym->api,
                                 .object = sym == NULL ? (struct rs_sym){0} : *sym,
                                 .release = sym != NULL && rule == RS_RULE_RS105 ? sym->gone : NULL,
                                 .cause = cause_of(state, rule, sym),
                                 .message = message,
                                 .fix = fix,
                                 .latent = sym != NULL && rs_tell_immortal(flow, sym),
                                 .note = flow->init || memory || is_misused(flow, state, rule, sym),
                                 .err = rule == RS_RULE_RS302 && !state->pending ? state->err : RS_ERR_UNKNOWN,
                                 .trail = state->trail,
                                 .stand = flow->at};
}

/* The same cause is met again: should no way lead to what was told first, one may lead to this. */
static void tell_again(struct rs_flow *flow, struct rs_candidate *first, const struct rs_candidate *other)
{
    enum { AGAIN_MOST = 8 };
    struct rs_candidate *kept;
    struct rs_candidate **last = &first->again;
    int count = 0;

    for (; *last != NULL; last = &(*last)->again)
        count++;
    if ((size_t)(first - flow->unit->candidates.items) < flow->told || count == AGAIN_MOST)
        return;
    kept = rs_arena_alloc(&flow->unit->trails, sizeof(*kept));
    *kept = *other;
    kept->again = NULL;
    *last = kept;
}

/* Another report takes the place of one of the same cause. */
static void replace(struct rs_flow *flow, struct rs_candidate *candidate, const struct rs_candidate *by)
{
    struct rs_candidate old = *candidate;

    *candidate = *by;
    candidate->again = old.again;
    tell_again(flow, candidate, &old);
}

/* The helper that brought the object, where some of its ways bring a reference and others none; NULL: none did. */
static LLVMValueRef mixed_of(struct rs_flow *flow, LLVMValueRef call, LLVMValueRef *lends)
{
    LLVMValueRef callee =
        call != NULL && (LLVMIsACallInst(call) || LLVMIsAInvokeInst(call)) ? rs_ir_callee(call) : NULL;
    uint64_t *known = callee == NULL ? NULL : rs_map_find(&flow->unit->mixed, (uintptr_t)callee);

    if (known == NULL)
        return NULL;
    *lends = (LLVMValueRef)(uintptr_t)*known;
    return callee;
}

/* Who takes the result of such a helper for a reference of its own is right: the helper is wrong. */
static bool blame_helper(struct rs_flow *flow, struct rs_state *state, enum rs_rule rule, LLVMValueRef culprit,
                         const struct rs_sym *sym)
{
    LLVMValueRef lends = NULL, call = sym == NULL ? NULL : sym->how, callee = mixed_of(flow, call, &lends);
    int operands = LLVMIsAInstruction(culprit) && !LLVMIsABranchInst(culprit) ? LLVMGetNumOperands(culprit) : 0;
    struct rs_candidate candidate;

    if (rule != RS_RULE_RS101 && rule != RS_RULE_RS102 && rule != RS_RULE_RS103 && rule != RS_RULE_RS105)
        return false;
    for (int i = 0; i < operands && callee == NULL; i++) {
        call = LLVMGetOperand(culprit, (unsigned)i);
        callee = mixed_of(flow, call, &lends);
    }
    if (callee == NULL)
        return false;
    candidate = rs_tell_candidate(
        flow, state, RS_RULE_RS102, lends, NULL,
        rs_arena_printf(&flow->ir->arena,
                        "%s: returns what it only lends, and elsewhere a new reference; %s%s takes it for one",
                        rs_ir_readable(flow->ir, callee), flow->function->name, rs_tell_line(flow, culprit)),
        rs_arena_printf(&flow->ir->arena, "take a reference (Py_INCREF or Py_NewRef) before the return%s",
                        rs_tell_line(flow, lends)));
    candidate.function = callee;
    candidate.belief = call;
    rs_tell_add(flow, &candidate);
    return true;
}

void rs_tell(struct rs_flow *flow, struct rs_state *state, enum rs_rule rule, LLVMValueRef culprit,
             const struct rs_sym *sym, const char *message, const char *fix)
{
    LLVMValueRef cause = cause_of(state, rule, sym);
    struct rs_candidate *candidate = same_cause(flow, rule, culprit, cause);
    bool memory = rule == RS_RULE_RS202 && rs_trail_is_memory(state),
         outranks = candidate != NULL && candidate->rule == rule && candidate->note && !memory && !flow->init &&
                    (rule == RS_RULE_RS202 || (rule == RS_RULE_RS104 && !is_misused(flow, state, rule, sym)));

    if (!rs_tell_is_told(flow) || culprit == NULL || state->supposed == RS_SUPPOSED_WAY ||
        blame_helper(flow, state, rule, culprit, sym))
        return;
    struct rs_candidate told = rs_tell_candidate(flow, state, rule, culprit, sym, message, fix);

    if (candidate == NULL)
        *RS_PUSH(&flow->unit->candidates) = told;
    else if (outranks || (candidate->latent && !told.latent) ||
             (candidate->rule == RS_RULE_RS202 && rule == RS_RULE_RS201))
        replace(flow, candidate, &told);
    else
        tell_again(flow, candidate, &told);
}

void rs_tell_add(struct rs_flow *flow, const struct rs_candidate *candidate)
{
    struct rs_candidate *first;

    if (!rs_tell_is_told(flow) || candidate->culprit == NULL)
        return;
    first = same_cause(flow, candidate->rule, candidate->culprit, candidate->cause);
    if (first == NULL)
        *RS_PUSH(&flow->unit->candidates) = *candidate;
    else
        tell_again(flow, first, candidate);
}

static struct rs_place place_of(struct rs_ir *ir, const struct rs_ir_function *function, LLVMValueRef at)
{
    struct rs_ir_place place = rs_ir_place(ir, at);

    if (place.line == 0)
        place = function->place;
    return (struct rs_place){.module = ir->stem, .function = function->name, .file = place.file, .line = place.line};
}

static const char *words(struct rs_ir *ir, struct rs_report *report, const struct rs_trail *step)
{
    const char *name = step->name != NULL ? step->name : step->object != NULL ? name_of(ir, step->object) : "";
    const char *place = strstr(step->format, "%s");

    if (place == NULL)
        return rs_arena_strdup(&report->arena, step->format);
    return rs_arena_printf(&report->arena, "%.*s%s%s", (int)(place - step->format), step->format, name, place + 2);
}

/* Steps come newest first; the report reads from the entry to the fault. */
static void add_path(struct rs_ir *ir, struct rs_report *report, struct rs_finding *finding,
                     const struct rs_candidate *candidate)
{
    const struct rs_trail *steps[NOTES_MOST];
    int count = 0;

    for (const struct rs_trail *step = candidate->trail; step != NULL && count < NOTES_MOST; step = step->before)
        if (step->kind == RS_STEP_SAID)
            steps[count++] = step;
    while (count-- > 0) {
        struct rs_ir_place place = rs_ir_place(ir, steps[count]->at);
        if (place.line != 0)
            *RS_PUSH(&finding->path) = (struct rs_note){rs_arena_strdup(&report->arena, place.file), place.line,
                                                        words(ir, report, steps[count])};
    }
}

/* From 3.12 on Py_RETURN_NONE and `return Py_None` are the same IR: the source tells them apart. */
static bool names_immortal(struct rs_ir *ir, LLVMValueRef at)
{
    static const char *const names[] = {"Py_None", "Py_True", "Py_False", "Py_NotImplemented", "Py_Ellipsis"};
    char *line = rs_ir_source_line(ir, at);
    bool found = false;

    for (size_t i = 0; line != NULL && i < sizeof(names) / sizeof(*names); i++)
        found = found || strstr(line, names[i]) != NULL;
    free(line);
    return found;
}

static void intern_place(struct rs_report *report, struct rs_place *place)
{
    place->module = rs_arena_strdup(&report->arena, place->module);
    place->function = rs_arena_strdup(&report->arena, place->function);
    place->file = place->file == NULL ? NULL : rs_arena_strdup(&report->arena, place->file);
    place->api = place->api == NULL ? NULL : rs_arena_strdup(&report->arena, place->api);
}

/* Whether the release that a use comes too late for is itself told of: to drop it mends both. */
static bool is_told_of(const struct rs_flow_unit *unit, const struct rs_candidate *use)
{
    for (size_t i = 0; i < unit->candidates.count && use->release != NULL; i++) {
        const struct rs_candidate *other = &unit->candidates.items[i];

        if (other != use && other->function == use->function && other->culprit == use->release &&
            (other->rule == RS_RULE_RS101 || other->rule == RS_RULE_RS104))
            return true;
    }
    return false;
}

/* The leak that a macro makes by itself: the finding that tells of another of its expansions, or NULL; the macro's name
 * is noted then, for findings to come. */
static struct rs_finding *same_macro(struct rs_flow_unit *unit, struct rs_map *macros, const struct rs_candidate *leak,
                                     const char *macro)
{
    uint64_t *known = rs_map_at(macros, rs_expansion_key(macro, leak->belief_api, leak->note || leak->latent));

    if (*known != 0)
        return &unit->report->findings.items[*known - 1];
    *known = unit->report->findings.count + 1;
    return NULL;
}

void rs_tell_all(struct rs_flow_unit *unit)
{
    struct rs_map macros = {0};
    uint64_t generators = 0;

    for (size_t i = 0; i < unit->candidates.count; i++) {
        const struct rs_candidate *candidate = &unit->candidates.items[i];
        const struct rs_ir_function *function = rs_ir_function(unit->ir, candidate->function);
        struct rs_finding *finding;
        const char *macro;

        if ((candidate->latent && !names_immortal(unit->ir, candidate->culprit)) || is_told_of(unit, candidate))
            continue;
        if (rs_generated_counts(unit, candidate)) {
            generators++;
            continue;
        }
        macro = is_leak(candidate->rule) ? rs_expansion_of(unit->ir, candidate->culprit, candidate->object.gone) : NULL;
        finding = macro == NULL ? NULL : same_macro(unit, &macros, candidate, macro);
        if (finding != NULL) {
            finding->count++;
            continue;
        }
        finding = rs_report_add(unit->report, candidate->rule);
        finding->confidence = RS_SUSPECT;
        finding->latent = candidate->latent;
        finding->severity = candidate->note || candidate->latent ? RS_NOTE
                            : candidate->rule == RS_RULE_RS107   ? RS_WARNING
                                                                 : RS_ERROR;
        finding->message = macro == NULL ? rs_arena_strdup(&unit->report->arena, candidate->message)
                                         : rs_arena_printf(&unit->report->arena, "%s, as wherever the macro %s stands",
                                                           candidate->message, macro);
        finding->fix = rs_arena_strdup(&unit->report->arena, candidate->fix);
        finding->culprit = place_of(unit->ir, function, candidate->culprit);
        finding->has_belief = candidate->belief != NULL;
        if (finding->has_belief) {
            const struct rs_ir_function *in =
                LLVMIsAInstruction(candidate->belief)
                    ? rs_ir_function(unit->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(candidate->belief)))
                    : NULL;

            finding->belief = place_of(unit->ir, in == NULL ? function : in, candidate->belief);
            finding->belief.api = candidate->belief_api;
        }
        intern_place(unit->report, &finding->culprit);
        if (finding->has_belief)
            intern_place(unit->report, &finding->belief);
        add_path(unit->ir, unit->report, finding, candidate);
    }
    rs_map_close(&macros);
    if (generators > 0)
        *RS_PUSH(&unit->report->uncovered) =
            (struct rs_uncovered){"suspicions about code of Cython's own", generators, false};
}
