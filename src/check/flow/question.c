/* What an object is asked and answers alike each time, because it cannot change: whether it is of a type that is none
 * of Python's own (those are kinds.c's), whether it can be called, indexed, iterated over. An answer is an integer of
 * its own whose parent is the object, so that a second question gets the first one's answer, and what one answer
 * excludes is known. */
#include <string.h>

#include "check/flow/flow.h"

/* ---- codes: what is asked ----
 * Bit 62, whether only this unit knows what is asked, the kind, a hash. */
enum { KIND_SHIFT = 56, KIND_SUBTYPE = 1, KIND_EXACT, KIND_ABILITY, KIND_MASK = 3 };
#define CODE_MARK  (INT64_C(1) << 62)
#define CODE_LOCAL (INT64_C(1) << 59)
#define HASH_MASK  ((UINT64_C(1) << KIND_SHIFT) - 1)

static int64_t code(int kind, uint64_t what)
{
    return CODE_MARK | (int64_t)kind << KIND_SHIFT | (int64_t)(what & HASH_MASK);
}

static int kind_of(int64_t code)
{
    return (int)(code >> KIND_SHIFT & KIND_MASK);
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
    uint64_t place = rs_kinds_is_pythons(type) ? 0 : place_of_type(ir, type, DEPTH);

    return place == 0 ? 0 : code(exact ? KIND_EXACT : KIND_SUBTYPE, place) | (is_local(type) ? CODE_LOCAL : 0);
}

static void read_call(struct rs_ir *ir, LLVMValueRef call, struct rs_question *question)
{
    static const char *const subtypes[] = {"PyObject_TypeCheck", "_PyObject_TypeCheck", NULL},
                             *const types[] = {"PyType_IsSubtype", "__Pyx_IsSubtype", NULL},
                             *const exacts[] = {"Py_IS_TYPE", "_Py_IS_TYPE", NULL},
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

/* Whether a value is the type of an object: Py_TYPE(x), x->ob_type (offset: PyObject of 3.8 to 3.13). */
static bool is_type(struct rs_ir *ir, LLVMValueRef value)
{
    enum { OB_TYPE = 8 };
    LLVMValueRef callee = LLVMIsACallInst(value) || LLVMIsAInvokeInst(value) ? rs_ir_callee(value) : NULL;

    return loads(ir, value, "_object", OB_TYPE) ||
           (callee != NULL && strcmp(rs_ir_api_name(ir, callee), "Py_TYPE") == 0);
}

static void read_compare(struct rs_ir *ir, LLVMValueRef at, struct rs_question *question)
{
    bool turned = LLVMIsAGlobalVariable(LLVMGetOperand(at, 0)) != NULL;
    LLVMValueRef asked = LLVMGetOperand(at, turned), type = LLVMGetOperand(at, !turned);

    question->of_type = true;
    if (LLVMIsAGlobalVariable(type) && is_type(ir, asked)) {
        question->code = code_of_type(ir, type, true);
        question->about = asked;
    }
}

bool rs_question_read(struct rs_ir *ir, LLVMValueRef at, struct rs_question *question)
{
    bool compares =
        LLVMIsAICmpInst(at) && (LLVMGetICmpPredicate(at) == LLVMIntEQ || LLVMGetICmpPredicate(at) == LLVMIntNE);

    *question = (struct rs_question){.code = 0};
    if (LLVMIsACallInst(at) || LLVMIsAInvokeInst(at))
        read_call(ir, at, question);
    else if (compares)
        read_compare(ir, at, question);
    return question->code != 0;
}

/* ---- answers ---- */
bool rs_question_is_answer(const struct rs_sym *sym)
{
    return sym->kind == RS_SYM_INT && !(sym->flags & RS_F_ORDER) && sym->parent != RS_NONE && sym->offset >= CODE_MARK;
}

/* An instance of just the one type is one of the type. */
static bool is_instance(int64_t exact, int64_t code)
{
    return kind_of(exact) == KIND_EXACT && kind_of(code) == KIND_SUBTYPE && ((exact ^ code) & (int64_t)HASH_MASK) == 0;
}

/* What is known without asking: by where the object comes from, or by what it has answered before. */
static int known(const struct rs_state *state, int32_t object, int64_t code)
{
    if (kind_of(code) != KIND_ABILITY && rs_kinds_is_exactly_pythons(&state->syms.items[object]))
        return 0;
    for (size_t i = 0; i < state->syms.count; i++) {
        const struct rs_sym *other = &state->syms.items[i];

        if (other->parent != object || !rs_question_is_answer(other))
            continue;
        if (other->low == 1 && is_instance(other->offset, code))
            return 1;
        if (other->high == 0 && is_instance(code, other->offset))
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

static bool ends_with(const char *text, const char *tail)
{
    size_t length = strlen(text), end = strlen(tail);

    return length >= end && strcmp(text + length - end, tail) == 0;
}

/* numpy's array type: PyArray_API[2], by whatever name the table goes. */
static bool is_array_type(struct rs_flow *flow, LLVMValueRef type)
{
    enum { PLACE = 2 * 8 };
    LLVMValueRef place = LLVMIsALoadInst(type) ? LLVMGetOperand(type, 0) : NULL,
                 table = place != NULL && LLVMIsAGetElementPtrInst(place) ? LLVMGetOperand(place, 0) : NULL,
                 variable = table != NULL && LLVMIsALoadInst(table) ? LLVMGetOperand(table, 0) : NULL;
    size_t length;
    const char *name = variable != NULL && LLVMIsAGlobalVariable(variable) ? LLVMGetValueName2(variable, &length) : "";

    return (ends_with(name, "ARRAY_API") || ends_with(name, "PyArray_API")) && rs_memory_offset(flow, place) == PLACE;
}

/* Whether a call of numpy's has brought the object, which is an array wherever it is one at all. */
static bool is_array(const struct rs_sym *object)
{
    /* clang-format off */
    static const char *const heads[] = {"PyArray_From", "PyArray_CheckFromAny", "PyArray_New", "PyArray_SimpleNew",
                                        "PyArray_Zeros", "PyArray_Empty", "PyArray_Arange", "PyArray_Ensure",
                                        "PyArray_ContiguousFrom", "PyArray_CastToType", "PyArray_Ravel",
                                        "PyArray_Flatten", "PyArray_Transpose", "PyArray_SwapAxes", NULL};
    /* clang-format on */
    const char *const *head = heads;

    while (object->kind == RS_SYM_NEW && object->api != NULL && *head != NULL &&
           strncmp(object->api, *head, strlen(*head)) != 0)
        head++;
    return object->kind == RS_SYM_NEW && object->api != NULL && *head != NULL;
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
    value = !LLVMIsAICmpInst(at) && is_array(&state->syms.items[object]) && is_array_type(flow, LLVMGetOperand(at, 1))
                ? rs_av_int(1)
                : answer(state, object, question.code, at);
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

bool rs_question_is_kept(const struct rs_flow *flow, const struct rs_sym *answer, bool sparing)
{
    bool callers = (uint32_t)answer->parent < flow->nargs && !flow->uncalled;

    return answer->low == answer->high && (rs_asked_again(flow, (uint64_t)answer->offset) || (!sparing && callers));
}

int64_t rs_question_implied(int64_t code)
{
    return kind_of(code) == KIND_EXACT
               ? (code & ~((int64_t)KIND_MASK << KIND_SHIFT)) | (int64_t)KIND_SUBTYPE << KIND_SHIFT
               : 0;
}

void rs_question_count(struct rs_flow *flow, int64_t code, uint64_t times)
{
    *rs_map_at(&flow->asked, (uint64_t)code) += times;
}
