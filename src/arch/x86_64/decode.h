/* One x86-64 instruction, as far as patching needs it: length, control flow, memory operand, arithmetic
 * flags.
 *
 * The only user of the decoder library. It decodes bytes of a file, never of a running process, and it says
 * "not decoded" rather than guess. What an instruction does besides (vector registers, system state) is not
 * told. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rs_flow {
    RS_FLOW_NEXT,          /* goes on behind itself */
    RS_FLOW_JCC,           /* conditional jump to `target`, also in the short form; can be re-encoded */
    RS_FLOW_JUMP,          /* jmp to `target` */
    RS_FLOW_CALL,          /* call of `target` */
    RS_FLOW_JUMP_INDIRECT, /* jmp r/m */
    RS_FLOW_CALL_INDIRECT, /* call r/m */
    RS_FLOW_RETURN,
    RS_FLOW_STOP,  /* ud2, hlt, int3: control does not go on */
    RS_FLOW_FIXED, /* a branch to `target` that cannot be moved: loop, jrcxz, xbegin */
};

enum rs_op {
    RS_OP_OTHER,
    RS_OP_ADD_IMM, /* add/sub r/m, imm; `imm` is what is added */
    RS_OP_INC,     /* inc/dec r/m; `imm` is what is added */
    RS_OP_STORE,   /* mov r/m, reg */
    RS_OP_LOAD,    /* mov reg, r/m */
    RS_OP_ADD,     /* add between two operands without immediate, in either direction */
    RS_OP_LEA,
    RS_OP_MOVSXD, /* movsxd r64, r/m32 */
    RS_OP_CMP_IMM,
    RS_OP_TEST, /* test r/m, reg */
    RS_OP_PUSH, /* push of a register, which is `base` */
    RS_OP_NOP,
    RS_OP_ENDBR,
};

enum rs_operand {
    RS_OPERAND_NONE,
    RS_OPERAND_REG, /* `base` is the register */
    RS_OPERAND_MEM, /* [base + index * scale + disp]; base, index may be RS_REG_NONE */
    RS_OPERAND_RIP, /* [rip + disp]: `target` is its address */
};

enum { RS_RAX, RS_RCX, RS_RDX, RS_RBX, RS_RSP, RS_RBP, RS_RSI, RS_RDI, RS_R8, RS_R10 = 10, RS_R11, RS_REG_NONE = 255 };

/* The six arithmetic flags, at their places in the flags register. */
enum { RS_CF = 1 << 0, RS_PF = 1 << 1, RS_AF = 1 << 2, RS_ZF = 1 << 3, RS_SF = 1 << 4, RS_OF = 1 << 5, RS_FLAGS = 63 };

struct rs_insn {
    uint32_t at;     /* base-relative address */
    uint32_t target; /* of a branch, or of a RIP-relative operand; see `outside` */
    int32_t imm, disp;
    uint8_t length;
    uint8_t flow, op, operand; /* enum rs_flow, rs_op, rs_operand */
    uint8_t width;             /* operand size in bytes of the ops above */
    uint8_t reg;               /* the register operand beside r/m */
    uint8_t base, index, scale;
    uint8_t modrm_at, operand_size; /* ModRM, SIB and displacement: where, and how many bytes */
    uint8_t disp_at;                /* of a RIP-relative displacement; else 0 */
    uint8_t rex;
    uint8_t flags_read, flags_killed; /* killed: written whatever the operands are */
    bool plain; /* legacy encoding, no lock, segment or address-size prefix: its operand can be re-encoded */
    bool lock;
    bool outside; /* target lies below the base or beyond 4 GB: not valid */
};

/* Decodes the instruction at bytes[0 .. size), which lies at address `at`. False if there is none. */
bool rs_arch_decode(const uint8_t *bytes, size_t size, uint32_t at, struct rs_insn *insn);

/* Whether the instruction writes general register `reg` or a part of it, implied operands included; true when
 * in doubt. */
bool rs_arch_writes(const uint8_t *bytes, size_t size, unsigned reg);

/* Whether the instruction gives general register `reg` (RS_REG_NONE: its memory operand) a value that depends
 * on nothing: xor or sub of itself, mov or or of an immediate. */
bool rs_arch_constant(const uint8_t *bytes, size_t size, unsigned reg, int64_t *value);
