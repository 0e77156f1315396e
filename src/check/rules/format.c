/* RS306: the letters of a format of PyArg_Parse* or Py_BuildValue against the variables and values behind it.
 *
 * Only what the types say for certain: a written size that is not the variable's, a floating number for an integer, a
 * number for an object, fewer arguments than letters. Formats that are no constants, and letters that are not known,
 * are left alone. */
#include "check/rules/rules.h"

#include <string.h>

enum want_kind { WANT_INTEGER, WANT_FLOATING, WANT_POINTER, WANT_STRUCTURE, WANT_ANY };
struct want {
    enum want_kind kind;
    unsigned size; /* bytes */
    bool direct;   /* parse: the argument itself, not an address to be filled */
    char unit[4];  /* as in the format */
};
enum { WANTS_MOST = 64, BUFFER_SIZE = 80, COMPLEX_SIZE = 16 };

struct reading {
    struct want wants[WANTS_MOST];
    unsigned count;
    unsigned length; /* bytes of what stands for '#' */
    bool unknown;    /* a letter that is not in the tables */
};

static void add(struct reading *reading, enum want_kind kind, unsigned size, bool direct, const char *unit,
                size_t length)
{
    struct want *want = &reading->wants[reading->count];

    if (reading->count == WANTS_MOST) {
        reading->unknown = true;
        return;
    }
    *want = (struct want){kind, size, direct, {0}};
    memcpy(want->unit, unit, length < 3 ? length : 3);
    reading->count++;
}

/* Integers that are written or taken, by letter; 0: none. */
static unsigned integer_size(char letter, bool parse)
{
    const char *sizes = parse ? "b1B1c1h2H2i4I4C4p4l8k8L8K8n8" : "b4B4c4h4H4i4I4C4p4l8k8L8K8n8";

    for (; *sizes != '\0'; sizes += 2)
        if (sizes[0] == letter)
            return (unsigned)(sizes[1] - '0');
    return 0;
}

/* "s", "s#", "s*", "es#": text and bytes. Returns how many characters they take. */
static size_t read_text(struct reading *reading, const char *at, bool parse)
{
    size_t length = at[0] == 'e' ? 2 : 1;

    if (parse && at[length] == '*') {
        add(reading, WANT_STRUCTURE, BUFFER_SIZE, false, at, length + 1);
        return length + 1;
    }
    if (at[0] == 'e')
        add(reading, WANT_POINTER, sizeof(void *), true, at, length);
    add(reading, WANT_POINTER, sizeof(void *), false, at, length);
    if (at[length] != '#')
        return length;
    if (reading->length == 0)
        reading->unknown = true;
    add(reading, WANT_INTEGER, reading->length, false, at, length + 1);
    return length + 1;
}

static size_t read_object(struct reading *reading, const char *at, bool parse)
{
    if (at[0] != 'O' || (at[1] != '!' && at[1] != '&') || (at[1] == '!' && !parse)) {
        add(reading, WANT_POINTER, sizeof(void *), false, at, 1);
        return 1;
    }
    add(reading, WANT_POINTER, sizeof(void *), true, at, 2);
    add(reading, at[1] == '&' ? WANT_ANY : WANT_POINTER, sizeof(void *), false, at, 2);
    return 2;
}

static size_t read_unit(struct reading *reading, const char *at, bool parse)
{
    unsigned size = integer_size(at[0], parse);

    if (size > 0)
        add(reading, WANT_INTEGER, size, false, at, 1);
    else if (at[0] == 'f' || at[0] == 'd')
        add(reading, WANT_FLOATING, at[0] == 'f' && parse ? sizeof(float) : sizeof(double), false, at, 1);
    else if (at[0] == 'D')
        add(reading, parse ? WANT_STRUCTURE : WANT_POINTER, parse ? COMPLEX_SIZE : sizeof(void *), false, at, 1);
    else if (strchr(parse ? "szyuZw" : "szyuU", at[0]) != NULL ||
             (parse && at[0] == 'e' && (at[1] == 's' || at[1] == 't')))
        return read_text(reading, at, parse);
    else if (strchr(parse ? "OSYU" : "OSN", at[0]) != NULL)
        return read_object(reading, at, parse);
    else
        reading->unknown = true;
    return 1;
}

static void read_format(struct reading *reading, const char *at, bool parse)
{
    while (*at != '\0' && !reading->unknown) {
        if (parse && (*at == ':' || *at == ';'))
            return;
        if (strchr(parse ? "()|$" : "()[]{},: \t", *at) != NULL)
            at++;
        else
            at += read_unit(reading, at, parse);
    }
}

static bool is_floating(LLVMTypeRef type)
{
    LLVMTypeKind kind = LLVMGetTypeKind(type);

    return kind == LLVMFloatTypeKind || kind == LLVMDoubleTypeKind || kind == LLVMX86_FP80TypeKind;
}

/* Why an address of such a variable does not do; NULL: it does, or is not known. */
static const char *parse_mismatch(struct rs_rules *rules, const struct want *want, LLVMTypeRef type)
{
    uint64_t size;
    bool scalar;

    if (type == NULL || want->kind == WANT_ANY)
        return NULL;
    scalar = is_floating(type) || LLVMGetTypeKind(type) == LLVMIntegerTypeKind ||
             LLVMGetTypeKind(type) == LLVMPointerTypeKind;
    if (!scalar)
        return NULL;
    size = LLVMABISizeOfType(rules->ir->layout, type);
    if (size != want->size)
        return rs_rules_text(rules, "writes %u bytes, but the variable has %u", want->size, (unsigned)size);
    if (want->kind == WANT_FLOATING)
        return is_floating(type) ? NULL : "writes a floating number, but the variable is none";
    return is_floating(type) ? rs_rules_text(rules, "writes %s, but the variable is a floating number",
                                             want->kind == WANT_INTEGER ? "an integer" : "a pointer")
                             : NULL;
}

static bool is_small_constant(LLVMValueRef value)
{
    return LLVMIsAConstantInt(value) && LLVMConstIntGetSExtValue(value) >= 0;
}

/* The same for a value that Py_BuildValue takes. */
static const char *build_mismatch(struct rs_rules *rules, const struct want *want, LLVMValueRef value)
{
    LLVMTypeRef type = LLVMTypeOf(value);
    bool integer = LLVMGetTypeKind(type) == LLVMIntegerTypeKind;
    uint64_t size = LLVMABISizeOfType(rules->ir->layout, type);

    if (want->kind == WANT_ANY)
        return NULL;
    if (is_floating(type))
        return want->kind == WANT_FLOATING ? NULL : "takes no floating number, but is given one";
    if (want->kind == WANT_FLOATING)
        return integer ? "takes a floating number, but is given an integer"
                       : "takes a floating number, but is given a pointer";
    if (want->kind == WANT_POINTER)
        return integer && !LLVMIsNull(value) ? "takes a pointer, but is given an integer" : NULL;
    if (!integer)
        return LLVMGetTypeKind(type) == LLVMPointerTypeKind ? "takes an integer, but is given a pointer" : NULL;
    if (size != want->size && !is_small_constant(value))
        return rs_rules_text(rules, "takes an integer of %u bytes, but is given one of %u", want->size, (unsigned)size);
    return NULL;
}

static struct rs_finding *tell(struct rs_rules *rules, LLVMValueRef call, const char *text)
{
    const struct rs_ir_function *function =
        rs_ir_function(rules->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)));

    return rs_rules_tell(rules, RS_RULE_RS306, function, call, text,
                         rs_rules_text(rules, "make the format and its arguments agree at line %d",
                                       rs_ir_place(rules->ir, call).line));
}

static const char *without_suffix(struct rs_rules *rules, const char *api)
{
    size_t length = strlen(api);

    if (length > 6 && strcmp(api + length - 6, "_SizeT") == 0)
        length -= 6;
    return api[0] == '_' ? rs_rules_text(rules, "%.*s", (int)length - 1, api + 1)
                         : rs_rules_text(rules, "%.*s", (int)length, api);
}

/* NULL behind the last variable, as other lists of arguments end: there is nothing to fill in. */
static bool is_end(LLVMValueRef argument)
{
    return LLVMIsAConstantPointerNull(argument) ||
           (LLVMIsAConstantInt(argument) && LLVMConstIntGetZExtValue(argument) == 0);
}

static void judge(struct rs_rules *rules, LLVMValueRef call, const char *api, const char *format, unsigned first,
                  bool parse)
{
    struct reading reading = {.length = strstr(api, "_SizeT") != NULL || rules->ir->python >= 0x030d ? 8
                                        : rules->ir->python < 0x030a                                 ? 4
                                                                                                     : 0};
    unsigned given = LLVMGetNumArgOperands(call);
    const char *name = without_suffix(rules, api);
    const struct rs_ir_function *function =
        rs_ir_function(rules->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)));

    given = given > first ? given - first : 0;
    read_format(&reading, format, parse);
    if (reading.unknown)
        return;
    if (given < reading.count) {
        tell(rules, call,
             rs_rules_text(rules, "%s gives %s too few arguments for \"%s\": %u, the format names %u", function->name,
                           name, format, given, reading.count));
        return;
    }
    while (given > reading.count && parse && is_end(rs_rules_argument(call, first + given - 1)))
        given--;
    if (given > reading.count && parse) {
        tell(rules, call,
             rs_rules_text(
                 rules, "%s gives %s more arguments than \"%s\" names: %u for %u, so that the last are never filled in",
                 function->name, name, format, given, reading.count));
        return;
    }
    for (unsigned i = 0; i < reading.count; i++) {
        const struct want *want = &reading.wants[i];
        LLVMValueRef value = rs_rules_argument(call, first + i);
        const char *why = parse && !want->direct ? parse_mismatch(rules, want, rs_rules_pointee(rules, value))
                                                 : build_mismatch(rules, want, value);

        if (why == NULL)
            continue;
        struct rs_finding *finding =
            tell(rules, call,
                 rs_rules_text(rules, "%s: in the format \"%s\" of %s the unit '%s' (argument %u behind the format) %s",
                               function->name, format, name, want->unit, i + 1, why));
        /* x86_64 passes an int in a register of 8 bytes: the value is mostly right */
        if (!parse && want->kind == WANT_INTEGER && LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMIntegerTypeKind)
            finding->severity = RS_WARNING;
        return;
    }
}

/* The index of a format among the arguments of a call with "...", or -1; *row is its contract. */
static int format_of(struct rs_rules *rules, LLVMValueRef call, const struct rs_contract **row, const char **api)
{
    *row = rs_rules_api(rules, call, api);
    if (*row == NULL || (*row)->nargs < 2 || strcmp((*row)->args[(*row)->nargs - 1].name, "...") != 0)
        return -1;
    for (int i = 0; i + 1 < (*row)->nargs; i++)
        if ((*row)->args[i].kind == RS_ARG_PARSE || (*row)->args[i].kind == RS_ARG_BUILD)
            return i;
    return -1;
}

/* The parameter that a function of the unit with "..." hands on as the format of PyArg_VaParse, or -1. */
static int handed_on(struct rs_rules *rules, const struct rs_ir_function *own)
{
    if (own == NULL || !LLVMIsFunctionVarArg(LLVMGlobalGetValueType(own->value)))
        return -1;
    RS_EACH_INSTRUCTION(own->value, i)
    {
        const struct rs_contract *row = rs_rules_is_call(i) ? rs_rules_api(rules, i, NULL) : NULL;

        for (unsigned k = 0; row != NULL && k < row->nargs; k++)
            for (unsigned p = 0; row->args[k].kind == RS_ARG_PARSE && p < LLVMCountParams(own->value); p++)
                if (rs_rules_argument(i, k) == LLVMGetParam(own->value, p))
                    return (int)p;
    }
    return -1;
}

unsigned rs_rules_buffers(struct rs_rules *rules, LLVMValueRef call, LLVMValueRef *buffers, unsigned most)
{
    struct reading reading = {.length = 8};
    const struct rs_contract *row;
    const char *api, *format;
    unsigned count = 0;
    int at = format_of(rules, call, &row, &api);
    struct rs_ir_function *own = row == NULL ? rs_rules_own(rules, call) : NULL;
    unsigned first = own != NULL ? LLVMCountParams(own->value) : row != NULL ? row->nargs - 1u : 0;

    if (row == NULL)
        at = handed_on(rules, own);
    for (unsigned i = 0; row != NULL && i < row->nargs && count < most; i++)
        if (row->args[i].kind == RS_ARG_BUFFER_OUT && rs_rules_argument(call, i) != NULL)
            buffers[count++] = rs_rules_argument(call, i);
    format = at < 0 || (row != NULL && row->args[at].kind != RS_ARG_PARSE)
                 ? NULL
                 : rs_ir_string(rules->ir, rs_rules_argument(call, (unsigned)at));
    if (format == NULL)
        return count;
    read_format(&reading, format, true);
    for (unsigned i = 0; i < reading.count && !reading.unknown && count < most; i++)
        if (reading.wants[i].kind == WANT_STRUCTURE && reading.wants[i].size == BUFFER_SIZE &&
            rs_rules_argument(call, first + i) != NULL)
            buffers[count++] = rs_rules_argument(call, first + i);
    return count;
}

static void judge_call(struct rs_rules *rules, LLVMValueRef call)
{
    const struct rs_contract *row;
    const char *api, *format;
    int at = format_of(rules, call, &row, &api);

    format = at < 0 ? NULL : rs_ir_string(rules->ir, rs_rules_argument(call, (unsigned)at));
    if (format != NULL)
        judge(rules, call, api, format, row->nargs - 1u, row->args[at].kind == RS_ARG_PARSE);
}

void rs_rule_format(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        if (rules->ir->functions.items[i].library)
            continue;
        RS_EACH_INSTRUCTION(rules->ir->functions.items[i].value, instruction)
        if (rs_rules_is_call(instruction))
            judge_call(rules, instruction);
    }
}
