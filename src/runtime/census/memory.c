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

/* Only pages that somebody has written to or read: looking at the others of a large reservation would make them, or
 * read a mapped file's from the disk. A private page that is swapped out holds pointers like any other
 * (Documentation/admin-guide/mm/pagemap.rst of Linux: bits 62 and 63). */
static void each_used(int pagemap, uint64_t lo, uint64_t hi, void (*part)(uint64_t, uint64_t, void *), void *context)
{
    uint64_t entries[CHUNK_PAGES];

    for (uint64_t at = lo; at < hi; at += CHUNK_PAGES * PAGE) {
        uint64_t pages = (hi - at) / PAGE < CHUNK_PAGES ? (hi - at) / PAGE : CHUNK_PAGES;
        bool known = rt_sys_read_at(pagemap, entries, 8 * pages, at / PAGE * 8) == (long)(8 * pages);

        for (uint64_t i = 0; i < pages; i++)
            if (!known || entries[i] >> 62)
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
    uint64_t region_end =
        rt_hot.region + rt_hot.region_size + rt_hot.region_size / 16 + rt_hot.region_size / 4096 + (64ull << 20);

    if (lo < region_end && hi > rt_hot.region)
        return true;
    return hidden != 0 && lo <= hidden && hi > hidden;
}

struct walk {
    void (*part)(uint64_t lo, uint64_t hi, void *context);
    void *context;
    int pagemap;
};

/* Reading a device's memory can have consequences. /dev/zero is how the kernel names shared memory without a file. */
static bool is_device(const char *line)
{
    return rt_contains(line, "/dev/") && !rt_contains(line, "/dev/zero") && !rt_contains(line, "/dev/shm/");
}

/* "lo-hi perms offset dev inode path". Pointers live in what is writable, and in anonymous pages that were made
 * read-only; not in files that are only read, not in devices, not in the recording. What is shared counts as well: a
 * pointer in there is of use to the process that wrote it, and what else lies there (numbers, other processes'
 * pointers) can at worst hide a leak, as in any memory. */
static void each_in_line(const char *line, const struct walk *walk)
{
    const char *p = line, *perms;
    uint64_t lo = parse_hex(&p), hi;

    if (*p++ != '-')
        return;
    hi = parse_hex(&p);
    perms = p + 1;
    if (*p != ' ' || perms[0] != 'r' || is_ours(lo, hi) || is_device(perms) || rt_contains(perms, "memfd:refsan") ||
        rt_contains(perms, "[v"))
        return;
    if (perms[1] == 'w' || !rt_contains(perms, "/"))
        each_used(walk->pagemap, lo, hi, walk->part, walk->context);
}

void rt_memory_each(void (*part)(uint64_t lo, uint64_t hi, void *context), void *context)
{
    static char buffer[16384]; /* a line is at most a path (4096) and a few numbers long */
    struct walk walk = {part, context, rt_sys_open_read("/proc/self/pagemap")};
    int file = rt_sys_open_read("/proc/self/maps");
    size_t held = 0;
    long got;

    while (file >= 0 && (got = rt_sys_read(file, buffer + held, sizeof(buffer) - 1 - held)) > 0) {
        size_t begin = 0;

        held += (size_t)got;
        buffer[held] = 0;
        for (size_t i = 0; i < held; i++) {
            if (buffer[i] == '\n') {
                buffer[i] = 0;
                each_in_line(buffer + begin, &walk);
                begin = i + 1;
            }
        }
        held -= begin;
        rt_copy(buffer, buffer + begin, held);
    }
    if (file >= 0)
        rt_sys_close(file);
    if (walk.pagemap >= 0)
        rt_sys_close(walk.pagemap);
}
