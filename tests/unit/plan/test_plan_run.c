/* Compiled C, patched, against itself unpatched and against the truth of a counting build: the same results,
 * the same final state, and for every object the same count of increments and decrements; entries, indirect
 * calls and imports are seen as often as they happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

enum { OBJECTS = 8, ROUNDS = 24, START = 1000 };

/* As in fixtures/shapes.c. */
struct type;
struct object {
    union {
        int64_t count;
        uint32_t half[2];
    };
    struct type *type;
    struct object *a, *b;
};
struct type {
    void (*dealloc)(struct object *);
    struct object *(*get)(struct object *, struct object *);
};

static struct object objects[OBJECTS];
static long incs, decs, net[OBJECTS], deallocs, foreign;

void Py_FakeDealloc(struct object *object);
struct object *Py_FakeIdentity(struct object *object);

void Py_FakeDealloc(struct object *object)
{
    deallocs++;
    object->count = START;
}

struct object *Py_FakeIdentity(struct object *object)
{
    return object;
}

static void on_store(uint64_t address, uint32_t value, uint32_t site, bool set)
{
    uint64_t index = (address - (uint64_t)objects) / sizeof *objects;
    if (address < (uint64_t)objects || index >= OBJECTS || address != (uint64_t)&objects[index]) {
        foreign++;
        return;
    }
    int32_t delta = (int32_t)(set ? value - objects[index].half[0] : value);
    net[index] += delta;
    *(delta > 0 ? &incs : &decs) += delta > 0 ? delta : -delta;
}

static void reset(const struct type *types)
{
    for (unsigned i = 0; i < OBJECTS; i++) {
        objects[i] = (struct object){.count = START + i, .type = (struct type *)&types[i % 3]};
        objects[i].a = &objects[(i + 3) % OBJECTS];
        objects[i].b = i % 2 ? &objects[(i + 5) % OBJECTS] : NULL;
    }
    objects[4].count = 1; /* dies at its first release */
    memset(net, 0, sizeof net);
    incs = decs = deallocs = foreign = 0;
}

struct outcome {
    long result, deallocs;
    struct object objects[OBJECTS];
};

static struct outcome call(const struct fixture *fixture, const char *name, long n)
{
    struct object *array[OBJECTS];
    long (*function)(struct object **, long) =
        (long (*)(struct object **, long))fixture_symbol(fixture, name);
    struct outcome outcome;
    reset(fixture_symbol(fixture, "types"));
    for (unsigned i = 0; i < OBJECTS; i++)
        array[i] = &objects[i];
    outcome.result = function(array, n);
    outcome.deallocs = deallocs;
    for (unsigned i = 0; i < OBJECTS; i++) {
        outcome.objects[i] = objects[i];
        outcome.objects[i].type = NULL; /* differs by load address */
    }
    return outcome;
}

static const char *const names[] = {"one_inc",         "one_dec",      "many",   "loop",       "swap",
                                    "fields",          "branches",     "sw",     "goto_table", "hand_out",
                                    "through_pointer", "tail_pointer", "floats", "api",        "direct",
                                    "fixed_object"};

static void compare_function(const struct fixture *plain, const struct fixture *patched,
                             const struct fixture *truth, const char *name)
{
    long *true_incs = fixture_symbol(truth, "counted_inc"), *true_decs = fixture_symbol(truth, "counted_dec");
    bool fixed = strcmp(name, "fixed_object") == 0; /* its object is the module's own */
    for (long n = 0; n < ROUNDS; n++) {
        struct outcome expected = call(plain, name, n), seen = call(patched, name, n);
        if (expected.result != seen.result)
            fail_msg("%s(%ld): %ld, not %ld", name, n, seen.result, expected.result);
        assert_memory_equal(&expected, &seen, sizeof seen);
        long seen_incs = incs, seen_decs = decs, seen_net[OBJECTS];
        memcpy(seen_net, net, sizeof net);
        *true_incs = *true_decs = 0;
        call(truth, name, n);
        if (!fixed && (seen_incs != *true_incs || seen_decs != *true_decs))
            fail_msg("%s(%ld): %ld increments and %ld decrements seen, %ld and %ld done", name, n, seen_incs,
                     seen_decs, *true_incs, *true_decs);
        for (unsigned i = 0; i < OBJECTS && !seen.deallocs; i++)
            if (seen_net[i] != seen.objects[i].count - (i == 4 ? 1 : START + i))
                fail_msg("%s(%ld): object %u changed by %ld in the books", name, n, i, seen_net[i]);
    }
}

static void check_hooks(const struct fixture *patched)
{
    uint64_t entered = 0, called = 0, imported = 0;
    for (uint32_t i = 0; i < patched->plan->entries; i++)
        entered += fixture_count(patched, fixture_entries(patched)[i].desc_off, RS_HOOK_ENTRY);
    for (uint32_t i = 0; i < patched->plan->calls; i++)
        called += fixture_count(patched, fixture_calls(patched)[i].desc_off, RS_HOOK_CALL);
    for (uint32_t i = 0; i < patched->plan->imports; i++)
        if (strcmp(fixture_imports(patched)[i].name, "Py_FakeIdentity") == 0)
            imported += fixture_count(patched, fixture_imports(patched)[i].desc_off, RS_HOOK_API);
    /* through_pointer and tail_pointer call one of three getters through a type, ROUNDS times each; direct
     * calls of self_get do not pass its entry. */
    assert_int_equal(entered, 2 * ROUNDS);
    assert_int_equal(called, 2 * ROUNDS);
    assert_int_equal(imported, 2 * ROUNDS);
}

static void run_layout(unsigned layout, const char *level)
{
    struct fixture plain, patched, truth;
    char flags[96];
    snprintf(flags, sizeof flags, "%s -fvisibility=hidden -DLAYOUT=%u", level, layout);
    fixture_build_file(&plain, "shapes.c", flags);
    fixture_build_file(&patched, "shapes.c", flags);
    snprintf(flags, sizeof flags, "%s -DLAYOUT=%u -DCOUNT", level, layout);
    fixture_build_file(&truth, "shapes.c", flags);
    fixture_load(&plain), fixture_load(&patched), fixture_load(&truth);
    fixture_patch(&patched, NULL);
    assert_int_equal(patched.plan->sites_unpatched, 0);
    assert_int_equal(patched.plan->functions_skipped, 0);
    fixture_on_store = on_store;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        compare_function(&plain, &patched, &truth, names[i]);
    check_hooks(&patched);
    fixture_close(&plain), fixture_close(&patched), fixture_close(&truth);
}

static void counts_of_3_11(void **state)
{
    run_layout(311, "-O2");
    run_layout(311, "-O3");
    run_layout(311, "-O2 -fno-plt -fcf-protection=full");
}

static void counts_of_3_12(void **state)
{
    run_layout(312, "-O2");
    run_layout(312, "-O3");
    run_layout(312, "-O1");
    run_layout(312, "-O0");
}

static void counts_of_3_14(void **state)
{
    run_layout(314, "-O2");
    run_layout(314, "-O3");
    run_layout(314, "-O2 -fno-omit-frame-pointer -Wl,-z,now");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_3_11),
        cmocka_unit_test(counts_of_3_12),
        cmocka_unit_test(counts_of_3_14),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
