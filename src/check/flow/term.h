/* Values as terms over what a way has not computed yet, and claims about them: what a way that is read backwards, from
 * where it ends to where it begins, has to fulfil. For consistent.c.
 *
 * Terms of one set are one where they are alike: they are compared by address. */
#pragma once
#include "check/flow/flow.h"

enum rs_term_kind {
    RS_TERM_VALUE,   /* an argument, a global, or what an instruction gives that stands further up */
    RS_TERM_NUMBER,  /* `number`; 0 is NULL, too */
    RS_TERM_ADDRESS, /* `a` and `number` bytes */
    RS_TERM_LOAD,    /* what lies at address `a`; `number` is its member's key, or 0 */
    RS_TERM_BINARY,  /* `a` and `b` by `opcode` */
    RS_TERM_COMPARE, /* whether `a` and `b` compare so (`opcode` is LLVM's predicate) */
    RS_TERM_CAST,    /* `a` by `opcode`, zext from or trunc to `number` bits */
    RS_TERM_ORDER,   /* the sign of `a` less `b` */
    RS_TERM_MARK,    /* `number` tells it from others */
    RS_TERM_PURE,    /* what the function `value` answers to `a` and `b`, always alike */
    RS_TERM_ERROR,   /* whether an exception is set: 0, or another number */
};
struct rs_term {
    enum rs_term_kind kind;
    unsigned opcode;
    LLVMValueRef value;
    int64_t number;
    const struct rs_term *a, *b;
};

/* A number's bounds, and what else it is not. */
struct rs_claim {
    const struct rs_term *term;
    int64_t low, high;
    bool differs; /* ... from `other` */
    int64_t other;
    LLVMValueRef past; /* a switch of which it is no case, or NULL */
    uint32_t origin;   /* the claims that it follows from, as bits; what they are is the user's to say */
};

/* A call that is gone back into: the callee's parameters are what its arguments are. */
struct rs_frame {
    LLVMValueRef function, call;
    const struct rs_trail *step; /* the call's, with the way that the callee went */
    const struct rs_frame *outer;
    unsigned depth;
    const struct rs_term *arguments[RS_SUMMARY_ARGS];
};

struct rs_terms {
    struct rs_flow *flow;
    const struct rs_frame *frame; /* where operands stand; NULL: in the function of the report */
    struct rs_arena arena;
    struct rs_map known; /* hash -> term */
};

enum { RS_CLAIMS_MOST = 24 };
struct rs_claims {
    struct rs_claim items[RS_CLAIMS_MOST];
    unsigned count;
    bool broken;     /* they contradict each other */
    uint32_t reason; /* ... for which of the origins */
};

/* An operand as it is where the instruction stands. */
const struct rs_term *rs_term_of(struct rs_terms *terms, LLVMValueRef operand);
/* The same, of an address what it begins at and how far behind that it lies. */
const struct rs_term *rs_term_at(struct rs_terms *terms, LLVMValueRef operand);
/* What an instruction computes, without memory being read between; NULL where that cannot be said. */
const struct rs_term *rs_term_defined(struct rs_terms *terms, LLVMValueRef instruction);
const struct rs_term *rs_term_number(struct rs_terms *terms, int64_t number);
const struct rs_term *rs_term_error(struct rs_terms *terms);
/* A term that stands for nothing else. */
const struct rs_term *rs_term_mark(struct rs_terms *terms, unsigned which);
const struct rs_term *rs_term_address(struct rs_terms *terms, const struct rs_term *base, int64_t offset);
/* The term with one part in place of another. */
const struct rs_term *rs_term_replaced(struct rs_terms *terms, const struct rs_term *term, const struct rs_term *part,
                                       const struct rs_term *by);
bool rs_term_has(const struct rs_term *term, const struct rs_term *part);
/* What an address begins at. */
const struct rs_term *rs_term_root(const struct rs_term *address);
/* Takes a claim in; sets `broken` where it cannot hold together with the others. */
void rs_claims_add(struct rs_terms *terms, struct rs_claims *claims, struct rs_claim claim);
/* A part of all claims turns out to be something else; NULL: nothing is known of it any more. */
void rs_claims_replace(struct rs_terms *terms, struct rs_claims *claims, const struct rs_term *part,
                       const struct rs_term *by);
/* Whether one of the claims is about the term, or about what is made of it. */
bool rs_claims_concern(const struct rs_claims *claims, const struct rs_term *term);
void rs_claims_drop(struct rs_claims *claims, unsigned index);
/* Whether the first claim says all that the second does. */
bool rs_claim_implies(const struct rs_claim *a, const struct rs_claim *b);
