/* Rows of a user's own table, as plans bring them: the runtime never sees their text. */
#include "runtime/api/calls.h"

#include "contract/contract.h"
#include "wire/plan.h"

static struct rs_contract rows[RS_USER_ROWS];
static struct rs_argument args[RS_USER_ROWS][RS_ARGUMENTS_MAX];

static void begin(void)
{
    for (unsigned i = 0; i < RS_USER_ROWS; i++) {
        rows[i].name = "";
        rows[i].args = args[i];
        rows[i].result = RS_RESULT_UNKNOWN;
    }
    rs_contract_extend(rows, RS_USER_ROWS);
}

void rt_api_row(const struct rs_plan_row *record)
{
    uint32_t place = record->index - rs_contract_builtin();
    struct rs_contract *row;

    if (place >= RS_USER_ROWS || record->nargs > RS_ARGUMENTS_MAX)
        return;
    if (rs_contract_count() == rs_contract_builtin())
        begin();
    row = &rows[place];
    row->flags = record->flags;
    row->result = record->result;
    row->from = record->from;
    row->nargs = record->nargs;
    row->failure = record->failure;
    for (unsigned i = 0; i < record->nargs; i++)
        args[place][i] = (struct rs_argument){"", record->args[i].kind, record->args[i].when, record->args[i].count,
                                              record->args[i].nullable};
}
