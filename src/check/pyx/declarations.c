/* What a Cython source declares: externs, cimports, classes with their attributes, functions, and where the GIL is not
 * held. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "check/pyx/source.h"

enum block_kind { BLOCK_OTHER, BLOCK_EXTERN, BLOCK_CLASS, BLOCK_ATTRIBUTES, BLOCK_FUNCTION, BLOCK_NOGIL, BLOCK_GIL };
enum { DEPTH_MOST = 64 };

struct block {
    enum block_kind kind;
    int indent, index; /* of the class or function */
    bool nogil;
};

struct scan {
    struct rs_pyx_source *source;
    struct block blocks[DEPTH_MOST];
    size_t depth;
};

static bool starts_with_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    return strncmp(text, word, length) == 0 && !rs_pyx_is_word(text[length]);
}

/* Behind the word and the blanks that follow it, where the text starts with it; else NULL. */
static const char *behind(const char *text, const char *word)
{
    if (!starts_with_word(text, word))
        return NULL;
    text += strlen(word);
    return text + strspn(text, " \t\n");
}

static const char *skip_words(const char *text, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *rest = behind(text, words[i]);

        if (rest != NULL) {
            text = rest;
            i = (size_t)-1;
        }
    }
    return text;
}

enum rs_pyx_type rs_pyx_type_of(const char *type, const char *end)
{
    static const char *const objects[] = {"object",  "list", "tuple",     "dict",      "str",        "bytes",
                                          "unicode", "set",  "frozenset", "bytearray", "basestring", NULL};
    const char *star = memchr(type, '*', (size_t)(end - type));

    if (star == NULL) {
        for (size_t i = 0; objects[i] != NULL; i++)
            if (starts_with_word(type, objects[i]))
                return RS_PYX_OBJECT;
        return RS_PYX_OTHER;
    }
    for (const char *at = type; at + 8 <= star; at++)
        if ((at == type || !rs_pyx_is_word(at[-1])) && starts_with_word(at, "PyObject") &&
            memchr(star + 1, '*', (size_t)(end - star - 1)) == NULL)
            return RS_PYX_RAW;
    return RS_PYX_OTHER;
}

/* The name before a declaration's bracket, behind its type: *name .. *end; a C name in quotes may follow. */
static bool split_declaration(const char *code, const char *open, const char **name, const char **end)
{
    *end = open;
    while (*end > code && (isspace((unsigned char)(*end)[-1]) || (*end)[-1] == '"'))
        (*end)--;
    while (*end > code && !rs_pyx_is_word((*end)[-1]))
        (*end)--;
    for (*name = *end; *name > code && rs_pyx_is_word((*name)[-1]);)
        (*name)--;
    return *name < *end;
}

/* The C name that is quoted between a name and its bracket, or the name. */
static const char *c_name(struct rs_pyx_source *source, const struct rs_pyx_line *line, const char *name,
                          const char *end, const char *open)
{
    const char *raw = line->raw + (end - line->code), *stop = line->raw + (open - line->code),
               *quote = memchr(raw, '"', (size_t)(stop - raw));
    const char *last = quote != NULL ? memchr(quote + 1, '"', (size_t)(stop - quote - 1)) : NULL;

    if (last != NULL)
        return rs_arena_strndup(&source->arena, quote + 1, (size_t)(last - quote - 1));
    return rs_arena_strndup(&source->arena, name, (size_t)(end - name));
}

/* "object PyList_GetItem(object, Py_ssize_t) nogil" */
static void read_extern(struct rs_pyx_source *source, const struct rs_pyx_line *line, bool nogil)
{
    static const char *const before[] = {"cdef", "cpdef", "extern", "inline", "const", NULL};
    static const char *const types[] = {"struct", "union", "enum", "ctypedef", "class", "cppclass", "packed", NULL};
    const char *code = skip_words(line->code, before), *open = strchr(code, '('), *name, *end, *argument;
    struct rs_pyx_extern *declared;

    if (skip_words(code, types) != code || open == NULL || !split_declaration(code, open, &name, &end) || name == code)
        return;
    declared = RS_PUSH(&source->externs);
    *declared = (struct rs_pyx_extern){.name = rs_arena_strndup(&source->arena, name, (size_t)(end - name)),
                                       .line = rs_pyx_line_of(line, name),
                                       .nogil = nogil};
    declared->cname = c_name(source, line, name, end, open);
    declared->result = rs_pyx_type_of(code, name);
    for (size_t i = 0; (argument = rs_pyx_argument(&source->arena, open, i)) != NULL; i++)
        *RS_PUSH(&declared->arguments) = rs_pyx_type_of(argument, argument + strlen(argument));
    if (rs_pyx_find_word(rs_pyx_close(open), "nogil") != NULL)
        declared->nogil = true;
}

/* "from cpython.list cimport PyList_SET_ITEM, PyList_New as new" */
static void read_cimport(struct rs_pyx_source *source, const struct rs_pyx_line *line)
{
    const char *code = behind(line->code, "from"), *list;

    if (code == NULL || !starts_with_word(code, "cpython") || (list = rs_pyx_find_word(code, "cimport")) == NULL)
        return;
    for (list += strlen("cimport"); *list != 0;) {
        size_t length;
        const char *as;
        struct rs_pyx_extern *declared;

        list += strcspn(list, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        length = rs_pyx_word_length(list);
        if (length == 0)
            break;
        declared = RS_PUSH(&source->externs);
        *declared = (struct rs_pyx_extern){.cname = rs_arena_strndup(&source->arena, list, length),
                                           .line = rs_pyx_line_of(line, list),
                                           .cimported = true};
        declared->name = declared->cname;
        list += length;
        as = behind(list + strspn(list, " \t\n"), "as");
        if (as != NULL) {
            declared->name = rs_arena_strndup(&source->arena, as, rs_pyx_word_length(as));
            list = as + rs_pyx_word_length(as);
        }
    }
}

/* "cdef PyObject *first, *second": attributes of a class. */
static void read_attributes(struct rs_pyx_source *source, struct rs_pyx_class *class, const char *code)
{
    static const char *const before[] = {"cdef", "public", "readonly", "const", NULL};
    const char *type = skip_words(code, before), *end = type + strlen(type), *comma;

    if (strchr(type, '(') != NULL || strchr(type, '=') != NULL || type[0] == 0 || type[0] == '"' || type[0] == '\'')
        return;
    for (const char *at = type; at < end; at = comma + 1) {
        struct rs_pyx_attribute *attribute;
        const char *name;

        comma = memchr(at, ',', (size_t)(end - at));
        comma = comma != NULL ? comma : end;
        for (name = comma; name > at && isspace((unsigned char)name[-1]);)
            name--;
        for (; name > at && rs_pyx_is_word(name[-1]);)
            name--;
        if (name == type || rs_pyx_word_length(name) == 0)
            continue;
        attribute = RS_PUSH(&class->attributes);
        attribute->name = rs_arena_strndup(&source->arena, name, rs_pyx_word_length(name));
        attribute->type = rs_pyx_type_of(type, at == type ? name : type + strcspn(type, ","));
        if (at != type && memchr(at, '*', (size_t)(name - at)) == NULL)
            attribute->type = RS_PYX_OTHER;
    }
}

static struct block *push(struct scan *scan, enum block_kind kind, const struct rs_pyx_line *line, int index,
                          bool nogil)
{
    struct block *block = &scan->blocks[scan->depth < DEPTH_MOST ? scan->depth++ : DEPTH_MOST - 1];

    *block = (struct block){kind, line->indent, index, nogil};
    return block;
}

static void open_class(struct scan *scan, const struct rs_pyx_line *line, size_t number, const char *name)
{
    struct rs_pyx_class *class = RS_PUSH(&scan->source->classes);

    *class = (struct rs_pyx_class){.name = rs_arena_strndup(&scan->source->arena, name, rs_pyx_word_length(name)),
                                   .line = line->number,
                                   .indent = line->indent};
    class->first = class->end = number + 1;
    push(scan, BLOCK_CLASS, line, (int)scan->source->classes.count - 1, false);
}

/* "def f(a):", "cdef inline object f(int a) nogil:"; false if the line opens no function. */
static bool open_function(struct scan *scan, const struct rs_pyx_line *line, size_t number)
{
    static const char *const before[] = {"async", "def", "cdef", "cpdef", "inline", "api", "public", NULL};
    struct rs_pyx_source *source = scan->source;
    const char *code = skip_words(line->code, before), *open = strchr(code, '('), *name, *end, *close;
    const struct block *around = scan->depth > 0 ? &scan->blocks[scan->depth - 1] : NULL;
    int class = around != NULL && around->kind == BLOCK_CLASS ? around->index : -1;
    struct rs_pyx_function *function;

    if (code == line->code || open == NULL || !split_declaration(code, open, &name, &end))
        return false;
    close = rs_pyx_close(open);
    function = RS_PUSH(&source->functions);
    *function = (struct rs_pyx_function){.bare = rs_arena_strndup(&source->arena, name, (size_t)(end - name)),
                                         .line = rs_pyx_line_of(line, name),
                                         .in_class = class};
    function->name = class >= 0
                         ? rs_arena_printf(&source->arena, "%s.%s", source->classes.items[class].name, function->bare)
                         : function->bare;
    function->parameters = rs_arena_strndup(&source->arena, open + 1, close > open ? (size_t)(close - open - 1) : 0);
    function->first = function->end = number + 1;
    scan->source->lines.items[number].declares = true;
    push(scan, BLOCK_FUNCTION, line, (int)source->functions.count - 1, rs_pyx_find_word(close, "nogil") != NULL);
    return true;
}

/* Opens the block that a line with a colon at its end begins. */
static void open_block(struct scan *scan, struct rs_pyx_line *line, size_t number)
{
    const char *code = line->code, *rest, *class;
    size_t length = strlen(code);

    if (length == 0 || code[length - 1] != ':')
        return;
    if ((rest = behind(code, "cdef")) != NULL && starts_with_word(rest, "extern"))
        push(scan, BLOCK_EXTERN, line, -1, rs_pyx_find_word(rest, "nogil") != NULL);
    else if ((class = behind(code, "class")) != NULL ||
             (rest != NULL && ((class = behind(rest, "class")) != NULL || (class = behind(rest, "cppclass")) != NULL)))
        open_class(scan, line, number, class);
    else if (rest != NULL && rest[0] == ':')
        push(scan,
             scan->depth > 0 && scan->blocks[scan->depth - 1].kind == BLOCK_CLASS ? BLOCK_ATTRIBUTES : BLOCK_OTHER,
             line, scan->depth > 0 ? scan->blocks[scan->depth - 1].index : -1, false);
    else if ((rest = behind(code, "with")) != NULL &&
             (starts_with_word(rest, "nogil") || starts_with_word(rest, "gil")))
        push(scan, starts_with_word(rest, "gil") || rest[5 + strspn(rest + 5, " ")] == '(' ? BLOCK_GIL : BLOCK_NOGIL,
             line, -1, false);
    else if (!open_function(scan, line, number))
        push(scan, BLOCK_OTHER, line, -1, false);
}

/* What the blocks around a line say of it. */
static void place_line(const struct scan *scan, struct rs_pyx_line *line, size_t number)
{
    bool decided = false;

    for (size_t i = scan->depth; i-- > 0;) {
        const struct block *block = &scan->blocks[i];

        if (!decided && (block->kind == BLOCK_NOGIL || block->kind == BLOCK_GIL)) {
            line->nogil = block->kind == BLOCK_NOGIL;
            decided = true;
        }
        if (block->kind == BLOCK_FUNCTION && line->function < 0) {
            line->function = block->index;
            line->nogil = decided ? line->nogil : block->nogil;
            scan->source->functions.items[block->index].end = number + 1;
            decided = true;
        }
        if (block->kind == BLOCK_CLASS)
            scan->source->classes.items[block->index].end = number + 1;
    }
}

static void scan_line(struct scan *scan, struct rs_pyx_line *line, size_t number)
{
    const struct block *around;

    while (scan->depth > 0 && scan->blocks[scan->depth - 1].indent >= line->indent)
        scan->depth--;
    around = scan->depth > 0 ? &scan->blocks[scan->depth - 1] : NULL;
    place_line(scan, line, number);
    line->declares = around != NULL && around->kind == BLOCK_EXTERN;
    if (line->declares && line->code[strlen(line->code) - 1] != ':')
        read_extern(scan->source, line, around->nogil);
    else if (around != NULL &&
             (around->kind == BLOCK_ATTRIBUTES ||
              (around->kind == BLOCK_CLASS && starts_with_word(line->code, "cdef"))) &&
             around->index >= 0)
        read_attributes(scan->source, &scan->source->classes.items[around->index], line->code);
    else if (around == NULL)
        read_cimport(scan->source, line);
    open_block(scan, line, number);
}

void rs_pyx_source_read(struct rs_pyx_source *source, const char *text, size_t size)
{
    struct scan scan = {.source = source};

    rs_pyx_lines_read(source, text, size);
    for (size_t i = 0; i < source->lines.count; i++)
        scan_line(&scan, &source->lines.items[i], i);
}

/* ---- declarations in other files ---- */

/* The extern of another source as one of this source's, by the name that it has here. */
static void take_extern(struct rs_pyx_source *source, const struct rs_pyx_extern *from, const char *name,
                        const char *file)
{
    struct rs_pyx_extern *declared;

    if (from->cimported)
        return;
    declared = RS_PUSH(&source->externs);
    *declared = (struct rs_pyx_extern){.line = from->line, .result = from->result, .nogil = from->nogil, .file = file};
    declared->name = rs_arena_strdup(&source->arena, name);
    declared->cname = rs_arena_strdup(&source->arena, from->cname);
    for (size_t i = 0; i < from->arguments.count; i++)
        *RS_PUSH(&declared->arguments) = from->arguments.items[i];
}

/* Attributes that a .pxd declares of the classes that the source defines. */
static void take_attributes(struct rs_pyx_source *source, const struct rs_pyx_class *from)
{
    for (size_t i = 0; i < source->classes.count; i++)
        for (size_t k = 0; k < from->attributes.count && strcmp(source->classes.items[i].name, from->name) == 0; k++)
            *RS_PUSH(&source->classes.items[i].attributes) =
                (struct rs_pyx_attribute){rs_arena_strdup(&source->arena, from->attributes.items[k].name),
                                          from->attributes.items[k].type};
}

/* The file of the source's own name: all that it declares. */
static void take_own(struct rs_pyx_source *source, const char *stem, const struct rs_pyx_reader *reader)
{
    struct rs_pyx_source declared = {0};
    const char *file;
    size_t size;
    char *text = reader->read(reader->context, stem, &size, &file);

    if (text == NULL)
        return;
    rs_pyx_source_read(&declared, text, size);
    for (size_t i = 0; i < declared.externs.count; i++)
        take_extern(source, &declared.externs.items[i], declared.externs.items[i].name, file);
    for (size_t i = 0; i < declared.classes.count; i++)
        take_attributes(source, &declared.classes.items[i]);
    rs_pyx_source_close(&declared);
    free(text);
}

/* "from .queue cimport put, get as take": those that queue.pxd declares. */
static void take_cimported(struct rs_pyx_source *source, const struct rs_pyx_line *line,
                           const struct rs_pyx_reader *reader)
{
    const char *from = line->function < 0 ? behind(line->code, "from") : NULL,
               *list = from == NULL ? NULL : rs_pyx_find_word(from, "cimport"), *stem, *file;
    struct rs_pyx_source declared = {0};
    size_t size, length;
    char *text;

    if (list == NULL || starts_with_word(from, "cpython"))
        return;
    length = strcspn(from, " \t\n");
    for (stem = from + length; stem > from && rs_pyx_is_word(stem[-1]);)
        stem--;
    text = stem == from + length
               ? NULL
               : reader->read(reader->context, rs_arena_strndup(&source->arena, stem, (size_t)(from + length - stem)),
                              &size, &file);
    if (text == NULL)
        return;
    rs_pyx_source_read(&declared, text, size);
    for (list += strlen("cimport");
         *(list += strcspn(list, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")) != 0;
         list += rs_pyx_word_length(list)) {
        const char *name = list,
                   *as =
                       behind(list + rs_pyx_word_length(list) + strspn(list + rs_pyx_word_length(list), " \t\n"), "as");
        const struct rs_pyx_extern *found = rs_pyx_extern_find(&declared, name, rs_pyx_word_length(name));

        list = as != NULL ? as : list;
        if (found != NULL)
            take_extern(source, found, rs_arena_strndup(&source->arena, list, rs_pyx_word_length(list)), file);
    }
    rs_pyx_source_close(&declared);
    free(text);
}

void rs_pyx_source_declared(struct rs_pyx_source *source, const char *stem, const struct rs_pyx_reader *reader)
{
    take_own(source, stem, reader);
    for (size_t i = 0; i < source->lines.count; i++)
        take_cimported(source, &source->lines.items[i], reader);
}

void rs_pyx_source_close(struct rs_pyx_source *source)
{
    for (size_t i = 0; i < source->externs.count; i++)
        RS_VEC_CLOSE(&source->externs.items[i].arguments);
    for (size_t i = 0; i < source->classes.count; i++)
        RS_VEC_CLOSE(&source->classes.items[i].attributes);
    RS_VEC_CLOSE(&source->externs);
    RS_VEC_CLOSE(&source->classes);
    RS_VEC_CLOSE(&source->functions);
    RS_VEC_CLOSE(&source->lines);
    rs_arena_close(&source->arena);
}

const struct rs_pyx_extern *rs_pyx_extern_find(const struct rs_pyx_source *source, const char *name, size_t length)
{
    for (size_t i = source->externs.count; i-- > 0;)
        if (strlen(source->externs.items[i].name) == length &&
            strncmp(source->externs.items[i].name, name, length) == 0)
            return &source->externs.items[i];
    return NULL;
}
