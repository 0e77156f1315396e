/* See census.h. */
#include "runtime/census/census.h"

#include "runtime/census/memory.h"
#include "runtime/heap/object.h"
#include "runtime/heap/region.h"
#include "runtime/log.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/stack/python.h"
#include "runtime/sys/sys.h"

#define POINTER 0xffffffffffffu

/* INTERNED_UNCOUNTED: the dict of interned strings holds each as key and value and gives both references up again
 * (PyUnicode_InternInPlace in Objects/unicodeobject.c, 3.8 to 3.13). */
enum { SUSPECTS_MAX = 24, DANGLING_MAX = 256, INNER_MAX = 1 << 20, INTERNED_UNCOUNTED = 2 };

/* ---------------------------------------------------------------- holders */

struct wanted {
    uint64_t object;
    uint32_t words, pad;
};

static struct {
    struct wanted *table; /* open addressing */
    uint64_t mask, count;
    uint64_t lowest, highest;
} wanted;

static struct wanted *place_of(uint64_t object)
{
    uint64_t i = object * 0x9E3779B97F4A7C15u >> 32;

    for (;; i++) {
        struct wanted *w = &wanted.table[i & wanted.mask];

        if (w->object == object || w->object == 0)
            return w;
    }
}

static void count_one(uint64_t object, void *context)
{
    (*(uint64_t *)context)++;
}

static void want(uint64_t object, void *context)
{
    struct wanted *w = place_of(object);

    w->object = object;
    wanted.lowest = object < wanted.lowest ? object : wanted.lowest;
    wanted.highest = object > wanted.highest ? object : wanted.highest;
}

/* A pointer into the characters of a str or bytes keeps it as one at its start does (numpy keeps docstrings so); one
 * into memory does anyhow. */
static void count_inner(uint64_t word, uint64_t at)
{
    struct wanted *w;
    uint64_t block;
    size_t size;

    if (rt_object_side(word) == NULL)
        return;
    block = rt_region_block(word, &size);
    if (block == 0 || block == word || at - block < size)
        return;
    w = place_of(block);
    if (w->object == block && (rt_object_claimed(block) || rt_object_type_of(block) == rt_python.unicode_type ||
                               rt_object_type_of(block) == rt_python.bytes_type))
        w->words++;
}

static void scan(uint64_t from, uint64_t to)
{
    for (const uint64_t *p = (const uint64_t *)((from + 7) & ~7ull); (uint64_t)(p + 1) <= to; p++) {
        uint64_t word = *p & POINTER; /* the upper bits may hold a tag */

        if (word < wanted.lowest || word > wanted.highest + INNER_MAX)
            continue;
        if ((word & 7) == 0) {
            struct wanted *w = place_of(word);

            if (w->object == word) {
                w->words++;
                continue;
            }
        }
        count_inner(word, (uint64_t)p);
    }
}

static void scan_span(uint64_t start, size_t block_size, size_t bytes, void *context)
{
    const uint8_t *side = rt_object_side(start);
    size_t blocks = bytes / block_size;

    if (blocks == 0)
        blocks = 1;
    for (size_t i = 0; i < blocks; i++)
        if (side[i * block_size / 16] & RT_SIDE_BLOCK)
            scan(start + i * block_size, start + (i + 1) * block_size);
}

static void scan_part(uint64_t lo, uint64_t hi, void *context)
{
    scan(lo, hi);
}

static void report_one(uint64_t object, void *context)
{
    uint64_t words[2] = {place_of(object)->words, rt_object_type_of(object)};

    rt_log_put(RS_REC_LIVE, object, rt_object_count(object), words, 2);
}

/* Memory that a module asked for and at which nothing points any more. */
static void report_block(uint64_t block, void *context)
{
    uint64_t words[2] = {0, 0};
    size_t size;

    if (place_of(block)->words != 0)
        return;
    rt_region_block(block, &size);
    words[0] = size;
    rt_log_put(RS_REC_BLOCK, block, 0, words, 2);
}

static bool open_table(uint64_t objects)
{
    uint64_t size = 64;

    while (size < 2 * objects)
        size *= 2;
    wanted.table = rt_sys_pages(size * sizeof(struct wanted));
    wanted.mask = size - 1;
    wanted.lowest = UINT64_MAX;
    wanted.highest = 0;
    return wanted.table != NULL;
}

static void close_table(void)
{
    rt_sys_unmap(wanted.table, (wanted.mask + 1) * sizeof(struct wanted));
    wanted.table = NULL;
}

static void scan_memory(void)
{
    rt_region_spans(scan_span, NULL);
    rt_memory_hide(wanted.table);
    rt_memory_each(scan_part, NULL);
    rt_memory_hide(NULL);
}

void rt_census_base(const uint64_t *objects, unsigned count)
{
    if (!open_table(count))
        return;
    for (unsigned i = 0; i < count; i++)
        want(objects[i], NULL);
    scan_memory();
    for (unsigned i = 0; i < count; i++) {
        uint64_t words[2] = {place_of(objects[i])->words, 0};

        rt_log_put(RS_REC_BASE, objects[i], rt_object_count(objects[i]), words, 2);
    }
    close_table();
}

void rt_census_holders(void)
{
    wanted.count = 0;
    rt_object_each(count_one, &wanted.count);
    rt_object_each_static(count_one, &wanted.count);
    rt_object_each_claimed(count_one, &wanted.count);
    if (!open_table(wanted.count))
        return;
    rt_object_each(want, NULL);
    rt_object_each_static(want, NULL);
    rt_object_each_claimed(want, NULL);
    scan_memory();
    rt_log_put(RS_REC_CENSUS, 1, 0, NULL, 0);
    rt_object_each(report_one, NULL);
    rt_object_each_static(report_one, NULL);
    rt_object_each_claimed(report_block, NULL);
    rt_log_put(RS_REC_CENSUS, 0, 0, NULL, 0);
    close_table();
}

/* ---------------------------------------------------------------- owners, by tp_traverse */

struct visits {
    uint64_t object, found;
};

static int visit(void *member, void *context)
{
    struct visits *visits = context;

    visits->found += (uint64_t)member == visits->object;
    return 0;
}

struct owners {
    uint64_t object, total, owner;
    bool stop_at_first;
};

/* The live object of this block that tells its members by tp_traverse; 0 if there is none. Dicts and tuples count also
 * where the collector has dropped them from its lists, which it does when they hold only strings and the like. */
static uint64_t teller_in(uint64_t block, size_t size)
{
    uint64_t object = rt_object_in_block(block, size), type;

    if (object == block || object == 0 || rt_object_count(object) == 0) /* 0: in a free list, or dying */
        return 0;
    type = rt_object_type_of(object);
    if (!(*(uint32_t *)(type + TP_FLAGS) & FLAG_GC) || *(uint64_t *)(type + TP_TRAVERSE) == 0)
        return 0;
    return type == rt_python.dict_type || type == rt_python.tuple_type || rt_object_tracked(object) ? object : 0;
}

static void tell(uint64_t object, int (*visitor)(void *, void *), void *context)
{
    uint64_t traverse = *(uint64_t *)(rt_object_type_of(object) + TP_TRAVERSE);
    void *key, *value;
    int64_t position = 0;

    if (rt_object_type_of(object) == rt_python.dict_type) { /* its tp_traverse leaves out keys that are strings */
        bool shares_keys =
            *(uint64_t *)(object + DICT_VALUES) != 0; /* with the other instances of a class: it owns none of them */

        while (rt_python.dict_next((void *)object, &position, &key, &value)) {
            if (!shares_keys)
                visitor(key, context);
            visitor(value, context);
        }
        return;
    }
    ((int (*)(void *, int (*)(void *, void *), void *))traverse)((void *)object, visitor, context);
}

static void owners_in_span(uint64_t start, size_t block_size, size_t bytes, void *context)
{
    struct owners *owners = context;
    const uint8_t *side = rt_object_side(start);
    size_t blocks = bytes / block_size ? bytes / block_size : 1;

    for (size_t i = 0; i < blocks && !(owners->stop_at_first && owners->owner != 0); i++) {
        uint64_t object = side[i * block_size / 16] & RT_SIDE_BLOCK ? teller_in(start + i * block_size, block_size) : 0;
        struct visits visits = {owners->object, 0};

        if (object == 0 || object == owners->object)
            continue;
        tell(object, visit, &visits);
        owners->total += visits.found;
        if (visits.found != 0)
            owners->owner = object;
    }
}

static bool is_object(uint64_t local, uint64_t code, void *context)
{
    struct rt_place *held = context;

    if (local != held->code)
        return false;
    held->code = code;
    return true;
}

/* The code object of a live frame with a local variable that refers to the object, or 0. */
static uint64_t frame_that_holds(uint64_t object)
{
    struct rt_place held = {object, 0};

    return rt_stack_locals(is_object, &held) ? held.code : 0;
}

struct search {
    uint64_t word;
    bool found;
};

static void search_span(uint64_t start, size_t block_size, size_t bytes, void *context)
{
    struct search *search = context;
    const uint8_t *side = rt_object_side(start);
    size_t blocks = bytes / block_size ? bytes / block_size : 1;

    for (size_t i = 0; i < blocks && !search->found; i++) {
        const uint64_t *from = (const uint64_t *)(start + i * block_size);

        if (!(side[i * block_size / 16] & RT_SIDE_BLOCK) || (uint64_t)from == search->word)
            continue;
        for (size_t k = 0; k < block_size / 8 && !search->found; k++)
            search->found = from[k] == search->word;
    }
}

/* Whether a live block holds the object's address at all: most of what dies is known to nobody, and asking every
 * container takes fifty times as long. */
static bool occurs(uint64_t object)
{
    struct search search = {object, false};

    rt_region_spans(search_span, &search);
    return search.found;
}

bool rt_census_witness(uint64_t object)
{
    struct owners owners = {.object = object, .stop_at_first = true};
    uint64_t words[2] = {frame_that_holds(object), 1};

    if (words[0] == 0 && occurs(object)) {
        rt_region_spans(owners_in_span, &owners);
        words[0] = owners.owner;
        words[1] = 2;
    }
    if (words[0] == 0)
        return false;
    rt_object_see(words[0]);
    rt_log_put(RS_REC_WITNESS, object, 0, words, 2);
    return true;
}

static void count_armed(uint64_t object, void *context)
{
    struct owners owners = {.object = object};
    unsigned *left = context;
    uint64_t words[4] = {0, 3, 0, 0};

    if (*left == 0 || !rt_object_armed(object) || rt_object_immortal(object))
        return;
    (*left)--;
    rt_region_spans(owners_in_span, &owners);
    owners.total -= rt_python_interned(object) && owners.total >= INTERNED_UNCOUNTED ? INTERNED_UNCOUNTED : 0;
    if (owners.owner == 0 || owners.total <= rt_object_count(object))
        return;
    rt_object_see(owners.owner);
    words[0] = owners.owner;
    words[2] = owners.total;
    rt_log_put(RS_REC_WITNESS, object, rt_object_count(object), words, 4);
}

void rt_census_suspects(void)
{
    unsigned left = SUSPECTS_MAX;

    rt_object_each(count_armed, &left);
}

struct dangling {
    uint64_t owner;
    unsigned left;
};

/* A member of a live object that is dead: in quarantine, or in a free list. */
static int note_dead(void *member, void *context)
{
    struct dangling *dangling = context;
    const uint8_t *side = rt_object_side((uint64_t)member);
    uint64_t words[2] = {dangling->owner, 2};

    if (side == NULL || ((uint64_t)member & 15) || dangling->left == 0)
        return 0;
    if ((*side & RT_SIDE_DEAD) || ((*side & RT_SIDE_SHUT) && rt_object_count((uint64_t)member) == 0)) {
        dangling->left--;
        rt_object_see(dangling->owner);
        rt_log_put(RS_REC_WITNESS, (uint64_t)member, 0, words, 2);
    }
    return 0;
}

static void dangling_in_span(uint64_t start, size_t block_size, size_t bytes, void *context)
{
    struct dangling *dangling = context;
    const uint8_t *side = rt_object_side(start);
    size_t blocks = bytes / block_size ? bytes / block_size : 1;

    for (size_t i = 0; i < blocks && dangling->left > 0; i++) {
        dangling->owner = side[i * block_size / 16] & RT_SIDE_BLOCK ? teller_in(start + i * block_size, block_size) : 0;
        if (dangling->owner != 0)
            tell(dangling->owner, note_dead, dangling);
    }
}

void rt_census_dangling(void)
{
    struct dangling dangling = {0, DANGLING_MAX};

    rt_region_spans(dangling_in_span, &dangling);
}

void rt_census_cleared(uint64_t object)
{
    struct owners owners = {.object = object};
    uint64_t words[4] = {0, 0, 0, frame_that_holds(object)};

    if (words[3] == 0)
        return;
    rt_region_spans(owners_in_span, &owners);
    /* the collector holds one reference of its own during tp_clear (delete_garbage in Modules/gcmodule.c, Python/gc.c)
     */
    if (owners.owner == 0 || owners.total + 1 <= rt_object_count(object) - 1)
        return;
    rt_object_see(owners.owner);
    words[0] = owners.total;
    words[1] = owners.owner;
    words[2] = rt_object_type_of(owners.owner);
    rt_log_put(RS_REC_TRAVERSE, object, rt_object_count(object) - 1, words, 4);
}
