/* The symbol table, for modules without debug information and for the exact linkage names, and the readable
 * form of a linkage name. A symbol names only what lies inside it: what follows the last known symbol stays
 * without a name, so that a stripped module never blames the exported function that happens to stand before.
 */
#include "symbol/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LINKAGE_MOST = 8192 };

/* Of libstdc++ (Itanium C++ ABI, 3.4 "Demangler API"); its header is for C++ only. */
char *__cxa_demangle(const char *mangled, char *buffer, size_t *length, int *status);

/* Among symbols of one place the better name is the inner one. */
static uint32_t rank(const GElf_Sym *symbol)
{
    uint32_t depth = GELF_ST_TYPE(symbol->st_info) == STT_NOTYPE ? 0 : 4;

    if (symbol->st_size > 0)
        depth += 2;
    return depth + (GELF_ST_BIND(symbol->st_info) == STB_GLOBAL);
}

static const struct rs_range *code_at(const struct rs_module *module, uint64_t address)
{
    for (size_t i = 0; i < module->code.count; i++)
        if (address >= module->code.items[i].lo && address < module->code.items[i].hi)
            return &module->code.items[i];
    return NULL;
}

static bool is_code_symbol(const struct rs_module *module, const GElf_Sym *symbol, const char *name)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);

    if (symbol->st_shndx == SHN_UNDEF || name == NULL || name[0] == '\0' || name[0] == '$')
        return false;
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
        return false;
    return code_at(module, symbol->st_value) != NULL;
}

/* By address; of one address the symbol with the end known comes first. */
static int by_value(const void *left, const void *right)
{
    const struct rs_span *a = left, *b = right;

    if (a->lo != b->lo)
        return a->lo < b->lo ? -1 : 1;
    return (a->hi > b->hi) - (a->hi < b->hi);
}

/* Where a symbol of size 0 ends: at the next one, unless static functions may lie between that .dynsym does
 * not show. */
static uint64_t sizeless_end(const struct rs_module *module, const struct rs_range *code, uint64_t start, uint64_t next)
{
    if (!module->full_symbols)
        return start + 1;
    return next < code->hi ? next : code->hi;
}

/* A symbol of size 0 (assembly) gets an end, but none if it is a label inside a function; no symbol reaches
 * beyond its section, whatever it claims. */
static void bound(struct rs_module *module)
{
    struct rs_span *spans = module->symbol_spans.raw.items;
    size_t count = module->symbol_spans.raw.count, next = 0;
    uint64_t function_end = 0;

    if (count > 1)
        qsort(spans, count, sizeof(*spans), by_value);
    for (size_t i = 0; i < count; i++) {
        const struct rs_range *code = code_at(module, spans[i].lo);

        while (next < count && spans[next].lo <= spans[i].lo)
            next++;
        if (spans[i].hi != UINT64_MAX) {
            spans[i].hi = spans[i].hi < code->hi ? spans[i].hi : code->hi;
            function_end = function_end > spans[i].hi ? function_end : spans[i].hi;
        } else if (spans[i].lo < function_end) {
            spans[i].hi = spans[i].lo;
        } else {
            spans[i].hi = sizeless_end(module, code, spans[i].lo, next < count ? spans[next].lo : UINT64_MAX);
        }
    }
}

static bool read_table(struct rs_module *module, const struct rs_image *image, uint32_t type)
{
    GElf_Shdr header;
    Elf_Scn *section = rs_image_section(image, type, NULL, &header);
    Elf_Data *data = section == NULL ? NULL : elf_getdata(section, NULL);
    size_t count = data == NULL || data->d_buf == NULL || header.sh_entsize == 0 ? 0 : data->d_size / header.sh_entsize;

    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Sym symbol;
        const char *name;

        if (gelf_getsym(data, (int)i, &symbol) == NULL)
            break;
        name = elf_strptr(image->elf, header.sh_link, symbol.st_name);
        if (!is_code_symbol(module, &symbol, name))
            continue;
        rs_spans_note(&module->symbol_spans, symbol.st_value,
                      symbol.st_size > 0 && symbol.st_size < UINT64_MAX - symbol.st_value
                          ? symbol.st_value + symbol.st_size
                          : UINT64_MAX,
                      (uint32_t)module->symbols.count, rank(&symbol));
        *RS_PUSH(&module->symbols) = (struct rs_function){.linkage = name, .start = symbol.st_value};
    }
    return module->symbols.count > 0;
}

void rs_names_read(struct rs_module *module)
{
    module->full_symbols =
        read_table(module, &module->main, SHT_SYMTAB) || read_table(module, &module->debug, SHT_SYMTAB);
    if (!module->full_symbols)
        read_table(module, &module->main, SHT_DYNSYM);
    bound(module);
    rs_spans_flatten(&module->symbol_spans);
}

const struct rs_function *rs_names_find(struct rs_symbols *symbols, struct rs_module *module, uint64_t offset)
{
    uint32_t found = rs_spans_find(&module->symbol_spans, offset);
    struct rs_function *function = found == RS_SPAN_NONE ? NULL : &module->symbols.items[found];

    if (function != NULL && function->function == NULL) {
        function->linkage = rs_symbol_intern(symbols, function->linkage);
        function->function = rs_names_readable(symbols, function->linkage);
    }
    return function;
}

/* Length of the name without the marks of clones: "f.part.0", "f.constprop.0.isra.1", "f.cold", "f.llvm.123",
 * "f@@V1". */
static size_t plain_length(const char *name)
{
    static const char *const marks[] = {"cold", "part", "constprop", "isra", "lto_priv", "localalias",
                                        "llvm", "hot",  "unlikely",  "exit", "startup",  "warm"};
    const char *dot = name[0] == '\0' ? name : name + 1;

    while ((dot = strpbrk(dot, ".@")) != NULL) {
        if (*dot == '@')
            return (size_t)(dot - name);
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
            size_t length = strlen(marks[i]);

            if (strncmp(dot + 1, marks[i], length) == 0 && !isalpha((unsigned char)dot[1 + length]) &&
                dot[1 + length] != '_')
                return (size_t)(dot - name);
        }
        dot++;
    }
    return strlen(name);
}

/* What an escape of Rust's names stands for, "$LT$" or "$u7b$" or ".."; NULL if the text begins with none.
 * `step` gets its length. */
static const char *rust_escape(const char *in, size_t *step)
{
    static const struct {
        const char *from, *to;
    } escapes[] = {{"..", "::"},  {"$LT$", "<"}, {"$GT$", ">"}, {"$RF$", "&"}, {"$BP$", "*"},
                   {"$LP$", "("}, {"$RP$", ")"}, {"$C$", ","},  {"$SP$", "@"}};
    static char character[2];
    unsigned code;

    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        *step = strlen(escapes[i].from);
        if (strncmp(in, escapes[i].from, *step) == 0)
            return escapes[i].to;
    }
    *step = 5;
    if (strncmp(in, "$u", 2) != 0 || !isxdigit((unsigned char)in[2]) || !isxdigit((unsigned char)in[3]) || in[4] != '$')
        return NULL;
    code = (unsigned)strtoul((char[]){in[2], in[3], '\0'}, NULL, 16);
    character[0] = (char)code;
    return code >= ' ' && code < 0x7f ? character : NULL;
}

/* Rust's older mangling looks like C++: a hash as the last name, and escapes in names. Shortens in place. */
static void clean_rust(char *name)
{
    size_t length = strlen(name), step;
    char *out = name;

    if (length <= 19 || strncmp(name + length - 19, "::h", 3) != 0 ||
        strspn(name + length - 16, "0123456789abcdef") != 16)
        return;
    name[length - 19] = '\0';
    for (const char *in = name; *in != '\0';) {
        const char *plain;

        if (in[0] == '_' && in[1] == '$' && (in == name || in[-1] == ':'))
            in++; /* a name may not begin with '$', so that Rust puts '_' before it */
        plain = rust_escape(in, &step);
        if (plain == NULL) {
            *out++ = *in++;
            continue;
        }
        out = stpcpy(out, plain);
        in += step;
    }
    *out = '\0';
}

/* The Itanium name in readable form, or NULL if it is none. */
static char *demangle(const char *linkage, size_t length)
{
    char *copy, *name = NULL;
    int status = -1;

    if (length < 3 || length > LINKAGE_MOST || strncmp(linkage, "_Z", 2) != 0)
        return NULL;
    copy = rs_alloc(length + 1);
    memcpy(copy, linkage, length);
    name = __cxa_demangle(copy, NULL, NULL, &status);
    free(copy);
    if (status != 0)
        return NULL;
    clean_rust(name);
    return name;
}

const char *rs_names_readable(struct rs_symbols *symbols, const char *linkage)
{
    uint64_t *known;
    size_t length;
    char *name;

    if (linkage == NULL)
        return NULL;
    linkage = rs_symbol_intern(symbols, linkage);
    known = rs_map_at(&symbols->demangled, (uintptr_t)linkage);
    if (*known != 0)
        return (const char *)(uintptr_t)*known;
    length = plain_length(linkage);
    name = demangle(linkage, length);
    *known = (uintptr_t)(name != NULL ? rs_arena_strdup(&symbols->arena, name)
                                      : rs_arena_strndup(&symbols->arena, linkage, length));
    free(name);
    return (const char *)(uintptr_t)*known;
}
