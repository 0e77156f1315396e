/* Tables of functions that other libraries hand out through capsules (numpy's, datetime's): a module calls them through
 * a pointer, past its GOT.
 *
 * Promise: when a module fetches such a table, each function of it that has a row is known from then on by its address,
 * as an exported one is. Reads nothing behind the last place that every release of the library has, and calls nothing:
 * a table that does not say its release in the expected form keeps only the rows that hold in all of them. */
#include "runtime/api/calls.h"

#include "contract/contract.h"
#include "runtime/arch.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum { FETCHED = 64, NO_PLACE = 0xffff };

/* How a table is published: as an attribute of a module that holds a capsule without a name, or as a named capsule.
 * Places beyond `sure` are read only in a release that has them. */
static const struct {
    const char *table, *attribute, *capsule;
    uint16_t feature; /* the place of a function that returns the number of the release, NO_PLACE: there is none */
    uint16_t sure;
} known[] = {
    {"numpy._ARRAY_API", "_ARRAY_API", NULL, 211,
     303}, /* PyArray_GetNDArrayCFeatureVersion; 303: numpy 1.17, the oldest for Python 3.8 */
    {"numpy._UFUNC_API", "_UFUNC_API", NULL, NO_PLACE, 42},
    {"datetime.datetime_CAPI", NULL, "datetime.datetime_CAPI", NO_PLACE, 14},
};
enum { KNOWN = sizeof(known) / sizeof(*known) };

/* NPY_FEATURE_VERSION -> release (numpy/core/include/numpy/numpyconfig.h of 1.24 and 2.5). */
static const struct {
    uint8_t feature;
    uint16_t release;
} releases[] = {{0xd, 0x0111},  {0xe, 0x0114},  {0xf, 0x0116},  {0x10, 0x0117}, {0x11, 0x0119},
                {0x12, 0x0200}, {0x13, 0x0201}, {0x14, 0x0203}, {0x15, 0x0204}, {0x16, 0x0205}};

static uint64_t capsules[KNOWN]; /* the object that the attribute held when it was asked for last */
static uint64_t fetched[FETCHED];
static unsigned fetched_count;
static uint32_t numpy_release;

/* The number that a function returns which does nothing else: "mov eax, N; ret", behind an endbr64 or not. 0: another
 * form. */
static uint32_t returned_constant(uint64_t function)
{
    const uint8_t *code = (const uint8_t *)function;

    if (code[0] == 0xf3 && code[1] == 0x0f && code[2] == 0x1e && code[3] == 0xfa)
        code += 4;
    if (code[0] != 0xb8 || code[5] != 0xc3)
        return 0;
    return code[1] | (uint32_t)code[2] << 8 | (uint32_t)code[3] << 16 | (uint32_t)code[4] << 24;
}

static uint32_t release_of(const uint64_t *table, unsigned which)
{
    uint32_t feature, release = 0;

    if (known[which].feature == NO_PLACE)
        return numpy_release;
    feature = returned_constant(table[known[which].feature]);
    for (unsigned i = 0; i < sizeof(releases) / sizeof(*releases); i++)
        if (releases[i].feature <= feature)
            release = releases[i].release;
    return release;
}

static void learn(const uint64_t *table, unsigned which)
{
    uint32_t release = release_of(table, which);

    if (known[which].feature != NO_PLACE)
        numpy_release = release;
    for (unsigned i = 0; i < rs_contract_count(); i++) {
        const struct rs_contract *row = rs_contract_at(i);
        bool there = row->since <= rt_python.abi->version && (row->until == 0 || rt_python.abi->version <= row->until);

        if (!(row->flags & RS_ENTRY) || !there || !rs_contract_released(row, release) ||
            !rt_same(row->table, known[which].table))
            continue;
        if (row->entry <= known[which].sure || (release != 0 && row->library_since != 0))
            rt_call_export(table[row->entry], row);
    }
}

static void fetch(uint64_t table, unsigned which)
{
    for (unsigned i = 0; i < fetched_count; i++)
        if (fetched[i] == table)
            return;
    if (table == 0 || fetched_count == FETCHED)
        return;
    fetched[fetched_count++] = table;
    learn((const uint64_t *)table, which);
}

/* The characters of a compact ASCII str, or NULL. */
static const char *text_of(uint64_t object)
{
    return object != 0 && *(const uint64_t *)(object + 8) == rt_python.unicode_type
               ? (const char *)(object + rt_python.abi->ascii_data)
               : NULL;
}

void rt_tables_attribute(uint64_t name, bool is_object, uint64_t result)
{
    const char *text = is_object ? text_of(name) : (const char *)name;

    if (text == NULL || text[0] != '_')
        return;
    for (unsigned i = 0; i < KNOWN; i++)
        if (known[i].attribute != NULL && rt_same(text, known[i].attribute))
            capsules[i] = result;
}

void rt_tables_pointer(uint64_t capsule, uint64_t pointer)
{
    for (unsigned i = 0; i < KNOWN; i++)
        if (capsules[i] == capsule && capsule != 0)
            fetch(pointer, i);
}

void rt_tables_import(uint64_t name, uint64_t pointer)
{
    for (unsigned i = 0; i < KNOWN; i++)
        if (known[i].capsule != NULL && name != 0 && rt_same((const char *)name, known[i].capsule))
            fetch(pointer, i);
}
