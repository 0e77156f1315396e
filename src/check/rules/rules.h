/* The shape rules: laws of the C API that show in the shape of a call, a function or a type.
 *
 * Promise: each rule reads facts of the IR and speaks only where the law is broken on every reading of them; what a
 * table, a contract or a constant does not say, it leaves alone. They follow no ownership: that is the engine's. One
 * rule a file. */
#pragma once
#include "check/ir/ir.h"
#include "finding/finding.h"

struct rs_summaries;

struct rs_rules {
    struct rs_ir *ir;
    struct rs_report *report;
    const struct rs_summaries *others; /* what the extension's other units do, or NULL */
};

/* Fills in what each function of the unit does to the GIL. (gil_effect.c) */
void rs_rules_read_gil(struct rs_rules *rules);
/* Adds the findings of all rules to the report. */
void rs_rules_judge(struct rs_rules *rules);

/* The rules, one file each. */
void rs_rule_array(struct rs_rules *rules);           /* RS102, RS103 of arrays */
void rs_rule_buffer(struct rs_rules *rules);          /* RS206 */
void rs_rule_capsule(struct rs_rules *rules);         /* RS201 of capsules */
void rs_rule_cleared(struct rs_rules *rules);         /* RS403 in tp_dealloc */
void rs_rule_exception_state(struct rs_rules *rules); /* RS308 */
void rs_rule_format(struct rs_rules *rules);          /* RS306 */
void rs_rule_gil(struct rs_rules *rules);             /* RS301 */
void rs_rule_gil_left(struct rs_rules *rules);        /* RS301 at returns */
void rs_rule_handle(struct rs_rules *rules);          /* RS103 in C++ */
void rs_rule_item(struct rs_rules *rules);            /* RS201 of lists */
void rs_rule_iterator(struct rs_rules *rules);        /* RS302 */
void rs_rule_method_table(struct rs_rules *rules);    /* RS307 */
void rs_rule_null(struct rs_rules *rules);            /* RS403 */
void rs_rule_record(struct rs_rules *rules);          /* RS201 of structures */
void rs_rule_steal(struct rs_rules *rules);           /* RS103 in C++ */
void rs_rule_traverse(struct rs_rules *rules);        /* RS205, RS303 */
void rs_rule_type_reference(struct rs_rules *rules);  /* RS204 */
void rs_rule_untrack(struct rs_rules *rules);         /* RS304 */

/* ---- telling (tell.c) ---- */

/* A finding at an instruction, or (NULL) at the head of the function. Texts have to live as long as the report: those
 * of rs_rules_text do. */
struct rs_finding *rs_rules_tell(struct rs_rules *rules, enum rs_rule rule, const struct rs_ir_function *function,
                                 LLVMValueRef at, const char *message, const char *fix);
void rs_rules_belief(struct rs_rules *rules, struct rs_finding *finding, LLVMValueRef call, const char *api);
void rs_rules_note(struct rs_rules *rules, struct rs_finding *finding, LLVMValueRef at, const char *note);
const char *rs_rules_text(struct rs_rules *rules, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- reading (read.c) ---- */

bool rs_rules_is_call(LLVMValueRef value);
/* The row of the API function that a call names, or NULL; *name, unless NULL, is the linker's name of what is called,
 * or NULL for an indirect call. */
const struct rs_contract *rs_rules_api(struct rs_rules *rules, LLVMValueRef call, const char **name);
/* The unit's own function that a call names, or NULL. */
struct rs_ir_function *rs_rules_own(struct rs_rules *rules, LLVMValueRef call);
/* Argument `index` of a call, or NULL where there are fewer. */
LLVMValueRef rs_rules_argument(LLVMValueRef call, unsigned index);
/* What the row says of an argument of the call, or NULL. (_Py_DECREF of 3.8 has a file and a line in front of the
 * object.) */
const struct rs_argument *rs_rules_parameter(const struct rs_contract *row, LLVMValueRef call, unsigned index);
/* Whether NULL must not be passed there. */
bool rs_rules_needs_object(const struct rs_argument *argument);
enum rs_ref_act { RS_REF_NONE, RS_REF_ACQUIRE, RS_REF_RELEASE };
/* What Py_INCREF and its kin do to their one argument. */
enum rs_ref_act rs_rules_ref_act(const struct rs_contract *row);
/* What an address of the first member belongs to (&item->ob_base: item); else the address. */
LLVMValueRef rs_rules_whole(LLVMValueRef pointer);
/* The object of such a call. */
LLVMValueRef rs_rules_ref_object(LLVMValueRef call);

/* Whether a value that a function keeps leads on to no other object as far as the function knows: a number or a text,
 * or it asked before. */
bool rs_rules_is_plain(struct rs_rules *rules, LLVMValueRef value);
/* None, True, False, NotImplemented, Ellipsis. */
bool rs_rules_is_singleton(LLVMValueRef value);
/* Whether what is done to the references of such a value has no consequence: a singleton, from 3.12 on. */
bool rs_rules_is_immortal(struct rs_rules *rules, LLVMValueRef value);
/* Marks a finding as one that has no consequence on the Python at hand, though it has on older ones. */
void rs_rules_harmless(struct rs_finding *finding);

/* Where a pointer leads: so many bytes behind a base that is no address computation. False where that is no constant.
 */
bool rs_rules_address(struct rs_rules *rules, LLVMValueRef pointer, LLVMValueRef *base, int64_t *offset);
/* The scalar or structure that a pointer leads to, by the type of the variable or member; NULL: not known. */
LLVMTypeRef rs_rules_pointee(struct rs_rules *rules, LLVMValueRef pointer);
/* Whether a value was loaded from `base` at `offset` (both may be NULL; then they are filled in). */
bool rs_rules_loaded(struct rs_rules *rules, LLVMValueRef value, LLVMValueRef *base, int64_t *offset);
/* Whether the value is the type of an object (Py_TYPE). */
bool rs_rules_is_type_of(struct rs_rules *rules, LLVMValueRef value);

/* A static type or a PyType_Spec, with what its table says. */
struct rs_rules_type {
    LLVMValueRef table;
    const char *name; /* "multidict.MultiDict", else that of the variable */
    bool heap;
    bool flags_known;
    uint64_t flags; /* Py_TPFLAGS_* */
};
struct rs_rules_type rs_rules_type(struct rs_rules *rules, const struct rs_ir_type *type);
/* The function in a slot of the type ("tp_traverse"), or NULL; only those with a body in this unit. */
struct rs_ir_function *rs_rules_slot(struct rs_rules *rules, LLVMValueRef table, const char *slot);

/* Whether the function is one that the type's table leads to: through other tables, by calls. (type_reach.c) */
bool rs_rules_serves(struct rs_rules *rules, LLVMValueRef table, LLVMValueRef function);

/* Whether an instruction of the function, or of the unit's functions that it calls (to some depth), is such a one. */
typedef bool rs_rules_test(struct rs_rules *rules, LLVMValueRef instruction, void *data);
bool rs_rules_reaches(struct rs_rules *rules, LLVMValueRef function, rs_rules_test *test, void *data, int depth);

/* The Py_buffer variables that a call fills when it succeeds: those of "y*" and its kin, and that of
 * PyObject_GetBuffer. Returns their number. (format.c) */
unsigned rs_rules_buffers(struct rs_rules *rules, LLVMValueRef call, LLVMValueRef *buffers, unsigned most);

/* All instructions of a function, in the order of its blocks. */
#define RS_EACH_INSTRUCTION(function, i)                                                                               \
    for (LLVMBasicBlockRef block_ = LLVMGetFirstBasicBlock(function); block_ != NULL;                                  \
         block_ = LLVMGetNextBasicBlock(block_))                                                                       \
        for (LLVMValueRef i = LLVMGetFirstInstruction(block_); i != NULL; i = LLVMGetNextInstruction(i))

/* ---- ways (walk.c) ---- */

enum rs_way_verdict { RS_WAY_ON, RS_WAY_END, RS_WAY_FOUND };
/* What a value is on the ways that are walked. */
struct rs_way_fact {
    LLVMValueRef value;
    bool nonzero; /* not 0, else exactly `number` */
    int64_t number;
};
struct rs_way {
    struct rs_rules *rules;
    /* Judges an instruction on the way. */
    enum rs_way_verdict (*step)(struct rs_way *walk, LLVMValueRef instruction);
    void *data;
    LLVMValueRef found; /* where a step said RS_WAY_FOUND */
    LLVMValueRef left;  /* the terminator by which the way came to that block; NULL: it began there */
    bool quiet;         /* no exception is set where the ways begin */
    bool trusts;        /* what generated code imports and looks at for a failure does not fail */
    bool learns;        /* a step sets it: `news` holds from there on */
    struct rs_way_fact news;
    bool cut;        /* there were too many ways */
    const void *way; /* the one at hand */
};
/* Whether a value is certainly 0 (NULL) on the way at hand; for steps. */
bool rs_way_zero(const struct rs_way *walk, LLVMValueRef value);
/* Follows the ways that lead on behind `start` (from it on, where the fact is about an argument), given a fact about a
 * value, through branches that the fact and those that follow from it decide. True as soon as a step says so; never
 * when there were too many ways to see them all. */
bool rs_way_follow(struct rs_way *walk, LLVMValueRef start, struct rs_way_fact fact);
