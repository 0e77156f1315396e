/* What a source begins with: where reading ends, and that comments and blanks make no difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "check/driver/preamble.h"

/* The last beginning's text, "" without one; its length has to be that of the bytes before `rest`. */
static char *read_text(struct rs_arena *arena, const char *source, const char *rest)
{
    struct rs_preambles preambles = {0};
    const char *text = "";

    rs_preamble_read(arena, source, strlen(source), "/proc/self", &preambles);
    for (size_t i = 1; i < preambles.list.count; i++)
        assert_true(preambles.list.items[i - 1].length < preambles.list.items[i].length);
    if (preambles.list.count > 0) {
        text = preambles.list.items[preambles.list.count - 1].text;
        assert_int_equal(preambles.list.items[preambles.list.count - 1].length, rest - source);
    }
    rs_preambles_close(&preambles);
    return rs_arena_strdup(arena, text);
}

static void test_texts(void **state)
{
    static const struct {
        const char *source, *text, *rest;
    } rows[] = {
        {"#include <a.h>\nint x;\n", "#include <a.h>\n", "int"},
        {"/* a\n * b */ # include /* c */ <a.h> // d\n\n#include \"b.h\"\nint x;\n",
         "#include <a.h>\n#include \"b.h\"\n", "int"},
        {"#include <a.h>\r\n \t #define X \"/* // \\\" */\" 'a'\r\n#include\t<b.h>\r\nint x;",
         "#include <a.h>\n#define X \"/* // \\\" */\" 'a'\n#include <b.h>\n", "int"},
        {"#ifndef A\n#define A 1 / 2\n#include <x.h>\n#elif 1\n#pragma message \"m\"\n#else\n#warning w\n#error "
         "e\n#endif\n"
         "#include <a.h>\nint x;\n",
         "#ifndef A\n#define A 1 / 2\n#include <x.h>\n#elif 1\n#pragma message \"m\"\n#else\n#warning w\n#error "
         "e\n#endif\n"
         "#include <a.h>\n",
         "int"},
        {"#include <a.h>\n#ifdef A\n#include <b.h>\nint x;\n#endif\n", "#include <a.h>\n", "#ifdef"},
        {"#include <a.h>\n#include <b.h>", "#include <a.h>\n", "#include <b"}, /* the last line does not end */
        {"#include <a.h>\n#include <b.h> /* ", "#include <a.h>\n", "#include <b"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct rs_arena arena = {0};

        assert_string_equal(read_text(&arena, rows[i].source, strstr(rows[i].source, rows[i].rest)), rows[i].text);
        rs_arena_close(&arena);
    }
}

/* What reading ends before: a line between two headers. */
static void test_ends(void **state)
{
    static const char *const lines[] = {
        "int x;",
        "#include \"status\"",       /* lies beside the source */
        "#include \"/proc/none.h\"", /* a whole path */
        "#include NAME",
        "#include_next <b.h>",
        "#import <b.h>",
        "#if __has_include(\"b.h\")\n#endif",
        "#pragma once",
        "#pragma GCC system_header",
        "#line 3",
        "#error no condition",
        "#else",
        "#endif",
        "#define A \\\n 1",
        "#define A R\"(x)\"",
        "#define A \"x",
        "#define A 'x",
        "#define A ?\?/",
        "// a \\\n#define A",
        "#include <b.h> more",
        "#",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        struct rs_arena arena = {0};
        const char *source = rs_arena_printf(&arena, "#include <a.h>\n%s\n#include <c.h>\nint y;\n", lines[i]);

        assert_string_equal(read_text(&arena, source, strchr(source, '\n') + 1), "#include <a.h>\n");
        rs_arena_close(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_ends)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
