/* See rules.h. */
#include "cli/rules.h"

#include <string.h>

static enum rs_rule read_rule(const char *option, const char *word)
{
    const char *names[2 * RS_RULES + 1] = {0}, *near;
    enum rs_rule rule = rs_rule_find(word);

    for (int i = 0; i < RS_RULES; i++) {
        names[2 * i] = rs_rule_info((enum rs_rule)i)->id;
        names[2 * i + 1] = rs_rule_info((enum rs_rule)i)->name;
    }
    near = rs_cli_nearest(word, names);
    if (rule == RS_RULES)
        rs_cli_usage_error("option '%s': '%s' is no rule%s%s%s", option, word,
                           near ? "; did you mean '" : "; docs/rules lists them", near ? near : "", near ? "'?" : "");
    return rule;
}

static bool read_rules(const char *option, const struct rs_strings *words, bool value, bool *rules)
{
    for (size_t i = 0; i < words->count; i++) {
        enum rs_rule rule = read_rule(option, words->items[i]);

        if (rule == RS_RULES)
            return false;
        rules[rule] = value;
    }
    return true;
}

bool rs_choice_read(const struct rs_strings *only, const struct rs_strings *skip, const char *severity,
                    struct rs_choice *choice)
{
    static const char *const severities[] = {"error", "warning", "note"};

    *choice = (struct rs_choice){.least = RS_NOTE};
    memset(choice->left_out, only->count > 0, sizeof(choice->left_out));
    if (!read_rules("--only", only, false, choice->left_out) || !read_rules("--skip", skip, true, choice->left_out))
        return false;
    for (int i = 0; i <= RS_NOTE && severity != NULL; i++) {
        if (strcmp(severity, severities[i]) == 0) {
            choice->least = (enum rs_severity)i;
            return true;
        }
    }
    if (severity != NULL)
        rs_cli_usage_error("option '--severity': '%s' is none of error, warning, note", severity);
    return severity == NULL;
}

void rs_choice_apply(const struct rs_choice *choice, struct rs_report *report)
{
    size_t kept = 0;

    for (size_t i = 0; i < report->findings.count; i++) {
        struct rs_finding *finding = &report->findings.items[i];

        if (choice->left_out[finding->rule] || finding->severity > choice->least)
            rs_finding_close(finding);
        else
            report->findings.items[kept++] = *finding;
    }
    report->findings.count = kept;
}
