/* Of which of Python's own types an object is: which questions about that have one answer, and which calls cannot fail
 * because of it.
 *
 * A symbol keeps what it is known *not* to be (rs_sym.excluded): the types of enum rs_contract_types, "none of them",
 * and whether its type is that very one or a class derived from it. A way on which nothing is left cannot be taken. */
#include <string.h>

#include "check/flow/flow.h"
#include "check/flow/unheard.h"

enum {
    OTHER = 1 << 21,
    FAMILIES = (OTHER << 1) - 1,
    EXACT = 1 << 22,
    DERIVED = 1 << 23,
    TP_FLAGS = 168, /* offset in a type, PyTypeObject of 3.8 to 3.14 */
    INT = RS_TYPE_BOOL | RS_TYPE_INT,
    /* no class can be derived from these (no Py_TPFLAGS_BASETYPE in CPython's Objects/) */
    FINAL = RS_TYPE_BOOL | RS_TYPE_SLICE | RS_TYPE_MEMORYVIEW | RS_TYPE_FUNCTION | RS_TYPE_METHOD | RS_TYPE_CODE |
            RS_TYPE_CAPSULE,
};

/* A question about an object's type, as a number: the types that it names, and whether that very type is meant. */
enum { EXACTLY_QUESTION = 1 << 24 };

/* Beside what an object's type is not: it is none of the unit's own that was asked for. */
enum { REFUSED = 1 << 25 };

/* ---- what an answer excludes ---- */
static bool is_impossible(uint64_t excluded)
{
    return (excluded & FAMILIES) == FAMILIES || (excluded & (EXACT | DERIVED)) == (EXACT | DERIVED);
}

/* `excluded` and what is excluded beyond it when the question has that answer. */
static uint64_t answered(uint64_t excluded, uint32_t question, bool yes)
{
    uint64_t types = question & FAMILIES;
    bool exactly = question & EXACTLY_QUESTION;

    if (yes)
        return excluded | (FAMILIES & ~types) | (exactly || (types & ~(uint64_t)FINAL) == 0 ? DERIVED : 0);
    if (!exactly || excluded & DERIVED)
        return excluded | types;
    return ((excluded | types) & FAMILIES) == FAMILIES ? excluded | EXACT : excluded;
}

/* 1 yes, 0 no, -1 unknown. */
static int known_answer(uint64_t excluded, uint32_t question)
{
    if (is_impossible(answered(excluded, question, true)))
        return 0;
    return is_impossible(answered(excluded, question, false)) ? 1 : -1;
}

/* The bits that decide the question. */
static uint64_t decides(uint32_t question)
{
    return (question & FAMILIES) | (question & EXACTLY_QUESTION ? EXACT | DERIVED : 0);
}

/* ---- reading questions ---- */
static uint32_t family_of(const char *name)
{
    static const struct {
        const char *name;
        uint32_t types;
    } types[] = {{"PyBool_Type", RS_TYPE_BOOL},
                 {"PyLong_Type", INT},
                 {"PyFloat_Type", RS_TYPE_FLOAT},
                 {"PyComplex_Type", RS_TYPE_COMPLEX},
                 {"PyUnicode_Type", RS_TYPE_STR},
                 {"PyBytes_Type", RS_TYPE_BYTES},
                 {"PyByteArray_Type", RS_TYPE_BYTEARRAY},
                 {"PyTuple_Type", RS_TYPE_TUPLE},
                 {"PyList_Type", RS_TYPE_LIST},
                 {"PyDict_Type", RS_TYPE_DICT},
                 {"PySet_Type", RS_TYPE_SET},
                 {"PyFrozenSet_Type", RS_TYPE_FROZENSET},
                 {"PyType_Type", RS_TYPE_TYPE},
                 {"PyModule_Type", RS_TYPE_MODULE},
                 {"PyCapsule_Type", RS_TYPE_CAPSULE},
                 {"PySlice_Type", RS_TYPE_SLICE},
                 {"PyMemoryView_Type", RS_TYPE_MEMORYVIEW},
                 {"PyFunction_Type", RS_TYPE_FUNCTION},
                 {"PyMethod_Type", RS_TYPE_METHOD},
                 {"PyCode_Type", RS_TYPE_CODE}};

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (strcmp(name, types[i].name) == 0)
            return types[i].types;
    return 0;
}

/* Py_TPFLAGS_*_SUBCLASS (CPython's Include/object.h); 0 where the flags are others as well. */
static uint32_t family_of_flags(uint64_t flags)
{
    static const uint32_t types[] = {INT,         RS_TYPE_LIST, RS_TYPE_TUPLE,     RS_TYPE_BYTES,
                                     RS_TYPE_STR, RS_TYPE_DICT, RS_TYPE_EXCEPTION, RS_TYPE_TYPE};
    enum { FIRST = 24 };
    uint32_t found = 0;

    for (unsigned k = 0; k < sizeof(types) / sizeof(*types); k++)
        if (flags >> (FIRST + k) & 1)
            found |= types[k];
    return flags & ((1u << FIRST) - 1) || flags >> (FIRST + sizeof(types) / sizeof(*types)) ? 0 : found;
}

/* The question whether an object is of the type that an operand names; 0: none of Python's own. */
static uint32_t of_type(LLVMValueRef type, bool exactly)
{
    size_t length;
    uint32_t types = LLVMIsAGlobalVariable(type) ? family_of(LLVMGetValueName2(type, &length)) : 0;

    if (types == 0)
        return 0;
    return exactly && !(types & FINAL && types != INT) ? (types == INT ? RS_TYPE_INT : types) | EXACTLY_QUESTION
                                                       : types;
}

static uint32_t of_flags(LLVMValueRef flags)
{
    return LLVMIsAConstantInt(flags) ? family_of_flags(LLVMConstIntGetZExtValue(flags)) : 0;
}

/* The type whose flags an operand has: (t)->tp_flags, PyType_GetFlags(t); or NULL. */
static LLVMValueRef type_of_flags(struct rs_flow *flow, LLVMValueRef value)
{
    const char *structure = NULL;
    int64_t member = 0;
    LLVMValueRef place = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL, callee;

    if (place != NULL)
        return rs_memory_key(flow->ir, place, &structure, &member) != 0 && structure != NULL && member == TP_FLAGS &&
                       strcmp(structure, "_typeobject") == 0
                   ? LLVMGetOperand(place, 0)
                   : NULL;
    callee = LLVMIsACallInst(value) || LLVMIsAInvokeInst(value) ? rs_ir_callee(value) : NULL;
    return callee != NULL && strcmp(rs_ir_api_name(flow->ir, callee), "PyType_GetFlags") == 0 ? LLVMGetOperand(value, 0)
                                                                                              : NULL;
}

struct asked {
    uint32_t question; /* 0: none */
    LLVMValueRef whose;
    bool type; /* `whose` is the object's type */
};

static struct asked read_call(struct rs_flow *flow, LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetNumArgOperands(call) == 2 ? rs_ir_callee(call) : NULL, other;
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(flow->ir, callee);
    const char *name = row == NULL ? "" : row->name + (row->name[0] == '_');
    struct asked asked = {.type = strncmp(name, "PyType_", 7) == 0};

    if (row == NULL || row->nargs != 2 || row->failure != RS_NEVER_FAILS || row->result != RS_RESULT_VALUE)
        return asked;
    asked.whose = LLVMGetOperand(call, 0);
    other = LLVMGetOperand(call, 1);
    if (strcmp(name, "PyType_HasFeature") == 0 || strcmp(name, "PyType_FastSubclass") == 0)
        asked.question = of_flags(other);
    else if (strcmp(name, "Py_IS_TYPE") == 0)
        asked.question = of_type(other, true);
    else if (strcmp(name, "PyType_IsSubtype") == 0 || strcmp(name, "PyObject_TypeCheck") == 0)
        asked.question = of_type(other, false);
    return asked;
}

bool rs_kinds_is_pythons(LLVMValueRef type)
{
    return of_type(type, false) != 0;
}

/* Py_TYPE(x) == &PyFloat_Type */
static struct asked read_compare(LLVMValueRef compare)
{
    LLVMValueRef a = LLVMGetOperand(compare, 0), b = LLVMGetOperand(compare, 1);
    LLVMIntPredicate predicate = LLVMGetICmpPredicate(compare);
    struct asked asked = {.type = true};

    if ((predicate != LLVMIntEQ && predicate != LLVMIntNE) || rs_kinds_is_pythons(a) == rs_kinds_is_pythons(b))
        return asked;
    asked.whose = rs_kinds_is_pythons(a) ? b : a;
    asked.question = of_type(asked.whose == a ? b : a, true);
    return asked;
}

static uint64_t exactly(uint32_t types)
{
    return (FAMILIES & ~(uint64_t)types) | DERIVED;
}

/* The types that one of the interpreter's constants is of; 0: it is none. */
static uint32_t of_constant(LLVMValueRef global)
{
    static const struct {
        const char *name;
        uint32_t types;
    } constants[] = {{"_Py_NoneStruct", OTHER}, {"_Py_TrueStruct", RS_TYPE_BOOL}, {"_Py_FalseStruct", RS_TYPE_BOOL}};
    size_t length;
    const char *name = LLVMIsAGlobalVariable(global) ? LLVMGetValueName2(global, &length) : "";

    for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++)
        if (strcmp(name, constants[i].name) == 0)
            return constants[i].types;
    return 0;
}

/* The types that tell an object from a constant it is compared with. */
static uint64_t decides_constant(LLVMValueRef at)
{
    return LLVMIsAICmpInst(at) ? of_constant(LLVMGetOperand(at, 0)) | of_constant(LLVMGetOperand(at, 1)) : 0;
}

/* Whether two objects of which nothing is written are compared: what is known of their types may tell them apart. */
static bool compares_objects(LLVMValueRef at)
{
    return LLVMIsAICmpInst(at) && LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(at, 0))) == LLVMPointerTypeKind &&
           !LLVMIsConstant(LLVMGetOperand(at, 0)) && !LLVMIsConstant(LLVMGetOperand(at, 1));
}

static struct asked read_question(struct rs_flow *flow, LLVMValueRef at)
{
    struct asked asked = {.type = true};

    if (LLVMIsACallInst(at) || LLVMIsAInvokeInst(at))
        return read_call(flow, at);
    if (LLVMIsAICmpInst(at))
        return read_compare(at);
    if (LLVMIsABinaryOperator(at) && LLVMGetInstructionOpcode(at) == LLVMAnd) {
        asked.whose = type_of_flags(flow, LLVMGetOperand(at, 0));
        asked.question = asked.whose == NULL ? 0 : of_flags(LLVMGetOperand(at, 1));
    }
    return asked;
}

/* ---- which questions will be asked ---- */
/* The bits that a call's outcome depends on. */
static uint64_t decides_call(struct rs_flow *flow, LLVMValueRef call)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(flow->ir, callee);
    const struct rs_summary *summary = row == NULL && callee != NULL ? rs_summary_of(flow, callee) : NULL;
    uint64_t bits = summary == NULL ? 0 : summary->kinds;

    for (unsigned i = 0; row != NULL && row->flags & RS_NEEDS && i < row->nargs; i++)
        bits |= row->args[i].types;
    return row != NULL && strcmp(row->name, "PyNumber_AsSsize_t") == 0 ? FAMILIES : bits; /* which clips an int */
}

/* Where nobody looks whether an object's code has failed, its type tells whether it can. */
static uint64_t decides_unheard(const struct rs_flow *flow, LLVMValueRef call)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(flow->ir, callee);

    return row != NULL && rs_unheard_is(flow, call, row) ? FAMILIES : 0;
}

void rs_kinds_read(struct rs_flow *flow)
{
    bool changed = true;

    for (size_t b = 0; b < flow->blocks.count; b++)
        for (LLVMValueRef i = LLVMGetFirstInstruction(flow->blocks.items[b].block); i != NULL;
             i = LLVMGetNextInstruction(i)) {
            uint32_t question = read_question(flow, i).question;

            flow->blocks.items[b].kinds |= question == 0 ? 0 : decides(question);
            if (question != 0)
                *rs_map_at(&flow->kinds, (uintptr_t)i) = question;
            if (compares_objects(i))
                flow->blocks.items[b].kinds |= FAMILIES;
            flow->blocks.items[b].kinds |= decides_constant(i);
            if (LLVMIsACallInst(i) || LLVMIsAInvokeInst(i))
                flow->blocks.items[b].kinds |= decides_call(flow, i) | decides_unheard(flow, i);
        }
    while (changed) {
        changed = false;
        for (size_t b = flow->blocks.count; b-- > 0;) {
            struct rs_block *block = &flow->blocks.items[b];
            LLVMValueRef terminator = LLVMGetBasicBlockTerminator(block->block);
            uint64_t before = block->kinds;

            for (unsigned s = 0; terminator != NULL && s < LLVMGetNumSuccessors(terminator); s++)
                block->kinds |=
                    flow->blocks.items[*rs_map_find(&flow->order, (uintptr_t)LLVMGetSuccessor(terminator, s)) - 1]
                        .kinds;
            changed = changed || block->kinds != before;
        }
    }
}

uint64_t rs_kinds_kept(uint64_t excluded, uint64_t asked)
{
    uint64_t possible = FAMILIES & ~excluded;

    return excluded & (possible & ~asked ? asked : asked | FAMILIES);
}

/* ---- asking ---- */
/* What a symbol is known not to be. */
static uint64_t excluded_of(const struct rs_sym *sym)
{
    uint32_t constant = sym->kind == RS_SYM_GLOBAL ? of_constant(sym->identity) : 0;

    return constant != 0 ? exactly(constant) : sym->excluded;
}

/* The object that is asked about, or RS_NONE; `excluded` is set for a type that is known as well. */
static int32_t object_of(struct rs_flow *flow, struct rs_state *state, const struct asked *asked, uint64_t *excluded)
{
    struct rs_av value = rs_eval(flow, state, asked->whose);
    const struct rs_sym *sym = rs_state_object(state, value);
    size_t length;
    uint32_t types;

    *excluded = 0;
    if (sym == NULL)
        return RS_NONE;
    if (asked->type && sym->kind == RS_SYM_GLOBAL) {
        types = family_of(LLVMGetValueName2(sym->identity, &length));
        *excluded = types == 0 ? 0 : exactly(types == INT ? RS_TYPE_INT : types);
        return RS_NONE;
    }
    if (asked->type && !(sym->flags & RS_F_TYPE && sym->parent != RS_NONE))
        return RS_NONE;
    if (asked->type)
        value.sym = sym->parent;
    *excluded = excluded_of(&state->syms.items[value.sym]);
    return value.sym;
}

/* The integer that is the question's answer for the object. */
static int32_t answer_of(struct rs_state *state, int32_t object, uint32_t question, LLVMValueRef at)
{
    int32_t answer;

    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].flags & RS_F_KIND && state->syms.items[i].parent == object &&
            state->syms.items[i].offset == question)
            return (int32_t)i;
    answer = rs_state_sym(state, RS_SYM_INT, at);
    state->syms.items[answer].flags = RS_F_KIND;
    state->syms.items[answer].parent = object;
    state->syms.items[answer].offset = question;
    if (!LLVMIsABinaryOperator(at)) {
        state->syms.items[answer].low = 0;
        state->syms.items[answer].high = 1;
    }
    return answer;
}

bool rs_kinds_ask(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, struct rs_av *answer)
{
    uint32_t index = rs_flow_index(flow, at);
    struct asked asked =
        index == UINT32_MAX || !rs_flow_relevant(flow, index) ? (struct asked){0} : read_question(flow, at);
    bool equal = LLVMIsAICmpInst(at) == NULL || LLVMGetICmpPredicate(at) == LLVMIntEQ;
    uint64_t excluded;
    int32_t object;
    int known;

    if (asked.question == 0)
        return false;
    object = object_of(flow, state, &asked, &excluded);
    known = known_answer(excluded, asked.question);
    if (known >= 0) {
        *answer = rs_av_int((known == 1) == equal);
        return true;
    }
    if (object == RS_NONE)
        return false;
    *answer = rs_av_sym(answer_of(state, object, asked.question, at));
    if (LLVMIsAICmpInst(at))
        *answer = (struct rs_av){RS_AV_COND, (uint8_t)(equal ? LLVMIntNE : LLVMIntEQ), answer->sym, 0};
    return true;
}

/* The object whose type an instruction compares with one that is none of Python's own, or NULL. */
static struct rs_sym *asked_for_own(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at)
{
    LLVMValueRef callee = LLVMIsACallInst(at) || LLVMIsAInvokeInst(at) ? rs_ir_callee(at) : NULL;
    const char *name = callee == NULL ? "" : rs_ir_api_name(flow->ir, callee);
    bool of_type = LLVMIsAICmpInst(at) || strcmp(name, "PyType_IsSubtype") == 0;
    struct rs_sym *sym;

    if (!of_type && strcmp(name, "PyObject_TypeCheck") != 0 && strcmp(name, "Py_IS_TYPE") != 0)
        return NULL;
    if (rs_kinds_is_pythons(LLVMGetOperand(at, 0)) || rs_kinds_is_pythons(LLVMGetOperand(at, 1)))
        return NULL;
    sym = rs_state_object(state, rs_eval(flow, state, LLVMGetOperand(at, 0)));
    if (of_type)
        sym =
            sym == NULL || !(sym->flags & RS_F_TYPE) || sym->parent == RS_NONE ? NULL : &state->syms.items[sym->parent];
    return sym;
}

void rs_kinds_branch(struct rs_flow *flow, struct rs_state *state, LLVMValueRef condition, bool truth)
{
    LLVMValueRef other = LLVMIsAICmpInst(condition) ? LLVMGetOperand(condition, 1) : NULL;
    bool equal = other != NULL && LLVMGetICmpPredicate(condition) == LLVMIntEQ;
    struct rs_sym *sym;

    if (other == NULL || flow->function->library || LLVMGetICmpPredicate(condition) > LLVMIntNE)
        return;
    if (LLVMIsAConstantInt(other) && LLVMConstIntGetZExtValue(other) == 0) {
        condition = LLVMGetOperand(condition, 0);
        equal = !equal;
    }
    sym = asked_for_own(flow, state, condition);
    if (sym == NULL || sym->kind != RS_SYM_ARG)
        return;
    sym->excluded = truth == equal ? sym->excluded & ~(uint64_t)REFUSED : sym->excluded | REFUSED;
}

/* Whether the interpreter has made sure that the argument is of the type that the role's table is for. */
static bool is_receiver(const struct rs_flow *flow, int32_t argument)
{
    enum { METH_CLASS = 0x10, METH_STATIC = 0x20 };
    static const char *const slots[] = {"method.", "getset.", "tp_", "sq_", "mp_", "am_", "bf_"};
    const struct rs_ir_role *role = flow->uncalled && argument == 0 ? flow->function->role : NULL;

    for (size_t i = 0; role != NULL && i < sizeof(slots) / sizeof(*slots); i++)
        if (strncmp(role->slot, slots[i], strlen(slots[i])) == 0)
            return strcmp(role->slot, "tp_new") != 0 && !(role->flags & (METH_CLASS | METH_STATIC));
    return false;
}

bool rs_kinds_is_refusal(const struct rs_flow *flow, struct rs_av argument, const struct rs_case *way, unsigned index)
{
    return way->err == RS_ERR_SET && way->excluded[index] & REFUSED && argument.kind == RS_AV_SYM &&
           argument.number == 0 && is_receiver(flow, argument.sym);
}

bool rs_kinds_learn(struct rs_state *state, int32_t answer)
{
    const struct rs_sym *it = &state->syms.items[answer];
    bool yes = it->low > 0 || it->high < 0 || it->null == RS_NONNULL, no = it->low == 0 && it->high == 0;
    struct rs_sym *object = it->parent == RS_NONE ? NULL : &state->syms.items[it->parent];

    if (object == NULL || (!yes && !no))
        return true;
    object->excluded = answered(excluded_of(object), (uint32_t)it->offset, yes);
    return !is_impossible(object->excluded);
}

bool rs_kinds_restrict(struct rs_sym *object, uint64_t excluded)
{
    object->excluded = excluded_of(object) | excluded;
    return !is_impossible(object->excluded);
}

bool rs_kinds_succeeded(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call)
{
    static const uint32_t refusing = RS_TYPE_STR | RS_TYPE_BYTES | RS_TYPE_BYTEARRAY | RS_TYPE_TUPLE | RS_TYPE_LIST |
                                     RS_TYPE_DICT | RS_TYPE_SET | RS_TYPE_FROZENSET;
    static const uint32_t says = RS_NEEDS | RS_SETS_ERROR;
    LLVMValueRef callee =
        call != NULL && (LLVMIsACallInst(call) || LLVMIsAInvokeInst(call)) ? rs_ir_callee(call) : NULL;
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(flow->ir, callee);
    bool possible = true;

    if (row == NULL || (row->flags & (says | RS_MAY_RUN)) != says)
        return true;
    for (unsigned i = 0; i < row->nargs && i < LLVMGetNumArgOperands(call) && possible; i++) {
        uint32_t types = row->args[i].types;
        struct rs_sym *object = types != 0 && (types & ~refusing) == 0
                                    ? rs_state_object(state, rs_eval(flow, state, LLVMGetOperand(call, i)))
                                    : NULL;

        possible = object == NULL || rs_kinds_restrict(object, FAMILIES & ~(uint64_t)types);
    }
    return possible;
}

bool rs_kinds_differ(const struct rs_sym *a, const struct rs_sym *b)
{
    return is_impossible(excluded_of(a) | excluded_of(b));
}

uint64_t rs_kinds_passed(const struct rs_ir_role *role, unsigned index)
{
    static const char *const slots[] = {"method.varargs", "method.keywords", "tp_call", "tp_init", "tp_new"};
    enum { ARGUMENTS = 1, KEYWORDS = 2 };

    for (size_t i = 0; role != NULL && i < sizeof(slots) / sizeof(*slots); i++)
        if (strcmp(role->slot, slots[i]) == 0)
            return index == ARGUMENTS ? exactly(RS_TYPE_TUPLE) : index == KEYWORDS ? exactly(RS_TYPE_DICT) : 0;
    return 0;
}

bool rs_kinds_is_given(const struct rs_ir_role *role, unsigned index, bool uncalled)
{
    return !role->contract->args[index].nullable || (uncalled && index == 0 && strncmp(role->slot, "method.", 7) == 0 &&
                                                     !(role->flags & 0x20 /* METH_STATIC */));
}

uint64_t rs_kinds_made(const struct rs_contract *row)
{
    if (row->types == 0)
        return 0;
    return (FAMILIES & ~(uint64_t)row->types) | (row->flags & RS_MAKES_EXACTLY ? DERIVED : 0);
}

bool rs_kinds_is_exactly_pythons(const struct rs_sym *object)
{
    return excluded_of(object) & DERIVED;
}

bool rs_kinds_is_one_of(const struct rs_sym *object, uint32_t types)
{
    return ((excluded_of(object) | types) & FAMILIES) == FAMILIES;
}
