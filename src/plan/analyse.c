#include "plan/analysis.h"

#include <string.h>

#include "base/search.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Free-threaded builds keep their counts elsewhere: their file names carry the ABI tag "t" (PEP 703:
 * "cpython-313t-..."). */
static bool is_free_threaded(const char *path)
{
    const char *name = base_name(path), *tag = strstr(name, ".cpython-");
    if (!tag)
        return false;
    tag += strlen(".cpython-");
    size_t digits = strspn(tag, "0123456789");
    return digits && tag[digits] == 't';
}

static const struct rs_entry_point *find_point(const struct rs_entry_point *points, size_t count, uint32_t at)
{
    size_t low = RS_SEARCH(points, count, at, at);

    return low < count && points[low].at == at ? &points[low] : NULL;
}

const struct rs_entry_point *rs_analysis_detour(const struct rs_analysis *analysis, uint32_t at)
{
    const struct rs_entry_point *entry = find_point(analysis->entries.items, analysis->entries.count, at);
    if (entry && !analysis->only)
        return entry;
    return find_point(analysis->stand_ins.items, analysis->stand_ins.count, at);
}

const struct rs_window *rs_analysis_window(const struct rs_analysis *analysis, uint32_t at)
{
    size_t low = RS_SEARCH(analysis->windows.items, analysis->windows.count, at, (uint64_t)at + 1);
    const struct rs_window *window = low ? &analysis->windows.items[low - 1] : NULL;
    return window && at < window->at + window->length ? window : NULL;
}

/* Branches to stand-ins. And calls of the module's own functions go straight to their displaced prologues:
 * nothing crosses the family's boundary there, and compilers that see a local callee (gcc -fipa-ra) rely on
 * registers that the entry's stub would change. */
static void link_directs(struct rs_analysis *analysis)
{
    struct rs_code *code = &analysis->code;
    for (size_t i = 0; i < code->fixes.count; i++) {
        struct rs_fix *fix = &code->fixes.items[i];
        const struct rs_entry_point *detour =
            fix->kind == RS_FIX_BRANCH ? rs_analysis_detour(analysis, fix->value) : NULL;
        if (!detour)
            continue;
        rs_code_link(code, fix->at, detour->displaced_off);
        fix->kind = RS_FIX_DONE;
    }
    for (size_t i = 0; i < analysis->survey.directs.count; i++) {
        const struct rs_direct *direct = &analysis->survey.directs.items[i];
        const struct rs_function *from = rs_survey_function(&analysis->survey, direct->at);
        if (from && !(from->flags & RS_FUNCTION_LOST) && rs_analysis_detour(analysis, direct->target) &&
            !rs_analysis_window(analysis, direct->at))
            *RS_PUSH(&analysis->directs) = *direct;
    }
}

static enum rs_flavour find_flavour(const struct rs_analysis *analysis)
{
    unsigned adds = 0, sets = 0, sets_3_14 = 0;
    const struct rs_site *sites = analysis->sites.items;
    for (size_t i = 0; i < analysis->sites.count; i++) {
        if (sites[i].form == RS_SITE_ADD)
            adds += sites[i].width == 64 && (sites[i].delta == 1 || sites[i].delta == -1);
        else if (sites[i].mark & RS_MARK_IMMORTAL)
            *(sites[i].mark & RS_MARK_3_14 ? &sets_3_14 : &sets) += 1;
    }
    bool imports_decref = false, imports_dealloc = false;
    for (size_t i = 0; i < analysis->imports.count; i++) {
        imports_decref |= strcmp(analysis->imports.items[i].name, "_Py_DecRef") == 0;
        imports_dealloc |= strcmp(analysis->imports.items[i].name, "_Py_Dealloc") == 0;
    }
    unsigned all = adds + sets + sets_3_14;
    if (imports_decref && !imports_dealloc && !sets && !sets_3_14)
        return RS_FLAVOUR_OUT_OF_LINE;
    if (!all)
        return RS_FLAVOUR_NONE;
    if (10 * adds >= 9 * all)
        return RS_FLAVOUR_3_8_TO_3_11;
    if (10 * sets >= 9 * all)
        return RS_FLAVOUR_3_12_TO_3_13;
    return 10 * sets_3_14 >= 9 * all ? RS_FLAVOUR_3_14 : RS_FLAVOUR_MIXED;
}

const char *rs_plan_flavour_name(enum rs_flavour flavour)
{
    static const char *const names[RS_FLAVOURS] = {"none", "3.8-3.11", "3.12-3.13", "3.14", "out of line", "mixed"};
    return flavour < RS_FLAVOURS ? names[flavour] : "unknown";
}

static void fill_figures(struct rs_analysis *analysis)
{
    struct rs_plan_figures *figures = &analysis->figures;
    const struct rs_elf *elf = &analysis->elf;
    for (size_t i = 0; i < analysis->survey.functions.count; i++) {
        uint8_t flags = analysis->survey.functions.items[i].flags;
        figures->functions_lost += (flags & RS_FUNCTION_LOST) != 0;
        figures->functions_unresolved +=
            (flags & (RS_FUNCTION_LOST | RS_FUNCTION_UNRESOLVED)) == RS_FUNCTION_UNRESOLVED;
    }
    figures->functions = (unsigned)analysis->survey.functions.count + analysis->survey.overlapping;
    figures->functions_overlapping = analysis->survey.overlapping;
    figures->sites_patched = (unsigned)analysis->sites.count;
    figures->windows = (unsigned)analysis->windows.count;
    figures->entries = (unsigned)analysis->entries.count;
    figures->calls = (unsigned)analysis->calls.count;
    figures->direct_calls = (unsigned)analysis->directs.count;
    figures->instructions = analysis->survey.insns;
    figures->code_bytes = analysis->code.bytes.count;
    figures->text_bytes = elf->text_hi - elf->text_lo;
    figures->text_lo = elf->text_lo, figures->text_hi = elf->text_hi;
    figures->writes_lo = elf->writes_lo, figures->writes_hi = elf->writes_hi;
    figures->build_id_size = elf->build_id_size;
    memcpy(figures->build_id, elf->build_id, sizeof elf->build_id);
    figures->flavour = find_flavour(analysis);
}

static bool is_wanted(const struct rs_analysis *analysis, uint32_t function)
{
    for (unsigned i = 0; i < analysis->only_count; i++)
        if (analysis->only[i] == function)
            return true;
    return !analysis->only;
}

static void plan_functions(struct rs_analysis *analysis)
{
    struct rs_insns insns = {0};
    for (size_t i = 0; i < analysis->survey.functions.count; i++) {
        struct rs_function *function = &analysis->survey.functions.items[i];
        if (!is_wanted(analysis, function->start) || function->flags & RS_FUNCTION_LOST ||
            !rs_survey_decode(&analysis->survey, function, &insns))
            continue;
        if (analysis->only)
            function->flags |= RS_FUNCTION_TAKEN;
        rs_plan_function(analysis, function, &insns);
    }
    RS_VEC_CLOSE(&insns.list);
}

static struct rs_analysis *refuse(struct rs_analysis *analysis)
{
    rs_plan_close(analysis);
    return NULL;
}

static struct rs_analysis *new_analysis(void)
{
    return memset(rs_alloc(sizeof(struct rs_analysis)), 0, sizeof(struct rs_analysis));
}

/* The elf is open. */
static struct rs_analysis *analyse(struct rs_analysis *analysis, const char *name, struct rs_error *err)
{
    if (is_free_threaded(name)) {
        rs_fail(err, "'%s' is built for the free-threaded interpreter, whose reference counts refsan cannot follow",
                name);
        return refuse(analysis);
    }
    if (!rs_survey_make(&analysis->survey, &analysis->elf, name, err))
        return refuse(analysis);
    rs_plan_find_imports(analysis);
    plan_functions(analysis);
    link_directs(analysis);
    rs_plan_find_methods(analysis);
    fill_figures(analysis);
    rs_survey_trim(&analysis->survey);
    return analysis;
}

struct rs_analysis *rs_plan_analyse(const char *path, struct rs_error *err)
{
    struct rs_analysis *analysis = new_analysis();
    return rs_elf_open(&analysis->elf, path, err) ? analyse(analysis, path, err) : refuse(analysis);
}

struct rs_analysis *rs_plan_analyse_bytes(const uint8_t *data, size_t size, const char *name, struct rs_error *err)
{
    struct rs_analysis *analysis = new_analysis();
    return rs_elf_read(&analysis->elf, data, size, name, err) ? analyse(analysis, name, err) : refuse(analysis);
}

struct rs_analysis *rs_plan_analyse_entries(const char *path, const uint32_t *functions, unsigned count,
                                            struct rs_error *err)
{
    struct rs_analysis *analysis = new_analysis();
    analysis->elf.programs_too = true;
    if (!rs_elf_open(&analysis->elf, path, err) ||
        !rs_survey_make_entries(&analysis->survey, &analysis->elf, path, functions, count, err))
        return refuse(analysis);
    uint32_t *only = rs_arena_alloc(&analysis->arena, count * sizeof *only + 1);
    memcpy(only, functions, count * sizeof *only);
    analysis->only = only, analysis->only_count = count;
    plan_functions(analysis);
    fill_figures(analysis);
    rs_survey_trim(&analysis->survey);
    analysis->figures.entries_unpatched = count - analysis->figures.entries;
    return analysis;
}

void rs_plan_close(struct rs_analysis *analysis)
{
    if (!analysis)
        return;
    rs_survey_close(&analysis->survey);
    rs_elf_close(&analysis->elf);
    rs_arena_close(&analysis->arena);
    rs_code_close(&analysis->code);
    RS_VEC_CLOSE(&analysis->windows);
    RS_VEC_CLOSE(&analysis->entries);
    RS_VEC_CLOSE(&analysis->calls);
    RS_VEC_CLOSE(&analysis->sites);
    RS_VEC_CLOSE(&analysis->unpatched);
    RS_VEC_CLOSE(&analysis->stand_ins);
    RS_VEC_CLOSE(&analysis->origins);
    RS_VEC_CLOSE(&analysis->directs);
    RS_VEC_CLOSE(&analysis->imports);
    RS_VEC_CLOSE(&analysis->methods);
    free(analysis);
}

const struct rs_plan_figures *rs_plan_figures(const struct rs_analysis *analysis)
{
    return &analysis->figures;
}

const struct rs_site *rs_plan_site(const struct rs_analysis *analysis, unsigned index)
{
    return index < analysis->sites.count ? &analysis->sites.items[index] : NULL;
}

const struct rs_site *rs_plan_unpatched(const struct rs_analysis *analysis, unsigned index)
{
    return index < analysis->unpatched.count ? &analysis->unpatched.items[index] : NULL;
}

const struct rs_plan_import *rs_plan_import(const struct rs_analysis *analysis, unsigned index)
{
    return index < analysis->imports.count ? &analysis->imports.items[index] : NULL;
}

const struct rs_method *rs_plan_method(const struct rs_analysis *analysis, unsigned index)
{
    return index < analysis->methods.count ? &analysis->methods.items[index] : NULL;
}

/* The piece of the trampolines' code that holds the offset, or NULL. */
static const struct rs_origin *piece_of(const struct rs_analysis *analysis, uint64_t offset)
{
    size_t low = RS_SEARCH(analysis->origins.items, analysis->origins.count, code_off, offset + 1);

    return low && offset < analysis->code.bytes.count ? &analysis->origins.items[low - 1] : NULL;
}

uint32_t rs_plan_origin(const struct rs_analysis *analysis, uint64_t offset)
{
    const struct rs_origin *piece = piece_of(analysis, offset);

    return piece != NULL ? piece->at : 0;
}

unsigned rs_plan_depth(const struct rs_analysis *analysis, uint64_t offset)
{
    const struct rs_origin *piece = piece_of(analysis, offset);

    if (piece == NULL)
        return 0;
    return rs_arch_hook_depth(analysis->code.bytes.items + piece->code_off,
                              analysis->code.bytes.count - piece->code_off, offset - piece->code_off);
}

uint32_t rs_plan_function_at(const struct rs_analysis *analysis, uint32_t at)
{
    const struct rs_function *function = rs_survey_function(&analysis->survey, at);

    return function != NULL ? function->start : 0;
}
