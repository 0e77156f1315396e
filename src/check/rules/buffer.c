/* RS206: a local Py_buffer that was filled, and a way out on which nobody releases it.
 *
 * A buffer whose address is handed to somebody else, or whose content is copied, is that one's. */
#include "check/rules/rules.h"

#include <string.h>

enum { BUFFERS_MOST = 8, OFFSET_BUF = 0, OFFSET_OBJ = 8, VIEW_SIZE = 80 };

struct search {
    LLVMValueRef start, buffer;
    LLVMValueRef exporter; /* or NULL: several, or parsed */
};

static bool is_of(struct rs_rules *rules, LLVMValueRef pointer, LLVMValueRef buffer, int64_t *offset)
{
    LLVMValueRef base;

    return LLVMGetTypeKind(LLVMTypeOf(pointer)) == LLVMPointerTypeKind &&
           rs_rules_address(rules, pointer, &base, offset) && base == buffer;
}

static bool is_marker(const char *name)
{
    return name != NULL && (strncmp(name, "llvm.lifetime", 13) == 0 || strncmp(name, "llvm.dbg", 8) == 0);
}

static bool is_read_by(struct rs_rules *rules, LLVMValueRef call, LLVMValueRef pointer, int depth);

/* Whether a function only reads what the pointer leads to, and never the exporter, which it might release by hand. */
static bool is_only_read(struct rs_rules *rules, LLVMValueRef pointer, LLVMValueRef start, int depth)
{
    for (LLVMUseRef use = LLVMGetFirstUse(pointer); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use), base;
        int64_t offset;

        if (LLVMIsALoadInst(user)) {
            if (!rs_rules_address(rules, pointer, &base, &offset) || base != start || offset == OFFSET_OBJ)
                return false;
        } else if (LLVMIsAGetElementPtrInst(user)) {
            if (!is_only_read(rules, user, start, depth))
                return false;
        } else if (!LLVMIsAICmpInst(user) &&
                   !(LLVMIsAInstruction(user) && rs_rules_is_call(user) && is_read_by(rules, user, pointer, depth))) {
            return false;
        }
    }
    return true;
}

/* ... or passes it to another function of the unit that does no more than that. */
static bool is_read_by(struct rs_rules *rules, LLVMValueRef call, LLVMValueRef pointer, int depth)
{
    const struct rs_ir_function *own = rs_rules_own(rules, call);
    const char *name = NULL;

    rs_rules_api(rules, call, &name);
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call) && !is_marker(name); i++) {
        LLVMValueRef parameter;

        if (LLVMGetOperand(call, i) != pointer)
            continue;
        if (own == NULL || depth == 0 || i >= LLVMCountParams(own->value))
            return false;
        parameter = LLVMGetParam(own->value, i);
        if (!is_only_read(rules, parameter, parameter, depth - 1))
            return false;
    }
    return true;
}

static enum rs_way_verdict step_call(struct rs_way *walk, LLVMValueRef call, LLVMValueRef buffer)
{
    enum { DEPTH = 3 };
    const char *name;
    const struct rs_contract *row = rs_rules_api(walk->rules, call, &name);
    int64_t offset;

    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        if (!is_of(walk->rules, LLVMGetOperand(call, i), buffer, &offset) || is_marker(name))
            continue;
        if (row == NULL && offset == 0 && is_read_by(walk->rules, call, LLVMGetOperand(call, i), DEPTH))
            continue;
        const struct rs_argument *parameter = rs_rules_parameter(row, call, i);
        if (parameter == NULL || parameter->kind != RS_ARG_VALUE)
            return RS_WAY_END;
    }
    return RS_WAY_ON;
}

/* Whether the value is the buffer's reference to its exporter, and goes to a place that is no local variable: who finds
 * it there has it to give back. */
static bool hands_over(struct rs_way *walk, LLVMValueRef store, LLVMValueRef buffer)
{
    LLVMValueRef base, place;
    int64_t offset;

    return rs_rules_loaded(walk->rules, LLVMGetOperand(store, 0), &base, &offset) && base == buffer &&
           offset == OFFSET_OBJ &&
           !(rs_rules_address(walk->rules, LLVMGetOperand(store, 1), &place, &offset) && LLVMIsAAllocaInst(place));
}

static bool is_same(struct rs_rules *rules, LLVMValueRef a, LLVMValueRef b)
{
    LLVMValueRef base, other;
    int64_t offset, its;

    return a == b || (rs_rules_loaded(rules, a, &base, &offset) && rs_rules_loaded(rules, b, &other, &its) &&
                      base == other && offset == its);
}

/* A comparison of what has given its buffer with None, which gives none. */
static bool asks_for_none(struct rs_way *walk, LLVMValueRef at, LLVMValueRef exporter)
{
    size_t length;

    if (exporter == NULL || LLVMIsAICmpInst(at) == NULL || LLVMGetICmpPredicate(at) > LLVMIntNE)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        LLVMValueRef constant = LLVMGetOperand(at, i);

        if (LLVMIsAGlobalVariable(constant) && strcmp(LLVMGetValueName2(constant, &length), "_Py_NoneStruct") == 0)
            return is_same(walk->rules, LLVMGetOperand(at, 1 - i), exporter);
    }
    return false;
}

static enum rs_way_verdict step(struct rs_way *walk, LLVMValueRef at)
{
    struct search *search = walk->data;
    LLVMValueRef base;
    int64_t offset;

    if (at == search->start)
        return RS_WAY_END;
    if (LLVMIsAReturnInst(at))
        return RS_WAY_FOUND;
    if (rs_rules_is_call(at))
        return step_call(walk, at, search->buffer);
    if (LLVMIsAStoreInst(at) && hands_over(walk, at, search->buffer))
        return RS_WAY_END;
    if (LLVMIsAStoreInst(at) &&
        (is_of(walk->rules, LLVMGetOperand(at, 0), search->buffer, &offset) ||
         (is_of(walk->rules, LLVMGetOperand(at, 1), search->buffer, &offset) && offset == OFFSET_OBJ)))
        return RS_WAY_END;
    if (rs_rules_loaded(walk->rules, at, &base, &offset) && base == search->buffer &&
        (offset == OFFSET_OBJ || offset == OFFSET_BUF)) {
        walk->learns = true;
        walk->news = (struct rs_way_fact){at, true, 0};
    }
    if (asks_for_none(walk, at, search->exporter)) {
        walk->learns = true;
        walk->news = (struct rs_way_fact){at, false, LLVMGetICmpPredicate(at) == LLVMIntNE};
    }
    return RS_WAY_ON;
}

static bool is_local_buffer(struct rs_rules *rules, LLVMValueRef pointer)
{
    return LLVMIsAAllocaInst(pointer) && LLVMGetTypeKind(LLVMGetAllocatedType(pointer)) == LLVMStructTypeKind &&
           LLVMABISizeOfType(rules->ir->layout, LLVMGetAllocatedType(pointer)) == VIEW_SIZE;
}

/* Returns share one instruction, to which each `return` of the source leads by a branch of its own. */
static LLVMValueRef return_of(const struct rs_way *walk)
{
    LLVMValueRef first = LLVMGetFirstInstruction(LLVMGetInstructionParent(walk->found));

    while (first != walk->found && LLVMIsAPHINode(first))
        first = LLVMGetNextInstruction(first);
    return first == walk->found && walk->left != NULL ? walk->left : walk->found;
}

/* What a function of the unit returns that parses by a va_list, where it succeeds: some number, if its failure is -1.
 */
static struct rs_way_fact success_of(const struct rs_ir_function *own, LLVMValueRef call)
{
    struct rs_way_fact fact = {call, true, 0};

    RS_EACH_INSTRUCTION(own->value, i)
    {
        LLVMValueRef value = LLVMIsAReturnInst(i) && LLVMGetNumOperands(i) > 0 ? LLVMGetOperand(i, 0) : NULL;

        for (unsigned k = 0; value != NULL && k < (LLVMIsAPHINode(value) ? LLVMCountIncoming(value) : 1); k++) {
            LLVMValueRef one = LLVMIsAPHINode(value) ? LLVMGetIncomingValue(value, k) : value;

            if (LLVMIsAConstantInt(one) && LLVMConstIntGetSExtValue(one) < 0)
                fact = (struct rs_way_fact){call, false, 1};
        }
    }
    return fact;
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call, LLVMValueRef buffer,
                  bool parse)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    const struct rs_ir_function *own = rs_rules_own(rules, call);
    struct rs_way_fact fact = row == NULL ? success_of(own, call) : (struct rs_way_fact){call, parse, 0};
    struct search search = {call, buffer, parse ? NULL : LLVMGetOperand(call, 0)};
    struct rs_way walk = {.rules = rules, .step = step, .data = &search, .quiet = true}, trusting = walk;
    const char *api = row != NULL ? row->name : own->name, *name = rs_ir_variable(rules->ir, buffer);
    struct rs_finding *finding;
    size_t length;

    if (name == NULL)
        name = LLVMGetValueName2(buffer, &length);
    if (!rs_way_follow(&walk, call, fact))
        return;
    finding = rs_rules_tell(rules, RS_RULE_RS206, function, call,
                            rs_rules_text(rules,
                                          "%s fills the buffer '%s' at line %d and leaves without PyBuffer_Release, so "
                                          "that the exporter leaks and stays locked",
                                          function->name, name, rs_ir_place(rules->ir, call).line),
                            rs_rules_text(rules, "call PyBuffer_Release(&%s) on every way out behind line %d", name,
                                          rs_ir_place(rules->ir, call).line));
    rs_rules_belief(rules, finding, call, api);
    rs_rules_note(rules, finding, call,
                  rs_rules_text(rules, "%s succeeds: '%s' owns a reference to the exporter", api, name));
    rs_rules_note(rules, finding, return_of(&walk), "the function returns, nothing has released it");
    trusting.trusts = true;
    if (!rs_way_follow(&trusting, call, fact))
        finding->severity = RS_NOTE; /* only if another module's function fails, of which nothing is known */
}

static void judge_call(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call)
{
    LLVMValueRef buffers[BUFFERS_MOST];
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    unsigned count = rs_rules_buffers(rules, call, buffers, BUFFERS_MOST);

    for (unsigned i = 0; i < count; i++)
        if (is_local_buffer(rules, buffers[i]))
            judge(rules, function, call, buffers[i], row == NULL || row->failure == 0);
}

void rs_rule_buffer(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->library)
            continue;
        RS_EACH_INSTRUCTION(function->value, instruction)
        if (rs_rules_is_call(instruction))
            judge_call(rules, function, instruction);
    }
}
