/* The subcommands: each is one file with one function that gets its own arguments (argv[0] is its name) and answers the
 * exit status. Only this room prints and reads options. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

int rs_cli_run(int argc, char **argv);
int rs_cli_check(int argc, char **argv);
int rs_cli_report(int argc, char **argv);
int rs_cli_inspect(int argc, char **argv);
int rs_cli_explain(int argc, char **argv);
int rs_cli_contract(int argc, char **argv);

enum {
    RS_EXIT_OUTPUT = 1,
    RS_EXIT_USAGE = 2,
    RS_EXIT_FINDINGS = 66
}; /* OUTPUT: standard output could not be written */

/* The page of a rule (docs/rules/), NULL if there is none; generated at build time by tools/embed_rules.py. */
const char *rs_cli_rule_page(const char *id);

enum rs_option_kind { RS_OPTION_FLAG, RS_OPTION_TEXT, RS_OPTION_LIST, RS_OPTION_NUMBER, RS_OPTION_SIZE };

struct rs_option {
    const char *name;      /* "--json" */
    const char *shorthand; /* "-o", or NULL */
    const char *value;     /* what the usage calls the value, NULL for a flag */
    const char *help;
    enum rs_option_kind kind;
    void *to; /* bool *, const char **, struct rs_strings *, long *, unsigned long long * */
};

struct rs_strings {
    const char *items[64];
    size_t count;
};

/* Reads options up to "--" or the first word that is none; answers its index, or -1 after one line on standard error
 * that quotes the offending word and names the nearest option. "--help" prints the usage and answers -2. */
int rs_cli_options(int argc, char **argv, const char *usage, const struct rs_option *options, size_t count);
/* For commands that take exactly one word, with options before or behind it: 0, and the word; -1 after a line; -2 after
 * the usage. `what`: "one file". */
int rs_cli_one_word(int argc, char **argv, const char *usage, const char *what, const struct rs_option *options,
                    size_t count, const char **word);
enum { RS_NEAR_MAX = 3 };
/* The nearest of the words (NULL-terminated, equal ones beside each other), the nearest first, and those that are
 * farther by one slip; at most `max`, which is at most RS_NEAR_MAX. Answers how many. */
size_t rs_cli_near(const char *word, const char *const *words, const char **near, size_t max);
/* The nearest of the words (NULL-terminated), or NULL if none is near. */
const char *rs_cli_nearest(const char *word, const char *const *words);
/* One line on standard error, "refsan: ...", answers RS_EXIT_USAGE. */
int rs_cli_usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
