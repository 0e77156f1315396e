/* See apply.h. */
#include "runtime/patch/apply.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>

#include "runtime/arch.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

void (*rt_patch_loaded)(struct rt_module *module);
void (*rt_patch_row)(const struct rs_plan_row *row);
void (*rt_patch_import)(uint64_t *desc_words, uint32_t contract, uint64_t real, struct rt_module *module,
                        const char *name);

enum { PAGE = 4096, SEEN_MAX = 4096, AREA_FIRST = 1 << 20 };

static uint64_t seen[SEEN_MAX]; /* load bases of images that were looked at */
static unsigned seen_count;

struct image {
    uint64_t base, lo, hi; /* the whole mapping */
    const char *path;
};

struct asked {
    const struct image *image;
    uint64_t area, area_size;
    const uint64_t *functions;
    unsigned count;
    uint32_t kind;
};

static void fill_request(struct rs_process_slot *slot, void *context)
{
    const struct asked *asked = context;
    size_t length = rt_length(asked->image->path);

    length = length < RS_PATH_MAX - 1 ? length : RS_PATH_MAX - 1;
    rt_copy(slot->path, asked->image->path, length);
    slot->path[length] = 0;
    slot->request_kind = asked->kind;
    slot->base = asked->image->base;
    slot->area = asked->area;
    slot->area_size = asked->area_size;
    rt_fill(slot->offsets, 0, sizeof(slot->offsets));
    for (unsigned i = 0; i < asked->count && i < 15; i++)
        slot->offsets[i] = (uint32_t)(asked->functions[i] - asked->image->base);
}

/* A reservation whose every byte is within reach of a 32-bit displacement from every byte of the image. */
static uint64_t reserve_near(const struct image *image, uint64_t size)
{
    const uint64_t reach = 0x70000000;

    for (uint64_t step = 1 << 20; step < reach; step += step < (64 << 20) ? 1 << 20 : 16 << 20) {
        uint64_t below = (image->lo - step) & ~(uint64_t)(PAGE - 1), above = (image->hi + step) & ~(uint64_t)(PAGE - 1);

        if (image->lo > step + size && image->hi - below < reach &&
            rt_sys_reserve((void *)(below - size), size) != NULL)
            return below - size;
        if (above + size - image->lo < reach && rt_sys_reserve((void *)above, size) != NULL)
            return above;
    }
    return 0;
}

/* Asks for a plan, once more with a larger area if the first was too small. NULL: nothing to patch, `area` released. */
static struct rs_plan_header *ask(struct asked *asked, uint64_t *size)
{
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        struct rs_process_slot *slot;
        struct rs_plan_header *plan = NULL;
        uint64_t wanted = 0;

        asked->area = reserve_near(asked->image, asked->area_size);
        if (asked->area == 0) {
            rt_log_limit(1, "modules without free address space near them");
            return NULL;
        }
        slot = rt_log_request(fill_request, asked);
        if (slot != NULL) {
            *size = slot->answer_size;
            if (slot->answer_fd >= 0 && *size >= sizeof(*plan))
                plan = rt_sys_map_of(rt_log_control()->host, slot->answer_fd, NULL, *size, 0, false);
            rt_log_request_done();
        }
        if (plan != NULL && plan->magic == RS_PLAN_MAGIC && plan->version == RS_PLAN_VERSION &&
            plan->status == RS_PLAN_READY)
            return plan;
        if (plan != NULL && plan->magic == RS_PLAN_MAGIC && plan->status == RS_PLAN_AREA_TOO_SMALL)
            wanted = plan->area_size;
        if (plan != NULL)
            rt_sys_unmap(plan, *size);
        rt_sys_unmap((void *)asked->area, asked->area_size);
        if (wanted <= asked->area_size)
            return NULL;
        asked->area_size = (wanted + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    }
    return NULL;
}

static const void *part(const struct rs_plan_header *plan, uint64_t *offset, uint64_t count, uint64_t size,
                        uint64_t blob)
{
    const void *at = (const char *)plan + *offset;

    if (count * size > blob - *offset)
        return NULL;
    *offset = (*offset + count * size + 7) & ~7ull;
    return *offset <= blob + 7 ? at : NULL;
}

struct parts {
    const struct rs_patch *patches;
    const struct rs_entry *entries;
    const struct rs_call *calls;
    const struct rs_import *imports;
    const struct rs_plan_row *rows;
    const uint8_t *code;
};

static bool take_apart(const struct rs_plan_header *plan, uint64_t size, struct parts *parts)
{
    uint64_t offset = (sizeof(*plan) + 7) & ~7ull;

    parts->patches = part(plan, &offset, plan->patches, sizeof(struct rs_patch), size);
    parts->entries = part(plan, &offset, plan->entries, sizeof(struct rs_entry), size);
    parts->calls = part(plan, &offset, plan->calls, sizeof(struct rs_call), size);
    parts->imports = part(plan, &offset, plan->imports, sizeof(struct rs_import), size);
    parts->rows = part(plan, &offset, plan->rows, sizeof(struct rs_plan_row), size);
    parts->code = part(plan, &offset, plan->code_size, 1, size);
    return parts->patches != NULL && parts->entries != NULL && parts->calls != NULL && parts->imports != NULL &&
           parts->rows != NULL && parts->code != NULL;
}

static bool fill_area(const struct rs_plan_header *plan, const struct parts *parts, uint64_t area)
{
    uint64_t *hooks = (uint64_t *)(area + plan->data_off);

    if (!rt_sys_protect((void *)area, plan->area_size, PROT_READ | PROT_WRITE))
        return false;
    rt_copy((void *)area, parts->code, plan->code_size);
    hooks[RS_HOOK_ADD] = (uint64_t)rt_shim_add;
    hooks[RS_HOOK_SET] = (uint64_t)rt_shim_set;
    hooks[RS_HOOK_ENTRY] = (uint64_t)rt_shim_entry;
    hooks[RS_HOOK_CALL] = (uint64_t)rt_shim_call;
    hooks[RS_HOOK_API] = (uint64_t)rt_shim_api;
    return true;
}

static void describe_entries(const struct rs_plan_header *plan, const struct parts *parts, uint64_t area,
                             struct rt_module *module)
{
    uint32_t size = 16;

    while (size < 2 * plan->entries)
        size *= 2;
    module->entry_hash = rt_sys_pages(size * sizeof(uint32_t));
    if (module->entry_hash == NULL)
        return;
    module->entry_mask = size - 1;
    module->entry_count = plan->entries;
    module->entries = plan->entries ? (struct rs_entry_desc *)(area + parts->entries[0].desc_off) : NULL;
    for (uint32_t i = 0; i < plan->entries; i++) {
        struct rs_entry_desc *desc = (struct rs_entry_desc *)(area + parts->entries[i].desc_off);
        uint64_t at;

        desc->function = module->base + parts->entries[i].at;
        desc->displaced = area + parts->entries[i].displaced_off;
        desc->runtime[RT_ENTRY_MODULE] = (uint64_t)module;
        for (at = desc->function * 0x9E3779B97F4A7C15u >> 40; module->entry_hash[at & module->entry_mask] != 0; at++)
            ;
        module->entry_hash[at & module->entry_mask] = (uint32_t)(desc - module->entries) + 1;
    }
}

static uint64_t opened; /* a page that is read-only but for the time of writing; 0: none */

static void close_page(void)
{
    if (opened != 0)
        rt_sys_protect((void *)opened, PAGE, PROT_READ);
    opened = 0;
}

/* Slots of a GOT are mostly read-only after relocation (PT_GNU_RELRO). What was opened for the last one stays open for
 * the next in its page: close_page() ends a series. */
static void write_word(uint64_t at, uint64_t word)
{
    uint64_t page = at & ~(uint64_t)(PAGE - 1);

    if (page != opened) {
        close_page();
        if (rt_sys_is_read_only((void *)at)) {
            if (!rt_sys_protect((void *)page, PAGE, PROT_READ | PROT_WRITE))
                return;
            opened = page;
        }
    }
    *(volatile uint64_t *)at = word;
}

/* What the name means to the module: CPython's are global, another library's may be known to the module and what it
 * needs alone. */
static uint64_t resolve(const struct rt_module *module, const char *name)
{
    uint64_t address = (uint64_t)dlsym(RTLD_DEFAULT, name);
    void *handle;

    if (address != 0)
        return address;
    handle = dlopen(module->path, RTLD_LAZY | RTLD_NOLOAD); /* loads nothing, and its count goes back */
    if (handle == NULL)
        return 0;
    address = (uint64_t)dlsym(handle, name);
    dlclose(handle);
    return address;
}

static void claim_imports(const struct rs_plan_header *plan, const struct parts *parts, uint64_t area,
                          struct rt_module *module)
{
    for (uint32_t i = 0; i < plan->rows; i++)
        rt_patch_row(&parts->rows[i]);
    for (uint32_t i = 0; i < plan->imports; i++) {
        const struct rs_import *import = &parts->imports[i];
        struct rs_import_desc *desc = (struct rs_import_desc *)(area + import->desc_off);
        uint64_t slot = module->base + import->slot_at, real = *(uint64_t *)slot;

        if (import->lazy || real == 0)
            real = resolve(module, import->name);
        if (real == 0)
            continue;
        desc->thunk = area + import->thunk_off;
        rt_patch_import(desc->runtime, import->contract, real, module, import->name);
        if (!import->keep_slot)
            write_word(slot, desc->thunk);
    }
    close_page();
}

static bool same_bytes(const uint8_t *a, const uint8_t *b, unsigned n)
{
    while (n > 0 && *a == *b)
        a++, b++, n--;
    return n == 0;
}

/* Writes all patches; the text is made writable page by page and executable again. Returns how many were refused. */
static uint32_t write_patches(const struct rs_plan_header *plan, const struct parts *parts,
                              const struct rt_module *module)
{
    uint64_t lo = module->text_lo & ~(uint64_t)(PAGE - 1), hi = (module->text_hi + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    uint32_t refused = 0;

    if (plan->patches == 0 || !rt_sys_protect((void *)lo, hi - lo, PROT_READ | PROT_WRITE))
        return plan->patches;
    for (uint32_t i = 0; i < plan->patches; i++) {
        const struct rs_patch *patch = &parts->patches[i];
        uint8_t *at = (uint8_t *)module->base + patch->at;

        if (patch->length <= RS_PATCH_MAX && (uint64_t)at >= lo && (uint64_t)at + patch->length <= hi &&
            same_bytes(at, patch->was, patch->length))
            rt_copy(at, patch->now, patch->length);
        else
            refused++;
    }
    rt_sys_protect((void *)lo, hi - lo, PROT_READ | PROT_EXEC);
    return refused;
}

void rt_patch_record_again(const struct rt_module *module)
{
    size_t length = rt_length(module->path);
    unsigned slots = (unsigned)((sizeof(struct rs_module_record) + length + 15) / 16);
    struct rs_slot *head = rt_log_begin(slots);
    struct rs_module_record *record = (struct rs_module_record *)head;

    if (head == NULL)
        return;
    *record = (struct rs_module_record){
        .head = {module->base, RS_TAG_OF(RS_REC_MODULE, slots), module->number},
        .text_lo = module->text_lo,
        .text_hi = module->text_hi,
        .writes_lo = module->writes_lo,
        .writes_hi = module->writes_hi,
        .first_site = module->first_site,
        .sites = module->sites,
        .family = module->family,
        .sites_found = module->sites_found,
        .functions_skipped = module->functions_skipped,
        .area_lo = module->area_lo,
        .area_hi = module->area_hi,
        .patches_refused = module->patches_refused,
        .length = (uint32_t)length,
    };
    rt_copy(record + 1, module->path, length);
    rt_log_commit(slots);
}

static void fill_module(struct rt_module *module, const struct rs_plan_header *plan, const struct image *image)
{
    size_t length = rt_length(image->path);

    *module = (struct rt_module){
        .base = image->base,
        .number = rt_module_count,
        .family = plan->family,
        .first_site = plan->first_site,
        .sites = plan->sites_patched,
        .sites_found = plan->sites,
        .functions_skipped = plan->functions_skipped,
        .text_lo = image->base + plan->text_lo,
        .text_hi = image->base + plan->text_hi,
        .writes_lo = image->base + plan->writes_lo,
        .writes_hi = image->base + plan->writes_hi,
    };
    length = length < sizeof(module->path) - 1 ? length : sizeof(module->path) - 1;
    rt_copy(module->path, image->path, length);
}

static void *map_plan(struct asked *asked, uint64_t *size, struct parts *parts)
{
    struct rs_plan_header *plan = ask(asked, size);

    if (plan == NULL)
        return NULL;
    if (!take_apart(plan, *size, parts) || plan->area_size > asked->area_size ||
        plan->data_off + plan->data_size > plan->area_size || !fill_area(plan, parts, asked->area)) {
        rt_sys_unmap(plan, *size);
        rt_sys_unmap((void *)asked->area, asked->area_size);
        return NULL;
    }
    return plan;
}

static bool instrument(const struct image *image)
{
    struct asked asked = {.image = image, .kind = RS_REQUEST_MODULE, .area_size = AREA_FIRST};
    struct rs_plan_header *plan;
    struct rt_module *module;
    struct parts parts;
    uint64_t size;

    if (rt_module_count == RT_MODULES)
        return false;
    plan = map_plan(&asked, &size, &parts);
    if (plan == NULL)
        return false;
    module = &rt_modules[rt_module_count];
    fill_module(module, plan, image);
    describe_entries(plan, &parts, asked.area, module);
    module->area_lo = asked.area;
    module->area_hi = asked.area + plan->data_off;
    for (uint32_t i = 0; i < plan->calls; i++) {
        struct rs_call_desc *desc = (struct rs_call_desc *)(asked.area + parts.calls[i].desc_off);

        desc->site = module->base + parts.calls[i].at;
        desc->runtime[RT_CALL_MODULE] = (uint64_t)module;
    }
    rt_sys_protect((void *)asked.area, plan->data_off, PROT_READ | PROT_EXEC);
    rt_module_count++;
    claim_imports(plan, &parts, asked.area, module);
    module->patches_refused = write_patches(plan, &parts, module);
    rt_patch_record_again(module);
    rt_sys_unmap(plan, size);
    rt_patch_loaded(module);
    return true;
}

unsigned rt_patch_interpreter(const uint64_t *functions, const uint64_t *actions, unsigned count)
{
    struct image image = {.base = rt_python.base, .path = rt_python.path};
    struct asked asked = {
        .image = &image, .kind = RS_REQUEST_ENTRIES, .area_size = AREA_FIRST, .functions = functions, .count = count};
    static struct rt_module interpreter, *module = &interpreter; /* not among rt_modules: no family */
    struct rs_plan_header *plan;
    struct parts parts;
    uint64_t size;
    unsigned hooked;

    image.lo = functions[0];
    image.hi = functions[0];
    for (unsigned i = 0; i < count; i++) {
        image.lo = functions[i] < image.lo ? functions[i] : image.lo;
        image.hi = functions[i] > image.hi ? functions[i] : image.hi;
    }
    plan = map_plan(&asked, &size, &parts);
    if (plan == NULL)
        return 0;
    fill_module(module, plan, &image);
    describe_entries(plan, &parts, asked.area, module);
    for (unsigned k = 0; k < plan->entries; k++)
        for (unsigned i = 0; i < count; i++)
            if (module->entries[k].function == functions[i])
                module->entries[k].runtime[RT_ENTRY_ACTION] = actions[i];
    rt_sys_protect((void *)asked.area, plan->data_off, PROT_READ | PROT_EXEC);
    hooked = plan->entries - write_patches(plan, &parts, module);
    rt_sys_unmap(plan, size);
    return hooked;
}

/* ---------------------------------------------------------------- which images are new */

struct found {
    struct image images[64];
    unsigned count;
};

static int collect(struct dl_phdr_info *info, size_t size, void *context)
{
    struct found *found = context;
    struct image image = {info->dlpi_addr, UINT64_MAX, 0, info->dlpi_name};

    if (info->dlpi_addr == 0 || info->dlpi_name == NULL || info->dlpi_name[0] != '/' || found->count == 64)
        return 0;
    for (unsigned i = 0; i < seen_count; i++)
        if (seen[i] == info->dlpi_addr)
            return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uint64_t lo = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

        if (info->dlpi_phdr[i].p_type != PT_LOAD)
            continue;
        image.lo = lo < image.lo ? lo : image.lo;
        image.hi = lo + info->dlpi_phdr[i].p_memsz > image.hi ? lo + info->dlpi_phdr[i].p_memsz : image.hi;
    }
    if (seen_count < SEEN_MAX)
        seen[seen_count++] = info->dlpi_addr;
    found->images[found->count++] = image;
    return 0;
}

unsigned rt_patch_new_images(void)
{
    static struct found found;
    unsigned done = 0;

    do {
        found.count = 0;
        dl_iterate_phdr(collect, &found);
        for (unsigned i = 0; i < found.count && rt_patch_loaded != NULL; i++)
            done += instrument(&found.images[i]);
    } while (found.count == 64);
    return done;
}

/* ---------------------------------------------------------------- the interpreter's own slots */

struct slot_search {
    const char *name;
    uint64_t base, slot;
};

static int find_slot(struct dl_phdr_info *info, size_t size, void *context)
{
    struct slot_search *search = context;
    const ElfW(Sym) *symbols = NULL;
    const ElfW(Rela) * tables[2] = {NULL, NULL};
    size_t sizes[2] = {0, 0};
    const char *strings = NULL;
    const ElfW(Dyn) *dyn = NULL;

    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            dyn = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    if (dyn == NULL || info->dlpi_addr != search->base)
        return 0;
    for (; dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag == DT_SYMTAB)
            symbols = (const void *)dyn->d_un.d_ptr;
        if (dyn->d_tag == DT_STRTAB)
            strings = (const void *)dyn->d_un.d_ptr;
        if (dyn->d_tag == DT_JMPREL)
            tables[0] = (const void *)dyn->d_un.d_ptr;
        if (dyn->d_tag == DT_PLTRELSZ)
            sizes[0] = dyn->d_un.d_val;
        if (dyn->d_tag == DT_RELA)
            tables[1] = (const void *)dyn->d_un.d_ptr;
        if (dyn->d_tag == DT_RELASZ)
            sizes[1] = dyn->d_un.d_val;
    }
    for (unsigned t = 0; t < 2 && symbols != NULL && strings != NULL; t++) {
        for (size_t i = 0; tables[t] != NULL && i < sizes[t] / sizeof(ElfW(Rela)); i++) {
            unsigned type = ELF64_R_TYPE(tables[t][i].r_info), symbol = ELF64_R_SYM(tables[t][i].r_info);

            if ((type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT) &&
                rt_same(strings + symbols[symbol].st_name, search->name)) {
                search->slot = info->dlpi_addr + tables[t][i].r_offset;
                return 1;
            }
        }
    }
    return 0;
}

uint64_t rt_patch_slot(const char *name, uint64_t replacement)
{
    struct slot_search search = {name, rt_python.base, 0};
    uint64_t old;

    dl_iterate_phdr(find_slot, &search);
    if (search.slot == 0)
        return 0;
    old = *(uint64_t *)search.slot;
    write_word(search.slot, replacement);
    close_page();
    return old;
}
