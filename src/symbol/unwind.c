/* See unwind.h. */
#include "symbol/unwind.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREAD = 1, REGISTERS = 16, SP = 7, LEGS_MAX = 16 }; /* the thread's number is of no meaning: there is one */

/* A leg ends where the call frame information does; the next one begins with the registers that were known there. */
struct walk {
    struct rs_native_state *state; /* of this leg */
    struct rs_arena *arena;
    struct rs_native *frames;
    size_t count, max;
    size_t first; /* frame of this leg */
    bool again;   /* `state` is that of a further leg */
    Dwfl *dwfl;
};

static int no_debug_file(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, const char *file,
                         const char *link, GElf_Word checksum, char **found)
{
    return -1; /* .eh_frame is in the file itself */
}

static pid_t next_thread(Dwfl *dwfl, void *context, void **state)
{
    if (*state != NULL)
        return 0;
    *state = context;
    return THREAD;
}

static bool read_memory(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *context)
{
    const struct rs_native_state *state = ((struct walk *)context)->state;

    if (state->stack_size < sizeof(*word) || address - state->stack_at > state->stack_size - sizeof(*word))
        return false;
    memcpy(word, state->stack + (address - state->stack_at), sizeof(*word));
    return true;
}

static bool set_registers(Dwfl_Thread *thread, void *context)
{
    const struct rs_native_state *state = ((struct walk *)context)->state;

    dwfl_thread_state_register_pc(thread, state->pc);
    return dwfl_thread_state_registers(thread, 0, REGISTERS, state->regs);
}

/* A caller whose place is code that was made at run time: the next leg begins where that stands for. */
static bool begin_leg(struct walk *walk, Dwfl_Frame *frame, uint64_t pc)
{
    struct rs_native_state *state = walk->state;
    unsigned depth;

    if (walk->count == walk->first || state->original == NULL || !state->original(state->context, &pc, &depth))
        return false;
    state->pc = pc;
    for (unsigned i = 0; i < REGISTERS; i++)
        if (dwfl_frame_reg(frame, i, &state->regs[i]) != 0)
            state->regs[i] = 0;
    state->regs[SP] += depth;
    walk->again = true;
    return true;
}

static int on_frame(Dwfl_Frame *frame, void *context)
{
    struct walk *walk = context;
    struct rs_native *native = &walk->frames[walk->count];
    Dwfl_Module *module;
    GElf_Addr bias = 0;
    bool exact;
    Dwarf_Addr pc;

    if (walk->count == walk->max || !dwfl_frame_pc(frame, &pc, &exact) || begin_leg(walk, frame, pc))
        return DWARF_CB_ABORT;
    pc -= !exact;
    module = dwfl_addrmodule(walk->dwfl, pc);
    *native = (struct rs_native){.pc = pc};
    if (module != NULL && dwfl_module_getelf(module, &bias) != NULL) {
        native->path = rs_arena_strdup(walk->arena, dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
        native->offset = pc - bias;
    }
    walk->count++;
    return DWARF_CB_OK;
}

/* Where the walk begins: not in code that was made at run time, and not where there is no code, but at the call that
 * led there. */
static void begin_walk(struct walk *walk)
{
    struct rs_native_state *state = walk->state;
    unsigned depth = 0;
    Dwarf_Word back;

    if (state->original != NULL && state->original(state->context, &state->pc, &depth)) {
        state->regs[SP] += depth;
    } else if (dwfl_addrmodule(walk->dwfl, state->pc) == NULL && walk->max > 1 &&
               read_memory(NULL, state->regs[SP], &back, walk) && dwfl_addrmodule(walk->dwfl, back - 1) != NULL) {
        walk->frames[walk->count++] = (struct rs_native){.pc = state->pc};
        state->pc = back - 1;
        state->regs[SP] += sizeof(back);
    }
}

/* The file-backed mappings; the lines of others, and what is no line at all, are left out. */
static bool report_maps(Dwfl *dwfl, const char *maps)
{
    FILE *text = fmemopen((void *)maps, strlen(maps), "r");
    bool good;

    if (text == NULL)
        return false;
    dwfl_report_begin(dwfl);
    good = dwfl_linux_proc_maps_report(dwfl, text) == 0;
    good = dwfl_report_end(dwfl, NULL, NULL) == 0 && good;
    fclose(text);
    return good;
}

/* One leg after the other; each needs the registers at its begin anew. */
static void walk_legs(const char *maps, struct walk *walk)
{
    static const Dwfl_Callbacks files = {.find_elf = dwfl_linux_proc_find_elf, .find_debuginfo = no_debug_file};
    static const Dwfl_Thread_Callbacks threads = {.next_thread = next_thread,
                                                  .memory_read = read_memory,
                                                  .set_initial_registers = set_registers};

    for (unsigned leg = 0; leg < LEGS_MAX && (leg == 0 || walk->again); leg++) {
        if ((walk->dwfl = dwfl_begin(&files)) == NULL)
            return;
        walk->again = false;
        if (report_maps(walk->dwfl, maps)) {
            if (leg == 0)
                begin_walk(walk);
            walk->first = walk->count;
            if (dwfl_attach_state(walk->dwfl, NULL, THREAD, &threads, walk))
                dwfl_getthread_frames(walk->dwfl, THREAD, on_frame, walk);
        }
        dwfl_end(walk->dwfl);
    }
}

size_t rs_symbol_unwind(const struct rs_native_state *state, struct rs_arena *arena, struct rs_native *frames,
                        size_t max)
{
    struct rs_native_state now = *state;
    struct walk walk = {.state = &now, .arena = arena, .frames = frames, .max = max};

    if (state->maps != NULL && state->maps[0] != 0)
        walk_legs(state->maps, &walk);
    return walk.count;
}
