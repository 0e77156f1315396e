/* See pyx.h: the rules, each over the whole source. */
#include "check/pyx/pyx.h"

#include <stdlib.h>
#include <string.h>

#include "check/pyx/source.h"

struct judge {
    struct rs_pyx_source source;
    struct rs_report *report;
    const char *file, *module;
    unsigned python;
};

typedef void rs_pyx_on_call(struct judge *judge, const struct rs_pyx_line *line, const char *name,
                            const struct rs_pyx_extern *callee, const char *open);

static const char declaration[] = "the declaration";

static struct rs_place place(const struct judge *judge, const char *function, int line)
{
    return (struct rs_place){.module = judge->module,
                             .function = function,
                             .file = judge->file,
                             .line = line,
                             .pyx_file = judge->file,
                             .pyx_line = line};
}

/* A finding at a line of a function; its words are the caller's. */
static struct rs_finding *add(struct judge *judge, enum rs_rule rule, const char *function, int line)
{
    struct rs_finding *finding = rs_report_add(judge->report, rule);

    finding->culprit = place(judge, function != NULL ? rs_arena_strdup(&judge->report->arena, function) : NULL, line);
    return finding;
}

static void step(struct judge *judge, struct rs_finding *finding, int line, const char *note)
{
    *RS_PUSH(&finding->path) = (struct rs_note){judge->file, line, note};
}

#define SAY(judge, ...) rs_arena_printf(&(judge)->report->arena, __VA_ARGS__)

/* Where a function is declared, and how the reports say that. */
static struct rs_place declared(struct judge *judge, const struct rs_pyx_extern *callee)
{
    struct rs_place where = place(judge, declaration, callee->line);

    if (callee->file != NULL)
        where.file = where.pyx_file = callee->file;
    return where;
}

static const char *declared_line(struct judge *judge, const struct rs_pyx_extern *callee)
{
    const char *slash = callee->file != NULL ? strrchr(callee->file, '/') : NULL;

    return callee->file == NULL ? SAY(judge, "line %d", callee->line)
                                : SAY(judge, "%s, line %d", slash != NULL ? slash + 1 : callee->file, callee->line);
}

static void step_declared(struct judge *judge, struct rs_finding *finding, const struct rs_pyx_extern *callee,
                          const char *note)
{
    *RS_PUSH(&finding->path) = (struct rs_note){callee->file != NULL ? callee->file : judge->file, callee->line, note};
}

static const char *function_name(const struct judge *judge, const struct rs_pyx_line *line)
{
    return line->function >= 0 ? judge->source.functions.items[line->function].name : "the module's body";
}

/* Whether some line of [first, end) has a call whose name holds `part` ("DECREF") with an argument that holds the word.
 */
static bool has_call(const struct judge *judge, size_t first, size_t end, const char *part, const char *word)
{
    for (size_t i = first; i < end && i < judge->source.lines.count; i++) {
        const char *code = judge->source.lines.items[i].code, *open;
        size_t length;

        for (const char *name = rs_pyx_find_call(code, &length, &open); name != NULL;
             name = rs_pyx_find_call(open + 1, &length, &open)) {
            const char *found = strstr(name, part), *at = word != NULL ? rs_pyx_find_word(open, word) : open;

            if (found != NULL && found < name + length && at != NULL && at < rs_pyx_close(open))
                return true;
        }
    }
    return false;
}

/* The same for the lines around a line: its function's, or all where it is in none. */
static bool function_calls(const struct judge *judge, const struct rs_pyx_line *line, const char *part,
                           const char *word)
{
    const struct rs_pyx_function *function =
        line->function >= 0 ? &judge->source.functions.items[line->function] : NULL;

    return function != NULL ? has_call(judge, function->first, function->end, part, word)
                            : has_call(judge, 0, judge->source.lines.count, part, word);
}

static bool takes_by_hand(const struct judge *judge, const struct rs_pyx_line *line, const char *word)
{
    return function_calls(judge, line, "INCREF", word) || function_calls(judge, line, "NewRef", word) ||
           function_calls(judge, line, "IncRef", word);
}

static bool gives_by_hand(const struct judge *judge, const struct rs_pyx_line *line, const char *word)
{
    return function_calls(judge, line, "DECREF", word) || function_calls(judge, line, "DecRef", word) ||
           function_calls(judge, line, "Py_CLEAR", word);
}

/* Whether the line's function passes an object to a call that takes a reference over: PyTuple_SET_ITEM(result, i, val).
 */
static bool hands_over(const struct judge *judge, const struct rs_pyx_line *line, const char *object)
{
    static const char *const takers[] = {"PyTuple_SET_ITEM",
                                         "PyTuple_SetItem",
                                         "PyList_SET_ITEM",
                                         "PyList_SetItem",
                                         "PyStructSequence_SET_ITEM",
                                         "PyStructSequence_SetItem",
                                         NULL};

    for (const char *const *taker = takers; *taker != NULL; taker++)
        if (function_calls(judge, line, *taker, object))
            return true;
    return false;
}

/* "x" where the code before a place is "x = " and nothing else stands on the line; NULL else. */
static const char *target(struct judge *judge, const struct rs_pyx_line *line, const char *at)
{
    const char *end = at;

    while (end > line->code && (end[-1] == ' ' || end[-1] == '('))
        end--;
    if (end == line->code || *--end != '=' || (end > line->code && strchr("=<>!+-*/", end[-1]) != NULL))
        return NULL;
    while (end > line->code && end[-1] == ' ')
        end--;
    for (at = end; at > line->code && rs_pyx_is_word(at[-1]);)
        at--;
    return end > at && (at == line->code || at[-1] == ' ' || at[-1] == '*')
               ? rs_arena_strndup(&judge->source.arena, at, (size_t)(end - at))
               : NULL;
}

/* Calls of declared functions in the bodies of functions and of the module. */
static void each_call(struct judge *judge, rs_pyx_on_call *on_call)
{
    for (size_t i = 0; i < judge->source.lines.count; i++) {
        const struct rs_pyx_line *line = &judge->source.lines.items[i];
        const char *open;
        size_t length;

        for (const char *name = line->declares ? NULL : rs_pyx_find_call(line->code, &length, &open); name != NULL;
             name = rs_pyx_find_call(open + 1, &length, &open)) {
            bool member = name > line->code && name[-1] == '.';
            const struct rs_pyx_extern *callee = member ? NULL : rs_pyx_extern_find(&judge->source, name, length);

            if (callee != NULL)
                on_call(judge, line, name, callee, open);
        }
    }
}

/* The cast that a call stands in, "<object>f()" or "<object>(f())": where it begins, or NULL. */
static const char *cast_before(const struct rs_pyx_line *line, const char *at)
{
    const char *end = at, *start;

    while (end > line->code && (end[-1] == ' ' || end[-1] == '('))
        end--;
    if (end == line->code || end[-1] != '>')
        return NULL;
    for (start = --end; start > line->code && start[-1] != '<';)
        start--;
    if (start == line->code || memchr(start, '*', (size_t)(end - start)) != NULL)
        return NULL;
    return rs_pyx_type_of(start, end) == RS_PYX_OBJECT ? start - 1 : NULL;
}

/* RS102: declared `object`, borrowed by contract. One finding a declaration. */
static void on_borrowed(struct judge *judge, const struct rs_pyx_line *line, const char *name,
                        const struct rs_pyx_extern *callee, const char *open)
{
    const struct rs_contract *row = rs_contract_find(callee->cname, judge->python);
    const char *function = function_name(judge, line), *to = target(judge, line, name);
    struct rs_finding *finding;

    if (row == NULL || callee->cimported || callee->result != RS_PYX_OBJECT)
        return;
    if (row->result != RS_RESULT_BORROWED && row->result != RS_RESULT_FOREVER && row->result != RS_RESULT_ARGUMENT)
        return;
    if ((to != NULL && takes_by_hand(judge, line, to)) || line->nogil)
        return;
    for (size_t i = 0; i < judge->report->findings.count; i++) {
        finding = &judge->report->findings.items[i];
        if (finding->rule == RS_RULE_RS102 && finding->belief.line == callee->line &&
            finding->belief.file == declared(judge, callee).file) {
            finding->count++;
            return;
        }
    }
    finding = add(judge, RS_RULE_RS102, function, rs_pyx_line_of(line, name));
    finding->has_belief = true;
    finding->belief = declared(judge, callee);
    finding->belief.api = row->name;
    finding->message = SAY(judge, "%s takes the borrowed result of %s for its own: it is declared 'object' in %s",
                           function, row->name, declared_line(judge, callee));
    finding->fix =
        SAY(judge, "declare the result in %s as 'PyObject *' and cast it at the call: '<object>' takes a reference",
            declared_line(judge, callee));
    step_declared(judge, finding, callee,
                  SAY(judge, "%s is declared to return 'object': Cython will release its result", row->name));
    step(judge, finding, finding->culprit.line, SAY(judge, "%s returns a borrowed reference", row->name));
}

/* RS201: `<object>` of a new reference. */
static void on_cast(struct judge *judge, const struct rs_pyx_line *line, const char *name,
                    const struct rs_pyx_extern *callee, const char *open)
{
    const struct rs_contract *row = rs_contract_find(callee->cname, judge->python);
    const char *cast = cast_before(line, name), *to = cast != NULL ? target(judge, line, cast) : NULL,
               *function = function_name(judge, line);
    struct rs_finding *finding;

    if (row == NULL || row->result != RS_RESULT_NEW || callee->cimported || callee->result != RS_PYX_RAW ||
        cast == NULL)
        return;
    if (to != NULL && (gives_by_hand(judge, line, to) || hands_over(judge, line, to)))
        return;
    finding = add(judge, RS_RULE_RS201, function, rs_pyx_line_of(line, name));
    finding->has_belief = true;
    finding->belief = finding->culprit;
    finding->belief.api = row->name;
    finding->message = SAY(judge,
                           "%s casts the new reference that %s returns to an object: the cast takes another one, the "
                           "first is never given back",
                           function, row->name);
    finding->fix = SAY(judge, "declare the result of %s in %s as 'object', and leave the cast out", row->name,
                       declared_line(judge, callee));
    step(judge, finding, finding->culprit.line, SAY(judge, "%s returns a new reference", row->name));
    step(judge, finding, finding->culprit.line,
         "the cast takes a reference of its own; nothing gives the first one back");
}

/* What a function does with a raw pointer of its own, at one place of a line. */
enum use { USE_CAST, USE_TEST, USE_DECLARATION, USE_OTHER };

static enum use use_of(const struct rs_pyx_line *line, const char *at, size_t length)
{
    static const char *const tests[] = {" is NULL", " == NULL", " != NULL", " is not NULL", " = NULL"};
    bool declared = strncmp(line->code, "cdef ", 5) == 0 && (at[length] == 0 || at[length] == ',');

    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
        if (strncmp(at + length, tests[i], strlen(tests[i])) == 0)
            return USE_TEST;
    if (cast_before(line, at) != NULL)
        return USE_CAST;
    return declared ? USE_DECLARATION : USE_OTHER;
}

/* The line that casts a local pointer to an object, where the function does nothing else with it but test it; else
 * NULL. */
static const struct rs_pyx_line *only_cast(const struct judge *judge, const struct rs_pyx_line *from,
                                           const char *pointer, const char **at)
{
    const struct rs_pyx_function *function = &judge->source.functions.items[from->function];
    const struct rs_pyx_line *found = NULL;
    size_t length = strlen(pointer);

    for (size_t i = function->first; i < function->end; i++) {
        const struct rs_pyx_line *line = &judge->source.lines.items[i];

        for (const char *use = rs_pyx_find_word(line->code, pointer); use != NULL;
             use = rs_pyx_find_word(use + length, pointer)) {
            enum use what = use_of(line, use, length);

            if (what == USE_OTHER && line != from)
                return NULL;
            if (what != USE_CAST || found != NULL)
                continue;
            found = line;
            *at = use;
        }
    }
    return found;
}

/* RS201: a new reference in a raw pointer, which is cast and never given back. */
static void on_pointer(struct judge *judge, const struct rs_pyx_line *line, const char *name,
                       const struct rs_pyx_extern *callee, const char *open)
{
    const struct rs_contract *row = rs_contract_find(callee->cname, judge->python);
    const char *pointer = target(judge, line, name), *function = function_name(judge, line), *at, *object;
    const struct rs_pyx_line *cast;
    struct rs_finding *finding;

    if (row == NULL || row->result != RS_RESULT_NEW || callee->cimported || callee->result != RS_PYX_RAW ||
        pointer == NULL || line->function < 0)
        return;
    if (gives_by_hand(judge, line, NULL) || (cast = only_cast(judge, line, pointer, &at)) == NULL)
        return;
    if ((object = target(judge, cast, cast_before(cast, at))) != NULL && hands_over(judge, line, object))
        return;
    finding = add(judge, RS_RULE_RS201, function, rs_pyx_line_of(cast, at));
    finding->has_belief = true;
    finding->belief = place(judge, finding->culprit.function, rs_pyx_line_of(line, name));
    finding->belief.api = row->name;
    finding->message =
        SAY(judge, "%s never gives back the new reference in '%s': the cast to an object takes another one", function,
            pointer);
    finding->fix =
        SAY(judge, "call Py_DECREF(<object>%s) behind the cast in line %d, or declare the result of %s as 'object'",
            pointer, finding->culprit.line, row->name);
    step(judge, finding, finding->belief.line, SAY(judge, "%s returns a new reference", row->name));
    step(judge, finding, finding->culprit.line,
         SAY(judge, "the cast takes a reference of its own; '%s' keeps the first one", pointer));
}

static bool is_immortal(const char *argument)
{
    return strcmp(argument, "None") == 0 || strcmp(argument, "True") == 0 || strcmp(argument, "False") == 0;
}

/* Whether a name is an object of the function: a parameter without a C type, or assigned and no raw pointer. */
static bool is_object_here(const struct judge *judge, const struct rs_pyx_line *line, const char *name)
{
    const struct rs_pyx_function *function =
        line->function >= 0 ? &judge->source.functions.items[line->function] : NULL;
    const char *parameter = function != NULL ? rs_pyx_find_word(function->parameters, name) : NULL;

    if (parameter != NULL)
        return strchr(function->parameters, '*') == NULL;
    for (size_t i = function != NULL ? function->first : 0; function != NULL && i < function->end; i++) {
        const char *code = judge->source.lines.items[i].code, *at = rs_pyx_find_word(code, name);

        if (at == code && strncmp(at + strlen(name), " = ", 3) == 0 && at[strlen(name) + 3] != '<')
            return true;
    }
    return false;
}

/* What gives a reference back is judged where it stands, in __dealloc__. */
static bool is_release(const char *name)
{
    return strstr(name, "DECREF") != NULL || strstr(name, "DecRef") != NULL || strstr(name, "Py_CLEAR") != NULL;
}

/* Whether a line of the function declares the name as a raw pointer. */
static bool is_raw_here(const struct judge *judge, const struct rs_pyx_line *line, const char *name)
{
    const struct rs_pyx_function *function =
        line->function >= 0 ? &judge->source.functions.items[line->function] : NULL;

    for (size_t i = function != NULL ? function->first : 0; function != NULL && i < function->end; i++) {
        const char *code = judge->source.lines.items[i].code;

        if (strstr(code, "PyObject") != NULL && rs_pyx_find_word(code, name) != NULL &&
            strstr(code, "<PyObject") == NULL)
            return true;
    }
    return function != NULL && strstr(function->parameters, "PyObject") != NULL &&
           rs_pyx_find_word(function->parameters, name) != NULL;
}

/* Cython's own declarations pass objects to those that build containers, and raw pointers to all others. */
static bool takes_objects(const struct rs_pyx_extern *callee, size_t argument)
{
    static const char *const builders[] = {"PyList_", "PyTuple_", "PyModule_", NULL};

    for (size_t i = 0; callee->cimported && builders[i] != NULL; i++)
        if (strncmp(callee->cname, builders[i], strlen(builders[i])) == 0)
            return true;
    return !callee->cimported && argument < callee->arguments.count &&
           callee->arguments.items[argument] == RS_PYX_OBJECT;
}

/* What of an argument Cython still owns: an object, or "<PyObject *>x" of one that the function assigns to as such;
 * else NULL. */
static const char *lent(struct judge *judge, const struct rs_pyx_line *line, const char *argument, bool object)
{
    const char *end = argument[0] == '<' ? strchr(argument, '>') : NULL, *name;

    if (argument[0] != '<')
        return object && strchr(argument, '<') == NULL && !is_raw_here(judge, line, argument) ? argument : NULL;
    if (end == NULL || rs_pyx_type_of(argument + 1, end) != RS_PYX_RAW)
        return NULL;
    name = end + 1 + strspn(end + 1, " ");
    if (rs_pyx_word_length(name) == 0 || name[rs_pyx_word_length(name)] != 0)
        return NULL;
    return is_object_here(judge, line, name) ? name : NULL;
}

/* Whether the line's function makes the name of a raw pointer, "x = <object>raw": the pointer's own reference can go
 * with it. */
static bool is_cast_here(const struct judge *judge, const struct rs_pyx_line *line, const char *name)
{
    const struct rs_pyx_function *function =
        line->function >= 0 ? &judge->source.functions.items[line->function] : NULL;

    for (size_t i = function == NULL ? 0 : function->first; function != NULL && i < function->end; i++) {
        const char *at = rs_pyx_find_word(judge->source.lines.items[i].code, name);

        if (at != NULL && strncmp(at + strlen(name), " = <object>", strlen(" = <object>")) == 0)
            return true;
    }
    return false;
}

/* RS101: an object that a function takes over, and that Cython only lent. */
static void on_steal(struct judge *judge, const struct rs_pyx_line *line, const char *name,
                     const struct rs_pyx_extern *callee, const char *open)
{
    const struct rs_contract *row = rs_contract_find(callee->cname, judge->python);
    const char *function = function_name(judge, line);

    if (is_release(callee->cname))
        return;
    for (unsigned i = 0; row != NULL && i < row->nargs; i++) {
        const char *argument = row->args[i].kind == RS_ARG_STEAL && row->args[i].when != RS_ON_FAILURE
                                   ? rs_pyx_argument(&judge->source.arena, open, i)
                                   : NULL;
        struct rs_finding *finding;
        bool latent;

        argument = argument != NULL ? lent(judge, line, argument, takes_objects(callee, i)) : NULL;
        if (argument == NULL || takes_by_hand(judge, line, NULL) || is_cast_here(judge, line, argument))
            continue;
        latent = is_immortal(argument) && judge->python >= 0x030c;
        finding = add(judge, RS_RULE_RS101, function, rs_pyx_line_of(line, name));
        finding->severity = latent ? RS_NOTE : RS_ERROR;
        finding->latent = latent;
        finding->message = SAY(judge, "%s gives '%s' to %s, which takes the reference over, without taking one for it",
                               function, argument, row->name);
        finding->fix = SAY(judge, "call Py_INCREF(%s) before the call in line %d", argument, finding->culprit.line);
        step(judge, finding, finding->culprit.line,
             SAY(judge, "%s takes over the reference that it is given; Cython lends one and gives it back later",
                 row->name));
    }
}

/* RS301: declared nogil, used without the GIL, and no function that may be. */
static void on_nogil(struct judge *judge, const struct rs_pyx_line *line, const char *name,
                     const struct rs_pyx_extern *callee, const char *open)
{
    const struct rs_contract *row = rs_contract_find(callee->cname, judge->python);
    struct rs_finding *finding;

    if (row == NULL || !line->nogil || !callee->nogil || !rs_contract_needs_gil(row))
        return;
    finding = add(judge, RS_RULE_RS301, function_name(judge, line), rs_pyx_line_of(line, name));
    finding->has_belief = true;
    finding->belief = declared(judge, callee);
    finding->message = SAY(judge, "%s calls %s without the GIL: it is declared nogil in %s", function_name(judge, line),
                           row->name, declared_line(judge, callee));
    finding->fix =
        SAY(judge, "call it 'with gil', and leave 'nogil' out of the declaration in %s", declared_line(judge, callee));
    step_declared(judge, finding, callee, SAY(judge, "%s is declared nogil, so Cython does not object", row->name));
    step(judge, finding, finding->culprit.line, "the GIL is not held here");
}

/* "self.x = <PyObject*>E" in a line: E, and where the assignment begins; NULL if the line is none. */
static const char *raw_store(struct judge *judge, const struct rs_pyx_line *line, const char *attribute,
                             const char **at)
{
    const char *name, *rest = line->code, *end;

    while ((name = rs_pyx_find_word(rest, attribute)) != NULL) {
        rest = name + strlen(attribute);
        if (name < line->code + 5 || strncmp(name - 5, "self.", 5) != 0)
            continue;
        rest += strspn(rest, " ");
        if (rest[0] != '=' || rest[1] == '=')
            continue;
        rest += 1 + strspn(rest + 1, " ");
        end = rest[0] == '<' ? strchr(rest, '>') : NULL;
        if (end == NULL || rs_pyx_type_of(rest + 1, end) != RS_PYX_RAW)
            continue;
        rest = end + 1 + strspn(end + 1, " ");
        *at = name - 5;
        if (rs_pyx_word_length(rest) > 0 && rest[rs_pyx_word_length(rest)] == 0)
            return rs_arena_strdup(&judge->source.arena, rest);
    }
    return NULL;
}

/* Whether a name is a parameter of the function. */
static bool is_parameter(const struct rs_pyx_function *function, const char *name)
{
    const char *at = rs_pyx_find_word(function->parameters, name);

    return at != NULL && strcmp(name, "self") != 0;
}

/* Whether a function stores or hands the name on elsewhere than in the line: something else may keep it alive. */
static bool kept_elsewhere(const struct judge *judge, const struct rs_pyx_function *function,
                           const struct rs_pyx_line *but, const char *name)
{
    for (size_t i = function->first; i < function->end; i++) {
        const struct rs_pyx_line *line = &judge->source.lines.items[i];
        const char *at = line != but ? rs_pyx_find_word(line->code, name) : NULL;

        if (at != NULL && strncmp(line->code, "if ", 3) != 0 && strncmp(line->code, "raise ", 6) != 0)
            return true;
    }
    return false;
}

/* The line of the class that gives an attribute's reference back, or NULL. */
static const struct rs_pyx_line *release_of(const struct judge *judge, const struct rs_pyx_class *class,
                                            const char *attribute)
{
    for (size_t i = class->first; i < class->end; i++)
        if (has_call(judge, i, i + 1, "DECREF", attribute) || has_call(judge, i, i + 1, "CLEAR", attribute) ||
            has_call(judge, i, i + 1, "DecRef", attribute))
            return &judge->source.lines.items[i];
    return NULL;
}

/* The line of the class that makes an object of the raw attribute again, "<object>self.x"; or NULL. */
static const struct rs_pyx_line *use_as_object(const struct judge *judge, const struct rs_pyx_class *class,
                                               const char *attribute)
{
    for (size_t i = class->first; i < class->end; i++) {
        const struct rs_pyx_line *line = &judge->source.lines.items[i];
        const char *at = rs_pyx_find_word(line->code, attribute);

        if (at >= line->code + 5 && strncmp(at - 5, "self.", 5) == 0 && cast_before(line, at - 5) != NULL)
            return line;
    }
    return NULL;
}

/* RS103: kept by a raw pointer that is released or made an object of later, and no reference was taken. */
static void judge_raw_store(struct judge *judge, const struct rs_pyx_class *class, const char *attribute,
                            const struct rs_pyx_line *line, const char *value, const char *at)
{
    const struct rs_pyx_function *function = &judge->source.functions.items[line->function];
    const struct rs_pyx_line *release = release_of(judge, class, attribute),
                             *later = release != NULL ? release : use_as_object(judge, class, attribute);
    struct rs_finding *finding;

    if (later == NULL || later->function < 0 || !is_parameter(function, value) || takes_by_hand(judge, line, NULL) ||
        kept_elsewhere(judge, function, line, value))
        return;
    finding = add(judge, RS_RULE_RS103, function->name, rs_pyx_line_of(line, at));
    finding->message = SAY(judge, "%s keeps '%s' in the raw pointer '%s' without taking a reference; %s %s",
                           function->name, value, attribute, function_name(judge, later),
                           release != NULL ? "gives one back" : "uses the object when nobody may hold it any more");
    finding->fix = SAY(judge, "call Py_INCREF(%s) in %s, or declare '%s' as object and leave all this to Cython", value,
                       function->name, attribute);
    step(judge, finding, finding->culprit.line, "a cast to PyObject * takes no reference");
    step(judge, finding, later->number,
         release != NULL ? "here a reference is given back" : "here it is taken for an object that is alive");
}

static bool counts_down(const char *text, size_t length)
{
    static const char *const words[] = {"DECREF", "CLEAR", "DecRef", "SETREF"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        const char *found = strstr(text, words[i]);

        if (found != NULL && found < text + length)
            return true;
    }
    return false;
}

/* Whether a line may give a raw attribute's reference back, or have it done: a release in its class, the attribute in a
 * call. What `keeper` releases makes room for what it keeps: that is not the last. */
static bool may_release(const struct judge *judge, const struct rs_pyx_class *class,
                        const struct rs_pyx_function *keeper, size_t number, const char *attribute)
{
    const struct rs_pyx_line *line = &judge->source.lines.items[number];
    bool keeps = number >= keeper->first && number < keeper->end;
    const char *open, *name;
    size_t length;

    if (number >= class->first && number < class->end && !keeps && counts_down(line->code, strlen(line->code)))
        return true;
    for (name = line->declares ? NULL : rs_pyx_find_call(line->code, &length, &open); name != NULL;
         name = rs_pyx_find_call(open + 1, &length, &open)) {
        const char *at = rs_pyx_find_word(open, attribute);

        if (at != NULL && at < rs_pyx_close(open) && at[-1] == '.' && !(keeps && counts_down(name, length)))
            return true;
    }
    return false;
}

/* RS203: kept with Py_INCREF, and nothing in the file gives it back or hands it on. */
static void judge_kept(struct judge *judge, const struct rs_pyx_class *class, const char *attribute,
                       const struct rs_pyx_line *line, const char *value, const char *at)
{
    const struct rs_pyx_function *function = &judge->source.functions.items[line->function];
    struct rs_finding *finding;

    if (!has_call(judge, function->first, function->end, "INCREF", value))
        return;
    for (size_t i = 0; i < judge->source.lines.count; i++)
        if (may_release(judge, class, function, i, attribute))
            return;
    finding = add(judge, RS_RULE_RS203, function->name, rs_pyx_line_of(line, at));
    finding->message = SAY(judge, "%s takes a reference for the raw pointer '%s' of %s, and nothing ever gives it back",
                           function->name, attribute, class->name);
    finding->fix = SAY(
        judge,
        "give %s a __dealloc__ that calls Py_XDECREF(self.%s), or declare '%s' as object and leave all this to Cython",
        class->name, attribute, attribute);
    step(judge, finding, finding->culprit.line, SAY(judge, "'%s' is kept, with a reference of its own", value));
    step(judge, finding, class->line, SAY(judge, "%s has no line that releases '%s'", class->name, attribute));
}

/* RS101: __dealloc__ releases an attribute that Cython releases as well. */
static void judge_dealloc(struct judge *judge, const struct rs_pyx_class *class, const char *attribute)
{
    if (has_call(judge, class->first, class->end, "INCREF", NULL) ||
        has_call(judge, class->first, class->end, "NewRef", NULL))
        return;
    for (size_t i = class->first; i < class->end; i++) {
        const struct rs_pyx_line *line = &judge->source.lines.items[i];
        const struct rs_pyx_function *function =
            line->function >= 0 ? &judge->source.functions.items[line->function] : NULL;
        const char *self = rs_arena_printf(&judge->source.arena, "self.%s", attribute);
        struct rs_finding *finding;

        if (function == NULL || strcmp(function->bare, "__dealloc__") != 0 ||
            !has_call(judge, i, i + 1, "DECREF", attribute) || strstr(line->code, self) == NULL)
            continue;
        finding = add(judge, RS_RULE_RS101, function->name, line->number);
        finding->message =
            SAY(judge, "%s releases '%s', a Python attribute that Cython releases as well", function->name, attribute);
        finding->fix = SAY(judge, "remove the release in line %d", line->number);
        step(judge, finding, line->number,
             SAY(judge, "'%s' is declared as an object: it is given back once more when %s is deallocated", attribute,
                 class->name));
    }
}

static void judge_class(struct judge *judge, const struct rs_pyx_class *class)
{
    for (size_t i = 0; i < class->attributes.count; i++) {
        const struct rs_pyx_attribute *attribute = &class->attributes.items[i];

        if (attribute->type == RS_PYX_OBJECT)
            judge_dealloc(judge, class, attribute->name);
        for (size_t k = class->first; attribute->type == RS_PYX_RAW && k < class->end; k++) {
            const struct rs_pyx_line *line = &judge->source.lines.items[k];
            const char *at, *value = line->function >= 0 ? raw_store(judge, line, attribute->name, &at) : NULL;

            if (value == NULL)
                continue;
            judge_raw_store(judge, class, attribute->name, line, value, at);
            judge_kept(judge, class, attribute->name, line, value, at);
        }
    }
}

void rs_pyx_check(const char *file, const char *text, size_t size, unsigned python, const char *module,
                  const struct rs_pyx_reader *reader, struct rs_report *report)
{
    struct judge judge = {.report = report, .python = python};
    const char *slash = strrchr(file, '/'), *stem = slash != NULL ? slash + 1 : file;

    judge.file = rs_arena_strdup(&report->arena, file);
    judge.module = module != NULL ? rs_arena_strdup(&report->arena, module) : NULL;
    rs_pyx_source_read(&judge.source, text, size);
    if (reader != NULL)
        rs_pyx_source_declared(&judge.source, rs_arena_strndup(&judge.source.arena, stem, strcspn(stem, ".")), reader);
    each_call(&judge, on_borrowed);
    each_call(&judge, on_cast);
    each_call(&judge, on_pointer);
    each_call(&judge, on_steal);
    each_call(&judge, on_nogil);
    for (size_t i = 0; i < judge.source.classes.count; i++)
        judge_class(&judge, &judge.source.classes.items[i]);
    rs_pyx_source_close(&judge.source);
}
