/* The books of one process: an account for every (family, object) pair, kept from the ordered stream of records.
 *
 * Pure: records in, accounts and facts out; no file, no process, no symbol is looked at. A balance is an interval [lo,
 * hi]: what is not known widens it. A fact is something that was seen to be wrong, with a copy of what the books said
 * of the object at that moment; the same fault is kept once, with a count. What a fact means is the verdict room's
 * affair. The law that is implemented here: docs/internals/books.md. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "wire/recording.h"

struct rs_contract;

enum { RS_EVENTS_FIRST = 6, RS_EVENTS_LAST = 8, RS_EVENTS_KEPT = RS_EVENTS_FIRST + RS_EVENTS_LAST, RS_OPEN_KEPT = 8 };
enum { RS_NO_CODE = 0xffffffff };

enum { RS_CALLERS = 2 };

enum rs_event_kind {
    RS_EVENT_CREATE,   /* a call returned it new with count 1, or PyObject_Init made it */
    RS_EVENT_ACQUIRE,  /* a new reference, or an inlined increment */
    RS_EVENT_RELEASE,  /* an inlined decrement, or a call that gives a reference up */
    RS_EVENT_BORROW,   /* a call returned it borrowed */
    RS_EVENT_STEAL,    /* its reference passed to a call */
    RS_EVENT_ARGUMENT, /* the interpreter passed it in */
    RS_EVENT_RETURN,   /* returned to the interpreter */
    RS_EVENT_FREE,
    RS_EVENT_TOUCH, /* used although it is dead */
};

struct rs_event {
    uint64_t seq;      /* position in the recording */
    uint64_t pc;       /* a store's instruction, a call's return address, or a function's entry (is_entry) */
    uint64_t function; /* entry of the module function in progress, 0 unknown */
    uint64_t call;     /* low 32 bits of the seq of that function's entry: events of one call have the same */
    const struct rs_contract *contract; /* call or role, NULL for a store */
    uint32_t code, instr;               /* Python place: index in codes, RS_NO_CODE */
    int32_t delta, balance;             /* balance: hi after */
    int64_t count;                      /* reference count after, -1 unknown */
    uint32_t times;                     /* equal events in a row */
    uint8_t kind;                       /* enum rs_event_kind */
    bool is_entry, init;                /* init: during the module's initialisation */
    bool blind; /* in a function of which not every store can be seen, or of an object that another family made */
    uint32_t family;
    bool by_variable; /* the callers are those up to the function that keeps the variable which was filled */
    uint64_t loser;   /* LOST: the place in the function that lost what a helper got here, 0: here */
    uint64_t callers[RS_CALLERS]; /* new references: what may be the return addresses of the direct calls that led to
                                     it, innermost first */
};

enum { RS_BASES = 2, RS_FUNCTIONS = 16 };

/* An account as it is shown: the books keep it in a tenth of this (internal.h). */
struct rs_account {
    uint32_t family;
    bool unsure; /* a call never left, or an unknown call took part */
    bool has_negative;
    int64_t lo, hi;
    uint64_t acquired, events, open_count;
    struct rs_event first[RS_EVENTS_FIRST], last[RS_EVENTS_LAST]; /* last: a ring by events */
    struct rs_event open[RS_OPEN_KEPT]; /* acquisitions not yet given back, the latest last; beyond: only counted */
    struct rs_event negative;           /* where hi first fell below 0 */
};

struct rs_page;
struct rs_quiet;

/* What a booking reads comes first: one line of the cache. */
struct rs_object {
    uint64_t address;
    struct rs_page *accounts; /* rs_ledger_account shows them */
    int64_t count;            /* last known reference count */
    uint64_t size;
    uint32_t last_family; /* whose event was the last, 0: none */
    bool dead, shut;      /* shut: its tp_dealloc has begun */
    bool watched;
    bool immortal; /* 3.12 and later: seen with a count that means so; modules built for older versions change it */
    bool passed;   /* handed in or out, so that it is an object and no counter of the module's own; doubtful: its count
                      was changed before that */
    bool doubtful;
    bool before_fork; /* seen before this process began: its balance is unknown */
    uint64_t type;
    uint64_t died_at; /* seq */
    uint64_t serial;  /* n-th tracked object of its type */
    /* the call that was in progress when its memory was freed: its place, what it called, the module function's call */
    uint64_t killer_pc, killer_call;
    const struct rs_contract *killer_contract;
    struct rs_quiet *quiet; /* of objects that never die: what the quiet points found, or NULL */
};

enum rs_fact_kind {
    RS_FACT_TOUCH,    /* a module changed its count or passed it to a call although it was freed */
    RS_FACT_ZERO,     /* its count was 0 outside its own dealloc and a module changed it */
    RS_FACT_POISON,   /* somebody unseen changed the count of the freed object */
    RS_FACT_FAULT,    /* the process was ended by a signal; the object, if any, names the dead one behind it */
    RS_FACT_WITNESS,  /* a live owner still refers to the dead object */
    RS_FACT_DEFICIT,  /* a balance fell below zero: a suspect until a consequence is seen */
    RS_FACT_LOST,     /* a reference that the books know is held nowhere in memory */
    RS_FACT_ERROR,    /* result and exception contradict each other */
    RS_FACT_GIL,      /* a count was changed without the GIL */
    RS_FACT_TRAVERSE, /* the collector counted more references than there are */
    RS_FACT_DRIFT,    /* differential census: the count drifts away from the words that point at it */
    RS_FACT_CYCLE,    /* uncollectable garbage: an owned member that the owner's tp_traverse does not visit */
    RS_FACT_MEMORY,   /* memory that a module asked the Python allocator for: nothing points at it any more */
    RS_FACTS
};

struct rs_fact {
    enum rs_fact_kind kind;
    uint64_t count, seq;
    bool has_object, has_event, has_blame;
    struct rs_object object; /* copy; its accounts are copies, too (up to 3, the blamed first) */
    struct rs_account account[3];
    unsigned accounts;
    struct rs_event event;  /* the event that showed it */
    int64_t lost;           /* LOST, DRIFT: references without holder; DRIFT: negative for a deficit; MEMORY: blocks */
    uint64_t words, visits; /* census figures; MEMORY: bytes */
    uint64_t owner, owner_type; /* WITNESS, TRAVERSE */
    uint32_t owner_kind;        /* WITNESS: 1 frame local (owner is a code index), 2 container */
    unsigned exit_flags;        /* ERROR: enum rs_exit_flags */
    bool at_exit;               /* while the interpreter was shutting down, after the census */
    bool witnessed;             /* DEFICIT: a live owner still refers to the place of an object that went this way */
    bool own_use;               /* FAULT: a module's own code used the dead object */
    bool unseen;  /* DEFICIT: nothing said where the family had it from; its modules take what others raised out of the
                     thread state */
    bool starved; /* DEFICIT: what is never freed, being part of a file, has no reference left */
    bool from_result; /* TOUCH: a call handed the dead object in: the module that received it is a victim */
    bool has_cause; /* ERROR: the call that failed last; FAULT: the one of the call in progress that returned NULL last
                     */
    struct rs_event cause;
    uint64_t left_by,
        left_count; /* LOST: the tp_dealloc that left them behind in a body, 0: none; how many of `count` */
};

/* An object that a tp_dealloc may leave, or has left behind. */
struct rs_left {
    uint64_t object, serial, type, function;
    uint32_t call, family;
};

struct rs_code {
    const char *name, *file;
    uint32_t firstline;
    const uint8_t *table;
    size_t table_size;
};

struct rs_type {
    uint64_t address;
    const char *name;
    uint64_t flags, serials;
};

struct rs_role {
    const struct rs_contract *contract;
    const char *name;
    uint64_t owner;
};

struct rs_module {
    uint64_t base, text_lo, text_hi, writes_lo, writes_hi;
    uint64_t area_lo, area_hi; /* its trampolines */
    uint32_t number, family, first_site, sites, sites_found, functions_skipped, patches_refused;
    const char *path;
};

/* What the ledger must be told about the sites, by their number; the host knows it from the plans. */
struct rs_site_fact {
    uint64_t pc;          /* absolute */
    int32_t delta;        /* of an in-place add; 0: the record carries the new count */
    uint32_t family : 24; /* of its module, 0: none */
    bool blind : 1;       /* its function has stores that no patch fits */
    bool fixed : 1;       /* at an address in the module's own data */
};

struct rs_sites {
    struct rs_site_fact *items;
    size_t count, room;
};

struct rs_limit {
    const char *what;
    uint64_t number;
};

struct rs_books {
    int pid;
    unsigned python; /* 0x030b */
    bool is_executable, forked, finalized, census_done;
    const char *python_text;
    struct rs_arena arena;
    RS_VEC(struct rs_module) modules;
    RS_VEC(struct rs_code) codes;
    RS_VEC(struct rs_limit) limits;
    RS_VEC(struct rs_fact) facts;
    struct rs_map objects; /* address -> struct rs_object * */
    struct rs_map blocks;  /* address of memory that a module asked for -> struct rs_event *: the call */
    struct rs_map types, roles, code_at, fact_at, threads;
    struct rs_map deficit_at; /* address -> fact + 1: of the latest object there whose balance fell below zero */
    RS_VEC(struct rs_left) leaving, left; /* while the tp_dealloc runs; afterwards */
    struct rs_map left_at;                /* address -> number in `left` + 1 of the latest */
    struct rs_store *store;               /* how events, objects and accounts are kept: internal.h */
    struct rs_thread *thread;
    uint64_t seq, events, object_count, live_objects;
    struct rs_object *latest;                                         /* the object looked up last */
    size_t latest_module;                                             /* the module looked up last */
    const struct rs_contract *dealloc, *clear, *init, *exec, *create; /* rows of these roles */
    const struct rs_contract *moved[2];                               /* of what fills a tuple, a list */
    bool in_census;
    struct rs_fault_record
        fault; /* the latest; a signal that the program's own handler of it hands on is still the same */
    bool has_fault;
    bool passing;         /* what follows belongs to one that was handed on */
    uint64_t fault_fact;  /* its fact + 1, 0: none */
    uint64_t after_fault; /* seq behind the records that belong to it */
    uint64_t stack_at;
    uint8_t stack[32 * 1024];
    size_t stack_size;
    RS_VEC(uint64_t) python_stack; /* pairs: code index, instruction */
    const struct rs_sites *sites;  /* the owner's; it may grow */
    /* Whether the function at that address has stores that cannot be seen; whether modules of the family move
     * exceptions in and out of the thread state by hand (Cython does). NULL: none. */
    void *host;
    bool (*blind)(void *host, uint64_t function);
    bool (*raw_exceptions)(void *host, uint32_t family);
    /* Where between two places of a function (`to` 0: its end) item `item` of a tuple was stored; 0: unknown. NULL:
     * none. */
    uint64_t (*item_store)(void *host, const struct rs_books *books, uint64_t from, uint64_t to, unsigned item);
    /* Which function lost what a helper got: the place of its call of the helper, or 0, if the function of the event
     * did. NULL: none. */
    uint64_t (*loser)(void *host, const struct rs_books *books, const struct rs_event *event);
    /* The module's instruction for which the code at an address in its trampolines stands, 0: unknown. NULL: none. */
    uint64_t (*original)(void *host, const struct rs_books *books, uint64_t pc);
    /* Told at once about a suspect and its site or function, so that the runtime can arm them; may be NULL. */
    void (*arm)(void *context, const struct rs_event *event, uint64_t object);
    void *arm_context;
    /* Told about an object that never dies and whose account drifts: wants a first quiet point; may be NULL. */
    void (*watch)(void *context, uint64_t object);
};

struct rs_books *rs_ledger_open(int pid, bool forked);
void rs_ledger_close(struct rs_books *books);
/* Books the records in an array of `count` slots; returns how many slots whole records took. One that makes no sense (0
 * slots) ends it. */
size_t rs_ledger_records(struct rs_books *books, const struct rs_slot *slots, size_t count);
/* Books one record. `slots` are those of the record; malformed ones are counted as a limit and passed over. */
void rs_ledger_record(struct rs_books *books, const struct rs_slot *record, unsigned slots);
/* A store without the GIL, from the stray ring, which is in no order with the records. */
void rs_ledger_stray(struct rs_books *books, uint64_t address, uint32_t site);

const struct rs_module *rs_ledger_module_of(const struct rs_books *books, uint64_t pc);
/* The module that has the address in its trampolines, or NULL. */
const struct rs_module *rs_ledger_module_of_area(const struct rs_books *books, uint64_t pc);
const struct rs_role *rs_ledger_role(const struct rs_books *books, uint64_t function);
const struct rs_type *rs_ledger_type(const struct rs_books *books, uint64_t type);
/* The account's latest event, or NULL. */
const struct rs_event *rs_ledger_latest(const struct rs_account *account);
/* Writes the object's n-th account (in no order) out; false if it has no more. */
bool rs_ledger_account(const struct rs_books *books, const struct rs_object *object, unsigned n,
                       struct rs_account *account);
/* The n-th kept event in order, 0 .. rs_ledger_kept(account) - 1. */
unsigned rs_ledger_kept(const struct rs_account *account);
const struct rs_event *rs_ledger_event(const struct rs_account *account, unsigned n);
