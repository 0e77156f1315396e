/* What refsan takes for an interpreter: a program that exports Py_GetVersion. For builds of CPython that no package brings. */
#include <stdio.h>

const char *Py_GetVersion(void);
const char *Py_GetVersion(void)
{
    return VERSION;
}

int main(void)
{
    puts("runs");
    return 0;
}
