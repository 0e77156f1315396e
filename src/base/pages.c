/* See pages.h. */
#include "base/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* The empty element in front tells it from words of the user's. */
static const char variable[] = "GLIBC_TUNABLES",
                  tunable[] = "glibc.malloc.hugetlb=", asked[] = "::glibc.malloc.hugetlb=1";

void rs_pages_ask(void)
{
    struct rs_arena arena = {0};
    const char *had = getenv(variable);

    if (had == NULL || strstr(had, tunable) == NULL)
        setenv(variable, rs_arena_printf(&arena, "%s%s", had != NULL ? had : "", asked), 1);
    rs_arena_close(&arena);
}

void rs_pages_restore(void)
{
    struct rs_arena arena = {0};
    const char *now = getenv(variable);
    size_t length = now != NULL ? strlen(now) : 0, ours = sizeof(asked) - 1;

    if (length == ours && strcmp(now, asked) == 0)
        unsetenv(variable);
    else if (length > ours && strcmp(now + length - ours, asked) == 0)
        setenv(variable, rs_arena_strndup(&arena, now, length - ours), 1);
    rs_arena_close(&arena);
}
