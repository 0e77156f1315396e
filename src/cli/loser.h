/* Which function of a module lost a reference that a helper of the module acquired. */
#pragma once
#include "cli/host.h"

/* Judges by the module's code: a function that returns what an API call gave it, or has it put into its caller's
 * variable, is a helper, and its caller is looked at next. The place of the call in the function that lost the
 * reference, or 0: the function that called the API did. context: the host. */
uint64_t rs_cli_loser(void *context, const struct rs_books *books, const struct rs_event *event);
/* Where between two places of one function item `item` of a tuple was stored; 0: unknown. Remembered, as it is asked
 * for often. */
uint64_t rs_cli_item_store(void *context, const struct rs_books *books, uint64_t from, uint64_t to, unsigned item);
