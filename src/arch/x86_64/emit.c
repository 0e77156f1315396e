#include "arch/x86_64/emit.h"

#include <string.h>

#include "wire/plan.h"

enum { REX = 0x40, REX_W = 8, REX_R = 4, REX_XB = 3, MAX_LINKS = 24 };

/* An opcode with the memory or register operand of `insn`, and `reg` as its other operand. */
static void put_operand(struct rs_code *code, const struct rs_piece *piece, uint8_t opcode, unsigned reg)
{
    const struct rs_insn *insn = piece->insn;
    const uint8_t *operand = piece->bytes + insn->modrm_at;
    rs_code_put8(code, REX | REX_W | (reg > 7 ? REX_R : 0) | (insn->rex & REX_XB));
    rs_code_put8(code, opcode);
    rs_code_put8(code, (operand[0] & ~0x38) | (reg & 7) << 3);
    if (insn->operand == RS_OPERAND_RIP)
        rs_code_fixup(code, RS_FIX_MODULE, insn->target, 0);
    else
        rs_code_put(code, operand + 1, insn->operand_size - 1);
}

/* rax = the address stored to, ecx = what is stored. */
static void put_set_operands(struct rs_code *code, const struct rs_piece *piece)
{
    static const uint8_t push_rax = 0x50, pop_rcx = 0x59;
    const struct rs_insn *insn = piece->insn;
    const uint8_t source[] = {REX | insn->reg >> 3, 0x8b, 0xc8 | (insn->reg & 7)}; /* mov ecx, source */
    bool address_in_rcx = insn->base == RS_RCX || insn->index == RS_RCX;
    bool crossed = address_in_rcx && insn->reg == RS_RAX; /* each is where the other has to go */
    if (crossed)
        rs_code_put8(code, push_rax);
    if (!address_in_rcx && insn->reg != RS_RCX)
        rs_code_put(code, source, sizeof source);
    put_operand(code, piece, 0x8d, RS_RAX);
    if (crossed)
        rs_code_put8(code, pop_rcx);
    else if (address_in_rcx && insn->reg != RS_RCX)
        rs_code_put(code, source, sizeof source);
}

/* What the hook's frame begins and ends with. */
static const uint8_t skip_red_zone[] = {0x48, 0x8d, 0x64, 0x24, 0x80},
                     back_over_it[] = {0x48, 0x8d, 0xa4, 0x24, 0x80, 0, 0, 0};

unsigned rs_arch_hook_depth(const uint8_t *code, size_t size, size_t ran)
{
    enum { RED_ZONE = 128, PUSH = 0x50, POP = 0x58 };
    struct rs_insn insn;
    unsigned depth = 0;

    for (size_t at = 0; at < ran && rs_arch_decode(code + at, size - at, 0, &insn); at += insn.length) {
        bool begins = insn.length == sizeof skip_red_zone && memcmp(code + at, skip_red_zone, insn.length) == 0;
        if (at == 0 && !begins)
            return 0;
        if (begins)
            depth = RED_ZONE;
        else if (insn.length == sizeof back_over_it && memcmp(code + at, back_over_it, insn.length) == 0)
            return at + insn.length <= ran ? 0 : depth;
        else if (insn.length == 1 && (code[at] & 0xf8) == PUSH)
            depth += 8;
        else if (insn.length == 1 && (code[at] & 0xf8) == POP)
            depth -= 8;
    }
    return depth;
}

/* The hook's call in front of a store: see enum rs_hook_slot for what it gets and preserves. */
static void put_store_hook(struct rs_code *code, const struct rs_piece *piece)
{
    static const uint8_t save[] = {0x50, 0x51, 0x52};                   /* push rax, rcx, rdx */
    static const uint8_t save_flags[] = {0x9f, 0x0f, 0x90, 0xc0, 0x50,  /* lahf; seto al; push rax */
                                         0x48, 0x8b, 0x44, 0x24, 0x18}; /* mov rax, [rsp + 24] */
    static const uint8_t load_flags[] = {0x58, 0x04, 0x7f, 0x9e};       /* pop rax; add al, 127; sahf */
    static const uint8_t load[] = {0x5a, 0x59, 0x58};                   /* pop rdx, rcx, rax */
    const struct rs_insn *insn = piece->insn;
    bool set = insn->op == RS_OP_STORE;
    rs_code_put(code, skip_red_zone, sizeof skip_red_zone);
    rs_code_put(code, save, sizeof save);
    if (piece->keep == RS_KEEP_FLAGS)
        rs_code_put(code, save_flags, sizeof save_flags);
    if (set) {
        put_set_operands(code, piece);
    } else {
        put_operand(code, piece, 0x8d, RS_RAX);
        rs_code_put8(code, 0xb9); /* mov ecx, imm32 */
        rs_code_put32(code, (uint32_t)insn->imm);
    }
    rs_code_put8(code, 0xba); /* mov edx, imm32 */
    rs_code_fixup(code, RS_FIX_SITE, piece->number, 0);
    rs_code_put(code, (const uint8_t[]){0xff, 0x15}, 2); /* call [rip + rel32] */
    rs_code_fixup(code, RS_FIX_HOOK, set ? RS_HOOK_SET : RS_HOOK_ADD, 0);
    if (piece->keep == RS_KEEP_FLAGS)
        rs_code_put(code, load_flags, sizeof load_flags);
    rs_code_put(code, load, sizeof load);
    rs_code_put(code, back_over_it, sizeof back_over_it);
    if (piece->keep == RS_KEEP_RETEST) {
        const struct rs_insn *before = insn - 1; /* rs_arch_keep saw that it computes the stored register */
        unsigned high = insn->reg >> 3, low = insn->reg & 7;
        rs_code_put8(code, REX | (before->width == 8 ? REX_W : 0) | high << 2 | high);
        rs_code_put(code, (const uint8_t[]){0x85, 0xc0 | low << 3 | low}, 2);
    }
}

static void put_copy(struct rs_code *code, const struct rs_piece *piece)
{
    const struct rs_insn *insn = piece->insn;
    if (!insn->disp_at) {
        rs_code_put(code, piece->bytes, insn->length);
        return;
    }
    unsigned behind = insn->length - insn->disp_at - 4;
    rs_code_put(code, piece->bytes, insn->disp_at);
    rs_code_fixup(code, RS_FIX_MODULE, insn->target, behind);
    rs_code_put(code, piece->bytes + insn->disp_at + 4, behind);
}

static void put_return_address(struct rs_code *code, const struct rs_insn *call)
{
    rs_code_put8(code, 0x68); /* push imm32, sign-extended; its high half is written behind it */
    rs_code_fixup(code, RS_FIX_LOW, call->at + call->length, 0);
    rs_code_put(code, (const uint8_t[]){0xc7, 0x44, 0x24, 0x04}, 4); /* mov dword [rsp + 4], imm32 */
    rs_code_fixup(code, RS_FIX_HIGH, call->at + call->length, 0);
}

static void put_jump_through(struct rs_code *code, enum rs_fix_kind kind, uint32_t value)
{
    rs_code_put(code, (const uint8_t[]){0xff, 0x25}, 2); /* jmp [rip + rel32] */
    rs_code_fixup(code, kind, value, 0);
}

static void put_indirect(struct rs_code *code, const struct rs_piece *piece)
{
    const struct rs_insn *insn = piece->insn;
    bool call = insn->flow == RS_FLOW_CALL_INDIRECT;
    if (piece->action == RS_READ_SLOT) {
        if (call)
            put_return_address(code, insn);
        put_jump_through(code, RS_FIX_SLOT, insn->target);
        return;
    }
    put_operand(code, piece, 0x8b, RS_R11);                    /* before the push: the operand may count from rsp */
    rs_code_put(code, (const uint8_t[]){0x4c, 0x8d, 0x15}, 3); /* lea r10, [rip + rel32] */
    rs_code_fixup(code, RS_FIX_CALL, piece->number, 0);
    if (call)
        put_return_address(code, insn);
    put_jump_through(code, RS_FIX_HOOK, RS_HOOK_CALL);
}

/* A relative branch; returns the field to link when its target is in the window, else 0. */
static uint32_t put_branch(struct rs_code *code, const struct rs_piece *piece, bool inside)
{
    const struct rs_insn *insn = piece->insn;
    if (insn->flow == RS_FLOW_CALL)
        put_return_address(code, insn);
    if (insn->flow == RS_FLOW_JCC) {
        unsigned condition = piece->bytes[insn->length - 2]; /* of 7x rel8 */
        if (insn->length >= 6)
            condition = piece->bytes[insn->length - 5]; /* of 0f 8x rel32 */
        rs_code_put(code, (const uint8_t[]){0x0f, 0x80 | (condition & 15)}, 2);
    } else {
        rs_code_put8(code, 0xe9);
    }
    uint32_t field = rs_code_here(code);
    if (inside)
        rs_code_put32(code, 0);
    else
        rs_code_fixup(code, RS_FIX_BRANCH, insn->target, 0);
    return inside ? field : 0;
}

static const struct rs_piece *piece_at(const struct rs_piece *pieces, size_t count, const struct rs_insn *branch)
{
    for (size_t i = 0; i < count; i++)
        if (pieces[i].insn->at == branch->target && !branch->outside)
            return &pieces[i];
    return NULL;
}

void rs_arch_emit_window(struct rs_code *code, struct rs_piece *pieces, size_t count, uint32_t resume)
{
    struct {
        uint32_t field;
        const struct rs_piece *to;
    } links[MAX_LINKS];
    size_t nlinks = 0;
    for (size_t i = 0; i < count; i++) {
        struct rs_piece *piece = &pieces[i];
        piece->code_at = rs_code_here(code);
        if (piece->action == RS_HOOK_STORE)
            put_store_hook(code, piece);
        switch ((enum rs_flow)piece->insn->flow) {
        case RS_FLOW_JCC:
        case RS_FLOW_JUMP:
        case RS_FLOW_CALL: {
            const struct rs_piece *to = nlinks < MAX_LINKS ? piece_at(pieces, count, piece->insn) : NULL;
            uint32_t field = put_branch(code, piece, to && piece->insn->flow != RS_FLOW_CALL);
            if (field) {
                links[nlinks].field = field;
                links[nlinks++].to = to;
            }
            break;
        }
        case RS_FLOW_CALL_INDIRECT:
        case RS_FLOW_JUMP_INDIRECT:
            if (piece->action != RS_MOVE) {
                put_indirect(code, piece);
                break;
            }
            put_copy(code, piece);
            break;
        default:
            put_copy(code, piece);
        }
    }
    for (size_t i = 0; i < nlinks; i++)
        rs_code_link(code, links[i].field, links[i].to->code_at);
    rs_code_put8(code, 0xe9);
    rs_code_fixup(code, RS_FIX_BRANCH, resume, 0);
}

bool rs_arch_movable(const struct rs_insn *insn, bool *last)
{
    *last = insn->flow != RS_FLOW_NEXT && insn->flow != RS_FLOW_JCC;
    if (insn->op == RS_OP_ENDBR || insn->flow == RS_FLOW_STOP || insn->flow == RS_FLOW_FIXED)
        return false;
    return !insn->outside;
}

enum rs_keep rs_arch_keep(const struct rs_insn *insns, size_t count, size_t at, bool joined)
{
    /* An add or sub overwrites all six itself: scanning from the store on says so. */
    unsigned live = rs_arch_flags_live(insns, count, at);
    if (!live)
        return RS_KEEP_NOTHING;
    if (live & ~(RS_ZF | RS_SF | RS_PF) || joined || at == 0 || insns[at].op != RS_OP_STORE)
        return RS_KEEP_FLAGS;
    const struct rs_insn *before = &insns[at - 1];
    bool computed = (before->op == RS_OP_ADD_IMM || before->op == RS_OP_INC) && before->operand == RS_OPERAND_REG &&
                    before->base == insns[at].reg && before->width >= 4;
    return computed ? RS_KEEP_RETEST : RS_KEEP_FLAGS;
}

void rs_arch_emit_entry(struct rs_code *code, uint32_t entry)
{
    rs_code_put(code, (const uint8_t[]){0x4c, 0x8d, 0x1d}, 3); /* lea r11, [rip + rel32] */
    rs_code_fixup(code, RS_FIX_ENTRY, entry, 0);
    put_jump_through(code, RS_FIX_HOOK, RS_HOOK_ENTRY);
}

void rs_arch_emit_thunk(struct rs_code *code, uint32_t import)
{
    rs_code_put(code, (const uint8_t[]){0x4c, 0x8d, 0x1d}, 3); /* lea r11, [rip + rel32] */
    rs_code_fixup(code, RS_FIX_IMPORT, import, 0);
    put_jump_through(code, RS_FIX_HOOK, RS_HOOK_API);
}

bool rs_arch_jump(uint8_t *out, uint64_t from, uint64_t to)
{
    int64_t distance = (int64_t)(to - from - RS_JUMP_SIZE);
    int32_t field = (int32_t)distance;
    if (distance != field)
        return false;
    out[0] = 0xe9;
    memcpy(out + 1, &field, sizeof field);
    return true;
}
