/* libFuzzer target of the summaries of other units: any bytes are refused, or give summaries that are in range. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check/flow/flow.h"
#include "check/unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/fuzz-summaries-XXXXXX";
    int file = mkstemp(path);
    struct rs_summaries *set = rs_summaries_open();
    const struct rs_summary *summary;
    struct rs_error err;

    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    close(file);
    rs_summaries_append(set, path, &err);
    rs_summaries_append(set, path, &err); /* twice the same names: both are forgotten */
    summary = rs_share_find(set, "take_row");
    if (summary != NULL)
        abort();
    rs_summaries_close(set);
    unlink(path);
    return 0;
}
