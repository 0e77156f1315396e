/* What a unit's functions do with the members of its structures: the material of the audit of dealloc, clear and
 * traverse. */
#pragma once
#include "check/rules/rules.h"

struct rs_member {
    const char *structure; /* the innermost one that has it: "Pair" */
    int64_t offset;
    bool owned;     /* stored with a reference of its own */
    bool borrowed;  /* stored without one */
    bool uncertain; /* its address was given away, its reference moved on, or what was stored is not known */
    bool released;  /* somewhere */
    bool leads_on;  /* may hold an object that leads to others: not numbers and texts only */
    bool mortal;    /* owns what may die: not None and its like only */
    LLVMValueRef owned_at, borrowed_at; /* such a store */
};

struct rs_members {
    struct rs_rules *rules;
    struct rs_map index; /* structure and offset -> place in `all` + 1 */
    RS_VEC(struct rs_member) all;
};

void rs_members_read(struct rs_members *members, struct rs_rules *rules);
void rs_members_close(struct rs_members *members);

/* The member that a pointer leads to, by the structure that names it; *base is what the address computation starts from
 * and *outer the structure that it starts with (both may be NULL). False where it is no member of a named structure. */
bool rs_members_field(struct rs_rules *rules, LLVMValueRef pointer, const char **structure, int64_t *offset,
                      LLVMValueRef *base, const char **outer);
/* Likewise for a value that was loaded from a member. */
bool rs_members_loaded(struct rs_rules *rules, LLVMValueRef value, const char **structure, int64_t *offset,
                       LLVMValueRef *base);
/* NULL where nothing was ever stored to or released from it. */
struct rs_member *rs_members_find(struct rs_members *members, const char *structure, int64_t offset);
/* Its name in the source, or "?". */
const char *rs_members_name(struct rs_members *members, const struct rs_member *member);
