/* libFuzzer target of compile databases: any bytes give sources or one line. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/driver/driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_session session = {0};
    struct rs_error err = {.text = ""};

    if (!freopen("/dev/null", "w", stderr))
        abort();
    if (rs_inputs_database_read(&session, "database", (const char *)data, size, &err) == (err.text[0] != 0))
        abort();
    for (size_t i = 0; i < session.sources.count; i++)
        RS_VEC_CLOSE(&session.sources.items[i].flags);
    RS_VEC_CLOSE(&session.sources);
    rs_arena_close(&session.arena);
    return 0;
}
