/* The object region as an allocator: sizes, alignment, look-up, realloc, what is not ours, and a long walk against a model. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL = 64 * 1024, HELD = 3000, STEPS = 150000 };

static int open_stage(void **state)
{
    stage_open(0x030b, 1 << 20);
    return 0;
}

static void check_block(const unsigned char *block, size_t wanted)
{
    const size_t offsets[] = {0, 1, wanted / 2, wanted > 0 ? wanted - 1 : 0};
    size_t size = 0;

    assert_non_null(block);
    assert_int_equal((uintptr_t)block % 16, 0);
    for (unsigned i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
        size_t inside = offsets[i] < (wanted > 0 ? wanted : 1) ? offsets[i] : 0;

        assert_int_equal(rt_region_block((uint64_t)block + inside, &size), (uint64_t)block);
        assert_true(size >= wanted);
        assert_true(size <= 2 * wanted + 16);
    }
}

static void test_every_size(void **state)
{
    for (size_t size = 0; size <= SMALL; size += size < 2048 ? 1 : 37) {
        void *block = object_malloc(size);

        check_block(block, size);
        memset(block, 0xaa, size);
        object_free(block);
    }
    assert_int_equal(stage_foreign.mallocs, 0);
}

/* Both sides of each power of two: the classes meet there. */
static void test_class_borders(void **state)
{
    for (size_t size = 1024; size <= 8u << 20; size *= 2) {
        for (size_t near = size - 1; near <= size + 1; near++) {
            void *block = object_malloc(near);

            check_block(block, near);
            ((char *)block)[near - 1] = 1;
            object_free(block);
        }
    }
}

static void test_interior_pointers_of_large_blocks(void **state)
{
    size_t size, wanted = 5 * RT_SPAN + 100;
    char *block = object_malloc(wanted);

    for (size_t at = 0; at < wanted; at += RT_SPAN / 2)
        assert_int_equal(rt_region_block((uint64_t)block + at, &size), (uint64_t)block);
    object_free(block);
}

static void test_addresses_elsewhere(void **state)
{
    size_t size;
    char local;

    assert_int_equal(rt_region_block((uint64_t)&local, &size), 0);
    assert_int_equal(rt_region_block(0, &size), 0);
    assert_int_equal(rt_region_block(rt_hot.region + REGION, &size), 0);
    assert_int_equal(rt_region_block(rt_hot.region + REGION - 16, &size), 0); /* not handed out yet */
    assert_int_equal(rt_region_block(rt_hot.region, &size), 0);               /* the first span stays empty */
}

static void test_zeroed_memory(void **state)
{
    struct rt_allocator *mem = &stage_now[1];
    unsigned char *block = mem->malloc(mem->context, 500);

    memset(block, 0xff, 500);
    mem->free(mem->context, block);
    block = mem->calloc(mem->context, 50, 10);
    for (unsigned i = 0; i < 500; i++)
        assert_int_equal(block[i], 0);
    mem->free(mem->context, block);
    assert_null(mem->calloc(mem->context, SIZE_MAX / 2, 3));
}

static void fill(unsigned char *block, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        block[i] = (unsigned char)(seed + i * 7);
}

static bool is_filled(const unsigned char *block, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != (unsigned char)(seed + i * 7))
            return false;
    return true;
}

static void test_realloc_keeps_the_bytes(void **state)
{
    static const size_t sizes[] = {1, 16, 17, 64, 65, 500, 1024, 1025, 4000, 40000, 70000, 300000, 299999, 150000, 33000, 1500, 600, 30, 2, 0, 9};
    struct rt_allocator *domain = &stage_now[2];
    unsigned char *block = NULL;
    size_t had = 0, room = 0;

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        block = domain->realloc(domain->context, block, sizes[i]);
        assert_int_equal(rt_region_block((uint64_t)block, &room), (uint64_t)block);
        assert_true(room >= sizes[i]);
        assert_true(is_filled(block, had < sizes[i] ? had : sizes[i], i));
        fill(block, sizes[i], i + 1);
        had = sizes[i];
    }
    domain->free(domain->context, block);
}

static void test_foreign_blocks_pass_through(void **state)
{
    struct rt_allocator *domain = &stage_now[2];
    struct stage_foreign before = stage_foreign;
    void *block = malloc(40);
    int64_t live = rt_region_live();

    block = domain->realloc(domain->context, block, 80);
    domain->free(domain->context, block);
    domain->free(domain->context, NULL);
    assert_int_equal(stage_foreign.reallocs, before.reallocs + 1);
    assert_int_equal(stage_foreign.frees, before.frees + 1);
    assert_int_equal(rt_region_live(), live);
}

/* What the region cannot give comes from the allocator that was there before, and goes back to it. */
static void test_too_large_for_the_region(void **state)
{
    struct stage_foreign before = stage_foreign;
    void *block = object_malloc((size_t)REGION + 1);

    assert_int_equal(stage_foreign.mallocs, before.mallocs + 1);
    object_free(block);
    assert_int_equal(stage_foreign.frees, before.frees + (block != NULL));
}

static void test_domains_are_apart(void **state)
{
    void *object = object_malloc(48), *raw = mem_malloc(48);

    assert_true(rt_region_may_hold_objects((uint64_t)object));
    assert_false(rt_region_may_hold_objects((uint64_t)raw));
    assert_false(rt_region_may_hold_objects((uint64_t)&object));
    object_free(object);
    mem_free(raw);
}

static void test_installed_once_and_again(void **state)
{
    struct rt_allocator mine = stage_now[2], other = mine;

    rt_region_install();
    assert_memory_equal(&stage_now[2], &mine, sizeof(mine));
    other.malloc = stage_now[0].malloc; /* somebody sets an allocator of his own */
    other.calloc = stage_now[0].calloc;
    other.realloc = stage_now[0].realloc;
    other.free = stage_now[0].free;
    stage_now[2] = other;
    rt_region_install();
    assert_memory_equal(&stage_now[2], &mine, sizeof(mine));
}

struct held {
    unsigned char *block;
    size_t size;
    unsigned seed;
    bool raw;
};
static struct held held[HELD];

static size_t some_size(void)
{
    uint64_t kind = stage_draw(100);

    return kind < 80 ? stage_draw(200) : kind < 97 ? stage_draw(5000) : stage_draw(200000);
}

static void swap_block(struct held *h)
{
    if (h->block != NULL) {
        assert_true(is_filled(h->block, h->size, h->seed)); /* nobody else wrote into it */
        (h->raw ? mem_free : object_free)(h->block);
    }
    h->raw = stage_draw(2);
    h->size = some_size();
    h->seed = (unsigned)stage_draw(255);
    h->block = (h->raw ? mem_malloc : object_malloc)(h->size);
    fill(h->block, h->size, h->seed);
}

static void resize_block(struct held *h)
{
    struct rt_allocator *domain = &stage_now[h->raw ? 1 : 2];
    size_t size = some_size();

    if (h->block == NULL)
        return;
    h->block = domain->realloc(domain->context, h->block, size);
    assert_true(is_filled(h->block, size < h->size ? size : h->size, h->seed));
    h->size = size;
    fill(h->block, h->size, h->seed);
}

static void test_random_walk(void **state)
{
    int64_t live = rt_region_live(), count = 0;

    for (unsigned step = 0; step < STEPS; step++) {
        struct held *h = &held[stage_draw(HELD)];

        if (stage_draw(4) == 0)
            resize_block(h);
        else
            swap_block(h);
    }
    for (unsigned i = 0; i < HELD; i++)
        count += held[i].block != NULL;
    assert_int_equal(rt_region_live(), live + count);
}

static int by_address(const void *a, const void *b)
{
    const struct held *x = a, *y = b;

    return x->block < y->block ? -1 : x->block > y->block;
}

static uint64_t covered;

static void cover(uint64_t start, size_t block_size, size_t bytes, void *context)
{
    const struct held *h = context;

    if ((uint64_t)h->block - start < bytes) {
        covered++;
        assert_true(block_size >= h->size);
    }
}

/* After the walk: blocks lie apart, each in exactly one span that is visited, and all of them can be given back. */
static void test_blocks_do_not_overlap(void **state)
{
    int64_t live = rt_region_live();
    size_t size;

    qsort(held, HELD, sizeof(*held), by_address);
    for (unsigned i = 1; i < HELD; i++) {
        if (held[i - 1].block == NULL)
            continue;
        assert_int_equal(rt_region_block((uint64_t)held[i - 1].block, &size), (uint64_t)held[i - 1].block);
        assert_true(held[i - 1].block + size <= held[i].block);
        covered = 0;
        if (i % 10 == 0)
            rt_region_spans(cover, &held[i]);
        assert_int_equal(covered, i % 10 == 0);
    }
    for (unsigned i = 0; i < HELD; i++) {
        if (held[i].block != NULL) {
            live--;
            assert_true(is_filled(held[i].block, held[i].size, held[i].seed));
            (held[i].raw ? mem_free : object_free)(held[i].block);
        }
    }
    assert_int_equal(rt_region_live(), live);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size), cmocka_unit_test(test_class_borders), cmocka_unit_test(test_interior_pointers_of_large_blocks),
        cmocka_unit_test(test_addresses_elsewhere), cmocka_unit_test(test_zeroed_memory), cmocka_unit_test(test_realloc_keeps_the_bytes),
        cmocka_unit_test(test_foreign_blocks_pass_through), cmocka_unit_test(test_too_large_for_the_region),
        cmocka_unit_test(test_domains_are_apart), cmocka_unit_test(test_installed_once_and_again), cmocka_unit_test(test_random_walk),
        cmocka_unit_test(test_blocks_do_not_overlap),
    };

    return cmocka_run_group_tests(tests, open_stage, NULL);
}
