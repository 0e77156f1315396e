/* A contract row in words: those of the grammar (docs/internals/contracts.md) for programs, sentences for people. */
#pragma once
#include <stdio.h>

#include "contract/contract.h"

/* "steal-on-success", "out-borrowed", ..., "value" for what is no object. */
const char *rs_words_argument(const struct rs_argument *argument);
/* "new", "borrowed", "forever", "argument", "unknown", "null", "value". */
const char *rs_words_result(const struct rs_contract *row);
const char *rs_words_kind(const struct rs_contract *row); /* "function", "macro", "slot" */
/* The n-th flag of the row by name, NULL behind the last. */
const char *rs_words_flag(const struct rs_contract *row, unsigned n);
/* "3.8", of 0x0308; the buffer lives until the call after the next. */
const char *rs_words_version(unsigned version);
/* "PyList_SetItem(list, index, item)" */
void rs_words_signature(FILE *to, const struct rs_contract *row);
/* The whole row for a person. */
void rs_words_explain(FILE *to, const struct rs_contract *row);
