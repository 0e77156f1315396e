#include "base/error.h"

#include <stdio.h>

bool rs_fail(struct rs_error *err, const char *format, ...)
{
    va_list ap;

    if (err == NULL)
        return false;
    va_start(ap, format);
    vsnprintf(err->text, sizeof(err->text), format, ap);
    va_end(ap);
    return false;
}
