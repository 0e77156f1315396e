/* See blocks.h. */
#include "runtime/pyabi/blocks.h"

#include <dlfcn.h>
#include <link.h>

#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum { METH_NOARGS = 4, SEGMENTS = 16 };

/* PyMethodDef (Include/methodobject.h, all versions). */
struct method {
    const char *name;
    void *(*call)(void *self, void *args);
    int flags;
    const char *doc;
};

struct span {
    uint64_t lo, hi;
};

struct image {
    struct span data[SEGMENTS], all, sealed; /* sealed: written by relocation only */
    unsigned count;
};

static int64_t (*more)(void);
static void *(*original)(void *self, void *args);
static int64_t (*as_number)(void *object);
static void *(*from_number)(int64_t number);
static void (*release)(void *object);

static void *answer(void *self, void *args)
{
    void *theirs = original(self, args), *ours;

    if (theirs == NULL)
        return NULL;
    ours = from_number(as_number(theirs) + more());
    release(theirs);
    return ours;
}

static bool within(uint64_t address, struct span span)
{
    return address - span.lo < span.hi - span.lo;
}

static int look_at(struct dl_phdr_info *info, size_t size, void *context)
{
    struct image *image = context;

    if (info->dlpi_addr != rt_python.base)
        return 0;
    image->all = (struct span){UINT64_MAX, 0};
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        struct span span = {info->dlpi_addr + segment->p_vaddr, info->dlpi_addr + segment->p_vaddr + segment->p_filesz};

        if (segment->p_type == PT_GNU_RELRO)
            image->sealed = span;
        if (segment->p_type != PT_LOAD)
            continue;
        image->all.lo = span.lo < image->all.lo ? span.lo : image->all.lo;
        image->all.hi = span.hi > image->all.hi ? span.hi : image->all.hi;
        if ((segment->p_flags & PF_W) && image->count < SEGMENTS)
            image->data[image->count++] = span;
    }
    return 1;
}

static struct method *find_in(struct span data, const struct image *image)
{
    for (uint64_t at = (data.lo + 7) & ~7ull; at + sizeof(struct method) <= data.hi; at += 8) {
        struct method *method = (struct method *)at;

        if (within((uint64_t)method->name, image->all) && method->flags == METH_NOARGS && !within(at, image->sealed) &&
            within((uint64_t)method->call, image->all) && rt_same(method->name, "getallocatedblocks"))
            return method;
    }
    return NULL;
}

bool rt_blocks_answer(int64_t (*live)(void))
{
    struct image image = {.count = 0};
    struct method *method = NULL;

    as_number = (int64_t (*)(void *))dlsym(RTLD_DEFAULT, "PyLong_AsSsize_t");
    from_number = (void *(*)(int64_t))dlsym(RTLD_DEFAULT, "PyLong_FromSsize_t");
    release = (void (*)(void *))dlsym(RTLD_DEFAULT, "Py_DecRef");
    if (as_number == NULL || from_number == NULL || release == NULL || dl_iterate_phdr(look_at, &image) == 0)
        return false;
    for (unsigned i = 0; method == NULL && i < image.count; i++)
        method = find_in(image.data[i], &image);
    if (method == NULL)
        return false;
    more = live;
    original = method->call;
    method->call = answer;
    return true;
}
