/* RS403 in tp_dealloc and tp_clear: a member is read after the same function has cleared it, and passed on as an
 * object. */
#include "check/rules/rules.h"

#include <string.h>

struct search {
    LLVMValueRef clearing, base;
    int64_t offset;
    const char *taker;
};

/* Whether a call may store to members of the object. */
static bool may_refill(struct rs_rules *rules, LLVMValueRef call, LLVMValueRef base)
{
    if (rs_rules_api(rules, call, NULL) != NULL)
        return false;
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
        if (LLVMGetOperand(call, i) == base)
            return true;
    return false;
}

static enum rs_way_verdict step(struct rs_way *walk, LLVMValueRef at)
{
    struct search *search = walk->data;
    const struct rs_contract *row;
    LLVMValueRef base, source;
    int64_t offset;

    if (at == search->clearing)
        return RS_WAY_END;
    if (LLVMIsAStoreInst(at))
        return rs_rules_address(walk->rules, LLVMGetOperand(at, 1), &base, &offset) && base == search->base &&
                       offset == search->offset
                   ? RS_WAY_END
                   : RS_WAY_ON;
    if (rs_rules_loaded(walk->rules, at, &base, &offset) && base == search->base && offset == search->offset) {
        walk->learns = true;
        walk->news = (struct rs_way_fact){at, false, 0};
        return RS_WAY_ON;
    }
    if (!rs_rules_is_call(at))
        return RS_WAY_ON;
    if (may_refill(walk->rules, at, search->base))
        return RS_WAY_END;
    row = rs_rules_api(walk->rules, at, NULL);
    for (unsigned i = 0; i < LLVMGetNumArgOperands(at); i++) {
        const struct rs_argument *parameter = rs_rules_parameter(row, at, i);

        source = LLVMGetOperand(at, i);
        if (parameter == NULL || !rs_rules_needs_object(parameter))
            continue;
        if (rs_rules_loaded(walk->rules, source, &base, &offset) && base == search->base && offset == search->offset &&
            rs_way_zero(walk, source)) {
            search->taker = row->name;
            return RS_WAY_FOUND;
        }
    }
    return RS_WAY_ON;
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef store)
{
    LLVMValueRef address = LLVMGetOperand(store, 1);
    struct search search = {.clearing = store};
    struct rs_way walk = {.rules = rules, .step = step, .data = &search};
    LLVMTypeRef type;
    const char *stem, *member;
    struct rs_finding *finding;

    if (!LLVMIsAConstantPointerNull(LLVMGetOperand(store, 0)) ||
        !rs_rules_address(rules, address, &search.base, &search.offset) || !LLVMIsAArgument(search.base) ||
        !LLVMIsAGetElementPtrInst(address))
        return;
    if (!rs_way_follow(&walk, store, (struct rs_way_fact){store, false, 0}))
        return;
    type = LLVMGetGEPSourceElementType(address);
    stem = LLVMGetTypeKind(type) == LLVMStructTypeKind ? rs_ir_struct_stem(rules->ir, type) : NULL;
    member = stem != NULL ? rs_ir_member(rules->ir, stem, (uint64_t)search.offset) : NULL;
    finding = rs_rules_tell(
        rules, RS_RULE_RS403, function, walk.found,
        rs_rules_text(rules, "%s passes the member '%s' to %s after it has cleared it at line %d: it is NULL by then",
                      function->name, member ? member : "?", search.taker, rs_ir_place(rules->ir, store).line),
        rs_rules_text(rules, "use '%s' before line %d, or clear it later", member ? member : "the member",
                      rs_ir_place(rules->ir, store).line));
    rs_rules_note(rules, finding, store, "the member is set to NULL");
    rs_rules_note(rules, finding, walk.found, rs_rules_text(rules, "it is passed to %s", search.taker));
}

void rs_rule_cleared(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->role == NULL || function->library ||
            (strcmp(function->role->slot, "tp_dealloc") != 0 && strcmp(function->role->slot, "tp_clear") != 0))
            continue;
        RS_EACH_INSTRUCTION(function->value, instruction)
        if (LLVMIsAStoreInst(instruction))
            judge(rules, function, instruction);
    }
}
