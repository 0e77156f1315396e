/* From a recorded fault to a crash: what kind it is, where, through which object or call. Only what was recorded
 * decides; what is likely and not certain is worded so (crash_words.c). */
#include "verdict/internal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"

enum {
    NULL_REACH = 4096,     /* no mapping lies below (vm.mmap_min_addr) */
    STACK_REACH = 1 << 16, /* a fault this close to the stack pointer is one of the stack's end: the guard page is
                              missed by no more */
    NAMED_FIRST = 12,      /* frames in which the function that gave up stands */
    KERNEL = 0x80,         /* SI_KERNEL: no address is told */
    WRITE = 1 << 1,
    FETCH = 1 << 4, /* of the processor's page fault error code (Intel SDM 3, 4.7) */
};

static bool is_fatal(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGFPE || signal == SIGILL;
}

static const char *signal_name(int signal)
{
    switch (signal) {
    case SIGSEGV:
        return "SIGSEGV";
    case SIGBUS:
        return "SIGBUS";
    case SIGABRT:
        return "SIGABRT";
    case SIGFPE:
        return "SIGFPE";
    default:
        return "SIGILL";
    }
}

size_t rs_judge_native(const struct judge *j, struct rs_line lines[RS_STACK_MAX])
{
    return j->names->stack != NULL
               ? j->names->stack(j->names->context, j->books, &j->report->arena, lines, RS_STACK_MAX)
               : 0;
}

size_t rs_judge_python(const struct judge *j, struct rs_line lines[RS_STACK_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i + 1 < j->books->python_stack.count && count < RS_STACK_MAX; i += 2) {
        lines[count] = (struct rs_line){0};
        j->names->python(j->names->context, j->books, (uint32_t)j->books->python_stack.items[i],
                         (uint32_t)j->books->python_stack.items[i + 1], &j->report->arena, &lines[count]);
        count++;
    }
    return count;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static bool is_observed(const struct rs_books *books, const char *module)
{
    for (size_t i = 0; module != NULL && i < books->modules.count; i++)
        if (strcmp(base_name(books->modules.items[i].path), module) == 0)
            return true;
    return false;
}

static bool is_library(const char *module)
{
    return module != NULL && (strncmp(module, "libc.so", 7) == 0 || strncmp(module, "libc-2", 6) == 0 ||
                              strncmp(module, "libpthread", 10) == 0 || strncmp(module, "libstdc++", 9) == 0 ||
                              strncmp(module, "libgcc_s", 8) == 0 || strncmp(module, "ld-linux", 8) == 0);
}

/* Who is to be looked at first. */
static void find_place(const struct judge *j, struct rs_crash *crash)
{
    const struct rs_line *found = NULL;
    const char *stem;
    size_t length;

    for (size_t i = 0; i < crash->native.count && (found == NULL || !is_observed(j->books, found->module)); i++) {
        const struct rs_line *line = &crash->native.items[i];

        if (is_observed(j->books, line->module) || (found == NULL && line->module != NULL && !is_library(line->module)))
            found = line;
    }
    if (found == NULL)
        return;
    crash->has_place = true;
    crash->place = (struct rs_place){.module = found->module, .function = found->function};
    if (is_observed(j->books, found->module)) {
        stem = rs_module_stem(found->module, &length);
        crash->place.module = rs_arena_strndup(&j->report->arena, stem, length);
    }
    if (found->language != NULL && strcmp(found->language, "cython") == 0) {
        crash->place.pyx_file = found->file;
        crash->place.pyx_line = found->line;
    } else {
        crash->place.file = found->file;
        crash->place.line = found->line;
    }
}

/* glibc's own calls of its functions have this in front, where there is debug information. */
static const char *public_name(const char *function)
{
    return strncmp(function, "__GI_", 5) == 0 ? function + 5 : function;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The frame among the innermost whose function is one of these (the begins of their names), or NULL. */
static const struct rs_line *frame_of(const struct rs_crash *crash, const char *const *functions, size_t count)
{
    for (size_t i = 0; i < crash->native.count && i < NAMED_FIRST; i++)
        for (size_t k = 0; k < count && crash->native.items[i].function != NULL; k++)
            if (starts(public_name(crash->native.items[i].function), functions[k]))
                return &crash->native.items[i];
    return NULL;
}

/* malloc, free and their like found something wrong: one of them is the outermost of the C library's frames that end in
 * abort. */
static bool is_heap_check(const struct rs_crash *crash)
{
    static const char *const names[] = {"malloc",        "free",           "cfree",           "calloc",
                                        "realloc",       "memalign",       "__libc_free",     "__libc_malloc",
                                        "__libc_calloc", "__libc_realloc", "__libc_memalign", "posix_memalign",
                                        "aligned_alloc"};
    const char *outermost = NULL;

    for (size_t i = 0; i < crash->native.count &&
                       (crash->native.items[i].module == NULL || is_library(crash->native.items[i].module));
         i++)
        outermost = crash->native.items[i].function;
    for (size_t i = 0; outermost != NULL && i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(public_name(outermost), names[i]) == 0)
            return true;
    return false;
}

#define ANY_OF(crash, ...)                                                                                             \
    frame_of(crash, (const char *const[]){__VA_ARGS__},                                                                \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Whoever called abort is in the interpreter, which does so for fatal errors and in os.abort. Its own name may be
 * unknown. */
static bool is_interpreters(const struct rs_crash *crash)
{
    const char *module = NULL;

    if (ANY_OF(crash, "os_abort"))
        return false;

    for (size_t i = 0; i < crash->native.count && (module == NULL || is_library(module)); i++)
        module = crash->native.items[i].module;
    return module != NULL && (starts(module, "python") || starts(module, "libpython"));
}

static enum rs_crash_cause cause_of_abort(const struct rs_crash *crash)
{
    if (ANY_OF(crash, "Py_FatalError", "_Py_FatalError", "_Py_FatalRefcountError"))
        return RS_CRASH_FATAL_ERROR;
    if (ANY_OF(crash, "__assert_fail", "__assert_perror_fail", "__stack_chk_fail", "__fortify_fail", "__chk_fail"))
        return RS_CRASH_CHECK;
    if (ANY_OF(crash, "std::terminate", "__cxxabiv1::__terminate", "_ZSt9terminatev"))
        return RS_CRASH_EXCEPTION;
    if (is_heap_check(crash))
        return RS_CRASH_HEAP;
    return is_interpreters(crash) ? RS_CRASH_FATAL_ERROR : RS_CRASH_ABORT;
}

static enum rs_crash_cause cause_of_memory(const struct rs_fault_record *fault, const struct rs_crash *crash)
{
    if (fault->object != 0 && fault->named_by == RS_FAULT_BY_ADDRESS)
        return RS_CRASH_DEAD_OBJECT;
    if (crash->has_address && fault->pc == fault->head.a)
        return RS_CRASH_JUMP;
    if (crash->has_address && fault->head.a < NULL_REACH)
        return RS_CRASH_NULL;
    if (crash->has_address && fault->head.b == SIGSEGV && fault->head.a + STACK_REACH - fault->sp < 2 * STACK_REACH)
        return RS_CRASH_STACK;
    return fault->object != 0 ? RS_CRASH_DEAD_OBJECT : RS_CRASH_MEMORY;
}

static enum rs_crash_cause cause_of(const struct rs_books *books, const struct rs_crash *crash)
{
    const struct rs_fault_record *fault = &books->fault;

    if (fault->head.b == SIGABRT && fault->sender == books->pid)
        return cause_of_abort(crash);
    if (fault->code <= 0)
        return RS_CRASH_SENT;
    if (fault->head.b == SIGFPE)
        return RS_CRASH_ARITHMETIC;
    if (fault->head.b == SIGILL)
        return RS_CRASH_INSTRUCTION;
    if (fault->head.b == SIGBUS && fault->code != KERNEL)
        return RS_CRASH_MAPPING;
    return cause_of_memory(fault, crash);
}

static const char *register_name(unsigned n)
{
    static const char *const names[16] = {"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp",
                                          "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

    return n < 16 ? names[n] : NULL;
}

/* Where it came from and where it went. */
static void find_ends(struct rs_crash *crash)
{
    for (size_t i = 0; i < crash->history.count; i++) {
        const struct rs_step *step = &crash->history.items[i];
        bool gone = step->kind == RS_STEP_RELEASE || step->kind == RS_STEP_STEAL || step->kind == RS_STEP_RETURN ||
                    step->kind == RS_STEP_FREE;

        if (!crash->has_made &&
            (step->kind == RS_STEP_CREATE || (step->kind == RS_STEP_ACQUIRE && step->api != NULL))) {
            crash->has_made = true;
            crash->made = step->place;
            crash->made.api = step->api;
        }
        if (gone) {
            crash->has_released = true;
            crash->released = step->place;
            crash->released.api = step->api;
        }
    }
}

static void tell_object(const struct judge *j, const struct rs_fact *fact, struct rs_crash *crash)
{
    const struct rs_fault_record *fault = &j->books->fault;
    struct rs_finding f = {.object.refcount = -1};

    if (!fact->has_object) {
        if (fault->object == 0)
            return;
        crash->object.address =
            fault->object; /* the books never heard of it: not a module that is observed had to do with it */
    } else {
        crash->object.even = rs_judge_story(j, fact, &f);
        crash->object.type = f.object.type;
        crash->object.name = f.object.name;
        crash->object.address = f.object.address;
        crash->object.refcount = f.object.refcount;
        memcpy(&crash->history, &f.history, sizeof(crash->history));
        find_ends(crash);
    }
    crash->object.found_in = fault->named_by == RS_FAULT_BY_ADDRESS ? "address"
                             : fault->named_by != 0                 ? register_name(fault->named_by - 1)
                                                                    : NULL;
}

static void tell_stacks(const struct judge *j, struct rs_crash *crash)
{
    struct rs_line lines[RS_STACK_MAX];
    size_t count = rs_judge_native(j, lines);

    for (size_t i = 0; i < count; i++)
        *RS_PUSH(&crash->native) = lines[i];
    count = rs_judge_python(j, lines);
    for (size_t i = 0; i < count; i++)
        *RS_PUSH(&crash->python) = lines[i];
}

static void tell_fault(const struct judge *j, struct rs_crash *crash)
{
    const struct rs_fault_record *fault = &j->books->fault;
    const struct rs_fact *fact = &j->books->facts.items[j->books->fault_fact - 1];
    bool memory = fault->head.b == SIGSEGV || fault->head.b == SIGBUS;

    crash->signal = signal_name((int)fault->head.b);
    crash->has_address = memory && fault->code > 0 && fault->code != KERNEL;
    crash->address = fault->head.a;
    if (crash->has_address)
        crash->access = fault->access & FETCH ? "execute" : fault->access & WRITE ? "write" : "read";
    tell_stacks(j, crash);
    find_place(j, crash);
    crash->cause = cause_of(j->books, crash);
    tell_object(j, fact, crash);
    if (crash->cause == RS_CRASH_NULL && fact->has_cause) {
        crash->has_call = true;
        rs_judge_event(j, &fact->cause, &crash->call);
    }
}

void rs_verdict_crash(const struct rs_books *books, struct rs_end end, const struct rs_names *names,
                      struct rs_report *report)
{
    const struct judge j = {books, names, report};
    const int signal = books->has_fault ? (int)books->fault.head.b : 0;
    bool died =
        end.known ? end.signal != 0 && end.signal == signal : books->has_fault && books->fault.fate == RS_FATE_DEATH;
    struct rs_crash *crash;

    if (!died && !(end.known && is_fatal(end.signal)))
        return;
    crash = rs_report_crash(report);
    crash->process = books->pid;
    if (died && is_fatal(signal) && books->fault_fact != 0) {
        tell_fault(&j, crash);
    } else {
        crash->signal = signal_name(end.signal);
        crash->cause = RS_CRASH_UNRECORDED;
    }
    rs_crash_words(&j, crash);
}
