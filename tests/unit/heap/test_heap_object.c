/* Is this address an object? And the quarantine: who waits how long, what its poison shows. */
#include "stage.h"

#include <string.h>

enum { QUARANTINE = 64 * 1024, GUARD_STEP = 512 };

static int open_stage(void **state)
{
    stage_open(0x030b, QUARANTINE);
    return 0;
}

static void *block_of(uint64_t object, size_t head)
{
    return (void *)(object - head);
}

/* Pushes everything that waits out of quarantine: fills it with fresh dead. */
static void flush(void)
{
    for (unsigned i = 0; i < 2 * QUARANTINE / 1024 + 2; i++) {
        uint64_t object = stage_object(&stage_plain, 1024, 0);

        rt_object_see(object);
        object_free(block_of(object, 0));
    }
}

static void test_plain_object(void **state)
{
    uint64_t object = stage_object(&stage_plain, 24, 0);
    unsigned before = stage_log.kinds[RS_REC_OBJECT];

    assert_int_equal(rt_object_peek(object), RT_OBJECT_LIVE);
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before); /* peeking records nothing */
    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE);
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before + 1);
    assert_int_equal(stage_log.last[RS_REC_OBJECT].a, object);
    assert_int_equal(stage_log.last[RS_REC_OBJECT].b, 1);
    assert_int_equal(stage_log.last[RS_REC_OBJECT].words[0], (uint64_t)&stage_plain);
    assert_int_equal(stage_log.last[RS_REC_OBJECT].words[1], 32); /* its block */
    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE);
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before + 1); /* once */
    object_free(block_of(object, 0));
}

static void test_type_is_recorded_once(void **state)
{
    static struct stage_type fresh;
    uint64_t object;
    unsigned before = stage_log.kinds[RS_REC_TYPE];

    fresh = stage_plain;
    fresh.name = "fresh";
    object = stage_object(&fresh, 24, 0);
    rt_object_see(object);
    assert_int_equal(stage_log.kinds[RS_REC_TYPE], before + 1);
    assert_int_equal(stage_log.last[RS_REC_TYPE].a, (uint64_t)&fresh);
    assert_int_equal(stage_log.last[RS_REC_TYPE].words[0], 24);
    assert_true(rt_object_type((uint64_t)&fresh));
    assert_int_equal(stage_log.kinds[RS_REC_TYPE], before + 1);
    object_free(block_of(object, 0));
}

static void test_addresses_inside_an_object(void **state)
{
    uint64_t object = stage_object(&stage_plain, 200, 0);

    for (unsigned offset = 1; offset < 200; offset++)
        assert_int_equal(rt_object_see(object + offset), RT_OBJECT_NONE);
    object_free(block_of(object, 0));
}

/* Behind a GC header the object begins 16 bytes into its block, and only there. */
static void test_collected_object(void **state)
{
    uint64_t object = stage_object(&stage_collected, 64, 16), wrong;

    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE);
    assert_int_equal(rt_object_see(object - 16), RT_OBJECT_NONE);
    wrong = stage_object(&stage_collected, 64, 0); /* its type wants a header */
    assert_int_equal(rt_object_see(wrong), RT_OBJECT_NONE);
    object_free(block_of(object, 16));
    object_free((void *)wrong);
    wrong = stage_object(&stage_plain, 64, 16); /* its type has none */
    assert_int_equal(rt_object_see(wrong), RT_OBJECT_NONE);
    object_free(block_of(wrong, 16));
}

/* 3.11 and later: managed dict and weakrefs lie before the GC header. */
static void test_managed_words(void **state)
{
    static struct stage_type managed;
    uint64_t object;

    managed = stage_collected;
    managed.flags |= FLAG_MANAGED;
    object = stage_object(&managed, 96, 32);
    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE);
    object_free(block_of(object, 32));
    object = stage_object(&managed, 96, 16);
    assert_int_equal(rt_object_see(object), RT_OBJECT_NONE);
    object_free(block_of(object, 16));
}

static void test_object_that_is_too_small(void **state)
{
    uint64_t object = stage_object(&stage_collected, 32, 16); /* basic size 40 */

    assert_int_equal(rt_object_see(object), RT_OBJECT_NONE);
    object_free(block_of(object, 16));
}

static void test_types_that_are_none(void **state)
{
    static struct stage_type of_a_plain_one = {.count = 1, .type = (uint64_t)&stage_plain, .name = "x", .basic = 24, .flags = FLAG_READY};
    static uint64_t garbage[64];
    const uint64_t types[] = {0, 1, 4096, 0xdddddddddddddddd, (uint64_t)&stage_unready, (uint64_t)&of_a_plain_one, (uint64_t)garbage, (uint64_t)&types};

    for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++) {
        uint64_t object = stage_object((const struct stage_type *)types[i], 48, 0);

        assert_int_equal(rt_object_see(object), RT_OBJECT_NONE);
        assert_false(rt_object_type(types[i]));
        object_free((void *)object);
    }
}

/* A heap type lives in the region itself; it is one as long as it lives. */
static void test_heap_type(void **state)
{
    struct stage_type *type = (struct stage_type *)((char *)object_malloc(sizeof(struct stage_type) + 16) + 16);
    uint64_t object;
    unsigned freed = stage_log.kinds[RS_REC_FREE];

    *type = stage_plain;
    type->flags |= 1 << 9;
    object = stage_object(type, 24, 0);
    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE);
    object_free((void *)object);
    object_free((char *)type - 16);
    assert_int_equal(stage_log.kinds[RS_REC_FREE], freed + 2); /* the object's and the type's */
    object = stage_object(type, 24, 0);
    assert_int_equal(rt_object_see(object), RT_OBJECT_NONE);
    object_free((void *)object);
}

static void test_raw_memory_never_holds_objects(void **state)
{
    uint64_t *block = mem_malloc(48);

    block[0] = 1;
    block[1] = (uint64_t)&stage_plain;
    assert_int_equal(rt_object_see((uint64_t)block), RT_OBJECT_NONE);
    assert_int_equal(rt_object_in_block((uint64_t)block, 48), 0);
    mem_free(block);
}

/* A freed block keeps no type that its next owner could be taken for. */
static void test_stale_memory_is_no_object(void **state)
{
    static const size_t heads[] = {0, 16, 32};

    for (unsigned i = 0; i < 3; i++) {
        uint64_t object = stage_object(i == 0 ? &stage_plain : &stage_collected, 80, heads[i]);

        object_free(block_of(object, heads[i])); /* never seen: no quarantine */
        assert_ptr_equal(object_malloc(80), block_of(object, heads[i]));
        assert_int_equal(rt_object_see(object), RT_OBJECT_NONE);
        object_free(block_of(object, heads[i]));
    }
}

static void test_stack_and_foreign_memory(void **state)
{
    uint64_t local[4] = {1, (uint64_t)&stage_plain, 0, 0};

    assert_int_equal(rt_object_see((uint64_t)local), RT_OBJECT_NONE);
    assert_int_equal(rt_object_see(0), RT_OBJECT_NONE);
    assert_int_equal(rt_object_see(8), RT_OBJECT_NONE);
    assert_int_equal(rt_object_see(rt_hot.region + REGION - 16), RT_OBJECT_NONE);
}

static uint64_t static_object[4] = {1, (uint64_t)&stage_plain, 0, 0};
static uint64_t seen_static;

static void count_static(uint64_t object, void *context)
{
    seen_static += object == (uint64_t)static_object;
}

static void test_static_object(void **state)
{
    unsigned before = stage_log.kinds[RS_REC_OBJECT];

    assert_int_equal(rt_object_see((uint64_t)static_object), RT_OBJECT_LIVE);
    assert_int_equal(rt_object_see((uint64_t)static_object), RT_OBJECT_LIVE);
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before + 1);
    assert_int_equal(stage_log.last[RS_REC_OBJECT].words[1], 0); /* no block: it never dies */
    assert_int_equal(rt_object_see((uint64_t)static_object + 8), RT_OBJECT_NONE);
    rt_object_each_static(count_static, NULL);
    assert_int_equal(seen_static, 1);
    rt_object_images(); /* after a dlopen: the cache is empty, nothing is recorded again */
    assert_int_equal(rt_object_see((uint64_t)static_object), RT_OBJECT_LIVE);
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before + 1);
}

static void test_free_of_an_object(void **state)
{
    uint64_t object = stage_object(&stage_collected, 64, 16);
    unsigned before = stage_log.kinds[RS_REC_FREE];

    rt_object_see(object);
    object_free(block_of(object, 16));
    assert_int_equal(stage_log.kinds[RS_REC_FREE], before + 1);
    assert_int_equal(stage_log.last[RS_REC_FREE].a, object);
    assert_int_equal(rt_object_see(object), RT_OBJECT_DEAD);
    assert_int_equal(rt_object_count(object), RT_POISON_COUNT);
}

/* Every word of a dead object that somebody may follow faults, and names it. */
static void test_dead_object_names_itself(void **state)
{
    uint64_t object = stage_object(&stage_plain, 48, 0), type;

    rt_object_see(object);
    object_free((void *)object);
    type = rt_object_type_of(object);
    assert_int_equal(rt_quarantine_named(type), object);
    assert_int_equal(rt_quarantine_named(type + 168), object); /* type->tp_flags */
    assert_int_equal(rt_quarantine_named(type + GUARD_STEP - 1), object);
    assert_int_equal(rt_quarantine_named(*(uint64_t *)(object + 32)), object);
    assert_int_equal(rt_quarantine_named((uint64_t)&type), 0);
    assert_int_equal(rt_quarantine_named(0), 0);
}

static void test_dead_neighbours_are_told_apart(void **state)
{
    uint64_t first = stage_object(&stage_plain, 32, 0), second = stage_object(&stage_plain, 32, 0);

    rt_object_see(first);
    rt_object_see(second);
    object_free((void *)first);
    object_free((void *)second);
    assert_int_equal(rt_quarantine_named(rt_object_type_of(first)), first);
    assert_int_equal(rt_quarantine_named(rt_object_type_of(second)), second);
}

static void test_change_of_poison_is_recorded(void **state)
{
    uint64_t object = stage_object(&stage_plain, 32, 0);
    unsigned before = stage_log.kinds[RS_REC_POISON];

    rt_object_see(object);
    object_free((void *)object);
    rt_quarantine_check();
    assert_int_equal(stage_log.kinds[RS_REC_POISON], before);
    --*(uint32_t *)object; /* a Py_DECREF of the interpreter's */
    rt_quarantine_check();
    assert_int_equal(stage_log.kinds[RS_REC_POISON], before + 1);
    assert_int_equal(stage_log.last[RS_REC_POISON].a, object);
    assert_int_equal((int32_t)stage_log.last[RS_REC_POISON].b, -1);
    flush(); /* seen again when it leaves, then never */
    assert_int_equal(stage_log.kinds[RS_REC_POISON], before + 2);
    rt_quarantine_check();
    assert_int_equal(stage_log.kinds[RS_REC_POISON], before + 2);
}

/* First in, first out, and no more than the limit. */
static void test_order_and_limit_of_the_quarantine(void **state)
{
    enum { COUNT = 2 * QUARANTINE / 1024 };
    static uint64_t object[COUNT];
    unsigned dead = 0;

    flush();
    for (unsigned i = 0; i < COUNT; i++) {
        object[i] = stage_object(&stage_plain, 1024, 0);
        rt_object_see(object[i]);
    }
    for (unsigned i = 0; i < COUNT; i++)
        object_free((void *)object[i]);
    for (unsigned i = 0; i < COUNT; i++) {
        bool is_dead = rt_object_peek(object[i]) == RT_OBJECT_DEAD;

        dead += is_dead;
        assert_int_equal(is_dead, i >= COUNT - QUARANTINE / 1024); /* the latest wait */
    }
    assert_int_equal(dead, QUARANTINE / 1024);
}

static void test_a_waiting_block_is_not_handed_out(void **state)
{
    uint64_t object = stage_object(&stage_plain, 640, 0);
    void *others[40];

    rt_object_see(object);
    object_free((void *)object);
    for (unsigned i = 0; i < 40; i++) {
        others[i] = object_malloc(640);
        assert_ptr_not_equal(others[i], (void *)object);
    }
    for (unsigned i = 0; i < 40; i++)
        object_free(others[i]);
}

static void test_larger_than_the_quarantine(void **state)
{
    uint64_t object = stage_object(&stage_plain, 3 * QUARANTINE, 0), next;

    rt_object_see(object);
    object_free((void *)object);
    assert_int_equal(rt_object_peek(object), RT_OBJECT_DEAD); /* the latest always waits */
    next = stage_object(&stage_plain, 32, 0);
    rt_object_see(next);
    object_free((void *)next);
    assert_int_equal(rt_object_peek(object), RT_OBJECT_NONE);
}

/* Small blocks lie side by side: what is done to one must leave its neighbours' marks alone. */
static void neighbours_of(const struct stage_type *type, size_t size, size_t head)
{
    enum { ROW = 64 };
    uint64_t object[ROW];

    flush();
    for (unsigned i = 0; i < ROW; i++) {
        object[i] = stage_object(type, size, head);
        assert_int_equal(rt_object_see(object[i]), RT_OBJECT_LIVE);
    }
    for (unsigned i = 0; i < ROW; i += 2)
        object_free(block_of(object[i], head));
    for (unsigned i = 1; i < ROW; i += 2)
        assert_int_equal(rt_object_peek(object[i]), RT_OBJECT_LIVE);
    flush();
    for (unsigned i = 0; i < ROW; i++) {
        bool alive = i % 2;

        assert_int_equal(rt_object_peek(object[i]), alive ? RT_OBJECT_LIVE : RT_OBJECT_NONE);
        assert_int_equal((*rt_object_side((uint64_t)block_of(object[i], head)) & RT_SIDE_BLOCK) != 0, alive);
        if (alive)
            assert_true(*rt_object_side(object[i]) & RT_SIDE_OBJECT);
    }
    for (unsigned i = 1; i < ROW; i += 2)
        object_free(block_of(object[i], head));
}

static void test_neighbours(void **state)
{
    static struct stage_type tiny;

    tiny = stage_plain;
    tiny.basic = 16;
    neighbours_of(&tiny, 16, 0);
    neighbours_of(&stage_plain, 32, 0);
    neighbours_of(&stage_plain, 48, 0);
    neighbours_of(&stage_collected, 64, 16);
}

static unsigned dying;
static uint64_t last_dying;

static void on_dying(uint64_t object)
{
    dying++;
    last_dying = object;
}

static void test_armed_objects_are_announced(void **state)
{
    uint64_t object = stage_object(&stage_plain, 32, 0), other = stage_object(&stage_plain, 32, 0);

    rt_object_dying = on_dying;
    rt_object_arm(object); /* not seen yet: nothing to mark */
    assert_false(rt_object_armed(object));
    rt_object_see(object);
    rt_object_see(other);
    rt_object_arm(object);
    assert_true(rt_object_armed(object));
    object_free((void *)other);
    assert_int_equal(dying, 0);
    object_free((void *)object);
    assert_int_equal(dying, 1);
    assert_int_equal(last_dying, object);
    rt_object_dying = NULL;
}

/* An object in its type's free list: not born again before its count is above 0. */
static void test_object_in_a_free_list(void **state)
{
    uint64_t object = stage_object(&stage_plain, 32, 0);
    unsigned before;

    rt_object_see(object);
    *(uint64_t *)object = 0;
    *rt_object_side(object) = RT_SIDE_BLOCK | RT_SIDE_SHUT; /* as the hook at its tp_dealloc does */
    before = stage_log.kinds[RS_REC_OBJECT];
    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE);
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before);
    rt_object_raise_dead(object); /* a module's Py_INCREF of the dead one */
    *(uint64_t *)object = 1;
    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE);
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before); /* no new life */
    object_free((void *)object);
    assert_int_equal(rt_object_peek(object), RT_OBJECT_DEAD);
}

static void test_lowered_count_in_a_free_list(void **state)
{
    uint64_t object = stage_object(&stage_plain, 32, 0);
    unsigned before = stage_log.kinds[RS_REC_POISON];

    rt_object_see(object);
    *rt_object_side(object) = RT_SIDE_BLOCK | RT_SIDE_SHUT;
    *(int64_t *)object = 0;
    rt_object_check_shut();
    *(int64_t *)object = 0xffffffff; /* immortal */
    rt_object_check_shut();
    assert_int_equal(stage_log.kinds[RS_REC_POISON], before);
    *(int64_t *)object = -1; /* Py_DECREF of what is dead */
    rt_object_check_shut();
    assert_int_equal(stage_log.kinds[RS_REC_POISON], before + 1);
    assert_int_equal(stage_log.last[RS_REC_POISON].a, object);
    assert_int_equal((int32_t)stage_log.last[RS_REC_POISON].b, -1);
    object_free((void *)object);
}

static void test_object_out_of_a_free_list(void **state)
{
    uint64_t object = stage_object(&stage_plain, 32, 0);
    unsigned before;

    rt_object_see(object);
    *rt_object_side(object) = RT_SIDE_BLOCK | RT_SIDE_SHUT;
    before = stage_log.kinds[RS_REC_OBJECT];
    assert_int_equal(rt_object_see(object), RT_OBJECT_LIVE); /* its count is 1 again */
    assert_int_equal(stage_log.kinds[RS_REC_OBJECT], before + 1);
    object_free((void *)object);
}

static unsigned visits;
static uint64_t last_visit;

static void visit(uint64_t object, void *context)
{
    assert_true(object > last_visit); /* in address order */
    last_visit = object;
    visits++;
}

static void test_each(void **state)
{
    uint64_t object[50];
    unsigned before;

    rt_object_each(visit, NULL);
    before = visits;
    for (unsigned i = 0; i < 50; i++) {
        object[i] = stage_object(&stage_collected, 64, 16);
        rt_object_see(object[i]);
    }
    visits = 0;
    last_visit = 0;
    rt_object_each(visit, NULL);
    assert_int_equal(visits, before + 50);
    for (unsigned i = 0; i < 50; i++)
        object_free(block_of(object[i], 16));
    visits = 0;
    last_visit = 0;
    rt_object_each(visit, NULL);
    assert_int_equal(visits, before);
}

static void test_immortals(void **state)
{
    uint64_t object = stage_object(&stage_plain, 32, 0);

    *(uint64_t *)object = 0xffffffff;
    assert_false(rt_object_immortal(object)); /* 3.11 knows none */
    rt_python.immortal = true;
    assert_true(rt_object_immortal(object));
    *(uint64_t *)object = 5;
    assert_false(rt_object_immortal(object));
    rt_python.immortal = false;
    object_free((void *)object);
}

static void test_object_in_block(void **state)
{
    uint64_t plain = stage_object(&stage_plain, 48, 0), collected = stage_object(&stage_collected, 64, 16), empty = (uint64_t)object_malloc(64);

    memset((void *)empty, 0, 64);
    assert_int_equal(rt_object_in_block(plain, 48), plain);
    assert_int_equal(rt_object_in_block(collected - 16, 64), collected);
    assert_int_equal(rt_object_in_block(empty, 64), 0);
    object_free((void *)plain);
    object_free((void *)(collected - 16));
    object_free((void *)empty);
}

/* The collector's list: neighbours that know each other. */
static void test_tracked(void **state)
{
    uint64_t object = stage_object(&stage_collected, 64, 16), other = stage_object(&stage_collected, 64, 16);
    uint64_t *head = (uint64_t *)(object - 16), *next = (uint64_t *)(other - 16);

    head[0] = head[1] = 0; /* PyObject_GC_UnTrack */
    assert_false(rt_object_tracked(object));
    head[0] = head[1] = (uint64_t)next;
    next[0] = next[1] = (uint64_t)head;
    assert_true(rt_object_tracked(object));
    head[1] |= 2; /* flags in the low bits */
    assert_true(rt_object_tracked(object));
    next[1] = 0x5000;
    assert_false(rt_object_tracked(object));
    object_free(head);
    object_free(next);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_object), cmocka_unit_test(test_type_is_recorded_once), cmocka_unit_test(test_addresses_inside_an_object),
        cmocka_unit_test(test_collected_object), cmocka_unit_test(test_managed_words), cmocka_unit_test(test_object_that_is_too_small),
        cmocka_unit_test(test_types_that_are_none), cmocka_unit_test(test_heap_type), cmocka_unit_test(test_raw_memory_never_holds_objects),
        cmocka_unit_test(test_stale_memory_is_no_object), cmocka_unit_test(test_stack_and_foreign_memory),
        cmocka_unit_test(test_static_object), cmocka_unit_test(test_free_of_an_object), cmocka_unit_test(test_dead_object_names_itself),
        cmocka_unit_test(test_dead_neighbours_are_told_apart), cmocka_unit_test(test_change_of_poison_is_recorded),
        cmocka_unit_test(test_order_and_limit_of_the_quarantine), cmocka_unit_test(test_a_waiting_block_is_not_handed_out),
        cmocka_unit_test(test_larger_than_the_quarantine), cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_armed_objects_are_announced), cmocka_unit_test(test_object_in_a_free_list),
        cmocka_unit_test(test_lowered_count_in_a_free_list), cmocka_unit_test(test_object_out_of_a_free_list), cmocka_unit_test(test_each), cmocka_unit_test(test_immortals),
        cmocka_unit_test(test_object_in_block), cmocka_unit_test(test_tracked),
    };

    return cmocka_run_group_tests(tests, open_stage, NULL);
}
