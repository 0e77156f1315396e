/* See words.h. */
#include "verdict/words.h"

#include <string.h>

#include "contract/contract.h"

const char *rs_words_object(struct rs_arena *arena, const struct rs_finding *finding)
{
    const char *type = finding->object.type;
    bool vowel = type != NULL && strchr("aeiouAEIO", type[0]) != NULL;

    return type == NULL ? "an object" : rs_arena_printf(arena, "%s %s", vowel ? "an" : "a", type);
}

static const char *function(const struct rs_place *place)
{
    return place->function != NULL ? place->function : place->address;
}

static const char *line(struct rs_arena *arena, const struct rs_place *place)
{
    const char *file = place->pyx_file != NULL ? place->pyx_file : place->file;
    int number = place->pyx_file != NULL ? place->pyx_line : place->line;
    const char *name = file != NULL ? strrchr(file, '/') : NULL;

    if (file == NULL || number == 0)
        return place->address;
    return rs_arena_printf(arena, "%s:%d", name != NULL ? name + 1 : file, number);
}

static void deficit(struct rs_arena *arena, struct rs_finding *f, const struct rs_fact *fact, const char *object)
{
    const char *who = function(&f->culprit), *where = line(arena, &f->culprit);
    const char *api = f->has_belief && f->belief.api != NULL ? f->belief.api : NULL, *keeper = f->belief.function;

    switch (f->rule) {
    case RS_RULE_RS102:
        f->message =
            rs_arena_printf(arena, "%s returned a borrowed reference to %s as if it were a new one", who, object);
        f->fix = rs_arena_printf(arena, "take a reference before returning it (Py_INCREF or Py_NewRef) in %s, %s", who,
                                 where);
        return;
    case RS_RULE_RS103:
        if (f->has_belief && keeper != NULL && strcmp(keeper, who) != 0) {
            bool used = (fact->kind == RS_FACT_TOUCH || fact->kind == RS_FACT_ZERO) && fact->event.delta >= 0;

            f->message = rs_arena_printf(arena, "%s %s %s that %s had kept without taking %s", who,
                                         used ? "used a pointer to" : "gave up a reference to", object, keeper,
                                         used ? "a reference" : "one");
            f->fix = rs_arena_printf(
                arena,
                "take a reference where %s stores the pointer (Py_INCREF or Py_NewRef%s%s), or do not %s it at %s",
                keeper, api != NULL ? ", after " : "", api != NULL ? api : "", used ? "use" : "release", where);
            return;
        }
        f->message = rs_arena_printf(arena, "%s kept a borrowed reference to %s as if it were owned", who, object);
        f->fix = rs_arena_printf(arena, "take a reference when %s stores the pointer (Py_INCREF or Py_NewRef%s%s)%s%s",
                                 who, api != NULL ? ", after " : "", api != NULL ? api : "",
                                 f->has_victim ? "" : ", or do not release it at ", f->has_victim ? "" : where);
        return;
    case RS_RULE_RS104:
        f->message = rs_arena_printf(arena, "%s released %s after %s had taken the reference over", who, object,
                                     api != NULL ? api : "a call");
        f->fix =
            rs_arena_printf(arena, "drop the release at %s: the reference belongs to the callee once the call was made",
                            where);
        return;
    default:
        f->message = rs_arena_printf(arena, "%s gave up a reference to %s that it never owned", who, object);
        f->fix = rs_arena_printf(arena, "drop the release at %s, or take a reference before it", where);
    }
}

void rs_words_returns(struct rs_arena *arena, struct rs_finding *f, const struct rs_place *places, size_t count)
{
    const char *where = line(arena, &places[0]), *lines = "";
    int after = 0;

    for (size_t i = 0; i < count; i++) { /* ascending: each time the least of those left */
        int least = 0;

        for (size_t k = 0; k < count; k++) {
            int number = places[k].pyx_file != NULL ? places[k].pyx_line : places[k].line;

            if (number > after && (least == 0 || number < least))
                least = number;
        }
        lines = rs_arena_printf(arena, "%s%s%d", lines, i == 0 ? "" : ", ", least);
        after = least;
    }
    f->fix =
        rs_arena_printf(arena,
                        "take a reference before returning it (Py_INCREF or Py_NewRef) in %s, %.*s, one of lines %s",
                        function(&f->culprit), (int)strcspn(where, ":"), where, lines);
}

static void use(struct rs_arena *arena, struct rs_finding *f, const char *object)
{
    const char *who = function(&f->culprit), *where = line(arena, &f->culprit);

    if (f->rule == RS_RULE_RS106) {
        f->message = rs_arena_printf(arena, "%s used a borrowed reference to %s that was freed while it called %s", who,
                                     object, f->belief.api != NULL ? f->belief.api : "the interpreter");
        f->fix = rs_arena_printf(
            arena,
            "hold a reference of your own across the call (Py_INCREF before, Py_DECREF after the last use at %s)",
            where);
        return;
    }
    f->message = rs_arena_printf(arena, "%s used %s after it had been freed", who, object);
    f->fix = rs_arena_printf(arena, "keep a reference until the last use at %s", where);
}

static void surplus(struct rs_arena *arena, struct rs_finding *f, const struct rs_fact *fact, const char *object)
{
    const char *who = function(&f->culprit), *where = line(arena, &f->culprit);

    if (f->rule == RS_RULE_RS203) {
        f->message =
            rs_arena_printf(arena, "%s does not give back the reference to %s that its object owned", who, object);
        f->fix = rs_arena_printf(
            arena, "release that member in %s (Py_XDECREF before tp_free), and in tp_clear where the type has one",
            who);
        f->proof = rs_arena_printf(arena,
                                   "%llu such reference%s at exit: counted in the object, held nowhere in memory; it "
                                   "was in the body that %s took apart",
                                   (unsigned long long)fact->lost, fact->lost == 1 ? "" : "s", who);
        return;
    }
    if (f->rule == RS_RULE_RS204) {
        f->message = rs_arena_printf(arena, "%s does not give back the instance's reference to its heap %s", who,
                                     f->object.name != NULL ? f->object.name : "type");
        f->fix =
            rs_arena_printf(arena, "end %s with Py_DECREF of the type, read from Py_TYPE(self) before tp_free", who);
    } else {
        const char *api = f->belief.api != NULL ? f->belief.api : "Py_INCREF";

        if (fact->event.loser != 0)
            f->message = rs_arena_printf(arena, "%s never gives back the reference to %s that %s got for it from %s",
                                         who, object, function(&f->belief), api);
        else
            f->message =
                rs_arena_printf(arena, "%s never gives back the reference to %s that it got from %s", who, object, api);
        f->fix = rs_arena_printf(arena, "release what %s:%s%s acquired on every path on which it is not passed on", who,
                                 " ", where);
    }
    f->proof = rs_arena_printf(arena, "%llu such reference%s at exit: counted in the object, held nowhere in memory",
                               (unsigned long long)fact->lost, fact->lost == 1 ? "" : "s");
}

static void memory(struct rs_arena *arena, struct rs_finding *f, const struct rs_fact *fact)
{
    const char *who = function(&f->culprit), *api = f->belief.api != NULL ? f->belief.api : "the allocator";
    const char *helper =
        fact->event.loser != 0 ? rs_arena_printf(arena, "%s got for it", function(&f->belief)) : "it got";

    f->message = rs_arena_printf(arena, "%s never frees the memory that %s from %s", who, helper, api);
    f->fix =
        rs_arena_printf(arena, "free what %s, %s, asked for on every path, with the function of the same family (%s)",
                        who, line(arena, &f->culprit),
                        strncmp(api, "PyObject_", 9) == 0 ? "PyObject_Free" : "PyMem_Free");
    f->proof = rs_arena_printf(arena, "%llu such block%s of %llu bytes in all at exit: nothing in memory points at %s",
                               (unsigned long long)fact->lost, fact->lost == 1 ? "" : "s",
                               (unsigned long long)fact->words, fact->lost == 1 ? "it" : "them");
}

static void protocol(struct rs_arena *arena, struct rs_finding *f, const struct rs_fact *fact, const char *object)
{
    const char *who = function(&f->culprit);
    const char *api = fact->has_cause && fact->cause.contract != NULL ? fact->cause.contract->name : NULL;

    switch (fact->kind) {
    case RS_FACT_ERROR:
        if (fact->exit_flags & RS_EXIT_RESULT_NULL) {
            f->message = rs_arena_printf(arena, "%s reported failure without setting an exception%s%s%s", who,
                                         api != NULL ? " (" : "", api != NULL ? api : "",
                                         api != NULL ? " may return NULL without one)" : "");
            f->fix = "set an exception on this path, or return a result";
        } else {
            f->message =
                rs_arena_printf(arena, "%s returned a result although an exception was set%s%s", who,
                                fact->has_cause && fact->cause.contract != NULL ? " by " : "",
                                fact->has_cause && fact->cause.contract != NULL ? fact->cause.contract->name : "");
            f->fix = rs_arena_printf(arena, "check the call%s%s for failure, and return NULL (or clear the exception)",
                                     f->has_belief ? " at " : "", f->has_belief ? line(arena, &f->belief) : "");
        }
        f->proof = "seen at the function's exit";
        return;
    case RS_FACT_GIL:
        f->message =
            rs_arena_printf(arena, "%s changed the reference count of %s without holding the GIL", who, object);
        f->fix = "take the GIL first (PyGILState_Ensure), or keep the reference before it is released";
        f->proof = "the thread did not hold the GIL at the store";
        return;
    default:
        f->message =
            rs_arena_printf(arena, "%s visits %s, which it does not own: the collector took a live object for garbage",
                            who, object);
        f->fix = rs_arena_printf(arena, "visit only references that the object owns, in %s", who);
        f->proof = rs_arena_printf(
            arena, "%llu references to it are visited and a running frame holds one more, but its count is %lld",
            (unsigned long long)fact->visits, (long long)fact->object.count);
    }
}

static const char *consequence(struct rs_arena *arena, const struct rs_finding *f, const struct rs_fact *fact)
{
    switch (fact->kind) {
    case RS_FACT_TOUCH:
        return rs_arena_printf(arena, "the freed object was used%s%s",
                               fact->event.contract != NULL ? " in a call of " : ": its count was changed",
                               fact->event.contract != NULL ? fact->event.contract->name : "");
    case RS_FACT_ZERO:
        return "its reference count was already 0 when it was changed";
    case RS_FACT_POISON:
        return "the interpreter changed the count of the freed object";
    case RS_FACT_FAULT:
        return fact->object.size == 0 ? "the interpreter ended the program because its count had fallen to 0"
                                      : "the process died when the freed object was used";
    case RS_FACT_WITNESS:
    case RS_FACT_DEFICIT:
        if (fact->owner_kind == 3)
            return rs_arena_printf(arena,
                                   "at exit %llu references to it were counted in live objects, but its count was %lld",
                                   (unsigned long long)fact->visits, (long long)fact->object.count);
        return fact->owner_kind == 1 ? "it died while a variable of a running Python function still held it"
                                     : "it died while a live container still held it";
    default:
        (void)f;
        return NULL;
    }
}

void rs_words_write(struct rs_arena *arena, struct rs_finding *f, const struct rs_fact *fact)
{
    const char *object = rs_words_object(arena, f);

    if (f->confidence == RS_PROVEN)
        f->proof = consequence(arena, f, fact);
    switch (fact->kind) {
    case RS_FACT_ERROR:
    case RS_FACT_GIL:
    case RS_FACT_TRAVERSE:
        protocol(arena, f, fact, object);
        break;
    case RS_FACT_LOST:
        surplus(arena, f, fact, object);
        break;
    case RS_FACT_MEMORY:
        memory(arena, f, fact);
        break;
    case RS_FACT_DRIFT:
        if (fact->lost < 0)
            deficit(arena, f, fact, object);
        else
            surplus(arena, f, fact, object);
        f->proof = rs_arena_printf(
            arena, "between two quiet points its count changed by %lld more than the places in memory that hold it",
            (long long)fact->lost);
        break;
    case RS_FACT_CYCLE:
        f->message =
            rs_arena_printf(arena,
                            "%s does not visit a member that is owned (%s), so a cycle through it is never collected",
                            function(&f->culprit), object);
        f->fix = rs_arena_printf(arena, "Py_VISIT that member in %s", function(&f->culprit));
        f->proof = "garbage that nothing reaches is still alive: the collector cannot see the reference that keeps it";
        break;
    default:
        if (f->rule == RS_RULE_RS105 || f->rule == RS_RULE_RS106)
            use(arena, f, object);
        else
            deficit(arena, f, fact, object);
    }
}
