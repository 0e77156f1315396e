/* The sentences of findings: message, proof, fix. One place for all wording of `run`. */
#pragma once
#include "finding/finding.h"
#include "ledger/ledger.h"

/* "a str", "an int", "an object of type foo.Bar" */
const char *rs_words_object(struct rs_arena *arena, const struct rs_finding *finding);
void rs_words_write(struct rs_arena *arena, struct rs_finding *finding, const struct rs_fact *fact);
/* The fix of a borrowed return where one of several statements is at fault. */
void rs_words_returns(struct rs_arena *arena, struct rs_finding *finding, const struct rs_place *places, size_t count);
