/* Names of functions from the module's own tables, so that a stripped module can still name them. */
#include "plan/analysis.h"

#include <string.h>

#include "base/search.h"
#include "contract/slots.h"

enum { MAX_NAME = 200, MAX_NAMES = 1 << 18, METHOD_SIZE = 32, GETSET_SIZE = 40, METH_FLAGS = 0xfff };
/* Where PyTypeObject (CPython 3.8 to 3.14 with the GIL, cpython/object.h) keeps what is looked at here. */
enum {
    TP_NAME = 24,
    TP_BASICSIZE = 32,
    TP_DEALLOC = 48,
    TP_AS_NUMBER = 96,
    TP_AS_SEQUENCE = 104,
    TP_AS_MAPPING = 112,
    TP_METHODS = 232,
    TP_GETSET = 248
};
enum { SPEC_SLOTS = 24, PY_TP_METHODS = 64, PY_TP_GETSET = 73, MAX_SLOTS = 128, MAX_BASICSIZE = 1 << 20 };

/* What the word at `at` will point to, or 0. */
static uint32_t pointer_at(const struct rs_analysis *analysis, uint64_t at)
{
    const struct rs_reloc *reloc = at <= UINT32_MAX ? rs_elf_reloc(&analysis->elf, (uint32_t)at) : NULL;
    return reloc && (reloc->kind == RS_RELOC_RELATIVE || reloc->kind == RS_RELOC_OWN) ? reloc->value : 0;
}

static uint32_t function_at(const struct rs_analysis *analysis, uint64_t at)
{
    uint32_t code = pointer_at(analysis, at);
    const struct rs_function *function = code ? rs_survey_function(&analysis->survey, code) : NULL;
    return function && function->start == code ? code : 0;
}

static uint64_t word_at(const struct rs_analysis *analysis, uint64_t at)
{
    uint64_t word = ~(uint64_t)0;
    const uint8_t *bytes = rs_elf_at(&analysis->elf, at, sizeof word);
    if (bytes)
        memcpy(&word, bytes, sizeof word);
    return word;
}

/* An identifier, or with `dotted` several joined by dots, that the word at `at` points to. */
static const char *name_at(const struct rs_analysis *analysis, uint64_t at, bool dotted)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    uint32_t text = pointer_at(analysis, at);
    const char *name = text && rs_elf_is_constant(&analysis->elf, text) ? rs_elf_string(&analysis->elf, text) : NULL;
    if (!name || (*name >= '0' && *name <= '9'))
        return NULL;
    size_t length = 0;
    while (name[length] && length < MAX_NAME && (strchr(letters, name[length]) || (dotted && name[length] == '.')))
        length++;
    return length && !name[length] ? name : NULL;
}

static void add_name(struct rs_analysis *analysis, uint32_t code, const char *owner, const char *name, uint8_t kind,
                     uint32_t flags)
{
    if (code)
        *RS_PUSH(&analysis->methods) =
            (struct rs_method){.code = code, .flags = flags, .owner = owner, .name = name, .kind = kind};
}

/* PyMethodDef {name, function, flags, doc}: its flags, or 0 if it is none. */
static uint32_t method_flags(const struct rs_analysis *analysis, uint64_t at)
{
    uint64_t flags = word_at(analysis, at + 16) & 0xffffffff;
    bool is = name_at(analysis, at, false) && function_at(analysis, at + 8) && !pointer_at(analysis, at + 16) &&
              flags && flags <= METH_FLAGS;
    return is ? (uint32_t)flags : 0;
}

/* PyGetSetDef {name, get, set, doc, closure}. */
static bool is_getset(const struct rs_analysis *analysis, uint64_t at)
{
    uint32_t get = function_at(analysis, at + 8), set = function_at(analysis, at + 16);
    return name_at(analysis, at, false) && (get || set) && (get || word_at(analysis, at + 8) == 0) &&
           (set || word_at(analysis, at + 16) == 0);
}

static void read_methods(struct rs_analysis *analysis, uint64_t at, const char *owner)
{
    for (uint32_t flags; analysis->methods.count < MAX_NAMES && (flags = method_flags(analysis, at)) != 0;
         at += METHOD_SIZE)
        add_name(analysis, function_at(analysis, at + 8), owner, name_at(analysis, at, false), RS_METHOD_FUNCTION,
                 flags);
}

static void read_getset(struct rs_analysis *analysis, uint64_t at, const char *owner)
{
    for (; analysis->methods.count < MAX_NAMES && is_getset(analysis, at); at += GETSET_SIZE) {
        add_name(analysis, function_at(analysis, at + 8), owner, name_at(analysis, at, false), RS_METHOD_GETTER, 0);
        add_name(analysis, function_at(analysis, at + 16), owner, name_at(analysis, at, false), RS_METHOD_SETTER, 0);
    }
}

static void read_suite(struct rs_analysis *analysis, uint32_t at, const char *structure, const char *owner)
{
    const struct rs_slot_suite *suite = rs_slot_suites;
    while (strcmp(suite->structure, structure) != 0)
        suite++;
    for (unsigned i = 0; at && suite->slots[i]; i++)
        if (suite->slots[i][0])
            add_name(analysis, function_at(analysis, (uint64_t)at + rs_slot_offset(suite, i)), owner, suite->slots[i],
                     RS_METHOD_SLOT, 0);
}

static const char *last_part(const char *dotted)
{
    const char *dot = strrchr(dotted, '.');
    return dot && dot[1] ? dot + 1 : dotted;
}

/* A static type object whose tp_name is the word at `at`. */
static void read_type(struct rs_analysis *analysis, uint64_t at, const char *name)
{
    uint64_t type = at - TP_NAME;
    uint64_t size = word_at(analysis, type + TP_BASICSIZE);
    if (at < TP_NAME || size < 16 || size > MAX_BASICSIZE || pointer_at(analysis, type + TP_BASICSIZE) ||
        (!function_at(analysis, type + TP_DEALLOC) && word_at(analysis, type + TP_DEALLOC) != 0))
        return;
    const char *owner = last_part(name);
    read_suite(analysis, (uint32_t)type, "_typeobject", owner);
    read_suite(analysis, pointer_at(analysis, type + TP_AS_NUMBER), "PyNumberMethods", owner);
    read_suite(analysis, pointer_at(analysis, type + TP_AS_SEQUENCE), "PySequenceMethods", owner);
    read_suite(analysis, pointer_at(analysis, type + TP_AS_MAPPING), "PyMappingMethods", owner);
    read_methods(analysis, pointer_at(analysis, type + TP_METHODS), owner);
    read_getset(analysis, pointer_at(analysis, type + TP_GETSET), owner);
}

/* PyType_Spec {name, int basicsize, int itemsize, unsigned flags, slots} whose name is the word at `at`. */
static void read_spec(struct rs_analysis *analysis, uint64_t at, const char *name)
{
    uint64_t slots = pointer_at(analysis, at + SPEC_SLOTS);
    uint64_t basicsize = word_at(analysis, at + 8) & 0xffffffff;
    if (!slots || basicsize > MAX_BASICSIZE || pointer_at(analysis, at + 8) || pointer_at(analysis, at + 16))
        return;
    for (unsigned i = 0; i < MAX_SLOTS; i++, slots += 16) {
        uint64_t id = word_at(analysis, slots);
        const char *slot = rs_slot_by_id(id);
        if (!slot || pointer_at(analysis, slots))
            return;
        add_name(analysis, function_at(analysis, slots + 8), last_part(name), slot, RS_METHOD_SLOT, 0);
        if (id == PY_TP_METHODS)
            read_methods(analysis, pointer_at(analysis, slots + 8), last_part(name));
        if (id == PY_TP_GETSET)
            read_getset(analysis, pointer_at(analysis, slots + 8), last_part(name));
    }
}

/* By code; of several names for one function first those with an owner, then by kind and name. */
static int by_code(const void *a, const void *b)
{
    const struct rs_method *left = a, *right = b;
    if (left->code != right->code)
        return left->code < right->code ? -1 : 1;
    if (!left->owner != !right->owner)
        return left->owner ? -1 : 1;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return strcmp(left->name, right->name);
}

static void drop_repeated(struct rs_analysis *analysis)
{
    struct rs_method *all = analysis->methods.items;
    size_t kept = 0;
    for (size_t i = 0; i < analysis->methods.count; i++) {
        const struct rs_method *before = kept ? &all[kept - 1] : NULL;
        bool repeated = before && before->code == all[i].code && strcmp(before->name, all[i].name) == 0 &&
                        (!all[i].owner || (before->owner && strcmp(before->owner, all[i].owner) == 0));
        if (!repeated)
            all[kept++] = all[i];
    }
    analysis->methods.count = kept;
}

void rs_plan_find_methods(struct rs_analysis *analysis)
{
    const struct rs_elf *elf = &analysis->elf;
    for (size_t i = 0; i < elf->relocs.count; i++) {
        uint32_t at = elf->relocs.items[i].at;
        const char *dotted = name_at(analysis, at, true);
        uint32_t flags = dotted ? method_flags(analysis, at) : 0;
        if (flags)
            add_name(analysis, function_at(analysis, at + 8), NULL, dotted, RS_METHOD_FUNCTION, flags);
        if (!dotted)
            continue;
        read_type(analysis, at, dotted);
        read_spec(analysis, at, dotted);
    }
    for (size_t i = 0; i < elf->symbols.count; i++)
        if (elf->symbols.items[i].function && strncmp(elf->symbols.items[i].name, "PyInit", 6) == 0)
            add_name(analysis, elf->symbols.items[i].at, NULL, elf->symbols.items[i].name, RS_METHOD_INIT, 0);
    if (analysis->methods.count)
        qsort(analysis->methods.items, analysis->methods.count, sizeof *analysis->methods.items, by_code);
    drop_repeated(analysis);
}

const struct rs_method *rs_plan_method_at(const struct rs_analysis *analysis, uint32_t code)
{
    size_t low = RS_SEARCH(analysis->methods.items, analysis->methods.count, code, code);
    const struct rs_method *method = low < analysis->methods.count ? &analysis->methods.items[low] : NULL;
    return method && method->code == code ? method : NULL;
}
