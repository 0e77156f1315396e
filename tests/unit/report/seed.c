/* seed NAME OUT: the bytes of a fabricated report as kept books hold them, for the fuzz target. */
#include <stdio.h>

#include "../../golden/fabricate.h"
#include "report/codec.h"

int main(int argc, char **argv)
{
    struct rs_kept kept = {0};
    uint8_t *bytes;
    size_t size;
    FILE *out;

    if (argc != 3 || !fabricate(&kept.report, argv[1]) || (out = fopen(argv[2], "wb")) == NULL)
        return 2;
    bytes = rs_codec_write(&kept, &size);
    return fwrite(bytes, 1, size, out) == size && fclose(out) == 0 ? 0 : 1;
}
