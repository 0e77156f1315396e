/* From facts of the books to findings: which rule, who is to blame, how certain, in words. Pure: names come as values
 * from the caller, nothing is looked up here. The law: a finding is proven only when a consequence was seen; the blame
 * then comes from the whole history of that object in the family's account (docs/internals/books.md). */
#pragma once
#include "finding/finding.h"
#include "ledger/ledger.h"

/* Whoever can name addresses and Python places. Strings go into the report's arena. */
struct rs_names {
    void *context;
    /* pc: a store's instruction, one byte before a call's return address, or a function's entry (is_entry: its
     * declaration line). via: the entry of the module function in progress, 0 unknown: it names what has no name. Fills
     * what is known; module, address and function are always filled. False if the place is one of CPython's own
     * refcount functions out of line (Py_DECREF at -O0): its caller is the place, which only the function in progress
     * tells. */
    bool (*place)(void *context, const struct rs_books *books, uint64_t pc, uint64_t via, bool is_entry,
                  struct rs_arena *arena, struct rs_place *place);
    void (*python)(void *context, const struct rs_books *books, uint32_t code, uint32_t instr, struct rs_arena *arena,
                   struct rs_line *line);
    /* The native frames of the fault, innermost first; returns how many, at most `max`. */
    size_t (*stack)(void *context, const struct rs_books *books, struct rs_arena *arena, struct rs_line *lines,
                    size_t max);
    /* File and line of the statements with which the function may return an object, distinct, the likelier first;
     * returns how many there are, of which `max` are filled; 0 if that is not known. May be NULL. */
    size_t (*returns)(void *context, const struct rs_books *books, uint64_t function, struct rs_arena *arena,
                      struct rs_place *places, size_t max);
};

/* Adds the findings of one process's books to the report (rs_report_finish is the caller's). */
void rs_verdict_judge(const struct rs_books *books, const struct rs_names *names, struct rs_report *report);

/* How the process ended, as far as its parent knows. */
struct rs_end {
    bool known;
    int signal; /* 0: it ended by itself */
};

/* Adds a crash to the report if the process died by a fatal signal: what its last fault says, with the story of the
 * object of which it died, if there is one. Where the end is not known (children) the recording decides. */
void rs_verdict_crash(const struct rs_books *books, struct rs_end end, const struct rs_names *names,
                      struct rs_report *report);
