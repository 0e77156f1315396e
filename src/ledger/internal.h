/* Shared by the files of the room: objects, accounts, bookings, facts. */
#pragma once
#include "ledger/ledger.h"

enum rs_frame_kind { RS_FRAME_ENTRY, RS_FRAME_CALL };

enum { RS_STOLEN_MAX = 6 };

/* Kept small: one is pushed for every call. */
struct rs_call_frame {
    uint64_t function;   /* entry */
    uint64_t pc;         /* call: the place */
    uint64_t seq;
    uint64_t self; /* entry of a tp_dealloc, or _Py_Dealloc: the object whose dealloc is in progress */
    const struct rs_contract *contract;
    uint64_t failed_pc;  /* entry: the last call in it that failed with an exception, 0: none */
    const struct rs_contract *failed_contract;
    uint64_t stolen[RS_STOLEN_MAX]; /* words: provisional steals and dropped values, settled when the call leaves */
    uint32_t sp;
    uint32_t module;     /* its index, UINT32_MAX unknown */
    uint32_t code, instr;
    uint8_t kind;        /* enum rs_frame_kind */
    uint8_t stolen_count;
    bool init;
    bool blind;   /* entry: not every store of the function can be seen */
    bool foreign; /* entry of tp_dealloc, tp_clear: another family made the object */
};

struct rs_thread {
    uint64_t id;
    RS_VEC(struct rs_call_frame) frames;
};

struct rs_object *rs_books_object(struct rs_books *books, uint64_t address); /* NULL: never seen */
/* A new incarnation at this address: serial, no accounts. */
struct rs_object *rs_books_reborn(struct rs_books *books, uint64_t address, uint64_t type, uint64_t size);
struct rs_account *rs_books_account(struct rs_books *books, struct rs_object *object, uint32_t family);
void rs_books_drop_accounts(struct rs_books *books, struct rs_object *object);

/* The context of an event: the innermost module function in progress of the current thread. */
struct rs_event rs_books_event(struct rs_books *books, enum rs_event_kind kind, uint64_t pc, int delta);
/* Adds it to the account: balance, history, open acquisitions. Raises RS_FACT_DEFICIT when the balance falls below 0. */
void rs_books_book(struct rs_books *books, struct rs_object *object, struct rs_event *event);
bool rs_books_in_dealloc(const struct rs_books *books, uint64_t object);

struct rs_fact *rs_books_fact(struct rs_books *books, enum rs_fact_kind kind, const struct rs_object *object,
                              const struct rs_event *event);
void rs_books_limit(struct rs_books *books, const char *what, uint64_t number);

/* The object of a word, made known if the recording never introduced it (a forked child's inheritance). */
struct rs_object *rs_books_object_at(struct rs_books *books, uint64_t address);

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
