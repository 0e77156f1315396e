/* Which functions the interpreter calls, and as what: read from the initialisers of the tables that name them. */
#include <string.h>

#include "check/ir/ir.h"
#include "contract/slots.h"

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

static void add_role(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef function, const char *slot,
                     const char *python_name, int flags)
{
    if (!LLVMIsAFunction(function))
        return;
    *RS_PUSH(&ir->roles) = (struct rs_ir_role){.slot = slot,
                                               .contract = rs_contract_slot(slot, ir->python),
                                               .function = function,
                                               .table = table,
                                               .python_name = python_name,
                                               .flags = flags};
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

static void read_suite(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef value, const struct rs_slot_suite *suite)
{
    enum { NAME = 0, CLOSURE = 4 };
    bool attribute = strcmp(suite->structure, "PyGetSetDef") == 0;
    const char *python_name = attribute ? rs_ir_string(ir, rs_ir_constant_member(value, NAME)) : NULL;
    size_t before = ir->roles.count;

    for (unsigned i = 0; suite->slots[i] != NULL && rs_ir_constant_member(value, i) != NULL; i++)
        if (suite->slots[i][0] != '\0')
            add_role(ir, table, rs_ir_constant_member(value, i), suite->slots[i], python_name, 0);
    for (size_t i = before; attribute && i < ir->roles.count; i++)
        ir->roles.items[i].closure = rs_ir_constant_member(value, CLOSURE);
}

static void read_slot(struct rs_ir *ir, LLVMValueRef table, LLVMValueRef value, bool of_module)
{
    int64_t id = constant(rs_ir_constant_member(value, 0));
    LLVMValueRef function = rs_ir_constant_member(value, 1);

    if (of_module && (id == 1 || id == 2)) /* Py_mod_create, Py_mod_exec */
        add_role(ir, table, function, id == 1 ? "mod.create" : "mod.exec", NULL, 0);
    if (!of_module && id > 0 && rs_slot_by_id((uint64_t)id) != NULL)
        add_role(ir, table, function, rs_slot_by_id((uint64_t)id), NULL, 0);
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
    for (const struct rs_slot_suite *suite = rs_slot_suites; suite->structure != NULL; suite++)
        if (strcmp(stem, suite->structure) == 0)
            read_suite(ir, table, value, suite);
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
