/* What an instruction that a way is read back over makes of claims: those about what it gives become claims about its
 * operands, those about memory end where it may write there. For consistent.c. */
#pragma once
#include "check/flow/term.h"

/* Claims that held behind the instruction become such as hold in front of it. `step` is what is known of how this very
 * instruction went, or NULL; a call goes that way as a whole. */
void rs_back_over(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef at, const struct rs_trail *step);
/* Behind a callee's return, by the end of a way of its; `inner` is the frame that is gone into: claims about what the
 * call gives become claims about what is returned there. */
void rs_back_into(struct rs_terms *terms, struct rs_claims *claims, const struct rs_frame *inner,
                  const struct rs_end *end);
/* At the callee's entry: what it computes is nothing there any more, and its arguments are what the way found them. */
void rs_back_out(struct rs_terms *terms, struct rs_claims *claims, const struct rs_frame *inner);
/* From the head of a block to the end of the one in front of it: values that meet there, and what the branch between
 * them says. */
void rs_back_over_phis(struct rs_terms *terms, struct rs_claims *claims, LLVMBasicBlockRef to, LLVMBasicBlockRef from);
void rs_back_over_branch(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef terminator,
                         LLVMBasicBlockRef to);
/* A loop that begins at the block was passed without a look at it: what it computes and stores is unknown. */
void rs_back_over_loop(struct rs_terms *terms, struct rs_claims *claims, LLVMBasicBlockRef to);
/* back_error.c: what a call says of the error indicator behind it, and by what it gave (before that is gone back over).
 * `way` is the one that its callee went, as a whole; or NULL. */
void rs_back_over_error(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call, const struct rs_case *way);
