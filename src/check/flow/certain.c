/* Calls that cannot fail: the row's needs hold, the index is within its container, the number is at hand. */
#include <string.h>

#include "check/flow/calling.h"

struct rs_av rs_calling_argument(const struct calling *c, struct rs_state *state, unsigned index)
{
    return index < c->count ? rs_eval(c->flow, state, LLVMGetOperand(c->call, index)) : rs_av_unknown();
}

int32_t rs_calling_subject(const struct calling *c, struct rs_state *state)
{
    for (unsigned i = 0; i < c->row->nargs && i < c->count; i++)
        if (c->row->args[i].kind == RS_ARG_OBJECT) {
            struct rs_av value = rs_calling_argument(c, state, i);
            return value.kind == RS_AV_SYM && value.number == 0 ? value.sym : RS_NONE;
        }
    return RS_NONE;
}

/* Whether the call makes one of the small integers that are there already (CPython's Include/internal:
 * _PY_NSMALLNEGINTS, _PY_NSMALLPOSINTS). */
bool rs_calling_makes_small_int(const struct calling *c, struct rs_state *state)
{
    enum { LEAST = -5, MOST = 256 };
    bool is_signed = strstr(c->row->name, "Unsigned") == NULL && strstr(c->row->name, "Size_t") == NULL;
    struct rs_av number =
        c->row->types == RS_TYPE_INT && c->count == 1 ? rs_calling_argument(c, state, 0) : rs_av_unknown();

    return number.kind == RS_AV_INT && number.number >= (is_signed ? LEAST : 0) && number.number <= MOST &&
           LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(c->call, 0))) == LLVMIntegerTypeKind;
}

/* An item set in a container that the function has just made: nothing was there that could be released. */
bool rs_calling_fills(const struct calling *c, struct rs_state *state)
{
    int32_t container = rs_calling_subject(c, state);
    bool sets = strcmp(c->row->name, "PyList_SetItem") == 0 || strcmp(c->row->name, "PyTuple_SetItem") == 0;

    return sets && container != RS_NONE && state->syms.items[container].flags & RS_F_FRESH;
}

/* An item set in a container that the function has just made: whoever makes one knows how many go in. Where index and
 * size are known to be at odds it can fail. */
bool rs_calling_sets_within(const struct calling *c, struct rs_state *state)
{
    struct rs_av index = rs_calling_argument(c, state, 1);
    int64_t most;

    if (!rs_calling_fills(c, state))
        return false;
    most = state->syms.items[rs_calling_subject(c, state)].high;
    return index.kind != RS_AV_INT || most == RS_LENGTH_UNKNOWN || (index.number >= 0 && index.number < most);
}

/* Whether the index is within its container, and `container` the argument that is: it is a list or tuple then. */
static bool has_its_item(const struct calling *c, unsigned *container)
{
    for (unsigned i = 0; i < c->row->nargs; i++)
        if (c->row->args[i].within != 0) {
            *container = c->row->args[i].within - 1u;
            return rs_range_is_within(c->flow, c->call, LLVMGetOperand(c->call, i),
                                      LLVMGetOperand(c->call, *container));
        }
    return true;
}

/* PyNumber_AsSsize_t(an int, NULL) cuts off what is too large. */
static bool clips(const struct calling *c, struct rs_state *state)
{
    const struct rs_sym *number = strcmp(c->row->name, "PyNumber_AsSsize_t") == 0 && c->count == 2
                                      ? rs_state_object(state, rs_calling_argument(c, state, 0))
                                      : NULL;

    return number != NULL && LLVMIsNull(LLVMGetOperand(c->call, 1)) &&
           rs_kinds_is_one_of(number, RS_TYPE_BOOL | RS_TYPE_INT);
}

bool rs_calling_has_needs(const struct calling *c, struct rs_state *state)
{
    unsigned container = RS_ARGUMENTS_MAX;

    if (clips(c, state))
        return true;
    if (!(c->row->flags & RS_NEEDS) || c->count < c->row->nargs || !has_its_item(c, &container))
        return false;
    for (unsigned i = 0; i < c->row->nargs; i++) {
        const struct rs_argument *arg = &c->row->args[i];
        struct rs_av value = rs_calling_argument(c, state, i);
        const struct rs_sym *object = rs_state_object(state, value);

        if (arg->types != 0 && i != container && (object == NULL || !rs_kinds_is_one_of(object, arg->types)))
            return false;
        if (arg->given && !(value.kind == RS_AV_SYM && (value.number != 0 || object->null == RS_NONNULL)))
            return false;
    }
    return true;
}
