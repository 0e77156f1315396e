/* The path-sensitive engine: what each function of a unit does to references, path by path.
 *
 * Promise: a verdict needs certainty. What an unknown callee or an unknown store may have done to an object makes it
 * uncertain, and nothing is said about it. Refuses to guess: what no row, summary or table says about a call is
 * counted. */
#pragma once
#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "check/flow/state.h"
#include "check/flow/summary.h"
#include "check/flow/trail.h"
#include "check/ir/ir.h"
#include "check/unit.h"
#include "finding/finding.h"

/* ---- one unit ---- */
struct rs_premises;
struct rs_candidate {
    enum rs_rule rule;
    LLVMValueRef function;
    LLVMValueRef culprit, belief; /* instructions */
    LLVMValueRef release;         /* of RS105: the one that came too early */
    LLVMValueRef cause;           /* of RS302: the call whose exception stays set */
    const char *belief_api;
    struct rs_sym object; /* what it is about, as it was then; else all 0 */
    const char *message, *fix;
    bool note;   /* ranks low: out of memory only, module initialisation only */
    bool latent; /* harmless on this Python */
    bool on_error;
    uint8_t err; /* enum rs_err: of RS302 what the state says of the exception, else RS_ERR_UNKNOWN */
    const struct rs_trail *trail;
    LLVMValueRef stand;         /* where the path was: the instruction at work */
    struct rs_candidate *again; /* the same cause, told of another state of the function */
};

/* What the unit's functions do with a member of a structure, or with a global pointer. */
struct rs_field {
    uint64_t key;
    const char *structure;
    int64_t offset;
    LLVMValueRef released_in, released_at; /* a function that releases it without storing another; NULL: none */
    LLVMValueRef replaced_at;              /* a release that accompanies a store */
    unsigned releasers;                    /* functions that release it */
    bool owned_store;                      /* somewhere a value is stored with its reference */
    bool counted;                          /* somebody takes references to what it holds, for others to give back */
};

/* A borrowed reference was stored where an owned one belongs; who is to blame is known when all functions are. */
struct rs_doubt {
    uint64_t key;
    struct rs_candidate store;
};

/* An object that was passed on with a callback which may have to give it back; what that one does is known when all
 * functions are. */
struct rs_handed {
    const struct rs_ir_function *callback;
    struct rs_candidate call;
};

struct rs_flow_unit {
    struct rs_ir *ir;
    struct rs_report *report;
    const struct rs_summaries *others;
    struct rs_summary *summaries; /* one per function of ir */
    bool *only_init;              /* per function: called by module initialisation only */
    bool *only_new;               /* per function: tp_new, or called by that only */
    struct rs_map fields;         /* key -> index + 1 */
    struct rs_map stands;         /* member and constant -> halves of a pair (stands.c) */
    RS_VEC(struct rs_field) field;
    RS_VEC(struct rs_candidate) candidates;
    RS_VEC(struct rs_doubt) doubts;
    RS_VEC(struct rs_handed) handed;
    struct rs_map filled;   /* key -> 1: the member is never NULL in objects at hand (filled.c) */
    struct rs_map imported; /* global -> 2 if the import fills it, else 1 (imported.c) */
    struct rs_map absent;   /* key -> 1: the code reckons with NULL there */
    struct rs_map origins;  /* member's key, address of a function's or parameter's value -> enum rs_origin */
    bool origins_read;
    struct rs_map mixed;   /* function -> its return of what it lends, where other ways bring a reference */
    struct rs_map unknown; /* function -> seen: calls of which nothing is known */
    struct rs_arena trails;
    RS_VEC(struct rs_case *) past; /* ways of summaries that better ones have replaced: steps name them */
    struct rs_state_pool states;
    struct rs_map writes;         /* function -> which members it stores (consistent.c) */
    struct rs_premises *premises; /* of the function at work, where somebody wants to know (store.h); else NULL */
    uint64_t analysed, cut;
};

/* ---- one function ---- */
/* None, True and their like as results of a helper: with a reference on some ways, without on others. */
struct rs_lent {
    LLVMValueRef object;
    bool given, lacks;
    struct rs_candidate lacking; /* the first way without */
};
/* A loop in which nothing happens to references (idle.c). */
struct rs_idle {
    uint32_t head, last;    /* blocks */
    bool *inside;           /* per block from `head` to `last` */
    RS_VEC(uint32_t) outer; /* the addresses from outside that it uses, by SSA number */
};
struct rs_block {
    LLVMBasicBlockRef block;
    uint64_t *live;         /* values live at its head */
    RS_VEC(uint32_t) given; /* values that phis of the blocks behind it take from here */
    uint32_t visits;
    bool dropped;   /* states that came here, or outcomes of a call here, were too many */
    bool doomed;    /* the program ends here: a failed assertion, abort() */
    uint64_t kinds; /* which facts about types are asked for from its head on (kinds.c) */
    RS_VEC(uint64_t) seen;
    RS_VEC(const struct rs_trail *) arrivals; /* of those, the step that led here */
    RS_VEC(struct rs_state *) open;
    struct rs_idle *idle;       /* the loop that begins here, or NULL */
    RS_VEC(LLVMValueRef) swept; /* arrays of which the loop that begins here gives items back (sweep.c) */
};
struct rs_flow {
    struct rs_flow_unit *unit;
    struct rs_ir *ir;
    struct rs_ir_function *function;
    struct rs_summary *summary;
    struct rs_map index;            /* value -> SSA number + 1 */
    struct rs_map order;            /* basic block -> position in `blocks` + 1 */
    RS_VEC(struct rs_block) blocks; /* in reverse post-order */
    uint64_t *relevant;             /* integers that decide something */
    struct rs_map kinds;            /* instructions that ask for one of Python's types (kinds.c) */
    struct rs_map within;           /* call -> 1, or 2 where its index is within the container (range.c) */
    struct rs_map asked;            /* member's key, or value -> how often conditions compare it (asked.c) */
    RS_VEC(struct rs_lent) lent;
    uint32_t nvalues, nargs, words;
    void *scratch; /* memory that settling works in */
    size_t scratch_room;
    uint64_t steps;
    LLVMValueRef at; /* the instruction at work */
    size_t told;     /* candidates that the unit had before */
    size_t refuting; /* instructions that consistent.c has gone back */
    bool role_new;   /* called by the interpreter, hands a new reference over */
    bool role_int;   /* called by the interpreter, failure is -1 */
    bool in_table;   /* nobody here calls it but by its address, which stands in a table */
    bool role;       /* called by the interpreter: its arguments are borrowed */
    bool uncalled;   /* ... and by nobody else: no caller reads its summary */
    bool dying;      /* tp_dealloc and its like: the object is taken apart */
    bool init;       /* runs when the module is imported, once */
    bool judge;      /* findings are wanted */
    bool gives;      /* a way returned an object with a reference */
    bool cut;
};

/* What memory held at entry in a place that the caller can name. */
static inline bool rs_is_nameable(const struct rs_flow *flow, const struct rs_state *state, const struct rs_sym *sym)
{
    return sym->kind == RS_SYM_LOADED && sym->parent != RS_NONE && sym->offset > RS_OFFSET_INDEX &&
           ((uint32_t)sym->parent < flow->nargs || state->syms.items[sym->parent].kind == RS_SYM_GLOBAL);
}

/* settle.c */
/* Drops what is not live, tells of lost references, renumbers, hashes. */
enum rs_grain {
    RS_GRAIN_FINE,
    RS_GRAIN_COARSE,   /* forgets what was only read from memory, but for what conditions will ask about again */
    RS_GRAIN_COARSEST, /* ... and that as well */
};
void rs_settle(struct rs_flow *flow, struct rs_state *state, const uint64_t *live, enum rs_grain grain);

/* api.c: what the names of the C API tell; `name` is a function's. */
/* A new object that nobody else can know: what a constructor, not a look-up, brings. */
bool rs_api_is_fresh(const char *name);
/* What a call, an operation or an iterator made: unlike what a look-up brings it is nobody's but the caller's, as far
 * as one can know. */
bool rs_api_is_made(const char *name);
/* How what the function hands over differs from all other objects: RS_F_ANOTHER, RS_F_NO_CONSTANT. */
uint32_t rs_api_newness(const char *name);
/* Python code that the call runs may take apart any list or dictionary that it can reach. */
bool rs_api_runs_anything(const struct rs_contract *row);
/* A call that asks or converts: what it is given it has forgotten when it returns. */
bool rs_api_keeps_nothing(const char *name);
/* A container of Python's own: if it fails, it has not kept what it was given. */
bool rs_api_takes_in(const struct rs_contract *row);
/* PyUnicode_FromString and its kin read the text that they are given. */
bool rs_api_reads_text(const struct rs_contract *row, unsigned index);
/* C data that the interpreter keeps for the caller: an object that is passed so may own a reference from now on. */
bool rs_api_keeps_data(const char *name);
/* Makes memory larger or smaller, an object's own too: what was given is gone, its successor has what it held. */
bool rs_api_moves(const char *name);
/* Fails only for what is no dict, list or type of this module: where that cannot be, nobody looks. */
bool rs_api_fails_by_misuse(const struct rs_contract *row);
/* Fails for NULL only, of which the call itself is to blame. */
bool rs_api_fails_on_null(const struct rs_contract *row);
/* How many items a list, text or slice has: never less than 0. */
bool rs_api_counts_items(const char *name);
/* Narrows the integer that a call of the row's function answers to what the function can answer; `sure`: it cannot
 * fail. */
void rs_api_answers(const struct rs_contract *row, LLVMValueRef call, struct rs_sym *answer, bool sure);

/* eval.c */
struct rs_av rs_eval(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value);
/* Whether the first instruction comes later in the function than the second. */
bool rs_flow_is_behind(const struct rs_flow *flow, LLVMValueRef first, LLVMValueRef second);
/* SSA number of a value, or UINT32_MAX. */
uint32_t rs_flow_index(const struct rs_flow *flow, LLVMValueRef value);
bool rs_flow_relevant(const struct rs_flow *flow, uint32_t index);
/* Whether the values that an RS_F_ORDER symbol compares are in the set. */
bool rs_eval_order_is_live(const struct rs_sym *sym, const uint64_t *live);
/* An integer of which no more is known than where it counts from, or nothing. */
struct rs_av rs_eval_counted(struct rs_state *state, LLVMValueRef value);
/* A value gets another one: what was known to lie at a[i] lies elsewhere now, and how it compared is past. */
void rs_eval_index_changes(struct rs_state *state, uint32_t index);
/* The reference count of an object: 1 at least while it lives. */
struct rs_av rs_eval_count(const struct rs_flow *flow, struct rs_state *state, struct rs_av object, LLVMValueRef how);
/* An instruction that is no call and no terminator. */
void rs_eval_instruction(struct rs_flow *flow, struct rs_state *state, LLVMValueRef instruction);
/* Whether a load or store goes through NULL, so that the program ends there. */
bool rs_eval_faults(struct rs_flow *flow, struct rs_state *state, LLVMValueRef instruction);

/* kinds.c: of which of Python's own types an object is. */
/* Whether a value is one of those types. */
bool rs_kinds_is_pythons(LLVMValueRef type);
/* Whether an object is known to be of just such a type, of no class derived from one. */
bool rs_kinds_is_exactly_pythons(const struct rs_sym *object);
/* Finds the questions that are asked from each block on. */
void rs_kinds_read(struct rs_flow *flow);
/* What the interpreter never passes as an argument of the role, whether that is true of NULL. */
uint64_t rs_kinds_passed(const struct rs_ir_role *role, unsigned index);
bool rs_kinds_is_given(const struct rs_ir_role *role, unsigned index, bool uncalled);
/* What is to be kept of rs_sym.excluded where only `asked` will be asked. */
uint64_t rs_kinds_kept(uint64_t excluded, uint64_t asked);
/* A call, comparison or mask that asks for an object's type: false for any other, and where the object is not known. */
bool rs_kinds_ask(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, struct rs_av *answer);
/* More is known of the answer to a question; false when that cannot be. */
bool rs_kinds_learn(struct rs_state *state, int32_t answer);
/* A branch has been taken: an argument of the function may be refused by it, for its type. */
void rs_kinds_branch(struct rs_flow *flow, struct rs_state *state, LLVMValueRef condition, bool truth);
/* Whether the way through a callee refuses an argument, with an exception, for a type that the interpreter has seen to:
 * the receiver's. */
bool rs_kinds_is_refusal(const struct rs_flow *flow, struct rs_av argument, const struct rs_case *way, unsigned index);
/* The same of what a way through a callee has found out. */
bool rs_kinds_restrict(struct rs_sym *object, uint64_t excluded);
/* A call has succeeded: what a function of Python's texts and containers needs it has found, since those convert
 * nothing but refuse what is of another type. False when that cannot be. */
bool rs_kinds_succeeded(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call);
/* Whether two symbols cannot be one object, by their types. */
bool rs_kinds_differ(const struct rs_sym *a, const struct rs_sym *b);
/* What the object that a row's function brings is not. */
uint64_t rs_kinds_made(const struct rs_contract *row);
/* Whether it is of one of the types (enum rs_contract_types), or of a class derived from one. */
bool rs_kinds_is_one_of(const struct rs_sym *object, uint32_t types);

/* range.c */
/* Whether the value is never negative: a constant, what counts upwards from one. */
bool rs_range_counts_up(LLVMValueRef value);
/* Whether the index that the call is given is within the list or tuple, as the branches say that lead there. */
bool rs_range_is_within(struct rs_flow *flow, LLVMValueRef call, LLVMValueRef index, LLVMValueRef container);

/* memory.c */
struct rs_av rs_memory_load(struct rs_flow *flow, struct rs_state *state, struct rs_av address, LLVMValueRef pointer,
                            LLVMValueRef at);
/* In front of a store over a member that may hold a reference which nobody has looked at: it is known from now on, so
 * that it can be told of as lost. */
void rs_memory_overwrite(struct rs_flow *flow, struct rs_state *state, struct rs_av address, LLVMValueRef pointer,
                         uint64_t key, struct rs_av value, LLVMValueRef at);
void rs_memory_store(struct rs_flow *flow, struct rs_state *state, struct rs_av address, LLVMValueRef pointer,
                     struct rs_av value, LLVMValueRef at);
struct rs_cell *rs_memory_cell(struct rs_state *state, int32_t base, int64_t offset);
void rs_memory_put(struct rs_flow *flow, struct rs_state *state, int32_t base, int64_t offset, uint64_t key,
                   struct rs_av value, LLVMValueRef at);
/* Stores as an assignment does: what the place held is given up by it. `key` names the member, 0 for none. */
void rs_memory_assign(struct rs_flow *flow, struct rs_state *state, int32_t base, int64_t offset, uint64_t key,
                      struct rs_av value, LLVMValueRef at);
/* Whether the function has stored the object in the cell, or a structure there that nobody counts and that the object
 * was loaded from: who keeps `state` and takes a reference to `state->module` holds the module by it. */
bool rs_memory_holds(const struct rs_flow *flow, const struct rs_state *state, const struct rs_cell *cell, int32_t sym);
/* Forgets what was remembered of a member of an argument. */
void rs_memory_unlearn(struct rs_state *state, int32_t base, int64_t offset);
/* Forgets what lies behind an address that an unknown callee may write to; objects there become uncertain. */
void rs_memory_forget(struct rs_state *state, int32_t base);
/* Offset of a getelementptr from its operand 0; RS_OFFSET_ANY, or an index variable's code. */
int64_t rs_memory_offset(struct rs_flow *flow, LLVMValueRef gep);
/* Whether a global is one of the interpreter's own: None, a type. */
bool rs_memory_is_pythons(LLVMValueRef global);
/* The member that a pointer names, as a key, or 0; *structure and *offset may be NULL. */
uint64_t rs_memory_key(struct rs_ir *ir, LLVMValueRef pointer, const char **structure, int64_t *offset);
/* Whether memory at this symbol outlives the function. */
bool rs_memory_outlives(const struct rs_state *state, int32_t base);

/* copy.c */
/* A call of memcpy or its kin: what is known of the one place is known of the other. */
void rs_copy(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call);
/* closure.c: local variables that others know by their address. */
/* What the value points to lies where nobody here can look, and so do the variables whose addresses it leads to. */
void rs_closure_hide(struct rs_state *state, struct rs_av value);
/* The same of the variables whose addresses lie in memory of the symbol's. */
void rs_closure_hide_content(struct rs_state *state, int32_t base);
/* Code that is not known runs: it may give up what hidden variables hold, or set them. */
void rs_closure_runs(struct rs_state *state);
/* At an end of the function: which arguments' members lead to memory whose references it changes. */
void rs_closure_note(struct rs_flow *flow, const struct rs_state *state);
/* Behind a call of a function that has noted such. */
void rs_closure_apply(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call,
                      const struct rs_summary *summary);

/* refine.c */
/* Takes the value for true or false; false when that cannot be. */
bool rs_refine(struct rs_flow *flow, struct rs_state *state, struct rs_av condition, bool truth);
bool rs_refine_null(struct rs_flow *flow, struct rs_state *state, int32_t sym, bool null);
bool rs_refine_range(struct rs_flow *flow, struct rs_state *state, int32_t sym, int64_t low, int64_t high);
/* 1 true, 0 false, -1 unknown. */
int rs_refine_known(const struct rs_state *state, struct rs_av condition);
/* The error indicator was asked, and has answered; false when that answer cannot be. */
bool rs_refine_occurred(struct rs_flow *flow, struct rs_state *state, bool set);
/* A call that sets an exception when it fails: `sym` is its result. */
void rs_refine_fallible(struct rs_state *state, int32_t sym);

/* "(a == b) & (c < d)": where it holds each part does, and where an "|" does not, none does; so deep at most. False
 * when that cannot be. */
bool rs_refine_parts(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value, bool truth, int depth);

/* same.c */
/* A comparison of two addresses comes out so: on the side of "x == y" on which both are the same they are one object.
 */
void rs_same(struct rs_flow *flow, struct rs_state *state, LLVMValueRef compare, bool truth);

/* refs.c: what may be done to a reference; each tells of what is wrong. */
void rs_refs_acquire(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at);
void rs_refs_release(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at);
void rs_refs_steal(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at, const char *api,
                   int32_t container);
/* The object itself, or, where it has no reference, what it is known to be by another name if that name has one. */
struct rs_sym *rs_refs_owning_name(struct rs_state *state, struct rs_sym *sym);
void rs_refs_use(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at, const char *api);
void rs_refs_unknown(struct rs_state *state, struct rs_av value);
/* Python code may run now: borrowed objects that it could release become stale. */
void rs_refs_run(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, const char *api);
/* Its memory goes back to the allocator. */
void rs_refs_freed(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at);
/* An item is put into a container that others have made: whoever does that has the one that was there to give back. */
void rs_refs_exchange(struct rs_state *state, int32_t container);
void rs_refs_lost(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, LLVMValueRef at);

/* ahead.c */
/* Whether each way on from where the state stands returns the value of failure (NULL, -1), as far as control flow
 * shows. */
bool rs_ahead_fails(struct rs_flow *flow, struct rs_state *state);

/* tell.c */
/* Whether anything may be told of the function. */
bool rs_tell_is_told(const struct rs_flow *flow);
void rs_tell(struct rs_flow *flow, struct rs_state *state, enum rs_rule rule, LLVMValueRef culprit,
             const struct rs_sym *sym, const char *message, const char *fix);
/* "'item'", or "the result of PyList_New", or "an object". */
const char *rs_tell_name(struct rs_flow *flow, const struct rs_sym *sym);
const char *rs_tell_line(struct rs_flow *flow, LLVMValueRef at);
/* Fills a candidate without adding it. */
struct rs_candidate rs_tell_candidate(struct rs_flow *flow, struct rs_state *state, enum rs_rule rule,
                                      LLVMValueRef culprit, const struct rs_sym *sym, const char *message,
                                      const char *fix);
/* Adds one that was filled before, unless its cause is told of. */
void rs_tell_add(struct rs_flow *flow, const struct rs_candidate *candidate);
/* None and its like, whose references from 3.12 on nobody counts. */
bool rs_tell_immortal(const struct rs_flow *flow, const struct rs_sym *sym);
/* The candidates as findings of the report. */
void rs_tell_all(struct rs_flow_unit *unit);

/* call.c and its kin: each applies a call to the state and adds the states that come of it (the given one included, if
 * it goes on) to `out`. */
struct rs_states {
    struct rs_state *items[96];
    unsigned count;
};
void rs_states_add(struct rs_flow *flow, struct rs_states *out, struct rs_state *state);
/* What is known of a function of this unit, or of another one whose summary was handed in; NULL: nothing. */
const struct rs_summary *rs_summary_of(const struct rs_flow *flow, LLVMValueRef callee);
void rs_call(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, struct rs_states *out);
void rs_call_contract(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const struct rs_contract *row,
                      struct rs_states *out);
void rs_call_summary(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *callee,
                     const struct rs_summary *summary, struct rs_states *out);
bool rs_call_refcount(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *name);
/* error.c: a call of the C API; parts the ways on which an exception is set from the others where the call asks for
 * that. */
void rs_error_call(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const struct rs_contract *row,
                   struct rs_states *out);
/* An exception is set here, or none is; false when that cannot be. */
bool rs_error_refine(struct rs_flow *flow, struct rs_state *state, bool set);
/* What a call by that name does to the error indicator whatever else it does. */
enum rs_error_effect {
    RS_EFFECT_NONE,
    RS_EFFECT_SETS,
    RS_EFFECT_CLEARS,
    RS_EFFECT_RESTORES, /* sets what it is given, which may be nothing */
    RS_EFFECT_UNKNOWN,
} rs_error_effect(LLVMValueRef call, const char *name);
/* Whether a call by that name takes the exception out: all of what it gives is there, or nothing is. */
bool rs_error_takes(const char *name);
/* Whether anything compares an integer or floating-point result, or keeps it for later. */
bool rs_call_compared(LLVMValueRef call);
/* The contract of a slot of a type object or suite that is called through the structure, tp->tp_alloc(tp, 0); or NULL.
 */
const struct rs_contract *rs_call_slot(struct rs_ir *ir, LLVMValueRef call);
void rs_call_errors(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const char *name);
void rs_call_result(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, struct rs_av value);
/* Formats: PyArg_Parse, Py_BuildValue. `first` is the index of the first argument behind the format. */
void rs_call_parse(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, unsigned format, unsigned first,
                   int32_t tuple);
/* Whether a NULL stands where the format wants an object: then the call answers NULL, with an exception. */
bool rs_call_build_fails(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, unsigned format,
                         unsigned first);
void rs_call_build(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, unsigned format, unsigned first,
                   const char *api);

/* exit.c: the function is left; judges and adds a way to the summary. */
void rs_exit_return(struct rs_flow *flow, struct rs_state *state, LLVMValueRef ret);
void rs_exit_thrown(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at);
/* All ways are known: tells where they contradict each other. */
void rs_exit_compare(struct rs_flow *flow);
/* summary.c */
void rs_summary_add(struct rs_flow *flow, const struct rs_state *state, struct rs_av result, bool thrown,
                    LLVMValueRef at);
void rs_summary_close(struct rs_summary *summary);

/* prepare.c */
void rs_prepare(struct rs_flow *flow);
/* The values that are live before an instruction of the block (NULL: at its head, behind the phis). */
void rs_prepare_live(struct rs_flow *flow, struct rs_block *block, LLVMValueRef before, uint64_t *live);
void rs_prepare_close(struct rs_flow *flow);
/* sweep.c */
void rs_sweep_read(struct rs_flow *flow);
/* The block at which the innermost loop around the instruction begins, or UINT32_MAX. */
uint32_t rs_sweep_loop(const struct rs_flow *flow, LLVMValueRef instruction);
/* The state comes to the block: what lies in the arrays that are swept there is no longer the function's to give back.
 */
void rs_sweep(struct rs_flow *flow, struct rs_state *state, const struct rs_block *block);
/* Whether the release is of items of a container, in a loop, and another loop of the function takes a reference to
 * each. */
bool rs_sweep_gives_back(const struct rs_flow *flow, const struct rs_sym *sym, LLVMValueRef release);
/* idle.c: finds such loops, the outer ones of nests as well. */
void rs_idle_read(struct rs_flow *flow);
void rs_idle_close(struct rs_idle *loop);
/* Whether a state that comes to the loop's head may pass it at once: nothing that the loop uses is gone or NULL. */
bool rs_idle_is_passed(struct rs_state *state, const struct rs_idle *loop);
/* Calls back for each exit with a state of its own, which the callee takes over, as it stands in front of the
 * terminator whose successor leads out. */
typedef void rs_idle_on_exit(struct rs_flow *flow, struct rs_state *state, LLVMValueRef terminator, unsigned successor);
void rs_idle_leave(struct rs_flow *flow, const struct rs_state *state, const struct rs_idle *loop,
                   rs_idle_on_exit *on_exit);
/* asked.c */
void rs_asked_read(struct rs_flow *flow);
/* Whether the function's conditions ask about a member (its key) or a value (its address) more than once. */
bool rs_asked_again(const struct rs_flow *flow, uint64_t what);
/* question.c: what an object is asked and always answers alike. */
struct rs_question {
    int64_t code; /* names what is asked, in all units */
    LLVMValueRef about;
    bool of_type; /* `about` is the object's type */
};
/* Whether a call, a comparison or an "and" asks such a question, and which. */
bool rs_question_read(struct rs_ir *ir, LLVMValueRef at, struct rs_question *question);
/* What an instruction that asks comes to (0, 1, or what is one of both), or unknown. */
struct rs_av rs_question_ask(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at);
/* Whether the integer is such an answer; its parent is the object, its offset the code. */
bool rs_question_is_answer(const struct rs_sym *sym);
/* Takes the fact for true of the object; false where it has answered otherwise. */
bool rs_question_agrees(struct rs_flow *flow, struct rs_state *state, int32_t object, const struct rs_fact *fact,
                        LLVMValueRef how);
/* Whether what is asked names something that other units do not know. */
bool rs_question_is_local(int64_t code);
/* What who answers yes also answers with yes: an instance of just one type is of that type; 0: nothing. */
int64_t rs_question_implied(int64_t code);
/* The function asks so many times. */
void rs_question_count(struct rs_flow *flow, int64_t code, uint64_t times);
/* Whether anybody will ask again what was answered: this function, or (not where states are to be few) the callers of
 * an argument. */
bool rs_question_is_kept(const struct rs_flow *flow, const struct rs_sym *answer, bool sparing);
/* enter.c */
/* Who calls the function; sets `role` and its kin. */
void rs_enter_role(struct rs_flow *flow);
/* The states that it begins with, one for each thing that the interpreter may pass; the role is known. */
void rs_enter(struct rs_flow *flow, struct rs_states *states);
/* walk.c */
void rs_walk(struct rs_flow_unit *unit, struct rs_ir_function *function, struct rs_summary *summary, bool judge);
struct rs_summaries;
/* graph.c: functions, callees first; those of one circle have one group number and stand together. */
void rs_graph_order(struct rs_ir *ir, uint32_t *order, uint32_t *group);
/* Marks functions without a role of their own that only functions marked before call. */
void rs_graph_spread(struct rs_ir *ir, const uint32_t *order, bool *marked);
/* Whether the function is used at all, and each use is a call by a marked one. */
bool rs_graph_only_by(struct rs_ir *ir, LLVMValueRef function, const bool *marked);
/* init.c */
/* For each of the unit's functions (by rs_graph_order's `order`) whether it runs at the module's import only; the
 * caller frees it. */
bool *rs_init_only(struct rs_ir *ir, const uint32_t *order, const struct rs_summaries *others);
/* For each function whether it is tp_new or called by such functions only; the caller frees it. */
bool *rs_init_new(struct rs_ir *ir, const uint32_t *order);
/* By whom a function is called or named in this unit. */
enum rs_init_uses {
    RS_USES_NONE,
    RS_USES_INIT,
    RS_USES_OTHER
} rs_init_uses(struct rs_ir *ir, LLVMValueRef function, const bool *marked);
/* wanted.c */
/* For each function of the unit, by rs_graph_order's `order`, whether it is to be followed; the caller frees it. Fields
 * are read before. */
bool *rs_wanted_read(struct rs_flow_unit *unit, const uint32_t *order);
/* fields.c */
void rs_fields_read(struct rs_flow_unit *unit);
struct rs_field *rs_field_find(struct rs_flow_unit *unit, uint64_t key);
/* The function's way ends with the value in a place that owns what it holds. */
void rs_fields_stored(struct rs_flow *flow, struct rs_state *state, const struct rs_cell *cell, struct rs_sym *sym);
/* Whether some function of the unit releases what it loads from the member. */
bool rs_fields_is_owner(struct rs_flow_unit *unit, uint64_t key);
/* A reference was handed over to the member. */
void rs_fields_owns(struct rs_flow_unit *unit, uint64_t key);
/* Whether the member is released somewhere, and the object that is to lie there is borrowed. */
bool rs_fields_is_doubtful(struct rs_flow *flow, uint64_t key, const struct rs_sym *sym);
/* Whether the store puts an owned reference over what a member or global of the running program owns, unread: nothing
 * that the function asks before tells that there is nothing. */
bool rs_fields_overwrites(struct rs_flow *flow, struct rs_state *state, struct rs_av address, uint64_t key,
                          struct rs_av value, LLVMValueRef store);
/* Whether other functions use what the global holds, and nobody ever releases or resets it. */
bool rs_fields_is_kept(struct rs_flow *flow, LLVMValueRef global);
void rs_fields_judge(struct rs_flow_unit *unit);
/* variants.c */
/* Whether the function stores what lies in the member for instances of a structure that no function which releases the
 * member gets to see. */
bool rs_variants_differ(struct rs_flow_unit *unit, LLVMValueRef function, uint64_t key);
/* origin.c: what a place can hold, by all that the unit stores there; each is more than the one before. */
enum rs_origin {
    RS_ORIGIN_NONE,  /* nothing is stored */
    RS_ORIGIN_INERT, /* NULL, objects that never die, and such whose end runs no code: text, bytes, numbers, weak
                        references without a callback */
    RS_ORIGIN_MADE,  /* objects whose type the unit knows: it has made them, or asked for it */
    RS_ORIGIN_ANY,
};
/* Of the member or global with that key (rs_memory_key); RS_ORIGIN_ANY where nothing is known. */
enum rs_origin rs_origin_of(struct rs_flow_unit *unit, uint64_t key);
/* uncounted.c */
/* Whether the reference was taken to what a dictionary lends, before the function takes that out of the dictionary, and
 * nothing becomes of the object behind that: the reference may have been taken for the dictionary. */
bool rs_uncounted_is_taken_out(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym);
/* Whether the function puts the object, which it releases at `at`, into a dictionary whose references the unit does not
 * count. */
bool rs_uncounted_is_put(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym, LLVMValueRef at);
/* handed.c */
/* The call of a function that nobody sees (`row` may be NULL) gets a callback and an object that is only lent. */
void rs_handed_note(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const struct rs_contract *row);
/* Tells of the callbacks that give up what was lent to them. */
void rs_handed_judge(struct rs_flow_unit *unit);

/* shelf.c: tp_dealloc stores its object; tells of members that it releases elsewhere, and not on this way. */
void rs_shelf_judge(struct rs_flow *flow, struct rs_state *state, struct rs_av address, struct rs_av value,
                    LLVMValueRef store);
/* slots.c */
/* Whether the value is the object, or would be when it is read: a variable or a member that holds it. */
bool rs_slot_names(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value, int32_t object);
/* Whether the object is an item of a list or tuple of which the function fills a slot, without a release of what was
 * there. */
bool rs_slot_is_refilled(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym);
/* Whether the function put the object into a slot of a list or tuple itself, and puts another one there behind the
 * release. */
bool rs_slot_is_filled_anew(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym,
                            LLVMValueRef release);
/* Whether the function takes a reference to the object behind the instruction: PyList_SetItem(list, 0, object),
 * Py_INCREF(object). */
bool rs_slot_is_counted_behind(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym, LLVMValueRef at);
/* chain.c */
/* Whether the function, or the one that it calls at `at`, takes the object off a chain of objects that own each other.
 */
bool rs_chain_unlinks(struct rs_flow *flow, const struct rs_sym *sym, LLVMValueRef at);
/* stands.c */
void rs_stands_read(struct rs_flow_unit *unit);
/* Whether a reference that the function, or the one that it calls at `at`, takes (or gives back) without its
 * counterpart is one that the state of an object stands for: another function of the unit does the opposite, and both
 * store that state. */
bool rs_stands_for(struct rs_flow *flow, const struct rs_sym *sym, LLVMValueRef at, bool taken);

/* store.c */
/* The function at work has asked the unit about the key (enum rs_premise_kind). */
void rs_premise_note(struct rs_flow_unit *unit, unsigned kind, uint64_t key, bool answer);
/* ... and has asked what only this unit can answer. */
void rs_premise_bind(struct rs_flow_unit *unit);
/* share.c: summaries as a file for the extension's other units. */
void rs_share_write(const struct rs_flow_unit *unit, FILE *file);
/* Of a function that another unit defines, or NULL. */
const struct rs_summary *rs_share_find(const struct rs_summaries *set, const char *name);
/* Whether some unit's initialisation calls the function, and nothing else anywhere does. */
bool rs_share_is_inits(const struct rs_summaries *set, const char *name);

/* belief.c: what the unit's code takes to be possible. */
/* Collects the members and globals that may be NULL while objects are in use; `order` is rs_graph_order's. */
void rs_belief_read(struct rs_flow_unit *unit, const uint32_t *order);
/* Whether the code reckons with NULL in memory where a comparison has just found it there (true for what memory did not
 * hold). */
bool rs_belief_absent(const struct rs_flow *flow, LLVMValueRef compare, const struct rs_sym *sym);
/* Whether the call's result is read through, and never compared with anything: it is known to be there. */
bool rs_belief_never_null(LLVMValueRef call);

/* filled.c */
/* Finds the members that are never NULL while an object is in use; `order` is rs_graph_order's. */
void rs_filled_read(struct rs_flow_unit *unit, const uint32_t *order);
/* Whether the function, which is none that makes or ends objects, finds an address there whatever it asks. */
bool rs_filled_is(const struct rs_flow *flow, uint64_t key);

/* imported.c */
/* Whether the global holds an address whenever the function runs, which the import of the module does not call. */
bool rs_imported_is(const struct rs_flow *flow, LLVMValueRef global);

/* expansion.c */
/* The name of the macro in one expansion of which both instructions stand, a call and the end of the way that does
 * wrong behind it; NULL where they stand apart, or the source cannot be read. Lives as long as the unit. */
const char *rs_expansion_of(struct rs_ir *ir, LLVMValueRef taken, LLVMValueRef lost);
/* A hash of what is lost in the macro, and whether that is worth a note only; `api` may be NULL. */
uint64_t rs_expansion_key(const char *macro, const char *api, bool note);
/* generated.c */
/* Whether it is about references that Cython's generator counts by itself, where the .pyx counts none by hand, or about
 * its exceptions. */
bool rs_generated_counts(struct rs_flow_unit *unit, const struct rs_candidate *candidate);

/* engine.c: all functions of a unit; findings go to report, summaries where the options say. */
void rs_flow_run(struct rs_ir *ir, const struct rs_unit_options *options, struct rs_report *report);
