/* Which functions the interpreter calls, and as what: read from the initialisers of the tables that name them.
 *
 * Members by position: Include/cpython/object.h (struct _typeobject and the method suites), methodobject.h,
 * descrobject.h, moduleobject.h; slot numbers: Include/typeslots.h; the same positions in 3.8 to 3.13. */
#include <string.h>

#include "check/ir/ir.h"

enum {
    TABLE_DEPTH = 4,
    METH_VARARGS = 1,
    METH_KEYWORDS = 2,
    METH_NOARGS = 4,
    METH_O = 8,
    METH_FASTCALL = 0x80,
    METH_METHOD = 0x200,
    METH_CALL = 0x28f
};

#define NAMES(...)                                                                                                     \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }
/* "" : no function stands there */
/* clang-format off */
static const struct suite {
    const char *structure;
    const char *const *slots;
} suites[] = {
    {"_typeobject", NAMES(
        "", "", "", "", "tp_dealloc", "", "tp_getattr", "tp_setattr", "", "tp_repr", "", "", "", "tp_hash",
        "tp_call", "tp_str", "tp_getattro", "tp_setattro", "", "", "", "tp_traverse", "tp_clear",
        "tp_richcompare", "", "tp_iter", "tp_iternext", "", "", "", "", "", "tp_descr_get", "tp_descr_set", "",
        "tp_init", "tp_alloc", "tp_new", "tp_free", "tp_is_gc", "", "", "", "", "", "tp_del", "", "tp_finalize",
        "tp_vectorcall")},
    {"PyNumberMethods", NAMES(
        "nb_add", "nb_subtract", "nb_multiply", "nb_remainder", "nb_divmod", "nb_power", "nb_negative",
        "nb_positive", "nb_absolute", "nb_bool", "nb_invert", "nb_lshift", "nb_rshift", "nb_and", "nb_xor",
        "nb_or", "nb_int", "", "nb_float", "nb_inplace_add", "nb_inplace_subtract", "nb_inplace_multiply",
        "nb_inplace_remainder", "nb_inplace_power", "nb_inplace_lshift", "nb_inplace_rshift", "nb_inplace_and",
        "nb_inplace_xor", "nb_inplace_or", "nb_floor_divide", "nb_true_divide", "nb_inplace_floor_divide",
        "nb_inplace_true_divide", "nb_index", "nb_matrix_multiply", "nb_inplace_matrix_multiply")},
    {"PySequenceMethods", NAMES(
        "sq_length", "sq_concat", "sq_repeat", "sq_item", "", "sq_ass_item", "", "sq_contains",
        "sq_inplace_concat", "sq_inplace_repeat")},
    {"PyMappingMethods", NAMES(
        "mp_length", "mp_subscript", "mp_ass_subscript")},
    {"PyAsyncMethods", NAMES(
        "am_await", "am_aiter", "am_anext", "am_send")},
    {"PyBufferProcs", NAMES(
        "bf_getbuffer", "bf_releasebuffer")},
    {"PyModuleDef", NAMES(
        "", "", "", "", "", "", "m_traverse", "m_clear", "m_free")},
    {"PyGetSetDef", NAMES(
        "", "getset.get", "getset.set")},
};
/* clang-format on */

/* Indexed by the number in a PyType_Slot. */
static const char *const type_slots[] = {"",
                                         "bf_getbuffer",
                                         "bf_releasebuffer",
                                         "mp_ass_subscript",
                                         "mp_length",
                                         "mp_subscript",
                                         "nb_absolute",
                                         "nb_add",
                                         "nb_and",
                                         "nb_bool",
                                         "nb_divmod",
                                         "nb_float",
                                         "nb_floor_divide",
                                         "nb_index",
                                         "nb_inplace_add",
                                         "nb_inplace_and",
                                         "nb_inplace_floor_divide",
                                         "nb_inplace_lshift",
                                         "nb_inplace_multiply",
                                         "nb_inplace_or",
                                         "nb_inplace_power",
                                         "nb_inplace_remainder",
                                         "nb_inplace_rshift",
                                         "nb_inplace_subtract",
                                         "nb_inplace_true_divide",
                                         "nb_inplace_xor",
                                         "nb_int",
                                         "nb_invert",
                                         "nb_lshift",
                                         "nb_multiply",
                                         "nb_negative",
                                         "nb_or",
                                         "nb_positive",
                                         "nb_power",
                                         "nb_remainder",
                                         "nb_rshift",
                                         "nb_subtract",
                                         "nb_true_divide",
                                         "nb_xor",
                                         "sq_ass_item",
                                         "sq_concat",
                                         "sq_contains",
                                         "sq_inplace_concat",
                                         "sq_inplace_repeat",
                                         "sq_item",
                                         "sq_length",
                                         "sq_repeat",
                                         "tp_alloc",
                                         "",
                                         "",
                                         "tp_call",
                                         "tp_clear",
                                         "tp_dealloc",
                                         "tp_del",
                                         "tp_descr_get",
                                         "tp_descr_set",
                                         "",
                                         "tp_getattr",
                                         "tp_getattro",
                                         "tp_hash",
                                         "tp_init",
                                         "tp_is_gc",
                                         "tp_iter",
                                         "tp_iternext",
                                         "",
                                         "tp_new",
                                         "tp_repr",
                                         "tp_richcompare",
                                         "tp_setattr",
                                         "tp_setattro",
                                         "tp_str",
                                         "tp_traverse",
                                         "",
                                         "",
                                         "tp_free",
                                         "nb_matrix_multiply",
                                         "nb_inplace_matrix_multiply",
                                         "am_await",
                                         "am_aiter",
                                         "am_anext",
                                         "tp_finalize",
                                         "am_send"};

static void add_role(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef function, const char *slot,
                     const char *python_name, int flags)
{
    if (!LLVMIsAFunction(function))
        return;
    *RS_PUSH(&ir->roles) =
        (struct rs_ir_role){slot, rs_contract_slot(slot, ir->python), function, table, python_name, flags};
}

static const char *method_slot(int flags)
{
    switch (flags & METH_CALL) {
    case METH_VARARGS:
        return "method.varargs";
    case METH_VARARGS | METH_KEYWORDS:
    case METH_KEYWORDS:
        return "method.keywords";
    case METH_NOARGS:
        return "method.noargs";
    case METH_O:
        return "method.o";
    case METH_FASTCALL:
        return "method.fastcall";
    case METH_FASTCALL | METH_KEYWORDS:
        return "method.fastcall_keywords";
    case METH_METHOD | METH_FASTCALL | METH_KEYWORDS:
        return "method.method";
    default:
        return NULL;
    }
}

static int64_t constant(LLVMValueRef value)
{
    return LLVMIsAConstantInt(value) ? LLVMConstIntGetSExtValue(value) : -1;
}

static void read_suite(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef value, const struct suite *suite)
{
    const char *python_name =
        strcmp(suite->structure, "PyGetSetDef") == 0 ? rs_ir_string(ir, rs_ir_constant_member(value, 0)) : NULL;

    for (unsigned i = 0; suite->slots[i] != NULL && rs_ir_constant_member(value, i) != NULL; i++)
        if (suite->slots[i][0] != '\0')
            add_role(ir, table, rs_ir_constant_member(value, i), suite->slots[i], python_name, 0);
}

static void read_slot(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef value, bool of_module)
{
    int64_t id = constant(rs_ir_constant_member(value, 0));
    LLVMValueRef function = rs_ir_constant_member(value, 1);

    if (of_module && (id == 1 || id == 2)) /* Py_mod_create, Py_mod_exec */
        add_role(ir, table, function, id == 1 ? "mod.create" : "mod.exec", NULL, 0);
    if (!of_module && id > 0 && (size_t)id < sizeof(type_slots) / sizeof(*type_slots) && type_slots[id][0] != '\0')
        add_role(ir, table, function, type_slots[id], NULL, 0);
}

static void note_type(struct rs_ir *ir, LLVMValueRef table, bool heap)
{
    size_t length;

    if (ir->types.count > 0 && ir->types.items[ir->types.count - 1].table == table)
        return;
    *RS_PUSH(&ir->types) = (struct rs_ir_type){table, LLVMGetValueName2(table, &length), heap};
}

static void read_structure(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef value, const char *stem)
{
    if (strcmp(stem, "PyMethodDef") == 0) {
        int flags = (int)constant(rs_ir_constant_member(value, 2));
        const char *slot = method_slot(flags);

        if (slot != NULL)
            add_role(ir, table, rs_ir_constant_member(value, 1), slot,
                     rs_ir_string(ir, rs_ir_constant_member(value, 0)), flags);
    } else if (strcmp(stem, "PyType_Slot") == 0 || strcmp(stem, "PyModuleDef_Slot") == 0) {
        if (stem[2] == 'T')
            note_type(ir, table, true);
        read_slot(ir, table, value, stem[2] == 'M');
    }
    if (strcmp(stem, "_typeobject") == 0)
        note_type(ir, table, false);
    for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
        if (strcmp(stem, suites[i].structure) == 0)
            read_suite(ir, table, value, &suites[i]);
}

static void read_constant(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef value, int depth)
{
    bool structure = LLVMIsAConstantStruct(value) != NULL;
    const char *stem = rs_ir_constant_stem(ir, value);

    if (stem != NULL)
        read_structure(ir, table, value, stem);
    if (depth == 0 || (!structure && !LLVMIsAConstantArray(value)))
        return;
    for (int i = 0; i < LLVMGetNumOperands(value); i++) {
        LLVMValueRef part = LLVMGetOperand(value, (unsigned)i);

        if (LLVMIsAConstantStruct(part) || LLVMIsAConstantArray(part))
            read_constant(ir, table, part, depth - 1);
    }
}

void rs_ir_read_tables(struct rs_ir *ir)
{
    rs_ir_read_literals(ir);
    for (LLVMValueRef global = LLVMGetFirstGlobal(ir->module); global != NULL; global = LLVMGetNextGlobal(global)) {
        LLVMValueRef content = LLVMGetInitializer(global);

        if (content != NULL)
            read_constant(ir, global, content, TABLE_DEPTH);
    }
    for (size_t i = 0; i < ir->functions.count; i++) {
        const struct rs_ir_function *function = &ir->functions.items[i];

        if (strncmp(function->symbol, "PyInit_", 7) == 0)
            add_role(ir, NULL, function->value, "init", NULL, 0);
        if (function->local && function->object && strncmp(function->symbol, "__pyx_pf_", 9) == 0)
            add_role(ir, NULL, function->value, "cython.def", NULL, 0);
    }
}
