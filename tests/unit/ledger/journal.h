/* Fabricated records for tests of the books: what a runtime would have written, one function a kind of record.
 *
 * The journal keeps the stack pointer: what was entered last is left first, unless a test says otherwise. Its modules are
 * `one` and its sibling (family 1) and `two` (family 2); its sites are made as they are needed. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "contract/contract.h"
#include "ledger/ledger.h"

enum { ONE = 0x10000, SIBLING = 0x30000, TWO = 0x50000, TEXT_BYTES = 0x10000, ELSEWHERE = 0x900000 };
enum { FAMILY_ONE = 1, FAMILY_TWO = 2 };
/* Addresses of types and the objects that most tests use. */
enum { TYPE_TYPE = 0x200100, TYPE_STR = 0x200200, TYPE_NONE = 0x200300, TYPE_ERROR = 0x200400, TYPE_HEAP = 0x700100 };
enum { THING = 0x800000, OTHER = 0x800100, SELF = 0x800200, CODE = 0x800300, STATIC = 0x200900, NOBODY = 0x800f00 };
enum { THING_BYTES = 64, DEPTH_MAX = 32, SHOWN_MAX = 4, POISON_COUNT = 0x2DDDDDDD };

struct journal {
    struct rs_books *books;
    uint32_t sp, stack[DEPTH_MAX];
    unsigned depth, armed, watched, accounts_shown;
    struct rs_sites sites;
    struct rs_account shown[SHOWN_MAX]; /* what account() returned last */
    uint64_t blind_function; /* 0: none */
    bool raw_exceptions, set_form; /* set_form: stores carry the new count instead of a delta */
    struct rs_event armed_event;
    uint64_t watched_object;
};

/* Books of a 3.11 (0x030b) or other version, the modules and types known, one thread. */
struct journal *journal_open(unsigned python);
/* The same of a forked child: nothing of the objects is known. */
struct journal *journal_forked(unsigned python);
void journal_close(struct journal *j);

void put(struct journal *j, unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count);
void put_text(struct journal *j, unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count, const char *text);
void put_module(struct journal *j, uint64_t text, unsigned number, uint32_t family, const char *path);

/* A word of a record: an object, its argument number, flags. */
uint64_t word(uint64_t address, unsigned argument, unsigned flags);
#define RESULT(address, flags) word(address, RS_ARG_RESULT, flags)
#define END ((uint64_t)0) /* ends a list of words */

void object(struct journal *j, uint64_t address, uint64_t type, uint32_t count);
/* A refcount store at `pc` while the count was `before`. */
void store(struct journal *j, uint64_t pc, int delta, uint64_t address, uint32_t before);
/* A call of `api` (an API function, else a slot) that returns to pc + 1; words end with a 0. */
void enter(struct journal *j, const char *api, uint64_t pc, ...);
void leave(struct journal *j, uint64_t result, ...);
/* Enter and leave in one record. */
void simple_call(struct journal *j, const char *api, uint64_t pc, uint64_t result, ...);
/* The interpreter calls a module function by a role ("method.o"); words end with a 0. */
void entry(struct journal *j, const char *role, uint64_t function, ...);
void leave_entry(struct journal *j, unsigned exit_flags, ...);
/* An exception or longjmp passes the innermost frame: no record says so. */
void abandon(struct journal *j);
void freed(struct journal *j, uint64_t address);

/* The account of a family, which has to be there, as it is now; valid for a few calls more. */
const struct rs_account *account(struct journal *j, uint64_t address, uint32_t family);
#define assert_balance(j, address, low, high)                                                               \
    do {                                                                                                    \
        assert_int_equal(account(j, address, FAMILY_ONE)->lo, low);                                         \
        assert_int_equal(account(j, address, FAMILY_ONE)->hi, high);                                        \
    } while (0)
/* The only fact of that kind; NULL if there is none, and the test fails if there are several. */
const struct rs_fact *fact(struct journal *j, enum rs_fact_kind kind);
