/* Compilers' command lines: what they make of what, and which flags clang gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "check/driver/command.h"
#include "check/driver/record.h"

/* The words with blanks between them. */
static const char *joined(struct rs_arena *arena, const struct rs_words *words)
{
    const char *text = "";

    for (size_t i = 0; i < words->count; i++)
        text = rs_arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", words->items[i]);
    return text;
}

struct row {
    const char *line;
    enum rs_command_makes makes;
    const char *sources, *objects, *output, *flags;
};

static const struct row rows[] = {
    {"gcc -c a.c", RS_MAKES_OBJECT, "a.c", "", NULL, ""},
    {"/usr/bin/x86_64-linux-gnu-ar rcs lib/x.a a.o b/c.o", RS_MAKES_ARCHIVE, "", "a.o b/c.o", "lib/x.a", ""},
    {"ar -t lib/x.a", RS_MAKES_NOTHING, "", "", NULL, ""},
    {"x86_64-linux-gnu-gcc -pthread -Wno-unused -DNDEBUG -g -fwrapv -O2 -Wall -fstack-protector-strong -fPIC -I/usr/include/python3.11 -c m.c -o b/m.o -MD -MF m.d",
     RS_MAKES_OBJECT, "m.c", "", "b/m.o", "-pthread -DNDEBUG -fwrapv -I/usr/include/python3.11"},
    {"g++ -std=c++17 -isystem inc -fno-exceptions -fvisibility=hidden -D A=1 -U B -include pre.h -c x.cpp -ox.o", RS_MAKES_OBJECT, "x.cpp", "", "x.o",
     "-std=c++17 -isystem inc -fno-exceptions -D A=1 -U B -include pre.h"},
    {"gcc -shared -Wl,-O1 -L/lib a.o lib/b.a -lm -o m.so", RS_MAKES_SHARED, "", "a.o lib/b.a", "m.so", ""},
    {"gcc -shared -fPIC a.c b.c -o m.so", RS_MAKES_SHARED, "a.c b.c", "", "m.so", ""},
    {"gcc main.o -o tool", RS_MAKES_PROGRAM, "", "main.o", "tool", ""},
    {"gcc -E a.c", RS_MAKES_NOTHING, "a.c", "", NULL, ""},
    {"gcc --version", RS_MAKES_NOTHING, "", "", NULL, ""},
    {"gcc -Wp,-D_FORTIFY_SOURCE=2 -D_FORTIFY_SOURCE=3 -U_FORTIFY_SOURCE -D _FORTIFY_SOURCE=1 -O3 -march=x86-64-v2 -mavx2 -c a.c", RS_MAKES_OBJECT, "a.c", "", NULL,
     "-march=x86-64-v2 -mavx2"},
    {"gcc -x c++ -c thing.inc", RS_MAKES_OBJECT, "thing.inc", "", NULL, "-x c++"},
    {"gcc -c a.s b.S", RS_MAKES_OBJECT, "", "", NULL, ""},
    {"clang -Xclang -foo -target x86_64-linux --sysroot=/s -c a.c -o", RS_MAKES_OBJECT, "a.c", "", NULL, "-target x86_64-linux --sysroot=/s"},
    {"gcc -c - -I", RS_MAKES_OBJECT, "", "", NULL, ""},
};

static void test_command_lines(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct rs_arena arena = {0};
        struct rs_words words = {0};
        struct rs_command command;

        print_message("%s\n", rows[i].line);
        rs_command_split(&arena, rows[i].line, &words);
        rs_command_parse(words.items, words.count, &command);
        assert_int_equal(command.makes, rows[i].makes);
        assert_string_equal(joined(&arena, &command.sources), rows[i].sources);
        assert_string_equal(joined(&arena, &command.objects), rows[i].objects);
        assert_string_equal(joined(&arena, &command.flags), rows[i].flags);
        assert_string_equal(command.output ? command.output : "-", rows[i].output ? rows[i].output : "-");
        rs_command_close(&command);
        RS_VEC_CLOSE(&words);
        rs_arena_close(&arena);
    }
}

static void test_words_of_a_shell(void **state)
{
    static const char *const expected[] = {"a b", "c\"d", "e\\f", "g h", "", "$x", "i\\j"};
    struct rs_arena arena = {0};
    struct rs_words words = {0};

    rs_command_split(&arena, "  'a b' \"c\\\"d\" 'e\\f' g\\ h ''\t$x\n\"i\\j\" ", &words);
    assert_int_equal(words.count, sizeof(expected) / sizeof(*expected));
    for (size_t i = 0; i < words.count; i++)
        assert_string_equal(words.items[i], expected[i]);
    RS_VEC_CLOSE(&words);
    rs_arena_close(&arena);
}

static void test_records(void **state)
{
    static const char good[] = "refsan record 1\0/src\0gcc\0-c\0a.c";
    struct rs_words words = {0};
    const char *folder;

    assert_true(rs_record_parse(good, sizeof(good), &folder, &words));
    assert_string_equal(folder, "/src");
    assert_int_equal(words.count, 3);
    assert_string_equal(words.items[2], "a.c");
    RS_VEC_CLOSE(&words);
    assert_false(rs_record_parse(good, sizeof(good) - 1, &folder, &words));
    assert_false(rs_record_parse("refsan record 2\0/src\0gcc", 25, &folder, &words));
    assert_false(rs_record_parse("", 0, &folder, &words));
    RS_VEC_CLOSE(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_lines),
        cmocka_unit_test(test_words_of_a_shell),
        cmocka_unit_test(test_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
