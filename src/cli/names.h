/* Names for the verdict room: addresses through the symbolizer, the plan's method tables and the books' roles; Python
 * places through the line tables. */
#pragma once
#include "cli/host.h"
#include "symbol/symbol.h"
#include "verdict/verdict.h"

struct rs_naming {
    struct rs_host *host;
    struct rs_symbols *symbols;
};

struct rs_names rs_cli_names(struct rs_naming *naming);
