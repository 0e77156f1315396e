/* libFuzzer target of what a source begins with: any bytes are read to where they are plain. A beginning is read from
 * its own text again, as it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check/driver/preamble.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_arena arena = {0};
    struct rs_preambles all = {0}, again = {0};

    rs_preamble_read(&arena, (const char *)data, size, "/nowhere", &all);
    for (size_t i = 0; i < all.list.count; i++)
        if (all.list.items[i].length > size || (i > 0 && all.list.items[i].length <= all.list.items[i - 1].length))
            abort();
    if (all.list.count > 0) {
        const struct rs_preamble *last = &all.list.items[all.list.count - 1];

        rs_preamble_read(&arena, last->text, strlen(last->text), "/nowhere", &again);
        if (again.list.count != all.list.count || strcmp(again.list.items[again.list.count - 1].text, last->text) != 0)
            abort();
    }
    rs_preambles_close(&all);
    rs_preambles_close(&again);
    rs_arena_close(&arena);
    return 0;
}
