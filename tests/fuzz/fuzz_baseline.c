/* libFuzzer target of baselines: any bytes give a baseline or one line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "finding/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_error err = {.text = ""};
    struct rs_report report = {0};
    struct rs_baseline *baseline = rs_baseline_read("baseline", (const char *)data, size, &err);

    if ((baseline == NULL) != (err.text[0] != 0) || strchr(err.text, '\n') != NULL)
        abort();
    rs_report_add(&report, RS_RULE_RS201);
    rs_report_finish(&report);
    if (baseline != NULL)
        rs_baseline_apply(baseline, &report);
    rs_report_close(&report);
    rs_baseline_close(baseline);
    return 0;
}
