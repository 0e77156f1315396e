/* See region.h. */
#include "runtime/heap/region.h"

#include "runtime/arch.h"
#include "runtime/heap/object.h"
#include "runtime/log.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum {
    CLASSES = 96,
    SMALL = 1024,        /* up to here a class every 16 bytes */
    LARGEST = 32 * 1024, /* beyond: whole spans */
    GUARD_STEP = 512,    /* bytes of guard address space a quarantined block */
    QUARANTINE_PLACES = 1 << 16,
    POISONED = 4096,
    FORESIGHT = 8, /* places */
};

struct span {
    uint32_t size;    /* of its blocks; 0: free; spans behind the first of a large block: LARGE_REST */
    uint32_t large;   /* spans of a large block; in those behind its first: how far behind */
    uint32_t inverse; /* 2^32 / size, rounded up: an offset below RT_SPAN times it, shifted, is offset / size */
    uint16_t list;    /* where its blocks wait: list_of */
    bool raw;         /* of the mem domain: no object lives here */
};
enum { LARGE_REST = 0xffffffff, LISTS = 2 * CLASSES };

struct waiting {
    uint64_t block;
    uint64_t size;
};

static struct {
    uint64_t bytes, used_spans, span_count;
    struct span *spans;
    void *free[LISTS]; /* singly linked through the first word */
    uint8_t *bump[LISTS], *bump_end[LISTS];
    uint64_t guard;
    struct waiting *waiting; /* a FIFO of QUARANTINE_PLACES */
    uint64_t oldest, newest, waiting_bytes, waiting_limit;
    int64_t live;
    bool locked;
    uint32_t lock;
} heap;

static struct rt_allocator before[2]; /* [0] object domain, [1] mem domain */

static unsigned class_of(size_t size)
{
    if (size <= SMALL)
        return size == 0 ? 0 : (unsigned)((size - 1) / 16);
    unsigned bits = 63 - (unsigned)__builtin_clzll(size - 1); /* 10 .. 14 */

    return SMALL / 16 + (bits - 10) * 4 + (unsigned)(((size - 1) >> (bits - 2)) & 3);
}

/* Blocks of one class and domain. */
static unsigned list_of(unsigned class, bool raw)
{
    return raw ? CLASSES + class : class;
}

static size_t class_size(unsigned class)
{
    if (class < SMALL / 16)
        return 16 * ((size_t)class + 1);
    class -= SMALL / 16;
    return ((size_t)(class % 4 + 5) << (class / 4 + 8));
}

void rt_region_lock(void)
{
    while (__atomic_exchange_n(&heap.lock, 1, __ATOMIC_ACQUIRE) != 0)
        rt_pause();
}

void rt_region_unlock(void)
{
    __atomic_store_n(&heap.lock, 0, __ATOMIC_RELEASE);
}

static inline void enter(void)
{
    if (heap.locked)
        rt_region_lock();
}

static inline void leave(void)
{
    if (heap.locked)
        rt_region_unlock();
}

bool rt_region_open(uint64_t bytes, uint64_t quarantine_bytes, bool locked)
{
    char *const far = (char *)0x100000000000;
    uint64_t guard = (uint64_t)QUARANTINE_PLACES * GUARD_STEP;

    for (; bytes >= 64 << 20; bytes /= 4) {
        uint64_t side = bytes / 16, spans = bytes / RT_SPAN * sizeof(struct span);
        char *at = rt_sys_reserve(far, bytes + side + spans + guard + 4 * RT_SPAN);

        if (at == NULL)
            at = rt_sys_reserve(NULL, bytes + side + spans + guard + 4 * RT_SPAN);
        if (at == NULL)
            continue;
        at = (char *)(((uintptr_t)at + RT_SPAN - 1) & ~(uintptr_t)(RT_SPAN - 1));
        if (!rt_sys_open_pages(at, bytes) || !rt_sys_open_pages(at + bytes, side + RT_SPAN + spans))
            return false;
        heap.bytes = bytes;
        heap.span_count = bytes / RT_SPAN;
        heap.spans = (struct span *)(at + bytes + side + RT_SPAN);
        heap.guard = ((uint64_t)(heap.spans + heap.span_count) + 4095) & ~4095ull;
        heap.waiting = rt_sys_pages(QUARANTINE_PLACES * sizeof(struct waiting));
        heap.waiting_limit = quarantine_bytes;
        heap.locked = locked;
        if (heap.waiting == NULL)
            return false;
        rt_hot.side = (uint8_t *)at + bytes;
        rt_hot.region_size = bytes;
        rt_hot.region = (uint64_t)at;
        heap.used_spans = 1; /* the first stays empty: side[-2] of its first granule must not be read */
        return true;
    }
    return false;
}

static uint8_t *side_of(const void *block)
{
    return rt_hot.side + (((uint64_t)block - rt_hot.region) >> 4);
}

static bool ours(const void *block)
{
    return (uint64_t)block - rt_hot.region < heap.bytes;
}

static struct span *span_of(const void *block)
{
    return &heap.spans[((uint64_t)block - rt_hot.region) / RT_SPAN];
}

static void *take_spans(size_t count, uint32_t size, bool raw)
{
    uint64_t first = heap.used_spans;

    if (first + count > heap.span_count)
        return NULL;
    heap.used_spans += count;
    heap.spans[first] = (struct span){.size = size, .large = (uint32_t)count, .raw = raw};
    if (size <= LARGEST) {
        heap.spans[first].inverse = (uint32_t)(((1ull << 32) + size - 1) / size);
        heap.spans[first].list = (uint16_t)list_of(class_of(size), raw);
    }
    for (size_t i = 1; i < count; i++)
        heap.spans[first + i] = (struct span){.size = LARGE_REST, .large = (uint32_t)i, .raw = raw};
    return (void *)(rt_hot.region + first * RT_SPAN);
}

/* Large blocks: freed runs are reused first-fit from a short list; what is not there comes from fresh spans. */
static struct {
    void *at;
    size_t spans;
} runs[256];

static void *alloc_large(size_t size, bool raw)
{
    size_t count = (size + RT_SPAN - 1) / RT_SPAN;

    for (unsigned i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
        if (runs[i].at != NULL && runs[i].spans >= count && runs[i].spans <= count + count / 4) {
            void *block = runs[i].at;

            struct span *span = span_of(block);

            span->size = (uint32_t)size;
            span->raw = raw;
            runs[i].at = NULL;
            return block;
        }
    }
    return take_spans(count, (uint32_t)size, raw);
}

static void free_large(void *block)
{
    size_t count = span_of(block)->large;
    unsigned worst = 0;

    rt_sys_discard(block, count * RT_SPAN);
    for (unsigned i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
        if (runs[i].at == NULL) {
            worst = i;
            break;
        }
        if (runs[i].spans < runs[worst].spans)
            worst = i;
    }
    runs[worst].at = block; /* what stood there is address space lost, not memory */
    runs[worst].spans = count;
}

static void *refill(unsigned class, bool raw)
{
    size_t size = class_size(class);
    uint64_t start = (uint64_t)take_spans(1, (uint32_t)size, raw);

    if (start == 0)
        return NULL;
    heap.bump[list_of(class, raw)] = (uint8_t *)start + size;
    heap.bump_end[list_of(class, raw)] = (uint8_t *)start + RT_SPAN / size * size;
    return (void *)start;
}

/* From a list that has one. */
static inline void *pop(void **list)
{
    void *block = *list, *next = *(void **)block;

    *list = next;
    __builtin_prefetch(next, 1);
    return block;
}

static void *alloc_locked(size_t size, bool raw)
{
    unsigned class, list;
    void *block;

    if (size > LARGEST)
        return size < (1ull << 31) ? alloc_large(size, raw) : NULL;
    class = class_of(size);
    list = list_of(class, raw);
    if (heap.free[list] != NULL)
        return pop(&heap.free[list]);
    if (heap.bump[list] < heap.bump_end[list]) {
        block = heap.bump[list];
        heap.bump[list] += class_size(class);
        return block;
    }
    return refill(class, raw);
}

static inline void *born(void *block)
{
    *side_of(block) = RT_SIDE_BLOCK;
    heap.live++;
    return block;
}

static __attribute__((noinline)) void *alloc_slow(size_t size, bool raw)
{
    void *block;

    enter();
    block = alloc_locked(size, raw);
    if (block != NULL)
        born(block);
    leave();
    return block;
}

static inline void *region_alloc(size_t size, bool raw)
{
    if (!heap.locked && size - 1 < SMALL) {
        void **list = &heap.free[list_of((unsigned)((size - 1) / 16), raw)];

        if (*list != NULL)
            return born(pop(list));
    }
    return alloc_slow(size, raw);
}

uint64_t rt_region_block(uint64_t address, size_t *size)
{
    uint64_t index = (address - rt_hot.region) / RT_SPAN, start;
    const struct span *span;

    if (address - rt_hot.region >= heap.bytes || index >= heap.used_spans)
        return 0;
    span = &heap.spans[index];
    if (span->size == LARGE_REST) {
        index -= span->large;
        span = &heap.spans[index];
    }
    if (span->size == 0)
        return 0;
    start = rt_hot.region + index * RT_SPAN;
    *size = span->size;
    return span->size > LARGEST ? start : start + ((address - start) * span->inverse >> 32) * span->size;
}

void rt_region_spans(void (*visit)(uint64_t start, size_t block_size, size_t bytes, void *context), void *context)
{
    for (uint64_t i = 1; i < heap.used_spans; i++) {
        const struct span *span = &heap.spans[i];

        if (span->size != 0 && span->size != LARGE_REST)
            visit(rt_hot.region + i * RT_SPAN, span->size, (size_t)span->large * RT_SPAN, context);
    }
}

bool rt_region_may_hold_objects(uint64_t address)
{
    uint64_t index = (address - rt_hot.region) / RT_SPAN;

    return index < heap.used_spans && !heap.spans[index].raw;
}

int64_t rt_region_live(void)
{
    return heap.live;
}

/* ---------------------------------------------------------------- quarantine */

static uint64_t guard_of(uint64_t place)
{
    return heap.guard + place % QUARANTINE_PLACES * GUARD_STEP;
}

static void check_poison(const struct waiting *w, uint64_t guard)
{
    for (unsigned offset = 0; offset <= 32 && offset + 16 <= w->size; offset += 16) {
        uint64_t at = w->block + offset;
        uint32_t count = *(uint32_t *)at;

        if ((*side_of((void *)at) & RT_SIDE_DEAD) && count != RT_POISON_COUNT && *(uint64_t *)(at + 8) == guard)
            rt_log_put(RS_REC_POISON, at, count - RT_POISON_COUNT, NULL, 0);
    }
}

static inline void release_block(void *block, const struct span *span)
{
    if (span->size > LARGEST) {
        free_large(block);
    } else {
        *(void **)block = heap.free[span->list];
        heap.free[span->list] = block;
    }
}

static void evict(void)
{
    struct waiting *w = &heap.waiting[heap.oldest % QUARANTINE_PLACES];
    uint8_t *side = side_of((void *)w->block);

    __builtin_prefetch((const void *)heap.waiting[(heap.oldest + FORESIGHT) % QUARANTINE_PLACES].block,
                       1); /* untouched since it was freed */
    check_poison(w, guard_of(heap.oldest));
    for (unsigned i = 0; i < 3 && 16 * (uint64_t)i < w->size;
         i++) /* what lies behind a small block is its neighbour's */
        side[i] = 0;
    heap.waiting_bytes -= w->size;
    heap.oldest++;
    release_block((void *)w->block, span_of((void *)w->block));
}

/* Every word of the dead object is an address that faults and names it, but for its count, whose change shows, and the
 * word behind the type where it is a size, as most of the interpreter's own objects have: 0, so that no loop runs over
 * it for hours. */
static void poison(uint64_t block, size_t size, uint64_t guard, bool sized)
{
    const uint8_t *side = side_of((void *)block);

    rt_arch_fill_pairs((void *)block, guard, guard, size < POISONED ? size & ~15ull : POISONED);
    for (unsigned i = 0; i < 3 && 16 * (i + 1) <= size; i++) {
        uint64_t *object = (uint64_t *)(block + 16 * (uint64_t)i);

        if (!(side[i] & RT_SIDE_DEAD))
            continue;
        object[0] = (uint64_t)RT_POISON_COUNT << 32 | RT_POISON_COUNT;
        if (sized && 16 * (uint64_t)i + 24 <= size)
            object[2] = 0;
    }
}

/* Whether a size may stand behind the type of the objects in a block: not where a module's own class, which takes its
 * objects apart itself, derives from object alone and has no items. */
static bool is_sized(uint64_t block, const uint8_t *side, size_t size)
{
    uint64_t plain = *(const uint64_t *)(rt_python.type_type + TP_BASE);

    for (unsigned i = 0; i < 3 && 16 * (uint64_t)i + 16 <= size; i++) {
        uint64_t type = *(const uint64_t *)(block + 16 * (uint64_t)i + 8);

        if (i > 0 && (side[i] & RT_SIDE_BLOCK))
            break;
        if ((side[i] & (RT_SIDE_OBJECT | RT_SIDE_SHUT)) &&
            (!rt_object_type(type) || *(const int64_t *)(type + TP_ITEMSIZE) != 0 ||
             *(const uint64_t *)(type + TP_BASE) != plain ||
             *(const uint64_t *)(type + TP_DEALLOC) - rt_python.text_lo < rt_python.text_hi - rt_python.text_lo))
            return true;
    }
    return false;
}

static void quarantine(void *block, size_t size, bool sized)
{
    uint64_t place;

    while (heap.newest - heap.oldest >= QUARANTINE_PLACES ||
           (heap.waiting_bytes + size > heap.waiting_limit && heap.newest != heap.oldest))
        evict();
    place = heap.newest++;
    heap.waiting[place % QUARANTINE_PLACES] = (struct waiting){(uint64_t)block, size};
    heap.waiting_bytes += size;
    poison((uint64_t)block, size, guard_of(place), sized);
}

uint64_t rt_quarantine_named(uint64_t fault_address)
{
    uint64_t index = (fault_address - heap.guard) / GUARD_STEP;
    const struct waiting *w;

    if (heap.guard == 0 || fault_address - heap.guard >= (uint64_t)QUARANTINE_PLACES * GUARD_STEP)
        return 0;
    w = &heap.waiting[index];
    for (unsigned offset = 0; w->block != 0 && offset <= 32 && offset < w->size; offset += 16)
        if (*side_of((void *)(w->block + offset)) & RT_SIDE_DEAD)
            return w->block + offset;
    return w->block;
}

void rt_quarantine_check(void)
{
    for (uint64_t i = heap.oldest; i != heap.newest; i++)
        check_poison(&heap.waiting[i % QUARANTINE_PLACES], guard_of(i));
}

/* No stale type may stand where the next owner of the block has not written yet. */
static inline void forget_types(void *block, size_t size)
{
    for (unsigned offset = 8; offset <= 40 && offset + 8 <= size; offset += 16)
        *(uint64_t *)((uint8_t *)block + offset) = 0;
}

/* A block in which an object may have been. */
static __attribute__((noinline)) void free_marked(void *block, const struct span *span)
{
    uint8_t *side = side_of(block);
    size_t size = span->size;
    bool sized = is_sized((uint64_t)block, side, size), object = rt_object_block_freed((uint64_t)block, size);

    forget_types(block, size);
    enter();
    heap.live--;
    side[0] &= (uint8_t)~RT_SIDE_BLOCK;
    if (object)
        quarantine(block, size, sized);
    else
        release_block(block, span);
    leave();
}

static void free_ours(void *block)
{
    const struct span *span = span_of(block);
    uint8_t *side = side_of(block);

    if ((side[0] | side[1] | side[2]) & ~RT_SIDE_BLOCK & 0xff) {
        free_marked(block, span);
        return;
    }
    forget_types(block, span->size);
    enter();
    heap.live--;
    side[0] = 0;
    release_block(block, span);
    leave();
}

/* ---------------------------------------------------------------- the allocator hooks */

static void *hook_malloc(void *context, size_t size)
{
    void *block = region_alloc(size, context == &before[1]);
    struct rt_allocator *old = context;

    return block != NULL ? block : old->malloc(old->context, size);
}

static void *hook_calloc(void *context, size_t count, size_t size)
{
    struct rt_allocator *old = context;
    void *block;

    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    block = region_alloc(count * size, context == &before[1]);
    if (block == NULL)
        return old->calloc(old->context, count, size);
    rt_fill(block, 0, count * size);
    return block;
}

static void hook_free(void *context, void *block)
{
    struct rt_allocator *old = context;

    if (block == NULL)
        return;
    if (ours(block))
        free_ours(block);
    else
        old->free(old->context, block);
}

static void *hook_realloc(void *context, void *block, size_t size)
{
    struct rt_allocator *old = context;
    size_t had;
    void *moved;

    if (block == NULL)
        return hook_malloc(context, size);
    if (!ours(block))
        return old->realloc(old->context, block, size);
    rt_region_block((uint64_t)block, &had);
    if (size <= had && (size > had / 2 || had <= 64))
        return block;
    moved = hook_malloc(context, size);
    if (moved == NULL)
        return NULL;
    rt_copy(moved, block, had < size ? had : size);
    free_ours(block);
    return moved;
}

static bool is_ours(const struct rt_allocator *a)
{
    return a->malloc == hook_malloc;
}

void rt_region_install(void)
{
    static const int domains[2] = {2, 1}; /* PYMEM_DOMAIN_OBJ, PYMEM_DOMAIN_MEM */

    if (heap.bytes == 0)
        return;
    for (unsigned i = 0; i < 2; i++) {
        struct rt_allocator now, mine = {&before[i], hook_malloc, hook_calloc, hook_realloc, hook_free};

        rt_python.get_allocator(domains[i], &now);
        if (is_ours(&now))
            continue;
        before[i] = now;
        rt_python.set_allocator(domains[i], &mine);
    }
}
