#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct rs_arena_block {
    struct rs_arena_block *next;
    size_t used, size;
    _Alignas(16) unsigned char bytes[];
};

static void no_memory(size_t size)
{
    fprintf(stderr, "refsan: no memory for %zu bytes\n", size);
    exit(2);
}

void *rs_alloc(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (memory == NULL)
        no_memory(size);
    return memory;
}

void *rs_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size ? size : 1);

    if (memory == NULL)
        no_memory(size);
    return memory;
}

char *rs_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(rs_alloc(size), text, size);
}

void *rs_arena_alloc(struct rs_arena *arena, size_t size)
{
    struct rs_arena_block *block = arena->blocks;
    void *memory;

    size = (size + 15) & ~(size_t)15;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;

        block = rs_alloc(sizeof(*block) + room);
        block->size = room;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    memory = block->bytes + block->used;
    block->used += size;
    arena->total += size;
    return memory;
}

char *rs_arena_strndup(struct rs_arena *arena, const char *text, size_t length)
{
    char *copy = rs_arena_alloc(arena, length + 1);

    memcpy(copy, text, length);
    return copy;
}

char *rs_arena_strdup(struct rs_arena *arena, const char *text)
{
    return rs_arena_strndup(arena, text, strlen(text));
}

char *rs_arena_printf(struct rs_arena *arena, const char *format, ...)
{
    va_list ap, again;
    int length;
    char *text;

    va_start(ap, format);
    va_copy(again, ap);
    length = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    text = rs_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void rs_arena_close(struct rs_arena *arena)
{
    while (arena->blocks != NULL) {
        struct rs_arena_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
    arena->total = 0;
}
