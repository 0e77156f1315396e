/* The steps that a path went: in words, for the report, and as edges and outcomes, for who goes them back. */
#pragma once
#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"

struct rs_case;
struct rs_flow;
struct rs_flow_unit;
struct rs_state;
struct rs_sym;

/* How a path came here, newest first; shared between states, lives as long as the unit's analysis. It is put into words
 * when something is told of the path; what it passed besides is for consistent.c. */
enum rs_trail_kind {
    RS_STEP_SAID,   /* words */
    RS_STEP_CAME,   /* by the terminator `at` to the block `to` */
    RS_STEP_PASSED, /* ... where a loop begins in which nothing happens (idle.c): it goes on behind it */
    RS_STEP_MET,    /* in front of `at` outcomes of a call that make no difference have become one state */
    RS_STEP_WAY,    /* the call `at` went `way`, or (NULL) answered `number` */
    RS_STEP_SIDE,   /* of the select `at`: `number` is its condition */
};
struct rs_trail {
    const struct rs_trail *before;
    LLVMValueRef at;
    enum rs_trail_kind kind;
    LLVMBasicBlockRef to;
    const struct rs_trail *other; /* another state, equal to the one at work, came here by that step */
    const struct rs_case *way;
    int64_t number;
    const char *format;          /* a literal; its %s, if it has one, is `name`, or else what the object is called */
    const char *name;            /* lives as long as the IR */
    const struct rs_sym *object; /* NULL where `name` is there, or no %s */
    bool memory;                 /* a failure that only a lack of memory brings */
    bool any;                    /* control can go so; that a path did is not known */
};

/* Where a way of a function ends: who gets a summary's way can go it back. */
struct rs_end {
    const struct rs_trail *trail;
    LLVMValueRef at; /* the return, or what left by an exception of C++ */
    bool exact;      /* what is returned is `number` there */
    int64_t number;
    unsigned count;      /* how many stand in this list from here on */
    struct rs_end *next; /* of the same way */
};
enum { RS_ENDS_MOST = 32 };

/* Adds a step to the path; its `before` and `at` are set here, its object is copied. Nothing is noted of a function of
 * which nothing is told. */
void rs_trail_add(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, struct rs_trail step);
/* Adds a step that is not in words. */
void rs_trail_step(struct rs_flow *flow, struct rs_state *state, struct rs_trail step);
/* The state is equal to one that came by the step `first`. */
void rs_trail_meet(const struct rs_trail *first, const struct rs_state *state);
/* All steps from block to block of a function, whatever a path knows there: block -> the step that stands for those
 * which lead to it (by `other` the rest); steps that the map has already are filled in. */
void rs_trail_arrivals(struct rs_arena *arena, struct rs_map *arrivals, LLVMValueRef function);
/* Whether the last failure on the path is one that only a lack of memory brings. */
bool rs_trail_is_memory(const struct rs_state *state);

/* consistent.c */
/* Of what was told of the function that which every way to it contradicts itself is taken back. */
void rs_consistent_keep(struct rs_flow *flow);
/* Whether steps that somebody else has walked agree with themselves, and with one of those that `other` names at each.
 * They lead to the instruction `stand`, by way of which `zero` (or NULL) was 0. `function` is of this unit. */
struct rs_ir;
struct rs_ir_function;
bool rs_consistent_is_way(struct rs_ir *ir, struct rs_ir_function *function, const struct rs_trail *trail,
                          LLVMValueRef stand, LLVMValueRef zero);
/* Which members the function stores, or what it calls: a filter of 8 words by their keys. */
const uint64_t *rs_consistent_writes(struct rs_flow_unit *unit, LLVMValueRef function, unsigned depth);
