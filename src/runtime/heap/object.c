/* See object.h. */
#include "runtime/heap/object.h"

#include <link.h>

#include "runtime/heap/region.h"
#include "runtime/log.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum {
    KNOWN_STATICS = 1 << 16, /* every static object that was recorded */
    TYPES = 1 << 15,
    IMAGES = 4096,
};

struct image {
    uint64_t lo, hi; /* a writable segment */
};

static struct image *images; /* sorted by lo */
static unsigned image_count;
static uint64_t *types, *statics; /* open addressing, 0 is free */
static unsigned type_count, static_count;

void (*rt_object_dying)(uint64_t object);

static uint64_t *place_of(uint64_t *table, unsigned size, uint64_t key)
{
    uint64_t i = (key * 0x9E3779B97F4A7C15u) >> 40;

    for (;; i++) {
        uint64_t *place = &table[i & (size - 1)];

        if (*place == key || *place == 0)
            return place;
    }
}

static int add_segments(struct dl_phdr_info *info, size_t size, void *context)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uint64_t lo = info->dlpi_addr + p->p_vaddr;
        unsigned at;

        if (p->p_type != PT_LOAD || !(p->p_flags & PF_W) || image_count == IMAGES)
            continue;
        for (at = image_count; at > 0 && images[at - 1].lo > lo; at--)
            images[at] = images[at - 1];
        images[at] = (struct image){lo, lo + p->p_memsz};
        image_count++;
    }
    return 0;
}

void rt_object_images(void)
{
    image_count = 0;
    dl_iterate_phdr(add_segments, NULL);
    rt_fill(rt_hot.statics, 0, RT_STATICS * sizeof(uint64_t)); /* what was none may be one now */
}

static bool in_image(uint64_t address)
{
    unsigned lo = 0, hi = image_count;

    while (lo < hi) {
        unsigned middle = (lo + hi) / 2;

        if (address < images[middle].lo)
            hi = middle;
        else if (address >= images[middle].hi)
            lo = middle + 1;
        else
            return true;
    }
    return false;
}

void rt_object_open(void)
{
    images = rt_sys_pages(IMAGES * sizeof(struct image));
    types = rt_sys_pages(TYPES * sizeof(uint64_t));
    statics = rt_sys_pages(KNOWN_STATICS * sizeof(uint64_t));
    rt_hot.statics = rt_sys_pages(RT_STATICS * sizeof(uint64_t));
}

/* Whether an address may be the start of an object, by where it lies. */
static bool may_start(uint64_t address)
{
    const uint8_t *side = rt_object_side(address);

    if (address & 7)
        return false;
    if (side == NULL)
        return in_image(address) && in_image(address + 15);
    return (address & 15) == 0 && ((side[0] | side[-1] | side[-2]) & RT_SIDE_BLOCK);
}

static void record_type(uint64_t type, uint64_t flags)
{
    uint64_t words[2] = {*(uint64_t *)(type + TP_BASICSIZE), rt_object_type_of(type)};
    char name[256];
    size_t length = rt_sys_peek_text(*(const char **)(type + TP_NAME), name, sizeof(name));

    rt_log_text(RS_REC_TYPE, type, (uint32_t)flags, words, 2, name, length);
}

bool rt_object_type(uint64_t type)
{
    uint64_t *place, flags, meta, meta_flags;
    uint8_t *side;

    if (type == 0)
        return false;
    place = place_of(types, TYPES, type);
    if (*place == type)
        return true;
    if (!may_start(type) || type_count > TYPES / 2 || !rt_sys_peek((void *)(type + TP_FLAGS), &flags, 8) ||
        !(flags & FLAG_READY))
        return false;
    meta = rt_object_type_of(type);
    if (meta != rt_python.type_type) {
        if (meta == type || !rt_object_type(meta) || !rt_sys_peek((void *)(meta + TP_FLAGS), &meta_flags, 8) ||
            !(meta_flags & FLAG_TYPE_SUBCLASS))
            return false;
    }
    *place_of(types, TYPES, type) = type;
    type_count++;
    side = rt_object_side(type);
    if (side != NULL)
        *side |= RT_SIDE_TYPE;
    record_type(type, flags);
    return true;
}

/* A type dies: its address may become something else. Open addressing without tombstones: rebuild the cluster. */
static void forget(uint64_t *table, unsigned size, uint64_t key, unsigned *count)
{
    uint64_t *place = place_of(table, size, key);
    uint64_t i = (uint64_t)(place - table);

    if (*place != key)
        return;
    *place = 0;
    (*count)--;
    for (i = (i + 1) & (size - 1); table[i] != 0; i = (i + 1) & (size - 1)) {
        uint64_t again = table[i];

        table[i] = 0;
        *place_of(table, size, again) = again;
    }
}

bool rt_object_immortal(uint64_t object)
{
    return rt_python.immortal && (int32_t)rt_object_count(object) < 0;
}

static void record_object(uint64_t object, size_t size)
{
    uint64_t words[2] = {rt_object_type_of(object), size};

    if (*(const uint32_t *)(words[0] + TP_FLAGS) & FLAG_TYPE_SUBCLASS)
        rt_object_type(object); /* what the books have to know of a class, they have to know before its first event */
    rt_log_put(RS_REC_OBJECT, object, rt_object_count(object), words, 2);
}

static enum rt_object_state see_static(uint64_t address, bool mark)
{
    uint64_t *cached = &rt_hot.statics[(address >> 4) & (RT_STATICS - 1)], *known;

    if (*cached == address)
        return RT_OBJECT_LIVE;
    if (*cached == address + 1)
        return RT_OBJECT_NONE;
    if (!may_start(address) || !rt_object_type(rt_object_type_of(address))) {
        if (mark)
            *cached = address + 1;
        return RT_OBJECT_NONE;
    }
    if (!mark)
        return RT_OBJECT_LIVE;
    known = place_of(statics, KNOWN_STATICS, address);
    if (*known == 0 && static_count < KNOWN_STATICS / 2) {
        *known = address;
        static_count++;
        record_object(address, 0);
    }
    if (*known == address)
        *cached = address;
    return *known == address ? RT_OBJECT_LIVE : RT_OBJECT_NONE;
}

/* Bytes before the object in its block: PyGC_Head, and from 3.11 on the managed dict and weakref words. */
static uint64_t head_bytes(uint64_t type)
{
    uint32_t flags = *(const uint32_t *)(type + TP_FLAGS), managed = 0;

    if (rt_python.abi->version == 0x030b)
        managed = 1 << 4;
    else if (rt_python.abi->version > 0x030b)
        managed = 1 << 3 | 1 << 4;
    return (flags & FLAG_GC ? 16 : 0) + (flags & managed ? 16 : 0);
}

static bool fits(uint64_t object, uint64_t block, size_t size)
{
    uint64_t type = rt_object_type_of(object);
    int64_t basic;

    if (type < 4096 || (type & 7) || !rt_object_type(type) || head_bytes(type) != object - block)
        return false;
    if (object == block) /* a compact str is smaller than its type says; what the collector walks through is not */
        return true;
    basic = *(const int64_t *)(type + TP_BASICSIZE);
    return basic >= 16 && (uint64_t)basic + (object - block) <= size;
}

uint64_t rt_object_in_block(uint64_t block, size_t size)
{
    if (!rt_region_may_hold_objects(block))
        return 0;
    for (uint64_t object = block; object <= block + 32 && object + 16 <= block + size; object += 16)
        if (fits(object, block, size))
            return object;
    return 0;
}

/* One word of a collector's list neighbour: another object, a generation's head, or a list head on the collector's
 * stack. */
static uint64_t link_at(uint64_t address)
{
    uint64_t word = 0;

    if (rt_object_side(address) != NULL || in_image(address))
        return *(uint64_t *)address & ~3ull;
    return rt_sys_peek((void *)address, &word, 8) ? word & ~3ull : 0;
}

uint64_t rt_object_end(uint64_t object)
{
    size_t size;
    uint64_t block = rt_region_block(object, &size);

    return block != 0 ? block + size : 0;
}

bool rt_object_tracked(uint64_t object)
{
    /* PyGC_Head: _gc_next (bit 0: unreachable), _gc_prev (bits 0, 1: flags), 3.8 to 3.13; while a collection counts,
     * _gc_prev holds other things and the answer is no */
    uint64_t head = object - 16, next = *(uint64_t *)head & ~3ull, prev = *(uint64_t *)(head + 8) & ~3ull;

    return (next & 7) == 0 && (prev & 7) == 0 && next > 4096 && prev > 4096 && link_at(next + 8) == head &&
           link_at(prev) == head;
}

static enum rt_object_state see(uint64_t address, bool mark)
{
    uint8_t *side = rt_object_side(address);
    uint64_t block, offset;
    size_t size;

    if (side == NULL)
        return address < 4096 ? RT_OBJECT_NONE : see_static(address, mark);
    if (address & 15)
        return RT_OBJECT_NONE;
    if (*side & RT_SIDE_OBJECT)
        return RT_OBJECT_LIVE;
    if (*side & RT_SIDE_DEAD)
        return RT_OBJECT_DEAD;
    if ((*side & RT_SIDE_SHUT) && (rt_object_count(address) == 0 || (*side & RT_SIDE_ZOMBIE)))
        return RT_OBJECT_LIVE; /* its count of 0 tells the rest; it is not reborn */
    if (!may_start(address))
        return RT_OBJECT_NONE;
    block = rt_region_block(address, &size);
    offset = address - block;
    if (block == 0 || offset > 32 || !rt_region_may_hold_objects(block) || offset + 16 > size ||
        !(*rt_object_side(block) & RT_SIDE_BLOCK))
        return RT_OBJECT_NONE;
    if (!fits(address, block, size))
        return RT_OBJECT_NONE;
    if (mark) {
        *side = (uint8_t)((*side | RT_SIDE_OBJECT) & ~(RT_SIDE_SHUT | RT_SIDE_ARMED));
        *rt_object_side(block) &= (uint8_t)~(block != address ? RT_SIDE_ARMED : 0);
        record_object(address, size);
    }
    return RT_OBJECT_LIVE;
}

enum rt_object_state rt_object_see_new(uint64_t address)
{
    return see(address, true);
}

enum rt_object_state rt_object_peek(uint64_t address)
{
    return see(address, false);
}

void rt_object_raise_dead(uint64_t address)
{
    uint8_t *side = rt_object_side(address);

    if (side != NULL && (*side & RT_SIDE_SHUT) && rt_object_count(address) == 0)
        *side |= RT_SIDE_ZOMBIE;
}

void rt_object_arm(uint64_t address)
{
    uint8_t *side = rt_object_side(address);

    if (side != NULL && (*side & RT_SIDE_OBJECT))
        *side |= RT_SIDE_ARMED;
}

bool rt_object_armed(uint64_t address)
{
    const uint8_t *side = rt_object_side(address);

    return side != NULL && (*side & RT_SIDE_ARMED);
}

bool rt_object_claim(uint64_t block)
{
    uint8_t *side = rt_object_side(block);

    if (side == NULL || (block & 15) || (*side & (RT_SIDE_BLOCK | RT_SIDE_OBJECT)) != RT_SIDE_BLOCK)
        return false;
    *side |= RT_SIDE_ARMED;
    return true;
}

bool rt_object_claimed(uint64_t block)
{
    const uint8_t *side = rt_object_side(block);

    return side != NULL &&
           (*side & (RT_SIDE_BLOCK | RT_SIDE_OBJECT | RT_SIDE_ARMED)) == (RT_SIDE_BLOCK | RT_SIDE_ARMED);
}

bool rt_object_block_freed(uint64_t block, size_t size)
{
    uint8_t *side = rt_object_side(block);
    bool found = false;

    for (unsigned i = 0; i < 3 && 16 * (uint64_t)i + 16 <= size; i++) {
        uint64_t object = block + 16 * (uint64_t)i;

        if (i > 0 && (side[i] & RT_SIDE_BLOCK))
            break; /* the next block already */
        if (side[i] & RT_SIDE_TYPE)
            forget(types, TYPES, object, &type_count);
        if (side[i] & (RT_SIDE_OBJECT | RT_SIDE_CODE | RT_SIDE_TYPE | RT_SIDE_SHUT)) {
            bool object_here = (side[i] & (RT_SIDE_OBJECT | RT_SIDE_SHUT)) != 0;

            rt_log_put(RS_REC_FREE, object, rt_object_count(object), NULL, 0);
            if ((side[i] & RT_SIDE_ARMED) && rt_object_dying != NULL)
                rt_object_dying(object);
            found |= object_here;
            side[i] = (uint8_t)((side[i] & RT_SIDE_BLOCK) | (object_here ? RT_SIDE_DEAD : 0));
        }
    }
    return found;
}

struct each {
    void (*visit)(uint64_t object, void *context);
    void *context;
    uint8_t mark;
};

static void each_in_span(uint64_t start, size_t block_size, size_t bytes, void *context)
{
    const struct each *each = context;
    const uint64_t *marks = (const uint64_t *)rt_object_side(start);

    for (size_t i = 0; i < bytes / 16 / 8; i++) {
        if (marks[i] == 0)
            continue;
        for (unsigned k = 0; k < 8; k++)
            if ((marks[i] >> (8 * k)) & each->mark)
                each->visit(start + 16 * (8 * (uint64_t)i + k), each->context);
    }
}

void rt_object_each(void (*visit)(uint64_t object, void *context), void *context)
{
    struct each each = {visit, context, RT_SIDE_OBJECT};

    rt_region_spans(each_in_span, &each);
}

struct claimed {
    void (*visit)(uint64_t block, void *context);
    void *context;
};

static void visit_claimed(uint64_t block, void *context)
{
    const struct claimed *claimed = context;

    if (rt_object_claimed(block))
        claimed->visit(block, claimed->context);
}

void rt_object_each_claimed(void (*visit)(uint64_t block, void *context), void *context)
{
    struct claimed claimed = {visit, context};
    struct each each = {visit_claimed, &claimed, RT_SIDE_ARMED};

    rt_region_spans(each_in_span, &each);
}

static void check_shut(uint64_t object, void *context)
{
    int64_t count = *(const int64_t *)object;

    if (count < 0) /* no immortal is: their upper half is 0 */
        rt_log_put(RS_REC_POISON, object, (uint32_t)count, NULL, 0);
}

void rt_object_check_shut(void)
{
    struct each each = {check_shut, NULL, RT_SIDE_SHUT};

    rt_region_spans(each_in_span, &each);
}

static void check_static(uint64_t object, void *context)
{
    int64_t count;

    if (rt_sys_peek((void *)object, &count, 8) && count <= 0 &&
        !(rt_python.immortal && count != 0)) /* its image may have gone */
        rt_log_put(RS_REC_POISON, object, (uint32_t)count, NULL, 0);
}

void rt_object_check_static(void)
{
    rt_object_each_static(check_static, NULL);
}

void rt_object_each_static(void (*visit)(uint64_t object, void *context), void *context)
{
    for (unsigned i = 0; i < KNOWN_STATICS; i++)
        if (statics[i] != 0)
            visit(statics[i], context);
}
