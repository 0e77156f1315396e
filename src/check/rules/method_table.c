/* RS307: the flags of a method table against the function that they describe, and tables without an end. */
#include "check/rules/rules.h"

#include <llvm-c/DebugInfo.h>
#include <string.h>

/* How many parameters the interpreter passes, and how people write the convention. */
static const struct convention {
    const char *slot;
    unsigned parameters;
    const char *flags, *signature;
} conventions[] = {
    {"method.noargs", 2, "METH_NOARGS", "(self, unused)"},
    {"method.o", 2, "METH_O", "(self, argument)"},
    {"method.varargs", 2, "METH_VARARGS", "(self, tuple)"},
    {"method.keywords", 3, "METH_VARARGS | METH_KEYWORDS", "(self, tuple, dict)"},
    {"method.fastcall", 3, "METH_FASTCALL", "(self, items, count)"},
    {"method.fastcall_keywords", 4, "METH_FASTCALL | METH_KEYWORDS", "(self, items, count, names)"},
    {"method.method", 5, "METH_METHOD | METH_FASTCALL | METH_KEYWORDS", "(self, type, items, count, names)"},
};

static const struct convention *convention_of(const char *slot)
{
    for (size_t i = 0; i < sizeof(conventions) / sizeof(*conventions); i++)
        if (strcmp(conventions[i].slot, slot) == 0)
            return &conventions[i];
    return NULL;
}

static struct rs_finding *tell(struct rs_rules *rules, const struct rs_ir_role *role,
                               const struct convention *convention, const char *what)
{
    struct rs_ir_function *function = rs_ir_function(rules->ir, role->function);
    const char *shown = role->python_name != NULL && role->python_name[0] != '\0' ? role->python_name : function->name;

    return rs_rules_tell(rules, RS_RULE_RS307, function, NULL,
                         rs_rules_text(rules, "%s is in the method table as %s ('%s'), which calls it with %s, but %s",
                                       function->name, convention->flags, shown, convention->signature, what),
                         rs_rules_text(rules, "let flags and signature agree: %s is for %s", convention->flags,
                                       convention->signature));
}

/* The call in the function's first block (so that it is always made) that parses this parameter as a tuple. */
static bool parses(struct rs_rules *rules, LLVMValueRef function, unsigned parameter)
{
    LLVMValueRef value = LLVMGetParam(function, parameter);

    for (LLVMValueRef i = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(function)); i != NULL;
         i = LLVMGetNextInstruction(i)) {
        const char *name = NULL;

        if (rs_rules_is_call(i))
            rs_rules_api(rules, i, &name);
        if (name != NULL && strstr(name, "PyArg_ParseTuple") != NULL && rs_rules_argument(i, 0) == value)
            return true;
    }
    return false;
}

/* Whether the function looks at a parameter that nobody passes; one that is only declared does no harm. */
static bool uses_more(LLVMValueRef function, unsigned passed)
{
    for (unsigned i = passed; i < LLVMCountParams(function); i++)
        if (LLVMGetFirstUse(LLVMGetParam(function, i)) != NULL)
            return true;
    return false;
}

static void judge(struct rs_rules *rules, const struct rs_ir_role *role)
{
    const struct convention *convention = convention_of(role->slot);
    struct rs_ir_function *function = convention != NULL ? rs_ir_function(rules->ir, role->function) : NULL;
    unsigned count = function != NULL ? LLVMCountParams(role->function) : 0;
    bool fast;

    if (function == NULL || LLVMIsFunctionVarArg(LLVMGlobalGetValueType(role->function)))
        return;
    fast = strstr(role->slot, "fastcall") != NULL || strcmp(role->slot, "method.method") == 0;
    if (count > convention->parameters && uses_more(role->function, convention->parameters))
        tell(rules, role, convention, rs_rules_text(rules, "it takes %u, and uses one that nobody passes", count));
    else if (fast && count == 2 && LLVMGetFirstUse(LLVMGetParam(role->function, 1)) != NULL)
        tell(rules, role, convention, "it takes 2, the second of which is an array of pointers and not a tuple");
    else if (fast && count == 2) /* harmless wherever the caller takes its arguments off the stack */
        tell(rules, role, convention, "it takes 2, and uses the first alone")->severity = RS_NOTE;
    else if (count == 2 && strcmp(role->slot, "method.o") == 0 && parses(rules, role->function, 1))
        tell(rules, role, convention, "it parses the argument as the tuple of METH_VARARGS");
    else if (count == 2 && strcmp(role->slot, "method.noargs") == 0 && parses(rules, role->function, 1))
        tell(rules, role, convention, "it parses the second, which is NULL");
}

/* ---- tables without an end ---- */

static bool is_table(const char *stem)
{
    return stem != NULL &&
           (strcmp(stem, "PyMethodDef") == 0 || strcmp(stem, "PyGetSetDef") == 0 || strcmp(stem, "PyMemberDef") == 0);
}

static struct rs_ir_place place_of(struct rs_rules *rules, LLVMValueRef global)
{
    struct rs_ir_place place = {NULL, 0};
    size_t count;
    LLVMValueMetadataEntry *entries = LLVMGlobalCopyAllMetadata(global, &count);

    for (size_t i = 0; i < count && place.line == 0; i++) {
        LLVMMetadataRef node = LLVMValueMetadataEntriesGetMetadata(entries, (unsigned)i), variable, file;
        unsigned length, folder_length;

        if (LLVMGetMetadataKind(node) != LLVMDIGlobalVariableExpressionMetadataKind)
            continue;
        variable = LLVMDIGlobalVariableExpressionGetVariable(node);
        file = LLVMDIVariableGetFile(variable);
        place.line = (int)LLVMDIVariableGetLine(variable);
        if (file != NULL) {
            const char *name = LLVMDIFileGetFilename(file, &length),
                       *folder = LLVMDIFileGetDirectory(file, &folder_length);
            place.file = name[0] == '/'
                             ? rs_rules_text(rules, "%.*s", (int)length, name)
                             : rs_rules_text(rules, "%.*s/%.*s", (int)folder_length, folder, (int)length, name);
        }
    }
    LLVMDisposeValueMetadataEntries(entries);
    return place;
}

/* A table that the interpreter reads up to an entry of zeros. */
static void judge_end(struct rs_rules *rules, LLVMValueRef table, struct rs_map *seen)
{
    LLVMValueRef content = LLVMIsAGlobalVariable(table) ? LLVMGetInitializer(table) : NULL, last;
    unsigned count;
    size_t length;
    const char *stem, *name;
    struct rs_finding *finding;
    uint64_t *known;

    if (content == NULL || !LLVMIsAConstantArray(content))
        return;
    count = (unsigned)LLVMGetNumOperands(content);
    last = count > 0 ? LLVMGetOperand(content, count - 1) : NULL;
    stem = last != NULL ? rs_ir_constant_stem(rules->ir, last) : NULL;
    if (!is_table(stem) || LLVMIsNull(last) || !LLVMIsAConstantStruct(last) ||
        LLVMIsNull(rs_ir_constant_member(last, 0)))
        return;
    known = rs_map_at(seen, (uintptr_t)table);
    if (*known != 0)
        return;
    *known = 1;
    name = LLVMGetValueName2(table, &length);
    finding = rs_report_add(rules->report, RS_RULE_RS307);
    struct rs_ir_place place = place_of(rules, table);
    finding->culprit = (struct rs_place){.module = rs_rules_text(rules, "%s", rules->ir->stem),
                                         .function = rs_rules_text(rules, "%s", name),
                                         .file = place.file,
                                         .line = place.line};
    finding->message = rs_rules_text(
        rules,
        "the table %s has no end: the interpreter reads on behind its %u entries until it meets one whose name is NULL",
        name, count);
    finding->fix = rs_rules_text(rules, "close %s with an entry {NULL}", name);
}

/* Tables are only read by the interpreter where a module, a type or a slot names them. */
static void judge_ends(struct rs_rules *rules, LLVMValueRef content, struct rs_map *seen)
{
    const char *stem = rs_ir_constant_stem(rules->ir, content);
    int count = LLVMIsAConstantStruct(content) || LLVMIsAConstantArray(content) ? LLVMGetNumOperands(content) : 0;

    if (stem != NULL &&
        (strcmp(stem, "PyModuleDef") == 0 || strcmp(stem, "_typeobject") == 0 || strcmp(stem, "PyType_Slot") == 0)) {
        for (int i = 0; i < count; i++)
            judge_end(rules, LLVMGetOperand(content, (unsigned)i), seen);
        return;
    }
    for (int i = 0; i < count && stem == NULL; i++)
        judge_ends(rules, LLVMGetOperand(content, (unsigned)i), seen);
}

void rs_rule_method_table(struct rs_rules *rules)
{
    struct rs_map seen = {0};

    for (size_t i = 0; i < rules->ir->roles.count; i++)
        judge(rules, &rules->ir->roles.items[i]);
    for (LLVMValueRef global = LLVMGetFirstGlobal(rules->ir->module); global != NULL;
         global = LLVMGetNextGlobal(global))
        if (LLVMGetInitializer(global) != NULL)
            judge_ends(rules, LLVMGetInitializer(global), &seen);
    rs_map_close(&seen);
}
