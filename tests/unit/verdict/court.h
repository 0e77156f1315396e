/* A court for tests of verdicts: books filled by the journal (../ledger/journal.h), fabricated names, the findings judged.
 *
 * A place is named by a table: the function that begins at or before it, "case.c" and a line that is the low byte of the pc. */
#pragma once
#include "../ledger/journal.h"
#include "finding/finding.h"
#include "verdict/verdict.h"

/* Functions of module `one`, and one of `two`. */
enum { GET = ONE + 0x100, PUT = ONE + 0x200, DEALLOC = ONE + 0x300, TRAVERSE = ONE + 0x400, HELPER = ONE + 0x500, INIT = ONE + 0x600, FOREIGN = TWO + 0x100 };

struct court {
    struct journal *j;
    struct rs_report report;
    bool stack; /* the fault's native stack can be named: two frames */
    const struct rs_line *lines; /* these two instead; or NULL */
    const int *returns; /* lines of the return statements of every function, ends with 0; NULL: not known */
};

void court_open(struct court *court, unsigned python);
void court_close(struct court *court);
/* Judges the books once; the findings are in report.findings, in the order of the facts. */
void judge(struct court *court);
/* Judges the end of the process. */
void judge_crash(struct court *court, struct rs_end end);
/* The only finding, which has to be there. */
const struct rs_finding *verdict(struct court *court);
/* The finding of a rule, which has to be there. */
const struct rs_finding *verdict_of(struct court *court, enum rs_rule rule);
#define assert_verdict(f, rule, confidence, function) assert_verdict_is(f, #rule, confidence, function)
void assert_verdict_is(const struct rs_finding *f, const char *rule, enum rs_confidence confidence, const char *function);
void assert_belief(const struct rs_finding *f, const char *api, const char *function);
