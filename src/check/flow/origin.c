/* What places of a unit can hold, by everything that the unit stores there: objects whose end runs no code (text, a
 * number), objects of which the unit knows what they are (a list that it made, an instance that it asked for its type),
 * or whatever a caller hands in. One answer a member, a result, a parameter, for all ways; read when first asked for.
 */
#include <string.h>

#include "check/flow/flow.h"

enum { DEPTH_MOST = 8, ROUNDS_MOST = 12, HELPERS = 3 };

/* Answers by the key of a member or global, by the address of a function's or a parameter's value. */
struct reading {
    struct rs_flow_unit *unit;
    struct rs_ir *ir;
    bool changed;
    struct rs_map asked;  /* value -> whether its type is asked for, + 1 */
    struct rs_map values; /* value and depth -> its origin in this round, + 1 */
};

static enum rs_origin worst(enum rs_origin a, enum rs_origin b)
{
    return a > b ? a : b;
}

static enum rs_origin known(const struct reading *r, uint64_t key)
{
    const uint64_t *found = rs_map_find(&r->unit->origins, key);

    return found == NULL ? RS_ORIGIN_NONE : (enum rs_origin) * found;
}

static void add(struct reading *r, uint64_t key, enum rs_origin origin)
{
    if (key == 0 || origin <= known(r, key))
        return;
    *rs_map_at(&r->unit->origins, key) = origin;
    r->changed = true;
}

static const char *api_of(const struct rs_ir *ir, LLVMValueRef call)
{
    LLVMValueRef callee = LLVMIsACallInst(call) || LLVMIsAInvokeInst(call) ? rs_ir_callee(call) : NULL;

    return callee == NULL ? "" : rs_ir_api_name(ir, callee);
}

static bool begins_with_one_of(const char *text, const char *const *heads)
{
    for (; *heads != NULL; heads++)
        if (strncmp(text, *heads, strlen(*heads)) == 0)
            return true;
    return false;
}

/* ---- questions about a value's type ---- */
/* Whether the type of an object, or a member of that type, is compared with something. */
static bool is_type_asked(struct rs_ir *ir, LLVMValueRef type, int depth)
{
    for (LLVMUseRef use = LLVMGetFirstUse(type); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const char *api = api_of(ir, user);

        if (LLVMIsAICmpInst(user) || strcmp(api, "PyType_HasFeature") == 0 || strcmp(api, "PyType_IsSubtype") == 0)
            return true;
        if (depth > 0 && (LLVMIsAGetElementPtrInst(user) || LLVMIsALoadInst(user) || LLVMIsABinaryOperator(user)) &&
            is_type_asked(ir, user, depth - 1))
            return true;
    }
    return false;
}

static bool is_asked(struct rs_ir *ir, LLVMValueRef value, int depth);

/* Whether a helper of the unit's that answers with a number is asked about the value, and asks for its type. */
static bool is_asked_by(struct rs_ir *ir, LLVMValueRef call, LLVMValueRef value, int depth)
{
    LLVMValueRef callee = LLVMIsACallInst(call) || LLVMIsAInvokeInst(call) ? rs_ir_callee(call) : NULL;

    if (callee == NULL || depth == 0 || LLVMGetTypeKind(LLVMTypeOf(call)) != LLVMIntegerTypeKind ||
        rs_ir_function(ir, callee) == NULL)
        return false;
    for (unsigned k = 0; k < LLVMGetNumArgOperands(call) && k < LLVMCountParams(callee); k++)
        if (LLVMGetOperand(call, k) == value && is_asked(ir, LLVMGetParam(callee, k), depth - 1))
            return true;
    return false;
}

/* Whether the function asks of what type the value is, or uses it as text or bytes, which fails for others. */
static bool is_asked(struct rs_ir *ir, LLVMValueRef value, int depth)
{
    enum { OB_TYPE = 8, STEPS = 4 };
    static const char *const reads[] = {"PyUnicode_As", "PyBytes_As", NULL};

    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const char *api = api_of(ir, user), *structure = NULL;
        int64_t offset = 0;

        if (strcmp(api, "PyObject_TypeCheck") == 0 || strcmp(api, "Py_IS_TYPE") == 0 ||
            (strcmp(api, "Py_TYPE") == 0 && is_type_asked(ir, user, STEPS)) || begins_with_one_of(api, reads) ||
            is_asked_by(ir, user, value, depth))
            return true;
        if (LLVMIsAGetElementPtrInst(user) && rs_memory_key(ir, user, &structure, &offset) != 0 && structure != NULL &&
            strcmp(structure, "_object") == 0 && offset == OB_TYPE && is_type_asked(ir, user, STEPS))
            return true;
    }
    return false;
}

/* The same of any value, found once. */
static bool is_known_asked(struct reading *r, LLVMValueRef value)
{
    uint64_t *found = rs_map_at(&r->asked, (uintptr_t)value);

    if (*found == 0)
        *found = 1 + (uint64_t)is_asked(r->ir, value, HELPERS);
    return *found == 2;
}

/* ---- values ---- */
static enum rs_origin of_value(struct reading *r, LLVMValueRef value, int depth);

/* "(OO)", "[i]", "{s:i}", "ii" make a container of their own. */
static bool builds_container(struct rs_ir *ir, LLVMValueRef call)
{
    const char *format = LLVMGetNumArgOperands(call) > 0 ? rs_ir_string(ir, LLVMGetOperand(call, 0)) : NULL;

    return format != NULL && strchr("([{", format[0]) != NULL;
}

static enum rs_origin of_call(struct reading *r, LLVMValueRef call, int depth)
{
    static const char *const inert[] = {"PyUnicode_",     "PyBytes_From", "PyLong_From", "PyFloat_From",
                                        "PyComplex_From", "PyBool_From",  NULL};
    /* clang-format off */
    static const char *const made[] = {"PyList_New", "PyList_AsTuple", "PyList_GetSlice", "PyDict_New", "PyDict_Copy",
                                       "PyDict_Keys", "PyDict_Values", "PyDict_Items", "PyTuple_New", "PyTuple_Pack",
                                       "PyTuple_GetSlice", "PySet_New", "PyFrozenSet_New", "PySequence_List",
                                       "PySequence_Tuple", "PyMapping_Keys", "PyMapping_Values", "PyMapping_Items",
                                       "PyByteArray_", "PyMemoryView_From", "PyCapsule_New", "PyObject_New",
                                       "PyObject_GC_New", "PyObject_Init", "PyType_Generic", "PyObject_Str",
                                       "PyObject_Repr", "PyObject_ASCII", "PyObject_Bytes", "PyNumber_Long",
                                       "PyNumber_Float", "PyNumber_Index", "PyImport_", "PyErr_NewException",
                                       "PySlice_New", NULL};
    /* clang-format on */
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name = api_of(r->ir, call), *plain = name + (*name == '_');

    if (strcmp(plain, "Py_NewRef") == 0 || strcmp(plain, "Py_XNewRef") == 0)
        return of_value(r, LLVMGetOperand(call, 0), depth - 1);
    if (strcmp(name, "PyWeakref_NewRef") == 0)
        return LLVMIsAConstantPointerNull(LLVMGetOperand(call, 1)) ? RS_ORIGIN_INERT : RS_ORIGIN_ANY;
    if (begins_with_one_of(name, inert))
        return RS_ORIGIN_INERT;
    if (begins_with_one_of(plain, made) || (strstr(name, "BuildValue") != NULL && builds_container(r->ir, call)))
        return RS_ORIGIN_MADE;
    if (strncmp(plain, "PyObject_Call", 13) == 0 && LLVMIsAGlobalVariable(LLVMGetOperand(call, 0)))
        return RS_ORIGIN_MADE; /* an instance of a type that the code names */
    return callee != NULL && rs_ir_function(r->ir, callee) != NULL ? known(r, (uintptr_t)callee) : RS_ORIGIN_ANY;
}

/* PyArg_ParseTuple with no object in the format whose type it does not ask for. */
static bool parses_types(struct rs_ir *ir, LLVMValueRef call)
{
    const char *name = api_of(ir, call), *format = NULL, *object;
    bool parses = strncmp(name, "PyArg_Parse", 11) == 0 || strncmp(name, "_PyArg_Parse", 12) == 0;

    for (unsigned k = 1; parses && format == NULL && k < LLVMGetNumArgOperands(call) && k < 3; k++)
        format = rs_ir_string(ir, LLVMGetOperand(call, k));
    for (object = format; object != NULL && *object != '\0' && *object != ':' && *object != ';'; object++)
        if (*object == 'O' && object[1] != '!')
            return false;
    return format != NULL;
}

/* A local variable whose address is known to others. */
static enum rs_origin of_variable(struct reading *r, LLVMValueRef variable, int depth)
{
    enum rs_origin origin = RS_ORIGIN_NONE;

    for (LLVMUseRef use = LLVMGetFirstUse(variable); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsALoadInst(user) && is_known_asked(r, user))
            return RS_ORIGIN_MADE;
        if (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 1) == variable)
            origin = worst(origin, of_value(r, LLVMGetOperand(user, 0), depth - 1));
        else if (LLVMIsACallInst(user) && strncmp(api_of(r->ir, user), "llvm.", 5) != 0)
            origin = worst(origin, parses_types(r->ir, user) ? RS_ORIGIN_MADE : RS_ORIGIN_ANY);
    }
    return origin;
}

static enum rs_origin read_value(struct reading *r, LLVMValueRef value, int depth)
{
    enum rs_origin origin = RS_ORIGIN_NONE;

    if (LLVMIsAConstantPointerNull(value) || (LLVMIsAGlobalVariable(value) && rs_memory_is_pythons(value)))
        return RS_ORIGIN_INERT;
    if (LLVMIsAGlobalVariable(value) || LLVMIsAFunction(value))
        return RS_ORIGIN_MADE; /* an object, or its type, that is the unit's own variable */
    if (depth == 0)
        return RS_ORIGIN_ANY;
    if (LLVMIsAPHINode(value)) {
        for (unsigned i = 0; i < LLVMCountIncoming(value); i++)
            origin = worst(origin, of_value(r, LLVMGetIncomingValue(value, i), depth - 1));
    } else if (LLVMIsASelectInst(value)) {
        origin =
            worst(of_value(r, LLVMGetOperand(value, 1), depth - 1), of_value(r, LLVMGetOperand(value, 2), depth - 1));
    } else if (LLVMIsACallInst(value) || LLVMIsAInvokeInst(value)) {
        origin = of_call(r, value, depth);
    } else if (LLVMIsAArgument(value)) {
        origin = known(r, (uintptr_t)value);
    } else if (LLVMIsALoadInst(value) && LLVMIsAAllocaInst(LLVMGetOperand(value, 0))) {
        origin = of_variable(r, LLVMGetOperand(value, 0), depth);
    } else if (LLVMIsALoadInst(value)) {
        uint64_t key = rs_memory_key(r->ir, LLVMGetOperand(value, 0), NULL, NULL);
        origin = key == 0 ? RS_ORIGIN_ANY : known(r, key);
    } else {
        return RS_ORIGIN_ANY;
    }
    return origin == RS_ORIGIN_ANY && is_known_asked(r, value) ? RS_ORIGIN_MADE : origin;
}

static enum rs_origin of_value(struct reading *r, LLVMValueRef value, int depth)
{
    enum { WITHOUT_DEPTH = 7 }; /* bits of an address that are 0 */
    uint64_t *found, origin;

    value = rs_ir_plain(value);
    if (depth == 0)
        return read_value(r, value, depth);
    found = rs_map_find(&r->values, (uintptr_t)value | (uintptr_t)((depth - 1) & WITHOUT_DEPTH));
    if (found != NULL)
        return (enum rs_origin)(*found - 1);
    origin = read_value(r, value, depth);
    *rs_map_at(&r->values, (uintptr_t)value | (uintptr_t)((depth - 1) & WITHOUT_DEPTH)) = origin + 1;
    return (enum rs_origin)origin;
}

/* ---- the unit ---- */
static void read_call(struct reading *r, LLVMValueRef call)
{
    LLVMValueRef callee = rs_ir_callee(call);
    bool own = callee != NULL && rs_ir_function(r->ir, callee) != NULL;

    for (unsigned k = 0; k < LLVMGetNumArgOperands(call); k++) {
        LLVMValueRef given = LLVMGetOperand(call, k);

        if (LLVMGetTypeKind(LLVMTypeOf(given)) != LLVMPointerTypeKind)
            continue;
        /* who gets the address of a member may put anything there */
        if (LLVMIsAGetElementPtrInst(given) || LLVMIsAGlobalVariable(given))
            add(r, rs_memory_key(r->ir, given, NULL, NULL), RS_ORIGIN_ANY);
        if (own && k < LLVMCountParams(callee))
            add(r, (uintptr_t)LLVMGetParam(callee, k), of_value(r, given, DEPTH_MOST));
    }
}

static void read_instruction(struct reading *r, LLVMValueRef i)
{
    if (LLVMIsAStoreInst(i) && LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(i, 0))) == LLVMPointerTypeKind)
        add(r, rs_memory_key(r->ir, LLVMGetOperand(i, 1), NULL, NULL), of_value(r, LLVMGetOperand(i, 0), DEPTH_MOST));
    else if (LLVMIsAReturnInst(i) && LLVMGetNumOperands(i) == 1)
        add(r, (uintptr_t)LLVMGetBasicBlockParent(LLVMGetInstructionParent(i)),
            of_value(r, LLVMGetOperand(i, 0), DEPTH_MOST));
    else if (LLVMIsACallInst(i) || LLVMIsAInvokeInst(i))
        read_call(r, i);
}

static bool is_only_called(LLVMValueRef function)
{
    for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (!(LLVMIsACallInst(user) || LLVMIsAInvokeInst(user)) || LLVMGetCalledValue(user) != function)
            return false;
    }
    return true;
}

/* Parameters of functions that others than the unit's own calls may call: what is passed to an object's own method
 * first, or is declared as a structure, is one of those; else it may be anything. */
static void read_parameters(struct reading *r, const struct rs_ir_function *function)
{
    bool method = function->role != NULL &&
                  (strncmp(function->role->slot, "method.", 7) == 0 ||
                   strncmp(function->role->slot, "getset.", 7) == 0 || strncmp(function->role->slot, "tp_", 3) == 0);

    if (function->role == NULL && function->local && is_only_called(function->value))
        return;
    for (unsigned i = 0; i < LLVMCountParams(function->value); i++) {
        const char *structure = rs_ir_parameter_structure(r->ir, function->value, i);
        bool told = (method && i == 0) || (structure != NULL && strcmp(structure, "_object") != 0);

        add(r, (uintptr_t)LLVMGetParam(function->value, i), told ? RS_ORIGIN_MADE : RS_ORIGIN_ANY);
    }
}

static void read_all(struct rs_flow_unit *unit)
{
    struct reading r = {.unit = unit, .ir = unit->ir, .changed = true};

    for (size_t f = 0; f < unit->ir->functions.count; f++)
        read_parameters(&r, &unit->ir->functions.items[f]);
    for (int round = 0; r.changed && round < ROUNDS_MOST; round++) {
        r.changed = false;
        rs_map_close(&r.values);
        for (size_t f = 0; f < unit->ir->functions.count; f++)
            for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(unit->ir->functions.items[f].value); b != NULL;
                 b = LLVMGetNextBasicBlock(b))
                for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
                    read_instruction(&r, i);
    }
    rs_map_close(&r.values);
    rs_map_close(&r.asked);
    unit->origins_read = true;
}

enum rs_origin rs_origin_of(struct rs_flow_unit *unit, uint64_t key)
{
    const struct rs_field *field = rs_field_find(unit, key);
    const uint64_t *found;
    bool declared;

    if (!unit->origins_read)
        read_all(unit);
    found = key == 0 ? NULL : rs_map_find(&unit->origins, key);
    if (found != NULL && *found != RS_ORIGIN_ANY)
        return (enum rs_origin)(*found);
    declared = field != NULL && field->structure != NULL &&
               rs_ir_points_to_structure(unit->ir, field->structure, (uint64_t)field->offset);
    return declared ? RS_ORIGIN_MADE : RS_ORIGIN_ANY;
}
