/* libFuzzer target of kept books: the report's bytes without the checksum that would catch every mutation. Any bytes must
 * give a refusal, or a report that both reporters can render; with clang: -fsanitize=fuzzer,address. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render(struct rs_kept *kept)
{
    struct rs_terminal_options options = {.verbose = true, .width = 80, .line = rs_report_kept_line, .ctx = kept};
    FILE *out = fopen("/dev/null", "w");
    struct rs_error err;

    if (out == NULL || !rs_report_json(&kept->report, "/dev/null", &err))
        abort();
    rs_report_terminal(&kept->report, out, &options);
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_kept kept = {0};
    uint8_t *again;

    if (rs_codec_read(&kept, data, size)) {
        render(&kept);
        again = rs_codec_write(&kept, &size);
        if (again == NULL)
            abort();
        free(again);
    }
    rs_report_kept_close(&kept);
    return 0;
}
