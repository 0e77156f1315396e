/* What is where in a module's code: functions, instruction starts, branch targets, uses of import slots.
 *
 * Every function of .eh_frame is decoded linearly. Promise: in a function that is neither LOST nor UNRESOLVED
 * every place that control can come to other than from the instruction before is marked as a target. What
 * cannot be known is said in the function's flags, never guessed. */
#pragma once
#include "arch/x86_64/decode.h"
#include "plan/frames.h"

enum rs_function_flags {
    RS_FUNCTION_LOST = 1 << 0,       /* the sweep lost step: left alone */
    RS_FUNCTION_UNRESOLVED = 1 << 1, /* somewhere it jumps to is not known: single instructions only */
    RS_FUNCTION_TAKEN = 1 << 2,      /* its address is taken, or it is an init function */
    RS_FUNCTION_LOOPS = 1 << 3,      /* jumps to its own start */
    RS_FUNCTION_LABELS = 1 << 4,     /* addresses of its labels are taken (computed goto) */
    RS_FUNCTION_INDIRECT = 1 << 5,   /* contains an indirect jump that may be a jump table */
    RS_FUNCTION_FRAME = 1 << 6,      /* rbp is its frame pointer */
};

struct rs_function {
    uint32_t start, end;
    uint32_t first, count; /* its instructions in the survey's `kept`; count 0: not kept */
    uint8_t flags;         /* enum rs_function_flags */
    uint8_t room;          /* bytes of padding behind its end */
};

/* An instruction that reads an import slot, RIP-relative. */
struct rs_slot_use {
    uint32_t slot, at;
    uint8_t length, disp_at;
    bool called; /* by call or jmp; else its value goes elsewhere */
};

/* A direct call or jump, 32-bit form, to a function's start. */
struct rs_direct {
    uint32_t at, target;
    uint8_t length;
};

/* A direct jump into the inside of another function, as between the hot and the cold part of one. */
struct rs_crossing {
    uint32_t at, target;
};

struct rs_insns {
    RS_VEC(struct rs_insn) list;
};

struct rs_survey {
    const struct rs_elf *elf;
    RS_VEC(struct rs_function) functions; /* ascending */
    RS_VEC(struct rs_slot_use) uses;
    RS_VEC(struct rs_direct) directs;
    RS_VEC(struct rs_crossing) crossings;
    RS_VEC(uint32_t) table_jumps; /* indirect jumps that stay in their function; ascending */
    RS_VEC(uint32_t)
    constants; /* addresses of constant data that code takes: ends of jump tables; ascending */
    uint64_t *starts, *targets, *shared; /* a bit per byte of text; shared: more than one direct branch comes */
    uint64_t *data_targets;              /* reached through data or from another function's inside */
    RS_VEC(struct rs_insn) kept;         /* decoding is most of the work: the first million instructions are kept */
    unsigned overlapping;                /* functions whose ranges overlap: left alone */
    size_t insns;
};

/* False with one line why, if there is no function to be found. The elf must outlive the survey. */
bool rs_survey_make(struct rs_survey *survey, const struct rs_elf *elf, const char *name, struct rs_error *err);
/* The same for who wants to know of the entries of `count` functions only, by their starts: the others may stay
 * undecoded (their flags and their instructions say nothing then), which a large program is spared. */
bool rs_survey_make_entries(struct rs_survey *survey, const struct rs_elf *elf, const char *name,
                            const uint32_t *starts, unsigned count, struct rs_error *err);
void rs_survey_close(struct rs_survey *survey);
/* Gives up what only planning needs: instructions and the targets of direct branches. Functions, uses,
 * directs, crossings, table jumps and the targets that data leads to stay. */
void rs_survey_trim(struct rs_survey *survey);

/* The function that contains `at`, or NULL. */
struct rs_function *rs_survey_function(const struct rs_survey *survey, uint32_t at);
/* The instructions of a function; false if the sweep loses step (list is empty then). */
bool rs_survey_decode(const struct rs_survey *survey, const struct rs_function *function, struct rs_insns *insns);

bool rs_survey_is_start(const struct rs_survey *survey, uint32_t at);
bool rs_survey_is_target(const struct rs_survey *survey, uint32_t at);
/* Whether data leads to `at`, or code of another function that does not treat it as a function. */
bool rs_survey_is_data_target(const struct rs_survey *survey, uint32_t at);
/* Whether exactly one direct branch leads to `at`, and nothing else. */
bool rs_survey_has_one_source(const struct rs_survey *survey, uint32_t at);
/* Marks a place that data leads to. */
void rs_survey_mark_data(struct rs_survey *survey, uint32_t at);
