/* See reach.h. */
#include "runtime/census/reach.h"

#include "runtime/census/memory.h"
#include "runtime/heap/object.h"
#include "runtime/heap/region.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum { CANDIDATES = 256, MEMBERS_MAX = 512 };

/* Complemented: this table lies in memory that is looked through. */
struct candidate {
    uint64_t not_owner, not_member;
};

static struct {
    uint8_t *marks; /* a byte a granule of the used part of the region: reached */
    uint64_t granules;
    uint64_t *stack; /* blocks to look into */
    uint64_t stack_room, stack_count;
    struct candidate candidates[CANDIDATES];
    unsigned count;
} reach;

/* ---------------------------------------------------------------- candidates: members that are not visited */

struct seen_members {
    uint64_t member[MEMBERS_MAX];
    unsigned count;
};

static int note_member(void *member, void *context)
{
    struct seen_members *seen = context;

    if (seen->count < MEMBERS_MAX)
        seen->member[seen->count++] = (uint64_t)member;
    return 0;
}

static bool visited(const struct seen_members *seen, uint64_t member)
{
    for (unsigned i = 0; i < seen->count; i++)
        if (seen->member[i] == member)
            return true;
    return false;
}

static void look_at(uint64_t object, void *context)
{
    uint64_t type = rt_object_type_of(object), traverse = *(uint64_t *)(type + TP_TRAVERSE),
             size = *(uint64_t *)(type + TP_BASICSIZE);
    struct seen_members seen = {.count = 0};

    if (!(*(uint32_t *)(type + TP_FLAGS) & FLAG_GC) || traverse == 0 || rt_module_of(traverse) == NULL ||
        !rt_object_tracked(object))
        return;
    ((int (*)(void *, int (*)(void *, void *), void *))traverse)((void *)object, note_member, &seen);
    for (uint64_t at = 16; at + 8 <= size && seen.count < MEMBERS_MAX && reach.count < CANDIDATES; at += 8) {
        uint64_t member = *(uint64_t *)(object + at);

        if (rt_object_side(member) == NULL || visited(&seen, member) || rt_object_peek(member) != RT_OBJECT_LIVE ||
            !(*(uint32_t *)(rt_object_type_of(member) + TP_FLAGS) & FLAG_GC))
            continue;
        reach.candidates[reach.count++] = (struct candidate){~object, ~member};
    }
}

/* ---------------------------------------------------------------- reachability, conservative */

static void push(uint64_t block)
{
    if (reach.stack_count < reach.stack_room)
        reach.stack[reach.stack_count++] = block;
}

/* A word that may point into a live block. A pointer at a GC header is the collector's own list, no reference. */
static void follow(uint64_t word)
{
    uint64_t block, object;
    uint8_t *mark;
    size_t size;

    if (word - rt_hot.region >= 16 * reach.granules)
        return;
    block = rt_region_block(word, &size);
    if (block == 0 || !(*rt_object_side(block) & RT_SIDE_BLOCK))
        return;
    mark = &reach.marks[(block - rt_hot.region) / 16];
    if (*mark)
        return;
    object = rt_object_in_block(block, size);
    if (object > block && word < object)
        return;
    *mark = 1;
    push(block);
}

static void scan(uint64_t lo, uint64_t hi)
{
    for (uint64_t at = lo; at + 8 <= hi; at += 8)
        follow(*(uint64_t *)at);
}

static void scan_part(uint64_t lo, uint64_t hi, void *context)
{
    scan(lo, hi);
}

static void scan_block(uint64_t block)
{
    uint64_t object;
    size_t size;

    rt_region_block(block, &size);
    object = rt_object_in_block(block, size);
    if (object == 0 || object == block) {
        scan(block, block + size);
        return;
    }
    scan(block, object - 16); /* the managed dict's words; then comes PyGC_Head */
    scan(object, block + size);
}

static void drain(void)
{
    while (reach.stack_count > 0)
        scan_block(reach.stack[--reach.stack_count]);
}

static bool is_reached(uint64_t object)
{
    size_t size;

    return reach.marks[(rt_region_block(object, &size) - rt_hot.region) / 16] != 0;
}

static void count_spans(uint64_t start, size_t block_size, size_t bytes, void *context)
{
    uint64_t end = (start + bytes - rt_hot.region) / 16;

    reach.granules = end > reach.granules ? end : reach.granules;
}

static bool open_marks(void)
{
    reach.granules = 0;
    rt_region_spans(count_spans, NULL);
    reach.stack_room = reach.granules / 2 + 4096;
    reach.stack_count = 0;
    reach.marks = rt_sys_pages(reach.granules + 16);
    reach.stack = rt_sys_pages(reach.stack_room * sizeof(uint64_t));
    return reach.marks != NULL && reach.stack != NULL;
}

static void close_marks(void)
{
    if (reach.marks != NULL)
        rt_sys_unmap(reach.marks, reach.granules + 16);
    if (reach.stack != NULL)
        rt_sys_unmap(reach.stack, reach.stack_room * sizeof(uint64_t));
    reach.marks = NULL;
    reach.stack = NULL;
}

/* Whether the member leads back to its owner, over what nothing else reaches. */
static bool leads_back(const struct candidate *c)
{
    rt_fill(reach.marks, 0, reach.granules);
    reach.stack_count = 0;
    follow(~c->not_member);
    drain();
    return is_reached(~c->not_owner);
}

static void settle(void)
{
    bool lost[CANDIDATES];

    rt_memory_hide(reach.marks);
    rt_memory_each(scan_part, NULL);
    rt_memory_hide(NULL);
    drain();
    for (unsigned i = 0; i < reach.count; i++)
        lost[i] = !is_reached(~reach.candidates[i].not_owner) && !is_reached(~reach.candidates[i].not_member);
    for (unsigned i = 0; i < reach.count; i++) {
        const struct candidate *c = &reach.candidates[i];
        uint64_t words[2] = {~c->not_member, rt_object_type_of(~c->not_owner)};

        if (lost[i] && leads_back(c))
            rt_log_put(RS_REC_UNVISITED, ~c->not_owner, 0, words, 2);
    }
}

void rt_reach_cycles(void)
{
    reach.count = 0;
    rt_object_each(look_at, NULL);
    if (reach.count == 0)
        return;
    if (open_marks())
        settle();
    close_marks();
}
