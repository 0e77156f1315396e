/* A temporary folder with a copy of the fixtures, in which tests compile, strip and look addresses up. A
 * command that fails fails the test. */
#pragma once
/* cmocka needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "symbol/symbol.h"

struct fixture {
    char folder[64];
    struct rs_symbols *symbols;
    char path[256];
};

/* cmocka's setup and teardown: *state is the struct fixture. */
int fixture_open(void **state);
int fixture_close(void **state);

/* Runs a shell command in the folder. */
void fixture_run(const struct fixture *fixture, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool fixture_has(const char *command);
/* folder/name; valid until the next call. */
const char *fixture_path(struct fixture *fixture, const char *name);
/* The address of a symbol of a file in the folder, as nm says. */
uint64_t fixture_address(const struct fixture *fixture, const char *file, const char *symbol);
uint64_t fixture_size(const struct fixture *fixture, const char *file, const char *symbol);
/* The number of the only line that holds the text, in a file of the folder. */
int fixture_line(const struct fixture *fixture, const char *file, const char *text);

bool ends_with(const char *text, const char *end);
/* Asserts on one frame; NULL and 0 leave a part unchecked; `file` is compared as a path's end. */
void assert_frame(const struct rs_frame *frame, const char *function, const char *file, int line);
