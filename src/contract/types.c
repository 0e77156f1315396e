/* The clauses "makes:" and "needs:" of a row (docs/internals/contracts.md); the twins of parse_makes and parse_needs in
 * tools/contracts.py. */
#include <string.h>

#include "contract/row.h"

/* In the order of enum rs_contract_types. */
static const char *const type_words[] = {"bool",      "int",       "float",  "complex", "str",   "bytes",
                                         "bytearray", "tuple",     "list",   "dict",    "set",   "frozenset",
                                         "type",      "exception", "module", "capsule", "slice", "memoryview",
                                         "function",  "method",    "code",   NULL};

static bool read_types(const struct rs_line *line, char *text, uint32_t *types, struct rs_error *err)
{
    *types = 0;
    for (char *next; text != NULL; text = next) {
        unsigned which = 0;

        next = strchr(text, '|');
        if (next != NULL)
            *next++ = 0;
        while (type_words[which] != NULL && strcmp(text, type_words[which]) != 0)
            which++;
        if (type_words[which] == NULL)
            return rs_line_fail(
                line, err, text, type_words,
                "a type was expected (bool, int, float, complex, str, bytes, bytearray, tuple, list, "
                "dict, set, frozenset, type, exception, module, capsule, slice, memoryview, function, method, code)");
        *types |= 1u << which;
    }
    return true;
}

bool rs_row_makes(const struct rs_line *line, struct rs_contract *row, char *text, struct rs_error *err)
{
    char *word = rs_row_word(&text), *next = rs_row_word(&text), *last = next == NULL ? word : next;
    bool exactly = strcmp(word, "exactly") == 0, one = exactly == (next != NULL);

    for (char *more = rs_row_word(&text); more != NULL; more = rs_row_word(&text), one = false)
        last = more;
    if (!one)
        return rs_line_fail(line, err, last, NULL, "one type was expected, or several with | between them");
    if (row->result != RS_RESULT_NEW && row->result != RS_RESULT_BORROWED && row->result != RS_RESULT_FOREVER)
        return rs_line_fail(line, err, "makes", NULL, "only a result that is an object has a type");
    row->flags |= exactly ? RS_MAKES_EXACTLY : 0;
    return read_types(line, last, &row->types, err);
}

static struct rs_argument *argument_of(struct rs_contract *row, const char *name)
{
    for (unsigned i = 0; i < row->nargs; i++)
        if (strcmp(row->args[i].name, name) == 0)
            return (struct rs_argument *)&row->args[i]; /* they lie in the reader's arena */
    return NULL;
}

static bool read_need(const struct rs_line *line, struct rs_contract *row, char *text, struct rs_error *err)
{
    char *rest = text + strspn(text, " \t"), *name, *verb, *object;
    struct rs_argument *argument, *other = NULL;

    name = rs_row_word(&rest);
    verb = rs_row_word(&rest);
    object = rs_row_word(&rest);
    if (verb == NULL || rs_row_word(&rest) != NULL || (strcmp(verb, "given") == 0) != (object == NULL) ||
        (object != NULL && strcmp(verb, "is") != 0 && strcmp(verb, "in") != 0))
        return rs_line_fail(line, err, name == NULL ? "," : name, NULL,
                            "ARGUMENT is TYPE, ARGUMENT in ARGUMENT or ARGUMENT given was expected");
    argument = argument_of(row, name);
    if (object != NULL && strcmp(verb, "in") == 0)
        other = argument_of(row, object);
    if (argument == NULL || (object != NULL && strcmp(verb, "in") == 0 && other == NULL))
        return rs_line_fail(line, err, argument == NULL ? name : object, NULL, "the name of an argument was expected");
    if (object == NULL)
        argument->given = 1;
    else if (other != NULL)
        argument->within = (uint8_t)(other - row->args + 1);
    else
        return read_types(line, object, &argument->types, err);
    return true;
}

bool rs_row_needs(const struct rs_line *line, struct rs_contract *row, char *text, struct rs_error *err)
{
    for (char *next; text != NULL; text = next) {
        next = strchr(text, ',');
        if (next != NULL)
            *next++ = 0;
        if (!read_need(line, row, text, err))
            return false;
    }
    row->flags |= RS_NEEDS;
    if (row->failure == RS_NEVER_FAILS || row->failure == RS_ALWAYS_FAILS)
        return rs_line_fail(line, err, "needs", NULL, "a result that can fail was expected, this one never does");
    return true;
}
