/* See fatal.h. */
#include "runtime/signal/fatal.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <ucontext.h>

#include "runtime/heap/object.h"
#include "runtime/heap/region.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/signal/other_stack.h"
#include "runtime/stack/python.h"
#include "runtime/sys/sys.h"

enum {
    FATAL = 5,
    STACK_BYTES = 24 * 1024,
    STACK_CHUNK = 3072,
    HANDLED_MAX = 16,
    PAGE_FAULT = 14,
    PAGES_BEHIND = 16,
    WAIT_MOST = 2000 /* ms */
};
static const int fatal_signals[FATAL] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

static struct sigaction theirs[FATAL];
static bool ours;
static uint64_t recorder; /* the thread that records its fault, 0: nobody */
static int (*real_sigaction)(int, const struct sigaction *, struct sigaction *);

static sigjmp_buf way_back;
static uint64_t trying; /* thread id, 0: nobody */

bool rt_fatal_try(void (*work)(void *context), void *context)
{
    volatile bool whole = false;

    if (!ours || trying != 0)
        return false;
    if (sigsetjmp(way_back, 1) == 0) {
        __atomic_store_n(&trying, rt_sys_thread(), __ATOMIC_SEQ_CST);
        work(context);
        whole = true;
    }
    __atomic_store_n(&trying, 0, __ATOMIC_SEQ_CST);
    return whole;
}

static int index_of(int signal)
{
    for (int i = 0; i < FATAL; i++)
        if (fatal_signals[i] == signal)
            return i;
    return -1;
}

static const int dwarf_order[16] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
                                    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

/* Where the stack can be read: not at the stack pointer itself when that has just left it. */
static uint64_t readable_from(uint64_t sp)
{
    char byte;

    for (unsigned page = 0; page < PAGES_BEHIND && !rt_sys_peek((void *)sp, &byte, 1); page++)
        sp = (sp | 4095) + 1;
    return sp;
}

static void record_stack(uint64_t sp)
{
    static char bytes[STACK_CHUNK]; /* the stack of the moment may be a small one */

    sp = readable_from(sp);

    for (uint64_t at = sp; at < sp + STACK_BYTES; at += STACK_CHUNK) {
        if (!rt_sys_peek((void *)at, bytes, STACK_CHUNK)) {
            size_t part = 4096 - (at & 4095); /* up to the end of the last mapped page */

            if (part < STACK_CHUNK && rt_sys_peek((void *)at, bytes, part))
                rt_log_text(RS_REC_STACK, at, 0, NULL, 0, bytes, part);
            return;
        }
        rt_log_text(RS_REC_STACK, at, 0, NULL, 0, bytes, STACK_CHUNK);
    }
}

/* The dead object that a value names: it, or the poison that stands in it; 0: none. */
static uint64_t dead_named(uint64_t value)
{
    const uint8_t *side = rt_object_side(value);
    uint64_t named = rt_quarantine_named(value);

    if (named == 0 && side != NULL && (value & 15) == 0 && (*side & (RT_SIDE_DEAD | RT_SIDE_SHUT)))
        return value;
    return named;
}

/* Where the address says nothing (a value was read through the dead object) a register may still hold the object or its
 * poison. */
static void name_object(struct rs_fault_record *fault)
{
    fault->object = rt_quarantine_named(fault->head.a);
    fault->named_by = fault->object != 0 ? RS_FAULT_BY_ADDRESS : 0;
    for (unsigned i = 0; i < 16 && fault->object == 0; i++) {
        fault->object = dead_named(fault->regs[i]);
        fault->named_by = fault->object != 0 ? i + 1 : 0;
    }
}

/* The module whose text or trampolines hold the address: number + 1; 0: none. */
static uint64_t module_at(uint64_t pc)
{
    for (unsigned i = 0; i < rt_module_count; i++)
        if (pc - rt_modules[i].text_lo < rt_modules[i].text_hi - rt_modules[i].text_lo ||
            pc - rt_modules[i].area_lo < rt_modules[i].area_hi - rt_modules[i].area_lo)
            return rt_modules[i].number + 1ull;
    return 0;
}

static bool is_default(const struct sigaction *action)
{
    return !(action->sa_flags & SA_SIGINFO) && (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN);
}

/* An instruction raised it, and the kernel says at which address (not for one that no program can have: there si_code
 * is SI_KERNEL). */
static uint64_t faulting_address(int signal, const siginfo_t *info)
{
    return (signal == SIGSEGV || signal == SIGBUS) && info->si_code > 0 && info->si_code != SI_KERNEL
               ? (uint64_t)info->si_addr
               : 0;
}

static void record_fault(int signal, const siginfo_t *info, const ucontext_t *context)
{
    struct rs_fault_record *fault;
    unsigned slots = (sizeof(*fault) + 15) / 16;
    const greg_t *regs = context->uc_mcontext.gregs;

    fault = (struct rs_fault_record *)rt_log_begin(slots);
    if (fault == NULL)
        return;
    *fault = (struct rs_fault_record){
        .head = {faulting_address(signal, info), RS_TAG_OF(RS_REC_FAULT, slots), (uint32_t)signal}};
    fault->pc = (uint64_t)regs[REG_RIP];
    fault->sp = (uint64_t)regs[REG_RSP];
    fault->module = module_at(fault->pc);
    fault->thread = rt_sys_thread();
    fault->code = info->si_code;
    fault->sender = info->si_code <= 0 ? info->si_pid : 0;
    fault->access = regs[REG_TRAPNO] == PAGE_FAULT ? (uint64_t)regs[REG_ERR] : 0;
    fault->fate = is_default(&theirs[index_of(signal)]) ? RS_FATE_DEATH : RS_FATE_HANDLER;
    for (unsigned i = 0; i < 16; i++)
        fault->regs[i] = (uint64_t)regs[dwarf_order[i]];
    if (info->si_code > 0) /* what was sent has nothing to do with where the program is */
        name_object(fault);
    rt_log_commit(slots);
}

static void check_heap(void *context)
{
    rt_quarantine_check();
    rt_object_check_shut();
    rt_object_check_static();
}

static void record(int signal, const siginfo_t *info, const ucontext_t *context)
{
    bool gil = rt_python_gil() == RT_GIL_HELD;
    void *thread = gil ? rt_python.thread() : NULL;

    if (gil)
        rt_fatal_try(check_heap, NULL);
    else
        rt_log_seize();
    record_fault(signal, info, context);
    record_stack((uint64_t)context->uc_mcontext.gregs[REG_RSP]);
    if (!gil && rt_python.own_thread != NULL)
        thread = rt_python.own_thread();
    if (thread != NULL)
        rt_stack_record(thread);
    if (!gil)
        rt_log_give_back();
}

/* Faults while recording come back here instead of ending the program before its last facts are written. */
static void record_guarded(int signal, const siginfo_t *info, const ucontext_t *context)
{
    sigset_t faults, before;

    sigemptyset(&faults);
    for (int i = 0; i < FATAL; i++)
        sigaddset(&faults, fatal_signals[i]);
    sigprocmask(SIG_UNBLOCK, &faults, &before);
    record(signal, info, context);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Whether a signal that the program handles itself is worth a record: some programs live with faults. */
static bool is_wanted(int signal, const siginfo_t *info)
{
    static unsigned handled;
    const struct sigaction *action = &theirs[index_of(signal)];

    if (!rt_log_on() || !rt_log_is_own())
        return false;
    if (is_default(action))
        return action->sa_handler == SIG_DFL || info->si_code > 0;
    return handled < HANDLED_MAX && ++handled > 0;
}

/* Does what the program's own action says; returns only if the fault shall happen again under SIG_DFL. */
static void obey(int signal, siginfo_t *info, void *context)
{
    struct sigaction *action = &theirs[index_of(signal)], now = *action;

    if (is_default(&now) && now.sa_handler == SIG_IGN && info->si_code <= 0)
        return;
    if (is_default(&now)) {
        struct sigaction standard = {.sa_handler = SIG_DFL};

        real_sigaction(signal, &standard, NULL);
        if (info->si_code <= 0) /* sent, not raised by an instruction: it will not come again by itself */
            raise(signal);
        return;
    }
    if (now.sa_flags & SA_RESETHAND)
        action->sa_handler = SIG_DFL;
    if (now.sa_flags & SA_SIGINFO)
        now.sa_sigaction(signal, info, context);
    else
        now.sa_handler(signal);
}

/* The death of one thread is the death of all: what another is recording has to be written first. */
static void wait_for_another(uint64_t self)
{
    static const struct timespec moment = {0, 1000000};
    uint64_t other;

    for (unsigned i = 0; i < WAIT_MOST && (other = __atomic_load_n(&recorder, __ATOMIC_SEQ_CST)) != 0 && other != self;
         i++)
        nanosleep(&moment, NULL);
}

static void on_fatal(int signal, siginfo_t *info, void *context)
{
    uint64_t self = rt_sys_thread(), nobody = 0;

    if (trying != 0 && trying == self && signal != SIGABRT)
        siglongjmp(way_back, 1);
    /* one thread records; a fault while recording goes straight on */
    if (is_wanted(signal, info) &&
        __atomic_compare_exchange_n(&recorder, &nobody, self, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        record_guarded(signal, info, context);
        __atomic_store_n(&recorder, 0, __ATOMIC_SEQ_CST);
    } else {
        wait_for_another(self);
    }
    obey(signal, info, context);
}

static int resolve(void)
{
    if (real_sigaction == NULL)
        real_sigaction = (int (*)(int, const struct sigaction *, struct sigaction *))dlsym(RTLD_NEXT, "sigaction");
    return real_sigaction != NULL ? 0 : -1;
}

__attribute__((visibility("default"))) int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
    int i = index_of(signal);

    if (resolve() != 0)
        return -1;
    if (i < 0 || !ours)
        return real_sigaction(signal, action, old);
    if (old != NULL)
        *old = theirs[i];
    if (action != NULL) {
        struct sigaction mixed = *action;

        theirs[i] = *action;
        mixed.sa_flags = (mixed.sa_flags & ~SA_RESETHAND) | SA_SIGINFO | (is_default(action) ? SA_ONSTACK : 0);
        mixed.sa_sigaction = on_fatal;
        return real_sigaction(
            signal, &mixed,
            NULL); /* their mask, and their SA_ONSTACK and SA_NODEFER where a handler of theirs is called */
    }
    return 0;
}

__attribute__((visibility("default"))) void (*signal(int number, void (*handler)(int)))(int)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;

    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

void rt_fatal_open(void)
{
    struct sigaction mine = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    if (resolve() != 0)
        return;
    rt_other_stack_open();
    sigemptyset(&mine.sa_mask);
    for (int i = 0; i < FATAL; i++) {
        real_sigaction(fatal_signals[i], NULL, &theirs[i]);
        if (theirs[i].sa_handler == SIG_DFL)
            real_sigaction(fatal_signals[i], &mine, NULL);
    }
    ours = true;
}
