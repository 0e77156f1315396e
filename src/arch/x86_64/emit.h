/* Trampolines: the instructions of a patch window, moved to the area, with calls of the runtime's hooks put
 * between.
 *
 * Promise: what a moved instruction does and sees (registers, flags, memory, stack, return address) is what
 * it did and saw in its place. It refuses (rs_arch_movable) what cannot be moved with this promise. */
#pragma once
#include "arch/x86_64/code.h"
#include "arch/x86_64/flags.h"

enum rs_keep {
    RS_KEEP_NOTHING, /* no arithmetic flag is live at the store */
    RS_KEEP_FLAGS,   /* save and restore them around the hook */
    RS_KEEP_RETEST,  /* sign, zero and parity are live and are those of the register stored: test it afterwards
                      */
};

enum rs_action {
    RS_MOVE,        /* nothing but the instruction itself */
    RS_HOOK_STORE,  /* site `number` */
    RS_HOOK_TARGET, /* indirect call or jump leaving through call desc `number` */
    RS_READ_SLOT,   /* call or jmp through an import slot */
};

/* One instruction of a window. */
struct rs_piece {
    const struct rs_insn *insn;
    const uint8_t *bytes;
    uint32_t number;
    uint32_t code_at; /* filled: where its code begins in the buffer */
    uint8_t action, keep;
};

/* A window's first bytes in the module become a jump. The bytes behind it stay as they are: an unforeseen
 * jump to an instruction there still does the right thing. */
enum { RS_JUMP_SIZE = 5 };

/* Whether the instruction may be part of a window; `last`: only as the window's last one. */
bool rs_arch_movable(const struct rs_insn *insn, bool *last);

/* How the flags in front of store insns[at] must be kept; `joined`: other code jumps to the store. */
enum rs_keep rs_arch_keep(const struct rs_insn *insns, size_t count, size_t at, bool joined);

/* Emits the pieces in order and a jump to base-relative `resume` behind them. */
void rs_arch_emit_window(struct rs_code *code, struct rs_piece *pieces, size_t count, uint32_t resume);

/* How many bytes the code of a piece has on the stack when its first `ran` bytes have run: where a hook is called in
 * front of a store, its frame; else 0. `code` has `size` bytes from the piece's begin on. */
unsigned rs_arch_hook_depth(const uint8_t *code, size_t size, size_t ran);

/* r11 = entry desc `entry`, jump through RS_HOOK_ENTRY. */
void rs_arch_emit_entry(struct rs_code *code, uint32_t entry);
/* r11 = import desc `import`, jump through RS_HOOK_API. */
void rs_arch_emit_thunk(struct rs_code *code, uint32_t import);
/* A jump from absolute address `from` to `to` in out[0 .. RS_JUMP_SIZE); false if out of reach. */
bool rs_arch_jump(uint8_t *out, uint64_t from, uint64_t to);
