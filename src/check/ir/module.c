/* Reads a bitcode file and readies it: names of variables are noted, then locals become SSA values. */
#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/Error.h>
#include <llvm-c/Support.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/ir/ir.h"

enum { VARIABLE_MOST = 200, PRODUCER_MOST = 16, PRODUCER_WITHIN = 256 };

/* The first diagnostic is the reason; those that follow are its consequences. */
static void keep_diagnostic(LLVMDiagnosticInfoRef info, void *text)
{
    struct rs_error *err = text;
    char *message = LLVMGetDiagInfoDescription(info);

    if (err->text[0] == '\0' && LLVMGetDiagInfoSeverity(info) == LLVMDSError)
        rs_fail(err, "%s", message);
    LLVMDisposeMessage(message);
}

/* The number of so many bits at a place in a stream of bits, least significant first. */
static unsigned bits(const char *bytes, size_t at, unsigned count)
{
    unsigned value = 0;

    for (unsigned i = 0; i < count; i++)
        value |= (unsigned)((unsigned char)bytes[(at + i) / 8] >> (at + i) % 8 & 1) << i;
    return value;
}

/* Which LLVM says that it wrote the bitcode: "LLVM22.1.8" in six-bit characters near its beginning (LLVM's Bitcode File
 * Format: IDENTIFICATION_BLOCK, char6). `to` has room for `room` bytes; "" where nothing is found. */
static void read_producer(const char *bytes, size_t size, char *to, size_t room)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._", mark[] = "LLVM";
    size_t end = (size < PRODUCER_WITHIN ? size : PRODUCER_WITHIN) * 8, length = 0;

    to[0] = 0;
    for (size_t start = 0; start + 6 * (sizeof(mark) + room) < end; start++) {
        size_t same = 0;

        while (same < sizeof(mark) - 1 && alphabet[bits(bytes, start + 6 * same, 6)] == mark[same])
            same++;
        for (size_t at = start + 6 * same; same == sizeof(mark) - 1 && length + 1 < room &&
                                           strchr("0123456789.", alphabet[bits(bytes, at, 6)]) != NULL;
             at += 6)
            to[length++] = alphabet[bits(bytes, at, 6)];
        to[length] = 0;
        if (length > 0)
            return;
    }
}

/* LLVM's reader would verify all before it takes out debug information that is broken: a twentieth of the analysis, and
 * the end of the process where the code itself is. */
static void leave_debug_information(void)
{
#if LLVM_VERSION_MAJOR >= 19 /* 16 has no such option, and ends a process that names one */
    static const char *const words[] = {"refsan-check", "-disable-auto-upgrade-debug-info"};
    static bool told;

    if (!told)
        LLVMParseCommandLineOptions(2, words, NULL);
    told = true;
#endif
}

static bool parse(struct rs_ir *ir, const char *path, struct rs_error *err)
{
    LLVMMemoryBufferRef buffer;
    struct rs_error why = {{0}};
    char producer[PRODUCER_MOST];
    char *message = NULL;
    bool bad;

    if (LLVMCreateMemoryBufferWithContentsOfFile(path, &buffer, &message)) {
        rs_fail(err, "%s: %s", path, message);
        LLVMDisposeMessage(message);
        return false;
    }
    leave_debug_information();
    LLVMContextSetDiagnosticHandler(ir->context, keep_diagnostic, &why);
    bad = LLVMParseBitcodeInContext2(ir->context, buffer, &ir->module);
    LLVMContextSetDiagnosticHandler(ir->context, NULL, NULL);
    read_producer(LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer), producer, sizeof(producer));
    LLVMDisposeMemoryBuffer(buffer);
    if (bad) {
        ir->module = NULL;
        if (strtoul(producer, NULL, 10) > LLVM_VERSION_MAJOR)
            return rs_fail(err, "%s: it was made by LLVM %s, and this refsan reads the code of LLVM up to %d", path,
                           producer, LLVM_VERSION_MAJOR);
        return rs_fail(err, "%s: no bitcode that LLVM %s reads: %s", path, LLVM_VERSION_STRING,
                       why.text[0] ? why.text : "not bitcode");
    }
    return true;
}

/* Whether the module keeps LLVM's rules: what was handed in may be anything. */
static bool is_valid(struct rs_ir *ir, const char *path, struct rs_error *err)
{
    char *message = NULL;
    bool bad = LLVMVerifyModule(ir->module, LLVMReturnStatusAction, &message);

    if (bad)
        rs_fail(err, "%s: no valid code: %.*s", path, (int)strcspn(message, "\n"), message);
    LLVMDisposeMessage(message);
    return !bad;
}

static bool make_ssa(struct rs_ir *ir, const char *path, struct rs_error *err)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef failed = LLVMRunPasses(ir->module, "function(sroa)", NULL, options);

    LLVMDisposePassBuilderOptions(options);
    if (failed == NULL)
        return true;
    char *message = LLVMGetErrorMessage(failed);
    rs_fail(err, "%s: %s", path, message);
    LLVMDisposeErrorMessage(message);
    return false;
}

static const char *stem_of(struct rs_ir *ir)
{
    size_t length;
    const char *name = LLVMGetSourceFileName(ir->module, &length), *slash = strrchr(name, '/'), *dot;

    name = slash ? slash + 1 : name;
    dot = strchr(name, '.');
    return rs_arena_strndup(&ir->arena, name, dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name));
}

static bool starts(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

/* A header that belongs to Python, to the system or to an installed library: not the module's own code. */
static bool is_library(const char *file)
{
    return file != NULL && (starts(file, "/usr/include/") || starts(file, "/usr/lib/") ||
                            starts(file, "/usr/local/include/") || strstr(file, "/include/python") != NULL ||
                            strstr(file, "/site-packages/") != NULL || strstr(file, "/dist-packages/") != NULL);
}

/* Helpers that Cython writes into every file: whoever maintains the .pyx can change nothing there. */
static bool is_generated(const char *name)
{
    return starts(name, "__Pyx") || starts(name, "__pyx_pymod_") || starts(name, "__pyx_tp_");
}

static void read_functions(struct rs_ir *ir)
{
    for (LLVMValueRef f = LLVMGetFirstFunction(ir->module); f != NULL; f = LLVMGetNextFunction(f)) {
        struct rs_ir_function function = {.value = f, .answers = {INT64_MAX, INT64_MIN, true}};
        size_t length;
        LLVMLinkage linkage = LLVMGetLinkage(f);

        if (LLVMIsDeclaration(f))
            continue;
        rs_ir_merge_repeated(f);
        function.symbol = LLVMGetValueName2(f, &length);
        function.name = rs_ir_shown_name(ir, f, &function.place);
        function.library = is_library(function.place.file) || is_generated(function.name);
        function.local = linkage == LLVMInternalLinkage || linkage == LLVMPrivateLinkage;
        function.object = LLVMGetTypeKind(LLVMGetReturnType(LLVMGlobalGetValueType(f))) == LLVMPointerTypeKind &&
                          rs_ir_returns_object(ir, f);
        function.cdef = starts(function.name, "__pyx_f_");
        *RS_PUSH(&ir->functions) = function;
        *rs_map_at(&ir->by_value, (uintptr_t)f) = ir->functions.count;
    }
}

static void attach_roles(struct rs_ir *ir)
{
    for (size_t i = ir->roles.count; i-- > 0;) {
        struct rs_ir_function *function = rs_ir_function(ir, ir->roles.items[i].function);

        if (function != NULL)
            function->role = &ir->roles.items[i];
    }
}

struct rs_ir *rs_ir_open(const char *bitcode, unsigned python, bool verify, struct rs_error *err)
{
    struct rs_ir *ir = rs_alloc(sizeof(*ir));

    memset(ir, 0, sizeof(*ir));
    ir->python = python;
    ir->context = LLVMContextCreate();
    if (!parse(ir, bitcode, err) || (verify && !is_valid(ir, bitcode, err))) {
        rs_ir_close(ir);
        return NULL;
    }
    ir->layout = LLVMGetModuleDataLayout(ir->module);
    ir->stem = stem_of(ir);
    rs_ir_read_names(ir);
    if (!make_ssa(ir, bitcode, err)) {
        rs_ir_close(ir);
        return NULL;
    }
    read_functions(ir);
    rs_ir_read_tables(ir);
    attach_roles(ir);
    return ir;
}

void rs_ir_close(struct rs_ir *ir)
{
    if (ir->module != NULL)
        LLVMDisposeModule(ir->module);
    LLVMContextDispose(ir->context);
    RS_VEC_CLOSE(&ir->functions);
    RS_VEC_CLOSE(&ir->roles);
    RS_VEC_CLOSE(&ir->types);
    rs_map_close(&ir->by_value);
    rs_map_close(&ir->files);
    rs_map_close(&ir->readable);
    rs_map_close(&ir->names);
    rs_map_close(&ir->contracts);
    rs_map_close(&ir->structures);
    rs_map_close(&ir->literals);
    rs_map_close(&ir->in_sight);
    rs_map_close(&ir->last_names);
    RS_VEC_CLOSE(&ir->lines.starts);
    RS_VEC_CLOSE(&ir->composites);
    RS_VEC_CLOSE(&ir->variables);
    rs_arena_close(&ir->arena);
    free(ir);
}

struct rs_ir_function *rs_ir_function(const struct rs_ir *ir, LLVMValueRef value)
{
    uint64_t *index = value == NULL ? NULL : rs_map_find(&ir->by_value, (uintptr_t)value);

    return index == NULL ? NULL : &ir->functions.items[*index - 1];
}

LLVMValueRef rs_ir_callee(LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call);

    for (int depth = 0; callee != NULL && depth < 8; depth++) {
        if (LLVMIsAFunction(callee))
            return callee;
        if (LLVMIsAGlobalAlias(callee))
            callee = LLVMAliasGetAliasee(callee);
        else if (LLVMIsAConstantExpr(callee) && LLVMGetConstOpcode(callee) == LLVMBitCast)
            callee = LLVMGetOperand(callee, 0);
        else
            return NULL;
    }
    return NULL;
}

const char *rs_ir_api_name(const struct rs_ir *ir, LLVMValueRef function)
{
    const struct rs_ir_function *own = rs_ir_function(ir, function);
    size_t length;

    return own != NULL && own->library ? own->name : LLVMGetValueName2(function, &length);
}

LLVMValueRef rs_ir_plain(LLVMValueRef value)
{
    while (LLVMIsACastInst(value))
        value = LLVMGetOperand(value, 0);
    return value;
}

LLVMValueRef rs_ir_root(LLVMValueRef pointer)
{
    while (LLVMIsAGetElementPtrInst(pointer) || LLVMIsACastInst(pointer))
        pointer = LLVMGetOperand(pointer, 0);
    return pointer;
}

int rs_ir_count(const struct rs_ir *ir, LLVMValueRef instruction, LLVMValueRef *object)
{
    LLVMValueRef callee =
        LLVMIsACallInst(instruction) || LLVMIsAInvokeInst(instruction) ? rs_ir_callee(instruction) : NULL;
    const char *name = callee == NULL || LLVMGetNumArgOperands(instruction) == 0 ? "" : rs_ir_api_name(ir, callee);

    name += *name == '_';
    if (*name == '\0')
        return 0;
    *object = LLVMGetOperand(instruction, LLVMGetNumArgOperands(instruction) - 1);
    if (strcmp(name, "Py_INCREF") == 0 || strcmp(name, "Py_XINCREF") == 0 || strcmp(name, "Py_IncRef") == 0)
        return 1;
    return strcmp(name, "Py_DECREF") == 0 || strcmp(name, "Py_XDECREF") == 0 || strcmp(name, "Py_DecRef") == 0 ? -1 : 0;
}

const struct rs_contract *rs_ir_contract(struct rs_ir *ir, LLVMValueRef function)
{
    uint64_t *known = rs_map_at(&ir->contracts, (uintptr_t)function);

    if (*known == 0) {
        const struct rs_ir_function *own = rs_ir_function(ir, function);
        const struct rs_contract *row =
            own == NULL || own->library ? rs_contract_find(rs_ir_api_name(ir, function), ir->python) : NULL;

        known = rs_map_at(&ir->contracts, (uintptr_t)function);
        *known = row == NULL ? 1 : rs_contract_index(row) + 2;
    }
    return *known == 1 ? NULL : rs_contract_at((unsigned)*known - 2);
}

LLVMValueRef rs_ir_case_value(LLVMValueRef instruction, unsigned k)
{
#if LLVM_VERSION_MAJOR >= 22 /* no operand any more */
    return LLVMGetSwitchCaseValue(instruction, k);
#else
    return LLVMGetOperand(instruction, 2 * k);
#endif
}

const char *rs_ir_string(struct rs_ir *ir, LLVMValueRef value)
{
    LLVMValueRef content;
    size_t length;
    const char *bytes;

    if (value == NULL || !LLVMIsAGlobalVariable(value) || !LLVMIsGlobalConstant(value))
        return NULL;
    content = LLVMGetInitializer(value);
    if (content == NULL)
        return NULL;
    if (LLVMIsAConstantAggregateZero(content))
        return "";
    if (!LLVMIsAConstantDataSequential(content) || !LLVMIsConstantString(content))
        return NULL;
    bytes = LLVMGetAsString(content, &length);
    return rs_arena_strndup(&ir->arena, bytes, strnlen(bytes, length));
}
