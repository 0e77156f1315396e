/* See filling.h. */
#include "runtime/api/filling.h"

#include "contract/contract.h"
#include "runtime/heap/object.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum {
    CONTAINERS = 16,
    SIZE = 16,
    ITEMS = 24
}; /* PyVarObject.ob_size; PyTupleObject.ob_item[0], PyListObject.ob_item */

struct filling {
    uint64_t object, thread;
    const struct rt_module *module;
    unsigned depth;
    bool list, changes, given;        /* changes: a call is in progress that may fill it; given: and is handed it */
    unsigned used;                    /* places of `known` that may hold something */
    uint64_t known[RT_FILLING_ITEMS]; /* what of each place is booked, or was not put there by the module itself */
};

static struct filling containers[CONTAINERS];
unsigned rt_filling_count;
static __thread uint8_t here __attribute__((tls_model("initial-exec"))); /* its address tells threads apart */

static bool is_mine(const struct filling *f)
{
    return f->thread == (uint64_t)&here;
}

static void forget(struct filling *f)
{
    const struct filling *last = &containers[--rt_filling_count];

    if (f != last)
        rt_copy(f, last, offsetof(struct filling, known) + last->used * sizeof(last->known[0]));
}

/* How many items there are, and where; 0 if this is no tuple or list any more. */
static unsigned items_of(const struct filling *f, const uint64_t **items)
{
    uint64_t type = rt_object_type_of(f->object), size = *(const uint64_t *)(f->object + SIZE);
    const uint8_t *side = rt_object_side(f->object);

    if (side == NULL || !(*side & RT_SIDE_OBJECT) || (f->list ? type != rt_python.list_type : type == 0))
        return 0;
    *items = f->list ? *(const uint64_t *const *)(f->object + ITEMS) : (const uint64_t *)(f->object + ITEMS);
    return *items == NULL ? 0 : size < RT_FILLING_ITEMS ? (unsigned)size : RT_FILLING_ITEMS;
}

/* Whether it holds what was known of it: it nearly always does, and is looked at around every call that might change
 * it. */
static bool is_as_known(const struct filling *f, const uint64_t *items, unsigned n)
{
    uint64_t different = n ^ f->used;

    for (unsigned i = 0; i < n; i++)
        different |= items[i] ^ f->known[i];
    return different == 0;
}

static void record(const struct filling *f, const struct rt_words *words, uint64_t place, bool at_exit)
{
    unsigned slots = 2 + (words->count + 1) / 2;
    struct rs_slot *head = rt_log_begin(slots);
    uint64_t *to = (uint64_t *)(head + 1);

    if (head == NULL)
        return;
    *head = (struct rs_slot){place, RS_TAG_OF(RS_REC_MOVED, slots), 0};
    to[0] = f->module->number | (f->list ? 1ull << 32 : 0) | (at_exit ? 1ull << 33 : 0);
    to[1] = f->object;
    for (unsigned i = 0; i < words->count; i++)
        to[2 + i] = words->word[i];
    if (words->count & 1)
        to[2 + words->count] = 0;
    rt_log_commit(slots);
}

static void record_changes(struct filling *f, const uint64_t *items, unsigned n, uint64_t place, bool at_exit)
{
    struct rt_words words;

    rt_words_clear(&words);
    for (unsigned i = 0; i < n || i < f->used; i++) {
        uint64_t item = i < n ? items[i] : 0, before = i < f->used ? f->known[i] : 0;

        f->known[i] = item;
        if (item == before)
            continue;
        rt_words_add(&words, before, i, RS_WORD_UNKNOWN);
        rt_words_add(&words, item, i, RS_WORD_STEAL);
    }
    f->used = n;
    if (words.count > 0)
        record(f, &words, place, at_exit);
}

/* Records what has come since the last time, and what has gone, which the module may have taken back; `place`: where
 * the module calls from, or the function that it leaves. */
static void look(struct filling *f, uint64_t place, bool at_exit)
{
    const uint64_t *items;
    unsigned n = items_of(f, &items);

    if (!is_as_known(f, items, n))
        record_changes(f, items, n, place, at_exit);
}

/* Records what is dead of that which the call is about to see. The rest may be taken back afterwards: lent for the
 * call. */
static void look_for_dead(const struct filling *f, uint64_t place)
{
    const uint64_t *items;
    unsigned n = items_of(f, &items);
    struct rt_words words;

    rt_words_clear(&words);
    for (unsigned i = 0; i < n; i++)
        if (items[i] != (i < f->used ? f->known[i] : 0) && rt_object_peek(items[i]) == RT_OBJECT_DEAD)
            rt_words_add(&words, items[i], i, RS_WORD_STEAL);
    if (words.count > 0)
        record(f, &words, place, false);
}

/* What is there now is no doing of the module's own stores. */
static void explain(struct filling *f)
{
    const uint64_t *items;
    unsigned n = items_of(f, &items);

    if (is_as_known(f, items, n))
        return;
    f->used = n;
    for (unsigned i = 0; i < n; i++)
        f->known[i] = items[i];
}

void rt_filling_begin(uint64_t container, const struct rt_module *module, unsigned depth)
{
    struct filling *f;

    for (unsigned i = rt_filling_count; i-- > 0;)
        if (containers[i].object == container)
            forget(&containers[i]);
    if (container == 0 || depth == 0 || rt_filling_count == CONTAINERS || rt_object_see(container) != RT_OBJECT_LIVE ||
        rt_object_count(container) != 1)
        return;
    f = &containers[rt_filling_count++];
    f->object = container;
    f->thread = (uint64_t)&here;
    f->module = module;
    f->depth = depth;
    f->list = rt_object_type_of(container) == rt_python.list_type;
    f->changes = false;
    f->used = 0;
}

/* Whether the call takes the container over or ends it. */
static bool takes(const struct rs_contract *contract, uint64_t word)
{
    unsigned argument = RS_WORD_ARG(word);

    return (contract->flags & RS_DEALLOCATES) || (RS_WORD_FLAGS(word) & (RS_WORD_STEAL | RS_WORD_OLD)) ||
           (argument < contract->nargs && contract->args[argument].kind == RS_ARG_STEAL);
}

/* The word with which a call is given the container, 0: it is not. */
static uint64_t word_of(const struct rt_words *words, uint64_t container)
{
    for (unsigned i = 0; i < words->count; i++)
        if (RS_WORD_ADDRESS(words->word[i]) == container)
            return words->word[i];
    return 0;
}

/* Whether the call itself puts something into a container that it is given: PyTuple_SetItem and its like. */
static bool fills(const struct rs_contract *contract, uint64_t word)
{
    if (word == 0 || RS_WORD_ARG(word) != 0)
        return false;
    for (unsigned i = 1; i < contract->nargs; i++)
        if (contract->args[i].kind == RS_ARG_STEAL)
            return true;
    return false;
}

/* Whether the call may put something into the container, or be its end. */
static bool concerns(const struct filling *f, const struct rs_contract *contract, uint64_t word)
{
    if (contract == NULL) /* it may do anything with what it can reach: a tuple does not change */
        return f->list;
    if (word != 0 && (f->list || takes(contract, word) || fills(contract, word)))
        return true;
    return f->list && (contract->flags & RS_MAY_RUN);
}

void rt_filling_before_call(const struct rs_contract *contract, const struct rt_words *words, uint64_t return_address,
                            unsigned depth)
{
    for (unsigned i = rt_filling_count; i-- > 0;) {
        struct filling *f = &containers[i];
        uint64_t word;

        if (!is_mine(f) || f->depth != depth)
            continue;
        word = word_of(words, f->object);
        if (!concerns(f, contract, word)) {
            if (word != 0)
                look_for_dead(f, return_address);
            continue;
        }
        look(f, return_address, false);
        f->changes = true;
        f->given = word != 0;
        if (word != 0 && takes(contract, word))
            forget(f);
    }
}

/* Whether the call has kept the container, with nothing left to be filled. */
static bool is_handed_over(const struct filling *f)
{
    if (!f->given || f->used == 0 || rt_object_count(f->object) < 2)
        return false;
    for (unsigned i = 0; i < f->used; i++)
        if (f->known[i] == 0)
            return false;
    return true;
}

void rt_filling_after_call(unsigned depth)
{
    for (unsigned i = rt_filling_count; i-- > 0;) {
        struct filling *f = &containers[i];

        if (!f->changes || !is_mine(f) || f->depth != depth)
            continue;
        explain(f);
        f->changes = false;
        if (is_handed_over(f))
            forget(f);
    }
}

void rt_filling_enter(unsigned depth)
{
    for (unsigned i = rt_filling_count; i-- > 0;)
        if (is_mine(&containers[i]) && containers[i].depth > depth)
            forget(&containers[i]); /* an exception passed the function that made it */
}

void rt_filling_leave(unsigned depth, uint64_t function)
{
    for (unsigned i = rt_filling_count; i-- > 0;) {
        if (!is_mine(&containers[i]) || containers[i].depth <= depth)
            continue;
        look(&containers[i], function, true);
        forget(&containers[i]);
    }
}

void rt_filling_dies(uint64_t container)
{
    for (unsigned i = rt_filling_count; i-- > 0;)
        if (containers[i].object == container) {
            look(&containers[i], 0, false);
            forget(&containers[i]);
        }
}

void rt_filling_without_gil(void)
{
    for (unsigned i = rt_filling_count; i-- > 0;)
        if (is_mine(&containers[i]) && containers[i].list) {
            look(&containers[i], 0, false);
            forget(&containers[i]);
        }
}
