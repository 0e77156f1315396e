/* The object region: the allocator behind PyObject_Malloc and PyMem_Malloc while refsan runs.
 *
 * One reservation at a fixed far address, cut into spans of 64 KB, each of one size class, so that "which block holds
 * this address" is arithmetic. Blocks that came from elsewhere (allocated before the hook) pass through to the
 * allocator that was there before. Safe without the GIL (own-GIL subinterpreters): one lock where the interpreter can
 * have several GILs. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RT_SPAN_BITS = 16, RT_SPAN = 1 << RT_SPAN_BITS };

/* CPython's PyMemAllocatorEx (Include/cpython/pymem.h). */
struct rt_allocator {
    void *context;
    void *(*malloc)(void *context, size_t size);
    void *(*calloc)(void *context, size_t count, size_t size);
    void *(*realloc)(void *context, void *block, size_t size);
    void (*free)(void *context, void *block);
};

/* Reserves the region (bytes: as much as wanted; less under an address-space limit) and its tables. False if none can
 * be had: the program's allocator stays. */
bool rt_region_open(uint64_t bytes, uint64_t quarantine_bytes, bool locked);
/* Takes over PyMem_SetAllocator's object and mem domains; again after somebody else replaced it. */
void rt_region_install(void);

/* False in spans of the mem domain: arrays of pointers that look like objects live there, but no object. */
bool rt_region_may_hold_objects(uint64_t address);
/* Start and size of the block that holds an address, live or not; 0 if there is none. */
uint64_t rt_region_block(uint64_t address, size_t *size);
/* Calls back for each span in use. */
void rt_region_spans(void (*visit)(uint64_t start, size_t block_size, size_t bytes, void *context), void *context);
/* Live blocks of both domains: what sys.getallocatedblocks() would have said. */
int64_t rt_region_live(void);

/* Poison: a faulting address in the guard range names the dead object, 0 if it does not. */
uint64_t rt_quarantine_named(uint64_t fault_address);
/* Checks the poison of all that waits; records changes (RS_REC_POISON). */
void rt_quarantine_check(void);
enum { RT_POISON_COUNT = 0x2DDDDDDD };

void rt_region_lock(void); /* for atfork */
void rt_region_unlock(void);
