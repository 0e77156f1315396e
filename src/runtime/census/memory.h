/* Walking over the program's memory outside the object region. */
#pragma once
#include <stdint.h>

/* Calls back for each resident part of each writable mapping, private or shared, that is not the runtime's own. */
void rt_memory_each(void (*part)(uint64_t lo, uint64_t hi, void *context), void *context);
/* Keeps one mapping of the runtime's own out of it. */
void rt_memory_hide(const void *at);
