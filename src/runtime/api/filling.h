/* Containers that a module is filling. PyTuple_SET_ITEM, PyList_SET_ITEM and what Cython does to its lists are plain
 * stores that no hook sees, and each hands a reference over to the container. So the tuples and lists that a module
 * function makes are looked at when it lets go of them (returns, gives the container away, or lets it die): what lies
 * in them then and was brought by no call that the books know is recorded (RS_REC_MOVED).
 *
 * Promise: only what is certain. A list that other code could have changed counts as explained; what is beyond the
 * first RT_FILLING_ITEMS items, or in more containers than there is room for, is left out, and so is what is done to a
 * full list after a call has kept it. With the GIL. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "runtime/api/words.h"

struct rs_contract;
struct rt_module;

enum { RT_FILLING_ITEMS = 32 };

/* How many there are now: with none, nothing below has to be called but rt_filling_begin. */
extern unsigned rt_filling_count;

/* A module function in progress, `depth` deep, has got a new container with empty places. */
void rt_filling_begin(uint64_t container, const struct rt_module *module, unsigned depth);
/* Before a call out of a module function that is `depth` deep, and after it: `words` are the objects it was given. */
void rt_filling_before_call(const struct rs_contract *contract, const struct rt_words *words, uint64_t return_address,
                            unsigned depth);
void rt_filling_after_call(unsigned depth);
/* The thread enters or leaves a module function that has `depth` others below it. */
void rt_filling_enter(unsigned depth);
void rt_filling_leave(unsigned depth, uint64_t function);
/* The container's tp_dealloc begins. */
void rt_filling_dies(uint64_t container);
/* The thread is about to give up the GIL: others may reach its lists. */
void rt_filling_without_gil(void);
