/* Arenas, growable arrays, errors as values. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

enum { BLOCKS = 2000 };

static bool is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Zeroed, aligned, and nobody else's: each block keeps what was written into it. */
static void test_blocks(void **state)
{
    static unsigned char *block[BLOCKS];
    static size_t size[BLOCKS];
    struct rs_arena arena = {0};
    size_t wanted = 0;

    for (unsigned i = 0; i < BLOCKS; i++) {
        size[i] = i % 100 == 99 ? 200000 + i : (i * 37) % 700;
        wanted += size[i];
        block[i] = rs_arena_alloc(&arena, size[i]);
        assert_int_equal((uintptr_t)block[i] % 16, 0);
        assert_true(is_zero(block[i], size[i]));
        memset(block[i], (int)(i % 251) + 1, size[i]);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(block[i][k], i % 251 + 1);
    assert_true(arena.total >= wanted && arena.total < wanted + 16 * BLOCKS);
    rs_arena_close(&arena);
    assert_null(arena.blocks);
    assert_int_equal(arena.total, 0);
    assert_non_null(rs_arena_alloc(&arena, 1)); /* a closed arena may be used again */
    rs_arena_close(&arena);
}

static void test_texts(void **state)
{
    struct rs_arena arena = {0};
    char longer[3000];
    const char *made;

    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = 0;
    assert_string_equal(rs_arena_strdup(&arena, ""), "");
    assert_string_equal(rs_arena_strdup(&arena, "RS101"), "RS101");
    assert_string_equal(rs_arena_strndup(&arena, "abcdef", 3), "abc");
    made = rs_arena_printf(&arena, "%s:%d", longer, 42);
    assert_int_equal(strlen(made), sizeof(longer) - 1 + 3);
    assert_string_equal(made + sizeof(longer) - 1, ":42");
    rs_arena_close(&arena);
}

static void test_arrays(void **state)
{
    RS_VEC(uint64_t) numbers = {0};

    for (uint64_t i = 0; i < 10000; i++)
        *RS_PUSH(&numbers) = i * i;
    assert_int_equal(numbers.count, 10000);
    for (uint64_t i = 0; i < 10000; i++)
        assert_int_equal(numbers.items[i], i * i);
    RS_VEC_CLOSE(&numbers);
    assert_null(numbers.items);
    assert_int_equal(numbers.count + numbers.room, 0);
}

static void test_errors(void **state)
{
    struct rs_error error = {"old"};
    char longer[1000];

    memset(longer, 'y', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = 0;
    assert_false(rs_fail(NULL, "nobody %s", "listens"));
    assert_false(rs_fail(&error, "no such rule '%s'", "RS999"));
    assert_string_equal(error.text, "no such rule 'RS999'");
    assert_false(rs_fail(&error, "%s", longer)); /* cut, never overrun */
    assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* Without memory the host ends with status 2 instead of answering NULL. */
static void test_no_memory(void **state)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        close(2);
        (void)rs_alloc((size_t)1 << 62);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks), cmocka_unit_test(test_texts), cmocka_unit_test(test_arrays), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
