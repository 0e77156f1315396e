/* The C library's functions: they know nothing of Python's objects, so that none of them sets an exception. */
#include <dlfcn.h>
#include <string.h>

#include <xxhash.h>

#include "check/ir/ir.h"

static bool look_up(const char *name)
{
    void *address = dlsym(RTLD_DEFAULT, name);
    const char *base;
    Dl_info info;

    if (address == NULL || dladdr(address, &info) == 0 || info.dli_fname == NULL)
        return false;
    base = strrchr(info.dli_fname, '/');
    base = base == NULL ? info.dli_fname : base + 1;
    return strncmp(base, "libc.so", 7) == 0 || strncmp(base, "libc-", 5) == 0 || strncmp(base, "libm.so", 7) == 0 ||
           strncmp(base, "libm-", 5) == 0 || strncmp(base, "libpthread", 10) == 0;
}

/* The loader goes through the symbols of LLVM for each name: it is asked once, whatever unit calls that. */
static bool is_there(const char *name, size_t length)
{
    enum { HERE = 1, ELSEWHERE };
    static struct rs_map known; /* hash of a name -> where it is */
    uint64_t *place = rs_map_at(&known, XXH3_64bits(name, length) | 1);

    if (*place == 0)
        *place = look_up(name) ? HERE : ELSEWHERE;
    return *place == HERE;
}

bool rs_ir_calls_clib(LLVMValueRef call)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name;
    size_t length;

    if (callee == NULL || !LLVMIsDeclaration(callee))
        return false;
    name = LLVMGetValueName2(callee, &length);
    if (!is_there(name, length))
        return false;
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call);
         i++) /* qsort, atexit: what they call back is another matter */
        if (LLVMIsAFunction(LLVMGetOperand(call, i)))
            return false;
    return true;
}
