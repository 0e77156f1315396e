/* See words.h. */
#include "cli/words.h"

#include <string.h>

static const char *by_when(const struct rs_argument *argument, const char *always, const char *success,
                           const char *failure)
{
    return argument->when == RS_ON_SUCCESS ? success : argument->when == RS_ON_FAILURE ? failure : always;
}

const char *rs_words_argument(const struct rs_argument *argument)
{
    switch ((enum rs_argument_kind)argument->kind) {
    case RS_ARG_VALUE:
        return "value";
    case RS_ARG_OBJECT:
        return "object";
    case RS_ARG_STEAL:
        return by_when(argument, "steal", "steal-on-success", "steal-on-failure");
    case RS_ARG_OUT:
        return by_when(argument, "out", "out-on-success", "out-on-failure");
    case RS_ARG_OUT_BORROWED:
        return by_when(argument, "out-borrowed", "out-borrowed-on-success", "out-borrowed-on-failure");
    case RS_ARG_INOUT:
        return "inout";
    case RS_ARG_BUFFER_OUT:
        return "buffer-out";
    case RS_ARG_BUFFER_DROP:
        return "buffer-drop";
    case RS_ARG_OBJECTS:
    case RS_ARG_VARARGS:
    case RS_ARG_VARARGS_N:
        return "objects";
    case RS_ARG_BUILD:
        return by_when(argument, "build", "build-on-success", "build");
    case RS_ARG_PARSE:
        return "parse";
    case RS_ARG_PRINTF:
        return "printf";
    case RS_ARG_TYPE:
        return "type";
    case RS_ARG_CALLBACK:
        return "callback";
    case RS_ARG_TABLE:
        return "table";
    case RS_ARG_ACQUIRE:
        return by_when(argument, "acquire", "acquire-on-success", "acquire-on-failure");
    }
    return "value";
}

const char *rs_words_result(const struct rs_contract *row)
{
    static const char *const words[] = {"value", "new", "borrowed", "forever", "argument", "unknown"};

    return row->failure == RS_ALWAYS_FAILS ? "null" : words[row->result];
}

const char *rs_words_kind(const struct rs_contract *row)
{
    return row->flags & RS_SLOT ? "slot" : row->flags & RS_MACRO ? "macro" : "function";
}

/* clang-format off */
static const struct {
    uint32_t flag;
    const char *name, *sentence;
} flags[] = {
    {RS_SETS_ERROR, "error", NULL},
    {RS_MISS_IS_NULL, "miss", NULL},
    {RS_MAY_RELEASE, "releases",
        "may give up references that a container held, and so run destructors and other Python code"},
    {RS_MAY_RUN, "runs", "may run Python code: borrowed references may not outlive the call"},
    {RS_NO_RETURN, "noreturn", "never returns"},
    {RS_GIL_RELEASE, "gil-release", "returns without the GIL"},
    {RS_GIL_ACQUIRE, "gil-acquire", "returns with the GIL"},
    {RS_NO_GIL, "no-gil", "may be called without the GIL"},
    {RS_ALLOCATES, "allocates", "the result is raw memory, no object"},
    {RS_INITIALISES, "initialises", "the memory of the first argument becomes an object with reference count 1"},
    {RS_DEALLOCATES, "deallocates", "the memory of the first argument ceases to be an object"},
    {RS_IDENTITY, "identity", NULL},
    {RS_UNSEEN, "unseen", NULL},
    {RS_CAPSULE, "capsule", NULL},
};
/* clang-format on */

const char *rs_words_flag(const struct rs_contract *row, unsigned n)
{
    for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if ((row->flags & flags[i].flag) != 0 && n-- == 0)
            return flags[i].name;
    return NULL;
}

const char *rs_words_version(unsigned version)
{
    static char buffers[2][8];
    static unsigned turn;

    turn ^= 1;
    snprintf(buffers[turn], sizeof(buffers[turn]), "%u.%u", (version >> 8) & 0xff, version & 0xff);
    return buffers[turn];
}

void rs_words_signature(FILE *to, const struct rs_contract *row)
{
    fprintf(to, "%s(", row->name);
    for (unsigned i = 0; i < row->nargs; i++)
        fprintf(to, "%s%s", i > 0 ? ", " : "", row->args[i].name);
    fputc(')', to);
}

static const char *argument_name(const struct rs_contract *row, unsigned number)
{
    return number >= 1 && number <= row->nargs ? row->args[number - 1].name : "an argument";
}

static void failure(FILE *to, const struct rs_contract *row)
{
    const char *value = row->result != RS_RESULT_VALUE ? "NULL"
                        : row->failure == 0            ? "0 (NULL)"
                        : row->failure == -2           ? "-2"
                                                       : "-1";

    if (row->failure == RS_NEVER_FAILS)
        fputs(row->result == RS_RESULT_VALUE ? "" : "; never NULL", to);
    else if (row->flags & RS_SETS_ERROR)
        fprintf(to, "; %s with an exception set on failure", value);
    else
        fprintf(to, "; %s on failure, without an exception", value);
    if (row->failure != RS_NEVER_FAILS && (row->flags & RS_MISS_IS_NULL) && (row->flags & RS_SETS_ERROR))
        fprintf(to, "; %s without an exception is an ordinary answer", value);
}

static void result(FILE *to, const struct rs_contract *row)
{
    bool slot = (row->flags & RS_SLOT) != 0;

    fprintf(to, "    %-12s ", "result");
    if (row->failure == RS_ALWAYS_FAILS) {
        fputs("NULL every time, with an exception set\n", to);
        return;
    }
    switch ((enum rs_result_kind)row->result) {
    case RS_RESULT_VALUE:
        fputs("no object", to);
        break;
    case RS_RESULT_NEW:
        fputs(slot ? "a new reference, handed to the caller: what is returned must be owned"
                   : "a new reference: the caller owns it and has to release it",
              to);
        break;
    case RS_RESULT_BORROWED:
        fprintf(to, "borrowed from '%s': do not release it; take a reference of your own to keep it",
                argument_name(row, row->from));
        break;
    case RS_RESULT_FOREVER:
        fputs("borrowed, from what lives as long as the interpreter or the thread: do not release it", to);
        break;
    case RS_RESULT_ARGUMENT:
        fprintf(to, "the argument '%s' itself: who owns it does not change", argument_name(row, row->from));
        break;
    case RS_RESULT_UNKNOWN:
        fputs("may or may not be a new reference", to);
        break;
    }
    failure(to, row);
    fputc('\n', to);
}

static const char *sentence(const struct rs_contract *row, const struct rs_argument *argument)
{
    bool slot = (row->flags & RS_SLOT) != 0, fails = row->failure != RS_NEVER_FAILS;

    switch ((enum rs_argument_kind)argument->kind) {
    case RS_ARG_VALUE:
        return "no object";
    case RS_ARG_OBJECT:
        return slot ? "borrowed: the caller owns it" : "borrowed for the time of the call: the caller still owns it";
    case RS_ARG_STEAL:
        return by_when(argument,
                       fails ? "steals it: the reference passes to the function, also when it fails"
                             : "steals it: the reference passes to the function",
                       "steals it on success: on failure the caller still owns it", "steals it on failure only");
    case RS_ARG_OUT:
        return by_when(argument, "filled with a new reference that the caller has to release, or with NULL",
                       "filled with a new reference on success; may be left untouched on failure", "filled on failure");
    case RS_ARG_OUT_BORROWED:
        return by_when(argument, "filled with a borrowed reference, or with NULL",
                       "filled with a borrowed reference on success; may be left untouched on failure",
                       "filled on failure");
    case RS_ARG_INOUT:
        return fails || (row->flags & RS_SETS_ERROR)
                   ? "in and out: the reference it held is given up, a new one is stored (NULL on failure)"
                   : "in and out: the reference it held is given up, another or NULL is stored";
    case RS_ARG_BUFFER_OUT:
        return "filled on success; PyBuffer_Release has to be called for it";
    case RS_ARG_BUFFER_DROP:
        return "the reference in view->obj is given up";
    case RS_ARG_OBJECTS:
        return "an array of borrowed objects";
    case RS_ARG_VARARGS:
        return "borrowed objects, up to a NULL";
    case RS_ARG_VARARGS_N:
        return "borrowed objects, as many as were announced";
    case RS_ARG_BUILD:
        return by_when(
            argument,
            "a Py_BuildValue format: the objects of N are stolen, also on failure; those of O and S are borrowed",
            "a Py_BuildValue format: the objects of N are stolen on success; those of O and S are borrowed",
            "a Py_BuildValue format");
    case RS_ARG_PARSE:
        return "a PyArg_Parse format: what O fills is borrowed";
    case RS_ARG_PRINTF:
        return "a PyUnicode_FromFormat format; its objects are borrowed";
    case RS_ARG_TYPE:
        return "a class: borrowed";
    case RS_ARG_CALLBACK:
        return "a C function that the interpreter will call";
    case RS_ARG_TABLE:
        return "a table of C functions that the interpreter will call";
    case RS_ARG_ACQUIRE:
        return by_when(argument, "the caller owns one reference more afterwards",
                       "the caller owns one reference more on success", "the caller owns one more on failure");
    }
    return "no object";
}

static void range(FILE *to, const struct rs_contract *row)
{
    if (row->since > 0x0308 && row->until != 0)
        fprintf(to, "  (%s to %s)", rs_words_version(row->since), rs_words_version(row->until));
    else if (row->since > 0x0308)
        fprintf(to, "  (since %s)", rs_words_version(row->since));
    else if (row->until != 0)
        fprintf(to, "  (up to %s)", rs_words_version(row->until));
}

static void origin(FILE *to, const struct rs_contract *row)
{
    const char *since = row->library_since != 0 ? rs_words_version(row->library_since) : NULL;
    const char *until = row->library_until != 0 ? rs_words_version(row->library_until) : NULL;

    if (row->library != NULL) {
        fprintf(to, "    %-12s %s", "library", row->library);
        if (since != NULL && until != NULL)
            fprintf(to, " %s to %s", since, until);
        else if (since != NULL || until != NULL)
            fprintf(to, since != NULL ? " since %s" : " up to %s", since != NULL ? since : until);
        fputc('\n', to);
    }
    if (row->table != NULL)
        fprintf(to, "    %-12s place %u of the functions that the capsule %s hands out\n", "table", row->entry,
                row->table);
}

/* A replacement, and the version it came with. */
static void better(FILE *to, const char *name)
{
    unsigned since = 0;

    for (unsigned i = 0; i < rs_contract_count(); i++)
        if (strcmp(rs_contract_at(i)->name, name) == 0 && (since == 0 || rs_contract_at(i)->since < since))
            since = rs_contract_at(i)->since;
    fprintf(to, "    %-12s %s", "better", name);
    if (since > 0x0308)
        fprintf(to, " (since %s)", rs_words_version(since));
    fputc('\n', to);
}

void rs_words_explain(FILE *to, const struct rs_contract *row)
{
    fputs(row->flags & RS_MACRO   ? "macro "
          : row->flags & RS_SLOT  ? "slot "
          : row->flags & RS_ENTRY ? "entry "
                                  : "",
          to);
    rs_words_signature(to, row);
    range(to, row);
    fputc('\n', to);
    result(to, row);
    for (unsigned i = 0; i < row->nargs; i++)
        fprintf(to, "    %-12s %s%s\n", row->args[i].name, sentence(row, &row->args[i]),
                row->args[i].nullable ? "; may be NULL" : "");
    for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if ((row->flags & flags[i].flag) != 0 && flags[i].sentence != NULL &&
            !(flags[i].flag == RS_MAY_RUN && row->flags & RS_MAY_RELEASE))
            fprintf(to, "    %-12s %s\n", "effect", flags[i].sentence);
    origin(to, row);
    if (row->note != NULL)
        fprintf(to, "    %-12s %s\n", "note", row->note);
    if (row->replacement != NULL)
        better(to, row->replacement);
    if (row->twin != NULL)
        fprintf(to, "    %-12s %s\n", row->flags & RS_SLOT ? "id" : "twin", row->twin);
}
