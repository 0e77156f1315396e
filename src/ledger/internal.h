/* Shared by the files of the room: objects, accounts, bookings, facts.
 *
 * Memory is what a booking waits for, so events are kept small: what repeats (the code's place, the module function,
 * the Python place, the contract) stands once in a table of places, an account keeps 32 bytes an event, and an account
 * with a short history lies beside its object. */
#pragma once
#include "ledger/ledger.h"

enum rs_frame_kind { RS_FRAME_ENTRY, RS_FRAME_CALL };

enum { RS_STOLEN_MAX = 6 };

/* Kept small: one is pushed for every call. */
struct rs_call_frame {
    uint32_t sp;
    uint8_t kind; /* enum rs_frame_kind */
    uint8_t stolen_count;
    bool init;
    bool blind; /* entry: not every store of the function can be seen, or another family made the object that it takes
                   apart */
    uint32_t module;   /* its index, UINT32_MAX unknown */
    uint32_t context;  /* of the module function in progress, this entry's own included */
    uint32_t call;     /* the number of that function's call, 0: none */
    uint32_t entry;    /* where its frame stands, + 1; 0: none */
    uint32_t deallocs; /* frames with a `self`, from the outermost to this one */
    uint64_t pc;       /* call: the place; entry: the function */
    uint64_t self;     /* entry of a tp_dealloc, or _Py_Dealloc: the object whose dealloc is in progress */
    const struct rs_contract *contract;
    uint64_t failed_pc; /* entry: the last call in it that failed with an exception, 0: none */
    const struct rs_contract *failed_contract;
    uint64_t stolen[RS_STOLEN_MAX]; /* words: provisional steals and dropped values, settled when the call leaves */
};

struct rs_thread {
    uint64_t id;
    RS_VEC(struct rs_call_frame) frames;
    struct {
        uint64_t pc;
        const struct rs_contract *contract; /* NULL: none yet */
        uint32_t context, call;
    } null; /* the latest call that returned NULL instead of an object or memory */
};

/* ---------------------------------------------------------------- events as they are kept */

/* Which module function is in progress, called from where in Python. Number 0: none. */
struct rs_context {
    uint64_t function;
    uint32_t code, instr;
    bool init;
};

/* Where and how events happen. */
struct rs_place_of_event {
    uint64_t pc;
    const struct rs_contract *contract;
    uint32_t context;
    uint32_t what;    /* family, kind, flags: one word, as it is compared (RS_WHAT_*) */
    uint32_t callers; /* their number, 0: not known */
};

/* By whom a helper was called that acquired a reference. */
struct rs_callers {
    uint64_t at[RS_CALLERS];
    bool by_variable;
};

enum { RS_WHAT_KIND = 24, RS_WHAT_ENTRY = 1 << 29, RS_WHAT_BLIND = 1 << 30 };
#define RS_WHAT_FAMILY(what)  ((what) & 0xffffff)
#define RS_WHAT_KIND_OF(what) (((what) >> RS_WHAT_KIND) & 31)

struct rs_note {
    uint64_t seq;
    uint32_t place, call;
    int32_t delta, balance, count;
    uint32_t times;
};

/* An event that is about to be booked. */
struct rs_booking {
    uint64_t pc;
    const struct rs_contract *contract;
    int64_t count; /* reference count after, -1 unknown */
    int32_t delta;
    uint32_t family, context, call, callers;
    uint32_t place; /* its number: rs_store_place, before it is booked */
    uint8_t kind;   /* enum rs_event_kind */
    bool is_entry, blind;
};

/* ---------------------------------------------------------------- accounts as they are kept */

enum { RS_NETS = 4, RS_FIRST_NEAR = 4 };

struct rs_call_net {
    uint32_t call; /* 0: free */
    int32_t net;
};

/* What a longer history needs. */
struct rs_more {
    struct rs_more *next; /* while it is spare */
    struct rs_note first[RS_EVENTS_FIRST - RS_FIRST_NEAR], last[RS_EVENTS_LAST], open[RS_OPEN_KEPT - 1], negative;
};

/* What a module function has changed over all of its calls. */
enum { RS_PENDING = 4 };
struct rs_mover {
    uint64_t function; /* 0: none yet */
    int64_t net;
    struct rs_note up, down; /* the latest acquisition and release that nothing else in their call made even */
    uint32_t call, pending_count;
    struct rs_note
        pending[RS_PENDING]; /* of the latest call: acquisitions that are open, the latest last; beyond: only counted */
};

/* Of an object that never dies, or of which a family holds many references. */
struct rs_movers {
    int64_t base[RS_BASES]; /* hi at the quiet points */
    struct rs_mover mover[RS_FUNCTIONS];
};

struct rs_page {
    struct rs_page *next; /* of the same object */
    uint32_t family;
    bool unsure, has_negative;
    bool swapped; /* unsure because the family moves exceptions by hand: what a function returns too often is proof all
                     the same */
    int64_t lo, hi;
    uint64_t events;
    uint32_t acquired, open_count;    /* acquired: no more than UINT32_MAX / 2 are counted */
    struct rs_more *more;             /* NULL: not needed yet */
    struct rs_movers *movers;         /* NULL: an object that dies, and of which few references were held at a time */
    struct rs_call_net nets[RS_NETS]; /* of the latest calls that touched the account */
    struct rs_note open;              /* the oldest acquisition that is still open */
    struct rs_note first[RS_FIRST_NEAR];
};
_Static_assert(sizeof(struct rs_page) == 256, "four lines of the cache");

/* What the quiet points found, before the modules ran and when the books asked for one. */
struct rs_quiet {
    unsigned points;
    int64_t count[RS_BASES], words[RS_BASES];
};

/* An object and the account of the first family that had to do with it. */
struct rs_cell {
    struct rs_object object;
    bool own_used;
    _Alignas(64) struct rs_page own;
};

/* The place of a site's latest event. */
struct rs_site_place {
    uint32_t context, what, number; /* what 0: none yet */
};

struct rs_store {
    RS_VEC(struct rs_context) contexts;
    RS_VEC(struct rs_callers) callers;
    RS_VEC(struct rs_place_of_event) places;
    struct rs_index {
        uint32_t *numbers;
        size_t room;
    } context_at, place_at, callers_at; /* hash tables of numbers + 1 */
    RS_VEC(struct rs_site_place) site_places;
    struct rs_cell *cells; /* room for new ones */
    size_t cells_left;
    struct rs_page *spare_pages;
    struct rs_more *spare_more;
};

/* places.c */
void rs_store_open(struct rs_books *books);
void rs_store_close(struct rs_books *books);
uint32_t rs_store_context(struct rs_store *store, const struct rs_context *context);
uint32_t rs_store_callers(struct rs_store *store, const struct rs_callers *callers);
/* The number of the place where that happens. */
uint32_t rs_store_place(struct rs_store *store, const struct rs_booking *booking);
/* The same of a site's store. */
uint32_t rs_store_site(struct rs_store *store, uint32_t site, const struct rs_booking *booking);
/* Written out, for facts and for those who are told about suspects. */
struct rs_event rs_store_event(const struct rs_books *books, const struct rs_booking *booking);
struct rs_event rs_store_noted(const struct rs_books *books, const struct rs_note *note);
void rs_store_account(const struct rs_books *books, const struct rs_page *page, struct rs_account *account);
struct rs_cell *rs_store_cell(struct rs_books *books);
struct rs_page *rs_store_page(struct rs_books *books);
struct rs_more *rs_store_more(struct rs_books *books);

static inline struct rs_note *rs_page_open(struct rs_page *page, uint32_t n)
{
    return n == 0 ? &page->open : &page->more->open[n - 1];
}

/* The n-th event ever, of those that are kept. */
static inline struct rs_note *rs_page_event(struct rs_page *page, uint64_t n)
{
    if (n < RS_FIRST_NEAR)
        return &page->first[n];
    return n < RS_EVENTS_FIRST ? &page->more->first[n - RS_FIRST_NEAR]
                               : &page->more->last[(n - RS_EVENTS_FIRST) % RS_EVENTS_LAST];
}

/* ---------------------------------------------------------------- books.c, accounts.c */

/* As rs_ledger_module_of, for the booking of records: the module found last is likely. */
const struct rs_module *rs_books_module_of(struct rs_books *books, uint64_t pc);

/* NULL: never seen */
static inline struct rs_object *rs_books_object(struct rs_books *books, uint64_t address)
{
    const uint64_t *place;

    if (books->latest != NULL && books->latest->address == address)
        return books->latest;
    place = rs_map_find(&books->objects, address);
    if (place == NULL)
        return NULL;
    books->latest = (struct rs_object *)*place;
    return books->latest;
}

/* A new incarnation at this address: serial, no accounts. */
struct rs_object *rs_books_reborn(struct rs_books *books, uint64_t address, uint64_t type, uint64_t size);
struct rs_page *rs_books_page(struct rs_books *books, struct rs_object *object, uint32_t family);

/* The account of a family, or NULL. */
static inline struct rs_page *rs_books_page_of(const struct rs_object *object, uint32_t family)
{
    struct rs_page *page = object->accounts;

    while (page != NULL && page->family != family)
        page = page->next;
    return page;
}

/* The context of an event: the innermost module function in progress of the current thread. */
static inline struct rs_booking rs_books_booking(const struct rs_books *books, enum rs_event_kind kind, uint64_t pc,
                                                 int delta)
{
    const struct rs_thread *thread = books->thread;
    const struct rs_call_frame *top =
        thread != NULL && thread->frames.count > 0 ? &thread->frames.items[thread->frames.count - 1] : NULL;
    struct rs_booking booking = {.pc = pc, .kind = (uint8_t)kind, .delta = delta, .count = -1};

    if (top != NULL) {
        booking.context = top->context;
        booking.blind = top->blind;
        booking.call = top->call;
    }
    return booking;
}

/* Of the acquisitions of the function's latest call that are open, of which there is one at least, the one that is
 * likelier lost: the latest that a call returned, for who increments a count by hand mostly has a place for it. */
const struct rs_note *rs_mover_pending(const struct rs_books *books, const struct rs_mover *m);

/* Adds it, its place known, to the account: balance, history, open acquisitions. Raises RS_FACT_DEFICIT when the
 * balance falls below 0. */
void rs_books_book(struct rs_books *books, struct rs_object *object, const struct rs_booking *booking);
/* Whether a dealloc of the object is in progress. */
bool rs_books_in_this_dealloc(const struct rs_books *books, uint64_t object);
/* Whether a dealloc of any object is. */
static inline bool rs_books_in_dealloc(const struct rs_books *books)
{
    const struct rs_thread *thread = books->thread;

    return thread != NULL && thread->frames.count > 0 && thread->frames.items[thread->frames.count - 1].deallocs > 0;
}

/* leftovers.c */
void rs_books_on_body(struct rs_books *books, const struct rs_slot *record, unsigned slots);
/* The call of a tp_dealloc is over. */
void rs_books_end_dealloc(struct rs_books *books, uint32_t call);
/* The tp_dealloc that left the object behind, or NULL. */
const struct rs_left *rs_books_left(const struct rs_books *books, const struct rs_object *object);

/* frames.c. Frames deeper than `sp` that never left: an exception or longjmp passed them. A stack elsewhere (a
 * greenlet's) is not deeper. */
void rs_books_unwind(struct rs_books *books, uint32_t sp);
/* A new frame that has its context from the one below; valid until the next push. */
struct rs_call_frame *rs_books_push(struct rs_books *books, enum rs_frame_kind kind, uint32_t sp);
/* Pops down to the frame of this kind and stack pointer, which stays valid until the next push; NULL if it is not
 * there. */
const struct rs_call_frame *rs_books_pop(struct rs_books *books, enum rs_frame_kind kind, uint32_t sp);
/* The frame is the dealloc of this object; 0: of none. */
static inline void rs_books_set_self(struct rs_call_frame *frame, uint64_t self)
{
    frame->self = self;
    frame->deallocs += self != 0;
}

/* foresight.c */
enum { RS_AHEAD = 32 }; /* slots */
struct rs_foresight {
    size_t upto; /* slots looked at */
    size_t births;
    uint64_t born[RS_AHEAD / 2]; /* each is a record of two slots */
};
/* Looks a window further: the memory of objects that are born in the window before and in this one is asked for. */
void rs_books_look_ahead(const struct rs_books *books, struct rs_foresight *f, const struct rs_slot *slots,
                         size_t count);

/* facts.c */
struct rs_fact *rs_books_fact(struct rs_books *books, enum rs_fact_kind kind, const struct rs_object *object,
                              const struct rs_event *event);
void rs_books_limit(struct rs_books *books, const char *what, uint64_t number);

/* The object of a word, made known if the recording never introduced it (a forked child's inheritance). */
struct rs_object *rs_books_inherited(struct rs_books *books, uint64_t address);
static inline struct rs_object *rs_books_object_at(struct rs_books *books, uint64_t address)
{
    struct rs_object *object = rs_books_object(books, address);

    return object != NULL ? object : rs_books_inherited(books, address);
}

/* One function a kind of record; `slots` is at least what the kind needs (records.c checks). lives.c: */
void rs_books_on_object(struct rs_books *books, const struct rs_slot *record);
void rs_books_on_free(struct rs_books *books, uint64_t address);
void rs_books_on_death(struct rs_books *books, uint64_t address);
void rs_books_on_poison(struct rs_books *books, const struct rs_slot *record);
void rs_books_on_witness(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_live(struct rs_books *books, const struct rs_slot *record);
void rs_books_on_base(struct rs_books *books, const struct rs_slot *record);
void rs_books_on_unvisited(struct rs_books *books, const struct rs_slot *record);
void rs_books_on_lost_block(struct rs_books *books, const struct rs_slot *record);
void rs_books_on_traverse(struct rs_books *books, const struct rs_slot *record);
/* tables.c: */
void rs_books_on_module(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_type(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_role(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_code(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_python(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_limit(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_fault(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_stack(struct rs_books *books, const struct rs_slot *record, unsigned slots);
void rs_books_on_frame(struct rs_books *books, const struct rs_slot *record);
