/* See other_stack.h. */
#include "runtime/signal/other_stack.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "runtime/sys/sys.h"

enum { BYTES = 64 * 1024 };

static stack_t ours; /* ss_sp NULL: none */
static int (*real_sigaltstack)(const stack_t *, stack_t *);

static bool resolve(void)
{
    if (real_sigaltstack == NULL)
        real_sigaltstack = (int (*)(const stack_t *, stack_t *))dlsym(RTLD_NEXT, "sigaltstack");
    return real_sigaltstack != NULL;
}

void rt_other_stack_open(void)
{
    stack_t now;

    if (!resolve() || real_sigaltstack(NULL, &now) != 0 || !(now.ss_flags & SS_DISABLE))
        return;
    ours = (stack_t){.ss_sp = rt_sys_pages(BYTES), .ss_size = BYTES};
    if (ours.ss_sp != NULL && real_sigaltstack(&ours, NULL) != 0)
        ours.ss_sp = NULL;
}

__attribute__((visibility("default"))) int sigaltstack(const stack_t *restrict wanted, stack_t *restrict old)
{
    static const stack_t none = {.ss_flags = SS_DISABLE};
    stack_t now;

    if (!resolve()) {
        errno = ENOSYS;
        return -1;
    }
    if (ours.ss_sp == NULL || real_sigaltstack(NULL, &now) != 0 || now.ss_sp != ours.ss_sp)
        return real_sigaltstack(wanted, old);
    if (wanted != NULL && !(wanted->ss_flags & SS_DISABLE) && real_sigaltstack(wanted, NULL) != 0)
        return -1;
    if (old != NULL)
        *old = none;
    return 0;
}
