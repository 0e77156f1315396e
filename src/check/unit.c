/* A unit from bitcode to findings: read, summarise, judge. */
#include "check/unit.h"

#include "check/flow/flow.h"
#include "check/rules/rules.h"

bool rs_check_unit(const char *bitcode, const struct rs_unit_options *options, struct rs_report *report,
                   struct rs_error *err)
{
    struct rs_ir *ir = rs_ir_open(bitcode, options->python, options->verify, err);
    struct rs_rules rules;

    if (ir == NULL)
        return false;
    rules = (struct rs_rules){ir, report, options->others};
    rs_rules_read_gil(&rules);
    rs_flow_run(ir, options, report);
    rs_rules_judge(&rules);
    if (!options->process_ends)
        rs_ir_close(ir);
    return true;
}
