/* libFuzzer target of Cython sources: any bytes are read; what is found names a line of them. */
#include <stdint.h>
#include <stdlib.h>

#include "check/pyx/pyx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_report report = {0};
    int lines = 1;

    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    rs_pyx_check("/a.pyx", (const char *)data, size, 0x030b, NULL, NULL, &report);
    for (size_t i = 0; i < report.findings.count; i++)
        if (report.findings.items[i].culprit.line < 1 || report.findings.items[i].culprit.line > lines || report.findings.items[i].message == NULL)
            abort();
    rs_report_finish(&report);
    rs_report_close(&report);
    return 0;
}
