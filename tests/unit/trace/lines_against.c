/* Reads what an interpreter says of its code objects (lines.py) and holds rs_trace_line to it. Status 1 at a difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/lines.h"

enum { SHOWN = 5 };

static unsigned char *from_hex(const char *hex, size_t *size)
{
    unsigned char *bytes;

    *size = hex[0] == '-' ? 0 : strlen(hex) / 2;
    bytes = malloc(*size + 1); /* + 1: an empty table is no NULL */
    for (size_t i = 0; i < *size; i++) {
        unsigned byte = 0;

        sscanf(hex + 2 * i, "%2x", &byte);
        bytes[i] = (unsigned char)byte;
    }
    return bytes;
}

int main(void)
{
    static char name[256], hex[1 << 20];
    unsigned version = 0, first, count, at, codes = 0, instructions = 0, wrong = 0;
    int line;

    if (scanf("version %x", &version) != 1)
        return 2;
    while (scanf("%255s %u %1048575s %u", name, &first, hex, &count) == 4) {
        size_t size;
        unsigned char *table = from_hex(hex, &size);

        codes++;
        for (unsigned i = 0; i < count && scanf("%u %d", &at, &line) == 2; i++) {
            int got = rs_trace_line(version, table, size, first, at);

            instructions++;
            if (got != line && ++wrong <= SHOWN)
                printf("%s: instruction %u is on line %d, not %d\n", name, at, line, got);
        }
        free(table);
    }
    printf("%u of %u instructions of %u code objects on a wrong line\n", wrong, instructions, codes);
    return wrong > 0 || codes < 10 || instructions < 1000;
}
