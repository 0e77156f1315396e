/* libFuzzer target of the file that keeps summaries of library functions: any bytes behind a heading that fits are
 * refused, or give summaries that are in range, and those can be kept again. */
#include <inttypes.h>
#include <llvm-c/IRReader.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/flow/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "@table = global ptr null\n"
                           "declare ptr @PyErr_NoMemory()\n"
                           "define ptr @helper(ptr %a) {\n"
                           "  %failed = call ptr @PyErr_NoMemory()\n"
                           "  ret ptr %failed\n"
                           "}\n";

static LLVMModuleRef module_of(LLVMContextRef context)
{
    LLVMModuleRef module;
    char *message = NULL;

    if (LLVMParseIRInContext(context, LLVMCreateMemoryBufferWithMemoryRangeCopy(text, sizeof(text) - 1, "unit"),
                             &module, &message))
        abort();
    return module;
}

/* The file as rs_store_open wants it: the heading has a sum of what stands behind it. */
static bool write_file(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "w");
    uint64_t sum = 0xcbf29ce484222325u;
    bool good;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ data[i]) * 0x100000001b3u;
    if (file == NULL)
        return false;
    fprintf(file, "refsan library summaries 2 %016" PRIx64 "\n", sum ^ sum >> 31);
    good = fwrite(data, 1, size, file) == size;
    return fclose(file) == 0 && good;
}

static bool is_in_range(const struct rs_summary *summary)
{
    bool good = summary->nargs <= RS_SUMMARY_ARGS && summary->ncases <= RS_CASES;

    for (unsigned i = 0; good && i < summary->ncases; i++) {
        const struct rs_case *way = &summary->cases[i];

        good = way->nrefs <= RS_CASE_REFS && way->nstores <= RS_CASE_STORES && way->nfacts <= RS_CASE_FACTS;
        for (unsigned k = 0; good && k < way->nfacts; k++)
            good = way->facts[k].arg >= 0 && way->facts[k].arg < summary->nargs;
    }
    return good;
}

/* Takes each entry that the file names, and keeps it in the other store. Returns how many were taken. */
static unsigned take_all(struct rs_store *store, struct rs_store *other, struct rs_flow_unit *unit, const uint8_t *data,
                         size_t size)
{
    const struct rs_premises none = {0};
    struct rs_summary summary;
    unsigned taken = 0;

    for (size_t i = 0; i + 2 < size; i++) {
        uint64_t key =
            (i == 0 || data[i - 1] == '\n') && data[i] == 'k' ? strtoull((const char *)data + i + 2, NULL, 16) : 0;

        if (key == 0 || !rs_store_take(store, unit, key, &summary))
            continue;
        if (!is_in_range(&summary))
            abort();
        rs_store_put(other, unit, key, &summary, &none, 0);
        rs_summary_close(&summary);
        taken++;
    }
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/tmp/fuzz-store-XXXXXX", path[64], again[64];
    LLVMContextRef context = LLVMContextCreate();
    struct rs_ir ir = {.context = context, .module = module_of(context)};
    struct rs_flow_unit unit = {.ir = &ir};
    struct rs_store *store, *other;
    char *closed = malloc(size + 1);
    unsigned taken;

    if (closed == NULL || mkdtemp(folder) == NULL)
        abort();
    memcpy(closed, data, size);
    closed[size] = '\0';
    snprintf(path, sizeof(path), "%s/store", folder);
    snprintf(again, sizeof(again), "%s/again", folder);
    if (!write_file(path, data, size))
        abort();
    store = rs_store_open(path);
    other = rs_store_open(again);
    taken = take_all(store, other, &unit, (const uint8_t *)closed, size);
    rs_store_close(store);
    rs_store_close(other);
    /* the seed itself, which FUZZ_EXPECTED tells from its mutations, is taken whole */
    if (getenv("FUZZ_EXPECTED") != NULL && taken != strtoul(getenv("FUZZ_EXPECTED"), NULL, 10))
        abort();
    unlink(path);
    unlink(again);
    rmdir(folder);
    rs_arena_close(&ir.arena);
    LLVMDisposeModule(ir.module);
    LLVMContextDispose(context);
    free(closed);
    return 0;
}
