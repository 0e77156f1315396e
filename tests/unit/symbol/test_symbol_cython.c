/* A file that the installed Cython generated, built and looked up. Skipped where there is no Cython or no
 * Python.h. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77, MOST = 16 };

static const char source[] =
    "cdef extern from *:\n"
    "    \"\"\"\n"
    "    #define HERE(name) __asm__ volatile(\".globl \" #name \"; \" #name \": nop\")\n"
    "    \"\"\"\n"
    "    void here_one \"HERE(here_one); (void)\"(int)\n"
    "    void here_two \"HERE(here_two); (void)\"(int)\n"
    "\n"
    "cdef class Reader:\n"
    "    cdef object held\n"
    "\n"
    "    def feed(self, data):\n"
    "        if data is None:\n"
    "            raise ValueError(data)\n"
    "        here_one(1)\n"
    "        self.held = data\n"
    "        return len(data)\n"
    "\n"
    "cdef object get_first(list items):\n"
    "    for item in items:\n"
    "        here_two(2)\n"
    "        return item\n"
    "    return None\n"
    "\n"
    "def first(items):\n"
    "    return get_first(list(items))\n";

/* Whether reader.so was built: not every Cython knows every Python. */
static bool build(struct fixture *fixture)
{
    FILE *file = fopen(fixture_path(fixture, "src/reader.pyx"), "w");
    char command[512];

    assert_non_null(file);
    fputs(source, file);
    fclose(file);
    snprintf(command, sizeof(command),
             "cd '%s/src' && (%s -3 reader.pyx -o reader.c && cc -O2 -g -fPIC -shared -w $(python3-config "
             "--includes) "
             "-o ../reader.so reader.c) >/dev/null 2>&1",
             fixture->folder, getenv("SYMBOL_CYTHON"));
    return system(command) == 0;
}

/* The frame with a .pyx line, of the function with this Python-level name. */
static const struct rs_frame *pyx_frame(struct fixture *fixture, uint64_t offset, const char *name)
{
    static struct rs_frame frames[MOST];
    size_t count =
        rs_symbol_frames(fixture->symbols, fixture_path(fixture, "reader.so"), NULL, offset, frames, MOST);
    char python[128];

    for (size_t i = 0; i < count; i++)
        if (frames[i].pyx_file != NULL && rs_symbol_cython_name(frames[i].linkage, python, sizeof(python)) &&
            strcmp(python, name) == 0)
            return &frames[i];
    return NULL;
}

static void generated(void **state)
{
    struct fixture *fixture = *state;
    const struct rs_frame *frame;

    if (!build(fixture)) {
        printf("skipped: %s does not build for this python3\n", getenv("SYMBOL_CYTHON"));
        fixture_close(state);
        exit(SKIPPED);
    }
    frame = pyx_frame(fixture, fixture_address(fixture, "reader.so", "here_one"), "reader.Reader.feed");
    assert_non_null(frame);
    assert_string_equal(frame->pyx_file, fixture_path(fixture, "src/reader.pyx"));
    assert_int_equal(frame->pyx_line, 14);
    frame = pyx_frame(fixture, fixture_address(fixture, "reader.so", "here_two"), "reader.get_first");
    assert_non_null(frame);
    assert_int_equal(frame->pyx_line, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(generated, fixture_open, fixture_close),
    };

    if (getenv("SYMBOL_CYTHON") == NULL)
        setenv("SYMBOL_CYTHON", fixture_has("cython") ? "cython" : "cython3", 1);
    if (!fixture_has(getenv("SYMBOL_CYTHON")) || !fixture_has("python3-config")) {
        printf("skipped: no cython or no python3-config (python3-dev)\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests_name("symbol_cython", tests, NULL, NULL);
}
