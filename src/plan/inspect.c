/* refsan inspect: the plan of a module's file, for people. */
#include "plan/plan.h"

#include <string.h>

#include "contract/contract.h"
#include "wire/plan.h"

/* "cpython-311" or "cp311" in the file's name; abi3 modules run everywhere. 3.11 where the name says nothing.
 */
static unsigned python_version(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *tag = strstr(name, ".cpython-3");
    unsigned minor = 0;
    if (!tag)
        return 0x030b;
    for (const char *digit = tag + strlen(".cpython-3"); *digit >= '0' && *digit <= '9'; digit++)
        minor = minor * 10 + (unsigned)(*digit - '0');
    return 0x0300 | (minor & 0xff);
}

static const char *way_text(unsigned way)
{
    static const char *const texts[RS_WAYS] = {
        "in place",
        "window forward",
        "window backward",
        "all ways to it led around",
        "a branch target lies in every window",
        "an instruction that cannot be moved",
        "no room between neighbours",
        "the function's jumps are not all known",
    };
    return way < RS_WAYS ? texts[way] : "unknown";
}

static void print_kinds(FILE *out, const struct rs_plan_figures *figures)
{
    fprintf(out,
            "  sites        %6u  %u add/sub of memory, %u stores of a loaded count, %u other stores to "
            "offset 0\n",
            figures->sites, figures->adds, figures->sets_loaded, figures->sets_plain);
    for (unsigned way = 0; way < RS_WAYS; way++)
        if (way < RS_WAY_NONE_TARGET || figures->ways[way])
            fprintf(out, "  %-11s  %6u  %s\n", way < RS_WAY_NONE_TARGET ? "patched" : "not patched", figures->ways[way],
                    way_text(way));
    fprintf(out, "  entries      %6u  functions that CPython can call by pointer; %u more cannot be hooked\n",
            figures->entries, figures->entries_unpatched);
    fprintf(out, "  calls        %6u  through pointers; %u more cannot be hooked\n", figures->calls,
            figures->calls_unpatched);
    fprintf(out, "  functions    %6u  of which %u lost step and %u overlap (left alone), %u with unknown jumps\n",
            figures->functions, figures->functions_lost, figures->functions_overlapping, figures->functions_unresolved);
}

static void print_imports(FILE *out, const struct rs_analysis *analysis, unsigned version)
{
    const struct rs_plan_import *import;
    unsigned with = 0, quiet = 0, without = 0;
    for (unsigned i = 0; (import = rs_plan_import(analysis, i)) != NULL; i++) {
        const struct rs_contract *row = rs_contract_find(import->name, version);
        if (row)
            *(rs_contract_matters(row) ? &with : &quiet) += 1;
        else
            without += import->called;
    }
    fprintf(out,
            "  imports      %6u  functions of the C API that are followed, %u that move no reference, %u "
            "without a contract\n",
            with, quiet, without);
    for (unsigned i = 0; without && (import = rs_plan_import(analysis, i)) != NULL; i++)
        if (import->called && !rs_contract_find(import->name, version))
            fprintf(out, "               not covered: %s\n", import->name);
}

static void print_place(FILE *out, const struct rs_analysis *analysis, const struct rs_site *site)
{
    const struct rs_method *method = rs_plan_method_at(analysis, site->function);
    fprintf(out, "  +0x%-8x ", site->at);
    if (method)
        fprintf(out, "%s%s%s+0x%x", method->owner ? method->owner : "", method->owner ? "." : "", method->name,
                site->at - site->function);
    else
        fprintf(out, "function at +0x%x+0x%x", site->function, site->at - site->function);
}

static void print_site(FILE *out, const struct rs_analysis *analysis, const struct rs_site *site)
{
    print_place(out, analysis, site);
    if (site->form == RS_SITE_ADD)
        fprintf(out, "  add %+d, %u bits", site->delta, site->width);
    else
        fprintf(out, "  store, %u bits", site->width);
    fprintf(out, "%s%s%s%s: %s%s\n", site->mark & RS_MARK_IMMORTAL ? ", behind the immortal test" : "",
            site->mark & RS_MARK_DEALLOC ? ", _Py_Dealloc follows" : "",
            site->mark & RS_MARK_LOADED ? ", loaded before" : "", site->mark & RS_MARK_GLOBAL ? ", fixed address" : "",
            site->way >= RS_WAY_NONE_TARGET ? "not patched, " : "", way_text(site->way));
}

int rs_plan_inspect(FILE *out, FILE *err, const char *path, bool verbose)
{
    struct rs_error error;
    struct rs_analysis *analysis = rs_plan_analyse(path, &error);
    const char *slash = strrchr(path, '/');
    if (!analysis) {
        fprintf(err, "refsan: %s\n", error.text);
        return 2;
    }
    const struct rs_plan_figures *figures = rs_plan_figures(analysis);
    const struct rs_site *site;
    fprintf(out, "%s: %u of %u refcount sites can be patched\n", slash ? slash + 1 : path, figures->sites_patched,
            figures->sites);
    fprintf(out, "  flavour      %6s  refcounts compiled like this\n", rs_plan_flavour_name(figures->flavour));
    print_kinds(out, figures);
    print_imports(out, analysis, python_version(path));
    fprintf(out, "  build-id     ");
    for (unsigned i = 0; i < figures->build_id_size; i++)
        fprintf(out, "%02x", figures->build_id[i]);
    fprintf(out, "%s\n", figures->build_id_size ? "" : "none");
    for (unsigned i = 0; verbose && (site = rs_plan_site(analysis, i)) != NULL; i++)
        print_site(out, analysis, site);
    for (unsigned i = 0; verbose && (site = rs_plan_unpatched(analysis, i)) != NULL; i++)
        print_site(out, analysis, site);
    rs_plan_close(analysis);
    return 0;
}
