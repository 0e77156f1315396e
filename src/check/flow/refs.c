/* What a path does to references, and when that is wrong. Each rule's condition stands in one function. */
#include <string.h>

#include "check/flow/flow.h"

enum {
    OWNED_MOST = 6,
    OWNED_MOST_GLOBAL = 40 /* generated code begins each of its variables with a reference to None */
};

#define SAY(flow, ...) rs_arena_printf(&(flow)->ir->arena, __VA_ARGS__)

void rs_refs_unknown(struct rs_state *state, struct rs_av value)
{
    if (value.kind != RS_AV_SYM)
        return;
    if (state->syms.items[value.sym].kind == RS_SYM_LOCAL) {
        rs_memory_forget(state, value.sym);
        return;
    }
    state->syms.items[value.sym].flags |= RS_F_UNCERTAIN | RS_F_VISIBLE;
    rs_closure_hide_content(state, value.sym);
}

static bool is_silent(const struct rs_sym *sym)
{
    return sym == NULL || sym->null == RS_NULL || (sym->flags & RS_F_UNCERTAIN) || sym->kind == RS_SYM_OPAQUE ||
           sym->kind == RS_SYM_MEMORY || sym->kind == RS_SYM_LOCAL || sym->kind == RS_SYM_ITEMS ||
           sym->kind == RS_SYM_INT;
}

/* One report an object and path. */
static void tell_once(struct rs_flow *flow, struct rs_state *state, enum rs_rule rule, LLVMValueRef at,
                      struct rs_sym *sym, const char *message, const char *fix)
{
    rs_tell(flow, state, rule, at, sym, message, fix);
    sym->flags |= RS_F_UNCERTAIN;
}

static void tell_dead(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, LLVMValueRef at,
                      const char *api)
{
    tell_once(flow, state, RS_RULE_RS105, at, sym,
              SAY(flow, "%s: %s is %s%s after its last reference was given up%s", flow->function->name,
                  rs_tell_name(flow, sym), api == NULL ? "read" : "passed to ", api == NULL ? "" : api,
                  rs_tell_line(flow, sym->gone)),
              SAY(flow, "release it after its last use%s", rs_tell_line(flow, at)));
}

void rs_refs_use(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at, const char *api)
{
    struct rs_sym *sym = rs_state_object(state, value);

    if (sym != NULL && sym->flags & RS_F_INTERIOR && sym->flags & RS_F_DEAD && !(sym->flags & RS_F_UNCERTAIN))
        tell_dead(flow, state, sym, at, api);
    if (is_silent(sym))
        return;
    if (sym->kind == RS_SYM_LOADED && sym->owned < 0 && sym->flags & RS_F_OWNED_FIELD && sym->flags & RS_F_HELD &&
        !(sym->flags & RS_F_STOLEN) && flow->role && api != NULL)
        tell_dead(flow, state, sym, at, api);
    else if (sym->flags & RS_F_DEAD && !(sym->flags & RS_F_SHARED))
        tell_dead(flow, state, sym, at, api);
    else if (sym->flags & RS_F_STALE && sym->owned == 0)
        tell_once(flow, state, RS_RULE_RS106, at, sym,
                  SAY(flow, "%s: %s is borrowed, and used after %s%s may have run Python code that releases it",
                      flow->function->name, rs_tell_name(flow, sym), sym->gone_api == NULL ? "a call" : sym->gone_api,
                      rs_tell_line(flow, sym->gone)),
                  SAY(flow, "keep it with Py_INCREF%s and release it after its last use",
                      rs_tell_line(flow, sym->how)));
}

void rs_refs_acquire(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at)
{
    struct rs_sym *sym = rs_state_object(state, value);
    int8_t most;

    if (sym == NULL)
        return;
    rs_refs_use(flow, state, value, at, "Py_INCREF");
    if (sym->owned <= 0 || sym->kind == RS_SYM_NEW)
        sym->taken = at;
    most = sym->kind == RS_SYM_GLOBAL ? OWNED_MOST_GLOBAL : OWNED_MOST;
    if (++sym->owned > most) {
        sym->owned = most;
        sym->flags |= RS_F_UNCERTAIN;
    }
}

/* What dies with an object: what it alone kept alive. */
static void die(struct rs_flow *flow, struct rs_state *state, int32_t dying)
{
    const struct rs_sym *it = &state->syms.items[dying];

    for (size_t i = 0; i < state->mem.count; i++) {
        struct rs_sym *content = state->mem.items[i].base == dying && state->mem.items[i].stored
                                     ? rs_state_object(state, state->mem.items[i].value)
                                     : NULL;
        /* its members' references go with it: one that came without any goes, too */
        if (content != NULL && content->owned == 0 && state->mem.items[i].key != 0)
            rs_fields_stored(flow, state, &state->mem.items[i], content);
        if (content != NULL && content->owned > 0)
            content->owned--;
        if (content != NULL)
            content->flags |= RS_F_UNCERTAIN;
    }
    /* what an iterator brings is mostly an item of something that goes on holding it */
    bool item = it->api != NULL && strcmp(it->api, "PyIter_Next") == 0;
    for (size_t i = 0; i < state->syms.count && !(it->flags & RS_F_SHARED) && !item; i++) {
        struct rs_sym *child = &state->syms.items[i];
        bool kept = child->parent == dying && child->owned == 0 && !(child->flags & (RS_F_FOREVER | RS_F_TYPE));
        bool by_it = child->kind == RS_SYM_BORROWED || (child->kind == RS_SYM_NEW && child->flags & RS_F_STOLEN) ||
                     child->flags & RS_F_INTERIOR;
        if (!kept || !by_it)
            continue;
        child->flags |= RS_F_DEAD;
        child->gone = it->gone;
        child->gone_api = it->gone_api;
    }
}

/* The function's last reference is gone: the object lives on only if somebody else holds it. */
static void maybe_die(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym)
{
    if (sym->kind != RS_SYM_NEW || sym->flags & (RS_F_VISIBLE | RS_F_STOLEN | RS_F_UNCERTAIN))
        return;
    sym->flags |= RS_F_DEAD;
    die(flow, state, (int32_t)(sym - state->syms.items));
}

/* Whether the reference is one that the code keeps in another way than by counting it here. */
static bool is_conventional(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, LLVMValueRef at)
{
    return rs_chain_unlinks(flow, sym, at) || rs_slot_is_refilled(flow, state, sym) ||
           rs_slot_is_filled_anew(flow, state, sym, at) || rs_uncounted_is_put(flow, state, sym, at) ||
           rs_sweep_gives_back(flow, sym, at);
}

/* What a place of another object held is in hand, and may be the argument: whoever gives that up gives up the place's
 * reference ("node->list = NULL; Py_DECREF(list);"). */
static bool gives_up_held(struct rs_state *state, const struct rs_sym *argument)
{
    int32_t index = (int32_t)(argument - state->syms.items);

    for (size_t i = 0; i < state->syms.count && argument->kind == RS_SYM_ARG; i++) {
        struct rs_sym *held = &state->syms.items[i];

        if (held->kind != RS_SYM_LOADED || !(held->flags & RS_F_MOVED) || held->owned <= 0 || held->taken != NULL ||
            held->parent == index)
            continue;
        held->owned--;
        return true;
    }
    return false;
}

static void release_unowned(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, LLVMValueRef at)
{
    const char *name = rs_tell_name(flow, sym), *function = flow->function->name;
    bool twice = sym->flags & RS_F_DEAD || (sym->kind == RS_SYM_LOADED && sym->gone != NULL);

    if (sym->flags & RS_F_LODGED || rs_stands_for(flow, sym, at, false) ||
        (flow->judge && is_conventional(flow, state, sym, at)) || gives_up_held(state, sym))
        return;
    if (sym->flags & RS_F_STOLEN)
        tell_once(flow, state, RS_RULE_RS104, at, sym,
                  SAY(flow, "%s: %s is released after %s%s took its reference over", function, name, sym->gone_api,
                      rs_tell_line(flow, sym->gone)),
                  SAY(flow, "do not release it%s: the reference is no longer the function's", rs_tell_line(flow, at)));
    else if (twice)
        tell_once(flow, state, RS_RULE_RS101, at, sym,
                  SAY(flow, "%s: %s is released a second time, after%s", function, name, rs_tell_line(flow, sym->gone)),
                  SAY(flow, "release it once: drop the release%s", rs_tell_line(flow, at)));
    else if (sym->kind == RS_SYM_ARG)
        tell_once(flow, state, RS_RULE_RS101, at, sym,
                  SAY(flow, "%s: releases its argument %s, which it only borrowed from its caller", function, name),
                  SAY(flow, "do not release an argument (drop the release%s), or take a reference first",
                      rs_tell_line(flow, at)));
    else
        tell_once(flow, state, RS_RULE_RS101, at, sym, SAY(flow, "%s: releases %s, which is borrowed", function, name),
                  SAY(flow, "take a reference first (Py_INCREF), or drop the release%s", rs_tell_line(flow, at)));
}

/* The instance's reference to its heap type goes with the instance. */
static bool is_type_of_dying(const struct rs_flow *flow, const struct rs_sym *sym)
{
    return sym->flags & RS_F_TYPE && (flow->dying || !flow->role);
}

struct rs_sym *rs_refs_owning_name(struct rs_state *state, struct rs_sym *sym)
{
    struct rs_sym *twin = sym != NULL && sym->owned <= 0 && (sym->kind == RS_SYM_GLOBAL || sym->kind == RS_SYM_LOADED)
                              ? rs_state_twin(state, sym)
                              : NULL;

    return twin != NULL && twin->owned > 0 ? twin : sym;
}

void rs_refs_release(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at)
{
    struct rs_sym *sym = rs_refs_owning_name(state, rs_state_object(state, value));
    bool provisional;

    if (sym == NULL)
        return;
    if (sym->owned > 0) {
        sym->owned--;
        sym->gone = at;
        sym->gone_api = "Py_DECREF";
        if (sym->owned == 0)
            maybe_die(flow, state, sym);
        return;
    }
    if (is_silent(sym) || is_type_of_dying(flow, sym))
        return;
    /* an argument of a helper: its callers know; what a member holds: it may be replaced later on this path */
    provisional = (sym->kind == RS_SYM_ARG && !flow->role) ||
                  (sym->kind == RS_SYM_LOADED && sym->flags & RS_F_HELD && sym->owned == 0);
    if (provisional && !(sym->flags & (RS_F_DEAD | RS_F_STOLEN)) && sym->owned > -3) {
        sym->owned--;
        sym->gone = at;
        sym->gone_api = "Py_DECREF";
        return;
    }
    if (sym->kind == RS_SYM_NEW && !(sym->flags & (RS_F_DEAD | RS_F_STOLEN)))
        return;
    release_unowned(flow, state, sym, at);
}

static void steal_unowned(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, LLVMValueRef at,
                          const char *api)
{
    const char *name = rs_tell_name(flow, sym), *function = flow->function->name;

    if (sym->flags & RS_F_LODGED || (flow->judge && rs_slot_is_refilled(flow, state, sym)))
        return;
    if (!(sym->flags & (RS_F_DEAD | RS_F_STOLEN)) && flow->judge && rs_slot_is_counted_behind(flow, state, sym, at)) {
        sym->owned--;
        return;
    }
    if (sym->flags & RS_F_DEAD)
        tell_once(flow, state, RS_RULE_RS105, at, sym,
                  SAY(flow, "%s: %s is handed to %s after it was released%s", function, name, api,
                      rs_tell_line(flow, sym->gone)),
                  SAY(flow, "drop the release%s: %s takes the reference over", rs_tell_line(flow, sym->gone), api));
    else if (sym->flags & RS_F_STOLEN)
        tell_once(flow, state, RS_RULE_RS104, at, sym,
                  SAY(flow, "%s: %s is handed to %s after %s%s took its reference over", function, name, api,
                      sym->gone_api, rs_tell_line(flow, sym->gone)),
                  "take a reference (Py_INCREF) before each call that takes one over");
    else
        tell_once(flow, state, RS_RULE_RS103, at, sym,
                  SAY(flow, "%s: %s is borrowed, but %s takes a reference over", function, name, api),
                  SAY(flow, "take a reference first (Py_INCREF before %s%s)", api, rs_tell_line(flow, at)));
}

void rs_refs_steal(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at, const char *api,
                   int32_t container)
{
    struct rs_sym *sym = rs_refs_owning_name(state, rs_state_object(state, value));
    bool provisional;

    if (sym == NULL)
        return;
    if (sym->owned > 0) {
        sym->owned--;
        sym->flags |= RS_F_STOLEN;
        sym->gone = at;
        sym->gone_api = api;
        if (sym->kind == RS_SYM_NEW)
            sym->parent = container == (int32_t)(sym - state->syms.items) ? RS_NONE : container;
        return;
    }
    if (is_silent(sym))
        return;
    provisional = (sym->kind == RS_SYM_ARG && !flow->role) ||
                  (sym->kind == RS_SYM_LOADED && sym->flags & RS_F_HELD && sym->owned == 0);
    if (provisional && !(sym->flags & (RS_F_DEAD | RS_F_STOLEN)) && sym->owned > -3) {
        sym->owned--;
        sym->flags |= RS_F_STOLEN;
        sym->gone = at;
        sym->gone_api = api;
        return;
    }
    if (sym->kind == RS_SYM_NEW && !(sym->flags & (RS_F_DEAD | RS_F_STOLEN)))
        return;
    steal_unowned(flow, state, sym, at, api);
}

/* The dictionary of keywords is made for the call: Python code has it in hand only if the function passes it on. */
static bool is_keywords(const struct rs_flow *flow, const struct rs_sym *sym)
{
    static const char *const taking[] = {"method.keywords", "tp_call", "tp_init", "tp_new"};
    enum { KEYWORDS = 2 };

    for (size_t i = 0; flow->role && i < sizeof(taking) / sizeof(*taking); i++)
        if (strcmp(flow->function->role->slot, taking[i]) == 0 && flow->nargs > KEYWORDS)
            return sym->identity == LLVMGetParam(flow->function->value, KEYWORDS);
    return false;
}

/* A container that Python code may have in hand: a member, a global, something that was passed in. */
static bool is_within_reach(const struct rs_flow *flow, const struct rs_sym *container)
{
    if (container->kind == RS_SYM_ARG)
        return flow->role && (!is_keywords(flow, container) || container->flags & RS_F_VISIBLE);
    if (container->kind == RS_SYM_NEW)
        return container->flags & RS_F_VISIBLE ||
               (container->flags & (RS_F_SHARED | RS_F_MADE) && !(container->flags & RS_F_ALONE));
    return container->kind == RS_SYM_LOADED || container->kind == RS_SYM_BORROWED;
}

/* A module that was looked up in sys.modules stays there while code runs, unlike what a walk over it is at. */
static bool is_imported(const struct rs_sym *item, const struct rs_sym *container)
{
    return container->api != NULL && strcmp(container->api, "PyImport_GetModuleDict") == 0 &&
           (item->api == NULL || strcmp(item->api, "PyDict_Next") != 0);
}

void rs_refs_run(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, const char *api)
{
    for (size_t i = 0; i < state->syms.count; i++) {
        struct rs_sym *sym = &state->syms.items[i],
                      *parent = sym->parent == RS_NONE ? NULL : &state->syms.items[sym->parent];
        bool borrowed = sym->kind == RS_SYM_BORROWED && sym->flags & RS_F_MUTABLE && sym->owned == 0 &&
                        !(sym->flags & (RS_F_UNCERTAIN | RS_F_STALE | RS_F_FOREVER));

        if (!borrowed || parent == NULL || !is_within_reach(flow, parent) || is_imported(sym, parent))
            continue;
        sym->flags |= RS_F_STALE;
        sym->gone = at;
        sym->gone_api = api;
    }
}

/* Whether the function put a reference of its own into memory that it has made itself: when the memory goes, the
 * reference is the function's still. */
static bool is_left_behind(struct rs_state *state, const struct rs_cell *cell)
{
    const struct rs_sym *base = &state->syms.items[cell->base], *content = rs_state_object(state, cell->value);
    bool made = (base->kind == RS_SYM_NEW || base->kind == RS_SYM_MEMORY) && !(base->flags & RS_F_FOREVER);

    return made && cell->stored && cell->key != 0 && content != NULL && content->owned > 0 &&
           !(base->flags & RS_F_UNCERTAIN);
}

void rs_refs_freed(struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef at)
{
    int32_t freed = value.kind == RS_AV_SYM ? value.sym : RS_NONE;

    if (freed == RS_NONE || state->syms.items[freed].kind == RS_SYM_GLOBAL)
        return;
    for (size_t i = 0; i < state->mem.count; i++)
        if (state->mem.items[i].base == freed && is_left_behind(state, &state->mem.items[i]))
            state->mem.items[i].value = rs_av_unknown();
        else if (state->mem.items[i].base == freed)
            rs_refs_unknown(state, state->mem.items[i].value);
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].parent == freed && state->syms.items[i].kind == RS_SYM_LOADED)
            state->syms.items[i].flags |= RS_F_UNCERTAIN;
    state->syms.items[freed].owned = 0;
    state->syms.items[freed].flags |= RS_F_UNCERTAIN;
}

void rs_refs_exchange(struct rs_state *state, int32_t container)
{
    for (size_t i = 0; i < state->syms.count && state->syms.items[container].kind != RS_SYM_NEW; i++)
        if (state->syms.items[i].kind == RS_SYM_BORROWED && state->syms.items[i].parent == container)
            state->syms.items[i].flags |= RS_F_UNCERTAIN;
}

/* The store itself, where a function of the unit has made it through an address that it got. */
static LLVMValueRef store_of(struct rs_flow *flow, LLVMValueRef over)
{
    LLVMValueRef callee = LLVMIsACallInst(over) ? rs_ir_callee(over) : NULL;
    const struct rs_ir_function *own = callee == NULL ? NULL : rs_ir_function(flow->ir, callee);

    for (LLVMBasicBlockRef b = own == NULL ? NULL : LLVMGetFirstBasicBlock(callee); b != NULL;
         b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
            if (LLVMIsAStoreInst(i) && LLVMIsAArgument(rs_ir_root(LLVMGetOperand(i, 1))) &&
                !LLVMIsConstant(LLVMGetOperand(i, 0)))
                return i;
    return over;
}

void rs_refs_lost(struct rs_flow *flow, struct rs_state *state, struct rs_sym *sym, LLVMValueRef at)
{
    bool taken = sym->kind != RS_SYM_NEW, replaced = sym->flags & RS_F_MOVED && sym->taken == NULL, failing;
    LLVMValueRef since = taken && sym->taken != NULL ? sym->taken : sym->how;
    struct rs_sym shown;

    if (is_silent(sym) || since == NULL || state->supposed != RS_SUPPOSED_NOTHING ||
        (sym->flags & RS_F_LODGED && sym->owned == 1))
        return;
    if (replaced && !(sym->flags & RS_F_OWNED_FIELD))
        return; /* whether the place owned what it held is its caller's to say */
    if (flow->judge && taken &&
        (rs_stands_for(flow, sym, since, true) || rs_slot_is_refilled(flow, state, sym) ||
         rs_uncounted_is_taken_out(flow, state, sym)))
        return;
    failing = state->err == RS_ERR_SET || (flow->judge && rs_ahead_fails(flow, state));
    sym->gone = at;
    shown = *sym;
    shown.how = replaced && sym->over != NULL  ? store_of(flow, sym->over)
                : !taken && sym->taken != NULL ? sym->taken
                                               : sym->how;
    if (replaced) {
        rs_tell(flow, state, RS_RULE_RS201, since, &shown,
                SAY(flow, "%s: the reference that %s held is never given back: it is replaced%s", flow->function->name,
                    rs_tell_name(flow, sym), at == NULL ? "" : rs_tell_line(flow, at)),
                "release what the place held when another value is stored there (Py_XSETREF)");
        sym->owned = 0;
        sym->flags |= RS_F_UNCERTAIN;
        return;
    }
    rs_tell(flow, state, failing ? RS_RULE_RS202 : RS_RULE_RS201, since, &shown,
            SAY(flow, "%s: %s is never given back%s%s", flow->function->name,
                taken ? SAY(flow, "the reference taken to %s%s", rs_tell_name(flow, sym), rs_tell_line(flow, since))
                      : SAY(flow, "the reference to %s", rs_tell_name(flow, sym)),
                failing ? " on an error path" : "", at == NULL ? "" : rs_tell_line(flow, at)),
            SAY(flow, "release it (Py_DECREF) on %s",
                failing ? "the error path" : "every path that does not hand it over"));
    sym->owned = 0;
    sym->flags |= RS_F_UNCERTAIN;
}
