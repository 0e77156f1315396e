/* A finding: one root cause, as a record. Wording beyond `message` and `fix` is the reporters'; rules are in kinds.def.
 *
 * `run` and `check` fill the same record, and every reporter renders it without asking anybody else. Strings belong to
 * the report's arena. NULL and 0 mean unknown. Field by field this is the JSON schema 1 (docs/report-schema.md). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"

enum rs_rule {
#define RS_RULE(id, name, kind, title) RS_RULE_##id,
#include "finding/kinds.def"
#undef RS_RULE
    RS_RULES
};

enum rs_kind { RS_DEFICIT, RS_SURPLUS, RS_PROTOCOL, RS_MEMORY };
enum rs_confidence { RS_SUSPECT, RS_PROVEN };
enum rs_severity { RS_ERROR, RS_WARNING, RS_NOTE };

struct rs_rule_info {
    const char *id;    /* "RS101" */
    const char *name;  /* "over-release" */
    enum rs_kind kind; /* unless the finding says otherwise */
    const char *title; /* one sentence for a newcomer */
};
const struct rs_rule_info *rs_rule_info(enum rs_rule rule);
/* RS_RULES if there is none of that id or name. */
enum rs_rule rs_rule_find(const char *id_or_name);

struct rs_place {
    const char *module;   /* "_multidict", as imported or as the file is called */
    const char *function; /* C name, or "MultiDict.update (method table)" */
    const char *file;
    int line;
    const char *address; /* "_multidict.so+0x4a10", always known */
    const char *pyx_file;
    int pyx_line;
    const char *api; /* belief only: "PyList_GetItem" */
};

struct rs_line {
    const char *language; /* "c", "cython", "python" */
    const char *function;
    const char *file;
    int line;
    const char *module;
};

enum rs_step_kind {
    RS_STEP_CREATE,
    RS_STEP_ACQUIRE,
    RS_STEP_RELEASE,
    RS_STEP_BORROW,
    RS_STEP_STEAL,
    RS_STEP_ARGUMENT,
    RS_STEP_RETURN,
    RS_STEP_FREE,
    RS_STEP_TOUCH
};
/* "create", "acquire", ... as in the schema. */
const char *rs_step_name(enum rs_step_kind kind);

struct rs_step {
    uint64_t seq;
    enum rs_step_kind kind;
    const char *api; /* NULL for an inlined store */
    int delta;
    int64_t refcount; /* after; -1 unknown */
    int64_t balance;  /* after: the family's account, upper end of the interval */
    struct rs_place place;
    uint64_t paired_with; /* seq, 0 for none */
    uint64_t times;       /* how often in a row, at least 1 */
};

struct rs_note {
    const char *file;
    int line;
    const char *note;
};

struct rs_finding {
    enum rs_rule rule;
    enum rs_kind kind;
    enum rs_confidence confidence;
    enum rs_severity severity;
    const char *message;
    const char *fix;
    const char *proof; /* what was seen that makes it proven, one sentence; NULL for a suspect */
    uint64_t count;
    char fingerprint[17]; /* rs_finding_fingerprint */
    struct rs_place culprit;
    bool has_belief;
    struct rs_place belief;
    bool has_victim; /* the other party: who was left with the dead object, or whose reference was consumed */
    struct rs_place victim;
    struct {
        const char *type;
        const char *name; /* "list#18233" */
        uint64_t address;
        int64_t refcount; /* -1 unknown */
    } object;
    RS_VEC(struct rs_line) python; /* innermost first */
    RS_VEC(struct rs_step) history;
    RS_VEC(struct rs_line) use;
    RS_VEC(struct rs_line) freed;
    RS_VEC(struct rs_line) alloc;
    RS_VEC(struct rs_note) path;
    bool latent;
    const char *test, *checkpoint, *confirmation, *verified_fix;
    int process;
    bool fatal; /* the process died of it */
};

enum rs_crash_cause {
    RS_CRASH_MEMORY,      /* a wrong address, and no object of Python's in sight */
    RS_CRASH_DEAD_OBJECT, /* what had died was used, and nobody who is observed is to blame */
    RS_CRASH_NULL,        /* through a NULL pointer */
    RS_CRASH_STACK,       /* no stack is left */
    RS_CRASH_JUMP,        /* to where no code is */
    RS_CRASH_MAPPING,     /* SIGBUS: memory that has nothing behind it */
    RS_CRASH_ARITHMETIC,  /* SIGFPE */
    RS_CRASH_INSTRUCTION, /* SIGILL */
    RS_CRASH_FATAL_ERROR, /* the interpreter gave up */
    RS_CRASH_HEAP,        /* the C library found its heap damaged */
    RS_CRASH_CHECK,       /* a check in the code failed: assert, a canary, a buffer's bounds */
    RS_CRASH_EXCEPTION,   /* a C++ exception that nobody caught */
    RS_CRASH_ABORT,       /* the program ended itself */
    RS_CRASH_SENT,        /* some process sent the signal */
    RS_CRASH_UNRECORDED,  /* nothing was recorded */
    RS_CRASH_CAUSES
};
/* "memory", "dead-object", ... as in the schema. */
const char *rs_crash_cause_name(enum rs_crash_cause cause);

/* A process that was ended by a fatal signal. */
struct rs_crash {
    const char *signal; /* "SIGSEGV" */
    enum rs_crash_cause cause;
    int process;
    uint64_t count;      /* processes that ended so, at least 1 */
    uint64_t finding;    /* the one that explains it, counted from 1; 0: none. rs_report_finish fills it. */
    const char *message; /* one sentence: what happened */
    const char *advice;  /* what to do next */
    bool has_address;
    uint64_t address;   /* that faulted */
    const char *access; /* "read", "write", "execute"; NULL */
    bool has_place;
    struct rs_place place; /* of an observed module, if one is on the stack, else the innermost with a name */
    bool has_call;
    struct rs_place call; /* the call (api) that returned the NULL, as far as can be told */
    struct {
        const char *type, *name;
        uint64_t address;
        int64_t refcount; /* -1 unknown */
        const char
            *found_in; /* "address", or the register that held it or its poison: "rdi"; NULL: there is no object */
        bool even;     /* nobody who is observed gave up more than he had */
    } object;
    bool has_made, has_released;
    struct rs_place made, released; /* the calls or stores by which the object came and went (api where it is one) */
    RS_VEC(struct rs_step) history;
    RS_VEC(struct rs_line) native, python; /* innermost first */
};

struct rs_module_info {
    const char *name, *path, *build_id, *abi;
    bool debug_info;
    uint64_t sites, patched, unpatched;
};

/* Why something was not seen: one line for the user, with a number. */
struct rs_uncovered {
    const char *what; /* "calls of PyFoo_Bar (no contract row)", "sites that no patch fits" */
    uint64_t count;
    bool unobserved; /* a whole program or process: `what` is a sentence, the terminal gives it a line of its own */
};

struct rs_report {
    struct rs_arena arena;
    const char *tool_mode; /* "run" or "check" */
    RS_VEC(const char *) command;
    struct {
        const char *version, *executable, *layout; /* layout: "static" or "shared" */
        bool free_threaded;
    } python;
    bool has_status;
    int status;         /* exit status of the program */
    const char *signal; /* "SIGSEGV", or NULL */
    RS_VEC(struct rs_module_info) modules;
    RS_VEC(const char *) unknown_calls;
    uint64_t unpatched_sites, dropped_events;
    uint64_t functions, analysed, cut_paths; /* check only */
    RS_VEC(struct rs_uncovered) uncovered;
    uint64_t suppressed;                /* findings that rs_suppress_apply took out */
    RS_VEC(struct rs_finding) findings; /* rs_report_finish sorts them */
    RS_VEC(struct rs_crash) crashes;    /* rs_report_finish folds them */
    struct {
        uint64_t events, objects, peak_bytes;
        double seconds;
        uint64_t sites_found, sites_patched;
        uint64_t reused; /* check: units whose results were kept from an earlier time */
        int processes;
    } stats;
};

/* A new crash at the end of the report, zeroed but for count 1 and object.refcount -1. Valid until the next call. */
struct rs_crash *rs_report_crash(struct rs_report *report);
/* A new finding at the end of the report, zeroed but for rule, kind and severity from the rule, count 1,
 * object.refcount -1. The pointer is valid until the next call. */
struct rs_finding *rs_report_add(struct rs_report *report, enum rs_rule rule);
/* Folds findings of one root cause, computes fingerprints, sorts: proven before suspect, errors before warnings, then
 * by count, else in the order of addition. Of a fold the earliest example of the strongest confidence is kept, so that
 * message, proof and history agree; counts are added. Crashes of one kind at one place are folded, too, and led to the
 * finding that explains them. May be called again.
 *
 * One root cause is, for `run`, the same rule and fingerprint. For `check`, which sees every line at once and a
 * header's function in several units, it is the same rule at the same lines: those of the culprit and of the belief, of
 * a leak those of the belief alone (one object, forgotten at several exits). Of findings that differ by lines only, the
 * second and further ones have fingerprints that depend on their order in the source. */
void rs_report_finish(struct rs_report *report);
void rs_report_close(struct rs_report *report);
/* Frees the lists of one finding that is taken out of a report. */
void rs_finding_close(struct rs_finding *finding);
void rs_crash_close(struct rs_crash *crash);

/* 16 hex digits from rule, module, function, api of the belief and the text of the source lines' functions: no
 * address, no line number, no path prefix, so that it survives unrelated edits and other machines. Only where
 * no function is known its offset in the module stands in. */
void rs_finding_fingerprint(struct rs_finding *finding);

/* How many bytes of a function's name tell which one it is: no " + 0x1a3", no compiler's clone suffix. */
size_t rs_function_stem(const char *function);
/* "_multidict" of "/x/multidict/_multidict.cpython-311-x86_64-linux-gnu.so": no folder, no ABI tag. Points into
 * `module`; the length goes to *length. */
const char *rs_module_stem(const char *module, size_t *length);
