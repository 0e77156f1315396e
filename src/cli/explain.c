/* refsan explain: a rule, or what a function or slot does to references, in plain words. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cli/words.h"
#include "finding/finding.h"

static const char usage[] = "refsan explain RULE|NAME";

/* A word that is shaped like a rule and near to none. */
static int no_rule(const char *word)
{
    struct rs_arena arena = {0};
    const char *list = "";
    int status;

    for (unsigned i = 0; i < RS_RULES; i++)
        list = rs_arena_printf(&arena, "%s %s", list, rs_rule_info((enum rs_rule)i)->id);
    status = rs_cli_usage_error("there is no rule '%s'; the rules are%s (docs/rules)", word, list);
    rs_arena_close(&arena);
    return status;
}

static int unknown(const char *word)
{
    const char **words = rs_alloc((2 * RS_RULES + 2 * rs_contract_count() + 1) * sizeof(*words)), *near[RS_NEAR_MAX];
    size_t count = 0;

    for (unsigned i = 0; i < RS_RULES; i++) {
        words[count++] = rs_rule_info((enum rs_rule)i)->id;
        words[count++] = rs_rule_info((enum rs_rule)i)->name;
    }
    for (unsigned i = 0; i < rs_contract_count(); i++) {
        words[count++] = rs_contract_at(i)->name;
        if ((rs_contract_at(i)->flags & RS_SLOT) && rs_contract_at(i)->twin != NULL)
            words[count++] = rs_contract_at(i)->twin;
    }
    words[count] = NULL;
    count = rs_cli_near(word, words, near, RS_NEAR_MAX);
    free(words);
    for (size_t i = count; i < RS_NEAR_MAX; i++)
        near[i] = "";
    if (count == 0 && strncmp(word, "RS", 2) == 0 && strspn(word + 2, "0123456789") == strlen(word + 2))
        return no_rule(word);
    if (count == 0)
        return rs_cli_usage_error("nothing is known of '%s'; refsan contract lists what is", word);
    return rs_cli_usage_error("nothing is known of '%s'; did you mean '%s'%s%s%s%s%s?", word, near[0],
                              count > 2   ? ", '"
                              : count > 1 ? " or '"
                                          : "",
                              near[1], count > 2 ? "' or '" : "", near[2], count > 1 ? "'" : "");
}

static void explain_rule(enum rs_rule rule)
{
    const struct rs_rule_info *info = rs_rule_info(rule);
    const char *page = rs_cli_rule_page(info->id);

    if (page != NULL)
        fputs(page, stdout);
    else
        printf("%s %s: %s\n", info->id, info->name, info->title);
}

/* Whether a slot's row is meant by the name of its id or flag: "Py_tp_new", "METH_FASTCALL"; ids are separated by '|'.
 */
static bool is_id_of(const char *name, const struct rs_contract *row)
{
    size_t length = strlen(name);

    if (!(row->flags & RS_SLOT) || row->twin == NULL)
        return false;
    for (const char *id = row->twin;; id++) {
        size_t part = strcspn(id, "|");

        if (part == length && memcmp(id, name, length) == 0)
            return true;
        id += part;
        if (*id == 0)
            return false;
    }
}

static bool explain_contract(const char *name)
{
    bool found = false;

    for (unsigned i = 0; i < rs_contract_count(); i++) {
        const struct rs_contract *row = rs_contract_at(i);

        if (strcmp(row->name, name) != 0 && !is_id_of(name, row))
            continue;
        if (found)
            putchar('\n');
        rs_words_explain(stdout, row);
        found = true;
    }
    return found;
}

int rs_cli_explain(int argc, char **argv)
{
    const char *word;
    int status = rs_cli_one_word(argc, argv, usage, "one rule or one name", NULL, 0, &word);
    enum rs_rule rule;

    if (status != 0)
        return status == -2 ? 0 : RS_EXIT_USAGE;
    rule = rs_rule_find(word);
    if (rule != RS_RULES)
        explain_rule(rule);
    else if (!explain_contract(word))
        return unknown(word);
    return 0;
}
