/* C that Cython generated. What its temporaries hold Cython counts by itself, and rightly, so that only what the author
 * of the .pyx counts by hand is worth a report: a variable of the .pyx, a Py_INCREF that the .pyx calls, a function
 * that takes a reference over or lends one and is called from the .pyx. Cython's own calls of these go by other names
 * in the text (__Pyx_INCREF). Exceptions are Cython's, too: it takes them out of the thread's state without a call. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "check/flow/flow.h"

static bool starts(const char *text, const char *head)
{
    return text != NULL && strncmp(text, head, strlen(head)) == 0;
}

char *rs_generated_line(struct rs_ir *ir, LLVMValueRef at)
{
    struct rs_ir_place place = at == NULL ? (struct rs_ir_place){0} : rs_ir_place(ir, at);
    FILE *file = place.file == NULL ? NULL : fopen(place.file, "re");
    char *line = NULL;
    size_t room = 0;
    int number = 0;

    while (file != NULL && number < place.line && getline(&line, &room, file) >= 0)
        number++;
    if (file != NULL)
        fclose(file);
    if (file != NULL && number == place.line)
        return line;
    free(line);
    return NULL;
}

/* Whether the text calls a function of that name: "Py_INCREF", not "__Pyx_Py_INCREF". */
static bool calls(const char *text, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + length, name)) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_'), ends = at[length] == '(';

        if (begins && ends)
            return true;
    }
    return false;
}

/* Whether the .pyx counts a reference at the instruction's line. */
static bool counts_there(struct rs_ir *ir, LLVMValueRef at, const char *api)
{
    static const char *const names[] = {"Py_INCREF",  "Py_XINCREF", "Py_DECREF",  "Py_XDECREF", "Py_CLEAR", "Py_NewRef",
                                        "Py_XNewRef", "Py_SETREF",  "Py_XSETREF", "Py_IncRef",  "Py_DecRef"};
    char *text = rs_generated_line(ir, at);
    bool found = text != NULL && api != NULL && calls(text, api);

    for (size_t i = 0; text != NULL && i < sizeof(names) / sizeof(*names) && !found; i++)
        found = calls(text, names[i]);
    free(text);
    return found;
}

/* A function of Python's that lends or takes over: what is wrong may be how a .pyx declares it. */
static const char *moves(struct rs_ir *ir, const char *api)
{
    const struct rs_contract *row = api == NULL ? NULL : rs_contract_find(api, ir->python);
    bool is = row != NULL && (row->result == RS_RESULT_BORROWED || row->result == RS_RESULT_FOREVER);

    for (unsigned i = 0; row != NULL && i < row->nargs; i++)
        is = is || row->args[i].kind == RS_ARG_STEAL || row->args[i].kind == RS_ARG_OUT_BORROWED;
    return is ? api : NULL;
}

static bool is_of_references(enum rs_rule rule)
{
    return rule == RS_RULE_RS101 || rule == RS_RULE_RS102 || rule == RS_RULE_RS103 || rule == RS_RULE_RS104 ||
           rule == RS_RULE_RS105 || rule == RS_RULE_RS201 || rule == RS_RULE_RS202;
}

bool rs_generated_counts(struct rs_ir *ir, const struct rs_candidate *candidate)
{
    const struct rs_ir_function *function = rs_ir_function(ir, candidate->function);
    const struct rs_sym *object = &candidate->object;
    const char *variable = object->how == NULL ? NULL : rs_ir_variable(ir, object->how);

    if (function != NULL && starts(function->name, "__pyx_") && candidate->rule == RS_RULE_RS302)
        return true;
    if (function == NULL || !starts(function->name, "__pyx_") || !is_of_references(candidate->rule) ||
        starts(variable, "__pyx_v_"))
        return false;
    return !counts_there(ir, candidate->culprit, NULL) && !counts_there(ir, object->how, moves(ir, object->api)) &&
           !counts_there(ir, object->taken, NULL) && !counts_there(ir, object->gone, moves(ir, object->gone_api));
}
