/* See verdict.h. */
#include "verdict/verdict.h"

#include <string.h>

#include "contract/contract.h"
#include "verdict/internal.h"
#include "verdict/words.h"

enum { FLAG_HEAPTYPE = 1 << 9, RETURNS_MAX = 3 };

/* As the author wrote it: PY_SSIZE_T_CLEAN makes _PyArg_ParseTuple_SizeT of PyArg_ParseTuple. */
static const char *spoken(const struct judge *j, const char *name)
{
    size_t length = strlen(name), suffix = strlen("_SizeT");

    if (name[0] != '_' || length <= suffix + 1 || strcmp(name + length - suffix, "_SizeT") != 0)
        return name;
    return rs_arena_printf(&j->report->arena, "%.*s", (int)(length - suffix - 1), name + 1);
}

static void name_event(const struct judge *j, const struct rs_event *event, struct rs_place *place)
{
    if (!j->names->place(j->names->context, j->books, event->pc, event->function, event->is_entry, &j->report->arena,
                         place) &&
        event->function != 0)
        j->names->place(j->names->context, j->books, event->function, 0, true, &j->report->arena, place);
    place->api = event->contract != NULL && event->kind != RS_EVENT_ARGUMENT && event->kind != RS_EVENT_RETURN
                     ? spoken(j, event->contract->name)
                     : NULL;
}

static void name_python(const struct judge *j, struct rs_finding *f, const struct rs_event *event)
{
    struct rs_line line = {0};

    if (event->code == RS_NO_CODE || f->python.count > 0)
        return;
    j->names->python(j->names->context, j->books, event->code, event->instr, &j->report->arena, &line);
    *RS_PUSH(&f->python) = line;
}

static enum rs_step_kind step_kind(const struct rs_event *event)
{
    static const enum rs_step_kind kinds[] = {
        [RS_EVENT_CREATE] = RS_STEP_CREATE,   [RS_EVENT_ACQUIRE] = RS_STEP_ACQUIRE,
        [RS_EVENT_RELEASE] = RS_STEP_RELEASE, [RS_EVENT_BORROW] = RS_STEP_BORROW,
        [RS_EVENT_STEAL] = RS_STEP_STEAL,     [RS_EVENT_ARGUMENT] = RS_STEP_ARGUMENT,
        [RS_EVENT_RETURN] = RS_STEP_RETURN,   [RS_EVENT_FREE] = RS_STEP_FREE,
        [RS_EVENT_TOUCH] = RS_STEP_TOUCH,
    };

    return kinds[event->kind];
}

static void add_step(const struct judge *j, struct rs_finding *f, const struct rs_event *event)
{
    struct rs_step *step = RS_PUSH(&f->history);

    memset(step, 0, sizeof(*step));
    step->seq = event->seq;
    step->kind = step_kind(event);
    step->delta = event->delta;
    step->refcount = event->count;
    step->balance = event->balance;
    step->times = event->times;
    name_event(j, event, &step->place);
    step->api = step->place.api;
    step->place.api = NULL;
}

/* Pairs last-in-first-out, as the books do. */
static void pair_steps(struct rs_finding *f)
{
    for (size_t i = 0; i < f->history.count; i++) {
        struct rs_step *release = &f->history.items[i];

        for (size_t k = i; release->delta == -1 && release->times == 1 && k > 0; k--) {
            struct rs_step *acquire = &f->history.items[k - 1];

            if (acquire->delta != 1 || acquire->times != 1 || acquire->paired_with != 0)
                continue;
            acquire->paired_with = release->seq;
            release->paired_with = acquire->seq;
            break;
        }
    }
}

/* The call during which the object's memory was freed. */
static struct rs_event killer(const struct rs_fact *fact)
{
    return (struct rs_event){.seq = fact->object.died_at,
                             .pc = fact->object.killer_pc,
                             .call = fact->object.killer_call,
                             .contract = fact->object.killer_contract,
                             .code = RS_NO_CODE,
                             .count = 0,
                             .times = 1,
                             .kind = RS_EVENT_FREE};
}

static void add_history(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact)
{
    const struct rs_account *account = &fact->account[0];

    if (fact->accounts > 0)
        for (unsigned n = 0; n < rs_ledger_kept(account); n++)
            add_step(j, f, rs_ledger_event(account, n));
    if (fact->has_object && fact->object.dead && fact->object.killer_pc != 0) {
        struct rs_event freed = killer(fact);

        add_step(j, f, &freed);
    }
    if (fact->has_event && fact->event.kind == RS_EVENT_TOUCH)
        add_step(j, f, &fact->event);
    pair_steps(f);
}

static void describe_object(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact)
{
    const struct rs_type *type = rs_ledger_type(j->books, fact->object.type), *itself;

    f->object.refcount = fact->object.count;
    f->object.address = fact->object.address;
    if (type == NULL)
        return;
    f->object.type = rs_arena_strdup(&j->report->arena, type->name);
    f->object.name = rs_arena_printf(&j->report->arena, "%s#%llu", type->name, (unsigned long long)fact->object.serial);
    itself = rs_ledger_type(j->books, fact->object.address);
    if (itself != NULL) /* the object is a type: its own name says more than "type" */
        f->object.name = rs_arena_printf(&j->report->arena, "type %s", itself->name);
}

/* The event before `negative` from which the belief came that a reference was owned. */
static const struct rs_event *belief_before(const struct rs_account *account, const struct rs_event *negative,
                                            enum rs_event_kind kind)
{
    const struct rs_event *found = NULL;

    for (unsigned n = 0; n < rs_ledger_kept(account); n++) {
        const struct rs_event *event = rs_ledger_event(account, n);

        if (event->seq < negative->seq && event->kind == kind)
            found = event;
    }
    return found;
}

/* Whether the family took a reference in the call in which it had got the pointer. */
static bool acquired_in(const struct rs_account *account, uint64_t call)
{
    for (unsigned n = 0; n < rs_ledger_kept(account); n++)
        if (rs_ledger_event(account, n)->call == call && rs_ledger_event(account, n)->delta > 0)
            return true;
    return false;
}

static void judge_deficit(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact)
{
    const struct rs_account *account = &fact->account[0];
    const struct rs_event *negative = &account->negative;
    const struct rs_event *steal = belief_before(account, negative, RS_EVENT_STEAL);
    const struct rs_event *borrow = belief_before(account, negative, RS_EVENT_BORROW);
    const struct rs_event *argument = belief_before(account, negative, RS_EVENT_ARGUMENT), *belief = borrow;

    if (negative->kind == RS_EVENT_RETURN)
        f->rule = RS_RULE_RS102;
    else if (negative->kind == RS_EVENT_RELEASE && steal != NULL && steal->call == negative->call) {
        f->rule = RS_RULE_RS104;
        belief = steal;
    } else if (borrow != NULL && borrow->call != negative->call && !acquired_in(account, borrow->call))
        f->rule = RS_RULE_RS103;
    else
        f->rule = RS_RULE_RS101;
    if (belief == NULL || (argument != NULL && argument->seq > belief->seq))
        belief = argument != NULL && argument != negative ? argument : belief;
    name_event(j, negative, &f->culprit);
    f->culprit.api = NULL;
    name_python(j, f, negative);
    if (belief != NULL) {
        f->has_belief = true;
        name_event(j, belief, &f->belief);
    }
}

/* What the family did last with the object before the memory was freed, if it was the last of all families: an event of
 * that kind. */
static const struct rs_event *own_last(const struct rs_fact *fact, enum rs_event_kind kind)
{
    for (unsigned i = 0; i < fact->accounts; i++) {
        const struct rs_event *last = rs_ledger_latest(&fact->account[i]);

        if (fact->account[i].family == fact->object.last_family && fact->object.last_family == fact->event.family &&
            last != NULL && last->kind == kind)
            return last;
    }
    return NULL;
}

/* How many references more the family had after that call than before. */
static int64_t net_of(const struct rs_fact *fact, uint64_t call)
{
    int64_t net = 0;

    for (unsigned i = 0; i < fact->accounts; i++) {
        const struct rs_account *account = &fact->account[i];

        for (unsigned n = 0; account->family == fact->event.family && n < rs_ledger_kept(account); n++)
            if (rs_ledger_event(account, n)->call == call)
                net += (int64_t)rs_ledger_event(account, n)->delta * rs_ledger_event(account, n)->times;
    }
    return net;
}

/* The object comes in to be ended: nobody keeps a pointer to it from there. */
static bool is_taking_apart(const struct rs_event *event)
{
    return event->contract != NULL && strcmp(event->contract->name, "tp_dealloc") == 0;
}

/* Where the family that used the dead object had got the pointer from without a reference: the call that lent it, or
 * where nothing says that (macros, Cython's arguments), the last that the family did with it in an earlier call. */
static const struct rs_event *last_borrow(const struct rs_fact *fact)
{
    const struct rs_event *lent = NULL, *earlier = NULL;

    for (unsigned i = 0; i < fact->accounts; i++) {
        const struct rs_account *account = &fact->account[i];

        for (unsigned n = 0; account->family == fact->event.family && n < rs_ledger_kept(account); n++) {
            const struct rs_event *event = rs_ledger_event(account, n);
            bool handed_in = event->kind == RS_EVENT_ARGUMENT && !is_taking_apart(event);

            if (event->kind == RS_EVENT_BORROW || handed_in)
                lent = event;
            if (event->call != fact->event.call)
                earlier = event;
        }
    }
    return lent != NULL ? lent : earlier;
}

/* A call returned what the family had kept for itself: its balance is even, and its pointer is stale. */
static void judge_gift(const struct judge *j, struct rs_finding *f, const struct rs_event *gave,
                       const struct rs_event *kept)
{
    f->rule = RS_RULE_RS102;
    name_event(j, gave, &f->culprit);
    f->culprit.api = NULL;
    name_python(j, f, gave);
    if (kept != NULL) {
        f->has_belief = true;
        name_event(j, kept, &f->belief);
    }
}

/* The family's last release before the object was used. Where it is one of Cython's own, at a function's end, those are
 * right by construction: then one that the author wrote in the same call, if there is any. */
static void name_release(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact,
                         const struct rs_event *release)
{
    f->has_belief = true;
    name_event(j, release, &f->belief);
    for (unsigned i = 0; i < fact->accounts; i++) {
        const struct rs_account *account = &fact->account[i];

        for (unsigned n = account->family == release->family ? rs_ledger_kept(account) : 0;
             n > 0 && f->belief.pyx_file == NULL; n--) {
            const struct rs_event *event = rs_ledger_event(account, n - 1);
            struct rs_place place = {0};

            if (event->kind != RS_EVENT_RELEASE || event->call != release->call)
                continue;
            name_event(j, event, &place);
            if (place.pyx_file != NULL)
                f->belief = place;
        }
    }
}

/* Who kept the pointer is to blame, not the function that found it in memory later and only used it. */
static void name_keeper(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact,
                        const struct rs_event *borrow)
{
    f->victim = f->culprit;
    f->has_victim = true;
    f->culprit = f->belief;
    f->culprit.api = NULL;
    f->python.count = 0;
    name_python(j, f, borrow);
    if (f->python.count == 0)
        name_python(j, f, &fact->event);
}

static void judge_use(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact)
{
    const struct rs_event *release = own_last(fact, RS_EVENT_RELEASE), *steal = own_last(fact, RS_EVENT_STEAL);
    const struct rs_event *gave = own_last(fact, RS_EVENT_RETURN);
    const struct rs_event *borrow = last_borrow(fact);
    struct rs_event freed = killer(fact);

    if (gave != NULL && gave->call != fact->event.call && net_of(fact, gave->call) < 0) {
        judge_gift(j, f, gave, borrow);
        return;
    }
    f->rule = RS_RULE_RS105;
    name_event(j, &fact->event, &f->culprit);
    f->culprit.api = NULL;
    name_python(j, f, &fact->event);
    if (steal != NULL && steal->call == fact->event.call) {
        f->rule = fact->event.delta < 0 ? RS_RULE_RS104 : RS_RULE_RS105;
        f->has_belief = true;
        name_event(j, steal, &f->belief);
    } else if (release != NULL &&
               (release->call == fact->event.call || (borrow != NULL && net_of(fact, borrow->call) > 0))) {
        name_release(j, f, fact, release);
    } else if (borrow != NULL && borrow->call != fact->event.call) { /* kept from an earlier call */
        f->rule = RS_RULE_RS103;
        f->has_belief = true;
        name_event(j, borrow, &f->belief);
        if (fact->event.delta >= 0 && borrow->function != fact->event.function &&
            (borrow->kind == RS_EVENT_BORROW || borrow->kind == RS_EVENT_ARGUMENT))
            name_keeper(j, f, fact, borrow);
    } else if (freed.contract != NULL && freed.call == fact->event.call && freed.call != 0) {
        f->rule = RS_RULE_RS106;
        f->has_belief = true;
        name_event(j, &freed, &f->belief);
        f->belief.api = freed.contract->name;
    }
}

static bool is_definite(const struct rs_fact *fact)
{
    return fact->accounts > 0 && fact->account[0].has_negative && fact->account[0].hi < 0 && !fact->account[0].unsure;
}

static struct rs_finding *open_finding(const struct judge *j, enum rs_rule rule, const struct rs_fact *fact)
{
    struct rs_finding *f = rs_report_add(j->report, rule);

    f->count = fact->count;
    f->process = j->books->pid;
    f->object.refcount = -1;
    if (fact->has_object)
        describe_object(j, f, fact);
    return f;
}

/* The event says which function returned the reference, not by which statement: where only few come into question, the
 * culprit is the first of them instead of the function's head. Returns how many. */
static size_t name_returns(const struct judge *j, struct rs_finding *f, const struct rs_event *event,
                           struct rs_place *places)
{
    size_t count = j->names->returns != NULL ? j->names->returns(j->names->context, j->books, event->pc,
                                                                 &j->report->arena, places, RETURNS_MAX)
                                             : 0;

    if (count == 0 || count > RETURNS_MAX)
        return 0;
    f->culprit.file = places[0].file;
    f->culprit.line = places[0].line;
    f->culprit.pyx_file = places[0].pyx_file;
    f->culprit.pyx_line = places[0].pyx_line;
    return count;
}

static void close_finding(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact)
{
    const struct rs_rule_info *info = rs_rule_info(f->rule);
    struct rs_place places[RETURNS_MAX];
    const struct rs_account *account = &fact->account[0];
    const struct rs_event *returned = account->has_negative && account->negative.kind == RS_EVENT_RETURN
                                          ? &account->negative
                                          : own_last(fact, RS_EVENT_RETURN);
    size_t returns = f->rule == RS_RULE_RS102 && returned != NULL ? name_returns(j, f, returned, places) : 0;

    f->kind = info->kind;
    add_history(j, f, fact);
    rs_words_write(&j->report->arena, f, fact);
    if (returns > 1)
        rs_words_returns(&j->report->arena, f, places, returns);
}

static void add_fault_stack(const struct judge *j, struct rs_finding *f)
{
    struct rs_line lines[RS_STACK_MAX];
    size_t count = rs_judge_native(j, lines);

    for (size_t i = 0; i < count; i++)
        *RS_PUSH(&f->use) = lines[i];
    count = rs_judge_python(j, lines);
    for (size_t i = 0; i < count; i++)
        *RS_PUSH(&f->use) = lines[i];
}

/* A consequence on a dead object: proven where the books name a family that gave up what it never owned, or where the
 * module itself used the object after it had been freed. */
static void judge_death(const struct judge *j, const struct rs_fact *fact)
{
    struct rs_finding *f;
    bool definite = is_definite(fact),
         own_use = (fact->kind == RS_FACT_TOUCH && !fact->from_result) || fact->kind == RS_FACT_ZERO || fact->own_use;

    if (!definite && !own_use)
        return; /* somebody's object died too early, but nobody whom the books watch gave up too much */
    if (fact->object.before_fork)
        return;
    f = open_finding(j, RS_RULE_RS105, fact);
    /* what modules touch in their static destructors, when the interpreter has gone, is of another weight */
    f->confidence = definite || !fact->at_exit ? RS_PROVEN : RS_SUSPECT;
    if (definite)
        judge_deficit(j, f, fact);
    else
        judge_use(j, f, fact);
    if (definite && fact->has_event && fact->event.pc != fact->account[0].negative.pc) {
        f->has_victim = true;
        name_event(j, &fact->event, &f->victim);
    }
    if (fact->kind == RS_FACT_FAULT) {
        f->fatal = fact == &j->books->facts.items[j->books->fault_fact - 1];
        add_fault_stack(j, f);
    }
    close_finding(j, f, fact);
}

/* A reference that went into a container by a plain store, of an object that no event had brought: it may as well have
 * come out of another container by a plain load. */
static bool is_raw_move(const struct rs_account *account)
{
    return account->negative.contract != NULL && (account->negative.contract->flags & RS_MACRO) &&
           account->acquired == 0 && belief_before(account, &account->negative, RS_EVENT_BORROW) == NULL &&
           belief_before(account, &account->negative, RS_EVENT_ARGUMENT) == NULL;
}

static void judge_suspect(const struct judge *j, const struct rs_fact *fact)
{
    struct rs_finding *f;

    if (!is_definite(fact) || fact->object.before_fork || (fact->event.init && !fact->witnessed && !fact->starved))
        return; /* what happens once, while a module starts, is of little weight without a consequence */
    if ((is_raw_move(&fact->account[0]) || fact->unseen) && !fact->witnessed)
        return;
    f = open_finding(j, RS_RULE_RS101, fact);
    f->confidence = fact->witnessed || fact->starved ? RS_PROVEN : RS_SUSPECT;
    judge_deficit(j, f, fact);
    close_finding(j, f, fact);
}

/* Where the open acquisition is one of Cython's own, which it pairs with a release of its own: one that the author
 * wrote in the same call, if there is any. */
static void name_authors(const struct judge *j, const struct rs_fact *fact, struct rs_place *acquired)
{
    for (unsigned i = 0; i < fact->accounts && acquired->pyx_file == NULL; i++) {
        const struct rs_account *account = &fact->account[i];

        for (unsigned n = account->family == fact->event.family ? rs_ledger_kept(account) : 0;
             n > 0 && acquired->pyx_file == NULL; n--) {
            const struct rs_event *event = rs_ledger_event(account, n - 1);
            struct rs_place place = {0};

            if (event->delta <= 0 || event->call != fact->event.call)
                continue;
            name_event(j, event, &place);
            if (place.pyx_file != NULL)
                *acquired = place;
        }
    }
}

/* Who lost a reference is the function that acquired it, or the one to which a helper handed it. */
static void name_loser(const struct judge *j, struct rs_finding *f, const struct rs_fact *fact)
{
    const struct rs_event *event = &fact->event;
    struct rs_event call = *event;

    name_event(j, event, &f->belief);
    name_authors(j, fact, &f->belief);
    f->has_belief = true;
    f->culprit = f->belief;
    f->culprit.api = NULL;
    if (event->loser == 0)
        return;
    call.pc = event->loser;
    call.is_entry = false;
    call.contract = NULL;
    name_event(j, &call, &f->culprit);
}

/* Only the first deaths of a type tell what they leave behind: most of those have to agree. */
static bool is_left_behind(const struct rs_fact *fact)
{
    return fact->left_by != 0 && 2 * fact->left_count >= (fact->count < RS_TOLD_DEATHS ? fact->count : RS_TOLD_DEATHS);
}

static void judge_lost(const struct judge *j, const struct rs_fact *fact)
{
    bool type_reference = fact->event.is_entry && fact->event.kind == RS_EVENT_ACQUIRE;
    bool left = !type_reference && is_left_behind(fact);
    struct rs_finding *f = open_finding(j, type_reference ? RS_RULE_RS204 : left ? RS_RULE_RS203 : RS_RULE_RS201, fact);

    f->count = (uint64_t)fact->lost;
    f->confidence = fact->lost >= 2 ? RS_PROVEN : RS_SUSPECT;
    name_loser(j, f, fact);
    if (type_reference)
        f->belief.api = NULL;
    if (left)
        j->names->place(j->names->context, j->books, fact->left_by, 0, true, &j->report->arena, &f->culprit);
    name_python(j, f, &fact->event);
    close_finding(j, f, fact);
}

static void judge_memory(const struct judge *j, const struct rs_fact *fact)
{
    struct rs_finding *f = open_finding(j, RS_RULE_RS404, fact);

    f->count = (uint64_t)fact->lost;
    f->confidence = fact->lost >= 2 ? RS_PROVEN : RS_SUSPECT;
    name_loser(j, f, fact);
    name_python(j, f, &fact->event);
    close_finding(j, f, fact);
}

/* The tp_traverse of a type, as its method table named it. */
static uint64_t traverse_of(const struct rs_books *books, uint64_t type)
{
    for (size_t i = 0; i < books->roles.room; i++) {
        const struct rs_role *role = (const struct rs_role *)books->roles.places[i].value;

        if (books->roles.places[i].key != 0 && role->owner == type && role->contract != NULL &&
            strcmp(role->contract->name, "tp_traverse") == 0)
            return books->roles.places[i].key;
    }
    return 0;
}

/* What never dies: the census proves the drift, the books name the function. */
static void judge_drift(const struct judge *j, const struct rs_fact *fact)
{
    struct rs_finding *f = open_finding(j, fact->lost < 0 ? RS_RULE_RS101 : RS_RULE_RS201, fact);

    f->count = (uint64_t)(fact->lost < 0 ? -fact->lost : fact->lost);
    f->confidence = RS_PROVEN;
    if (fact->lost < 0) {
        judge_deficit(j, f, fact);
    } else {
        name_loser(j, f, fact);
        name_python(j, f, &fact->event);
    }
    close_finding(j, f, fact);
}

static void judge_cycle(const struct judge *j, const struct rs_fact *fact)
{
    uint64_t function = traverse_of(j->books, fact->owner_type);
    struct rs_finding *f;

    if (function == 0)
        return;
    f = open_finding(j, RS_RULE_RS205, fact);
    f->confidence = RS_PROVEN;
    j->names->place(j->names->context, j->books, function, 0, true, &j->report->arena, &f->culprit);
    f->has_belief = true;
    name_event(j, &fact->event, &f->belief);
    name_python(j, f, &fact->event);
    close_finding(j, f, fact);
}

static void judge_protocol(const struct judge *j, const struct rs_fact *fact, enum rs_rule rule)
{
    struct rs_finding *f = open_finding(j, rule, fact);

    f->confidence = RS_PROVEN;
    name_event(j, &fact->event, &f->culprit);
    f->culprit.api = NULL;
    name_python(j, f, &fact->event);
    if (fact->has_cause) {
        f->has_belief = true;
        name_event(j, &fact->cause, &f->belief);
    }
    close_finding(j, f, fact);
}

static void judge_traverse(const struct judge *j, const struct rs_fact *fact)
{
    uint64_t function = traverse_of(j->books, fact->owner_type);
    struct rs_finding *f;

    if (function == 0)
        return;
    f = open_finding(j, RS_RULE_RS303, fact);
    f->confidence = RS_PROVEN;
    j->names->place(j->names->context, j->books, function, 0, true, &j->report->arena, &f->culprit);
    close_finding(j, f, fact);
}

void rs_judge_event(const struct judge *j, const struct rs_event *event, struct rs_place *place)
{
    name_event(j, event, place);
}

bool rs_judge_story(const struct judge *j, const struct rs_fact *fact, struct rs_finding *f)
{
    describe_object(j, f, fact);
    add_history(j, f, fact);
    return !is_definite(fact);
}

void rs_verdict_judge(const struct rs_books *books, const struct rs_names *names, struct rs_report *report)
{
    const struct judge j = {books, names, report};

    for (size_t i = 0; i < books->facts.count; i++) {
        const struct rs_fact *fact = &books->facts.items[i];

        switch (fact->kind) {
        case RS_FACT_TOUCH:
        case RS_FACT_ZERO:
        case RS_FACT_POISON:
        case RS_FACT_WITNESS:
        case RS_FACT_FAULT:
            if (fact->has_object)
                judge_death(&j, fact);
            break;
        case RS_FACT_DEFICIT:
            judge_suspect(&j, fact);
            break;
        case RS_FACT_LOST:
            judge_lost(&j, fact);
            break;
        case RS_FACT_MEMORY:
            judge_memory(&j, fact);
            break;
        case RS_FACT_ERROR:
            judge_protocol(&j, fact, RS_RULE_RS302);
            break;
        case RS_FACT_GIL:
            judge_protocol(&j, fact, RS_RULE_RS301);
            break;
        case RS_FACT_DRIFT:
            judge_drift(&j, fact);
            break;
        case RS_FACT_CYCLE:
            judge_cycle(&j, fact);
            break;
        case RS_FACT_TRAVERSE:
            judge_traverse(&j, fact);
            break;
        default:
            break;
        }
    }
}
