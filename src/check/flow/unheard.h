/* Calls that ask an object's own code for its length, its truth or its hash, and whose failure nobody looks at. */
#pragma once
#include "check/flow/flow.h"

/* Whether the call is such a one by what becomes of its result: other calls of the API get it, and nothing else. */
bool rs_unheard_is(const struct rs_flow *flow, LLVMValueRef call, const struct rs_contract *row);
/* Whether it may fail for the object (or NULL, of which nothing is known): one that was passed in, and is not known to
 * be of one of Python's own types. */
bool rs_unheard_may_fail(const struct rs_flow *flow, const struct rs_sym *object);
