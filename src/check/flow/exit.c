/* The end of a way through a function: what it returns against what its role promises, what is left over, what memory
 * holds. */
#include <llvm-c/DebugInfo.h>
#include <stdio.h>
#include <string.h>

#include "check/flow/flow.h"

#define SAY(flow, ...) rs_arena_printf(&(flow)->ir->arena, __VA_ARGS__)

/* With several return statements clang gathers their values in one block: the branch to it bears the statement's line,
 * or what stands before that. What else stands in the block (a variable's cleanup, a destructor) has the line of the
 * closing brace, as the return has. Values that are one need no phi; the brace stands in the first column then. */
static LLVMValueRef return_statement(struct rs_flow *flow, const struct rs_state *state, LLVMValueRef ret)
{
    LLVMValueRef head = LLVMGetFirstInstruction(LLVMGetInstructionParent(ret));
    LLVMMetadataRef location = LLVMInstructionGetDebugLoc(ret);
    bool gathers = LLVMIsAPHINode(head) || (location != NULL && LLVMDILocationGetColumn(location) == 1);
    LLVMValueRef from =
        gathers && state->came_from != NULL && LLVMIsATerminatorInst(state->came_from) ? state->came_from : NULL;
    int line = rs_ir_place(flow->ir, ret).line;

    for (LLVMValueRef at = head; at != ret && from != NULL; at = LLVMGetNextInstruction(at))
        if (!LLVMIsAPHINode(at) && rs_ir_place(flow->ir, at).line != line)
            return ret;
    while (from != NULL && rs_ir_place(flow->ir, from).line == 0)
        from = LLVMGetPreviousInstruction(from);
    return from == NULL ? ret : from;
}

/* Places that outlive the function and hold the object because this function stored it there. */
static int holders(struct rs_flow *flow, const struct rs_state *state, int32_t sym, bool owning_only)
{
    int count = 0;

    for (size_t i = 0; i < state->mem.count; i++) {
        const struct rs_cell *cell = &state->mem.items[i];

        if (cell->value.number != 0 || !rs_memory_holds(flow, state, cell, sym) ||
            !rs_memory_outlives(state, cell->base))
            continue;
        if (owning_only && cell->base == sym)
            continue; /* whoever points to itself does not keep itself alive */
        if (state->syms.items[cell->base].kind == RS_SYM_ITEMS)
            continue; /* was taken over when it was stored */
        count += !owning_only || rs_fields_is_owner(flow->unit, cell->key);
    }
    return count;
}

static bool is_certain(const struct rs_sym *sym)
{
    return sym->null != RS_NULL && !(sym->flags & RS_F_UNCERTAIN) &&
           (sym->kind == RS_SYM_ARG || sym->kind == RS_SYM_GLOBAL || sym->kind == RS_SYM_BORROWED ||
            sym->kind == RS_SYM_LOADED || sym->kind == RS_SYM_NEW);
}

/* A member that is returned: certain where its place is known and still holds it. */
static bool is_lent(const struct rs_state *state, const struct rs_sym *sym)
{
    enum rs_sym_kind base;

    if (sym->kind != RS_SYM_LOADED)
        return true;
    if (sym->parent == RS_NONE || !(sym->flags & RS_F_HELD) || sym->offset < 0)
        return false;
    base = state->syms.items[sym->parent].kind;
    return base == RS_SYM_ARG || base == RS_SYM_GLOBAL || base == RS_SYM_BORROWED ||
           (base == RS_SYM_MEMORY && state->syms.items[sym->parent].flags & RS_F_FOREVER);
}

static void judge_unowned_result(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, LLVMValueRef at)
{
    const char *name = rs_tell_name(flow, sym), *function = flow->function->name;

    if (!is_certain(sym) || !is_lent(state, sym) || sym->flags & RS_F_LODGED)
        return;
    if (sym->kind == RS_SYM_NEW && !(sym->flags & (RS_F_STOLEN | RS_F_DEAD)))
        return;
    if (sym->flags & RS_F_DEAD)
        rs_tell(flow, state, RS_RULE_RS105, at, sym,
                SAY(flow, "%s: returns %s after its last reference was given up%s", function, name,
                    rs_tell_line(flow, sym->gone)),
                SAY(flow, "keep the reference that is returned: drop the release%s", rs_tell_line(flow, sym->gone)));
    else if (sym->flags & RS_F_STOLEN)
        rs_tell(flow, state, RS_RULE_RS102, at, sym,
                SAY(flow, "%s: returns %s, whose reference %s%s took over", function, name, sym->gone_api,
                    rs_tell_line(flow, sym->gone)),
                SAY(flow, "take a reference (Py_INCREF) before %s takes the other one", sym->gone_api));
    else
        rs_tell(flow, state, RS_RULE_RS102, at, sym,
                SAY(flow, "%s: returns %s as a new reference, but it is borrowed", function, name),
                SAY(flow, "take a reference (Py_INCREF or Py_NewRef) before the return%s", rs_tell_line(flow, at)));
    /* whether the return is wrong is read off its line later on: what places do stays certain */
    if (!rs_tell_immortal(flow, sym))
        sym->flags |= RS_F_UNCERTAIN;
}

/* Returned and kept, with one reference for both. */
static void judge_kept_result(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, int32_t index,
                              LLVMValueRef at)
{
    if (sym->owned != 0 || !is_certain(sym) || sym->kind != RS_SYM_NEW || holders(flow, state, index, true) == 0)
        return;
    rs_tell(flow, state, RS_RULE_RS102, at, sym,
            SAY(flow, "%s: returns %s and keeps it, with one reference for both", flow->function->name,
                rs_tell_name(flow, sym)),
            SAY(flow, "take a reference (Py_INCREF or Py_NewRef) before the return%s", rs_tell_line(flow, at)));
    sym->flags |= RS_F_UNCERTAIN;
}

/* Whether a helper made the call. */
static bool is_elsewhere(const struct rs_flow *flow, LLVMValueRef call)
{
    return call != NULL && LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)) != flow->function->value;
}

/* The helper's result came with the exception of a call of its own: whoever passes it on is not told of. */
static void tell_helper(struct rs_flow *flow, struct rs_state *state)
{
    const struct rs_ir_function *helper =
        rs_ir_function(flow->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(state->err_at)));
    LLVMValueRef callee = rs_ir_callee(state->err_at);
    struct rs_candidate candidate;

    if (helper == NULL || helper->library)
        return;
    candidate = rs_tell_candidate(flow, state, RS_RULE_RS302, state->err_at, NULL,
                                  SAY(flow, "%s: returns a result though %s has set an exception%s; %s passes it on",
                                      helper->name, callee == NULL ? "a call" : rs_ir_readable(flow->ir, callee),
                                      rs_tell_line(flow, state->err_at), flow->function->name),
                                  "return NULL or -1 there, or clear the exception (PyErr_Clear)");
    candidate.function = helper->value;
    rs_tell_add(flow, &candidate);
}

/* Whether Cython generated the function (in C++ its name is within the mangled one): its own failures come with an
 * exception, those of the C that it calls may not.
 */
static bool is_generated(const struct rs_ir_function *function)
{
    return strstr(function->symbol, "__pyx_") != NULL || strstr(function->symbol, "__Pyx_") != NULL;
}

/* Whether the exception was set by what Cython does by itself. */
static bool is_generators(struct rs_flow *flow, LLVMValueRef set)
{
    LLVMValueRef callee = set != NULL && LLVMIsAInstruction(set) ? rs_ir_callee(set) : NULL;
    const struct rs_ir_function *own = callee == NULL ? NULL : rs_ir_function(flow->ir, callee);

    return callee == NULL || (own != NULL && (own->library || is_generated(own)));
}

/* The NULL that is handed on came from a helper, without an exception there. In C that Cython generated the call of the
 * helper is what the .pyx shows. */
static void tell_lacking(struct rs_flow *flow, struct rs_state *state)
{
    const struct rs_ir_function *helper =
        rs_ir_function(flow->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(state->lacking)));
    bool shown = !flow->function->cdef && strncmp(flow->function->name, "__pyx_", 6) != 0;
    struct rs_sym where = {.how = shown ? state->lacking_at : state->lacking,
                           .api = helper == NULL ? NULL : helper->name};
    struct rs_candidate candidate;

    if (helper == NULL || helper->library || is_generated(helper))
        return;
    candidate = rs_tell_candidate(flow, state, RS_RULE_RS302, shown ? state->lacking : state->lacking_at, &where,
                                  SAY(flow, "%s: returns NULL without an exception set%s; %s passes it on%s",
                                      helper->name, rs_tell_line(flow, state->lacking), flow->function->name,
                                      rs_tell_line(flow, state->lacking_at)),
                                  "set an exception there (PyErr_SetString ...), or where the NULL is passed on");
    candidate.function = shown ? helper->value : flow->function->value;
    rs_tell_add(flow, &candidate);
}

/* `number`: the one that is returned, as text; NULL of a pointer. */
static void judge_error(struct rs_flow *flow, struct rs_state *state, bool failed, const char *number, LLVMValueRef at)
{
    const struct rs_contract *slot = flow->function->role->contract;
    const char *value = number == NULL ? "NULL" : failed ? number : "-1", *function = flow->function->name;
    struct rs_sym where = {.how = state->pending ? state->pending_at : NULL,
                           .api = state->pending ? "an unchecked conversion" : NULL};

    if (failed && state->err == RS_ERR_CLEAR && !(slot->flags & RS_MISS_IS_NULL) && state->lacking != NULL)
        tell_lacking(flow, state);
    else if (is_generated(flow->function) &&
             (failed || (state->err == RS_ERR_SET && is_generators(flow, state->err_at))))
        return;
    else if (failed && state->err == RS_ERR_CLEAR && !(slot->flags & RS_MISS_IS_NULL))
        rs_tell(flow, state, RS_RULE_RS302, at, &where,
                SAY(flow, "%s: returns %s without an exception set", function, value),
                SAY(flow, "set an exception before the return%s (PyErr_SetString ...), or return a value",
                    rs_tell_line(flow, at)));
    else if (!failed && state->err == RS_ERR_SET && state->supposed == RS_SUPPOSED_NOTHING &&
             is_elsewhere(flow, state->err_at))
        tell_helper(flow, state);
    else if (!failed && state->err == RS_ERR_SET && state->supposed == RS_SUPPOSED_NOTHING)
        rs_tell(flow, state, RS_RULE_RS302, at, &where,
                SAY(flow, "%s: returns a result while an exception is set", function),
                SAY(flow, "return %s, or clear the exception (PyErr_Clear)", value));
    else if (!failed && state->pending) {
        size_t length;
        LLVMValueRef callee = rs_ir_callee(state->pending_at);
        where.api = callee == NULL ? NULL : LLVMGetValueName2(callee, &length);
        rs_tell(flow, state, RS_RULE_RS302, state->pending_at, &where,
                SAY(flow,
                    "%s: the failure of %s is not looked at, so that a result may be returned%s with an exception set",
                    function, where.api, rs_tell_line(flow, at)),
                SAY(flow, "test the result for -1 and ask PyErr_Occurred()"));
    }
}

/* NULL may mean that there is nothing, too, and nobody has asked which. */
static void judge_miss(struct rs_flow *flow, struct rs_state *state, int32_t index, LLVMValueRef at)
{
    const struct rs_sym *sym = &state->syms.items[index];
    const struct rs_contract *slot = flow->function->role == NULL ? NULL : flow->function->role->contract;
    const struct rs_contract *row = sym->api == NULL || sym->how == NULL || LLVMIsACallInst(sym->how) == NULL
                                        ? NULL
                                        : rs_contract_find(sym->api, flow->ir->python);
    bool unasked = state->err == RS_ERR_MAYBE && state->err_sym == index;

    if (!flow->role || slot == NULL || slot->flags & RS_MISS_IS_NULL || row == NULL ||
        !(row->flags & RS_MISS_IS_NULL) || sym->null != RS_MAYBE || !unasked)
        return;
    rs_tell(flow, state, RS_RULE_RS302, at, sym,
            SAY(flow, "%s: returns NULL without an exception set where %s finds nothing", flow->function->name,
                sym->api),
            SAY(flow,
                "where %s is NULL and PyErr_Occurred() is, too, set an exception (PyErr_SetObject ...) or return "
                "another value",
                rs_tell_name(flow, sym)));
}

static void judge_result(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at)
{
    struct rs_sym *sym = rs_refs_owning_name(state, rs_state_object(state, value));
    bool null = (value.kind == RS_AV_INT && value.number == 0) || (sym != NULL && sym->null == RS_NULL);

    if (flow->role && (null || (sym != NULL && sym->null == RS_NONNULL) || (sym != NULL && state->pending)))
        judge_error(flow, state, null, NULL, at);
    if (sym == NULL || null)
        return;
    judge_miss(flow, state, value.sym, at);
    /* of what never dies the places come first: Py_RETURN_NONE takes no reference from 3.12 on */
    if (sym->owned > (rs_tell_immortal(flow, sym) ? holders(flow, state, value.sym, true) : 0)) {
        sym->owned--;
        judge_kept_result(flow, state, sym, value.sym, at);
    } else {
        judge_unowned_result(flow, state, sym, at);
    }
}

/* What is left over, and what is missing. */
static void judge_left(struct rs_flow *flow, struct rs_state *state, int32_t returned, LLVMValueRef at)
{
    for (size_t i = 0; i < state->syms.count; i++) {
        struct rs_sym *sym = &state->syms.items[i];
        bool callers =
            ((int32_t)i == returned && sym->owned <= 1 + holders(flow, state, (int32_t)i, false)) ||
            (!flow->role && (sym->kind == RS_SYM_ARG || sym->kind == RS_SYM_LOADED || sym->kind == RS_SYM_GLOBAL));

        if (sym->owned > 0 && !callers && sym->owned > holders(flow, state, (int32_t)i, false))
            rs_refs_lost(flow, state, sym, at);
    }
}

/* What a call brought has turned out to be a constant, and its reference is left: that is this function's loss, not its
 * caller's. */
static void judge_found(struct rs_flow *flow, struct rs_state *state, int32_t returned, LLVMValueRef at)
{
    for (size_t i = 0; i < state->syms.count; i++) {
        struct rs_sym *sym = &state->syms.items[i];
        int accounted = ((int32_t)i == returned) + holders(flow, state, (int32_t)i, false);

        if (!(sym->flags & RS_F_FOUND) || sym->flags & RS_F_UNCERTAIN || sym->owned <= accounted)
            continue;
        rs_refs_lost(flow, state, sym, at);
        sym->owned = (int8_t)accounted;
        sym->flags &= ~(uint32_t)RS_F_UNCERTAIN;
    }
}

/* Whether the place is a global that the function fills itself where it finds nothing there: the next time it finds
 * what it has given up now. */
static bool is_kept_here(const struct rs_flow *flow, const struct rs_state *state, const struct rs_sym *sym)
{
    LLVMValueRef global = state->syms.items[sym->parent].identity;

    if (flow->init || sym->offset != 0 || state->syms.items[sym->parent].kind != RS_SYM_GLOBAL)
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(global); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 1) == global && !LLVMIsConstant(LLVMGetOperand(user, 0)) &&
            LLVMGetBasicBlockParent(LLVMGetInstructionParent(user)) == flow->function->value)
            return true;
    }
    return false;
}

/* A member was released, and its place points to it still. */
static void judge_dangling(struct rs_flow *flow, struct rs_state *state)
{
    /* what tp_clear has emptied lives on until tp_dealloc */
    bool clears = flow->role && (strcmp(flow->function->role->slot, "tp_clear") == 0 ||
                                 strcmp(flow->function->role->slot, "m_clear") == 0);

    for (size_t i = 0; i < state->syms.count; i++) {
        struct rs_sym *sym = &state->syms.items[i];
        const struct rs_field *field;

        if (sym->kind != RS_SYM_LOADED || sym->owned >= 0 || !(sym->flags & RS_F_HELD) || !is_certain(sym) ||
            !is_lent(state, sym) || (flow->dying && !clears) || !flow->role)
            continue;
        field = rs_field_find(flow->unit, (uintptr_t)sym->identity);
        if ((field == NULL || (field->releasers < 2 && !(clears && !flow->uncalled))) &&
            !is_kept_here(flow, state, sym))
            continue;
        rs_tell(flow, state, sym->flags & RS_F_STOLEN ? RS_RULE_RS103 : RS_RULE_RS101, sym->gone, sym,
                SAY(flow, "%s: the reference that %s holds is given up, and its place points to it still",
                    flow->function->name, rs_tell_name(flow, sym)),
                "set the place to NULL when its reference is given up (Py_CLEAR), or take a reference first");
    }
}

/* What was only lent for the call stays in a global that others use, and that nobody takes for an owner. */
static void judge_kept(struct rs_flow *flow, struct rs_state *state, const struct rs_cell *cell,
                       const struct rs_sym *sym)
{
    bool lent = flow->role && !flow->init && !flow->dying &&
                (sym->kind == RS_SYM_ARG ||
                 (sym->kind == RS_SYM_BORROWED && sym->api != NULL && strstr(sym->api, "PyArg_") != NULL));
    LLVMValueRef global = state->syms.items[cell->base].identity;

    if (!lent || !is_certain(sym) || sym->owned != 0 || cell->offset != 0 || !LLVMIsAStoreInst(cell->at) ||
        !LLVMIsAGlobalVariable(global) || rs_field_find(flow->unit, cell->key) != NULL ||
        !rs_fields_is_kept(flow, global))
        return;
    rs_tell(flow, state, RS_RULE_RS103, cell->at, sym,
            SAY(flow, "%s: keeps %s in a global without a reference of its own", flow->function->name,
                rs_tell_name(flow, sym)),
            SAY(flow, "take a reference (Py_INCREF or Py_NewRef) when it is stored%s, and release what was there",
                rs_tell_line(flow, cell->at)));
}

static void judge_stores(struct rs_flow *flow, struct rs_state *state)
{
    for (size_t i = 0; i < state->mem.count; i++) {
        const struct rs_cell *cell = &state->mem.items[i];
        struct rs_sym *sym = rs_state_object(state, cell->value);

        if (cell->stored && cell->key != 0 && sym != NULL && rs_memory_outlives(state, cell->base) &&
            state->syms.items[cell->base].kind != RS_SYM_ITEMS)
            rs_fields_stored(flow, state, cell, sym);
        if (cell->stored && sym != NULL && state->syms.items[cell->base].kind == RS_SYM_GLOBAL)
            judge_kept(flow, state, cell, sym);
    }
}

/* Whether the number that a slot returns says that it has failed. Whoever assigns asks whether it is 0, whoever wants
 * an answer whether it is below (Python/ceval.c, Objects/typeobject.c: type_call, of 3.8 to 3.13); a hash is asked for
 * -1 alone. */
static bool is_failure(const struct rs_ir_role *role, int64_t number)
{
    static const char *const assign[] = {"mod.exec",    "getset.set",       "tp_setattro",  "tp_setattr",
                                         "sq_ass_item", "mp_ass_subscript", "tp_descr_set", NULL};

    for (const char *const *slot = assign; *slot != NULL; slot++)
        if (strcmp(role->slot, *slot) == 0)
            return number != 0;
    return strcmp(role->slot, "tp_hash") == 0 ? number == -1 : number < 0;
}

/* What a slot hands to the interpreter through an address: the obj of a buffer, the result of am_send. */
static void judge_filled(struct rs_flow *flow, struct rs_state *state, int64_t number)
{
    enum { VIEW_OBJ = 8 };
    const struct rs_contract *slot = flow->function->role->contract;

    for (uint32_t i = 0; i < slot->nargs && i < flow->nargs && !is_failure(flow->function->role, number); i++) {
        bool view = slot->args[i].kind == RS_ARG_BUFFER_OUT;
        struct rs_cell *cell =
            view || slot->args[i].kind == RS_ARG_OUT ? rs_memory_cell(state, (int32_t)i, view ? VIEW_OBJ : 0) : NULL;
        struct rs_sym *sym =
            cell == NULL || !cell->stored ? NULL : rs_refs_owning_name(state, rs_state_object(state, cell->value));

        if (sym == NULL || sym->null == RS_NULL)
            continue;
        cell->stored = false;
        if (sym->owned > 0) {
            sym->owned--;
            continue;
        }
        if (!is_certain(sym) || !is_lent(state, sym) || sym->kind == RS_SYM_NEW || sym->flags & RS_F_LODGED)
            continue;
        rs_tell(flow, state, RS_RULE_RS103, cell->at, sym,
                SAY(flow, "%s: hands %s over in %s without a reference: whoever called gives one up",
                    flow->function->name, rs_tell_name(flow, sym), view ? "the obj of the buffer" : "its result"),
                SAY(flow, "take a reference (Py_INCREF or Py_NewRef) when it is stored%s",
                    rs_tell_line(flow, cell->at)));
        sym->flags |= RS_F_UNCERTAIN;
    }
}

static struct rs_lent *lent_of(struct rs_flow *flow, LLVMValueRef object)
{
    for (size_t i = 0; i < flow->lent.count; i++)
        if (flow->lent.items[i].object == object)
            return &flow->lent.items[i];
    *RS_PUSH(&flow->lent) = (struct rs_lent){.object = object};
    return &flow->lent.items[flow->lent.count - 1];
}

/* Whoever calls cannot know on which of its ways a reference comes. */
static void note_mixed(struct rs_flow *flow, struct rs_state *state, int32_t index, LLVMValueRef at)
{
    struct rs_sym *sym = &state->syms.items[index];
    struct rs_lent *lent = lent_of(flow, NULL);

    if (!is_certain(sym) || sym->flags & (RS_F_LODGED | RS_F_STOLEN))
        return;
    lent->given = lent->given || (sym->owned == 1 && holders(flow, state, index, false) == 0);
    if (sym->owned != 0 || lent->lacks || sym->kind == RS_SYM_NEW || !is_lent(state, sym) || sym->gone != NULL)
        return;
    lent->lacks = true;
    lent->lacking = rs_tell_candidate(flow, state, RS_RULE_RS102, at, sym,
                                      SAY(flow, "%s: returns %s without a reference here, and one with it elsewhere",
                                          flow->function->name, rs_tell_name(flow, sym)),
                                      SAY(flow, "take a reference (Py_INCREF or Py_NewRef) before the return%s",
                                          rs_tell_line(flow, at)));
}

/* A helper's result that is one of Python's constants: whether its caller gets a reference. */
static void note_lent(struct rs_flow *flow, struct rs_state *state, int32_t index, LLVMValueRef at)
{
    struct rs_sym *sym = &state->syms.items[index];
    struct rs_lent *lent;
    size_t length;

    if (sym->kind != RS_SYM_GLOBAL)
        note_mixed(flow, state, index, at);
    if (sym->kind != RS_SYM_GLOBAL || sym->flags & RS_F_UNCERTAIN ||
        strncmp(LLVMGetValueName2(sym->identity, &length), "_Py_", 4) != 0 || rs_tell_immortal(flow, sym))
        return;
    lent = lent_of(flow, sym->identity);
    lent->given = lent->given || (sym->owned == 1 && holders(flow, state, index, false) == 0);
    if (sym->owned != 0 || lent->lacks)
        return;
    lent->lacks = true;
    lent->lacking = rs_tell_candidate(flow, state, RS_RULE_RS102, at, sym,
                                      SAY(flow, "%s: returns %s without a reference here, and with one elsewhere",
                                          flow->function->name, rs_tell_name(flow, sym)),
                                      SAY(flow, "take a reference (Py_INCREF, Py_RETURN_NONE) before the return%s",
                                          rs_tell_line(flow, at)));
}

/* Callers get what the other ways give: what is wrong is told here. */
static void promise(struct rs_summary *summary, const char *global)
{
    for (unsigned i = 0; i < summary->ncases; i++) {
        struct rs_case *way = &summary->cases[i];
        bool counted = false;

        if (way->result.kind != RS_SUBJECT_STATIC || strcmp(way->result.global, global) != 0)
            continue;
        for (unsigned k = 0; k < way->nrefs; k++)
            counted =
                counted || (way->refs[k].who.kind == RS_SUBJECT_STATIC && strcmp(way->refs[k].who.global, global) == 0);
        if (!counted && way->nrefs < RS_CASE_REFS)
            way->refs[way->nrefs++] =
                (struct rs_ref_change){.who = {.kind = RS_SUBJECT_STATIC, .arg = -1, .global = way->result.global},
                                       .owned = 1};
    }
}

/* A function of Cython's that hands over a reference on no way lends by its own convention: a bare PyObject *. */
static void withdraw(struct rs_flow *flow)
{
    size_t kept = 0;

    for (size_t i = 0; i < flow->unit->candidates.count; i++) {
        const struct rs_candidate *candidate = &flow->unit->candidates.items[i];

        if (candidate->rule != RS_RULE_RS102 || candidate->function != flow->function->value)
            flow->unit->candidates.items[kept++] = *candidate;
    }
    flow->unit->candidates.count = kept;
}

/* Whether no caller can know on which way a reference has come: that an argument came back its caller can ask, as long
 * as there are several callers of which one may do so. */
static bool is_for_callers(const struct rs_flow *flow, const struct rs_lent *lent)
{
    int calls = 0;

    for (LLVMUseRef use = LLVMGetFirstUse(flow->function->value); use != NULL; use = LLVMGetNextUse(use))
        calls += LLVMIsACallInst(LLVMGetUser(use)) && rs_ir_callee(LLVMGetUser(use)) == flow->function->value;
    return lent->lacking.object.kind != RS_SYM_ARG || calls == 1;
}

void rs_exit_compare(struct rs_flow *flow)
{
    size_t length;

    for (size_t i = 0; i < flow->lent.count; i++) {
        const struct rs_lent *lent = &flow->lent.items[i];

        if (!lent->given || !lent->lacks)
            continue;
        if (lent->object == NULL && !flow->function->library && is_for_callers(flow, lent))
            *rs_map_at(&flow->unit->mixed, (uintptr_t)flow->function->value) = (uintptr_t)lent->lacking.culprit;
        if (lent->object != NULL || flow->in_table)
            rs_tell_add(flow, &lent->lacking);
        if (lent->object != NULL)
            promise(flow->summary, LLVMGetValueName2(lent->object, &length));
    }
    RS_VEC_CLOSE(&flow->lent);
    if (flow->function->cdef && flow->function->role == NULL && !flow->gives)
        withdraw(flow);
}

/* A function of a .pyx that gives up the reference of an argument by hand, and returns it, has taken that one over. */
static bool hands_on(const struct rs_flow *flow, const struct rs_sym *sym)
{
    return !flow->role && sym != NULL && sym->kind == RS_SYM_ARG && sym->owned == 0 && sym->gone != NULL;
}

static void leave(struct rs_flow *flow, struct rs_state *state, LLVMValueRef ret, struct rs_av value)
{
    LLVMValueRef at = return_statement(flow, state, ret);
    struct rs_sym *sym = rs_state_object(state, value);

    flow->gives = flow->gives || (sym != NULL && sym->owned > 0);
    judge_found(flow, state, sym != NULL ? value.sym : RS_NONE, at);
    /* its callers get what the role promises: what is wrong is told here */
    bool handed_on = hands_on(flow, sym), promised = flow->role_new && sym != NULL && sym->owned == 0 && !handed_on;
    if (promised)
        sym->owned = 1;
    rs_summary_add(flow, state, value, false, at);
    if (promised)
        sym->owned = 0;
    if (!flow->role && sym != NULL)
        note_lent(flow, state, value.sym, at);
    if (flow->role_new && !handed_on)
        judge_result(flow, state, value, at);
    if (flow->role_int && value.kind == RS_AV_INT) {
        char number[24];

        snprintf(number, sizeof(number), "%lld", (long long)value.number);
        judge_error(flow, state, is_failure(flow->function->role, value.number), number, at);
        judge_filled(flow, state, value.number);
    }
    judge_stores(flow, state);
    judge_dangling(flow, state);
    judge_left(flow, state, sym != NULL && !flow->role_new ? value.sym : RS_NONE, at);
}

/* What is returned on this way, where statements' values meet in a phi. */
static LLVMValueRef on_this_way(const struct rs_state *state, LLVMValueRef operand, LLVMValueRef ret)
{
    LLVMBasicBlockRef from = state->came_from == NULL ? NULL : LLVMGetInstructionParent(state->came_from);

    if (!LLVMIsAPHINode(operand) || LLVMGetInstructionParent(operand) != LLVMGetInstructionParent(ret))
        return operand;
    for (unsigned k = 0; k < LLVMCountIncoming(operand); k++)
        if (LLVMGetIncomingBlock(operand, k) == from)
            return LLVMGetIncomingValue(operand, k);
    return operand;
}

void rs_exit_return(struct rs_flow *flow, struct rs_state *state, LLVMValueRef ret)
{
    LLVMValueRef operand = LLVMGetNumOperands(ret) > 0 ? LLVMGetOperand(ret, 0) : NULL;
    struct rs_av value = operand == NULL ? rs_av_unknown() : rs_eval(flow, state, operand);

    if (operand != NULL && value.kind == RS_AV_UNKNOWN)
        value = rs_eval_counted(state, on_this_way(state, operand, ret));

    if (value.kind != RS_AV_COND || rs_refine_known(state, value) >= 0) {
        leave(flow, state, ret, value);
        return;
    }
    /* "return found != NULL;": whoever calls asks for the one or the other */
    for (int truth = 0; truth < 2; truth++) {
        struct rs_state *copy = rs_state_copy(state);

        if (rs_refine(flow, copy, value, truth == 1))
            leave(flow, copy, ret, rs_av_int(truth));
        rs_state_close(copy);
    }
}

void rs_exit_thrown(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at)
{
    judge_found(flow, state, RS_NONE, at);
    rs_summary_add(flow, state, rs_av_unknown(), true, at);
    judge_left(flow, state, RS_NONE, at);
}
