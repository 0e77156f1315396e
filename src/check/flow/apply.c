/* Applying summaries: what a call of a function of which all ways are known does to a state. Ways that do not fit what
 * is known where the call stands are left out; where those that fit differ for a reason that only the callee knows,
 * what they differ in is doubtful. */
#include <string.h>

#include "check/flow/flow.h"

struct applying {
    struct rs_flow *flow;
    struct rs_state *state;
    LLVMValueRef call;
    const struct rs_case *way;
    const char *callee;
    bool own;           /* the callee is the function at work */
    bool unmarked;      /* the integer that is the result here may be another way's answer */
    bool failing;       /* without an exception here, but other ways give this number with one */
    bool unasked;       /* nothing was known of the exception in front of the call */
    bool by_convention; /* NULL is how the callee fails, with an exception on other ways */
    bool ambiguous;     /* the result does not tell the exception of this way from another way's having none */
    struct rs_av refs[RS_CASE_REFS]; /* whom the changes concern, before anything changed */
    struct rs_av fresh[RS_CASE_REFS];
};

static struct rs_av argument(const struct applying *a, int index)
{
    return index >= 0 && (unsigned)index < LLVMGetNumArgOperands(a->call)
               ? rs_eval(a->flow, a->state, LLVMGetOperand(a->call, (unsigned)index))
               : rs_av_unknown();
}

static LLVMValueRef find_global(const struct applying *a, const char *name)
{
    LLVMValueRef global = name == NULL ? NULL : LLVMGetNamedGlobal(a->flow->ir->module, name);

    return global != NULL || name == NULL ? global : LLVMGetNamedFunction(a->flow->ir->module, name);
}

static struct rs_av place_of(const struct applying *a, const struct rs_subject *subject)
{
    LLVMValueRef global = subject->kind == RS_SUBJECT_GLOBAL ? find_global(a, subject->global) : NULL;
    struct rs_av base = subject->kind == RS_SUBJECT_FIELD ? argument(a, subject->arg)
                        : global != NULL                  ? rs_av_sym(rs_state_global(a->state, global))
                                                          : rs_av_unknown();

    if (base.kind != RS_AV_SYM || base.number == RS_OFFSET_ANY || (base.number < 0 && subject->offset != 0))
        return rs_av_unknown();
    base.number += subject->offset;
    return base;
}

/* What memory holds there in the caller; `like` gives the type and the place. */
static struct rs_av content_of(const struct applying *a, const struct rs_subject *subject)
{
    struct rs_av place = place_of(a, subject);
    const struct rs_cell *cell;
    int32_t sym;

    if (place.kind != RS_AV_SYM)
        return rs_av_unknown();
    cell = rs_memory_cell(a->state, place.sym, place.number);
    if (cell != NULL)
        return cell->value;
    sym = rs_state_sym(a->state, RS_SYM_LOADED, a->call);
    a->state->syms.items[sym].parent = place.sym;
    a->state->syms.items[sym].offset = place.number;
    a->state->syms.items[sym].flags = a->state->syms.items[place.sym].kind == RS_SYM_LOCAL ? RS_F_UNCERTAIN : RS_F_HELD;
    rs_memory_put(a->flow, a->state, place.sym, place.number, 0, rs_av_sym(sym), a->call);
    a->state->mem.items[a->state->mem.count - 1].stored = a->state->syms.items[place.sym].kind == RS_SYM_LOCAL;
    return rs_av_sym(sym);
}

static struct rs_av new_of(struct applying *a, const struct rs_subject *subject)
{
    int32_t sym;

    if (a->fresh[subject->arg].kind == RS_AV_SYM)
        return a->fresh[subject->arg];
    sym = rs_state_sym(a->state, RS_SYM_NEW, a->call);
    a->state->syms.items[sym].null = subject->null;
    a->state->syms.items[sym].flags = RS_F_SHARED |
                                      ((uint32_t)subject->offset & (RS_F_NO_CONSTANT | RS_F_ANOTHER | RS_F_ALONE)) |
                                      (subject->null == RS_MAYBE && !a->way->converts ? RS_F_FAIL_ERR | RS_F_MISS : 0);
    a->state->syms.items[sym].api = a->callee;
    for (unsigned i = 0; i < a->way->nrefs; i++)
        if (a->way->refs[i].who.kind == RS_SUBJECT_NEW && a->way->refs[i].who.arg == subject->arg)
            a->state->syms.items[sym].owned = a->way->refs[i].owned;
    if (a->state->syms.items[sym].owned == 0)
        a->state->syms.items[sym].flags |= RS_F_UNCERTAIN;
    return a->fresh[subject->arg] = rs_av_sym(sym);
}

/* If it can be negative at all, that may be the way in which the callee fails. */
static struct rs_av any_integer(const struct applying *a)
{
    uint32_t index = rs_flow_index(a->flow, a->call);
    int32_t sym;

    if (LLVMGetTypeKind(LLVMTypeOf(a->call)) != LLVMIntegerTypeKind || index == UINT32_MAX ||
        !rs_flow_relevant(a->flow, index))
        return rs_av_unknown();
    sym = rs_state_sym(a->state, RS_SYM_INT, a->call);
    a->state->syms.items[sym].api = a->callee;
    a->state->syms.items[sym].flags = RS_F_FAIL_INT | RS_F_FAIL_ERR | RS_F_MISS;
    a->state->syms.items[sym].fail = -1;
    return rs_av_sym(sym);
}

/* An integer that the callee gives back as it got it: of one that the caller has not looked at the way says what it is.
 */
static struct rs_av given_back(const struct applying *a, const struct rs_subject *subject)
{
    struct rs_av value = argument(a, subject->arg);
    const struct rs_subject *found =
        subject->arg >= 0 && subject->arg < RS_SUMMARY_ARGS ? &a->way->args[subject->arg] : NULL;

    if (value.kind != RS_AV_UNKNOWN || found == NULL || found->kind != RS_SUBJECT_INT)
        return value;
    if (found->offset == found->high)
        return rs_av_int(found->offset);
    value = any_integer(a);
    if (value.kind == RS_AV_SYM) {
        a->state->syms.items[value.sym].low = found->offset;
        a->state->syms.items[value.sym].high = found->high;
        a->state->syms.items[value.sym].null = found->null;
    }
    return value;
}

/* The address of a member of an argument. */
static struct rs_av member_of(struct applying *a, const struct rs_subject *subject)
{
    struct rs_av base = argument(a, subject->arg);
    int32_t sym;

    if (base.kind == RS_AV_SYM && (base.number >= 0 || base.number == RS_OFFSET_ANY)) {
        base.number += base.number == RS_OFFSET_ANY ? 0 : subject->offset;
        return base;
    }
    sym = rs_state_sym(a->state, RS_SYM_OPAQUE, a->call);
    a->state->syms.items[sym].null = RS_NONNULL;
    a->state->syms.items[sym].flags = RS_F_UNCERTAIN;
    return rs_av_sym(sym);
}

static struct rs_av value_of(struct applying *a, const struct rs_subject *subject, bool pointer)
{
    int32_t sym;
    struct rs_av from;
    LLVMValueRef global;

    switch ((enum rs_subject_kind)subject->kind) {
    case RS_SUBJECT_INT:
        if (subject->offset == subject->high)
            return rs_av_int(subject->offset);
        from = any_integer(a);
        if (from.kind == RS_AV_SYM) {
            a->state->syms.items[from.sym].low = subject->offset;
            a->state->syms.items[from.sym].high = subject->high;
            a->state->syms.items[from.sym].null = subject->null;
        }
        return from;
    case RS_SUBJECT_ARG:
        return subject->offset == 0 ? given_back(a, subject) : member_of(a, subject);
    case RS_SUBJECT_FIELD:
    case RS_SUBJECT_GLOBAL:
        return content_of(a, subject);
    case RS_SUBJECT_STATIC:
        global = find_global(a, subject->global);
        return global == NULL ? rs_av_unknown() : rs_av_sym(rs_state_global(a->state, global));
    case RS_SUBJECT_NEW:
        return new_of(a, subject);
    case RS_SUBJECT_BORROWED:
        from = argument(a, subject->arg);
        sym = rs_state_sym(a->state, RS_SYM_BORROWED, a->call);
        a->state->syms.items[sym].parent = from.kind == RS_AV_SYM ? from.sym : RS_NONE;
        a->state->syms.items[sym].null = subject->null;
        a->state->syms.items[sym].flags = RS_F_FAIL_ERR | RS_F_MISS;
        a->state->syms.items[sym].api = a->callee;
        return rs_av_sym(sym);
    case RS_SUBJECT_MEMORY:
        sym = rs_state_sym(a->state, RS_SYM_MEMORY, a->call);
        a->state->syms.items[sym].null = subject->null;
        a->state->syms.items[sym].flags = RS_F_FOREVER | RS_F_FAIL_ERR | RS_F_MISS;
        a->state->syms.items[sym].api = a->callee;
        return rs_av_sym(sym);
    default:
        if (!pointer && subject->null != RS_NONNULL)
            return any_integer(a);
        sym = rs_state_sym(a->state, RS_SYM_OPAQUE, a->call);
        a->state->syms.items[sym].null = subject->null;
        a->state->syms.items[sym].flags = RS_F_UNCERTAIN | RS_F_FAIL_ERR | RS_F_MISS;
        return rs_av_sym(sym);
    }
}

/* Whether the way fits what the caller knows of the arguments. */
static bool fits(struct applying *a, unsigned nargs)
{
    for (unsigned i = 0; i < nargs && i < RS_SUMMARY_ARGS; i++) {
        const struct rs_subject *need = &a->way->args[i];
        struct rs_av value = argument(a, (int)i);

        if (need->kind == RS_SUBJECT_INT) {
            if (value.kind == RS_AV_INT && (value.number < need->offset || value.number > need->high ||
                                            (value.number == 0 && need->null == RS_NONNULL)))
                return false;
            if (value.kind == RS_AV_SYM && value.sym != RS_NONE && a->state->syms.items[value.sym].kind == RS_SYM_INT) {
                if (!rs_refine_range(a->flow, a->state, value.sym, need->offset, need->high))
                    return false;
                if (need->null == RS_NONNULL)
                    a->state->syms.items[value.sym].null = RS_NONNULL;
            }
            continue;
        }
        if (rs_kinds_is_refusal(a->flow, value, a->way, i))
            return false;
        if (value.kind == RS_AV_SYM && value.number == 0 && a->way->excluded[i] != 0 &&
            !rs_kinds_restrict(&a->state->syms.items[value.sym], a->way->excluded[i]))
            return false;
        if (need->null == RS_MAYBE)
            continue;
        if (value.kind == RS_AV_INT && (value.number == 0) != (need->null == RS_NULL))
            return false;
        if (value.kind == RS_AV_SYM && value.number != 0 && need->null == RS_NULL)
            return false;
        if (value.kind == RS_AV_SYM && value.number == 0 &&
            !rs_refine_null(a->flow, a->state, value.sym, need->null == RS_NULL))
            return false;
    }
    return true;
}

/* Whether the way fits what the arguments have answered to questions before; what it tells of them is known from now
 * on.
 */
static bool fits_facts(struct applying *a)
{
    for (unsigned i = 0; i < a->way->nfacts; i++) {
        struct rs_av value = argument(a, a->way->facts[i].arg);

        if (value.kind == RS_AV_SYM && value.number == 0 &&
            !rs_question_agrees(a->flow, a->state, value.sym, &a->way->facts[i], a->call))
            return false;
    }
    return true;
}

/* Whether the way fits what the caller knows of a member; it learns from it. */
static bool fits_member(struct applying *a, const struct rs_subject *subject)
{
    bool member =
        (subject->kind == RS_SUBJECT_FIELD || subject->kind == RS_SUBJECT_GLOBAL) && subject->null != RS_MAYBE;
    struct rs_av value = member ? content_of(a, subject) : rs_av_unknown();

    if (value.kind == RS_AV_INT)
        return (value.number == 0) == (subject->null == RS_NULL);
    if (value.kind != RS_AV_SYM)
        return true;
    if (value.number != 0)
        return subject->null == RS_NONNULL;
    return rs_refine_null(a->flow, a->state, value.sym, subject->null == RS_NULL);
}

/* Whether the way fits what the caller knows of the error indicator. Where it knows nothing, that the callee looks
 * whether there is an exception does not mean that there may be none. */
static bool fits_error(struct applying *a)
{
    if (a->way->entry == RS_ENTRY_OPEN || (a->way->entry == RS_ENTRY_CLEAR && a->state->err == RS_ERR_UNKNOWN))
        return true;
    return rs_error_refine(a->flow, a->state, a->way->entry == RS_ENTRY_SET);
}

/* A static variable of a C++ function is initialised once, behind its guard: a way that does so is not taken again. */
static bool fits_guards(struct applying *a)
{
    for (unsigned i = 0; i < a->way->nstores; i++) {
        const struct rs_subject *where = &a->way->stores[i].where;
        struct rs_av place = where->kind == RS_SUBJECT_GLOBAL && rs_ir_is_guarded(a->flow->ir, where->global)
                                 ? place_of(a, where)
                                 : rs_av_unknown();
        const struct rs_cell *cell = place.kind == RS_AV_SYM ? rs_memory_cell(a->state, place.sym, place.number) : NULL;

        if (cell != NULL && cell->stored)
            return false;
    }
    return true;
}

static bool fits_memory(struct applying *a)
{
    if (!fits_guards(a))
        return false;
    for (unsigned i = 0; i < a->way->nrefs; i++)
        if (!fits_member(a, &a->way->refs[i].who))
            return false;
    return fits_member(a, &a->way->result);
}

static void change_references(struct applying *a, bool release)
{
    for (unsigned i = 0; i < a->way->nrefs; i++) {
        const struct rs_ref_change *ref = &a->way->refs[i];

        if (ref->who.kind == RS_SUBJECT_NEW)
            continue;
        for (int k = ref->owned; !release && k > 0; k--)
            rs_refs_acquire(a->flow, a->state, a->refs[i], a->call);
        for (int k = ref->owned; release && k < 0; k++)
            rs_refs_release(a->flow, a->state, a->refs[i], a->call);
        if (release && ref->uncertain && ref->who.kind == RS_SUBJECT_FIELD)
            rs_closure_hide(a->state, a->refs[i]);
        else if (release && ref->uncertain)
            rs_refs_unknown(a->state, a->refs[i]);
    }
}

/* The callee hands on a result that nobody has asked yet whether it is a failure. */
static void convert(struct applying *a, struct rs_av result)
{
    if (result.kind == RS_AV_SYM && a->state->syms.items[result.sym].kind != RS_SYM_INT) {
        a->state->syms.items[result.sym].flags |= RS_F_FAIL_ERR;
        rs_refine_fallible(a->state, result.sym);
        return;
    }
    if (result.kind == RS_AV_SYM) {
        a->state->syms.items[result.sym].flags |= RS_F_FAIL_INT | RS_F_FAIL_ERR | RS_F_MISS;
        a->state->syms.items[result.sym].fail = -1;
        rs_refine_fallible(a->state, result.sym);
    }
    if (a->state->err != RS_ERR_SET && !rs_call_compared(a->call)) {
        a->state->pending = true;
        a->state->pending_at = a->call;
    }
}

/* Whether the callee's result is that of success: an exception that comes along is its own mistake. */
static bool has_succeeded(const struct applying *a, struct rs_av result, bool pointer)
{
    if (pointer)
        return result.kind == RS_AV_SYM;
    return LLVMGetTypeKind(LLVMTypeOf(a->call)) == LLVMIntegerTypeKind &&
           (result.kind != RS_AV_INT || (result.number >= 0 && a->unmarked));
}

/* What a callee stores through an address that it was given: of a member of which only the caller knows the name. */
static void store_through(struct applying *a, const struct rs_store_change *store, struct rs_av place,
                          struct rs_av value)
{
    bool named = store->key == 0 && store->where.kind == RS_SUBJECT_FIELD && store->where.offset == 0 &&
                 store->where.arg >= 0 && (unsigned)store->where.arg < LLVMGetNumArgOperands(a->call);
    LLVMValueRef pointer = named ? LLVMGetOperand(a->call, (unsigned)store->where.arg) : NULL;
    uint64_t key = named ? rs_memory_key(a->flow->ir, pointer, NULL, NULL) : store->key;

    if (named && key != 0)
        rs_memory_overwrite(a->flow, a->state, place, pointer, key, value, a->call);
    rs_memory_assign(a->flow, a->state, place.sym, place.number, key, value, a->call);
}

static void apply_way(struct applying *a)
{
    struct rs_av values[RS_CASE_STORES], result;
    bool pointer = LLVMGetTypeKind(LLVMTypeOf(a->call)) == LLVMPointerTypeKind;

    if (!a->own)
        rs_trail_step(a->flow, a->state, (struct rs_trail){.kind = RS_STEP_WAY, .at = a->call, .way = a->way});

    for (unsigned i = 0; i < a->way->nrefs; i++)
        a->refs[i] =
            a->way->refs[i].who.kind == RS_SUBJECT_NEW ? rs_av_unknown() : value_of(a, &a->way->refs[i].who, true);
    for (unsigned i = 0; i < a->way->nstores; i++)
        values[i] = value_of(a, &a->way->stores[i].what, false);
    result = value_of(a, &a->way->result, pointer);
    if (result.kind == RS_AV_SYM && result.number == 0)
        a->state->syms.items[result.sym].excluded |= a->way->result_excluded;
    change_references(a, false);
    for (unsigned i = 0; i < a->way->nstores; i++) {
        struct rs_av place = place_of(a, &a->way->stores[i].where);
        if (place.kind == RS_AV_SYM)
            store_through(a, &a->way->stores[i], place, values[i]);
        else
            rs_refs_unknown(a->state, values[i]);
        if (a->way->thrown) /* it may belong to an object that was never finished */
            rs_refs_unknown(a->state, values[i]);
    }
    change_references(a, true);
    /* a structure that is returned may say in one of its members that there is an exception */
    if (LLVMGetTypeKind(LLVMTypeOf(a->call)) == LLVMStructTypeKind && a->state->err == RS_ERR_CLEAR)
        a->state->err = RS_ERR_UNKNOWN;
    /* a failure without an exception is the callee's own affair, or one that the analysis did not see */
    if (pointer && a->way->err == RS_ERR_CLEAR && result.kind == RS_AV_INT && a->state->err == RS_ERR_CLEAR &&
        a->way->err_at != NULL && a->by_convention)
        a->state->lacking = a->way->err_at, a->state->lacking_at = a->call;
    else if (a->way->err == RS_ERR_CLEAR && result.kind == RS_AV_INT && (pointer || result.number < 0 || a->failing) &&
             a->state->err == RS_ERR_CLEAR)
        a->state->err = RS_ERR_UNKNOWN;
    if (pointer && result.kind == RS_AV_INT)
        rs_trail_add(
            a->flow, a->state, a->call,
            (struct rs_trail){.format = "%s returns NULL", .name = a->callee, .memory = rs_trail_is_memory(a->state)});
    if (a->way->err != RS_ERR_CLEAR || a->way->entry == RS_ENTRY_SET) { /* what it found is dealt with */
        bool doubted = a->way->err == RS_ERR_SET &&
                       (a->ambiguous || (pointer && result.kind == RS_AV_INT && rs_belief_never_null(a->call)));

        if (a->state->err != RS_ERR_SET)
            a->state->err_at = has_succeeded(a, result, pointer) && a->way->err_at != NULL ? a->way->err_at : a->call;
        a->state->err = a->state->err == RS_ERR_SET && a->way->entry != RS_ENTRY_SET ? RS_ERR_SET
                        : doubted                                                    ? RS_ERR_UNKNOWN
                                                                                     : a->way->err;
        /* what it found it puts back: as little is known as before */
        if (a->unasked && a->way->entry == RS_ENTRY_SET && a->way->err == RS_ERR_SET)
            a->state->err = RS_ERR_UNKNOWN;
        a->state->err_sym = RS_NONE;
        a->state->vague = false;
        a->state->pending = false;
    }
    if (a->way->converts)
        convert(a, result);
    rs_call_result(a->flow, a->state, a->call, a->way->thrown ? rs_av_unknown() : result);
    a->state->thrown = a->way->thrown;
}

/* What the members of an object hold may have been released and replaced. */
static void doubt_members(struct rs_state *state, struct rs_av object)
{
    for (size_t i = 0; i < state->syms.count && object.kind == RS_AV_SYM; i++)
        if (state->syms.items[i].kind == RS_SYM_LOADED && state->syms.items[i].parent == object.sym)
            state->syms.items[i].flags |= RS_F_UNCERTAIN;
}

/* Some ways of the callee are not known: its arguments may have gone anywhere. */
static void apply_incomplete(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, bool foreign)
{
    int32_t sym;

    rs_closure_runs(state);
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        struct rs_av value = rs_eval(flow, state, LLVMGetOperand(call, i));

        rs_refs_unknown(state, value);
        doubt_members(state, value);
    }
    state->vague = foreign && (state->err == RS_ERR_CLEAR || state->vague);
    state->err = state->err == RS_ERR_SET && foreign ? RS_ERR_SET : RS_ERR_UNKNOWN;
    state->err_sym = RS_NONE;
    state->pending = false;
    if (LLVMGetTypeKind(LLVMTypeOf(call)) != LLVMPointerTypeKind) {
        rs_call_result(flow, state, call, rs_av_unknown());
        return;
    }
    sym = rs_state_sym(state, RS_SYM_OPAQUE, call);
    state->syms.items[sym].flags = RS_F_UNCERTAIN;
    rs_call_result(flow, state, call, rs_av_sym(sym));
}

static bool same_subject(const struct rs_subject *a, const struct rs_subject *b)
{
    return a->kind == b->kind && a->arg == b->arg && a->offset == b->offset &&
           (a->global == b->global || (a->global != NULL && b->global != NULL && strcmp(a->global, b->global) == 0));
}

/* Whether the way leaves the subject's references alone though it is an object there. */
static bool leaves(const struct rs_case *way, const struct rs_subject *who)
{
    for (unsigned i = 0; i < way->nrefs; i++)
        if (same_subject(&way->refs[i].who, who) && (way->refs[i].owned != 0 || way->refs[i].who.null == RS_NULL))
            return false;
    return who->kind != RS_SUBJECT_ARG ||
           (who->arg >= 0 && who->arg < RS_SUMMARY_ARGS && way->args[who->arg].null != RS_NULL);
}

/* Where two ways that end alike differ in whether they release an object, a condition that is not known here decides
 * ("release it if it is no borrowed one"): it is the callee's business. */
static void doubt_conditional(struct applying *a, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned r = 0; r < a[i].way->nrefs; r++) {
            const struct rs_ref_change *ref = &a[i].way->refs[r];

            for (unsigned k = 0; k < count && ref->owned < 0 && ref->who.kind != RS_SUBJECT_NEW; k++) {
                bool alike = k != i && a[k].way->err == a[i].way->err && a[k].way->thrown == a[i].way->thrown &&
                             memcmp(&a[k].way->result, &a[i].way->result, sizeof(ref->who)) == 0;

                if (!alike || !leaves(a[k].way, &ref->who))
                    continue;
                rs_refs_unknown(a[i].state, value_of(&a[i], &ref->who, true));
                rs_refs_unknown(a[k].state, value_of(&a[k], &ref->who, true));
            }
        }
}

static int change_of(const struct rs_case *way, const struct rs_subject *who)
{
    for (unsigned i = 0; i < way->nrefs; i++)
        if (way->refs[i].who.kind == who->kind && way->refs[i].who.arg == who->arg)
            return way->refs[i].owned;
    return 0;
}

static bool keeps(const struct rs_case *way, const struct rs_subject *who)
{
    for (unsigned i = 0; i < way->nstores; i++)
        if (way->stores[i].what.kind == who->kind && way->stores[i].what.arg == who->arg)
            return true;
    return false;
}

static bool is_object(const struct rs_subject *what)
{
    return what->kind == RS_SUBJECT_NEW || (what->kind == RS_SUBJECT_ARG && what->offset == 0);
}

/* Likewise where one of two ways that end alike, and count alike, puts an object into a place and the other does not
 * ("link it behind the node before, if there is one"): whether something holds it is the callee's business. */
static void doubt_unkept(const struct applying *a, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned s = 0; s < a[i].way->nstores; s++) {
            const struct rs_subject *what = &a[i].way->stores[s].what;

            for (unsigned k = 0; k < count && is_object(what); k++) {
                bool alike =
                    k != i && a[k].way->err == a[i].way->err && a[k].way->thrown == a[i].way->thrown &&
                    a[k].way->result.kind == a[i].way->result.kind &&
                    (a[k].way->result.kind == RS_SUBJECT_NEW || a[k].way->result.offset == a[i].way->result.offset);
                struct rs_av value = what->kind == RS_SUBJECT_ARG ? argument(&a[k], what->arg) : a[k].fresh[what->arg];

                if (alike && value.kind == RS_AV_SYM && !keeps(a[k].way, what) &&
                    change_of(a[k].way, what) == change_of(a[i].way, what))
                    a[k].state->syms.items[value.sym].flags |= RS_F_LODGED;
            }
        }
}

/* Whether the exception is that of a call of Python's that failed, not one that the callee sets by its own judgement.
 */
static bool is_of_call(const struct applying *a)
{
    LLVMValueRef callee = a->way->err_at == NULL ? NULL : rs_ir_callee(a->way->err_at);

    return callee != NULL && rs_ir_contract(a->flow->ir, callee) != NULL &&
           strncmp(rs_ir_api_name(a->flow->ir, callee), "PyErr_", 6) != 0;
}

static bool can_be(const struct rs_subject *result, int64_t number)
{
    return result->kind != RS_SUBJECT_INT ||
           (result->offset <= number && number <= result->high && !(number == 0 && result->null == RS_NONNULL));
}

/* Whoever takes one result for a refusal with an exception and for an answer without has looked at it, and goes by what
 * else it knows: which of the two it is does not show. */
static void doubt_exceptions(struct applying *a, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < count; k++) {
            bool number = a[i].way->result.kind == RS_SUBJECT_INT &&
                          memcmp(&a[i].way->result, &a[k].way->result, sizeof(a[i].way->result)) == 0,
                 refusal = number && a[i].way->result.high < 0;
            bool without = a[k].way->err == RS_ERR_CLEAR || (refusal && a[k].way->err == RS_ERR_UNKNOWN),
                 alike = number && a[i].way->err == RS_ERR_SET && without && !a[k].way->converts && !a[k].way->thrown;

            a[i].failing = a[i].failing || (number && a[i].way->result.offset != 0 && a[i].way->err == RS_ERR_CLEAR &&
                                            a[k].way->err == RS_ERR_SET && !a[k].way->thrown);
            a[i].unmarked = a[i].unmarked || (a[k].way->err != RS_ERR_SET && !a[k].way->thrown &&
                                              can_be(&a[k].way->result, a[i].way->result.offset));
            a[i].ambiguous =
                a[i].ambiguous || (alike && LLVMGetFirstUse(a[i].call) != NULL && (refusal || !is_of_call(&a[i])));
        }
}

/* Whether NULL without an exception is a failure that was forgotten: other ways that give NULL set one, and there are
 * ways that give an object. What always gives NULL, or leaves it to its callers to raise, says nothing by it. */
static bool fails_by_null(const struct rs_summary *summary)
{
    bool raises = false, answers = false;

    for (unsigned i = 0; i < summary->ncases; i++) {
        const struct rs_case *way = &summary->cases[i];
        bool null = way->result.kind == RS_SUBJECT_NULL ||
                    (way->result.kind == RS_SUBJECT_INT && way->result.offset == 0 && way->result.high == 0);

        raises = raises || (null && !way->thrown && way->err == RS_ERR_SET);
        answers = answers || (!null && !way->thrown);
    }
    return raises && answers;
}

/* Whether a number that the caller chose decides that the function goes this way. */
static bool is_chosen(const struct rs_case *way)
{
    for (unsigned i = 0; i < RS_SUMMARY_ARGS; i++)
        if (way->args[i].kind == RS_SUBJECT_INT)
            return true;
    return false;
}

/* Whether the callee's own code never looks at that argument: what it points to may be gone. */
static bool is_unread(LLVMValueRef call, unsigned index)
{
    LLVMValueRef callee = rs_ir_callee(call);

    return callee != NULL && LLVMGetFirstBasicBlock(callee) != NULL && index < LLVMCountParams(callee) &&
           LLVMGetFirstUse(LLVMGetParam(callee, index)) == NULL;
}

void rs_call_summary(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *callee,
                     const struct rs_summary *summary, struct rs_states *out)
{
    struct applying fitting[RS_CASES];
    unsigned count = 0;
    bool by_null = fails_by_null(summary);

    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
        if (LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(call, i))) == LLVMPointerTypeKind && !is_unread(call, i))
            rs_refs_use(flow, state, rs_eval(flow, state, LLVMGetOperand(call, i)), call, callee);
    if (summary->runs) {
        rs_refs_run(flow, state, call, callee);
        flow->summary->runs = true;
    }
    if (summary->incomplete) {
        apply_incomplete(flow, state, call, summary->foreign);
        rs_states_add(flow, out, state);
        return;
    }
    for (unsigned i = 0; i < summary->ncases; i++) {
        struct applying *a = &fitting[count];

        *a = (struct applying){.flow = flow,
                               .state = rs_state_copy(state),
                               .call = call,
                               .way = &summary->cases[i],
                               .callee = callee,
                               .own = summary == flow->summary,
                               .by_convention = by_null && !is_chosen(&summary->cases[i]),
                               .unasked = state->err == RS_ERR_UNKNOWN};
        if (!fits(a, summary->nargs) || !fits_facts(a) || !fits_memory(a) || !fits_error(a))
            rs_state_close(a->state);
        else
            count++;
    }
    doubt_conditional(fitting, count);
    doubt_exceptions(fitting, count);
    for (unsigned i = 0; i < count; i++)
        apply_way(&fitting[i]);
    doubt_unkept(fitting, count);
    for (unsigned i = 0; i < count; i++) {
        rs_closure_apply(flow, fitting[i].state, call, summary);
        rs_states_add(flow, out, fitting[i].state);
    }
    rs_state_close(state);
}
