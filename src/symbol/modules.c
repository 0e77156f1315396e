/* Opening modules, the build-id guard, and the cache of what was opened; and the interned strings of the
 * room. */
#include "symbol/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct interned {
    struct interned *next; /* of the same hash */
    char text[];
};

struct rs_symbols *rs_symbol_open(void)
{
    struct rs_symbols *symbols = rs_alloc(sizeof(*symbols));

    symbols->debug_directory = "/usr/lib/debug";
    return symbols;
}

static void close_module(struct rs_module *module)
{
    rs_units_close(module);
    if (module->dwarf != NULL)
        dwarf_end(module->dwarf);
    rs_image_close(&module->debug);
    rs_image_close(&module->main);
    RS_VEC_CLOSE(&module->code);
    RS_VEC_CLOSE(&module->symbols);
    rs_spans_close(&module->symbol_spans);
    rs_spans_close(&module->unit_spans);
}

void rs_symbol_close(struct rs_symbols *symbols)
{
    if (symbols == NULL)
        return;
    for (size_t i = 0; i < symbols->modules.room; i++) {
        struct rs_module *module = symbols->modules.places[i].key == 0
                                       ? NULL
                                       : (struct rs_module *)(uintptr_t)symbols->modules.places[i].value;

        for (; module != NULL; module = module->next)
            close_module(module);
    }
    rs_pyx_close(symbols);
    rs_source_close(symbols);
    rs_map_close(&symbols->modules);
    rs_map_close(&symbols->strings);
    rs_map_close(&symbols->paths);
    rs_map_close(&symbols->headers);
    rs_map_close(&symbols->cython);
    rs_map_close(&symbols->demangled);
    rs_arena_close(&symbols->arena);
    free(symbols);
}

void rs_symbol_debug_directory(struct rs_symbols *symbols, const char *directory)
{
    symbols->debug_directory = rs_symbol_intern(symbols, directory);
}

/* FNV-1a; never 0, which the map keeps for free places. */
static uint64_t hash(const char *text)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001b3u;
    return value == 0 ? 1 : value;
}

const char *rs_symbol_intern(struct rs_symbols *symbols, const char *text)
{
    uint64_t *head = rs_map_at(&symbols->strings, hash(text));
    size_t size = strlen(text) + 1;
    struct interned *made;

    for (struct interned *known = (struct interned *)(uintptr_t)*head; known != NULL; known = known->next)
        if (strcmp(known->text, text) == 0)
            return known->text;
    made = rs_arena_alloc(&symbols->arena, sizeof(*made) + size);
    memcpy(made->text, text, size);
    made->next = (struct interned *)(uintptr_t)*head;
    *head = (uintptr_t)made;
    return made->text;
}

static void find_code(struct rs_module *module, Elf *elf)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    while ((section = elf_nextscn(elf, section)) != NULL)
        if (gelf_getshdr(section, &header) != NULL && (header.sh_flags & SHF_EXECINSTR) != 0 &&
            (header.sh_flags & SHF_ALLOC) != 0 && header.sh_size < UINT64_MAX - header.sh_addr)
            *RS_PUSH(&module->code) = (struct rs_range){header.sh_addr, header.sh_addr + header.sh_size};
}

static bool has_debug_info(const struct rs_image *image)
{
    GElf_Shdr header;
    static const char *const names[] = {".debug_info", ".zdebug_info"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (rs_image_section(image, 0, names[i], &header) != NULL && header.sh_type != SHT_NOBITS)
            return true;
    return false;
}

/* One line about what is missing although the file itself could be read. */
static void tell_gaps(struct rs_module *module, struct rs_arena *arena)
{
    const char *rest = module->full_symbols        ? "functions are named from .symtab, lines are unknown"
                       : module->symbols.count > 0 ? "only exported functions have names"
                                                   : "nothing has a name";

    if (module->problem != NULL || module->has_lines)
        return;
    if (has_debug_info(&module->main) || has_debug_info(&module->debug))
        module->problem =
            rs_arena_printf(arena, "%s: its debug information cannot be read (%s): %s", module->path,
                            module->dwarf == NULL ? dwarf_errmsg(-1) : "no unit with line information", rest);
    else
        module->problem = rs_arena_printf(arena, "%s has no debug information and no debug file%s%s was found: %s",
                                          module->path, module->build_id == NULL ? "" : " of build-id ",
                                          module->build_id == NULL ? "" : module->build_id, rest);
}

/* Reads what `main` and `debug` hold; either may be closed. */
static void read_module(struct rs_symbols *symbols, struct rs_module *module)
{
    struct rs_image *debug = has_debug_info(&module->main) ? &module->main : &module->debug;

    if (module->main.elf != NULL)
        find_code(module, module->main.elf);
    if (module->code.count == 0 && module->debug.elf != NULL)
        find_code(module, module->debug.elf);
    rs_names_read(module);
    if (debug->elf != NULL) {
        rs_image_pad_strings(debug, &symbols->arena);
        module->dwarf = dwarf_begin_elf(debug->elf, DWARF_C_READ, NULL);
    }
    if (module->dwarf != NULL)
        rs_units_read(module);
    rs_image_settle(&module->main);
    rs_image_settle(&module->debug);
    tell_gaps(module, &symbols->arena);
}

static void open_module(struct rs_symbols *symbols, struct rs_module *module)
{
    char hex[2 * RS_BUILD_ID_MAX + 1];
    struct rs_error err;

    if (!rs_image_open(&module->main, module->path, &err)) {
        module->problem = rs_arena_strdup(&symbols->arena, err.text);
    } else {
        if (rs_image_build_id(&module->main, hex))
            module->build_id = rs_arena_strdup(&symbols->arena, hex);
        if (!has_debug_info(&module->main))
            rs_image_find_debug(symbols->debug_directory, module->path, module->build_id, &module->main,
                                &module->debug);
    }
    read_module(symbols, module);
}

/* The file at the path is missing or another one: what a debug file of the right build-id knows is all there
 * is. */
static void open_absent(struct rs_symbols *symbols, struct rs_module *module, struct rs_module *present)
{
    module->build_id = rs_arena_strdup(&symbols->arena, module->expected_id);
    for (char *c = module->build_id; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    if (present->main.elf != NULL)
        present->problem =
            rs_arena_printf(&symbols->arena, "%s is not the file that ran: its build-id is %s, that of the program %s",
                            module->path, present->build_id, module->expected_id);
    module->problem = present->problem;
    rs_image_find_debug(symbols->debug_directory, module->path, module->build_id, NULL, &module->debug);
    read_module(symbols, module);
}

static struct rs_module *new_module(struct rs_symbols *symbols, const char *path, const char *expected_id)
{
    struct rs_module *module = rs_arena_alloc(&symbols->arena, sizeof(*module));
    uint64_t *head = rs_map_at(&symbols->modules, hash(path));

    module->path = rs_symbol_intern(symbols, path);
    module->expected_id = expected_id == NULL ? NULL : rs_symbol_intern(symbols, expected_id);
    module->main.fd = module->debug.fd = -1;
    module->next = (struct rs_module *)(uintptr_t)*head;
    *head = (uintptr_t)module;
    return module;
}

static struct rs_module *known_module(struct rs_symbols *symbols, const char *path, const char *expected_id)
{
    const uint64_t *head = rs_map_find(&symbols->modules, hash(path));
    struct rs_module *module = head == NULL ? NULL : (struct rs_module *)(uintptr_t)*head;

    for (; module != NULL; module = module->next)
        if (strcmp(module->path, path) == 0 &&
            (expected_id == NULL ? module->expected_id == NULL
                                 : module->expected_id != NULL && strcasecmp(module->expected_id, expected_id) == 0))
            return module;
    return NULL;
}

struct rs_module *rs_module_get(struct rs_symbols *symbols, const char *path, const char *build_id)
{
    struct rs_module *module = known_module(symbols, path, NULL), *absent;

    if (module == NULL) {
        module = new_module(symbols, path, NULL);
        open_module(symbols, module);
    }
    if (build_id == NULL || build_id[0] == '\0' || (module->main.elf != NULL && module->build_id == NULL) ||
        (module->build_id != NULL && strcasecmp(module->build_id, build_id) == 0))
        return module;
    absent = known_module(symbols, path, build_id);
    if (absent == NULL) {
        absent = new_module(symbols, path, build_id);
        open_absent(symbols, absent, module);
    }
    return absent;
}

bool rs_symbol_has_lines(struct rs_symbols *symbols, const char *path)
{
    return rs_module_get(symbols, path, NULL)->has_lines;
}

const char *rs_symbol_build_id(struct rs_symbols *symbols, const char *path)
{
    return rs_module_get(symbols, path, NULL)->build_id;
}

const char *rs_symbol_problem(struct rs_symbols *symbols, const char *path)
{
    return rs_module_get(symbols, path, NULL)->problem;
}
