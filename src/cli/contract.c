/* refsan contract: the whole table of contracts, for people or as JSON for programs. */
#include "cli/cli.h"

#include <stdio.h>

#include "cli/words.h"

static const char usage[] = "refsan contract [--json]";

static void quoted(const char *text)
{
    putchar('"');
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            printf("\\u%04x", (unsigned char)*text);
        else
            putchar(*text);
    }
    putchar('"');
}

static void member(const char *name, const char *text)
{
    printf(", \"%s\": ", name);
    if (text != NULL)
        quoted(text);
    else
        fputs("null", stdout);
}

static void arguments(const struct rs_contract *row)
{
    fputs(", \"arguments\": [", stdout);
    for (unsigned i = 0; i < row->nargs; i++) {
        const struct rs_argument *argument = &row->args[i];

        fputs(i > 0 ? ", {\"name\": " : "{\"name\": ", stdout);
        quoted(argument->name);
        member("kind", rs_words_argument(argument));
        printf(", \"nullable\": %s", argument->nullable ? "true" : "false");
        if (argument->count != 0)
            printf(", \"count\": %u", argument->count);
        putchar('}');
    }
    putchar(']');
}

static void failure(const struct rs_contract *row)
{
    if (row->failure == RS_NEVER_FAILS)
        fputs(", \"failure\": null", stdout);
    else if (row->failure == RS_ALWAYS_FAILS || row->result != RS_RESULT_VALUE)
        fputs(", \"failure\": \"NULL\"", stdout);
    else
        printf(", \"failure\": \"%d\"", row->failure);
}

static void flags(const struct rs_contract *row)
{
    const char *flag;

    fputs(", \"flags\": [", stdout);
    for (unsigned n = 0; (flag = rs_words_flag(row, n)) != NULL; n++) {
        fputs(n > 0 ? ", " : "", stdout);
        quoted(flag);
    }
    printf("], \"measured\": %s", row->flags & RS_MEASURED ? "true" : "false");
}

static void as_json(const struct rs_contract *row)
{
    fputs("{\"name\": ", stdout);
    quoted(row->name);
    member("kind", rs_words_kind(row));
    member("since", rs_words_version(row->since));
    member("until", row->until != 0 ? rs_words_version(row->until) : NULL);
    member("result", rs_words_result(row));
    if (row->result == RS_RESULT_BORROWED || row->result == RS_RESULT_ARGUMENT)
        printf(", \"from\": %u", row->from);
    failure(row);
    arguments(row);
    flags(row);
    member("library", row->library);
    if (row->library != NULL) {
        member("library_since", row->library_since != 0 ? rs_words_version(row->library_since) : NULL);
        member("library_until", row->library_until != 0 ? rs_words_version(row->library_until) : NULL);
    }
    if (row->table != NULL) {
        member("table", row->table);
        printf(", \"entry\": %u", row->entry);
    }
    member("header", row->header);
    member("replacement", row->replacement);
    member("twin", row->twin);
    member("note", row->note);
    putchar('}');
}

int rs_cli_contract(int argc, char **argv)
{
    bool json = false;
    const struct rs_option options[] = {{"--json", NULL, NULL, "as a JSON list of objects", RS_OPTION_FLAG, &json}};
    int first = rs_cli_options(argc, argv, usage, options, 1);

    if (first < 0)
        return first == -2 ? 0 : RS_EXIT_USAGE;
    if (first < argc)
        return rs_cli_usage_error("contract takes no names: '%s'; refsan explain NAME explains one; usage: %s",
                                  argv[first], usage);
    for (unsigned i = 0; i < rs_contract_count(); i++) {
        if (json) {
            fputs(i > 0 ? ",\n" : "[", stdout);
            as_json(rs_contract_at(i));
        } else {
            rs_words_explain(stdout, rs_contract_at(i));
        }
    }
    fputs(json ? "]\n" : "", stdout);
    return 0;
}
