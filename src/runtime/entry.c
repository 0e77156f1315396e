/* The runtime's beginning, forks and end: the only file that sees all of its rooms.
 *
 * Promise: without a host, or in a process without a CPython that refsan knows, nothing is changed. What cannot be
 * covered is said once in the recording; the program runs on in every case. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/announce.h"
#include "runtime/api/calls.h"
#include "runtime/api/roles.h"
#include "runtime/arch.h"
#include "runtime/census/census.h"
#include "runtime/census/reach.h"
#include "runtime/heap/object.h"
#include "runtime/heap/region.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/patch/apply.h"
#include "runtime/pyabi/blocks.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/signal/fatal.h"
#include "runtime/spawn/environment.h"
#include "runtime/spawn/spawn.h"
#include "runtime/stack/python.h"
#include "runtime/sys/sys.h"

enum { DYING_MAX = 64, WITNESSES_MAX = 64, CALLERS = 4096, CONFER_CALLS = 3 };

static struct {
    uint64_t objects[DYING_MAX]; /* armed objects that died inside a module call: looked at when the call is over */
    unsigned count, searches;
} dying;

static void (*real_exit)(int);
static uint64_t head_at_fork;
static bool has_first_base;
static bool shutting_down; /* the interpreter: static destructors run after it, when there is no GIL any more */

void rt_store_slow(uint64_t address, uint32_t value, uint32_t site, uint32_t is_set)
{
    struct rs_slot *slot;

    if (!rt_log_on() || address < 4096)
        return;
    if (!rt_call_gil()) {
        if (!shutting_down && rt_python_gil() == RT_GIL_NONE && rt_object_peek(address) != RT_OBJECT_NONE)
            rt_log_stray(address, site);
        return;
    }
    if (rt_object_see(address) == RT_OBJECT_NONE)
        return;
    rt_object_raise_dead(address);
    if (rt_hot.ring->armed_sites[site & 0xffff])
        rt_object_arm(address);
    slot = rt_log_begin(1);
    if (slot == NULL)
        return;
    *slot =
        (struct rs_slot){address | (is_set ? (uint64_t)(uint16_t)value << 48 : 0), site, *(const uint32_t *)address};
    rt_log_commit(1);
}

static void search(void *object)
{
    rt_census_witness(*(uint64_t *)object);
}

static void search_visitors(void *object)
{
    rt_census_cleared(*(uint64_t *)object);
}

static void on_clearing(uint64_t object)
{
    rt_fatal_try(search_visitors, &object);
}

static void look_for_witnesses(void)
{
    while (dying.count > 0) {
        uint64_t object = dying.objects[--dying.count];

        /* reborn from a free list meanwhile: its count is no longer 0 */
        if (dying.searches < WITNESSES_MAX &&
            !(rt_object_peek(object) == RT_OBJECT_LIVE && rt_object_count(object) != 0)) {
            dying.searches++;
            rt_fatal_try(search, &object);
        }
    }
}

static void on_dying(uint64_t object)
{
    if (dying.count < DYING_MAX)
        dying.objects[dying.count++] = object;
    /* Inside a module function a stale pointer may be about to be replaced (Py_DECREF(self->x); self->x = v): it counts
     * only once the outermost call is over. The interpreter's own code clears before it releases. */
    if (rt_entry_depth() == 0)
        look_for_witnesses();
}

static unsigned watched; /* places of the ring's watch list that were looked at */

static void take_base(void *context)
{
    unsigned now = *(unsigned *)context;

    rt_census_base((const uint64_t *)rt_hot.ring->watch + watched, now - watched);
}

/* The host books behind the program's back. In the first calls of each function the program waits for it, before what
 * the function gave up too much can be used any more: else a place would have to go wrong twice before anything is
 * armed. */
static void confer(uint64_t function)
{
    static uint8_t calls[CALLERS];
    uint8_t *seen = &calls[(function >> 4) % CALLERS];

    if (*seen == CONFER_CALLS)
        return;
    ++*seen;
    rt_log_confer();
}

static bool is_gone(uint64_t object)
{
    const uint8_t *side = rt_object_side(object);

    return side != NULL && ((*side & RT_SIDE_DEAD) || ((*side & RT_SIDE_SHUT) && rt_object_count(object) == 0));
}

/* What the host has found wanting since the last time: watched when it dies; or dead already. */
static void take_suspects(void)
{
    static uint64_t taken;
    uint64_t now = __atomic_load_n(&rt_hot.ring->suspects, __ATOMIC_ACQUIRE);

    if (taken > now) /* a forked child's ring begins anew */
        taken = 0;
    if (now - taken > RS_SUSPECTS)
        taken = now - RS_SUSPECTS;
    for (; taken < now; taken++) {
        uint64_t object = rt_hot.ring->suspect[taken % RS_SUSPECTS];

        rt_object_arm(object);
        if (is_gone(object) && dying.count < DYING_MAX)
            dying.objects[dying.count++] = object;
    }
}

static void at_outermost_exit(uint64_t function)
{
    unsigned wanted = __atomic_load_n(&rt_hot.ring->watched, __ATOMIC_ACQUIRE);

    confer(function);
    take_suspects();
    if (dying.count > 0)
        look_for_witnesses();
    if (wanted > watched && wanted <= RS_WATCH_MAX) {
        rt_fatal_try(take_base, &wanted);
        watched = wanted;
    }
}

/* The interpreter's cache of attributes refers to what it found without owning it: a lost object would seem held. */
static void take_census(void *context)
{
    if (rt_python.clear_type_cache != NULL)
        rt_python.clear_type_cache();
    rt_census_holders();
}

static void look_at_suspects(void *context)
{
    rt_census_dangling();
    rt_census_suspects();
}

static void look_for_cycles(void *context)
{
    rt_reach_cycles();
}

/* The interpreter begins to shut down: the program's own objects are all still there. */
static void at_finalize(void)
{
    if (shutting_down || !rt_log_on())
        return;
    shutting_down = true;
    rt_gil = 1;
    rt_log_put(RS_REC_FINALIZE, 0, 0, NULL, 0);
    if (rt_entry_elsewhere > 0)
        rt_log_limit(rt_entry_elsewhere, "calls of modules in subinterpreters");
    rt_quarantine_check();
    rt_object_check_shut();
    rt_object_check_static();
    rt_fatal_try(take_census, NULL);
    rt_fatal_try(look_at_suspects, NULL);
    rt_fatal_try(look_for_cycles, NULL);
}

/* What never dies and has a count (to 3.11): the first quiet point comes before any module has run, for drifts that are
 * over before the host asks for one. */
static void take_first_base(void *context)
{
    static const char *const names[] = {"_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct", "_Py_EllipsisObject",
                                        "_Py_NotImplementedStruct"};
    uint64_t objects[sizeof(names) / sizeof(*names)];
    unsigned count = 0;

    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
        objects[count] = (uint64_t)dlsym(RTLD_DEFAULT, names[i]);
        if (objects[count] != 0 && rt_object_see(objects[count]) == RT_OBJECT_LIVE)
            count++;
    }
    rt_census_base(objects, count);
}

static void before_init(const char *symbol, uint64_t function)
{
    if (rt_call_gil()) {
        rt_region_install(); /* PYTHONMALLOC and dev mode have replaced it by now */
        rt_object_images();
        if (rt_patch_new_images() > 0 && !rt_python.immortal && !has_first_base) {
            has_first_base = true;
            rt_fatal_try(take_first_base, NULL);
        }
        rt_roles_init(function, symbol);
    }
}

static void *(*real_dlsym)(void *handle, const char *name);

/* What the interpreter's import machinery calls between dlopen and the module's init function. */
static void *find_init(void *handle, const char *name)
{
    void *found = real_dlsym(handle, name);

    if (found != NULL && rt_log_on() && name[0] == 'P' && name[1] == 'y' && name[2] == 'I' && name[3] == 'n' &&
        name[4] == 'i' && name[5] == 't')
        before_init(name, (uint64_t)found);
    return found;
}

__attribute__((visibility("default"))) void _exit(int status)
{
    if (real_exit == NULL)
        real_exit = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
    if (rt_log_on() && rt_python.abi != NULL && rt_python_gil() == RT_GIL_HELD)
        at_finalize();
    real_exit(status);
    __builtin_unreachable();
}

static void before_fork(void)
{
    rt_region_lock();
    head_at_fork = rt_log_on() ? rt_log_head() : 0;
}

static void in_parent(void)
{
    rt_region_unlock();
}

static void in_child(void)
{
    int parent = rt_sys_parent();

    rt_region_unlock();
    if (!rt_log_on())
        return;
    if (rt_log_connect(RS_BORN_FORK, parent, head_at_fork)) {
        for (unsigned i = 0; i < rt_module_count; i++)
            rt_patch_record_again(&rt_modules[i]);
    }
}

static void hook_interpreter(void)
{
    uint64_t functions[8], actions[8];
    unsigned n = 0, hooked;
    const uint64_t types[] = {rt_python.list_type, rt_python.tuple_type,
                              rt_python.dict_type}; /* a float's death often passes no slot */

    functions[n] = (uint64_t)dlsym(RTLD_DEFAULT, "Py_FinalizeEx");
    actions[n++] = RT_ACTION_FINALIZE;
    for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++) {
        functions[n] = *(uint64_t *)(types[i] + TP_DEALLOC);
        actions[n++] = RT_ACTION_DEATH;
    }
    hooked = rt_patch_interpreter(functions, actions, n);
    if (hooked != n)
        rt_log_limit(n - hooked, "functions of the interpreter that could not be hooked (exit census, free lists)");
}

static void observe(void)
{
    enum rt_python_verdict verdict;
    const struct rs_control *control;

    verdict = rt_python_find();
    if (verdict == RT_PYTHON_NONE || !rt_log_connect(RS_BORN_EXEC, rt_sys_parent(), 0))
        return;
    rt_announce_python(verdict);
    if (verdict != RT_PYTHON_KNOWN) {
        rt_log_stop();
        return;
    }
    control = rt_log_control();
    rt_object_open();
    if (!rt_region_open(control->region_bytes, control->quarantine_bytes, rt_python.immortal)) {
        rt_announce_no_room();
        rt_log_stop();
        return;
    }
    rt_object_images();
    rt_object_dying = on_dying;
    rt_entry_dying = on_dying;
    rt_entry_finalize = at_finalize;
    rt_entry_outermost = at_outermost_exit;
    rt_entry_clearing = on_clearing;
    rt_patch_row = rt_api_row;
    rt_patch_import = rt_api_import;
    rt_region_install();
    if (!rt_blocks_answer(rt_region_live))
        rt_log_limit(1, "interpreters whose sys.getallocatedblocks() does not count refsan's blocks");
    rt_api_open();
    hook_interpreter();
    rt_patch_new_images();
    rt_patch_loaded = rt_roles_module;
    real_dlsym = (void *(*)(void *, const char *))dlsym;
    if (rt_patch_slot("dlsym", (uint64_t)find_init) == 0)
        rt_log_limit(1, "interpreters whose import of modules cannot be seen: no module is instrumented");
    rt_fatal_open();
    pthread_atfork(before_fork, in_parent, in_child);
}

__attribute__((constructor)) static void begin(void)
{
    rt_log_stop();
    if (!rt_spawn_open())
        return;
    observe();
    rt_environment_hide(); /* the connection has read it */
}
