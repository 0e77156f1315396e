/* Summaries: what callers know of a function, as ways through it. */
#pragma once
#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stdint.h>

#include "check/ir/ir.h"

enum rs_subject_kind {
    RS_SUBJECT_NONE, /* nothing, or unknown */
    RS_SUBJECT_NULL,
    RS_SUBJECT_INT,      /* low .. high */
    RS_SUBJECT_ARG,      /* argument `arg`, or the address of a member of it, at `offset` */
    RS_SUBJECT_FIELD,    /* what (argument `arg`, offset) held at entry */
    RS_SUBJECT_STATIC,   /* the object or memory at the address of `global` */
    RS_SUBJECT_GLOBAL,   /* what (global, offset) held at entry */
    RS_SUBJECT_NEW,      /* a new object, `arg` numbers it */
    RS_SUBJECT_BORROWED, /* borrowed from argument `arg`, or (-1) from elsewhere */
    RS_SUBJECT_MEMORY,   /* C data that stays: the state of a module */
};
/* Subjects and changes are compared byte by byte: without gaps. */
struct rs_subject {
    uint16_t kind, null;
    int32_t arg;
    int64_t offset; /* or low; of RS_SUBJECT_NEW: RS_F_NO_CONSTANT, RS_F_ANOTHER */
    int64_t high;
    const char *global;
};
struct rs_ref_change {
    struct rs_subject who;
    int32_t owned; /* change; for new objects: references */
    uint16_t dead, uncertain;
};
struct rs_store_change {
    struct rs_subject where; /* FIELD or GLOBAL */
    struct rs_subject what;
    uint64_t key;
};
/* What argument `arg` answers to a question (question.c) on a way. */
struct rs_fact {
    int64_t code;
    int32_t arg;
    int32_t yes;
};
enum { RS_CASE_REFS = 32, RS_CASE_STORES = 32, RS_CASE_FACTS = 6, RS_CASES = 10, RS_SUMMARY_ARGS = 12 };
/* One way through a function. */
struct rs_case {
    struct rs_subject result;
    uint8_t err, entry;
    uint8_t nrefs, nstores, nfacts;
    bool thrown;         /* left by an exception of C++ */
    LLVMValueRef err_at; /* the call that set the exception, in this unit */
    struct rs_end *ends; /* the states that ended so, in this unit; NULL: not known, or more than RS_ENDS_MOST */
    bool converts;       /* NULL, or perhaps -1, is a failure that comes with an exception: nobody has asked yet */
    struct rs_subject args[RS_SUMMARY_ARGS]; /* what is known of the arguments on this way */
    uint64_t excluded[RS_SUMMARY_ARGS];      /* ... and what their types are not (kinds.c) */
    uint64_t result_excluded;
    struct rs_ref_change refs[RS_CASE_REFS];
    struct rs_store_change stores[RS_CASE_STORES];
    struct rs_fact facts[RS_CASE_FACTS];
};
struct rs_summary {
    bool known;      /* analysed */
    bool incomplete; /* ways were cut or do not fit: others exist */
    bool runs;       /* may run Python code */
    bool throws;
    bool noreturn;
    bool foreign;     /* of another unit's: that one names nothing of Python's, so that it sets no exception */
    uint8_t gil[2];   /* of another unit's: as in rs_ir_function */
    bool needs_gil;   /* the same */
    uint16_t reaches; /* bit i: it changes references in memory that members of argument i lead to (closure.c) */
    uint8_t nargs, ncases;
    uint64_t kinds;               /* which facts about types it goes by (kinds.c) */
    struct rs_ir_answers answers; /* of all ways, those included for which there is no room in `cases` */
    struct rs_case *cases;
};
