/* From an offset to the chain of functions that were inlined there, each with the place in it: the innermost
 * by the line table, the outer ones by the place of the call that was inlined. */
#include "symbol/internal.h"

#include <dwarf.h>
#include <string.h>

#include "symbol/source.h"

enum { ORIGINS_MOST = 16 };

struct place {
    const char *file;
    int line;
};

/* A path that libdw made for one unit's file table: it is joined once, and known by its address from then on.
 */
static const char *join_file(struct rs_symbols *symbols, Dwarf_Die *unit_die, const char *file)
{
    Dwarf_Attribute attribute;
    const char *joined;
    uint64_t *known;

    if (file == NULL || strcmp(file, "???") == 0)
        return NULL;
    known = rs_map_find(&symbols->paths, (uintptr_t)file);
    if (known != NULL)
        return (const char *)(uintptr_t)*known;
    joined = rs_path_join(symbols, dwarf_formstring(dwarf_attr(unit_die, DW_AT_comp_dir, &attribute)), file);
    *rs_map_at(&symbols->paths, (uintptr_t)file) = (uintptr_t)joined;
    return joined;
}

/* The file that an attribute (DW_AT_call_file, DW_AT_decl_file) numbers, in the table of the attribute's own
 * unit. libdw's dwarf_decl_file of 0.188 refuses number 0, which DWARF 5 gives to the primary source. */
static const char *file_of(struct rs_symbols *symbols, Dwarf_Attribute *attribute)
{
    Dwarf_Die unit;
    Dwarf_Files *files;
    size_t count;
    Dwarf_Word number;

    if (attribute == NULL || dwarf_formudata(attribute, &number) != 0 ||
        dwarf_cu_die(attribute->cu, &unit, NULL, NULL, NULL, NULL, NULL, NULL) == NULL ||
        dwarf_getsrcfiles(&unit, &files, &count) != 0 || number >= count)
        return NULL;
    return join_file(symbols, &unit, dwarf_filesrc(files, number, NULL, NULL));
}

static int number_of(Dwarf_Attribute *attribute)
{
    Dwarf_Word value;

    return attribute != NULL && dwarf_formudata(attribute, &value) == 0 && value <= INT32_MAX ? (int)value : 0;
}

/* Where the function was first described: the end of its abstract origins and specifications. */
static Dwarf_Die origin_of(Dwarf_Die die)
{
    static const unsigned kinds[] = {DW_AT_abstract_origin, DW_AT_specification};

    for (int i = 0; i < ORIGINS_MOST; i++) {
        Dwarf_Attribute attribute, *found = NULL;
        Dwarf_Die origin;

        for (size_t k = 0; found == NULL && k < sizeof(kinds) / sizeof(kinds[0]); k++)
            found = dwarf_attr(&die, kinds[k], &attribute);
        if (found == NULL || dwarf_formref_die(found, &origin) == NULL)
            break;
        die = origin;
    }
    return die;
}

/* The primary source of the unit that first held the function. */
static const char *unit_file(struct rs_symbols *symbols, Dwarf_Die die)
{
    Dwarf_Die origin = origin_of(die), unit;
    Dwarf_Attribute name, directory;

    if (dwarf_diecu(&origin, &unit, NULL, NULL) == NULL || dwarf_attr(&unit, DW_AT_name, &name) == NULL ||
        dwarf_formstring(&name) == NULL)
        return NULL;
    return rs_path_join(symbols, dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &directory)),
                        dwarf_formstring(&name));
}

/* The namespaces and types around the function and its name, as "a::b::c": where no demangler here reads its
 * linkage name (Rust v0). */
static const char *qualified_name(struct rs_symbols *symbols, Dwarf_Die die)
{
    Dwarf_Die origin = origin_of(die), *scopes = NULL;
    const char *name = dwarf_diename(&die);
    int count = dwarf_getscopes_die(&origin, &scopes);

    for (int i = 1; name != NULL && i < count; i++) {
        const char *scope = dwarf_diename(&scopes[i]);

        if (scope != NULL && dwarf_tag(&scopes[i]) != DW_TAG_compile_unit)
            name = rs_arena_printf(&symbols->arena, "%s::%s", scope, name);
    }
    free(scopes);
    return name;
}

static void name_entry(struct rs_symbols *symbols, struct rs_entry *entry)
{
    static const unsigned kinds[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name};
    Dwarf_Attribute attribute;
    Dwarf_Die origin;
    const char *linkage = NULL;

    if (entry->named)
        return;
    entry->named = true;
    for (size_t i = 0; linkage == NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dwarf_attr_integrate(&entry->die, kinds[i], &attribute) != NULL)
            linkage = dwarf_formstring(&attribute);
    if (linkage == NULL)
        linkage = dwarf_diename(&entry->die);
    entry->linkage = linkage == NULL ? NULL : rs_symbol_intern(symbols, linkage);
    entry->function = rs_names_readable(symbols, linkage);
    if (linkage != NULL && strncmp(linkage, "_R", 2) == 0) {
        const char *name = qualified_name(symbols, entry->die);

        entry->function = name != NULL ? name : entry->function;
    }
    if (entry->parent == RS_SPAN_NONE)
        entry->unit_file = unit_file(symbols, entry->die);
    entry->call_file = file_of(symbols, dwarf_attr(&entry->die, DW_AT_call_file, &attribute));
    entry->call_line = number_of(dwarf_attr(&entry->die, DW_AT_call_line, &attribute));
    entry->declared_file = file_of(symbols, dwarf_attr_integrate(&entry->die, DW_AT_decl_file, &attribute));
    entry->declared_line = number_of(dwarf_attr_integrate(&entry->die, DW_AT_decl_line, &attribute));
    origin = origin_of(entry->die);
    entry->origin = dwarf_dieoffset(&origin);
}

/* The last row of the line table at or before the offset; no row if a sequence ends there. */
static Dwarf_Line *row_at(const struct rs_unit *unit, uint64_t offset, size_t *index)
{
    size_t low = 0, high = unit->line_count;
    Dwarf_Addr address;
    Dwarf_Line *row;
    bool end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        row = dwarf_onesrcline(unit->lines, middle);
        if (row == NULL || dwarf_lineaddr(row, &address) != 0)
            return NULL;
        if (address <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    *index = low - 1;
    row = dwarf_onesrcline(unit->lines, *index);
    return row == NULL || dwarf_lineendsequence(row, &end) != 0 || end ? NULL : row;
}

/* The innermost entry at the offset, or RS_SPAN_NONE. */
static uint32_t innermost(const struct rs_unit *unit, uint64_t offset)
{
    return unit == NULL ? RS_SPAN_NONE : rs_spans_find(&unit->spans, offset);
}

/* The row before this one that lies in the same function or inlined copy, down to `floor`; NULL if there is
 * none. */
static Dwarf_Line *row_before(const struct rs_unit *unit, size_t *index, uint32_t entry, uint64_t floor)
{
    Dwarf_Addr address;
    Dwarf_Line *row;
    bool end;

    while (*index > 0) {
        row = dwarf_onesrcline(unit->lines, --*index);
        if (row == NULL || dwarf_lineendsequence(row, &end) != 0 || end || dwarf_lineaddr(row, &address) != 0 ||
            address < floor)
            return NULL;
        if (innermost(unit, address) == entry)
            return row;
    }
    return NULL;
}

/* The place of the offset. Rows of line 0 (code that the compiler made up) are passed over for the row before
 * them in the same function, and so are, with `own`, rows of CPython's headers: where equal ends of blocks
 * were merged, such a row lies outside of the inlined function that it belongs to; and, where `file` is given, rows of
 * others. */
static struct place place_of(struct rs_symbols *symbols, struct rs_unit *unit, uint64_t offset, uint64_t floor,
                             bool own, const char *file)
{
    struct place place = {NULL, 0}, first = {NULL, 0};
    uint32_t entry = innermost(unit, offset);
    size_t index = 0;
    Dwarf_Line *row = row_at(unit, offset, &index);

    while (row != NULL && dwarf_lineno(row, &place.line) == 0) {
        place.file = place.line <= 0 ? NULL : join_file(symbols, &unit->line_die, dwarf_linesrc(row, NULL, NULL));
        if (place.file != NULL && !(own && rs_path_of_python(symbols, place.file)) &&
            (file == NULL || strcmp(place.file, file) == 0))
            return place;
        if (first.file == NULL && place.file != NULL)
            first = place;
        row = row_before(unit, &index, entry, floor);
    }
    return first;
}

/* The file whose lines are the function's own, where others are those of macros: rustc places what a macro expands to
 * in the file that defines the macro. NULL: all are. */
static const char *file_of_lines(struct rs_entry *entry)
{
    Dwarf_Die unit;

    return entry != NULL && dwarf_diecu(&entry->die, &unit, NULL, NULL) != NULL && dwarf_srclang(&unit) == DW_LANG_Rust
               ? entry->declared_file
               : NULL;
}

/* Whether the inlined function is one of CPython's headers. Not judged by the place: merged code has places
 * of others. */
static bool is_python(struct rs_symbols *symbols, const struct rs_entry *entry)
{
    return entry != NULL && rs_path_of_python(symbols, entry->declared_file);
}

/* GCC splits a function and inlines the part into what is left: one function to its author. Real recursion
 * has a call. */
static bool is_own_part(const struct rs_entry *inner, const struct rs_entry *outer)
{
    return inner->origin == outer->origin && inner->call_line == outer->declared_line;
}

static void fill_frame(struct rs_frame *frame, const struct rs_entry *entry, const struct place *place)
{
    *frame = (struct rs_frame){.file = place->file, .line = place->file == NULL ? 0 : place->line};
    if (entry == NULL)
        return;
    frame->function = entry->function;
    frame->linkage = entry->linkage;
    frame->inlined = entry->inlined;
}

/* Whether the symbol is the function that DWARF names: itself, a clone ("f.cold"), or the mangled name of a
 * C++ function that is not exported, which DWARF leaves out; not another function of equal code at the same
 * address. */
static bool names_same(const struct rs_function *symbol, const char *linkage)
{
    size_t length = linkage == NULL ? 0 : strlen(linkage);

    if (linkage == NULL)
        return true;
    if (strncmp(symbol->linkage, linkage, length) == 0)
        return strchr(".@", symbol->linkage[length]) != NULL; /* or the NUL */
    return strncmp(symbol->linkage, "_Z", 2) == 0 && strncmp(linkage, "_Z", 2) != 0;
}

static void finish_chain(struct rs_frame *chain, size_t count, const struct rs_function *symbol, uint64_t start,
                         const char *file)
{
    struct rs_frame *outer = &chain[count - 1];

    if (symbol != NULL && names_same(symbol, outer->linkage)) {
        outer->linkage = symbol->linkage;
        outer->function = symbol->function;
    }
    if (symbol != NULL)
        start = symbol->start;
    for (size_t i = 0; i < count; i++) {
        chain[i].start = start;
        chain[i].unit_file = file;
    }
}

static struct rs_entry *named_entry(struct rs_symbols *symbols, struct rs_unit *unit, uint32_t index)
{
    if (index == RS_SPAN_NONE)
        return NULL;
    name_entry(symbols, &unit->entries.items[index]);
    return &unit->entries.items[index];
}

size_t rs_dwarf_chain(struct rs_symbols *symbols, struct rs_module *module, uint64_t offset, struct rs_frame *chain,
                      size_t max)
{
    struct rs_unit *unit = rs_units_find(module, offset);
    const struct rs_function *symbol = rs_names_find(symbols, module, offset);
    struct rs_entry *entry = named_entry(symbols, unit, innermost(unit, offset)), *inner = NULL, *outermost = NULL;
    struct place place;
    size_t count = 0;
    bool kept = false, own_part; /* kept: whether the inner entry has the last frame */

    if (unit == NULL)
        return 0;
    place = place_of(symbols, unit, offset, entry == NULL ? offset : entry->start, !is_python(symbols, entry),
                     file_of_lines(entry));
    for (; entry != NULL; inner = entry, entry = named_entry(symbols, unit, entry->parent)) {
        outermost = entry;
        own_part = kept && is_own_part(inner, entry);
        kept = !entry->inlined || !is_python(symbols, entry);
        if (own_part || (kept && count == max)) /* too deep: what lies between is lost, not what holds it all */
            count--;
        if (own_part)
            place = (struct place){chain[count].file, chain[count].line};
        if (kept)
            fill_frame(&chain[count++], entry, &place);
        place = (struct place){entry->call_file, entry->call_line};
    }
    if (count == 0 && place.file == NULL)
        return 0;
    if (count == 0 || (chain[count - 1].inlined && count < max))
        fill_frame(&chain[count++], NULL, &place);
    finish_chain(chain, count, symbol, outermost == NULL ? offset : outermost->start,
                 outermost != NULL && outermost->unit_file != NULL ? outermost->unit_file
                                                                   : unit_file(symbols, unit->tree));
    return count;
}

bool rs_dwarf_entry(struct rs_symbols *symbols, struct rs_module *module, uint64_t offset, struct rs_frame *frame)
{
    struct rs_frame chain[RS_CHAIN_MAX];
    size_t count = rs_dwarf_chain(symbols, module, offset, chain, RS_CHAIN_MAX);
    struct rs_unit *unit = count == 0 ? NULL : rs_units_find(module, offset);
    struct rs_entry *entry = named_entry(symbols, unit, innermost(unit, offset));

    if (count == 0)
        return false;
    *frame = chain[count - 1];
    while (entry != NULL && entry->parent != RS_SPAN_NONE)
        entry = named_entry(symbols, unit, entry->parent);
    if (entry != NULL) {
        frame->file = entry->declared_file;
        frame->line = frame->file == NULL ? 0 : entry->declared_line;
    }
    return true;
}

/* The line, in the function's own source, that a row of the table stands for: its own, or that of the call
 * where something was inlined; 0 if none. */
static int own_line(struct rs_symbols *symbols, struct rs_unit *unit, Dwarf_Line *row, uint32_t function)
{
    const struct rs_entry *outer = &unit->entries.items[function];
    Dwarf_Addr address;
    int line = 0;

    if (dwarf_lineaddr(row, &address) != 0)
        return 0;
    for (uint32_t index = innermost(unit, address); index != RS_SPAN_NONE;) {
        struct rs_entry *entry;

        if (index == function)
            return dwarf_lineno(row, &line) == 0 && line >= outer->declared_line &&
                           join_file(symbols, &unit->line_die, dwarf_linesrc(row, NULL, NULL)) == outer->declared_file
                       ? line
                       : 0;
        entry = named_entry(symbols, unit, index);
        if (entry->parent == function)
            return entry->call_file == outer->declared_file ? entry->call_line : 0;
        index = entry->parent;
    }
    return 0;
}

/* Whether the line, the function's first or last with code, is only its head or its brace. Where the source
 * cannot be read: by custom those braces stand at the line's beginning. */
static bool is_edge(struct rs_symbols *symbols, const struct rs_entry *function, int line, int column, char brace)
{
    const char *text = rs_source_line(symbols, function->declared_file, line);

    if (text == NULL)
        return column <= 1;
    text += strspn(text, " \t");
    return text[0] == brace || (brace == '{' && line == function->declared_line);
}

static void read_body(struct rs_symbols *symbols, struct rs_unit *unit, uint32_t function)
{
    struct rs_entry *entry = &unit->entries.items[function];
    int columns[2] = {0, 0}, pyx_line;
    const char *pyx_file;
    struct rs_body body = {.first = INT32_MAX, .known = true};

    for (size_t i = 0; i < unit->line_count; i++) {
        Dwarf_Line *row = dwarf_onesrcline(unit->lines, i);
        int line, column = 0;

        if (row == NULL || dwarf_lineno(row, &line) != 0 || (line >= body.first && line <= body.last) ||
            line < entry->declared_line || own_line(symbols, unit, row, function) != line || line == 0)
            continue;
        if (dwarf_linecol(row, &column) != 0)
            column = 0;
        if (line < body.first)
            body.first = line, columns[0] = column;
        if (line > body.last)
            body.last = line, columns[1] = column;
    }
    body.cython = rs_pyx_line(symbols, entry->declared_file, entry->declared_line, true, &pyx_file, &pyx_line);
    if (body.first < body.last) {
        body.first += is_edge(symbols, entry, body.first, columns[0], '{');
        body.last -= is_edge(symbols, entry, body.last, columns[1], '}');
    }
    entry->body = body;
}

static bool is_statement(struct rs_symbols *symbols, const struct rs_entry *function, int line)
{
    const char *pyx_file;
    int pyx_line;

    if (line < function->body.first || line > function->body.last)
        return false;
    return !function->body.cython || rs_pyx_line(symbols, function->declared_file, line, false, &pyx_file, &pyx_line);
}

/* The line of the first row of a statement, going back from `at` to what covers `from`; 0 if there is none.
 */
static int line_between(struct rs_symbols *symbols, struct rs_unit *unit, uint64_t from, uint64_t at, uint32_t function)
{
    size_t index = 0;
    Dwarf_Line *row = row_at(unit, at, &index);
    Dwarf_Addr address;
    bool begun = false, end; /* begun: a row begins at `from`, so that none before covers it */

    for (; row != NULL; row = index > 0 ? dwarf_onesrcline(unit->lines, --index) : NULL) {
        int line;

        if (dwarf_lineaddr(row, &address) != 0 || dwarf_lineendsequence(row, &end) != 0 || end ||
            (address < from && begun))
            break;
        line = own_line(symbols, unit, row, function);
        if (is_statement(symbols, &unit->entries.items[function], line))
            return line;
        if (address < from)
            break;
        begun = address == from;
    }
    return 0;
}

bool rs_dwarf_statement(struct rs_symbols *symbols, struct rs_module *module, uint64_t from, uint64_t at,
                        struct rs_frame *frame)
{
    struct rs_unit *unit = rs_units_find(module, at);
    uint32_t function = innermost(unit, at);

    while (function != RS_SPAN_NONE && unit->entries.items[function].parent != RS_SPAN_NONE)
        function = unit->entries.items[function].parent;
    if (function == RS_SPAN_NONE || !rs_dwarf_entry(symbols, module, at, frame) || frame->file == NULL)
        return false;
    if (!unit->entries.items[function].body.known)
        read_body(symbols, unit, function);
    frame->line = line_between(symbols, unit, from, at, function);
    return frame->line != 0;
}
