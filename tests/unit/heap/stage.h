/* A process without Python for tests of the heap: stand-ins for the log (records are kept), for the interpreter's allocator
 * (foreign blocks are counted) and for its types. The region is opened once for a program; its state is shared by its tests. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>

#include "runtime/heap/object.h"
#include "runtime/heap/region.h"
#include "runtime/log.h"
#include "runtime/pyabi/pyabi.h"

enum { REGION = 1 << 30, FLAG_MANAGED = 1 << 4 };

/* As much of PyTypeObject as the heap reads (3.8 to 3.13). */
struct stage_type {
    uint64_t count, type, size;
    const char *name;                    /* tp_name, 24 */
    int64_t basic, item;                 /* tp_basicsize, 32 */
    uint64_t slots[15], flags, rest[30]; /* tp_flags, 168 */
};
/* In the program's data: type, a plain type, one with a GC header, one whose PyType_Ready never ran. */
extern struct stage_type stage_metatype, stage_plain, stage_collected, stage_unready;

struct stage_record {
    unsigned kind;
    uint64_t a, words[2];
    uint32_t b;
};
struct stage_log {
    unsigned count, kinds[RS_RECORDS];
    struct stage_record last[RS_RECORDS]; /* the latest of each kind */
};
extern struct stage_log stage_log;

struct stage_foreign {
    unsigned mallocs, frees, reallocs;
};
extern struct stage_foreign stage_foreign; /* what reached the allocator that was there before */
extern struct rt_allocator stage_now[3];   /* by domain: raw, mem, object */

/* Opens everything; `version` 0x030b and the like; quarantine in bytes. */
void stage_open(unsigned version, uint64_t quarantine);

/* The hooked object domain and mem domain. */
void *object_malloc(size_t size);
void object_free(void *block);
void *mem_malloc(size_t size);
void mem_free(void *block);

/* A block with a live object in it, `head` bytes behind its start, count 1. */
uint64_t stage_object(const struct stage_type *type, size_t size, size_t head);
/* Pseudo-random, the same in each run. */
uint64_t stage_draw(uint64_t below);
