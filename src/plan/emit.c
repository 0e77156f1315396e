/* The blob for one load base and one area: the analysed code with its addresses filled in, and what the
 * module imports. */
#include "plan/analysis.h"

#include <string.h>

#include "contract/contract.h"

enum { PAGE = 4096, DESC = 64, RETARGET = 4 };

_Static_assert(sizeof(struct rs_entry_desc) == DESC && sizeof(struct rs_call_desc) == DESC &&
                   sizeof(struct rs_import_desc) == DESC,
               "descs are 64 bytes");

struct blob {
    const struct rs_analysis *analysis;
    const struct rs_plan_target *target;
    struct rs_layout layout;
    struct rs_plan_header header;
    RS_VEC(struct rs_import) imports;
    RS_VEC(struct rs_plan_row) rows;
    RS_VEC(struct rs_patch) patches;
    struct rs_map kept; /* slot that keeps its value -> number of its import + 1 */
    struct rs_code thunks;
    struct rs_error *err;
};

static uint32_t align(uint32_t value, uint32_t to)
{
    return (value + to - 1) & ~(to - 1);
}

_Static_assert(sizeof((struct rs_plan_row *)0)->args / sizeof(*((struct rs_plan_row *)0)->args) == RS_ARGUMENTS_MAX,
               "a row's arguments");

/* A user's row travels with the plan: the runtime has only the built-in ones. */
static void add_row(struct blob *blob, uint32_t index)
{
    const struct rs_contract *row = rs_contract_at(index);
    struct rs_plan_row record = {.index = index};
    if (index < rs_contract_builtin() || !row)
        return;
    for (size_t i = 0; i < blob->rows.count; i++)
        if (blob->rows.items[i].index == index)
            return;
    record.flags = row->flags;
    record.result = row->result;
    record.from = row->from;
    record.nargs = row->nargs;
    record.failure = row->failure;
    for (unsigned i = 0; i < row->nargs && i < RS_ARGUMENTS_MAX; i++) {
        record.args[i].kind = row->args[i].kind;
        record.args[i].when = row->args[i].when;
        record.args[i].count = row->args[i].count;
        record.args[i].nullable = row->args[i].nullable;
    }
    *RS_PUSH(&blob->rows) = record;
}

static void pick_imports(struct blob *blob)
{
    const struct rs_analysis *analysis = blob->analysis;
    for (size_t i = 0; i < analysis->imports.count; i++) {
        const struct rs_plan_import *import = &analysis->imports.items[i];
        struct rs_plan_choice choice = {.contract = RS_IMPORT_UNKNOWN};
        struct rs_import record = {.slot_at = import->slot, .lazy = import->lazy};
        if (strlen(import->name) >= sizeof record.name || !blob->target->pick(blob->target->ctx, import->name, &choice))
            continue;
        /* A name that nobody knows and nothing calls through its slot may as well be data. */
        if (choice.contract == RS_IMPORT_UNKNOWN && !import->called)
            continue;
        record.contract = choice.contract;
        add_row(blob, choice.contract);
        record.keep_slot = choice.identity && import->loaded && !import->lazy;
        record.thunk_off = align(rs_code_here(&analysis->code), 16) + rs_code_here(&blob->thunks);
        strcpy(record.name, import->name);
        if (record.keep_slot)
            *rs_map_at(&blob->kept, import->slot) = blob->imports.count + 1;
        rs_arch_emit_thunk(&blob->thunks, (uint32_t)blob->imports.count);
        *RS_PUSH(&blob->imports) = record;
    }
}

/* Code, then hook slots, entry, call and import descs on pages of their own. */
static void lay_out(struct blob *blob)
{
    const struct rs_analysis *analysis = blob->analysis;
    struct rs_plan_header *header = &blob->header;
    header->entries = (uint32_t)analysis->entries.count;
    header->calls = (uint32_t)analysis->calls.count;
    header->imports = (uint32_t)blob->imports.count;
    header->rows = (uint32_t)blob->rows.count;
    header->code_size = align(rs_code_here(&analysis->code), 16) + rs_code_here(&blob->thunks);
    header->data_off = align(header->code_size, PAGE);
    struct rs_layout *layout = &blob->layout;
    layout->base = blob->target->base;
    layout->area = blob->target->area;
    layout->first_site = blob->target->first_site;
    layout->hook_off = header->data_off;
    layout->entry_off = layout->hook_off + 8 * RS_HOOK_SLOTS;
    layout->call_off = layout->entry_off + DESC * header->entries;
    layout->import_off = layout->call_off + DESC * header->calls;
    header->data_size = layout->import_off + DESC * header->imports - header->data_off;
    header->area_size = align(header->data_off + header->data_size, PAGE);
}

static void fill_header(struct blob *blob)
{
    const struct rs_plan_figures *figures = &blob->analysis->figures;
    struct rs_plan_header *header = &blob->header;
    header->magic = RS_PLAN_MAGIC;
    header->version = RS_PLAN_VERSION;
    header->family = blob->target->family;
    header->first_site = blob->target->first_site;
    header->sites = figures->sites;
    header->sites_patched = figures->sites_patched;
    header->sites_unpatched = figures->sites - figures->sites_patched;
    header->functions_skipped = figures->functions_lost + figures->functions_overlapping;
    header->text_lo = figures->text_lo, header->text_hi = figures->text_hi;
    header->writes_lo = figures->writes_lo, header->writes_hi = figures->writes_hi;
}

static bool out_of_reach(struct blob *blob)
{
    return rs_fail(blob->err, "the area at 0x%llx is not within 2 GB of the module at 0x%llx",
                   (unsigned long long)blob->layout.area, (unsigned long long)blob->layout.base);
}

/* The code, with every fixup resolved for this layout; NULL if something is out of reach. */
static uint8_t *make_code(struct blob *blob)
{
    const struct rs_code *own = &blob->analysis->code, *thunks = &blob->thunks;
    uint32_t shift = align(rs_code_here(own), 16);
    uint8_t *code = memset(rs_alloc(blob->header.code_size + 1), 0xcc, blob->header.code_size + 1);
    if (own->bytes.count)
        memcpy(code, own->bytes.items, own->bytes.count);
    if (thunks->bytes.count)
        memcpy(code + shift, thunks->bytes.items, thunks->bytes.count);
    bool ok = true;
    for (size_t i = 0; i < own->fixes.count && ok; i++) {
        struct rs_fix fix = own->fixes.items[i];
        const uint64_t *kept = fix.kind == RS_FIX_SLOT ? rs_map_find(&blob->kept, fix.value) : NULL;
        if (kept) {
            fix.kind = RS_FIX_IMPORT; /* its desc begins with the private slot */
            fix.value = (uint32_t)*kept - 1;
        }
        ok = rs_code_fix(code, &fix, &blob->layout, 0);
    }
    for (size_t i = 0; i < thunks->fixes.count && ok; i++)
        ok = rs_code_fix(code + shift, &thunks->fixes.items[i], &blob->layout, shift);
    if (ok)
        return code;
    free(code);
    out_of_reach(blob);
    return NULL;
}

static struct rs_patch *new_patch(struct blob *blob, uint32_t at, uint8_t length, uint8_t kind)
{
    const uint8_t *bytes = rs_elf_at(&blob->analysis->elf, at, length);
    struct rs_patch *patch = RS_PUSH(&blob->patches);
    *patch = (struct rs_patch){.at = at, .length = length, .kind = kind};
    if (bytes) {
        memcpy(patch->was, bytes, length);
        memcpy(patch->now, bytes, length);
    }
    return patch;
}

/* Writes the distance from the instruction's end to area + off over the 32-bit field at `field` of the patch.
 */
static bool retarget(struct blob *blob, struct rs_patch *patch, unsigned field, uint32_t off)
{
    uint64_t from = blob->layout.base + patch->at + patch->length;
    int64_t distance = (int64_t)(blob->layout.area + off - from);
    int32_t word = (int32_t)distance;
    if (distance != word)
        return out_of_reach(blob);
    memcpy(patch->now + field, &word, sizeof word);
    return true;
}

static bool make_patches(struct blob *blob)
{
    const struct rs_analysis *analysis = blob->analysis;
    const struct rs_layout *layout = &blob->layout;
    for (size_t i = 0; i < analysis->windows.count; i++) {
        const struct rs_window *window = &analysis->windows.items[i];
        struct rs_patch *patch = new_patch(blob, window->at, window->length, window->kind);
        if (!rs_arch_jump(patch->now, layout->base + window->at, layout->area + window->code_off))
            return out_of_reach(blob);
    }
    for (size_t i = 0; i < analysis->directs.count; i++) {
        const struct rs_direct *direct = &analysis->directs.items[i];
        struct rs_patch *patch = new_patch(blob, direct->at, direct->length, RS_PATCH_RETARGET);
        if (!retarget(blob, patch, direct->length - RETARGET,
                      rs_analysis_detour(analysis, direct->target)->displaced_off))
            return false;
    }
    for (size_t i = 0; i < analysis->survey.uses.count; i++) {
        const struct rs_slot_use *use = &analysis->survey.uses.items[i];
        const uint64_t *kept = use->called ? rs_map_find(&blob->kept, use->slot) : NULL;
        const struct rs_function *function = kept ? rs_survey_function(&analysis->survey, use->at) : NULL;
        if (!function || function->flags & RS_FUNCTION_LOST || rs_analysis_window(analysis, use->at))
            continue;
        struct rs_patch *patch = new_patch(blob, use->at, use->length, RS_PATCH_RETARGET);
        if (!retarget(blob, patch, use->disp_at, layout->import_off + DESC * ((uint32_t)*kept - 1)))
            return false;
    }
    blob->header.patches = (uint32_t)blob->patches.count;
    return true;
}

/* Arrays of the blob begin at multiples of 8. */
static size_t align8(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

static void *take(uint8_t *start, size_t *used, size_t size)
{
    void *place = start + *used;
    *used += align8(size);
    return place;
}

static void put_records(struct blob *blob, uint8_t *out, const uint8_t *code)
{
    const struct rs_analysis *analysis = blob->analysis;
    const struct rs_plan_header *header = &blob->header;
    const struct rs_layout *layout = &blob->layout;
    size_t used = 0;
    memcpy(take(out, &used, sizeof *header), header, sizeof *header);
    void *patches = take(out, &used, header->patches * sizeof(struct rs_patch));
    if (header->patches)
        memcpy(patches, blob->patches.items, header->patches * sizeof(struct rs_patch));
    struct rs_entry *entries = take(out, &used, header->entries * sizeof *entries);
    for (uint32_t i = 0; i < header->entries; i++)
        entries[i] = (struct rs_entry){analysis->entries.items[i].at, analysis->entries.items[i].displaced_off,
                                       layout->entry_off + DESC * i};
    struct rs_call *calls = take(out, &used, header->calls * sizeof *calls);
    for (uint32_t i = 0; i < header->calls; i++)
        calls[i] = (struct rs_call){analysis->calls.items[i].at, analysis->calls.items[i].return_at,
                                    layout->call_off + DESC * i};
    struct rs_import *imports = take(out, &used, header->imports * sizeof *imports);
    for (uint32_t i = 0; i < header->imports; i++) {
        imports[i] = blob->imports.items[i];
        imports[i].desc_off = layout->import_off + DESC * i;
    }
    void *rows = take(out, &used, header->rows * sizeof(struct rs_plan_row));
    if (header->rows)
        memcpy(rows, blob->rows.items, header->rows * sizeof(struct rs_plan_row));
    memcpy(take(out, &used, header->code_size), code, header->code_size);
}

static size_t blob_size(const struct rs_plan_header *header)
{
    return align8(sizeof *header) + align8(header->patches * sizeof(struct rs_patch)) +
           align8(header->entries * sizeof(struct rs_entry)) + align8(header->calls * sizeof(struct rs_call)) +
           align8(header->imports * sizeof(struct rs_import)) + align8(header->rows * sizeof(struct rs_plan_row)) +
           align8(header->code_size);
}

static void *only_header(const struct rs_plan_header *header, size_t *size)
{
    *size = sizeof *header;
    return memcpy(rs_alloc(sizeof *header), header, sizeof *header);
}

static void *assemble(struct blob *blob, size_t *size)
{
    uint8_t *code = make_code(blob), *out = NULL;
    if (code && make_patches(blob)) {
        *size = blob_size(&blob->header);
        out = memset(rs_alloc(*size), 0, *size);
        put_records(blob, out, code);
    }
    free(code);
    return out;
}

bool rs_plan_emit(const struct rs_analysis *analysis, const struct rs_plan_target *target, void **out, size_t *size,
                  struct rs_error *err)
{
    struct blob blob = {.analysis = analysis, .target = target, .err = err};
    pick_imports(&blob);
    lay_out(&blob);
    fill_header(&blob);
    if (!target->area || target->area_size < blob.header.area_size) {
        blob.header.status = RS_PLAN_AREA_TOO_SMALL;
        blob.header.entries = blob.header.calls = blob.header.imports = blob.header.rows = blob.header.code_size = 0;
        *out = only_header(&blob.header, size);
    } else {
        blob.header.status = RS_PLAN_READY;
        *out = assemble(&blob, size);
    }
    RS_VEC_CLOSE(&blob.imports);
    RS_VEC_CLOSE(&blob.rows);
    RS_VEC_CLOSE(&blob.patches);
    rs_map_close(&blob.kept);
    rs_code_close(&blob.thunks);
    return *out != NULL;
}

void *rs_plan_refusal(uint32_t status, const char *text, size_t *size)
{
    struct rs_plan_header header = {.magic = RS_PLAN_MAGIC, .version = RS_PLAN_VERSION, .status = status};
    size_t length = strlen(text);
    length = length < sizeof header.text ? length : sizeof header.text - 1;
    memcpy(header.text, text, length);
    return only_header(&header, size);
}
