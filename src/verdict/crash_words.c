/* What a person is told about a crash: one sentence, and what to do next. */
#include "verdict/internal.h"

#include <signal.h>
#include <string.h>

#include "contract/contract.h"

enum { DIVIDED = 1, UNMAPPED = 1, ALIGNED = 1 }; /* si_code: FPE_INTDIV, SEGV_MAPERR, BUS_ADRALN */

#define ASAN                                                                                                           \
    "build the module with -fsanitize=address -g and run it with LD_PRELOAD=$(gcc -print-file-name=libasan.so): "      \
    "AddressSanitizer finds the first wrong access"

/* What lies at an offset of an object, or of a type (Include/object.h, Include/cpython/object.h, 3.8 to 3.13). */
static const char *field_at(uint64_t offset)
{
    switch (offset) {
    case 0:
        return "ob_refcnt";
    case 8:
        return "ob_type";
    case 16:
        return "ob_size, or the first field,";
    case 48:
        return "tp_dealloc, of a type,";
    case 168:
        return "tp_flags, of a type,";
    default:
        return "a field";
    }
}

static const char *past(const char *access)
{
    return strcmp(access, "write") == 0 ? "written" : strcmp(access, "execute") == 0 ? "called" : "read";
}

static const char *place_words(struct rs_arena *arena, const struct rs_place *place)
{
    const char *file = place->pyx_file != NULL ? place->pyx_file : place->file,
               *slash = file != NULL ? strrchr(file, '/') : NULL;
    int line = place->pyx_file != NULL ? place->pyx_line : place->line;

    if (file == NULL || line <= 0)
        return place->function != NULL ? place->function : "the innermost frame";
    return rs_arena_printf(arena, "%s: %s:%d", place->function != NULL ? place->function : "",
                           slash != NULL ? slash + 1 : file, line);
}

static const char *object_name(const struct rs_crash *crash)
{
    return crash->object.name != NULL ? crash->object.name : "an object";
}

static void null_words(struct rs_arena *arena, struct rs_crash *crash, const struct rs_contract *row)
{
    const char *of = crash->has_call ? "of a missing object" : "if it was to be an object",
               *field = field_at(crash->address);
    const char *what = rs_arena_printf(arena, "a NULL pointer was %s (offset %llu: %s %s)", past(crash->access),
                                       (unsigned long long)crash->address, field, of);

    crash->message = what;
    if (!crash->has_call) {
        crash->advice = rs_arena_printf(arena, "find out where the pointer that is used at %s comes from",
                                        place_words(arena, &crash->place));
        return;
    }
    crash->message = rs_arena_printf(arena, "%s after %s had returned NULL", what, crash->call.api);
    if (row != NULL && (row->flags & RS_MISS_IS_NULL))
        crash->advice = rs_arena_printf(arena, "check what %s returns at %s: NULL is its answer for what is not there",
                                        crash->call.api, place_words(arena, &crash->call));
    else
        crash->advice =
            rs_arena_printf(arena, "check what %s returns at %s: it failed, and the exception that it set says why",
                            crash->call.api, place_words(arena, &crash->call));
}

static void dead_words(struct rs_arena *arena, struct rs_crash *crash)
{
    const char *how = "an address was used that came out of it", *in = crash->object.found_in;

    if (in != NULL && strcmp(in, "address") != 0)
        how = rs_arena_printf(arena, "a wrong address was used while register %s held it", in);
    if (crash->object.name == NULL) {
        crash->message =
            rs_arena_printf(arena, "an object that had died was used (%s); no observed module had to do with it", how);
    } else {
        crash->message = rs_arena_printf(arena, "%s had died when it was used (%s); %s", object_name(crash), how,
                                         crash->object.even ? "what the observed modules took and gave of it is even"
                                                            : "an observed module gave up too much");
    }
    crash->advice = rs_arena_printf(
        arena,
        "somebody kept a pointer to it without owning a reference: look at %s, and at modules that were not observed",
        place_words(arena, &crash->place));
}

static void stack_words(struct rs_arena *arena, struct rs_crash *crash)
{
    size_t same = 0;

    for (size_t i = 0; i < crash->native.count; i++)
        same += crash->place.function != NULL && crash->native.items[i].function != NULL &&
                strcmp(crash->native.items[i].function, crash->place.function) == 0;
    crash->message =
        same > 2 ? rs_arena_printf(arena, "no stack is left: %s calls itself without an end", crash->place.function)
                 : "no stack is left";
    crash->advice = rs_arena_printf(arena, "look at the recursion through %s; Py_EnterRecursiveCall limits one",
                                    place_words(arena, &crash->place));
}

static void memory_words(struct rs_arena *arena, const struct rs_fault_record *fault, struct rs_crash *crash)
{
    const char *why = fault->code == UNMAPPED ? "where nothing is mapped" : "which may not be used so";

    if (crash->has_address)
        crash->message =
            rs_arena_printf(arena,
                            "0x%llx was %s, %s: looks like a plain memory error, no object of Python is involved",
                            (unsigned long long)crash->address, past(crash->access), why);
    else
        crash->message = "an address was used that no program can have: looks like a plain memory error, no object of "
                         "Python is involved";
    crash->advice = ASAN;
}

static void jump_words(struct rs_arena *arena, struct rs_crash *crash)
{
    crash->message = crash->address == 0
                         ? "a function pointer was called that is NULL"
                         : rs_arena_printf(arena, "the program jumped to 0x%llx, where there is no code",
                                           (unsigned long long)crash->address);
    crash->advice = rs_arena_printf(arena,
                                    "find out where the function pointer that %s called comes from (a slot of a type, "
                                    "a callback, a capsule's table)",
                                    place_words(arena, &crash->place));
}

static void mapping_words(struct rs_arena *arena, const struct rs_fault_record *fault, struct rs_crash *crash)
{
    crash->message = fault->code == ALIGNED
                         ? rs_arena_printf(arena, "0x%llx was %s, which is not aligned as it has to be",
                                           (unsigned long long)crash->address, past(crash->access))
                         : rs_arena_printf(arena, "0x%llx was %s, and nothing is behind that mapped memory",
                                           (unsigned long long)crash->address, past(crash->access));
    crash->advice = "a mapped file became shorter than its mapping, or the disk or /dev/shm is full";
}

static void sent_words(struct rs_arena *arena, const struct rs_books *books, struct rs_crash *crash)
{
    if (books->fault.sender == books->pid || books->fault.sender == 0)
        crash->message = rs_arena_printf(arena, "the program sent %s to itself", crash->signal);
    else
        crash->message = rs_arena_printf(arena, "process %d sent %s", books->fault.sender, crash->signal);
    crash->advice = "nothing went wrong in the code that was interrupted";
}

/* Whether the function that gave up is on the stack by its name. */
static bool says_fatal(const struct rs_crash *crash)
{
    for (size_t i = 0; i < crash->native.count; i++)
        if (crash->native.items[i].function != NULL && strstr(crash->native.items[i].function, "atal") != NULL)
            return true;
    return false;
}

void rs_crash_words(const struct judge *j, struct rs_crash *crash)
{
    struct rs_arena *arena = &j->report->arena;
    const struct rs_fault_record *fault = &j->books->fault;
    const struct rs_fact *fact = j->books->fault_fact != 0 ? &j->books->facts.items[j->books->fault_fact - 1] : NULL;

    switch (crash->cause) {
    case RS_CRASH_MEMORY:
        memory_words(arena, fault, crash);
        break;
    case RS_CRASH_DEAD_OBJECT:
        dead_words(arena, crash);
        break;
    case RS_CRASH_NULL:
        null_words(arena, crash, fact->cause.contract);
        break;
    case RS_CRASH_STACK:
        stack_words(arena, crash);
        break;
    case RS_CRASH_JUMP:
        jump_words(arena, crash);
        break;
    case RS_CRASH_MAPPING:
        mapping_words(arena, fault, crash);
        break;
    case RS_CRASH_SENT:
        sent_words(arena, j->books, crash);
        break;
    case RS_CRASH_ARITHMETIC:
        crash->message = fault->code == DIVIDED ? "an integer was divided by zero, or the quotient does not fit"
                                                : "an arithmetic exception was raised";
        crash->advice = rs_arena_printf(arena, "check the divisor at %s", place_words(arena, &crash->place));
        break;
    case RS_CRASH_INSTRUCTION:
        crash->message = "the processor met what is no instruction: a compiler's trap, or code for a newer processor";
        crash->advice =
            rs_arena_printf(arena, "look at %s: __builtin_trap and what a compiler holds for unreachable end so",
                            place_words(arena, &crash->place));
        break;
    case RS_CRASH_FATAL_ERROR:
        crash->message =
            says_fatal(crash)
                ? "the interpreter gave up (Py_FatalError); its own message stands above"
                : "the interpreter ended the program: Py_FatalError, whose message stands above, or os.abort";
        crash->advice = rs_arena_printf(arena, "the message says what it found wrong; %s was there when it did",
                                        place_words(arena, &crash->place));
        break;
    case RS_CRASH_HEAP:
        crash->message = "the C library found its heap damaged: freed twice, freed what was never allocated, or "
                         "written outside of a block";
        crash->advice = ASAN;
        break;
    case RS_CRASH_CHECK:
        crash->message = "a check of the program's own failed (assert, stack protector, or a buffer's bounds)";
        crash->advice =
            rs_arena_printf(arena, "its message stands above; look at %s", place_words(arena, &crash->place));
        break;
    case RS_CRASH_EXCEPTION:
        crash->message = "a C++ exception was caught by nobody";
        crash->advice = rs_arena_printf(arena, "catch it before it leaves C++ at %s and raise a Python exception",
                                        place_words(arena, &crash->place));
        break;
    case RS_CRASH_ABORT:
        crash->message = "the program ended itself (abort)";
        crash->advice = rs_arena_printf(arena, "look at what leads to abort in %s", place_words(arena, &crash->place));
        break;
    default:
        crash->message = "the signal ended the process before anything could be recorded";
        crash->advice = "a thread's stack may have been used up (only the main thread has one to spare), or a handler "
                        "of the program's own took its place";
        break;
    }
}
