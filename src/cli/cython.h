/* Findings in C that Cython generated, as their authors know the code: by .pyx line. */
#pragma once
#include "finding/finding.h"
#include "symbol/symbol.h"

/* Names the .pyx lines and the Python-level functions of culprits and beliefs, the latter in the message, too. Takes
 * out findings of generated C that repeat one of the .pyx file's own (same kind, same .pyx line), and those that belong
 * to no line of a .pyx: Cython's own helpers, which its users cannot mend and whose conventions the analysis does not
 * know; these are counted as not covered. For an unfinished report of `check`. */
void rs_cli_cython(struct rs_symbols *symbols, struct rs_report *report);
