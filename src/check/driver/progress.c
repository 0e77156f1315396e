/* See progress.h. */
#include "check/driver/progress.h"

#include <stdio.h>
#include <unistd.h>

void rs_progress_show(void *context, size_t done, size_t count)
{
    if (count < 2 || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[Krefsan: %zu of %zu units %s%s", done, count, (const char *)context,
            done == count ? "\r\033[K" : "");
    fflush(stderr);
}
