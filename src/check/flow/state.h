/* States, and the values and symbols in them.
 *
 * A *state* is what is known at one point of one path: what each live SSA value is (an integer, a symbol, a condition
 * on a symbol), what memory holds, and for each *symbol* (an object, an address, an unknown integer) whether it is
 * NULL, how many references the function owns, and how it came by it. States that differ in names only are one state:
 * at the head of each block symbols are renumbered in the order in which live values reach them, so that equal states
 * are equal bytes. */
#pragma once
#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

struct rs_trail;

/* ---- values ---- */
enum rs_av_kind { RS_AV_UNKNOWN, RS_AV_INT, RS_AV_SYM, RS_AV_COND };
struct rs_av {
    uint8_t kind;
    uint8_t predicate; /* of a condition: LLVMIntPredicate */
    int32_t sym;
    int64_t
        number; /* constant (0 is NULL, too), offset from the symbol's address, or what the condition compares with */
};
enum { RS_NONE = -1, RS_LENGTH_UNKNOWN = -1 };
#define RS_OFFSET_ANY                                                                                                  \
    INT64_MIN /* somewhere behind the symbol's address; other negative offsets below RS_OFFSET_INDEX name an index     \
                 variable */
#define RS_OFFSET_INDEX (-(1LL << 40))

enum rs_sym_kind {
    RS_SYM_INT,      /* an unknown integer */
    RS_SYM_LOCAL,    /* address of a local variable */
    RS_SYM_GLOBAL,   /* address of a global variable or function */
    RS_SYM_ARG,      /* argument of the function */
    RS_SYM_NEW,      /* result of a call that hands over a reference */
    RS_SYM_BORROWED, /* borrowed from `parent`, or from what lives for ever */
    RS_SYM_LOADED,   /* what memory (parent, offset) held when the function began */
    RS_SYM_ITEMS,    /* address of the items of list or tuple `parent` */
    RS_SYM_MEMORY,   /* raw memory from an allocator, C data inside an object */
    RS_SYM_OPAQUE,   /* a pointer of unknown origin */
};
enum rs_null { RS_MAYBE, RS_NULL, RS_NONNULL };
enum rs_sym_flags {
    RS_F_UNCERTAIN = 1 << 0, /* an unknown callee or store may have kept, released or acquired it */
    RS_F_DEAD = 1 << 1,      /* its last reference was given up by this function */
    RS_F_STOLEN = 1 << 2,    /* a call took the reference over */
    RS_F_HELD = 1 << 3,      /* loaded: its location still holds it */
    RS_F_FAIL_ERR = 1 << 4,  /* NULL (or `fail`) comes with an exception set */
    RS_F_OCCURRED = 1 << 5,  /* result of PyErr_Occurred: not NULL iff an exception is set */
    RS_F_SHARED = 1 << 6,    /* others own it, too: an attribute, a module, an item */
    RS_F_STALE = 1 << 7,     /* borrowed, and since then Python code ran that may have released it */
    RS_F_MUTABLE = 1 << 8,   /* borrowed from a list or dictionary */
    RS_F_FAIL_INT = 1 << 9,  /* integer: `fail` is the value of failure */
    RS_F_MISS = 1 << 10,     /* failure's value may be an ordinary answer */
    RS_F_FOREVER = 1 << 11,  /* lives as long as the interpreter */
    RS_F_FRESH = 1 << 12, /* a container that nobody else has seen: number of items in `high`, or RS_LENGTH_UNKNOWN */
    RS_F_TYPE = 1 << 13,  /* the type of `parent` */
    RS_F_OWNED_FIELD = 1 << 14, /* loaded from a member that owns what it points to */
    RS_F_INTERIOR = 1 << 15,    /* memory inside of `parent` */
    RS_F_MOVED = 1 << 16,       /* its location gave it up to this function: one is in `owned` for that */
    RS_F_VISIBLE = 1 << 17,     /* others may reach it: it was stored or passed on */
    RS_F_MADE = 1 << 18,        /* made by code that is not seen, which may know it still */
    RS_F_ORDER = 1 << 19,       /* integer: how two others compare, by its sign; `offset` names them (eval.c) */
    RS_F_LODGED = 1 << 20, /* lies where nobody here can look any more, in a place that may own it or not: one reference
                              is not accounted for */
    RS_F_NO_CONSTANT = 1 << 21, /* made by a constructor: no object that a name stands for, like None */
    RS_F_ANOTHER = 1 << 22,     /* made anew by each call: no object that was there before */
    RS_F_ASKED = 1 << 23, /* whether it is some global was asked, and will be again: an integer whose parent it is knows
                             the answer */
    RS_F_ALONE = 1 << 25, /* a container that was made for this function: nobody else can take items out of it */
    RS_F_FOUND = 1 << 24, /* a constant: what a call brought has turned out to be it */
    RS_F_KIND = 1 << 26,  /* integer: the answer to a question about the type of `parent`, see kinds.c */
};

struct rs_sym {
    uint8_t kind, null;
    int8_t owned;
    int8_t fail;
    uint32_t flags;
    int32_t parent;
    int32_t kept; /* shared only if this outcome is no failure */
    int64_t offset;
    int64_t low, high;
    uint64_t excluded;     /* of an object: what its type is known not to be, see kinds.c */
    LLVMValueRef identity; /* of an argument, alloca, global; of a loaded value its member's key */
    /* provenance: in no hash, of equal states the first one's stays */
    uint32_t born;    /* what has a smaller number was known before */
    LLVMValueRef how; /* the instruction that brought it */
    const char *api;
    LLVMValueRef taken; /* the last Py_INCREF */
    LLVMValueRef over;  /* the store over the place that held it */
    LLVMValueRef gone;  /* ... that stole, released or staled it */
    const char *gone_api;
};

struct rs_bind {
    uint32_t index;
    struct rs_av value;
};
struct rs_cell {
    int32_t base;
    bool stored; /* by this function */
    int64_t offset;
    struct rs_av value;
    uint64_t key;    /* member: hash of structure and offset, or 0 */
    LLVMValueRef at; /* the store */
};

/* What a way has learned of a member of an argument, and what settling has made states forget: it tells no states apart
 * any more, but the way goes on to know. */
struct rs_memo {
    int32_t base;
    int64_t offset;
    uint8_t null;
    int64_t low, high;
};

enum rs_err { RS_ERR_CLEAR, RS_ERR_SET, RS_ERR_UNKNOWN, RS_ERR_MAYBE };
/* Whether an exception was set when the function was entered: as long as nobody has asked, it goes on as if none were.
 */
enum rs_entry { RS_ENTRY_OPEN, RS_ENTRY_CLEAR, RS_ENTRY_SET };
/* What nothing shows but that the code asks whether an exception is set: that one is, after a call of which nothing is
 * known (nothing is said of the result, and of what is lost); that one was when the function was entered (nothing is
 * said at all). */
enum rs_supposed { RS_SUPPOSED_NOTHING, RS_SUPPOSED_ERROR, RS_SUPPOSED_WAY };

/* States that were given up, whose memory the next ones use. */
struct rs_state_pool {
    RS_VEC(struct rs_state *) spare;
};

struct rs_state {
    struct rs_state_pool *pool;
    uint32_t block;
    uint8_t err, entry;
    uint8_t supposed;
    bool vague; /* RS_ERR_UNKNOWN by nothing but calls of which nothing is known; RS_ERR_MAYBE: in front of that one */
    bool clouded;    /* RS_ERR_MAYBE: in front of that one nothing is known */
    bool pending;    /* an integer-returning call's failure was never looked at */
    bool thrown;     /* a C++ exception is under way */
    int32_t err_sym; /* RS_ERR_MAYBE: an exception is set iff this symbol says failure */
    LLVMValueRef pending_at, came_from;
    LLVMValueRef err_at;              /* RS_ERR_SET: the call that set it, as far as it is known; in no hash */
    LLVMValueRef lacking, lacking_at; /* RS_ERR_CLEAR: the return by which a helper has answered NULL without one, and
                                         the call of it; in no hash */
    const struct rs_trail *trail;
    uint32_t births;
    RS_VEC(struct rs_sym) syms;
    RS_VEC(struct rs_bind) env;
    RS_VEC(struct rs_cell) mem;
    RS_VEC(struct rs_memo) memos; /* in no hash, of equal states the first one's stay */
    uint64_t hash;
};

/* ---- functions (state.c) ---- */
/* An empty state: all 0. The pool outlives it. */
struct rs_state *rs_state_new(struct rs_state_pool *pool);
struct rs_state *rs_state_copy(const struct rs_state *state);
/* Gives the state back to its pool. */
void rs_state_close(struct rs_state *state);
void rs_state_pool_close(struct rs_state_pool *pool);
struct rs_av rs_state_get(const struct rs_state *state, uint32_t index);
void rs_state_set(struct rs_state *state, uint32_t index, struct rs_av value);
int32_t rs_state_sym(struct rs_state *state, enum rs_sym_kind kind, LLVMValueRef how);
/* The symbol of a global's address, made when it is new. */
int32_t rs_state_global(struct rs_state *state, LLVMValueRef global);
/* The integer (0, 1) that says whether an object is the global; made when it is new. */
int32_t rs_state_answer(struct rs_state *state, int32_t object, int32_t global, LLVMValueRef how);
/* What a global is known to be by another name, or the global that a loaded object is known to be; NULL where nothing
 * is. */
struct rs_sym *rs_state_twin(struct rs_state *state, const struct rs_sym *sym);
static inline struct rs_av rs_av_int(int64_t number)
{
    return (struct rs_av){RS_AV_INT, 0, RS_NONE, number};
}
static inline struct rs_av rs_av_sym(int32_t sym)
{
    return (struct rs_av){RS_AV_SYM, 0, sym, 0};
}
static inline struct rs_av rs_av_unknown(void)
{
    return (struct rs_av){RS_AV_UNKNOWN, 0, RS_NONE, 0};
}
static inline bool rs_av_equal(struct rs_av a, struct rs_av b)
{
    return a.kind == b.kind && a.predicate == b.predicate && a.sym == b.sym && a.number == b.number;
}
/* The object that a value points to (at its start), or NULL. */
struct rs_sym *rs_state_object(struct rs_state *state, struct rs_av value);
