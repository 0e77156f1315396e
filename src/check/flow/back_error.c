/* The error indicator on the way back over a call: see back.h. */
#include "check/flow/back.h"

#include <string.h>

/* The claims about what the call gives, as one; false where there are none. */
static bool said_of(const struct rs_claims *claims, const struct rs_term *term, struct rs_claim *said)
{
    for (unsigned i = 0; i < claims->count; i++)
        if (claims->items[i].term == term) {
            *said = claims->items[i];
            return true;
        }
    return false;
}

static bool is_only(const struct rs_claim *claim, int64_t number)
{
    return claim->low == number && claim->high == number;
}

static bool is_never(const struct rs_claim *claim, int64_t number)
{
    return number < claim->low || number > claim->high || (claim->differs && claim->other == number);
}

/* Behind a call that fails with an exception there is one if it gave the value of failure, or if there was one before.
 */
static void over_fallible(struct rs_terms *terms, struct rs_claims *claims, const struct rs_term *result,
                          int64_t failure, bool may_miss)
{
    const struct rs_term *error = rs_term_error(terms);
    struct rs_claim of_error, of_result;
    bool known = said_of(claims, result, &of_result), failed = known && is_only(&of_result, failure),
         succeeded = known && is_never(&of_result, failure);

    if (!said_of(claims, error, &of_error) || succeeded)
        return;
    if (failed && !may_miss)
        rs_claims_replace(terms, claims, error, rs_term_number(terms, 1));
    else if (!is_only(&of_error, 0))
        rs_claims_replace(terms, claims, error, NULL);
    else if (!may_miss)
        rs_claims_add(terms, claims,
                      (struct rs_claim){.term = result,
                                        .low = INT64_MIN,
                                        .high = INT64_MAX,
                                        .differs = true,
                                        .other = failure,
                                        .origin = of_error.origin});
}

/* The call was given the objects that it needs: what has failed to bring one is not behind the exception that is asked
 * for. */
static void add_given(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call,
                      const struct rs_contract *row)
{
    for (unsigned i = 0; i < row->nargs && i < LLVMGetNumArgOperands(call) && !claims->broken; i++) {
        LLVMValueRef given = LLVMGetOperand(call, i);

        if (row->args[i].kind == RS_ARG_OBJECT && !row->args[i].nullable && LLVMIsAInstruction(given))
            rs_claims_add(terms, claims,
                          (struct rs_claim){
                              .term = rs_term_of(terms, given), .low = INT64_MIN, .high = INT64_MAX, .differs = true});
    }
}

static void over_row_error(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call,
                           const struct rs_contract *row)
{
    const struct rs_term *result = rs_term_of(terms, call), *error = rs_term_error(terms);
    bool pointer = LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMPointerTypeKind,
         integer = LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMIntegerTypeKind;
    struct rs_claim of_error;

    if (row->flags & RS_SETS_ERROR && row->failure == RS_ALWAYS_FAILS)
        rs_claims_replace(terms, claims, error, rs_term_number(terms, 1));
    else if (row->flags & RS_SETS_ERROR && (pointer || integer) && row->failure != RS_NEVER_FAILS)
        over_fallible(terms, claims, result, pointer ? 0 : row->failure, row->flags & RS_MISS_IS_NULL);
    else if (row->flags & RS_SETS_ERROR && row->failure != RS_NEVER_FAILS && said_of(claims, error, &of_error) &&
             !is_only(&of_error, 0))
        rs_claims_replace(terms, claims, error, NULL); /* PyFloat_AsDouble */
    else if (row->flags & RS_MAY_RUN && integer && said_of(claims, error, &of_error) && is_only(&of_error, 0))
        rs_claims_replace(terms, claims, error, NULL); /* it may have put out what there was: PyMapping_HasKeyString */
    if (rs_claims_concern(claims, error))
        add_given(terms, claims, call, row);
}

/* A way through a function of the unit as a whole. */
static void over_way_error(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call,
                           const struct rs_case *way)
{
    const struct rs_term *error = rs_term_error(terms);
    bool pointer = LLVMGetTypeKind(LLVMTypeOf(call)) == LLVMPointerTypeKind;

    if (way->converts)
        over_fallible(terms, claims, rs_term_of(terms, call), pointer ? 0 : -1, !pointer);
    else if (way->err == RS_ERR_SET)
        rs_claims_replace(terms, claims, error, rs_term_number(terms, 1));
    else if (way->err != RS_ERR_CLEAR)
        rs_claims_replace(terms, claims, error, NULL);
    else if (way->entry != RS_ENTRY_OPEN)
        rs_claims_replace(terms, claims, error, rs_term_number(terms, 0));
    if (way->entry != RS_ENTRY_OPEN && !claims->broken)
        rs_claims_add(
            terms, claims,
            (struct rs_claim){.term = error, .low = way->entry == RS_ENTRY_SET, .high = way->entry == RS_ENTRY_SET});
}

void rs_back_over_error(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call, const struct rs_case *way)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name = callee == NULL ? "" : rs_ir_api_name(terms->flow->ir, callee);
    const struct rs_term *error = rs_term_error(terms);
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(terms->flow->ir, callee);

    if (way != NULL) {
        over_way_error(terms, claims, call, way);
        return;
    }
    switch (rs_error_effect(call, name)) {
    case RS_EFFECT_SETS:
        rs_claims_replace(terms, claims, error, rs_term_number(terms, 1));
        return;
    case RS_EFFECT_CLEARS:
        rs_claims_replace(terms, claims, error, rs_term_number(terms, 0));
        return;
    case RS_EFFECT_RESTORES:
    case RS_EFFECT_UNKNOWN:
        rs_claims_replace(terms, claims, error, NULL);
        return;
    case RS_EFFECT_NONE:
        break;
    }
    if (row != NULL)
        over_row_error(terms, claims, call, row);
    else if (!(strncmp(name, "llvm.", 5) == 0 || rs_ir_calls_clib(call)))
        rs_claims_replace(terms, claims, error, NULL);
}
