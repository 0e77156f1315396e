/* What bitcode was made of: clang's rules, lists on disk, and which changes of files and folders count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "check/driver/depends.h"

static const struct timespec now = {.tv_sec = 1000}, later = {.tv_sec = 2000000000};

static void test_rules(void **state)
{
    static const struct {
        const char *rule, *files;
    } rows[] = {
        {"x.o: a.c b.h\n", "a.c|b.h|"},
        {"x.o: a.c \\\n  /usr/b.h \\\n c.h\n", "a.c|/usr/b.h|c.h|"},
        {"x.o: a\\ b.c c\\#d.h $$e.h f\\g.h", "a b.c|c#d.h|$e.h|f\\g.h|"},
        {"x.o:", ""},
        {"no rule", ""},
        {"x.o: a.c \\\n", "a.c|"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct rs_arena arena = {0};
        struct rs_words files = {0};
        const char *text = "";

        rs_depends_of_rule(&arena, rows[i].rule, &files);
        for (size_t k = 0; k < files.count; k++)
            text = rs_arena_printf(&arena, "%s%s|", text, files.items[k]);
        assert_string_equal(text, rows[i].files);
        RS_VEC_CLOSE(&files);
        rs_arena_close(&arena);
    }
}

static char folder[64];

static const char *path(const char *name)
{
    static char full[2][128];
    static int turn;

    turn = !turn;
    snprintf(full[turn], sizeof(full[turn]), "%s/%s", folder, name);
    return full[turn];
}

/* Written anew, even where the bytes are the same. */
static void put(const char *name, const char *text)
{
    FILE *file = fopen(path("new"), "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(path("new"), path(name)), 0);
}

static int setup(void **state)
{
    strcpy(folder, "/tmp/test-depends-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    mkdir(path("one"), 0700);
    mkdir(path("two"), 0700);
    mkdir(path("two/part"), 0700);
    put("a.c", "int a;");
    put("two/b.h", "int b;");
    put("two/part/c.h", "int c;");
    return 0;
}

static int teardown(void **state)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static bool note(struct rs_arena *arena, struct timespec begun, struct rs_depends *depends)
{
    const char *flag_words[] = {"-Ione", "-I", "two"}, *file_words[] = {"a.c", "two/b.h", "two/part/c.h"};
    struct rs_words flags = {flag_words, 3, 3}, files = {file_words, 3, 3};

    rs_cache_key_bytes("bitcode", 7, &depends->made);
    return rs_depends_note(arena, folder, &flags, &files, begun, depends);
}

/* What is there is one thing, where and when it was written another. */
static void test_changes(void **state)
{
    struct rs_arena arena = {0};
    struct rs_depends depends = {0}, refused = {0};

    assert_true(note(&arena, later, &depends));
    assert_true(rs_depends_hold(&depends));
    put("two/b.h", "int b;");
    assert_true(rs_depends_hold(&depends));
    put("two/b.h", "int B;");
    assert_false(rs_depends_hold(&depends));
    put("two/b.h", "int b;");
    put("a.so", "an object");
    put("one/notes.txt", "text");
    assert_true(rs_depends_hold(&depends));
    put("one/b.h", "hides two/b.h");
    assert_false(rs_depends_hold(&depends));
    unlink(path("one/b.h"));
    assert_true(rs_depends_hold(&depends));
    mkdir(path("one/part"), 0700); /* a name without an ending, and a place for part/c.h */
    assert_false(rs_depends_hold(&depends));
    rmdir(path("one/part"));
    put("b.h", "beside the source");
    assert_false(rs_depends_hold(&depends));
    unlink(path("b.h"));
    assert_true(rs_depends_hold(&depends));
    unlink(path("two/part/c.h"));
    assert_false(rs_depends_hold(&depends));
    put("two/part/c.h", "int c;");
    assert_false(note(&arena, now, &refused)); /* younger than the compiler's start */
    rs_depends_close(&depends);
    rs_depends_close(&refused);
    rs_arena_close(&arena);
}

/* A list is read as it was written; one that is cut anywhere, or has one other byte, is refused. */
static void test_lists(void **state)
{
    struct rs_arena arena = {0};
    struct rs_depends depends = {0}, again = {0};
    size_t size;
    char *text;

    assert_true(note(&arena, later, &depends));
    text = rs_depends_text(&depends, &size);
    assert_non_null(text);
    assert_true(rs_depends_read(&arena, text, size, &again));
    assert_int_equal(again.list.count, depends.list.count);
    assert_string_equal(again.made.hex, depends.made.hex);
    assert_true(rs_depends_hold(&again));
    for (size_t i = 0; i < size; i++) {
        struct rs_depends damaged = {0};

        assert_false(rs_depends_read(&arena, text, i, &damaged));
        text[i] ^= 1;
        assert_false(rs_depends_read(&arena, text, size, &damaged));
        text[i] ^= 1;
        rs_depends_close(&damaged);
    }
    free(text);
    rs_depends_close(&depends);
    rs_depends_close(&again);
    rs_arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test_setup_teardown(test_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
