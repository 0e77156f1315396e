/* Memory that lives as long as its owner and is released in one stroke. Allocation never fails: the host
 * ends with one line when the machine has no memory left. Host only; the runtime never allocates from it. */
#pragma once
#include <stddef.h>

struct rs_arena_block;
struct rs_arena {
    struct rs_arena_block *blocks;
    size_t total; /* bytes handed out */
};

/* Zeroed memory, aligned to 16 bytes, valid until rs_arena_close. */
void *rs_arena_alloc(struct rs_arena *arena, size_t size);
char *rs_arena_strdup(struct rs_arena *arena, const char *text);
char *rs_arena_strndup(struct rs_arena *arena, const char *text, size_t length);
char *rs_arena_printf(struct rs_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rs_arena_close(struct rs_arena *arena);

/* malloc, realloc and strdup that end the host with one line instead of returning NULL. */
void *rs_alloc(size_t size);
void *rs_realloc(void *old, size_t size);
char *rs_strdup(const char *text);
