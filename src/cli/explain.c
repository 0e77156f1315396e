/* refsan explain: a rule in plain words. */
#include "cli/cli.h"

#include <stdio.h>
#include <strings.h>

#include "finding/finding.h"

static int unknown(const char *word)
{
    const char *words[2 * RS_RULES + 1], *near;
    size_t count = 0;

    for (unsigned i = 0; i < RS_RULES; i++) {
        words[count++] = rs_rule_info((enum rs_rule)i)->id;
        words[count++] = rs_rule_info((enum rs_rule)i)->name;
    }
    words[count] = NULL;
    near = rs_cli_nearest(word, words);
    return rs_cli_usage_error("no rule '%s'%s%s%s", word, near ? "; did you mean '" : "; see docs/rules/", near ? near : "", near ? "'?" : "");
}

int rs_cli_explain(int argc, char **argv)
{
    int first = rs_cli_options(argc, argv, "refsan explain RULE", NULL, 0);
    const struct rs_rule_info *info;
    enum rs_rule rule;

    if (first < 0)
        return first == -2 ? 0 : RS_EXIT_USAGE;
    if (first + 1 != argc)
        return rs_cli_usage_error("explain takes one rule; usage: refsan explain RULE");
    rule = rs_rule_find(argv[first]);
    if (rule == RS_RULES)
        return unknown(argv[first]);
    info = rs_rule_info(rule);
    printf("%s %s: %s\n", info->id, info->name, info->title);
    return 0;
}
