#include "fixture.h"

#include <dlfcn.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine.h"

enum { FIRST_SITE = 100, FAMILY = 3 };

void (*fixture_on_store)(uint64_t address, uint32_t value, uint32_t site, bool set);

/* Hooks that count in the desc's runtime words and go on. */
__asm__(".text\n"
        "fixture_hook_entry: incq 16(%r11); jmp *(%r11)\n"
        "fixture_hook_call: incq 8(%r10); jmp *%r11\n"
        "fixture_hook_api: incq 8(%r11); jmp *16(%r11)\n"
        ".macro STORE name, set\n\\name:\n"
        "push %rdi; push %rsi; push %r8; push %r9; push %r10; push %r11; push %rbp\n"
        "mov %rsp, %rbp; and $-16, %rsp; sub $512, %rsp; fxsave (%rsp)\n"
        "mov %rax, %rdi; mov %ecx, %esi; mov $\\set, %ecx\n"
        "call fixture_store\n"
        "fxrstor (%rsp); mov %rbp, %rsp\n"
        "pop %rbp; pop %r11; pop %r10; pop %r9; pop %r8; pop %rsi; pop %rdi\n"
        "mov $-1, %rax; mov $-1, %rcx; mov $-1, %rdx; cmp $1, %al; ret\n.endm\n"
        "STORE fixture_hook_add, 0\nSTORE fixture_hook_set, 1\n");
void fixture_hook_entry(void);
void fixture_hook_call(void);
void fixture_hook_api(void);
void fixture_hook_add(void);
void fixture_hook_set(void);
void fixture_store(uint64_t address, uint32_t value, uint32_t site, uint32_t set);

void fixture_store(uint64_t address, uint32_t value, uint32_t site, uint32_t set)
{
    if (fixture_on_store)
        fixture_on_store(address, value, site, set);
}

static void compile(struct fixture *fixture, const char *language, const char *source, const char *flags)
{
    char command[1024];
    *fixture = (struct fixture){.path = "/tmp/refsan-plan-XXXXXX.so"};
    int file = mkstemps(fixture->path, 3);
    assert_true(file >= 0);
    close(file);
    snprintf(command, sizeof command, "gcc -shared -fPIC %s -x %s '%s' -o %s", flags, language, source,
             fixture->path);
    assert_int_equal(system(command), 0);
}

void fixture_build(struct fixture *fixture, const char *language, const char *text, const char *flags)
{
    char source[] = "/tmp/refsan-plan-XXXXXX";
    int file = mkstemp(source);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    compile(fixture, language, source, flags);
    unlink(source);
}

void fixture_build_file(struct fixture *fixture, const char *name, const char *flags)
{
    char path[512];
    const char *folder = getenv("PLAN_FIXTURES");
    assert_non_null(folder);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    compile(fixture, "c", path, flags);
}

void fixture_load(struct fixture *fixture)
{
    struct link_map *map;
    fixture->handle = dlopen(fixture->path, RTLD_NOW | RTLD_LOCAL);
    if (!fixture->handle)
        fail_msg("%s", dlerror());
    assert_int_equal(dlinfo(fixture->handle, RTLD_DI_LINKMAP, &map), 0);
    fixture->base = map->l_addr;
}

void *fixture_symbol(const struct fixture *fixture, const char *name)
{
    void *symbol = dlsym(fixture->handle, name);
    assert_non_null(symbol);
    return symbol;
}

static bool pick(void *ctx, const char *name, struct rs_plan_choice *choice)
{
    bool (*identity)(const char *) = (bool (*)(const char *))ctx;
    choice->contract = 1;
    choice->identity = identity && identity(name);
    return true;
}

static const void *array(const struct fixture *fixture, unsigned which)
{
    const struct rs_plan_header *plan = fixture->plan;
    size_t sizes[] = {sizeof *plan, plan->patches * sizeof(struct rs_patch),
                      plan->entries * sizeof(struct rs_entry), plan->calls * sizeof(struct rs_call),
                      plan->imports * sizeof(struct rs_import)};
    size_t offset = 0;
    for (unsigned i = 0; i <= which; i++)
        offset += (sizes[i] + 7) & ~(size_t)7;
    return fixture->blob + offset;
}

const struct rs_patch *fixture_patches(const struct fixture *fixture)
{
    return array(fixture, 0);
}

const struct rs_entry *fixture_entries(const struct fixture *fixture)
{
    return array(fixture, 1);
}

const struct rs_call *fixture_calls(const struct fixture *fixture)
{
    return array(fixture, 2);
}

const struct rs_import *fixture_imports(const struct fixture *fixture)
{
    return array(fixture, 3);
}

uint64_t fixture_count(const struct fixture *fixture, uint32_t desc_off, enum rs_hook_slot slot)
{
    return *(uint64_t *)(fixture->area + desc_off + (slot == RS_HOOK_ENTRY ? 16 : 8));
}

static void write_at(const struct fixture *fixture, uint32_t at, const void *bytes, size_t size,
                     int protection)
{
    uint64_t place = fixture->base + at, page = place & ~0xfffull;
    size_t length = (place + size - page + 0xfff) & ~0xfffull;
    assert_int_equal(mprotect((void *)page, length, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
    memcpy((void *)place, bytes, size);
    assert_int_equal(mprotect((void *)page, length, protection), 0);
}

static void fill_area(struct fixture *fixture)
{
    const struct rs_plan_header *plan = fixture->plan;
    uint64_t *hooks = (uint64_t *)(fixture->area + plan->data_off);
    memcpy(fixture->area, array(fixture, 4), plan->code_size);
    hooks[RS_HOOK_ADD] = (uint64_t)fixture_hook_add;
    hooks[RS_HOOK_SET] = (uint64_t)fixture_hook_set;
    hooks[RS_HOOK_ENTRY] = (uint64_t)fixture_hook_entry;
    hooks[RS_HOOK_CALL] = (uint64_t)fixture_hook_call;
    hooks[RS_HOOK_API] = (uint64_t)fixture_hook_api;
    for (uint32_t i = 0; i < plan->entries; i++) {
        const struct rs_entry *entry = &fixture_entries(fixture)[i];
        struct rs_entry_desc *desc = (struct rs_entry_desc *)(fixture->area + entry->desc_off);
        desc->displaced = (uint64_t)fixture->area + entry->displaced_off;
        desc->function = fixture->base + entry->at;
    }
}

static void claim_imports(struct fixture *fixture)
{
    for (uint32_t i = 0; i < fixture->plan->imports; i++) {
        const struct rs_import *import = &fixture_imports(fixture)[i];
        struct rs_import_desc *desc = (struct rs_import_desc *)(fixture->area + import->desc_off);
        desc->thunk = (uint64_t)fixture->area + import->thunk_off;
        desc->runtime[1] = (uint64_t)dlsym(RTLD_DEFAULT, import->name);
        assert_int_not_equal(desc->runtime[1], 0);
        if (!import->keep_slot)
            write_at(fixture, import->slot_at, &desc->thunk, 8, PROT_READ | PROT_WRITE);
    }
}

void fixture_patch(struct fixture *fixture, bool (*identity)(const char *name))
{
    struct rs_error err;
    struct rs_plan_target target = {.base = fixture->base,
                                    .first_site = FIRST_SITE,
                                    .family = FAMILY,
                                    .pick = pick,
                                    .ctx = (void *)identity};
    fixture->analysis = rs_plan_analyse(fixture->path, &err);
    if (!fixture->analysis)
        fail_msg("%s", err.text);
    assert_true(rs_plan_emit(fixture->analysis, &target, (void **)&fixture->blob, &fixture->blob_size, &err));
    fixture->plan = (const struct rs_plan_header *)fixture->blob;
    assert_int_equal(fixture->plan->status, RS_PLAN_AREA_TOO_SMALL);
    target.area_size = fixture->plan->area_size;
    free(fixture->blob);
    fixture->area = machine_pages(target.area_size, fixture->base);
    target.area = (uint64_t)fixture->area;
    if (!rs_plan_emit(fixture->analysis, &target, (void **)&fixture->blob, &fixture->blob_size, &err))
        fail_msg("%s", err.text);
    fixture->plan = (const struct rs_plan_header *)fixture->blob;
    assert_int_equal(fixture->plan->status, RS_PLAN_READY);
    assert_int_equal(fixture->plan->area_size, target.area_size);
    fill_area(fixture);
    claim_imports(fixture);
    for (uint32_t i = 0; i < fixture->plan->patches; i++) {
        const struct rs_patch *patch = &fixture_patches(fixture)[i];
        assert_memory_equal((void *)(fixture->base + patch->at), patch->was, patch->length);
    }
    for (uint32_t i = 0; i < fixture->plan->patches; i++) {
        const struct rs_patch *patch = &fixture_patches(fixture)[i];
        write_at(fixture, patch->at, patch->now, patch->length, PROT_READ | PROT_EXEC);
    }
}

void fixture_close(struct fixture *fixture)
{
    if (fixture->handle)
        dlclose(fixture->handle);
    if (fixture->area)
        munmap(fixture->area, fixture->plan->area_size);
    rs_plan_close(fixture->analysis);
    free(fixture->blob);
    unlink(fixture->path);
    *fixture = (struct fixture){0};
}
