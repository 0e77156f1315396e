#include "arch/x86_64/decode.h"

#include <Zydis/Zydis.h>

static const ZydisDecoder *decoder(void)
{
    static _Thread_local ZydisDecoder instance;
    static _Thread_local bool ready;
    if (!ready) {
        ZydisDecoderInit(&instance, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
        ready = true;
    }
    return &instance;
}

static uint8_t flag_mask(ZydisAccessedFlagsMask mask)
{
    return (mask & ZYDIS_CPUFLAG_CF ? RS_CF : 0) | (mask & ZYDIS_CPUFLAG_PF ? RS_PF : 0) |
           (mask & ZYDIS_CPUFLAG_AF ? RS_AF : 0) | (mask & ZYDIS_CPUFLAG_ZF ? RS_ZF : 0) |
           (mask & ZYDIS_CPUFLAG_SF ? RS_SF : 0) | (mask & ZYDIS_CPUFLAG_OF ? RS_OF : 0);
}

/* A shift by zero and a repeated compare of length zero leave the flags as they were, so they kill none. */
static bool may_leave_flags(const ZydisDecodedInstruction *raw)
{
    if (raw->attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE))
        return true;
    switch (raw->mnemonic) {
    case ZYDIS_MNEMONIC_SHL:
    case ZYDIS_MNEMONIC_SHR:
    case ZYDIS_MNEMONIC_SAR:
    case ZYDIS_MNEMONIC_ROL:
    case ZYDIS_MNEMONIC_ROR:
    case ZYDIS_MNEMONIC_RCL:
    case ZYDIS_MNEMONIC_RCR:
    case ZYDIS_MNEMONIC_SHLD:
    case ZYDIS_MNEMONIC_SHRD:
        return true;
    default:
        return false;
    }
}

static void read_flags(const ZydisDecodedInstruction *raw, struct rs_insn *insn)
{
    const ZydisAccessedFlags *flags = raw->cpu_flags;
    if (!flags)
        return;
    insn->flags_read = flag_mask(flags->tested);
    if (!may_leave_flags(raw))
        insn->flags_killed = flag_mask(flags->modified | flags->set_0 | flags->set_1 | flags->undefined);
}

static void read_operand(const ZydisDecodedInstruction *raw, struct rs_insn *insn)
{
    insn->base = insn->index = insn->reg = RS_REG_NONE;
    if (!(raw->attributes & ZYDIS_ATTRIB_HAS_MODRM))
        return;
    unsigned rex_r = raw->raw.rex.R, rex_x = raw->raw.rex.X, rex_b = raw->raw.rex.B;
    insn->modrm_at = raw->raw.modrm.offset;
    insn->reg = raw->raw.modrm.reg | rex_r << 3;
    insn->operand_size = 1;
    if (raw->raw.modrm.mod == 3) {
        insn->operand = RS_OPERAND_REG;
        insn->base = raw->raw.modrm.rm | rex_b << 3;
        return;
    }
    insn->operand_size += raw->raw.disp.size / 8;
    insn->disp = (int32_t)raw->raw.disp.value;
    if (raw->raw.modrm.mod == 0 && raw->raw.modrm.rm == 5) {
        insn->operand = RS_OPERAND_RIP;
        insn->disp_at = raw->raw.disp.offset;
        return;
    }
    insn->operand = RS_OPERAND_MEM;
    if (raw->raw.modrm.rm != 4) {
        insn->base = raw->raw.modrm.rm | rex_b << 3;
        return;
    }
    insn->operand_size += 1;
    insn->scale = 1 << raw->raw.sib.scale;
    if (raw->raw.sib.index != 4 || rex_x)
        insn->index = raw->raw.sib.index | rex_x << 3;
    if (raw->raw.sib.base != 5 || raw->raw.modrm.mod != 0)
        insn->base = raw->raw.sib.base | rex_b << 3;
}

static void set_target(struct rs_insn *insn, int64_t displacement)
{
    int64_t target = (int64_t)insn->at + insn->length + displacement;
    insn->outside = target < 0 || target > UINT32_MAX;
    insn->target = insn->outside ? 0 : (uint32_t)target;
}

static void read_branch(const ZydisDecodedInstruction *raw, struct rs_insn *insn)
{
    bool relative = raw->raw.imm[0].is_relative;
    switch (raw->meta.category) {
    case ZYDIS_CATEGORY_COND_BR:
        insn->flow = RS_FLOW_JCC;
        break;
    case ZYDIS_CATEGORY_UNCOND_BR:
        insn->flow = relative ? RS_FLOW_JUMP : RS_FLOW_JUMP_INDIRECT;
        break;
    case ZYDIS_CATEGORY_CALL:
        insn->flow = relative ? RS_FLOW_CALL : RS_FLOW_CALL_INDIRECT;
        break;
    case ZYDIS_CATEGORY_RET:
        insn->flow = RS_FLOW_RETURN;
        break;
    default:
        break;
    }
    switch (raw->mnemonic) {
    case ZYDIS_MNEMONIC_UD0:
    case ZYDIS_MNEMONIC_UD1:
    case ZYDIS_MNEMONIC_UD2:
    case ZYDIS_MNEMONIC_HLT:
    case ZYDIS_MNEMONIC_INT3:
        insn->flow = RS_FLOW_STOP;
        break;
    default:
        break;
    }
    if (!relative)
        return;
    set_target(insn, raw->raw.imm[0].value.s);
    /* Of the relative branches only jmp, jcc and call have a 32-bit form that means the same everywhere. */
    bool jcc = raw->opcode_map == ZYDIS_OPCODE_MAP_0F ? raw->opcode >> 4 == 8 : raw->opcode >> 4 == 7;
    if (insn->flow == RS_FLOW_JCC ? !jcc : insn->flow != RS_FLOW_JUMP && insn->flow != RS_FLOW_CALL)
        insn->flow = RS_FLOW_FIXED;
}

static uint8_t legacy_op(const ZydisDecodedInstruction *raw, struct rs_insn *insn)
{
    bool byte = insn->width == 1;
    switch (raw->mnemonic) {
    case ZYDIS_MNEMONIC_ADD:
    case ZYDIS_MNEMONIC_SUB:
        if (raw->raw.imm[0].size && insn->operand) {
            int64_t added = raw->mnemonic == ZYDIS_MNEMONIC_ADD ? raw->raw.imm[0].value.s : -raw->raw.imm[0].value.s;
            insn->imm = (int32_t)added;
            return added == insn->imm ? RS_OP_ADD_IMM : RS_OP_OTHER;
        }
        return raw->mnemonic == ZYDIS_MNEMONIC_ADD && insn->operand ? RS_OP_ADD : RS_OP_OTHER;
    case ZYDIS_MNEMONIC_INC:
    case ZYDIS_MNEMONIC_DEC:
        insn->imm = raw->mnemonic == ZYDIS_MNEMONIC_INC ? 1 : -1;
        return RS_OP_INC;
    case ZYDIS_MNEMONIC_MOV:
        return raw->opcode == 0x89 && !byte ? RS_OP_STORE : raw->opcode == 0x8b ? RS_OP_LOAD : RS_OP_OTHER;
    case ZYDIS_MNEMONIC_LEA:
        return RS_OP_LEA;
    case ZYDIS_MNEMONIC_MOVSXD:
        return RS_OP_MOVSXD;
    case ZYDIS_MNEMONIC_CMP:
        insn->imm = (int32_t)raw->raw.imm[0].value.s;
        return raw->raw.imm[0].size ? RS_OP_CMP_IMM : RS_OP_OTHER;
    case ZYDIS_MNEMONIC_TEST:
        return raw->opcode == 0x85 ? RS_OP_TEST : RS_OP_OTHER;
    case ZYDIS_MNEMONIC_PUSH:
        if (raw->opcode >> 3 != 0x50 >> 3)
            return RS_OP_OTHER;
        insn->base = (raw->opcode & 7) | raw->raw.rex.B << 3;
        return RS_OP_PUSH;
    case ZYDIS_MNEMONIC_NOP:
        return RS_OP_NOP;
    case ZYDIS_MNEMONIC_ENDBR64:
        return RS_OP_ENDBR;
    default:
        return RS_OP_OTHER;
    }
}

bool rs_arch_decode(const uint8_t *bytes, size_t size, uint32_t at, struct rs_insn *insn)
{
    ZydisDecodedInstruction raw;
    *insn = (struct rs_insn){.at = at};
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder(), NULL, bytes, size, &raw)))
        return false;
    insn->length = raw.length;
    insn->width = raw.operand_width / 8;
    insn->lock = raw.attributes & ZYDIS_ATTRIB_HAS_LOCK;
    bool legacy = raw.encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY;
    insn->plain = legacy && !insn->lock && !(raw.attributes & ZYDIS_ATTRIB_HAS_SEGMENT) && raw.address_width == 64;
    insn->rex = legacy && (raw.attributes & ZYDIS_ATTRIB_HAS_REX) ? bytes[raw.raw.rex.offset] : 0;
    if (!legacy)
        raw.raw.rex = (ZydisDecodedInstructionRawRex){0}; /* shares its bytes with the vector prefixes */
    read_flags(&raw, insn);
    read_operand(&raw, insn);
    if (insn->operand == RS_OPERAND_RIP)
        set_target(insn, insn->disp);
    read_branch(&raw, insn);
    if (legacy)
        insn->op = legacy_op(&raw, insn);
    return true;
}

bool rs_arch_writes(const uint8_t *bytes, size_t size, unsigned reg)
{
    ZydisDecodedInstruction raw;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(decoder(), bytes, size, &raw, operands)))
        return true;
    for (unsigned i = 0; i < raw.operand_count; i++) {
        const ZydisDecodedOperand *operand = &operands[i];
        if (operand->type != ZYDIS_OPERAND_TYPE_REGISTER || !(operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
            continue;
        ZydisRegister wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, operand->reg.value);
        if (wide == (ZydisRegister)(ZYDIS_REGISTER_RAX + reg))
            return true;
    }
    return false;
}

static bool is_destination(const ZydisDecodedOperand *operand, unsigned reg)
{
    if (reg == RS_REG_NONE)
        return operand->type == ZYDIS_OPERAND_TYPE_MEMORY;
    return operand->type == ZYDIS_OPERAND_TYPE_REGISTER &&
           (operand->reg.value == (ZydisRegister)(ZYDIS_REGISTER_RAX + reg) ||
            operand->reg.value == (ZydisRegister)(ZYDIS_REGISTER_EAX + reg));
}

bool rs_arch_constant(const uint8_t *bytes, size_t size, unsigned reg, int64_t *value)
{
    ZydisDecodedInstruction raw;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(decoder(), bytes, size, &raw, operands)) || raw.operand_count < 2 ||
        !is_destination(&operands[0], reg))
        return false;
    bool immediate = operands[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
    int64_t number = immediate ? operands[1].imm.value.s : 0;
    if (raw.operand_width == 32)
        number = (int32_t)number;
    *value = number;
    switch (raw.mnemonic) {
    case ZYDIS_MNEMONIC_XOR:
    case ZYDIS_MNEMONIC_SUB:
        return reg != RS_REG_NONE && is_destination(&operands[1], reg);
    case ZYDIS_MNEMONIC_MOV:
        return immediate;
    case ZYDIS_MNEMONIC_OR:
        return immediate && number == -1;
    default:
        return false;
    }
}
