/* See memory.h. */
#include "runtime/census/memory.h"

#include <stdbool.h>
#include <stddef.h>

#include "runtime/log.h"
#include "runtime/sys/sys.h"

enum { PAGE = 4096, CHUNK_PAGES = 256 };

static uint64_t hidden;

void rt_memory_hide(const void *at)
{
    hidden = (uint64_t)at;
}

/* A mapping that is not ours: only pages that are in memory. */
static void each_resident(uint64_t lo, uint64_t hi, void (*part)(uint64_t, uint64_t, void *), void *context)
{
    unsigned char resident[CHUNK_PAGES];

    for (uint64_t at = lo; at < hi; at += CHUNK_PAGES * PAGE) {
        uint64_t pages = (hi - at) / PAGE < CHUNK_PAGES ? (hi - at) / PAGE : CHUNK_PAGES;

        if (rt_sys_mincore((void *)at, pages * PAGE, resident) < 0)
            continue;
        for (uint64_t i = 0; i < pages; i++)
            if (resident[i] & 1)
                part(at + i * PAGE, at + (i + 1) * PAGE, context);
    }
}

static uint64_t parse_hex(const char **p)
{
    uint64_t n = 0;

    for (;; (*p)++) {
        char c = **p;

        if (c >= '0' && c <= '9')
            n = n * 16 + (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            n = n * 16 + (uint64_t)(c - 'a' + 10);
        else
            return n;
    }
}

static bool is_ours(uint64_t lo, uint64_t hi)
{
    uint64_t region_end = rt_hot.region + rt_hot.region_size + rt_hot.region_size / 16 + rt_hot.region_size / 4096 + (64ull << 20);

    if (lo < region_end && hi > rt_hot.region)
        return true;
    return hidden != 0 && lo <= hidden && hi > hidden;
}

/* "lo-hi rw-p offset dev inode path": private, readable and writable. */
static void each_in_line(const char *line, void (*part)(uint64_t, uint64_t, void *), void *context)
{
    const char *p = line;
    uint64_t lo = parse_hex(&p), hi;

    if (*p++ != '-')
        return;
    hi = parse_hex(&p);
    if (p[0] == ' ' && p[1] == 'r' && p[2] == 'w' && p[4] == 'p' && !is_ours(lo, hi))
        each_resident(lo, hi, part, context);
}

void rt_memory_each(void (*part)(uint64_t lo, uint64_t hi, void *context), void *context)
{
    static char buffer[8192];
    int file = rt_sys_open_read("/proc/self/maps");
    size_t held = 0;
    long got;

    if (file < 0)
        return;
    while ((got = rt_sys_read(file, buffer + held, sizeof(buffer) - 1 - held)) > 0) {
        size_t begin = 0;

        held += (size_t)got;
        buffer[held] = 0;
        for (size_t i = 0; i < held; i++) {
            if (buffer[i] == '\n') {
                buffer[i] = 0;
                each_in_line(buffer + begin, part, context);
                begin = i + 1;
            }
        }
        held -= begin;
        rt_copy(buffer, buffer + begin, held);
        if (held > sizeof(buffer) / 2)
            held = 0; /* a path longer than that: the line is lost, and so is one holder range: more held, never less */
    }
    rt_sys_close(file);
}
