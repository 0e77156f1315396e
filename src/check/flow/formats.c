/* Format strings: which of the arguments behind PyArg_Parse's are filled with objects, which of Py_BuildValue's change
 * hands. Grammar: CPython's Doc/c-api/arg.rst. */
#include <string.h>

#include "check/flow/flow.h"

struct scan {
    struct rs_flow *flow;
    struct rs_state *state;
    LLVMValueRef call;
    const char *at;
    unsigned next; /* argument */
    bool optional;
    int32_t tuple;
};

static LLVMValueRef take(struct scan *s)
{
    return s->next < LLVMGetNumArgOperands(s->call) ? LLVMGetOperand(s->call, s->next++) : NULL;
}

static void put(struct scan *s, LLVMValueRef target, struct rs_av value)
{
    struct rs_av address = target == NULL ? rs_av_unknown() : rs_eval(s->flow, s->state, target);

    if (address.kind == RS_AV_SYM && address.number != RS_OFFSET_ANY)
        rs_memory_put(s->flow, s->state, address.sym, address.number, 0, value, s->call);
}

/* What stood there is replaced by C data. */
static void put_data(struct scan *s)
{
    put(s, take(s), rs_av_unknown());
}

/* The length of what is given beside it. */
static void put_length(struct scan *s)
{
    int32_t sym = rs_state_sym(s->state, RS_SYM_INT, s->call);

    s->state->syms.items[sym].low = 0;
    put(s, take(s), rs_av_sym(sym));
}

static void put_object(struct scan *s, LLVMValueRef target)
{
    struct rs_av address = target == NULL ? rs_av_unknown() : rs_eval(s->flow, s->state, target);
    struct rs_cell *before = address.kind == RS_AV_SYM ? rs_memory_cell(s->state, address.sym, address.number) : NULL;
    bool was_null = before != NULL && before->value.kind == RS_AV_INT;
    int32_t sym = rs_state_sym(s->state, RS_SYM_BORROWED, s->call);
    struct rs_sym *it = &s->state->syms.items[sym];
    LLVMValueRef callee = rs_ir_callee(s->call);
    size_t length;

    it->parent = s->tuple;
    it->null = s->optional && was_null ? RS_MAYBE : RS_NONNULL;
    it->api = callee == NULL ? "PyArg_Parse" : LLVMGetValueName2(callee, &length);
    put(s, target, rs_av_sym(sym));
}

/* What a converter of this unit stores behind its address when it succeeds. */
static bool converted(struct scan *s, LLVMValueRef converter, struct rs_av *value)
{
    const struct rs_ir_function *own = rs_ir_function(s->flow->ir, converter);
    const struct rs_summary *summary =
        own == NULL ? NULL : &s->flow->unit->summaries[own - s->flow->ir->functions.items];
    int32_t sym;

    if (summary == NULL || !summary->known || summary->incomplete)
        return false;
    for (unsigned i = 0; i < summary->ncases; i++) {
        const struct rs_case *way = &summary->cases[i];
        const struct rs_store_change *store = way->nstores == 1 ? &way->stores[0] : NULL;
        bool success = way->result.kind == RS_SUBJECT_INT && way->result.offset >= 1;

        if (!success || store == NULL || store->where.kind != RS_SUBJECT_FIELD || store->where.arg != 1 ||
            store->where.offset != 0)
            continue;
        if (store->what.kind != RS_SUBJECT_NEW && (store->what.kind != RS_SUBJECT_ARG || store->what.offset != 0))
            return false;
        bool owned = store->what.kind == RS_SUBJECT_NEW || (way->nrefs > 0 && way->refs[0].owned > 0);
        sym = rs_state_sym(s->state, owned ? RS_SYM_NEW : RS_SYM_BORROWED, s->call);
        s->state->syms.items[sym].owned = owned;
        s->state->syms.items[sym].null = RS_NONNULL;
        s->state->syms.items[sym].flags = RS_F_SHARED;
        s->state->syms.items[sym].api = own->name;
        s->state->syms.items[sym].parent = owned ? RS_NONE : s->tuple;
        *value = rs_av_sym(sym);
        return true;
    }
    return false;
}

/* A converter that is not known may use and set all of the variable. */
static void hand_structure(struct scan *s, LLVMValueRef target)
{
    struct rs_av place = target == NULL ? rs_av_unknown() : rs_eval(s->flow, s->state, target);

    if (place.kind == RS_AV_SYM && s->state->syms.items[place.sym].kind == RS_SYM_LOCAL)
        rs_memory_forget(s->state, place.sym);
}

static void put_converted(struct scan *s)
{
    LLVMValueRef converter = take(s), target = take(s);
    const struct rs_contract *row =
        converter != NULL && LLVMIsAFunction(converter) ? rs_ir_contract(s->flow->ir, converter) : NULL;
    struct rs_av value = rs_av_unknown();
    size_t length;
    int32_t sym;

    if (row != NULL && row->nargs > 1 && row->args[1].kind == RS_ARG_OUT) {
        sym = rs_state_sym(s->state, RS_SYM_NEW, s->call);
        s->state->syms.items[sym].owned = 1;
        s->state->syms.items[sym].null = s->optional ? RS_MAYBE : RS_NONNULL;
        s->state->syms.items[sym].flags = RS_F_SHARED;
        s->state->syms.items[sym].api = LLVMGetValueName2(converter, &length);
        value = rs_av_sym(sym);
    } else if (converter == NULL || !LLVMIsAFunction(converter) || !converted(s, converter, &value)) {
        hand_structure(s, target);
        sym = rs_state_sym(s->state, RS_SYM_OPAQUE, s->call);
        s->state->syms.items[sym].flags = RS_F_UNCERTAIN;
        value = rs_av_sym(sym);
    }
    put(s, target, value);
}

/* C text inside of the argument: it lives as long as the tuple. */
static void put_text(struct scan *s)
{
    LLVMValueRef target = take(s);
    int32_t sym = rs_state_sym(s->state, RS_SYM_MEMORY, s->call);

    s->state->syms.items[sym].flags = RS_F_FOREVER;
    s->state->syms.items[sym].null = *s->at == 'z' || s->optional ? RS_MAYBE : RS_NONNULL;
    put(s, target, rs_av_sym(sym));
}

static void parse_unit(struct scan *s)
{
    char unit = *s->at;

    if (unit == 'O' && s->at[1] == '!') {
        take(s);
        put_object(s, take(s));
        s->at++;
    } else if (unit == 'O' && s->at[1] == '&') {
        put_converted(s);
        s->at++;
    } else if (unit == 'O' || unit == 'S' || unit == 'U' || unit == 'Y') {
        put_object(s, take(s));
    } else if (unit == 'e') {
        take(s);
        put_data(s);
        s->at += s->at[1] != '\0';
        if (s->at[1] == '#')
            put_length(s);
    } else if (strchr("szyuZw", unit) != NULL) {
        if (s->at[1] == '*')
            put_data(s);
        else
            put_text(s);
        if (s->at[1] == '#')
            put_length(s);
    } else if (strchr("bBhHiIlkLKncCfdDp", unit) != NULL) {
        put_data(s);
    }
}

/* Without a format at hand anything may have been written. */
static void forget_arguments(struct scan *s)
{
    for (LLVMValueRef target = take(s); target != NULL; target = take(s)) {
        struct rs_av address = rs_eval(s->flow, s->state, target);
        if (address.kind == RS_AV_SYM && address.number != RS_OFFSET_ANY &&
            s->state->syms.items[address.sym].kind != RS_SYM_GLOBAL) {
            int32_t sym = rs_state_sym(s->state, RS_SYM_OPAQUE, s->call);
            s->state->syms.items[sym].flags = RS_F_UNCERTAIN;
            put(s, target, rs_av_sym(sym));
        }
    }
}

void rs_call_parse(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, unsigned format, unsigned first,
                   int32_t tuple)
{
    struct scan s = {.flow = flow, .state = state, .call = call, .next = first, .tuple = tuple};

    s.at = rs_ir_string(flow->ir, LLVMGetOperand(call, format));
    if (s.at == NULL) {
        forget_arguments(&s);
        return;
    }
    for (; *s.at != '\0' && *s.at != ':' && *s.at != ';'; s.at++) {
        if (*s.at == '|')
            s.optional = true;
        else
            parse_unit(&s);
    }
}

bool rs_call_build_fails(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, unsigned format,
                         unsigned first)
{
    struct scan s = {.flow = flow, .state = state, .call = call, .next = first};

    s.at = rs_ir_string(flow->ir, LLVMGetOperand(call, format));
    for (; s.at != NULL && *s.at != '\0'; s.at++) {
        struct rs_av value;
        LLVMValueRef operand;

        if (strchr("()[]{},: \t", *s.at) != NULL)
            continue;
        operand = take(&s);
        value = operand != NULL && strchr("ONS", *s.at) != NULL && s.at[1] != '&' ? rs_eval(flow, state, operand)
                                                                                  : rs_av_unknown();
        if ((value.kind == RS_AV_INT && value.number == 0) ||
            (value.kind == RS_AV_SYM && value.number == 0 && state->syms.items[value.sym].null == RS_NULL))
            return true;
        if (s.at[1] == '#' || s.at[1] == '&') {
            take(&s);
            s.at++;
        }
    }
    return false;
}

void rs_call_build(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, unsigned format, unsigned first,
                   const char *api)
{
    struct scan s = {.flow = flow, .state = state, .call = call, .next = first};

    s.at = rs_ir_string(flow->ir, LLVMGetOperand(call, format));
    for (; s.at != NULL && *s.at != '\0'; s.at++) {
        LLVMValueRef operand;

        if (strchr("()[]{},: \t", *s.at) != NULL)
            continue;
        if (*s.at == 'O' && s.at[1] == '&')
            take(&s);
        operand = take(&s);
        if (*s.at == 'N' && operand != NULL)
            rs_refs_steal(flow, state, rs_eval(flow, state, operand), call, api, RS_NONE);
        if (s.at[1] == '#')
            take(&s);
        if (s.at[1] == '#' || s.at[1] == '&')
            s.at++;
    }
    if (s.at != NULL)
        return;
    for (LLVMValueRef operand = take(&s); operand != NULL; operand = take(&s))
        rs_refs_unknown(state, rs_eval(flow, state, operand));
}
