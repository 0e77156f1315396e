/* What an object is asked and answers alike each time, because it cannot change: of which type it is, whether it can be
 * called, indexed, iterated over. An answer is an integer of its own whose parent is the object, so that a second
 * question gets the first one's answer, and what one answer excludes is known. */
#include <string.h>

#include "check/flow/flow.h"

/* ---- codes: what is asked ----
 * Bit 62, whether only this unit knows what is asked, the kind, a hash or a class. A class is a type of Python's whose
 * instances are laid out in a way of their own: no object belongs to two of them (bool and int are told apart by BOOL,
 * an exact type only). */
enum { KIND_SHIFT = 56, KIND_CLASS = 1, KIND_SUBTYPE, KIND_EXACT_CLASS, KIND_EXACT, KIND_ABILITY, KIND_MASK = 7 };
#define CODE_MARK  (INT64_C(1) << 62)
#define CODE_LOCAL (INT64_C(1) << 59)
#define HASH_MASK  ((UINT64_C(1) << KIND_SHIFT) - 1)
enum { CLASS_NONE, CLASS_LONG, CLASS_BOOL = 32, FLAG_FIRST = 24, FLAG_LAST = 31 };

/* Types in the order of the bits of tp_flags that name them, from 24 (CPython 3.8 to 3.13: Include/object.h); bits 24
 * to 31 come first. */
static const char *const classes[] = {NULL,
                                      "PyLong_Type",
                                      "PyList_Type",
                                      "PyTuple_Type",
                                      "PyBytes_Type",
                                      "PyUnicode_Type",
                                      "PyDict_Type",
                                      "PyExc_BaseException",
                                      "PyType_Type",
                                      "PyFloat_Type",
                                      "PyComplex_Type",
                                      "PyByteArray_Type",
                                      "PySet_Type",
                                      "PyFrozenSet_Type",
                                      "PySlice_Type",
                                      "PyMemoryView_Type",
                                      "PyModule_Type",
                                      "PyFunction_Type",
                                      "PyMethod_Type",
                                      "PyCapsule_Type",
                                      "PyCode_Type"};

static int class_of_type(const char *name)
{
    for (size_t i = 1; i < sizeof(classes) / sizeof(*classes); i++)
        if (strcmp(classes[i], name) == 0)
            return (int)i;
    return strcmp(name, "PyBool_Type") == 0 ? CLASS_BOOL : CLASS_NONE;
}

static int64_t code(int kind, uint64_t what)
{
    return CODE_MARK | (int64_t)kind << KIND_SHIFT | (int64_t)(what & HASH_MASK);
}

static int kind_of(int64_t code)
{
    return (int)(code >> KIND_SHIFT & KIND_MASK);
}

/* The class to which an object belongs that answers the question with yes. */
static int class_of(int64_t code)
{
    int class = kind_of(code) == KIND_CLASS || kind_of(code) == KIND_EXACT_CLASS ? (int)(code & (int64_t)HASH_MASK) : 0;

    return class == CLASS_BOOL ? CLASS_LONG : class;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 31;
}

static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Names a type that stands in a variable, in a member of the module's state, in a table of functions: 0 where it may be
 * another one the next time. */
static uint64_t place_of_type(struct rs_ir *ir, LLVMValueRef value, int depth)
{
    uint64_t hash, key;
    size_t length;

    if (LLVMIsAGlobalVariable(value))
        return hash_text(LLVMGetValueName2(value, &length));
    if (depth == 0)
        return 0;
    if (LLVMIsALoadInst(value)) {
        key = rs_memory_key(ir, LLVMGetOperand(value, 0), NULL, NULL);
        hash = key != 0 ? key : place_of_type(ir, LLVMGetOperand(value, 0), depth - 1);
        return hash == 0 ? 0 : mix(hash, 1);
    }
    if (LLVMIsAGetElementPtrInst(value) ||
        (LLVMIsAConstantExpr(value) && LLVMGetConstOpcode(value) == LLVMGetElementPtr)) {
        hash = place_of_type(ir, LLVMGetOperand(value, 0), depth - 1);
        for (int i = 1; i < LLVMGetNumOperands(value) && hash != 0; i++) {
            LLVMValueRef index = LLVMGetOperand(value, (unsigned)i);
            hash = LLVMIsAConstantInt(index) ? mix(hash, LLVMConstIntGetZExtValue(index) + 2) : 0;
        }
        return hash;
    }
    return 0;
}

static bool is_local(LLVMValueRef value)
{
    LLVMLinkage linkage;

    while (!LLVMIsAGlobalVariable(value)) {
        if (LLVMIsAArgument(value) || LLVMGetNumOperands(value) == 0)
            return true;
        value = LLVMGetOperand(value, 0);
    }
    linkage = LLVMGetLinkage(value);
    return linkage == LLVMInternalLinkage || linkage == LLVMPrivateLinkage;
}

static int64_t code_of_type(struct rs_ir *ir, LLVMValueRef type, bool exact)
{
    enum { DEPTH = 4 };
    size_t length;
    int class = LLVMIsAGlobalVariable(type) ? class_of_type(LLVMGetValueName2(type, &length)) : CLASS_NONE;
    uint64_t place;

    if (class != CLASS_NONE)
        return code(exact || class == CLASS_BOOL ? KIND_EXACT_CLASS : KIND_CLASS, (uint64_t)class);
    place = place_of_type(ir, type, DEPTH);
    return place == 0 ? 0 : code(exact ? KIND_EXACT : KIND_SUBTYPE, place) | (is_local(type) ? CODE_LOCAL : 0);
}

static int64_t code_of_flag(uint64_t flag)
{
    for (int bit = FLAG_FIRST; bit <= FLAG_LAST; bit++)
        if (flag == UINT64_C(1) << bit)
            return code(KIND_CLASS, (uint64_t)(bit - FLAG_FIRST + CLASS_LONG));
    return 0;
}

static void read_call(struct rs_ir *ir, LLVMValueRef call, struct rs_question *question)
{
    static const char *const subtypes[] = {"PyObject_TypeCheck", "_PyObject_TypeCheck", NULL},
                             *const types[] = {"PyType_IsSubtype", "__Pyx_IsSubtype", NULL},
                             *const exacts[] = {"Py_IS_TYPE", "_Py_IS_TYPE", NULL},
                             *const flags[] = {"PyType_FastSubclass", "PyType_HasFeature", "_PyType_HasFeature", NULL},
                             *const abilities[] = {"PyCallable_Check", "PyIndex_Check",        "PyIter_Check",
                                                   "PyAIter_Check",    "PyMapping_Check",      "PyNumber_Check",
                                                   "PySequence_Check", "PyObject_CheckBuffer", NULL};
    LLVMValueRef callee = rs_ir_callee(call);
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(ir, callee);
    unsigned count = row == NULL ? 0 : LLVMGetNumArgOperands(call);
    LLVMValueRef what = count == 2 ? LLVMGetOperand(call, 1) : NULL;

    if (count == 1 && is_one_of(row->name, abilities)) {
        question->code = code(KIND_ABILITY, hash_text(row->name));
    } else if (what != NULL && (is_one_of(row->name, subtypes) || is_one_of(row->name, types))) {
        question->of_type = is_one_of(row->name, types);
        question->code = code_of_type(ir, what, false);
    } else if (what != NULL && is_one_of(row->name, exacts)) {
        question->code = code_of_type(ir, what, true);
    } else if (what != NULL && is_one_of(row->name, flags) && LLVMIsAConstantInt(what)) {
        question->of_type = true;
        question->code = code_of_flag(LLVMConstIntGetZExtValue(what));
    }
    question->about = question->code == 0 ? NULL : LLVMGetOperand(call, 0);
}

/* Whether a value is a load of the member of a structure of Python's. */
static bool loads(struct rs_ir *ir, LLVMValueRef value, const char *structure, int64_t offset)
{
    const char *stem = NULL;
    int64_t at = 0;

    return LLVMIsALoadInst(value) && rs_memory_key(ir, LLVMGetOperand(value, 0), &stem, &at) != 0 && stem != NULL &&
           at == offset && strcmp(stem, structure) == 0;
}

/* What the macros of older headers come to: x->ob_type == &T, x->ob_type->tp_flags & FLAG (offsets: PyObject and
 * PyTypeObject of 3.8 to 3.13). */
static void read_plain(struct rs_ir *ir, LLVMValueRef at, struct rs_question *question)
{
    enum { OB_TYPE = 8, TP_FLAGS = 168 };
    LLVMValueRef left = LLVMGetOperand(at, 0), right = LLVMGetOperand(at, 1);

    question->of_type = true;
    if (LLVMIsAICmpInst(at) && LLVMIsAGlobalVariable(right) && loads(ir, left, "_object", OB_TYPE)) {
        question->code = code_of_type(ir, right, true);
        question->about = left;
    } else if (LLVMIsABinaryOperator(at) && LLVMIsAConstantInt(right) && loads(ir, left, "_typeobject", TP_FLAGS) &&
               LLVMGetIntTypeWidth(LLVMTypeOf(right)) <= 64) {
        question->code = code_of_flag(LLVMConstIntGetZExtValue(right));
        question->about = LLVMGetOperand(LLVMGetOperand(left, 0), 0);
    }
}

bool rs_question_read(struct rs_ir *ir, LLVMValueRef at, struct rs_question *question)
{
    bool compares =
        LLVMIsAICmpInst(at) && (LLVMGetICmpPredicate(at) == LLVMIntEQ || LLVMGetICmpPredicate(at) == LLVMIntNE);

    *question = (struct rs_question){.code = 0};
    if (LLVMIsACallInst(at) || LLVMIsAInvokeInst(at))
        read_call(ir, at, question);
    else if (compares || LLVMGetInstructionOpcode(at) == LLVMAnd)
        read_plain(ir, at, question);
    return question->code != 0;
}

/* ---- answers ---- */
bool rs_question_is_answer(const struct rs_sym *sym)
{
    return sym->kind == RS_SYM_INT && !(sym->flags & RS_F_ORDER) && sym->parent != RS_NONE && sym->offset >= CODE_MARK;
}

/* The class of what a constructor of Python's makes: an instance of just that type. */
static int class_of_new(const struct rs_sym *sym)
{
    /* clang-format off */
    static const struct { const char *head, *type; } made[] = {
        {"PyList_New", "PyList_Type"},      {"PySequence_List", "PyList_Type"},  {"PyDict_Keys", "PyList_Type"},
        {"PyDict_Values", "PyList_Type"},   {"PyDict_Items", "PyList_Type"},     {"PyTuple_New", "PyTuple_Type"},
        {"PyTuple_Pack", "PyTuple_Type"},   {"PyDict_New", "PyDict_Type"},       {"PyDict_Copy", "PyDict_Type"},
        {"PyBytes_From", "PyBytes_Type"},   {"PyUnicode_From", "PyUnicode_Type"}, {"PyLong_From", "PyLong_Type"},
        {"PyFloat_From", "PyFloat_Type"},   {"PyComplex_From", "PyComplex_Type"}, {"PySlice_New", "PySlice_Type"},
        {"PyByteArray_From", "PyByteArray_Type"}, {"PyUnicode_AsUTF8String", "PyBytes_Type"},
        {"PyUnicode_AsEncodedString", "PyBytes_Type"}, {"PyUnicode_AsASCIIString", "PyBytes_Type"},
        {"PyUnicode_AsLatin1String", "PyBytes_Type"}, {"PyUnicode_EncodeFSDefault", "PyBytes_Type"},
        {"PyUnicode_EncodeLocale", "PyBytes_Type"}, {"PyCapsule_New", "PyCapsule_Type"}, {NULL, NULL}};
    /* clang-format on */

    for (size_t i = 0; sym->kind == RS_SYM_NEW && sym->api != NULL && made[i].head != NULL; i++)
        if (strncmp(sym->api, made[i].head, strlen(made[i].head)) == 0)
            return class_of_type(made[i].type);
    return CLASS_NONE;
}

/* Whether the object is None or another constant of Python's that is no number. */
static bool is_constant(const struct rs_sym *sym)
{
    static const char *const names[] = {"_Py_NoneStruct", "_Py_NotImplementedStruct", "_Py_EllipsisObject", NULL};
    size_t length;

    return sym->kind == RS_SYM_GLOBAL && is_one_of(LLVMGetValueName2(sym->identity, &length), names);
}

/* What an object that is of just one class answers; -1: unknown. */
static int answer_of(int class, int64_t code)
{
    switch (kind_of(code)) {
    case KIND_CLASS:
    case KIND_EXACT_CLASS:
        return class == (int)(code & (int64_t)HASH_MASK);
    case KIND_SUBTYPE:
    case KIND_EXACT:
        return 0;
    default:
        return -1;
    }
}

static bool is_exact(int64_t code)
{
    return kind_of(code) == KIND_EXACT_CLASS || kind_of(code) == KIND_EXACT;
}

/* Whether what is just of the one type is of the other one. */
static bool is_of_type(int64_t exact, int64_t type)
{
    if (kind_of(exact) == KIND_EXACT_CLASS)
        return kind_of(type) == KIND_CLASS && class_of(exact) == class_of(type);
    return kind_of(type) == KIND_SUBTYPE && ((exact ^ type) & (int64_t)(HASH_MASK)) == 0;
}

/* What is known without asking: by where the object comes from, or by what it has answered before. */
static int known(const struct rs_state *state, int32_t object, int64_t code)
{
    const struct rs_sym *sym = &state->syms.items[object];
    int class = class_of_new(sym);

    if (class != CLASS_NONE || is_constant(sym))
        return answer_of(class, code);
    for (size_t i = 0; i < state->syms.count; i++) {
        const struct rs_sym *other = &state->syms.items[i];

        if (other->parent != object || !rs_question_is_answer(other))
            continue;
        if (other->low == 1 && class_of(code) != 0 && class_of(other->offset) != 0 &&
            class_of(other->offset) != class_of(code))
            return 0;
        /* an instance of the type itself is one of the type */
        if (other->low == 1 && is_exact(other->offset) && !is_exact(code) && is_of_type(other->offset, code))
            return 1;
        if (other->high == 0 && is_exact(code) && !is_exact(other->offset) && is_of_type(code, other->offset))
            return 0;
    }
    return -1;
}

/* The object that the question is about: the type's, where the type of an object is asked. */
static int32_t object_of(const struct rs_state *state, struct rs_av value, bool of_type)
{
    const struct rs_sym *sym = value.kind == RS_AV_SYM && value.number == 0 ? &state->syms.items[value.sym] : NULL;

    if (sym == NULL)
        return RS_NONE;
    if (of_type)
        return sym->flags & RS_F_TYPE ? sym->parent : RS_NONE;
    return value.sym;
}

static struct rs_av answer(struct rs_state *state, int32_t object, int64_t code, LLVMValueRef how)
{
    int decided = known(state, object, code);
    int32_t sym;

    if (decided >= 0)
        return rs_av_int(decided);
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].parent == object && state->syms.items[i].offset == code &&
            rs_question_is_answer(&state->syms.items[i]))
            return rs_av_sym((int32_t)i);
    sym = rs_state_sym(state, RS_SYM_INT, how);
    state->syms.items[sym].parent = object;
    state->syms.items[sym].offset = code;
    state->syms.items[sym].low = 0;
    state->syms.items[sym].high = 1;
    return rs_av_sym(sym);
}

struct rs_av rs_question_ask(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at)
{
    struct rs_question question;
    struct rs_av value;
    int32_t object;

    if (!rs_question_read(flow->ir, at, &question))
        return rs_av_unknown();
    object = object_of(state, rs_eval(flow, state, question.about), question.of_type);
    if (object == RS_NONE)
        return rs_av_unknown();
    value = answer(state, object, question.code, at);
    if (!LLVMIsAICmpInst(at))
        return value;
    if (value.kind == RS_AV_INT)
        return rs_av_int(value.number == (LLVMGetICmpPredicate(at) == LLVMIntEQ));
    return (struct rs_av){RS_AV_COND, LLVMGetICmpPredicate(at) == LLVMIntEQ ? LLVMIntNE : LLVMIntEQ, value.sym, 0};
}

bool rs_question_agrees(struct rs_flow *flow, struct rs_state *state, int32_t object, const struct rs_fact *fact,
                        LLVMValueRef how)
{
    int decided = known(state, object, fact->code);
    struct rs_av value;

    if (decided >= 0)
        return decided == fact->yes;
    if (!rs_asked_again(flow, (uint64_t)fact->code) && (uint32_t)object >= flow->nargs)
        return true;
    value = answer(state, object, fact->code, how);
    return rs_refine_range(flow, state, value.sym, fact->yes, fact->yes);
}

bool rs_question_is_local(int64_t code)
{
    return code & CODE_LOCAL;
}

bool rs_question_is_kept(const struct rs_flow *flow, const struct rs_sym *answer)
{
    bool excludes = answer->low == 1 && class_of(answer->offset) != CLASS_NONE && rs_asked_again(flow, CODE_MARK);

    return answer->low == answer->high && (excludes || rs_asked_again(flow, (uint64_t)answer->offset) ||
                                           ((uint32_t)answer->parent < flow->nargs && !flow->uncalled));
}

int64_t rs_question_implied(int64_t code)
{
    if (kind_of(code) == KIND_EXACT_CLASS)
        return CODE_MARK | (int64_t)KIND_CLASS << KIND_SHIFT | class_of(code);
    return kind_of(code) == KIND_EXACT
               ? (code & ~((int64_t)KIND_MASK << KIND_SHIFT)) | (int64_t)KIND_SUBTYPE << KIND_SHIFT
               : 0;
}

void rs_question_count(struct rs_flow *flow, int64_t code, uint64_t times)
{
    *rs_map_at(&flow->asked, (uint64_t)code) += times;
    *rs_map_at(&flow->asked, CODE_MARK) += class_of(code) != CLASS_NONE;
}
