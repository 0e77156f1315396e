/* One line on a terminal that says how far the work is, and leaves no trace. */
#pragma once
#include <stddef.h>

/* A pool's `progress`; context is what is done to units, a word: "refsan: 3 of 12 units compiled". */
void rs_progress_show(void *context, size_t done, size_t count);
