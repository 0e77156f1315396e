/* libFuzzer target of the plan's readers: ELF, dynamic section, .eh_frame, .gcc_except_table, code and data tables, and of
 * what is emitted from them. Any bytes must give a refusal or a plan; with clang: -fsanitize=fuzzer,address. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "wire/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool pick(void *ctx, const char *name, struct rs_plan_choice *choice)
{
    choice->contract = name[0] == 'P' ? 7 : RS_IMPORT_UNKNOWN;
    choice->identity = strlen(name) % 2;
    return true;
}

static void fail(const char *what)
{
    fprintf(stderr, "fuzz_plan: %s\n", what);
    abort();
}

struct range {
    uint32_t lo, hi;
};

/* Lines that end at an even address have no statement, so that the search goes on. */
static bool statement(void *ctx, uint32_t from, uint32_t at)
{
    const struct range *text = ctx;
    if (from > at || from < text->lo || at >= text->hi)
        fail("a line of code outside the text");
    return at % 2;
}

/* What the runtime relies on. */
static void check_blob(const struct rs_plan_header *plan, size_t size, const struct rs_plan_target *target)
{
    const struct rs_patch *patches = (const struct rs_patch *)(plan + 1);
    if (plan->status != RS_PLAN_READY)
        fail("no plan for a large area");
    if (plan->area_size > target->area_size || plan->data_off + plan->data_size > plan->area_size ||
        plan->code_size > plan->data_off)
        fail("code and data are not inside the area");
    if (sizeof *plan + plan->patches * sizeof *patches > size)
        fail("the patches are not inside the blob");
    for (uint32_t i = 0; i < plan->patches; i++) {
        if (patches[i].length > RS_PATCH_MAX || patches[i].length < 5)
            fail("a patch of a wrong length");
        if (patches[i].at < plan->text_lo || patches[i].at + patches[i].length > plan->text_hi)
            fail("a patch outside the text");
        if (i && patches[i].kind != RS_PATCH_RETARGET && patches[i].at < patches[i - 1].at + patches[i - 1].length)
            fail("windows overlap");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_error err;
    struct rs_plan_target target = {.base = 0x7f0000000000, .area = 0x7f0020000000, .area_size = 1u << 30, .pick = pick};
    struct rs_analysis *analysis = rs_plan_analyse_bytes(data, size, "fuzz.so", &err);
    void *blob;
    size_t blob_size;
    if (!analysis)
        return 0;
    for (unsigned i = 0; rs_plan_site(analysis, i); i++)
        if (rs_plan_site(analysis, i)->way >= RS_WAY_NONE_TARGET)
            fail("an unpatched site among the patched");
    for (unsigned i = 0; rs_plan_method(analysis, i); i++)
        if (!rs_plan_method_at(analysis, rs_plan_method(analysis, i)->code))
            fail("a method that is not found");
    struct range text = {rs_plan_figures(analysis)->text_lo, rs_plan_figures(analysis)->text_hi};
    for (uint32_t i = 0; i < 256; i++)
        rs_plan_returns(analysis, rs_plan_function_at(analysis, text.lo + i * 16), statement, &text);
    if (rs_plan_emit(analysis, &target, &blob, &blob_size, &err)) {
        check_blob(blob, blob_size, &target);
        free(blob);
    }
    rs_plan_close(analysis);
    return 0;
}
