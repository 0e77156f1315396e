/* Strings on their way to a reader: repaired UTF-8, harmless controls, short names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "report/text.h"

#define R "\xEF\xBF\xBD"

static struct rs_arena arena;

static void test_utf8_is_repaired(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80", "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"},
        {"a\xFF"
         "b",
         "a" R "b"},
        {"\x80\x81", R R},
        {"\xC3", R},
        {"\xC3(", R "("},
        {"\xC0\xAF", R R},             /* overlong */
        {"\xE0\x80\xAF", R R R},       /* overlong */
        {"\xED\xA0\x80", R R R},       /* surrogate */
        {"\xF4\x90\x80\x80", R R R R}, /* above U+10FFFF */
        {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
        {"\xE2\x82", R}, /* cut: one maximal subpart */
        {"\xF0\x9F\x98x", R "x"},
        {"\xF1\x80\xE2\x82\xAC", R "\xE2\x82\xAC"},
        {"\xF8\x88\x80\x80\x80", R R R R R},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(rs_text_utf8(&arena, cases[i].in), cases[i].out);
    assert_null(rs_text_utf8(&arena, NULL));
    assert_string_equal(rs_text_utf8(&arena, "\x1b[2J\t"), "\x1b[2J\t");
}

/* Every two-byte and many three-byte strings: the result decodes as UTF-8 by an independent rule. */
static bool is_utf8(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        unsigned long point = *at < 0x80   ? *at
                              : *at < 0xE0 ? *at & 0x1F
                              : *at < 0xF0 ? *at & 0x0F
                                           : *at & 0x07;
        int more = *at < 0x80 ? 0 : *at < 0xE0 ? 1 : *at < 0xF0 ? 2 : 3;
        static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};

        if ((*at >= 0x80 && *at < 0xC0) || *at > 0xF7)
            return false;
        for (int i = 1; i <= more; i++) {
            if ((at[i] & 0xC0) != 0x80)
                return false;
            point = point << 6 | (at[i] & 0x3F);
        }
        if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
            return false;
        at += more + 1;
    }
    return true;
}

static void test_utf8_of_anything(void **state)
{
    for (unsigned bytes = 0; bytes < 1u << 24; bytes += bytes < 1u << 16 ? 1 : 251) {
        char text[] = {(char)bytes, (char)(bytes >> 8), (char)(bytes >> 16), '\0'};

        if (!is_utf8(rs_text_utf8(&arena, text)))
            fail_msg("%06x", bytes);
        if ((bytes & 0xFFF) == 0)
            rs_arena_close(&arena);
    }
}

static void test_printable(void **state)
{
    assert_string_equal(rs_text_printable(&arena, "a\x1b[2J\tb\nc\x7f"), "a\\x1b[2J b\\x0ac\\x7f");
    assert_string_equal(rs_text_printable(&arena, "\xC2\x9B"
                                                  "31m"),
                        "\\x9b31m");
    assert_string_equal(rs_text_printable(&arena, "\xE2\x80\xAE"
                                                  "x\xE2\x81\xA6"),
                        "\\u202ex\\u2066");
    assert_string_equal(rs_text_printable(&arena, "\xC3\xA4\xFF"), "\xC3\xA4" R);
}

static void test_relative(void **state)
{
    assert_string_equal(rs_text_relative("/w/src/case.c", "/w"), "src/case.c");
    assert_string_equal(rs_text_relative("/w/src/case.c", "/w/"), "src/case.c");
    assert_string_equal(rs_text_relative("/work/case.c", "/w"), "/work/case.c");
    assert_string_equal(rs_text_relative("/w//case.c", "/w"), "case.c");
    assert_string_equal(rs_text_relative("/w/", "/w"), ".");
    assert_string_equal(rs_text_relative("/x/case.c", "/"), "/x/case.c");
    assert_string_equal(rs_text_relative("case.c", "/w"), "case.c");
    assert_string_equal(rs_text_relative("case.c", NULL), "case.c");
    assert_null(rs_text_relative(NULL, "/w"));
}

static void test_numbers(void **state)
{
    assert_string_equal(rs_text_number(&arena, 0), "0");
    assert_string_equal(rs_text_number(&arena, 999), "999");
    assert_string_equal(rs_text_number(&arena, 1204331), "1,204,331");
    assert_string_equal(rs_text_number(&arena, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(rs_text_count(&arena, 1, "module"), "1 module");
    assert_string_equal(rs_text_count(&arena, 0, "module"), "0 modules");
    assert_string_equal(rs_text_counted(&arena, 1, "modules of the library"), "1 module of the library");
    assert_string_equal(rs_text_counted(&arena, 1200, "modules of the library"), "1,200 modules of the library");
    assert_string_equal(rs_text_counted(&arena, 1, "indirect calls that no patch fits"), "1 indirect call that no patch fits");
    assert_string_equal(rs_text_counted(&arena, 1, "patches left out"), "1 patch left out");
    assert_string_equal(rs_text_counted(&arena, 1, "processes"), "1 process");
    assert_string_equal(rs_text_counted(&arena, 1, "class of objects"), "1 class of objects");
    assert_string_equal(rs_text_counted(&arena, 1, ""), "1 ");
    assert_string_equal(rs_text_counted(&arena, 0, "modules of the library"), "modules of the library");
    assert_string_equal(rs_text_seconds(&arena, 1.84), "1.8 s");
    assert_string_equal(rs_text_seconds(&arena, 59.96), "1 min 0 s");
    assert_string_equal(rs_text_seconds(&arena, 125), "2 min 5 s");
    assert_string_equal(rs_text_seconds(&arena, -1), "unknown time");
    assert_string_equal(rs_text_seconds(&arena, __builtin_nan("")), "unknown time");
}

static void test_cut(void **state)
{
    assert_string_equal(rs_text_cut(&arena, "abcdef", 6), "abcdef");
    assert_string_equal(rs_text_cut(&arena, "abcdefg", 6), "abc...");
    assert_string_equal(rs_text_cut(&arena, "abcdefg", 2), "ab");
    assert_string_equal(rs_text_cut(&arena, "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4", 4), "\xC3\xA4...");
    assert_int_equal(rs_text_columns("\xC3\xA4\xE2\x82\xAC"), 2);
}

static void test_names(void **state)
{
    assert_string_equal(rs_text_name(&arena, "f(int, int)", 11), "f(int, int)");
    assert_string_equal(rs_text_name(&arena, "f(int, int)", 10), "f(...)");
    assert_string_equal(rs_text_name(&arena, "a::b<std::pair<int, int> >::c(int, float)", 20),
                        "a::b<...>::c(...)");
    assert_string_equal(rs_text_name(&arena, "alpha::beta::gamma<int, int>::delta(int, int)", 26),
                        "...::delta(...)");
    assert_string_equal(rs_text_name(&arena, "(anonymous namespace)::f(int, int)", 30),
                        "(anonymous namespace)::f(...)");
    assert_string_equal(rs_text_name(&arena, "ns::X::operator()(std::string const&) const", 26),
                        "...::operator()(...) const");
    assert_string_equal(rs_text_name(&arena, "ns::operator<< <char>(std::ostream&, X const&)", 27),
                        "ns::operator<< <char>(...)");
    assert_string_equal(rs_text_name(&arena, "MultiDict.update (method table)", 31),
                        "MultiDict.update (method table)");
    assert_string_equal(rs_text_name(&arena, "MultiDict.update (method table)", 20), "MultiDict.update ...");
    assert_string_equal(rs_text_name(&arena, "f<int", 4), "f...");
}

static void test_shorten_in(void **state)
{
    static const char name[] = "outer::middle::inner::function(int, int, int)";
    char line[200];

    snprintf(line, sizeof(line), "%s calls %s", name, name);
    assert_string_equal(rs_text_shorten_in(&arena, line, name, 300), line);
    assert_string_equal(rs_text_shorten_in(&arena, line, NULL, 10), line);
    assert_string_equal(rs_text_shorten_in(&arena, line, "absent", 10), line);
    assert_string_equal(rs_text_shorten_in(&arena, line, name, 90),
                        "outer::middle::inner::function(...) calls outer::middle::inner::function(...)");
    assert_string_equal(rs_text_shorten_in(&arena, "short f", "f", 2), "short f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_is_repaired),
        cmocka_unit_test(test_utf8_of_anything),
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_relative),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_shorten_in),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    rs_arena_close(&arena);
    return failed;
}
