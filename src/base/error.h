/* Errors travel as values: a room fills one of these and returns false or NULL; only cli/ prints. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>

struct rs_error {
    char text[512]; /* one line without a newline: names the thing, quotes the offending word */
};

/* Formats into err (which may be NULL) and returns false, so that callers can `return rs_fail(err, ...)`. */
bool rs_fail(struct rs_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
