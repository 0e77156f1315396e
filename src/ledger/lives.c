/* Births, deaths, censuses: what happens to objects apart from bookings. */
#include "ledger/internal.h"

#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"

enum { IMMORTAL_BIT = 31, DRIFT_LEAST = 16 };

void rs_books_on_object(struct rs_books *books, const struct rs_slot *record)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    struct rs_object *object = rs_books_object(books, record->a);

    if (object != NULL && object->shut && record->b == 0)
        return; /* still in its free list */
    object = rs_books_reborn(books, record->a, words[0], words[1]);
    object->count = record->b;
    object->immortal = books->python >= 0x030c && record->b >> IMMORTAL_BIT;
}

static void note_killer(struct rs_books *books, struct rs_object *object)
{
    const struct rs_thread *thread = books->thread;
    const struct rs_call_frame *top = thread->frames.count > 0 ? &thread->frames.items[thread->frames.count - 1] : NULL,
                               *call;

    if (top == NULL || top->entry == 0)
        return;
    call = thread->frames.count > top->entry ? &thread->frames.items[top->entry]
                                             : NULL; /* the first that the entry made */
    object->killer_call = top->call;
    object->killer_pc = call != NULL ? call->pc : 0;
    object->killer_contract = call != NULL ? call->contract : NULL;
}

void rs_books_on_free(struct rs_books *books, uint64_t address)
{
    struct rs_object *object = rs_books_object(books, address);
    uint64_t *code = rs_map_find(&books->code_at, address);

    if (code != NULL)
        rs_map_remove(&books->code_at, address);
    if (object == NULL)
        return;
    object->dead = true;
    if (!object->shut)
        object->died_at = books->seq;
    note_killer(books, object);
}

void rs_books_on_death(struct rs_books *books, uint64_t address)
{
    struct rs_object *object = rs_books_object(books, address);

    if (object == NULL)
        return;
    object->shut = true;
    object->died_at = books->seq;
    note_killer(books, object);
}

void rs_books_on_poison(struct rs_books *books, const struct rs_slot *record)
{
    struct rs_object *object = rs_books_object(books, record->a);
    struct rs_fact *fact;

    if (object == NULL)
        return;
    fact = rs_books_fact(books, RS_FACT_POISON, object, NULL);
    fact->event.delta = (int32_t)record->b;
}

static bool has_deficit(const struct rs_object *object)
{
    for (const struct rs_page *a = object->accounts; a != NULL; a = a->next)
        if (a->has_negative && a->hi < 0)
            return true;
    return false;
}

void rs_books_on_witness(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    struct rs_object *object = rs_books_object(books, record->a), *owner;
    struct rs_fact *fact;
    uint64_t *code, *past;

    if (object == NULL)
        return;
    past = rs_map_find(&books->deficit_at, record->a);
    if (!has_deficit(object) &&
        past != NULL) { /* the place has been used again since: the pointer is that of an earlier life */
        fact = &books->facts.items[*past - 1];
        fact->witnessed = true;
    } else {
        fact = rs_books_fact(books, RS_FACT_WITNESS, object, NULL);
    }
    fact->owner_kind = (uint32_t)words[1];
    if (words[1] == 3) {
        fact->visits = slots > 2 ? words[2] : 0;
        fact->object.count = record->b;
    }
    if (words[1] == 1) {
        code = rs_map_find(&books->code_at, words[0]);
        fact->owner = code != NULL ? *code : 0;
    } else {
        owner = rs_books_object(books, words[0]);
        fact->owner = words[0];
        fact->owner_type = owner != NULL ? owner->type : 0;
    }
}

/* The function whose calls moved the account most in that direction: its latest event there that nothing made even, or
 * NULL. */
static const struct rs_note *mover(const struct rs_books *books, struct rs_movers *movers, bool up)
{
    struct rs_mover *best = NULL;

    for (unsigned i = 0; movers != NULL && i < RS_FUNCTIONS; i++) {
        struct rs_mover *m = &movers->mover[i];

        if (up ? m->net > (best != NULL ? best->net : 0) : m->net < (best != NULL ? best->net : 0))
            best = m;
    }
    if (best == NULL)
        return NULL;
    if (!up)
        return best->down.seq != 0 ? &best->down : NULL;
    if (best->up.seq != 0)
        return &best->up;
    return best->pending_count > 0 ? rs_mover_pending(books, best) : NULL;
}

/* A reference that is counted in the object and stands nowhere in memory: lost, if the books know whose it was. */
static void check_lost(struct rs_books *books, struct rs_object *object, int64_t lost, uint64_t words)
{
    const struct rs_left *left = rs_books_left(books, object);

    for (struct rs_page *a = object->accounts; a != NULL; a = a->next) {
        const struct rs_note *most;
        struct rs_event open;
        struct rs_fact *fact;

        if (a->lo <= 0 || a->unsure || a->open_count == 0)
            continue;
        most =
            a->open_count > RS_OPEN_KEPT ? mover(books, a->movers, true) : NULL; /* else the pairs tell which is open */
        open = rs_store_noted(
            books,
            most != NULL ? most : rs_page_open(a, (a->open_count <= RS_OPEN_KEPT ? a->open_count : RS_OPEN_KEPT) - 1));
        if (open.init)
            continue; /* what is acquired once, while the module starts, is no leak */
        if (books->loser != NULL)
            open.loser = books->loser(books->host, books, &open);
        fact = rs_books_fact(books, RS_FACT_LOST, object, &open);
        fact->lost += lost < a->lo ? lost : a->lo;
        fact->words = words;
        if (left != NULL && left->family == a->family) {
            fact->left_by = left->function;
            fact->left_count++;
        }
    }
}

/* Where a family moves exceptions by hand the account of None is off by what came out of the thread state, and the
 * noise of a census can agree with that by chance. A function's own returns of what it never acquired are no such
 * moves: they have to explain the deficit. */
static const struct rs_note *returner(const struct rs_books *books, const struct rs_movers *movers, int64_t booked)
{
    for (unsigned i = 0; movers != NULL && i < RS_FUNCTIONS; i++) {
        const struct rs_mover *m = &movers->mover[i];

        if (m->down.seq != 0 && m->net * 10 <= booked * 7 && m->net * 10 >= booked * 13 &&
            rs_store_noted(books, &m->down).kind == RS_EVENT_RETURN)
            return &m->down;
    }
    return NULL;
}

/* Between two quiet points of a correct program the count changes as the words that point at the object do. The books
 * and the census have to agree, in sign and in size: stale words alone prove nothing. The later first point has less
 * noise. */
static bool drifted(const struct rs_quiet *quiet, const struct rs_page *a, int64_t count, int64_t words, int64_t *drift,
                    int64_t *booked)
{
    for (unsigned i = quiet->points; i > 0; i--) {
        *drift = (count - quiet->count[i - 1]) - (words - quiet->words[i - 1]);
        *booked = a->hi - (a->movers != NULL ? a->movers->base[i - 1] : 0);
        if (*booked >= DRIFT_LEAST && *drift * 10 >= *booked * 7 && *drift * 10 <= *booked * 13)
            return true;
        if (*booked <= -DRIFT_LEAST && *drift * 10 <= *booked * 7 && *drift * 10 >= *booked * 13)
            return true;
    }
    return false;
}

static void check_drift(struct rs_books *books, struct rs_object *object, int64_t count, int64_t words)
{
    for (struct rs_page *a = object->accounts; a != NULL; a = a->next) {
        const struct rs_note *note;
        struct rs_event event;
        struct rs_fact *fact;
        int64_t drift, booked;

        if ((a->unsure && !a->swapped) || !drifted(object->quiet, a, count, words, &drift, &booked))
            continue;
        note = a->swapped ? returner(books, a->movers, booked) : mover(books, a->movers, booked > 0);
        if (note == NULL)
            continue;
        event = rs_store_noted(books, note);
        if (booked > 0 && event.init)
            continue; /* what modules acquire while they start they keep */
        if (a->more == NULL)
            a->more = rs_store_more(books);
        a->more->negative = *note;
        a->has_negative = true;
        if (booked > 0 && books->loser != NULL)
            event.loser = books->loser(books->host, books, &event);
        fact = rs_books_fact(books, RS_FACT_DRIFT, object, &event);
        fact->lost = drift;
        rs_store_account(books, a, &fact->account[0]);
        fact->account[0].negative = event;
        fact->accounts = 1;
        fact->object.count = count;
    }
}

void rs_books_on_live(struct rs_books *books, const struct rs_slot *record)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    struct rs_object *object = rs_books_object(books, record->a);

    books->live_objects++;
    if (object == NULL || object->before_fork || (books->python >= 0x030c && record->b >> IMMORTAL_BIT))
        return;
    if (object->size == 0) { /* static: its count is not explained by words */
        if (object->quiet != NULL)
            check_drift(books, object, record->b, (int64_t)words[0]);
        return;
    }
    object->count = record->b;
    if ((int64_t)record->b > (int64_t)words[0])
        check_lost(books, object, (int64_t)record->b - (int64_t)words[0], words[0]);
}

void rs_books_on_base(struct rs_books *books, const struct rs_slot *record)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    struct rs_object *object = rs_books_object(books, record->a);

    if (object == NULL || (object->quiet != NULL && object->quiet->points == RS_BASES))
        return;
    if (object->quiet == NULL)
        object->quiet = rs_arena_alloc(&books->arena, sizeof(*object->quiet));
    object->quiet->count[object->quiet->points] = record->b;
    object->quiet->words[object->quiet->points] = (int64_t)words[0];
    for (struct rs_page *a = object->accounts; a != NULL; a = a->next) {
        if (a->movers == NULL)
            a->movers = rs_arena_alloc(&books->arena, sizeof(*a->movers));
        a->movers->base[object->quiet->points] = a->hi;
    }
    object->quiet->points++;
}

void rs_books_on_unvisited(struct rs_books *books, const struct rs_slot *record)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    struct rs_object *member = rs_books_object(books, words[0]);
    struct rs_page *account = member != NULL ? member->accounts : NULL;
    struct rs_event open;
    struct rs_fact *fact;

    while (account != NULL && (account->lo <= 0 || account->unsure || account->open_count == 0))
        account = account->next;
    if (account == NULL)
        return; /* not owned, as far as the books know: a back pointer need not be visited */
    open = rs_store_noted(books, &account->open);
    fact = rs_books_fact(books, RS_FACT_CYCLE, member, &open);
    fact->owner = record->a;
    fact->owner_type = words[1];
}

void rs_books_on_traverse(struct rs_books *books, const struct rs_slot *record)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    struct rs_object *object = rs_books_object_at(books, record->a);
    struct rs_fact *fact = rs_books_fact(books, RS_FACT_TRAVERSE, object, NULL);

    fact->object.count = record->b;
    fact->visits = words[0];
    fact->owner = words[1];
    fact->owner_type = words[2];
}

void rs_books_on_lost_block(struct rs_books *books, const struct rs_slot *record)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    const uint64_t *place = rs_map_find(&books->blocks, record->a);
    struct rs_event event;
    struct rs_fact *fact;

    if (place == NULL || ((const struct rs_event *)*place)->init)
        return;
    event = *(const struct rs_event *)*place;
    if (books->loser != NULL)
        event.loser = books->loser(books->host, books, &event);
    fact = rs_books_fact(books, RS_FACT_MEMORY, NULL, &event);
    fact->lost++;
    fact->words += words[0];
}
