/* Object words of a record (wire/recording.h): what an argument, result or out-parameter refers to. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "runtime/heap/object.h"
#include "runtime/pyabi/pyabi.h"
#include "wire/recording.h"

struct rs_contract;
struct rt_frame;

enum { RT_WORDS = 96 };

struct rt_words {
    uint64_t word[RT_WORDS];
    unsigned count;
    unsigned any;   /* the flags that any of them has */
    uint64_t fresh; /* after a call: RT_FRESH_RESULT, or the address of the variable that a new reference was put into;
                       0: neither */
};
enum { RT_FRESH_RESULT = 1 };

static inline void rt_words_clear(struct rt_words *words)
{
    words->count = words->any = 0;
    words->fresh = 0;
}

/* Adds the object at `address` if it is one, live or dead; not an object: nothing is added. */
static inline void rt_words_add(struct rt_words *words, uint64_t address, unsigned arg, unsigned flags)
{
    enum rt_object_state state;

    if (address == 0 || words->count == RT_WORDS || (state = rt_object_see(address)) == RT_OBJECT_NONE)
        return;
    if (state == RT_OBJECT_DEAD) {
        flags |= RS_WORD_DEAD;
    } else {
        uint32_t count = rt_object_count(address);

        if (rt_python.immortal && (int32_t)count < 0)
            flags |= RS_WORD_IMMORTAL;
        else if (count <= 1)
            flags |= count == 1 ? RS_WORD_ONE : RS_WORD_ZERO;
    }
    if (flags & RS_WORD_NEW)
        words->fresh = arg == RS_ARG_RESULT ? RT_FRESH_RESULT : 0;
    words->any |= flags;
    words->word[words->count++] = address | (uint64_t)(arg & 0xff) << 48 | (uint64_t)flags << 56;
}
/* Adds memory that the call handed over, if it is the Python allocator's; fresh: as in struct rt_words. */
void rt_words_memory(struct rt_words *words, uint64_t block, uint64_t fresh);
/* The n-th integer argument of a call (registers, then the stack). */
uint64_t rt_words_argument(const struct rt_frame *frame, unsigned n);
/* How many words of the caller's stack a call has to take along, at least; an even number. NULL: an unknown function.
 */
unsigned rt_words_on_stack(const struct rs_contract *contract, const struct rt_frame *frame);

/* What a contract's arguments refer to before the call, and its result and out-parameters after it. `to_callee`: the
 * frame is a call out of the module (else: into it). */
void rt_words_before(struct rt_words *words, const struct rs_contract *contract, const struct rt_frame *frame);
void rt_words_after(struct rt_words *words, const struct rs_contract *contract, const struct rt_frame *frame);

/* callers.c: by which of the module's own functions the one that made the call was called: as far as the fresh
 * reference may have been handed up to them. */
void rt_words_callers(struct rt_words *words, const struct rt_frame *frame);

/* The live objects behind an object's head that a module has had to do with and that its body refers to. */
void rt_words_body(struct rt_words *words, uint64_t self);
/* What the interpreter itself may have stored into the object, unseen by the module: the instance dict and T_OBJECT
 * members. Marked RS_WORD_UNKNOWN. */
void rt_words_members(struct rt_words *words, uint64_t self);
/* Whether the result says that the call failed. */
bool rt_words_failed(const struct rs_contract *contract, uint64_t result);
/* Whether the contract says that the call takes none of its arguments over, so that it is told by what it gives; NULL:
 * unknown, and what it takes is not booked. */
bool rt_words_takes_nothing(const struct rs_contract *contract);
/* Whether the contract alone allows the call to be one record: it takes nothing, and nothing else can happen before it
 * leaves. */
bool rt_words_simple(const struct rs_contract *contract);
void rt_words_open(void);

/* formats.c: the objects of Py_BuildValue, PyUnicode_FromFormat formats and the addresses of PyArg_Parse formats; what
 * they speak of is where the contract's last argument stands, in line or in a va_list. */
void rt_formats_build(struct rt_words *words, const char *format, const struct rs_contract *contract,
                      const struct rt_frame *frame);
void rt_formats_printf(struct rt_words *words, const char *format, const struct rs_contract *contract,
                       const struct rt_frame *frame);
void rt_formats_parse(struct rt_words *words, const char *format, const struct rs_contract *contract,
                      const struct rt_frame *frame);
void rt_formats_open(void);
