/* seed NAME OUT: the bytes of a fabricated report as kept books hold them, for the fuzz target. */
#include <stdio.h>
#include <stdlib.h>

#include "../../golden/fabricate.h"
#include "report/codec.h"

int main(int argc, char **argv)
{
    struct rs_kept kept = {0};
    uint8_t *bytes;
    size_t size;
    bool good;
    FILE *out;

    if (argc != 3 || !fabricate(&kept.report, argv[1]) || (out = fopen(argv[2], "wb")) == NULL)
        return 2;
    bytes = rs_codec_write(&kept, &size);
    good = fwrite(bytes, 1, size, out) == size;
    good = fclose(out) == 0 && good;
    free(bytes);
    rs_report_kept_close(&kept);
    return good ? 0 : 1;
}
