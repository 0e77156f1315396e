/* RS203, RS205, RS303: tp_dealloc, tp_clear and tp_traverse of a type, held against the members that own.
 *
 * RS203: a member owns, and nothing that tp_dealloc reaches releases it. RS205: tp_clear releases a member that may
 * lead to other objects (so it may close a cycle) and that tp_traverse does not visit. RS303: tp_traverse visits a
 * member that nobody in the unit ever owns or releases, or the type of a static type's instance. A function that hands
 * the object to code that is not seen says nothing. */
#include "check/rules/members.h"

#include <string.h>

enum { HAVE_GC = 1 << 14, HEAP_TYPES_VISIT = 0x0309, DEPTH = 3, SET_MOST = 64, FUNCTIONS_MOST = 32 };

struct field {
    const char *structure;
    int64_t offset;
    LLVMValueRef at;
};
/* Members that a group of functions visits or releases. */
struct set {
    struct field items[SET_MOST];
    unsigned count;
    bool open;                 /* something not seen may do more */
    LLVMValueRef type_of_self; /* a visit of Py_TYPE(self) */
};

static bool has(const struct set *set, const char *structure, int64_t offset)
{
    for (unsigned i = 0; i < set->count; i++)
        if (set->items[i].offset == offset && strcmp(set->items[i].structure, structure) == 0)
            return true;
    return false;
}

static void add(struct set *set, const char *structure, int64_t offset, LLVMValueRef at)
{
    if (has(set, structure, offset))
        return;
    if (set->count == SET_MOST)
        set->open = true;
    else
        set->items[set->count++] = (struct field){structure, offset, at};
}

/* A function and those of the unit that it calls. */
struct group {
    struct rs_ir_function *items[FUNCTIONS_MOST];
    unsigned count;
    bool cut;
};

static void gather(struct rs_rules *rules, struct group *group, struct rs_ir_function *function, int depth)
{
    for (unsigned i = 0; i < group->count; i++)
        if (group->items[i] == function)
            return;
    if (group->count == FUNCTIONS_MOST || depth == 0) {
        group->cut = true;
        return;
    }
    group->items[group->count++] = function;
    RS_EACH_INSTRUCTION(function->value, i)
    if (rs_rules_is_call(i) && rs_rules_own(rules, i) != NULL)
        gather(rules, group, rs_rules_own(rules, i), depth - 1);
}

/* The slot of PyTypeObject that a call goes through, "" for another pointer, NULL for a named function. */
static const char *slot_called(struct rs_rules *rules, LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);
    const char *name, *stem;
    LLVMTypeRef type;
    LLVMValueRef base, address;
    int64_t offset;

    if (rs_ir_callee(call) != NULL || LLVMIsAInlineAsm(callee))
        return NULL;
    address = LLVMIsALoadInst(callee) ? LLVMGetOperand(callee, 0) : NULL;
    if (address == NULL || !LLVMIsAGetElementPtrInst(address) || !rs_rules_address(rules, address, &base, &offset) ||
        offset < 0)
        return "";
    type = LLVMGetGEPSourceElementType(address);
    stem = LLVMGetTypeKind(type) == LLVMStructTypeKind ? rs_ir_struct_stem(rules->ir, type) : NULL;
    name = stem != NULL && strcmp(stem, "_typeobject") == 0 ? rs_ir_member(rules->ir, stem, (uint64_t)offset) : NULL;
    return name != NULL ? name : "";
}

/* ---- what tp_traverse visits ---- */

static void note_visit(struct rs_rules *rules, struct set *set, LLVMValueRef call)
{
    const char *slot = slot_called(rules, call), *structure;
    LLVMValueRef value = rs_rules_argument(call, 0), base;
    int64_t offset;

    if (slot == NULL) {
        if (rs_rules_api(rules, call, NULL) == NULL && rs_rules_own(rules, call) == NULL &&
            strncmp(LLVMGetValueName(rs_ir_callee(call)), "llvm.", 5) != 0)
            set->open = true;
        return;
    }
    if (value != NULL && rs_members_loaded(rules, value, &structure, &offset, &base))
        add(set, structure, offset, call);
    else if (value != NULL && rs_rules_is_type_of(rules, value))
        set->type_of_self = call;
    else
        set->open = true; /* items of an array, or a base's tp_traverse */
}

static void read_visits(struct rs_rules *rules, struct rs_ir_function *traverse, struct set *set)
{
    struct group group = {0};

    gather(rules, &group, traverse, DEPTH);
    set->open |= group.cut;
    for (unsigned f = 0; f < group.count; f++)
        RS_EACH_INSTRUCTION(group.items[f]->value, i)
    if (rs_rules_is_call(i))
        note_visit(rules, set, i);
}

/* ---- what tp_dealloc and tp_clear release ---- */

/* Whether a value that was loaded from a member is released, or goes where it may be. */
static bool may_be_released(struct rs_rules *rules, LLVMValueRef value, bool certain)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const struct rs_contract *row =
            LLVMIsAInstruction(user) && rs_rules_is_call(user) ? rs_rules_api(rules, user, NULL) : NULL;

        if (row != NULL && rs_rules_ref_act(row) == RS_REF_RELEASE)
            return true;
        if (LLVMIsAGetElementPtrInst(user) && rs_rules_whole(user) == rs_rules_whole(value) &&
            may_be_released(rules, user, certain))
            return true;
        if (certain || LLVMIsAICmpInst(user) || LLVMIsALoadInst(user) || LLVMIsAGetElementPtrInst(user))
            continue;
        if (row == NULL || row->result == RS_RESULT_NEW || (row->flags & RS_MAY_RELEASE))
            return true;
    }
    return false;
}

/* `certain`: only members of the object itself that are released for sure, else all that may be. */
static void read_releases(struct rs_rules *rules, struct rs_ir_function *function, struct set *set, bool certain)
{
    struct group group = {0};
    const char *structure;
    LLVMValueRef base;
    int64_t offset;

    gather(rules, &group, function, DEPTH);
    set->open |= group.cut;
    for (unsigned f = 0; f < group.count; f++) {
        RS_EACH_INSTRUCTION(group.items[f]->value, i)
        {
            if (rs_members_loaded(rules, i, &structure, &offset, &base) && (!certain || LLVMIsAArgument(base)) &&
                may_be_released(rules, i, certain))
                add(set, structure, offset, i);
        }
    }
}

/* Whether the object itself goes to code that is not seen and could release its members. */
static bool hands_itself_on(struct rs_rules *rules, LLVMValueRef call)
{
    const char *slot = slot_called(rules, call), *name;
    bool self = false;

    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
        self |= LLVMIsAArgument(LLVMGetOperand(call, i)) != NULL;
    if (!self)
        return false;
    if (slot != NULL)
        return strcmp(slot, "tp_free") != 0 && strcmp(slot, "tp_dealloc") != 0 && slot[0] != '\0';
    return rs_rules_api(rules, call, &name) == NULL && rs_rules_own(rules, call) == NULL &&
           strncmp(name, "llvm.", 5) != 0;
}

static bool is_closed(struct rs_rules *rules, struct rs_ir_function *function)
{
    struct group group = {0};

    gather(rules, &group, function, DEPTH);
    for (unsigned f = 0; f < group.count; f++)
        RS_EACH_INSTRUCTION(group.items[f]->value, i)
    if (rs_rules_is_call(i) && hands_itself_on(rules, i))
        return false;
    return !group.cut;
}

/* The structure that tp_dealloc takes its object for: the first one that it looks into, or what it is declared to be.
 */
static const char *structure_of(struct rs_rules *rules, const struct rs_ir_function *function)
{
    const char *structure, *outer;
    LLVMValueRef base,
        self = function != NULL && LLVMCountParams(function->value) > 0 ? LLVMGetParam(function->value, 0) : NULL;
    int64_t offset;

    if (self == NULL)
        return NULL;
    RS_EACH_INSTRUCTION(function->value, i)
    if (LLVMIsAGetElementPtrInst(i) && rs_members_field(rules, i, &structure, &offset, &base, &outer) && base == self)
        return outer;
    return rs_ir_parameter_structure(rules->ir, function->value, 0);
}

/* ---- the audit ---- */

struct type {
    struct rs_rules_type head;
    struct rs_ir_function *dealloc, *clear, *traverse;
    struct set visited, cleared, released, freed; /* freed: may be released by what tp_dealloc reaches */
};

/* Whether the member is one that only instances of other types over the same structure have filled: the function that
 * fills it serves those, whose tp_dealloc releases it, and not this one. */
static bool is_others(struct rs_members *members, const struct type *type, const struct rs_member *member)
{
    struct rs_rules *rules = members->rules;
    LLVMValueRef filler = LLVMGetBasicBlockParent(LLVMGetInstructionParent(member->owned_at));

    for (size_t i = 0; i < rules->ir->types.count; i++) {
        LLVMValueRef table = rules->ir->types.items[i].table;
        struct rs_ir_function *dealloc = rs_rules_slot(rules, table, "tp_dealloc");
        struct set freed = {0};

        if (dealloc == NULL || dealloc == type->dealloc)
            continue;
        read_releases(rules, dealloc, &freed, false);
        if (has(&freed, member->structure, member->offset) && rs_rules_serves(rules, table, filler) &&
            !rs_rules_serves(rules, type->head.table, filler))
            return true;
    }
    return false;
}

static void audit_dealloc(struct rs_members *members, struct type *type)
{
    struct rs_rules *rules = members->rules;
    const char *structure = structure_of(rules, type->dealloc);

    if (structure == NULL)
        structure = structure_of(rules, type->clear != NULL ? type->clear : type->traverse);
    if (structure == NULL || type->freed.open || !is_closed(rules, type->dealloc))
        return;
    for (size_t i = 0; i < members->all.count; i++) {
        struct rs_member *member = &members->all.items[i];
        struct rs_finding *finding;
        const char *name;

        if (!member->owned || member->uncertain || member->borrowed || strcmp(member->structure, structure) != 0 ||
            has(&type->freed, structure, member->offset) || is_others(members, type, member))
            continue;
        name = rs_members_name(members, member);
        finding = rs_rules_tell(
            rules, RS_RULE_RS203, type->dealloc, NULL,
            rs_rules_text(rules,
                          "%s never releases the member '%s' of a %s, which owns what it points to since line %d",
                          type->dealloc->name, name, type->head.name, rs_ir_place(rules->ir, member->owned_at).line),
            rs_rules_text(rules, "add Py_CLEAR(self->%s) to %s", name, type->dealloc->name));
        rs_rules_belief(rules, finding, member->owned_at, NULL);
        rs_rules_note(rules, finding, member->owned_at,
                      rs_rules_text(rules, "'%s' is given a reference of its own", name));
        if (!member->mortal)
            rs_rules_harmless(finding);
    }
}

static void audit_unvisited(struct rs_members *members, struct type *type)
{
    struct rs_rules *rules = members->rules;

    if (type->visited.open || !type->head.flags_known || !(type->head.flags & HAVE_GC))
        return;
    for (unsigned i = 0; i < type->cleared.count; i++) {
        const struct field *field = &type->cleared.items[i];
        struct rs_member *member = rs_members_find(members, field->structure, field->offset);
        struct rs_finding *finding;
        const char *name;

        if (member == NULL || !member->leads_on || has(&type->visited, field->structure, field->offset))
            continue;
        name = rs_members_name(members, member);
        finding = rs_rules_tell(
            rules, RS_RULE_RS205, type->traverse, NULL,
            rs_rules_text(
                rules,
                "%s does not visit the member '%s' of a %s, which %s releases: a cycle through it is never found",
                type->traverse->name, name, type->head.name, type->clear->name),
            rs_rules_text(rules, "add Py_VISIT(self->%s) to %s", name, type->traverse->name));
        rs_rules_belief(rules, finding, field->at, NULL);
        rs_rules_note(rules, finding, field->at, rs_rules_text(rules, "%s releases '%s'", type->clear->name, name));
    }
}

static void audit_unowned(struct rs_members *members, struct type *type)
{
    struct rs_rules *rules = members->rules;

    for (unsigned i = 0; i < type->visited.count; i++) {
        const struct field *field = &type->visited.items[i];
        struct rs_member *member = rs_members_find(members, field->structure, field->offset);
        struct rs_finding *finding;
        const char *name;

        if (member == NULL || !member->borrowed || member->owned || member->uncertain || member->released)
            continue;
        name = rs_members_name(members, member);
        finding = rs_rules_tell(
            rules, RS_RULE_RS303, type->traverse, field->at,
            rs_rules_text(rules,
                          "%s visits the member '%s' of a %s, which never owns what it points to: the collector takes "
                          "a live object for garbage",
                          type->traverse->name, name, type->head.name),
            rs_rules_text(
                rules, "leave '%s' out of %s, or own what is stored there (and release it in tp_clear and tp_dealloc)",
                name, type->traverse->name));
        rs_rules_belief(rules, finding, member->borrowed_at, NULL);
        rs_rules_note(rules, finding, member->borrowed_at,
                      rs_rules_text(rules, "'%s' is set without a reference", name));
    }
}

/* An instance of a heap type owns a reference to it. Types mostly live as long as their module: a note. */
static void audit_no_type_visit(struct rs_rules *rules, struct type *type)
{
    struct rs_finding *finding;

    if (type->visited.type_of_self != NULL || type->visited.open || !type->head.flags_known ||
        !(type->head.flags & HAVE_GC))
        return;
    finding = rs_rules_tell(
        rules, RS_RULE_RS205, type->traverse, NULL,
        rs_rules_text(rules,
                      "%s does not visit the type of a %s, which each instance owns a reference to: a type that is "
                      "reachable from its instances only is never collected",
                      type->traverse->name, type->head.name),
        rs_rules_text(rules, "add Py_VISIT(Py_TYPE(self)) to %s (from 3.9 on)", type->traverse->name));
    finding->severity = RS_NOTE;
}

static void audit_type_visit(struct rs_rules *rules, struct type *type)
{
    if (type->head.heap && rules->ir->python >= HEAP_TYPES_VISIT) {
        audit_no_type_visit(rules, type);
        return;
    }
    if (type->visited.type_of_self == NULL)
        return;
    rs_rules_tell(
        rules, RS_RULE_RS303, type->traverse, type->visited.type_of_self,
        type->head.heap
            ? rs_rules_text(rules,
                            "%s visits the type of a %s; before 3.9 the collector counts that reference without this",
                            type->traverse->name, type->head.name)
            : rs_rules_text(rules, "%s visits the type of a %s, which is static: its instances own no reference to it",
                            type->traverse->name, type->head.name),
        rs_rules_text(rules, "visit Py_TYPE(self) in %s for heap types only, and from 3.9 on", type->traverse->name));
}

static void audit(struct rs_members *members, const struct rs_ir_type *entry)
{
    struct rs_rules *rules = members->rules;
    struct type type = {.head = rs_rules_type(rules, entry)};

    type.dealloc = rs_rules_slot(rules, entry->table, "tp_dealloc");
    type.clear = rs_rules_slot(rules, entry->table, "tp_clear");
    type.traverse = rs_rules_slot(rules, entry->table, "tp_traverse");
    if (type.traverse != NULL)
        read_visits(rules, type.traverse, &type.visited);
    if (type.clear != NULL)
        read_releases(rules, type.clear, &type.cleared, true);
    if (type.dealloc != NULL) {
        read_releases(rules, type.dealloc, &type.freed, false);
        audit_dealloc(members, &type);
    }
    if (type.traverse == NULL || type.traverse->library)
        return;
    if (type.clear != NULL)
        audit_unvisited(members, &type);
    audit_unowned(members, &type);
    audit_type_visit(rules, &type);
}

void rs_rule_traverse(struct rs_rules *rules)
{
    struct rs_members members;

    if (rules->ir->types.count == 0)
        return;
    rs_members_read(&members, rules);
    for (size_t i = 0; i < rules->ir->types.count; i++)
        audit(&members, &rules->ir->types.items[i]);
    rs_members_close(&members);
}
