/* From a breach to a finding. */
#include "check/rules/rules.h"

#include <stdarg.h>
#include <stdio.h>

void rs_rules_judge(struct rs_rules *rules)
{
    rs_rule_format(rules);
    rs_rule_method_table(rules);
    rs_rule_gil(rules);
    rs_rule_gil_left(rules);
    rs_rule_array(rules);
    rs_rule_buffer(rules);
    rs_rule_untrack(rules);
    rs_rule_type_reference(rules);
    rs_rule_traverse(rules);
    rs_rule_cleared(rules);
    rs_rule_capsule(rules);
    rs_rule_item(rules);
    rs_rule_iterator(rules);
    rs_rule_null(rules);
    rs_rule_record(rules);
    rs_rule_steal(rules);
    rs_rule_exception_state(rules);
    rs_rule_handle(rules);
}

const char *rs_rules_text(struct rs_rules *rules, const char *format, ...)
{
    char *text;
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    text = rs_arena_alloc(&rules->report->arena, (size_t)(length > 0 ? length : 0) + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

static const char *kept(struct rs_rules *rules, const char *text)
{
    return text == NULL ? NULL : rs_arena_strdup(&rules->report->arena, text);
}

static struct rs_place place_of(struct rs_rules *rules, const struct rs_ir_function *function, struct rs_ir_place where)
{
    return (struct rs_place){.module = kept(rules, rules->ir->stem),
                             .function = kept(rules, function ? function->name : NULL),
                             .file = kept(rules, where.file),
                             .line = where.line};
}

struct rs_finding *rs_rules_tell(struct rs_rules *rules, enum rs_rule rule, const struct rs_ir_function *function,
                                 LLVMValueRef at, const char *message, const char *fix)
{
    struct rs_finding *finding = rs_report_add(rules->report, rule);
    struct rs_ir_place where = at != NULL ? rs_ir_place(rules->ir, at) : function->place;

    if (where.line == 0)
        where = function->place;
    finding->culprit = place_of(rules, function, where);
    finding->message = message;
    finding->fix = fix;
    return finding;
}

void rs_rules_harmless(struct rs_finding *finding)
{
    finding->latent = true;
    finding->severity = RS_NOTE;
}

void rs_rules_belief(struct rs_rules *rules, struct rs_finding *finding, LLVMValueRef call, const char *api)
{
    struct rs_ir_function *function =
        rs_ir_function(rules->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)));

    finding->has_belief = true;
    finding->belief = place_of(rules, function, rs_ir_place(rules->ir, call));
    finding->belief.api = kept(rules, api);
}

void rs_rules_note(struct rs_rules *rules, struct rs_finding *finding, LLVMValueRef at, const char *note)
{
    struct rs_ir_place where = rs_ir_place(rules->ir, at);

    if (where.file != NULL)
        *RS_PUSH(&finding->path) = (struct rs_note){kept(rules, where.file), where.line, note};
}
