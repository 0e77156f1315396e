/* Indirect jumps: is it a jump table, and where does it lead, or does it leave the function? */
#pragma once
#include "plan/survey.h"

enum rs_jump {
    RS_JUMP_TABLE,  /* stays in the function; every place it leads to is marked */
    RS_JUMP_TAIL,   /* a tail call through a pointer */
    RS_JUMP_IMPORT, /* a tail call through an import slot */
    RS_JUMP_UNKNOWN,
};

/* What insns[at], an indirect jump of `function`, is. */
enum rs_jump rs_tables_classify(const struct rs_survey *survey, const struct rs_function *function,
                                const struct rs_insns *insns, size_t at);

/* Marks the targets of the function's jump tables. False if some indirect jump's targets are not known. */
bool rs_tables_resolve(struct rs_survey *survey, const struct rs_function *function, const struct rs_insns *insns);
