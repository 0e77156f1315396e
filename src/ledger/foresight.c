/* Objects that come into the world lie in memory that was not used for long: it is asked for before it is needed, first
 * the place in the map, a window of slots later the object. Nothing is booked here. */
#include "ledger/internal.h"

static void ask_for_objects(const struct rs_map *objects, struct rs_foresight *f)
{
    for (size_t i = 0; i < f->births; i++) {
        const uint64_t *place = rs_map_find(objects, f->born[i]);
        const char *cell = place != NULL ? (const char *)*place : NULL;

        for (size_t line = 0; cell != NULL && line < sizeof(struct rs_cell); line += 64)
            __builtin_prefetch(cell + line, 1);
    }
    f->births = 0;
}

void rs_books_look_ahead(const struct rs_books *books, struct rs_foresight *f, const struct rs_slot *slots,
                         size_t count)
{
    const struct rs_map *objects = &books->objects;
    size_t at = f->upto, end = count - at < RS_AHEAD ? count : at + RS_AHEAD;

    ask_for_objects(objects, f);
    while (at < end) {
        uint32_t tag = slots[at].tag;

        if (tag < RS_TAG) {
            at++;
            continue;
        }
        if (RS_TAG_KIND(tag) == RS_REC_OBJECT && objects->room > 0 && f->births < RS_AHEAD / 2) {
            f->born[f->births++] = slots[at].a;
            __builtin_prefetch(&objects->places[rs_map_home(objects, slots[at].a)]);
        }
        at += RS_TAG_SLOTS(tag) > 0 ? RS_TAG_SLOTS(tag) : 1;
    }
    f->upto = at < count ? at : count;
}
