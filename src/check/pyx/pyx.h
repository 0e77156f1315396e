/* What is wrong in a Cython source and can be read off its own text: declarations and casts by which somebody takes the
 * references out of Cython's hands.
 *
 *     RS102  an extern declared `object` for a function whose result is borrowed
 *     RS101  an object given without Py_INCREF to a function that takes it over
 *     RS103  a raw `PyObject *` attribute kept without Py_INCREF, and released or used as an object later
 *     RS201  `<object>` of a new reference: the cast takes another one
 *     RS101, RS203  `__dealloc__` that releases what Cython releases, or forgets what was kept by Py_INCREF
 *     RS301  the C API declared `nogil`, and used without the GIL
 *
 * Promise: any bytes are read; a finding is certain from this file and the contract rows alone. Refuses: to guess about
 * code in other files, and about functions that balance by hand in a way that is not read here; there it is silent. */
#pragma once
#include <stddef.h>

#include "finding/finding.h"

/* Who finds declarations. */
struct rs_pyx_reader {
    /* The text of the .pxd of a module ("queue" of "from .queue cimport put"), *size bytes with a NUL behind them, to
     * be freed; NULL where there is none. *path, as reports call it, lives as long as the report. */
    char *(*read)(void *context, const char *module, size_t *size, const char **path);
    void *context;
};
/* Adds the findings of the file's text to the report; strings live in its arena. `module` names the culprit's module.
 * What the .pxd of the same name and those that it cimports from declare is known, if there is a reader (or NULL). */
void rs_pyx_check(const char *file, const char *text, size_t size, unsigned python, const char *module,
                  const struct rs_pyx_reader *reader, struct rs_report *report);
