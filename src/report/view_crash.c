/* A crash for the terminal: what the signal was about, where, through which object or call, and what to do next. */
#include "report/view.h"

#include <string.h>

static void put_head(struct view *view, const struct rs_crash *crash)
{
    const char *times =
        crash->count > 1 ? rs_arena_printf(&view->arena, " (%s processes)", rs_text_number(&view->arena, crash->count))
                         : "";
    const char *line = rs_arena_printf(&view->arena, "refsan: %s: %s%s", rs_view_clean(view, crash->signal),
                                       rs_view_clean(view, crash->message), times);

    rs_view_put(view, VERDICT, NULL,
                rs_text_shorten_in(&view->arena, line, crash->place.function, rs_view_left(view, 0)), BAD);
}

/* "PyDict_GetItemString returned NULL   lookup  case.c:58". */
static void put_call(struct view *view, const struct rs_crash *crash)
{
    const struct rs_place *place = &crash->call;
    const char *said = rs_arena_printf(&view->arena, "%s returned NULL   ",
                                       rs_view_clean(view, place->api != NULL ? place->api : "a call"));
    const char *rest = rs_view_name(view, rs_view_function(view, place->function), rs_view_where(view, place),
                                    RS_VIEW_TEXT + rs_text_columns(said));

    rs_view_put(view, BELIEF, "call", rs_arena_printf(&view->arena, "%s%s", said, rest), PLAIN);
    rs_view_excerpt(view, BELIEF, place);
}

/* "PyList_New in keep  case.c:12". */
static void put_end(struct view *view, enum part part, const char *label, const struct rs_place *place)
{
    const char *by = place->api != NULL ? rs_arena_printf(&view->arena, "%s in ", rs_view_clean(view, place->api)) : "";
    const char *rest = rs_view_name(view, rs_view_function(view, place->function), rs_view_where(view, place),
                                    RS_VIEW_TEXT + rs_text_columns(by));

    rs_view_put(view, part, label, rs_arena_printf(&view->arena, "%s%s", by, rest), PLAIN);
    view->blocks[part].least = 1;
}

/* The dead object, in whose story the fault may lie, or which a register held by chance. */
static void put_object(struct view *view, const struct rs_crash *crash)
{
    const char *name = crash->object.name != NULL ? crash->object.name : "an object", *in = "";

    if (crash->object.address == 0)
        return;
    if (crash->object.found_in != NULL && strcmp(crash->object.found_in, "address") != 0)
        in = rs_arena_printf(&view->arena, ", found in register %s", crash->object.found_in);
    rs_view_text(view, PROOF, "object",
                 rs_arena_printf(&view->arena, "%s at 0x%llx, dead%s", name, (unsigned long long)crash->object.address,
                                 in));
    if (crash->has_made)
        put_end(view, MADE, "made", &crash->made);
    if (crash->has_released)
        put_end(view, FREED, "freed", &crash->released);
    rs_view_history(view,
                    &(struct rs_story){crash->history.items, crash->history.count, crash->object.name, NULL, NULL});
}

/* Whether memory that was freed too early and used by somebody else can lead to it. */
static bool is_consequence(enum rs_crash_cause cause)
{
    return cause == RS_CRASH_MEMORY || cause == RS_CRASH_DEAD_OBJECT || cause == RS_CRASH_JUMP ||
           cause == RS_CRASH_FATAL_ERROR || cause == RS_CRASH_HEAP;
}

void rs_view_crash(struct view *view, const struct rs_report *report, const struct rs_crash *crash, size_t proven)
{
    const char *first = proven > 0 && is_consequence(crash->cause)
                            ? "see to the proven findings first: what is freed too early may be what was hit here; "
                            : "";

    view->culprit = crash->has_place ? &crash->place : NULL;
    put_head(view, crash);
    if (crash->has_place)
        rs_view_place(view, AT, "at", &crash->place);
    if (crash->has_place)
        rs_view_excerpt(view, AT, &crash->place);
    if (crash->has_call)
        put_call(view, crash);
    put_object(view, crash);
    rs_view_frames(view, PYTHON, "python", crash->python.items, crash->python.count);
    rs_view_frames(view, USED, "native", crash->native.items, crash->native.count);
    if (report->stats.processes > 1)
        rs_view_text(view, SEEN, "seen", rs_arena_printf(&view->arena, "process %d", crash->process));
    if (crash->advice != NULL)
        rs_view_text(view, FIX, "next", rs_arena_printf(&view->arena, "%s%s", first, crash->advice));
    rs_view_print(view, crash->history.count > 0 ? RS_VIEW_MOST : RS_VIEW_MOST_PLAIN);
}
