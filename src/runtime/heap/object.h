/* Is this address an object? The one question that heap, patch, api and census share.
 *
 * Every granule of 16 bytes of the object region has a mark. An address is taken for an object only at the start of a
 * live block of ours (or 16 or 32 bytes into it, behind a GC header) or in the static data of a loaded image, and only
 * with a type that is READY and whose own type is a known metatype; never on a stack or in a foreign heap. Nothing is
 * believed that was not checked: reads of unknown pointers go through rt_sys_peek. With the GIL, unless said otherwise.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/log.h"
#include "runtime/pyabi/pyabi.h"

enum { RT_STATICS = 4096 }; /* places of rt_hot.statics */

enum rt_side {
    RT_SIDE_BLOCK = 1,  /* a live block starts here */
    RT_SIDE_DEAD = 2,   /* a quarantined object started here */
    RT_SIDE_OBJECT = 4, /* a live object that a watched module has touched starts here */
    RT_SIDE_ARMED = 8,  /* with OBJECT: suspected by the books, witnesses are looked for when it dies; without: memory
                           that a module asked for */
    RT_SIDE_CODE = 16,  /* a code object whose names were recorded */
    RT_SIDE_TYPE = 32,  /* a type in the set of known types */
    RT_SIDE_SHUT =
        64, /* its tp_dealloc has begun: until its count is above 0 again it is dead, in a free list at best */
    RT_SIDE_ZOMBIE = 128, /* a module raised its count from 0 after that: no new life */
};

/* A pointer's worth of what the hooks know about an address. */
enum rt_object_state { RT_OBJECT_NONE, RT_OBJECT_LIVE, RT_OBJECT_DEAD };

/* Classifies; a live object seen for the first time is marked and recorded (RS_REC_OBJECT). */
enum rt_object_state rt_object_see_new(uint64_t address);
static inline enum rt_object_state rt_object_see(uint64_t address)
{
    uint64_t offset = address - rt_hot.region;
    bool seen = offset < rt_hot.region_size
                    ? (address & 15) == 0 && (rt_hot.side[offset >> 4] & RT_SIDE_OBJECT)
                    : address >= RT_STATICS && rt_hot.statics[(address >> 4) & (RT_STATICS - 1)] == address;

    return seen ? RT_OBJECT_LIVE : rt_object_see_new(address);
}
/* The same without marking or recording anything. */
enum rt_object_state rt_object_peek(uint64_t address);
/* A module is about to change the count of an object whose tp_dealloc has begun. */
void rt_object_raise_dead(uint64_t address);
/* Marks a live, seen object as suspected. */
void rt_object_arm(uint64_t address);
bool rt_object_armed(uint64_t address);
/* A module asked the allocator for memory and got this block; false if it is none of the region's. Once an object is
 * seen in it, it is memory of its own no more. */
bool rt_object_claim(uint64_t block);
bool rt_object_claimed(uint64_t block);
/* The marks of a granule; NULL outside the region. */
static inline uint8_t *rt_object_side(uint64_t address)
{
    return address - rt_hot.region < rt_hot.region_size ? rt_hot.side + ((address - rt_hot.region) >> 4) : NULL;
}

/* The object whose block begins here, by its type: the offset behind the GC header and the size have to fit. 0: none.
 */
uint64_t rt_object_in_block(uint64_t block, size_t size);
/* Where the block ends in which the object lies; 0: it is in none of the region's. */
uint64_t rt_object_end(uint64_t object);
/* Whether an object behind a GC header is in one of the collector's lists: its neighbours there know it. */
bool rt_object_tracked(uint64_t object);
/* Learns a type; true if it is one (READY, known metatype). Records RS_REC_TYPE at first sight. */
bool rt_object_type(uint64_t type);
/* Type of a live object (unchecked read). */
static inline uint64_t rt_object_type_of(uint64_t object)
{
    return *(const uint64_t *)(object + 8);
}
/* The low half of a live object's count. From 3.12 on a count above it is an immortal's that a module built for older
 * versions (or for their stable ABI) has raised, and reads as one (Include/object.h of 3.12: it "would lose its
 * immortality, but the execution would still be correct"). */
static inline uint32_t rt_object_count(uint64_t object)
{
    uint64_t count = *(const uint64_t *)object;

    return rt_python.immortal && count >> 32 ? UINT32_MAX : (uint32_t)count;
}

/* Loaded images whose writable data may hold static objects. Called again after each dlopen. */
void rt_object_images(void);

/* The free hook of the object domain tells that a block goes; true if an object of ours was in it (it is recorded, and
 * the block belongs into quarantine). */
bool rt_object_block_freed(uint64_t block, size_t size);
/* Calls back for each live object that was touched, in address order. */
void rt_object_each(void (*visit)(uint64_t object, void *context), void *context);
void rt_object_each_claimed(void (*visit)(uint64_t block, void *context), void *context);
void rt_object_each_static(void (*visit)(uint64_t object, void *context), void *context);
/* Static objects, which nobody may free, whose count is used up: recorded (RS_REC_POISON). */
void rt_object_check_static(void);
/* Objects in free lists whose count was lowered below 0 by somebody who thinks that they live: recorded
 * (RS_REC_POISON). */
void rt_object_check_shut(void);

/* 3.12 and later: a count that no longer changes. */
bool rt_object_immortal(uint64_t object);

/* An armed object dies: its block is being freed. */
extern void (*rt_object_dying)(uint64_t object);

void rt_object_open(void);
