/* RS201: a structure that is no object of Python's is freed, and a member that owns is never released.
 *
 * Told only where every store to the member has a reference of its own and nothing else happens to what it holds
 * anywhere in the unit: it is lent to calls and compared. Which structure is freed shows by the members that the
 * function looks at, or by what the capsule was made of whose destructor frees. */
#include "check/rules/members.h"

#include <string.h>

static bool is_free(struct rs_rules *rules, LLVMValueRef call)
{
    static const char *const names[] = {"free",      "PyMem_Free", "PyMem_RawFree", "PyObject_Free",
                                        "PyMem_DEL", "PyMem_Del",  "_ZdlPv",        "_ZdlPvm"};
    const char *name = NULL;

    if (!rs_rules_is_call(call) || LLVMGetNumArgOperands(call) == 0)
        return false;
    rs_rules_api(rules, call, &name);
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Whether the function looks at members of such a structure behind the pointer. */
static bool leads_to(LLVMValueRef pointer, struct rs_rules *rules, const char *structure)
{
    const char *found, *outer = NULL;
    int64_t offset;

    for (LLVMUseRef use = LLVMGetFirstUse(pointer); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAGetElementPtrInst(user) && LLVMGetOperand(user, 0) == pointer &&
            rs_members_field(rules, user, &found, &offset, NULL, &outer) && outer != NULL &&
            strcmp(outer, structure) == 0)
            return true;
    }
    return false;
}

/* Memory that the function itself has just asked for: what it frees on a way out was never filled. */
static bool is_made_here(LLVMValueRef pointer)
{
    return LLVMIsACallInst(pointer) || LLVMIsAInvokeInst(pointer);
}

static LLVMValueRef freed_in(struct rs_rules *rules, LLVMValueRef function, const char *structure, bool any)
{
    RS_EACH_INSTRUCTION(function, i)
    {
        if (is_free(rules, i) &&
            (any || (!is_made_here(LLVMGetOperand(i, 0)) && leads_to(LLVMGetOperand(i, 0), rules, structure))))
            return i;
    }
    return NULL;
}

/* The destructor of a capsule that is made of such a structure, or NULL. */
static const struct rs_ir_function *destructor_of(struct rs_rules *rules, LLVMValueRef call, const char *structure)
{
    const struct rs_contract *row = rs_rules_is_call(call) ? rs_rules_api(rules, call, NULL) : NULL;

    if (row == NULL || strcmp(row->name, "PyCapsule_New") != 0 || LLVMGetNumArgOperands(call) < 3 ||
        !leads_to(LLVMGetOperand(call, 0), rules, structure))
        return NULL;
    return rs_ir_function(rules->ir, LLVMGetOperand(call, 2));
}

/* Where the unit frees such a structure, and in which function; NULL: nowhere. */
static LLVMValueRef find_free(struct rs_rules *rules, const char *structure, const struct rs_ir_function **where)
{
    LLVMValueRef found = NULL;

    for (size_t f = 0; f < rules->ir->functions.count && found == NULL; f++) {
        *where = &rules->ir->functions.items[f];
        if ((*where)->library)
            continue;
        found = freed_in(rules, (*where)->value, structure, false);
        if (found != NULL)
            break;
        RS_EACH_INSTRUCTION((*where)->value, i)
        {
            const struct rs_ir_function *destructor = destructor_of(rules, i, structure);

            found = found != NULL || destructor == NULL ? found : freed_in(rules, destructor->value, structure, true);
        }
        if (found != NULL)
            *where = rs_ir_function(rules->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(found)));
    }
    return found;
}

/* Whether what was loaded from the member does nothing but be lent: it is not returned, stored, chosen from or passed
 * on. (members.c has looked at the calls.) */
static bool is_only_lent(LLVMValueRef loaded)
{
    for (LLVMUseRef use = LLVMGetFirstUse(loaded); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (!LLVMIsACallInst(user) && !LLVMIsAInvokeInst(user) && !LLVMIsAICmpInst(user) && !LLVMIsALoadInst(user) &&
            !LLVMIsAGetElementPtrInst(user))
            return false;
    }
    return true;
}

static bool is_never_moved(struct rs_rules *rules, const struct rs_member *member)
{
    const char *structure;
    int64_t offset;

    for (size_t f = 0; f < rules->ir->functions.count; f++) {
        RS_EACH_INSTRUCTION(rules->ir->functions.items[f].value, i)
        {
            if (rs_members_loaded(rules, i, &structure, &offset, NULL) && offset == member->offset &&
                strcmp(structure, member->structure) == 0 && !is_only_lent(i))
                return false;
        }
    }
    return true;
}

/* No object of Python's, nor a part of one that is told of as such. */
static bool is_plain_structure(struct rs_rules *rules, const char *structure)
{
    const char *head = rs_ir_member(rules->ir, structure, 0);

    return head != NULL && strcmp(head, "ob_base") != 0 && strcmp(head, "ob_refcnt") != 0;
}

static void judge(struct rs_members *members, const struct rs_member *member)
{
    struct rs_rules *rules = members->rules;
    const struct rs_ir_function *where = NULL;
    LLVMValueRef at;
    struct rs_finding *finding;
    const char *name;

    if (!member->owned || member->borrowed || member->uncertain || member->released || !member->mortal ||
        !is_plain_structure(rules, member->structure) || !is_never_moved(rules, member))
        return;
    at = find_free(rules, member->structure, &where);
    if (at == NULL)
        return;
    name = rs_members_name((struct rs_members *)members, member);
    finding = rs_rules_tell(
        rules, RS_RULE_RS201, where, at,
        rs_rules_text(rules,
                      "%s frees a %s, and nobody releases its member '%s', which owns what it points to since line %d",
                      where->name, member->structure, name, rs_ir_place(rules->ir, member->owned_at).line),
        rs_rules_text(rules, "release '%s' (Py_XDECREF) before the structure is freed", name));
    rs_rules_belief(rules, finding, member->owned_at, NULL);
    rs_rules_note(rules, finding, member->owned_at, rs_rules_text(rules, "'%s' is given a reference of its own", name));
}

void rs_rule_record(struct rs_rules *rules)
{
    struct rs_members members;

    rs_members_read(&members, rules);
    for (size_t i = 0; i < members.all.count; i++)
        judge(&members, &members.all.items[i]);
    rs_members_close(&members);
}
