/* The lines of return statements, over compilers and their levels, with the program's own way to ask for
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/returns.h"

enum { MOST = 16, ROOM = 256, LINES = 400 };

static const char *const names[] = {"several", "single", "cleanup", "ternary", "tail",
                                    "choose",  "plain",  "inlined", "loop",    "refusing",
                                    "never",   "itself", "two",     "oneline"};

/* The marks of one function in the fixture. */
struct marks {
    char of[LINES]; /* by line: 'R' a return, '?' stands for the next one, '+' may be named besides, 0 neither
                     */
    int count;
};

static void read_marks(const char *source, const char *name, struct marks *marks)
{
    FILE *file = fopen(source, "r");
    char text[ROOM], mark[64];
    size_t length = strlen(name);

    assert_non_null(file);
    *marks = (struct marks){0};
    snprintf(mark, sizeof(mark), "/* %s", name);
    for (int line = 1; line < LINES && fgets(text, sizeof(text), file) != NULL; line++) {
        const char *found = strstr(text, mark);
        char behind = found != NULL ? found[3 + length] : 0;

        marks->of[line] = behind == ' ' ? 'R' : behind == '?' || behind == '+' ? behind : 0;
        marks->count += marks->of[line] == 'R';
    }
    fclose(file);
}

static uint32_t address_of(const char *path, const char *name)
{
    char command[ROOM], text[ROOM];
    FILE *pipe;

    snprintf(command, sizeof(command), "nm '%s' | sed -n 's/^\\([0-9a-f]*\\) T %s$/\\1/p'", path, name);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    if (fgets(text, sizeof(text), pipe) == NULL)
        fail_msg("no symbol %s", name);
    pclose(pipe);
    return (uint32_t)strtoul(text, NULL, 16);
}

static void complain(const char *command, const char *name, const struct rs_frame *frames, size_t count)
{
    char lines[ROOM] = "";

    for (size_t i = 0; i < count && i < MOST; i++)
        snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), " %d", frames[i].line);
    fail_msg("%s: %s returns at%s", command, name, count == 0 ? " no known line" : lines);
}

/* Whether every return is named, itself or by what stands for it, and nothing else. */
static bool is_right(const struct marks *marks, const struct rs_frame *frames, size_t count, bool exactly)
{
    bool named[LINES] = {false}, stands = false;

    for (size_t i = 0; i < count; i++) {
        int line = frames[i].line;

        if (line >= LINES || marks->of[line] == 0 || (exactly && marks->of[line] != 'R'))
            return false;
        named[line] = true;
    }
    for (int line = 1; line < LINES; line++) {
        stands |= marks->of[line] == '?' && named[line];
        if (marks->of[line] == 'R' && !named[line] && !stands)
            return false;
        stands &= marks->of[line] != 'R';
    }
    return true;
}

/* One compilation of the fixture: every function's lines. */
static void check(const char *compiler, const char *flags, bool exactly)
{
    char path[] = "/tmp/refsan-returns-XXXXXX.so", source[ROOM], command[3 * ROOM];
    int file = mkstemps(path, 3);
    struct rs_symbols *symbols = rs_symbol_open();
    struct rs_analysis *analysis;
    struct rs_error err;

    assert_true(file >= 0);
    close(file);
    snprintf(source, sizeof(source), "%s/returns.c", getenv("PLAN_FIXTURES"));
    snprintf(command, sizeof(command), "%s -shared -fPIC -g -w %s '%s' -o %s", compiler, flags, source, path);
    assert_int_equal(system(command), 0);
    analysis = rs_plan_analyse(path, &err);
    assert_non_null(analysis);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct rs_frame frames[MOST];
        struct marks marks;
        size_t count = rs_cli_returns(symbols, analysis, path, address_of(path, names[i]), frames, MOST);

        read_marks(source, names[i], &marks);
        if (count > MOST || (count == 0) != (marks.count == 0) || !is_right(&marks, frames, count, exactly))
            complain(command, names[i], frames, count);
        for (size_t k = 0; k < count; k++)
            assert_string_equal(frames[k].function, names[i]);
    }
    rs_plan_close(analysis);
    rs_symbol_close(symbols);
    unlink(path);
}

static void check_all(const char *compiler)
{
    static const char *const optimised[] = {"-Og",
                                            "-O1",
                                            "-O2",
                                            "-O3",
                                            "-Os",
                                            "-O2 -fno-plt -gdwarf-4",
                                            "-O2 -fcf-protection=full",
                                            "-O2 -fstack-protector-all",
                                            "-O2 -fno-omit-frame-pointer"};
    check(compiler, "-O0", true);
    check(compiler, "-O0 -gdwarf-4", true);
    for (size_t i = 0; i < sizeof(optimised) / sizeof(optimised[0]); i++)
        check(compiler, optimised[i], false);
}

static void lines_of_gcc(void **state)
{
    check_all("gcc");
    /* the paths to a cold function lie in parts of their own */
    check("gcc", "-O2 '-DCOLD=__attribute__((cold))'", false);
    check("gcc", "-O3 -fno-plt '-DCOLD=__attribute__((cold))'", false);
}

static void lines_of_clang(void **state)
{
    if (system("clang-14 --version >/dev/null 2>&1") != 0) {
        print_message("clang-14 is not there\n");
        skip();
    }
    check_all("clang-14");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_gcc),
        cmocka_unit_test(lines_of_clang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
